/* step: every store call fails once; restarts; the replicate hook; replay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/diag.h"
#include "toy_fixture.h"

/* ---- faults ---- */

struct failing {
    unsigned countdown, calls;
    enum rc rc;
    bool held; /* the call that failed was a commit that held */
};

static enum rc fail_nth(void *context, const char *operation)
{
    struct failing *failing = context;
    if (failing->rc == RC_FULL && store_operation_reads(operation)) {
        return RC_OK; /* nothing is too full to be read */
    }
    if (++failing->calls != failing->countdown) {
        return RC_OK;
    }
    failing->held = strcmp(operation, "committed") == 0;
    return failing->held ? RC_STORE : failing->rc;
}

static void add_mixture(struct toy_fixture *fixture)
{
    toy_add_submit(fixture, 10, 1, "text", 3);
    toy_add_record(fixture, 1, 11);
    toy_add_submit(fixture, 11, 2, "text", 30);
    toy_add_submit(fixture, 12, 3, "text", 30); /* splits */
    toy_add_submit(fixture, 13, 4, "refuse", 1);
    toy_add_record(fixture, 2, 12);
    (void)toy_add_pull(fixture, 14, 0);
}

static void check_mixture(struct toy_fixture *fixture)
{
    assert_int_equal(toy_answer_of(fixture, 0)->submitted->results[2]->ticket, 5);
    assert_int_equal(toy_answer_of(fixture, 2)->submitted->results[29]->ticket, 35);
    assert_int_equal(toy_answer_of(fixture, 3)->submitted->results[29]->ticket, 65);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 65);
    assert_int_equal(toy_tally_of(fixture, TOY_NOTED), 2);
    assert_int_equal(toy_tally_of(fixture, TOY_FIRED), 2);
    toy_check_all(fixture);
}

static uint64_t rows_of(struct toy_fixture *fixture)
{
    struct store_txn *txn = NULL;
    struct store_walk walk;
    uint64_t rows = 0;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    for (enum rc rc = store_walk_open(txn, TOY_TICKETS, NULL, 0, &walk); rc == RC_OK;
         rc = store_walk_next(&walk)) {
        rows++;
    }
    store_walk_close(&walk);
    store_abort(txn);
    return rows;
}

/* Fails the 1st, 2nd, 3rd ... store call of a mixed step until it passes. After each failure the
 * inputs are given again, as callers and followers do; in the end all is done exactly once. */
static void fail_each_call(struct toy_fixture *fixture, enum rc failure)
{
    unsigned nth = 1;
    bool held = false;
    for (;; nth++) {
        struct failing failing = {.countdown = nth, .rc = failure};
        (void)toy_teardown((void *[]){fixture});
        void *state = NULL;
        assert_int_equal(toy_setup(&state), 0);
        fixture = state;
        toy_add_submit(fixture, 1, 1, "text", 2);
        toy_run_ok(fixture);
        fixture->now_ms = 2000;
        store_set_fault(fixture->store, fail_nth, &failing);
        add_mixture(fixture);
        const enum rc rc = toy_run(fixture);
        store_set_fault(fixture->store, NULL, NULL);
        if (rc == RC_OK) {
            assert_true(failing.calls < nth); /* no fault was reached: we are through */
            check_mixture(fixture);
            break;
        }
        held = held || failing.held;
        assert_int_equal(rc, failing.held ? RC_STORE : failure);
        if (rc == RC_STORE) {
            /* Broken until it is opened again. */
            assert_int_equal(toy_run(fixture), RC_STORE);
            toy_reopen(fixture);
        }
        toy_check_all(fixture);
        assert_int_equal(rows_of(fixture), toy_tally_of(fixture, TOY_REGISTERED));
        step_engine_reset(fixture->engine);
        add_mixture(fixture);
        toy_run_ok(fixture);
        check_mixture(fixture);
    }
    assert_true(nth > 100);
    assert_true(held);
    (void)toy_teardown((void *[]){fixture});
}

static int setup_silent(void **state)
{
    diag_init("test", DIAG_ERROR);
    return toy_setup(state);
}

static void test_fault_when_store_fails_anywhere_then_nothing_is_half_done(void **state)
{
    fail_each_call(*state, RC_STORE);
}

static void test_fault_when_full_anywhere_then_it_goes_on_later(void **state)
{
    fail_each_call(*state, RC_FULL);
}

/* Fails the nth commit for lack of space. */
static enum rc full_nth_commit(void *context, const char *operation)
{
    unsigned *left = context;
    if (strcmp(operation, "commit") != 0 || --*left != 0) {
        return RC_OK;
    }
    return RC_FULL;
}

/* What one transaction of a run stored, those who wait for it hear of, though a later one finds no
 * space. */
static void test_wakes_when_a_later_transaction_is_full_then_those_stored_stay(void **state)
{
    struct toy_fixture *fixture = *state;
    unsigned left = 2;
    size_t count = 0;
    store_set_fault(fixture->store, full_nth_commit, &left);
    toy_add_submit(fixture, 1, 1, "text", 30);
    toy_add_submit(fixture, 2, 2, "text", 30); /* splits */
    assert_int_equal(toy_run(fixture), RC_FULL);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 30);
    assert_int_equal(step_engine_wakes(fixture->engine, &count)[0], step_key("work"));
    assert_int_equal(count, 1);
    left = 1;
    toy_add_submit(fixture, 3, 3, "text", 30);
    assert_int_equal(toy_run(fixture), RC_FULL);
    (void)step_engine_wakes(fixture->engine, &count);
    assert_int_equal(count, 0); /* nothing was stored */
}

struct copy {
    unsigned char bytes[65536];
    size_t size;
    enum rc rc;
};

static enum rc replicate(void *context, const void *bytes, size_t size)
{
    struct copy *copy = context;
    assert_true(size <= sizeof copy->bytes);
    memcpy(copy->bytes, bytes, size);
    copy->size = size;
    return copy->rc;
}

static void test_replicate_when_it_fails_then_undone(void **state)
{
    struct toy_fixture *fixture = *state;
    struct copy *copy = calloc(1, sizeof *copy);
    assert_non_null(copy);
    step_engine_close(fixture->engine);
    const struct step_options options = {.store = fixture->store,
                                         .site = &fixture->site,
                                         .replicate = replicate,
                                         .replicate_context = copy};
    assert_int_equal(step_engine_open(&fixture->engine, &toy_service, &options), RC_OK);
    copy->rc = RC_FULL;
    toy_add_submit(fixture, 1, 1, "text", 2);
    assert_int_equal(toy_run(fixture), RC_FULL);
    assert_int_equal(step_engine_head(fixture->engine), 0);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
    copy->rc = RC_OK;
    toy_add_submit(fixture, 1, 1, "text", 2);
    toy_run_ok(fixture);
    struct evlog_block block;
    assert_int_equal(evlog_block_open(&block, copy->bytes, copy->size), RC_OK);
    assert_int_equal(block.first_seq, 1);
    assert_int_equal(block.next_seq, 5);
    assert_int_equal(block.now_ms, 1000);
    free(copy);
}

static void test_restart_when_reopened_then_same_head_and_totals(void **state)
{
    struct toy_fixture *fixture = *state;
    add_mixture(fixture);
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    struct cursor before, after;
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &before), RC_OK);
    toy_reopen(fixture);
    assert_int_equal(step_engine_head(fixture->engine), head);
    assert_int_equal(step_engine_now(fixture->engine), 1000);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &after), RC_OK);
    assert_int_equal(after.seq, before.seq);
    assert_int_equal(after.crc, before.crc);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 63);
}

/* ---- replay ---- */

static void test_replay_when_a_table_was_changed_then_found(void **state)
{
    struct toy_fixture *fixture = *state;
    static const struct {
        const char *what;
        bool put, del;
    } rounds[] = {{"extra", true, false}, {"different", true, true}, {"missing", false, true}};
    for (unsigned round = 0; round < 3; round++) {
        struct store_txn *txn = NULL;
        struct step_difference difference;
        struct scratch scratch;
        struct store *into = NULL;
        const unsigned char key[8] = {0, 0, 0, 0, 0, 0, 0, rounds[round].del ? 2 : 9};
        toy_add_submit(fixture, 1, 1, "text", 3);
        toy_run_ok(fixture);
        assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
        if (rounds[round].del) {
            assert_int_equal(store_del(txn, TOY_TICKETS, key, sizeof key), RC_OK);
        }
        if (rounds[round].put) {
            assert_int_equal(store_put(txn, TOY_TICKETS, key, sizeof key, "?", 1), RC_OK);
        }
        assert_int_equal(store_commit(txn), RC_OK);
        scratch_make(&scratch);
        const struct store_options options = toy_store_options(scratch.path);
        assert_int_equal(store_open(&into, &options), RC_OK);
        assert_int_equal(step_replay(&toy_service, fixture->store, into, &difference, NULL),
                         RC_CORRUPT);
        assert_string_equal(difference.table, "toy_tickets");
        assert_string_equal(difference.key,
                            rounds[round].del ? "0000000000000002" : "0000000000000009");
        assert_string_equal(difference.what, rounds[round].what);
        assert_int_equal(difference.seq, 0);
        assert_int_equal(step_replay(&toy_service, fixture->store, into, &difference, NULL),
                         RC_EXISTS);
        store_close(into);
        scratch_remove(&scratch);
        (void)toy_teardown(state);
        assert_int_equal(toy_setup(state), 0);
        fixture = *state;
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_replicate_when_it_fails_then_undone),
        CASE(test_wakes_when_a_later_transaction_is_full_then_those_stored_stay),
        CASE(test_restart_when_reopened_then_same_head_and_totals),
        CASE(test_replay_when_a_table_was_changed_then_found),
        cmocka_unit_test_setup(test_fault_when_store_fails_anywhere_then_nothing_is_half_done,
                               setup_silent),
        cmocka_unit_test_setup(test_fault_when_full_anywhere_then_it_goes_on_later, setup_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
