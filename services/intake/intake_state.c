/* intake_state: intake's records on disk. Owns both tables and the form of their keys; nobody else
 * writes to them. The rows below are stored: a change raises the version and keeps the old reader,
 * for intake's log is never trimmed and its tables are never made anew. */

#include "intake_state.h"

#include <sodium.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/base/record.h"
#include "common/step/step.h"
#include "common/store/store_row.h"

enum {
    DIGEST_BYTES = 16,
    /* Of an id that is longer, this many bytes and the digest of all: longer than any other key. */
    WHOLE_ID_BYTES_MAX = STORE_KEY_BYTES_MAX - CODEC_U64_BYTES - DIGEST_BYTES,
    CODE_BYTES = QUERY_CODE_BYTES - 1, /* stored without its end */
};

/* ---- tickets ---- */

/* Most numbers are small or near another, so a ticket takes some 30 bytes. */
static const struct record_row recent_rows[] = {RECORD_ITEM_VARINT, RECORD_END};
static const struct record_row ticket_rows[] = {
    RECORD_VARINT_IN(struct intake_ticket, registered_seq, 1, UINT64_MAX),
    RECORD_DELTA(struct intake_ticket, last_seq, registered_seq),
    RECORD_VARINT(struct intake_ticket, registered_ms),
    RECORD_DELTA(struct intake_ticket, changed_ms, registered_ms),
    RECORD_BYTES(struct intake_ticket, query_code, CODE_BYTES),
    RECORD_U8_IN(struct intake_ticket, state, INTAKE_NONE + 1, INTAKE_STATE_COUNT - 1),
    RECORD_U8(struct intake_ticket, outcome),
    RECORD_VARINT(struct intake_ticket, supplements),
    RECORD_VARINT(struct intake_ticket, chases),
    RECORD_LIST(struct intake_ticket, recent_count, recent, INTAKE_RECENT_MAX, recent_rows),
    RECORD_END,
};
static const struct record_format ticket_format = {
    .version = 1, .bytes = sizeof(struct intake_ticket), .rows = ticket_rows};

/* What binds a record beyond the bounds of its rows. Not that it changed after it was registered:
 * receipts carry the time of another service's clock. */
static bool sound(const struct intake_ticket *record)
{
    return strlen(record->query_code) == CODE_BYTES && record->registered_seq <= record->last_seq &&
           record->recent_count <= record->supplements;
}

enum rc intake_state_get(struct store_txn *txn, uint64_t ticket, struct intake_ticket *record)
{
    const enum rc rc = store_row_get(txn, INTAKE_TICKET, ticket, &ticket_format, record);
    return rc == RC_OK && !sound(record) ? RC_CORRUPT : rc;
}

enum rc intake_state_put(struct store_txn *txn, uint64_t ticket, const struct intake_ticket *record)
{
    CHECK(sound(record));
    CHECK(ticket != 0);
    return store_row_put(txn, INTAKE_TICKET, ticket, &ticket_format, record);
}

/* New numbers are above all others, so the row goes to the right edge of the tree: an order of
 * magnitude cheaper than a row among others. */
enum rc intake_state_append(struct store_txn *txn, uint64_t ticket,
                            const struct intake_ticket *record)
{
    CHECK(sound(record));
    CHECK(ticket != 0);
    return store_row_append(txn, INTAKE_TICKET, ticket, &ticket_format, record);
}

/* The table's last key is the counter of numbers: there is none beside it that could disagree. */
enum rc intake_state_last(struct store_txn *txn, uint64_t *ticket)
{
    CHECK(ticket != NULL);
    struct store_walk walk;
    enum rc rc = store_walk_open_last(txn, INTAKE_TICKET, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
    }
    if (rc == RC_OK) {
        *ticket = codec_u64_at(walk.key);
    } else if (rc == RC_NOT_FOUND) {
        *ticket = 0;
        rc = RC_OK;
    }
    store_walk_close(&walk);
    return rc;
}

/* ---- external ids ---- */

/* The channel in front, so that one channel's ids lie together; as a key of fixed width, so that no
 * id of one channel can look like that of another. */

struct external {
    uint64_t ticket;
};
static const struct record_row external_rows[] = {
    RECORD_U64(struct external, ticket),
    RECORD_END,
};
static const struct record_format external_format = {
    .version = 1, .bytes = sizeof(struct external), .rows = external_rows};

/* Returns the length. Ids that count up, as those of most channels do, lie in the order they came,
 * so that a step's rows are neighbours. */
static size_t external_key(const char *channel, const char *external_id,
                           unsigned char key[STORE_KEY_BYTES_MAX])
{
    const size_t bytes = strlen(external_id);
    CHECK(bytes > 0); /* an empty id would make one ticket of all */
    CHECK(channel[0] != '\0');
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
    struct external external;
    const size_t key_bytes = external_key(channel, external_id, key);
    const enum rc rc =
        store_get_record(txn, INTAKE_EXTERNAL, key, key_bytes, &external_format, &external);
    if (rc == RC_OK) {
        *ticket = external.ticket;
    }
    return rc;
}

enum rc intake_state_external_insert(struct store_txn *txn, const char *channel,
                                     const char *external_id, uint64_t ticket)
{
    CHECK(ticket != 0);
    unsigned char key[STORE_KEY_BYTES_MAX];
    const struct external external = {ticket};
    const size_t key_bytes = external_key(channel, external_id, key);
    return store_insert_record(txn, INTAKE_EXTERNAL, key, key_bytes, &external_format, &external);
}

/* ---- helpers of others ---- */

/* Not a random number: the same step run again (a full disk, a simulator) must give the same
 * codes, and the entropy is the step's. */
uint32_t intake_state_secret(uint64_t entropy, uint64_t ticket, uint32_t item)
{
    /* BLAKE2b keyed with the entropy; libsodium wants keys of at least 16 bytes, so the rest of
     * the key is a fixed label that keeps this use apart from others. */
    CHECK(ticket != 0);
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

/* The list is bounded so that reading a ticket is; older supplements stay in the log and in
 * the chain. */
void intake_state_add_recent(struct intake_ticket *record, uint64_t seq)
{
    CHECK(record->recent_count <= INTAKE_RECENT_MAX);
    CHECK(seq > 0);
    if (record->recent_count == INTAKE_RECENT_MAX) {
        memmove(record->recent, record->recent + 1,
                sizeof record->recent[0] * (INTAKE_RECENT_MAX - 1));
        record->recent_count--;
    }
    record->recent[record->recent_count++] = seq;
}
