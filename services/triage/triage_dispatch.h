/* triage_dispatch: the dispatcher decides about a ticket at the desk. Facts: Routed for a new one,
 * Ruled for one that a unit returned. */
#pragma once

#include "triage_ticket.h"

/* DeskDispatch. Returns as step_service.apply. */
MUST_CHECK enum rc triage_dispatch_apply(struct step *step, const struct step_input *input);
/* Ruled. record: as it was; its state is the core's to change. */
MUST_CHECK enum rc triage_dispatch_fold_ruled(struct step_fold *fold, uint64_t seq,
                                              const Paidan__Event *event,
                                              struct triage_ticket *record);
