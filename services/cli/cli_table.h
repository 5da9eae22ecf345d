/* cli_table: complaints from a table, as people and other systems save it. */
#pragma once

#include "cli.h"

/* Hands in all rows of the file ("-": standard input), in batches. 0, or the status to exit with;
 * CLI_EXIT_DATA when rows were refused. */
MUST_CHECK int cli_table_submit(struct cli *cli, const char *path);
