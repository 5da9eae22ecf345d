/* webhook_state: the records of the adapter on disk. Owns the tables whose and batch, and the rows of
 * due that belong to batches. The rows of a record are stored: a change raises the version and keeps
 * the old reader. What must stay true: a batch has one deadline as long as it holds anything. */
#include "webhook_state.h"

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/due.h"

static const struct record_row assist_rows[] = {
    RECORD_ITEM_TEXT(CODE_BYTES_MAX + 1),
    RECORD_END,
};
static const struct record_row whose_rows[] = {
    RECORD_BOOL(struct webhook_whose, escalated),
    RECORD_BOOL(struct webhook_whose, confidential),
    RECORD_TEXT(struct webhook_whose, unit),
    RECORD_TEXT(struct webhook_whose, area),
    RECORD_TEXT(struct webhook_whose, channel),
    RECORD_LIST(struct webhook_whose, assist_count, assist, SITE_ASSIST_MAX, assist_rows),
    RECORD_END,
};
static const struct record_format whose_format = {
    .version = 1, .bytes = sizeof(struct webhook_whose), .rows = whose_rows};

static const struct record_row seq_rows[] = {
    RECORD_ITEM_VARINT,
    RECORD_END,
};
static const struct record_row batch_rows[] = {
    RECORD_TEXT(struct webhook_batch, to),
    RECORD_VARINT(struct webhook_batch, due_ms),
    RECORD_LIST(struct webhook_batch, count, seqs, BUNDLED_MAX, seq_rows),
    RECORD_END,
};
static const struct record_format batch_format = {
    .version = 1, .bytes = sizeof(struct webhook_batch), .rows = batch_rows};

enum rc webhook_state_whose(struct store_txn *txn, uint64_t ticket, struct webhook_whose *whose)
{
    unsigned char key[CODEC_U64_BYTES];
    CHECK(ticket != 0);
    codec_set_u64(key, ticket);
    return store_get_record(txn, WEBHOOK_WHOSE, key, sizeof key, &whose_format, whose);
}

enum rc webhook_state_put_whose(struct store_txn *txn, uint64_t ticket,
                                const struct webhook_whose *whose)
{
    unsigned char key[CODEC_U64_BYTES];
    CHECK(ticket != 0);
    CHECK(whose->assist_count <= SITE_ASSIST_MAX);
    codec_set_u64(key, ticket);
    return store_put_record(txn, WEBHOOK_WHOSE, key, sizeof key, &whose_format, whose);
}

enum rc webhook_state_batch(struct store_txn *txn, uint64_t key, struct webhook_batch *batch)
{
    unsigned char bytes[CODEC_U64_BYTES];
    codec_set_u64(bytes, key);
    const enum rc rc =
        store_get_record(txn, WEBHOOK_BATCH, bytes, sizeof bytes, &batch_format, batch);
    return rc == RC_OK && batch->count == 0 ? RC_CORRUPT : rc;
}

/* Its deadline is that of the first that was gathered; it comes and goes with the row. */
enum rc webhook_state_put_batch(struct store_txn *txn, uint64_t key,
                                const struct webhook_batch *batch)
{
    unsigned char bytes[CODEC_U64_BYTES];
    const struct due due = {.due_ms = batch->due_ms, .id = key, .kind = WEBHOOK_DUE_BATCH};
    CHECK(batch->count <= BUNDLED_MAX);
    CHECK(batch->to[0] != '\0');
    codec_set_u64(bytes, key);
    if (batch->count == 0) {
        const enum rc rc = due_del(txn, &due);
        return rc == RC_OK ? store_del(txn, WEBHOOK_BATCH, bytes, sizeof bytes) : rc;
    }
    const enum rc rc = batch->count == 1 ? due_put(txn, &due) : RC_OK;
    return rc == RC_OK
               ? store_put_record(txn, WEBHOOK_BATCH, bytes, sizeof bytes, &batch_format, batch)
               : rc;
}
