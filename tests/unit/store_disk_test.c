/* store: what a commit reports when the disk refuses. This program's own fdatasync, pwrite and
 * writev stand before those of the C library, also for liblmdb. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/store/store.h"
#include "scratch.h"

static const char *const tables[] = {"one", NULL};
enum { ONE = STORE_SERVICE };

/* The next call fails with this; 0: works. A commit of one row writes its pages, which lie
 * together, by writev, syncs, and then writes the meta page, which makes them count, by pwrite. */
static int sync_error, pages_error, meta_error;

static int taken(int *error)
{
    errno = *error;
    *error = 0;
    return errno;
}

int fdatasync(int file)
{
    return taken(&sync_error) != 0 ? -1 : (int)syscall(SYS_fdatasync, file);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return taken(&meta_error) != 0 ? -1 : syscall(SYS_pwrite64, file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return pwrite(file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return taken(&pages_error) != 0 ? -1 : syscall(SYS_writev, file, parts, count);
}

static void open_store(const struct scratch *scratch, struct store **store)
{
    const struct store_options options = {
        .path = scratch->path, .map_bytes = 16u << 20, .service = "test", .tables = tables};
    assert_int_equal(store_open(store, &options), RC_OK);
}

static enum rc put(struct store *store, const char *key)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, key, strlen(key), "v", 1), RC_OK);
    return store_commit(txn);
}

static enum rc get(struct store *store, const char *key)
{
    struct store_txn *txn = NULL;
    const void *value = NULL;
    size_t bytes = 0;
    assert_int_equal(store_begin(store, false, &txn), RC_OK);
    const enum rc rc = store_get(txn, ONE, key, strlen(key), &value, &bytes);
    store_abort(txn);
    return rc;
}

/* What a failure of the kind gives, with the rows before and after it, also when opened again. */
static void expect_failure(int *error, int kind, enum rc wanted)
{
    struct scratch scratch;
    struct store *store = NULL;
    scratch_make(&scratch);
    open_store(&scratch, &store);
    assert_int_equal(put(store, "before"), RC_OK);
    *error = kind;
    assert_int_equal(put(store, "failed"), wanted);
    assert_int_equal(*error, 0); /* the failing call was made */
    const bool goes_on = wanted == RC_FULL && error != &meta_error;
    if (goes_on) {
        assert_int_equal(put(store, "after"), RC_OK);
    } else if (error == &meta_error) {
        struct store_txn *txn = NULL;
        assert_int_equal(store_begin(store, true, &txn), RC_STORE);
    }
    store_close(store);
    open_store(&scratch, &store);
    assert_int_equal(get(store, "before"), RC_OK);
    assert_int_equal(get(store, "failed"), RC_NOT_FOUND);
    assert_int_equal(get(store, "after"), goes_on ? RC_OK : RC_NOT_FOUND);
    store_close(store);
    scratch_remove(&scratch);
}

static void test_commit_when_sync_fails_then_store(void **state)
{
    (void)state;
    expect_failure(&sync_error, EIO, RC_STORE);
}

static void test_commit_when_write_fails_then_store(void **state)
{
    (void)state;
    expect_failure(&pages_error, EIO, RC_STORE);
    expect_failure(&meta_error, EIO, RC_STORE);
}

static void test_commit_when_no_room_then_full_and_goes_on(void **state)
{
    (void)state;
    expect_failure(&pages_error, ENOSPC, RC_FULL);
    expect_failure(&pages_error, EDQUOT, RC_FULL);
    expect_failure(&pages_error, EFBIG, RC_FULL);
    expect_failure(&meta_error, ENOSPC, RC_FULL); /* nothing stored; must be opened again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commit_when_sync_fails_then_store),
        cmocka_unit_test(test_commit_when_write_fails_then_store),
        cmocka_unit_test(test_commit_when_no_room_then_full_and_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
