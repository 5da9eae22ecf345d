/* unit_count: the counters of a unit as numbers, and what a fact of escalation adds to those of late work.
 *
 * Lateness is counted twice: by escalation for its own totals, by archive for each unit. Both ask here. */
#pragma once

#include <stdint.h>

#include "common/say/counter.h"
#include "event.pb-c.h"

/* With the numbers they are stored by (counter.h). A set of them is bits, 1 << counter. */
#define UNIT_COUNTER(number, id, name, zh, en) UNIT_COUNT_##id = (number),
enum unit_counter {
    COUNTERS_UNIT(UNIT_COUNTER) UNIT_COUNTERS = COUNTER_COUNT(COUNTERS_UNIT),
};
#undef UNIT_COUNTER

/* Stable names: "assigned", "returns_upheld". */
const char *unit_count_name(enum unit_counter counter);
/* The counters of late work that a fact adds to, for the unit that had the missed clocks: a set. A
 * deadline counts once: when it passes, whether or not the unit ever acts; with the deed only where it
 * was never seen to pass (an old log, a step with too many deadlines). Pure. */
uint64_t unit_count_late(const Paidan__Event *event);
