/* holidays: files that are refused, days of December in the next year's file, iCalendar, and a
 * site's own files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar/holidays.h"
#include "site_files.h"

static struct holidays_year year;
static struct holidays_mistake mistake;

static enum rc read_json(const char *text)
{
    return holidays_read_json(text, strlen(text), &year, &mistake);
}

static const char *days_of(const char *days, int number)
{
    static char text[2048];
    snprintf(text, sizeof text, "{\"year\": %d,\n\"days\": [\n%s\n]}", number, days);
    return text;
}

#define DAY(date, off) "{\"name\": \"x\", \"date\": \"" date "\", \"isOffDay\": " off "}"

static void test_json_when_wrong_then_line_and_name(void **state)
{
    static const struct {
        const char *days, *name;
        uint32_t line;
    } rows[] = {
        {DAY("2028-01-01", "true"), "HOLIDAY_FOREIGN", 3},
        {DAY("2026-11-30", "true"), "HOLIDAY_FOREIGN", 3},
        {DAY("2027-01-01", "true") ",\n" DAY("2027-01-01", "false"), "HOLIDAY_TWICE", 4},
        {DAY("2027-02-29", "true"), "HOLIDAY_DATE", 3},
        {DAY("2027-1-1", "true"), "HOLIDAY_DATE", 3},
        {DAY("2027-01-01", "1"), "HOLIDAY_KEYS", 3},
        {"7", "HOLIDAY_KEYS", 0},
        {"{\"name\": \"\", \"date\": \"2027-01-01\", \"isOffDay\": true}", "HOLIDAY_NAME", 3},
        {"{\"a\": 1, \"name\": \"x\", \"date\": \"2027-01-01\", \"isOffDay\": true}",
         "HOLIDAY_KEY_UNKNOWN", 3},
        {"{", "HOLIDAYS_SYNTAX", 4},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        assert_int_equal(read_json(days_of(rows[index].days, 2027)), RC_INVALID);
        assert_string_equal(mistake.name, rows[index].name);
        assert_int_equal(mistake.line, rows[index].line);
    }
    assert_int_equal(read_json("{\"year\": 2027}"), RC_INVALID);
    assert_string_equal(mistake.name, "HOLIDAYS_SHAPE");
    assert_int_equal(read_json(days_of("", 1970)), RC_INVALID);
    assert_string_equal(mistake.name, "HOLIDAYS_YEAR");
}

static int32_t day(const char *date)
{
    int32_t number = 0;
    assert_true(civil_parse(date, &number));
    return number;
}

static void test_json_when_written_and_read_again_then_the_same(void **state)
{
    (void)state;
    assert_int_equal(
        read_json(days_of(DAY("2026-01-04", "false") "," DAY("2026-01-01", "true"), 2026)), RC_OK);
    char *text = holidays_write_json(&year);
    assert_non_null(text);
    const struct holidays_year before = year;
    assert_int_equal(read_json(text), RC_OK);
    free(text);
    assert_int_equal(year.year, 2026);
    assert_int_equal(year.count, 2);
    assert_true(year.days[0].off);
    assert_false(year.days[1].off); /* a make-up workday is no holiday */
    for (uint32_t index = 0; index < 2; index++) {
        assert_int_equal(year.days[index].day, before.days[index].day);
        assert_string_equal(year.days[index].name, before.days[index].name);
    }
}

static void test_set_when_the_next_file_speaks_of_december_then_it_wins(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct holidays set = {.count = 0};
        for (int turn = 0; turn < 2; turn++) {
            const bool later = turn != order;
            const char *text = later ? days_of(DAY("2026-12-31", "true"), 2027)
                                     : days_of(DAY("2026-12-31", "false") ", " //
                                               DAY("2026-05-01", "true"),
                                               2026);
            assert_int_equal(read_json(text), RC_OK);
            assert_int_equal(holidays_put(&set, &year), RC_OK);
        }
        assert_int_equal(set.count, 2);
        assert_true(holidays_find(&set, day("2026-12-31"))->off);
        assert_true(holidays_known(&set, 2026));
        assert_true(holidays_known(&set, 2027));
        assert_int_equal(read_json(days_of("", 2027)), RC_OK);
        assert_int_equal(holidays_put(&set, &year), RC_OK);
        assert_false(holidays_known(&set, 2027)); /* an empty list is no notice */
        holidays_fini(&set);
    }
}

#define EVENT(lines) "BEGIN:VEVENT\n" lines "END:VEVENT\n"
#define CALENDAR(events) "BEGIN:VCALENDAR\n" events "END:VCALENDAR\n"

static void test_ics_when_makeup_is_in_the_summary_then_working(void **state)
{
    static const char text[] = CALENDAR(
        EVENT("SUMMARY:元旦假期\nDTSTART;VALUE=DATE:20221231\nDTEND;VALUE=DATE:20230103\n")
            EVENT("SUMMARY:上班(补\n 春节假期)\nDTSTART;VALUE=DATE:20230128\n")
                EVENT("SUMMARY:补班\nDTSTART;VALUE=DATE:20230129\nDTEND;VALUE=DATE:20230130\n"));
    struct holidays_year *years = NULL;
    uint32_t count = 0;
    (void)state;
    assert_int_equal(holidays_read_ics(text, strlen(text), &years, &count, &mistake), RC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(years->year, 2023);
    assert_int_equal(years->count, 5);
    assert_int_equal(years->days[2].day, day("2023-01-02")); /* the day of DTEND is not in it */
    assert_true(years->days[2].off);
    assert_string_equal(years->days[2].name, "元旦");
    assert_int_equal(years->days[3].day, day("2023-01-28"));
    assert_false(years->days[3].off);
    assert_string_equal(years->days[3].name, "春节");
    assert_false(years->days[4].off);
    free(years);
}

static void test_ics_when_wrong_then_event_and_line(void **state)
{
    static const struct {
        const char *text, *name;
        uint32_t line;
    } rows[] = {
        {"", "ICS_SYNTAX", 0},
        {"hello", "ICS_SYNTAX", 0},
        {CALENDAR(""), "ICS_SYNTAX", 0},
        {CALENDAR(EVENT("SUMMARY:x\nDTSTART:20230128T090000Z\n")), "ICS_EVENT", 2},
        {CALENDAR(EVENT("DTSTART;VALUE=DATE:20230128\n")), "ICS_EVENT", 2},
        {CALENDAR(EVENT("SUMMARY:x\nDTSTART;VALUE=DATE:20230128\nDTEND;VALUE=DATE:20230128\n")),
         "ICS_EVENT", 2},
        {CALENDAR(EVENT("SUMMARY:x\nDTSTART;VALUE=DATE:20230128\nRRULE:FREQ=YEARLY\n")), "ICS_RULE",
         2},
        {CALENDAR(EVENT("SUMMARY:x\nDTSTART;VALUE=DATE:20230128\n")
                      EVENT("SUMMARY:y\nDTSTART;VALUE=DATE:20230128\n")),
         "HOLIDAY_TWICE", 6},
    };
    struct holidays_year *years = NULL;
    uint32_t count = 0;
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const char *text = rows[index].text;
        assert_int_equal(holidays_read_ics(text, strlen(text), &years, &count, &mistake),
                         RC_INVALID);
        assert_string_equal(mistake.name, rows[index].name);
        assert_int_equal(mistake.line, rows[index].line);
    }
}

/* ---- a site's own files ---- */

static enum rc load_site(const char *yaml, const char *file, const char *text,
                         struct site_report *report, struct site **site)
{
    struct site_source sources[SITE_FILE_COUNT] = {{0}};
    for (int index = 0; index < SITE_FILE_COUNT; index++) {
        const char *bytes = index == SITE_YAML ? yaml : site_files_good[index];
        sources[index] = (struct site_source){.bytes = bytes, .size = strlen(bytes)};
    }
    struct site_year_source source = {.bytes = text, .size = strlen(text)};
    snprintf(source.name, sizeof source.name, "%s", file);
    return site_load_years(sources, &source, 1, report, site);
}

static void test_site_when_it_has_its_own_year_then_taken_and_in_the_version(void **state)
{
    static char yaml[8192];
    const char *good = site_files_good[SITE_YAML];
    const char *at = strstr(good, "policies:");
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    uint32_t versions[2] = {0};
    (void)state;
    assert_non_null(report);
    snprintf(yaml, sizeof yaml,
             "%.*s    holidays: CN\n  child: {extends: office, sat: \"10:00-11:00\"}\n%s",
             (int)(at - good), good, at);
    for (int turn = 0; turn < 2; turn++) {
        char text[2048];
        snprintf(text, sizeof text, "%s",
                 days_of(turn == 0 ? DAY("2027-05-03", "true") : DAY("2027-05-04", "true"), 2027));
        assert_int_equal(load_site(yaml, "calendars/2027.json", text, report, &site), RC_OK);
        struct calendar_day read;
        calendar_day_read(&site->calendars[1], day("2027-05-03"), &read);
        assert_int_equal(read.kind, turn == 0 ? CALENDAR_HOLIDAY : CALENDAR_WORKDAY);
        calendar_day_read(&site->calendars[1], day("2026-02-14"), &read); /* built in */
        assert_int_equal(read.kind, CALENDAR_MAKEUP);
        assert_int_equal(read.open_ms, 7 * 3600 * 1000);
        calendar_day_read(&site->calendars[2], day("2026-03-07"), &read);
        assert_int_equal(read.open_ms, 3600 * 1000); /* the child's own Saturday */
        calendar_day_read(&site->calendars[2], day("2026-02-14"), &read);
        assert_int_equal(read.open_ms, 7 * 3600 * 1000);
        assert_true(calendar_year_known(&site->calendars[2], 2027));
        versions[turn] = site->version;
        site_free(site);
    }
    assert_int_not_equal(versions[0], versions[1]);
    assert_int_equal(load_site(yaml, "calendars/2028.json", days_of("", 2027), report, &site),
                     RC_SETTINGS);
    assert_string_equal(report->mistakes[0].name, "HOLIDAYS_FILE_YEAR");
    assert_string_equal(report->mistakes[0].file, "calendars/2028.json");
    assert_int_equal(load_site(yaml, "calendars/2027.json",
                               days_of(DAY("2029-01-01", "true"), 2027), report, &site),
                     RC_SETTINGS);
    assert_string_equal(report->mistakes[0].name, "HOLIDAY_FOREIGN");
    assert_int_equal(report->mistakes[0].line, 3);
    assert_non_null(strstr(report->mistakes[0].zh, "不属于"));
    assert_non_null(strstr(report->mistakes[0].en, "is not of 2027"));
    assert_int_equal(load_site(yaml, "calendars/2027.json", days_of("", 2027), report, &site),
                     RC_OK);
    assert_int_equal(report->warnings, 1);
    site_free(site);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_when_wrong_then_line_and_name),
        cmocka_unit_test(test_json_when_written_and_read_again_then_the_same),
        cmocka_unit_test(test_set_when_the_next_file_speaks_of_december_then_it_wins),
        cmocka_unit_test(test_ics_when_makeup_is_in_the_summary_then_working),
        cmocka_unit_test(test_ics_when_wrong_then_event_and_line),
        cmocka_unit_test(test_site_when_it_has_its_own_year_then_taken_and_in_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
