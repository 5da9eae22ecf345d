/* site_hotline: the peers above us, their words, and each mistake by its name and line. */
#include "common/site/site_hotline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site_files.h"

static struct site_report report;

static const char good[] =
    "channel: wechat\n"
    "listen: 127.0.0.1:8331\n"
    "peers:\n"
    "  - code: city\n"
    "    name: 市12345\n"
    "    suite: hmac-sha256\n"
    "    url: https://12345.example.cn/in\n"
    "  - code: district\n"
    "    name: 区热线\n"
    "    suite: sm2-sm3\n"
    "    url: http://127.0.0.1:9/in?x=1\n"
    "    ours: street\n"
    "    inside: true\n"
    "duty: {calendar: office, unit: keeper}\n"
    "calls: true\n";
static const char categories[] =
    "peer,theirs,category\n*,0102,road\ncity,0102,road.lamp\ncity,路灯,road.lamp\n";
static const char divisions[] = "对端,对方写法,区域\n*,440306,a\n";
static const char units[] = "peer,theirs,unit\n*,路灯管理所,lamps\n";
static const char states[] = "peer,ours,theirs\ncity,accepted,已受理\n*,closed.solved,9\n";

static enum rc load(const char *yaml, const char *category_rows, const char *division_rows,
                    const char *state_rows, struct site **site)
{
    const struct site_files files = {.text = {[SITE_HOTLINE_YAML] = yaml,
                                              [SITE_HOTLINE_CATEGORIES_CSV] = category_rows,
                                              [SITE_HOTLINE_DIVISIONS_CSV] = division_rows,
                                              [SITE_HOTLINE_STATES_CSV] = state_rows,
                                              [SITE_HOTLINE_UNITS_CSV] = units}};
    return site_files_load(&files, &report, site);
}

static void test_load_when_there_is_no_file_then_no_hotline(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(NULL, categories, NULL, NULL, &site), RC_OK);
    assert_null(site->hotline);
    site_free(site);
}

static void test_load_when_good_then_peers_and_words(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, categories, divisions, states, &site), RC_OK);
    const struct site_hotline *hotline = site->hotline;
    assert_non_null(hotline);
    assert_true(hotline->calls);
    assert_string_equal(site_hotline_calls(site),
                        "wechat"); /* the channel's own, where none is named */
    assert_string_equal(hotline->listen, "127.0.0.1:8331");
    assert_string_equal(site->channels[hotline->channel].code, "wechat");
    assert_int_equal(hotline->peer_count, 2);
    const struct site_hotline_peer *city = site_hotline_peer_find(site, "city");
    const struct site_hotline_peer *district = site_hotline_peer_find(site, "district");
    assert_non_null(city);
    assert_non_null(district);
    assert_null(site_hotline_peer_find(site, "county"));
    assert_int_equal(district->suite, SITE_HOTLINE_SM2_SM3);
    assert_string_equal(site_hotline_suite_name(district->suite), "sm2-sm3");
    assert_string_equal(city->ours, "paidan");
    assert_string_equal(district->ours, "street");
    assert_true(district->inside);
    /* A peer's own word stands before everybody's. */
    assert_string_equal(site_hotline_map(site, SITE_HOTLINE_CATEGORIES, city, "0102"), "road.lamp");
    assert_string_equal(site_hotline_map(site, SITE_HOTLINE_CATEGORIES, district, "0102"), "road");
    assert_null(site_hotline_map(site, SITE_HOTLINE_CATEGORIES, district, "路灯"));
    assert_string_equal(site_hotline_map(site, SITE_HOTLINE_DIVISIONS, city, "440306"), "a");
    assert_null(site_hotline_map(site, SITE_HOTLINE_DIVISIONS, city, ""));
    assert_string_equal(site_hotline_map(site, SITE_HOTLINE_STATES, city, "accepted"), "已受理");
    assert_null(site_hotline_map(site, SITE_HOTLINE_STATES, district, "accepted"));
    assert_string_equal(site_hotline_map(site, SITE_HOTLINE_UNITS, city, "路灯管理所"), "lamps");
    assert_null(site_hotline_map(site, SITE_HOTLINE_UNITS, city, "lamps"));
    char longer[NAME_BYTES_MAX + 2];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_null(site_hotline_map(site, SITE_HOTLINE_STATES, district, longer));
    site_free(site);
}

static void test_load_when_calls_have_a_channel_then_its_operators_see_them(void **state)
{
    static const char *const yaml[] = {
        "channel: wechat\nlisten: 127.0.0.1:8331\ncalls: true\ncalls_channel: device\n",
        "channel: wechat\nlisten: 127.0.0.1:8331\ncalls_channel: device\n"};
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(yaml[0], NULL, NULL, NULL, &site), RC_OK);
    assert_string_equal(site_hotline_calls(site), "device");
    site_free(site);
    assert_int_equal(load(yaml[1], NULL, NULL, NULL, &site), RC_OK);
    assert_null(site_hotline_calls(site)); /* no exchange tells any */
    site_free(site);
    assert_null(site_hotline_calls(NULL));
}

/* 8 小时以外: by the calendar, to the millisecond; 2026-11-30 is a Monday. */
static void test_duty_when_the_office_is_closed_then_the_unit_that_has_it(void **state)
{
    const uint64_t midnight_ms = 1795968000000ull; /* 00:00 in +08:00 */
    const uint64_t hour_ms = 3600000;
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, categories, divisions, states, &site), RC_OK);
    const uint32_t keeper = site_unit_find(site, "keeper");
    assert_int_equal(site_hotline_duty(site, midnight_ms + 9 * hour_ms - 1), keeper);
    assert_int_equal(site_hotline_duty(site, midnight_ms + 9 * hour_ms), SITE_NONE);
    assert_int_equal(site_hotline_duty(site, midnight_ms + 12 * hour_ms - 1), SITE_NONE);
    assert_int_equal(site_hotline_duty(site, midnight_ms + 12 * hour_ms), keeper);
    assert_int_equal(site_hotline_duty(site, midnight_ms - 12 * hour_ms), keeper); /* Sunday */
    site->hotline->duty_unit = SITE_NONE;
    assert_int_equal(site_hotline_duty(site, midnight_ms), SITE_NONE);
    site_free(site);
    assert_int_equal(load(NULL, NULL, NULL, NULL, &site), RC_OK);
    assert_int_equal(site_hotline_duty(site, midnight_ms), SITE_NONE);
    site_free(site);
}

struct mistake_case {
    const char *from, *to; /* in the good file */
    const char *categories, *divisions, *states;
    const char *file, *name;
    uint32_t line;
};

static const struct mistake_case mistakes[] = {
    {"wechat", "fax", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_CHANNEL", 1},
    {"127.0.0.1:8331", "0.0.0.0:8331", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_LISTEN", 2},
    {"127.0.0.1:8331", "127.0.0.1:66000", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_LISTEN", 2},
    {"127.0.0.1:8331", "127.0.0.1", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_LISTEN", 2},
    {"hmac-sha256", "md5", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_SUITE", 6},
    {"https://12345", "ftp://12345", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_URL", 7},
    {"https://12345", "http://12345", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_URL", 7},
    {"https://12345", "https://a:b@12345", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_URL", 7},
    {"code: district", "code: city", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_PEER_TWICE", 8},
    {"code: district", "code: intake", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_PEER_TWICE", 8},
    {"ours: street", "our: street", NULL, NULL, NULL, "hotline.yaml", "YAML_KEY_UNKNOWN", 12},
    {"calls: true", "calls: perhaps", NULL, NULL, NULL, "hotline.yaml", "YAML_FLAG", 15},
    {"unit: keeper", "unit: nobody", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_DUTY_UNIT", 14},
    {"calendar: office", "calendar: night", NULL, NULL, NULL, "hotline.yaml", "CALENDAR_UNKNOWN",
     14},
    {"calendar: office, ", "", NULL, NULL, NULL, "hotline.yaml", "YAML_KEY_MISSING", 14},
    {"calls: true", "calls_channel: moon", NULL, NULL, NULL, "hotline.yaml", "HOTLINE_CHANNEL", 15},
    {NULL, NULL, "peer,theirs,category\ncounty,1,road\n", NULL, NULL, "hotline-categories.csv",
     "HOTLINE_PEER_UNKNOWN", 2},
    {NULL, NULL, "peer,theirs,category\ncity,1,moon\n", NULL, NULL, "hotline-categories.csv",
     "HOTLINE_MAP_UNKNOWN", 2},
    {NULL, NULL, "peer,theirs,category\ncity,1,road\n*,1,road\ncity,1,road.lamp\n", NULL, NULL,
     "hotline-categories.csv", "HOTLINE_MAP_TWICE", 4},
    {NULL, NULL, NULL, "peer,theirs,area\ncity,1,moon\n", NULL, "hotline-divisions.csv",
     "HOTLINE_MAP_UNKNOWN", 2},
    {NULL, NULL, NULL, NULL, "peer,ours,theirs\ncity,closed,9\n", "hotline-states.csv",
     "HOTLINE_MAP_UNKNOWN", 2},
};

static void test_load_when_a_mistake_then_its_name_and_line(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof mistakes[0]; index++) {
        const struct mistake_case *each = &mistakes[index];
        struct site *site = NULL;
        char yaml[2048];
        const char *const at = each->from == NULL ? NULL : strstr(good, each->from);
        assert_true(each->from == NULL || at != NULL);
        snprintf(yaml, sizeof yaml, "%.*s%s%s", at == NULL ? (int)strlen(good) : (int)(at - good),
                 good, at == NULL ? "" : each->to, at == NULL ? "" : at + strlen(each->from));
        assert_int_equal(load(yaml, each->categories, each->divisions, each->states, &site),
                         RC_SETTINGS);
        assert_true(report.count >= 1);
        assert_string_equal(report.mistakes[0].name, each->name);
        assert_string_equal(report.mistakes[0].file, each->file);
        assert_int_equal(report.mistakes[0].line, each->line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_when_there_is_no_file_then_no_hotline),
        cmocka_unit_test(test_load_when_good_then_peers_and_words),
        cmocka_unit_test(test_load_when_calls_have_a_channel_then_its_operators_see_them),
        cmocka_unit_test(test_duty_when_the_office_is_closed_then_the_unit_that_has_it),
        cmocka_unit_test(test_load_when_a_mistake_then_its_name_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
