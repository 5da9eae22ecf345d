/* webhook_state: the adapter's own records and their keys.
 *
 *   whose   ticket u64                -> struct webhook_whose, sealed
 *   batch   key of the subscriber u64 -> struct webhook_batch, sealed; no row: nothing is gathered
 *   kept    ticket u64                -> struct webhook_kept, sealed; no row: nothing waits for its owner
 *   due     (common/store/due.h) when a batch goes out, kind WEBHOOK_DUE_BATCH, id: the same key; when no
 *           owner is waited for any more, kind WEBHOOK_DUE_KEPT, id: the ticket */
#pragma once

#include "common/base/limits.h"
#include "common/store/store.h"
#include "webhook.h"

/* Whose a ticket is; "": nobody's, or not known. */
struct webhook_whose {
    bool escalated, confidential;
    char unit[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1], channel[CODE_BYTES_MAX + 1];
    uint32_t assist_count;
    char assist[SITE_ASSIST_MAX][CODE_BYTES_MAX + 1];
};

/* What waits for more to go with. */
struct webhook_batch {
    char to[CODE_BYTES_MAX + 1];
    uint64_t due_ms;
    uint32_t count;
    uint64_t seqs[BUNDLED_MAX]; /* of Published, rising */
};

/* Facts of a ticket of which nothing is known yet, in the order in which they were read. */
enum { WEBHOOK_KEPT_MAX = 32 };
struct webhook_kept {
    uint64_t due_ms;
    uint32_t count;
    uint64_t seqs[WEBHOOK_KEPT_MAX]; /* of Kept, rising */
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc webhook_state_whose(struct store_txn *txn, uint64_t ticket,
                                       struct webhook_whose *whose);
MUST_CHECK enum rc webhook_state_batch(struct store_txn *txn, uint64_t key,
                                       struct webhook_batch *batch);
MUST_CHECK enum rc webhook_state_kept(struct store_txn *txn, uint64_t ticket,
                                      struct webhook_kept *kept);
/* RC_OK, RC_FULL or RC_STORE. */
MUST_CHECK enum rc webhook_state_put_whose(struct store_txn *txn, uint64_t ticket,
                                           const struct webhook_whose *whose);
/* count 0: there is no row any more. */
MUST_CHECK enum rc webhook_state_put_batch(struct store_txn *txn, uint64_t key,
                                           const struct webhook_batch *batch);
/* count 0: there is no row any more. */
MUST_CHECK enum rc webhook_state_put_kept(struct store_txn *txn, uint64_t ticket,
                                          const struct webhook_kept *kept);
