/* cli_help: help in two languages, made from the tables of commands and options. It may be asked
 * for before anything else is right: without an instance, a site or even a known command. */

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_parse.h"
#include "common/text/text.h"

/* At least one blank: a long name must not run into its explanation. */
static void pad(size_t used, size_t width)
{
    printf("%*s", used < width ? (int)(width - used) : 1, "");
}

/* command: whose words; NULL for the options of all. */
static void print_option(const struct cli *cli, const struct cli_command *command,
                         enum cli_option option, bool required)
{
    const struct cli_option_row *row = &cli_options[option];
    const struct cli_option_text said = cli_options_text(command, option);
    char text[80];
    (void)snprintf(text, sizeof text, "%s--%s%s%s", row->letter == 0 ? "" : "-h, ", row->name,
                   said.metavar == NULL ? "" : " ", said.metavar == NULL ? "" : said.metavar);
    printf("  %s", text);
    pad(text_columns(text), 34);
    printf("%s%s\n", cli_say(cli, said.zh, said.en),
           required ? cli_say(cli, "（必须）", " (required)") : "");
}

/* The order of the table is the order of a ticket's life, then of operating. */
static void help_all(const struct cli *cli)
{
    const struct cli_commands *commands = cli->commands;
    printf("%s\n\n", cli_say(cli, "paidan：居民诉求派单。用法：paidan [选项] 命令 [参数]",
                             "paidan: routes residents' complaints. Usage: paidan [OPTION...] "
                             "COMMAND [ARGUMENT...]"));
    for (size_t index = 0; index < commands->count; index++) {
        const struct cli_command *command = &commands->rows[index];
        char text[80];
        (void)snprintf(text, sizeof text, "%s %s", command->name, command->operands);
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_STRONG), text,
               cli_colour_off(cli->colour, SAY_STRONG));
        pad(text_columns(text), 34);
        printf("%s\n", cli_say(cli, command->zh, command->en));
    }
    printf("\n%s\n", cli_say(cli, "所有命令都可用：", "Every command takes:"));
    for (int option = 0; option < CLI_GLOBAL_COUNT; option++) {
        print_option(cli, NULL, (enum cli_option)option, false);
    }
    printf("\n%s\n", cli_say(cli, "某个命令的选项：paidan help 命令。退出码见手册页：paidan man。",
                             "Options of one command: paidan help COMMAND. Exit statuses: the "
                             "manual page, paidan man."));
}

static void help_command(const struct cli *cli, const struct cli_command *command)
{
    printf("paidan %s", command->name);
    for (unsigned index = 0; index < command->required; index++) {
        printf(" --%s %s", cli_options[command->options[index]].name,
               cli_options_text(command, command->options[index]).metavar);
    }
    if (command->needs != NULL) {
        printf(" %s", command->needs);
    }
    printf("%s%s%s\n\n%s\n", command->operands[0] == '\0' ? "" : " ", command->operands,
           command->option_count > command->required ? cli_say(cli, " [选项]", " [OPTION...]") : "",
           cli_say(cli, command->zh, command->en));
    if (command->more_zh != NULL) {
        printf("\n%s\n", cli_say(cli, command->more_zh, command->more_en));
    }
    if (command->alias != NULL) {
        printf(cli_say(cli, "\n也可以写：paidan %s\n", "\nAlso: paidan %s\n"), command->alias);
    }
    if (command->option_count > 0) {
        putchar('\n');
    }
    for (unsigned index = 0; index < command->option_count; index++) {
        print_option(cli, command, command->options[index], index < command->required);
    }
    printf("\n%s\n",
           cli_say(cli, "通用选项见 paidan help。", "Options of every command: paidan help."));
}

int cli_help(struct cli *cli)
{
    const struct cli_commands *commands = cli->commands;
    const struct cli_command *command = cli->command;
    unsigned used = 0;
    if (command != NULL && command->run == cli_help) {
        command = cli->operand_count == 0
                      ? NULL
                      : cli_parse_find(commands, cli->operands, cli->operand_count, &used);
        if (command == NULL && cli->operand_count > 0) {
            /* A group, such as "work": each of its commands. */
            const size_t size = strlen(cli->operands[0]);
            for (size_t index = 0; index < commands->count; index++) {
                const char *name = commands->rows[index].name;
                if (strncmp(name, cli->operands[0], size) == 0 && name[size] == ' ') {
                    printf("%s", used++ == 0 ? "" : "\n");
                    help_command(cli, &commands->rows[index]);
                }
            }
            return used > 0 ? CLI_EXIT_OK
                            : cli_usage(cli, "没有这个命令", "no such command", cli->operands[0]);
        }
    }
    if (command == NULL) {
        help_all(cli);
    } else {
        help_command(cli, command);
    }
    return CLI_EXIT_OK;
}

int cli_help_version(struct cli *cli)
{
    if (cli->json) {
        printf("{\"version\":\"%s\"}\n", PAIDAN_VERSION);
    } else {
        printf("paidan %s\n", PAIDAN_VERSION);
    }
    return CLI_EXIT_OK;
}
