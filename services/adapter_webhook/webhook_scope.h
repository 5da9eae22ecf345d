/* webhook_scope: whose a ticket is, read from what the followed logs say. */
#pragma once

#include "webhook_state.h"

/* Takes from a fact what it says of the ticket's unit, assisting units, area, channel and whether it
 * is confidential. Returns whether anything is other than before. */
bool webhook_scope_take(struct webhook_whose *whose, const Paidan__Event *event);
/* Says the change. Returns as step_say. */
MUST_CHECK enum rc webhook_scope_say(struct step *step, uint64_t ticket,
                                     const struct webhook_whose *whose);
MUST_CHECK enum rc webhook_scope_fold(struct step_fold *fold, const Paidan__Event *event);
