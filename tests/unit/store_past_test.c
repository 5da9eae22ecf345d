/* store_past: a number that is gone is known to be, its neighbours are not; what is gone goes once; a damaged row is
 * never read as something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "common/store/store_past.h"
#include "scratch.h"

static const char *const tables[] = {"past", NULL};

static void test_number_when_gone_then_it_alone(void **state)
{
    static const uint64_t numbers[] = {1, 7, 8, 1023, 1024, 1025, 2026112300000001ull, UINT64_MAX};
    struct scratch scratch;
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    unsigned char key[CODEC_U64_BYTES];
    bool has = true;
    (void)state;
    scratch_make(&scratch);
    const struct store_options options = {
        .path = scratch.path, .map_bytes = 16u << 20, .service = "past", .tables = tables};
    assert_int_equal(store_open(&store, &options), RC_OK);
    assert_int_equal(store_begin(store, true, &txn), RC_OK);
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        const uint64_t number = numbers[index];
        assert_int_equal(store_past_has(txn, STORE_SERVICE, number, &has), RC_OK);
        assert_false(has);
        assert_int_equal(store_past_put(txn, STORE_SERVICE, number), RC_OK);
        assert_int_equal(store_past_put(txn, STORE_SERVICE, number), RC_EXISTS);
        assert_int_equal(store_past_has(txn, STORE_SERVICE, number, &has), RC_OK);
        assert_true(has);
    }
    assert_int_equal(store_past_has(txn, STORE_SERVICE, 9, &has), RC_OK);
    assert_false(has);
    codec_set_u64(key, 0);
    assert_int_equal(store_put(txn, STORE_SERVICE, key, sizeof key, "short", 5), RC_OK);
    assert_int_equal(store_past_has(txn, STORE_SERVICE, 1, &has), RC_CORRUPT);
    assert_int_equal(store_past_put(txn, STORE_SERVICE, 1), RC_CORRUPT);
    store_abort(txn);
    store_close(store);
    scratch_remove(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_when_gone_then_it_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
