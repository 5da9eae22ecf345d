/* calendar: when office time runs.
 *
 * Open time is a staircase: opened(t) counts the open milliseconds since a Monday long ago. A span
 * is a difference of two values, a due time is the inverse; both cost one walk over one week. */

#include "calendar.h"

#include <stddef.h>

#include "check.h"

#define MINUTE_MS 60000ull
#define DAY_MS (24ull * 60 * MINUTE_MS)
#define WEEK_MS (7 * DAY_MS)
/* 1970-01-01 was a Thursday; one more week keeps times east and west of Greenwich positive. */
#define EPOCH_SHIFT_MS (3 * DAY_MS + WEEK_MS)
/* Far beyond any due time (year 36,000), small enough that no sum overflows. */
#define TIME_MS_MAX (1ull << 50)

static uint64_t local_of(const struct calendar *calendar, uint64_t at_ms)
{
    CHECK(at_ms <= TIME_MS_MAX);
    return at_ms + EPOCH_SHIFT_MS + (uint64_t)calendar->utc_offset_ms;
}

static uint64_t utc_of(const struct calendar *calendar, uint64_t local_ms)
{
    return local_ms - EPOCH_SHIFT_MS - (uint64_t)calendar->utc_offset_ms;
}

/* Open milliseconds between the Monday of the shifted epoch and local_ms. */
static uint64_t opened(const struct calendar *calendar, uint64_t local_ms)
{
    const uint64_t in_week = local_ms % WEEK_MS;
    uint64_t sum = local_ms / WEEK_MS * (calendar->week_minutes * MINUTE_MS);
    for (unsigned day = 0; day < 7 && day * DAY_MS < in_week; day++) {
        const uint64_t in_day = in_week - day * DAY_MS;
        for (unsigned index = 0; index < calendar->days[day].count; index++) {
            const uint64_t from = calendar->days[day].from[index] * MINUTE_MS;
            const uint64_t until = calendar->days[day].until[index] * MINUTE_MS;
            if (in_day > from) {
                sum += (in_day < until ? in_day : until) - from;
            }
        }
    }
    return sum;
}

/* The earliest local time at which opened() reaches `target`. Before: target > 0. */
static uint64_t reached(const struct calendar *calendar, uint64_t target)
{
    const uint64_t week_open = calendar->week_minutes * MINUTE_MS;
    const uint64_t week = (target - 1) / week_open;
    uint64_t rest = target - week * week_open;
    for (unsigned day = 0; day < 7; day++) {
        for (unsigned index = 0; index < calendar->days[day].count; index++) {
            const uint64_t from = calendar->days[day].from[index] * MINUTE_MS;
            const uint64_t open = calendar->days[day].until[index] * MINUTE_MS - from;
            if (rest <= open) {
                return week * WEEK_MS + day * DAY_MS + from + rest;
            }
            rest -= open;
        }
    }
    check_fail("week_minutes is the sum of the intervals", __FILE__, __LINE__, __func__);
}

uint64_t calendar_add(const struct calendar *calendar, uint64_t from_ms, uint64_t amount_ms)
{
    CHECK(amount_ms <= TIME_MS_MAX);
    if (calendar->always) {
        return from_ms + amount_ms;
    }
    CHECK(calendar->week_minutes > 0);
    if (amount_ms == 0) {
        return calendar_next_open(calendar, from_ms);
    }
    const uint64_t before = opened(calendar, local_of(calendar, from_ms));
    return utc_of(calendar, reached(calendar, before + amount_ms));
}

uint64_t calendar_between(const struct calendar *calendar, uint64_t from_ms, uint64_t until_ms)
{
    if (until_ms <= from_ms) {
        return 0;
    }
    if (calendar->always) {
        return until_ms - from_ms;
    }
    return opened(calendar, local_of(calendar, until_ms)) -
           opened(calendar, local_of(calendar, from_ms));
}

uint64_t calendar_next_open(const struct calendar *calendar, uint64_t at_ms)
{
    if (calendar->always) {
        return at_ms;
    }
    CHECK(calendar->week_minutes > 0);
    /* The first open millisecond at or after at_ms ends where one more has been counted. */
    const uint64_t before = opened(calendar, local_of(calendar, at_ms));
    return utc_of(calendar, reached(calendar, before + 1)) - 1;
}
