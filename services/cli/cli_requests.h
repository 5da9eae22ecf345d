/* cli_requests: the table of what waits for a decision, or lapsed without one. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* All open, or all lapsed. Nothing for none. */
void cli_requests_print(struct cli *cli, Paidan__OpenRequest *const *requests, size_t count);
json_t *cli_requests_json(struct cli *cli, Paidan__OpenRequest *const *requests, size_t count);
