/* escalation_merge: tickets about the same event 并单. Triage says which; here is what follows from it. */
#pragma once

#include "escalation_fold.h"
#include "escalation_group.h"
#include "escalation_heard.h"

escalation_hear_fn escalation_merge_hear_merged, escalation_merge_hear_unmerged;

/* A member has left its group: what it was merged into is told, if that goes on. RC_OK, or what reading or
 * saying returns. */
MUST_CHECK enum rc escalation_merge_part(struct step *step, uint64_t into, uint64_t member);
/* Whether nothing can be merged into a ticket of that record any more. */
bool escalation_merge_over(const struct escalation_ticket *ticket,
                           const struct escalation_group *group);
/* A moment of kind CLOCK_GROUP has come: the next members follow the ticket that ended. */
MUST_CHECK enum rc escalation_merge_fire(struct step *step, const struct due *due);

escalation_fold_fn escalation_merge_fold_merged, escalation_merge_fold_unmerged,
    escalation_merge_fold_joined, escalation_merge_fold_parted;
/* What Resolved says of a member beside the rest: whose it is from now on. */
escalation_fold_fn escalation_merge_fold_followed;
