/* say_desk: joins triage's answer about the desk with escalation's about its tickets. Owns nothing;
 * all that is made lies in the caller's arena. What must stay true: a ticket that a unit returned
 * has two deadlines, the unit's and the desk's, and so two rows; the numbers of a board are those of
 * the rows that the lists of due and overdue show. */

#include "common/say/say_desk.h"

#include <stdlib.h>

#include "common/base/check.h"
#include "common/say/say_brief.h"

Paidan__Brief *say_desk_brief(struct arena *arena, const Paidan__DeskItem *item, uint64_t now_ms)
{
    static char nobody[] = "";
    Paidan__Brief *brief = arena_alloc(arena, sizeof *brief);
    Paidan__ClockSet **clocks = arena_alloc(arena, sizeof(Paidan__ClockSet *));
    if (brief == NULL || clocks == NULL) {
        return NULL;
    }
    const bool returned = (item->reasons >> PAIDAN__DESK_REASON__DESK_RETURNED & 1u) != 0;
    paidan__brief__init(brief);
    brief->ticket = item->ticket;
    brief->number = item->number;
    brief->state = returned ? PAIDAN__STATE__STATE_RETURNED : PAIDAN__STATE__STATE_DESK;
    brief->unit = nobody;
    brief->category = item->category;
    brief->area = item->area;
    brief->has_urgency = item->has_urgency;
    brief->urgency = item->urgency;
    brief->title = item->title;
    brief->channel = item->channel;
    brief->has_chases = item->has_chases;
    brief->chases = item->chases;
    brief->has_registered_ms = item->has_registered_ms;
    brief->registered_ms = item->registered_ms;
    if (item->clock != NULL) {
        const bool missed = item->clock->due_ms <= now_ms;
        clocks[0] = item->clock;
        brief->clocks = clocks;
        brief->n_clocks = 1;
        brief->has_next_due_ms = !missed;
        brief->next_due_ms = item->clock->due_ms;
        brief->has_overdue_since_ms = missed;
        brief->overdue_since_ms = item->clock->due_ms;
    }
    return brief;
}

/* What has no deadline comes last. */
static int by_due(const void *a, const void *b)
{
    const Paidan__Brief *const first = *(Paidan__Brief *const *)a;
    const Paidan__Brief *const second = *(Paidan__Brief *const *)b;
    uint64_t first_ms = 0, second_ms = 0, warn_ms = 0;
    first_ms = say_brief_due(first, &first_ms, &warn_ms) ? first_ms : UINT64_MAX;
    second_ms = say_brief_due(second, &second_ms, &warn_ms) ? second_ms : UINT64_MAX;
    if (first_ms != second_ms) {
        return first_ms < second_ms ? -1 : 1;
    }
    return (first->ticket > second->ticket) - (first->ticket < second->ticket);
}

bool say_desk_by_due(struct arena *arena, Paidan__Brief *const *briefs, size_t count,
                     const Paidan__DeskListed *desk, uint64_t now_ms, size_t room,
                     Paidan__Brief ***joined, size_t *joined_count)
{
    CHECK(count == 0 || briefs != NULL);
    Paidan__Brief **rows = arena_alloc(arena, (count + desk->n_items + 1) * sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    for (size_t index = 0; index < count; index++) {
        rows[index] = briefs[index];
    }
    for (size_t index = 0; index < desk->n_items; index++) {
        rows[count + index] = say_desk_brief(arena, desk->items[index], now_ms);
        if (rows[count + index] == NULL) {
            return false;
        }
    }
    count += desk->n_items;
    qsort(rows, count, sizeof *rows, by_due);
    *joined = rows;
    *joined_count = count < room ? count : room;
    return true;
}

bool say_desk_board(struct arena *arena, Paidan__Boarded *board, const Paidan__DeskListed *desk,
                    uint64_t now_ms, size_t room)
{
    CHECK(!board->has_desk_waiting); /* once */
    if (!say_desk_by_due(arena, board->tickets, board->n_tickets, desk, now_ms, room,
                         &board->tickets, &board->n_tickets)) {
        return false;
    }
    board->has_desk_waiting = board->has_desk_overdue = true;
    board->desk_waiting = desk->waiting;
    board->desk_overdue = desk->overdue;
    board->has_desk_oldest_ms = desk->has_oldest_ms;
    board->desk_oldest_ms = desk->oldest_ms;
    board->overdue += desk->overdue;
    return true;
}
