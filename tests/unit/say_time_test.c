/* say_time: moments and spans as people read and write them. */

#include "common/say/say_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define OFFSET_MS (8ll * 3600 * 1000)
/* 2026-11-22 09:00 in +08:00. */
#define NOW_MS 1795309200000ull
#define HOUR_MS 3600000ull

static const struct say home = {.language = SAY_CHINESE}; /* +08:00 */
static const struct zone utc = {.count = 1, .changes = {{INT64_MIN, 0}}};

static void test_rfc3339_when_read_back_then_the_same_moment(void **state)
{
    (void)state;
    static const uint64_t moments[] = {
        0, 1, NOW_MS, NOW_MS + 123, 951782400000ull, 4102444799999ull};
    static const int64_t offsets[] = {0, OFFSET_MS, -5 * 3600000ll, 20700000ll};
    for (size_t at = 0; at < sizeof moments / sizeof moments[0]; at++) {
        for (size_t zone = 0; zone < sizeof offsets / sizeof offsets[0]; zone++) {
            const struct zone wall = {.count = 1, .changes = {{INT64_MIN, offsets[zone]}}};
            const struct say there = {.zone = &wall};
            char text[SAY_TIME_BYTES];
            uint64_t read_ms = 0;
            if (moments[at] < 86400000ull && offsets[zone] < 0) {
                continue; /* written as 1969, which is not read */
            }
            say_time_rfc3339(&there, moments[at], text);
            assert_int_equal(say_time_read(&home, text, 0, &read_ms), RC_OK);
            assert_int_equal(read_ms, moments[at]);
        }
    }
}

static void test_rfc3339_when_written_then_as_expected(void **state)
{
    (void)state;
    char text[SAY_TIME_BYTES];
    say_time_rfc3339(&home, NOW_MS, text);
    assert_string_equal(text, "2026-11-22T09:00:00+08:00");
    say_time_rfc3339(&home, NOW_MS + 7, text);
    assert_string_equal(text, "2026-11-22T09:00:00.007+08:00");
    say_time_rfc3339(&(struct say){.zone = &utc}, 1709164800000ull, text); /* a leap day */
    assert_string_equal(text, "2024-02-29T00:00:00+00:00");
}

static void test_short_when_day_or_year_differ_then_they_are_told(void **state)
{
    (void)state;
    char text[SAY_TIME_BYTES];
    say_time_short(&home, NOW_MS + 5 * HOUR_MS, NOW_MS, text);
    assert_string_equal(text, "14:00");
    say_time_short(&home, NOW_MS + 29 * HOUR_MS, NOW_MS, text);
    assert_string_equal(text, "11-23 14:00");
    say_time_short(&home, NOW_MS - 365 * 24 * HOUR_MS, NOW_MS, text);
    assert_string_equal(text, "2025-11-22 09:00");
}

static void test_span_when_written_then_two_largest_units(void **state)
{
    (void)state;
    static const struct say english = {.language = SAY_ENGLISH};
    static const struct say chinese = {.language = SAY_CHINESE};
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0s"},           {59999, "59s"},         {-2700000, "-45m00s"},
                 {11520000, "3h12m"}, {-183600000, "-2d03h"}, {90061000, "1d01h"}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char text[SAY_TIME_BYTES];
        say_time_span(&english, cases[index].ms, text);
        assert_string_equal(text, cases[index].text);
    }
    char text[SAY_TIME_BYTES];
    say_time_amount(&english, 5400000, text);
    assert_string_equal(text, "1h30m");
    say_time_amount(&english, 500, text);
    assert_string_equal(text, "500ms");
    say_time_amount(&chinese, 5400000, text);
    assert_string_equal(text, "1小时30分");
    say_time_span(&chinese, 1799000, text);
    assert_string_equal(text, "29分59秒");
    say_time_span(&chinese, -183600000, text);
    assert_string_equal(text, "-2天03小时");
    say_time_span(&chinese, 7000, text);
    assert_string_equal(text, "7秒");
    /* What is shown is read. */
    uint64_t at_ms = 0;
    assert_int_equal(say_time_read_ahead(&chinese, "2小时30分", 0, &at_ms), RC_OK);
    assert_int_equal(at_ms, 9000000);
    assert_int_equal(say_time_read_ahead(&english, "29分59秒", 0, &at_ms), RC_OK);
    assert_int_equal(at_ms, 1799000);
    assert_int_equal(say_time_read_ahead(&english, "3天", 0, &at_ms), RC_OK);
    assert_int_equal(say_time_read_ahead(&english, "30分2小时", 0, &at_ms), RC_INVALID);
}

static void test_parse_when_understood_then_in_the_sites_zone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t at_ms;
    } cases[] = {{"2h", NOW_MS - 2 * HOUR_MS},           {"90s", NOW_MS - 90000},
                 {"3d", NOW_MS - 72 * HOUR_MS},          {"2026-11-22", NOW_MS - 9 * HOUR_MS},
                 {"2026/11/22", NOW_MS - 9 * HOUR_MS},   {"2026-11-22T09:00", NOW_MS},
                 {"2026-11-22 09:00:01", NOW_MS + 1000}, {"2026-11-22T09:00:00.25", NOW_MS + 250},
                 {"2026-11-22T01:00:00Z", NOW_MS},       {"2026-11-21T20:00:00-0500", NOW_MS}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        uint64_t at_ms = 0;
        assert_int_equal(say_time_read(&home, cases[index].text, NOW_MS, &at_ms), RC_OK);
        assert_int_equal(at_ms, cases[index].at_ms);
    }
}

static void test_parse_ahead_when_a_span_then_after_now(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t at_ms;
        bool span;
    } cases[] = {{"2h", NOW_MS + 2 * HOUR_MS, true},
                 {"1d12h", NOW_MS + 36 * HOUR_MS, true},
                 {"1h30m15s", NOW_MS + HOUR_MS + 1815000, true},
                 {"2026-12-01", NOW_MS + 207 * HOUR_MS, false},
                 {"2026-12-01T18:00", NOW_MS + 225 * HOUR_MS, false},
                 {"2026-12-01T18:00:00+08:00", NOW_MS + 225 * HOUR_MS, false}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        uint64_t at_ms = 0;
        assert_int_equal(say_time_read_ahead(&home, cases[index].text, NOW_MS, &at_ms), RC_OK);
        assert_int_equal(at_ms, cases[index].at_ms);
        assert_int_equal(say_time_is_span(cases[index].text), cases[index].span);
    }
    static const char *const wrong[] = {"", "12h1d", "1d1d", "1d12", "d", "-1d", "tomorrow"};
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        uint64_t at_ms = 0;
        assert_int_equal(say_time_read_ahead(&home, wrong[index], NOW_MS, &at_ms), RC_INVALID);
    }
}

static void test_parse_when_not_a_time_then_invalid(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "h",
                                        "12",
                                        "2026-13-01",
                                        "2026-02-29",
                                        "2026-11-22T",
                                        "2026-11-22T24:00",
                                        "2026-11-22T09:00:00+08:00x",
                                        "2026-11/22",
                                        "yesterday",
                                        "-2h",
                                        "2026-11-22T09:61"};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        uint64_t at_ms = 0;
        assert_int_equal(say_time_read(&home, cases[index], NOW_MS, &at_ms), RC_INVALID);
    }
}

/* Berlin in July: the clock on the wall, as it is shown and as it is typed. */
static void test_moment_when_summer_time_is_on_then_the_wall_clock_is_meant(void **state)
{
    (void)state;
    struct zone zone;
    if (zone_load("Europe/Berlin", &zone) != RC_OK) {
        skip(); /* no tzdata here */
        return;
    }
    const struct say berlin = {.zone = &zone};
    const uint64_t summer_ms = 1784068200000ull; /* 2026-07-14T22:30Z */
    const uint64_t winter_ms = summer_ms + 184 * 24 * HOUR_MS;
    char text[SAY_TIME_BYTES];
    uint64_t at_ms = 0;
    say_time_exact(&berlin, summer_ms, text);
    assert_string_equal(text, "2026-07-15 00:30:00");
    say_time_rfc3339(&berlin, summer_ms, text);
    assert_string_equal(text, "2026-07-15T00:30:00+02:00");
    say_time_short(&berlin, summer_ms, winter_ms, text);
    assert_string_equal(text, "2026-07-15 00:30");
    say_time_rfc3339(&berlin, winter_ms, text);
    assert_string_equal(text, "2027-01-14T23:30:00+01:00");
    assert_int_equal(say_time_read(&berlin, "2026-07-15T00:30", winter_ms, &at_ms), RC_OK);
    assert_int_equal(at_ms, summer_ms);
    assert_int_equal(say_time_read(&berlin, "2027-01-14 23:30", summer_ms, &at_ms), RC_OK);
    assert_int_equal(at_ms, winter_ms);
}

/* The night summer time begins and the night it ends. Santiago changes at midnight: its day begins
 * at one. */
static void test_read_when_the_clock_is_put_forward_or_back_then_refused_or_the_first(void **state)
{
    (void)state;
    struct zone zone;
    struct zone southern;
    if (zone_load("Europe/Berlin", &zone) != RC_OK ||
        zone_load("America/Santiago", &southern) != RC_OK) {
        skip(); /* no tzdata here */
        return;
    }
    const struct say berlin = {.zone = &zone};
    const struct say santiago = {.zone = &southern};
    char text[SAY_TIME_BYTES];
    uint64_t at_ms = 0;
    assert_int_equal(say_time_read(&berlin, "2026-03-29T02:30", NOW_MS, &at_ms), RC_NOT_FOUND);
    assert_int_equal(say_time_read_ahead(&berlin, "2026-03-29 02:00", NOW_MS, &at_ms),
                     RC_NOT_FOUND);
    assert_int_equal(say_time_read(&berlin, "2026-03-29T02:30:00+01:00", NOW_MS, &at_ms), RC_OK);
    say_time_exact(&berlin, at_ms, text);
    assert_string_equal(text, "2026-03-29 03:30:00");
    assert_int_equal(say_time_read(&berlin, "2026-03-29T03:00", NOW_MS, &at_ms), RC_OK);
    assert_int_equal(at_ms, 1774746000000ull); /* 01:00Z */
    assert_int_equal(say_time_read(&berlin, "2026-10-25T02:30", NOW_MS, &at_ms), RC_OK);
    say_time_rfc3339(&berlin, at_ms, text);
    assert_string_equal(text, "2026-10-25T02:30:00+02:00");
    say_time_rfc3339(&berlin, at_ms + HOUR_MS, text); /* the other one is told apart */
    assert_string_equal(text, "2026-10-25T02:30:00+01:00");
    assert_int_equal(say_time_read(&berlin, text, NOW_MS, &at_ms), RC_OK);
    say_time_rfc3339(&berlin, at_ms, text);
    assert_string_equal(text, "2026-10-25T02:30:00+01:00");
    assert_int_equal(say_time_read(&santiago, "2026-09-06", NOW_MS, &at_ms), RC_OK);
    say_time_exact(&santiago, at_ms, text);
    assert_string_equal(text, "2026-09-06 01:00:00");
    assert_int_equal(say_time_read(&santiago, "2026-09-06 00:30", NOW_MS, &at_ms), RC_NOT_FOUND);
}

/* What lies beyond the calendar of people is shown as its end; nothing overflows on the way. */
static void test_moment_when_absurd_then_the_end_of_the_year_9999(void **state)
{
    (void)state;
    const struct say here = {.zone = &utc};
    char text[SAY_TIME_BYTES];
    say_time_exact(&here, UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31 23:59:59");
    say_time_rfc3339(&here, SAY_TIME_MS_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999+00:00");
    say_time_rfc3339(&home, UINT64_MAX, text);
    assert_string_equal(text, "10000-01-01T07:59:59.999+08:00");
}

static void test_by_when_said_then_as_people_do_and_midnight_ends_the_day(void **state)
{
    (void)state;
    static const struct {
        uint64_t due_ms, now_ms;
        const char *zh, *en;
    } rows[] = {
        {NOW_MS + 9 * HOUR_MS, NOW_MS, "今天 18:00", "today 18:00"},
        {NOW_MS + 15 * HOUR_MS, NOW_MS, "今天 24:00", "today 24:00"},
        {NOW_MS + 24 * HOUR_MS, NOW_MS, "明天 09:00", "tomorrow 09:00"},
        {NOW_MS - 24 * HOUR_MS, NOW_MS, "11月21日 09:00", "21 Nov 09:00"},
        {NOW_MS + 960 * HOUR_MS, NOW_MS, "2027年1月1日 09:00", "1 Jan 2027 09:00"},
        {NOW_MS + 951 * HOUR_MS, NOW_MS, "12月31日 24:00", "31 Dec 24:00"},
        {NOW_MS, 0, "2026年11月22日 09:00", "22 Nov 2026 09:00"},
    };
    const struct say english = {.language = SAY_ENGLISH};
    char text[SAY_TIME_BYTES];
    for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        say_time_by(&home, rows[at].due_ms, rows[at].now_ms, text);
        assert_string_equal(text, rows[at].zh);
        say_time_by(&english, rows[at].due_ms, rows[at].now_ms, text);
        assert_string_equal(text, rows[at].en);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339_when_read_back_then_the_same_moment),
        cmocka_unit_test(test_rfc3339_when_written_then_as_expected),
        cmocka_unit_test(test_short_when_day_or_year_differ_then_they_are_told),
        cmocka_unit_test(test_span_when_written_then_two_largest_units),
        cmocka_unit_test(test_parse_when_understood_then_in_the_sites_zone),
        cmocka_unit_test(test_parse_ahead_when_a_span_then_after_now),
        cmocka_unit_test(test_parse_when_not_a_time_then_invalid),
        cmocka_unit_test(test_moment_when_summer_time_is_on_then_the_wall_clock_is_meant),
        cmocka_unit_test(test_read_when_the_clock_is_put_forward_or_back_then_refused_or_the_first),
        cmocka_unit_test(test_by_when_said_then_as_people_do_and_midnight_ends_the_day),
        cmocka_unit_test(test_moment_when_absurd_then_the_end_of_the_year_9999),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
