/* intake_caller: who has called before. An index from numbers to the tickets that were registered with
 * them, and the one wish that asks it.
 *
 *   caller   BLAKE2b-128 of the digits, ~ticket u64   -> empty: the newest first
 *            16 zeros                                 -> empty: the rows are complete
 *
 * A number is what text_phone_read understood, without its extension, digits alone. The digest has no
 * key: the log beside it holds the number itself. */
#pragma once

#include "intake_ticket.h"

/* Rows of a new ticket. RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc intake_caller_fold(struct step_fold *fold, const Paidan__Event *event);
/* step_service.mend: a store from before there was an index gets it out of the log. */
MUST_CHECK enum rc intake_caller_mend(struct step_view *view);
/* CallerList: answered, and recorded. */
MUST_CHECK enum rc intake_caller_list(struct step *step, const Paidan__Request *request);
