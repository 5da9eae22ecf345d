/* evlog: every way to damage a stored log is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"
#include "log_fixture.h"

static void test_verify_when_a_byte_changed_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    log_three_blocks(fixture);
    const size_t size = log_copy_block(fixture, 3, bytes, sizeof bytes);
    bytes[size - 1] ^= 1;
    log_damage_begin(fixture);
    log_put_block(fixture, 3, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 4, "record checksum");
    struct evlog_record record;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_read(txn, 4, &record), RC_CORRUPT);
    assert_int_equal(evlog_read(txn, 3, &record), RC_OK);
    store_abort(txn);
}

/* Somebody who also mends checksum and hash is betrayed by the next block. */
static void test_verify_when_forged_with_checksum_then_hash_or_chain_breaks(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    log_three_blocks(fixture);
    const size_t size = log_copy_block(fixture, 3, bytes, sizeof bytes);
    /* The first record: its last byte, its checksum. */
    unsigned char *record = bytes + EVLOG_BLOCK_HEADER_BYTES;
    record[EVLOG_RECORD_HEADER_BYTES + 7] = '9';
    struct codec_writer writer;
    codec_writer_init(&writer, record, 4);
    codec_put_u32(&writer, codec_crc(record + 4, EVLOG_RECORD_HEADER_BYTES - 4 + 8));
    log_damage_begin(fixture);
    log_put_block(fixture, 3, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 3, "block hash");
    log_rehash(bytes, size);
    log_damage_begin(fixture);
    log_put_block(fixture, 3, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 5, "hash chain broken");
}

static void test_verify_when_newest_is_forged_then_head_tells(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog log;
    log_three_blocks(fixture);
    const size_t size = log_copy_block(fixture, 5, bytes, sizeof bytes);
    bytes[16 + 7] ^= 1; /* its time */
    log_rehash(bytes, size);
    log_damage_begin(fixture);
    log_put_block(fixture, 5, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 6, "newest block is another");
    assert_int_equal(log_load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_a_block_is_missing_then_gap(void **state)
{
    struct log_fixture *fixture = *state;
    log_three_blocks(fixture);
    log_damage_begin(fixture);
    log_put_block(fixture, 3, NULL, 0);
    log_damage_end(fixture);
    log_check_damage(fixture, 3, "gap");
}

static void test_verify_when_the_first_is_missing_then_gap(void **state)
{
    struct log_fixture *fixture = *state;
    log_three_blocks(fixture);
    log_damage_begin(fixture);
    log_put_block(fixture, 1, NULL, 0);
    log_damage_end(fixture);
    log_check_damage(fixture, 1, "gap");
}

static void test_verify_when_the_tail_is_cut_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog log;
    log_three_blocks(fixture);
    log_damage_begin(fixture);
    log_put_block(fixture, 5, NULL, 0);
    log_damage_end(fixture);
    log_check_damage(fixture, 5, "tail missing");
    assert_int_equal(log_load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_all_is_gone_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog log;
    log_three_blocks(fixture);
    log_damage_begin(fixture);
    for (uint64_t seq = 1; seq <= 5; seq += 2) {
        log_put_block(fixture, seq, NULL, 0);
    }
    log_damage_end(fixture);
    log_check_damage(fixture, 1, "tail missing");
    assert_int_equal(log_load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_the_head_is_gone_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog log;
    log_three_blocks(fixture);
    log_damage_begin(fixture);
    assert_int_equal(store_del(fixture->txn, STORE_META, "log", 3), RC_OK);
    log_damage_end(fixture);
    log_check_damage(fixture, 1, "records beyond the head");
    assert_int_equal(log_load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_blocks_are_swapped_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char one[256], two[256];
    log_three_blocks(fixture);
    const size_t one_size = log_copy_block(fixture, 1, one, sizeof one);
    const size_t two_size = log_copy_block(fixture, 3, two, sizeof two);
    log_damage_begin(fixture);
    log_put_block(fixture, 1, two, two_size);
    log_put_block(fixture, 3, one, one_size);
    log_damage_end(fixture);
    log_check_damage(fixture, 1, "block under a wrong key");
    /* Also when seq and hash are made to fit the new place. */
    memcpy(one + 8, "\0\0\0\0\0\0\0\3", 8);
    memcpy(two + 8, "\0\0\0\0\0\0\0\1", 8);
    memset(two + PREVIOUS_AT, 0, EVLOG_HASH_BYTES);
    log_rehash(two, two_size);
    memcpy(one + PREVIOUS_AT, two + HASH_AT, EVLOG_HASH_BYTES);
    log_rehash(one, one_size);
    log_damage_begin(fixture);
    log_put_block(fixture, 1, two, two_size);
    log_put_block(fixture, 3, one, one_size);
    log_damage_end(fixture);
    log_check_damage(fixture, 5, "hash chain broken");
}

static void test_verify_when_a_block_was_added_then_found(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    log_three_blocks(fixture);
    const size_t size = log_copy_block(fixture, 5, bytes, sizeof bytes);
    memcpy(bytes + PREVIOUS_AT, bytes + HASH_AT, EVLOG_HASH_BYTES);
    bytes[8 + 7] = 7; /* first seq */
    log_rehash(bytes, size);
    log_damage_begin(fixture);
    log_put_block(fixture, 7, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 7, "records beyond the head");
}

/* Bytes behind the last record, covered by length and hash: still no part of the log. */
static void test_block_when_bytes_trail_then_corrupt(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog_block block;
    log_commit(fixture, 2, 100);
    const size_t size = log_copy_block(fixture, 1, bytes, sizeof bytes);
    bytes[size] = 0;
    bytes[7]++; /* bytes of records */
    log_rehash(bytes, size + 1);
    assert_int_equal(evlog_block_open(&block, bytes, size + 1), RC_CORRUPT);
    bytes[7]--;
    log_rehash(bytes, size);
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
}

static void test_verify_when_format_is_unknown_then_said(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog_report report;
    log_three_blocks(fixture);
    const size_t size = log_copy_block(fixture, 3, bytes, sizeof bytes);
    bytes[0] = 3;
    log_rehash(bytes, size);
    log_damage_begin(fixture);
    log_put_block(fixture, 3, bytes, size);
    log_damage_end(fixture);
    assert_int_equal(log_verify(fixture, &report), RC_FORMAT);
    assert_string_equal(report.what, "unknown format");
    assert_int_equal(report.at, 3);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_verify_when_a_byte_changed_then_found),
        CASE(test_verify_when_forged_with_checksum_then_hash_or_chain_breaks),
        CASE(test_verify_when_newest_is_forged_then_head_tells),
        CASE(test_verify_when_a_block_is_missing_then_gap),
        CASE(test_verify_when_the_first_is_missing_then_gap),
        CASE(test_verify_when_the_tail_is_cut_then_found),
        CASE(test_verify_when_all_is_gone_then_found),
        CASE(test_verify_when_the_head_is_gone_then_found),
        CASE(test_verify_when_blocks_are_swapped_then_found),
        CASE(test_verify_when_a_block_was_added_then_found),
        CASE(test_block_when_bytes_trail_then_corrupt),
        CASE(test_verify_when_format_is_unknown_then_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
