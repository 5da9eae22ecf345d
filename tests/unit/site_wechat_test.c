/* site_wechat: what the file may say, what holds where it says nothing, and each mistake by its name and
 * line. */
#include "common/site/site_wechat.h"

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
    "hotline: \"96345\"\n"
    "page: https://street.example/t\n"
    "consent: true\n"
    "draft: 30s\n"
    "quiet: 21:30-07:00\n"
    "sms: {url: \"http://10.0.0.5/sms\", inside: true}\n"
    "dangers:\n"
    "  - {call: \"119\", words: ＦＩＲＥ|着火}\n"
    "accounts:\n"
    "  - code: official\n"
    "    platform: official\n"
    "    mode: compatible\n"
    "    app_id: wx1\n"
    "    menus: true\n"
    "    notice:\n"
    "      id: T1\n"
    "      lasting: true\n"
    "      values:\n"
    "        - {name: thing1, fill: state}\n"
    "  - {code: wecom, platform: wecom, app_id: ww1, agent: \"2\"}\n"
    "  - {code: robot, platform: robot}\n"
    "  - {code: inner, platform: robot, connect: websocket, app_id: aib1}\n";

static enum rc load(const char *text, struct site **site)
{
    const struct site_files files = {.text = {[SITE_WECHAT] = text}};
    return site_files_load(&files, &report, site);
}

static void test_load_when_good_then_accounts_and_what_is_dangerous(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load(good, &site), RC_OK);
    const struct site_wechat *const wechat = site->wechat;
    assert_non_null(wechat);
    assert_string_equal(wechat->hotline, "96345");
    assert_int_equal(wechat->draft_ms, 30000);
    assert_int_equal(wechat->supplement_ms, 1800000);
    assert_int_equal(wechat->quiet_from_min, 21 * 60 + 30);
    assert_int_equal(wechat->quiet_to_min, 7 * 60);
    assert_true(wechat->consent);
    assert_true(wechat->sms.inside);
    assert_int_equal(wechat->danger_count, 1);
    assert_string_equal(wechat->dangers[0].words[0], "fire"); /* normalised */
    const struct site_wechat_account *const official = site_wechat_account(wechat, "official");
    assert_non_null(official);
    assert_int_equal(official->mode, SITE_WECHAT_COMPATIBLE);
    assert_string_equal(official->api, "https://api.weixin.qq.com");
    assert_true(official->notice.lasting);
    assert_int_equal(official->notice.values[0].fill, SITE_WECHAT_STATE);
    const struct site_wechat_account *const wecom = site_wechat_account(wechat, "wecom");
    assert_int_equal(wecom->mode, SITE_WECHAT_SAFE);
    assert_true(wecom->customer);
    assert_string_equal(wecom->api, "https://qyapi.weixin.qq.com");
    assert_null(site_wechat_account(wechat, "other"));
    assert_null(site_wechat_account(NULL, "official"));
    site_free(site);
}

/* Life does not depend on who wrote the file: some words are dangerous everywhere. */
static void test_load_when_little_is_said_then_the_rest_by_default(void **state)
{
    struct site *site = NULL;
    (void)state;
    assert_int_equal(load("channel: wechat\nlisten: 127.0.0.1:1\naccounts:\n"
                          "  - {code: robot, platform: robot}\n",
                          &site),
                     RC_OK);
    assert_string_equal(site->wechat->hotline, "12345");
    assert_int_equal(site->wechat->danger_count, 3);
    assert_string_equal(site->wechat->dangers[0].call, "119");
    assert_int_equal(site->wechat->draft_ms, 60000);
    assert_int_equal(site->wechat->quiet_from_min, site->wechat->quiet_to_min);
    site_free(site);
    const struct site_files files = {.text = {NULL}};
    assert_int_equal(site_files_load(&files, &report, &site), RC_OK);
    assert_null(site->wechat);
    site_free(site);
}

static const struct mistake {
    const char *from, *to, *name;
    uint32_t line;
} mistakes[] = {
    {"channel: wechat", "channel: weixin", "CHANNEL_UNKNOWN", 1},
    {"https://street", "ftp://street", "WECHAT_URL", 4},
    {"21:30-07:00", "21.30-7.00", "WECHAT_QUIET", 7},
    {"draft: 30s", "draft: 1h", "SPAN_TOO_LONG", 6},
    {"platform: official", "platform: weibo", "WECHAT_WORD", 13},
    {"mode: compatible", "mode: secret", "WECHAT_WORD", 14},
    {"    app_id: wx1\n", "", "YAML_KEY_MISSING", 12},
    {", agent: \"2\"", "", "YAML_KEY_MISSING", 22},
    {"code: robot", "code: wecom", "CODE_DUPLICATE", 23},
    {"code: robot", "code: sms", "WECHAT_RESERVED", 23},
    {"connect: websocket", "connect: pigeon", "WECHAT_WORD", 24},
    {"robot, connect: websocket", "wecom, agent: \"1\", connect: websocket", "WECHAT_CONNECT", 24},
    {", app_id: aib1", "", "YAML_KEY_MISSING", 24},
    {"app_id: aib1", "app_id: aib1, api: \"https://street\"", "WECHAT_SCHEME", 24},
    {"app_id: aib1", "app_id: aib1, api: \"ws s://street\"", "WECHAT_URL", 24},
    {"app_id: ww1", "app_id: ww1, api: \"wss://street\"", "WECHAT_SCHEME", 22},
    {"    app_id: wx1", "    app_id: wx1\n    token: x", "YAML_KEY_UNKNOWN", 16},
    {"fill: state", "fill: words", "WECHAT_WORD", 21},
};

static bool told(const char *name, uint32_t line)
{
    for (uint32_t index = 0; index < site_report_kept(&report); index++) {
        const struct site_mistake *const mistake = &report.mistakes[index];
        if (strcmp(mistake->file, "wechat.yaml") == 0 && strcmp(mistake->name, name) == 0 &&
            mistake->line == line) {
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
        const char *const at = strstr(good, mistakes[index].from);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_when_good_then_accounts_and_what_is_dangerous),
        cmocka_unit_test(test_load_when_little_is_said_then_the_rest_by_default),
        cmocka_unit_test(test_load_when_one_mistake_then_its_name_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
