/* wechat_state: callbacks that were put to residents: what waits is found, what is over is kept without
 * being asked again, and rows of before their state was stored are read as they were meant. */

#include "wechat_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "stored.h"
#include "wechat.h"

enum { OTHER_ID = STORED_ID + 2, ROW_BYTES = 64, KEY_BYTES = 16 };
#define OPEN PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_OPEN
#define ANSWERED PAIDAN__WECHAT_ASKED_STATE__WECHAT_ASK_ANSWERED

static const struct wechat_asked answered = {
    .round = 2, .attempt = 1, .due_ms = 1795309200000ull, .solved = 3, .state = ANSWERED};

static void test_asked_when_answered_then_kept_and_not_the_next_question(void **state)
{
    struct stored stored;
    struct wechat_asked row = {.round = 1, .attempt = 1, .due_ms = 1, .state = OPEN};
    uint64_t found = 0;
    const uint64_t key = wechat_state_key("official", "person");
    (void)state;
    stored_open(&stored, &wechat_service);
    assert_int_equal(wechat_state_put_asked(stored.txn, key, STORED_ID, &answered), RC_OK);
    assert_int_equal(wechat_state_asked_first(stored.txn, key, 0, &found, &row), RC_NOT_FOUND);
    row = (struct wechat_asked){.round = 1, .attempt = 1, .due_ms = 1, .state = OPEN};
    assert_int_equal(wechat_state_put_asked(stored.txn, key, OTHER_ID, &row), RC_OK);
    assert_int_equal(wechat_state_asked_first(stored.txn, key, 0, &found, &row), RC_OK);
    assert_int_equal(found, OTHER_ID);
    assert_int_equal(wechat_state_asked(stored.txn, key, STORED_ID, &row), RC_OK);
    assert_int_equal(row.state, ANSWERED);
    assert_int_equal(row.solved, 3);
    stored_close(&stored, NULL);
}

/* Version 1 had no state: a row was there while its question was open. */
static void test_asked_when_of_the_version_before_then_it_waits(void **state)
{
    struct stored stored;
    struct wechat_asked row;
    struct codec_writer writer;
    unsigned char fields[ROW_BYTES], key_bytes[KEY_BYTES], value[ROW_BYTES];
    const uint64_t key = wechat_state_key("official", "person");
    (void)state;
    stored_open(&stored, &wechat_service);
    assert_int_equal(wechat_state_put_asked(stored.txn, key, STORED_ID, &answered), RC_OK);
    const size_t size = stored_fields(&stored, WECHAT_TABLE_ASKED, fields, sizeof fields);
    codec_set_u64(key_bytes, key);
    codec_set_u64(key_bytes + CODEC_U64_BYTES, STORED_ID);
    codec_writer_init(&writer, value, sizeof value);
    codec_seal_begin(&writer, 1);
    codec_put_bytes(&writer, fields, size - 1);
    codec_seal_end(&writer);
    assert_false(writer.failed);
    assert_int_equal(
        store_put(stored.txn, WECHAT_TABLE_ASKED, key_bytes, sizeof key_bytes, value, writer.used),
        RC_OK);
    assert_int_equal(wechat_state_asked(stored.txn, key, STORED_ID, &row), RC_OK);
    assert_int_equal(row.state, OPEN);
    assert_int_equal(row.round, 2);
    assert_int_equal(row.solved, 3);
    stored_close(&stored, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_asked_when_answered_then_kept_and_not_the_next_question),
        cmocka_unit_test(test_asked_when_of_the_version_before_then_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
