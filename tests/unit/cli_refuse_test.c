/* cli_refuse: what a mistake looks like: one language for people, one object for scripts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli_commands.h"
#include "cli_parse.h"

/* Parses the words as main does; what stood on standard error is in `said`. */
static char said[4096];

static int parse(const char *line)
{
    char words[1024], *argv[64], *rest = NULL, path[] = "said.XXXXXX";
    int argc = 0;
    (void)snprintf(words, sizeof words, "paidan %s", line);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    const int file = mkstemp(path), before = dup(STDERR_FILENO);
    assert_true(file >= 0 && before >= 0);
    fflush(stderr);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    static struct cli cli;
    free((void *)cli.operands);
    memset(&cli, 0, sizeof cli);
    cli.commands = &cli_commands;
    int status = cli_parse(&cli, argc, argv);
    if (status == CLI_EXIT_OK) {
        status = cli_setup(&cli);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_refuse(&cli, PAIDAN__CODE__FIELD_INVALID, "tickets[0].occurred_ms");
    }
    fflush(stderr);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    const ssize_t got = pread(file, said, sizeof said - 1, 0);
    said[got < 0 ? 0 : got] = '\0';
    close(before);
    close(file);
    unlink(path);
    return status;
}

static void test_refusal_when_a_language_is_chosen_then_in_it_alone(void **state)
{
    (void)state;
    assert_int_equal(parse("--lang zh list"), 65);
    assert_string_equal(said,
                        "paidan: FIELD_INVALID: 有一项内容不合要求，请按提示改正。（发生时间 "
                        "--time，至多比现在晚 24 小时）\n");
    assert_int_equal(parse("list --lang en"), 65);
    assert_string_equal(said,
                        "paidan: FIELD_INVALID: A field does not hold what it must; correct "
                        "what is named. (time, --time: at most 24 hours ahead of now)\n");
    /* A mistake of usage that stands before --lang is told in it too. */
    assert_int_equal(parse("list --nope --lang=zh"), CLI_EXIT_USAGE);
    assert_non_null(strstr(said, "没有这个选项"));
    assert_null(strstr(said, "option"));
    assert_int_equal(parse("list --state nope --lang en"), CLI_EXIT_USAGE);
    assert_non_null(strstr(said, "accepted"));
    assert_null(strstr(said, "办理中"));
    assert_int_equal(parse("list --state nope --lang 中文"), CLI_EXIT_USAGE);
    assert_non_null(strstr(said, "办理中"));
    assert_null(strstr(said, "accepted"));
}

static void test_refusal_when_json_then_one_object_in_both_languages(void **state)
{
    (void)state;
    static const struct {
        const char *line, *code;
        int status;
    } cases[] = {{"--json list", "FIELD_INVALID", 65}, {"list --json", "FIELD_INVALID", 65},
                 {"list --nope --json", "USAGE", 64},  {"lst --json", "USAGE", 64},
                 {"show --json", "USAGE", 64},         {"list --state nope --json", "USAGE", 64}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        assert_int_equal(parse(cases[index].line), cases[index].status);
        json_error_t error;
        json_t *object = json_loads(said, 0, &error);
        if (object == NULL) {
            fail_msg("%s: %s", cases[index].line, said);
        }
        assert_string_equal(json_string_value(json_object_get(object, "code")), cases[index].code);
        assert_int_equal(json_integer_value(json_object_get(object, "status")),
                         cases[index].status);
        assert_non_null(json_string_value(json_object_get(object, "zh")));
        assert_non_null(json_string_value(json_object_get(object, "en")));
        json_decref(object);
    }
    /* A value that looks like the option is a value. */
    assert_int_equal(parse("submit --channel c --text --json --nope"), CLI_EXIT_USAGE);
    assert_int_equal(strncmp(said, "paidan: ", 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusal_when_a_language_is_chosen_then_in_it_alone),
        cmocka_unit_test(test_refusal_when_json_then_one_object_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
