/* site_devices: what devices.yaml and devices.csv may say, and each mistake by its name and line. */
#include "common/site/site_devices.h"

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
    "channel: device\n"
    "broker: {address: \"broker.example.cn:8883\", tls: true}\n"
    "unknown: refuse\n"
    "silence: road\n"
    "limits:\n"
    "  device: {per_minute: 6, burst: 3}\n"
    "topics:\n"
    "  - filter: +/alarm/#\n"
    "    device: $1\n"
    "    kind: /kind\n"
    "    levels: {cleared: [ok], 严重: [\"9\"]}\n"
    "kinds:\n"
    "  - code: lamp\n"
    "    name: 路灯故障\n"
    "    words: [L1]\n"
    "    category: road\n"
    "    critical: road.lamp\n";
static const char good_register[] =
    "id,kind,area,unit,silence\n"
    "Z-9,灯,a,lamps,15\n"
    "A-1,灯,,,\n";

static enum rc load(const char *yaml, const char *csv, struct site **site)
{
    struct site_files files = {.text = {NULL}};
    files.text[SITE_DEVICES_YAML] = yaml;
    files.text[SITE_DEVICES_CSV] = csv;
    return site_files_load(&files, &report, site);
}

static void test_files_when_good_then_read_and_found(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, good_register, &site), RC_OK);
    const struct site_devices *const devices = site->devices;
    assert_string_equal(devices->host, "broker.example.cn");
    assert_int_equal(devices->port, 8883);
    assert_true(devices->tls);
    assert_true(devices->refuse_unknown);
    assert_int_equal(devices->version, 5);
    assert_int_equal(devices->device.burst, 3);
    assert_int_equal(devices->site.burst, 240000); /* left out */
    assert_int_equal(devices->topics[0].word_count, 2);
    assert_string_equal(site_alarm_kind_find(devices, "L1")->code, "lamp");
    assert_null(site_alarm_kind_find(devices, "L2"));
    const struct site_alarm_kind *const kind = site_alarm_kind_find(devices, "lamp");
    assert_string_equal(site->categories[kind->categories[PAIDAN__ALARM_LEVEL__ALARM_MINOR]].code,
                        "road");
    assert_string_equal(
        site->categories[kind->categories[PAIDAN__ALARM_LEVEL__ALARM_CRITICAL]].code, "road.lamp");
    assert_int_equal(site_device_find(devices, "Z-9")->silence_ms, 15 * 60000);
    assert_int_equal(site_device_find(devices, "A-1")->area, SITE_NONE);
    assert_null(site_device_find(devices, "B"));
    assert_int_equal(site_device_after(devices, ""), 0);
    assert_int_equal(site_device_after(devices, "A-1"), 1);
    assert_int_equal(site_device_after(devices, "Z-9"), 2);
    assert_int_equal(site->follower_count,
                     5); /* archive of four logs; escalation waits for the adapter */
    assert_string_equal(site->followers[4].name, "mqtt");
    site_free(site);
}

static void test_files_when_absent_then_no_devices_and_the_same_version(void **state)
{
    struct site *site = NULL, *with = NULL;
    (void)state;
    assert_int_equal(load(NULL, NULL, &site), RC_OK);
    assert_null(site->devices);
    assert_int_equal(load(good, NULL, &with), RC_OK);
    assert_true(site->version != with->version);
    site_free(with);
    site_free(site);
    assert_int_equal(load(NULL, good_register, &site), RC_OK);
    assert_string_equal(report.mistakes[0].name, "DEVICE_ALONE");
    site_free(site);
}

static const struct {
    const char *from, *to, *name;
    uint32_t line;
} mistakes[] = {
    {"channel: device", "channel: x", "DEVICE_CHANNEL", 1},
    {"broker.example.cn:8883", "broker.example.cn", "DEVICE_BROKER", 2},
    {"broker.example.cn:8883", "a b:1", "DEVICE_BROKER", 2},
    {"broker.example.cn:8883", "a:70000", "DEVICE_BROKER", 2},
    {"tls: true", "version: 4", "YAML_RANGE", 2},
    {"unknown: refuse", "unknown: maybe", "DEVICE_UNKNOWN", 3},
    {"silence: road", "silence: x", "DEVICE_CATEGORY", 4},
    {"burst: 3", "burst: 0", "YAML_RANGE", 6},
    {"+/alarm/#", "a+/alarm", "DEVICE_FILTER", 8},
    {"+/alarm/#", "alarm/#/x", "DEVICE_FILTER", 8},
    {"device: $1", "device: $0", "DEVICE_POINTER", 9},
    {"kind: /kind", "kind: kind", "DEVICE_POINTER", 10},
    {"kind: /kind", "kind: /a~2", "DEVICE_POINTER", 10},
    {"cleared: [ok]", "over: [ok]", "DEVICE_LEVEL", 11},
    {"cleared: [ok]", "cleared: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]", "DEVICE_WORD", 11},
    {"code: lamp", "code: silent", "CODE_DUPLICATE", 13},
    {"critical: road.lamp", "critical: x", "DEVICE_CATEGORY", 17},
    {"topics:", "topic:", "YAML_KEY_MISSING", 1},
};

/* The good text with one place changed; the caller frees it. */
static char *changed(const char *text, const char *from, const char *to)
{
    const char *const at = strstr(text, from);
    assert_non_null(at);
    const size_t bytes = strlen(text) + strlen(to) + 1;
    char *const made = malloc(bytes);
    assert_non_null(made);
    (void)snprintf(made, bytes, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return made;
}

static bool reported(const char *file, const char *name, uint32_t line)
{
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        const struct site_mistake *const mistake = &report.mistakes[index];
        if (strcmp(mistake->file, file) == 0 && strcmp(mistake->name, name) == 0 &&
            mistake->line == line) {
            return true;
        }
    }
    return false;
}

static void test_devices_yaml_when_wrong_then_each_mistake_by_name_and_line(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof mistakes[0]; index++) {
        struct site *site = NULL;
        char *const text = changed(good, mistakes[index].from, mistakes[index].to);
        assert_int_equal(load(text, NULL, &site), RC_SETTINGS);
        if (!reported("devices.yaml", mistakes[index].name, mistakes[index].line)) {
            fail_msg("not %s in line %u, but %s in line %u", mistakes[index].name,
                     mistakes[index].line, report.mistakes[0].name, report.mistakes[0].line);
        }
        free(text);
    }
}

static void test_register_when_wrong_then_each_mistake_by_name_and_line(void **state)
{
    static const struct {
        const char *from, *to, *name;
        uint32_t line;
    } cases[] = {
        {"Z-9", "Z 9", "DEVICE_ID", 2},
        {"灯,a,", "灯,x,", "DEVICE_AREA", 2},
        {",lamps,", ",lamp,", "DEVICE_UNIT", 2},
        {",15", ",soon", "DEVICE_SILENCE", 2},
        {",15", ",525601", "DEVICE_SILENCE", 2},
        {"A-1", "Z-9", "CODE_DUPLICATE", 0},
        {"id,kind", "id,sort", "CSV_COLUMN_MISSING", 1},
    };
    (void)state;
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        struct site *site = NULL;
        char *const text = changed(good_register, cases[index].from, cases[index].to);
        assert_int_equal(load(good, text, &site), RC_SETTINGS);
        if (!reported("devices.csv", cases[index].name, cases[index].line)) {
            fail_msg("not %s but %s in line %u", cases[index].name, report.mistakes[0].name,
                     report.mistakes[0].line);
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_when_good_then_read_and_found),
        cmocka_unit_test(test_files_when_absent_then_no_devices_and_the_same_version),
        cmocka_unit_test(test_devices_yaml_when_wrong_then_each_mistake_by_name_and_line),
        cmocka_unit_test(test_register_when_wrong_then_each_mistake_by_name_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
