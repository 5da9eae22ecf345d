/* cli_parse: words to command, options and operands; and laws of the table itself. */

#include "cli_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli_commands.h"
#include "common/say/say_words.h"

/* Parses a command line written with blanks; refusals go to a file that is thrown away. */
static int parse(struct cli *cli, const char *line)
{
    static char words[1024];
    char *argv[64], *rest = NULL;
    int argc = 0;
    (void)snprintf(words, sizeof words, "paidan %s", line);
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    free((void *)cli->operands);
    memset(cli, 0, sizeof *cli);
    cli->commands = &cli_commands;
    return cli_parse(cli, argc, argv);
}

static int setup(void **state)
{
    (void)state;
    return freopen("/dev/null", "w", stderr) == NULL;
}

static void test_parse_when_options_stand_anywhere_then_they_are_found(void **state)
{
    (void)state;
    struct cli cli = {0};
    assert_int_equal(parse(&cli, "--data D work accept N1 --unit=u1 N2 --json"), 0);
    assert_string_equal(cli.command->name, "work accept");
    assert_string_equal(cli_value(&cli, CLI_DATA), "D");
    assert_string_equal(cli_value(&cli, CLI_UNIT), "u1");
    assert_true(cli_given(&cli, CLI_JSON));
    assert_int_equal(cli.operand_count, 2);
    assert_string_equal(cli.operands[1], "N2");
    /* A value that looks like a command is a value. */
    assert_int_equal(parse(&cli, "--data list show N1"), 0);
    assert_string_equal(cli.command->name, "show");
    assert_string_equal(cli_value(&cli, CLI_DATA), "list");
    /* Nothing after -- is an option; a lone dash is a word. */
    assert_int_equal(parse(&cli, "show -- --strange"), 0);
    assert_string_equal(cli.operands[0], "--strange");
    assert_int_equal(parse(&cli, "-- show N1"), 0);
    assert_string_equal(cli.command->name, "show");
    assert_string_equal(cli.operands[0], "N1");
    assert_int_equal(parse(&cli, "submit --channel c --from -"), 0);
    assert_string_equal(cli_value(&cli, CLI_FROM), "-");
    assert_int_equal(parse(&cli, "submit --channel c --text -x"), 0);
    assert_string_equal(cli_value(&cli, CLI_TEXT), "-x");
    free((void *)cli.operands);
}

static void test_parse_when_named_otherwise_then_the_same_command(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name;
    } cases[] = {{"extend N1 --unit u --note n", "work extend"},
                 {"延期 N1 --unit u --note n", "work extend"},
                 {"accept N1 --unit u", "work accept"}, /* not clock accept */
                 {"list", "list"},                      /* not work list */
                 {"mode N1 调解 --unit u", "work mode"},
                 {"交办 N1 --unit u --to v --note n", "supervise order"},
                 {"supervise watch N1 N2 --unit u --note n", "supervise watch"}};
    struct cli cli = {0};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        assert_int_equal(parse(&cli, cases[index].line), 0);
        assert_string_equal(cli.command->name, cases[index].name);
    }
    assert_int_equal(parse(&cli, "end-mode N1 --unit u --note n --result 达成一致"), 0);
    assert_string_equal(cli_value(&cli, CLI_RESULT), "达成一致");
    free((void *)cli.operands);
}

static void test_choice_when_a_word_of_an_enum_then_chinese_and_tokens_alike(void **state)
{
    (void)state;
    struct cli cli = {0};
    static const struct cli_words words = {"MODE", &paidan__mode__descriptor, 0};
    int mode = 0;
    assert_int_equal(parse(&cli, "resolve N1 --unit u --note n --mode 马上办"), 0);
    assert_int_equal(cli_choice(&cli, CLI_MODE), PAIDAN__MODE__MODE_AT_ONCE);
    assert_int_equal(parse(&cli, "end-mode N1 --unit u --note n --result legal_way"), 0);
    assert_int_equal(cli_choice(&cli, CLI_RESULT), PAIDAN__MODE_RESULT__RESULT_LEGAL_WAY);
    assert_int_equal(parse(&cli, "list --state 退单"), 0);
    assert_int_equal(cli_choice(&cli, CLI_STATE), PAIDAN__STATE__STATE_RETURNED);
    /* Values of the same enum that the option does not take. */
    assert_int_equal(parse(&cli, "explain N1 --clock 协办"), 0);
    assert_int_equal(parse(&cli, "explain N1 --clock replan"), CLI_EXIT_USAGE);
    assert_int_equal(parse(&cli, "explain N1 --clock 重算"), CLI_EXIT_USAGE);
    assert_int_equal(parse(&cli, "list --state none"), CLI_EXIT_USAGE);
    assert_int_equal(parse(&cli, "list --state 乱写"), CLI_EXIT_USAGE);
    assert_int_equal(parse(&cli, "end-mode N1 --unit u --note n --result ?"), CLI_EXIT_USAGE);
    assert_int_equal(cli_word(&cli, &words, "协调中", &mode), 0);
    assert_int_equal(mode, PAIDAN__MODE__MODE_COORDINATION);
    assert_int_equal(cli_word(&cli, &words, "by_magic", &mode), CLI_EXIT_USAGE);
    assert_int_equal(cli_word(&cli, &words, "", &mode), CLI_EXIT_USAGE);
    free((void *)cli.operands);
}

/* Each command of the groups "work" and "supervise" but the listings stands for one action, and
 * each action for one command. */
static void test_verbs_when_walked_then_commands_and_actions_match(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        const ProtobufCEnumDescriptor *of;
    } groups[] = {{"work ", &paidan__action__descriptor},
                  {"supervise ", &paidan__supervise_action__descriptor}};
    for (size_t group = 0; group < 2; group++) {
        uint32_t met = 0;
        const size_t size = strlen(groups[group].group);
        for (size_t index = 0; index < cli_commands.count; index++) {
            const struct cli_command *command = &cli_commands.rows[index];
            if (strncmp(command->name, groups[group].group, size) == 0 &&
                command->run == cli_work_act) {
                int action = 0;
                assert_true(say_words_read(groups[group].of, command->name + size, &action));
                assert_int_equal(met >> action & 1u, 0);
                met |= 1u << action;
            }
        }
        for (unsigned index = 0; index < groups[group].of->n_values; index++) {
            assert_true((met >> groups[group].of->values[index].value & 1u) != 0);
        }
    }
}

static void test_parse_when_wrong_then_usage(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "nonsense",
        "work",
        "work nonsense",
        "show",
        "show N1 N2",
        "show N1 --unit u",                /* not an option of this command */
        "list --uni u",                    /* nothing is abbreviated */
        "list --unit",                     /* no value */
        "list --unit a --unit b",          /* twice */
        "list --json --json",              /* a flag twice */
        "list --json=yes",                 /* a flag takes none */
        "list -x",                         /* no such letter */
        "work pull",                       /* --unit is required */
        "callback answer N1 --solved yes", /* --satisfied is required */
        "callback answer N1 --solved maybe --satisfied yes",
        "suspend N1 --unit u --note n",             /* --until is required */
        "end-mode N1 --unit u --note n --result x", /* no such result */
        "work mode N1 --unit u",
        "supervise",
        "resolve N1 --unit u --mode mediation", /* it has a result: end-mode */
        "--lang fr list",
    };
    struct cli cli = {0};
    for (size_t index = 0; index < sizeof lines / sizeof lines[0]; index++) {
        if (parse(&cli, lines[index]) != CLI_EXIT_USAGE) {
            fail_msg("accepted: %s", lines[index]);
        }
    }
    free((void *)cli.operands);
}

static void test_parse_when_help_is_asked_then_nothing_is_missing(void **state)
{
    (void)state;
    struct cli cli = {0};
    assert_int_equal(parse(&cli, "work accept --help"), 0);
    assert_string_equal(cli.command->name, "work accept");
    assert_int_equal(parse(&cli, "-h"), 0);
    assert_int_equal(parse(&cli, ""), 0);
    assert_null(cli.command);
    free((void *)cli.operands);
}

static void test_distance_when_words_differ_then_edits_are_counted(void **state)
{
    (void)state;
    assert_int_equal(cli_parse_distance("stats", "stats"), 0);
    assert_int_equal(cli_parse_distance("stast", "stats"), 2);
    assert_int_equal(cli_parse_distance("", "list"), 4);
    assert_int_equal(cli_parse_distance("lst", "list"), 1);
}

/* Each wish that a Request can hold has its answer, one that an Answer can hold. */
static void test_wishes_when_walked_then_each_has_its_answer(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *of = &paidan__request__descriptor;
    unsigned wishes = 0;
    for (unsigned index = 0; index < of->n_fields; index++) {
        if ((of->fields[index].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            const Paidan__Answer__BodyCase body =
                cli_body_of((Paidan__Request__WishCase)of->fields[index].id);
            assert_non_null(
                protobuf_c_message_descriptor_get_field(&paidan__answer__descriptor, body));
            wishes++;
        }
    }
    assert_true(wishes > 25);
    assert_int_equal(cli_body_of((Paidan__Request__WishCase)1), PAIDAN__ANSWER__BODY__NOT_SET);
}

static void test_table_when_walked_then_every_row_is_whole(void **state)
{
    (void)state;
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        const struct cli_option_row *row = &cli_options[option];
        assert_non_null(row->name);
        assert_non_null(row->zh);
        assert_non_null(row->en);
        assert_int_equal(row->argument == CLI_NOTHING, row->metavar == NULL);
        assert_int_equal(row->argument == CLI_CHOICE, row->choices != NULL || row->words != NULL);
        for (int other = 0; other < option; other++) {
            assert_string_not_equal(row->name, cli_options[other].name);
        }
    }
    for (size_t index = 0; index < cli_commands.count; index++) {
        const struct cli_command *command = &cli_commands.rows[index];
        assert_non_null(command->run);
        assert_non_null(command->zh);
        assert_non_null(command->en);
        assert_int_equal(command->more_zh == NULL, command->more_en == NULL);
        assert_true(command->required <= command->option_count);
        assert_true(command->operands_min <= command->operands_max);
        for (size_t other = 0; other < index && command->alias != NULL; other++) {
            const char *alias = cli_commands.rows[other].alias;
            assert_true(alias == NULL || strcmp(alias, command->alias) != 0);
        }
        assert_int_equal(command->operands_max == 0, command->operands[0] == '\0');
        for (unsigned option = 0; option < command->option_count; option++) {
            assert_true(command->options[option] >= CLI_GLOBAL_COUNT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_when_options_stand_anywhere_then_they_are_found),
        cmocka_unit_test(test_parse_when_named_otherwise_then_the_same_command),
        cmocka_unit_test(test_choice_when_a_word_of_an_enum_then_chinese_and_tokens_alike),
        cmocka_unit_test(test_verbs_when_walked_then_commands_and_actions_match),
        cmocka_unit_test(test_parse_when_wrong_then_usage),
        cmocka_unit_test(test_parse_when_help_is_asked_then_nothing_is_missing),
        cmocka_unit_test(test_distance_when_words_differ_then_edits_are_counted),
        cmocka_unit_test(test_wishes_when_walked_then_each_has_its_answer),
        cmocka_unit_test(test_table_when_walked_then_every_row_is_whole),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
