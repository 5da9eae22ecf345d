/* due: deadlines ordered by time (table STORE_DUE: due u64, id u64, kind u8 -> empty).
 *
 * Owners keep at most one row per (id, kind): the earliest thing that can happen to that id. Rows
 * are put and removed by evolve only. A row that is due becomes a step input; the core re-reads the
 * ticket and says a fact whose folding removes or moves the row. The engine CHECKs that it did. */
#pragma once

#include <stdint.h>

#include "common/store/store.h"

struct due {
    uint64_t due_ms, id;
    uint8_t kind; /* the owner's choice */
};

MUST_CHECK enum rc due_put(struct store_txn *txn,
                           const struct due *due); /* RC_OK also if present */
MUST_CHECK enum rc due_del(struct store_txn *txn, const struct due *due); /* RC_OK also if absent */
/* The one row of that kind and id goes from one moment to another; 0: there is none before or after. */
MUST_CHECK enum rc due_move(struct store_txn *txn, uint8_t kind, uint64_t id, uint64_t was_ms,
                            uint64_t now_ms);
/* RC_OK: present, RC_NOT_FOUND: not, RC_STORE. */
MUST_CHECK enum rc due_has(struct store_txn *txn, const struct due *due);
/* Earliest; RC_NOT_FOUND if none. */
MUST_CHECK enum rc due_first(struct store_txn *txn, struct due *due);
/* Rows with due_ms <= now_ms, earliest first, at most max. */
MUST_CHECK enum rc due_collect(struct store_txn *txn, uint64_t now_ms, struct due *rows, size_t max,
                               size_t *count);
