/* sim_clocks_read: what fires by itself, pauses and new plans, requests: each held against what the
 * facts before it left. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_clocks.h"

/* ---- what fires ---- */

void work_read_warned(const struct sim *sim, struct work *work, const Paidan__Warned *fact)
{
    struct work_clock *clock = work_clock_of(work, fact->clock);
    work_must(sim, work, clock != NULL && !clock->stopped, "a warning without a clock");
    work_must(sim, work, !clock->warned, "a second warning of a clock");
    work_must(sim, work, clock->has_warn && clock->warn_ms <= work->at_ms, "an early warning");
    work_must(sim, work, fact->due_ms == clock->due_ms, "a warning of another deadline");
    work_must(sim, work, work->at_ms < fact->due_ms, "a warning of what has passed");
    clock->warned = true;
}

/* It does more than to warn: that is not void when the deadline has passed. */
static bool lasts(const struct work_step *step)
{
    return (step->does &
            (1u << PAIDAN__STEP_DOES__STEP_RED | 1u << PAIDAN__STEP_DOES__STEP_SUPERVISE)) != 0;
}

void work_read_reminded(const struct sim *sim, struct work *work, const Paidan__Reminded *fact)
{
    if (fact->clock == PAIDAN__CLOCK__CLOCK_REQUEST || fact->clock == PAIDAN__CLOCK__CLOCK_APPEAL) {
        work_must(sim, work, fact->at_ms <= work->at_ms && work->at_ms < fact->due_ms,
                  "a decider reminded early, or too late");
        work_must(
            sim, work,
            fact->n_to_units == 1 &&
                (fact->clock == PAIDAN__CLOCK__CLOCK_APPEAL
                     ? work->appeal_open
                     : work->request != 0 && strcmp(fact->to_units[0], work->request_to) == 0),
            "somebody reminded of nothing");
        return;
    }
    struct work_clock *clock = work_clock_of(work, fact->clock);
    struct work_step *found = NULL;
    work_must(sim, work, clock != NULL && !clock->stopped, "a step without a clock");
    for (uint32_t i = 0; i < clock->step_count && found == NULL; i++) {
        struct work_step *step = &clock->steps[i];
        found =
            step->at_ms == fact->at_ms && step->does == fact->does && !step->fired ? step : NULL;
    }
    work_must(sim, work, found != NULL, "a step that fired twice or is none");
    work_must(sim, work, found->at_ms <= work->at_ms, "an early step");
    work_must(sim, work, found->after || lasts(found) || work->at_ms < clock->due_ms,
              "a step that warns of what has passed");
    found->fired = true;
    work->red = work->red || (fact->does & 1u << PAIDAN__STEP_DOES__STEP_RED) != 0;
    work->supervised =
        work->supervised || (fact->does & 1u << PAIDAN__STEP_DOES__STEP_SUPERVISE) != 0;
    work_count(sim, SIM_REMINDED);
}

void work_read_expired(const struct sim *sim, struct work *work, Paidan__Clock kind,
                       uint64_t due_ms)
{
    struct work_clock *clock = work_clock_of(work, kind);
    work_must(sim, work, clock != NULL && !clock->stopped, "a deadline without a clock");
    work_must(sim, work, !clock->expired, "a deadline that fired twice");
    work_must(sim, work, clock->due_ms == due_ms, "another deadline that fired");
    work_must(sim, work, clock->due_ms <= work->at_ms, "an early deadline");
    clock->expired = true;
    work->late |= 1u << kind;
}

void work_read_carded(const struct sim *sim, struct work *work, const Paidan__Carded *fact)
{
    work->red = work->red || fact->card == PAIDAN__CARD__CARD_RED;
    if (fact->by_unit != NULL) {
        work_must(sim, work, work_supervises(sim, fact->by_unit), "a card by who may not");
        work_count(sim, SIM_CARDED_BY_HAND);
    } else if (fact->clock != PAIDAN__CLOCK__CLOCK_CALLBACK) {
        work_read_expired(sim, work, fact->clock, fact->due_ms);
    }
}

/* ---- suspension ---- */

void work_read_suspended(const struct sim *sim, struct work *work, const Paidan__Suspended *fact)
{
    const struct site_policy *policy = work_policy(sim, work);
    work_must(sim, work, work->state == PAIDAN__STATE__STATE_ACCEPTED, "suspending");
    work_must(sim, work, work->request == 0, "suspending what is asked for");
    work_must(sim, work, fact->count == work->suspensions + 1, "a suspension counted wrongly");
    work_must(sim, work, fact->count <= policy->suspensions_max, "a suspension too many");
    work_must(sim, work,
              fact->until_ms > work->at_ms &&
                  fact->until_ms - work->at_ms <= policy->suspension_cap_ms,
              "a suspension too long");
    CHECK(work->pause_count < WORK_PAUSES_MAX);
    work->pauses[work->pause_count].from_ms = work->at_ms;
    work->pauses[work->pause_count].until_ms = 0;
    work->pause_count++;
    work->suspensions++;
    work->suspended_until_ms = fact->until_ms;
    work->state = PAIDAN__STATE__STATE_SUSPENDED;
    work_count(sim, SIM_SUSPENDED);
}

/* All clocks that go on, by a resumption or a new plan. */
struct going_on {
    Paidan__ClockSet **clocks;
    size_t clock_count;
    Paidan__AssistClock **assists;
    size_t assist_count;
    const Paidan__ClockSet *mode;
    bool planned; /* by the calendars and, perhaps, the policies as they are now */
};

static void go_on_one(const struct sim *sim, const struct work *work, struct work_clock *clock,
                      const Paidan__ClockSet *set, bool planned)
{
    work_must(sim, work, clock != NULL && clock->present && !clock->stopped,
              "going on of a clock that does not run");
    if (planned) {
        work_must(sim, work, !clock->expired, "a new plan of a missed clock");
        clock->planned = sim->generation;
    } else {
        work_must(sim, work, clock->amount_ms == set->amount_ms && clock->unit == set->unit,
                  "another term after a pause");
    }
    const uint32_t extensions = clock->extensions;
    const bool excused = clock->excused;
    work_clock_go_on(sim, work, clock, set);
    /* A correction within the pause had put it into the past: it passes with the pause's end. */
    clock->excused = planned ? clock->excused : excused;
    work_must(sim, work, clock->extensions == extensions, "an extension nobody granted");
}

static void go_on(const struct sim *sim, struct work *work, const struct going_on *all)
{
    for (size_t i = 0; i < all->clock_count; i++) {
        go_on_one(sim, work, work_clock_of(work, all->clocks[i]->clock), all->clocks[i],
                  all->planned);
    }
    for (size_t i = 0; i < all->assist_count; i++) {
        struct work_assist *task = work_assist_of(work, all->assists[i]->unit);
        work_must(sim, work, task != NULL && !task->done, "going on of a task that is not open");
        go_on_one(sim, work, &task->clock, all->assists[i]->clock, all->planned);
    }
    if (all->mode != NULL) {
        work_must(sim, work, work->mode_open, "going on of no mode");
        go_on_one(sim, work, &work->mode_clock, all->mode, all->planned);
    }
}

/* After a pause every clock that waits has new moments: one that was left out would have counted
 * the pause. */
void work_check_all(const struct sim *sim, struct work *work)
{
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        if (work->clocks[i].planned == sim->generation) {
            work_clock_check(sim, work, &work->clocks[i]);
        }
    }
    for (uint32_t i = 0; i < work->assist_count; i++) {
        const struct work_assist *task = &work->assists[i];
        if (!task->done && task->clock.planned == sim->generation) {
            work_clock_check(sim, work, &task->clock);
        }
    }
    if (work->mode_open && work->mode_clock.planned == sim->generation) {
        work_clock_check(sim, work, &work->mode_clock);
    }
}

void work_read_resumed(const struct sim *sim, struct work *work, const Paidan__Resumed *fact)
{
    work_must(sim, work, work->suspended_until_ms != 0, "resuming without a pause");
    work_must(sim, work, fact->by_hand || work->suspended_until_ms <= work->at_ms,
              "a pause that ended early");
    work_must(sim, work, fact->since_ms == work->pauses[work->pause_count - 1].from_ms,
              "another pause that ended");
    /* However late it is said: the planned end is the end. */
    const uint64_t until_ms =
        work->suspended_until_ms < work->at_ms ? work->suspended_until_ms : work->at_ms;
    work_must(sim, work, (fact->has_until_ms ? fact->until_ms : work->at_ms) == until_ms,
              "a pause that did not end at its end");
    work->pauses[work->pause_count - 1].until_ms = until_ms;
    if (work->person_due_ms != 0) { /* it stood still too */
        work->person_due_ms += until_ms - work->pauses[work->pause_count - 1].from_ms;
    }
    work->suspended_until_ms = 0;
    work->state = PAIDAN__STATE__STATE_ACCEPTED;
    const struct going_on all = {fact->clocks,    fact->n_clocks,   fact->assists,
                                 fact->n_assists, fact->mode_clock, false};
    go_on(sim, work, &all);
    work_check_all(sim, work);
    work_count(sim, fact->by_hand ? SIM_RESUMED_BY_HAND : SIM_RESUMED_BY_ITSELF);
}

/* A clock that the ticket had no term for begins when the resident began to wait. */
static void begin_late(const struct sim *sim, struct work *work, const Paidan__ClockSet *set)
{
    uint64_t since_ms = work->at_ms;
    unsigned at = WORK_CLOCKS_MAX;
    for (unsigned i = WORK_CLOCKS_MAX; i-- > 0;) {
        const struct work_clock *clock = &work->clocks[i];
        at = clock->present ? at : i;
        if (clock->present && !clock->stopped && clock->kind != PAIDAN__CLOCK__CLOCK_ACCEPT &&
            clock->start_ms < since_ms) {
            since_ms = clock->start_ms;
        }
    }
    CHECK(at < WORK_CLOCKS_MAX);
    work_clock_change(sim, work, &work->clocks[at], set, since_ms, 0);
}

/* The unit keeps it: what runs has the terms of what it is now. */
void work_read_corrected(const struct sim *sim, struct work *work, const Paidan__Corrected *fact)
{
    const struct going_on others = {NULL, 0, fact->assists, fact->n_assists, fact->mode_clock,
                                    true};
    /* Within a pause nothing has passed since it began. */
    const uint64_t ran_until_ms =
        work->suspended_until_ms == 0 ? work->at_ms : work->pauses[work->pause_count - 1].from_ms;
    for (size_t i = 0; i < fact->n_clocks; i++) {
        const Paidan__ClockSet *set = fact->clocks[i];
        struct work_clock *clock = work_clock_of(work, set->clock);
        if (clock != NULL) {
            go_on_one(sim, work, clock, set, true);
        } else {
            begin_late(sim, work, set);
            clock = work_clock_of(work, set->clock);
        }
        clock->excused = clock->due_ms <= ran_until_ms;
    }
    for (size_t i = 0; i < fact->n_clocks_ended; i++) {
        struct work_clock *clock = work_clock_of(work, fact->clocks_ended[i]);
        work_must(sim, work, clock != NULL && !clock->stopped, "an end of a clock that is none");
        *clock = (struct work_clock){.present = false};
    }
    go_on(sim, work, &others);
}

void work_read_replanned(const struct sim *sim, struct work *work, const Paidan__Replanned *fact)
{
    const struct going_on all = {fact->clocks,    fact->n_clocks,   fact->assists,
                                 fact->n_assists, fact->mode_clock, true};
    go_on(sim, work, &all);
    static const enum sim_kind kinds[] = {
        [PAIDAN__REPLAN_CAUSE__REPLAN_POLICY] = SIM_REPLANNED_POLICY,
        [PAIDAN__REPLAN_CAUSE__REPLAN_CALENDAR] = SIM_REPLANNED_CALENDAR,
        [PAIDAN__REPLAN_CAUSE__REPLAN_LEVEL] = SIM_REPLANNED_LEVEL};
    work_count(sim, kinds[fact->why]);
}

/* ---- requests ---- */

void work_read_requested(const struct sim *sim, struct work *work, const Paidan__Requested *fact)
{
    const struct site_policy *policy = work_policy(sim, work);
    work_must(sim, work, work->request == 0, "a second open request");
    if (fact->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION) {
        const struct work_clock *clock = work_handling(work);
        work_must(sim, work, clock != NULL && !work_is_late(clock, work->at_ms),
                  "an extension asked for too late");
        work_must(sim, work, clock->extensions < policy->extensions_max,
                  "an extension too many asked for");
        work_count(sim, SIM_ASKED_EXTENSION);
    } else {
        work_must(sim, work, fact->has_to_level && fact->to_level > work->level,
                  "a raise asked for to no level above");
        work_count(sim, SIM_ASKED_RAISE);
    }
    if (sim_plain_knows(sim->plain)) {
        work_must(sim, work, fact->due_ms == work_term_end(sim, &policy->request, work->at_ms),
                  "the term of a request");
    }
    work_must(sim, work, strcmp(fact->to_unit, fact->unit) != 0, "a request put to who asks");
    work->request = (int)fact->kind;
    work->request_due_ms = fact->due_ms;
    (void)snprintf(work->request_to, sizeof work->request_to, "%s", fact->to_unit);
}

static void read_extended(const struct sim *sim, struct work *work, const Paidan__Decided *fact)
{
    struct work_clock *clock = work_handling(work);
    const struct site_policy *policy = work_policy(sim, work);
    const struct site_clock_rule *rule = work->round > 1 ? &policy->redo : &policy->handle;
    work_must(sim, work, clock != NULL && fact->clock != NULL, "an extension of no clock");
    work_must(sim, work, !work_is_late(clock, work->at_ms), "an extension after expiry");
    const uint32_t extensions = clock->extensions;
    clock->warned = false; /* the longer term warns anew */
    clock->step_count = 0;
    work_clock_go_on(sim, work, clock, fact->clock);
    work_must(sim, work, clock->extensions == extensions + 1, "an extension not counted");
    work_must(sim, work, clock->extensions <= policy->extensions_max, "an extension too many");
    work_must(sim, work,
              rule->cap_ms == 0 || clock->unit != (Paidan__TimeUnit)rule->term.unit ||
                  clock->amount_ms * (1 + (uint64_t)clock->extensions) <= rule->cap_ms ||
                  clock->born != sim->generation,
              "an extension beyond the cap");
}

void work_read_decided(const struct sim *sim, struct work *work, const Paidan__Decided *fact)
{
    const bool extends = fact->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    work_must(sim, work, work->request == (int)fact->kind, "a decision on nothing open");
    if (fact->unit == NULL) {
        work_must(sim, work, work->request_due_ms <= work->at_ms, "a request that lapsed early");
        work_must(sim, work, fact->granted != extends, "a lapse that decides wrongly");
        work_must(sim, work, fact->to_unit != NULL && strcmp(fact->to_unit, work->request_to) == 0,
                  "a lapse that names another decider");
        work_count(sim, extends ? SIM_EXTENSION_LAPSED : SIM_RAISE_HELD);
    } else {
        work_must(sim, work,
                  strcmp(fact->unit, work->request_to) == 0 || work_supervises(sim, fact->unit),
                  "a decision by who may not");
        work_must(sim, work, strcmp(fact->unit, work->unit) != 0, "a decision on oneself");
        work_count(sim, extends ? (fact->granted ? SIM_EXTENSION_GRANTED : SIM_EXTENSION_REFUSED)
                                : (fact->granted ? SIM_RAISE_GRANTED : SIM_RAISE_REFUSED));
    }
    work->request = 0;
    if (extends && fact->granted) {
        read_extended(sim, work, fact);
    }
}
