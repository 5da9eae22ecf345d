/* say_desk: the dispatcher's desk beside escalation's tickets. Triage knows what lies at the desk,
 * escalation what units have; board, due, alarms and list show both. How the two are joined is
 * written here once, so that no two views disagree: the command line uses it, and whoever else
 * shows them to people. */
#pragma once

#include "command.pb-c.h"
#include "common/base/arena.h"

/* A row of the desk as the row of a ticket: state 待分拨 (of a return 退单待裁), no level, no unit
 * ("": the desk), and the desk's clock; its deadline has passed when it is not later than now_ms.
 * Points into item. NULL: the arena is full. */
Paidan__Brief *say_desk_brief(struct arena *arena, const Paidan__DeskItem *item, uint64_t now_ms);
/* Rows of both, by deadline, then by number; at most room of them, in *joined. briefs are in that
 * order already or not. False: the arena is full. */
bool say_desk_by_due(struct arena *arena, Paidan__Brief *const *briefs, size_t count,
                     const Paidan__DeskListed *desk, uint64_t now_ms, size_t room,
                     Paidan__Brief ***joined, size_t *joined_count);
/* Adds the desk to a board: its rows among the tickets, at most room in all, its counts, and what
 * is overdue there to what is overdue. False: the arena is full. */
bool say_desk_board(struct arena *arena, Paidan__Boarded *board, const Paidan__DeskListed *desk,
                    uint64_t now_ms, size_t room);
