/* callback_state: encoding of callback's records and rows. Formats are versioned; a change of
 * format gets a new version here and keeps the old reader. */

#include "callback_state.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/step/step.h"
#include "common/store/due.h"

enum {
    VERSION = 1,
    TASK_BYTES_MAX = 128 + 2 * (CODE_BYTES_MAX + 1) + ACTOR_BYTES_MAX + 1,
    KEY_BYTES_MAX = 24,
};

static size_t task_key(uint64_t ticket, unsigned char *key)
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, KEY_BYTES_MAX);
    codec_put_u64(&writer, ticket);
    CHECK(!writer.failed);
    return writer.used;
}

static size_t row_key(enum callback_table table, const struct callback_row *row, unsigned char *key)
{
    CHECK(table == CALLBACK_QUEUE || table == CALLBACK_OPEN);
    struct codec_writer writer;
    codec_writer_init(&writer, key, KEY_BYTES_MAX);
    codec_put_u64(&writer, row->channel_key);
    if (table == CALLBACK_QUEUE) {
        codec_put_u64(&writer, row->ready_ms);
    }
    codec_put_u64(&writer, row->ticket);
    CHECK(!writer.failed);
    return writer.used;
}

static enum rc row_read(enum callback_table table, const struct store_walk *walk,
                        struct callback_row *row)
{
    struct codec_reader reader;
    codec_reader_init(&reader, walk->key, walk->key_bytes);
    row->channel_key = codec_get_u64(&reader);
    row->ready_ms = table == CALLBACK_QUEUE ? codec_get_u64(&reader) : 0;
    row->ticket = codec_get_u64(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc callback_state_put(struct store_txn *txn, uint64_t ticket, const struct callback_task *task)
{
    CHECK(task->state != CALLBACK_NONE);
    CHECK(task->round > 0 || task->state == CALLBACK_TAKEN_BACK);
    unsigned char key[KEY_BYTES_MAX], bytes[TASK_BYTES_MAX];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, VERSION);
    codec_put_u8(&writer, (uint8_t)task->state);
    codec_put_varint(&writer, task->round);
    codec_put_varint(&writer, task->attempt);
    codec_put_varint(&writer, task->open_ms);
    codec_put_varint(&writer, task->due_ms - task->open_ms);
    codec_put_varint(&writer, task->ready_ms - task->open_ms);
    codec_put_varint(&writer, task->until_ms);
    codec_put_varint(&writer, task->last_seq);
    codec_put_varint(&writer, task->answered_seq);
    codec_put_u8(&writer, (uint8_t)task->solved);
    codec_put_u8(&writer, (uint8_t)task->satisfied);
    codec_put_text(&writer, task->channel);
    codec_put_text(&writer, task->unit);
    codec_put_text(&writer, task->holder);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    const size_t key_bytes = task_key(ticket, key);
    return store_put(txn, CALLBACK_TASK, key, key_bytes, bytes, writer.used);
}

static enum rc task_decode(const void *bytes, size_t size, struct callback_task *task)
{
    struct codec_reader reader;
    uint8_t version = 0;
    const enum rc rc = codec_unseal(&reader, bytes, size, &version);
    if (rc != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    memset(task, 0, sizeof *task);
    const uint8_t state = codec_get_u8(&reader);
    const uint64_t round = codec_get_varint(&reader), attempt = codec_get_varint(&reader);
    task->open_ms = codec_get_varint(&reader);
    task->due_ms = task->open_ms + codec_get_varint(&reader);
    task->ready_ms = task->open_ms + codec_get_varint(&reader);
    task->until_ms = codec_get_varint(&reader);
    task->last_seq = codec_get_varint(&reader);
    task->answered_seq = codec_get_varint(&reader);
    task->solved = codec_get_u8(&reader);
    task->satisfied = codec_get_u8(&reader);
    codec_get_text(&reader, task->channel, sizeof task->channel);
    codec_get_text(&reader, task->unit, sizeof task->unit);
    codec_get_text(&reader, task->holder, sizeof task->holder);
    if (!codec_done(&reader) || state == CALLBACK_NONE || state >= CALLBACK_STATE_COUNT ||
        (round == 0 && state != CALLBACK_TAKEN_BACK) || round > UINT32_MAX ||
        attempt > UINT32_MAX) {
        return RC_CORRUPT;
    }
    task->round = (uint32_t)round;
    task->attempt = (uint32_t)attempt;
    task->state = (enum callback_state)state;
    return RC_OK;
}

enum rc callback_state_get(struct store_txn *txn, uint64_t ticket, struct callback_task *task)
{
    unsigned char key[KEY_BYTES_MAX];
    const size_t key_bytes = task_key(ticket, key);
    const void *value = NULL;
    size_t size = 0;
    const enum rc rc = store_get(txn, CALLBACK_TASK, key, key_bytes, &value, &size);
    return rc == RC_OK ? task_decode(value, size, task) : rc;
}

static enum rc row_insert(struct store_txn *txn, enum callback_table table,
                          const struct callback_row *row)
{
    unsigned char key[KEY_BYTES_MAX];
    const size_t key_bytes = row_key(table, row, key);
    const enum rc rc = store_insert(txn, table, key, key_bytes, "", 0);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

static enum rc row_delete(struct store_txn *txn, enum callback_table table,
                          const struct callback_row *row)
{
    unsigned char key[KEY_BYTES_MAX];
    const size_t key_bytes = row_key(table, row, key);
    const enum rc rc = store_del(txn, table, key, key_bytes);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static struct callback_row row_of(uint64_t ticket, const struct callback_task *task)
{
    return (struct callback_row){step_key(task->channel), task->ready_ms, ticket};
}

static struct due due_of(uint64_t ticket, const struct callback_task *task)
{
    return (struct due){task->due_ms, ticket, PAIDAN__CLOCK__CLOCK_CALLBACK};
}

enum rc callback_state_open(struct store_txn *txn, uint64_t ticket,
                            const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    const struct callback_row row = row_of(ticket, task);
    const struct due due = due_of(ticket, task);
    enum rc rc = row_insert(txn, CALLBACK_QUEUE, &row);
    if (rc == RC_OK) {
        rc = row_insert(txn, CALLBACK_OPEN, &row);
    }
    return rc == RC_OK ? due_put(txn, &due) : rc;
}

enum rc callback_state_shut(struct store_txn *txn, uint64_t ticket,
                            const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    const struct callback_row row = row_of(ticket, task);
    const struct due due = due_of(ticket, task);
    enum rc rc = row_delete(txn, CALLBACK_QUEUE, &row);
    if (rc == RC_OK) {
        rc = row_delete(txn, CALLBACK_OPEN, &row);
    }
    return rc == RC_OK ? due_del(txn, &due) : rc;
}

enum rc callback_state_requeue(struct store_txn *txn, uint64_t ticket,
                               const struct callback_task *from, const struct callback_task *to)
{
    const struct callback_row old = row_of(ticket, from);
    const struct callback_row new = row_of(ticket, to);
    const enum rc rc = row_delete(txn, CALLBACK_QUEUE, &old);
    return rc == RC_OK ? row_insert(txn, CALLBACK_QUEUE, &new) : rc;
}

enum rc callback_state_walk(struct store_txn *txn, enum callback_table table,
                            const struct callback_row *from, struct store_walk *walk,
                            struct callback_row *row)
{
    unsigned char key[KEY_BYTES_MAX];
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
