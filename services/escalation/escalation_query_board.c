/* escalation_query_board: the board of the next deadlines, with totals.
 *
 * The board goes by the next deadline of each ticket or, when all have fired, by what comes next.
 * No rows stand in that order, but those of the queues nearly do: a queue goes by the earliest
 * deadline, missed or not, so that what missed none stands there where the board has it, and a board
 * of 50 looks at 50 of them, however many warnings and leases come before. The late are few, and all
 * are looked at; where they are many, by the due table, which has one row a ticket at the earliest
 * thing that happens to it: never after what the board goes by, which lets that walk end early.
 */

#include "common/base/check.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_tally.h"

/* So many late tickets are looked at one by one, in 10 ms. */
enum { BOARD_DEFAULT = 50, BOARD_MAX = 500, LATE_FEW = 4000 };

/* What the board goes by. A pause is over when its row says. */
static uint64_t moment_of(const struct escalation_listing_row *row)
{
    struct due due = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    const uint64_t deadline_ms = escalation_state_next_deadline(&row->ticket);
    CHECK(escalation_state_open(&row->ticket)); /* nothing of a closed one is due */
    if (row->ticket.state == ESCALATION_SUSPENDED && row->due_ms != UINT64_MAX) {
        return row->due_ms;
    }
    if (deadline_ms != 0) {
        return deadline_ms;
    }
    return escalation_state_due(row->id, &row->ticket, &due, &firing) ? due.due_ms : UINT64_MAX;
}

/* Which rows of the queues: each open ticket's is of one of the three. */
enum part {
    PART_IN_TIME,  /* at the moment that the board goes by */
    PART_LATE,     /* at a deadline that was missed; the next one is later */
    PART_NO_CLOCK, /* at no moment: something else may come, a lease may end */
};

static bool is_late(const struct escalation_listing_row *row)
{
    CHECK(row->id != 0);
    return escalation_state_open(&row->ticket) && row->ticket.overdue_ms != 0;
}

static bool is_in_time(const struct escalation_listing_row *row)
{
    CHECK(row->id != 0);
    return !is_late(row);
}

/* Queues of those that have a ticket; tasks and decisions are others' rows of the same tickets. */
static bool is_of_a_lead(unsigned char bucket)
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    return bucket < ESCALATION_ASSISTING;
}

static enum rc add_runs(struct escalation_listing *listing, const char *unit)
{
    enum rc rc = RC_OK;
    if (unit == NULL) {
        return escalation_listing_add_runs(listing, is_of_a_lead);
    }
    for (unsigned bucket = 0; bucket < ESCALATION_ASSISTING && rc == RC_OK; bucket++) {
        unsigned char prefix[ESCALATION_QUEUE_PREFIX_BYTES];
        escalation_state_queue_prefix(unit, (enum escalation_bucket)bucket, prefix);
        rc = escalation_listing_add_run(listing, prefix);
    }
    return rc;
}

/* From when on rows of the queues may be in time: now, or a moment that no step has come to yet. */
static enum rc begin_of_time(struct step_view *view, uint64_t *first_ms)
{
    struct due due;
    const enum rc rc = due_first(view->txn, &due);
    *first_ms = rc == RC_OK && due.due_ms < view->now_ms ? due.due_ms : view->now_ms;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc add_queues(struct step_view *view, const struct escalation_filter *filter,
                          enum part part, struct escalation_best *best)
{
    struct escalation_listing listing;
    uint64_t first_ms = 0;
    enum rc rc = begin_of_time(view, &first_ms);
    escalation_listing_init(&listing, view, ESCALATION_LIST_QUEUES, false);
    listing.filter = *filter;
    listing.wants = part == PART_LATE ? is_late : is_in_time;
    if (part == PART_IN_TIME) {
        escalation_listing_range(&listing, first_ms, UINT64_MAX - 1);
    } else if (part == PART_LATE) {
        escalation_listing_range(&listing, 0, view->now_ms);
    } else {
        escalation_listing_range(&listing, UINT64_MAX, UINT64_MAX);
    }
    if (rc == RC_OK) {
        rc = add_runs(&listing, filter->unit);
    }
    if (rc == RC_OK) {
        rc = escalation_listing_add_best(&listing, part == PART_IN_TIME, moment_of, best);
    }
    escalation_listing_close(&listing);
    return rc;
}

/* Where most of a site is late: of those that fire something before the last of the best. */
static enum rc add_dues(struct step_view *view, const struct escalation_filter *filter,
                        struct escalation_best *best)
{
    struct escalation_listing listing;
    escalation_listing_init(&listing, view, ESCALATION_LIST_DUES, false);
    listing.filter = *filter;
    listing.wants = is_late;
    enum rc rc = escalation_listing_add_run(&listing, NULL);
    if (rc == RC_OK) {
        rc = escalation_listing_add_best(&listing, true, moment_of, best);
    }
    escalation_listing_close(&listing);
    return rc;
}

static enum rc list_next(struct step_view *view, const struct escalation_filter *filter,
                         uint32_t limit, struct escalation_page *page)
{
    struct escalation_best best;
    const bool few = filter->unit != NULL || view->tally->values[TALLY_OVERDUE] <= LATE_FEW;
    enum rc rc = escalation_listing_best(view, limit, &best);
    if (rc == RC_OK) {
        rc = add_queues(view, filter, PART_IN_TIME, &best);
    }
    if (rc == RC_OK) {
        rc = few ? add_queues(view, filter, PART_LATE, &best) : add_dues(view, filter, &best);
    }
    if (rc == RC_OK) {
        rc = add_queues(view, filter, PART_NO_CLOCK, &best);
    }
    return rc == RC_OK ? escalation_listing_best_page(view, &best, page) : rc;
}

/* Totals are those of the whole site, whatever the board is filtered by. */
static enum rc add_totals(struct step_view *view, Paidan__Boarded *boarded)
{
    const uint64_t *values = view->tally->values;
    boarded->open = values[TALLY_OPEN];
    boarded->overdue = values[TALLY_OVERDUE];
    boarded->red = values[TALLY_RED];
    boarded->yellow = values[TALLY_YELLOW];
    boarded->resolved = values[TALLY_STATE + ESCALATION_RESOLVED - 1];
    boarded->has_requests = true;
    boarded->requests = values[TALLY_REQUESTS_OPEN];
    boarded->closed = values[TALLY_STATE + ESCALATION_CLOSED - 1];
    const uint32_t count = view->site->level_count;
    CHECK(count <= SITE_LEVELS_MAX);
    Paidan__LevelCount *levels = arena_alloc(view->arena, count * sizeof *levels);
    boarded->levels = arena_alloc(view->arena, count * sizeof(Paidan__LevelCount *));
    if (levels == NULL || boarded->levels == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < count; index++) {
        paidan__level_count__init(&levels[index]);
        levels[index].level = index + 1;
        levels[index].open = values[TALLY_LEVEL + index];
        boarded->levels[index] = &levels[index];
    }
    boarded->n_levels = count;
    return RC_OK;
}

enum rc escalation_query_board(struct step_view *view, const Paidan__Board *wish,
                               Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : BOARD_DEFAULT;
    if (limit == 0 || limit > BOARD_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    struct escalation_filter filter;
    struct escalation_page page;
    if (!escalation_filter_init(&filter, view->site, wish->area, NULL, wish->channel, wish->unit,
                                answer)) {
        return RC_OK;
    }
    Paidan__Boarded *boarded = arena_alloc(view->arena, sizeof *boarded);
    if (boarded == NULL) {
        return RC_LIMIT;
    }
    paidan__boarded__init(boarded);
    enum rc rc = list_next(view, &filter, limit, &page);
    if (rc == RC_OK) {
        boarded->tickets = page.briefs;
        boarded->n_tickets = page.count;
        rc = add_totals(view, boarded);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_BOARDED;
    answer->boarded = boarded;
    return rc;
}
