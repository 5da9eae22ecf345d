/* escalation_query_alarms: 警报, what nobody looks after.
 *
 * Tickets whose alarm repeats, tickets that only a fallback unit has and that nobody accepted, a
 * deadline that should have fired, calendars that run blind. The counts are those of the whole
 * site, also where the lists are cut: they come from the tally, which folding keeps with the same
 * rows. */

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_listing.h"
#include "escalation_query.h"
#include "escalation_tally.h"

enum { ALARMS_DEFAULT = 50, ALARMS_MAX = 500 };
#define LAPSED_MS (7ull * 24 * 3600 * 1000) /* so long a lapsed request is news */

static enum rc add_list(struct step_view *view, enum escalation_watch watch, uint32_t limit,
                        struct escalation_page *page)
{
    const unsigned char prefix = (unsigned char)watch;
    struct escalation_listing listing;
    CHECK(watch < ESCALATION_WATCH_COUNT);
    escalation_listing_init(&listing, view, ESCALATION_LIST_WATCHED, false);
    enum rc rc = escalation_listing_add_run(&listing, &prefix);
    if (rc == RC_OK) {
        rc = escalation_listing_page(&listing, limit, page);
    }
    escalation_listing_close(&listing);
    return rc;
}

static enum rc add_lists(struct step_view *view, uint32_t limit, Paidan__AlarmsShown *shown)
{
    struct escalation_page repeating, ownerless;
    enum rc rc = add_list(view, ESCALATION_ALARMING, limit, &repeating);
    if (rc == RC_OK) {
        rc = add_list(view, ESCALATION_OWNERLESS, limit, &ownerless);
    }
    if (rc == RC_OK) {
        shown->repeating = repeating.briefs;
        shown->n_repeating = repeating.count;
        shown->ownerless = ownerless.briefs;
        shown->n_ownerless = ownerless.count;
    }
    return rc;
}

/* ---- requests and appeals ---- */

static bool waits(unsigned char bucket)
{
    CHECK(bucket < ESCALATION_BUCKET_COUNT);
    return bucket == ESCALATION_DECIDING || bucket == ESCALATION_JUDGING;
}

/* One list of them. reminded: only those whose decider was reminded, and that lapse soon. */
static enum rc add_requests(struct escalation_listing *listing, uint32_t limit, bool reminded,
                            Paidan__OpenRequest ***list, size_t *count)
{
    CHECK(*count == 0);
    enum rc rc = RC_OK;
    *list = arena_alloc(listing->view->arena, limit * sizeof **list);
    if (*list == NULL) {
        return RC_LIMIT;
    }
    while (rc == RC_OK && *count < limit) {
        struct escalation_listing_row row;
        rc = escalation_listing_next(listing, &row);
        if (rc == RC_OK) {
            rc = escalation_brief_request(listing->view, row.id, &row.ticket, row.info, row.bucket,
                                          &(*list)[*count]);
        }
        *count += rc == RC_OK && (!reminded || (*list)[*count]->reminded) ? 1 : 0;
    }
    escalation_listing_close(listing);
    return rc == RC_NOT_FOUND || rc == RC_AGAIN ? RC_OK : rc;
}

/* What nobody decides on: about to lapse, and lapsed in the last days. */
static enum rc add_undecided(struct step_view *view, uint32_t limit, Paidan__AlarmsShown *shown)
{
    const unsigned char prefix = ESCALATION_WATCH_LAPSED;
    const uint64_t now_ms = view->now_ms;
    struct escalation_listing listing;
    escalation_listing_init(&listing, view, ESCALATION_LIST_QUEUES, false);
    enum rc rc = escalation_listing_add_runs(&listing, waits);
    if (rc == RC_OK) {
        rc = add_requests(&listing, limit, true, &shown->waiting, &shown->n_waiting);
    }
    escalation_listing_close(&listing);
    escalation_listing_init(&listing, view, ESCALATION_LIST_WATCHED, true);
    escalation_listing_range(&listing, now_ms, now_ms > LAPSED_MS ? now_ms - LAPSED_MS : 0);
    if (rc == RC_OK) {
        rc = escalation_listing_add_run(&listing, &prefix);
    }
    if (rc == RC_OK) {
        rc = add_requests(&listing, limit, false, &shown->lapsed, &shown->n_lapsed);
    }
    escalation_listing_close(&listing);
    shown->has_waiting_count = shown->has_lapsed_count = true;
    shown->waiting_count = view->tally->values[TALLY_REQUESTS_OPEN];
    shown->lapsed_count = view->tally->values[TALLY_REQUESTS_LAPSED];
    return rc;
}

/* Each as "office 2027". */
static enum rc add_unknown_years(struct step_view *view, Paidan__AlarmsShown *shown)
{
    CHECK(shown->n_unknown_years == 0);
    const struct site *site = view->site;
    shown->unknown_years =
        arena_alloc(view->arena, (size_t)(2 * site->calendar_count + 1) * sizeof(char *));
    if (shown->unknown_years == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        for (int ahead = 0; ahead <= 1; ahead++) {
            int year = 0;
            if (site_calendar_year_known(site, index, view->now_ms, ahead, &year)) {
                continue;
            }
            char *text = arena_printf(view->arena, "%s %d", site->calendars[index].code, year);
            if (text == NULL) {
                return RC_LIMIT;
            }
            shown->unknown_years[shown->n_unknown_years] = text;
            shown->n_unknown_years++;
        }
    }
    return RC_OK;
}

/* Every step fires what is due, so that a row in the past means that steps do not come. */
static enum rc add_unfired(struct step_view *view, Paidan__AlarmsShown *shown)
{
    struct due due;
    const enum rc rc = due_first(view->txn, &due);
    if (rc == RC_OK && due.due_ms < view->now_ms) {
        shown->has_oldest_unfired_ms = true;
        shown->oldest_unfired_ms = due.due_ms;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc escalation_query_alarms(struct step_view *view, const Paidan__Alarms *wish,
                                Paidan__Answer *answer)
{
    const uint32_t limit = wish->has_limit ? wish->limit : ALARMS_DEFAULT;
    if (limit == 0 || limit > ALARMS_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    Paidan__AlarmsShown *shown = arena_alloc(view->arena, sizeof *shown);
    if (shown == NULL) {
        return RC_LIMIT;
    }
    paidan__alarms_shown__init(shown);
    shown->repeating_count = view->tally->values[TALLY_WATCH + ESCALATION_ALARMING];
    shown->ownerless_count = view->tally->values[TALLY_WATCH + ESCALATION_OWNERLESS];
    enum rc rc = add_lists(view, limit, shown);
    if (rc == RC_OK) {
        rc = add_undecided(view, limit, shown);
    }
    if (rc == RC_OK) {
        rc = add_unfired(view, shown);
    }
    if (rc == RC_OK) {
        rc = add_unknown_years(view, shown);
    }
    answer->body_case = PAIDAN__ANSWER__BODY_ALARMS_SHOWN;
    answer->alarms_shown = shown;
    return rc;
}
