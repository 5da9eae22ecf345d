/* store_row, due_move: a record under a number lies where a walk by that number finds it; a deadline has
 * one row, wherever it goes. */
#include "common/store/store_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "common/store/due.h"
#include "scratch.h"

static const char *const tables[] = {"one", NULL};

struct pair {
    uint64_t number;
};
static const struct record_row pair_rows[] = {RECORD_U64(struct pair, number), RECORD_END};
static const struct record_format pair_format = {
    .version = 1, .bytes = sizeof(struct pair), .rows = pair_rows};

struct play {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn;
};

static void play_begin(struct play *play)
{
    scratch_make(&play->scratch);
    const struct store_options options = {
        .path = play->scratch.path, .map_bytes = 4u << 20, .service = "test", .tables = tables};
    assert_int_equal(store_open(&play->store, &options), RC_OK);
    assert_int_equal(store_begin(play->store, true, &play->txn), RC_OK);
}

static void play_end(struct play *play)
{
    store_abort(play->txn);
    store_close(play->store);
    scratch_remove(&play->scratch);
}

static void test_row_when_put_then_walked_in_the_order_of_numbers(void **state)
{
    struct play play;
    struct store_walk walk;
    struct pair pair = {.number = 7};
    (void)state;
    play_begin(&play);
    assert_int_equal(store_row_get(play.txn, STORE_SERVICE, 300, &pair_format, &pair),
                     RC_NOT_FOUND);
    assert_int_equal(store_row_put(play.txn, STORE_SERVICE, 300, &pair_format, &pair), RC_OK);
    assert_int_equal(store_row_put(play.txn, STORE_SERVICE, 2, &pair_format, &pair), RC_OK);
    assert_int_equal(store_row_append(play.txn, STORE_SERVICE, 299, &pair_format, &pair),
                     RC_EXISTS);
    assert_int_equal(store_row_append(play.txn, STORE_SERVICE, 70000, &pair_format, &pair), RC_OK);
    const uint64_t expected[] = {2, 300, 70000};
    assert_int_equal(store_walk_open(play.txn, STORE_SERVICE, NULL, 0, &walk), RC_OK);
    for (size_t index = 0; index < 3; index++) {
        assert_int_equal(store_walk_key(&walk, CODEC_U64_BYTES), RC_OK);
        assert_int_equal(codec_u64_at(walk.key), expected[index]);
        assert_int_equal(store_walk_next(&walk), index == 2 ? RC_NOT_FOUND : RC_OK);
    }
    store_walk_close(&walk);
    pair.number = 0;
    assert_int_equal(store_row_get(play.txn, STORE_SERVICE, 2, &pair_format, &pair), RC_OK);
    assert_int_equal(pair.number, 7);
    assert_int_equal(store_row_del(play.txn, STORE_SERVICE, 2), RC_OK);
    assert_int_equal(store_row_del(play.txn, STORE_SERVICE, 2), RC_NOT_FOUND);
    play_end(&play);
}

static void expect(struct play *play, uint64_t due_ms)
{
    struct due row = {.due_ms = 0};
    const enum rc rc = due_first(play->txn, &row);
    assert_int_equal(rc, due_ms == 0 ? RC_NOT_FOUND : RC_OK);
    assert_int_equal(row.due_ms, due_ms);
    if (due_ms != 0) {
        assert_int_equal(due_del(play->txn, &row), RC_OK);
        assert_int_equal(due_first(play->txn, &(struct due){.due_ms = 0}), RC_NOT_FOUND);
        assert_int_equal(due_put(play->txn, &row), RC_OK);
    }
}

static void test_due_when_moved_then_one_row_stands_where_it_went(void **state)
{
    struct play play;
    (void)state;
    play_begin(&play);
    const uint64_t moves[] = {0, 50, 50, 20, 90, 0, 0, 10};
    for (size_t index = 1; index < sizeof moves / sizeof moves[0]; index++) {
        assert_int_equal(due_move(play.txn, 3, 8, moves[index - 1], moves[index]), RC_OK);
        expect(&play, moves[index]);
    }
    play_end(&play);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_when_put_then_walked_in_the_order_of_numbers),
        cmocka_unit_test(test_due_when_moved_then_one_row_stands_where_it_went),
    };
    return cmocka_run_group_tests_name("store_row", tests, NULL, NULL);
}
