/* escalation_query_show: one ticket, whole: its picture, its clocks and what happened to it.
 *
 * A ticket's facts form a chain in our own log, each pointing to the one before, so that its
 * history costs no index. Where the log was trimmed the chain simply ends: that is no damage, and
 * what is left is answered. Facts are given packed as they are stored, at most HISTORY_MAX of them,
 * so that a new kind of fact needs no change here. */

#include "common/base/check.h"
#include "escalation_brief.h"
#include "escalation_query.h"
#include "escalation_retire.h"

static enum rc add_history(struct step_view *view, uint64_t last_seq, Paidan__Shown *shown)
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

enum rc escalation_query_show(struct step_view *view, const Paidan__Show *wish,
                              Paidan__Answer *answer)
{
    struct escalation_ticket ticket;
    struct escalation_info room;
    const struct escalation_info *info = NULL;
    enum rc rc = escalation_state_load(view->txn, wish->ticket, &ticket);
    if (rc == RC_NOT_FOUND) {
        return escalation_retire_refuse(view, wish->ticket, answer);
    }
    if (rc == RC_OK) {
        rc = escalation_brief_info(view->txn, wish->ticket, &room, &info);
    }
    Paidan__Shown *shown = arena_alloc(view->arena, sizeof *shown);
    if (rc != RC_OK || shown == NULL) {
        return rc != RC_OK ? rc : RC_LIMIT;
    }
    paidan__shown__init(shown);
    rc = escalation_brief_whole(view->txn, view->arena, wish->ticket, &ticket, info, &shown->brief);
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
