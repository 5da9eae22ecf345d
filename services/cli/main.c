/* paidan: the command line. See services/cli/README.md. Everything below this file is told which
 * commands there are by the table that is handed in here. */

#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "cli_commands.h"
#include "cli_parse.h"

int main(int argc, char **argv)
{
    struct cli cli;
    memset(&cli, 0, sizeof cli);
    cli.commands = &cli_commands;
    int status = cli_parse(&cli, argc, argv);
    if (status == CLI_EXIT_OK) {
        status = cli_setup(&cli);
    }
    if (status == CLI_EXIT_OK) {
        status = cli.command == NULL || cli_given(&cli, CLI_HELP) ? cli_help(&cli)
                                                                  : cli.command->run(&cli);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        status = cli_fail(&cli, CLI_EXIT_IO, "无法写出结果", "cannot write the output", NULL);
    }
    cli_finish(&cli);
    return status;
}
