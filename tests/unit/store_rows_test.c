/* store: whatever is put, taken, deleted and walked in whatever order, the rows are those of a
 * plain array. The cursors that a write transaction keeps must never show. ctest: valgrind */
#include "common/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "scratch.h"

static const char *const tables[] = {"one", "two", NULL};

enum {
    TABLES = 2,
    KEYS = 3000,
    OPERATIONS = 40000,
    PER_COMMIT = 500,
    KEY_BYTES = 26,         /* as wide as keys of queues: some fifty rows a page */
    VALUE_BYTES_MAX = 5000, /* some do not fit into a page */
};

/* version 0: no row; else its bytes follow from it. */
struct model {
    unsigned versions[TABLES][KEYS];
};

struct play {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn;
    struct model rows, committed;
    uint64_t random;
    unsigned next_version;
};

static uint64_t draw(struct play *play, uint64_t below)
{
    play->random = play->random * 6364136223846793005ull + 1442695040888963407ull;
    return (play->random >> 33) % below;
}

static void key_of(unsigned key, unsigned char bytes[KEY_BYTES])
{
    struct codec_writer writer;
    memset(bytes, 'k', KEY_BYTES);
    codec_writer_init(&writer, bytes + KEY_BYTES - 4, 4);
    codec_put_u32(&writer, key);
}

static size_t value_of(unsigned version, unsigned char bytes[VALUE_BYTES_MAX])
{
    const unsigned kind = version % 97;
    const size_t size = kind == 0 ? VALUE_BYTES_MAX : kind < 40 ? 0 : kind * 3;
    memset(bytes, (int)(version & 0xff), size);
    return size;
}

static void assert_value(unsigned version, const void *value, size_t bytes)
{
    unsigned char expected[VALUE_BYTES_MAX];
    assert_int_equal(bytes, value_of(version, expected));
    assert_memory_equal(value, expected, bytes);
}

/* Keys near the last one most of the time, as one input's rows are. */
static unsigned pick(struct play *play)
{
    static unsigned last;
    last =
        draw(play, 8) == 0 ? (unsigned)draw(play, KEYS) : (last + (unsigned)draw(play, 5)) % KEYS;
    return last;
}

static unsigned newest(const struct play *play, unsigned table)
{
    unsigned key = KEYS;
    while (key > 0 && play->rows.versions[table][key - 1] == 0) {
        key--;
    }
    return key; /* one above */
}

static void put(struct play *play, unsigned table, unsigned char name[KEY_BYTES], unsigned key)
{
    unsigned char value[VALUE_BYTES_MAX];
    unsigned *version = &play->rows.versions[table][key];
    const unsigned next = ++play->next_version;
    const size_t bytes = value_of(next, value);
    const unsigned id = STORE_SERVICE + table, how = (unsigned)draw(play, 4);
    if (how == 0) {
        const enum rc rc = store_insert(play->txn, id, name, KEY_BYTES, value, bytes);
        assert_int_equal(rc, *version != 0 ? RC_EXISTS : RC_OK);
        *version = *version != 0 ? *version : next;
    } else if (how == 1) {
        const bool last = key >= newest(play, table);
        const enum rc rc = store_append(play->txn, id, name, KEY_BYTES, value, bytes);
        assert_int_equal(rc, last ? RC_OK : RC_EXISTS);
        *version = last ? next : *version;
    } else {
        assert_int_equal(store_put(play->txn, id, name, KEY_BYTES, value, bytes), RC_OK);
        *version = next;
    }
}

static void get(struct play *play, unsigned table, const unsigned char name[KEY_BYTES],
                unsigned version)
{
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(play->txn, STORE_SERVICE + table, name, KEY_BYTES, &value, &bytes);
    assert_int_equal(rc, version != 0 ? RC_OK : RC_NOT_FOUND);
    if (rc == RC_OK) {
        assert_value(version, value, bytes);
    }
}

/* All rows of the table from key on, at most count. */
static void walk(struct play *play, struct store_txn *txn, unsigned table, unsigned key,
                 unsigned count)
{
    unsigned char name[KEY_BYTES];
    struct store_walk walk;
    key_of(key, name);
    enum rc rc = store_walk_open(txn, STORE_SERVICE + table, name, KEY_BYTES, &walk);
    for (; key < KEYS && count > 0; key++) {
        if (play->rows.versions[table][key] == 0) {
            continue;
        }
        assert_int_equal(rc, RC_OK);
        key_of(key, name);
        assert_int_equal(walk.key_bytes, KEY_BYTES);
        assert_memory_equal(walk.key, name, KEY_BYTES);
        assert_value(play->rows.versions[table][key], walk.value, walk.value_bytes);
        count--;
        rc = store_walk_next(&walk);
    }
    assert_true(count == 0 || rc == RC_NOT_FOUND);
    store_walk_close(&walk);
}

/* growing: more is put than deleted. */
static void operate(struct play *play, bool growing)
{
    const unsigned table = (unsigned)draw(play, TABLES), key = pick(play);
    const unsigned what = (unsigned)draw(play, 20);
    unsigned *version = &play->rows.versions[table][key];
    unsigned char name[KEY_BYTES];
    key_of(key, name);
    if (what < (growing ? 12 : 3)) {
        put(play, table, name, key);
    } else if (what < 15) {
        const enum rc rc = store_del(play->txn, STORE_SERVICE + table, name, KEY_BYTES);
        assert_int_equal(rc, *version != 0 ? RC_OK : RC_NOT_FOUND);
        *version = 0;
    } else if (what < 19) {
        get(play, table, name, *version);
    } else {
        walk(play, play->txn, table, key, 5);
    }
}

static void look_at_all(struct play *play)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(play->store, false, &txn), RC_OK);
    for (unsigned table = 0; table < TABLES; table++) {
        walk(play, txn, table, 0, KEYS + 1);
    }
    store_abort(txn);
}

static void test_rows_when_changed_at_random_then_as_a_plain_array(void **state)
{
    static struct play play;
    (void)state;
    scratch_make(&play.scratch);
    const struct store_options options = {
        .path = play.scratch.path, .map_bytes = 64u << 20, .service = "test", .tables = tables};
    play.random = 7;
    assert_int_equal(store_open(&play.store, &options), RC_OK);
    for (unsigned done = 0; done < OPERATIONS; done += PER_COMMIT) {
        assert_int_equal(store_begin(play.store, true, &play.txn), RC_OK);
        /* It fills, then empties until pages, then whole trees go. */
        for (unsigned count = 0; count < PER_COMMIT; count++) {
            operate(&play, done / PER_COMMIT % 20 < 12);
        }
        if (draw(&play, 5) == 0) {
            store_abort(play.txn);
            play.rows = play.committed;
        } else {
            assert_int_equal(store_commit(play.txn), RC_OK);
            play.committed = play.rows;
        }
        look_at_all(&play);
    }
    store_close(play.store);
    scratch_remove(&play.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_when_changed_at_random_then_as_a_plain_array),
    };
    return cmocka_run_group_tests_name("store_rows", tests, NULL, NULL);
}
