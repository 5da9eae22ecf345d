/* evlog_block: reading blocks, wherever they come from; walking and verifying the log. */
#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/store/evlog_private.h"

void evlog_block_hash(const unsigned char *block, size_t size, unsigned char hash[EVLOG_HASH_BYTES])
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
    struct codec_reader reader;
    codec_reader_init(&reader, bytes, size);
    const unsigned format = codec_get_u8(&reader), flags = codec_get_u8(&reader);
    const unsigned count = codec_get_u16(&reader);
    const size_t records_bytes = codec_get_u32(&reader);
    const uint64_t first_seq = codec_get_u64(&reader), now_ms = codec_get_u64(&reader);
    const unsigned char *previous_hash = codec_get_bytes(&reader, EVLOG_HASH_BYTES);
    const unsigned char *hash = codec_get_bytes(&reader, EVLOG_HASH_BYTES);
    const uint32_t sum = codec_get_u32(&reader);
    if (size > 0 && format != EVLOG_FORMAT) {
        return RC_FORMAT;
    }
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

enum rc evlog_record_read(const unsigned char *at, size_t size, uint64_t seq,
                          struct evlog_record *record, size_t *bytes)
{
    struct evlog_record read;
    size_t whole = 0;
    if (record_peek(at, size, &read, &whole) != RC_OK || codec_crc(at + 4, whole - 4) != read.crc) {
        return RC_CORRUPT;
    }
    read.seq = seq;
    *record = read;
    *bytes = whole;
    return RC_OK;
}

/* RC_OK: count records fill the block exactly and each has its checksum. */
static enum rc check_records(const struct evlog_block *block, uint64_t *bad_seq)
{
    size_t offset = EVLOG_BLOCK_HEADER_BYTES;
    for (unsigned index = 0; index < block->count; index++) {
        struct evlog_record record;
        size_t bytes = 0;
        if (evlog_record_read(block->bytes + offset, block->size - offset, block->first_seq + index,
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
    evlog_block_hash(block->bytes, block->size, hash);
    return memcmp(hash, block->hash, EVLOG_HASH_BYTES) == 0;
}

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
    *block = read;
    return RC_OK;
}

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
    size_t bytes = 0;
    if (block->offset == block->size) {
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

/* ---- the stored log ---- */

static void key_of(uint64_t seq, unsigned char key[8])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, 8);
    codec_put_u64(&writer, seq);
}

/* Only the wanted record's checksum: others in the block are none of this reader's business. */
static enum rc find_record(const struct evlog_block *block, uint64_t seq,
                           struct evlog_record *record)
{
    size_t offset = EVLOG_BLOCK_HEADER_BYTES, bytes = 0;
    for (uint64_t at = block->first_seq; at < seq; at++) {
        if (record_peek(block->bytes + offset, block->size - offset, record, &bytes) != RC_OK) {
            return RC_CORRUPT;
        }
        offset += bytes;
    }
    const enum rc rc =
        evlog_record_read(block->bytes + offset, block->size - offset, seq, record, &bytes);
    record->now_ms = block->now_ms;
    return rc;
}

enum rc evlog_read(struct store_txn *txn, uint64_t seq, struct evlog_record *record)
{
    unsigned char key[8];
    struct store_walk walk;
    struct evlog_block block;
    struct evlog_record read = {0};
    key_of(seq, key);
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

static enum rc visit_block(struct evlog_block *block, uint64_t from, evlog_visit visit,
                           void *context)
{
    struct evlog_record record;
    while (evlog_block_next(block, &record) == RC_OK) {
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
    unsigned char key[8];
    struct store_walk walk;
    key_of(from, key);
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
    const bool empty = walk.key == NULL && rc == RC_NOT_FOUND;
    store_walk_close(&walk);
    return empty ? RC_OK : rc;
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
    chain->report->at = at;
    chain->report->what = what;
    return RC_CORRUPT;
}

static enum rc verify_block(struct chain *chain, const struct store_walk *walk)
{
    struct evlog_block block;
    unsigned char key[8];
    uint64_t bad_seq = 0;
    enum rc rc = read_header(&block, walk->value, walk->value_bytes);
    if (rc != RC_OK) {
        chain->report->at = chain->seq;
        chain->report->what = rc == RC_FORMAT ? "unknown format" : "block header";
        return rc;
    }
    key_of(block.first_seq, key);
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
