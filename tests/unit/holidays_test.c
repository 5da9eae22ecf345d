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
        struct holidays set = {.code = "CN"};
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
        /* Two days are no notice, though they count. */
        assert_false(holidays_known(&set, 2026));
        assert_false(holidays_known(&set, 2027));
        holidays_fini(&set);
    }
}

#define EVENT(lines) "BEGIN:VEVENT\n" lines "END:VEVENT\n"
#define CALENDAR(events) "BEGIN:VCALENDAR\n" events "END:VCALENDAR\n"

static struct holidays_import import;

static enum rc read_ics(const char *text, const struct holidays_ruling *rulings, uint32_t count)
{
    holidays_import_fini(&import);
    import = (struct holidays_import){
        .utc_offset_ms = 8 * 3600 * 1000, .rulings = rulings, .ruling_count = count};
    return holidays_read_ics(text, strlen(text), &import, &mistake);
}

/* One event of one day with this title, and what is said of it. */
static enum rc read_title(const char *title, const char *date)
{
    char text[1024];
    (void)snprintf(text, sizeof text, CALENDAR(EVENT("SUMMARY:%s\nDTSTART;VALUE=DATE:%s\n")), title,
                   date);
    return read_ics(text, NULL, 0);
}

static void test_ics_when_makeup_is_in_the_summary_then_working(void **state)
{
    static const char text[] = CALENDAR(
        EVENT("SUMMARY:元旦假期\nDTSTART;VALUE=DATE:20221231\nDTEND;VALUE=DATE:20230103\n")
            EVENT("SUMMARY:上班(补\n 春节假期)\nDTSTART;VALUE=DATE:20230128\n")
                EVENT("SUMMARY:补班\nDTSTART;VALUE=DATE:20230129\nDTEND;VALUE=DATE:20230130\n"));
    (void)state;
    assert_int_equal(read_ics(text, NULL, 0), RC_OK);
    assert_int_equal(import.year_count, 1);
    const struct holidays_year *years = import.years;
    assert_int_equal(years->year, 2023);
    assert_int_equal(years->count, 5);
    assert_int_equal(years->days[2].day, day("2023-01-02")); /* the day of DTEND is not in it */
    assert_true(years->days[2].off);
    assert_string_equal(years->days[2].name, "元旦");
    assert_int_equal(years->days[3].day, day("2023-01-28"));
    assert_false(years->days[3].off);
    assert_string_equal(years->days[3].name, "春节");
    assert_false(years->days[4].off);
}

/* A title counts when all of it is understood; the rest is a question, never a day off. */
static void test_title_when_it_names_no_day_off_then_asked(void **state)
{
    static const struct {
        const char *title;
        enum holidays_kind kind;
    } rows[] = {
        {"元旦", HOLIDAYS_OFF},
        {"元旦假期", HOLIDAYS_OFF},
        {"元旦（休）", HOLIDAYS_OFF},
        {"【休】元旦", HOLIDAYS_OFF},
        {"元旦 假期 第1天/共3天", HOLIDAYS_OFF},
        {"New Year's Day", HOLIDAYS_OFF},
        {"New Year’s Day(Holiday)", HOLIDAYS_OFF},
        {"Early bank holiday", HOLIDAYS_OFF},
        {"临时放假", HOLIDAYS_OFF},
        {"不上班", HOLIDAYS_OFF}, /* it holds 上班 */
        {"无需补班", HOLIDAYS_OFF},
        {"Non-working day", HOLIDAYS_OFF},
        {"国庆节假期", HOLIDAYS_OFF}, /* in January: it says so */
        {"班", HOLIDAYS_WORK},
        {"元旦 班", HOLIDAYS_WORK},
        {"元旦（班）", HOLIDAYS_WORK},
        {"春节 补班 第1天/共2天", HOLIDAYS_WORK},
        {"上班（补元旦假期）", HOLIDAYS_WORK},
        {"元旦调休上班", HOLIDAYS_WORK},
        {"元旦不放假", HOLIDAYS_WORK},
        {"New Year's Day(Workday)", HOLIDAYS_WORK},
        {"Special Working Day", HOLIDAYS_WORK},
        {"Make-up workday", HOLIDAYS_WORK},
        {"王芳生日", HOLIDAYS_UNCLEAR},
        {"部门会议", HOLIDAYS_UNCLEAR},
        {"小寒", HOLIDAYS_UNCLEAR},
        {"寒假", HOLIDAYS_UNCLEAR},
        {"学校放假", HOLIDAYS_UNCLEAR},
        {"王芳年假", HOLIDAYS_UNCLEAR},
        {"元旦晚会", HOLIDAYS_UNCLEAR},
        {"劳动节", HOLIDAYS_UNCLEAR},     /* in January it is another country's */
        {"尚未补班", HOLIDAYS_UNCLEAR},   /* denied in a way that is not known */
        {"妇女节放假", HOLIDAYS_UNCLEAR}, /* of some people only */
        {"调休", HOLIDAYS_UNCLEAR},       /* which way is not said */
        {"元旦 ✕", HOLIDAYS_UNCLEAR},
        {"✓ 元旦", HOLIDAYS_UNCLEAR},
        {"🟢 元旦", HOLIDAYS_UNCLEAR},
        {"上午上班", HOLIDAYS_UNCLEAR},
        {"下午放假", HOLIDAYS_UNCLEAR},
        {"Half-day holiday", HOLIDAYS_UNCLEAR},
        {"补班，元旦放假", HOLIDAYS_UNCLEAR},
        {"取消补班", HOLIDAYS_UNCLEAR},
        {"Valentine's Day", HOLIDAYS_UNCLEAR},
        {"New Year's Eve", HOLIDAYS_UNCLEAR},
        {"Holiday party", HOLIDAYS_UNCLEAR},
        {"Workday meeting", HOLIDAYS_UNCLEAR},
        {"School holidays", HOLIDAYS_UNCLEAR},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const enum rc rc = read_title(rows[index].title, "20270104");
        const enum holidays_kind kind = rc == RC_AGAIN              ? HOLIDAYS_UNCLEAR
                                        : import.years->days[0].off ? HOLIDAYS_OFF
                                                                    : HOLIDAYS_WORK;
        if (kind != rows[index].kind) {
            fail_msg("%s: %d", rows[index].title, (int)kind);
        }
        assert_true(rc == RC_AGAIN || rc == RC_OK);
        if (rc == RC_AGAIN) {
            assert_int_equal(import.question_count, 1);
            assert_string_equal(import.questions[0].name, rows[index].title);
            assert_int_equal(import.questions[0].line, 2);
        }
    }
    assert_int_equal(read_title("下午放假", "20270104"), RC_AGAIN);
    assert_int_equal(import.questions[0].doubt, HOLIDAYS_DOUBT_PART);
}

static void test_question_when_ruled_on_then_as_said(void **state)
{
    static const char text[] =
        CALENDAR(EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20270101\n")
                     EVENT("SUMMARY:校庆\nDTSTART;VALUE=DATE:20270315\n")
                         EVENT("SUMMARY:王芳 生日\nDTSTART;VALUE=DATE:20270316\n")
                             EVENT("SUMMARY:会议\nDTSTART;VALUE=DATE:20270317\n"));
    static const struct holidays_ruling rulings[] = {
        {"校庆", HOLIDAYS_OFF}, {"王芳生日", HOLIDAYS_WORK}, {"*", HOLIDAYS_SKIP}};
    (void)state;
    assert_int_equal(read_ics(text, rulings, 2), RC_AGAIN);
    assert_int_equal(import.question_count, 1);
    assert_string_equal(import.questions[0].name, "会议");
    assert_int_equal(import.year_count, 0);
    assert_int_equal(read_ics(text, rulings, 3), RC_OK);
    assert_int_equal(import.skipped, 1);
    assert_int_equal(import.years[0].count, 3);
    assert_true(import.years[0].days[0].off); /* what is clear needs no word */
    assert_true(import.years[0].days[1].off);
    assert_false(import.years[0].days[2].off);
}

/* Several events of a day: the same thing said twice, a make-up day within a span, a birthday on a
 * feast; only a contradiction is asked about. */
static void test_ics_when_events_share_a_day_then_the_shortest_settles_it(void **state)
{
    static const char text[] = CALENDAR(
        EVENT("SUMMARY:国庆节假期\nDTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271011\n")
            EVENT("SUMMARY:中秋节\nDTSTART;VALUE=DATE:20271001\n")
                EVENT("SUMMARY:上班(补国庆节假期)\nDTSTART;VALUE=DATE:20271009\n")
                    EVENT("SUMMARY:王芳生日\nDTSTART;VALUE=DATE:20271002\n"));
    static const char clash[] = CALENDAR(EVENT("SUMMARY:补班\nDTSTART;VALUE=DATE:20271001\n") EVENT(
        "SUMMARY:国庆节\nDTSTART;VALUE=DATE:20271001\n"));
    static const struct holidays_ruling ruling = {"补班", HOLIDAYS_SKIP};
    (void)state;
    assert_int_equal(read_ics(text, NULL, 0), RC_OK);
    assert_int_equal(import.years[0].count, 10);
    assert_string_equal(import.years[0].days[0].name, "中秋节、国庆节");
    assert_string_equal(import.years[0].days[1].name, "国庆节");
    assert_true(import.years[0].days[7].off);
    assert_false(import.years[0].days[8].off);
    assert_int_equal(import.skipped, 1);
    assert_int_equal(read_ics(clash, NULL, 0), RC_AGAIN);
    assert_int_equal(import.question_count, 2);
    assert_int_equal(import.questions[0].doubt, HOLIDAYS_DOUBT_CLASH);
    assert_int_equal(read_ics(clash, &ruling, 1), RC_OK);
    assert_true(import.years[0].days[0].off);
}

static void test_ics_when_called_off_then_no_day(void **state)
{
    static const char cancelled[] =
        CALENDAR(EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20270101\n")
                     EVENT("SUMMARY:临时放假\nDTSTART;VALUE=DATE:20270315\nSTATUS:CANCELLED\n"));
    static const char versions[] =
        CALENDAR(EVENT("UID:a\nSEQUENCE:2\nSUMMARY:临时放假\nDTSTART;VALUE=DATE:20270316\n")
                     EVENT("UID:a\nSEQUENCE:1\nSUMMARY:临时放假\nDTSTART;VALUE=DATE:20270315\n"));
    static const char method[] =
        CALENDAR("METHOD:CANCEL\n" EVENT("SUMMARY:元旦假期\nDTSTART;VALUE=DATE:20270101\n"));
    (void)state;
    assert_int_equal(read_ics(cancelled, NULL, 0), RC_OK);
    assert_int_equal(import.years[0].count, 1);
    assert_int_equal(import.gone_count, 1);
    assert_int_equal(import.gone[0].day, day("2027-03-15"));
    assert_int_equal(read_ics(versions, NULL, 0), RC_OK);
    assert_int_equal(import.years[0].count, 1);
    assert_int_equal(import.years[0].days[0].day, day("2027-03-16"));
    assert_int_equal(import.gone_count, 1); /* where it was before */
    assert_int_equal(read_ics(method, NULL, 0), RC_OK);
    assert_int_equal(import.year_count, 1); /* so that what was known of it can be mended */
    assert_int_equal(import.years[0].count, 0);
    assert_string_equal(import.gone[0].name, "元旦");
}

static void test_ics_when_publishers_mark_days_then_believed(void **state)
{
    static const char apple[] =
        CALENDAR(EVENT("SUMMARY:春节\nDTSTART;VALUE=DATE:20270220\n"
                       "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\n")
                     EVENT("SUMMARY:除夕\nDTSTART;VALUE=DATE:20270205\n"
                           "X-APPLE-SPECIAL-DAY:WORK-HOLIDAY\n"));
    static const char tentative[] =
        CALENDAR(EVENT("SUMMARY:元旦假期\nDTSTART;VALUE=DATE:20270101\nSTATUS:TENTATIVE\n"));
    static const char google[] = CALENDAR(
        EVENT("SUMMARY:Maundy\nDTSTART;VALUE=DATE:20270325\nDESCRIPTION:Public holiday\n"));
    (void)state;
    assert_int_equal(read_ics(apple, NULL, 0), RC_OK);
    assert_true(import.years[0].days[0].off);
    assert_false(import.years[0].days[1].off);
    assert_int_equal(read_ics(tentative, NULL, 0), RC_AGAIN);
    assert_int_equal(read_ics(google, NULL, 0), RC_OK);
    assert_true(import.years[0].days[0].off);
}

/* How programs write one day, and what is only a part of it. */
static void test_ics_when_times_are_given_then_a_day_if_it_covers_an_office(void **state)
{
    static const struct {
        const char *lines, *first; /* first: NULL where it is asked about */
        uint32_t count;
    } rows[] = {
        {"DTSTART;VALUE=DATE:20270109\nDTEND;VALUE=DATE:20270109\n", "2027-01-09", 1},
        {"DTSTART;VALUE=DATE:20270109\nDURATION:P2D\n", "2027-01-09", 2},
        {"DTSTART:20270109T090000\nDTEND:20270109T180000\n", "2027-01-09", 1},
        {"DTSTART:20270109T090000\nDURATION:PT9H\n", "2027-01-09", 1},
        {"DTSTART:20270109T010000Z\nDTEND:20270109T100000Z\n", "2027-01-09", 1},
        {"DTSTART:20270108T160000Z\nDTEND:20270110T160000Z\n", "2027-01-09", 2},
        {"DTSTART;TZID=Asia/Shanghai:20270109T090000\n"
         "DTEND;TZID=Asia/Shanghai:20270109T180000\n",
         "2027-01-09", 1},
        {"DTSTART:20270109T000000\nDTEND:20270110T235959\n", "2027-01-09", 2},
        {"DTSTART:20270109T090000\nDTEND:20270109T120000\n", NULL, 0},
        {"DTSTART:20270109T130000\nDTEND:20270109T180000\n", NULL, 0},
        {"DTSTART:20270109T090000\n", NULL, 0},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        char text[512];
        (void)snprintf(text, sizeof text, CALENDAR(EVENT("SUMMARY:Workday\n%s")),
                       rows[index].lines);
        assert_int_equal(read_ics(text, NULL, 0), rows[index].first == NULL ? RC_AGAIN : RC_OK);
        if (rows[index].first == NULL) {
            assert_int_equal(import.questions[0].doubt, HOLIDAYS_DOUBT_PART);
        } else {
            assert_int_equal(import.years[0].count, rows[index].count);
            assert_int_equal(import.years[0].days[0].day, day(rows[index].first));
            assert_false(import.years[0].days[0].off);
        }
    }
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
        {CALENDAR(EVENT("DTSTART;VALUE=DATE:20230128\n")), "ICS_EVENT", 2},
        {CALENDAR(EVENT("SUMMARY:放假\nDTSTART;VALUE=DATE:20230128\nDTEND;VALUE=DATE:20230127\n")),
         "ICS_EVENT", 2},
        {CALENDAR(EVENT("SUMMARY:放假\nDTSTART;VALUE=DATE:20230128\nDTEND;VALUE=DATE:20230428\n")),
         "ICS_EVENT", 2},
        {CALENDAR(EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20230101\nRRULE:FREQ=YEARLY\n")),
         "ICS_RULE", 2},
        {CALENDAR(EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20230101\n")
                      EVENT("SUMMARY:\xd4\xd4\nDTSTART;VALUE=DATE:20230102\n")),
         "HOLIDAY_NAME", 6},
    };
    (void)state;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        assert_int_equal(read_ics(rows[index].text, NULL, 0), RC_INVALID);
        assert_string_equal(mistake.name, rows[index].name);
        assert_int_equal(mistake.line, rows[index].line);
        assert_null(import.years);
    }
}

/* A byte order mark, and one file for the days of two notices. */
static void test_ics_when_it_holds_two_years_then_each_is_its_own(void **state)
{
    static const char text[] =
        "\xef\xbb\xbf" CALENDAR(EVENT("SUMMARY:元旦\r\nDTSTART;VALUE=DATE:20261231\r\n")
                                    EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20270101\n")
                                        EVENT("SUMMARY:元旦\nDTSTART;VALUE=DATE:20280101\n"));
    (void)state;
    assert_int_equal(read_ics(text, NULL, 0), RC_OK);
    assert_int_equal(import.year_count, 2);
    assert_int_equal(import.years[0].year, 2027);
    assert_int_equal(import.years[0].count, 2);
    assert_int_equal(import.years[1].year, 2028);
    holidays_import_fini(&import);
}

static enum rc read_public(const char *text)
{
    holidays_import_fini(&import);
    import = (struct holidays_import){.zone = NULL};
    return holidays_read_public(text, strlen(text), &import, &mistake);
}

static void test_public_when_in_another_form_then_the_same_days(void **state)
{
    (void)state;
    assert_int_equal(
        read_public(
            "{\"code\": 0, \"holiday\": {"
            "\"02-14\": {\"holiday\": false, \"name\": \"春节前补班\", \"wage\": 1, "
            "\"date\": \"2026-02-14\"},"
            "\"01-01\": {\"holiday\": true, \"name\": \"元旦\", \"date\": \"2026-01-01\"}}}"),
        RC_OK);
    assert_int_equal(import.year_count, 1);
    assert_int_equal(import.years[0].count, 2);
    assert_true(import.years[0].days[0].off);
    assert_false(import.years[0].days[1].off);
    assert_int_equal(
        read_public(
            "{\"holidays\": {\"2027-01-01\": \"New Year's Day,元旦,1\", "
            "\"2026-01-01\": \"元旦\"}, \"workdays\": {\"2026-01-04\": \"New Year,元旦,1\"}, "
            "\"inLieuDays\": {}}"),
        RC_OK);
    assert_int_equal(import.year_count, 2);
    assert_int_equal(import.years[0].year, 2026);
    assert_int_equal(import.years[0].count, 2);
    assert_false(import.years[0].days[1].off);
    assert_string_equal(import.years[1].days[0].name, "元旦");
    assert_int_equal(read_public(days_of(DAY("2027-01-01", "true"), 2027)), RC_OK);
    assert_int_equal(import.years[0].count, 1);
    /* What knows no make-up days is not the decree. */
    assert_int_equal(read_public("[{\"date\": \"2026-01-01\", \"localName\": \"元旦\"}]"),
                     RC_INVALID);
    assert_string_equal(mistake.name, "HOLIDAYS_SHAPE");
    assert_int_equal(read_public("{\"holiday\": {\"01-01\": {\"name\": \"元旦\"}}}"), RC_INVALID);
    assert_string_equal(mistake.name, "HOLIDAY_KEYS");
    assert_int_equal(read_public("{\"holiday\": {\"a\": {\"holiday\": true, \"name\": \"元旦\", "
                                 "\"date\": \"2026-02-30\"}}}"),
                     RC_INVALID);
    assert_string_equal(mistake.name, "HOLIDAY_DATE");
    assert_null(import.years);
}

/* ---- whether a year is known ---- */

static void test_known_when_only_some_days_are_there_then_not(void **state)
{
    struct holidays_missing missing;
    const struct holidays_file *file = NULL;
    (void)state;
    for (uint32_t index = 0; (file = holidays_built_in(index)) != NULL; index++) {
        assert_int_equal(holidays_read_json(file->bytes, file->size, &year, &mistake), RC_OK);
        holidays_missing(&year, file->code, &missing);
        assert_int_equal(missing.count, 0);
        /* One feast fewer, whichever it is. */
        for (uint32_t gap = 0; gap < year.count; gap++) {
            static struct holidays_year less;
            less = year;
            less.count = 0;
            for (uint32_t each = 0; each < year.count; each++) {
                if (strcmp(year.days[each].name, year.days[gap].name) != 0) {
                    less.days[less.count++] = year.days[each];
                }
            }
            holidays_missing(&less, file->code, &missing);
            assert_true(missing.count > 0);
        }
    }
    assert_int_equal(read_json(days_of(DAY("2027-01-01", "true"), 2027)), RC_OK);
    holidays_missing(&year, "CN", &missing);
    assert_non_null(strstr(missing.zh, "清明节"));
    assert_non_null(strstr(missing.en, "make-up workdays"));
    assert_null(strstr(missing.en, "New Year"));
    holidays_missing(&year, "DE", &missing);
    assert_int_equal(missing.count, 1);
}

static void test_known_when_the_file_says_complete_then_known_and_written(void **state)
{
    struct holidays set = {.code = "DE"};
    (void)state;
    assert_int_equal(read_json("{\"year\": 2027, \"complete\": true, \"days\": [" DAY("2027-01-01",
                                                                                      "true") "]}"),
                     RC_OK);
    assert_int_equal(holidays_put(&set, &year), RC_OK);
    assert_true(holidays_known(&set, 2027));
    /* What its days lack is remembered all the same. */
    struct holidays china = {.code = "CN"};
    assert_int_equal(holidays_put(&china, &year), RC_OK);
    assert_true(holidays_known(&china, 2027));
    assert_int_not_equal(china.lacks[2027 - HOLIDAYS_YEAR_MIN], 0);
    assert_int_equal(set.lacks[2027 - HOLIDAYS_YEAR_MIN], 0);
    holidays_fini(&china);
    char *text = holidays_write_json(&year);
    assert_int_equal(read_json(text), RC_OK);
    assert_int_equal(year.word, HOLIDAYS_COMPLETE);
    free(text);
    assert_int_equal(read_json("{\"year\": 2027, \"complete\": true, \"days\": []}"), RC_OK);
    assert_int_equal(holidays_put(&set, &year), RC_OK);
    assert_false(holidays_known(&set, 2027)); /* without a day it is no notice */
    assert_int_equal(read_json("{\"year\": 2027, \"complete\": 1, \"days\": []}"), RC_INVALID);
    holidays_fini(&set);
}

/* ---- a site's own files ---- */

static enum rc load_site(const char *yaml, const char *file, const char *text,
                         struct site_report *report, struct site **site)
{
    struct site_source sources[SITE_FILE_COUNT] = {{0}};
    for (int index = 0; index < SITE_FILE_COUNT; index++) {
        const char *bytes = index == SITE_YAML ? yaml : site_files_good[index];
        sources[index] =
            (struct site_source){.bytes = bytes, .size = bytes == NULL ? 0 : strlen(bytes)};
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
        assert_false(calendar_year_known(&site->calendars[2], 2027)); /* a day is no notice */
        bool given = false;
        struct holidays_missing missing;
        holidays_missing_words(calendar_year_lacks(&site->calendars[2], 2027, &given), &missing);
        assert_true(given);
        assert_string_equal(missing.zh,
                            "元旦、春节、清明节、劳动节、端午节、国庆节、中秋节、补班日");
        assert_int_equal(calendar_year_lacks(&site->calendars[2], 2026, &given), 0);
        assert_true(given);
        assert_int_equal(calendar_year_lacks(&site->calendars[2], 2028, &given), missing.kinds);
        assert_false(given); /* nothing is known of it */
        assert_int_equal(calendar_year_lacks(&site->calendars[0], 2028, &given), 0);
        assert_string_equal(calendar_holidays(&site->calendars[2]), "CN");
        assert_int_equal(report->warnings, 1);
        assert_string_equal(report->mistakes[0].name, "HOLIDAYS_PART_YEAR");
        assert_string_equal(report->mistakes[0].file, "calendars/2027.json");
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
        cmocka_unit_test(test_title_when_it_names_no_day_off_then_asked),
        cmocka_unit_test(test_question_when_ruled_on_then_as_said),
        cmocka_unit_test(test_ics_when_events_share_a_day_then_the_shortest_settles_it),
        cmocka_unit_test(test_ics_when_called_off_then_no_day),
        cmocka_unit_test(test_ics_when_publishers_mark_days_then_believed),
        cmocka_unit_test(test_ics_when_times_are_given_then_a_day_if_it_covers_an_office),
        cmocka_unit_test(test_ics_when_wrong_then_event_and_line),
        cmocka_unit_test(test_ics_when_it_holds_two_years_then_each_is_its_own),
        cmocka_unit_test(test_public_when_in_another_form_then_the_same_days),
        cmocka_unit_test(test_known_when_only_some_days_are_there_then_not),
        cmocka_unit_test(test_known_when_the_file_says_complete_then_known_and_written),
        cmocka_unit_test(test_site_when_it_has_its_own_year_then_taken_and_in_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
