/* evlog: appending, blocks, reading, walking, followers and trimming. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/limits.h"
#include "log_fixture.h"

/* ---- writing and reading ---- */

static void test_log_when_empty_then_sound(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog_report report;
    struct evlog log;
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.head_seq, 0);
    assert_int_equal(log_load(fixture, &log), RC_OK);
    assert_int_equal(log.first_seq, 1);
    assert_int_equal(log.head_seq, 0);
    evlog_fini(&log);
}

static void test_record_when_committed_then_read_by_seq(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_record record;
    log_commit(fixture, 3, 100);
    log_commit(fixture, 2, 200);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    for (uint64_t seq = 1; seq <= 5; seq++) {
        assert_int_equal(evlog_read(txn, seq, &record), RC_OK);
        log_check_text(&record, seq);
        assert_int_equal(record.kind, EVLOG_EVENT);
        assert_int_equal(record.now_ms, seq <= 3 ? 100 : 200);
    }
    assert_int_equal(evlog_read(txn, 0, &record), RC_NOT_FOUND);
    assert_int_equal(evlog_read(txn, 6, &record), RC_NOT_FOUND);
    store_abort(txn);
}

static void test_record_when_only_appended_then_read_recent_finds_it(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_record record;
    uint64_t seq = 0;
    log_commit(fixture, 2, 100);
    evlog_begin(&fixture->log);
    assert_int_equal(evlog_append(&fixture->log, EVLOG_ANSWER, "record 3", 8, &seq), RC_OK);
    assert_int_equal(seq, 3);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 3, &record), RC_OK);
    log_check_text(&record, 3);
    assert_int_equal(record.kind, EVLOG_ANSWER);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 2, &record), RC_OK);
    log_check_text(&record, 2);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 4, &record), RC_NOT_FOUND);
    store_abort(txn);
    evlog_settle(&fixture->log, false);
    assert_int_equal(fixture->log.next_seq, 3);
}

static void test_settle_when_commit_failed_then_head_stays(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    uint64_t seq = 0;
    log_commit(fixture, 2, 100);
    evlog_begin(&fixture->log);
    assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, "x", 1, &seq), RC_OK);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_write(&fixture->log, txn, 150), RC_OK);
    store_abort(txn);
    evlog_settle(&fixture->log, false);
    assert_int_equal(fixture->log.head_seq, 2);
    log_commit(fixture, 1, 200); /* the chain goes on from what was committed */
    struct evlog_report report;
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.head_seq, 3);
}

static void test_step_when_large_then_several_blocks(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_report report;
    struct evlog_record record;
    static unsigned char payload[100000];
    evlog_begin(&fixture->log);
    for (unsigned index = 0; index < 8; index++) {
        uint64_t seq = 0;
        payload[0] = (unsigned char)index;
        assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, payload, sizeof payload, &seq),
                         RC_OK);
    }
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_write(&fixture->log, txn, 1), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    evlog_settle(&fixture->log, true);
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.blocks, 4); /* two fit the 256 KiB of a block */
    assert_int_equal(report.records, 8);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    for (unsigned index = 0; index < 8; index++) {
        assert_int_equal(evlog_read(txn, index + 1, &record), RC_OK);
        assert_int_equal(record.payload[0], index);
    }
    store_abort(txn);
}

static void test_append_when_beyond_a_bound_then_limit(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char *payload = calloc(1, EVLOG_RECORD_BYTES_MAX + 1);
    uint64_t seq = 0;
    assert_non_null(payload);
    evlog_begin(&fixture->log);
    assert_int_equal(
        evlog_append(&fixture->log, EVLOG_EVENT, payload, (size_t)EVLOG_RECORD_BYTES_MAX + 1, &seq),
        RC_LIMIT);
    unsigned count = 0;
    while (evlog_append(&fixture->log, EVLOG_EVENT, payload, EVLOG_RECORD_BYTES_MAX, &seq) ==
           RC_OK) {
        count++;
    }
    assert_int_equal(count, 3); /* of 4 MiB */
    evlog_begin(&fixture->log);
    for (count = 0; evlog_append(&fixture->log, EVLOG_EVENT, payload, 0, &seq) == RC_OK;) {
        count++;
    }
    assert_int_equal(count, 20000);
    free(payload);
}

struct seen {
    uint64_t next, stop_at;
};

static enum rc see(void *context, const struct evlog_record *record)
{
    struct seen *seen = context;
    log_check_text(record, seen->next++);
    return record->seq == seen->stop_at ? RC_AGAIN : RC_OK;
}

static void test_walk_when_from_anywhere_then_all_from_there(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    struct seen seen = {.next = 1};
    assert_int_equal(evlog_walk(txn, 1, see, &seen), RC_OK); /* empty */
    store_abort(txn);
    for (unsigned count = 1; count <= 4; count++) {
        log_commit(fixture, count, count);
    }
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    for (uint64_t from = 1; from <= 11; from++) {
        seen = (struct seen){.next = from};
        assert_int_equal(evlog_walk(txn, from, see, &seen), RC_OK);
        assert_int_equal(seen.next, 11);
    }
    seen = (struct seen){.next = 1};
    assert_int_equal(evlog_walk(txn, 0, see, &seen), RC_OK);
    assert_int_equal(seen.next, 11);
    seen = (struct seen){.next = 3, .stop_at = 5};
    assert_int_equal(evlog_walk(txn, 3, see, &seen), RC_AGAIN);
    assert_int_equal(seen.next, 6);
    store_abort(txn);
}

static void test_load_when_reopened_then_head_and_hash(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog log;
    log_commit(fixture, 3, 100);
    log_commit(fixture, 1, 200);
    assert_int_equal(log_load(fixture, &log), RC_OK);
    assert_int_equal(log.head_seq, 4);
    assert_int_equal(log.next_seq, 5);
    assert_memory_equal(log.hash, fixture->log.hash, EVLOG_HASH_BYTES);
    evlog_fini(&log);
}

/* ---- blocks from anywhere ---- */

static void test_block_when_any_bit_is_flipped_or_cut_then_refused(void **state)
{
    struct log_fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog_block block;
    log_commit(fixture, 3, 100);
    const size_t size = log_copy_block(fixture, 1, bytes, sizeof bytes);
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
    for (size_t bit = 0; bit < size * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        const enum rc rc = evlog_block_open(&block, bytes, size);
        assert_int_equal(rc, bit < 8 ? RC_FORMAT : RC_CORRUPT);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++) {
        /* An exact allocation, so that a sanitizer sees a read past the end. */
        unsigned char *part = malloc(cut == 0 ? 1 : cut);
        assert_non_null(part);
        memcpy(part, bytes, cut);
        assert_int_equal(evlog_block_open(&block, part, cut), RC_CORRUPT);
        free(part);
    }
    assert_int_equal(evlog_block_open(&block, bytes, size + 1), RC_CORRUPT);
    assert_int_equal(evlog_block_open_hashed(&block, bytes, size), RC_OK);
    bytes[HASH_AT] ^= 1;
    log_resum(bytes);
    assert_int_equal(evlog_block_open_hashed(&block, bytes, size), RC_CORRUPT);
    /* The hash is no business of those who only read. */
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
    struct evlog_record record;
    for (uint64_t seq = 1; seq <= 3; seq++) {
        assert_int_equal(evlog_block_next(&block, &record), RC_OK);
        log_check_text(&record, seq);
    }
    assert_int_equal(evlog_block_next(&block, &record), RC_NOT_FOUND);
}

/* ---- followers and trimming ---- */

static uint64_t floor_of(struct log_fixture *fixture)
{
    struct store_txn *txn = NULL;
    uint64_t seq = 99;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_follower_floor(txn, &seq), RC_OK);
    store_abort(txn);
    return seq;
}

static void follow(struct log_fixture *fixture, const char *name, uint64_t seq)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_follower_put(txn, name, seq), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static uint64_t trim(struct log_fixture *fixture, uint64_t before, bool hold)
{
    struct store_txn *txn = NULL;
    uint64_t first_seq = 0;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_trim(&fixture->log, txn, before, &first_seq), RC_OK);
    if (hold) {
        assert_int_equal(store_commit(txn), RC_OK);
    } else {
        store_abort(txn);
    }
    evlog_settle(&fixture->log, hold);
    return first_seq;
}

static void test_follower_when_it_goes_back_then_position_stays(void **state)
{
    struct log_fixture *fixture = *state;
    assert_int_equal(floor_of(fixture), 0);
    follow(fixture, "triage", 5);
    follow(fixture, "triage", 3);
    assert_int_equal(floor_of(fixture), 5);
    follow(fixture, "callback", 4);
    assert_int_equal(floor_of(fixture), 4);
    follow(fixture, "callback", 9);
    assert_int_equal(floor_of(fixture), 5);
}

static void test_trim_when_bounded_then_whole_blocks_and_sound(void **state)
{
    struct log_fixture *fixture = *state;
    struct evlog_report report;
    struct evlog log;
    log_three_blocks(fixture);
    log_commit(fixture, 2, 200); /* 7..8 */
    follow(fixture, "triage", 3);
    assert_int_equal(trim(fixture, 0, true), 1);
    assert_int_equal(trim(fixture, 2, true), 1); /* 2 itself must stay */
    assert_int_equal(trim(fixture, 100, false), 3);
    assert_int_equal(fixture->log.first_seq, 1); /* undone */
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.first_seq, 1);
    assert_int_equal(trim(fixture, 100, true), 3); /* 4 is not held by triage */
    follow(fixture, "triage", 6);
    assert_int_equal(trim(fixture, 6, true), 5); /* nobody asked for 6 to go */
    follow(fixture, "triage", 8);
    assert_int_equal(trim(fixture, 100, true), 7); /* never the newest block */
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(report.first_seq, 7);
    assert_int_equal(report.records, 2);
    log_commit(fixture, 1, 300);
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(log_load(fixture, &log), RC_OK);
    assert_int_equal(log.first_seq, 7);
    assert_int_equal(log.head_seq, 9);
    evlog_fini(&log);
    /* The anchor: what was dropped cannot be replaced by another history. */
    unsigned char bytes[256];
    const size_t size = log_copy_block(fixture, 7, bytes, sizeof bytes);
    bytes[PREVIOUS_AT] ^= 1;
    log_rehash(bytes, size);
    log_damage_begin(fixture);
    log_put_block(fixture, 7, bytes, size);
    log_damage_end(fixture);
    log_check_damage(fixture, 7, "hash chain broken");
}

static void test_trim_when_nobody_follows_then_bounded_by_wish(void **state)
{
    struct log_fixture *fixture = *state;
    log_three_blocks(fixture);
    assert_int_equal(trim(fixture, 5, true), 5);
}

/* A log of years: one call must not take all of it. */
static void test_trim_when_much_is_old_then_some_at_a_time(void **state)
{
    struct log_fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_report report;
    const uint64_t blocks = 2 * EVLOG_TRIM_BLOCKS_MAX + 10;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    for (uint64_t block = 0; block < blocks; block++) {
        uint64_t seq = 0;
        evlog_begin(&fixture->log);
        assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, "x", 1, &seq), RC_OK);
        assert_int_equal(evlog_write(&fixture->log, txn, 100 + block), RC_OK);
        evlog_settle(&fixture->log, true);
    }
    assert_int_equal(store_commit(txn), RC_OK);
    assert_int_equal(trim(fixture, blocks, true), 1 + EVLOG_TRIM_BLOCKS_MAX);
    assert_int_equal(log_verify(fixture, &report), RC_OK);
    assert_int_equal(trim(fixture, blocks, true), 1 + 2 * EVLOG_TRIM_BLOCKS_MAX);
    assert_int_equal(trim(fixture, blocks, true), blocks);
    assert_int_equal(trim(fixture, blocks, true), blocks);
    assert_int_equal(log_verify(fixture, &report), RC_OK);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_log_when_empty_then_sound),
        CASE(test_record_when_committed_then_read_by_seq),
        CASE(test_record_when_only_appended_then_read_recent_finds_it),
        CASE(test_settle_when_commit_failed_then_head_stays),
        CASE(test_step_when_large_then_several_blocks),
        CASE(test_append_when_beyond_a_bound_then_limit),
        CASE(test_walk_when_from_anywhere_then_all_from_there),
        CASE(test_load_when_reopened_then_head_and_hash),
        CASE(test_block_when_any_bit_is_flipped_or_cut_then_refused),
        CASE(test_follower_when_it_goes_back_then_position_stays),
        CASE(test_trim_when_bounded_then_whole_blocks_and_sound),
        CASE(test_trim_when_nobody_follows_then_bounded_by_wish),
        CASE(test_trim_when_much_is_old_then_some_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
