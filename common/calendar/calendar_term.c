/* calendar_term: terms in four units (GB/T 30428).
 *
 * Every unit has a meter that never goes back: time itself, open time, or a day clock. What is
 * consumed is a difference of two readings, a due time is the earliest moment with a reading; so a
 * term that was interrupted by any number of pauses ends where the rest of it ends, and consumed
 * and rest always make up the whole. That is what lets a pause store one number.
 *
 * The day clock moves by what the wall clock shows: one working day from 15:20 ends at 15:20 of
 * the next, over a weekend, over a change of summer time, whatever the office hours are. */

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

#define DAY_MS ((int64_t)CALENDAR_DAY_MS)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { METER_SHIFT_DAYS = 10 }; /* readings are positive east and west of Greenwich */

/* ---- the time of day ---- */

/* What the wall clock shows on this day at a moment of it; on a day when the clock goes back, the
 * latest time shown so far. At its first moment 0, also where the clock shows one o'clock then,
 * midnight being left out: else a term from the next day on would end a day too late. 0 to DAY_MS. */
static int64_t shown_at(const struct calendar *calendar, int32_t day, uint64_t at_ms)
{
    struct calendar_pattern room;
    int64_t from_ms = (int64_t)calendar_day_start(calendar, day);
    if (!calendar_pattern_of(calendar, day, &room)->changes) {
        return (int64_t)at_ms - from_ms;
    }
    const struct zone *zone = &calendar->table->zone;
    int64_t latest_ms = 0;
    if ((int64_t)at_ms <= from_ms) {
        return 0;
    }
    for (bool last = false; !last;) {
        const int64_t change_ms = zone_next_change(zone, from_ms);
        last = change_ms >= (int64_t)at_ms;
        const int64_t until_ms = last ? (int64_t)at_ms : change_ms;
        const int64_t shown_ms = until_ms + zone_offset(zone, from_ms) - day * DAY_MS;
        latest_ms = shown_ms > latest_ms ? shown_ms : latest_ms;
        from_ms = until_ms;
    }
    return latest_ms < DAY_MS ? latest_ms : DAY_MS;
}

/* The earliest moment of the day with shown_at >= shown_ms; its end at the latest. */
static uint64_t moment_shown(const struct calendar *calendar, int32_t day, int64_t shown_ms)
{
    struct calendar_pattern room;
    int64_t from_ms = (int64_t)calendar_day_start(calendar, day);
    if (!calendar_pattern_of(calendar, day, &room)->changes) {
        return (uint64_t)(from_ms + shown_ms);
    }
    const struct zone *zone = &calendar->table->zone;
    const int64_t end_ms = (int64_t)calendar_day_start(calendar, day + 1);
    while (from_ms < end_ms) {
        const int64_t change_ms = zone_next_change(zone, from_ms);
        const int64_t until_ms = change_ms < end_ms ? change_ms : end_ms;
        const int64_t at_ms = shown_ms + day * DAY_MS - zone_offset(zone, from_ms);
        if (at_ms <= until_ms) {
            return (uint64_t)(at_ms > from_ms ? at_ms : from_ms);
        }
        from_ms = until_ms;
    }
    return (uint64_t)end_ms;
}

/* Whether the day has any open time. */
static bool works(const struct calendar *calendar, int32_t day)
{
    struct calendar_pattern room;
    return calendar_pattern_of(calendar, day, &room)->open_ms > 0;
}

/* ---- meters ---- */

/* The reading of a unit at a moment. Only differences mean something. */
static uint64_t meter(const struct calendar *calendar, enum calendar_unit unit, uint64_t at_ms)
{
    CHECK(unit > 0);
    CHECK(unit < CALENDAR_UNIT_COUNT);
    if (unit == CALENDAR_EMERGENCY_HOURS || (unit == CALENDAR_WORKING_HOURS && calendar->always)) {
        return at_ms;
    }
    if (unit == CALENDAR_WORKING_HOURS) {
        return calendar_opened(calendar, at_ms);
    }
    const int32_t day = calendar_day_of(calendar, at_ms);
    if (unit == CALENDAR_DAYS) {
        return (uint64_t)((int64_t)day + METER_SHIFT_DAYS) * CALENDAR_DAY_MS +
               (uint64_t)shown_at(calendar, day, at_ms);
    }
    const uint64_t before = calendar_worked_before(calendar, day) * CALENDAR_DAY_MS;
    return before + (works(calendar, day) ? (uint64_t)shown_at(calendar, day, at_ms) : 0);
}

/* Into open time: the next opening of this day, else its closing. */
static uint64_t clamp(const struct calendar *calendar, int32_t day, uint64_t at_ms, bool end)
{
    struct calendar_pattern room;
    const struct calendar_pattern *pattern = calendar_pattern_of(calendar, day, &room);
    const uint64_t start_ms = calendar_day_start(calendar, day);
    CHECK(pattern->count > 0);
    for (unsigned index = 0; index < pattern->count && !end; index++) {
        if (at_ms <= start_ms + pattern->until_ms[index]) {
            const uint64_t from_ms = start_ms + pattern->from_ms[index];
            return at_ms > from_ms ? at_ms : from_ms;
        }
    }
    return start_ms + pattern->until_ms[pattern->count - 1];
}

/* A due time is never before the moment that it is counted from. */
static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Where the day clock has counted amount_ms > 0 since from_ms: a whole day is done at its end. */
static uint64_t day_due(const struct calendar *calendar, const struct calendar_term *term,
                        uint64_t amount_ms, uint64_t from_ms)
{
    CHECK(amount_ms > 0);
    CHECK(calendar_unit_counts_days(term->unit));
    const bool end = term->end == CALENDAR_END_OF_DAY;
    const uint64_t target = meter(calendar, term->unit, from_ms) + amount_ms;
    const uint64_t days = (target - 1) / CALENDAR_DAY_MS;
    const int64_t shown_ms = (int64_t)(target - days * CALENDAR_DAY_MS);
    if (term->unit == CALENDAR_DAYS) {
        const int32_t day = (int32_t)days - METER_SHIFT_DAYS;
        return end ? calendar_day_start(calendar, day + 1)
                   : later(moment_shown(calendar, day, shown_ms), from_ms);
    }
    const int32_t day = calendar_worked_day(calendar, days);
    const uint64_t at_ms = moment_shown(calendar, day, shown_ms);
    return later(clamp(calendar, day, at_ms, end), calendar_next_open(calendar, from_ms));
}

static uint64_t due_from(const struct calendar *calendar, const struct calendar_term *term,
                         uint64_t amount_ms, uint64_t from_ms)
{
    CHECK(term->unit > 0 && term->unit < CALENDAR_UNIT_COUNT);
    CHECK(amount_ms <= CALENDAR_AMOUNT_MS_MAX);
    if (amount_ms == 0) {
        return from_ms;
    }
    switch (term->unit) {
    case CALENDAR_EMERGENCY_HOURS:
        return from_ms + amount_ms;
    case CALENDAR_WORKING_HOURS:
        return calendar_add(calendar, from_ms, amount_ms);
    default:
        return day_due(calendar, term, amount_ms, from_ms);
    }
}

/* The next day by the site's wall clock, not 24 hours later. */
uint64_t calendar_start(const struct calendar *calendar, const struct calendar_term *term,
                        uint64_t from_ms)
{
    if (term->start != CALENDAR_FROM_NEXT_DAY) {
        return from_ms;
    }
    return calendar_day_start(calendar, calendar_day_of(calendar, from_ms) + 1);
}

uint64_t calendar_due(const struct calendar *calendar, const struct calendar_term *term,
                      uint64_t from_ms)
{
    CHECK(term->amount_ms <= CALENDAR_AMOUNT_MS_MAX);
    return due_from(calendar, term, term->amount_ms, calendar_start(calendar, term, from_ms));
}

uint64_t calendar_elapsed_again(const struct calendar *calendar, const struct calendar_term *term,
                                uint64_t from_ms, uint64_t resume_ms, uint64_t until_ms)
{
    CHECK(term->unit > 0);
    const uint64_t start_ms = later(calendar_start(calendar, term, from_ms), resume_ms);
    if (until_ms <= start_ms) {
        return 0;
    }
    return meter(calendar, term->unit, until_ms) - meter(calendar, term->unit, start_ms);
}

uint64_t calendar_elapsed(const struct calendar *calendar, const struct calendar_term *term,
                          uint64_t from_ms, uint64_t until_ms)
{
    return calendar_elapsed_again(calendar, term, from_ms, from_ms, until_ms);
}

uint64_t calendar_due_again(const struct calendar *calendar, const struct calendar_term *term,
                            uint64_t from_ms, uint64_t consumed_ms, uint64_t resume_ms)
{
    const uint64_t rest_ms = term->amount_ms > consumed_ms ? term->amount_ms - consumed_ms : 0;
    return due_from(calendar, term, rest_ms,
                    later(calendar_start(calendar, term, from_ms), resume_ms));
}

/* ---- names ---- */

static const struct {
    const char *code, *zh, *en;
} units[CALENDAR_UNIT_COUNT] = {
    [CALENDAR_EMERGENCY_HOURS] = {"emergency_hours", "紧急工作时", "emergency hours"},
    [CALENDAR_WORKING_HOURS] = {"working_hours", "工作时", "working hours"},
    [CALENDAR_WORKING_DAYS] = {"working_days", "工作日", "working days"},
    [CALENDAR_DAYS] = {"days", "自然日", "calendar days"},
};
static const char *const starts[CALENDAR_START_COUNT] = {"moment", "moment", "next_day"};
static const char *const ends[CALENDAR_END_COUNT] = {"same_time", "same_time", "end_of_day"};

const char *calendar_unit_code(enum calendar_unit unit)
{
    CHECK(unit > 0 && unit < CALENDAR_UNIT_COUNT);
    return units[unit].code;
}

const char *calendar_unit_zh(enum calendar_unit unit)
{
    CHECK(unit > 0 && unit < CALENDAR_UNIT_COUNT);
    return units[unit].zh;
}

const char *calendar_unit_en(enum calendar_unit unit)
{
    CHECK(unit > 0 && unit < CALENDAR_UNIT_COUNT);
    return units[unit].en;
}

bool calendar_unit_counts_days(enum calendar_unit unit)
{
    return unit == CALENDAR_WORKING_DAYS || unit == CALENDAR_DAYS;
}

uint64_t calendar_amount_ms(enum calendar_unit unit, uint32_t amount)
{
    CHECK(unit > 0);
    CHECK(unit < CALENDAR_UNIT_COUNT);
    return amount * (calendar_unit_counts_days(unit) ? CALENDAR_DAY_MS : CALENDAR_MINUTE_MS);
}

bool calendar_unit_read(const char *code, enum calendar_unit *unit)
{
    for (unsigned index = 1; index < COUNT(units); index++) {
        if (strcmp(code, units[index].code) == 0 || strcmp(code, units[index].zh) == 0) {
            *unit = (enum calendar_unit)index;
            return true;
        }
    }
    return false;
}

const char *calendar_start_code(enum calendar_start start)
{
    CHECK(start < CALENDAR_START_COUNT);
    return starts[start];
}

bool calendar_start_read(const char *code, enum calendar_start *start)
{
    for (unsigned index = 1; index < COUNT(starts); index++) {
        if (strcmp(code, starts[index]) == 0) {
            *start = (enum calendar_start)index;
            return true;
        }
    }
    return false;
}

const char *calendar_end_code(enum calendar_end end)
{
    CHECK(end < CALENDAR_END_COUNT);
    return ends[end];
}

bool calendar_end_read(const char *code, enum calendar_end *end)
{
    for (unsigned index = 1; index < COUNT(ends); index++) {
        if (strcmp(code, ends[index]) == 0) {
            *end = (enum calendar_end)index;
            return true;
        }
    }
    return false;
}
