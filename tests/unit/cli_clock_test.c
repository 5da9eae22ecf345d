/* cli_clock: what "the clock is right" led to is told: of services that stood still, of those that did
 * not, and of those that do not run. Its code is compiled in here with services of ours behind it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define cli_service_ask test_service_ask
#define cli_clock_accept test_clock_accept
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/cli/cli_clock.c"

#include "cli_json.h"

static struct cli_service answers[CLI_SERVICES];

Paidan__Code test_service_ask(struct cli *cli, struct cli_service services[CLI_SERVICES],
                              uint64_t timeout_ms)
{
    (void)cli;
    assert_true(timeout_ms > 0);
    memcpy(services, answers, sizeof answers);
    return PAIDAN__CODE__OK;
}

/* What is printed after the moment, in a data folder of its own. Heap. */
static char *print(bool chinese, bool json)
{
    char folder[] = "/tmp/paidan-clock-XXXXXX";
    char path[64];
    struct cli cli = {
        .say = {.language = chinese ? SAY_CHINESE : SAY_ENGLISH}, .json = json, .site_tried = true};
    FILE *const before = stdout;
    char *text = NULL;
    size_t bytes = 0;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(cli.data_dir, sizeof cli.data_dir, "%s", folder);
    stdout = open_memstream(&text, &bytes);
    assert_non_null(stdout);
    const int got = test_clock_accept(&cli);
    (void)fclose(stdout);
    stdout = before;
    assert_int_equal(got, CLI_EXIT_OK);
    (void)snprintf(path, sizeof path, "%s/clock.accepted", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    /* The folder's name is another one each time. */
    for (char *at = strstr(text, folder); at != NULL; at = strstr(at, folder)) {
        memcpy(at, "/tmp/paidan-clock-000000", strlen(folder));
    }
    return text;
}

static void test_clock_when_accepted_then_what_becomes_of_each_service(void **state)
{
    (void)state;
    memset(answers, 0, sizeof answers);
    answers[0].answered = answers[1].answered = answers[2].answered = true;
    answers[4].answered = true;
    answers[0].clock_ahead_ms = 3 * 3600 * 1000;
    answers[1].clock_ahead_ms = 4 * 3600 * 1000;
    char *text = print(true, false);
    assert_int_equal(strncmp(text, "已确认时钟：2", strlen("已确认时钟：2")), 0);
    assert_string_equal(
        strchr(text, '\n'),
        "\nintake, triage 的时钟停着（差 4小时00分），一秒内跟上；这期间到期的时限随即触发"
        "\n2 个服务本来就按这个时钟，没有变化"
        "\n2 个服务没有应答，启动时采用：deploy/up --no-feed --data "
        "/tmp/paidan-clock-000000"
        "\n查看：paidan ping\n");
    free(text);
    text = print(false, false);
    assert_string_equal(
        strchr(text, '\n'),
        "\nintake, triage stood still (4h00m behind) and follows it within a second; "
        "what fell due meanwhile fires at once"
        "\nservices that followed it already: 2, nothing changes there"
        "\nservices that do not answer: 2; they take it when they start: deploy/up --no-feed "
        "--data /tmp/paidan-clock-000000"
        "\nto see it: paidan ping\n");
    free(text);
}

static void test_clock_when_accepted_as_json_then_both_languages(void **state)
{
    (void)state;
    memset(answers, 0, sizeof answers);
    char *text = print(true, true);
    json_t *whole = json_loads(text, 0, NULL);
    assert_non_null(whole);
    assert_non_null(json_object_get(whole, "accepted_ms"));
    const json_t *effect = json_object_get(whole, "effect");
    assert_non_null(strstr(json_string_value(json_object_get(effect, "zh")), "6 个服务没有应答"));
    assert_non_null(
        strstr(json_string_value(json_object_get(effect, "en")), "services that do not answer: 6"));
    json_decref(whole);
    free(text);
}

static void test_path_when_a_shell_would_misread_it_then_quoted(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"/var/data", "/var/data"}, {"a b", "'a b'"},     {"it's", "'it'\\''s'"},
        {"数据", "'数据'"},         {"$HOME", "'$HOME'"}, {"", "''"},
    };
    char typed[64];
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        cli_effect_path(cases[index][0], typed, sizeof typed);
        assert_string_equal(typed, cases[index][1]);
    }
    struct say say = {.language = SAY_ENGLISH};
    cli_effect_start(&say, "/var/lib/paidan", "", false, typed, sizeof typed);
    assert_string_equal(typed, "sudo systemctl start paidan.target");
    cli_effect_start(&say, "a b", "", true, typed, sizeof typed);
    assert_string_equal(typed, "deploy/up --data 'a b' --site SITE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_when_accepted_then_what_becomes_of_each_service),
        cmocka_unit_test(test_clock_when_accepted_as_json_then_both_languages),
        cmocka_unit_test(test_path_when_a_shell_would_misread_it_then_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
