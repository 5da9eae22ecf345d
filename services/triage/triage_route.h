/* triage_route: new tickets: judged by their words, then sent to a unit or given to the desk.
 * Facts: Routed (Desked is the desk's). */
#pragma once

#include "triage_ticket.h"

/* A Registered of intake's log. Returns as step_service.apply. */
MUST_CHECK enum rc triage_route_apply(struct step *step, const Paidan__Event *event);
/* Routed, by triage itself or by the dispatcher. record: as it was; its state is the core's to
 * change. */
MUST_CHECK enum rc triage_route_fold(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event, struct triage_ticket *record);
/* The signal that a Routed stands for: whose decision it was. */
enum triage_signal triage_route_signal(const Paidan__Routed *routed);
