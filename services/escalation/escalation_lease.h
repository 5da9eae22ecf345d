/* escalation_lease: a unit asks to be given work and holds it for a while 领取. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"

/* Pull: ready tickets of a unit, the most pressing first, each with a lease. RC_OK: answered, or
 * parked until there is work. */
MUST_CHECK enum rc escalation_lease_pull(struct step *step, const struct step_input *input);

escalation_fire_fn escalation_lease_fire; /* it ends unused */

escalation_fold_fn escalation_lease_fold_lapsed;
/* Leased is one fact for all tickets of a pull and stands outside their chains. RC_OK, RC_FULL,
 * RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_lease_fold_leased(struct step_fold *fold, const Paidan__Event *event);
