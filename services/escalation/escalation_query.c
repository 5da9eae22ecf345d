/* Show and list: read-only, each bounded. */

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"
#include "common/wire/wire.h"
#include "escalation_brief.h"
#include "escalation_count.h"
#include "escalation_query.h"
#include "escalation_replan.h"

enum { LIST_DEFAULT = 100 };

void escalation_query_refuse(Paidan__Answer *answer, Paidan__Code code, const char *detail)
{
    answer->code = code;
    answer->detail = (char *)detail;
}

enum rc escalation_query_info(struct store_txn *txn, uint64_t id, struct escalation_info *room,
                              const struct escalation_info **info)
{
    const enum rc rc = escalation_state_load_info(txn, id, room);
    *info = rc == RC_OK ? room : NULL;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_query_brief(struct step_view *view, uint64_t id,
                               const struct escalation_ticket *ticket,
                               const struct escalation_info *info, Paidan__Brief **brief)
{
    const enum rc rc = escalation_brief(view->arena, id, ticket, info, brief);
    return rc == RC_OK ? escalation_brief_extra(view->txn, view->arena, id, ticket, *brief) : rc;
}

/* ---- what a listing selects ---- */

bool escalation_filter_init(struct escalation_filter *filter, const struct site *site,
                            const char *area, const char *category, const char *unit,
                            Paidan__Answer *answer)
{
    *filter = (struct escalation_filter){
        .site = site, .area = SITE_NONE, .category = SITE_NONE, .unit = unit};
    if (area != NULL) {
        filter->area = site_area_find(site, area);
        if (filter->area == SITE_NONE) {
            escalation_query_refuse(answer, PAIDAN__CODE__AREA_UNKNOWN, "area");
            return false;
        }
    }
    if (category != NULL) {
        filter->category = site_category_find(site, category);
        if (filter->category == SITE_NONE) {
            escalation_query_refuse(answer, PAIDAN__CODE__CATEGORY_UNKNOWN, "category");
            return false;
        }
    }
    if (unit != NULL && site_unit_find(site, unit) == SITE_NONE) {
        escalation_query_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
        return false;
    }
    return true;
}

static bool within_category(const struct site *site, const char *code, uint32_t ancestor)
{
    uint32_t category = site_category_find(site, code);
    for (uint32_t depth = 0; category != SITE_NONE && depth < site->category_count; depth++) {
        if (category == ancestor) {
            return true;
        }
        category = site->categories[category].parent;
    }
    return false;
}

bool escalation_filter_matches(const struct escalation_filter *filter,
                               const struct escalation_ticket *ticket,
                               const struct escalation_info *info)
{
    if (filter->state != ESCALATION_NONE && filter->state != (uint32_t)ticket->state) {
        return false;
    }
    if (filter->unit != NULL && strcmp(filter->unit, ticket->unit) != 0) {
        return false;
    }
    const bool needs_info =
        filter->since_ms != 0 || filter->area != SITE_NONE || filter->category != SITE_NONE;
    if (!needs_info) {
        return true;
    }
    if (info == NULL || info->registered_ms < filter->since_ms) {
        return false;
    }
    if (filter->area != SITE_NONE) {
        const uint32_t area = site_area_find(filter->site, info->area);
        if (area == SITE_NONE || !site_area_within(filter->site, area, filter->area)) {
            return false;
        }
    }
    return filter->category == SITE_NONE ||
           within_category(filter->site, info->category, filter->category);
}

/* ---- list ---- */

struct listing {
    struct step_view *view;
    const Paidan__List *wish;
    struct escalation_filter filter;
    uint32_t limit;
    bool newest_first;
    Paidan__Listed listed;
};

static enum rc list_one(struct listing *listing, const struct store_walk *walk)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    const uint64_t id = escalation_state_id_of(walk->key);
    enum rc rc = escalation_state_decode(walk->value, walk->value_bytes, &ticket);
    if (rc == RC_OK) {
        rc = escalation_query_info(listing->view->txn, id, &room, &info);
    }
    if (rc != RC_OK || !escalation_filter_matches(&listing->filter, &ticket, info)) {
        return rc;
    }
    Paidan__Brief **place = &listing->listed.tickets[listing->listed.n_tickets];
    rc = escalation_brief(listing->view->arena, id, &ticket, info, place);
    if (rc == RC_OK) {
        rc = escalation_brief_extra(listing->view->txn, listing->view->arena, id, &ticket, *place);
    }
    listing->listed.n_tickets += rc == RC_OK ? 1 : 0;
    return rc;
}

/* Opens the walk just behind the cursor, in the direction of the listing. Ids are in the order of
 * registration by day, so that a listing since some time begins at its day. */
static enum rc list_open(const struct listing *listing, struct store_walk *walk)
{
    unsigned char key[ESCALATION_ID_KEY_BYTES];
    const Paidan__List *wish = listing->wish;
    if (listing->newest_first) {
        const bool whole = !wish->has_cursor || wish->cursor == 0;
        escalation_state_id_key(whole ? UINT64_MAX : wish->cursor - 1, key);
        return store_walk_open_last(listing->view->txn, ESCALATION_TICKET, key, sizeof key, walk);
    }
    uint64_t from = wish->has_cursor && wish->cursor != UINT64_MAX ? wish->cursor + 1 : 0;
    if (listing->filter.since_ms != 0) {
        const uint64_t first =
            number_day_first(listing->filter.since_ms, listing->view->site->utc_offset_ms);
        from = first > from ? first : from;
    }
    escalation_state_id_key(from, key);
    return store_walk_open(listing->view->txn, ESCALATION_TICKET, key, sizeof key, walk);
}

/* Before the day from which the listing begins: nothing older follows either. */
static bool is_too_old(const struct listing *listing, uint64_t id)
{
    return listing->newest_first && listing->filter.since_ms != 0 &&
           id < number_day_first(listing->filter.since_ms, listing->view->site->utc_offset_ms);
}

static enum rc list_walk(struct listing *listing)
{
    struct store_walk walk;
    uint32_t seen = 0;
    uint64_t last = 0;
    enum rc rc = list_open(listing, &walk);
    while (rc == RC_OK) {
        const uint64_t id = escalation_state_id_of(walk.key);
        if (is_too_old(listing, id)) {
            rc = RC_NOT_FOUND;
            break;
        }
        if (listing->listed.n_tickets == listing->limit || seen == ESCALATION_SCAN_MAX) {
            listing->listed.has_next = true;
            listing->listed.next = last;
            break;
        }
        rc = list_one(listing, &walk);
        last = id;
        seen++;
        if (rc == RC_OK) {
            rc = listing->newest_first ? store_walk_prev(&walk) : store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc query_list(struct step_view *view, const Paidan__List *wish, Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : LIST_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        escalation_query_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return RC_OK;
    }
    struct listing *listing = arena_zalloc(view->arena, sizeof *listing);
    if (listing == NULL) {
        return RC_LIMIT;
    }
    if (!escalation_filter_init(&listing->filter, view->site, wish->area, wish->category,
                                wish->unit, answer)) {
        return RC_OK;
    }
    listing->filter.state = wish->has_state ? (uint32_t)wish->state : ESCALATION_NONE;
    listing->filter.since_ms = wish->has_since_ms ? wish->since_ms : 0;
    listing->view = view;
    listing->wish = wish;
    listing->limit = limit;
    listing->newest_first = wish->has_newest_first && wish->newest_first;
    paidan__listed__init(&listing->listed);
    listing->listed.tickets = arena_alloc(view->arena, limit * sizeof(Paidan__Brief *));
    if (listing->listed.tickets == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = list_walk(listing);
    answer->body_case = PAIDAN__ANSWER__BODY_LISTED;
    answer->listed = &listing->listed;
    return rc;
}

/* ---- show ---- */

static enum rc pack_event(struct step_view *view, const Paidan__Event *event,
                          ProtobufCBinaryData *data)
{
    return wire_pack(view->arena, &event->base, &data->data, &data->len);
}

/* Walks the chain backward, then turns what it found round: oldest first. What was trimmed is the
 * chain's end. */
static enum rc add_history(struct step_view *view, uint64_t seq, Paidan__Shown *shown)
{
    ProtobufCBinaryData *records = arena_alloc(view->arena, HISTORY_MAX * sizeof *records);
    uint64_t *seqs = arena_alloc(view->arena, HISTORY_MAX * sizeof *seqs);
    if (records == NULL || seqs == NULL) {
        return RC_LIMIT;
    }
    size_t at = HISTORY_MAX;
    while (seq != 0 && at > 0) {
        Paidan__Event *event = NULL;
        enum rc rc = step_view_read(view, seq, &event);
        if (rc == RC_NOT_FOUND) {
            break;
        }
        if (rc == RC_OK) {
            at--;
            seqs[at] = seq;
            rc = pack_event(view, event, &records[at]);
        }
        if (rc != RC_OK) {
            return rc;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    shown->history = records + at;
    shown->n_history = HISTORY_MAX - at;
    shown->history_seqs = seqs + at;
    shown->n_history_seqs = HISTORY_MAX - at;
    return RC_OK;
}

static enum rc query_show(struct step_view *view, const Paidan__Show *wish, Paidan__Answer *answer)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    enum rc rc = escalation_state_load(view->txn, wish->ticket, &ticket);
    if (rc == RC_NOT_FOUND) {
        escalation_query_refuse(answer, PAIDAN__CODE__TICKET_UNKNOWN, NULL);
        return RC_OK;
    }
    if (rc == RC_OK) {
        rc = escalation_query_info(view->txn, wish->ticket, &room, &info);
    }
    Paidan__Shown *shown = arena_alloc(view->arena, sizeof *shown);
    if (rc != RC_OK || shown == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    paidan__shown__init(shown);
    rc = escalation_brief(view->arena, wish->ticket, &ticket, info, &shown->brief);
    if (rc == RC_OK) {
        rc = escalation_brief_extra(view->txn, view->arena, wish->ticket, &ticket, shown->brief);
    }
    if (rc == RC_OK) {
        rc = escalation_brief_clocks(view->arena, &ticket, true, &shown->clocks, &shown->n_clocks);
    }
    if (rc == RC_OK && wish->has_history && wish->history) {
        rc = add_history(view, ticket.last_seq, shown);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_SHOWN;
    answer->shown = shown;
    return rc;
}

enum rc escalation_query(struct step_view *view, const Paidan__Request *request,
                         Paidan__Answer *answer)
{
    answer->code = PAIDAN__CODE__OK;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LIST:
        return query_list(view, request->list, answer);
    case PAIDAN__REQUEST__WISH_SHOW:
        return query_show(view, request->show, answer);
    case PAIDAN__REQUEST__WISH_BOARD:
        return escalation_query_board(view, request->board, answer);
    case PAIDAN__REQUEST__WISH_EXPLAIN:
        return escalation_query_explain(view, request->explain, answer);
    case PAIDAN__REQUEST__WISH_REPLAN:
        return escalation_replan_show(view, request->replan, answer);
    case PAIDAN__REQUEST__WISH_DUE_LIST:
        return escalation_query_due(view, request->due_list, answer);
    case PAIDAN__REQUEST__WISH_ALARMS:
        return escalation_query_alarms(view, request->alarms, answer);
    case PAIDAN__REQUEST__WISH_UNIT_COUNTS:
        return escalation_query_counts(view, request->unit_counts, answer);
    default:
        CHECK(request->wish_case == PAIDAN__REQUEST__WISH_UNIT_WORK);
        return escalation_query_unit_work(view, request->unit_work, answer);
    }
}
