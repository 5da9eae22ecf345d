/* intake_state: encoding of intake's records. Formats are versioned; a change of format gets a new
 * version here and keeps the old reader. */

#include "intake_state.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/step/step.h"

enum {
    VERSION = 1,
    TICKET_BYTES_MAX = 128 + 10 * INTAKE_RECENT_MAX,
    EXTERNAL_BYTES_MAX = 16,
    KEY_TICKET_BYTES = 8,
    KEY_CHANNEL_BYTES = 8,
    DIGEST_BYTES = 16,
    /* Of an id that is longer, this many bytes and the digest of all: longer than any other key. */
    WHOLE_ID_BYTES_MAX = STORE_KEY_BYTES_MAX - KEY_CHANNEL_BYTES - DIGEST_BYTES,
};

static void ticket_key(uint64_t ticket, unsigned char key[KEY_TICKET_BYTES])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, KEY_TICKET_BYTES);
    codec_put_u64(&writer, ticket);
    CHECK(!writer.failed);
}

static size_t ticket_encode(const struct intake_ticket *record, unsigned char *bytes, size_t size)
{
    CHECK(record->state != INTAKE_NONE);
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    CHECK(strlen(record->query_code) == QUERY_CODE_BYTES - 1);
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, size);
    codec_seal_begin(&writer, VERSION);
    codec_put_varint(&writer, record->registered_seq);
    codec_put_varint(&writer, record->last_seq - record->registered_seq);
    codec_put_varint(&writer, record->registered_ms);
    codec_put_varint(&writer, record->changed_ms - record->registered_ms);
    codec_put_bytes(&writer, record->query_code, QUERY_CODE_BYTES - 1);
    codec_put_u8(&writer, (uint8_t)record->state);
    codec_put_u8(&writer, (uint8_t)record->outcome);
    codec_put_varint(&writer, record->supplements);
    codec_put_varint(&writer, record->chases);
    codec_put_u8(&writer, (uint8_t)record->recent_count);
    for (uint32_t index = 0; index < record->recent_count; index++) {
        codec_put_varint(&writer, record->recent[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return writer.used;
}

static enum rc ticket_decode(const void *bytes, size_t size, struct intake_ticket *record)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, bytes, size, &version);
    if (rc != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    memset(record, 0, sizeof *record);
    record->registered_seq = codec_get_varint(&reader);
    record->last_seq = record->registered_seq + codec_get_varint(&reader);
    record->registered_ms = codec_get_varint(&reader);
    record->changed_ms = record->registered_ms + codec_get_varint(&reader);
    const unsigned char *const code = codec_get_bytes(&reader, QUERY_CODE_BYTES - 1);
    if (code != NULL) {
        memcpy(record->query_code, code, QUERY_CODE_BYTES - 1);
    }
    const uint8_t state = codec_get_u8(&reader);
    record->outcome = codec_get_u8(&reader);
    const uint64_t supplements = codec_get_varint(&reader), chases = codec_get_varint(&reader);
    record->recent_count = codec_get_u8(&reader);
    if (state == INTAKE_NONE || state >= INTAKE_STATE_COUNT ||
        record->recent_count > INTAKE_RECENT_MAX || supplements > UINT32_MAX ||
        chases > UINT32_MAX || strlen(record->query_code) != QUERY_CODE_BYTES - 1) {
        return RC_CORRUPT;
    }
    record->supplements = (uint32_t)supplements;
    record->chases = (uint32_t)chases;
    record->state = (enum intake_state)state;
    for (uint32_t index = 0; index < record->recent_count; index++) {
        record->recent[index] = codec_get_varint(&reader);
    }
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc intake_state_get(struct store_txn *txn, uint64_t ticket, struct intake_ticket *record)
{
    unsigned char key[KEY_TICKET_BYTES];
    ticket_key(ticket, key);
    const void *value = NULL;
    size_t size = 0;
    const enum rc rc = store_get(txn, INTAKE_TICKET, key, sizeof key, &value, &size);
    return rc == RC_OK ? ticket_decode(value, size, record) : rc;
}

enum rc intake_state_put(struct store_txn *txn, uint64_t ticket, const struct intake_ticket *record)
{
    unsigned char key[KEY_TICKET_BYTES], bytes[TICKET_BYTES_MAX];
    ticket_key(ticket, key);
    const size_t size = ticket_encode(record, bytes, sizeof bytes);
    return store_put(txn, INTAKE_TICKET, key, sizeof key, bytes, size);
}

enum rc intake_state_append(struct store_txn *txn, uint64_t ticket,
                            const struct intake_ticket *record)
{
    unsigned char key[KEY_TICKET_BYTES], bytes[TICKET_BYTES_MAX];
    ticket_key(ticket, key);
    const size_t size = ticket_encode(record, bytes, sizeof bytes);
    return store_append(txn, INTAKE_TICKET, key, sizeof key, bytes, size);
}

enum rc intake_state_last(struct store_txn *txn, uint64_t *ticket)
{
    struct store_walk walk;
    enum rc rc = store_walk_open_last(txn, INTAKE_TICKET, NULL, 0, &walk);
    if (rc == RC_OK) {
        struct codec_reader reader;
        codec_reader_init(&reader, walk.key, walk.key_bytes);
        *ticket = codec_get_u64(&reader);
        rc = codec_done(&reader) ? RC_OK : RC_CORRUPT;
    } else if (rc == RC_NOT_FOUND) {
        *ticket = 0;
        rc = RC_OK;
    }
    store_walk_close(&walk);
    return rc;
}

/* Gives the length. Ids that count up, as those of most channels do, lie in the order they came, so
 * that a step's rows are neighbours. */
static size_t external_key(const char *channel, const char *external_id,
                           unsigned char key[STORE_KEY_BYTES_MAX])
{
    const size_t bytes = strlen(external_id);
    struct codec_writer writer;
    codec_writer_init(&writer, key, STORE_KEY_BYTES_MAX);
    codec_put_u64(&writer, step_key(channel));
    if (bytes <= WHOLE_ID_BYTES_MAX) {
        codec_put_bytes(&writer, external_id, bytes);
    } else {
        unsigned char digest[DIGEST_BYTES];
        const int failed = crypto_generichash(digest, sizeof digest,
                                              (const unsigned char *)external_id, bytes, NULL, 0);
        CHECK(failed == 0);
        codec_put_bytes(&writer, external_id, WHOLE_ID_BYTES_MAX);
        codec_put_bytes(&writer, digest, sizeof digest);
    }
    CHECK(!writer.failed);
    return writer.used;
}

enum rc intake_state_external_get(struct store_txn *txn, const char *channel,
                                  const char *external_id, uint64_t *ticket)
{
    unsigned char key[STORE_KEY_BYTES_MAX];
    const size_t key_bytes = external_key(channel, external_id, key);
    const void *value = NULL;
    size_t size = 0;
    enum rc rc = store_get(txn, INTAKE_EXTERNAL, key, key_bytes, &value, &size);
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    rc = codec_unseal(&reader, value, size, &version);
    if (rc != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    const uint64_t read = codec_get_u64(&reader);
    if (!codec_done(&reader)) {
        return RC_CORRUPT;
    }
    *ticket = read;
    return RC_OK;
}

enum rc intake_state_external_insert(struct store_txn *txn, const char *channel,
                                     const char *external_id, uint64_t ticket)
{
    unsigned char key[STORE_KEY_BYTES_MAX], bytes[EXTERNAL_BYTES_MAX];
    const size_t key_bytes = external_key(channel, external_id, key);
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, VERSION);
    codec_put_u64(&writer, ticket);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_insert(txn, INTAKE_EXTERNAL, key, key_bytes, bytes, writer.used);
}

uint32_t intake_state_secret(uint64_t entropy, uint64_t ticket, uint32_t item)
{
    /* BLAKE2b keyed with the entropy; libsodium wants keys of at least 16 bytes, so the rest of
     * the key is a fixed label that keeps this use apart from others. */
    unsigned char key[16], input[12], hash[16];
    struct codec_writer writer;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, entropy);
    codec_put_bytes(&writer, "qry-code", 8);
    CHECK(!writer.failed);
    codec_writer_init(&writer, input, sizeof input);
    codec_put_u64(&writer, ticket);
    codec_put_u32(&writer, item);
    CHECK(!writer.failed);
    const int failed = crypto_generichash(hash, sizeof hash, input, sizeof input, key, sizeof key);
    CHECK(failed == 0);
    struct codec_reader reader;
    codec_reader_init(&reader, hash, sizeof hash);
    return codec_get_u32(&reader) & 0x3fffffffu;
}

void intake_state_add_recent(struct intake_ticket *record, uint64_t seq)
{
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    if (record->recent_count == INTAKE_RECENT_MAX) {
        memmove(record->recent, record->recent + 1,
                sizeof record->recent[0] * (INTAKE_RECENT_MAX - 1));
        record->recent_count--;
    }
    record->recent[record->recent_count++] = seq;
}
