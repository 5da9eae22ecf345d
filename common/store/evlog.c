/* evlog: writing, reading and trimming the log. Blocks are read in evlog_block.c. */
#include "common/store/evlog.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/base/record.h"
#include "common/store/evlog_private.h"

static_assert(EVLOG_BLOCK_BYTES_MAX / EVLOG_RECORD_HEADER_BYTES <= UINT16_MAX,
              "the count of records in a block has 16 bits");
static_assert(EVLOG_HASH_BYTES == crypto_generichash_BYTES, "BLAKE2b-256");

static const char head_key[] = EVLOG_HEAD_KEY;

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
    struct evlog_head read = {.first_seq = 1};
    const enum rc rc =
        store_get_record(txn, STORE_META, head_key, sizeof head_key - 1, &head_format, &read);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
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
    if (bytes > EVLOG_RECORD_BYTES_MAX || evlog->next_seq - evlog->head_seq > evlog->starts_max) {
        return RC_LIMIT;
    }
    const size_t record = EVLOG_RECORD_HEADER_BYTES + bytes;
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
    unsigned char *at = evlog->buffer + evlog->used;
    struct codec_writer writer;
    codec_writer_init(&writer, at, 4);
    codec_put_u32(&writer, codec_crc(at + 4, evlog->pending_bytes - 4));
    evlog->starts[evlog->next_seq - evlog->head_seq - 1] = evlog->used;
    evlog->used += evlog->pending_bytes;
    evlog->pending_bytes = 0;
    evlog->block_count++;
    return evlog->next_seq++;
}

enum rc evlog_append(struct evlog *evlog, enum evlog_kind kind, const void *payload, size_t bytes,
                     uint64_t *seq)
{
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
        codec_put_u64(&writer, now_ms);
        codec_put_bytes(&writer, evlog->pending_hash, EVLOG_HASH_BYTES);
        CHECK(!writer.failed);
        evlog_block_hash(block, size, evlog->pending_hash);
        memcpy(block + EVLOG_HASH_AT, evlog->pending_hash, EVLOG_HASH_BYTES);
        codec_writer_init(&writer, block + EVLOG_SUM_AT, EVLOG_BLOCK_HEADER_BYTES - EVLOG_SUM_AT);
        codec_put_u32(&writer, codec_crc(block, EVLOG_SUM_AT));
        CHECK(!writer.failed);
        const enum rc rc = store_append(txn, STORE_LOG, block + EVLOG_FIRST_AT, 8, block, size);
        if (rc != RC_OK) {
            return rc == RC_EXISTS ? RC_CORRUPT : rc;
        }
        at += size;
    }
    struct evlog_head head = {.first_seq = evlog->pending_first_seq,
                              .head_seq = evlog->next_seq - 1};
    memcpy(head.hash, evlog->pending_hash, EVLOG_HASH_BYTES);
    memcpy(head.anchor, evlog->pending_anchor, EVLOG_HASH_BYTES);
    return evlog->used == 0 ? RC_OK : head_put(txn, &head);
}

void evlog_settle(struct evlog *evlog, bool committed)
{
    if (committed) {
        evlog->head_seq = evlog->next_seq - 1;
        evlog->first_seq = evlog->pending_first_seq;
        memcpy(evlog->hash, evlog->pending_hash, EVLOG_HASH_BYTES);
        memcpy(evlog->anchor, evlog->pending_anchor, EVLOG_HASH_BYTES);
    }
    evlog_begin(evlog);
}

/* ---- reading ---- */

enum rc evlog_read_recent(const struct evlog *evlog, struct store_txn *txn, uint64_t seq,
                          struct evlog_record *record)
{
    if (seq <= evlog->head_seq) {
        return evlog_read(txn, seq, record);
    }
    if (seq >= evlog->next_seq) {
        return RC_NOT_FOUND;
    }
    const size_t at = evlog->starts[seq - evlog->head_seq - 1];
    size_t bytes = 0;
    const enum rc rc = evlog_record_read(evlog->buffer + at, evlog->used - at, seq, record, &bytes);
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
    uint64_t before = 0;
    const enum rc rc = evlog_follower_get(txn, name, &before);
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
    unsigned char key[8];
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
    head->first_seq = block.next_seq;
    memcpy(head->anchor, block.hash, EVLOG_HASH_BYTES);
    *bytes = block.size;
    return store_del(txn, STORE_LOG, key, sizeof key);
}

enum rc evlog_trim(struct evlog *evlog, struct store_txn *txn, uint64_t before, uint64_t *first_seq)
{
    CHECK(evlog->used == 0);
    struct evlog_head head;
    uint64_t lowest = before == 0 ? 0 : before - 1;
    enum rc rc = evlog_head_get(txn, &head);
    if (rc == RC_OK) {
        rc = lower_to_followers(txn, &lowest);
    }
    size_t bytes = 1, sum = 0;
    unsigned blocks = 0;
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
    evlog->pending_first_seq = head.first_seq;
    memcpy(evlog->pending_anchor, head.anchor, EVLOG_HASH_BYTES);
    *first_seq = head.first_seq;
    return RC_OK;
}
