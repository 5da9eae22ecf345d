/* shell_args: what a service takes on its command line, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "common/run/shell_parts.h"

enum { WORDS_MAX = 24 };

/* Words apart by one blank. */
static enum rc parse(const char *line, struct shell_settings *settings)
{
    static const struct step_service step = {.name = "test"};
    static const struct shell_service service = {.step = &step, .summary = "for a test"};
    static char text[512];
    char *words[WORDS_MAX + 1] = {(char[]){"paidan-test"}}, *rest = NULL;
    int count = 1;
    assert_true(strlen(line) < sizeof text);
    memcpy(text, line, strlen(line) + 1);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(count < WORDS_MAX);
        words[count++] = word;
    }
    return shell_args_parse(&service, count, words, settings);
}

static void test_words_when_all_given_then_set(void **state)
{
    (void)state;
    struct shell_settings settings;
    assert_int_equal(parse("--data d --site s --endpoint tcp://127.0.0.1:7001 --map-mib 96 "
                           "--log-level debug --step-inputs 7 --log-keep-days 30 --lag-records 0",
                           &settings),
                     RC_OK);
    assert_int_equal(settings.mode, SHELL_RUN);
    assert_string_equal(settings.data_dir, "d");
    assert_string_equal(settings.site_dir, "s");
    assert_string_equal(settings.endpoint, "tcp://127.0.0.1:7001");
    assert_int_equal(settings.map_mib, 96);
    assert_int_equal(settings.log_level, DIAG_DEBUG);
    assert_int_equal(settings.step_inputs, 7);
    assert_int_equal(settings.log_keep_days, 30);
    assert_int_equal(settings.lag_records_max, 0);
}

static void test_words_when_modes_then_no_site_needed(void **state)
{
    (void)state;
    struct shell_settings settings;
    assert_int_equal(parse("--data d --verify", &settings), RC_OK);
    assert_int_equal(settings.mode, SHELL_VERIFY);
    assert_int_equal(parse("--replay --data d", &settings), RC_OK);
    assert_int_equal(settings.mode, SHELL_REPLAY);
    assert_int_equal(parse("--data d --site s --ask 0801", &settings), RC_OK);
    assert_int_equal(settings.mode, SHELL_ASK);
    assert_string_equal(settings.ask, "0801");
    assert_int_equal(parse("--data d --ask 0801", &settings), RC_SETTINGS); /* by which site? */
    assert_int_equal(parse("--help", &settings), RC_OK);
    assert_int_equal(settings.mode, SHELL_HELP);
}

static void test_words_when_wrong_then_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "--data d",
        "--site s",
        "--data",
        "--data d --site s more",
        "--data d --site s --unknown",
        "--data d --site s --endpoint inproc://x",
        "--data d --site s --map-mib 0",
        "--data d --site s --map-mib 96x",
        "--data d --site s --map-mib -1",
        "--data d --site s --map-mib 9999999999999999999",
        "--data d --site s --log-level loud",
        "--data d --site s --step-inputs 0",
        "--data d --site s --log-keep-days 36501",
        "--data d --site s --lag-records many",
        "--data= --site s",
        "--data d --site=",
    };
    for (size_t index = 0; index < sizeof lines / sizeof *lines; index++) {
        struct shell_settings settings;
        if (parse(lines[index], &settings) != RC_SETTINGS) {
            fail_msg("taken: %s", lines[index]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_when_all_given_then_set),
        cmocka_unit_test(test_words_when_modes_then_no_site_needed),
        cmocka_unit_test(test_words_when_wrong_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
