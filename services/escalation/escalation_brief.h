/* escalation_brief: the short picture of a ticket, as listings and pulls give it. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* The short picture of a ticket, in the arena. info NULL: nothing is known (withdrawn before its
 * route). all_clocks: stopped ones too. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_brief(struct arena *arena, uint64_t id,
                                    const struct escalation_ticket *ticket,
                                    const struct escalation_info *info, Paidan__Brief **brief);
/* Adds what only some tickets have (escalation_extra.h). RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_brief_extra(struct store_txn *txn, struct arena *arena, uint64_t id,
                                          const struct escalation_ticket *ticket,
                                          Paidan__Brief *brief);
/* All clocks of this round, in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_brief_clocks(struct arena *arena,
                                           const struct escalation_ticket *ticket, bool stopped,
                                           Paidan__ClockSet ***sets, size_t *count);
