/* intake_summary 保密: what the units of a confidential ticket get in place of the resident's words, as
 * the dispatcher wrote it. Learned by receipts, with the unit that it is for. */
#pragma once

#include "intake_ticket.h"

/* In the arena. RC_OK, RC_NOT_FOUND (not dispatched yet), RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc intake_summary_get(struct store_txn *txn, struct arena *arena, uint64_t ticket,
                                      char **summary);
/* Folds what a receipt says; one without a summary says nothing. RC_OK, RC_FULL, RC_CORRUPT,
 * RC_STORE. */
MUST_CHECK enum rc intake_summary_fold(struct store_txn *txn, const Paidan__Receipt *receipt);
