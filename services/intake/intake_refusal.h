/* intake_refusal: who wants no calls 勿扰.
 *
 *   refusal   digest of a person, as in `caller`   -> empty: he refused calls, and has not taken it back
 */
#pragma once

#include "intake_ticket.h"

/* DoNotCall: answered. */
MUST_CHECK enum rc intake_refusal_apply(struct step *step, const Paidan__DoNotCall *wish);
/* The resident of a ticket said so while he was asked about it: escalation tells of it with how the
 * ticket ended. Nothing, where he said so before, or nothing is known of him. Returns as step_say. */
MUST_CHECK enum rc intake_refusal_hear(struct step *step, uint64_t ticket);
/* Whether whoever is registered so refused calls. RC_OK or RC_STORE. */
MUST_CHECK enum rc intake_refusal_known(struct store_txn *txn, const Paidan__Registered *fact,
                                        bool *known);

MUST_CHECK enum rc intake_refusal_fold(struct step_fold *fold, const Paidan__Event *event);
