/* callback_state: what callback stores is the same bytes as ever, its rows follow the task, and
 * what no callback has written is refused. */

#include "callback_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "callback.h"
#include "callback_hours.h"
#include "stored.h"

#define BASE_MS 1795309200000ull

static void fill(char *field, size_t size, char letter)
{
    memset(field, letter, size - 1);
    field[size - 1] = '\0';
}

static const struct callback_task plain = {.state = CALLBACK_ASKED,
                                           .round = 1,
                                           .attempt = 1,
                                           .open_ms = BASE_MS,
                                           .due_ms = BASE_MS + 200,
                                           .ready_ms = BASE_MS,
                                           .last_seq = 3,
                                           .channel = "wechat"};

static struct callback_task widest(void)
{
    struct callback_task task = {.state = CALLBACK_HANDED,
                                 .round = UINT32_MAX,
                                 .attempt = UINT32_MAX - 1,
                                 .open_ms = BASE_MS,
                                 .due_ms = BASE_MS + 70000,
                                 .ready_ms = BASE_MS - 1,
                                 .until_ms = BASE_MS + 300,
                                 .last_seq = UINT64_MAX,
                                 .answered_seq = UINT64_MAX - 1,
                                 .solved = 3,
                                 .satisfied = 2,
                                 .confidential = true,
                                 .tried = UINT32_MAX,
                                 .half_day = CALLBACK_EVENING,
                                 .over_ms = BASE_MS + 80000,
                                 .spared = PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL,
                                 .late = true};
    fill(task.from, sizeof task.from, 'f');
    fill(task.skipped[0], sizeof task.skipped[0], 's');
    fill(task.skipped[1], sizeof task.skipped[1], 'k');
    fill(task.channel, sizeof task.channel, 'c');
    fill(task.unit, sizeof task.unit, 'u');
    fill(task.holder, sizeof task.holder, 'h');
    return task;
}

static void assert_task_equal(struct store_txn *txn, const struct callback_task *task)
{
    struct callback_task read;
    assert_int_equal(callback_state_get(txn, STORED_ID, &read), RC_OK);
    assert_int_equal(read.state, task->state);
    assert_int_equal(read.round, task->round);
    assert_int_equal(read.attempt, task->attempt);
    assert_int_equal(read.open_ms, task->open_ms);
    assert_int_equal(read.due_ms, task->due_ms);
    assert_int_equal(read.ready_ms, task->ready_ms);
    assert_int_equal(read.until_ms, task->until_ms);
    assert_int_equal(read.last_seq, task->last_seq);
    assert_int_equal(read.answered_seq, task->answered_seq);
    assert_int_equal(read.solved, task->solved);
    assert_int_equal(read.satisfied, task->satisfied);
    assert_string_equal(read.channel, task->channel);
    assert_string_equal(read.unit, task->unit);
    assert_string_equal(read.holder, task->holder);
    assert_int_equal(read.confidential, task->confidential);
    assert_int_equal(read.tried, task->tried);
    assert_int_equal(read.half_day, task->half_day);
    assert_int_equal(read.over_ms, task->over_ms);
    assert_int_equal(read.spared, task->spared);
    assert_int_equal(read.late, task->late);
    assert_string_equal(read.from, task->from);
    for (unsigned nth = 0; nth < CALLBACK_SKIPPED_MAX; nth++) {
        assert_string_equal(read.skipped[nth], task->skipped[nth]);
    }
}

static void say_rows(struct stored *stored, const char *when)
{
    trace_say(&stored->trace, "rows of a task: %s", when);
    stored_say(stored, CALLBACK_QUEUE, "queue");
    stored_say(stored, CALLBACK_OPEN, "open");
    stored_say(stored, STORE_DUE, "due");
}

static void test_records_when_stored_then_the_bytes_of_this_version(void **context)
{
    (void)context;
    struct stored stored;
    stored_open(&stored, &callback_service);
    assert_int_equal(callback_state_put(stored.txn, STORED_ID, &plain), RC_OK);
    stored_say(&stored, CALLBACK_TASK, "task: asked");
    assert_task_equal(stored.txn, &plain);
    const struct callback_task taken_back = {.state = CALLBACK_TAKEN_BACK, .last_seq = 1};
    assert_int_equal(callback_state_put(stored.txn, STORED_ID, &taken_back), RC_OK);
    stored_say(&stored, CALLBACK_TASK, "task: withdrawn before it was ever asked");
    assert_task_equal(stored.txn, &taken_back);
    const struct callback_task task = widest();
    assert_int_equal(callback_state_put(stored.txn, STORED_ID, &task), RC_OK);
    stored_say(&stored, CALLBACK_TASK, "task: all of it");
    assert_task_equal(stored.txn, &task);
    stored_close(&stored, "callback_stored");
}

static void test_rows_when_a_task_opens_moves_and_shuts_then_they_follow_it(void **context)
{
    (void)context;
    struct stored stored;
    stored_open(&stored, &callback_service);
    const struct callback_task none = {.state = CALLBACK_NONE};
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &none, &plain), RC_OK);
    say_rows(&stored, "open");
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &none, &plain), RC_CORRUPT);
    struct callback_task moved = plain, over = plain;
    moved.state = CALLBACK_HANDED;
    moved.ready_ms = BASE_MS + 100;
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &plain, &moved), RC_OK);
    assert_task_equal(stored.txn, &moved);
    say_rows(&stored, "handed out");
    over.state = CALLBACK_ANSWERED;
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &moved, &moved), RC_OK);
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &plain, &over), RC_CORRUPT);
    assert_int_equal(callback_state_change(stored.txn, STORED_ID, &moved, &over), RC_OK);
    assert_task_equal(stored.txn, &over);
    say_rows(&stored, "shut");
    stored_close(&stored, "callback_stored_rows");
}

static enum rc read_back(struct stored *stored, unsigned version, const unsigned char *bytes,
                         size_t size)
{
    struct callback_task read;
    stored_put(stored, CALLBACK_TASK, version, bytes, size);
    return callback_state_get(stored->txn, STORED_ID, &read);
}

static void test_task_when_a_field_cannot_be_then_corrupt(void **context)
{
    (void)context;
    enum { STATE, ROUND, ATTEMPT, OPEN, DUE = OPEN + 6, ORDER_BYTES = 6, SKIPPED_BYTES = 2 };
    struct stored stored;
    unsigned char good[128], bad[128];
    stored_open(&stored, &callback_service);
    assert_int_equal(callback_state_put(stored.txn, STORED_ID, &plain), RC_OK);
    const size_t size = stored_fields(&stored, CALLBACK_TASK, good, sizeof good);
    assert_int_equal(read_back(&stored, 4, good, size), RC_OK);
    assert_int_equal(read_back(&stored, 0, good, size), RC_CORRUPT);
    assert_int_equal(read_back(&stored, 5, good, size), RC_CORRUPT);
    assert_int_equal(read_back(&stored, 4, good, size - 1), RC_CORRUPT);
    /* The third version ended before channels could be passed over. */
    assert_int_equal(read_back(&stored, 3, good, size - SKIPPED_BYTES), RC_OK);
    assert_task_equal(stored.txn, &plain);
    /* The second version ended before channels had an order, the first before anybody could ask for
     * confidence. */
    assert_int_equal(read_back(&stored, 2, good, size - SKIPPED_BYTES - ORDER_BYTES), RC_OK);
    assert_task_equal(stored.txn, &plain);
    assert_int_equal(read_back(&stored, 1, good, size - SKIPPED_BYTES - ORDER_BYTES - 1), RC_OK);
    assert_task_equal(stored.txn, &plain);
    assert_int_equal(read_back(&stored, 1, good, size), RC_CORRUPT);
    memcpy(bad, good, size);
    bad[size] = 0;
    assert_int_equal(read_back(&stored, 4, bad, size + 1), RC_CORRUPT);
    static const unsigned char states[] = {CALLBACK_NONE, CALLBACK_STATE_COUNT};
    for (unsigned index = 0; index < 2; index++) {
        memcpy(bad, good, size);
        bad[STATE] = states[index];
        assert_int_equal(read_back(&stored, 4, bad, size), RC_CORRUPT);
    }
    /* Only what was withdrawn before its first closure has no round. */
    memcpy(bad, good, size);
    bad[ROUND] = 0;
    assert_int_equal(read_back(&stored, 4, bad, size), RC_CORRUPT);
    bad[STATE] = CALLBACK_TAKEN_BACK;
    assert_int_equal(read_back(&stored, 4, bad, size), RC_OK);
    /* Due before it opens: the difference wraps around. */
    struct callback_task early = plain;
    early.due_ms = early.open_ms;
    assert_int_equal(callback_state_put(stored.txn, STORED_ID, &early), RC_OK);
    const size_t early_size = stored_fields(&stored, CALLBACK_TASK, bad, sizeof bad);
    static const unsigned char before[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0x01};
    memmove(bad + DUE + sizeof before, bad + DUE + 1, early_size - DUE - 1);
    memcpy(bad + DUE, before, sizeof before);
    assert_int_equal(read_back(&stored, 4, bad, early_size + sizeof before - 1), RC_CORRUPT);
    for (unsigned at = ROUND; at <= ATTEMPT; at++) {
        static const unsigned char wide[] = {0x80, 0x80, 0x80, 0x80, 0x10};
        memcpy(bad, good, at);
        memcpy(bad + at, wide, sizeof wide);
        memcpy(bad + at + sizeof wide, good + at + 1, size - at - 1);
        assert_int_equal(read_back(&stored, 4, bad, size + sizeof wide - 1), RC_CORRUPT);
    }
    stored_close(&stored, NULL);
}

static void test_walk_when_begun_in_the_middle_then_from_there_in_order(void **context)
{
    (void)context;
    struct stored stored;
    struct store_walk walk;
    struct callback_task task = plain;
    const struct callback_task none = {.state = CALLBACK_NONE};
    stored_open(&stored, &callback_service);
    for (uint64_t index = 0; index < 3; index++) {
        task.ready_ms = BASE_MS + 10 - index; /* later tickets are ready earlier */
        assert_int_equal(callback_state_change(stored.txn, STORED_ID + index, &none, &task), RC_OK);
    }
    struct callback_row row = {step_key("wechat"), BASE_MS + 9, 0};
    assert_int_equal(callback_state_walk(stored.txn, CALLBACK_QUEUE, &row, &walk, &row), RC_OK);
    assert_int_equal(row.channel_key, step_key("wechat"));
    assert_int_equal(row.ready_ms, BASE_MS + 9);
    assert_int_equal(row.ticket, STORED_ID + 1);
    assert_int_equal(callback_state_next(CALLBACK_QUEUE, &walk, &row), RC_OK);
    assert_int_equal(row.ticket, STORED_ID);
    assert_int_equal(callback_state_next(CALLBACK_QUEUE, &walk, &row), RC_NOT_FOUND);
    store_walk_close(&walk);
    row = (struct callback_row){step_key("wechat"), BASE_MS + 99, STORED_ID + 1};
    assert_int_equal(callback_state_walk(stored.txn, CALLBACK_OPEN, &row, &walk, &row), RC_OK);
    assert_int_equal(row.ready_ms, 0);
    assert_int_equal(row.ticket, STORED_ID + 1);
    store_walk_close(&walk);
    /* A key of another length is no row of ours. */
    assert_int_equal(store_put(stored.txn, CALLBACK_OPEN, "\xff", 1, "", 0), RC_OK);
    row = (struct callback_row){UINT64_MAX, 0, 0};
    assert_int_equal(callback_state_walk(stored.txn, CALLBACK_OPEN, &row, &walk, &row),
                     RC_NOT_FOUND);
    store_walk_close(&walk);
    assert_int_equal(
        store_put(stored.txn, CALLBACK_OPEN, "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, "", 0),
        RC_OK);
    row = (struct callback_row){UINT64_MAX, 0, 0};
    assert_int_equal(callback_state_walk(stored.txn, CALLBACK_OPEN, &row, &walk, &row), RC_CORRUPT);
    store_walk_close(&walk);
    stored_close(&stored, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_when_stored_then_the_bytes_of_this_version),
        cmocka_unit_test(test_rows_when_a_task_opens_moves_and_shuts_then_they_follow_it),
        cmocka_unit_test(test_task_when_a_field_cannot_be_then_corrupt),
        cmocka_unit_test(test_walk_when_begun_in_the_middle_then_from_there_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
