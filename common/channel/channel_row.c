/* channel_row: what an adapter remembers of messages and wishes.
 *
 *   heard   1, id (a long one: its start and digest)  →  seq of its Heard, digest of what was heard
 *           0                                         →  when the newest came
 *   wish    seq of a Heard                            →  the newest Wished that followed, its answer
 *
 * Ids are kept for ever, as intake keeps its external ids: a platform may repeat a message days later,
 * and what was answered then must be answered again. They lie in the order of their bytes, so that
 * ids that count up, as those of most platforms do, are neighbours. */
#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/channel/channel_private.h"

enum { KEY_LAST, KEY_ID, ID_DIGEST_BYTES = 16, WISH_VERSION = 1 };
enum { WHOLE_ID_BYTES_MAX = STORE_KEY_BYTES_MAX - 1 - ID_DIGEST_BYTES };

static const struct record_row heard_rows[] = {
    RECORD_U64_IN(struct channel_heard, seq, 1, UINT64_MAX),
    RECORD_BYTES(struct channel_heard, digest, HEARD_DIGEST_BYTES),
    RECORD_END,
};
static const struct record_format heard_format = {
    .version = 1, .bytes = sizeof(struct channel_heard), .rows = heard_rows};

struct last {
    uint64_t at_ms;
};
static const struct record_row last_rows[] = {RECORD_U64(struct last, at_ms), RECORD_END};
static const struct record_format last_format = {
    .version = 1, .bytes = sizeof(struct last), .rows = last_rows};

static unsigned table_of(const struct channel *channel, enum channel_table table)
{
    CHECK(channel->table >= STORE_SERVICE);
    CHECK(table < CHANNEL_TABLES);
    return channel->table + (unsigned)table;
}

/* Returns the length. */
static size_t id_key(const char *id, unsigned char key[STORE_KEY_BYTES_MAX])
{
    struct codec_writer writer;
    const size_t bytes = strlen(id);
    CHECK(bytes > 0); /* an empty id would make one message of all */
    codec_writer_init(&writer, key, STORE_KEY_BYTES_MAX);
    codec_put_u8(&writer, KEY_ID);
    if (bytes <= WHOLE_ID_BYTES_MAX) {
        codec_put_bytes(&writer, id, bytes);
    } else {
        unsigned char digest[ID_DIGEST_BYTES];
        const int failed =
            crypto_generichash(digest, sizeof digest, (const unsigned char *)id, bytes, NULL, 0);
        CHECK(failed == 0);
        codec_put_bytes(&writer, id, WHOLE_ID_BYTES_MAX);
        codec_put_bytes(&writer, digest, sizeof digest);
    }
    CHECK(!writer.failed);
    return writer.used;
}

enum rc channel_heard_get(struct store_txn *txn, const struct channel *channel, const char *id,
                          struct channel_heard *row)
{
    unsigned char key[STORE_KEY_BYTES_MAX];
    const size_t size = id_key(id, key);
    return store_get_record(txn, table_of(channel, CHANNEL_TABLE_HEARD), key, size, &heard_format,
                            row);
}

enum rc channel_heard_insert(struct store_txn *txn, const struct channel *channel, const char *id,
                             const struct channel_heard *row)
{
    CHECK(row->seq > 0);
    unsigned char key[STORE_KEY_BYTES_MAX];
    const size_t size = id_key(id, key);
    return store_insert_record(txn, table_of(channel, CHANNEL_TABLE_HEARD), key, size,
                               &heard_format, row);
}

enum rc channel_last_get(struct store_txn *txn, const struct channel *channel, uint64_t *at_ms)
{
    const unsigned char key[] = {KEY_LAST};
    struct last last = {.at_ms = 0};
    CHECK(at_ms != NULL);
    const enum rc rc = store_get_record(txn, table_of(channel, CHANNEL_TABLE_HEARD), key,
                                        sizeof key, &last_format, &last);
    if (rc == RC_OK) {
        *at_ms = last.at_ms;
    }
    return rc;
}

enum rc channel_last_put(struct store_txn *txn, const struct channel *channel, uint64_t at_ms)
{
    const unsigned char key[] = {KEY_LAST};
    const struct last last = {.at_ms = at_ms};
    CHECK(at_ms > 0);
    return store_put_record(txn, table_of(channel, CHANNEL_TABLE_HEARD), key, sizeof key,
                            &last_format, &last);
}

/* ---- wishes ---- */

/* Not a table of rows, for the answer is the fact's own packed message to the end of the record. */
enum rc channel_wish_get(struct store_txn *txn, const struct channel *channel, uint64_t heard,
                         struct channel_wish_row *row)
{
    unsigned char key[8];
    const void *value = NULL;
    size_t size = 0;
    uint8_t version = 0;
    struct codec_reader reader;
    CHECK(heard > 0);
    codec_set_u64(key, heard);
    enum rc rc =
        store_get(txn, table_of(channel, CHANNEL_TABLE_WISH), key, sizeof key, &value, &size);
    if (rc == RC_OK) {
        rc = codec_unseal(&reader, value, size, &version);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t wished = codec_get_u64(&reader);
    const uint64_t bytes = codec_get_varint(&reader);
    const unsigned char *const answer =
        bytes <= size ? codec_get_bytes(&reader, (size_t)bytes) : NULL;
    if (version != WISH_VERSION || wished == 0 || answer == NULL || !codec_done(&reader)) {
        return RC_CORRUPT;
    }
    *row = (struct channel_wish_row){.wished = wished, .answer = answer, .bytes = (size_t)bytes};
    return RC_OK;
}

enum rc channel_wish_put(struct store_txn *txn, const struct channel *channel, struct arena *arena,
                         uint64_t heard, const struct channel_wish_row *row)
{
    unsigned char key[8];
    struct codec_writer writer;
    const size_t room = row->bytes + 32; /* version, seq, length, checksum */
    CHECK(heard > 0);
    CHECK(row->wished > heard); /* it follows from it */
    unsigned char *const bytes = arena_alloc(arena, room);
    if (bytes == NULL) {
        return RC_LIMIT;
    }
    codec_set_u64(key, heard);
    codec_writer_init(&writer, bytes, room);
    codec_seal_begin(&writer, WISH_VERSION);
    codec_put_u64(&writer, row->wished);
    codec_put_varint(&writer, row->bytes);
    codec_put_bytes(&writer, row->answer, row->bytes);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, table_of(channel, CHANNEL_TABLE_WISH), key, sizeof key, bytes,
                     writer.used);
}
