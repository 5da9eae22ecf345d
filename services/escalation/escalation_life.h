/* escalation_life: what a unit does with its ticket: accept, contact, progress, resolve, return
 * 签收、联系、进展、办结、退单. */
#pragma once

#include "escalation_fold.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_life_accept, escalation_life_contact,
    escalation_life_progress, escalation_life_resolve, escalation_life_return;

/* Whether the fact begins an extra record: it was late, or says how it was handled. */
bool escalation_life_begins_extra(const Paidan__Event *event);
escalation_fold_fn escalation_life_fold_accepted, escalation_life_fold_contacted,
    escalation_life_fold_progressed, escalation_life_fold_resolved, escalation_life_fold_returned;
