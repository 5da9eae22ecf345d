/* cli_parse: words to command, options and operands. The command is found first, among the words
 * that are neither options nor their values, because it decides which options are allowed. Nothing
 * is guessed and nothing abbreviated: scripts outlive the day when an abbreviation was unique. What
 * is wrong is answered with the nearest thing that is right. */

#include "cli_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

enum { WORD_MAX = 40, COMMAND_WORDS_MAX = 2 };

unsigned cli_parse_distance(const char *a, const char *b)
{
    const size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > WORD_MAX || b_size > WORD_MAX) {
        return 99;
    }
    /* Levenshtein's distance, one row of the table at a time. */
    unsigned row[WORD_MAX + 1];
    for (unsigned j = 0; j <= b_size; j++) {
        row[j] = j;
    }
    for (unsigned i = 1; i <= a_size; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= b_size; j++) {
            const unsigned replace = diagonal + (a[i - 1] != b[j - 1]);
            const unsigned insert = row[j] + 1, erase = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = replace < insert ? replace : insert;
            row[j] = row[j] < erase ? row[j] : erase;
        }
    }
    return row[b_size];
}

/* A unit's verb without its group ("extend"), or a command's Chinese word. No command has such a
 * name: those were looked at before. */
static const struct cli_command *find_alias(const struct cli_commands *commands,
                                            const char *const *words, unsigned count,
                                            unsigned *used)
{
    static const char group[] = "work ";
    for (size_t index = 0; count > 0 && index < commands->count; index++) {
        const struct cli_command *command = &commands->rows[index];
        const bool verb = strncmp(command->name, group, sizeof group - 1) == 0 &&
                          strcmp(command->name + sizeof group - 1, words[0]) == 0;
        if (verb || (command->alias != NULL && strcmp(command->alias, words[0]) == 0)) {
            *used = 1;
            return command;
        }
    }
    return NULL;
}

const struct cli_command *cli_parse_find(const struct cli_commands *commands,
                                         const char *const *words, unsigned count, unsigned *used)
{
    for (size_t index = 0; index < commands->count; index++) {
        const struct cli_command *command = &commands->rows[index];
        const char *space = strchr(command->name, ' ');
        if (space == NULL) {
            if (count >= 1 && strcmp(words[0], command->name) == 0) {
                *used = 1;
                return command;
            }
            continue;
        }
        const size_t first = (size_t)(space - command->name);
        if (count >= 2 && strlen(words[0]) == first &&
            strncmp(words[0], command->name, first) == 0 && strcmp(words[1], space + 1) == 0) {
            *used = 2;
            return command;
        }
    }
    return find_alias(commands, words, count, used);
}

/* The nearest name, if it is near enough to be what was meant. */
static const char *nearest_command(const struct cli_commands *commands, const char *typed)
{
    const char *best = NULL;
    unsigned best_distance = 3;
    for (size_t index = 0; index < commands->count; index++) {
        const unsigned distance = cli_parse_distance(typed, commands->rows[index].name);
        if (distance < best_distance) {
            best = commands->rows[index].name;
            best_distance = distance;
        }
    }
    return best;
}

/* A group alone ("work") is answered with its commands; else with the nearest name. */
static int unknown_command(struct cli *cli, const char *const *words, unsigned count)
{
    const struct cli_commands *commands = cli->commands;
    char typed[2 * WORD_MAX + 2] = "", detail[256], group[512] = "";
    (void)snprintf(typed, sizeof typed, "%.40s%s%.40s", words[0], count > 1 ? " " : "",
                   count > 1 ? words[1] : "");
    for (size_t index = 0; index < commands->count; index++) {
        const char *name = commands->rows[index].name;
        const size_t size = strlen(words[0]);
        if (strncmp(name, words[0], size) == 0 && name[size] == ' ') {
            const size_t used = strlen(group);
            (void)snprintf(group + used, sizeof group - used, "%s%s", used == 0 ? "" : ", ", name);
        }
    }
    if (group[0] != '\0') {
        return cli_usage(cli, "请选择其中一个命令", "choose one of these commands", group);
    }
    const char *near = nearest_command(commands, typed);
    near = near == NULL ? nearest_command(commands, words[0]) : near;
    (void)snprintf(detail, sizeof detail, "%s%s%s%s", typed, near == NULL ? "" : "; ",
                   near == NULL ? "" : cli_say(cli, "是不是 ", "did you mean "),
                   near == NULL ? "" : near);
    return cli_usage(cli, "没有这个命令；paidan help 列出全部命令",
                     "no such command; paidan help lists them", detail);
}

/* Options of every command, and those that stand in the command's row. */
static bool allowed(const struct cli_command *command, enum cli_option option)
{
    if (option < CLI_GLOBAL_COUNT) {
        return true;
    }
    for (unsigned index = 0; command != NULL && index < command->option_count; index++) {
        if (command->options[index] == option) {
            return true;
        }
    }
    return false;
}

/* Only among the options of this command: one of another would be no help. */
static int unknown_option(struct cli *cli, const struct cli_command *command, const char *name)
{
    const char *best = NULL;
    unsigned best_distance = 4;
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        const unsigned distance = cli_parse_distance(name, cli_options[option].name);
        if (allowed(command, (enum cli_option)option) && distance < best_distance) {
            best = cli_options[option].name;
            best_distance = distance;
        }
    }
    char detail[256];
    (void)snprintf(detail, sizeof detail, "--%.40s%s%s", name,
                   best == NULL ? "" : cli_say(cli, "；是不是 --", "; did you mean --"),
                   best == NULL ? "" : best);
    return cli_usage(cli, "这里没有这个选项", "no such option here", detail);
}

/* By the exact name: -1 if there is none. */
static int find_option(const char *name, size_t size)
{
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        if (strlen(cli_options[option].name) == size &&
            strncmp(cli_options[option].name, name, size) == 0) {
            return option;
        }
    }
    return -1;
}

/* One more of an option that may be given several times. */
static int take_again(struct cli *cli, enum cli_option option, const char *value)
{
    if (cli->repeated_count == CLI_REPEATED_MAX) {
        return cli_usage(cli, "选项给得太多", "option given too often", cli_options[option].name);
    }
    cli->values[option] = value;
    cli->repeated[cli->repeated_count] = value;
    cli->repeated_as[cli->repeated_count] = option;
    cli->repeated_count++;
    return CLI_EXIT_OK;
}

/* Judges a value as far as the table can: choices here, numbers and moments by the command,
 * which knows their bounds. */
static int take(struct cli *cli, enum cli_option option, const char *value)
{
    CHECK(option < CLI_OPTION_COUNT);
    CHECK(value != NULL);
    char detail[CLI_CHOICES_BYTES + 64];
    const struct cli_option_row *row = &cli_options[option];
    if (row->repeats) {
        return take_again(cli, option, value);
    }
    if (cli->values[option] != NULL) {
        (void)snprintf(detail, sizeof detail, "--%s", row->name);
        return cli_usage(cli, "选项给了两次", "option given twice", detail);
    }
    (void)snprintf(detail, sizeof detail, "--%s", row->name);
    if (row->argument == CLI_CHOICE && row->words != NULL) {
        const struct cli_words words = {detail, row->words, row->values};
        int ignored = 0;
        const int status = cli_word(cli, &words, value, &ignored);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    } else if (row->argument == CLI_CHOICE && !cli_options_chosen(row, value)) {
        (void)snprintf(detail, sizeof detail, "--%s %s", row->name, row->choices);
        return cli_usage(cli, "选项的值只能是", "the option's value must be one of", detail);
    }
    cli->values[option] = value;
    return CLI_EXIT_OK;
}

/* Reads the option at argv[*index]; moves *index to its last word. */
static int read_option(struct cli *cli, const struct cli_command *command, int argc, char **argv,
                       int *index)
{
    const char *word = argv[*index];
    if (strcmp(word, "-h") == 0) {
        cli->values[CLI_HELP] = "";
        return CLI_EXIT_OK;
    }
    if (word[1] != '-') {
        return cli_usage(cli, "没有这个选项", "no such option", word);
    }
    const char *name = word + 2, *equals = strchr(name, '=');
    const size_t size = equals == NULL ? strlen(name) : (size_t)(equals - name);
    const int option = find_option(name, size);
    if (option < 0 || !allowed(command, (enum cli_option)option)) {
        char typed[WORD_MAX + 1];
        (void)snprintf(typed, sizeof typed, "%.*s", (int)(size > WORD_MAX ? WORD_MAX : size), name);
        return unknown_option(cli, command, typed);
    }
    const bool flag = cli_options[option].argument == CLI_NOTHING;
    if (flag && equals != NULL) {
        return cli_usage(cli, "这个选项不带值", "this option takes no value", word);
    }
    if (!flag && equals == NULL && *index + 1 >= argc) {
        return cli_usage(cli, "这个选项需要一个值", "this option needs a value", word);
    }
    const char *value = flag ? "" : equals != NULL ? equals + 1 : argv[++*index];
    return take(cli, (enum cli_option)option, value);
}

/* The words that are not options and not options' values: enough of them to find the command. */
static unsigned command_words(int argc, char **argv, const char *words[COMMAND_WORDS_MAX])
{
    unsigned count = 0;
    bool ended = false;
    for (int index = 1; index < argc && count < COMMAND_WORDS_MAX; index++) {
        if (!ended && strcmp(argv[index], "--") == 0) {
            ended = true;
            continue;
        }
        if (!ended && argv[index][0] == '-' && argv[index][1] != '\0') {
            const char *name = argv[index][1] == '-' ? argv[index] + 2 : "";
            const int option = strchr(name, '=') != NULL ? -1 : find_option(name, strlen(name));
            if (option >= 0 && cli_options[option].argument != CLI_NOTHING) {
                index++;
            }
            continue;
        }
        words[count++] = argv[index];
    }
    return count;
}

/* What decides how a mistake is told, looked for before any mistake can be met. Values of other
 * options are passed over; a mistake in what is looked for itself is met again in order. */
static void look_ahead(struct cli *cli, int argc, char **argv)
{
    for (int index = 1; index < argc && strcmp(argv[index], "--") != 0; index++) {
        if (strncmp(argv[index], "--", 2) != 0) {
            continue;
        }
        const char *name = argv[index] + 2, *equals = strchr(name, '=');
        const int option =
            find_option(name, equals == NULL ? strlen(name) : (size_t)(equals - name));
        if (option < 0) {
            continue;
        }
        const bool flag = cli_options[option].argument == CLI_NOTHING;
        const char *value =
            flag || equals != NULL ? equals : argv[index + 1 < argc ? ++index : index];
        if (option == CLI_JSON) {
            cli->values[CLI_JSON] = "";
        } else if (option == CLI_LANG && value != NULL) {
            cli->values[CLI_LANG] = equals != NULL ? equals + 1 : value;
        }
    }
    cli_voice(cli);
    cli->values[CLI_JSON] = cli->values[CLI_LANG] = NULL;
}

/* Too few, too many, or an option that must be there. */
static int check_counts(struct cli *cli)
{
    const struct cli_command *command = cli->command;
    char detail[256];
    CHECK(command != NULL);
    if (cli->operand_count < command->operands_min) {
        (void)snprintf(detail, sizeof detail, "paidan %s %s", command->name, command->operands);
        return cli_usage(cli, "缺少参数", "an argument is missing", detail);
    }
    if (cli->operand_count > command->operands_max) {
        return cli_usage(cli, "多余的参数", "one argument too many",
                         cli->operands[command->operands_max]);
    }
    for (unsigned index = 0; index < command->required; index++) {
        const struct cli_option_row *row = &cli_options[command->options[index]];
        if (cli->values[command->options[index]] == NULL) {
            (void)snprintf(detail, sizeof detail, "--%s %s", row->name, row->metavar);
            return cli_usage(cli, "缺少选项", "an option is missing", detail);
        }
    }
    return CLI_EXIT_OK;
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
    CHECK(cli->commands != NULL);
    const char *words[COMMAND_WORDS_MAX];
    look_ahead(cli, argc, argv);
    const unsigned count = command_words(argc, argv, words);
    unsigned used = 0;
    const struct cli_command *command =
        count == 0 ? NULL : cli_parse_find(cli->commands, words, count, &used);
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (operands == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    cli->operands = operands;
    cli->command = command;
    unsigned skipped = 0;
    bool ended = false;
    for (int index = 1; index < argc; index++) {
        const char *word = argv[index];
        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
        } else if (!ended && word[0] == '-' && word[1] != '\0') {
            const int status = read_option(cli, command, argc, argv, &index);
            if (status != CLI_EXIT_OK) {
                return status;
            }
        } else if (skipped < used) {
            skipped++;
        } else {
            operands[cli->operand_count++] = word;
        }
    }
    /* Help is given for a command that still lacks its operands, and without any command. */
    if (cli->values[CLI_HELP] != NULL || cli->values[CLI_VERSION] != NULL || count == 0) {
        return CLI_EXIT_OK;
    }
    return command == NULL ? unknown_command(cli, words, count) : check_counts(cli);
}
