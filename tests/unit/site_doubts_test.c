/* site_doubts: what a site may say and hardly means is told by name and line, once, and only to whoever
 * edits it; files as offices really save them are taken or named with the one thing to do. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/site/site.h"
#include "site_files.h"

static struct site_report report;

/* A site about which there is nothing to doubt. */
static const char *const plain[SITE_FILE_COUNT] = {
    [SITE_YAML] =
        "name: 测试街道\n"
        "utc_offset: \"+08:00\"\n"
        "levels:\n"
        "  - {code: estate, name: 小区, fallback: keeper}\n"
        "  - {code: street, name: 街道, fallback: centre}\n"
        "channels:\n"
        "  - {code: wechat, name: 微信}\n"
        "calendars:\n"
        "  office:\n"
        "    holidays: CN\n"
        "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n"
        "policies:\n"
        "  - {urgency: emergency, accept: 15m, handle: 8h}\n"
        "  - {urgency: urgent, accept: 1h, contact: 2h, handle: 12h}\n"
        "  - calendar: office\n"
        "    accept: 4wh\n"
        "    contact: 8wh\n"
        "    handle: 5wd\n",
    [SITE_AREAS] =
        "code,name,level,parent\n"
        "qh,清河街道,street,\n"
        "a,阳光花园,estate,qh\n"
        "b,翠竹小区,estate,qh\n",
    [SITE_ALIASES] =
        "alias,area\n"
        "阳光花苑,a\n",
    [SITE_UNITS] =
        "code,name,level,area\n"
        "keeper,管家,estate,\n"
        "keepers,管家队,estate,\n"
        "centre,处置中心,street,\n"
        "lamps,路灯所,street,qh\n",
    [SITE_CATEGORIES] =
        "code,name,parent,urgency,start_level,keywords,exclude\n"
        "road,道路,,,,道路|马路,\n"
        "road.lamp,路灯,road,urgent,street,路灯|不亮,路灯费\n"
        "road.hole,塌陷,road,emergency,,塌陷|地陷,\n",
    [SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "*,a,estate,keepers,\n"
        "*,b,estate,keepers,\n"
        "road.lamp,qh,street,lamps,centre\n"
        "*,qh,street,centre,\n",
};

static const struct doubt_case {
    enum site_file file;
    const char *from, *to, *name;
    uint32_t line;
} doubts[] = {
    {SITE_CATEGORIES, "道路|马路", "道路 马路", "KEYWORD_BLANK", 2},
    {SITE_CATEGORIES, "道路|马路", "道路　坏了", "KEYWORD_BLANK", 2},
    {SITE_CATEGORIES, "道路|马路", "道路/马路", "KEYWORD_BLANK", 2},
    {SITE_CATEGORIES, "路灯|不亮,路灯费", "路灯|路灯不亮,路灯", "KEYWORD_EXCLUDED", 3},
    {SITE_CATEGORIES, "路灯|不亮,路灯费", "路灯坏|路灯不亮,路灯", "EXCLUDE_ALL", 3},
    {SITE_CATEGORIES, "路灯,road", "道路,road", "NAME_TWICE", 3},
    {SITE_ALIASES, "阳光花苑", "小区", "PLACE_COMMON", 2},
    {SITE_AREAS, "阳光花园", "花园", "PLACE_COMMON", 3},
    {SITE_MATRIX, "*,b,estate,keepers,\n", "", "AREA_UNOWNED", 4},
    {SITE_MATRIX, "*,a,estate,keepers,\n*,b,estate,keepers,\n", "", "LEVEL_UNOWNED", 0},
    {SITE_MATRIX, "road.lamp,qh,street", "road.lamp,*,street", "MATRIX_SHADOWED", 4},
    {SITE_UNITS, "lamps,路灯所", "spare,备用,street,\nlamps,路灯所", "UNIT_UNUSED", 5},
    {SITE_UNITS, "keepers,管家队", "keepers,管家", "NAME_TWICE", 3},
    {SITE_YAML, "\"14:00-18:00\"", "\"02:00-06:00\"", "CALENDAR_NIGHT", 9},
    {SITE_YAML, "    holidays: CN\n", "", "CALENDAR_NO_HOLIDAYS", 9},
    {SITE_YAML, "contact: 8wh", "contact: 4h", "TERM_NIGHTS", 15},
    {SITE_YAML, "accept: 4wh", "accept: 6wd", "TERM_ACCEPT_LONGER", 15},
    {SITE_YAML, "contact: 8wh", "contact: 6wd", "TERM_CONTACT_LONGER", 15},
    {SITE_YAML, "handle: 8h", "handle: 30d", "TERM_ABSURD", 13},
    {SITE_YAML, "handle: 12h", "handle: 10d", "TERM_URGENT_LONGER", 14},
    {SITE_YAML, "  - calendar: office\n",
     "  - {level: estate, category: road, calendar: office, accept: 4wh, handle: 9wd}\n"
     "  - {level: street, category: road, calendar: office, accept: 4wh, handle: 8wd}\n"
     "  - calendar: office\n",
     "TERM_LEVEL_LONGER", 15},
    {SITE_YAML, "    mon-fri:", "    sat:", "CALENDAR_WEEKEND", 9},
    {SITE_YAML, "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n",
     "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n"
     "  calling:\n    holidays: CN\n    sat-sun: [\"09:00-12:00\"]\n"
     "callback: {calendar: calling}\n",
     "CALENDAR_WEEKEND", 12},
    {SITE_YAML, "[\"09:00-12:00\", \"14:00-18:00\"]", "[\"09:00-09:10\"]", "CALENDAR_SHORT", 9},
    {SITE_YAML, "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n",
     "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n"
     "    overrides: {2027-01-04/2027-02-05: off}\n",
     "CALENDAR_CLOSED", 9},
    {SITE_YAML, "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n",
     "    mon-fri: [\"09:00-12:00\", \"14:00-18:00\"]\n"
     "  hotline:\n    extends: office\n    sat: [\"09:00-12:00\"]\n",
     "CALENDAR_UNUSED", 12},
    {SITE_YAML, "policies:\n",
     "policies:\n  - {category: road.lamp, urgency: emergency, accept: 15m, handle: 4h}\n",
     "POLICY_UNUSED", 13},
    {SITE_YAML, "policies:\n",
     "policies:\n  - {category: road.lamp, urgency: urgent, level: estate, accept: 1h, handle: "
     "4h}\n",
     "POLICY_UNUSED", 13},
    {SITE_YAML, "name: 微信}",
     "name: 微信, callback: [wechat, hotline]}\n  - {code: hotline, name: 热线}\n"
     "callback: {attempts: 1}",
     "CALLBACK_ORDER_CUT", 7},
    {SITE_YAML, "policies:\n",
     "  short:\n    holidays: CN\n    mon-fri: [\"09:00-12:00\"]\n"
     "callback: {calendar: short, half_days: true}\npolicies:\n",
     "HALF_DAYS_ALONE", 12},
    {SITE_YAML, "policies:\n",
     "callback:\n  sample:\n    - {category: road, percent: 20}\n"
     "    - {category: road, unit: lamps, percent: 50}\npolicies:\n",
     "SAMPLE_SHADOWED", 15},
    {SITE_YAML, "name: 小区", "name: “小区”", "QUOTE_WIDE", 4},
    {SITE_CATEGORIES, "road,emergency,", "road,urgent,", "POLICY_UNUSED", 13},
    {SITE_CATEGORIES, "道路|马路,", "“道路,马路”", "QUOTE_WIDE", 2},
    {SITE_CATEGORIES, "道路|马路", "“道路|马路”", "QUOTE_WIDE", 2},
    {SITE_CATEGORIES, "道路|马路", "道路|“马路”", "QUOTE_WIDE", 2},
    {SITE_AREAS, "翠竹小区", "“翠竹小区”", "QUOTE_WIDE", 4},
    {SITE_UNITS, "路灯所", "＂路灯所＂", "QUOTE_WIDE", 5},
    {SITE_ALIASES, "阳光花苑", "“阳光花苑”", "QUOTE_WIDE", 2},
};

/* The text with a part replaced; for free(). */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    char *made = NULL;
    assert_true(asprintf(&made, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)) > 0);
    return made;
}

static enum rc review(const char *const texts[SITE_FILE_COUNT], bool doubts_too)
{
    struct site_source sources[SITE_FILE_COUNT];
    struct site *site = NULL;
    for (int file = 0; file < SITE_FILE_COUNT; file++) {
        const char *const text = texts[file];
        sources[file] = (struct site_source){text, text == NULL ? 0 : strlen(text)};
    }
    const enum rc rc = doubts_too ? site_review_sources(sources, &report, &site)
                                  : site_load_sources(sources, &report, &site);
    if (rc == RC_OK) {
        site_free(site);
    }
    return rc;
}

static void test_site_when_plain_then_nothing_is_doubted(void **state)
{
    (void)state;
    assert_int_equal(review(plain, true), RC_OK);
    for (uint32_t index = 0; index < report.warnings; index++) {
        print_error("%s:%u %s\n", report.mistakes[index].file, report.mistakes[index].line,
                    report.mistakes[index].name);
    }
    assert_int_equal(report.warnings, 0);
}

/* One thing that is doubtful is one doubt. */
static void test_site_when_it_hardly_means_it_then_told_once(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof doubts / sizeof doubts[0]; index++) {
        const struct doubt_case *each = &doubts[index];
        const char *texts[SITE_FILE_COUNT];
        memcpy(texts, plain, sizeof texts);
        char *made = replaced(plain[each->file], each->from, each->to);
        texts[each->file] = made;
        const bool mistake = strcmp(each->name, "KEYWORD_EXCLUDED") == 0;
        const enum rc rc = review(texts, true);
        free(made);
        /* Units of a level that nobody speaks of are not used either. */
        const uint32_t expected = strcmp(each->name, "LEVEL_UNOWNED") == 0 ? 2 : 1;
        const struct site_mistake *told_last = &report.mistakes[expected - 1];
        if (rc != (mistake ? RC_SETTINGS : RC_OK) || site_report_kept(&report) != expected ||
            strcmp(told_last->name, each->name) != 0 || told_last->line != each->line) {
            for (uint32_t told = 0; told < site_report_kept(&report); told++) {
                print_error("  %s:%u %s\n", report.mistakes[told].file, report.mistakes[told].line,
                            report.mistakes[told].name);
            }
            fail_msg("%s: %s instead of line %u", each->name, rc_name(rc), each->line);
        }
    }
}

static void test_service_when_it_loads_then_no_doubts(void **state)
{
    (void)state;
    const char *texts[SITE_FILE_COUNT];
    memcpy(texts, plain, sizeof texts);
    char *made = replaced(plain[SITE_YAML], "handle: 8h", "handle: 30d");
    texts[SITE_YAML] = made;
    assert_int_equal(review(texts, false), RC_OK);
    assert_int_equal(report.warnings, 0);
    free(made);
}

/* ---- files as they are saved ---- */

static const struct {
    enum site_file file;
    const char *bytes; /* the whole file */
    size_t size;       /* 0: strlen */
    const char *name;  /* NULL: taken */
} saved[] = {
    {SITE_UNITS, "PK\x03\x04\x14\x00\x06\x00", 8, "FILE_WORKBOOK"},
    {SITE_UNITS, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, "FILE_WORKBOOK"},
    {SITE_ALIASES, "a\0l\0i\0a\0s\0,\0a\0r\0e\0a\0\n\0", 22, "FILE_UTF16"},
    {SITE_ALIASES, "alias,area\n\xd1\xf4\xb9\xe2,a\n", 0, "FILE_NOT_UTF8"},
    {SITE_ALIASES, "alias;area\n阳光花苑;a\n", 0, "CSV_SEPARATOR"},
    {SITE_ALIASES, "alias\tarea\n阳光花苑\ta\n", 0, "CSV_SEPARATOR"},
    {SITE_ALIASES, "alias，area\n阳光花苑，a\n", 0, "CSV_SEPARATOR"},
    {SITE_ALIASES, "alias,area,,\n阳光花苑,a,,\n,,,\n\n", 0, NULL},
    {SITE_ALIASES, "alias,area\n阳光花苑,a,,\n", 0, NULL},
    {SITE_ALIASES, "alias,area\n阳光花苑,a,x\n", 0, "CSV_CELLS"},
    {SITE_AREAS, "code,name,level,parent\n1.2E+11,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n3月1日,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n1-Mar,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\nMar-01,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n2026/3/1,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n\"1,001\",街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n#REF!,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\nTRUE,街道,street,\n", 0, "CODE_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\nqh,#N/A,street,\n", 0, "NAME_EXCEL"},
    {SITE_AREAS, "code,name,level,parent\n“qh”,街道,street,\n", 0, "QUOTE_WIDE"},
    {SITE_AREAS, "“code”,“name”,“level”,“parent”\nqh,街道,street,\n", 0, "QUOTE_WIDE"},
    {SITE_ALIASES, "alias,area\n“阳光,花苑”,a\n", 0, "QUOTE_WIDE"},
    {SITE_ALIASES, "alias,area\n\"阳光花苑”,a\n", 0, "QUOTE_WIDE"},
    {SITE_YAML, "name: 测试街道\nlevels:\n  - {code: a， name: b, c: [}\n", 0, "YAML_WIDE_COMMA"},
    {SITE_YAML, "name: a\ncalendars: {o: {mon: [\"09:00-12:00\"，\"14:00-18:00\"]}}\n", 0,
     "YAML_WIDE_COMMA"},
    {SITE_MATRIX, "category,area,level,lead,assist\n*,*,street,centre,“lamps|lamps”\n", 0,
     "QUOTE_WIDE"},
    {SITE_YAML, "name：测试街道\nlevels: []\n", 0, "YAML_WIDE_COLON"},
    {SITE_YAML, "name: 测试街道\nlevels:\n\t- a\n", 0, "YAML_TAB"},
};

static void test_file_when_saved_by_an_office_then_one_thing_to_do(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof saved / sizeof saved[0]; index++) {
        struct site_files files = {0};
        struct site *site = NULL;
        files.text[saved[index].file] = saved[index].bytes;
        files.bytes[saved[index].file] = saved[index].size;
        const enum rc rc = site_files_load(&files, &report, &site);
        if (saved[index].name == NULL) {
            assert_int_equal(rc, RC_OK);
            site_free(site);
            continue;
        }
        assert_int_equal(rc, RC_SETTINGS);
        if (report.count == 0 || strcmp(report.mistakes[0].name, saved[index].name) != 0) {
            fail_msg("%s: %s", saved[index].name,
                     report.count == 0 ? "nothing" : report.mistakes[0].name);
        }
        /* Codes aside, which others name, nothing follows from it. */
        const bool whole =
            saved[index].file != SITE_AREAS && strcmp(saved[index].name, "QUOTE_WIDE") != 0;
        assert_true(!whole || report.count == 1);
    }
}

/* ---- codes that lost their zeros ---- */

/* A site whose areas, units, levels and categories are numbers with zeros in front. */
static const char *const numbered[SITE_FILE_COUNT] = {
    [SITE_YAML] =
        "name: 测试街道\n"
        "levels:\n"
        "  - {code: 01, name: 小区, fallback: 001}\n"
        "  - {code: 02, name: 街道, fallback: 002}\n"
        "channels:\n"
        "  - {code: wechat, name: 微信}\n"
        "supervisors: [002]\n"
        "policies:\n"
        "  - {level: 02, category: 010, accept: 1h, handle: 8h}\n"
        "  - {accept: 1h, handle: 8h}\n",
    [SITE_AREAS] =
        "code,name,level,parent\n"
        "100,清河街道,02,\n"
        "0101,阳光花园,01,100\n"
        "0102,翠竹小区,01,0100\n",
    [SITE_ALIASES] =
        "alias,area\n"
        "阳光花苑,0101\n",
    [SITE_UNITS] =
        "code,name,level,area\n"
        "001,管家,01,0101\n"
        "002,处置中心,02,\n",
    [SITE_CATEGORIES] =
        "code,name,parent,urgency,start_level,keywords,exclude\n"
        "010,道路,,,,道路|马路,\n"
        "010.10,路灯,010,,02,路灯|不亮,\n",
    [SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "*,0101,01,001,002\n"
        "010.10,100,02,002,\n",
};

static void test_code_when_its_zeros_are_lost_then_that_is_said(void **state)
{
    (void)state;
    static const struct {
        enum site_file file;
        const char *from, *to;
        uint32_t line;
    } cases[] = {
        {SITE_AREAS, "01,100", "01,0100", 3},
        {SITE_AREAS, "花园,01", "花园,1", 3},
        {SITE_ALIASES, "0101", "101", 2},
        {SITE_UNITS, "01,0101", "01,101", 2},
        {SITE_UNITS, "管家,01", "管家,1", 2},
        {SITE_CATEGORIES, "010,,02", "10,,02", 3},
        {SITE_CATEGORIES, ",02,", ",2,", 3},
        {SITE_MATRIX, "*,0101", "*,101", 2},
        {SITE_MATRIX, "01,001", "1,001", 2},
        {SITE_MATRIX, "001,002", "1,002", 2},
        {SITE_MATRIX, "001,002", "001,2.0", 2},
        {SITE_MATRIX, "001,002", "001,2", 2},
        {SITE_MATRIX, "010.10", "10.1", 3},
        {SITE_MATRIX, "*,0101", "*,00101", 2},
        {SITE_YAML, "fallback: 001", "fallback: 1", 3},
        {SITE_YAML, "[002]", "[2]", 7},
        {SITE_YAML, "level: 02", "level: 2", 9},
        {SITE_YAML, "category: 010", "category: 10", 9},
    };
    const char *good[SITE_FILE_COUNT];
    memcpy(good, numbered, sizeof good);
    char *areas = replaced(numbered[SITE_AREAS], "01,0100", "01,100");
    good[SITE_AREAS] = areas;
    assert_int_equal(review(good, true), RC_OK);
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *texts[SITE_FILE_COUNT];
        memcpy(texts, good, sizeof texts);
        char *made = replaced(good[cases[index].file], cases[index].from, cases[index].to);
        texts[cases[index].file] = made;
        assert_int_equal(review(texts, true), RC_SETTINGS);
        free(made);
        if (report.count != 1 || strcmp(report.mistakes[0].name, "CODE_ZEROS") != 0 ||
            report.mistakes[0].line != cases[index].line) {
            fail_msg("%s: %u, %s:%u %s", cases[index].to, report.count, report.mistakes[0].file,
                     report.mistakes[0].line, report.mistakes[0].name);
        }
    }
    free(areas);
}

/* A whole column lost them: one mistake of the file, not one a row; both places are named. */
static void test_codes_when_a_column_lost_its_zeros_then_told_once(void **state)
{
    (void)state;
    const char *texts[SITE_FILE_COUNT];
    memcpy(texts, numbered, sizeof texts);
    char *areas = replaced(numbered[SITE_AREAS], "01,0100", "01,100");
    texts[SITE_AREAS] = areas;
    texts[SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "*,101,1,1,2\n"
        "10.1,100,2,2,\n";
    assert_int_equal(review(texts, true), RC_SETTINGS);
    assert_int_equal(report.count, 1);
    assert_string_equal(report.mistakes[0].name, "CODE_ZEROS");
    assert_non_null(strstr(report.mistakes[0].zh, "没有编码“101”，areas.csv 里写的是“0101”"));
    free(areas);
}

/* In site.yaml: what stands in such quotes is no value. */
static void test_value_when_in_wide_quotes_then_that_is_said(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"fallback: keeper", "fallback: “keeper”"},
        {"[\"09:00-12:00\", \"14:00-18:00\"]", "[“09:00-12:00”]"},
        {"[\"09:00-12:00\", \"14:00-18:00\"]", "[“09:00-12:00”，“14:00-18:00”]"},
        {"handle: 5wd", "handle: “5wd”"},
        {"name: 测试街道", "name: “测试: 街道”"},
        {"[\"09:00-12:00\", \"14:00-18:00\"]", "[\"09:00-12:00”, \"14:00-18:00”]"}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *texts[SITE_FILE_COUNT];
        memcpy(texts, plain, sizeof texts);
        char *made = replaced(plain[SITE_YAML], cases[index][0], cases[index][1]);
        texts[SITE_YAML] = made;
        assert_int_equal(review(texts, true), RC_SETTINGS);
        free(made);
        assert_string_equal(report.mistakes[0].name, "QUOTE_WIDE");
    }
}

/* ---- names of files ---- */

static void put(const char *folder, const char *name, const char *bytes, size_t size)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void test_folder_when_a_name_is_nearly_right_then_said_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes, *mistake;
    } cases[] = {{"areas.CSV", "code", "FILE_RENAME"},
                 {"areas (1).csv", "code", "FILE_RENAME"},
                 {"areas - Copy.csv", "code", "FILE_RENAME"},
                 {"areas.xlsx", "PK\x03\x04", "FILE_SAVE_AS"},
                 {"Areas.xls", "\xd0\xcf\x11\xe0", "FILE_SAVE_AS"}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        char folder[] = "/tmp/paidan-doubts-XXXXXX";
        char command[128];
        struct site *site = NULL;
        assert_non_null(mkdtemp(folder));
        for (int file = 0; file < SITE_FILE_COUNT; file++) {
            const char *const name = site_report_file((enum site_file)file);
            if (file != SITE_AREAS && plain[file] != NULL) {
                put(folder, name, plain[file], strlen(plain[file]));
            }
        }
        put(folder, cases[index].name, cases[index].bytes, strlen(cases[index].bytes));
        assert_int_equal(site_load(folder, &report, &site), RC_SETTINGS);
        assert_int_equal(report.count, 1);
        assert_string_equal(report.mistakes[0].name, cases[index].mistake);
        assert_non_null(strstr(report.mistakes[0].zh, "areas.csv"));
        (void)snprintf(command, sizeof command, "rm -r %s", folder);
        /* NOLINTNEXTLINE(cert-env33-c): a folder of the test's own */
        assert_int_equal(system(command), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_site_when_plain_then_nothing_is_doubted),
        cmocka_unit_test(test_site_when_it_hardly_means_it_then_told_once),
        cmocka_unit_test(test_service_when_it_loads_then_no_doubts),
        cmocka_unit_test(test_file_when_saved_by_an_office_then_one_thing_to_do),
        cmocka_unit_test(test_code_when_its_zeros_are_lost_then_that_is_said),
        cmocka_unit_test(test_codes_when_a_column_lost_its_zeros_then_told_once),
        cmocka_unit_test(test_value_when_in_wide_quotes_then_that_is_said),
        cmocka_unit_test(test_folder_when_a_name_is_nearly_right_then_said_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
