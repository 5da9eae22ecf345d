/* escalation_move: a unit that a site edit left without an heir loses its tickets 站点变更. */
#pragma once

#include "common/step/step.h"
#include "escalation_fold.h"

/* Says Recoded and Moved as far as the site no longer knows what this open ticket carries. RC_OK, also
 * where nothing is to say; RC_LIMIT, RC_CORRUPT, or what saying returns. */
MUST_CHECK enum rc escalation_move_apply(struct step *step, uint64_t id);

escalation_fold_fn escalation_move_fold;
