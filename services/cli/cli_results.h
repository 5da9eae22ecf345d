/* cli_results: results per ticket, as answers to work, supervision and callbacks hold them. */
#pragma once

#include "cli.h"

/* Prints each with what it led to; refusals on stderr, with who was faster. request_id:
 * of the wish, if escalation did it; NULL: it was an answer to callback, and travels first. The
 * status of the first refusal, or 0. */
int cli_results(struct cli *cli, Paidan__WorkResult *const *results, size_t count,
                const unsigned char *request_id);
