/* escalation_supervise: what supervising units do with any ticket: urge 催办, watch 督办; and what
 * is put under supervision by a rule of the policy. */
#pragma once

#include "escalation_fold.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_supervise_urge, escalation_supervise_watch;

/* Supervised 督办 by rule of the policy, if it has that rule and nobody supervises the ticket yet:
 * after the fact that is the reason. item: of a batch. RC_OK, RC_STORE, RC_CORRUPT, or what saying
 * returns. */
MUST_CHECK enum rc escalation_supervise_by_rule(struct step *step, uint64_t id,
                                                Paidan__SuperviseRule rule, uint32_t item);

/* Begins by a step of a clock, if nobody supervises it yet. Before: there is an extra record. */
void escalation_supervise_take_step(struct escalation_fold *fold);
escalation_fold_fn escalation_supervise_fold_urged, escalation_supervise_fold_supervised;
