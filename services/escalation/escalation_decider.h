/* escalation_decider: who decides on what a unit asks for (extension 延期, raise 上报, appeal 申诉),
 * until when, and how what waits for a decision is seen. */
#pragma once

#include "escalation_fold.h"
#include "escalation_joint.h"
#include "escalation_moment.h"

/* A supervising unit but this one; NULL: there is no other. No unit decides on itself. */
const char *escalation_decider_supervisor(const struct site *site, const char *unit);
/* On a request of the unit, for its ticket on that level: the first owner above that is another
 * unit, else another supervising unit. NULL: nobody may. */
const char *escalation_decider_of(const struct site *site, const struct escalation_info *info,
                                  uint32_t level, const char *unit);

struct escalation_deciding {
    uint64_t due_ms;
    uint64_t remind_ms; /* when the decider is reminded; 0: the term is too short for it */
};
/* By the policy's term for requests, from now. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_decider_term(struct step *step, const struct escalation_info *info,
                                           uint32_t level, struct escalation_deciding *deciding);

/* Reminds whoever a request or an appeal waits for, once. */
escalation_fire_fn escalation_decider_remind;
/* A reminder whose clock is one of these two. */
escalation_fold_fn escalation_decider_fold_reminded;
/* Nobody decided in time: keeps for whom it waited. Before: an extra record. False: no such unit. */
MUST_CHECK bool escalation_decider_take_lapsed(struct escalation_fold *fold, const char *unit);

/* Moves the rows of what waits and of what lapsed from what the records were to what they are, and
 * the gauge with them. RC_OK, RC_FULL, RC_STORE; RC_CORRUPT: a row was missing. */
MUST_CHECK enum rc escalation_decider_move_rows(struct escalation_fold *fold,
                                                const struct escalation_joint_side *was,
                                                const struct escalation_joint_side *is);
