/* cli_help: help, completion for bash and the man page, all from the table. */

#include <stdio.h>
#include <string.h>

#include "cli_colour.h"
#include "cli_commands.h"
#include "cli_parse.h"
#include "common/text/text.h"

/* ---- help -------------------------------------------------------------------------------------
 */

static void pad(size_t used, size_t width)
{
    printf("%*s", used < width ? (int)(width - used) : 1, "");
}

static void print_option(const struct cli *cli, enum cli_option option, bool required)
{
    const struct cli_option_row *row = &cli_options[option];
    char text[80];
    (void)snprintf(text, sizeof text, "%s--%s%s%s", row->letter == 0 ? "" : "-h, ", row->name,
                   row->metavar == NULL ? "" : " ", row->metavar == NULL ? "" : row->metavar);
    printf("  %s", text);
    pad(text_columns(text), 34);
    printf("%s%s\n", cli_say(cli, row->zh, row->en),
           required ? cli_say(cli, "（必须）", " (required)") : "");
}

static void help_all(const struct cli *cli)
{
    printf("%s\n\n", cli_say(cli, "paidan：居民诉求派单。用法：paidan [选项] 命令 [参数]",
                             "paidan: routes residents' complaints. Usage: paidan [OPTION...] "
                             "COMMAND [ARGUMENT...]"));
    for (size_t index = 0; index < cli_command_count; index++) {
        const struct cli_command *command = &cli_commands[index];
        char text[80];
        (void)snprintf(text, sizeof text, "%s %s", command->name, command->operands);
        printf("  %s%s%s", cli_colour_on(cli->colour, SAY_STRONG), text,
               cli_colour_off(cli->colour, SAY_STRONG));
        pad(text_columns(text), 34);
        printf("%s\n", cli_say(cli, command->zh, command->en));
    }
    printf("\n%s\n", cli_say(cli, "所有命令都可用：", "Every command takes:"));
    for (int option = 0; option < CLI_GLOBAL_COUNT; option++) {
        print_option(cli, (enum cli_option)option, false);
    }
    printf("\n%s\n", cli_say(cli, "某个命令的选项：paidan help 命令。退出码见手册页：paidan man。",
                             "Options of one command: paidan help COMMAND. Exit statuses: the "
                             "manual page, paidan man."));
}

static void help_command(const struct cli *cli, const struct cli_command *command)
{
    printf("paidan %s", command->name);
    for (unsigned index = 0; index < command->required; index++) {
        const struct cli_option_row *row = &cli_options[command->options[index]];
        printf(" --%s %s", row->name, row->metavar);
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
        print_option(cli, command->options[index], index < command->required);
    }
    printf("\n%s\n",
           cli_say(cli, "通用选项见 paidan help。", "Options of every command: paidan help."));
}

int cli_help(struct cli *cli)
{
    const struct cli_command *command = cli->command;
    unsigned used = 0;
    if (command != NULL && command->run == cli_help) {
        command =
            cli->operand_count == 0 ? NULL : cli_find(cli->operands, cli->operand_count, &used);
        if (command == NULL && cli->operand_count > 0) {
            /* A group, such as "work": each of its commands. */
            const size_t size = strlen(cli->operands[0]);
            for (size_t index = 0; index < cli_command_count; index++) {
                const char *name = cli_commands[index].name;
                if (strncmp(name, cli->operands[0], size) == 0 && name[size] == ' ') {
                    printf("%s", used++ == 0 ? "" : "\n");
                    help_command(cli, &cli_commands[index]);
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

int cli_version(struct cli *cli)
{
    if (cli->json) {
        printf("{\"version\":\"%s\"}\n", PAIDAN_VERSION);
    } else {
        printf("paidan %s\n", PAIDAN_VERSION);
    }
    return CLI_EXIT_OK;
}

/* ---- completion -------------------------------------------------------------------------------
 */

static const char completion_head[] =
    "# bash completion for paidan; made by `paidan completion bash`\n"
    "_paidan() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} each\n"
    "    local -a words=()\n"
    "    local skip=\n"
    "    for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
    "        if [[ -n $skip ]]; then skip=; continue; fi\n"
    "        case $each in\n";

static const char completion_tail[] =
    "    esac\n"
    "}\n"
    "complete -F _paidan paidan\n";

static void complete_values(void)
{
    char choices[CLI_CHOICES_BYTES];
    printf("    case $before in\n");
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        const struct cli_option_row *row = &cli_options[option];
        switch (row->argument) {
        case CLI_FILE:
            printf("        --%s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", row->name);
            break;
        case CLI_FOLDER:
            printf("        --%s) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n", row->name);
            break;
        case CLI_CHOICE:
            cli_table_choices(row, choices);
            printf(
                "        --%s) COMPREPLY=($(compgen -W \"$(echo '%s' | tr '|' ' ')\" -- "
                "\"$word\")); return ;;\n",
                row->name, choices);
            break;
        case CLI_WORD:
        case CLI_COUNT:
            printf("        --%s) return ;;\n", row->name);
            break;
        case CLI_NOTHING:
            break;
        }
    }
    printf("    esac\n");
}

static void complete_command(const struct cli_command *command)
{
    const char *verb = strchr(command->name, ' ');
    unsigned used = 0;
    printf("        '%s'", command->name);
    verb = verb == NULL ? NULL : verb + 1;
    if (verb != NULL && cli_find(&verb, 1, &used) == command) {
        printf("|'%s'", verb); /* "extend" alone */
    }
    if (command->alias != NULL) {
        printf("|'%s'", command->alias);
    }
    printf(") COMPREPLY=($(compgen -W \"");
    for (unsigned index = 0; index < command->option_count; index++) {
        printf("--%s ", cli_options[command->options[index]].name);
    }
    for (int option = 0; option < CLI_GLOBAL_COUNT; option++) {
        printf("--%s ", cli_options[option].name);
    }
    if (strcmp(command->operands, "SERVICE") == 0 || strcmp(command->operands, "[SERVICE]") == 0) {
        printf("intake triage escalation callback ");
    } else if (strcmp(command->operands, "bash") == 0) {
        printf("bash ");
    }
    printf("\" -- \"$word\")");
    if (strcmp(command->operands, "SITE") == 0 || strcmp(command->operands, "DIR") == 0) {
        printf(" $(compgen -d -- \"$word\")");
    }
    printf(") ;;\n");
}

/* First words of commands, each once. */
static void complete_first_words(void)
{
    const char *before = "";
    printf("        '') COMPREPLY=($(compgen -W \"");
    for (size_t index = 0; index < cli_command_count; index++) {
        const char *name = cli_commands[index].name;
        const size_t size = strcspn(name, " ");
        if (strncmp(before, name, size) != 0 || (before[size] != ' ' && before[size] != '\0')) {
            printf("%.*s ", (int)size, name);
        }
        before = name;
    }
    for (int option = 0; option < CLI_GLOBAL_COUNT; option++) {
        printf("--%s ", cli_options[option].name);
    }
    printf("\" -- \"$word\")) ;;\n");
}

static void complete_group(const char *group)
{
    const size_t size = strlen(group);
    printf("        '%s') COMPREPLY=($(compgen -W \"", group);
    for (size_t index = 0; index < cli_command_count; index++) {
        const char *name = cli_commands[index].name;
        if (strncmp(name, group, size) == 0 && name[size] == ' ') {
            printf("%s ", name + size + 1);
        }
    }
    printf("\" -- \"$word\")) ;;\n");
}

int cli_completion(struct cli *cli)
{
    static const char *const groups[] = {"work",     "supervise", "desk",   "callback",
                                         "calendar", "clock",     "policy", "log"};
    if (strcmp(cli->operands[0], "bash") != 0) {
        return cli_usage(cli, "只支持 bash", "only bash is known", cli->operands[0]);
    }
    fputs(completion_head, stdout);
    printf("            ");
    const char *bar = "";
    for (int option = 0; option < CLI_OPTION_COUNT; option++) {
        if (cli_options[option].argument != CLI_NOTHING) {
            printf("%s--%s", bar, cli_options[option].name);
            bar = "|";
        }
    }
    printf(
        ") skip=1 ;;\n            -*) ;;\n            *) words+=(\"$each\") ;;\n"
        "        esac\n    done\n");
    complete_values();
    /* One word of a group is not yet a command; further words are operands. */
    printf("    local command=\"${words[*]:0:2}\"\n    case ${words[0]} in\n        ");
    for (size_t index = 0; index < sizeof groups / sizeof groups[0]; index++) {
        printf("%s%s", index == 0 ? "" : "|", groups[index]);
    }
    printf(") ;;\n        *) command=${words[0]} ;;\n    esac\n    case $command in\n");
    complete_first_words();
    for (size_t index = 0; index < sizeof groups / sizeof groups[0]; index++) {
        complete_group(groups[index]);
    }
    for (size_t index = 0; index < cli_command_count; index++) {
        complete_command(&cli_commands[index]);
    }
    fputs(completion_tail, stdout);
    return CLI_EXIT_OK;
}
