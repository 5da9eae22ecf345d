/* tail: whoever follows a log gets each record once and in order, and never past a fault. The
 * blocks are real ones, of a log of three; the answers that carry them are made here. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/codec.h"
#include "common/bus/tail.h"
#include "log_fixture.h"

enum { BLOCKS = 3, RECORDS = 6, BLOCK_BYTES = 512, NOW_US = 1000000, CRC_BYTES = 4 };

struct tailing {
    struct tail tail;
    unsigned char bytes[BLOCKS][BLOCK_BYTES]; /* records 1 2, 3 4, 5 6 */
    size_t sizes[BLOCKS];
    uint32_t crcs[RECORDS + 1];
};

static int setup(void **state)
{
    struct tailing *here = calloc(1, sizeof *here);
    void *log = NULL;
    assert_non_null(here);
    assert_int_equal(log_setup(&log), 0);
    log_three_blocks(log);
    for (unsigned index = 0; index < BLOCKS; index++) {
        struct evlog_block block;
        struct evlog_record record;
        here->sizes[index] = log_copy_block(log, 2 * index + 1, here->bytes[index], BLOCK_BYTES);
        assert_int_equal(evlog_block_open(&block, here->bytes[index], here->sizes[index]), RC_OK);
        while (evlog_block_next(&block, &record) == RC_OK) {
            here->crcs[record.seq] = record.crc;
        }
    }
    assert_int_equal(log_teardown(&log), 0);
    assert_int_equal(tail_init(&here->tail, "watcher"), RC_OK);
    *state = here;
    return 0;
}

static int teardown(void **state)
{
    struct tailing *here = *state;
    tail_fini(&here->tail);
    free(here);
    return 0;
}

/* Answers with the blocks of these numbers, up to a negative one. */
static enum rc give(struct tailing *here, const int *which)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Fetched fetched = PAIDAN__FETCHED__INIT;
    ProtobufCBinaryData list[8];
    for (; *which >= 0; which++) {
        list[fetched.n_blocks++] =
            (ProtobufCBinaryData){.data = here->bytes[*which], .len = here->sizes[*which]};
    }
    fetched.blocks = list;
    fetched.head_seq = RECORDS;
    answer.body_case = PAIDAN__ANSWER__BODY_FETCHED;
    answer.fetched = &fetched;
    return tail_take(&here->tail, &answer, NOW_US);
}
#define GIVE(here, ...) give(here, (const int[]){__VA_ARGS__, -1})

static enum rc refuse(struct tailing *here, Paidan__Code code, uint32_t retry_ms)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = code;
    answer.has_retry_after_ms = retry_ms != 0;
    answer.retry_after_ms = retry_ms;
    return tail_take(&here->tail, &answer, NOW_US);
}

/* Passes the records from one to another, which must come as they lie in the log. */
static void pass(struct tailing *here, uint64_t from, uint64_t until)
{
    for (uint64_t seq = from; seq <= until; seq++) {
        const struct evlog_record *record = NULL;
        assert_int_equal(tail_peek(&here->tail, &record), RC_OK);
        assert_int_equal(record->seq, seq);
        log_check_text(record, seq);
        assert_int_equal(tail_peek(&here->tail, &record), RC_OK); /* looking is not taking */
        assert_int_equal(record->seq, seq);
        tail_pass(&here->tail);
    }
}

static void expect_fault(struct tailing *here, enum rc rc)
{
    const struct evlog_record *record = NULL;
    assert_int_equal(tail_peek(&here->tail, &record), rc);
}

static void expect_wish(struct tailing *here, uint64_t after, bool known)
{
    Paidan__Fetch fetch = PAIDAN__FETCH__INIT;
    tail_wish(&here->tail, &fetch);
    assert_string_equal(fetch.follower, "watcher");
    assert_int_equal(fetch.after, after);
    assert_int_equal(fetch.has_after_crc, known);
    assert_int_equal(fetch.after_crc, known ? here->crcs[after] : 0);
}

/* Changes the last record of a block and makes the sums fit. */
static void forge(struct tailing *here, unsigned index)
{
    struct evlog_block block;
    struct evlog_record record;
    unsigned char *bytes = here->bytes[index];
    assert_int_equal(evlog_block_open(&block, bytes, here->sizes[index]), RC_OK);
    while (evlog_block_next(&block, &record) == RC_OK) {
    }
    unsigned char *payload = bytes + (record.payload - bytes);
    payload[0] ^= 1;
    unsigned char *head = payload - EVLOG_RECORD_HEADER_BYTES;
    const uint32_t crc =
        codec_crc(head + CRC_BYTES, EVLOG_RECORD_HEADER_BYTES - CRC_BYTES + record.bytes);
    for (unsigned at = 0; at < CRC_BYTES; at++) {
        head[at] = (unsigned char)(crc >> (24 - 8 * at));
    }
    log_rehash(bytes, here->sizes[index]);
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void test_records_when_all_come_then_each_once_and_in_order(void **state)
{
    struct tailing *here = *state;
    expect_wish(here, 0, false);
    tail_asked(&here->tail, NOW_US + 5);
    assert_int_equal(here->tail.state, TAIL_ASKED);
    assert_int_equal(here->tail.timer_us, NOW_US + 5);
    assert_int_equal(GIVE(here, 0, 1, 2), RC_OK);
    assert_int_equal(here->tail.state, TAIL_HELD);
    assert_int_equal(here->tail.held_us, NOW_US);
    assert_int_equal(here->tail.head, RECORDS);
    assert_false(here->tail.begun);
    pass(here, 1, RECORDS);
    assert_true(here->tail.begun);
    expect_fault(here, RC_NOT_FOUND);
    assert_int_equal(here->tail.applied.at.seq, 0);
    tail_commit(&here->tail, NOW_US);
    assert_int_equal(here->tail.state, TAIL_IDLE);
    assert_int_equal(here->tail.timer_us, NOW_US);
    expect_wish(here, RECORDS, true);
}

static void
test_blocks_when_they_begin_before_the_place_then_the_known_ones_are_left_out(void **state)
{
    struct tailing *here = *state;
    tail_start(&here->tail, 3, &here->crcs[3]);
    expect_wish(here, 3, true);
    assert_int_equal(GIVE(here, 0, 1, 1, 2), RC_OK); /* doubled on the way */
    pass(here, 4, RECORDS);
    expect_fault(here, RC_NOT_FOUND);
    tail_commit(&here->tail, NOW_US);
    expect_wish(here, RECORDS, true);
}

/* The fault was passed over by whoever asked once more: the record after it is the next one too. */
static void test_record_when_it_differs_behind_good_ones_then_never_passed(void **state)
{
    struct tailing *here = *state;
    struct tailing other = *here;
    forge(here, 0);
    memcpy(here->bytes[2], here->bytes[0], BLOCK_BYTES); /* another record 2, after the true one */
    here->sizes[2] = here->sizes[0];
    memcpy(here->bytes[0], other.bytes[0], BLOCK_BYTES);
    assert_int_equal(GIVE(here, 0, 2, 1), RC_OK);
    pass(here, 1, 2);
    expect_fault(here, RC_DIVERGED);
    expect_fault(here, RC_DIVERGED);
    assert_false(tail_fault(&here->tail, RC_DIVERGED, NOW_US)); /* the good ones go first */
    tail_commit(&here->tail, NOW_US);
    assert_int_equal(here->tail.state, TAIL_HELD);
    expect_fault(here, RC_DIVERGED);
    assert_true(tail_fault(&here->tail, RC_DIVERGED, NOW_US));
    assert_int_equal(here->tail.state, TAIL_STUCK);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__LOG_DIVERGED);
    assert_true(here->tail.timer_us > NOW_US);
    expect_wish(here, 2, true);
}

static void test_place_when_only_its_number_is_known_then_any_history_is_taken(void **state)
{
    struct tailing *here = *state;
    forge(here, 0);
    tail_start(&here->tail, 2, NULL);
    expect_wish(here, 2, false);
    assert_int_equal(GIVE(here, 0, 1), RC_OK);
    pass(here, 3, 4);
    tail_commit(&here->tail, NOW_US);
    expect_wish(here, 4, true);
}

static void test_gap_when_a_block_is_missing_then_fetched_again(void **state)
{
    struct tailing *here = *state;
    assert_int_equal(GIVE(here, 0, 2), RC_OK);
    pass(here, 1, 2);
    expect_fault(here, RC_GAP);
    assert_false(tail_fault(&here->tail, RC_GAP, NOW_US));
    tail_commit(&here->tail, NOW_US);
    expect_fault(here, RC_GAP);
    assert_true(tail_fault(&here->tail, RC_GAP, NOW_US));
    assert_int_equal(here->tail.state, TAIL_IDLE);
    assert_true(here->tail.timer_us > NOW_US);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__OK);
    expect_wish(here, 2, true);
}

static void test_block_when_damaged_behind_good_ones_then_told_again_after_an_undo(void **state)
{
    struct tailing *here = *state;
    here->bytes[1][here->sizes[1] - 1] ^= 1;
    assert_int_equal(GIVE(here, 0, 1, 2), RC_OK);
    pass(here, 1, 2);
    expect_fault(here, RC_CORRUPT);
    tail_undo(&here->tail); /* there was no space to store them */
    pass(here, 1, 2);
    expect_fault(here, RC_CORRUPT);
    tail_commit(&here->tail, NOW_US);
    assert_true(tail_fault(&here->tail, RC_CORRUPT, NOW_US));
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__STORE_CORRUPT);
    /* It goes on by itself once what comes is whole. */
    here->bytes[1][here->sizes[1] - 1] ^= 1;
    assert_int_equal(GIVE(here, 1, 2), RC_OK);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__OK);
    pass(here, 3, RECORDS);
}

static void test_undo_when_some_were_passed_then_they_come_again(void **state)
{
    struct tailing *here = *state;
    assert_int_equal(GIVE(here, 0, 1, 2), RC_OK);
    pass(here, 1, 3);
    tail_commit(&here->tail, NOW_US);
    assert_int_equal(here->tail.state, TAIL_HELD);
    assert_int_equal(here->tail.applied.at.seq, 3);
    pass(here, 4, 5);
    tail_undo(&here->tail);
    pass(here, 4, RECORDS);
}

static void test_record_when_the_caller_cannot_read_it_then_rests_before_it(void **state)
{
    struct tailing *here = *state;
    assert_int_equal(GIVE(here, 0, 1), RC_OK);
    assert_true(tail_fault(&here->tail, RC_INVALID, NOW_US));
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__FRAME_INVALID);
    expect_wish(here, 0, false);
}

/* What only the caller can know is not forgotten because something came. */
static void test_accused_when_more_is_fetched_then_stuck_until_a_record_is_applied(void **state)
{
    struct tailing *here = *state;
    tail_stick(&here->tail, PAIDAN__CODE__SERVICE_FAULT, NOW_US);
    assert_int_equal(GIVE(here, 0, 1), RC_OK);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__SERVICE_FAULT);
    tail_commit(&here->tail, NOW_US); /* of a step without its records */
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__SERVICE_FAULT);
    pass(here, 1, 1);
    tail_commit(&here->tail, NOW_US);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__OK);
}

static void test_refusal_when_repeated_then_each_pause_is_longer_up_to_a_bound(void **state)
{
    struct tailing *here = *state;
    uint64_t before_us = NOW_US;
    for (unsigned round = 0; round < 10; round++) {
        assert_int_equal(refuse(here, PAIDAN__CODE__OVERLOADED, 0), RC_AGAIN);
        assert_int_equal(here->tail.state, TAIL_IDLE);
        assert_int_equal(here->tail.refused, PAIDAN__CODE__OVERLOADED);
        assert_true(here->tail.timer_us > before_us || round > 3);
        assert_true(here->tail.timer_us >= before_us);
        before_us = here->tail.timer_us;
    }
    assert_int_equal(before_us, NOW_US + 8000000);
    assert_int_equal(refuse(here, PAIDAN__CODE__STORAGE_FULL, 20000), RC_AGAIN);
    assert_int_equal(here->tail.timer_us, NOW_US + 20000000); /* it knows better */
    assert_int_equal(GIVE(here, -1), RC_NOT_FOUND);
    assert_int_equal(here->tail.timer_us, NOW_US);
    assert_int_equal(refuse(here, PAIDAN__CODE__OVERLOADED, 0), RC_AGAIN);
    assert_int_equal(here->tail.timer_us, NOW_US + 1000000); /* from the beginning */
}

static void test_log_when_trimmed_or_diverged_then_stuck(void **state)
{
    struct tailing *here = *state;
    assert_int_equal(refuse(here, PAIDAN__CODE__LOG_TRIMMED, 0), RC_GAP);
    assert_int_equal(here->tail.state, TAIL_STUCK);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__LOG_TRIMMED);
    assert_int_equal(refuse(here, PAIDAN__CODE__LOG_DIVERGED, 0), RC_DIVERGED);
    assert_int_equal(here->tail.stuck, PAIDAN__CODE__LOG_DIVERGED);
    /* Another answer than was asked for is refused for now. */
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    assert_int_equal(tail_take(&here->tail, &answer, NOW_US), RC_INVALID);
    assert_int_equal(here->tail.state, TAIL_IDLE);
    assert_int_equal(here->tail.refused, PAIDAN__CODE__FRAME_INVALID);
}

static void test_frame_when_of_another_question_then_still_waiting(void **state)
{
    struct tailing *here = *state;
    unsigned char bytes[1024];
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Fetched fetched = PAIDAN__FETCHED__INIT;
    ProtobufCBinaryData list = {.data = here->bytes[0], .len = here->sizes[0]};
    answer.protocol = 1;
    answer.correlation = 7;
    answer.body_case = PAIDAN__ANSWER__BODY_FETCHED;
    answer.fetched = &fetched;
    fetched.blocks = &list;
    fetched.n_blocks = 1;
    fetched.head_seq = RECORDS;
    assert_true(paidan__answer__get_packed_size(&answer) <= sizeof bytes);
    const size_t size = paidan__answer__pack(&answer, bytes);
    struct tail *tail = &here->tail;
    tail_asked(tail, NOW_US);
    assert_int_equal(tail_take_frame(tail, bytes, size, 8, NOW_US), RC_NOT_FOUND);
    assert_int_equal(tail->state, TAIL_ASKED);
    assert_int_equal(tail_take_frame(tail, bytes, size, 7, NOW_US), RC_OK);
    pass(here, 1, 2);
    tail_start(tail, 0, NULL); /* whatever is held is forgotten */
    assert_int_equal(tail->state, TAIL_IDLE);
    expect_wish(here, 0, false);
    tail_asked(tail, NOW_US);
    assert_int_equal(tail_take_frame(tail, "\xff\xff\xff", 3, 8, NOW_US), RC_INVALID);
    assert_int_equal(tail->state, TAIL_IDLE);
    assert_true(tail->timer_us > NOW_US);
}

static void test_follower_when_its_name_is_too_long_then_refused(void **state)
{
    (void)state;
    struct tail tail;
    char name[CODE_BYTES_MAX + 2];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(tail_init(&tail, name), RC_LIMIT);
    name[sizeof name - 2] = '\0';
    assert_int_equal(tail_init(&tail, name), RC_OK);
    tail_fini(&tail);
    assert_null(tail.arena.base); /* its memory is given back */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_records_when_all_come_then_each_once_and_in_order),
        CASE(test_blocks_when_they_begin_before_the_place_then_the_known_ones_are_left_out),
        CASE(test_record_when_it_differs_behind_good_ones_then_never_passed),
        CASE(test_place_when_only_its_number_is_known_then_any_history_is_taken),
        CASE(test_gap_when_a_block_is_missing_then_fetched_again),
        CASE(test_block_when_damaged_behind_good_ones_then_told_again_after_an_undo),
        CASE(test_undo_when_some_were_passed_then_they_come_again),
        CASE(test_record_when_the_caller_cannot_read_it_then_rests_before_it),
        CASE(test_accused_when_more_is_fetched_then_stuck_until_a_record_is_applied),
        CASE(test_refusal_when_repeated_then_each_pause_is_longer_up_to_a_bound),
        CASE(test_log_when_trimmed_or_diverged_then_stuck),
        CASE(test_frame_when_of_another_question_then_still_waiting),
        cmocka_unit_test(test_follower_when_its_name_is_too_long_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
