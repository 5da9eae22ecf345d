/* intake_into: into which ticket a ticket is merged 并单, as escalation said last. Learned by receipts. */
#pragma once

#include "intake_ticket.h"

/* Before: it is INTAKE_MERGED. RC_OK, RC_CORRUPT (it has no row), RC_STORE. */
MUST_CHECK enum rc intake_into_get(struct store_txn *txn, uint64_t ticket, uint64_t *into);
/* Folds a receipt of a ticket that is merged, or was. RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc intake_into_fold(struct store_txn *txn, const Paidan__Receipt *receipt);
