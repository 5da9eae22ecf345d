/* escalation_appeal: an appeal against a late mark 超时申诉: once, after the work is done. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_appeal_rule;

/* Rules on the open appeal of an item, for a unit that may. */
MUST_CHECK enum rc escalation_appeal_decide(struct escalation_item *item, bool granted);

/* Nobody ruled in time: it ends, and stands as late. */
escalation_fire_fn escalation_appeal_fire;

escalation_fold_fn escalation_appeal_fold_appealed, escalation_appeal_fold_ruled;
