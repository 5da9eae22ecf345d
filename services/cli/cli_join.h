/* cli_join: what both triage and escalation know a part of: the desk beside the units' tickets. */
#pragma once

#include "cli.h"

/* Asks triage for the desk. A wish of a unit's list has none, and neither has who may not see it: *desk
 * is then empty, with no counts.
 * 0 or a status (the refusal was printed). */
MUST_CHECK int cli_join_desk(struct cli *cli, Paidan__DeskList *wish,
                             const Paidan__DeskListed **desk);
/* The same while a board is on the screen: nothing is printed. */
MUST_CHECK int cli_join_desk_quiet(struct cli *cli, Paidan__DeskList *wish, uint32_t wait_ms,
                                   const Paidan__DeskListed **desk);
