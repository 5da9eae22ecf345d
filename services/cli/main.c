/* paidan: the command line. See services/cli/README.md. Everything below this file is told which
 * commands there are by the table that is handed in here. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_login.h"
#include "cli_names.h"
#include "cli_parse.h"
#include "common/base/diag.h"

/* 0, or why standard output is not whole: the one place that asks, so that it is said once and ends with
 * the same status for each command. Where a part was lost long ago and errno with it, one more byte
 * asks again: what it is added to is of no use any more. */
static int flush_output(void)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return 0;
    }
    if (errno == 0 && write(STDOUT_FILENO, "\n", 1) == 1) {
        return EIO;
    }
    return errno;
}

int main(int argc, char **argv)
{
    struct cli cli;
    memset(&cli, 0, sizeof cli);
    cli.commands = &cli_commands;
    cli.grant = cli_login_grant;
    int status = cli_parse(&cli, argc, argv);
    if (status == CLI_EXIT_OK) {
        status = cli_setup(&cli);
    }
    /* Refusals are said here, in words; with --json nothing else may stand among them. */
    diag_init("", cli.json ? DIAG_NONE : DIAG_ERROR);
    const bool help = cli.command == NULL || cli_given(&cli, CLI_HELP);
    if (status == CLI_EXIT_OK && !help && !cli_given(&cli, CLI_VERSION)) {
        status = cli_names_resolve(&cli);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_given(&cli, CLI_VERSION) ? cli_help_version(&cli)
                 : help                       ? cli_help(&cli)
                                              : cli.command->run(&cli);
    }
    const int failed = flush_output();
    if (failed != 0) {
        static const struct cli_deed writing = {"结果没有写完", "the output is not whole"};
        status = cli_disk_fail(&cli, failed, &writing, "/dev/stdout");
    }
    cli_finish(&cli);
    return status;
}
