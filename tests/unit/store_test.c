/* store: rows, walks, ownership, identity, a full map, faults.
 * ctest: valgrind */
#include "common/store/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <lmdb.h>

#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/base/record.h"
#include "common/store/store_private.h"
#include "scratch.h"

static const char *const tables[] = {"one", "two", NULL};
enum { ONE = STORE_SERVICE, TWO };

struct fixture {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn;
};

static struct store_options options_of(const struct fixture *fixture)
{
    return (struct store_options){
        .path = fixture->scratch.path, .map_bytes = 64u << 20, .service = "test", .tables = tables};
}

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    scratch_make(&fixture.scratch);
    const struct store_options options = options_of(&fixture);
    assert_int_equal(store_open(&fixture.store, &options), RC_OK);
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

static void reopen(struct fixture *fixture)
{
    store_close(fixture->store);
    const struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
}

static void put_one(struct fixture *fixture, const char *key, const char *value)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, key, strlen(key), value, strlen(value)), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static enum rc get_one(struct fixture *fixture, const char *key, char value[64])
{
    struct store_txn *txn = NULL;
    const void *found = NULL;
    size_t bytes = 0;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = store_get(txn, ONE, key, strlen(key), &found, &bytes);
    if (rc == RC_OK) {
        assert_true(bytes < 64);
        memcpy(value, found, bytes);
        value[bytes] = '\0';
    }
    store_abort(txn);
    return rc;
}

static void test_row_when_committed_then_there_after_reopen(void **state)
{
    char value[64];
    put_one(*state, "key", "value");
    reopen(*state);
    assert_int_equal(get_one(*state, "key", value), RC_OK);
    assert_string_equal(value, "value");
}

static void test_row_when_aborted_then_not_there(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    char value[64];
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, "k", 1, "v", 1), RC_OK);
    store_abort(txn);
    assert_int_equal(get_one(fixture, "k", value), RC_NOT_FOUND);
}

static void test_insert_append_del_when_keys_clash_then_told(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_insert(txn, ONE, "b", 1, "1", 1), RC_OK);
    assert_int_equal(store_insert(txn, ONE, "b", 1, "2", 1), RC_EXISTS);
    assert_int_equal(store_append(txn, ONE, "a", 1, "1", 1), RC_EXISTS);
    assert_int_equal(store_append(txn, ONE, "c", 1, "1", 1), RC_OK);
    assert_int_equal(store_del(txn, ONE, "b", 1), RC_OK);
    assert_int_equal(store_del(txn, ONE, "b", 1), RC_NOT_FOUND);
    assert_int_equal(store_put(txn, TWO, "b", 1, NULL, 0), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static void test_key_when_it_follows_a_record_then_moved_once(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct store_walk walk;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_move_key(txn, ONE, false, "old", true, "now", 3), RC_OK);
    assert_int_equal(store_move_key(txn, ONE, true, "now", true, "new", 3), RC_OK);
    assert_int_equal(store_move_key(txn, ONE, true, "new", true, "new", 3), RC_OK);
    assert_int_equal(store_walk_open(txn, ONE, NULL, 0, &walk), RC_OK);
    assert_int_equal(store_walk_key(&walk, 3), RC_OK);
    assert_int_equal(store_walk_key(&walk, 2), RC_CORRUPT);
    assert_int_equal(store_walk_key(&walk, 4), RC_CORRUPT);
    assert_memory_equal(walk.key, "new", 3);
    assert_int_equal(walk.value_bytes, 0);
    assert_int_equal(store_walk_next(&walk), RC_NOT_FOUND);
    store_walk_close(&walk);
    assert_int_equal(store_move_key(txn, ONE, false, "aaa", true, "new", 3), RC_CORRUPT);
    assert_int_equal(store_move_key(txn, ONE, true, "now", false, "aaa", 3), RC_CORRUPT);
    assert_int_equal(store_move_key(txn, ONE, true, "now", true, "aaa", 3), RC_CORRUPT);
    assert_int_equal(store_move_key(txn, ONE, false, "aaa", false, "bbb", 3), RC_OK);
    assert_int_equal(store_move_key(txn, ONE, true, "new", false, "aaa", 3), RC_OK);
    /* Nothing is held by a walk that could not begin, and closing it does no harm. */
    assert_int_equal(store_walk_open(txn, ONE, NULL, 0, &walk), RC_NOT_FOUND);
    assert_null(walk.cursor);
    assert_int_equal(store_walk_open_last(txn, ONE, NULL, 0, &walk), RC_NOT_FOUND);
    assert_null(walk.cursor);
    store_walk_close(&walk);
    store_abort(txn);
}

struct pair {
    uint64_t a, b;
};
static const struct record_row pair_rows[] = {RECORD_U64(struct pair, a),
                                              RECORD_VARINT(struct pair, b), RECORD_END};
static const struct record_format pair_format = {
    .version = 1, .bytes = sizeof(struct pair), .rows = pair_rows};

static void test_record_when_stored_by_its_format_then_read_back(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct pair pair = {1, 300}, read;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_get_record(txn, ONE, "b", 1, &pair_format, &read), RC_NOT_FOUND);
    assert_int_equal(store_put_record(txn, ONE, "b", 1, &pair_format, &pair), RC_OK);
    assert_int_equal(store_insert_record(txn, ONE, "b", 1, &pair_format, &pair), RC_EXISTS);
    assert_int_equal(store_append_record(txn, ONE, "a", 1, &pair_format, &pair), RC_EXISTS);
    pair.b = 7;
    assert_int_equal(store_append_record(txn, ONE, "c", 1, &pair_format, &pair), RC_OK);
    assert_int_equal(store_get_record(txn, ONE, "b", 1, &pair_format, &read), RC_OK);
    assert_int_equal(read.b, 300);
    assert_int_equal(store_put_record(txn, ONE, "b", 1, &pair_format, &pair), RC_OK);
    assert_int_equal(store_get_record(txn, ONE, "b", 1, &pair_format, &read), RC_OK);
    assert_int_equal(read.b, 7);
    assert_int_equal(store_put(txn, ONE, "d", 1, "x", 1), RC_OK);
    assert_int_equal(store_get_record(txn, ONE, "d", 1, &pair_format, &read), RC_CORRUPT);
    store_abort(txn);
}

static void test_walk_when_keys_given_then_neighbours_found(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct store_walk walk;
    put_one(fixture, "b", "1");
    put_one(fixture, "d", "2");
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(store_walk_open(txn, ONE, "c", 1, &walk), RC_OK);
    assert_memory_equal(walk.key, "d", 1);
    assert_int_equal(store_walk_prev(&walk), RC_OK);
    assert_memory_equal(walk.key, "b", 1);
    assert_int_equal(store_walk_prev(&walk), RC_NOT_FOUND);
    store_walk_close(&walk);
    assert_int_equal(store_walk_open_last(txn, ONE, "c", 1, &walk), RC_OK);
    assert_memory_equal(walk.key, "b", 1);
    assert_int_equal(store_walk_next(&walk), RC_OK);
    assert_int_equal(store_walk_next(&walk), RC_NOT_FOUND);
    store_walk_close(&walk);
    assert_int_equal(store_walk_open_last(txn, ONE, "d", 1, &walk), RC_OK);
    assert_memory_equal(walk.key, "d", 1);
    store_walk_close(&walk);
    assert_int_equal(store_walk_open_last(txn, ONE, "z", 1, &walk), RC_OK);
    assert_memory_equal(walk.key, "d", 1);
    store_walk_close(&walk);
    assert_int_equal(store_walk_open_last(txn, ONE, "a", 1, &walk), RC_NOT_FOUND);
    assert_null(walk.cursor);
    assert_int_equal(store_walk_open_last(txn, ONE, NULL, 0, &walk), RC_OK);
    assert_memory_equal(walk.key, "d", 1);
    store_walk_close(&walk);
    assert_int_equal(store_walk_open(txn, TWO, NULL, 0, &walk), RC_NOT_FOUND);
    store_walk_close(&walk);
    store_abort(txn);
}

static void test_open_when_open_in_this_process_then_locked(void **state)
{
    struct fixture *fixture = *state;
    struct store *second = NULL;
    struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&second, &options), RC_LOCKED);
    options.read_only = true;
    assert_int_equal(store_open(&second, &options), RC_LOCKED);
    /* The refused attempts must not have released the first one's locks. */
    put_one(fixture, "still", "open");
}

/* Opens in a child process; gives its result code. */
static int open_in_child(const struct fixture *fixture, bool read_only)
{
    const pid_t child = fork();
    if (child == 0) {
        struct store *store = NULL;
        struct store_options options = options_of(fixture);
        /* The registry was inherited with the parent's entry: look through another path. */
        char other[PATH_MAX + 8];
        (void)snprintf(other, sizeof other, "%s/.", fixture->scratch.path);
        options.path = other;
        options.read_only = read_only;
        _exit((int)store_open(&store, &options));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_open_when_another_process_owns_it_then_locked(void **state)
{
    struct fixture *fixture = *state;
    int ready[2], done[2];
    char byte = 0;
    store_close(fixture->store);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    const pid_t owner = fork();
    if (owner == 0) {
        struct store *store = NULL;
        const struct store_options options = options_of(fixture);
        byte = (char)store_open(&store, &options);
        if (write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) < 0) {
            _exit(1);
        }
        store_close(store);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, RC_OK);
    assert_int_equal(open_in_child(fixture, false), RC_LOCKED);
    assert_int_equal(open_in_child(fixture, true), RC_OK);
    assert_int_equal(write(done[1], &byte, 1), 1);
    int status = 0;
    assert_int_equal(waitpid(owner, &status, 0), owner);
    assert_int_equal(open_in_child(fixture, false), RC_OK);
    const struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    for (unsigned end = 0; end < 2; end++) {
        (void)close(ready[end]);
        (void)close(done[end]);
    }
}

static void test_open_when_other_service_then_format(void **state)
{
    struct fixture *fixture = *state;
    struct store *second = NULL;
    struct store_options options = options_of(fixture);
    store_close(fixture->store);
    options.service = "other";
    assert_int_equal(store_open(&second, &options), RC_FORMAT);
    options.service = "test";
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
}

/* Rewrites the format record; the store must then refuse to open. */
static void test_open_when_format_unknown_or_broken_then_refused(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[16];
    for (unsigned round = 0; round < 4; round++) {
        struct store_txn *txn = NULL;
        struct codec_writer writer;
        codec_writer_init(&writer, bytes, sizeof bytes);
        codec_seal_begin(&writer, round == 0 ? 1 : round == 3 ? 3 : 2);
        codec_seal_end(&writer);
        bytes[0] ^= (unsigned char)(round == 1); /* no longer its checksum */
        assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
        assert_int_equal(store_put(txn, STORE_META, "format", 6, bytes, writer.used), RC_OK);
        if (round == 2) {
            assert_int_equal(store_del(txn, STORE_META, "format", 6), RC_OK);
        }
        assert_int_equal(store_commit(txn), RC_OK);
        store_close(fixture->store);
        fixture->store = NULL;
        const struct store_options options = options_of(fixture);
        assert_int_equal(store_open(&fixture->store, &options),
                         round == 1 ? RC_CORRUPT : RC_FORMAT);
        scratch_remove(&fixture->scratch);
        scratch_make(&fixture->scratch);
        const struct store_options fresh = options_of(fixture);
        assert_int_equal(store_open(&fixture->store, &fresh), RC_OK);
    }
}

static void test_open_when_file_is_no_database_then_corrupt(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    fixture->store = NULL;
    FILE *file = fopen(scratch_path(&fixture->scratch, "data.mdb"), "w");
    assert_non_null(file);
    for (unsigned count = 0; count < 4096; count++) {
        (void)fputs("nonsense", file);
    }
    (void)fclose(file);
    const struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&fixture->store, &options), RC_CORRUPT);
    fixture->store = NULL;
}

/* A power cut while a store is made: only the passing name is there, with anything in it. */
static void fill(struct fixture *fixture, unsigned rows)
{
    unsigned char value[2000];
    memset(value, 'v', sizeof value);
    assert_int_equal(store_begin(fixture->store, true, &fixture->txn), RC_OK);
    for (unsigned row = 0; row < rows; row++) {
        const unsigned char key[2] = {(unsigned char)(row >> 8), (unsigned char)row};
        assert_int_equal(store_put(fixture->txn, ONE, key, sizeof key, value, sizeof value), RC_OK);
    }
    assert_int_equal(store_commit(fixture->txn), RC_OK);
}

static void test_open_when_file_is_cut_short_then_corrupt(void **state)
{
    struct fixture *fixture = *state;
    char path[PATH_MAX];
    struct stat file;
    unsigned corrupt = 0;
    fill(fixture, 300);
    store_close(fixture->store);
    fixture->store = NULL;
    snprintf(path, sizeof path, "%s", scratch_path(&fixture->scratch, "data.mdb"));
    assert_int_equal(stat(path, &file), 0);
    const off_t sizes[] = {file.st_size / 4 * 3, file.st_size / 2, 3 * 4096, 0};
    for (size_t index = 0; index < sizeof sizes / sizeof *sizes; index++) {
        assert_int_equal(truncate(path, sizes[index]), 0);
        const pid_t child = fork(); /* where the list of free pages is gone it is SIGBUS */
        if (child == 0) {
            (void)signal(SIGBUS, SIG_DFL); /* cmocka would go on here */
            const struct store_options options = options_of(fixture);
            struct store *store = NULL;
            const enum rc rc = store_open(&store, &options);
            _exit(rc == RC_CORRUPT ? 3 : 0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_not_equal(status, 0); /* never opened */
        corrupt += WIFEXITED(status) && WEXITSTATUS(status) == 3 ? 1 : 0;
    }
    assert_true(corrupt >= 1);
}

/* Pages that were taken and freed in one transaction are never written. */
static void test_open_when_last_pages_are_free_and_unwritten_then_fine(void **state)
{
    struct fixture *fixture = *state;
    static unsigned char value[1 << 20];
    MDB_envinfo info;
    struct stat file;
    for (unsigned round = 0; round < 4; round++) {
        fill(fixture, 10); /* leaves free pages, so that there is a list in use */
    }
    assert_int_equal(store_begin(fixture->store, true, &fixture->txn), RC_OK);
    assert_int_equal(store_put(fixture->txn, ONE, "b", 1, "x", 1), RC_OK);
    assert_int_equal(store_put(fixture->txn, TWO, "a", 1, value, sizeof value), RC_OK);
    assert_int_equal(store_del(fixture->txn, TWO, "a", 1), RC_OK);
    assert_int_equal(store_commit(fixture->txn), RC_OK);
    assert_int_equal(mdb_env_info(fixture->store->env, &info), 0);
    assert_int_equal(stat(scratch_path(&fixture->scratch, "data.mdb"), &file), 0);
    assert_true((uint64_t)file.st_size / 4096 <= info.me_last_pgno); /* it is such a file */
    reopen(fixture);
}

static void test_open_when_making_was_cut_off_then_made_anew(void **state)
{
    struct fixture *fixture = *state;
    char passing[PATH_MAX];
    store_close(fixture->store);
    fixture->store = NULL;
    (void)snprintf(passing, sizeof passing, "%s", scratch_path(&fixture->scratch, "data.mdb.new"));
    assert_int_equal(rename(scratch_path(&fixture->scratch, "data.mdb"), passing), 0);
    assert_int_equal(truncate(passing, 4096 + 512), 0);
    const struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    assert_int_not_equal(access(passing, F_OK), 0);
    assert_int_equal(access(scratch_path(&fixture->scratch, "data.mdb"), F_OK), 0);
}

static void test_open_when_read_only_then_nothing_is_made(void **state)
{
    struct fixture *fixture = *state;
    struct store *store = NULL;
    struct store_options options = options_of(fixture);
    options.path = scratch_path(&fixture->scratch, "absent");
    options.read_only = true;
    assert_int_equal(store_open(&store, &options), RC_IO);
    assert_int_not_equal(access(scratch_path(&fixture->scratch, "absent"), F_OK), 0);
    options.read_only = false;
    options.path = scratch_path(&fixture->scratch, "a/b/c");
    assert_int_equal(store_open(&store, &options), RC_OK);
    store_close(store);
}

static void test_map_when_full_then_full_and_goes_on_with_room(void **state)
{
    struct fixture *fixture = *state;
    static unsigned char block[100000];
    enum rc rc = RC_OK;
    unsigned stored = 0;
    store_close(fixture->store);
    struct store_options options = options_of(fixture);
    options.map_bytes = 1u << 20;
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    while (rc == RC_OK) {
        struct store_txn *txn = NULL;
        assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
        rc = store_put(txn, ONE, &stored, sizeof stored, block, sizeof block);
        if (rc == RC_OK) {
            rc = store_commit(txn);
        } else {
            store_abort(txn);
        }
        stored += rc == RC_OK;
        assert_true(stored < 100);
    }
    assert_int_equal(rc, RC_FULL);
    assert_true(stored > 3);
    struct store_usage usage;
    assert_int_equal(store_usage(fixture->store, &usage), RC_OK);
    assert_int_equal(usage.map_bytes, 1u << 20);
    assert_true(usage.used_bytes > (uint64_t)stored * sizeof block);
    reopen(fixture); /* with its larger map */
    struct store_txn *txn = NULL;
    const void *value = NULL;
    size_t bytes = 0;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    const unsigned last = stored - 1;
    assert_int_equal(store_get(txn, ONE, &last, sizeof last, &value, &bytes), RC_OK);
    assert_int_equal(store_get(txn, ONE, &stored, sizeof stored, &value, &bytes), RC_NOT_FOUND);
    assert_int_equal(store_put(txn, ONE, &stored, sizeof stored, block, sizeof block), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static enum rc fail_named(void *context, const char *operation)
{
    return strcmp(context, operation) == 0 ? RC_STORE : RC_OK;
}

/* Spoils the pointer of every branch page to its last leaf: of tables that are large enough to have
 * one. A page begins with its number (8 bytes), 2 bytes, flags (branch: 1) and the end of the list
 * of nodes; a node begins with 6 bytes of page number. */
static void damage_last_leaf(const struct fixture *fixture)
{
    char path[PATH_MAX + 16];
    unsigned char page[4096];
    unsigned damaged = 0;
    snprintf(path, sizeof path, "%s/data.mdb", fixture->scratch.path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (long at = 0; fread(page, sizeof page, 1, file) == 1; at += (long)sizeof page) {
        uint16_t flags = 0, end = 0, node = 0;
        memcpy(&flags, page + 10, sizeof flags);
        memcpy(&end, page + 12, sizeof end);
        if (at == 0 || flags != 1) {
            continue;
        }
        memcpy(&node, page + end - sizeof node, sizeof node);
        memset(page + node, 0x7f, 6);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(page, sizeof page, 1, file), 1);
        assert_int_equal(fseek(file, at + (long)sizeof page, SEEK_SET), 0);
        damaged++;
    }
    assert_int_equal(fclose(file), 0);
    assert_true(damaged > 0);
}

enum { MANY = 2000 };

static void put_many(struct fixture *fixture)
{
    struct store_txn *txn = NULL;
    const unsigned char value[100] = {0};
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    for (uint64_t number = 0; number < MANY; number++) {
        unsigned char key[CODEC_U64_BYTES];
        codec_set_u64(key, number);
        assert_int_equal(store_append(txn, ONE, key, sizeof key, value, sizeof value), RC_OK);
    }
    assert_int_equal(store_commit(txn), RC_OK);
}

static void test_page_when_damaged_then_corrupt_for_get_and_walk_alike(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct store_walk walk;
    const void *value = NULL;
    size_t bytes = 0, rows = 0;
    unsigned char first[CODEC_U64_BYTES], last[CODEC_U64_BYTES];
    codec_set_u64(first, 0);
    codec_set_u64(last, MANY - 1);
    put_many(fixture);
    store_close(fixture->store);
    damage_last_leaf(fixture);
    const struct store_options options = options_of(fixture);
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    for (unsigned write = 0; write < 2; write++) {
        assert_int_equal(store_begin(fixture->store, write != 0, &txn), RC_OK);
        assert_int_equal(store_get(txn, ONE, first, sizeof first, &value, &bytes), RC_OK);
        assert_int_equal(store_get(txn, ONE, last, sizeof last, &value, &bytes), RC_CORRUPT);
        store_abort(txn);
        /* From below, onto it, and from above. */
        assert_int_equal(store_begin(fixture->store, write != 0, &txn), RC_OK);
        enum rc rc = store_walk_open(txn, ONE, NULL, 0, &walk);
        for (rows = 0; rc == RC_OK; rows++) {
            rc = store_walk_next(&walk);
        }
        assert_int_equal(rc, RC_CORRUPT);
        assert_in_range(rows, MANY / 2, MANY - 1);
        store_walk_close(&walk);
        store_abort(txn);
        assert_int_equal(store_begin(fixture->store, write != 0, &txn), RC_OK);
        assert_int_equal(store_walk_open(txn, ONE, last, sizeof last, &walk), RC_CORRUPT);
        store_walk_close(&walk);
        store_abort(txn);
        assert_int_equal(store_begin(fixture->store, write != 0, &txn), RC_OK);
        assert_int_equal(store_walk_open_last(txn, ONE, NULL, 0, &walk), RC_CORRUPT);
        store_walk_close(&walk);
        store_abort(txn);
    }
    /* The rest goes on. */
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, first, sizeof first, "x", 1), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static void test_fault_when_set_then_operation_fails(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    char value[64];
    char put[] = "put", del[] = "del", commit[] = "commit", committed[] = "committed";
    put_one(fixture, "old", "1");
    store_set_fault(fixture->store, fail_named, put);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, "a", 1, "1", 1), RC_STORE);
    store_set_fault(fixture->store, fail_named, del);
    assert_int_equal(store_del(txn, ONE, "old", 3), RC_STORE);
    store_abort(txn);
    store_set_fault(fixture->store, fail_named, commit);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, "a", 1, "1", 1), RC_OK);
    assert_int_equal(store_commit(txn), RC_STORE);
    assert_int_equal(get_one(fixture, "a", value), RC_NOT_FOUND);
    store_set_fault(fixture->store, fail_named, committed);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ONE, "a", 1, "1", 1), RC_OK);
    assert_int_equal(store_commit(txn), RC_STORE);
    store_set_fault(fixture->store, NULL, NULL);
    assert_int_equal(get_one(fixture, "a", value), RC_OK);
}

/* A child that dies inside a read transaction keeps its slot until somebody looks. */
static void test_readers_when_one_died_then_its_lag_ends(void **state)
{
    struct fixture *fixture = *state;
    struct store_usage usage;
    int go[2];
    char byte = 0;
    put_one(fixture, "a", "1");
    store_close(fixture->store);
    assert_int_equal(pipe(go), 0);
    const pid_t child = fork(); /* before we open: an environment must not cross a fork */
    if (child == 0) {
        struct store *store = NULL;
        struct store_txn *txn = NULL;
        struct store_options options = options_of(fixture);
        options.read_only = true;
        if (read(go[0], &byte, 1) != 1 || store_open(&store, &options) != RC_OK ||
            store_begin(store, false, &txn) != RC_OK) {
            _exit(1);
        }
        _exit(0); /* like kill -9: nothing is closed */
    }
    const struct store_options options = options_of(fixture);
    int status = 0;
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    assert_int_equal(write(go[1], &byte, 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)close(go[0]);
    (void)close(go[1]);
    for (unsigned count = 0; count < 5; count++) {
        put_one(fixture, "b", "2");
    }
    assert_int_equal(store_usage(fixture->store, &usage), RC_OK);
    assert_int_equal(usage.oldest_reader_lag, 5);
    store_check_readers(fixture->store);
    assert_int_equal(store_usage(fixture->store, &usage), RC_OK);
    assert_int_equal(usage.oldest_reader_lag, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_row_when_committed_then_there_after_reopen),
        CASE(test_row_when_aborted_then_not_there),
        CASE(test_insert_append_del_when_keys_clash_then_told),
        CASE(test_key_when_it_follows_a_record_then_moved_once),
        CASE(test_record_when_stored_by_its_format_then_read_back),
        CASE(test_walk_when_keys_given_then_neighbours_found),
        CASE(test_open_when_open_in_this_process_then_locked),
        CASE(test_open_when_another_process_owns_it_then_locked),
        CASE(test_open_when_other_service_then_format),
        CASE(test_open_when_format_unknown_or_broken_then_refused),
        CASE(test_open_when_file_is_no_database_then_corrupt),
        CASE(test_open_when_file_is_cut_short_then_corrupt),
        CASE(test_open_when_last_pages_are_free_and_unwritten_then_fine),
        CASE(test_open_when_making_was_cut_off_then_made_anew),
        CASE(test_open_when_read_only_then_nothing_is_made),
        CASE(test_map_when_full_then_full_and_goes_on_with_room),
        CASE(test_page_when_damaged_then_corrupt_for_get_and_walk_alike),
        CASE(test_fault_when_set_then_operation_fails),
        CASE(test_readers_when_one_died_then_its_lag_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
