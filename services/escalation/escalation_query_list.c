/* escalation_query_list: tickets by id, and the open work of one unit by what is due first.
 *
 * Ids are in the order of registration by day, so that a list of tickets registered since some time
 * begins (or, going backward, ends) at the first id of that day and never looks at older ones. */

#include "common/base/check.h"
#include "common/say/number.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_target.h"

enum { LIST_DEFAULT = 100, WORK_DEFAULT = 100, WORK_CURSOR = 4 /* 1 to 3: lists by deadline */ };

static enum rc listed_of(struct step_view *view, const struct escalation_page *page,
                         Paidan__Answer *answer)
{
    CHECK(answer->body_case == PAIDAN__ANSWER__BODY__NOT_SET);
    CHECK(page->briefs != NULL);
    Paidan__Listed *listed = arena_alloc(view->arena, sizeof *listed);
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__listed__init(listed);
    listed->tickets = page->briefs;
    listed->n_tickets = page->count;
    answer->body_case = PAIDAN__ANSWER__BODY_LISTED;
    answer->listed = listed;
    return RC_OK;
}

/* ---- list ---- */

/* From just after the cursor, in the direction of the listing, to the first day asked for. */
static void set_range(struct escalation_listing *listing, const Paidan__List *wish)
{
    CHECK(listing->source == ESCALATION_LIST_TICKETS); /* its numbers are ids */
    const uint64_t since_ms = listing->filter.since_ms;
    const uint64_t oldest =
        since_ms == 0 ? 0 : number_day_first(since_ms, site_offset(listing->view->site, since_ms));
    if (listing->backward) {
        const bool whole = !wish->has_cursor || wish->cursor == 0;
        escalation_listing_range(listing, whole ? UINT64_MAX : wish->cursor - 1, oldest);
        return;
    }
    const uint64_t from = wish->has_cursor && wish->cursor != UINT64_MAX ? wish->cursor + 1 : 0;
    escalation_listing_range(listing, from > oldest ? from : oldest, UINT64_MAX);
}

enum rc escalation_query_list(struct step_view *view, const Paidan__List *wish,
                              Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : LIST_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    struct escalation_listing listing;
    struct escalation_page page;
    escalation_listing_init(&listing, view, ESCALATION_LIST_TICKETS,
                            wish->has_newest_first && wish->newest_first);
    if (!escalation_filter_init(&listing.filter, view->site, wish->area, wish->category,
                                wish->channel, wish->unit, answer)) {
        return RC_OK;
    }
    listing.filter.state = wish->has_state ? (uint32_t)wish->state : ESCALATION_NONE;
    listing.filter.since_ms = wish->has_since_ms ? wish->since_ms : 0;
    set_range(&listing, wish);
    enum rc rc = escalation_listing_add_run(&listing, NULL);
    if (rc == RC_OK) {
        rc = escalation_listing_page(&listing, limit, &page);
    }
    escalation_listing_close(&listing);
    if (rc == RC_OK) {
        rc = listed_of(view, &page, answer);
    }
    if (rc == RC_OK && page.more) {
        answer->listed->has_next = true;
        answer->listed->next = escalation_listing_last_id(&listing);
    }
    return rc;
}

/* ---- the work of a unit ---- */

/* All of them but what it only decides on, so that the unit sees also what is leased, at the desk or on hold, and its tasks as
 * an assisting unit. */
static enum rc add_buckets(struct escalation_listing *listing, const char *unit)
{
    enum rc rc = RC_OK;
    for (unsigned bucket = 0; bucket <= ESCALATION_ASSISTING && rc == RC_OK; bucket++) {
        unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
        escalation_state_queue_prefix(unit, (enum escalation_bucket)bucket, prefix);
        rc = escalation_listing_add_run(listing, prefix);
    }
    return rc;
}

/* How many requests and appeals wait for its decision, and until when for the first of them: they
 * are other units' tickets and stand in a list of their own. */
static enum rc add_decisions(struct step_view *view, const char *unit, Paidan__Listed *listed)
{
    struct escalation_listing listing;
    uint64_t count = 0, first_ms = 0;
    escalation_listing_init(&listing, view, ESCALATION_LIST_QUEUES, false);
    enum rc rc = RC_OK;
    for (unsigned bucket = ESCALATION_DECIDING; bucket <= ESCALATION_JUDGING && rc == RC_OK;
         bucket++) {
        unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
        escalation_state_queue_prefix(unit, (enum escalation_bucket)bucket, prefix);
        rc = escalation_listing_add_run(&listing, prefix);
    }
    while (rc == RC_OK && count < LIST_MAX) {
        struct escalation_listing_row row;
        rc = escalation_listing_next(&listing, &row);
        first_ms = rc == RC_OK && count == 0 ? row.due_ms : first_ms;
        count += rc == RC_OK ? 1 : 0;
    }
    escalation_listing_close(&listing);
    listed->has_decisions = listed->has_decide_by_ms = count > 0;
    listed->decisions = count;
    listed->decide_by_ms = first_ms;
    return rc == RC_NOT_FOUND || rc == RC_AGAIN ? RC_OK : rc;
}

static enum rc list_work(struct escalation_listing *listing, const Paidan__UnitWork *wish,
                         Paidan__Answer *answer)
{
    CHECK(listing->source == ESCALATION_LIST_QUEUES);
    struct escalation_page page = {.more = false};
    enum rc rc = add_buckets(listing, wish->unit);
    if (rc == RC_OK) {
        rc = escalation_listing_page(listing, wish->has_limit ? wish->limit : WORK_DEFAULT, &page);
    }
    escalation_listing_close(listing);
    if (rc == RC_OK) {
        rc = listed_of(listing->view, &page, answer);
    }
    if (rc == RC_OK && page.more) {
        answer->listed->has_next_row = true;
        rc = escalation_listing_cursor(listing, WORK_CURSOR, &answer->listed->next_row);
    }
    if (rc == RC_OK && !wish->has_after) {
        rc = add_decisions(listing->view, wish->unit, answer->listed);
    }
    return rc;
}

enum rc escalation_query_unit_work(struct step_view *view, const Paidan__UnitWork *wish,
                                   Paidan__Answer *answer)
{
    if (wish->has_limit && (wish->limit == 0 || wish->limit > LIST_MAX)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    /* One that the site has dropped may ask as long as it has open tickets. */
    bool known = false;
    const enum rc rc = escalation_target_unit_known(view->txn, view->site, wish->unit, &known);
    if (rc != RC_OK) {
        return rc;
    }
    if (!known) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    struct escalation_listing listing;
    escalation_listing_init(&listing, view, ESCALATION_LIST_QUEUES, false);
    if (wish->has_after && !escalation_listing_resume(&listing, WORK_CURSOR, &wish->after)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "after");
    }
    return list_work(&listing, wish, answer);
}
