/* evlog_private: the layout of blocks, for evlog.c, evlog_block.c and step_replay.c. */
#pragma once

#include "evlog.h"

#define EVLOG_FORMAT 2u
#define EVLOG_HEAD_KEY "log" /* in STORE_META */
/* Offsets in a block. */
#define EVLOG_FIRST_AT 8u /* first seq; the key has the same 8 bytes */
#define EVLOG_TIME_AT 16u /* now_ms, then the hash of the block before */
#define EVLOG_HASH_AT 56u /* own hash */
#define EVLOG_SUM_AT 88u  /* checksum of the header before it */

struct evlog_head {
    uint64_t first_seq, head_seq;
    unsigned char hash[EVLOG_HASH_BYTES];   /* of the newest block */
    unsigned char anchor[EVLOG_HASH_BYTES]; /* of the block before the first that is left */
};

/* RC_OK (an empty head if there is none), RC_CORRUPT, RC_FORMAT or RC_STORE. */
MUST_CHECK enum rc evlog_head_get(struct store_txn *txn, struct evlog_head *head);

void evlog_block_hash(const unsigned char *block, size_t size,
                      unsigned char hash[EVLOG_HASH_BYTES]);
/* One record at `at`; gives its size with header. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc evlog_record_read(const unsigned char *at, size_t size, uint64_t seq,
                                     struct evlog_record *record, size_t *bytes);
