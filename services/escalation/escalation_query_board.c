/* escalation_query_board: the board of the next deadlines, with totals.
 *
 * The due table has one row a ticket, at the earliest thing that happens to it, which may be a
 * warning or the end of a lease. The board goes by the next deadline instead, or, when all have
 * fired, by what comes next. Both are never before the row, which is what lets the walk end early.
 */

#include "common/base/check.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_tally.h"

enum { BOARD_DEFAULT = 50, BOARD_MAX = 500 };

static uint64_t next_deadline(const struct escalation_listing_row *row)
{
    const uint64_t deadline_ms = escalation_state_next_deadline(&row->ticket);
    CHECK(escalation_state_open(&row->ticket)); /* nothing of a closed one is due */
    return deadline_ms != 0 ? deadline_ms : row->due_ms;
}

/* An appeal about a closed one may be due. */
static bool is_open(const struct escalation_listing_row *row)
{
    CHECK(row->id != 0);
    return escalation_state_open(&row->ticket);
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
    struct escalation_listing listing;
    struct escalation_page page;
    escalation_listing_init(&listing, view, ESCALATION_LIST_DUES, false);
    if (!escalation_filter_init(&listing.filter, view->site, wish->area, NULL, wish->channel,
                                wish->unit, answer)) {
        return RC_OK;
    }
    listing.wants = is_open;
    Paidan__Boarded *boarded = arena_alloc(view->arena, sizeof *boarded);
    if (boarded == NULL) {
        return RC_LIMIT;
    }
    paidan__boarded__init(boarded);
    enum rc rc = escalation_listing_add_run(&listing, NULL);
    if (rc == RC_OK) {
        rc = escalation_listing_first(&listing, limit, next_deadline, &page);
    }
    escalation_listing_close(&listing);
    if (rc == RC_OK) {
        boarded->tickets = page.briefs;
        boarded->n_tickets = page.count;
        rc = add_totals(view, boarded);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_BOARDED;
    answer->boarded = boarded;
    return rc;
}
