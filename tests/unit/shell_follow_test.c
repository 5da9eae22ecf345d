/* shell_follow: a follower whose sender is broken or lies. The test itself answers in the name of
 * `toy`, with blocks that a real one has made, and looks what `toy_b` makes of them: nothing is
 * skipped, nothing is applied twice, and once the sender tells the truth everything is there.
 * ctest: tsan
 *
 * With an argument only the cases that it matches are run: 'test_block*'. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "common/base/codec.h"
#include "log_fixture.h"
#include "shell_world.h"

enum { CHASES = 6, BLOCKS_MAX = 32, BLOCK_BYTES_MAX = 512, RECORD_CRC_BYTES = 4 };

/* The sender played by the test. */
struct liar {
    struct world *world;
    void *context, *socket;
    unsigned char peer[255];
    size_t peer_bytes;
    uint64_t correlation, after, head; /* of the last fetch; of the log */
    struct {
        unsigned char bytes[BLOCK_BYTES_MAX];
        size_t size;
    } blocks[BLOCKS_MAX];
    size_t block_count;
};

/* Lets a real toy write a log, and keeps its blocks. */
static void liar_learn(struct liar *liar)
{
    struct world *world = liar->world;
    struct raw raw;
    world_start(world, "toy", NULL);
    for (uint64_t ticket = 1; ticket <= CHASES; ticket++) {
        world_chase(world, "toy", ticket, "box");
    }
    raw_open(world, &raw, "toy");
    raw_fetch(&raw, 1, 0, 0);
    const Paidan__Answer *answer = raw_answer(world, &raw);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    const Paidan__Fetched *fetched = answer->fetched;
    assert_true(fetched->n_blocks > 2 && fetched->n_blocks <= BLOCKS_MAX);
    for (size_t index = 0; index < fetched->n_blocks; index++) {
        assert_true(fetched->blocks[index].len <= BLOCK_BYTES_MAX);
        memcpy(liar->blocks[index].bytes, fetched->blocks[index].data, fetched->blocks[index].len);
        liar->blocks[index].size = fetched->blocks[index].len;
    }
    liar->block_count = fetched->n_blocks;
    liar->head = fetched->head_seq;
    raw_close(&raw);
    world_tell(world, "toy", SIGTERM);
    assert_int_equal(world_ended(world, "toy"), 0);
}

static void liar_bind(struct liar *liar)
{
    char endpoint[256];
    const int patience = PATIENCE_MS;
    const int linger = 0;
    liar->context = zmq_ctx_new();
    liar->socket = zmq_socket(liar->context, ZMQ_ROUTER);
    zmq_setsockopt(liar->socket, ZMQ_RCVTIMEO, &patience, sizeof patience);
    zmq_setsockopt(liar->socket, ZMQ_LINGER, &linger, sizeof linger);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/run/toy.sock", liar->world->folder);
    assert_int_equal(zmq_bind(liar->socket, endpoint), 0);
}

static void liar_open(struct liar *liar, struct world *world)
{
    *liar = (struct liar){.world = world};
    liar_learn(liar);
    liar_bind(liar);
    world_start(world, "toy_b", NULL);
}

static void liar_close(struct liar *liar)
{
    zmq_close(liar->socket);
    zmq_ctx_term(liar->context);
}

/* Waits until toy_b asks. */
static void liar_hear(struct liar *liar)
{
    unsigned char bytes[1024];
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    int got = zmq_recv(liar->socket, liar->peer, sizeof liar->peer, 0);
    assert_true(got > 0);
    liar->peer_bytes = (size_t)got;
    got = zmq_recv(liar->socket, bytes, sizeof bytes, 0);
    assert_true(got > 0 && (size_t)got <= sizeof bytes);
    arena_reset(&liar->world->arena);
    assert_int_equal(wire_unpack(&liar->world->arena, &paidan__request__descriptor, bytes,
                                 (size_t)got, &message, &error),
                     RC_OK);
    const Paidan__Request *request = (const Paidan__Request *)(const void *)message;
    assert_int_equal(request->wish_case, PAIDAN__REQUEST__WISH_FETCH);
    assert_string_equal(request->fetch->follower, "toy_b");
    liar->correlation = request->correlation;
    liar->after = request->fetch->after;
}

static void liar_send(struct liar *liar, const void *bytes, size_t size)
{
    assert_true(zmq_send(liar->socket, liar->peer, liar->peer_bytes, ZMQ_SNDMORE) >= 0);
    assert_int_equal(zmq_send(liar->socket, bytes, size, 0), size);
}

static void liar_answer(struct liar *liar, Paidan__Answer *answer)
{
    unsigned char *bytes = malloc(64 << 10);
    assert_non_null(bytes);
    answer->protocol = 1;
    answer->correlation = liar->correlation;
    assert_true(paidan__answer__get_packed_size(answer) <= 64 << 10);
    liar_send(liar, bytes, paidan__answer__pack(answer, bytes));
    free(bytes);
}

static void liar_refuse(struct liar *liar, Paidan__Code code)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = code;
    liar_answer(liar, &answer);
}

/* Gives the blocks from one to before another. */
static void liar_give(struct liar *liar, size_t from, size_t until)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__Fetched fetched = PAIDAN__FETCHED__INIT;
    ProtobufCBinaryData list[BLOCKS_MAX];
    for (size_t index = from; index < until; index++) {
        list[index - from] = (ProtobufCBinaryData){.data = liar->blocks[index].bytes,
                                                   .len = liar->blocks[index].size};
    }
    fetched.blocks = list;
    fetched.n_blocks = until - from;
    fetched.first_seq = 1;
    fetched.head_seq = liar->head;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_FETCHED;
    answer.fetched = &fetched;
    liar_answer(liar, &answer);
}

/* toy_b asks for all from the beginning, gets it, and asks for more. */
static void liar_tell_the_truth(struct liar *liar)
{
    liar_hear(liar);
    assert_int_equal(liar->after, 0);
    liar_give(liar, 0, liar->block_count);
    liar_hear(liar);
    assert_int_equal(liar->after, liar->head);
    world_expect_tally(liar->world, "toy_b", "followed", CHASES);
}

/* Changes the payload of the first fact of a block, or else of its last record, and makes the
 * checksums fit. */
static void block_forge(unsigned char *bytes, size_t size, bool fact)
{
    struct evlog_block block;
    struct evlog_record record;
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
    while (evlog_block_next(&block, &record) == RC_OK && !(fact && record.kind == EVLOG_EVENT)) {
    }
    unsigned char *payload = bytes + (record.payload - bytes);
    memset(payload, 0xff, record.bytes);
    unsigned char *head = payload - EVLOG_RECORD_HEADER_BYTES;
    const uint32_t crc = codec_crc(head + RECORD_CRC_BYTES,
                                   EVLOG_RECORD_HEADER_BYTES - RECORD_CRC_BYTES + record.bytes);
    for (unsigned index = 0; index < RECORD_CRC_BYTES; index++) {
        head[index] = (unsigned char)(crc >> (24 - 8 * index));
    }
    log_rehash(bytes, size);
    assert_int_equal(evlog_block_open(&block, bytes, size), RC_OK);
}

/* Where the block with the first fact begins. */
static size_t block_with_a_fact(const struct liar *liar)
{
    for (size_t index = 0; index < liar->block_count; index++) {
        struct evlog_block block;
        struct evlog_record record;
        assert_int_equal(
            evlog_block_open(&block, liar->blocks[index].bytes, liar->blocks[index].size), RC_OK);
        while (evlog_block_next(&block, &record) == RC_OK) {
            if (record.kind == EVLOG_EVENT && record.seq > 1) {
                return index;
            }
        }
    }
    fail();
    return 0;
}

static void expect_stuck(struct world *world, Paidan__Code code)
{
    bool stuck = false;
    for (unsigned round = 0; round < 1000 && !stuck; round++) {
        const Paidan__Pong *pong = world_ping(world, "toy_b");
        assert_int_equal(pong->n_following, 1);
        stuck = pong->following[0]->has_stuck && pong->following[0]->stuck == code;
        usleep(stuck ? 0 : 10000);
    }
    assert_true(stuck);
    world_expect_metric(world, "toy_b", "\npaidan_follow_stuck{log=\"toy\"} 1\n");
    assert_true(world_log_has(world, "toy_b", "stuck=toy"));
}

/* What is stuck goes on after a restart, if the sender has come to its senses. */
static void expect_repaired(struct liar *liar)
{
    world_tell(liar->world, "toy_b", SIGTERM);
    assert_int_equal(world_ended(liar->world, "toy_b"), 0);
    world_start(liar->world, "toy_b", NULL);
    liar_tell_the_truth(liar);
    world_expect_metric(liar->world, "toy_b", "\npaidan_follow_stuck{log=\"toy\"} 0\n");
    world_expect_metric(liar->world, "toy_b", "\npaidan_follow_lag_records{log=\"toy\"} 0\n");
}

/* ---- cases ------------------------------------------------------------------------------------
 */

static void test_fetch_when_refused_or_unreadable_then_asked_again(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    liar_hear(&liar);
    liar_refuse(&liar, PAIDAN__CODE__OVERLOADED);
    liar_hear(&liar);
    assert_true(world_log_has(liar.world, "toy_b", "refused=toy"));
    liar_send(&liar, "\xff\xff\xff\xff", 4);
    liar_hear(&liar);
    assert_true(world_log_has(liar.world, "toy_b", "unreadable=toy"));
    /* An answer to something else changes nothing; the right one is still waited for. */
    liar.correlation += 1000;
    liar_refuse(&liar, PAIDAN__CODE__LOG_TRIMMED);
    liar.correlation -= 1000;
    liar_give(&liar, 0, liar.block_count);
    liar_hear(&liar);
    assert_int_equal(liar.after, liar.head);
    world_expect_tally(liar.world, "toy_b", "followed", CHASES);
    liar_close(&liar);
}

static void test_fetch_when_answered_in_parts_and_doubled_then_each_record_once(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    const size_t half = liar.block_count / 2;
    liar_hear(&liar);
    liar_give(&liar, 0, half);
    liar_hear(&liar);
    assert_true(liar.after > 0 && liar.after < liar.head);
    liar_give(&liar, 0, liar.block_count); /* all of it again, and the rest */
    liar_hear(&liar);
    assert_int_equal(liar.after, liar.head);
    world_expect_tally(liar.world, "toy_b", "followed", CHASES);
    /* Nothing new, and a head behind what it has: believed in neither direction. */
    liar.head = 1;
    liar_give(&liar, 0, 0);
    liar_hear(&liar);
    world_expect_tally(liar.world, "toy_b", "followed", CHASES);
    liar_close(&liar);
}

static void test_block_when_one_is_missing_then_none_behind_it_is_applied(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    liar_hear(&liar);
    liar_give(&liar, 1, liar.block_count);
    liar_hear(&liar);
    assert_int_equal(liar.after, 0);
    assert_true(world_log_has(liar.world, "toy_b", "gap=toy"));
    assert_int_equal(world_tally(liar.world, "toy_b", "followed"), 0);
    liar_give(&liar, 0, liar.block_count);
    world_expect_tally(liar.world, "toy_b", "followed", CHASES);
    liar_close(&liar);
}

static void test_block_when_damaged_then_stuck_until_it_is_whole(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    unsigned char *last = &liar.blocks[0].bytes[liar.blocks[0].size - 1];
    *last ^= 1;
    liar_hear(&liar);
    liar_give(&liar, 0, liar.block_count);
    expect_stuck(liar.world, PAIDAN__CODE__STORE_CORRUPT);
    assert_int_equal(world_tally(liar.world, "toy_b", "followed"), 0);
    *last ^= 1;
    expect_repaired(&liar);
    liar_close(&liar);
}

/* What is before the fault is good and is taken. */
static void test_block_when_a_fact_is_not_understood_then_stuck_before_it(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    const size_t at = block_with_a_fact(&liar) + 2;
    assert_true(at < liar.block_count);
    const uint64_t before = at;
    block_forge(liar.blocks[at].bytes, liar.blocks[at].size, true);
    liar_hear(&liar);
    liar_give(&liar, 0, liar.block_count);
    expect_stuck(liar.world, PAIDAN__CODE__FRAME_INVALID);
    const Paidan__Pong *pong = world_ping(liar.world, "toy_b");
    assert_true(pong->following[0]->cursor >= before && pong->following[0]->cursor < liar.head);
    assert_true(world_tally(liar.world, "toy_b", "followed") < CHASES);
    liar_close(&liar);
}

/* The sender dies with the question: it is asked again as soon as it is back, not when it is thought
 * to be silent (15 s). */
static void test_fetch_when_the_connection_breaks_then_asked_again_at_once(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    liar_hear(&liar);
    liar_close(&liar);
    liar_bind(&liar);
    liar_hear(&liar);
    assert_int_equal(liar.after, 0);
    liar_give(&liar, 0, liar.block_count);
    world_expect_tally(liar.world, "toy_b", "followed", CHASES);
    liar_close(&liar);
}

static void test_log_when_trimmed_too_far_then_stuck(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    liar_hear(&liar);
    liar_refuse(&liar, PAIDAN__CODE__LOG_TRIMMED);
    expect_stuck(liar.world, PAIDAN__CODE__LOG_TRIMMED);
    expect_repaired(&liar);
    liar_close(&liar);
}

/* The sender does not notice, but the record at the cursor is another than the one applied. */
static void test_record_when_it_differs_from_what_was_applied_then_stuck(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    const size_t half = liar.block_count / 2;
    liar_hear(&liar);
    liar_give(&liar, 0, half);
    liar_hear(&liar);
    assert_true(liar.after > 0);
    block_forge(liar.blocks[half - 1].bytes, liar.blocks[half - 1].size, false);
    liar_give(&liar, half - 1, liar.block_count);
    expect_stuck(liar.world, PAIDAN__CODE__LOG_DIVERGED);
    assert_int_equal(world_ping(liar.world, "toy_b")->following[0]->cursor, liar.after);
    liar_close(&liar);
}

/* As before, but after good records of the same answer: these are taken, the other one never. */
static void test_record_when_it_differs_behind_good_ones_then_stuck_after_them(void **state)
{
    struct liar liar;
    liar_open(&liar, *state);
    const size_t half = liar.block_count / 2;
    assert_true(liar.block_count < BLOCKS_MAX);
    memmove(&liar.blocks[half + 1], &liar.blocks[half],
            (liar.block_count - half) * sizeof liar.blocks[0]);
    liar.blocks[half] = liar.blocks[half - 1];
    liar.block_count++;
    block_forge(liar.blocks[half].bytes, liar.blocks[half].size, false);
    liar_hear(&liar);
    liar_give(&liar, 0, liar.block_count);
    expect_stuck(liar.world, PAIDAN__CODE__LOG_DIVERGED);
    const uint64_t cursor = world_ping(liar.world, "toy_b")->following[0]->cursor;
    assert_true(cursor > 0 && cursor < liar.head);
    assert_true(world_tally(liar.world, "toy_b", "followed") < CHASES);
    liar_close(&liar);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    int status = 0;
    if (world_main(argc, argv, &status)) {
        return status;
    }
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        CASE(test_fetch_when_refused_or_unreadable_then_asked_again),
        CASE(test_fetch_when_answered_in_parts_and_doubled_then_each_record_once),
        CASE(test_block_when_one_is_missing_then_none_behind_it_is_applied),
        CASE(test_block_when_damaged_then_stuck_until_it_is_whole),
        CASE(test_block_when_a_fact_is_not_understood_then_stuck_before_it),
        CASE(test_fetch_when_the_connection_breaks_then_asked_again_at_once),
        CASE(test_log_when_trimmed_too_far_then_stuck),
        CASE(test_record_when_it_differs_from_what_was_applied_then_stuck),
        CASE(test_record_when_it_differs_behind_good_ones_then_stuck_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
