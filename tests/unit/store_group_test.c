/* store_group: groups stay one level deep, both rows of a member come and go together, and members are walked
 * page by page from the oldest on. ctest: valgrind */
#include "common/store/store_group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "scratch.h"

static const char *const tables[] = {"group", "other", NULL};

enum { TABLE = STORE_SERVICE, OTHER = STORE_SERVICE + 1 };
enum { HEAD = 100, OLD = 101, YOUNG = 102, STRANGER = 200 };

struct play {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn;
};

static int setup(void **state)
{
    static struct play play;
    scratch_make(&play.scratch);
    const struct store_options options = {
        .path = play.scratch.path, .map_bytes = 4u << 20, .service = "test", .tables = tables};
    assert_int_equal(store_open(&play.store, &options), RC_OK);
    assert_int_equal(store_begin(play.store, true, &play.txn), RC_OK);
    *state = &play;
    return 0;
}

static int teardown(void **state)
{
    struct play *const play = *state;
    store_abort(play->txn);
    store_close(play->store);
    scratch_remove(&play->scratch);
    return 0;
}

static enum rc enter(struct play *play, uint64_t head, uint64_t member)
{
    return store_group_enter(play->txn, TABLE, head, member);
}

/* The head of a member; 0: it is none. */
static uint64_t head_of(struct play *play, uint64_t member)
{
    uint64_t head = 0;
    const enum rc rc = store_group_head(play->txn, TABLE, member, &head);
    assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
    return rc == RC_OK ? head : 0;
}

static size_t count_of(struct play *play, uint64_t head, uint64_t after)
{
    size_t count = 99;
    assert_int_equal(store_group_members(play->txn, TABLE, head, after, 99, NULL, &count), RC_OK);
    return count;
}

static void test_member_when_entered_then_found_from_both_sides(void **state)
{
    struct play *const play = *state;
    uint64_t members[4] = {0};
    size_t count = 0;
    assert_int_equal(head_of(play, OLD), 0);
    assert_int_equal(count_of(play, HEAD, 0), 0);
    assert_int_equal(enter(play, HEAD, YOUNG), RC_OK);
    assert_int_equal(enter(play, HEAD, OLD), RC_OK);
    assert_int_equal(enter(play, STRANGER, STRANGER + 1), RC_OK);
    assert_int_equal(head_of(play, OLD), HEAD);
    assert_int_equal(head_of(play, YOUNG), HEAD);
    assert_int_equal(head_of(play, HEAD), 0);
    assert_int_equal(store_group_members(play->txn, TABLE, HEAD, 0, 4, members, &count), RC_OK);
    assert_int_equal(count, 2); /* of its own group alone */
    assert_int_equal(members[0], OLD);
    assert_int_equal(members[1], YOUNG);
    assert_int_equal(count_of(play, OLD, 0), 0);
}

static void test_group_when_it_would_be_two_deep_then_refused(void **state)
{
    struct play *const play = *state;
    assert_int_equal(enter(play, HEAD, OLD), RC_OK);
    assert_int_equal(enter(play, HEAD, OLD), RC_EXISTS);
    assert_int_equal(enter(play, STRANGER, OLD), RC_EXISTS);
    assert_int_equal(enter(play, OLD, YOUNG), RC_NOT_FOUND);     /* into a member */
    assert_int_equal(enter(play, STRANGER, HEAD), RC_NOT_FOUND); /* a head with its members */
    assert_int_equal(head_of(play, YOUNG), 0);
    assert_int_equal(head_of(play, HEAD), 0);
    assert_int_equal(count_of(play, STRANGER, 0), 0);
    assert_int_equal(count_of(play, HEAD, 0), 1);
}

static void test_member_when_it_leaves_then_neither_row_is_left(void **state)
{
    struct play *const play = *state;
    uint64_t head = 0;
    assert_int_equal(store_group_leave(play->txn, TABLE, OLD, &head), RC_NOT_FOUND);
    assert_int_equal(enter(play, HEAD, OLD), RC_OK);
    assert_int_equal(enter(play, HEAD, YOUNG), RC_OK);
    assert_int_equal(store_group_leave(play->txn, TABLE, OLD, &head), RC_OK);
    assert_int_equal(head, HEAD);
    assert_int_equal(head_of(play, OLD), 0);
    assert_int_equal(count_of(play, HEAD, 0), 1);
    assert_int_equal(store_group_leave(play->txn, TABLE, YOUNG, &head), RC_OK);
    assert_int_equal(count_of(play, HEAD, 0), 0);
    assert_int_equal(enter(play, OLD, HEAD), RC_OK); /* it heads nothing any more */
    assert_int_equal(head_of(play, HEAD), OLD);
}

static void test_members_when_more_than_a_page_then_each_once_in_order(void **state)
{
    struct play *const play = *state;
    enum { MEMBERS = 50, PAGE = 7 };
    uint64_t page[PAGE], after = 0, expected = 1000;
    for (uint64_t nth = MEMBERS; nth > 0; nth--) {
        assert_int_equal(enter(play, HEAD, 999 + nth), RC_OK);
    }
    for (size_t count = PAGE; count == PAGE;) {
        assert_int_equal(store_group_members(play->txn, TABLE, HEAD, after, PAGE, page, &count),
                         RC_OK);
        for (size_t index = 0; index < count; index++) {
            assert_int_equal(page[index], expected++);
            after = page[index];
        }
    }
    assert_int_equal(expected, 1000 + MEMBERS);
    assert_int_equal(count_of(play, HEAD, after), 0);
    assert_int_equal(count_of(play, HEAD, UINT64_MAX), 0);
}

static void test_rows_when_damaged_then_corrupt(void **state)
{
    struct play *const play = *state;
    unsigned char key[3 * CODEC_U64_BYTES] = {0};
    uint64_t head = 0;
    codec_set_u64(key + CODEC_U64_BYTES, OLD);
    assert_int_equal(store_put(play->txn, TABLE, key, sizeof key, NULL, 0), RC_OK);
    assert_int_equal(store_group_head(play->txn, TABLE, OLD, &head), RC_CORRUPT); /* nobody's */
    codec_set_u64(key + (size_t)2 * CODEC_U64_BYTES, HEAD);
    assert_int_equal(store_put(play->txn, TABLE, key, sizeof key, NULL, 0), RC_OK);
    codec_set_u64(key + (size_t)2 * CODEC_U64_BYTES, 0);
    assert_int_equal(store_del(play->txn, TABLE, key, sizeof key), RC_OK);
    assert_int_equal(store_group_leave(play->txn, TABLE, OLD, &head),
                     RC_CORRUPT); /* half a member */
    codec_set_u64(key, STRANGER);
    size_t count = 0;
    assert_int_equal(store_put(play->txn, OTHER, key, CODEC_U64_BYTES, NULL, 0), RC_OK);
    assert_int_equal(store_group_members(play->txn, OTHER, 1, 0, 9, NULL, &count), RC_CORRUPT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_member_when_entered_then_found_from_both_sides),
        CASE(test_group_when_it_would_be_two_deep_then_refused),
        CASE(test_member_when_it_leaves_then_neither_row_is_left),
        CASE(test_members_when_more_than_a_page_then_each_once_in_order),
        CASE(test_rows_when_damaged_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
