/* say_desk: joins triage's answer about the desk with escalation's about its tickets. Owns nothing;
 * all that is made lies in the caller's arena. What must stay true: a ticket that a unit returned
 * has two deadlines, the unit's and the desk's, and so two rows; the numbers of a board are those of
 * the rows that the lists of due and overdue show; and no ticket falls between two pages or stands on
 * both, also where one of the services looked at fewer of its rows. */

#include "common/say/say_desk.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
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
    brief->has_confidential = brief->confidential =
        (item->reasons >> PAIDAN__DESK_REASON__DESK_CONFIDENTIAL & 1u) != 0;
    brief->has_chases = item->has_chases;
    brief->chases = item->chases;
    brief->has_registered_ms = item->has_registered_ms;
    brief->registered_ms = item->registered_ms;
    brief->has_outer_due_ms = item->has_outer_due_ms;
    brief->outer_due_ms = item->outer_due_ms;
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

/* ---- what is due, in pages --------------------------------------------------------------------
 *
 * Both services list by (moment, ticket), and the cursor of each is the place of its last row: triage's
 * the moment and the ticket, escalation's the same behind a byte that names the list. So one place says
 * where both go on. Its first byte is that of escalation's list; the highest bit says that the last row
 * was the desk's, which stands before a row of the units at the same place. */

enum { DUE_SOON = 1, DUE_OVERDUE = 2, DUE_OF_DESK = 0x80 };

struct place {
    uint64_t ms, ticket;
    bool of_units; /* not the desk's */
};

static bool is_before(const struct place *a, const struct place *b)
{
    return a->ms != b->ms           ? a->ms < b->ms
           : a->ticket != b->ticket ? a->ticket < b->ticket
                                    : !a->of_units && b->of_units;
}

static struct place place_of_item(const Paidan__DeskItem *item)
{
    return (struct place){.ms = item->clock == NULL ? 0 : item->clock->due_ms,
                          .ticket = item->ticket};
}

/* The row of a unit's ticket is at the earliest deadline of its running clocks, and these are the ones
 * that a brief holds. */
static struct place place_of_brief(const Paidan__Brief *brief)
{
    struct place place = {.ticket = brief->ticket, .of_units = true};
    uint64_t warn_ms = 0;
    place.ms = say_brief_due(brief, &place.ms, &warn_ms) ? place.ms : UINT64_MAX;
    return place;
}

bool say_desk_due_place(const ProtobufCBinaryData *cursor, struct say_desk_place *place)
{
    if (cursor->len != SAY_DESK_CURSOR_BYTES) {
        return false;
    }
    const uint64_t ticket = codec_u64_at(cursor->data + 1 + CODEC_U64_BYTES);
    const bool of_desk = (cursor->data[0] & DUE_OF_DESK) != 0;
    memcpy(place->escalation, cursor->data, SAY_DESK_CURSOR_BYTES);
    memcpy(place->triage, cursor->data + 1, SAY_DESK_TRIAGE_BYTES);
    place->escalation[0] = (uint8_t)(cursor->data[0] & ~(unsigned)DUE_OF_DESK);
    if (of_desk && ticket > 0) {
        /* Behind the desk's row a unit's row at the same place may still follow. */
        codec_set_u64(place->escalation + 1 + CODEC_U64_BYTES, ticket - 1);
    }
    return true;
}

static bool set_next(struct arena *arena, const Paidan__DueList *due, const struct place *place,
                     Paidan__DueListed *listed)
{
    uint8_t *data = arena_alloc(arena, SAY_DESK_CURSOR_BYTES);
    if (data == NULL) {
        return false;
    }
    const unsigned list = due->has_overdue && due->overdue ? DUE_OVERDUE : DUE_SOON;
    data[0] = (uint8_t)(list | (place->of_units ? 0u : (unsigned)DUE_OF_DESK));
    codec_set_u64(data + 1, place->ms);
    codec_set_u64(data + 1 + CODEC_U64_BYTES, place->ticket);
    listed->has_next = true;
    listed->next = (ProtobufCBinaryData){.len = SAY_DESK_CURSOR_BYTES, .data = data};
    return true;
}

/* Up to where both have told all they know: the nearer of the ends of pages that were cut. */
static bool due_reach(const Paidan__DueListed *listed, const Paidan__DeskListed *desk,
                      struct place *end)
{
    bool cut = listed->has_next && listed->next.len == SAY_DESK_CURSOR_BYTES;
    if (cut) {
        *end = (struct place){.ms = codec_u64_at(listed->next.data + 1),
                              .ticket = codec_u64_at(listed->next.data + 1 + CODEC_U64_BYTES),
                              .of_units = true};
    }
    if (desk->has_cursor && desk->cursor.len == SAY_DESK_TRIAGE_BYTES) {
        const struct place of_desk = {.ms = codec_u64_at(desk->cursor.data),
                                      .ticket = codec_u64_at(desk->cursor.data + CODEC_U64_BYTES)};
        if (!cut || is_before(&of_desk, end)) {
            *end = of_desk;
        }
        cut = true;
    }
    return cut;
}

bool say_desk_due_wish(const Paidan__DueList *due, Paidan__DeskList *desk)
{
    const bool overdue = due->has_overdue && due->overdue;
    if (due->unit != NULL || (due->has_supervised && due->supervised)) {
        return false;
    }
    desk->has_by_due = desk->by_due = 1;
    desk->has_limit = due->has_limit;
    desk->limit = due->limit;
    desk->has_overdue = desk->overdue = overdue;
    desk->has_ahead = desk->ahead = !overdue;
    desk->has_until_ms = due->has_until_ms;
    desk->until_ms = due->until_ms;
    return true;
}

/* A list of one channel's tickets: triage does not choose by it. */
static bool fits(const char *channel, const Paidan__DeskItem *item)
{
    return channel == NULL || (item->channel != NULL && strcmp(channel, item->channel) == 0);
}

bool say_desk_due(struct arena *arena, Paidan__DueListed *listed, const Paidan__DeskListed *desk,
                  const Paidan__DueList *due, uint64_t now_ms, size_t room)
{
    Paidan__Brief **rows = arena_alloc(arena, room * sizeof *rows);
    struct place end = {.ms = 0}, last = {.ms = 0};
    const bool cut = due_reach(listed, desk, &end);
    size_t made = 0, of_units = 0, of_desk = 0;
    bool more = cut;
    CHECK(room > 0);
    if (rows == NULL) {
        return false;
    }
    while (of_units < listed->n_tickets || of_desk < desk->n_items) {
        struct place unit = {.ms = UINT64_MAX}, waiting = {.ms = 0};
        if (of_units < listed->n_tickets) {
            unit = place_of_brief(listed->tickets[of_units]);
        }
        if (of_desk < desk->n_items) {
            waiting = place_of_item(desk->items[of_desk]);
        }
        const bool take_desk = of_units == listed->n_tickets ||
                               (of_desk < desk->n_items && is_before(&waiting, &unit));
        const struct place *place = take_desk ? &waiting : &unit;
        if (cut && is_before(&end, place)) {
            break; /* the other service has not come so far */
        }
        if (made == room) {
            end = last;
            more = true;
            break;
        }
        last = *place;
        const Paidan__DeskItem *item = take_desk ? desk->items[of_desk] : NULL;
        of_desk += take_desk ? 1 : 0;
        if (item == NULL) {
            rows[made++] = listed->tickets[of_units++];
        } else if (fits(due->channel, item)) {
            rows[made] = say_desk_brief(arena, item, now_ms);
            if (rows[made++] == NULL) {
                return false;
            }
        }
    }
    listed->tickets = rows;
    listed->n_tickets = made;
    listed->has_next = false;
    return !more || set_next(arena, due, &end, listed);
}

/* ---- by number, in pages ----------------------------------------------------------------------
 */

static bool is_nearer(uint64_t a, uint64_t b, bool newest)
{
    return newest ? a > b : a < b;
}

/* The number up to which both services have told all they know. */
static bool list_reach(const Paidan__Listed *page, const Paidan__DeskListed *desk, bool newest,
                       uint64_t *until)
{
    bool some = page->has_next;
    *until = page->next;
    if (desk->has_next && (!some || is_nearer(desk->next, *until, newest))) {
        *until = desk->next;
        some = true;
    }
    return some;
}

/* Only new tickets, for returns are among escalation's, unless the desk's own list is asked for. */
bool say_desk_list_wish(const Paidan__List *list, Paidan__DeskList *desk)
{
    const bool only = list->has_state && list->state == PAIDAN__STATE__STATE_DESK;
    if (list->unit != NULL || (list->has_state && !only)) {
        return false;
    }
    desk->has_after = list->has_cursor;
    desk->after = list->cursor;
    desk->has_limit = list->has_limit;
    desk->limit = list->limit;
    desk->category = list->category;
    desk->has_since_ms = list->has_since_ms;
    desk->since_ms = list->since_ms;
    desk->has_newest_first = list->has_newest_first;
    desk->newest_first = list->newest_first;
    desk->has_new_only = desk->new_only = !only;
    return true;
}

bool say_desk_list(struct arena *arena, Paidan__Listed *listed, const Paidan__DeskListed *desk,
                   const Paidan__List *list, uint64_t now_ms, size_t room)
{
    const bool newest = list->has_newest_first && list->newest_first;
    Paidan__Brief **rows = arena_alloc(arena, room * sizeof *rows);
    uint64_t until = 0;
    const bool cut = list_reach(listed, desk, newest, &until);
    size_t made = 0, of_page = 0, of_desk = 0;
    CHECK(room > 0);
    if (rows == NULL) {
        return false;
    }
    listed->has_next = cut;
    listed->next = until;
    while (of_page < listed->n_tickets || of_desk < desk->n_items) {
        const bool take_desk =
            of_page == listed->n_tickets ||
            (of_desk < desk->n_items &&
             is_nearer(desk->items[of_desk]->ticket, listed->tickets[of_page]->ticket, newest));
        const uint64_t ticket =
            take_desk ? desk->items[of_desk]->ticket : listed->tickets[of_page]->ticket;
        if (cut && is_nearer(until, ticket, newest)) {
            break; /* the other service has not come so far */
        }
        if (made == room) {
            listed->has_next = true;
            listed->next = rows[made - 1]->ticket;
            break;
        }
        const Paidan__DeskItem *item = take_desk ? desk->items[of_desk] : NULL;
        of_desk += take_desk ? 1 : 0;
        if (item == NULL) {
            rows[made++] = listed->tickets[of_page++];
        } else if (fits(list->channel, item)) {
            rows[made] = say_desk_brief(arena, item, now_ms);
            if (rows[made++] == NULL) {
                return false;
            }
        }
    }
    listed->tickets = rows;
    listed->n_tickets = made;
    return true;
}

/* ---- alarms -----------------------------------------------------------------------------------
 */

bool say_desk_alarms(struct arena *arena, Paidan__AlarmsShown *alarms,
                     const Paidan__DeskListed *desk, uint64_t now_ms, size_t room)
{
    CHECK(!alarms->has_desk_count); /* once */
    alarms->has_desk_count = true;
    alarms->desk_count = desk->overdue;
    const bool older =
        desk->has_oldest_unfired_ms &&
        (!alarms->has_oldest_unfired_ms || desk->oldest_unfired_ms < alarms->oldest_unfired_ms);
    if (older) {
        alarms->has_oldest_unfired_ms = true;
        alarms->oldest_unfired_ms = desk->oldest_unfired_ms;
    }
    return say_desk_by_due(arena, NULL, 0, desk, now_ms, room, &alarms->desk, &alarms->n_desk);
}
