/* store_copy: a copy has the same tables, keys and values, and says what went wrong. */
#include "common/store/store_copy.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "scratch.h"

static const char *const tables[] = {"one", "two", NULL};
enum { ONE = STORE_SERVICE, TWO, ROWS = 45000, ROWS_TWO = 3 };

struct fixture {
    struct scratch scratch;
    struct store *store;
    uint64_t told, told_all; /* by the progress: last rows, rows of all */
};

static enum rc open_named(const struct fixture *fixture, const char *name, struct store **store)
{
    const struct store_options options = {.path = scratch_path(&fixture->scratch, name),
                                          .map_bytes = 64u << 20,
                                          .service = "test",
                                          .tables = tables};
    return store_open(store, &options);
}

static void put(struct store_txn *txn, unsigned table, unsigned number, unsigned value)
{
    char key[16];
    const int bytes = snprintf(key, sizeof key, "%08u", number);
    assert_int_equal(store_put(txn, table, key, (size_t)bytes, &value, sizeof value), RC_OK);
}

static int setup(void **state)
{
    static struct fixture fixture;
    struct store_txn *txn = NULL;
    fixture = (struct fixture){0};
    scratch_make(&fixture.scratch);
    assert_int_equal(open_named(&fixture, "from", &fixture.store), RC_OK);
    assert_int_equal(store_begin(fixture.store, true, &txn), RC_OK);
    for (unsigned number = 0; number < ROWS; number++) {
        put(txn, ONE, number, number * 7);
    }
    for (unsigned number = 0; number < ROWS_TWO; number++) {
        put(txn, TWO, number, number);
    }
    assert_int_equal(store_commit(txn), RC_OK);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    scratch_remove(&fixture->scratch);
    return 0;
}

static void note_progress(void *context, uint64_t rows, uint64_t rows_all)
{
    struct fixture *fixture = context;
    assert_true(rows > fixture->told && rows <= rows_all);
    fixture->told = rows;
    fixture->told_all = rows_all;
}

static enum rc copy(struct fixture *fixture, struct store *from, const char *name,
                    struct store_copy_report *report)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(from, false, &txn), RC_OK);
    const enum rc rc =
        store_copy(txn, scratch_path(&fixture->scratch, name), note_progress, fixture, report);
    store_abort(txn);
    return rc;
}

static void test_copy_when_opened_then_same_rows(void **state)
{
    struct fixture *fixture = *state;
    struct store_copy_report report, again;
    struct store *copied = NULL;
    struct store_txn *txn = NULL;
    assert_int_equal(copy(fixture, fixture->store, "to", &report), RC_OK);
    assert_true(report.rows >= ROWS + ROWS_TWO && report.bytes >= report.rows * 8);
    assert_int_equal(fixture->told_all, report.rows);
    assert_true(fixture->told > 0);

    assert_int_equal(open_named(fixture, "to", &copied), RC_OK);
    assert_int_equal(store_begin(copied, false, &txn), RC_OK);
    for (unsigned number = 0; number < ROWS; number += 999) {
        const void *value = NULL;
        const unsigned wanted = number * 7;
        size_t bytes = 0;
        char key[16];
        (void)snprintf(key, sizeof key, "%08u", number);
        assert_int_equal(store_get(txn, ONE, key, 8, &value, &bytes), RC_OK);
        assert_int_equal(bytes, sizeof wanted);
        assert_memory_equal(value, &wanted, sizeof wanted);
    }
    store_abort(txn);

    /* A copy of the copy is the same to the last byte. */
    fixture->told = 0;
    assert_int_equal(copy(fixture, copied, "third", &again), RC_OK);
    assert_memory_equal(&report, &again, sizeof report);
    store_close(copied);
}

static void test_digest_when_one_value_differs_then_other(void **state)
{
    struct fixture *fixture = *state;
    struct store_copy_report before, after;
    struct store_txn *txn = NULL;
    assert_int_equal(copy(fixture, fixture->store, "before", &before), RC_OK);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    put(txn, TWO, 1, 99);
    assert_int_equal(store_commit(txn), RC_OK);
    fixture->told = 0;
    assert_int_equal(copy(fixture, fixture->store, "after", &after), RC_OK);
    assert_int_equal(before.rows, after.rows);
    assert_memory_not_equal(before.digest, after.digest, sizeof before.digest);
}

static void test_copy_when_path_is_wrong_then_told(void **state)
{
    struct fixture *fixture = *state;
    struct store_copy_report report;
    assert_int_equal(mkdir(scratch_path(&fixture->scratch, "there"), 0700), 0);
    assert_int_equal(copy(fixture, fixture->store, "there", &report), RC_EXISTS);
    assert_int_equal(report.rows, 0);
    assert_int_equal(copy(fixture, fixture->store, "no/folder", &report), RC_IO);
    assert_int_equal(report.error, ENOENT);
}

/* The copy's disk, not that of the store: there is room for the store and none for the copy. */
static void test_copy_when_it_cannot_be_written_on_then_the_store_is_not_blamed(void **state)
{
    struct fixture *fixture = *state;
    struct store_copy_report report;
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 64u << 10;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const enum rc rc = copy(fixture, fixture->store, "small", &report);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(rc, RC_IO);
    assert_int_equal(report.error, EIO);
    fixture->told = 0;
    assert_int_equal(copy(fixture, fixture->store, "large", &report), RC_OK);
    assert_int_equal(report.error, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_copy_when_opened_then_same_rows),
        CASE(test_digest_when_one_value_differs_then_other),
        CASE(test_copy_when_path_is_wrong_then_told),
        CASE(test_copy_when_it_cannot_be_written_on_then_the_store_is_not_blamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
