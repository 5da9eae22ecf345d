/* escalation_query_requests: 待批, what waits for a unit's decision: extensions, raises, appeals.
 *
 * Walks the buckets of deciders in the queues, what lapses first first. A supervising unit may
 * decide on all of them and is shown all, its own included, so that it sees for whom they wait. */

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_target.h"

enum { REQUESTS_DEFAULT = 100, REQUESTS_CURSOR = 5 /* 1 to 4: other lists of queue rows */ };

static bool waits(unsigned char bucket)
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    return bucket == ESCALATION_DECIDING || bucket == ESCALATION_JUDGING;
}

static enum rc add_runs(struct escalation_listing *listing, const char *unit)
{
    CHECK(listing->source == ESCALATION_LIST_QUEUES);
    if (unit == NULL || site_supervises(listing->view->site, unit)) {
        return escalation_listing_add_runs(listing, waits);
    }
    unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
    escalation_state_queue_prefix(unit, ESCALATION_DECIDING, prefix);
    const enum rc rc = escalation_listing_add_run(listing, prefix);
    if (rc != RC_OK) {
        return rc;
    }
    escalation_state_queue_prefix(unit, ESCALATION_JUDGING, prefix);
    return escalation_listing_add_run(listing, prefix);
}

static enum rc fill(struct escalation_listing *listing, uint32_t limit,
                    Paidan__RequestsListed *listed)
{
    CHECK(limit > 0);
    CHECK(listed->n_requests == 0);
    enum rc rc = RC_OK;
    listed->requests = arena_alloc(listing->view->arena, limit * sizeof(Paidan__OpenRequest *));
    if (listed->requests == NULL) {
        return RC_LIMIT;
    }
    while (rc == RC_OK && listed->n_requests < limit) {
        struct escalation_listing_row row;
        rc = escalation_listing_next(listing, &row);
        if (rc == RC_OK) {
            rc = escalation_brief_request(listing->view, row.id, &row.ticket, row.info, row.bucket,
                                          &listed->requests[listed->n_requests]);
            listed->n_requests += rc == RC_OK ? 1 : 0;
        }
    }
    const bool more = (rc == RC_OK || rc == RC_AGAIN) && escalation_listing_more(listing);
    if (rc != RC_OK && rc != RC_NOT_FOUND && rc != RC_AGAIN) {
        return rc;
    }
    listed->has_next = more;
    return more ? escalation_listing_cursor(listing, REQUESTS_CURSOR, &listed->next) : RC_OK;
}

enum rc escalation_query_requests(struct step_view *view, const Paidan__RequestList *wish,
                                  Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : REQUESTS_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    bool known = wish->unit == NULL;
    enum rc rc =
        known ? RC_OK : escalation_target_unit_known(view->txn, view->site, wish->unit, &known);
    if (rc != RC_OK) {
        return rc;
    }
    if (!known) {
        return step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    struct escalation_listing listing;
    escalation_listing_init(&listing, view, ESCALATION_LIST_QUEUES, false);
    if (wish->has_cursor && !escalation_listing_resume(&listing, REQUESTS_CURSOR, &wish->cursor)) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "cursor");
    }
    Paidan__RequestsListed *listed = arena_alloc(view->arena, sizeof *listed);
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__requests_listed__init(listed);
    rc = add_runs(&listing, wish->unit);
    if (rc == RC_OK) {
        rc = fill(&listing, limit, listed);
    }
    escalation_listing_close(&listing);
    answer->body_case = PAIDAN__ANSWER__BODY_REQUESTS_LISTED;
    answer->requests_listed = listed;
    return rc;
}
