/* evlog: the log of facts, from its bytes upward: blocks as they lie, the head that says where the
 * log ends, writing, reading, followers and trimming, verifying.
 *
 * Owns the tables STORE_LOG and STORE_FOLLOWER and the record "log" in STORE_META. What must stay
 * true: seqs have no gap; every block carries the hash of the one before it, and the head the hash
 * of the newest, so that nothing in the middle or at the end changes or goes unseen; a written
 * block never changes, for followers hold copies of its bytes. */
#include "common/store/evlog.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/base/record.h"

#define EVLOG_FORMAT 2u
/* Offsets in a block. */
#define EVLOG_FIRST_AT 8u /* first seq; the key has the same 8 bytes */
#define EVLOG_TIME_AT 16u /* now_ms, then the hash of the block before */
#define EVLOG_HASH_AT 56u /* own hash */
#define EVLOG_SUM_AT 88u  /* checksum of the header before it */

static_assert(EVLOG_BLOCK_BYTES_MAX / EVLOG_RECORD_HEADER_BYTES <= UINT16_MAX,
              "the count of records in a block has 16 bits");
static_assert(EVLOG_HASH_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

static const char head_key[] = EVLOG_HEAD_KEY;

/* ---- blocks ---- */

/* Over everything but the hash itself and the checksum after it, so that it can be computed
 * before both are written. The hash of the block before is inside: that makes the chain. */
static void hash_block(const unsigned char *block, size_t size,
                       unsigned char hash[EVLOG_HASH_BYTES])
{
    CHECK(size >= EVLOG_BLOCK_HEADER_BYTES);
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, EVLOG_HASH_BYTES);
    (void)crypto_generichash_update(&state, block, EVLOG_HASH_AT);
    (void)crypto_generichash_update(&state, block + EVLOG_BLOCK_HEADER_BYTES,
                                    size - EVLOG_BLOCK_HEADER_BYTES);
    (void)crypto_generichash_final(&state, hash, EVLOG_HASH_BYTES);
}

/* Header and lengths, without the checksums of records. */
static enum rc read_header(struct evlog_block *block, const void *bytes, size_t size)
{
    CHECK(bytes != NULL || size == 0);
    struct codec_reader reader;
    codec_reader_init(&reader, bytes, size);
    /* Read in one run and judged afterwards: a reader that ran out returns zeros, and `failed`
     * is looked at with the rest. */
    const unsigned format = codec_get_u8(&reader), flags = codec_get_u8(&reader);
    const unsigned count = codec_get_u16(&reader);
    const size_t records_bytes = codec_get_u32(&reader);
    const uint64_t first_seq = codec_get_u64(&reader), now_ms = codec_get_u64(&reader);
    const unsigned char *previous_hash = codec_get_bytes(&reader, EVLOG_HASH_BYTES);
    const unsigned char *hash = codec_get_bytes(&reader, EVLOG_HASH_BYTES);
    const uint32_t sum = codec_get_u32(&reader);
    /* Before the checksum: another format may have another header, and "damaged" would be the
     * wrong word for it. */
    if (size > 0 && format != EVLOG_FORMAT) {
        return RC_FORMAT;
    }
    /* flags are for formats to come, which this version cannot know. A block without records, or
     * one whose seqs run over, was never written by us. */
    if (reader.failed || flags != 0 || count == 0 || first_seq == 0 ||
        first_seq > UINT64_MAX - count || records_bytes != size - EVLOG_BLOCK_HEADER_BYTES ||
        codec_crc(bytes, EVLOG_SUM_AT) != sum) {
        return RC_CORRUPT;
    }
    *block = (struct evlog_block){
        .bytes = bytes,
        .size = size,
        .offset = EVLOG_BLOCK_HEADER_BYTES,
        .first_seq = first_seq,
        .next_seq = first_seq,
        .now_ms = now_ms,
        .count = count,
        .previous_hash = previous_hash,
        .hash = hash,
    };
    return RC_OK;
}

/* Length and kind without the checksum: enough to step over a record. */
static enum rc record_peek(const unsigned char *at, size_t size, struct evlog_record *record,
                           size_t *bytes)
{
    struct codec_reader reader;
    codec_reader_init(&reader, at, size);
    const uint32_t crc = codec_get_u32(&reader);
    const size_t payload_bytes = codec_get_u32(&reader);
    const unsigned kind = codec_get_u8(&reader);
    const unsigned char *payload = codec_get_bytes(&reader, payload_bytes);
    if (payload == NULL || payload_bytes > EVLOG_RECORD_BYTES_MAX) {
        return RC_CORRUPT;
    }
    *record = (struct evlog_record){
        .crc = crc,
        .kind = (enum evlog_kind)kind,
        .payload = payload,
        .bytes = payload_bytes,
    };
    *bytes = EVLOG_RECORD_HEADER_BYTES + payload_bytes;
    return RC_OK;
}

/* One record at `at`; bytes: its size with the header. RC_OK or RC_CORRUPT. The checksum covers length and kind too: a length that was changed would otherwise send the
 * reader to a wrong place that happens to look right. */
static enum rc record_open(const unsigned char *at, size_t size, uint64_t seq,
                           struct evlog_record *record, size_t *bytes)
{
    struct evlog_record read;
    size_t whole = 0;
    if (record_peek(at, size, &read, &whole) != RC_OK || codec_crc(at + 4, whole - 4) != read.crc) {
        return RC_CORRUPT;
    }
    CHECK(seq > 0);
    CHECK(whole <= size);
    read.seq = seq;
    *record = read;
    *bytes = whole;
    return RC_OK;
}

/* RC_OK: count records fill the block exactly and each has its checksum. All of them, once, when the
 * block is opened: evlog_block_next then goes by their lengths alone. evlog_read opens no block: it checks
 * the one record that it was asked for. */
static enum rc check_records(const struct evlog_block *block, uint64_t *bad_seq)
{
    CHECK(block->count > 0);
    CHECK(block->size >= EVLOG_BLOCK_HEADER_BYTES);
    size_t offset = EVLOG_BLOCK_HEADER_BYTES;
    for (unsigned index = 0; index < block->count; index++) {
        struct evlog_record record;
        size_t bytes = 0;
        if (record_open(block->bytes + offset, block->size - offset, block->first_seq + index,
                        &record, &bytes) != RC_OK) {
            *bad_seq = block->first_seq + index;
            return RC_CORRUPT;
        }
        offset += bytes;
    }
    *bad_seq = block->first_seq;
    return offset == block->size ? RC_OK : RC_CORRUPT;
}

static bool hash_right(const struct evlog_block *block)
{
    unsigned char hash[EVLOG_HASH_BYTES];
    hash_block(block->bytes, block->size, hash);
    return memcmp(hash, block->hash, EVLOG_HASH_BYTES) == 0;
}

/* For blocks of others: without the hash, which has no key and so proves nothing about who sent
 * it, and costs as much as all the rest. */
enum rc evlog_block_open(struct evlog_block *block, const void *bytes, size_t size)
{
    struct evlog_block read;
    uint64_t bad_seq = 0;
    enum rc rc = read_header(&read, bytes, size);
    if (rc == RC_OK) {
        rc = check_records(&read, &bad_seq);
    }
    if (rc != RC_OK) {
        return rc;
    }
    read.next_seq = read.first_seq + read.count;
    CHECK(read.next_seq > read.first_seq);
    *block = read;
    return RC_OK;
}

/* For blocks of our own store, where the chain is what shows that one was taken out or put in. */
enum rc evlog_block_open_hashed(struct evlog_block *block, const void *bytes, size_t size)
{
    struct evlog_block read;
    const enum rc rc = evlog_block_open(&read, bytes, size);
    if (rc != RC_OK) {
        return rc;
    }
    if (!hash_right(&read)) {
        return RC_CORRUPT;
    }
    *block = read;
    return RC_OK;
}

enum rc evlog_block_next(struct evlog_block *block, struct evlog_record *record)
{
    CHECK(block->offset <= block->size);
    size_t bytes = 0;
    if (block->offset == block->size) {
        CHECK(block->visited == block->count);
        return RC_NOT_FOUND;
    }
    const enum rc rc =
        record_peek(block->bytes + block->offset, block->size - block->offset, record, &bytes);
    CHECK(rc == RC_OK); /* evlog_block_open has read them all */
    block->offset += bytes;
    record->seq = block->first_seq + block->visited++;
    record->now_ms = block->now_ms;
    return RC_OK;
}

/* ---- head ---- */

static const struct record_row head_rows[] = {
    RECORD_U64_IN(struct evlog_head, first_seq, 1, UINT64_MAX),
    RECORD_U64_IN(struct evlog_head, head_seq, 0, UINT64_MAX - 1),
    RECORD_BYTES(struct evlog_head, hash, EVLOG_HASH_BYTES),
    RECORD_BYTES(struct evlog_head, anchor, EVLOG_HASH_BYTES),
    RECORD_END,
};
static const struct record_format head_format = {
    .version = 1, .stranger = RC_FORMAT, .bytes = sizeof(struct evlog_head), .rows = head_rows};

enum rc evlog_head_get(struct store_txn *txn, struct evlog_head *head)
{
    /* A store in which nothing was ever said has no head, and begins at 1. */
    struct evlog_head read = {.first_seq = 1};
    const enum rc rc =
        store_get_record(txn, STORE_META, head_key, sizeof head_key - 1, &head_format, &read);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    /* first - 1 == head: everything was trimmed, or nothing was ever written. */
    if (read.first_seq - 1 > read.head_seq) {
        return RC_CORRUPT;
    }
    *head = read;
    return RC_OK;
}

static enum rc head_put(struct store_txn *txn, const struct evlog_head *head)
{
    CHECK(head->first_seq <= head->head_seq + 1);
    return store_put_record(txn, STORE_META, head_key, sizeof head_key - 1, &head_format, head);
}

enum rc evlog_init(struct evlog *evlog, size_t buffer_bytes, size_t records_max)
{
    CHECK(buffer_bytes > EVLOG_BLOCK_HEADER_BYTES + EVLOG_RECORD_HEADER_BYTES);
    CHECK(records_max > 0);
    *evlog = (struct evlog){.first_seq = 1, .next_seq = 1, .buffer_bytes = buffer_bytes};
    /* Once, for the life of the service: a step never waits for memory, and one that does not
     * fit is refused with RC_LIMIT before anything is written. */
    evlog->buffer = malloc(buffer_bytes);
    evlog->starts = malloc(records_max * sizeof *evlog->starts);
    evlog->starts_max = records_max;
    if (evlog->buffer == NULL || evlog->starts == NULL || sodium_init() < 0) {
        evlog_fini(evlog);
        return RC_LIMIT;
    }
    return RC_OK;
}

void evlog_fini(struct evlog *evlog)
{
    free(evlog->buffer);
    free(evlog->starts);
    *evlog = (struct evlog){0};
}

/* The newest block must be the one the head speaks of; an empty log has no block. */
/* Head and newest block are put in one transaction; only something other than us makes them
 * differ. Without this look a tail that was cut off would be written over, and followers that
 * have it would diverge. */
static enum rc check_newest(struct store_txn *txn, const struct evlog_head *head)
{
    struct store_walk walk;
    struct evlog_block block;
    enum rc rc = store_walk_open_last(txn, STORE_LOG, NULL, 0, &walk);
    if (rc == RC_NOT_FOUND) {
        rc = head->head_seq == 0 ? RC_OK : RC_CORRUPT;
    } else if (rc == RC_OK) {
        rc = evlog_block_open_hashed(&block, walk.value, walk.value_bytes);
        if (rc == RC_OK && (block.next_seq != head->head_seq + 1 ||
                            memcmp(block.hash, head->hash, EVLOG_HASH_BYTES) != 0)) {
            rc = RC_CORRUPT;
        }
    }
    store_walk_close(&walk);
    return rc;
}

enum rc evlog_load(struct evlog *evlog, struct store_txn *txn)
{
    struct evlog_head head;
    enum rc rc = evlog_head_get(txn, &head);
    if (rc == RC_OK) {
        rc = check_newest(txn, &head);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(head.first_seq > 0);
    CHECK(head.first_seq - 1 <= head.head_seq);
    evlog->first_seq = head.first_seq;
    evlog->head_seq = head.head_seq;
    memcpy(evlog->hash, head.hash, EVLOG_HASH_BYTES);
    memcpy(evlog->anchor, head.anchor, EVLOG_HASH_BYTES);
    evlog_begin(evlog);
    return RC_OK;
}

/* ---- writing ---- */

void evlog_begin(struct evlog *evlog)
{
    CHECK(evlog->buffer != NULL);
    CHECK(evlog->head_seq < UINT64_MAX);
    /* What an undone step has left in the buffer is forgotten, not cleaned: nothing reads beyond
     * `used`. */
    evlog->used = 0;
    evlog->block_at = 0;
    evlog->block_count = 0;
    evlog->pending_bytes = 0;
    evlog->next_seq = evlog->head_seq + 1;
    evlog->pending_first_seq = evlog->first_seq;
    memcpy(evlog->pending_hash, evlog->hash, EVLOG_HASH_BYTES);
    memcpy(evlog->pending_anchor, evlog->anchor, EVLOG_HASH_BYTES);
}

/* Writes what is known of the block's header before the commit: all but time and hashes. */
static void block_close(struct evlog *evlog)
{
    if (evlog->block_count == 0) {
        return;
    }
    CHECK(evlog->block_count <= UINT16_MAX);
    CHECK(evlog->used - evlog->block_at > EVLOG_BLOCK_HEADER_BYTES);
    CHECK(evlog->used - evlog->block_at <= UINT32_MAX);
    struct codec_writer writer;
    codec_writer_init(&writer, evlog->buffer + evlog->block_at, EVLOG_BLOCK_HEADER_BYTES);
    codec_put_u8(&writer, EVLOG_FORMAT);
    codec_put_u8(&writer, 0);
    codec_put_u16(&writer, (uint16_t)evlog->block_count);
    codec_put_u32(&writer, (uint32_t)(evlog->used - evlog->block_at - EVLOG_BLOCK_HEADER_BYTES));
    codec_put_u64(&writer, evlog->next_seq - evlog->block_count);
    CHECK(!writer.failed);
    evlog->block_at = evlog->used;
    evlog->block_count = 0;
}

enum rc evlog_reserve(struct evlog *evlog, enum evlog_kind kind, size_t bytes,
                      unsigned char **payload)
{
    CHECK(evlog->pending_bytes == 0);
    CHECK(kind == EVLOG_EVENT || kind == EVLOG_ANSWER);
    /* Refused here, while nothing of it is written, so that the step can be split; later it
     * would have to be undone. */
    if (bytes > EVLOG_RECORD_BYTES_MAX || evlog->next_seq - evlog->head_seq > evlog->starts_max) {
        return RC_LIMIT;
    }
    const size_t record = EVLOG_RECORD_HEADER_BYTES + bytes;
    /* Blocks are kept near what one Fetch carries: a follower never gets half of one. A record
     * larger than that has a block to itself. */
    const bool fresh =
        evlog->block_count == 0 || evlog->used - evlog->block_at + record > EVLOG_BLOCK_BYTES_MAX;
    const size_t wanted = record + (fresh ? EVLOG_BLOCK_HEADER_BYTES : 0);
    if (wanted > evlog->buffer_bytes - evlog->used) {
        return RC_LIMIT;
    }
    if (fresh) {
        block_close(evlog);
        evlog->used += EVLOG_BLOCK_HEADER_BYTES;
    }
    unsigned char *at = evlog->buffer + evlog->used;
    struct codec_writer writer;
    /* Length and kind now, the checksum in evlog_accept: it covers the payload, which is not
     * there yet. */
    codec_writer_init(&writer, at + 4, EVLOG_RECORD_HEADER_BYTES - 4);
    codec_put_u32(&writer, (uint32_t)bytes);
    codec_put_u8(&writer, (uint8_t)kind);
    CHECK(!writer.failed);
    evlog->pending_bytes = record;
    *payload = at + EVLOG_RECORD_HEADER_BYTES;
    return RC_OK;
}

uint64_t evlog_accept(struct evlog *evlog)
{
    CHECK(evlog->pending_bytes > 0);
    CHECK(evlog->used + evlog->pending_bytes <= evlog->buffer_bytes);
    CHECK(evlog->next_seq - evlog->head_seq - 1 < evlog->starts_max);
    unsigned char *at = evlog->buffer + evlog->used;
    struct codec_writer writer;
    codec_writer_init(&writer, at, 4);
    codec_put_u32(&writer, codec_crc(at + 4, evlog->pending_bytes - 4));
    /* For evlog_read_recent: a core may read again what it said in this very step. */
    evlog->starts[evlog->next_seq - evlog->head_seq - 1] = evlog->used;
    evlog->used += evlog->pending_bytes;
    evlog->pending_bytes = 0;
    evlog->block_count++;
    return evlog->next_seq++;
}

enum rc evlog_append(struct evlog *evlog, enum evlog_kind kind, const void *payload, size_t bytes,
                     uint64_t *seq)
{
    CHECK(payload != NULL || bytes == 0);
    unsigned char *room = NULL;
    const enum rc rc = evlog_reserve(evlog, kind, bytes, &room);
    if (rc != RC_OK) {
        return rc;
    }
    if (bytes > 0) {
        memcpy(room, payload, bytes);
    }
    *seq = evlog_accept(evlog);
    return RC_OK;
}

enum rc evlog_write(struct evlog *evlog, struct store_txn *txn, uint64_t now_ms)
{
    CHECK(evlog->pending_bytes == 0);
    block_close(evlog);
    size_t at = 0;
    while (at < evlog->used) {
        unsigned char *block = evlog->buffer + at;
        struct codec_reader reader;
        codec_reader_init(&reader, block, EVLOG_BLOCK_HEADER_BYTES);
        (void)codec_get_u32(&reader); /* format, flags, count */
        const size_t size = EVLOG_BLOCK_HEADER_BYTES + codec_get_u32(&reader);
        struct codec_writer writer;
        codec_writer_init(&writer, block + EVLOG_TIME_AT, EVLOG_HASH_AT - EVLOG_TIME_AT);
        /* Time and chain come last, when the step is whole: a step that is split or undone
         * hashes nothing. */
        codec_put_u64(&writer, now_ms);
        codec_put_bytes(&writer, evlog->pending_hash, EVLOG_HASH_BYTES);
        CHECK(!writer.failed);
        hash_block(block, size, evlog->pending_hash);
        memcpy(block + EVLOG_HASH_AT, evlog->pending_hash, EVLOG_HASH_BYTES);
        codec_writer_init(&writer, block + EVLOG_SUM_AT, EVLOG_BLOCK_HEADER_BYTES - EVLOG_SUM_AT);
        codec_put_u32(&writer, codec_crc(block, EVLOG_SUM_AT));
        CHECK(!writer.failed);
        /* Appended, not put: seqs grow, so every block goes to the right edge of the tree, and
         * LMDB itself refuses one that would go before an older one. */
        const enum rc rc = store_append(txn, STORE_LOG, block + EVLOG_FIRST_AT, 8, block, size);
        if (rc != RC_OK) {
            return rc == RC_EXISTS ? RC_CORRUPT : rc;
        }
        at += size;
    }
    CHECK(at == evlog->used); /* the blocks fill the buffer exactly */
    struct evlog_head head = {.first_seq = evlog->pending_first_seq,
                              .head_seq = evlog->next_seq - 1};
    memcpy(head.hash, evlog->pending_hash, EVLOG_HASH_BYTES);
    memcpy(head.anchor, evlog->pending_anchor, EVLOG_HASH_BYTES);
    return evlog->used == 0 ? RC_OK : head_put(txn, &head);
}

void evlog_settle(struct evlog *evlog, bool committed)
{
    /* Only now do the numbers move: until the commit holds, the head in memory is the head on
     * the disk. */
    if (committed) {
        CHECK(evlog->pending_bytes == 0);
        CHECK(evlog->next_seq > evlog->head_seq);
        CHECK(evlog->pending_first_seq >= evlog->first_seq);
        evlog->head_seq = evlog->next_seq - 1;
        evlog->first_seq = evlog->pending_first_seq;
        memcpy(evlog->hash, evlog->pending_hash, EVLOG_HASH_BYTES);
        memcpy(evlog->anchor, evlog->pending_anchor, EVLOG_HASH_BYTES);
    }
    evlog_begin(evlog);
}

/* ---- reading ---- */

/* Only the wanted record's checksum: others in the block are none of this reader's business. */
static enum rc find_record(const struct evlog_block *block, uint64_t seq,
                           struct evlog_record *record)
{
    CHECK(seq >= block->first_seq);
    CHECK(seq - block->first_seq < block->count);
    size_t offset = EVLOG_BLOCK_HEADER_BYTES, bytes = 0;
    /* A block holds thousands of small facts: no more than their lengths is looked at. */
    for (uint64_t at = block->first_seq; at < seq; at++) {
        if (block->size - offset < EVLOG_RECORD_HEADER_BYTES) {
            return RC_CORRUPT;
        }
        bytes = codec_u32_at(block->bytes + offset + 4); /* after its checksum */
        offset += EVLOG_RECORD_HEADER_BYTES;
        if (bytes > block->size - offset) {
            return RC_CORRUPT;
        }
        offset += bytes;
    }
    const enum rc rc =
        record_open(block->bytes + offset, block->size - offset, seq, record, &bytes);
    record->now_ms = block->now_ms;
    return rc;
}

enum rc evlog_read(struct store_txn *txn, uint64_t seq, struct evlog_record *record)
{
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    struct evlog_block block;
    struct evlog_record read = {0};
    codec_set_u64(key, seq);
    /* The block that begins at or before seq. Only its header and the one record are checked: a
     * history of a hundred facts would otherwise check a hundred whole blocks. */
    enum rc rc = store_walk_open_last(txn, STORE_LOG, key, sizeof key, &walk);
    if (rc == RC_OK) {
        rc = read_header(&block, walk.value, walk.value_bytes);
    }
    if (rc == RC_OK && seq - block.first_seq >= block.count) {
        rc = RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        rc = find_record(&block, seq, &read);
    }
    store_walk_close(&walk);
    if (rc != RC_OK) {
        return rc == RC_FORMAT ? RC_CORRUPT : rc;
    }
    *record = read;
    return RC_OK;
}

/* The first block may begin before `from`: its earlier records are stepped over, not given. */
static enum rc visit_block(struct evlog_block *block, uint64_t from, evlog_visit visit,
                           void *context)
{
    struct evlog_record record;
    while (evlog_block_next(block, &record) == RC_OK) {
        CHECK(record.seq < block->next_seq);
        if (record.seq < from) {
            continue;
        }
        const enum rc rc = visit(context, &record);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

enum rc evlog_walk(struct store_txn *txn, uint64_t from, evlog_visit visit, void *context)
{
    unsigned char key[CODEC_U64_BYTES];
    struct store_walk walk;
    codec_set_u64(key, from);
    /* The block that holds `from` may begin before it. */
    enum rc rc = store_walk_open_last(txn, STORE_LOG, key, sizeof key, &walk);
    if (rc == RC_NOT_FOUND) {
        store_walk_close(&walk);
        rc = store_walk_open(txn, STORE_LOG, NULL, 0, &walk);
    }
    while (rc == RC_OK) {
        struct evlog_block block;
        rc = evlog_block_open_hashed(&block, walk.value, walk.value_bytes);
        if (rc == RC_OK) {
            rc = visit_block(&block, from, visit, context);
        }
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
            if (rc == RC_NOT_FOUND) {
                store_walk_close(&walk);
                return RC_OK;
            }
        }
    }
    /* Nothing was ever written, or all was trimmed: nothing to visit is no failure. */
    const bool empty = walk.key == NULL && rc == RC_NOT_FOUND;
    store_walk_close(&walk);
    return empty ? RC_OK : rc;
}

enum rc evlog_read_recent(const struct evlog *evlog, struct store_txn *txn, uint64_t seq,
                          struct evlog_record *record)
{
    /* What is committed lies in the store; what this step said lies in the buffer, and its
     * blocks have no header yet. */
    if (seq <= evlog->head_seq) {
        return evlog_read(txn, seq, record);
    }
    if (seq >= evlog->next_seq) {
        return RC_NOT_FOUND;
    }
    CHECK(seq - evlog->head_seq - 1 < evlog->starts_max);
    const size_t at = evlog->starts[seq - evlog->head_seq - 1];
    CHECK(at < evlog->used);
    size_t bytes = 0;
    const enum rc rc = record_open(evlog->buffer + at, evlog->used - at, seq, record, &bytes);
    record->now_ms = 0; /* its block is not written yet */
    return rc;
}

/* ---- followers and trimming ---- */

struct follower {
    uint64_t seq; /* newest record that it holds durably */
};

static const struct record_row follower_rows[] = {RECORD_U64(struct follower, seq), RECORD_END};
static const struct record_format follower_format = {
    .version = 1, .bytes = sizeof(struct follower), .rows = follower_rows};

enum rc evlog_follower_get(struct store_txn *txn, const char *name, uint64_t *seq)
{
    CHECK(name[0] != '\0');
    struct follower follower;
    const enum rc rc =
        store_get_record(txn, STORE_FOLLOWER, name, strlen(name), &follower_format, &follower);
    if (rc == RC_OK) {
        *seq = follower.seq;
    }
    return rc;
}

enum rc evlog_follower_put(struct store_txn *txn, const char *name, uint64_t seq)
{
    CHECK(name[0] != '\0');
    uint64_t before = 0;
    const enum rc rc = evlog_follower_get(txn, name, &before);
    /* A late Fetch of before is no news: what a follower holds durably it holds for ever, and
     * trimming may have relied on it. */
    if ((rc != RC_OK && rc != RC_NOT_FOUND) || (rc == RC_OK && before >= seq)) {
        return rc;
    }
    const struct follower follower = {.seq = seq};
    return store_put_record(txn, STORE_FOLLOWER, name, strlen(name), &follower_format, &follower);
}

/* lowest stays as it is if nobody follows. */
static enum rc lower_to_followers(struct store_txn *txn, uint64_t *lowest)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, STORE_FOLLOWER, NULL, 0, &walk);
    while (rc == RC_OK) {
        struct follower follower;
        rc = record_read(&follower_format, walk.value, walk.value_bytes, &follower);
        if (rc == RC_OK) {
            *lowest = follower.seq < *lowest ? follower.seq : *lowest;
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc evlog_follower_floor(struct store_txn *txn, uint64_t *seq)
{
    uint64_t lowest = UINT64_MAX;
    const enum rc rc = lower_to_followers(txn, &lowest);
    if (rc == RC_OK) {
        /* Nobody follows: 0, and what holds the log is the caller to say (a follower that never
         * came holds all of it). */
        *seq = lowest == UINT64_MAX ? 0 : lowest;
    }
    return rc;
}

/* Drops the oldest block if all of its records are below `before` and it is not the newest; bytes:
 * its size, 0 if it stays. */
static enum rc trim_block(struct store_txn *txn, uint64_t before, struct evlog_head *head,
                          size_t *bytes)
{
    struct store_walk walk;
    struct evlog_block block = {0};
    unsigned char key[CODEC_U64_BYTES];
    bool dropped = false;
    *bytes = 0;
    enum rc rc = store_walk_open(txn, STORE_LOG, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = evlog_block_open_hashed(&block, walk.value, walk.value_bytes);
    }
    if (rc == RC_OK && (walk.key_bytes != sizeof key || block.first_seq != head->first_seq)) {
        rc = RC_CORRUPT;
    }
    if (rc == RC_OK) {
        memcpy(key, walk.key, sizeof key);
        dropped = block.next_seq <= before && block.next_seq <= head->head_seq;
    }
    store_walk_close(&walk);
    if (rc != RC_OK || !dropped) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    CHECK(block.next_seq > head->first_seq);
    CHECK(block.next_seq <= head->head_seq); /* the newest block is never dropped */
    head->first_seq = block.next_seq;
    /* The chain begins at this hash from now on, so that verify still proves what is left. */
    memcpy(head->anchor, block.hash, EVLOG_HASH_BYTES);
    *bytes = block.size;
    return store_del(txn, STORE_LOG, key, sizeof key);
}

enum rc evlog_trim(struct evlog *evlog, struct store_txn *txn, uint64_t before, uint64_t *first_seq)
{
    CHECK(evlog->used == 0);
    CHECK(evlog->pending_bytes == 0);
    struct evlog_head head;
    /* As a follower that holds everything below `before` would be: the lowest of all decides. */
    uint64_t lowest = before == 0 ? 0 : before - 1;
    enum rc rc = evlog_head_get(txn, &head);
    if (rc == RC_OK) {
        rc = lower_to_followers(txn, &lowest);
    }
    size_t bytes = 1, sum = 0;
    unsigned blocks = 0;
    /* Bounded, for it shares the write transaction with the work: the rest goes with the next
     * call. */
    while (rc == RC_OK && bytes > 0 && blocks < EVLOG_TRIM_BLOCKS_MAX &&
           sum < EVLOG_TRIM_BYTES_MAX) {
        rc = trim_block(txn, lowest + 1, &head, &bytes);
        sum += bytes;
        blocks += bytes > 0 ? 1 : 0;
    }
    if (rc == RC_OK && blocks > 0) {
        rc = head_put(txn, &head);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(head.first_seq >= evlog->first_seq);
    evlog->pending_first_seq = head.first_seq;
    memcpy(evlog->pending_anchor, head.anchor, EVLOG_HASH_BYTES);
    *first_seq = head.first_seq;
    return RC_OK;
}

/* ---- verifying ---- */

/* What must come next in the chain. */
struct chain {
    struct evlog_report *report;
    uint64_t seq;
    unsigned char hash[EVLOG_HASH_BYTES];
};

static enum rc wrong(struct chain *chain, uint64_t at, const char *what)
{
    CHECK(chain->report->what == NULL); /* the first thing that is wrong is the one that is told */
    chain->report->at = at;
    chain->report->what = what;
    return RC_CORRUPT;
}

static enum rc verify_block(struct chain *chain, const struct store_walk *walk)
{
    struct evlog_block block;
    unsigned char key[CODEC_U64_BYTES];
    uint64_t bad_seq = 0;
    enum rc rc = read_header(&block, walk->value, walk->value_bytes);
    if (rc != RC_OK) {
        chain->report->at = chain->seq;
        /* Not wrong(): a format of tomorrow is no damage, and the code must say so. */
        chain->report->what = rc == RC_FORMAT ? "unknown format" : "block header";
        return rc;
    }
    codec_set_u64(key, block.first_seq);
    if (walk->key_bytes != sizeof key || memcmp(walk->key, key, sizeof key) != 0) {
        return wrong(chain, chain->seq, "block under a wrong key");
    }
    if (block.first_seq != chain->seq) {
        return wrong(chain, chain->seq, "gap");
    }
    if (check_records(&block, &bad_seq) != RC_OK) {
        return wrong(chain, bad_seq, "record checksum");
    }
    if (memcmp(block.previous_hash, chain->hash, EVLOG_HASH_BYTES) != 0) {
        return wrong(chain, block.first_seq, "hash chain broken");
    }
    if (!hash_right(&block)) {
        return wrong(chain, block.first_seq, "block hash");
    }
    memcpy(chain->hash, block.hash, EVLOG_HASH_BYTES);
    chain->seq += block.count;
    chain->report->blocks++;
    chain->report->records += block.count;
    chain->report->bytes += block.size;
    return RC_OK;
}

enum rc evlog_verify(struct store_txn *txn, struct evlog_report *report)
{
    struct evlog_head head;
    struct store_walk walk;
    *report = (struct evlog_report){0};
    struct chain chain = {.report = report};
    enum rc rc = evlog_head_get(txn, &head);
    if (rc != RC_OK) {
        report->what = "head record";
        return rc;
    }
    report->first_seq = head.first_seq;
    report->head_seq = head.head_seq;
    chain.seq = head.first_seq;
    memcpy(chain.hash, head.anchor, EVLOG_HASH_BYTES);
    rc = store_walk_open(txn, STORE_LOG, NULL, 0, &walk);
    while (rc == RC_OK) {
        rc = verify_block(&chain, &walk);
        if (rc == RC_OK) {
            rc = store_walk_next(&walk);
        }
    }
    store_walk_close(&walk);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    /* The newest block is never trimmed, so that a log that ever had one has one. */
    if (chain.seq <= head.head_seq || (report->blocks == 0 && head.head_seq != 0)) {
        return wrong(&chain, chain.seq, "tail missing");
    }
    if (chain.seq != head.head_seq + 1) {
        return wrong(&chain, head.head_seq + 1, "records beyond the head");
    }
    if (head.head_seq != 0 && memcmp(chain.hash, head.hash, EVLOG_HASH_BYTES) != 0) {
        return wrong(&chain, head.head_seq, "newest block is another");
    }
    return RC_OK;
}
