/* store_past: which numbers had a row once and have none any more: a bit each, so that a number that is gone can be
 * told from one that never was, though a million of them are 130 KiB.
 *
 *   number / 1024 u64 -> a bit for each of the 1024, sealed */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/store/store.h"

/* RC_OK, RC_EXISTS: it is gone already; RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc store_past_put(struct store_txn *txn, unsigned table, uint64_t number);
/* RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc store_past_has(struct store_txn *txn, unsigned table, uint64_t number,
                                  bool *has);
