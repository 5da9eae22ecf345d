/* cli_join: what both triage and escalation know a part of: the desk beside the units' tickets. */
#pragma once

#include "cli.h"

/* Asks triage for the desk. A wish of a unit's list has none: *desk is then empty, with no counts.
 * 0 or a status (the refusal was printed). */
MUST_CHECK int cli_join_desk(struct cli *cli, Paidan__DeskList *wish,
                             const Paidan__DeskListed **desk);
/* The same while a board is on the screen: nothing is printed. */
MUST_CHECK int cli_join_desk_quiet(struct cli *cli, Paidan__DeskList *wish, uint32_t wait_ms,
                                   const Paidan__DeskListed **desk);
/* A page of both lists by number: rows up to `room`, in joined; *next is the number behind which
 * the next page begins, 0: that was the end. newest: the other way round. False: no memory. */
bool cli_join_by_number(struct cli *cli, const Paidan__Listed *page, const Paidan__DeskListed *desk,
                        bool newest, size_t room, Paidan__Brief ***joined, size_t *count,
                        uint64_t *next);
