/* sim_clocks_late: which unit missed which deadlines, counted from the facts a second time and by
 * another rule than the service's: a unit has missed whatever of its clocks ran and was due when
 * the deadline passed, whichever of them the fact names, unless it was due before the unit had it.
 * A deed counts only where no fact told that its deadline had passed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_clocks.h"

enum late_kind { LATE_ACCEPT, LATE_CONTACT, LATE_RESOLVE, LATE_ASSIST, LATE_KINDS };

#define UNITS_MAX 512u

struct sim_lates {
    size_t count;
    struct missed {
        char unit[CODE_BYTES_MAX + 1];
        uint64_t times[LATE_KINDS];
    } units[UNITS_MAX];
};

struct sim_lates *sim_lates_new(void)
{
    struct sim_lates *lates = calloc(1, sizeof *lates);
    CHECK(lates != NULL);
    return lates;
}

void sim_lates_free(struct sim_lates *lates)
{
    free(lates);
}

static struct missed *missed_of(struct sim_lates *lates, const char *unit)
{
    for (size_t at = 0; at < lates->count; at++) {
        if (strcmp(lates->units[at].unit, unit) == 0) {
            return &lates->units[at];
        }
    }
    CHECK(lates->count < UNITS_MAX);
    struct missed *missed = &lates->units[lates->count++];
    (void)snprintf(missed->unit, sizeof missed->unit, "%s", unit);
    return missed;
}

static enum late_kind kind_of(Paidan__Clock clock)
{
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_ACCEPT:
        return LATE_ACCEPT;
    case PAIDAN__CLOCK__CLOCK_CONTACT:
        return LATE_CONTACT;
    case PAIDAN__CLOCK__CLOCK_ASSIST:
        return LATE_ASSIST;
    default:
        return LATE_RESOLVE;
    }
}

/* The unit got the ticket when the newest of its clocks began. */
static uint64_t got_ms(const struct work *work)
{
    uint64_t got = 0;
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        const struct work_clock *clock = &work->clocks[i];
        got = clock->present && clock->start_ms > got ? clock->start_ms : got;
    }
    return got;
}

/* A deadline passed: all of the unit's clocks that were due then, or the one of a card alone, for
 * the others have cards of their own. */
static void passed(struct sim_lates *lates, const struct work *work, uint64_t due_ms,
                   Paidan__Clock only)
{
    for (unsigned i = 0; i < WORK_CLOCKS_MAX; i++) {
        const struct work_clock *clock = &work->clocks[i];
        const bool runs = clock->present && !clock->stopped && !clock->expired && !clock->excused;
        if (runs && clock->due_ms == due_ms && due_ms >= got_ms(work) &&
            (only == 0 || clock->kind == only)) {
            missed_of(lates, work->unit)->times[kind_of(clock->kind)]++;
        }
    }
}

static void done(struct sim_lates *lates, const char *unit, const struct work_clock *clock,
                 uint64_t at_ms)
{
    if (clock != NULL && clock->present && work_is_late(clock, at_ms) && !clock->expired &&
        !clock->excused) {
        missed_of(lates, unit)->times[kind_of(clock->kind)]++;
    }
}

void work_tally_late(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    struct sim_lates *lates = sim->lates;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RAISED:
        if (event->raised->why == PAIDAN__WHY__WHY_EXPIRED) {
            passed(lates, work, event->raised->due_ms, 0);
        }
        break;
    case PAIDAN__EVENT__FACT_CARDED:
        if (event->carded->by_unit == NULL) {
            passed(lates, work, event->carded->due_ms, event->carded->clock);
        }
        break;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        done(lates, work->unit, work_clock_of(work, PAIDAN__CLOCK__CLOCK_ACCEPT), work->at_ms);
        break;
    case PAIDAN__EVENT__FACT_CONTACTED:
        done(lates, work->unit, work_clock_of(work, PAIDAN__CLOCK__CLOCK_CONTACT), work->at_ms);
        break;
    case PAIDAN__EVENT__FACT_RESOLVED:
        done(lates, work->unit, work_handling(work), work->at_ms);
        break;
    case PAIDAN__EVENT__FACT_ASSIST_LATE:
        missed_of(lates, event->assist_late->unit)->times[LATE_ASSIST]++;
        break;
    case PAIDAN__EVENT__FACT_ASSIST_DONE: {
        const struct work_assist *task = work_assist_of(work, event->assist_done->unit);
        if (task != NULL && work->suspended_until_ms == 0) {
            done(lates, task->unit, &task->clock, work->at_ms);
        }
        break;
    }
    default:
        break;
    }
}

void sim_lates_compare(struct sim *sim, char *unit)
{
    static const char *const names[LATE_KINDS] = {
        [LATE_ACCEPT] = "accepted_late",
        [LATE_CONTACT] = "contacted_late",
        [LATE_RESOLVE] = "resolved_late",
        [LATE_ASSIST] = "assists_late",
    };
    Paidan__UnitCounts wish = PAIDAN__UNIT_COUNTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = unit;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_COUNTS;
    request.unit_counts = &wish;
    const Paidan__Answer *answer = sim_look(sim, WORLD_ARCHIVE, &request);
    CHECK(answer != NULL);
    CHECK(answer->code == PAIDAN__CODE__OK);
    const Paidan__UnitCount *told = answer->units_counted->units[0];
    const struct missed *missed = missed_of(sim->lates, unit);
    for (unsigned kind = 0; kind < LATE_KINDS; kind++) {
        for (size_t at = 0; at < told->n_counts; at++) {
            if (strcmp(told->counts[at]->name, names[kind]) != 0) {
                continue;
            }
            sim->figures->laws++;
            if (told->counts[at]->value != missed->times[kind]) {
                sim_broken(sim, "%s of %s is told as %" PRIu64 ", by the facts it is %" PRIu64,
                           names[kind], unit, told->counts[at]->value, missed->times[kind]);
            }
        }
    }
}
