/* evlog: the append-only log of facts in table STORE_LOG.
 *
 * Records have seq 1, 2, 3 ... without gaps. They lie in blocks; a commit writes one or more
 * blocks. All numbers are big-endian.
 *
 *   key     first seq of the block, u64
 *   block   u8 format (2) | u8 flags (0) | u16 record count | u32 bytes of records | u64 first seq
 *           | u64 now_ms | 32 bytes hash of the block before | 32 bytes own hash | u32 CRC-32 of
 *           the header so far | records
 *   record  u32 CRC-32 of the rest | u32 payload bytes | u8 kind | payload
 *
 * hash = BLAKE2b-256 over the block without its own hash and the checksum after it: a changed,
 * missing or swapped record breaks the chain. The newest hash stands in STORE_META as well, so that
 * a cut tail shows. The bytes travel to followers as they lie here; followers look at the checksums
 * alone, for the hash has no key and proves nothing about who sent it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/store.h"

#define EVLOG_HASH_BYTES 32
#define EVLOG_BLOCK_HEADER_BYTES 92
#define EVLOG_RECORD_HEADER_BYTES 9
#define EVLOG_HEAD_KEY "log" /* in STORE_META */

enum evlog_kind {
    EVLOG_EVENT = 1,  /* payload: paidan.Event */
    EVLOG_ANSWER = 2, /* payload: 16 bytes request id, packed paidan.Answer; folded by step into
                         STORE_REQUEST */
};

struct evlog_record {
    uint64_t seq;
    uint32_t crc;
    enum evlog_kind kind;
    const unsigned char *payload;
    size_t bytes;
    uint64_t now_ms; /* of its block */
};

/* In-memory head of a log that is being written. One per service. */
struct evlog {
    uint64_t first_seq, head_seq; /* as committed; head 0: empty, first 1 */
    unsigned char hash[EVLOG_HASH_BYTES];
    /* appended since evlog_begin, not yet written */
    unsigned char *buffer;
    size_t buffer_bytes, used;
    uint64_t next_seq;
    uint64_t *starts; /* offset of each record in buffer */
    size_t starts_max;
    size_t block_at;                        /* where the block being filled begins in buffer */
    unsigned block_count;                   /* records in it, 0: none begun */
    size_t pending_bytes;                   /* of the record reserved and not yet accepted */
    unsigned char anchor[EVLOG_HASH_BYTES]; /* as committed: hash before the first block left */
    /* as they will be once the commit holds */
    uint64_t pending_first_seq;
    unsigned char pending_hash[EVLOG_HASH_BYTES], pending_anchor[EVLOG_HASH_BYTES];
};

/* What a store says of its log, as it lies in STORE_META. */
struct evlog_head {
    uint64_t first_seq, head_seq;
    unsigned char hash[EVLOG_HASH_BYTES];   /* of the newest block */
    unsigned char anchor[EVLOG_HASH_BYTES]; /* of the block before the first that is left */
};

/* RC_OK (an empty head if there is none), RC_CORRUPT, RC_FORMAT or RC_STORE. */
MUST_CHECK enum rc evlog_head_get(struct store_txn *txn, struct evlog_head *head);

MUST_CHECK enum rc evlog_init(struct evlog *evlog, size_t buffer_bytes, size_t records_max);
void evlog_fini(struct evlog *evlog);
/* Reads the head. RC_OK, RC_CORRUPT (head and chain disagree), RC_FORMAT or RC_STORE. */
MUST_CHECK enum rc evlog_load(struct evlog *evlog, struct store_txn *txn);

/* One step: begin, append..., write into its transaction; then settle with the outcome of the
 * commit. */
void evlog_begin(struct evlog *evlog);
/* Returns RC_OK or RC_LIMIT (step buffer or record bound). */
MUST_CHECK enum rc evlog_append(struct evlog *evlog, enum evlog_kind kind, const void *payload,
                                size_t bytes, uint64_t *seq);
/* The same in two parts, for packing straight into the buffer: reserve exactly `bytes`, fill them,
 * accept. A reservation that is not accepted is dropped with the step only. */
MUST_CHECK enum rc evlog_reserve(struct evlog *evlog, enum evlog_kind kind, size_t bytes,
                                 unsigned char **payload);
uint64_t evlog_accept(struct evlog *evlog); /* its seq */
/* Writes the blocks; afterwards buffer[0..used) holds them as they are stored. RC_OK, RC_FULL,
 * RC_STORE or RC_CORRUPT (a record is there already). */
MUST_CHECK enum rc evlog_write(struct evlog *evlog, struct store_txn *txn, uint64_t now_ms);
void evlog_settle(struct evlog *evlog, bool committed);

/* Reads one committed record; payload points into the map. RC_OK, RC_NOT_FOUND, RC_CORRUPT,
 * RC_STORE. */
MUST_CHECK enum rc evlog_read(struct store_txn *txn, uint64_t seq, struct evlog_record *record);
/* As evlog_read, but also finds records appended in this step and not yet written. */
MUST_CHECK enum rc evlog_read_recent(const struct evlog *evlog, struct store_txn *txn, uint64_t seq,
                                     struct evlog_record *record);

/* A block from anywhere. Checks format, lengths and every checksum, not the hash. Keeps the
 * pointer. RC_OK, RC_CORRUPT or RC_FORMAT. */
struct evlog_block {
    const unsigned char *bytes;
    size_t size, offset;
    uint64_t first_seq, next_seq, now_ms;
    unsigned count, visited;
    const unsigned char *previous_hash, *hash;
};
MUST_CHECK enum rc evlog_block_open(struct evlog_block *block, const void *bytes, size_t size);
/* As evlog_block_open, and the hash must fit: for blocks of the own store. */
MUST_CHECK enum rc evlog_block_open_hashed(struct evlog_block *block, const void *bytes,
                                           size_t size);
/* RC_OK or RC_NOT_FOUND at the end. */
MUST_CHECK enum rc evlog_block_next(struct evlog_block *block, struct evlog_record *record);

/* Walk over the whole log in seq order, from `from`; for replay, dump, history. Stops on callback
 * != RC_OK. */
typedef enum rc (*evlog_visit)(void *context, const struct evlog_record *record);
MUST_CHECK enum rc evlog_walk(struct store_txn *txn, uint64_t from, evlog_visit visit,
                              void *context);

/* Checks every block and the chain; fills what was seen. RC_CORRUPT: at is the first bad seq. */
struct evlog_report {
    uint64_t first_seq, head_seq, blocks, records, bytes, at;
    const char
        *what; /* static text: "hash chain broken", "record checksum", "gap", "tail missing", ... */
};
MUST_CHECK enum rc evlog_verify(struct store_txn *txn, struct evlog_report *report);

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc evlog_follower_get(struct store_txn *txn, const char *name, uint64_t *seq);
/* Followers (STORE_FOLLOWER). A follower's position never goes back. */
MUST_CHECK enum rc evlog_follower_put(struct store_txn *txn, const char *name, uint64_t seq);
MUST_CHECK enum rc evlog_follower_floor(struct store_txn *txn,
                                        uint64_t *seq); /* lowest; 0 if none known */
/* Drops whole blocks below `before`, never past any follower's position nor the newest block, and
 * at most EVLOG_TRIM_BLOCKS_MAX and about EVLOG_TRIM_BYTES_MAX of them: the rest with the next
 * call. The chain's anchor is kept so that verify still works. Gives the new first seq. */
MUST_CHECK enum rc evlog_trim(struct evlog *evlog, struct store_txn *txn, uint64_t before,
                              uint64_t *first_seq);
