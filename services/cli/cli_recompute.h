/* cli_recompute: stats --recompute. */
#pragma once

#include "cli.h"

/* Lets the archive service's own program compute the figures anew from the logs, and tells what it found. 0, 1:
 * they differ, or a status. */
MUST_CHECK int cli_recompute(struct cli *cli);
