/* triage_outer: 上级延期: whoever handed a ticket to us gives more time. Fact: OuterMoved. */
#pragma once

#include "triage_ticket.h"

/* A Supplemented of intake's that names a new deadline from above. */
MUST_CHECK enum rc triage_outer_apply(struct step *step, const struct step_input *input);
MUST_CHECK enum rc triage_outer_fold(struct step_fold *fold, const Paidan__Event *event,
                                     struct triage_ticket *record);
