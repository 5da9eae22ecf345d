/* escalation_say: the one way in which a fact about a ticket is said. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* About which ticket, and by which cell of its life. */
struct escalation_saying {
    uint64_t id;
    /* Its record as it stands: read in this step after the last fact about it. NONE: unknown yet.
     */
    const struct escalation_ticket *ticket;
    enum escalation_signal signal;
    uint32_t item;       /* index in the command's batch */
    Paidan__Clock clock; /* whose deadline is the cause; 0: no deadline */
};

/* Says the fact that the cell of the ticket's state and the signal names (CHECKed), which is folded
 * at once: what is read of the ticket afterwards has it.
 *
 * Before: the cell is no refusal, which the caller has asked. Texts of the fact need to live only
 * during the call. Returns as step_say. */
MUST_CHECK enum rc escalation_say(struct step *step, const struct escalation_saying *about,
                                  const ProtobufCMessage *fact);
