/* intake_caller: who has called before. An index from numbers to the tickets that were registered with
 * them, and the one wish that asks it.
 *
 *   caller   BLAKE2b-128 of the digits, ~ticket u64   -> empty: the newest first
 *            the same of channel and reporter         -> empty: of tickets without a number
 *            16 zeros; the same with 1 at the end     -> empty: the rows are complete, of numbers; of both
 *
 * The digests are common/text/text_caller.h's, of a phone as text_phone_read understood it. They have no key: the
 * log beside them holds the number itself. */
#pragma once

#include "common/text/text_caller.h"
#include "intake_ticket.h"

/* Rows of a new ticket. RC_OK, RC_FULL, RC_STORE. */
MUST_CHECK enum rc intake_caller_fold(struct step_fold *fold, const Paidan__Event *event);
/* The newest open tickets of whoever sends the item, registered since then: by his number, or by what the
 * channel calls him where he gives none. RC_OK, RC_CORRUPT or RC_STORE. */
#define INTAKE_CALLER_NEWEST_MAX 8u
MUST_CHECK enum rc intake_caller_newest(struct step *step, const Paidan__NewTicket *item,
                                        uint64_t since_ms,
                                        uint64_t tickets[INTAKE_CALLER_NEWEST_MAX],
                                        uint32_t *count);
/* Under which digests the sender of a ticket is known: each of his numbers, or what the channel calls
 * him. Returns how many; 0: he said nothing of himself. */
#define INTAKE_CALLER_DIGEST_BYTES TEXT_CALLER_BYTES
uint32_t
intake_caller_digests(const Paidan__Registered *fact,
                      unsigned char digests[CALLER_DIGESTS_MAX][INTAKE_CALLER_DIGEST_BYTES]);
/* The newest open tickets under a digest, at most max, but for one. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_caller_open(struct step *step,
                                      const unsigned char digest[INTAKE_CALLER_DIGEST_BYTES],
                                      uint64_t but, uint64_t *tickets, uint32_t max,
                                      uint32_t *count);
/* step_service.mend: a store from before there was an index gets it out of the log. */
MUST_CHECK enum rc intake_caller_mend(struct step_view *view);
/* CallerList: answered, and recorded. */
MUST_CHECK enum rc intake_caller_list(struct step *step, const Paidan__Request *request);
