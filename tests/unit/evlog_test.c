/* evlog: appending, blocks, reading, walking, trimming; and every way to damage a stored log. */
#include "common/evlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "common/codec.h"
#include "common/limits.h"
#include "scratch.h"

#define HASH_AT 56u
#define PREVIOUS_AT 24u

struct fixture {
    struct scratch scratch;
    struct store *store;
    struct evlog log;
    struct store_txn *txn; /* of the damage being done */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    scratch_make(&fixture->scratch);
    const struct store_options options = {
        .path = fixture->scratch.path, .map_bytes = 128u << 20, .service = "test"};
    assert_int_equal(store_open(&fixture->store, &options), RC_OK);
    assert_int_equal(evlog_init(&fixture->log, 4u << 20, 20000), RC_OK);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    evlog_fini(&fixture->log);
    store_close(fixture->store);
    scratch_remove(&fixture->scratch);
    free(fixture);
    return 0;
}

/* One commit of count records "record <seq>". */
static void commit(struct fixture *fixture, unsigned count, uint64_t now_ms)
{
    struct store_txn *txn = NULL;
    evlog_begin(&fixture->log);
    for (unsigned index = 0; index < count; index++) {
        char text[32];
        uint64_t seq = 0;
        const int bytes =
            snprintf(text, sizeof text, "record %llu", (unsigned long long)fixture->log.next_seq);
        assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, text, (size_t)bytes, &seq),
                         RC_OK);
    }
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_write(&fixture->log, txn, now_ms), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    evlog_settle(&fixture->log, true);
}

static enum rc verify(struct fixture *fixture, struct evlog_report *report)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = evlog_verify(txn, report);
    store_abort(txn);
    return rc;
}

static enum rc load(struct fixture *fixture, struct evlog *log)
{
    struct store_txn *txn = NULL;
    assert_int_equal(evlog_init(log, 1u << 20, 100), RC_OK);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    const enum rc rc = evlog_load(log, txn);
    store_abort(txn);
    return rc;
}

static void check_text(const struct evlog_record *record, uint64_t seq)
{
    char text[32];
    const int bytes = snprintf(text, sizeof text, "record %llu", (unsigned long long)seq);
    assert_int_equal(record->seq, seq);
    assert_int_equal(record->bytes, bytes);
    assert_memory_equal(record->payload, text, (size_t)bytes);
}

/* ---- writing and reading ---- */

static void test_log_when_empty_then_sound(void **state)
{
    struct fixture *fixture = *state;
    struct evlog_report report;
    struct evlog log;
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(report.head_seq, 0);
    assert_int_equal(load(fixture, &log), RC_OK);
    assert_int_equal(log.first_seq, 1);
    assert_int_equal(log.head_seq, 0);
    evlog_fini(&log);
}

static void test_record_when_committed_then_read_by_seq(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_record record;
    commit(fixture, 3, 100);
    commit(fixture, 2, 200);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    for (uint64_t seq = 1; seq <= 5; seq++) {
        assert_int_equal(evlog_read(txn, seq, &record), RC_OK);
        check_text(&record, seq);
        assert_int_equal(record.kind, EVLOG_EVENT);
        assert_int_equal(record.now_ms, seq <= 3 ? 100 : 200);
    }
    assert_int_equal(evlog_read(txn, 0, &record), RC_NOT_FOUND);
    assert_int_equal(evlog_read(txn, 6, &record), RC_NOT_FOUND);
    store_abort(txn);
}

static void test_record_when_only_appended_then_read_recent_finds_it(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    struct evlog_record record;
    uint64_t seq = 0;
    commit(fixture, 2, 100);
    evlog_begin(&fixture->log);
    assert_int_equal(evlog_append(&fixture->log, EVLOG_ANSWER, "record 3", 8, &seq), RC_OK);
    assert_int_equal(seq, 3);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 3, &record), RC_OK);
    check_text(&record, 3);
    assert_int_equal(record.kind, EVLOG_ANSWER);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 2, &record), RC_OK);
    check_text(&record, 2);
    assert_int_equal(evlog_read_recent(&fixture->log, txn, 4, &record), RC_NOT_FOUND);
    store_abort(txn);
    evlog_settle(&fixture->log, false);
    assert_int_equal(fixture->log.next_seq, 3);
}

static void test_settle_when_commit_failed_then_head_stays(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    uint64_t seq = 0;
    commit(fixture, 2, 100);
    evlog_begin(&fixture->log);
    assert_int_equal(evlog_append(&fixture->log, EVLOG_EVENT, "x", 1, &seq), RC_OK);
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_write(&fixture->log, txn, 150), RC_OK);
    store_abort(txn);
    evlog_settle(&fixture->log, false);
    assert_int_equal(fixture->log.head_seq, 2);
    commit(fixture, 1, 200); /* the chain goes on from what was committed */
    struct evlog_report report;
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(report.head_seq, 3);
}

static void test_step_when_large_then_several_blocks(void **state)
{
    struct fixture *fixture = *state;
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
    assert_int_equal(verify(fixture, &report), RC_OK);
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
    struct fixture *fixture = *state;
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
    check_text(record, seen->next++);
    return record->seq == seen->stop_at ? RC_AGAIN : RC_OK;
}

static void test_walk_when_from_anywhere_then_all_from_there(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    struct seen seen = {.next = 1};
    assert_int_equal(evlog_walk(txn, 1, see, &seen), RC_OK); /* empty */
    store_abort(txn);
    for (unsigned count = 1; count <= 4; count++) {
        commit(fixture, count, count);
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
    struct fixture *fixture = *state;
    struct evlog log;
    commit(fixture, 3, 100);
    commit(fixture, 1, 200);
    assert_int_equal(load(fixture, &log), RC_OK);
    assert_int_equal(log.head_seq, 4);
    assert_int_equal(log.next_seq, 5);
    assert_memory_equal(log.hash, fixture->log.hash, EVLOG_HASH_BYTES);
    evlog_fini(&log);
}

/* ---- blocks from anywhere ---- */

static size_t copy_block(struct fixture *fixture, uint64_t first_seq, unsigned char *bytes,
                         size_t size)
{
    struct store_txn *txn = NULL;
    unsigned char key[8];
    struct codec_writer writer;
    const void *value = NULL;
    size_t value_bytes = 0;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, first_seq);
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(store_get(txn, STORE_LOG, key, sizeof key, &value, &value_bytes), RC_OK);
    assert_true(value_bytes <= size);
    memcpy(bytes, value, value_bytes);
    store_abort(txn);
    return value_bytes;
}

static void test_block_when_any_bit_is_flipped_or_cut_then_refused(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog_block block;
    commit(fixture, 3, 100);
    const size_t size = copy_block(fixture, 1, bytes, sizeof bytes);
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
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
    struct evlog_record record;
    for (uint64_t seq = 1; seq <= 3; seq++) {
        assert_int_equal(evlog_block_next(&block, &record), RC_OK);
        check_text(&record, seq);
    }
    assert_int_equal(evlog_block_next(&block, &record), RC_NOT_FOUND);
}

/* ---- damage ---- */

static void damage_begin(struct fixture *fixture)
{
    assert_int_equal(store_begin(fixture->store, true, &fixture->txn), RC_OK);
}

static void damage_end(struct fixture *fixture)
{
    assert_int_equal(store_commit(fixture->txn), RC_OK);
}

static void put_block(struct fixture *fixture, uint64_t key_seq, const unsigned char *bytes,
                      size_t size)
{
    unsigned char key[8];
    struct codec_writer writer;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, key_seq);
    if (bytes == NULL) {
        assert_int_equal(store_del(fixture->txn, STORE_LOG, key, sizeof key), RC_OK);
    } else {
        assert_int_equal(store_put(fixture->txn, STORE_LOG, key, sizeof key, bytes, size), RC_OK);
    }
}

static void rehash(unsigned char *bytes, size_t size)
{
    crypto_generichash_state hash;
    (void)crypto_generichash_init(&hash, NULL, 0, EVLOG_HASH_BYTES);
    (void)crypto_generichash_update(&hash, bytes, HASH_AT);
    (void)crypto_generichash_update(&hash, bytes + EVLOG_BLOCK_HEADER_BYTES,
                                    size - EVLOG_BLOCK_HEADER_BYTES);
    (void)crypto_generichash_final(&hash, bytes + HASH_AT, EVLOG_HASH_BYTES);
}

/* Blocks 1..2, 3..4, 5..6. Every damage must be found, with the place and the word for it. */
static void check_damage(struct fixture *fixture, uint64_t at, const char *what)
{
    struct evlog_report report;
    assert_int_equal(verify(fixture, &report), RC_CORRUPT);
    assert_string_equal(report.what, what);
    assert_int_equal(report.at, at);
}

static void three_blocks(struct fixture *fixture)
{
    struct evlog_report report;
    for (unsigned count = 0; count < 3; count++) {
        commit(fixture, 2, 100 + count);
    }
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(report.blocks, 3);
}

static void test_verify_when_a_byte_changed_then_found(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    three_blocks(fixture);
    const size_t size = copy_block(fixture, 3, bytes, sizeof bytes);
    bytes[size - 1] ^= 1;
    damage_begin(fixture);
    put_block(fixture, 3, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 4, "record checksum");
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
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    three_blocks(fixture);
    const size_t size = copy_block(fixture, 3, bytes, sizeof bytes);
    /* The first record: its last byte, its checksum. */
    unsigned char *record = bytes + EVLOG_BLOCK_HEADER_BYTES;
    record[EVLOG_RECORD_HEADER_BYTES + 7] = '9';
    struct codec_writer writer;
    codec_writer_init(&writer, record, 4);
    codec_put_u32(&writer, codec_crc(record + 4, EVLOG_RECORD_HEADER_BYTES - 4 + 8));
    damage_begin(fixture);
    put_block(fixture, 3, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 3, "block hash");
    rehash(bytes, size);
    damage_begin(fixture);
    put_block(fixture, 3, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 5, "hash chain broken");
}

static void test_verify_when_newest_is_forged_then_head_tells(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog log;
    three_blocks(fixture);
    const size_t size = copy_block(fixture, 5, bytes, sizeof bytes);
    bytes[16 + 7] ^= 1; /* its time */
    rehash(bytes, size);
    damage_begin(fixture);
    put_block(fixture, 5, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 6, "newest block is another");
    assert_int_equal(load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_a_block_is_missing_then_gap(void **state)
{
    struct fixture *fixture = *state;
    three_blocks(fixture);
    damage_begin(fixture);
    put_block(fixture, 3, NULL, 0);
    damage_end(fixture);
    check_damage(fixture, 3, "gap");
}

static void test_verify_when_the_first_is_missing_then_gap(void **state)
{
    struct fixture *fixture = *state;
    three_blocks(fixture);
    damage_begin(fixture);
    put_block(fixture, 1, NULL, 0);
    damage_end(fixture);
    check_damage(fixture, 1, "gap");
}

static void test_verify_when_the_tail_is_cut_then_found(void **state)
{
    struct fixture *fixture = *state;
    struct evlog log;
    three_blocks(fixture);
    damage_begin(fixture);
    put_block(fixture, 5, NULL, 0);
    damage_end(fixture);
    check_damage(fixture, 5, "tail missing");
    assert_int_equal(load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_all_is_gone_then_found(void **state)
{
    struct fixture *fixture = *state;
    struct evlog log;
    three_blocks(fixture);
    damage_begin(fixture);
    for (uint64_t seq = 1; seq <= 5; seq += 2) {
        put_block(fixture, seq, NULL, 0);
    }
    damage_end(fixture);
    check_damage(fixture, 1, "tail missing");
    assert_int_equal(load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_the_head_is_gone_then_found(void **state)
{
    struct fixture *fixture = *state;
    struct evlog log;
    three_blocks(fixture);
    damage_begin(fixture);
    assert_int_equal(store_del(fixture->txn, STORE_META, "log", 3), RC_OK);
    damage_end(fixture);
    check_damage(fixture, 1, "records beyond the head");
    assert_int_equal(load(fixture, &log), RC_CORRUPT);
    evlog_fini(&log);
}

static void test_verify_when_blocks_are_swapped_then_found(void **state)
{
    struct fixture *fixture = *state;
    unsigned char one[256], two[256];
    three_blocks(fixture);
    const size_t one_size = copy_block(fixture, 1, one, sizeof one);
    const size_t two_size = copy_block(fixture, 3, two, sizeof two);
    damage_begin(fixture);
    put_block(fixture, 1, two, two_size);
    put_block(fixture, 3, one, one_size);
    damage_end(fixture);
    check_damage(fixture, 1, "block under a wrong key");
    /* Also when seq and hash are made to fit the new place. */
    memcpy(one + 8, "\0\0\0\0\0\0\0\3", 8);
    memcpy(two + 8, "\0\0\0\0\0\0\0\1", 8);
    memset(two + PREVIOUS_AT, 0, EVLOG_HASH_BYTES);
    rehash(two, two_size);
    memcpy(one + PREVIOUS_AT, two + HASH_AT, EVLOG_HASH_BYTES);
    rehash(one, one_size);
    damage_begin(fixture);
    put_block(fixture, 1, two, two_size);
    put_block(fixture, 3, one, one_size);
    damage_end(fixture);
    check_damage(fixture, 5, "hash chain broken");
}

static void test_verify_when_a_block_was_added_then_found(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    three_blocks(fixture);
    const size_t size = copy_block(fixture, 5, bytes, sizeof bytes);
    memcpy(bytes + PREVIOUS_AT, bytes + HASH_AT, EVLOG_HASH_BYTES);
    bytes[8 + 7] = 7; /* first seq */
    rehash(bytes, size);
    damage_begin(fixture);
    put_block(fixture, 7, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 7, "records beyond the head");
}

static void test_verify_when_format_is_unknown_then_said(void **state)
{
    struct fixture *fixture = *state;
    unsigned char bytes[256];
    struct evlog_report report;
    three_blocks(fixture);
    const size_t size = copy_block(fixture, 3, bytes, sizeof bytes);
    bytes[0] = 2;
    rehash(bytes, size);
    damage_begin(fixture);
    put_block(fixture, 3, bytes, size);
    damage_end(fixture);
    assert_int_equal(verify(fixture, &report), RC_FORMAT);
    assert_string_equal(report.what, "unknown format");
    assert_int_equal(report.at, 3);
}

/* ---- followers and trimming ---- */

static uint64_t floor_of(struct fixture *fixture)
{
    struct store_txn *txn = NULL;
    uint64_t seq = 99;
    assert_int_equal(store_begin(fixture->store, false, &txn), RC_OK);
    assert_int_equal(evlog_follower_floor(txn, &seq), RC_OK);
    store_abort(txn);
    return seq;
}

static void follow(struct fixture *fixture, const char *name, uint64_t seq)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin(fixture->store, true, &txn), RC_OK);
    assert_int_equal(evlog_follower_put(txn, name, seq), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
}

static uint64_t trim(struct fixture *fixture, uint64_t before, bool hold)
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
    struct fixture *fixture = *state;
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
    struct fixture *fixture = *state;
    struct evlog_report report;
    struct evlog log;
    three_blocks(fixture);
    commit(fixture, 2, 200); /* 7..8 */
    follow(fixture, "triage", 3);
    assert_int_equal(trim(fixture, 0, true), 1);
    assert_int_equal(trim(fixture, 2, true), 1); /* 2 itself must stay */
    assert_int_equal(trim(fixture, 100, false), 3);
    assert_int_equal(fixture->log.first_seq, 1); /* undone */
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(report.first_seq, 1);
    assert_int_equal(trim(fixture, 100, true), 3); /* 4 is not held by triage */
    follow(fixture, "triage", 6);
    assert_int_equal(trim(fixture, 6, true), 5); /* nobody asked for 6 to go */
    follow(fixture, "triage", 8);
    assert_int_equal(trim(fixture, 100, true), 7); /* never the newest block */
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(report.first_seq, 7);
    assert_int_equal(report.records, 2);
    commit(fixture, 1, 300);
    assert_int_equal(verify(fixture, &report), RC_OK);
    assert_int_equal(load(fixture, &log), RC_OK);
    assert_int_equal(log.first_seq, 7);
    assert_int_equal(log.head_seq, 9);
    evlog_fini(&log);
    /* The anchor: what was dropped cannot be replaced by another history. */
    unsigned char bytes[256];
    const size_t size = copy_block(fixture, 7, bytes, sizeof bytes);
    bytes[PREVIOUS_AT] ^= 1;
    rehash(bytes, size);
    damage_begin(fixture);
    put_block(fixture, 7, bytes, size);
    damage_end(fixture);
    check_damage(fixture, 7, "hash chain broken");
}

static void test_trim_when_nobody_follows_then_bounded_by_wish(void **state)
{
    struct fixture *fixture = *state;
    three_blocks(fixture);
    assert_int_equal(trim(fixture, 5, true), 5);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        CASE(test_verify_when_format_is_unknown_then_said),
        CASE(test_follower_when_it_goes_back_then_position_stays),
        CASE(test_trim_when_bounded_then_whole_blocks_and_sound),
        CASE(test_trim_when_nobody_follows_then_bounded_by_wish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
