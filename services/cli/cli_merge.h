/* cli_merge: tickets about the same event, for whoever types their numbers or has them before him. */
#pragma once

#include "cli.h"

/* Sends it, to triage or to the unit's side, and prints what it did. 0 or a status. Before: the client is
 * open. */
MUST_CHECK int cli_merge_send(struct cli *cli, Paidan__Merge *wish);
MUST_CHECK int cli_merge_undo(struct cli *cli, Paidan__Unmerge *wish);
