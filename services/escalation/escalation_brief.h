/* escalation_brief: the short picture of a ticket, as listings and pulls give it. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* The short picture of a ticket by its record alone, in the arena. info NULL: nothing is known
 * (withdrawn before its route). RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_brief(struct arena *arena, uint64_t id,
                                    const struct escalation_ticket *ticket,
                                    const struct escalation_info *info, Paidan__Brief **brief);
/* With what only some tickets have (escalation_extra.h). RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_brief_whole(struct store_txn *txn, struct arena *arena, uint64_t id,
                                          const struct escalation_ticket *ticket,
                                          const struct escalation_info *info,
                                          Paidan__Brief **brief);
/* Loads the info of a ticket into room; *info is NULL if it has none, else it points there.
 * RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_brief_info(struct store_txn *txn, uint64_t id,
                                         struct escalation_info *room,
                                         const struct escalation_info **info);
/* Clocks of this round, in the arena. stopped: those too that wait for nothing any more. RC_OK or
 * RC_LIMIT. */
MUST_CHECK enum rc escalation_brief_clocks(struct arena *arena,
                                           const struct escalation_ticket *ticket, bool stopped,
                                           Paidan__ClockSet ***sets, size_t *count);
/* What waits for a decision, of a row of bucket DECIDING or JUDGING, with its reason as far as the
 * log has it; or what lapsed, of a row of ESCALATION_WATCH_LAPSED. RC_CORRUPT: the record has no
 * such thing. */
MUST_CHECK enum rc escalation_brief_request(struct step_view *view, uint64_t id,
                                            const struct escalation_ticket *ticket,
                                            const struct escalation_info *info, unsigned char list,
                                            Paidan__OpenRequest **request);
