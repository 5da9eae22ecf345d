/* tally: a service's counters, folded like tables and stored with them (one record in STORE_META),
 * so that totals can be compared between services. Changed by evolve only. */
#pragma once

#include <stdint.h>

#include "common/base/limits.h"
#include "common/store/store.h"

struct tally {
    uint64_t values[TALLY_MAX]; /* in the order of step_service.tallies */
};

/* RC_OK (all zero if never stored), RC_CORRUPT, RC_FORMAT or RC_STORE. */
MUST_CHECK enum rc tally_load(struct store_txn *txn, struct tally *tally);
MUST_CHECK enum rc tally_store(struct store_txn *txn, const struct tally *tally);
