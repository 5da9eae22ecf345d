/* callback_state: callback's records on disk. Owns the tables task, queue and open, and the rows of
 * due; nobody else writes to them. The rows of a record are stored: a change raises the version and
 * keeps the old reader. What must stay true: an open task has one row in each of queue, open and
 * due, any other task has none, so that whoever walks a row may rely on its task. */

#include "callback_state.h"

#include <string.h>

#include "callback_hours.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/step/step.h"
#include "common/store/due.h"
#include "common/store/store_row.h"

/* ---- tasks ---- */

static const struct record_row confidence_rows[] = {
    RECORD_BOOL(struct callback_task, confidential),
    RECORD_END,
};
static const struct record_row order_rows[] = {
    RECORD_VARINT(struct callback_task, tried),
    RECORD_U8_IN(struct callback_task, half_day, CALLBACK_HALF_NONE, CALLBACK_EVENING),
    RECORD_VARINT(struct callback_task, over_ms),
    RECORD_U8_IN(struct callback_task, spared, 0, PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL),
    RECORD_BOOL(struct callback_task, late),
    RECORD_TEXT(struct callback_task, from),
    RECORD_END,
};
static const struct record_row skipped_rows[] = {
    RECORD_TEXT(struct callback_task, skipped[0]),
    RECORD_TEXT(struct callback_task, skipped[1]),
    RECORD_END,
};
static_assert(CALLBACK_SKIPPED_MAX == 2, "a row each");
static const struct record_row task_rows[] = {
    RECORD_U8_IN(struct callback_task, state, CALLBACK_NONE + 1, CALLBACK_STATE_COUNT - 1),
    RECORD_VARINT(struct callback_task, round),
    RECORD_VARINT(struct callback_task, attempt),
    RECORD_VARINT(struct callback_task, open_ms),
    RECORD_DELTA(struct callback_task, due_ms, open_ms),
    RECORD_DELTA(struct callback_task, ready_ms, open_ms),
    RECORD_VARINT(struct callback_task, until_ms),
    RECORD_VARINT(struct callback_task, last_seq),
    RECORD_VARINT(struct callback_task, answered_seq),
    RECORD_U8(struct callback_task, solved),
    RECORD_U8(struct callback_task, satisfied),
    RECORD_TEXT(struct callback_task, channel),
    RECORD_TEXT(struct callback_task, unit),
    RECORD_TEXT(struct callback_task, holder),
    RECORD_SINCE(2, confidence_rows), /* nobody could ask for it before */
    RECORD_SINCE(3, order_rows),      /* one channel asked, in any half-day */
    RECORD_SINCE(4, skipped_rows),    /* who was passed over had asked, as far as was known */
    RECORD_END,
};
static const struct record_format task_format = {
    .version = 4, .oldest = 1, .bytes = sizeof(struct callback_task), .rows = task_rows};

/* What binds a record beyond the bounds of its rows: only what was withdrawn before its first
 * closure has no round, and an attempt ends after it began. */
static bool sound(const struct callback_task *task)
{
    return (task->round > 0 || task->state == CALLBACK_TAKEN_BACK) && task->open_ms <= task->due_ms;
}

enum rc callback_state_get(struct store_txn *txn, uint64_t ticket, struct callback_task *task)
{
    const enum rc rc = store_row_get(txn, CALLBACK_TASK, ticket, &task_format, task);
    return rc == RC_OK && !sound(task) ? RC_CORRUPT : rc;
}

enum rc callback_state_put(struct store_txn *txn, uint64_t ticket, const struct callback_task *task)
{
    CHECK(sound(task));
    CHECK(ticket != 0);
    return store_row_put(txn, CALLBACK_TASK, ticket, &task_format, task);
}

/* ---- rows that follow a task ---- */

enum { QUEUE_KEY_BYTES = 3 * CODEC_U64_BYTES, OPEN_KEY_BYTES = 2 * CODEC_U64_BYTES };

/* Big-endian, so that the store's order of bytes is the order of channel, time and ticket. */
static size_t row_key(enum callback_table table, const struct callback_row *row,
                      unsigned char key[QUEUE_KEY_BYTES])
{
    CHECK(table == CALLBACK_QUEUE || table == CALLBACK_OPEN);
    codec_set_u64(key, row->channel_key);
    /* By ticket, not by time: pages of a listing must not shift while tasks are handed out. */
    if (table == CALLBACK_OPEN) {
        codec_set_u64(key + CODEC_U64_BYTES, row->ticket);
        return OPEN_KEY_BYTES;
    }
    codec_set_u64(key + CODEC_U64_BYTES, row->ready_ms);
    codec_set_u64(key + 2 * CODEC_U64_BYTES, row->ticket);
    return QUEUE_KEY_BYTES;
}

/* A key of another length was not written here: RC_CORRUPT, before a byte behind it is read. */
static enum rc row_read(enum callback_table table, const struct store_walk *walk,
                        struct callback_row *row)
{
    const bool queued = table == CALLBACK_QUEUE;
    CHECK(queued || table == CALLBACK_OPEN);
    if (store_walk_key(walk, queued ? QUEUE_KEY_BYTES : OPEN_KEY_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    row->channel_key = codec_u64_at(walk->key);
    row->ready_ms = queued ? codec_u64_at(walk->key + CODEC_U64_BYTES) : 0;
    row->ticket = codec_u64_at(walk->key + (queued ? 2 : 1) * CODEC_U64_BYTES);
    return RC_OK;
}

static enum rc move_row(struct store_txn *txn, enum callback_table table, uint64_t ticket,
                        const struct callback_task *was, const struct callback_task *now)
{
    const struct callback_row old = {step_key(was->channel), was->ready_ms, ticket};
    const struct callback_row fresh = {step_key(now->channel), now->ready_ms, ticket};
    unsigned char old_key[QUEUE_KEY_BYTES], fresh_key[QUEUE_KEY_BYTES];
    const size_t bytes = row_key(table, &old, old_key);
    const size_t fresh_bytes = row_key(table, &fresh, fresh_key);
    CHECK(bytes == fresh_bytes);
    return store_move_key(txn, table, callback_fsm_open(was->state), old_key,
                          callback_fsm_open(now->state), fresh_key, bytes);
}

/* The kind is the clock's number, so that a dump of any service's deadlines names it. */
static enum rc move_due(struct store_txn *txn, uint64_t ticket, const struct callback_task *was,
                        const struct callback_task *now)
{
    const bool had = callback_fsm_open(was->state), has = callback_fsm_open(now->state);
    CHECK(!has || now->due_ms >= now->open_ms);
    CHECK(!has || now->due_ms > 0); /* 0 is "none" to due_move */
    return due_move(txn, PAIDAN__CLOCK__CLOCK_CALLBACK, ticket, had ? was->due_ms : 0,
                    has ? now->due_ms : 0);
}

/* Rows before the record, so that what they were is still what the caller read. */
enum rc callback_state_change(struct store_txn *txn, uint64_t ticket,
                              const struct callback_task *was, const struct callback_task *now)
{
    CHECK(now->last_seq > 0);
    CHECK(now->last_seq >= was->last_seq);
    enum rc rc = move_row(txn, CALLBACK_QUEUE, ticket, was, now);
    if (rc == RC_OK) {
        rc = move_row(txn, CALLBACK_OPEN, ticket, was, now);
    }
    if (rc == RC_OK) {
        rc = move_due(txn, ticket, was, now);
    }
    return rc == RC_OK ? callback_state_put(txn, ticket, now) : rc;
}

/* ---- walking them ---- */

enum rc callback_state_walk(struct store_txn *txn, enum callback_table table,
                            const struct callback_row *from, struct store_walk *walk,
                            struct callback_row *row)
{
    unsigned char key[QUEUE_KEY_BYTES];
    const size_t key_bytes = row_key(table, from, key);
    const enum rc rc = store_walk_open(txn, table, key, key_bytes, walk);
    return rc == RC_OK ? row_read(table, walk, row) : rc;
}

enum rc callback_state_next(enum callback_table table, struct store_walk *walk,
                            struct callback_row *row)
{
    const enum rc rc = store_walk_next(walk);
    return rc == RC_OK ? row_read(table, walk, row) : rc;
}
