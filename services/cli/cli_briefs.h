/* cli_briefs: the table of tickets for every listing. */
#pragma once

#include "cli.h"

void cli_briefs_print(struct cli *cli, Paidan__Brief *const *briefs, size_t count);
