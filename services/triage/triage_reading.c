/* triage_reading: what is seen of the desk: lists of it in any order with its counts, one ticket with
 * its history, and what its clock counted. Owns nothing and changes nothing; works in a read
 * transaction beside the next step. What must stay true: board, lists, alarms and the desk's own page
 * are all answered from the same two orders, so that none of them knows of a ticket that another
 * does not; and a deadline has passed here when it is not later than now, wherever it is asked. */
#include "triage_reading.h"
#include "common/wire/wire.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/say/number.h"
#include "common/step/step_explain.h"
#include "common/store/due.h"
#include "common/store/store_group.h"
#include "triage_clock.h"
#include "triage_desk.h"

enum {
    DESK_LIST_DEFAULT = 100,
    /* Rows looked at for one page: 2,000 take about 5 ms, so that a filter that fits nothing does
     * not hold up others. */
    SCAN_MAX = 2000,
    JUDGED_BYTES_MAX = 3300, /* its lists and words as long as wire_bounds lets them be */
    CURSOR_BYTES = TRIAGE_ORDER_BYTES - 1, /* ms and ticket of the last row looked at */
};
/* In the moment of a cursor, which no moment reaches: it stands among those taken back. */
#define CURSOR_RECALLED (1ull << 63)
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

/* The record's clock as every clock travels. NULL: it has none, or (failed) the arena is full. */
static Paidan__ClockSet *picture(struct arena *arena, const struct triage_clock *clock,
                                 bool *failed)
{
    if (clock->due_ms == 0) {
        return NULL;
    }
    Paidan__ClockSet *set = arena_alloc(arena, sizeof *set);
    if (set == NULL) {
        *failed = true;
        return NULL;
    }
    paidan__clock_set__init(set);
    set->clock = PAIDAN__CLOCK__CLOCK_DESK;
    set->start_ms = clock->start_ms;
    set->due_ms = clock->due_ms;
    set->has_warn_ms = clock->warn_ms != 0;
    set->warn_ms = clock->warn_ms;
    set->has_warn_amount_ms = clock->warn_ms != 0;
    set->warn_amount_ms = clock->warn_amount_ms;
    set->has_bound_ms = clock->bound_ms != 0;
    set->bound_ms = clock->bound_ms;
    set->calendar = text_or_null(arena, clock->calendar, failed);
    set->has_amount_ms = set->has_unit = set->has_start_rule = set->has_end_rule = true;
    set->amount_ms = clock->amount_ms;
    set->unit = (Paidan__TimeUnit)clock->unit;
    set->start_rule = (Paidan__StartRule)clock->start_rule;
    set->end_rule = (Paidan__EndRule)clock->end_rule;
    return set;
}

static void add_clock(struct arena *arena, const struct triage_desk *desk, Paidan__DeskItem *item,
                      bool *failed)
{
    CHECK(desk->urgency <= PAIDAN__URGENCY__URGENCY_EMERGENCY); /* bounded where it is read */
    item->clock = picture(arena, &desk->clock, failed);
    item->has_alarms = item->has_next_alarm_ms = desk->clock.alarms != 0;
    item->alarms = desk->clock.alarms;
    item->next_alarm_ms = desk->clock.next_alarm_ms;
    item->has_urgency = desk->urgency != 0;
    item->urgency = (Paidan__Urgency)desk->urgency;
}

/* A row of the desk as an item of the answer; all of it is copied, for the row lies in the store's
 * map and the answer is packed after the walk. NULL: the arena is full. */
static Paidan__DeskItem *make_item(struct step_view *view, uint64_t ticket,
                                   const struct triage_desk *desk)
{
    struct arena *arena = view->arena;
    size_t members = 0;
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
    item->has_registered_ms = true;
    item->registered_ms = desk->registered_ms;
    item->has_outer_due_ms = desk->outer_due_ms != 0;
    item->outer_due_ms = desk->outer_due_ms;
    item->category = text_or_null(arena, triage_state_category(desk), &failed);
    item->area = text_or_null(arena, triage_state_area(desk), &failed);
    add_clock(arena, desk, item, &failed);
    /* Of a store that cannot be read it would not have come here: a row was read before. */
    const enum rc rc = store_group_members(view->txn, TRIAGE_TABLE_MEMBER, ticket, 0,
                                           GROUP_MEMBERS_MAX, NULL, &members);
    item->has_members = rc == RC_OK && members > 0;
    item->members = (uint32_t)members;
    return failed ? NULL : item;
}

/* What triage judged when the ticket came in: the evidence of its first fact, as long as the log has
 * it. What only those that follow the log need is left out. NULL in *judged: there is none. */
static enum rc judged_of(struct step_view *view, uint64_t first_seq, Paidan__Judged **judged)
{
    Paidan__Event *event = NULL;
    *judged = NULL;
    const enum rc rc = first_seq == 0 ? RC_NOT_FOUND : step_view_read(view, first_seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_ROUTED) {
        *judged = event->routed->judged;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_DESKED) {
        *judged = event->desked->judged;
    } else if (event->fact_case == PAIDAN__EVENT__FACT_MERGED) {
        *judged = event->merged->judged;
    }
    if (*judged != NULL) {
        (*judged)->has_sketch = false;
    }
    return RC_OK;
}

/* A site that keeps no evidence has nothing to read for each row. */
static enum rc add_judged(struct step_view *view, uint64_t ticket, Paidan__DeskItem *item)
{
    struct triage_ticket record;
    CHECK(item->judged == NULL);
    if (!site_triage_active(view->site) && view->site->rules == NULL) {
        return RC_OK;
    }
    const enum rc rc = triage_state_get(view->txn, ticket, &record);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* each row of the desk is a ticket */
    }
    return judged_of(view, record.first_seq, &item->judged);
}

/* ---- the desk in pages ---- */

struct page {
    struct step_view *view;
    const Paidan__DeskList *wish;
    uint32_t area, category; /* asked for; SITE_NONE: any */
    uint32_t limit, seen;
    bool recalled_first; /* those taken back stand before the others */
    size_t bytes;
    Paidan__DeskListed *listed;
};

static bool within_category(const struct site *site, const char *code, uint32_t ancestor)
{
    CHECK(ancestor != SITE_NONE); /* or what is unknown would lie within it */
    uint32_t category = code[0] == '\0' ? SITE_NONE : site_category_find(site, code);
    while (category != SITE_NONE && category != ancestor) {
        category = site->categories[category].parent;
    }
    return category == ancestor;
}

/* A place that is not known lies in no area. */
static bool within_area(const struct site *site, const char *code, uint32_t ancestor)
{
    CHECK(ancestor != SITE_NONE);
    const uint32_t area = code[0] == '\0' ? SITE_NONE : site_area_find(site, code);
    return area != SITE_NONE && site_area_within(site, area, ancestor);
}

static bool is_asked_for(const struct page *page, const struct triage_desk *desk)
{
    const struct site *site = page->view->site;
    const Paidan__DeskList *wish = page->wish;
    const bool returned = (desk->reasons >> PAIDAN__DESK_REASON__DESK_RETURNED & 1u) != 0;
    return !(returned && wish->has_new_only && wish->new_only) &&
           !(wish->has_since_ms && desk->registered_ms < wish->since_ms) &&
           (page->area == SITE_NONE || within_area(site, triage_state_area(desk), page->area)) &&
           (page->category == SITE_NONE ||
            within_category(site, triage_state_category(desk), page->category));
}

/* Before the next row: whether the page is at its end. An item is about as long stored as it is in
 * the answer: its size is bounded by its codes, title and note. */
static bool is_full(const struct page *page)
{
    CHECK(page->listed->n_items <= page->limit);
    CHECK(page->seen <= SCAN_MAX);
    return page->listed->n_items == page->limit || page->bytes > DESK_LIST_BYTES_MAX ||
           page->seen == SCAN_MAX;
}

static enum rc add_row(struct page *page, uint64_t ticket, const struct triage_desk *desk)
{
    CHECK(!is_full(page)); /* looked at before each row */
    page->seen++;
    if (!is_asked_for(page, desk)) {
        return RC_OK;
    }
    Paidan__DeskItem *item = make_item(page->view, ticket, desk);
    if (item == NULL) {
        return RC_LIMIT;
    }
    page->bytes += sizeof *desk; /* never less than what it packs to */
    page->listed->items[page->listed->n_items++] = item;
    const enum rc rc = add_judged(page->view, ticket, item);
    page->bytes += item->judged == NULL ? 0 : JUDGED_BYTES_MAX;
    return rc;
}

/* By ticket, and a page begins behind any number, whether or not that ticket is still there. */
static enum rc fill_by_ticket(struct page *page)
{
    const Paidan__DeskList *wish = page->wish;
    const bool newest = wish->has_newest_first && wish->newest_first;
    struct store_walk walk;
    uint64_t last = 0;
    enum rc rc =
        newest ? triage_state_desk_walk_last(
                     page->view->txn,
                     wish->has_after && wish->after != 0 ? wish->after : UINT64_MAX, &walk)
               : triage_state_desk_walk(page->view->txn, wish->has_after ? wish->after : 0, &walk);
    for (; rc == RC_OK; rc = newest ? store_walk_prev(&walk) : store_walk_next(&walk)) {
        /* The row at which the walk stands is the first of the next page. */
        if (is_full(page)) {
            page->listed->has_next = 1;
            page->listed->next = last;
            break;
        }
        struct triage_desk desk;
        rc = triage_state_desk_read(&walk, &last, &desk);
        rc = rc == RC_OK ? add_row(page, last, &desk) : rc;
        if (rc != RC_OK) {
            break;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc add_cursor(struct page *page, enum triage_order order, uint64_t ms, uint64_t ticket)
{
    CHECK(page->listed->n_items > 0 || page->seen > 0); /* a page that saw nothing is not cut */
    CHECK(!page->listed->has_cursor);
    CHECK((ms & CURSOR_RECALLED) == 0);
    unsigned char *cursor = arena_alloc(page->view->arena, CURSOR_BYTES);
    if (cursor == NULL) {
        return RC_LIMIT;
    }
    codec_set_u64(cursor, order == TRIAGE_RECALLED ? ms | CURSOR_RECALLED : ms);
    codec_set_u64(cursor + CODEC_U64_BYTES, ticket);
    page->listed->has_cursor = true;
    page->listed->cursor = (ProtobufCBinaryData){.len = CURSOR_BYTES, .data = cursor};
    return RC_OK;
}

static enum rc add_ticket(struct page *page, enum triage_order order, uint64_t ticket)
{
    struct triage_desk desk;
    const enum rc rc = triage_state_desk_get(page->view->txn, ticket, &desk);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (order == TRIAGE_BY_DUE && page->recalled_first && triage_state_recalled(&desk)) {
        page->seen++;
        return RC_OK;
    }
    return add_row(page, ticket, &desk);
}

/* Where the list begins and ends: the missed deadlines, those to come, or all. */
static void bounds_of(const struct page *page, uint64_t *from_ms, uint64_t *until_ms)
{
    const Paidan__DeskList *wish = page->wish;
    const uint64_t now_ms = page->view->now_ms;
    *from_ms = wish->has_ahead && wish->ahead ? now_ms + 1 : 0;
    *until_ms = wish->has_until_ms ? wish->until_ms : UINT64_MAX;
    if (wish->has_overdue && wish->overdue && *until_ms > now_ms) {
        *until_ms = now_ms;
    }
}

/* Rows of one order from that moment and ticket on, until the page is full (*cut: the cursor is set) or
 * the order ends. */
static enum rc fill_order(struct page *page, enum triage_order order, uint64_t ms, uint64_t ticket,
                          uint64_t until_ms, bool *cut)
{
    struct store_walk walk;
    uint64_t last_ms = 0, last = 0;
    CHECK(!*cut);
    enum rc rc = triage_state_order_walk(page->view->txn, order, ms, ticket, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        rc = triage_state_order_read(&walk, order, &ms, &ticket);
        if (rc != RC_OK || ms > until_ms) {
            break;
        }
        if (is_full(page)) {
            *cut = true;
            rc = add_cursor(page, order, last_ms, last);
            break;
        }
        last_ms = ms;
        last = ticket;
        rc = add_ticket(page, order, ticket);
        if (rc != RC_OK) {
            break;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* What was taken back comes first, where all of the desk is asked for: whoever did so is about to decide
 * again. Where deadlines are asked for it stands among them. */
static enum rc fill_by_due(struct page *page)
{
    const Paidan__DeskList *wish = page->wish;
    uint64_t ms = 0, until_ms = 0, ticket = 0;
    bool cut = false;
    bounds_of(page, &ms, &until_ms);
    page->recalled_first = ms == 0 && until_ms == UINT64_MAX;
    enum triage_order order = page->recalled_first ? TRIAGE_RECALLED : TRIAGE_BY_DUE;
    if (wish->has_cursor) {
        CHECK(wish->cursor.len == CURSOR_BYTES); /* judged with the wish */
        const uint64_t at_ms = codec_u64_at(wish->cursor.data) & ~CURSOR_RECALLED;
        const bool recalled = (codec_u64_at(wish->cursor.data) & CURSOR_RECALLED) != 0;
        order = recalled && page->recalled_first ? TRIAGE_RECALLED : TRIAGE_BY_DUE;
        ticket = at_ms >= ms ? codec_u64_at(wish->cursor.data + CODEC_U64_BYTES) + 1 : 0;
        ms = at_ms > ms ? at_ms : ms;
    }
    enum rc rc = RC_OK;
    if (order == TRIAGE_RECALLED) {
        rc = fill_order(page, order, ms, ticket, until_ms, &cut);
        ms = ticket = 0;
    }
    return rc == RC_OK && !cut ? fill_order(page, TRIAGE_BY_DUE, ms, ticket, until_ms, &cut) : rc;
}

/* ---- the desk in numbers ---- */

static void count_one(struct page *page, const struct triage_desk *desk)
{
    Paidan__DeskListed *listed = page->listed;
    listed->waiting++;
    listed->overdue += desk->clock.due_ms != 0 && desk->clock.due_ms <= page->view->now_ms ? 1 : 0;
    if (!listed->has_oldest_ms || desk->since_ms < listed->oldest_ms) {
        listed->has_oldest_ms = true;
        listed->oldest_ms = desk->since_ms;
    }
}

/* Of an area: all of the desk is looked at, about 2 us a ticket. */
static enum rc count_of_area(struct page *page)
{
    CHECK(page->area != SITE_NONE);
    struct store_walk walk;
    enum rc rc = triage_state_desk_walk(page->view->txn, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct triage_desk desk;
        uint64_t ticket = 0;
        rc = triage_state_desk_read(&walk, &ticket, &desk);
        if (rc != RC_OK) {
            break;
        }
        if (within_area(page->view->site, triage_state_area(&desk), page->area)) {
            count_one(page, &desk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Of all: the gauge, the missed ones at the front of one order, the first of the other. */
static enum rc count_all(struct page *page)
{
    Paidan__DeskListed *listed = page->listed;
    struct store_walk walk;
    uint64_t ms = 0, ticket = 0;
    listed->waiting = page->view->tally->values[TRIAGE_TALLY_DESK_OPEN];
    enum rc rc = triage_state_order_walk(page->view->txn, TRIAGE_BY_DUE, 0, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        rc = triage_state_order_read(&walk, TRIAGE_BY_DUE, &ms, &ticket);
        if (rc != RC_OK || ms > page->view->now_ms) {
            break;
        }
        listed->overdue++;
    }
    store_walk_close(&walk);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    rc = triage_state_order_walk(page->view->txn, TRIAGE_BY_SINCE, 0, 0, &walk);
    rc = rc == RC_OK ? triage_state_order_read(&walk, TRIAGE_BY_SINCE, &ms, &ticket) : rc;
    store_walk_close(&walk);
    listed->has_oldest_ms = rc == RC_OK;
    listed->oldest_ms = rc == RC_OK ? ms : 0;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A moment that has passed and did not fire: triage stands still. */
static enum rc add_unfired(struct page *page)
{
    struct due due;
    const enum rc rc = due_first(page->view->txn, &due);
    if (rc == RC_OK && due.due_ms < page->view->now_ms) {
        page->listed->has_oldest_unfired_ms = true;
        page->listed->oldest_unfired_ms = due.due_ms;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc add_counts(struct page *page)
{
    page->listed->has_waiting = page->listed->has_overdue = true;
    const enum rc rc = page->area == SITE_NONE ? count_all(page) : count_of_area(page);
    return rc == RC_OK ? add_unfired(page) : rc;
}

/* OK, or what is wrong with the wish; *detail names it. */
static Paidan__Code take_wish(struct page *page, const char **detail)
{
    const struct site *site = page->view->site;
    const Paidan__DeskList *wish = page->wish;
    page->limit = wish->has_limit && wish->limit != 0 ? wish->limit : DESK_LIST_DEFAULT;
    page->area = wish->area == NULL ? SITE_NONE : site_area_find(site, wish->area);
    page->category = wish->category == NULL ? SITE_NONE : site_category_find(site, wish->category);
    if (page->limit > LIST_MAX) {
        *detail = "limit";
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    if (wish->area != NULL && page->area == SITE_NONE) {
        *detail = "area";
        return PAIDAN__CODE__AREA_UNKNOWN;
    }
    if (wish->category != NULL && page->category == SITE_NONE) {
        *detail = "category";
        return PAIDAN__CODE__CATEGORY_UNKNOWN;
    }
    *detail = "cursor";
    return wish->has_cursor && wish->cursor.len != CURSOR_BYTES ? PAIDAN__CODE__FIELD_INVALID
                                                                : PAIDAN__CODE__OK;
}

enum rc triage_reading_list(struct step_view *view, const Paidan__DeskList *wish,
                            Paidan__Answer *answer)
{
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY__NOT_SET);
    struct page page = {.view = view, .wish = wish};
    const char *detail = NULL;
    const Paidan__Code code = take_wish(&page, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_view_refuse(answer, code, detail);
    }
    page.listed = arena_alloc(view->arena, sizeof *page.listed);
    if (page.listed == NULL) {
        return RC_LIMIT;
    }
    paidan__desk_listed__init(page.listed);
    page.listed->items = arena_alloc(view->arena, page.limit * sizeof(Paidan__DeskItem *));
    if (page.listed->items == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = wish->has_by_due && wish->by_due ? fill_by_due(&page) : fill_by_ticket(&page);
    if (rc == RC_OK) {
        rc = add_counts(&page);
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_DESK_LISTED;
    answer->desk_listed = page.listed;
    return rc;
}

/* ---- one ticket ---- */

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

/* The letters of a ticket (Judged.sketch) are for triage alone. Only a first fact carries them, and it
 * stands first, unless the history is too long to reach back to it. */
static enum rc hide_sketch(struct step_view *view, ProtobufCBinaryData *first)
{
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    CHECK(first->data != NULL);
    enum rc rc = wire_unpack(view->arena, &paidan__event__descriptor, first->data, first->len,
                             &message, &error);
    if (rc != RC_OK) {
        return rc == RC_INVALID ? RC_CORRUPT : rc;
    }
    const Paidan__Event *const event = (const Paidan__Event *)(const void *)message;
    Paidan__Judged *const judged =
        event->fact_case == PAIDAN__EVENT__FACT_ROUTED   ? event->routed->judged
        : event->fact_case == PAIDAN__EVENT__FACT_DESKED ? event->desked->judged
        : event->fact_case == PAIDAN__EVENT__FACT_MERGED ? event->merged->judged
                                                         : NULL;
    if (judged == NULL || !judged->has_sketch) {
        return RC_OK;
    }
    judged->has_sketch = false;
    judged->sketch = (ProtobufCBinaryData){.data = NULL, .len = 0};
    return wire_pack(view->arena, message, &first->data, &first->len);
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
    return rc == RC_OK && history.count > 0 ? hide_sketch(view, &history.records[0]) : rc;
}

/* 并单: into which ticket, or which ones into this. */
static enum rc add_group(struct step_view *view, uint64_t ticket, Paidan__TriageShown *shown)
{
    CHECK(shown->n_members == 0);
    enum rc rc = store_group_head(view->txn, TRIAGE_TABLE_MEMBER, ticket, &shown->merged_into);
    shown->has_merged_into = rc == RC_OK;
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    shown->members = arena_alloc(view->arena, GROUP_MEMBERS_MAX * sizeof *shown->members);
    return shown->members == NULL
               ? RC_LIMIT
               : store_group_members(view->txn, TRIAGE_TABLE_MEMBER, ticket, 0, GROUP_MEMBERS_MAX,
                                     shown->members, &shown->n_members);
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
        shown->desk = make_item(view, wish->ticket, &desk);
        failed = failed || shown->desk == NULL;
    } else if (rc != RC_NOT_FOUND) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_TRIAGE_SHOWN;
    answer->triage_shown = shown;
    rc = failed ? RC_LIMIT : why_of(view, record.decided_seq, shown);
    rc = rc == RC_OK ? judged_of(view, record.first_seq, &shown->judged) : rc;
    rc = rc == RC_OK ? add_group(view, wish->ticket, shown) : rc;
    return rc == RC_OK && wish->has_history && wish->history
               ? add_history(view, record.last_seq, shown)
               : rc;
}

/* ---- what the clock counted ---- */

/* The rule in words, as site.yaml writes it. */
static char *rule_of(struct arena *arena, const struct triage_desk *desk)
{
    static const char *const urgencies[] = {"normal", "normal", "urgent", "emergency"};
    CHECK(desk->urgency < sizeof urgencies / sizeof urgencies[0]);
    return arena_printf(arena, "site.yaml desk: %s", urgencies[desk->urgency]);
}

static enum rc explain_desk(struct step_view *view, const struct triage_desk *desk,
                            Paidan__Explained *explained)
{
    const struct calendar *calendar = NULL;
    struct calendar_term term;
    bool failed = false;
    Paidan__ExplainedClock *clock = arena_alloc(view->arena, sizeof *clock);
    Paidan__ExplainedClock **list = arena_alloc(view->arena, sizeof(Paidan__ExplainedClock *));
    if (clock == NULL || list == NULL) {
        return RC_LIMIT;
    }
    paidan__explained_clock__init(clock);
    list[0] = clock;
    clock->set = picture(view->arena, &desk->clock, &failed);
    clock->policy = rule_of(view->arena, desk);
    clock->has_stopped = clock->has_expired = true;
    clock->expired = desk->clock.due_ms <= view->now_ms;
    explained->n_clocks = 1;
    explained->clocks = list;
    triage_clock_term(view->site, &desk->clock, &calendar, &term);
    const uint64_t own_due_ms = calendar_due(calendar, &term, desk->clock.start_ms);
    const bool bound =
        clock->set != NULL && clock->set->has_bound_ms && clock->set->bound_ms < own_due_ms;
    clock->has_own_due_ms = bound;
    clock->own_due_ms = bound ? own_due_ms : 0;
    explained->has_site_changed = explained->site_changed =
        (bound ? clock->set->bound_ms : own_due_ms) != desk->clock.due_ms;
    const struct step_explaining spans = {.calendar = calendar,
                                          .term = &term,
                                          .from_ms = desk->clock.start_ms,
                                          .until_ms = desk->clock.due_ms};
    return failed || clock->policy == NULL ? RC_LIMIT : step_explain(view, &spans, clock);
}

enum rc triage_reading_explain(struct step_view *view, const Paidan__Explain *wish,
                               Paidan__Answer *answer)
{
    struct triage_ticket record;
    struct triage_desk desk;
    enum rc rc = triage_state_get(view->txn, wish->ticket, &record);
    if (rc == RC_NOT_FOUND) {
        return step_view_refuse(answer, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
    }
    Paidan__Explained *explained = arena_alloc(view->arena, sizeof *explained);
    if (rc != RC_OK || explained == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    paidan__explained__init(explained);
    explained->ticket = wish->ticket;
    explained->now_ms = view->now_ms;
    const bool asked = !wish->has_clock || wish->clock == PAIDAN__CLOCK__CLOCK_DESK;
    rc = triage_state_desk_get(view->txn, wish->ticket, &desk);
    if (rc == RC_OK && asked && desk.clock.due_ms != 0) {
        rc = explain_desk(view, &desk, explained);
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_EXPLAINED;
    answer->explained = explained;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
