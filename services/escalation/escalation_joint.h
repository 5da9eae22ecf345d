/* escalation_joint: working together 主办、协办: an assisting unit gets a task with its own clock.
 */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_joint_ask, escalation_joint_done;

/* What an assignment asks of assisting units. */
struct escalation_joint_asking {
    const Paidan__Assignment *to;
    bool same;           /* the same matter on the same level: who is done is not asked again */
    uint32_t from_level; /* where the ticket was; 0: no task came along */
    uint32_t item;       /* of a batch */
};
/* Gives each assisting unit of an assignment its task, after the fact that assigns; one that has an
 * open task keeps it, on another level with that level's term. RC_OK, RC_LIMIT, or what saying returns. */
MUST_CHECK enum rc escalation_joint_begin(struct step *step, uint64_t id,
                                          const struct escalation_info *info,
                                          const struct escalation_joint_asking *asking);
/* The open tasks, which end with a ruling or a correction that makes another matter of it: whom it
 * names is asked again, by the new terms. unit: that leads now. Fills a list, empty before, which points
 * into extra. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_joint_end(struct step *step, struct escalation_extra *extra,
                                        const char *unit, char ***ended, size_t *count);
/* Folds those; RC_OK, or RC_CORRUPT: there is no such open task. */
MUST_CHECK enum rc escalation_joint_fold_ended(struct escalation_fold *fold, char *const *ended,
                                               size_t count);

/* The term of tasks passed: of all those with this very moment, for the ticket has one row for it.
 */
escalation_fire_fn escalation_joint_fire;

escalation_fold_fn escalation_joint_fold_asked, escalation_joint_fold_done,
    escalation_joint_fold_late;

/* Moves the rows of the assisting units' queues from what the records were to what they are. RC_OK,
 * RC_FULL, RC_STORE; RC_CORRUPT: a row was missing. */
struct escalation_joint_side {
    const struct escalation_ticket *ticket;
    const struct escalation_extra *extra;
};
MUST_CHECK enum rc escalation_joint_move_rows(struct store_txn *txn, uint64_t id,
                                              const struct escalation_joint_side *was,
                                              const struct escalation_joint_side *is);
