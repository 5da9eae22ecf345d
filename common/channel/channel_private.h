/* channel_private: the rows of a channel, for the files of common/channel. */
#pragma once

#include "common/base/limits.h"
#include "common/channel/channel.h"

/* As CHANNEL_TABLE_NAMES; what they hold: channel_row.c. */
enum channel_table { CHANNEL_TABLE_HEARD, CHANNEL_TABLE_WISH };

struct channel_heard {
    uint64_t seq; /* of the Heard */
    unsigned char digest[HEARD_DIGEST_BYTES];
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc channel_heard_get(struct store_txn *txn, const struct channel *channel,
                                     const char *id, struct channel_heard *row);
/* RC_OK, RC_EXISTS, RC_FULL, RC_STORE. */
MUST_CHECK enum rc channel_heard_insert(struct store_txn *txn, const struct channel *channel,
                                        const char *id, const struct channel_heard *row);
/* When the newest message came; RC_NOT_FOUND: none ever. */
MUST_CHECK enum rc channel_last_get(struct store_txn *txn, const struct channel *channel,
                                    uint64_t *at_ms);
MUST_CHECK enum rc channel_last_put(struct store_txn *txn, const struct channel *channel,
                                    uint64_t at_ms);

/* The newest wish that followed from a Heard, and its answer, packed; bytes 0: none yet. */
struct channel_wish_row {
    uint64_t wished;
    const unsigned char *answer; /* in the map until the next write */
    size_t bytes;
};
/* RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc channel_wish_get(struct store_txn *txn, const struct channel *channel,
                                    uint64_t heard, struct channel_wish_row *row);
/* arena: for the record being written. RC_OK, RC_LIMIT, RC_FULL, RC_STORE. */
MUST_CHECK enum rc channel_wish_put(struct store_txn *txn, const struct channel *channel,
                                    struct arena *arena, uint64_t heard,
                                    const struct channel_wish_row *row);
