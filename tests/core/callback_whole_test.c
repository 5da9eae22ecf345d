/* callback: every field of its facts and answers, and what it tells the engine about itself. */

#include "callback_state.h"
#include "callback_wishes.h"
#include "common/base/codec.h"
#include "whole.h"

struct test {
    struct solo *solo;
    struct trace trace;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    test->solo = solo_open(&callback_service, solo_site(), START_MS);
    trace_init(&test->trace, START_MS);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    trace_fini(&test->trace);
    solo_close(test->solo);
    free(test);
    return 0;
}

static enum callback_state state_of(struct solo *solo, uint64_t ticket)
{
    struct store_txn *txn = NULL;
    struct callback_task task;
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    assert_int_equal(callback_state_get(txn, ticket, &task), RC_OK);
    store_abort(txn);
    return task.state;
}

static void say_pull(struct test *test, const char *channel, uint32_t max, uint64_t lease_ms)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, max);
    wish.has_lease_ms = lease_ms != 0;
    wish.lease_ms = (uint32_t)lease_ms;
    whole_answer(&test->trace, "pull", solo_call(test->solo, &request));
}

static void say_answer(struct test *test, Paidan__CallbackReply *item)
{
    whole_answer(&test->trace, "answer", answer_list(test->solo, &item, 1));
}

static void test_tasks_when_they_live_then_every_field_is_as_golden(void **state)
{
    struct test *const test = *state;
    struct solo *const solo = test->solo;
    solo_set_time(solo, START_MS + 3 * HOUR_MS + 1); /* 12:00: opens at 14:00 */
    resolve(solo, FIRST, "wechat", 1);
    solo_set_time(solo, START_MS + 5 * HOUR_MS + 7);
    resolve(solo, FIRST + 1, "wechat", 3);
    resolve(solo, FIRST + 2, "device", 1);
    whole_answer(&test->trace, "list", list(solo, NULL, 0, 2));
    whole_answer(&test->trace, "list", list(solo, NULL, 0, 3));
    whole_answer(&test->trace, "show", show(solo, FIRST));
    say_pull(test, "wechat", 1, 0);
    say_pull(test, "wechat", 5, 90000);
    say_pull(test, "wechat", 5, 0);
    assert_int_equal(state_of(solo, FIRST), CALLBACK_HANDED);
    whole_answer(&test->trace, "list", list(solo, "wechat", FIRST, 1));
    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR);
    item.has_round = 1;
    item.round = 2;
    say_answer(test, &item);
    item.round = 1;
    item.note = (char *)"x";
    solo_advance(solo, 13);
    say_answer(test, &item);
    say_answer(test, &item);
    item.satisfied = PAIDAN__SATISFIED__SATISFIED_NO;
    say_answer(test, &item);
    whole_answer(&test->trace, "show", show(solo, FIRST));
    /* Never handed out again: the attempts run out, each with its own times. */
    solo_advance(solo, 12 * HOUR_MS);
    assert_int_equal(state_of(solo, FIRST + 1), CALLBACK_ASKED);
    item.ticket = FIRST + 1;
    item.round = 3;
    item.note = (char *)"";
    say_answer(test, &item); /* in the second attempt, and no note is no note */
    whole_answer(&test->trace, "show", show(solo, FIRST + 1));
    solo_advance(solo, 96 * HOUR_MS);
    whole_answer(&test->trace, "show", show(solo, FIRST + 2));
    say_answer(test, &item);
    withdraw(solo, FIRST + 1); /* answered before: remembered */
    assert_int_equal(state_of(solo, FIRST + 1), CALLBACK_TAKEN_BACK);
    withdraw(solo, FIRST + 3); /* before any closure */
    assert_int_equal(state_of(solo, FIRST + 3), CALLBACK_TAKEN_BACK);
    whole_answer(&test->trace, "show", show(solo, FIRST + 3));
    whole_answer(&test->trace, "show", show(solo, FIRST + 4));
    resolve(solo, FIRST + 5, "wechat", 1);
    reopen(solo, FIRST + 5, 2);
    assert_int_equal(state_of(solo, FIRST + 5), CALLBACK_CANCELLED);
    resolve(solo, FIRST + 5, "wechat", 2);
    close_ticket(solo, FIRST + 5, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    resolve(solo, FIRST + 6, "wechat", 1);
    withdraw(solo, FIRST + 6);
    assert_int_equal(state_of(solo, FIRST + 6), CALLBACK_TAKEN_BACK);
    resolve(solo, FIRST + 7, "gone", 1); /* a channel that the site has no more asks itself */
    resolve(solo, FIRST + 7, "gone", 1);
    whole_log(&test->trace, solo);
    whole_tallies(&test->trace, solo, &callback_service);
    check_totals(solo);
    assert_true(trace_golden(&test->trace, "callback_whole"));
}

/* A row without its task is a broken store: nothing is left out in silence. */
static void test_walk_when_a_row_has_no_task_then_corrupt(void **state)
{
    struct test *const test = *state;
    struct store_txn *txn = NULL;
    const struct callback_task none = {.state = CALLBACK_NONE};
    const struct callback_task task = {.state = CALLBACK_ASKED,
                                       .round = 1,
                                       .attempt = 1,
                                       .last_seq = 1,
                                       .due_ms = START_MS,
                                       .channel = "wechat"};
    assert_int_equal(store_begin(solo_store(test->solo), true, &txn), RC_OK);
    assert_int_equal(callback_state_change(txn, FIRST, &none, &task), RC_OK);
    unsigned char key[8];
    codec_set_u64(key, FIRST);
    assert_int_equal(store_del(txn, CALLBACK_TASK, key, sizeof key), RC_OK);
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    struct step_view view = {.txn = txn, .arena = &arena, .site = solo_site()};
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_LIST;
    request.callback_list = &wish;
    assert_int_equal(callback_service.query(&view, &request, &answer), RC_CORRUPT);
    arena_fini(&arena);
    store_abort(txn);
}

static void test_service_when_asked_about_itself_then_as_golden(void **state)
{
    struct test *const test = *state;
    whole_service(&test->trace, &callback_service);
    assert_true(trace_golden(&test->trace, "callback_whole_service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_tasks_when_they_live_then_every_field_is_as_golden),
        CASE(test_walk_when_a_row_has_no_task_then_corrupt),
        CASE(test_service_when_asked_about_itself_then_as_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
