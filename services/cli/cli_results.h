/* cli_results: results per ticket, as answers to work, supervision and callbacks hold them. */
#pragma once

#include "cli.h"

/* Prints each; refusals on stderr. The status of the first refusal, or 0. */
int cli_results(struct cli *cli, Paidan__WorkResult *const *results, size_t count);
