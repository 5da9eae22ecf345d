/* callback_hours: when residents may be called, and in which part of the day. Owns nothing; pure
 * arithmetic on the site's calendar of calling hours.
 *
 * Somebody who is out every morning is not reached by three calls in three mornings: hence attempts
 * in different half-days. What a half-day is follows from the calendar, for an office that rings
 * from 9 to 12 and from 14 to 20 has two: each interval of a day is one, named by the hour of its
 * middle. A day of one interval is cut at noon and at six, by the wall clock.
 *
 * What must stay true: whatever is looked for, what is found is open. */

#include "callback_hours.h"

#include "common/base/check.h"

enum {
    MINUTE_MS = 60 * 1000,
    NOON = 12 * 60,
    SIX = 18 * 60,
    MIDNIGHT = 24 * 60,
    /* Half-days that are passed over, at most: of a fortnight. Calling hours that have no other in
     * so long have none. */
    PASSED_OVER_MAX = 14 * CALENDAR_INTERVALS_MAX,
};

static const struct calendar *hours_of(const struct site *site)
{
    CHECK(site->callback.calendar < site->calendar_count);
    return &site->calendars[site->callback.calendar];
}

uint64_t callback_hours_open(const struct site *site, uint64_t at_ms)
{
    const uint64_t open_ms = calendar_next_open(hours_of(site), at_ms);
    CHECK(open_ms >= at_ms);
    return open_ms;
}

static enum callback_half half_of(unsigned minute)
{
    CHECK(minute < MIDNIGHT);
    if (minute < NOON) {
        return CALLBACK_MORNING;
    }
    return minute < SIX ? CALLBACK_AFTERNOON : CALLBACK_EVENING;
}

/* The half-day of a moment, and how long it goes on. */
static enum callback_half read_half(const struct site *site, uint64_t at_ms, uint64_t *end_ms)
{
    const struct calendar *const calendar = hours_of(site);
    struct calendar_day day;
    calendar_day_read(calendar, calendar_day_of(calendar, at_ms), &day);
    const int64_t shown_ms = (int64_t)at_ms + calendar_offset(calendar, at_ms) -
                             (int64_t)day.day * (int64_t)CALENDAR_DAY_MS;
    CHECK(shown_ms >= 0);
    CHECK(shown_ms < (int64_t)CALENDAR_DAY_MS);
    const unsigned minute = (unsigned)(shown_ms / MINUTE_MS);
    unsigned end = minute < NOON ? NOON : minute < SIX ? SIX : MIDNIGHT;
    enum callback_half half = half_of(minute);
    for (unsigned part = 0; day.hours.count > 1 && part < day.hours.count; part++) {
        const unsigned from = day.hours.from[part], until = day.hours.until[part];
        if (from <= minute && minute < until) {
            half = half_of((from + until - 1) / 2);
            end = until;
        }
    }
    CHECK(end > minute);
    *end_ms = at_ms - at_ms % MINUTE_MS + (uint64_t)(end - minute) * MINUTE_MS;
    return half;
}

enum callback_half callback_hours_half(const struct site *site, uint64_t at_ms)
{
    uint64_t end_ms = 0;
    return read_half(site, at_ms, &end_ms);
}

uint64_t callback_hours_apart(const struct site *site, uint64_t at_ms, enum callback_half but)
{
    const uint64_t first_ms = callback_hours_open(site, at_ms);
    uint64_t open_ms = first_ms;
    CHECK(but <= CALLBACK_EVENING);
    for (unsigned passed = 0; passed < PASSED_OVER_MAX; passed++) {
        uint64_t end_ms = 0;
        if (read_half(site, open_ms, &end_ms) != but) {
            return open_ms;
        }
        CHECK(end_ms > open_ms);
        open_ms = callback_hours_open(site, end_ms);
    }
    return first_ms;
}
