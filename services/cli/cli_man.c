/* cli_man: the manual page in roff, made from the tables of commands and options and installed with
 * the program. English, with the Chinese summaries. Exit statuses stand here and in README.md. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"

/* Escapes what roff would read as its own: backslashes, dashes, dots at the start of a line. */
static void roff(const char *text)
{
    bool start = true;
    for (; *text != '\0'; text++) {
        if (start && (*text == '.' || *text == '\'')) {
            fputs("\\&", stdout);
        }
        start = *text == '\n';
        if (*text == '\\') {
            fputs("\\e", stdout);
        } else if (*text == '-') {
            fputs("\\-", stdout);
        } else {
            putchar(*text);
        }
    }
}

/* roff takes a leading dash for a minus: hence the backslashes. */
static void man_option(const struct cli_command *command, enum cli_option option)
{
    const struct cli_option_row *row = &cli_options[option];
    const struct cli_option_text said = cli_options_text(command, option);
    fputs(".TP\n.B ", stdout);
    if (row->letter != 0) {
        printf("\\-%c, ", row->letter);
    }
    fputs("\\-\\-", stdout);
    roff(row->name);
    if (said.metavar != NULL) {
        printf(" \\fI");
        roff(said.metavar);
        printf("\\fP");
    }
    putchar('\n');
    roff(said.en);
    putchar('\n');
}

/* What it does in both languages, then its options with the required ones first, as in the table. */
static void man_command(const struct cli_command *command)
{
    fputs(".SS \"", stdout);
    roff(command->name);
    if (command->operands[0] != '\0') {
        putchar(' ');
        roff(command->operands);
    }
    for (unsigned index = 0; index < command->required; index++) {
        printf(" \\-\\-");
        roff(cli_options[command->options[index]].name);
        putchar(' ');
        roff(cli_options_text(command, command->options[index]).metavar);
    }
    if (command->needs != NULL) {
        putchar(' ');
        roff(command->needs);
    }
    fputs("\"\n", stdout);
    roff(command->en);
    fputs(". ", stdout);
    roff(command->zh);
    fputs(".\n", stdout);
    if (command->more_en != NULL) {
        fputs(".PP\n", stdout);
        roff(command->more_en);
        putchar('\n');
    }
    for (unsigned index = 0; index < command->option_count; index++) {
        man_option(command, command->options[index]);
    }
}

static const char man_end[] =
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\ndone\n"
    ".TP\n.B 1\nstats do not agree, or a log does not verify or replay\n"
    ".TP\n.B 64\nthe command line is wrong\n"
    ".TP\n.B 65\nthe data given are refused; some rows of a table were refused\n"
    ".TP\n.B 66\nno such ticket, channel, category, area or unit\n"
    ".TP\n.B 69\nno answer from a service\n"
    ".TP\n.B 70\na store or log is damaged\n"
    ".TP\n.B 73\nno space: disk or map\n"
    ".TP\n.B 74\na file could not be read or written\n"
    ".TP\n.B 75\nbusy: try again later\n"
    ".TP\n.B 77\nthe rules do not allow it (state, lease, another unit's ticket)\n"
    ".TP\n.B 78\nthe site or a store's format is wrong\n"
    ".PP\nEach refusal is one line on standard error: paidan: CODE: sentence (detail); with "
    "\\-\\-json\n"
    "an object with code, zh, en, detail and status. The code is stable.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B PAIDAN_DATA\ndata folder of the instance\n"
    ".TP\n.B PAIDAN_ACTOR\nwho asks\n"
    ".TP\n.B NO_COLOR\nno colours\n"
    ".TP\n.B LC_ALL, LC_MESSAGES, LANG\nChinese when the first that is set begins with zh, else "
    "English\n";

int cli_man(struct cli *cli)
{
    const struct cli_commands *commands = cli->commands;
    printf(".TH PAIDAN 1 \"\" \"paidan %s\" \"Paidan\"\n", PAIDAN_VERSION);
    fputs(".SH NAME\npaidan \\- routes residents' complaints to whoever must solve them\n", stdout);
    fputs(".SH SYNOPSIS\n.B paidan\n[\\fIOPTION\\fP...] \\fICOMMAND\\fP [\\fIARGUMENT\\fP...]\n",
          stdout);
    fputs(".SH OPTIONS\nOptions may stand anywhere.\n", stdout);
    for (int option = 0; option < CLI_GLOBAL_COUNT; option++) {
        man_option(NULL, (enum cli_option)option);
    }
    fputs(".SH COMMANDS\n", stdout);
    for (size_t index = 0; index < commands->count; index++) {
        man_command(&commands->rows[index]);
    }
    fputs(man_end, stdout);
    return CLI_EXIT_OK;
}
