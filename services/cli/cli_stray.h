/* cli_stray: what fell between two services, for `alarms`: records that one of them refused, and
 * callbacks whose channel the site has no more. */
#pragma once

#include <jansson.h>

#include "cli.h"

/* Prints both, or adds them to the object (NULL: print). A service that does not answer within
 * timeout_ms is passed over: `ping` is there for that. */
void cli_stray_tell(struct cli *cli, uint64_t timeout_ms, json_t *object);
