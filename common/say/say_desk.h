/* say_desk: the dispatcher's desk beside escalation's tickets. Triage knows what lies at the desk,
 * escalation what units have; board, due, alarms and list show both. How the two are joined is
 * written here once, so that no two views disagree: the command line uses it, and whoever else
 * shows them to people. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Where a page of what is due begins in each of the two services. */
enum { SAY_DESK_CURSOR_BYTES = 17, SAY_DESK_TRIAGE_BYTES = 16 };
struct say_desk_place {
    uint8_t escalation[SAY_DESK_CURSOR_BYTES], triage[SAY_DESK_TRIAGE_BYTES];
};
/* Splits the cursor of a joined page (DueListed.next after say_desk_due). False: it is none; escalation
 * has a word for that. */
bool say_desk_due_place(const ProtobufCBinaryData *cursor, struct say_desk_place *place);
/* The desk's question that belongs to a page of what is due, but for its area and cursor. False: the
 * list has no desk: that of a unit, and of supervised tickets. */
bool say_desk_due_wish(const Paidan__DueList *due, Paidan__DeskList *desk);
/* Joins a page of each, both in order and asked for with the same room and from the same place: at most
 * room rows in listed, and listed->next for the page after them; no row is lost or told twice, also where
 * one of the services looked at fewer of its rows. False: the arena is full. */
bool say_desk_due(struct arena *arena, Paidan__DueListed *listed, const Paidan__DeskListed *desk,
                  const Paidan__DueList *due, uint64_t now_ms, size_t room);
/* The desk's question that belongs to a page by number, but for its area. False: none: the list of a
 * unit, or of a state that is not the desk's. */
bool say_desk_list_wish(const Paidan__List *list, Paidan__DeskList *desk);
/* A page of both lists by number, at most room rows in listed; listed->next: the number behind which the
 * next page begins. False: the arena is full. */
bool say_desk_list(struct arena *arena, Paidan__Listed *listed, const Paidan__DeskListed *desk,
                   const Paidan__List *list, uint64_t now_ms, size_t room);
/* Adds to the alarms what is overdue at the desk, at most room rows, and the older of the two moments
 * that did not fire. False: the arena is full. */
bool say_desk_alarms(struct arena *arena, Paidan__AlarmsShown *alarms,
                     const Paidan__DeskListed *desk, uint64_t now_ms, size_t room);
