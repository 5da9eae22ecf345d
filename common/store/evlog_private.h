/* evlog_private: the layout of blocks, for evlog.c and evlog_block.c. */
#pragma once

#include "common/store/evlog.h"

#define EVLOG_FORMAT 2u
/* Offsets in a block. */
#define EVLOG_FIRST_AT 8u /* first seq; the key has the same 8 bytes */
#define EVLOG_TIME_AT 16u /* now_ms, then the hash of the block before */
#define EVLOG_HASH_AT 56u /* own hash */
#define EVLOG_SUM_AT 88u  /* checksum of the header before it */

void evlog_block_hash(const unsigned char *block, size_t size,
                      unsigned char hash[EVLOG_HASH_BYTES]);
/* One record at `at`; gives its size with header. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc evlog_record_read(const unsigned char *at, size_t size, uint64_t seq,
                                     struct evlog_record *record, size_t *bytes);
