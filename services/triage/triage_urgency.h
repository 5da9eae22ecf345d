/* triage_urgency: a ticket at the desk becomes more urgent while it lies there: many tell of its event, or
 * what is merged into it is. Facts: Burst, DeskReplanned. */
#pragma once

#include "triage_ticket.h"

/* Of a burst whose ticket lies at the desk: fills what becomes of it there. Anything else: nothing, for a
 * unit has it and escalation raises it. RC_OK, RC_LIMIT, or what reading returns. */
MUST_CHECK enum rc triage_urgency_burst(struct step *step, uint64_t ticket,
                                        const struct triage_ticket *record, Paidan__Burst *fact);
/* How urgent the ticket is by itself. 0: not known, from before desks had clocks. */
Paidan__Urgency triage_urgency_own(const struct triage_desk *desk);
/* What is merged into a ticket has changed: if that lies at the desk, it is as urgent as the most urgent of
 * them, its clock is bound by the earliest deadline from above, and both go back with the member that asked
 * for them. member: whose doing that is; 0: the ticket has come to the desk, maybe with members. Says nothing
 * where nothing changes. RC_OK, or what reading or saying returns. */
MUST_CHECK enum rc triage_urgency_regroup(struct step *step, uint64_t into, uint64_t member);
/* The same of one ticket that was merged into it, without any of its own: only where that asks for more than
 * the desk's clock has are the others read, for a burst brings hundreds of them. */
MUST_CHECK enum rc triage_urgency_join(struct step *step, uint64_t into, uint64_t member);
/* 上级时限 of what is merged into a ticket, the earliest that is still to come; 0: none. */
MUST_CHECK enum rc triage_urgency_bound(struct step *step, uint64_t ticket, uint64_t *bound_ms);

/* Folding; RC_CORRUPT: the fact does not fit the row. */
MUST_CHECK enum rc triage_urgency_fold_burst(struct step_fold *fold, const Paidan__Event *event);
