/* intake_submit: new tickets. Fact: Registered. */
#pragma once

#include "intake_ticket.h"

/* Submit: answered with a result for each ticket of the batch. */
MUST_CHECK enum rc intake_submit_apply(struct step *step, const Paidan__Submit *wish);
MUST_CHECK enum rc intake_submit_fold(struct step_fold *fold, uint64_t seq,
                                      const Paidan__Event *event);
