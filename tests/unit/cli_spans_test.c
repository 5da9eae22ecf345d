/* cli_spans: what explain prints of a clock: rows of days that are alike, sums, warnings. Golden.
 */

#include "cli_spans.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/calendar/civil.h"
#include "common/calendar/zone.h"
#include "trace.h"

#define OFFSET_MS (8ll * 3600 * 1000)
#define DAY_MS 86400000ll
#define HOUR_MS 3600000ll
enum { INTERVALS = 400, SCREEN_LINES = 24 };

struct told {
    Paidan__ExplainedClock clock;
    Paidan__ClockSet set;
    bool still; /* the ticket is suspended */
    Paidan__Interval intervals[INTERVALS], *list[INTERVALS];
};

/* Of the wall clock: day since 1970-01-01 and hours. */
static uint64_t at(int32_t day, double hours)
{
    return (uint64_t)(day * DAY_MS + (int64_t)(hours * (double)HOUR_MS) - OFFSET_MS);
}

static void add(struct told *told, uint64_t from_ms, uint64_t until_ms,
                Paidan__IntervalReason reason, const char *name)
{
    Paidan__Interval *last =
        told->clock.n_intervals == 0 ? NULL : told->list[told->clock.n_intervals - 1];
    const char *last_name = last == NULL || last->name == NULL ? "" : last->name;
    if (from_ms >= until_ms) {
        return;
    }
    if (last != NULL && last->reason == reason &&
        strcmp(last_name, name == NULL ? "" : name) == 0) {
        last->until_ms = until_ms; /* as the service joins them */
        return;
    }
    assert_true(told->clock.n_intervals < INTERVALS);
    Paidan__Interval *interval = &told->intervals[told->clock.n_intervals];
    told->list[told->clock.n_intervals] = interval;
    told->clock.n_intervals++;
    paidan__interval__init(interval);
    interval->from_ms = from_ms;
    interval->until_ms = until_ms;
    interval->reason = reason;
    interval->name = (char *)(uintptr_t)name;
}

static struct told *begin(void)
{
    struct told *told = calloc(1, sizeof *told);
    assert_non_null(told);
    paidan__explained_clock__init(&told->clock);
    paidan__clock_set__init(&told->set);
    told->clock.set = &told->set;
    told->clock.intervals = told->list;
    told->set.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    told->set.calendar = "office";
    told->clock.policy = "site.yaml:24 level=building urgency=* category=*";
    told->clock.has_counted_ms = told->clock.has_skipped_ms = told->clock.has_paused_ms = 1;
    return told;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}
static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Office hours of one day, cut to the term. */
static void add_office_day(struct told *told, int32_t day, Paidan__IntervalReason counted)
{
    static const double edges[] = {0, 9, 12, 13.5, 17.5, 24};
    for (int index = 0; index < 5; index++) {
        const uint64_t from_ms = larger(at(day, edges[index]), told->set.start_ms);
        const uint64_t until_ms = smaller(at(day, edges[index + 1]), told->set.due_ms);
        add(told, from_ms, until_ms,
            index == 1 || index == 3 ? counted : PAIDAN__INTERVAL_REASON__INTERVAL_CLOSED, NULL);
    }
}

/* 105 working hours from Monday 2026-09-21 14:12: three weeks of work around the National Day,
 * with a make-up Saturday and a suspension of three days. */
static struct told *long_term(void)
{
    struct told *told = begin();
    const int32_t first = civil_days(2026, 9, 21), last = civil_days(2026, 10, 20);
    told->set.has_unit = told->set.has_amount_ms = 1;
    told->set.unit = PAIDAN__TIME_UNIT__TIME_WORKING_HOURS;
    told->set.amount_ms = 105ull * HOUR_MS;
    told->set.start_ms = at(first, 14.2);
    told->set.due_ms = at(last, 11.5);
    told->set.has_warn_ms = told->set.has_extensions = 1;
    told->set.warn_ms = at(last - 1, 11.5);
    told->set.extensions = 1;
    for (int32_t day = first; day <= last; day++) {
        const bool weekend = civil_weekday(day) >= 5;
        const bool holiday = day >= civil_days(2026, 10, 1) && day <= civil_days(2026, 10, 7);
        const bool make_up = day == civil_days(2026, 10, 10);
        const bool paused = day >= civil_days(2026, 10, 12) && day <= civil_days(2026, 10, 14);
        if (holiday || paused || (weekend && !make_up)) {
            add(told, at(day, 0), at(day, 24),
                holiday  ? PAIDAN__INTERVAL_REASON__INTERVAL_HOLIDAY
                : paused ? PAIDAN__INTERVAL_REASON__INTERVAL_PAUSED
                         : PAIDAN__INTERVAL_REASON__INTERVAL_WEEKEND,
                holiday ? "国庆节" : NULL);
        } else {
            add_office_day(told, day,
                           make_up ? PAIDAN__INTERVAL_REASON__INTERVAL_MAKE_UP
                                   : PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED);
        }
    }
    told->clock.counted_ms = 31ull * HOUR_MS;
    told->clock.skipped_ms = 90ull * HOUR_MS;
    told->clock.paused_ms = 72ull * HOUR_MS;
    return told;
}

/* One working day from a Friday evening, counted from the next day, into a year that is unknown. */
static struct told *short_term(void)
{
    struct told *told = begin();
    const int32_t friday = civil_days(2027, 1, 1);
    told->set.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    told->set.has_unit = told->set.has_amount_ms = told->set.has_start_rule = 1;
    told->set.has_end_rule = told->set.has_consumed_ms = told->set.has_resumed_ms = 1;
    told->set.unit = PAIDAN__TIME_UNIT__TIME_WORKING_DAYS;
    told->set.amount_ms = (uint64_t)DAY_MS;
    told->set.start_rule = PAIDAN__START_RULE__START_NEXT_DAY;
    told->set.end_rule = PAIDAN__END_RULE__END_OF_DAY;
    told->set.start_ms = at(friday, 19);
    told->set.due_ms = at(friday + 3, 17.5);
    told->set.consumed_ms = 5400000;
    told->set.resumed_ms = at(friday + 3, 10);
    add(told, at(friday, 19), at(friday + 1, 0), PAIDAN__INTERVAL_REASON__INTERVAL_START_RULE,
        NULL);
    add(told, at(friday + 1, 0), at(friday + 2, 0), PAIDAN__INTERVAL_REASON__INTERVAL_OVERRIDE,
        "停电");
    add(told, at(friday + 2, 0), at(friday + 3, 0), PAIDAN__INTERVAL_REASON__INTERVAL_WEEKEND,
        NULL);
    add(told, at(friday + 3, 0), at(friday + 3, 9.999), PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED,
        NULL);
    add(told, at(friday + 3, 9.999), at(friday + 3, 10), PAIDAN__INTERVAL_REASON__INTERVAL_PAUSED,
        NULL);
    add(told, at(friday + 3, 10), at(friday + 3, 17.5), PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED,
        NULL);
    told->clock.has_unknown_years = told->clock.unknown_years = 1;
    told->clock.has_cut = told->clock.cut = 1;
    told->clock.has_stopped = told->clock.stopped = 1;
    told->clock.has_expired = told->clock.expired = 1;
    return told;
}

/* Two working hours from a Monday after closing: the evening has only closed time. */
static struct told *evening_term(void)
{
    struct told *told = begin();
    const int32_t monday = civil_days(2026, 9, 28);
    told->set.clock = PAIDAN__CLOCK__CLOCK_CONTACT;
    told->set.has_unit = told->set.has_amount_ms = 1;
    told->set.unit = PAIDAN__TIME_UNIT__TIME_WORKING_HOURS;
    told->set.amount_ms = 2ull * HOUR_MS;
    told->set.start_ms = at(monday, 18.25);
    told->set.due_ms = at(monday + 1, 11);
    add_office_day(told, monday, PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED);
    add_office_day(told, monday + 1, PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED);
    told->clock.counted_ms = HOUR_MS;
    told->clock.skipped_ms = 53100000;
    told->still = true;
    return told;
}

/* What is printed. Heap. */
static char *print(struct cli *cli, const struct told *told, uint64_t now_ms)
{
    FILE *const before = stdout;
    char *text = NULL;
    size_t bytes = 0;
    stdout = open_memstream(&text, &bytes);
    assert_non_null(stdout);
    cli_spans_print(cli, &told->clock,
                    told->set.clock == PAIDAN__CLOCK__CLOCK_ACCEPT ? "社区" : NULL, told->still,
                    now_ms);
    (void)fclose(stdout);
    stdout = before;
    assert_non_null(text);
    return text;
}

static unsigned lines_of(const char *text)
{
    unsigned lines = 0;
    for (; *text != '\0'; text++) {
        lines += *text == '\n' ? 1 : 0;
    }
    return lines;
}

static void test_spans_when_printed_then_as_golden(void **state)
{
    (void)state;
    struct trace trace;
    struct told *terms[] = {long_term(), short_term(), evening_term()};
    trace_init(&trace, 0);
    for (int chinese = 1; chinese >= 0; chinese--) {
        for (size_t index = 0; index < 3; index++) {
            struct cli cli = {.say = {.language = chinese != 0 ? SAY_CHINESE : SAY_ENGLISH},
                              .site_tried = true};
            char *text = print(&cli, terms[index], at(civil_days(2026, 9, 29), 10));
            assert_true(lines_of(text) <= SCREEN_LINES);
            trace_say(&trace, "-- %s%s", chinese != 0 ? "zh" : "en", text);
            free(text);
        }
    }
    assert_true(trace_golden(&trace, "cli_spans"));
    trace_fini(&trace);
    free(terms[0]);
    free(terms[1]);
    free(terms[2]);
}

/* Summer time: the day that lasts 23 hours is one day, from midnight to midnight. */
static void test_spans_when_the_wall_clock_changes_then_days_stay_days(void **state)
{
    (void)state;
    struct zone zone;
    if (zone_load("Europe/Berlin", &zone) != RC_OK) {
        skip(); /* no tzdata here */
        return;
    }
    struct site *site = calloc(1, sizeof *site);
    assert_non_null(site);
    site->zone = &zone;
    struct cli cli = {.site_tried = true, .say = {.site = site}};
    struct told *told = begin();
    /* Sunday 2026-03-29: 02:00 becomes 03:00. From Friday 12:00 to Monday 12:00. */
    const int32_t sunday = civil_days(2026, 3, 29);
    told->set.start_ms = (uint64_t)((sunday - 2) * DAY_MS + 11 * HOUR_MS);
    told->set.due_ms = (uint64_t)((sunday + 1) * DAY_MS + 10 * HOUR_MS);
    add(told, told->set.start_ms, told->set.due_ms, PAIDAN__INTERVAL_REASON__INTERVAL_COUNTED,
        NULL);
    char *text = print(&cli, told, told->set.start_ms);
    assert_non_null(strstr(text, "03-27          Fri      12:00–24:00"));
    assert_non_null(strstr(text, "03-28 – 03-29  Sat–Sun  all day"));
    assert_non_null(strstr(text, "03-30          Mon      00:00–12:00"));
    free(text);
    free(told);
    free(site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spans_when_printed_then_as_golden),
        cmocka_unit_test(test_spans_when_the_wall_clock_changes_then_days_stay_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
