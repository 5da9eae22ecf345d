/* cursor: how far a followed log has been applied, in the same transaction as the effects. */
#pragma once

#include "common/store/store.h"

struct cursor {
    uint64_t seq; /* 0: nothing yet */
    uint32_t crc; /* checksum of that record, to notice a log with another history */
};

/* Absent: seq 0. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc cursor_get(struct store_txn *txn, const char *log, struct cursor *cursor);
MUST_CHECK enum rc cursor_put(struct store_txn *txn, const char *log, const struct cursor *cursor);
