/* escalation_replan: running clocks planned again 重算: by the policies as they are now, or by the
 * calendars as they are now. */
#pragma once

#include "common/step/step.h"
#include "escalation_fold.h"

/* What a new plan by the policies would move; changes nothing. */
MUST_CHECK enum rc escalation_replan_show(struct step_view *view, const Paidan__Replan *wish,
                                          Paidan__Answer *answer);
/* The same, done: a supervisor's command, one page. RC_OK: answered. */
MUST_CHECK enum rc escalation_replan_apply(struct step *step, const struct step_input *input);
/* An open ticket by the policy that it has with this info: what would run by other terms, from when
 * each clock began, with what was consumed and has fired. Says nothing; plan: initialized. RC_OK or
 * RC_LIMIT. */
struct escalation_replan_of {
    uint64_t id;
    const struct escalation_ticket *ticket;
    const struct escalation_extra *extra;
    const struct escalation_info *info;
};
MUST_CHECK enum rc escalation_replan_one(struct step *step, const struct escalation_replan_of *of,
                                         Paidan__Replanned *plan);
/* One page of planning by the calendars, which goes on by itself until all tickets were looked at.
 */
MUST_CHECK enum rc escalation_replan_fire(struct step *step);

escalation_fold_fn escalation_replan_fold;
/* ReplanPassed and SiteChanged stand outside the tickets' chains. RC_OK, RC_FULL, RC_CORRUPT,
 * RC_STORE. */
MUST_CHECK enum rc escalation_replan_fold_passed(struct step_fold *fold,
                                                 const Paidan__Event *event);
MUST_CHECK enum rc escalation_replan_fold_site_changed(struct step_fold *fold,
                                                       const Paidan__Event *event);

/* How far planning all open tickets anew has come by the calendars: one record, in table
 * ESCALATION_REPLAN. Present while it runs; its row in the due table has id 0 and kind
 * CLOCK_REPLAN. */
struct escalation_progress {
    uint64_t due_ms; /* of its row */
    uint64_t after;  /* last ticket looked at */
    uint64_t looked_at, moved;
};
/* RC_OK, RC_NOT_FOUND: it does not run; RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_replan_load(struct store_txn *txn,
                                          struct escalation_progress *progress);
/* Moves the row too. progress NULL: it is done. RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_replan_save(struct store_txn *txn,
                                          const struct escalation_progress *progress);
