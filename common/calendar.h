/* calendar: when office time runs. Weekly intervals now; dated overrides and yearly data join here
 * later.
 *
 * A span is counted in open time only: calendar_add(always, t, 2 h) = t + 2 h. Pure; integer
 * arithmetic; cost independent of the span. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "limits.h"
#include "rc.h"

#define CALENDAR_INTERVALS_MAX 8 /* a day */

struct calendar {
    char code[CODE_BYTES_MAX + 1];
    bool always;           /* day and night: the built-in calendar "always" */
    int64_t utc_offset_ms; /* of the site */
    /* per weekday (0 = Monday): sorted, disjoint minutes of the day [from, until) */
    struct {
        unsigned count;
        uint16_t from[CALENDAR_INTERVALS_MAX], until[CALENDAR_INTERVALS_MAX];
    } days[7];
    uint32_t week_minutes; /* open minutes a week; 0 is refused at load */
};

/* Before: calendar has open time. The moment at which amount_ms of open time after from_ms have
 * passed. A due time falls inside open time or at its end, never in a closed interval's middle. */
uint64_t calendar_add(const struct calendar *calendar, uint64_t from_ms, uint64_t amount_ms);
/* Open milliseconds in [from, until). */
uint64_t calendar_between(const struct calendar *calendar, uint64_t from_ms, uint64_t until_ms);
/* at_ms itself if open, else the next opening. */
uint64_t calendar_next_open(const struct calendar *calendar, uint64_t at_ms);
