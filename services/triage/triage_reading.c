/* triage_reading: what dispatchers look at: the desk, page by page, and what triage knows of one
 * ticket. Owns nothing and changes nothing; works in a read transaction beside the next step. */

#include "triage_reading.h"

#include "common/base/check.h"
#include "common/say/number.h"

enum { DESK_LIST_DEFAULT = 100 };
/* Answers stay below a frame: an item is at most its note, title and codes. */
#define DESK_LIST_BYTES_MAX (3u << 20)

/* A field that is empty in the record is absent in the answer. failed: set when the arena is full.
 */
static char *text_or_null(struct arena *arena, const char *text, bool *failed)
{
    CHECK(text != NULL);
    CHECK(failed != NULL);
    if (text[0] == '\0') {
        return NULL;
    }
    char *made = arena_strdup(arena, text);
    *failed |= made == NULL;
    return made;
}

/* Copies, as all that goes into the answer. */
static char **code_list(struct arena *arena, const char codes[][CODE_BYTES_MAX + 1], uint32_t count,
                        bool *failed)
{
    CHECK(count <= TRIAGE_PROPOSALS_MAX);
    char **list = arena_alloc(arena, (count + 1) * sizeof *list); /* never of no bytes */
    if (list == NULL) {
        *failed = true;
        return NULL;
    }
    for (uint32_t index = 0; index < count; index++) {
        list[index] = arena_strdup(arena, codes[index]);
        *failed |= list[index] == NULL;
    }
    return list;
}

/* A row of the desk as an item of the answer; all of it is copied, for the row lies in the store's
 * map and the answer is packed after the walk. NULL: the arena is full. */
static Paidan__DeskItem *make_item(struct arena *arena, uint64_t ticket,
                                   const struct triage_desk *desk)
{
    CHECK(ticket != 0);
    bool failed = false;
    Paidan__DeskItem *item = arena_alloc(arena, sizeof *item);
    if (item == NULL) {
        return NULL;
    }
    paidan__desk_item__init(item);
    item->ticket = ticket;
    item->number = number_text(arena, ticket);
    failed = item->number == NULL;
    item->reasons = desk->reasons;
    item->n_categories = desk->category_count;
    item->categories = code_list(arena, desk->categories, desk->category_count, &failed);
    item->n_areas = desk->area_count;
    item->areas = code_list(arena, desk->areas, desk->area_count, &failed);
    item->title = text_or_null(arena, desk->title, &failed);
    item->channel = text_or_null(arena, desk->channel, &failed);
    item->since_ms = desk->since_ms;
    item->note = text_or_null(arena, desk->note, &failed);
    item->unit = text_or_null(arena, desk->unit, &failed);
    item->has_chases = desk->chases != 0;
    item->chases = desk->chases;
    return failed ? NULL : item;
}

/* One page of the desk; listed->next is set when there is more. */
static enum rc fill_page(struct step_view *view, struct store_walk *walk, uint32_t limit,
                         Paidan__DeskListed *listed)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    CHECK(listed->n_items == 0);
    size_t bytes = 0;
    enum rc rc = RC_OK;
    for (; rc == RC_OK; rc = store_walk_next(walk)) {
        /* Full. The row at which the walk stands is the first of the next page. */
        if (listed->n_items == limit || bytes > DESK_LIST_BYTES_MAX) {
            listed->has_next = 1;
            listed->next = listed->items[listed->n_items - 1]->ticket;
            return RC_OK;
        }
        struct triage_desk desk;
        uint64_t ticket = 0;
        if (triage_state_desk_read(walk, &ticket, &desk) != RC_OK) {
            return RC_CORRUPT;
        }
        Paidan__DeskItem *item = make_item(view->arena, ticket, &desk);
        if (item == NULL) {
            return RC_LIMIT;
        }
        listed->items[listed->n_items++] = item;
        /* A row is about as long stored as it is in the answer. */
        bytes += walk->value_bytes;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* By ticket, so the oldest first, and a page begins after any number, whether or not that
 * ticket is still there. */
enum rc triage_reading_list(struct step_view *view, const Paidan__DeskList *wish,
                            Paidan__Answer *answer)
{
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY__NOT_SET);
    const uint32_t limit = wish->has_limit && wish->limit != 0 ? wish->limit : DESK_LIST_DEFAULT;
    if (limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__TOO_MANY_ITEMS, "limit");
    }
    Paidan__DeskListed *listed = arena_alloc(view->arena, sizeof *listed);
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__desk_listed__init(listed);
    listed->items = arena_alloc(view->arena, limit * sizeof(Paidan__DeskItem *));
    if (listed->items == NULL) {
        return RC_LIMIT;
    }
    struct store_walk walk;
    enum rc rc = triage_state_desk_walk(view->txn, wish->has_after ? wish->after : 0, &walk);
    if (rc == RC_OK) {
        rc = fill_page(view, &walk, limit, listed);
    } else if (rc == RC_NOT_FOUND) {
        rc = RC_OK;
    }
    store_walk_close(&walk);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_DESK_LISTED;
    answer->desk_listed = listed;
    return rc;
}

/* Why the ticket was routed: the words in the decision, if triage made it and it is still there. */
static enum rc why_of(struct step_view *view, uint64_t seq, Paidan__TriageShown *shown)
{
    CHECK(shown->why == NULL);
    Paidan__Event *event = NULL;
    const enum rc rc = seq == 0 ? RC_NOT_FOUND : step_view_read(view, seq, &event);
    if (rc == RC_NOT_FOUND) {
        return RC_OK;
    }
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        shown->why = event->routed->why;
    }
    return rc;
}

/* What happened to it here: who sent it to the desk, who decided. */
static enum rc add_history(struct step_view *view, uint64_t last_seq, Paidan__TriageShown *shown)
{
    struct step_history history;
    CHECK(shown->n_history == 0);
    const enum rc rc = step_view_history(view, last_seq, &history);
    if (rc == RC_OK) {
        shown->n_history = shown->n_history_seqs = history.count;
        shown->history = history.records;
        shown->history_seqs = history.seqs;
    }
    return rc;
}

/* The number of the state travels, and the command line knows its word. */
enum rc triage_reading_show(struct step_view *view, const Paidan__TriageShow *wish,
                            Paidan__Answer *answer)
{
    struct triage_ticket record;
    enum rc rc = triage_state_get(view->txn, wish->ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_view_refuse(answer, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    Paidan__TriageShown *shown = arena_alloc(view->arena, sizeof *shown);
    if (rc != RC_OK || shown == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    CHECK(record.state != TRIAGE_NONE);
    bool failed = false;
    paidan__triage_shown__init(shown);
    shown->ticket = wish->ticket;
    shown->state = (uint32_t)record.state;
    shown->category = text_or_null(view->arena, record.category, &failed);
    shown->area = text_or_null(view->arena, record.area, &failed);
    shown->unit = text_or_null(view->arena, record.unit, &failed);
    shown->has_by_desk = 1;
    shown->by_desk = record.by_desk;
    shown->has_reasons = record.reasons != 0;
    shown->reasons = record.reasons;
    /* Proposals are in the desk's row alone: a ticket that left the desk has none any more. */
    struct triage_desk desk;
    rc = triage_state_desk_get(view->txn, wish->ticket, &desk);
    if (rc == RC_OK) {
        shown->n_categories = desk.category_count;
        shown->categories = code_list(view->arena, desk.categories, desk.category_count, &failed);
        shown->n_areas = desk.area_count;
        shown->areas = code_list(view->arena, desk.areas, desk.area_count, &failed);
    } else if (rc != RC_NOT_FOUND) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_TRIAGE_SHOWN;
    answer->triage_shown = shown;
    if (!failed && wish->has_history && wish->history) {
        rc = add_history(view, record.last_seq, shown);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return failed ? RC_LIMIT : why_of(view, record.decided_seq, shown);
}
