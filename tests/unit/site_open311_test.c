/* site_open311: what the file may say, and each mistake by its name and line. */
#include "common/site/site_open311.h"

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
    "changed: 2026-11-30\n"
    "contact: 街道热线 12345\n"
    "jurisdiction: street.example.cn\n"
    "publish:\n"
    "  categories: [road]\n"
    "  areas: [a]\n"
    "services:\n"
    "  - category: road.lamp\n"
    "    group: 市政\n"
    "    group_en: Streets\n"
    "    keywords: 路灯, 照明\n"
    "    notice: 两个工作日内修好\n"
    "    attributes:\n"
    "      - code: pole\n"
    "        name: 灯杆编号\n"
    "        type: string\n"
    "        required: true\n"
    "      - code: fault\n"
    "        name: 怎么坏的\n"
    "        type: multivaluelist\n"
    "        values:\n"
    "          - {key: dark, name: 不亮, name_en: dark}\n"
    "          - {key: blink, name: 闪}\n"
    "  - category: road\n";

static enum rc load(const char *text, struct site **site)
{
    const struct site_files files = {.text = {[SITE_OPEN311] = text}};
    return site_files_load(&files, &report, site);
}

static void test_load_when_there_is_no_file_then_nothing_is_offered(void **state)
{
    struct site *site = NULL;
    const struct site_files files = {.text = {NULL}};
    (void)state;
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_null(site->open311);
    const uint32_t version = site->version;
    site_free(site);
    assert_int_equal(load(good, &site), RC_OK);
    assert_int_not_equal(site->version, version);
    site_free(site);
}

static void test_load_when_good_then_services_questions_and_what_is_public(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    assert_int_equal(report.warnings, 0);
    const struct site_open311 *open311 = site->open311;
    assert_non_null(open311);
    assert_string_equal(site->channels[open311->channel].code, "wechat");
    assert_string_equal(open311->changed, "2026-11-30");
    assert_false(open311->keyless);
    assert_true(open311->published);
    assert_int_equal(open311->category_count, 1);
    assert_int_equal(open311->area_count, 1);
    assert_int_equal(open311->service_count, 2);
    const struct site_open311_service *lamp = &open311->services[0];
    assert_string_equal(site->categories[lamp->category].code, "road.lamp");
    assert_string_equal(lamp->group_en, "Streets");
    assert_int_equal(lamp->attribute_count, 2);
    assert_true(lamp->attributes[0].required);
    assert_int_equal(lamp->attributes[1].type, SITE_OPEN311_MULTI);
    assert_string_equal(site_open311_type(lamp->attributes[1].type), "multivaluelist");
    assert_int_equal(lamp->attributes[1].value_count, 2);
    assert_string_equal(lamp->attributes[1].values[1].key, "blink");
    assert_int_equal(open311->services[1].attribute_count, 0);
    site_free(site);
}

static const struct {
    const char *from, *to, *name;
    uint32_t line;
} mistakes[] = {
    {"channel: wechat", "channel: sms", "CHANNEL_UNKNOWN", 1},
    {"channel: wechat\n", "", "YAML_KEY_MISSING", 1},
    {"2026-11-30", "30.11.2026", "OPEN311_DAY", 2},
    {"[road]", "[roads]", "POLICY_CATEGORY_UNKNOWN", 6},
    {"  categories: [road]\n", "", "YAML_KEY_MISSING", 6},
    {"[a]", "[x]", "ALIAS_AREA_UNKNOWN", 7},
    {"category: road.lamp", "category: lamp", "POLICY_CATEGORY_UNKNOWN", 9},
    {"- category: road\n", "- category: road.lamp\n", "CODE_DUPLICATE", 25},
    {"type: string", "type: words", "OPEN311_TYPE_UNKNOWN", 17},
    {"type: string", "type: singlevaluelist", "OPEN311_VALUES", 15},
    {"type: multivaluelist", "type: text", "OPEN311_VALUES", 19},
    {"required: true", "required: true\n        told: true", "OPEN311_TOLD_REQUIRED", 15},
    {"code: fault", "code: pole", "CODE_DUPLICATE", 19},
    {"key: blink", "key: dark", "CODE_DUPLICATE", 24},
    {"services:", "servces:", "YAML_KEY_UNKNOWN", 8},
    {"contact:", "keyless: true\ncontact:", "OPEN311_KEYLESS", 0},
    {"contact:", "contact: [x]\nkeys:", "YAML_NOT_TEXT", 3},
};

/* Of a misspelt key it is told, too, that the right one is missing. */
static bool told(const char *name, uint32_t line)
{
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        const struct site_mistake *mistake = &report.mistakes[index];
        if (strcmp(mistake->file, "open311.yaml") != 0) {
            return false;
        }
        if (strcmp(mistake->name, name) == 0 && mistake->line == line) {
            return true;
        }
    }
    return false;
}

static void test_load_when_one_mistake_then_its_name_and_line(void **state)
{
    (void)state;
    for (size_t index = 0; index < sizeof mistakes / sizeof mistakes[0]; index++) {
        struct site *site = NULL;
        char text[2 * sizeof good];
        const char *at = strstr(good, mistakes[index].from);
        assert_non_null(at);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, mistakes[index].to,
                       at + strlen(mistakes[index].from));
        assert_int_equal(load(text, &site), RC_SETTINGS);
        if (!told(mistakes[index].name, mistakes[index].line)) {
            fail_msg("%s: %s:%u instead of line %u", mistakes[index].name, report.mistakes[0].name,
                     report.mistakes[0].line, mistakes[index].line);
        }
    }
}

/* The categories' own mistake is told, and not once more for each service. */
static void test_load_when_categories_are_unreadable_then_services_are_not_to_blame(void **state)
{
    struct site *site = NULL;
    const struct site_files files = {
        .text = {[SITE_OPEN311] = good, [SITE_CATEGORIES] = "\xff\xfe"}};
    (void)state;
    assert_int_equal(site_files_load(&files, &report, &site), RC_SETTINGS);
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        assert_string_not_equal(report.mistakes[index].file, "open311.yaml");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_when_there_is_no_file_then_nothing_is_offered),
        cmocka_unit_test(test_load_when_good_then_services_questions_and_what_is_public),
        cmocka_unit_test(test_load_when_one_mistake_then_its_name_and_line),
        cmocka_unit_test(test_load_when_categories_are_unreadable_then_services_are_not_to_blame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
