/* calendar: when office time runs.
 *
 * Open time is a staircase: calendar_opened(t) counts the open milliseconds since a Monday long
 * ago. A span is a difference of two values, a due time is the inverse, so that adding a term and
 * measuring it agree to the millisecond whatever lies between. Working days are a second staircase
 * of the same kind.
 *
 * Inside the table a day is found by its number or by bisection, outside by division: a term that
 * leads beyond the known years costs no more than one within them. Nothing is allocated and
 * nothing changes here; a calendar may be asked from anywhere at any time. */

#include "common/calendar/calendar.h"

#include <stddef.h>

#include "common/base/check.h"
#include "common/calendar/calendar_private.h"

#define DAY_MS ((int64_t)CALENDAR_DAY_MS)

enum {
    /* Days from the Monday of the shifted epoch to 1970-01-01, a Thursday; one more week keeps
     * days east and west of Greenwich positive. */
    EPOCH_SHIFT_DAYS = 3 + 7,
    DAY_MINUTES = 24 * 60,
};

/* ---- weeks ---- */

struct calendar_hours calendar_weekday_hours(const struct calendar *calendar, unsigned weekday)
{
    CHECK(weekday < 7);
    if (calendar->always) {
        return (struct calendar_hours){.count = 1, .until = {DAY_MINUTES}};
    }
    return calendar->days[weekday];
}

/* Without the copy that calendar_weekday_hours makes: it is asked seven times for each day
 * outside the table. */
static unsigned weekday_minutes(const struct calendar *calendar, unsigned weekday)
{
    CHECK(weekday < 7);
    unsigned minutes = 0;
    if (calendar->always) {
        return DAY_MINUTES;
    }
    const struct calendar_hours *hours = &calendar->days[weekday];
    for (unsigned index = 0; index < hours->count; index++) {
        minutes += (unsigned)(hours->until[index] - hours->from[index]);
    }
    return minutes;
}

uint64_t calendar_week_opened(const struct calendar *calendar, int32_t day)
{
    CHECK(day >= -EPOCH_SHIFT_DAYS); /* else it would wrap round */
    const uint32_t shifted = (uint32_t)(day + EPOCH_SHIFT_DAYS);
    uint64_t minutes = (uint64_t)(shifted / 7) * calendar->week_minutes;
    for (unsigned weekday = 0; weekday < shifted % 7; weekday++) {
        minutes += weekday_minutes(calendar, weekday);
    }
    return minutes * CALENDAR_MINUTE_MS;
}

/* Working days of the first `weekdays` days of a week. */
static unsigned week_days(const struct calendar *calendar, unsigned weekdays)
{
    CHECK(weekdays <= 7);
    unsigned count = 0;
    for (unsigned weekday = 0; weekday < weekdays; weekday++) {
        count += weekday_minutes(calendar, weekday) > 0 ? 1 : 0;
    }
    return count;
}

uint64_t calendar_week_worked(const struct calendar *calendar, int32_t day)
{
    CHECK(day >= -EPOCH_SHIFT_DAYS);
    const uint32_t shifted = (uint32_t)(day + EPOCH_SHIFT_DAYS);
    return (uint64_t)(shifted / 7) * week_days(calendar, 7) + week_days(calendar, shifted % 7);
}

/* The day of plain weeks in which opened() reaches target. Before: target > 0. */
static int32_t week_opened_day(const struct calendar *calendar, uint64_t target)
{
    CHECK(target > 0);
    CHECK(calendar->week_minutes > 0);
    const uint64_t week_open = calendar->week_minutes * CALENDAR_MINUTE_MS;
    const uint64_t week = (target - 1) / week_open;
    uint64_t rest = target - week * week_open;
    for (unsigned weekday = 0; weekday < 7; weekday++) {
        const uint64_t open = weekday_minutes(calendar, weekday) * CALENDAR_MINUTE_MS;
        if (rest <= open) {
            return (int32_t)(week * 7 + weekday) - EPOCH_SHIFT_DAYS;
        }
        rest -= open;
    }
    check_fail("week_minutes is the sum of the intervals", __FILE__, __LINE__, __func__);
}

/* The day of plain weeks with `worked` working days before it. */
static int32_t week_worked_day(const struct calendar *calendar, uint64_t worked)
{
    const unsigned week_work = week_days(calendar, 7);
    CHECK(week_work > 0);
    const uint64_t week = worked / week_work;
    uint64_t rest = worked % week_work;
    unsigned weekday = 0;
    while (weekday_minutes(calendar, weekday) == 0 || rest > 0) {
        rest -= weekday_minutes(calendar, weekday) > 0 ? 1 : 0;
        weekday++;
        CHECK(weekday < 7);
    }
    return (int32_t)(week * 7 + weekday) - EPOCH_SHIFT_DAYS;
}

/* ---- days, in the table or outside ---- */

/* NULL: the day lies outside the table, or there is none. */
static const struct calendar_row *row_of(const struct calendar *calendar, int32_t day)
{
    const struct calendar_table *table = calendar->table;
    if (table == NULL || day < table->first || day >= table->first + (int32_t)table->count) {
        return NULL;
    }
    return &table->rows[day - table->first];
}

/* What the table adds to plain weeks after it. */
static int64_t opened_more(const struct calendar *calendar)
{
    const struct calendar_table *table = calendar->table;
    CHECK(table != NULL);
    CHECK(table->rows != NULL);
    const int32_t end = table->first + (int32_t)table->count;
    return (int64_t)(table->rows[table->count].opened_ms - calendar_week_opened(calendar, end));
}

/* The same for working days. */
static int64_t worked_more(const struct calendar *calendar)
{
    const struct calendar_table *table = calendar->table;
    CHECK(table != NULL);
    CHECK(table->rows != NULL);
    const int32_t end = table->first + (int32_t)table->count;
    return (int64_t)(table->rows[table->count].worked - calendar_week_worked(calendar, end));
}

uint64_t calendar_opened_before(const struct calendar *calendar, int32_t day)
{
    const struct calendar_row *row = row_of(calendar, day);
    if (row != NULL) {
        return row->opened_ms;
    }
    const bool after = calendar->table != NULL && day >= calendar->table->first;
    return calendar_week_opened(calendar, day) + (uint64_t)(after ? opened_more(calendar) : 0);
}

uint64_t calendar_worked_before(const struct calendar *calendar, int32_t day)
{
    const struct calendar_row *row = row_of(calendar, day);
    if (row != NULL) {
        return row->worked;
    }
    const bool after = calendar->table != NULL && day >= calendar->table->first;
    return calendar_week_worked(calendar, day) + (uint64_t)(after ? worked_more(calendar) : 0);
}

void calendar_pattern_make(const struct calendar_hours *hours, struct calendar_pattern *pattern)
{
    CHECK(hours->count <= CALENDAR_INTERVALS_MAX);
    pattern->changes = false;
    pattern->count = hours->count;
    pattern->open_ms = 0;
    pattern->hours = *hours;
    for (unsigned index = 0; index < hours->count; index++) {
        pattern->from_ms[index] = (uint32_t)(hours->from[index] * CALENDAR_MINUTE_MS);
        pattern->until_ms[index] = (uint32_t)(hours->until[index] * CALENDAR_MINUTE_MS);
        pattern->open_ms += pattern->until_ms[index] - pattern->from_ms[index];
    }
}

const struct calendar_pattern *calendar_pattern_of(const struct calendar *calendar, int32_t day,
                                                   struct calendar_pattern *room)
{
    const struct calendar_row *row = row_of(calendar, day);
    if (row != NULL) {
        return &calendar->table->patterns[row->pattern];
    }
    const struct calendar_hours hours = calendar_weekday_hours(calendar, civil_weekday(day));
    calendar_pattern_make(&hours, room);
    return room;
}

/* The wall clock before the table's first day and after its last one. */
static int64_t offset_outside(const struct calendar *calendar, bool after)
{
    const struct calendar_table *table = calendar->table;
    return table == NULL ? calendar->utc_offset_ms
           : after       ? table->offset_after_ms
                         : table->offset_before_ms;
}

uint64_t calendar_day_start(const struct calendar *calendar, int32_t day)
{
    const struct calendar_row *row = row_of(calendar, day);
    if (row != NULL) {
        return (uint64_t)row->start_ms;
    }
    const bool after = calendar->table != NULL && day >= calendar->table->first;
    return (uint64_t)(day * DAY_MS - offset_outside(calendar, after));
}

/* Shifted, so that the division rounds down west of Greenwich too. */
static int32_t day_at_offset(uint64_t at_ms, int64_t offset_ms)
{
    const int64_t local_ms = (int64_t)at_ms + offset_ms + EPOCH_SHIFT_DAYS * DAY_MS;
    return (int32_t)(local_ms / DAY_MS) - EPOCH_SHIFT_DAYS;
}

int32_t calendar_day_of(const struct calendar *calendar, uint64_t at_ms)
{
    const struct calendar_table *table = calendar->table;
    CHECK(at_ms <= CALENDAR_TIME_MS_MAX);
    if (table == NULL) {
        return day_at_offset(at_ms, calendar->utc_offset_ms);
    }
    const int64_t at = (int64_t)at_ms;
    if (at < table->rows[0].start_ms) {
        return day_at_offset(at_ms, table->offset_before_ms);
    }
    if (at >= table->rows[table->count].start_ms) {
        return day_at_offset(at_ms, table->offset_after_ms);
    }
    /* A guess by the standard offset, off by a day at most where the wall clock differs. */
    int64_t index = day_at_offset(at_ms, calendar->utc_offset_ms) - table->first;
    index = index < 0 ? 0 : index >= table->count ? (int64_t)table->count - 1 : index;
    while (table->rows[index].start_ms > at) {
        index--;
    }
    while (table->rows[index + 1].start_ms <= at) {
        index++;
    }
    return table->first + (int32_t)index;
}

/* ---- inverses ---- */

/* The last row with less than `target` open time before it. */
static int32_t opened_day(const struct calendar *calendar, uint64_t target)
{
    CHECK(target > 0);
    const struct calendar_table *table = calendar->table;
    if (table == NULL || target <= table->rows[0].opened_ms) {
        return week_opened_day(calendar, target);
    }
    if (target > table->rows[table->count].opened_ms) {
        return week_opened_day(calendar, target - (uint64_t)opened_more(calendar));
    }
    uint32_t low = 0;
    uint32_t high = table->count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (table->rows[middle].opened_ms < target) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return table->first + (int32_t)low;
}

int32_t calendar_worked_day(const struct calendar *calendar, uint64_t worked)
{
    const struct calendar_table *table = calendar->table;
    if (table == NULL || worked < table->rows[0].worked) {
        return week_worked_day(calendar, worked);
    }
    if (worked >= table->rows[table->count].worked) {
        return week_worked_day(calendar, worked - (uint64_t)worked_more(calendar));
    }
    uint32_t low = 0;
    uint32_t high = table->count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (table->rows[middle].worked <= worked) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return table->first + (int32_t)low;
}

/* ---- open time ---- */

uint64_t calendar_opened(const struct calendar *calendar, uint64_t at_ms)
{
    struct calendar_pattern room;
    const int32_t day = calendar_day_of(calendar, at_ms);
    const struct calendar_pattern *pattern = calendar_pattern_of(calendar, day, &room);
    const uint64_t in_day = at_ms - calendar_day_start(calendar, day);
    uint64_t sum = calendar_opened_before(calendar, day);
    for (unsigned index = 0; index < pattern->count && in_day > pattern->from_ms[index]; index++) {
        const uint64_t until = pattern->until_ms[index];
        sum += (in_day < until ? in_day : until) - pattern->from_ms[index];
    }
    return sum;
}

/* The earliest moment at which calendar_opened() reaches target. Before: target > 0. */
static uint64_t reached(const struct calendar *calendar, uint64_t target)
{
    struct calendar_pattern room;
    const int32_t day = opened_day(calendar, target);
    const struct calendar_pattern *pattern = calendar_pattern_of(calendar, day, &room);
    uint64_t rest = target - calendar_opened_before(calendar, day);
    for (unsigned index = 0; index < pattern->count; index++) {
        const uint64_t open = pattern->until_ms[index] - pattern->from_ms[index];
        if (rest <= open) {
            return calendar_day_start(calendar, day) + pattern->from_ms[index] + rest;
        }
        rest -= open;
    }
    check_fail("a day is as open as its pattern", __FILE__, __LINE__, __func__);
}

uint64_t calendar_add(const struct calendar *calendar, uint64_t from_ms, uint64_t amount_ms)
{
    CHECK(amount_ms <= CALENDAR_AMOUNT_MS_MAX);
    if (calendar->always) {
        return from_ms + amount_ms;
    }
    CHECK(calendar->week_minutes > 0);
    if (amount_ms == 0) {
        return calendar_next_open(calendar, from_ms);
    }
    return reached(calendar, calendar_opened(calendar, from_ms) + amount_ms);
}

uint64_t calendar_between(const struct calendar *calendar, uint64_t from_ms, uint64_t until_ms)
{
    if (until_ms <= from_ms) {
        return 0;
    }
    if (calendar->always) {
        return until_ms - from_ms;
    }
    return calendar_opened(calendar, until_ms) - calendar_opened(calendar, from_ms);
}

uint64_t calendar_next_open(const struct calendar *calendar, uint64_t at_ms)
{
    if (calendar->always) {
        return at_ms;
    }
    CHECK(calendar->week_minutes > 0);
    /* The first open millisecond at or after at_ms ends where one more has been counted. */
    return reached(calendar, calendar_opened(calendar, at_ms) + 1) - 1;
}
