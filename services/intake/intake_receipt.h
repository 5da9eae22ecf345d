/* intake_receipt: what became of the tickets, as escalation's log says it. Fact: Receipts, one a
 * step. */
#pragma once

#include "intake_ticket.h"

/* Gathers what one record of escalation says into step->gather; says nothing yet. */
MUST_CHECK enum rc intake_receipt_gather(struct step *step, const struct step_input *input);
/* Says what was gathered in this step: one Receipts fact for every RECEIPTS_MAX tickets. As
 * step_service.finish. */
MUST_CHECK enum rc intake_receipt_finish(struct step *step);
MUST_CHECK enum rc intake_receipt_fold(struct step_fold *fold, const Paidan__Event *event);
