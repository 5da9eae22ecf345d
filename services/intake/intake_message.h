/* intake_message: what a resident may still do with a ticket. Facts: Supplemented, Chased,
 * Withdrawn. */
#pragma once

#include "intake_ticket.h"

/* One wish each: answered when RC_OK. */
MUST_CHECK enum rc intake_message_supplement(struct step *step, const Paidan__Supplement *wish);
MUST_CHECK enum rc intake_message_chase(struct step *step, const Paidan__Chase *wish);
MUST_CHECK enum rc intake_message_withdraw(struct step *step, const Paidan__Withdraw *wish);
/* Folds one of the three. signal: INTAKE_SUPPLEMENT, INTAKE_CHASE or INTAKE_WITHDRAW. */
MUST_CHECK enum rc intake_message_fold(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event, enum intake_signal signal);
