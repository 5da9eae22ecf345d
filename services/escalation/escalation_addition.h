/* escalation_addition: which counters of which units a fact adds to.
 *
 * Fed by facts alone: the fact, and three things about its ticket before and after it, which are
 * themselves functions of the facts so far. So whoever follows the log can count, per unit and per
 * day, without escalation's tables; folding here is one such reader, and counting may leave this
 * service's transactions without a change of what is counted. */
#pragma once

#include "common/say/counter.h"
#include "escalation_state.h"
#include "event.pb-c.h"

/* Counters of a unit, with the numbers they are stored by: common/say/counter.h. */
#define ESCALATION_COUNTER(number, id, name, zh, en) ESCALATION_COUNT_##id = (number),
enum escalation_counter {
    COUNTERS_UNIT(ESCALATION_COUNTER) ESCALATION_COUNTERS = COUNTER_COUNT(COUNTERS_UNIT),
};

/* What a reader keeps of each ticket between its facts. */
struct escalation_standing {
    const char *unit; /* empty: none has it */
    Paidan__Card card;
    bool supervised;
};
struct escalation_standing escalation_addition_standing(const struct escalation_ticket *ticket);

/* A set of counters, each one higher, for each unit that the fact concerns. */
struct escalation_addition {
    uint64_t at_ms; /* of the fact: the day it counts for */
    uint32_t unit_count;
    struct {
        const char *unit;  /* points into the standings or the fact */
        uint64_t counters; /* 1 << enum escalation_counter */
    } units[2];
};
/* The counters of late work that a fact adds to, for the unit that had the missed clocks: a set, as
 * in an addition. A deadline counts once: when it passes, whether or not the unit ever acts;
 * with the deed only where it was never seen to pass (an old log, a step with too many deadlines).
 * Pure. */
uint64_t escalation_addition_late(const Paidan__Event *event);
/* Pure. event: one of escalation's own about a ticket; before, after: what that ticket stood at. */
void escalation_addition_of(const Paidan__Event *event, const struct escalation_standing *before,
                            const struct escalation_standing *after,
                            struct escalation_addition *addition);
