/* sim_clocks: what happens to a ticket's clocks, requests, assisting tasks, modes and cards, by the
 * facts alone. Each fact is held against what was before: nothing fires twice, early or while the
 * ticket is suspended; paused time is not counted and not lost; what is asked is asked once and
 * decided in time; what is owed is there at the resolution; what is late stays late.
 *
 * Closed tickets are forgotten, so that a year fits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_clocks.h"

#define BUCKETS 4096u

struct sim_clocks {
    struct work *buckets[BUCKETS];
};

const char *sim_kind_name(enum sim_kind kind)
{
    static const char *const names[SIM_KINDS] = {
        [SIM_REMINDED] = "reminded",
        [SIM_SUSPENDED] = "suspended",
        [SIM_RESUMED_BY_HAND] = "resumed by hand",
        [SIM_RESUMED_BY_ITSELF] = "resumed by itself",
        [SIM_ASKED_EXTENSION] = "extension asked",
        [SIM_EXTENSION_GRANTED] = "extension granted",
        [SIM_EXTENSION_REFUSED] = "extension refused",
        [SIM_EXTENSION_LAPSED] = "extension lapsed",
        [SIM_ASKED_RAISE] = "raise asked",
        [SIM_RAISE_GRANTED] = "raise granted",
        [SIM_RAISE_REFUSED] = "raise refused",
        [SIM_RAISE_HELD] = "raise held",
        [SIM_ASSIST_ASKED] = "assist asked",
        [SIM_ASSIST_DONE] = "assist done",
        [SIM_ASSIST_LATE] = "assist late",
        [SIM_RESOLVED_WITHOUT] = "resolved without assist",
        [SIM_PERSON_NAMED] = "person named",
        [SIM_TERM_OF_PERSON] = "person's term passed",
        [SIM_TERM_OF_MODE] = "mode's term passed",
        [SIM_MODE_SET] = "mode set",
        [SIM_MODE_ENDED] = "mode ended",
        [SIM_ORDERED] = "ordered",
        [SIM_RECALLED] = "recalled",
        [SIM_CORRECTED] = "corrected",
        [SIM_MERGED] = "merged",
        [SIM_UNMERGED] = "unmerged",
        [SIM_FOLLOWED] = "resolved with its group",
        [SIM_NOTED_MEMBER] = "told of a member's resident",
        [SIM_URGED] = "urged",
        [SIM_SUPERVISED] = "supervised",
        [SIM_CARDED_BY_HAND] = "carded by hand",
        [SIM_CARD_CANCELLED] = "card cancelled",
        [SIM_APPEALED] = "appealed",
        [SIM_APPEAL_GRANTED] = "appeal granted",
        [SIM_APPEAL_REFUSED] = "appeal refused",
        [SIM_REPLANNED_POLICY] = "replanned by policy",
        [SIM_REPLANNED_CALENDAR] = "replanned by calendar",
        [SIM_REPLANNED_LEVEL] = "replanned by level",
        [SIM_REPLAN_PASSED] = "replan passed",
        [SIM_DESK_WARNED] = "desk warned",
        [SIM_DESK_OVERDUE] = "desk overdue",
        [SIM_DESK_REPLANNED] = "desk replanned",
        [SIM_AWARDED] = "points awarded",
        [SIM_REVERSED] = "points reversed",
        [SIM_LIMIT_REACHED] = "limit of points reached",
        [SIM_EXCHANGED] = "points exchanged",
        [SIM_GIVEN_BACK] = "exchange taken back",
        [SIM_PUBLISHED] = "bulletin published",
        [SIM_TAKEN_DOWN] = "bulletin taken down",
        [SIM_EXEMPTED] = "exempted",
        [SIM_DELIVERED] = "delivered",
        [SIM_DELIVERED_AGAIN] = "delivered again",
        [SIM_DELIVERY_DIED] = "delivery died",
        [SIM_HANDED_OVER] = "handed over",
        [SIM_ASKED_BY_CHANNEL] = "asked by channel",
        [SIM_ANSWERED_BY_CHANNEL] = "answered by channel",
        [SIM_ALARM_OPENED] = "alarm opened",
        [SIM_ALARM_NOTED] = "alarm noted",
        [SIM_FREED_EARLY] = "freed early",
    };
    CHECK(kind < SIM_KINDS);
    return names[kind];
}

struct sim_clocks *sim_clocks_new(void)
{
    struct sim_clocks *clocks = calloc(1, sizeof *clocks);
    CHECK(clocks != NULL);
    return clocks;
}

static struct work **place(struct sim_clocks *clocks, uint64_t id)
{
    struct work **at = &clocks->buckets[(id * 0x9e3779b97f4a7c15ull >> 40) % BUCKETS];
    while (*at != NULL && (*at)->id != id) {
        at = &(*at)->next;
    }
    return at;
}

static void forget(struct work **at)
{
    struct work *work = *at;
    *at = work->next;
    free(work);
}

void sim_clocks_free(struct sim_clocks *clocks)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (clocks->buckets[i] != NULL) {
            forget(&clocks->buckets[i]);
        }
    }
    free(clocks);
}

void work_must(const struct sim *sim, const struct work *work, bool allowed, const char *what)
{
    sim->figures->laws++;
    if (!allowed) {
        sim_broken(sim, "%s of %" PRIu64 " in state %d, level %u, round %u (fact at %" PRIu64 ")",
                   what, work->id, (int)work->state, work->level, work->round, work->at_ms);
    }
}

static void stop(struct work *work, Paidan__Clock kind)
{
    struct work_clock *clock = work_clock_of(work, kind);
    if (clock != NULL) {
        clock->stopped = true;
    }
}

struct work_clock *work_clock_of(struct work *work, Paidan__Clock kind)
{
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        if (work->clocks[i].present && work->clocks[i].kind == kind) {
            return &work->clocks[i];
        }
    }
    return NULL;
}

struct work_clock *work_handling(struct work *work)
{
    return work_clock_of(work,
                         work->round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE);
}

struct work_assist *work_assist_of(struct work *work, const char *unit)
{
    for (uint32_t i = 0; i < work->assist_count; i++) {
        if (strcmp(work->assists[i].unit, unit) == 0) {
            return &work->assists[i];
        }
    }
    return NULL;
}

const struct site_policy *work_policy(const struct sim *sim, const struct work *work)
{
    const struct site *site = world_site(sim->world);
    return site_policy(site, site_category_find(site, work->category),
                       (Paidan__Urgency)work->urgency, work->level);
}

void work_count(const struct sim *sim, enum sim_kind kind)
{
    sim->figures->kinds[kind]++;
}

bool work_is_late(const struct work_clock *clock, uint64_t at_ms)
{
    return clock != NULL && !clock->stopped && (clock->expired || clock->due_ms <= at_ms);
}

bool work_supervises(const struct sim *sim, const char *unit)
{
    return unit != NULL && site_supervises(world_site(sim->world), unit);
}

/* ---- a unit gets it ---- */

/* Clocks that run on after a ruling on the same level: exactly those that ran, but accept. */
static void take_kept(const struct sim *sim, struct work *work, const Paidan__Assignment *to)
{
    uint32_t running = 0, named = 0;
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        const struct work_clock *clock = &work->clocks[i];
        running += clock->present && !clock->stopped && clock->kind != PAIDAN__CLOCK__CLOCK_ACCEPT;
    }
    for (size_t i = 0; i < to->n_clocks; i++) {
        const Paidan__ClockSet *set = to->clocks[i];
        struct work_clock *clock = work_clock_of(work, set->clock);
        if (set->clock == PAIDAN__CLOCK__CLOCK_ACCEPT) {
            CHECK(clock != NULL);
            work_clock_begin(sim, work, clock, set);
            continue;
        }
        named++;
        work_must(sim, work,
                  clock != NULL && !clock->stopped && clock->start_ms == set->start_ms &&
                      clock->due_ms == set->due_ms &&
                      clock->extensions == (set->has_extensions ? set->extensions : 0),
                  "a clock that a ruling moved,");
    }
    work_must(sim, work, named == running, "a clock lost by a ruling,");
}

/* A ruling that makes another matter of it: what ran has the new term from its old beginning, what
 * was done stays done on its level, and what is new began when the resident began to wait. */
static void take_other(const struct sim *sim, struct work *work, const Paidan__Assignment *to,
                       uint32_t was_level)
{
    struct work was = *work;
    uint64_t since_ms = work->at_ms;
    memset(work->clocks, 0, sizeof work->clocks);
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        const struct work_clock *clock = &was.clocks[i];
        const bool runs =
            clock->present && !clock->stopped && clock->kind != PAIDAN__CLOCK__CLOCK_ACCEPT;
        since_ms = runs && clock->start_ms < since_ms ? clock->start_ms : since_ms;
        if (clock->present && clock->stopped && was_level == to->level &&
            clock->kind != PAIDAN__CLOCK__CLOCK_ACCEPT) {
            work->clocks[i] = *clock;
        }
    }
    for (size_t i = 0; i < to->n_clocks; i++) {
        const Paidan__ClockSet *set = to->clocks[i];
        const struct work_clock *old = work_clock_of(&was, set->clock);
        unsigned at = 0;
        while (at < WORK_CLOCKS_MAX && work->clocks[at].present) {
            at++;
        }
        CHECK(at < WORK_CLOCKS_MAX);
        const bool runs = old != NULL && !old->stopped;
        if (set->clock == PAIDAN__CLOCK__CLOCK_ACCEPT || (old != NULL && !runs)) {
            work_must(sim, work,
                      old == NULL || runs || was_level != to->level ||
                          set->clock == PAIDAN__CLOCK__CLOCK_ACCEPT,
                      "a clock that a ruling began again,");
            work_clock_begin(sim, work, &work->clocks[at], set);
            continue;
        }
        if (runs && was_level == to->level && old->due_ms == set->due_ms) {
            /* The deadline did not move: what fired has fired. */
            work->clocks[at] = *old;
            work_clock_go_on(sim, work, &work->clocks[at], set);
        } else {
            work_clock_change(sim, work, &work->clocks[at], set, runs ? old->start_ms : since_ms,
                              runs ? old->extensions : 0);
        }
        const struct site_policy *policy = work_policy(sim, work);
        const struct site_clock_rule *rule =
            set->clock == PAIDAN__CLOCK__CLOCK_CONTACT  ? &policy->contact
            : set->clock == PAIDAN__CLOCK__CLOCK_HANDLE ? &policy->handle
                                                        : &policy->redo;
        work_must(sim, work, rule->present && set->amount_ms == rule->term.amount_ms,
                  "a ruling with the term of another matter,");
    }
}

static void arrive(const struct sim *sim, struct work *work, const Paidan__Assignment *to)
{
    work_must(sim, work, work->suspended_until_ms == 0, "a move while suspended,");
    work->state = PAIDAN__STATE__STATE_ASSIGNED;
    const bool elsewhere = work->level != to->level;
    work->level = to->level;
    work->moved_ms = work->at_ms;
    (void)snprintf(work->unit, sizeof work->unit, "%s", to->unit);
    work->red = false;
    work->request = 0;
    work->person_due_ms = 0;
    struct work_assist *own = work_assist_of(work, to->unit);
    if (own != NULL) {
        own->done = true;
    }
    if (elsewhere) {
        work_carry(sim, work);
    }
}

void work_move(const struct sim *sim, struct work *work, const Paidan__Assignment *to, bool keep)
{
    arrive(sim, work, to);
    if (keep) {
        take_kept(sim, work, to);
        return;
    }
    memset(work->clocks, 0, sizeof work->clocks);
    CHECK(to->n_clocks <= WORK_CLOCKS_MAX);
    for (size_t i = 0; i < to->n_clocks; i++) {
        work_clock_begin(sim, work, &work->clocks[i], to->clocks[i]);
    }
}

/* Open tasks end where it became another matter, and nowhere else. */
static void end_tasks(const struct sim *sim, struct work *work, char *const *names, size_t count,
                      bool other)
{
    size_t ended = 0;
    for (uint32_t i = 0; i < work->assist_count;) {
        struct work_assist *task = &work->assists[i];
        bool named = !other || task->done;
        if (named) {
            i++;
            continue;
        }
        bool told = false;
        for (size_t k = 0; k < count; k++) {
            told = told || strcmp(names[k], task->unit) == 0;
        }
        work_must(sim, work, told, "a task of another matter that goes on,");
        ended++;
        work->assist_count--;
        memmove(task, task + 1, (work->assist_count - i) * sizeof *task);
    }
    work_must(sim, work, ended == count, "a task that ended of itself,");
}

static void read_assigned(const struct sim *sim, struct work *work, const Paidan__Assigned *fact)
{
    const bool ruled = fact->why == PAIDAN__WHY__WHY_RULED;
    const bool other = ruled && (strcmp(work->category, fact->category) != 0 ||
                                 work->urgency != (uint32_t)fact->urgency);
    const uint32_t was_level = work->level;
    (void)snprintf(work->category, sizeof work->category, "%s", fact->category);
    work->urgency = (uint32_t)fact->urgency;
    if (other) {
        arrive(sim, work, fact->to);
        take_other(sim, work, fact->to, was_level);
        end_tasks(sim, work, fact->assist_ended, fact->n_assist_ended, true);
        return;
    }
    work_move(sim, work, fact->to, ruled && fact->to->level == was_level);
    end_tasks(sim, work, fact->assist_ended, fact->n_assist_ended, false);
}

/* Another unit by a correction: as a ruling on the same level, all anew on another one. */
static void read_handed_over(const struct sim *sim, struct work *work,
                             const Paidan__Corrected *fact, bool other)
{
    const bool stays = fact->to->level == work->level;
    if (other && stays) {
        arrive(sim, work, fact->to);
        take_other(sim, work, fact->to, work->level);
    } else {
        work_move(sim, work, fact->to, stays);
    }
    for (size_t i = 0; stays && i < fact->to->n_clocks; i++) {
        struct work_clock *clock = work_clock_of(work, fact->to->clocks[i]->clock);
        if (clock != NULL && clock->kind != PAIDAN__CLOCK__CLOCK_ACCEPT && !clock->expired) {
            clock->excused = clock->due_ms <= work->at_ms;
        }
    }
    end_tasks(sim, work, fact->assist_ended, fact->n_assist_ended, other);
}

static void read_corrected(const struct sim *sim, struct work *work, const Paidan__Corrected *fact)
{
    const uint32_t urgency = !fact->has_urgency ? work->urgency
                             : fact->has_held   ? (uint32_t)fact->held
                                                : (uint32_t)fact->urgency;
    const bool other = fact->category != NULL || urgency != work->urgency;
    work_must(sim, work,
              work->state == PAIDAN__STATE__STATE_ASSIGNED ||
                  (fact->note != NULL && fact->note[0] != '\0'),
              "a correction without a reason");
    work_must(sim, work, fact->category == NULL || strcmp(fact->from_category, work->category) == 0,
              "a correction of another category");
    if (fact->category != NULL) {
        (void)snprintf(work->category, sizeof work->category, "%s", fact->category);
    }
    work->urgency = urgency;
    work_must(sim, work, other || fact->has_urgency || fact->to != NULL || fact->area != NULL,
              "a correction of nothing");
    if (fact->to != NULL) {
        read_handed_over(sim, work, fact, other);
    } else {
        work_read_corrected(sim, work, fact);
    }
    work_count(sim, SIM_CORRECTED);
}

static void read_reopened(const struct sim *sim, struct work *work, const Paidan__Reopened *fact)
{
    work->round = fact->round;
    work->urgency = fact->has_urgency ? (uint32_t)fact->urgency : work->urgency;
    work->assist_count = 0;
    memset(work->assists, 0, sizeof work->assists);
    work->mode_open = false;
    work_move(sim, work, fact->to, false);
}

/* ---- work ---- */

static void read_raised(const struct sim *sim, struct work *work, const Paidan__Raised *fact)
{
    if (fact->why == PAIDAN__WHY__WHY_EXPIRED) {
        work_read_expired(sim, work, fact->clock, fact->due_ms);
        for (size_t i = 0; i < fact->n_also_late; i++) {
            work_read_expired(sim, work, fact->also_late[i], fact->due_ms);
        }
    }
    work_move(sim, work, fact->to, false);
}

/* Nobody has it any more. What passed before is for ever the unit's that had it: work->late stays. */
static void be_nobodys(struct work *work, Paidan__State state)
{
    if (work->suspended_until_ms != 0) {
        CHECK(work->pause_count > 0);
        work->pauses[work->pause_count - 1].until_ms = work->at_ms;
        work->suspended_until_ms = 0;
    }
    memset(work->clocks, 0, sizeof work->clocks);
    memset(work->assists, 0, sizeof work->assists);
    work->assist_count = 0;
    work->request = 0;
    work->person_due_ms = 0;
    work->mode_open = false;
    work->red = false;
    work->state = state;
    work->unit[0] = '\0';
    work->level = 0;
}

static void read_merged(struct work *work, const Paidan__Merged *fact)
{
    be_nobodys(work, PAIDAN__STATE__STATE_MERGED);
    if (fact->category != NULL) {
        (void)snprintf(work->category, sizeof work->category, "%s", fact->category);
    }
    work->urgency = (uint32_t)fact->urgency;
}

/* A member, with the ticket that was worked on in its place: by that one's unit, which no clock of this one
 * ran against. */
static void read_followed(const struct sim *sim, struct work *work, const Paidan__Resolved *fact)
{
    work_must(sim, work, !fact->late, "lateness of a member");
    if (fact->category != NULL) {
        (void)snprintf(work->category, sizeof work->category, "%s", fact->category);
    }
    (void)snprintf(work->unit, sizeof work->unit, "%s", fact->unit);
    work->level = fact->level;
    work->state = PAIDAN__STATE__STATE_RESOLVED;
    work->without_assist = false;
}

static void read_resolved(const struct sim *sim, struct work *work, const Paidan__Resolved *fact)
{
    if (fact->has_group) {
        read_followed(sim, work, fact);
        return;
    }
    uint32_t open = 0;
    for (uint32_t i = 0; i < work->assist_count; i++) {
        open += !work->assists[i].done && !work->assists[i].unawaited;
    }
    const bool without = fact->has_without_assist && fact->without_assist;
    work_must(sim, work, without == (open > 0), "assisting tasks passed over silently,");
    work_must(sim, work, !without || fact->note[0] != '\0', "assisting tasks passed over unsaid,");
    work_must(sim, work, !work->mode_open, "resolving before the owed result");
    work_must(sim, work, fact->late == work_is_late(work_handling(work), work->at_ms),
              "lateness of a resolution told wrongly");
    if (fact->late) {
        work->late |= 1u << work_handling(work)->kind;
    }
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        work->clocks[i].stopped = true;
    }
    work->request = 0;
    work->person_due_ms = 0;
    work->state = PAIDAN__STATE__STATE_RESOLVED;
    work->without_assist = without;
    sim->figures->kinds[SIM_RESOLVED_WITHOUT] += without;
}

static void read_returned(const struct sim *sim, struct work *work)
{
    const struct site_clock_rule *window = &work_policy(sim, work)->return_window;
    const struct work_clock *accept = work_clock_of(work, PAIDAN__CLOCK__CLOCK_ACCEPT);
    work_must(sim, work,
              !window->present || accept == NULL || !sim_plain_knows(sim->plain) ||
                  work->at_ms < work_term_end(sim, window, accept->start_ms),
              "a return after its window");
    work->state = PAIDAN__STATE__STATE_RETURNED;
    work->request = 0;
}

/* The unit that lost it is told of no clock any more, and keeps no task of it. */
static void read_recalled(const struct sim *sim, struct work *work, const Paidan__Recalled *fact)
{
    size_t open = 0;
    work_must(sim, work,
              work->state == PAIDAN__STATE__STATE_ASSIGNED ||
                  (fact->has_merge_into && fact->note != NULL),
              "a recall");
    work_must(sim, work, strcmp(work->unit, fact->unit) == 0, "a recall from another unit");
    work_must(sim, work, work->request == 0, "a recall over an open request");
    for (uint32_t i = 0; i < work->assist_count; i++) {
        bool told = work->assists[i].done;
        for (size_t k = 0; k < fact->n_assist_ended; k++) {
            told = told || strcmp(fact->assist_ended[k], work->assists[i].unit) == 0;
        }
        work_must(sim, work, told, "a task that goes on after a recall,");
        open += work->assists[i].done ? 0 : 1;
    }
    work_must(sim, work, open == fact->n_assist_ended, "a task that a recall made up,");
    be_nobodys(work, PAIDAN__STATE__STATE_DESK);
    work_count(sim, SIM_RECALLED);
}

static void read_done(const struct sim *sim, struct work *work, Paidan__Clock kind, bool late)
{
    const struct work_clock *clock = work_clock_of(work, kind);
    work_must(sim, work, late == work_is_late(clock, work->at_ms), "lateness told wrongly");
    work->late |= late ? 1u << kind : 0;
    stop(work, kind);
}

static bool fires_by_itself(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_WARNED:
    case PAIDAN__EVENT__FACT_REMINDED:
    case PAIDAN__EVENT__FACT_ALARMED:
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
    case PAIDAN__EVENT__FACT_TERM_PASSED:
    case PAIDAN__EVENT__FACT_DECIDED:
        return true;
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->by_unit == NULL;
    default:
        return false;
    }
}

static bool is_nobodys(const struct work *work)
{
    return work->state == PAIDAN__STATE__STATE_DESK || work->state == PAIDAN__STATE__STATE_MERGED;
}

/* All of them but the reminder about an appeal, which goes on without a unit. */
static bool fires_of_unit(const Paidan__Event *event)
{
    return fires_by_itself(event) && (event->fact_case != PAIDAN__EVENT__FACT_REMINDED ||
                                      event->reminded->clock != PAIDAN__CLOCK__CLOCK_APPEAL);
}

static void read_rest(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIST_ASKED:
        work_read_assist_asked(sim, work, event->assist_asked);
        break;
    case PAIDAN__EVENT__FACT_ASSIST_DONE:
        work_read_assist_done(sim, work, event->assist_done);
        break;
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        work_read_assist_late(sim, work, event->assist_late);
        break;
    case PAIDAN__EVENT__FACT_PERSON_NAMED:
        work_must(sim, work, event->person_named->due_ms > work->at_ms, "a person's term passed");
        work->person_due_ms = event->person_named->due_ms;
        work_count(sim, SIM_PERSON_NAMED);
        break;
    case PAIDAN__EVENT__FACT_TERM_PASSED:
        work_read_term_passed(sim, work, event->term_passed);
        break;
    case PAIDAN__EVENT__FACT_MODE_SET:
        work_read_mode_set(sim, work, event->mode_set);
        break;
    case PAIDAN__EVENT__FACT_MODE_ENDED:
        work_read_mode_ended(sim, work, event->mode_ended);
        break;
    case PAIDAN__EVENT__FACT_APPEALED:
    case PAIDAN__EVENT__FACT_APPEAL_RULED:
        work_read_appeal(sim, work, event);
        break;
    default:
        work_read_supervision(sim, work, event);
        break;
    }
}

/* 并单: what members ask makes deadlines earlier, what goes with them later; never into the past. What is later
 * warns anew, as after any extension. */
static void read_claimed(const struct sim *sim, struct work *work, Paidan__ClockSet **sets,
                         size_t count, bool earlier)
{
    for (size_t i = 0; i < count; i++) {
        struct work_clock *clock = work_clock_of(work, sets[i]->clock);
        work_must(sim, work, clock != NULL && !clock->stopped && !clock->expired,
                  "a clock of a group that does not run,");
        const uint64_t before_ms = clock->due_ms;
        work_must(sim, work, earlier ? sets[i]->due_ms < before_ms : sets[i]->due_ms >= before_ms,
                  "a group that moves a deadline the other way,");
        work_must(sim, work, sets[i]->due_ms > work->at_ms, "a deadline in the past by a group,");
        if (sets[i]->due_ms > before_ms) {
            clock->warned = false;
            clock->step_count = 0;
        }
        work_clock_take(clock, sets[i]);
    }
}

static void read_fact(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        read_assigned(sim, work, event->assigned);
        break;
    case PAIDAN__EVENT__FACT_RAISED:
        read_raised(sim, work, event->raised);
        break;
    case PAIDAN__EVENT__FACT_REOPENED:
        read_reopened(sim, work, event->reopened);
        break;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        read_done(sim, work, PAIDAN__CLOCK__CLOCK_ACCEPT, event->accepted->late);
        work->state = PAIDAN__STATE__STATE_ACCEPTED;
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        read_done(sim, work, PAIDAN__CLOCK__CLOCK_CONTACT, event->contacted->late);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        read_resolved(sim, work, event->resolved);
        break;
    case PAIDAN__EVENT__FACT_RETURNED:
        read_returned(sim, work);
        break;
    case PAIDAN__EVENT__FACT_CORRECTED:
        read_corrected(sim, work, event->corrected);
        break;
    case PAIDAN__EVENT__FACT_RECALLED:
        read_recalled(sim, work, event->recalled);
        break;
    case PAIDAN__EVENT__FACT_MERGED:
        read_merged(work, event->merged);
        break;
    case PAIDAN__EVENT__FACT_UNMERGED:
        work->state = PAIDAN__STATE__STATE_DESK;
        break;
    case PAIDAN__EVENT__FACT_WARNED:
        work_read_warned(sim, work, event->warned);
        break;
    case PAIDAN__EVENT__FACT_REMINDED:
        work_read_reminded(sim, work, event->reminded);
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        work_read_carded(sim, work, event->carded);
        break;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        work_read_suspended(sim, work, event->suspended);
        break;
    case PAIDAN__EVENT__FACT_RESUMED:
        work_read_resumed(sim, work, event->resumed);
        break;
    case PAIDAN__EVENT__FACT_REQUESTED:
        work_read_requested(sim, work, event->requested);
        break;
    case PAIDAN__EVENT__FACT_DECIDED:
        work_read_decided(sim, work, event->decided);
        break;
    case PAIDAN__EVENT__FACT_REPLANNED:
        work_read_replanned(sim, work, event->replanned);
        break;
    case PAIDAN__EVENT__FACT_URGENCY_RAISED:
        work->urgency = work->urgency > (uint32_t)event->urgency_raised->urgency
                            ? work->urgency
                            : (uint32_t)event->urgency_raised->urgency;
        read_claimed(sim, work, event->urgency_raised->clocks, event->urgency_raised->n_clocks,
                     true);
        break;
    case PAIDAN__EVENT__FACT_PARTED:
        work->urgency =
            event->parted->has_urgency ? (uint32_t)event->parted->urgency : work->urgency;
        read_claimed(sim, work, event->parted->clocks, event->parted->n_clocks, false);
        break;
    default:
        read_rest(sim, work, event);
        break;
    }
}

/* All open tickets were looked at by the calendars as they are now: a clock that was not planned
 * anew must stand where they put it. */
static void read_replan_passed(struct sim *sim, struct sim_clocks *clocks,
                               const Paidan__ReplanPassed *fact)
{
    if (fact->has_next || fact->site_version != world_site(sim->world)->version) {
        return;
    }
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (struct work *work = clocks->buckets[i]; work != NULL; work = work->next) {
            if (work->state == PAIDAN__STATE__STATE_RESOLVED || is_nobodys(work)) {
                continue; /* nothing of it runs */
            }
            for (unsigned k = 0; k < WORK_CLOCKS_MAX; k++) {
                work->clocks[k].planned = sim->generation;
            }
            for (uint32_t k = 0; k < work->assist_count; k++) {
                work->assists[k].clock.planned = sim->generation;
            }
            work->mode_clock.planned = sim->generation;
            work_check_all(sim, work);
        }
    }
    work_count(sim, SIM_REPLAN_PASSED);
}

/* A closed ticket may still be appealed for; a second appeal is sim_laws' matter. */
static void count_closed(const struct sim *sim, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_APPEALED) {
        work_count(sim, SIM_APPEALED);
    } else if (event->fact_case == PAIDAN__EVENT__FACT_APPEAL_RULED) {
        work_count(sim, event->appeal_ruled->granted ? SIM_APPEAL_GRANTED : SIM_APPEAL_REFUSED);
    }
}

void sim_clocks_read(struct sim *sim, struct sim_clocks *clocks, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED &&
        event->site_changed->site_version == world_site(sim->world)->version) {
        sim->generation_said = sim->generation;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_REPLAN_PASSED) {
        read_replan_passed(sim, clocks, event->replan_passed);
        return;
    }
    if (!event->has_ticket || event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        return;
    }
    struct work **at = place(clocks, event->ticket);
    if (event->fact_case == PAIDAN__EVENT__FACT_CLOSED) {
        /* Whoever was not heard may open it again. */
        const bool over = event->closed->has_satisfied ||
                          event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
        if (*at != NULL && over) {
            forget(at);
        }
        return;
    }
    if (*at == NULL && event->fact_case != PAIDAN__EVENT__FACT_ASSIGNED &&
        event->fact_case != PAIDAN__EVENT__FACT_MERGED) {
        count_closed(sim, event);
        return;
    }
    if (*at == NULL) {
        *at = calloc(1, sizeof **at);
        CHECK(*at != NULL);
        (*at)->id = event->ticket;
        (*at)->round = 1;
    }
    (*at)->at_ms = event->at_ms;
    work_must(sim, *at, (*at)->suspended_until_ms == 0 || !fires_by_itself(event),
              "something that fired while suspended");
    work_must(sim, *at, !is_nobodys(*at) || !fires_of_unit(event),
              "something that fired although nobody has it");
    work_tally_late(sim, *at, event);
    work_check_carried(sim, *at, event);
    read_fact(sim, *at, event);
}

/* ---- what the service says ---- */

static void compare_clock(const struct sim *sim, struct work *work, const Paidan__ClockSet *set)
{
    const struct work_clock *clock = work_clock_of(work, set->clock);
    work_must(sim, work, clock != NULL && !clock->stopped, "a clock shown that does not run");
    work_must(sim, work,
              clock->expired || clock->planned == sim->generation ||
                  sim->generation_said != sim->generation,
              "a clock that another site planned,");
    work_must(sim, work,
              clock->due_ms == set->due_ms &&
                  (clock->has_warn ? clock->warn_ms : 0) == (set->has_warn_ms ? set->warn_ms : 0),
              "a deadline or warning point shown differently");
}

void sim_clocks_compare(struct sim *sim, struct sim_clocks *clocks, const Paidan__Brief *brief)
{
    struct work *work = *place(clocks, brief->ticket);
    if (work == NULL) {
        return;
    }
    const uint32_t late = brief->has_late ? brief->late : 0;
    work_must(sim, work, (work->late & ~late) == 0, "lateness that was forgotten");
    work_must(sim, work, (late & ~work->late) == 0, "lateness out of nothing");
    if (work->state == PAIDAN__STATE__STATE_RESOLVED) {
        return;
    }
    work_must(sim, work, !work->red || brief->card == PAIDAN__CARD__CARD_RED,
              "a red card that went back");
    work_must(sim, work, work->request == (brief->has_request ? (int)brief->request : 0),
              "an open request shown differently");
    for (size_t i = 0; i < brief->n_clocks; i++) {
        compare_clock(sim, work, brief->clocks[i]);
    }
    for (size_t i = 0; i < brief->n_assist_tasks; i++) {
        const Paidan__AssistTask *shown = brief->assist_tasks[i];
        const struct work_assist *task = work_assist_of(work, shown->unit);
        work_must(sim, work,
                  task != NULL && task->done == shown->done &&
                      task->clock.due_ms == (shown->has_due_ms ? shown->due_ms : 0),
                  "an assisting task shown differently");
    }
}

void sim_clocks_resolved(struct sim *sim, struct sim_clocks *clocks, uint64_t ticket, bool anyway)
{
    const struct work *work = *place(clocks, ticket);
    if (work != NULL && work->state == PAIDAN__STATE__STATE_RESOLVED) {
        work_must(sim, work, anyway || !work->without_assist, "assisting units not awaited,");
    }
}

bool sim_clocks_assists(struct sim_clocks *clocks, uint64_t ticket, const char *unit)
{
    struct work *work = *place(clocks, ticket);
    const struct work_assist *task = work == NULL ? NULL : work_assist_of(work, unit);
    return task != NULL && !task->done;
}
