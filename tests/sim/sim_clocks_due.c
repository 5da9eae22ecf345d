/* sim_clocks_due: when the deadline, the warning point and the steps of a clock must be. Computed
 * anew from the clock's start each time: what was consumed between the ticket's pauses is added up,
 * and the rest is walked from where the last pause ended (sim_calendar.c). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_clocks.h"

/* Moments that meet are put a millisecond apart: so many at most. */
#define APART_MS_MAX 16u
#define DAY_MS 86400000ull

static struct sim_term term_of(const struct work_clock *clock)
{
    return (struct sim_term){.calendar = clock->calendar,
                             .unit = clock->unit,
                             .next_day = clock->next_day,
                             .end_of_day = clock->end_of_day};
}

/* From where the rest is counted, and what was consumed before. */
struct since {
    uint64_t from_ms, consumed_ms;
};

static struct since since_pauses(const struct sim *sim, const struct work *work,
                                 const struct work_clock *clock)
{
    const struct sim_term term = term_of(clock);
    const uint64_t start_ms = sim_plain_start(sim->plain, &term, clock->start_ms);
    struct since since = {.from_ms = clock->start_ms};
    for (uint32_t i = 0; i < work->pause_count; i++) {
        const bool still = work->pauses[i].until_ms == 0;
        if (!still && work->pauses[i].until_ms <= clock->start_ms) {
            continue;
        }
        const uint64_t from_ms = since.from_ms > start_ms ? since.from_ms : start_ms;
        const uint64_t begin_ms =
            work->pauses[i].from_ms > clock->start_ms ? work->pauses[i].from_ms : clock->start_ms;
        if (begin_ms > from_ms) {
            since.consumed_ms += sim_plain_count(sim->plain, &term, from_ms, begin_ms);
        }
        since.from_ms = still ? begin_ms : work->pauses[i].until_ms;
    }
    return since;
}

/* So much of the term is consumed at: */
static uint64_t moment(const struct sim *sim, const struct work_clock *clock,
                       const struct since *since, uint64_t amount_ms, bool deadline)
{
    struct sim_term term = term_of(clock);
    const uint64_t start_ms = sim_plain_start(sim->plain, &term, clock->start_ms);
    const uint64_t from_ms = since->from_ms > start_ms ? since->from_ms : start_ms;
    if (amount_ms <= since->consumed_ms) {
        return deadline ? from_ms : since->from_ms;
    }
    term.end_of_day = term.end_of_day && (deadline || amount_ms % DAY_MS == 0);
    return sim_plain_end(sim->plain, &term, amount_ms - since->consumed_ms, from_ms);
}

static bool near(uint64_t a, uint64_t b)
{
    return (a > b ? a - b : b - a) <= APART_MS_MAX;
}

static void say(const struct sim *sim, const struct work *work, const struct work_clock *clock,
                const char *what, uint64_t is_ms, uint64_t must_ms)
{
    sim->figures->laws++;
    if (is_ms != must_ms) {
        sim_broken(sim,
                   "%s of clock %d of %" PRIu64 " is %" PRIu64 ", by the calendar %" PRIu64
                   " (fact at %" PRIu64 ", start %" PRIu64 ", %" PRIu64
                   " ms of unit %d in %s, %u extensions, %u pauses)",
                   what, (int)clock->kind, work->id, is_ms, must_ms, work->at_ms, clock->start_ms,
                   clock->amount_ms, (int)clock->unit, clock->calendar, clock->extensions,
                   work->pause_count);
    }
}

/* Moments before the deadline come in the order of their amounts, also where the end rules of days
 * would let them cross, and before it. */
static void check_before(const struct sim *sim, const struct work *work,
                         const struct work_clock *clock, const struct since *since)
{
    struct {
        uint64_t amount_ms, is_ms;
    } points[CLOCK_STEPS_MAX + 1];
    size_t count = 0;
    const uint64_t term_ms = clock->amount_ms * (1 + (uint64_t)clock->extensions);
    uint64_t least_ms = 0;
    for (uint32_t i = 0; i <= clock->step_count; i++) {
        const struct work_step *step = i < clock->step_count ? &clock->steps[i] : NULL;
        const bool waits =
            step != NULL ? !step->fired && !step->after : clock->has_warn && !clock->warned;
        if (!waits) {
            continue;
        }
        const uint64_t amount_ms =
            term_ms - (step != NULL ? step->amount_ms : clock->warn_amount_ms);
        size_t at = count++;
        for (; at > 0 && points[at - 1].amount_ms > amount_ms; at--) {
            points[at] = points[at - 1];
        }
        points[at].amount_ms = amount_ms;
        points[at].is_ms = step != NULL ? step->at_ms : clock->warn_ms;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t must_ms = moment(sim, clock, since, points[i].amount_ms, false);
        must_ms = must_ms <= least_ms ? least_ms + 1 : must_ms;
        least_ms = must_ms;
        must_ms = must_ms >= clock->due_ms ? clock->due_ms - 1 : must_ms;
        const bool good = near(points[i].is_ms, must_ms) && points[i].is_ms < clock->due_ms;
        say(sim, work, clock, "a warning point or step", good ? must_ms : points[i].is_ms, must_ms);
    }
}

static void check_after(const struct sim *sim, const struct work *work,
                        const struct work_clock *clock, const struct since *since)
{
    const uint64_t term_ms = clock->amount_ms * (1 + (uint64_t)clock->extensions);
    for (uint32_t i = 0; i < clock->step_count; i++) {
        const struct work_step *step = &clock->steps[i];
        if (step->fired || !step->after) {
            continue;
        }
        uint64_t must_ms = moment(sim, clock, since, term_ms + step->amount_ms, false);
        must_ms = must_ms <= clock->due_ms ? clock->due_ms + 1 : must_ms;
        say(sim, work, clock, "a step after it", near(step->at_ms, must_ms) ? must_ms : step->at_ms,
            must_ms);
    }
}

void work_clock_check(const struct sim *sim, const struct work *work,
                      const struct work_clock *clock)
{
    /* What has expired is not planned by another calendar any more. */
    const bool bound =
        clock->present && !clock->stopped && (!clock->expired || clock->born == sim->generation);
    if (!bound || clock->due_ms == 0 || !sim_plain_knows(sim->plain)) {
        return;
    }
    const struct since since = since_pauses(sim, work, clock);
    const uint64_t term_ms = clock->amount_ms * (1 + (uint64_t)clock->extensions);
    if (!clock->expired) {
        say(sim, work, clock, "what is consumed", clock->consumed_ms, since.consumed_ms);
        say(sim, work, clock, "the deadline", clock->due_ms,
            moment(sim, clock, &since, term_ms, true));
        check_before(sim, work, clock, &since);
    }
    check_after(sim, work, clock, &since);
}

uint64_t work_clock_due_by(const struct sim *sim, const struct work *work,
                           const struct work_clock *clock, const struct site_clock_rule *rule)
{
    struct work_clock other = *clock;
    other.unit = (Paidan__TimeUnit)rule->term.unit;
    other.next_day = rule->term.start == CALENDAR_FROM_NEXT_DAY;
    other.end_of_day = rule->term.end == CALENDAR_END_OF_DAY;
    (void)snprintf(other.calendar, sizeof other.calendar, "%s",
                   world_site(sim->world)->calendars[rule->calendar].code);
    const struct since since = since_pauses(sim, work, &other);
    return moment(sim, &other, &since, rule->term.amount_ms * (1 + (uint64_t)clock->extensions),
                  true);
}

/* ---- clocks of facts ---- */

/* A step that fired before stays fired, whatever its moment is now: of steps that do the same on
 * the same side of the deadline the first ones. */
static void keep_fired(struct work_clock *clock, const struct work_clock *before)
{
    bool used[CLOCK_STEPS_MAX] = {false};
    for (uint32_t i = 0; i < clock->step_count; i++) {
        for (uint32_t k = 0; k < before->step_count && !clock->steps[i].fired; k++) {
            const struct work_step *old = &before->steps[k];
            if (!used[k] && old->fired && old->does == clock->steps[i].does &&
                old->after == clock->steps[i].after) {
                used[k] = true;
                clock->steps[i].fired = true;
            }
        }
    }
}

void work_clock_take(struct work_clock *clock, const Paidan__ClockSet *set)
{
    const struct work_clock before = *clock;
    *clock = (struct work_clock){
        .present = true,
        .stopped = before.stopped,
        .warned = before.warned,
        .expired = before.expired,
        .kind = set->clock,
        .unit = set->unit,
        .next_day = set->has_start_rule && set->start_rule == PAIDAN__START_RULE__START_NEXT_DAY,
        .end_of_day = set->has_end_rule && set->end_rule == PAIDAN__END_RULE__END_OF_DAY,
        .has_warn = set->has_warn_ms,
        .start_ms = set->start_ms,
        .due_ms = set->due_ms,
        .warn_ms = set->warn_ms,
        .amount_ms = set->amount_ms,
        .warn_amount_ms = set->warn_amount_ms,
        .consumed_ms = set->has_consumed_ms ? set->consumed_ms : 0,
        .extensions = set->has_extensions ? set->extensions : 0,
        .step_count = (uint32_t)set->n_steps,
        .born = before.born,
        .planned = before.planned,
    };
    CHECK(set->n_steps <= CLOCK_STEPS_MAX);
    (void)snprintf(clock->calendar, sizeof clock->calendar, "%s",
                   set->calendar != NULL ? set->calendar : "");
    for (size_t i = 0; i < set->n_steps; i++) {
        clock->steps[i] =
            (struct work_step){.at_ms = set->steps[i]->at_ms,
                               .amount_ms = set->steps[i]->amount_ms,
                               .does = set->steps[i]->does,
                               .after = set->steps[i]->has_after && set->steps[i]->after};
    }
    keep_fired(clock, &before);
}

void work_clock_begin(const struct sim *sim, const struct work *work, struct work_clock *clock,
                      const Paidan__ClockSet *set)
{
    work_must(sim, work, !set->has_consumed_ms, "a clock used already,");
    work_clock_change(sim, work, clock, set, work->at_ms, 0);
}

void work_clock_change(const struct sim *sim, const struct work *work, struct work_clock *clock,
                       const Paidan__ClockSet *set, uint64_t start_ms, uint32_t extensions)
{
    *clock = (struct work_clock){.born = sim->generation, .planned = sim->generation};
    work_clock_take(clock, set);
    work_must(sim, work, clock->start_ms == start_ms, "a clock that begins at another time,");
    work_must(sim, work, clock->extensions == extensions, "a clock with other extensions,");
    work_clock_check(sim, work, clock);
}

void work_clock_go_on(const struct sim *sim, const struct work *work, struct work_clock *clock,
                      const Paidan__ClockSet *set)
{
    const struct work_clock before = *clock;
    work_clock_take(clock, set);
    work_must(sim, work, before.kind == clock->kind && before.start_ms == clock->start_ms,
              "a clock that began anew instead of going on,");
    work_must(sim, work, !before.expired || before.due_ms == clock->due_ms,
              "a missed deadline that moved,");
    if (clock->planned == sim->generation) {
        work_clock_check(sim, work, clock);
    }
}

uint64_t work_term_end(const struct sim *sim, const struct site_clock_rule *rule, uint64_t from_ms)
{
    const struct sim_term term = {.calendar =
                                      world_site(sim->world)->calendars[rule->calendar].code,
                                  .unit = (Paidan__TimeUnit)rule->term.unit,
                                  .next_day = rule->term.start == CALENDAR_FROM_NEXT_DAY,
                                  .end_of_day = rule->term.end == CALENDAR_END_OF_DAY};
    return sim_plain_end(sim->plain, &term, rule->term.amount_ms,
                         sim_plain_start(sim->plain, &term, from_ms));
}
