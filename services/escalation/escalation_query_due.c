/* escalation_query_due: lists by the next deadline 临期、超时、督办: of a unit, of an area with
 * everything below it, of the whole site.
 *
 * They walk rows that are there anyway: the queues of the units, of supervised tickets their watch.
 * A queue row is at the earliest deadline of the running clocks, missed ones included, so that what
 * is overdue stands before now and what is due soon after it: the two lists are ranges of the same
 * rows. Who is supervised is listed by the same moment, missed or not. */

#include "common/base/check.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_target.h"

enum { DUE_DEFAULT = 100 };

/* First byte of the cursor, so that a page of one list cannot be asked for with that of another. */
enum list_kind { LIST_SOON = 1, LIST_OVERDUE, LIST_SUPERVISED };

static enum list_kind kind_of(const Paidan__DueList *wish)
{
    if (wish->has_supervised && wish->supervised) {
        return LIST_SUPERVISED;
    }
    return wish->has_overdue && wish->overdue ? LIST_OVERDUE : LIST_SOON;
}

/* ---- which rows ---- */

/* On the books nothing is due; a task of an assisting unit belongs to that unit's list alone. */
static bool is_of_a_lead(unsigned char bucket)
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    return bucket != ESCALATION_ON_HOLD && bucket < ESCALATION_ASSISTING;
}

static enum rc add_unit(struct escalation_listing *listing, const char *unit)
{
    CHECK(listing->source == ESCALATION_LIST_QUEUES);
    enum rc rc = RC_OK;
    for (unsigned bucket = 0; bucket < ESCALATION_BUCKET_COUNT && rc == RC_OK; bucket++) {
        unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
        escalation_state_queue_prefix(unit, (enum escalation_bucket)bucket, prefix);
        /* What it decides on is due to others. */
        const bool skipped = bucket == ESCALATION_ON_HOLD || bucket > ESCALATION_ASSISTING;
        rc = skipped ? RC_OK : escalation_listing_add_run(listing, prefix);
    }
    return rc;
}

static enum rc add_runs(struct escalation_listing *listing, const Paidan__DueList *wish)
{
    if (listing->source == ESCALATION_LIST_WATCHED) {
        const unsigned char prefix = ESCALATION_SUPERVISED;
        return escalation_listing_add_run(listing, &prefix);
    }
    return wish->unit != NULL ? add_unit(listing, wish->unit)
                              : escalation_listing_add_runs(listing, is_of_a_lead);
}

/* The clock of an assisting unit stands still with the others. */
static bool runs_on(const struct escalation_listing_row *row)
{
    CHECK(row->bucket < ESCALATION_BUCKET_COUNT);
    return row->bucket != ESCALATION_ASSISTING || row->ticket.state != ESCALATION_SUSPENDED;
}

/* Rows at UINT64_MAX have no running clock: only the list of supervised tickets shows them. */
static void set_range(struct escalation_listing *listing, const Paidan__DueList *wish,
                      enum list_kind kind)
{
    const uint64_t now_ms = listing->view->now_ms;
    CHECK(kind == kind_of(wish));
    CHECK(now_ms < UINT64_MAX); /* now_ms + 1 is the first moment that is soon */
    const uint64_t until_ms = wish->has_until_ms ? wish->until_ms : UINT64_MAX;
    if (wish->has_overdue && wish->overdue) {
        escalation_listing_range(listing, 0, now_ms);
    } else if (kind == LIST_SOON) {
        escalation_listing_range(listing, now_ms + 1,
                                 until_ms < UINT64_MAX ? until_ms : UINT64_MAX - 1);
    } else {
        escalation_listing_range(listing, 0, until_ms);
    }
}

/* ---- what is asked ---- */

static enum rc refuse_unit(struct step_view *view, const char *unit, Paidan__Answer *answer,
                           bool *refused)
{
    bool known = true;
    const enum rc rc =
        unit == NULL ? RC_OK : escalation_target_unit_known(view->txn, view->site, unit, &known);
    *refused = rc == RC_OK && !known;
    if (*refused) {
        step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
    }
    return rc;
}

/* Answers and returns false if something asked for is not valid. */
static bool take_wish(struct escalation_listing *listing, struct step_view *view,
                      const Paidan__DueList *wish, Paidan__Answer *answer)
{
    const enum list_kind kind = kind_of(wish);
    const bool supervised = kind == LIST_SUPERVISED;
    if (wish->has_limit && (wish->limit == 0 || wish->limit > LIST_MAX)) {
        step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
        return false;
    }
    escalation_listing_init(listing, view,
                            supervised ? ESCALATION_LIST_WATCHED : ESCALATION_LIST_QUEUES, false);
    if (!escalation_filter_init(&listing->filter, view->site, wish->area, NULL, wish->channel, NULL,
                                answer)) {
        return false;
    }
    /* The runs of a unit hold its rows alone; the watch holds those of all. A unit that the site
     * has dropped may ask too, so that the filter gets it without a look at the site. */
    listing->filter.unit = supervised ? wish->unit : NULL;
    listing->wants = supervised ? NULL : runs_on;
    set_range(listing, wish, kind);
    if (wish->has_cursor &&
        !escalation_listing_resume(listing, (unsigned char)kind, &wish->cursor)) {
        step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "cursor");
        return false;
    }
    return true;
}

static enum rc list_due(struct escalation_listing *listing, const Paidan__DueList *wish,
                        Paidan__DueListed *listed)
{
    CHECK(listed->n_tickets == 0);
    struct escalation_page page = {.more = false};
    enum rc rc = add_runs(listing, wish);
    if (rc == RC_OK) {
        rc = escalation_listing_page(listing, wish->has_limit ? wish->limit : DUE_DEFAULT, &page);
    }
    escalation_listing_close(listing);
    if (rc == RC_OK && page.more) {
        listed->has_next = true;
        rc = escalation_listing_cursor(listing, (unsigned char)kind_of(wish), &listed->next);
    }
    listed->tickets = page.briefs;
    listed->n_tickets = page.count;
    return rc;
}

enum rc escalation_query_due(struct step_view *view, const Paidan__DueList *wish,
                             Paidan__Answer *answer)
{
    struct escalation_listing listing;
    bool refused = false;
    if (!take_wish(&listing, view, wish, answer)) {
        return RC_OK;
    }
    enum rc rc = refuse_unit(view, wish->unit, answer, &refused);
    if (rc != RC_OK || refused) {
        return rc;
    }
    Paidan__DueListed *listed = arena_alloc(view->arena, sizeof *listed);
    if (listed == NULL) {
        return RC_LIMIT;
    }
    paidan__due_listed__init(listed);
    rc = list_due(&listing, wish, listed);
    answer->body_case = PAIDAN__ANSWER__BODY_DUE_LISTED;
    answer->due_listed = listed;
    return rc;
}
