/* escalation_clock: one clock of a ticket, of an assisting unit's task or of a mode: its record,
 * and its form in facts (ClockSet). When its moments are: escalation_term. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/limits.h"
#include "common/base/rc.h"
#include "event.pb-c.h"
#include "ticket.pb-c.h"

struct codec_writer;
struct codec_reader;

enum escalation_clock_flag {
    ESCALATION_STOPPED = 1,  /* what it waited for was done */
    ESCALATION_WARNED = 2,   /* its warning point fired */
    ESCALATION_EXPIRED = 4,  /* its deadline fired; it runs on until repaired */
    ESCALATION_PARDONED = 8, /* its warning gives no card any more: cancelled, or another unit's */
    ESCALATION_COUNTED = 16, /* whether its miss counts, and for whom, was said when it passed */
};
struct escalation_clock {
    Paidan__Clock clock;
    uint8_t flags;
    uint32_t policy_line;
    uint64_t start_ms, due_ms, warn_ms; /* warn 0: none */
    uint64_t bound_ms;                  /* 上级时限: due_ms is never later; 0: none */
    uint64_t amount_ms;                 /* open time of the calendar, where unit is 0 */
    char calendar[CODE_BYTES_MAX + 1];
    uint8_t unit, start_rule, end_rule; /* enum TimeUnit, StartRule, EndRule; 0: as absent */
    uint8_t extensions;                 /* granted, each one original term of amount_ms */
    uint64_t warn_amount_ms;            /* of its unit, between warning point and deadline */
    uint64_t consumed_ms,
        resumed_ms;      /* up to resumed_ms so much of its unit was used; 0: from start */
    uint32_t step_count; /* by time */
    struct escalation_clock_step {
        uint64_t at_ms;
        uint64_t amount_ms; /* of its unit, between this moment and the deadline */
        uint8_t does;       /* 1 << enum StepDoes */
        bool after;         /* the deadline */
        bool fired;
    } steps[CLOCK_STEPS_MAX];
};

/* Within a sealed record, of a ticket and in the extra record. Put: clocks of any kind. Get: false
 * for a value that is never written. */
void escalation_clock_put(struct codec_writer *writer, const struct escalation_clock *clock);
bool escalation_clock_get(struct codec_reader *reader, struct escalation_clock *clock);

/* A clock as the record has it, in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clock_picture(struct arena *arena,
                                            const struct escalation_clock *clock,
                                            Paidan__ClockSet **set);
/* Gives a set as many steps as count, in the arena, all empty. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_clock_add_steps(struct arena *arena, Paidan__ClockSet *set,
                                              size_t count);
void escalation_clock_fill_step(Paidan__ClockStep *step, uint8_t does, bool after,
                                uint64_t amount_ms);

/* Fills a clock from a fact: nothing of it has fired. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc escalation_clock_take(struct escalation_clock *clock,
                                         const Paidan__ClockSet *set);
/* What fired of a clock before stays fired in its new plan, also where another policy has other
 * steps: of those that do the same on the same side of the deadline, the first ones. */
void escalation_clock_keep_fired(struct escalation_clock *clock,
                                 const struct escalation_clock *before);
/* The same clock, planned anew: what fired stays fired. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc escalation_clock_take_again(struct escalation_clock *clock,
                                               const Paidan__ClockSet *set);
/* What fired before the old deadline fires before a later one, too. */
void escalation_clock_fires_again(struct escalation_clock *clock);
/* Whether a fact gives a clock the moments that it has: of a clock that runs on as it was. */
bool escalation_clock_matches(const struct escalation_clock *clock, const Paidan__ClockSet *set);
/* Whether it fires at the same moments, wherever it is said to have run from. */
bool escalation_clock_fires_alike(const struct escalation_clock *clock,
                                  const Paidan__ClockSet *set);
