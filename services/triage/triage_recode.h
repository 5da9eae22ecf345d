/* triage_recode: under which codes a ticket at the desk goes on after a site edit. Fact: DeskRecoded.
 * The tickets of the units are escalation's (escalation_recode). */
#pragma once

#include "triage_ticket.h"

/* Before: record and desk as they are stored. After: *recoded: a fact was said, both are old now.
 * Returns as step_service.apply. */
MUST_CHECK enum rc triage_recode_apply(struct step *step, uint64_t ticket,
                                       const struct triage_ticket *record,
                                       const struct triage_desk *desk, bool *recoded);
/* Folding. record: as it was; its state is the core's to change. RC_OK, RC_CORRUPT or of the store. */
MUST_CHECK enum rc triage_recode_fold(struct step_fold *fold, const Paidan__Event *event,
                                      struct triage_ticket *record);
