/* webhook_state: the records of the adapter on disk. Owns the tables whose, batch and kept, and the
 * rows of due that belong to the latter two. The rows of a record are stored: a change raises the version and keeps
 * the old reader. What must stay true: a batch has one deadline as long as it holds anything. */
#include "webhook_state.h"

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/due.h"
#include "common/store/store_row.h"

/* A row for each ticket that a followed log ever told of, closed ones too: an appeal or a redo comes months
 * later, and its subscribers are those of then. */
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

/* Seqs of our own log, not the facts: they lie there already. */
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
    CHECK(ticket != 0);
    return store_row_get(txn, WEBHOOK_WHOSE, ticket, &whose_format, whose);
}

enum rc webhook_state_put_whose(struct store_txn *txn, uint64_t ticket,
                                const struct webhook_whose *whose)
{
    CHECK(ticket != 0);
    CHECK(whose->assist_count <= SITE_ASSIST_MAX);
    return store_row_put(txn, WEBHOOK_WHOSE, ticket, &whose_format, whose);
}

enum rc webhook_state_batch(struct store_txn *txn, uint64_t key, struct webhook_batch *batch)
{
    const enum rc rc = store_row_get(txn, WEBHOOK_BATCH, key, &batch_format, batch);
    return rc == RC_OK && batch->count == 0 ? RC_CORRUPT : rc;
}

/* Its deadline is that of the first that was gathered; it comes and goes with the row. */
enum rc webhook_state_put_batch(struct store_txn *txn, uint64_t key,
                                const struct webhook_batch *batch)
{
    const struct due due = {.due_ms = batch->due_ms, .id = key, .kind = WEBHOOK_DUE_BATCH};
    CHECK(batch->count <= BUNDLED_MAX);
    CHECK(batch->to[0] != '\0');
    if (batch->count == 0) {
        const enum rc rc = due_del(txn, &due);
        return rc == RC_OK ? store_row_del(txn, WEBHOOK_BATCH, key) : rc;
    }
    const enum rc rc = batch->count == 1 ? due_put(txn, &due) : RC_OK;
    return rc == RC_OK ? store_row_put(txn, WEBHOOK_BATCH, key, &batch_format, batch) : rc;
}

/* ---- what waits for its owner ---- */

static const struct record_row kept_rows[] = {
    RECORD_VARINT(struct webhook_kept, due_ms),
    RECORD_LIST(struct webhook_kept, count, seqs, WEBHOOK_KEPT_MAX, seq_rows),
    RECORD_END,
};
static const struct record_format kept_format = {
    .version = 1, .bytes = sizeof(struct webhook_kept), .rows = kept_rows};

enum rc webhook_state_kept(struct store_txn *txn, uint64_t ticket, struct webhook_kept *kept)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_get(txn, WEBHOOK_KEPT, ticket, &kept_format, kept);
    return rc == RC_OK && kept->count == 0 ? RC_CORRUPT : rc;
}

/* As of a batch: its deadline is that of the first, and comes and goes with the row. */
enum rc webhook_state_put_kept(struct store_txn *txn, uint64_t ticket,
                               const struct webhook_kept *kept)
{
    const struct due due = {.due_ms = kept->due_ms, .id = ticket, .kind = WEBHOOK_DUE_KEPT};
    CHECK(ticket != 0);
    CHECK(kept->count <= WEBHOOK_KEPT_MAX);
    if (kept->count == 0) {
        const enum rc rc = due_del(txn, &due);
        return rc == RC_OK ? store_row_del(txn, WEBHOOK_KEPT, ticket) : rc;
    }
    const enum rc rc = kept->count == 1 ? due_put(txn, &due) : RC_OK;
    return rc == RC_OK ? store_row_put(txn, WEBHOOK_KEPT, ticket, &kept_format, kept) : rc;
}
