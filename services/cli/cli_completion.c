/* cli_completion: a script for bash, made from the tables of commands and options, so that it knows
 * what this program knows. It needs nothing but bash: no file of ours is read while completing. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"
#include "cli_names.h"
#include "cli_parse.h"

static const char completion_head[] =
    "# bash completion for paidan; made by `paidan completion bash`\n"
    "_paidan_names() {\n"
    "    local index line\n"
    "    local -a data=()\n"
    "    for ((index = 1; index < COMP_CWORD; index++)); do\n"
    "        case ${COMP_WORDS[index]} in\n"
    "            --data) data=(--data \"${COMP_WORDS[index+1]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    COMPREPLY=()\n"
    "    while IFS= read -r line; do\n"
    "        [[ $line == \"$2\"* ]] && COMPREPLY+=(\"$(printf %q \"$line\")\")\n"
    "    done < <(\"${COMP_WORDS[0]}\" \"${data[@]}\" completion \"$1\" 2>/dev/null)\n"
    "}\n"
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
        static const char *const tables[] = {
            [CLI_NAMES_UNITS] = "units",
            [CLI_NAMES_AREAS] = "areas",
            [CLI_NAMES_CATEGORIES] = "categories",
            [CLI_NAMES_CHANNELS] = "channels",
        };
        if (row->names != CLI_NAMES_NONE) {
            printf("        --%s) _paidan_names %s \"$word\"; return ;;\n", row->name,
                   tables[row->names]);
            continue;
        }
        switch (row->argument) {
        case CLI_FILE:
            printf("        --%s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", row->name);
            break;
        case CLI_FOLDER:
            printf("        --%s) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n", row->name);
            break;
        case CLI_CHOICE:
            cli_options_choices(row, choices);
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

static void complete_command(const struct cli_commands *commands, const struct cli_command *command)
{
    const char *verb = strchr(command->name, ' ');
    unsigned used = 0;
    printf("        '%s'", command->name);
    verb = verb == NULL ? NULL : verb + 1;
    if (verb != NULL && cli_parse_find(commands, &verb, 1, &used) == command) {
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
static void complete_first_words(const struct cli_commands *commands)
{
    const char *before = "";
    printf("        '') COMPREPLY=($(compgen -W \"");
    for (size_t index = 0; index < commands->count; index++) {
        const char *name = commands->rows[index].name;
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

/* After the first word of a group, its verbs. */
static void complete_group(const struct cli_commands *commands, const char *group)
{
    const size_t size = strlen(group);
    printf("        '%s') COMPREPLY=($(compgen -W \"", group);
    for (size_t index = 0; index < commands->count; index++) {
        const char *name = commands->rows[index].name;
        if (strncmp(name, group, size) == 0 && name[size] == ' ') {
            printf("%s ", name + size + 1);
        }
    }
    printf("\" -- \"$word\")) ;;\n");
}

int cli_completion(struct cli *cli)
{
    const struct cli_commands *commands = cli->commands;
    static const char *const groups[] = {"work",  "supervise", "desk", "callback", "calendar",
                                         "clock", "policy",    "log",  "access"};
    if (cli_names_is_table(cli->operands[0])) {
        return cli_names_complete(cli, cli->operands[0]);
    }
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
    complete_first_words(commands);
    for (size_t index = 0; index < sizeof groups / sizeof groups[0]; index++) {
        complete_group(commands, groups[index]);
    }
    for (size_t index = 0; index < commands->count; index++) {
        complete_command(commands, &commands->rows[index]);
    }
    fputs(completion_tail, stdout);
    return CLI_EXIT_OK;
}
