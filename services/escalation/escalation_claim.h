/* escalation_claim: what the tickets merged into one 并单 ask of it: the earliest deadline from above, and the
 * greatest urgency. */
#pragma once

#include "escalation_fold.h"
#include "escalation_group.h"

struct escalation_claim {
    uint32_t urgency;      /* enum Urgency; 0: it has no members */
    uint64_t outer_due_ms; /* of those that are still to come; 0: none */
};

/* Of the members that a ticket has now, as they are by themselves. RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_claim_of(struct step *step, uint64_t id,
                                       struct escalation_claim *claim);
/* The earlier one of a ticket's own deadline from above (0: none) and the members'; 0: neither. */
uint64_t escalation_claim_due(const struct escalation_claim *claim, uint64_t own_ms);
/* Info of a ticket by itself, under what its members ask. */
void escalation_claim_hold(const struct escalation_claim *claim, struct escalation_info *info);
/* The same by itself again. */
void escalation_claim_release(struct escalation_info *info);
/* A member has left: what goes with it, into the fact about the ticket, whose clocks are in the arena.
 * ticket: it is known and goes on. */
MUST_CHECK enum rc escalation_claim_part(struct step *step, uint64_t id,
                                         const struct escalation_ticket *ticket,
                                         Paidan__Parted *parted);
/* Folds that; RC_CORRUPT: nothing was asked that could go. */
escalation_fold_fn escalation_claim_fold;
