/* calendar: spans of open time against an oracle that walks minute by minute. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/calendar/calendar.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
/* Monday 2026-11-23 00:00 at +08:00 */
#define MONDAY (1795363200000ull)

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void open_day(struct calendar *calendar, int day, uint16_t from, uint16_t until)
{
    const unsigned at = calendar->days[day].count++;
    calendar->days[day].from[at] = from;
    calendar->days[day].until[at] = until;
    calendar->week_minutes += until - from;
}

static struct calendar office(void)
{
    struct calendar calendar = {.code = "office", .utc_offset_ms = 8 * (int64_t)HOUR};
    for (int day = 0; day < 5; day++) {
        open_day(&calendar, day, 9 * 60, 12 * 60);
        open_day(&calendar, day, 14 * 60, 18 * 60);
    }
    return calendar;
}

static struct calendar always(void)
{
    return (struct calendar){.code = "always", .always = true, .week_minutes = 7 * 24 * 60};
}

/* Whether the minute that begins at `at_ms` is open; all edges lie on minutes. */
static bool open_at(const struct calendar *calendar, uint64_t at_ms)
{
    const int64_t minutes = ((int64_t)at_ms + calendar->utc_offset_ms) / (int64_t)MINUTE;
    const int64_t week_minute = (minutes + 3 * 24 * 60) % (7 * 24 * 60);
    const int64_t day = week_minute / (24 * 60);
    const int64_t minute = week_minute % (24 * 60);
    for (unsigned index = 0; index < calendar->days[day].count; index++) {
        if (minute >= calendar->days[day].from[index] &&
            minute < calendar->days[day].until[index]) {
            return true;
        }
    }
    return false;
}

static uint64_t slow_between(const struct calendar *calendar, uint64_t from_ms, uint64_t until_ms)
{
    uint64_t sum = 0;
    for (uint64_t at = from_ms; at < until_ms;) {
        const uint64_t step_end = (at / MINUTE + 1) * MINUTE;
        const uint64_t end = step_end < until_ms ? step_end : until_ms;
        sum += open_at(calendar, at) ? end - at : 0;
        at = end;
    }
    return sum;
}

static uint64_t slow_add(const struct calendar *calendar, uint64_t from_ms, uint64_t amount_ms)
{
    uint64_t at = from_ms;
    for (;;) {
        const uint64_t end = (at / MINUTE + 1) * MINUTE;
        if (open_at(calendar, at)) {
            if (amount_ms <= end - at) {
                return at + amount_ms;
            }
            amount_ms -= end - at;
        }
        at = end;
    }
}

static uint64_t slow_next_open(const struct calendar *calendar, uint64_t at_ms)
{
    while (!open_at(calendar, at_ms)) {
        at_ms = (at_ms / MINUTE + 1) * MINUTE;
    }
    return at_ms;
}

static struct calendar random_calendar(uint32_t *seed)
{
    struct calendar calendar = {.code = "random"};
    calendar.utc_offset_ms = ((int64_t)(next(seed) % 105) - 48) * 15 * (int64_t)MINUTE;
    for (int day = 0; day < 7; day++) {
        uint32_t minute = next(seed) % 700;
        for (uint32_t count = next(seed) % 4; count > 0 && minute < 1400; count--) {
            uint32_t until = minute + 1 + next(seed) % 400;
            until = until > 1440 || next(seed) % 8 == 0 ? 1440 : until;
            open_day(&calendar, day, (uint16_t)minute, (uint16_t)until);
            minute = until + next(seed) % 200;
        }
    }
    if (calendar.week_minutes == 0) {
        open_day(&calendar, (int)(next(seed) % 7), 0, 1);
    }
    return calendar;
}

static void test_all_when_random_then_as_the_oracle(void **state)
{
    (void)state;
    for (uint32_t round = 1; round <= 400; round++) {
        uint32_t seed = round;
        const struct calendar calendar = random_calendar(&seed);
        const uint64_t from = MONDAY - 20 * DAY + next(&seed) % 1000 * 2 * HOUR +
                              next(&seed) % (round % 3 == 0 ? 60 : 3600000);
        const uint64_t until = from + next(&seed) % (20 * DAY);
        const uint64_t week = calendar.week_minutes * MINUTE;
        const uint64_t amount = 1 + next(&seed) * 64ull % (week * 2);
        assert_int_equal(calendar_between(&calendar, from, until),
                         slow_between(&calendar, from, until));
        assert_int_equal(calendar_add(&calendar, from, amount), slow_add(&calendar, from, amount));
        assert_int_equal(calendar_next_open(&calendar, from), slow_next_open(&calendar, from));
    }
}

static void test_add_when_undone_then_same_span(void **state)
{
    (void)state;
    for (uint32_t round = 1; round <= 2000; round++) {
        uint32_t seed = round * 77;
        const struct calendar calendar = random_calendar(&seed);
        const uint64_t from = next(&seed) * 100000ull;
        const uint64_t amount = 1 + next(&seed) * 2000ull; /* up to a year of open time */
        const uint64_t due = calendar_add(&calendar, from, amount);
        assert_int_equal(calendar_between(&calendar, from, due), amount);
        assert_int_equal(calendar_between(&calendar, from, due - 1), amount - 1);
    }
}

static void test_add_when_office_then_known_times(void **state)
{
    const struct calendar calendar = office();
    (void)state;
    /* Within a morning, over lunch, exactly to the end, over night, over the weekend. */
    assert_int_equal(calendar_add(&calendar, MONDAY + 9 * HOUR, 2 * HOUR), MONDAY + 11 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 11 * HOUR, 2 * HOUR), MONDAY + 15 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 11 * HOUR, 1 * HOUR), MONDAY + 12 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 17 * HOUR, 2 * HOUR),
                     MONDAY + DAY + 10 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 4 * DAY + 17 * HOUR, 2 * HOUR),
                     MONDAY + 7 * DAY + 10 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 5 * DAY, 7 * HOUR),
                     MONDAY + 7 * DAY + 18 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 5 * DAY, 0), MONDAY + 7 * DAY + 9 * HOUR);
    assert_int_equal(calendar_add(&calendar, MONDAY + 10 * HOUR, 0), MONDAY + 10 * HOUR);
    /* A year of open hours: 35 a week. */
    assert_int_equal(calendar_add(&calendar, MONDAY, 8750 * HOUR),
                     MONDAY + 249 * 7 * DAY + 4 * DAY + 18 * HOUR);
}

static void test_next_open_when_closed_then_opening(void **state)
{
    const struct calendar calendar = office();
    (void)state;
    assert_int_equal(calendar_next_open(&calendar, MONDAY), MONDAY + 9 * HOUR);
    assert_int_equal(calendar_next_open(&calendar, MONDAY + 9 * HOUR), MONDAY + 9 * HOUR);
    assert_int_equal(calendar_next_open(&calendar, MONDAY + 12 * HOUR), MONDAY + 14 * HOUR);
    assert_int_equal(calendar_next_open(&calendar, MONDAY + 12 * HOUR - 1), MONDAY + 12 * HOUR - 1);
    assert_int_equal(calendar_next_open(&calendar, MONDAY + 4 * DAY + 18 * HOUR),
                     MONDAY + 7 * DAY + 9 * HOUR);
}

static void test_all_when_always_then_elapsed_time(void **state)
{
    const struct calendar calendar = always();
    (void)state;
    assert_int_equal(calendar_add(&calendar, MONDAY + 3, 2 * HOUR), MONDAY + 3 + 2 * HOUR);
    assert_int_equal(calendar_between(&calendar, MONDAY, MONDAY + 5), 5);
    assert_int_equal(calendar_between(&calendar, MONDAY + 5, MONDAY), 0);
    assert_int_equal(calendar_next_open(&calendar, 17), 17);
}

static void test_all_when_at_the_epoch_west_of_greenwich_then_no_wrap(void **state)
{
    struct calendar calendar = office();
    (void)state;
    calendar.utc_offset_ms = -12 * (int64_t)HOUR;
    /* 1970-01-01 00:00 UTC is Wednesday noon there: closed until 14:00. */
    assert_int_equal(calendar_next_open(&calendar, 0), 2 * HOUR);
    assert_int_equal(calendar_add(&calendar, 0, 4 * HOUR), 6 * HOUR);
    assert_int_equal(calendar_between(&calendar, 0, DAY), 7 * HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_when_random_then_as_the_oracle),
        cmocka_unit_test(test_add_when_undone_then_same_span),
        cmocka_unit_test(test_add_when_office_then_known_times),
        cmocka_unit_test(test_next_open_when_closed_then_opening),
        cmocka_unit_test(test_all_when_always_then_elapsed_time),
        cmocka_unit_test(test_all_when_at_the_epoch_west_of_greenwich_then_no_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
