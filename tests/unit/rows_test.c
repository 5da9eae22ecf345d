/* due, cursor, tally: the small tables every service has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/cursor.h"
#include "common/store/due.h"
#include "common/store/tally.h"
#include "scratch.h"

struct fixture {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_make(&fixture->scratch);
    const struct store_options options = {
        .path = fixture->scratch.path, .map_bytes = 16u << 20, .service = "test"};
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    assert_int_equal(store_begin(fixture->store, true, &fixture->txn), RC_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    store_abort(fixture->txn);
    store_close(fixture->store);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

static void test_due_when_collected_then_in_order_of_time(void **state)
{
    struct store_txn *txn = ((struct fixture *)*state)->txn;
    static const struct due rows[] = {{300, 1, 2}, {100, 9, 0},        {100, 8, 1},
                                      {100, 8, 0}, {1ull << 40, 1, 0}, {256, 1, 0}};
    struct due found[8];
    size_t count = 99;
    assert_int_equal(due_first(txn, &found[0]), RC_NOT_FOUND);
    assert_int_equal(due_collect(txn, UINT64_MAX, found, 8, &count), RC_OK);
    assert_int_equal(count, 0);
    for (size_t index = 0; index < 6; index++) {
        assert_int_equal(due_put(txn, &rows[index]), RC_OK);
        assert_int_equal(due_put(txn, &rows[index]), RC_OK);
        assert_int_equal(due_has(txn, &rows[index]), RC_OK);
    }
    assert_int_equal(due_collect(txn, 299, found, 8, &count), RC_OK);
    assert_int_equal(count, 4);
    static const unsigned order[] = {3, 2, 1, 5};
    for (size_t index = 0; index < 4; index++) {
        assert_int_equal(found[index].due_ms, rows[order[index]].due_ms);
        assert_int_equal(found[index].id, rows[order[index]].id);
        assert_int_equal(found[index].kind, rows[order[index]].kind);
    }
    assert_int_equal(due_collect(txn, 300, found, 8, &count), RC_OK);
    assert_int_equal(count, 5);
    assert_int_equal(due_collect(txn, 300, found, 2, &count), RC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(due_del(txn, &rows[3]), RC_OK);
    assert_int_equal(due_del(txn, &rows[3]), RC_OK);
    assert_int_equal(due_has(txn, &rows[3]), RC_NOT_FOUND);
    assert_int_equal(due_first(txn, &found[0]), RC_OK);
    assert_int_equal(found[0].kind, 1);
}

static void test_cursor_when_put_then_read_back(void **state)
{
    struct store_txn *txn = ((struct fixture *)*state)->txn;
    struct cursor cursor = {.seq = 9};
    assert_int_equal(cursor_get(txn, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 0);
    cursor = (struct cursor){.seq = 1ull << 40, .crc = 0xfedcba98};
    assert_int_equal(cursor_put(txn, "intake", &cursor), RC_OK);
    cursor = (struct cursor){0};
    assert_int_equal(cursor_get(txn, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 1ull << 40);
    assert_int_equal(cursor.crc, 0xfedcba98);
    assert_int_equal(cursor_get(txn, "triage", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 0);
    assert_int_equal(store_put(txn, STORE_CURSOR, "intake", 6, "broken, too long", 16), RC_OK);
    assert_int_equal(cursor_get(txn, "intake", &cursor), RC_CORRUPT);
}

static void test_tally_when_stored_then_read_back(void **state)
{
    struct store_txn *txn = ((struct fixture *)*state)->txn;
    struct tally tally, read;
    memset(&read, 0xff, sizeof read);
    memset(&tally, 0, sizeof tally);
    assert_int_equal(tally_load(txn, &read), RC_OK);
    assert_memory_equal(&read, &tally, sizeof read);
    for (unsigned last = 0; last < TALLY_MAX; last++) {
        tally.values[last] = UINT64_MAX - last;
        assert_int_equal(tally_store(txn, &tally), RC_OK);
        assert_int_equal(tally_load(txn, &read), RC_OK);
        assert_memory_equal(&read, &tally, sizeof read);
    }
    assert_int_equal(store_put(txn, STORE_META, "tally", 5, "broken", 6), RC_OK);
    assert_int_equal(tally_load(txn, &read), RC_CORRUPT);
}

static void test_due_when_a_key_has_another_length_then_corrupt(void **state)
{
    struct store_txn *txn = ((struct fixture *)*state)->txn;
    struct due found[8];
    size_t count = 0;
    static const unsigned char key[18] = {0};
    for (size_t bytes = 16; bytes <= sizeof key; bytes += 2) {
        assert_int_equal(store_put(txn, STORE_DUE, key, bytes, NULL, 0), RC_OK);
        assert_int_equal(due_first(txn, &found[0]), RC_CORRUPT);
        assert_int_equal(due_collect(txn, UINT64_MAX, found, 8, &count), RC_CORRUPT);
        assert_int_equal(store_del(txn, STORE_DUE, key, bytes), RC_OK);
    }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_due_when_collected_then_in_order_of_time),
        CASE(test_due_when_a_key_has_another_length_then_corrupt),
        CASE(test_cursor_when_put_then_read_back),
        CASE(test_tally_when_stored_then_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
