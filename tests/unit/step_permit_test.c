/* step_permit: what is remembered of those who may not, and of the peers file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toy_fixture.h"

enum { MINUTE_MS = 60000, DENIALS_MAX = 256 /* STEP_DENIALS_MAX */ };

static void deny(struct toy_fixture *fixture, uint32_t uid, unsigned char id)
{
    const struct step_peer peer = {.uid = uid, .pid = 7, .id = ""};
    fixture->forbidden = PAIDAN__REQUEST__WISH_SUBMIT;
    fixture->peer = &peer;
    toy_add_submit(fixture, id, id, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__FORBIDDEN);
    fixture->peer = NULL;
}

/* How many Denied lie in the log from there on; *last is the newest. */
static unsigned denied_after(struct toy_fixture *fixture, uint64_t seq, Paidan__Event **last)
{
    unsigned count = 0;
    for (uint64_t at = seq + 1; at <= step_engine_head(fixture->engine); at++) {
        Paidan__Event *event = NULL;
        toy_read_event(fixture, at, &event);
        if (event->fact_case == PAIDAN__EVENT__FACT_DENIED) {
            *last = event;
            count++;
        }
    }
    return count;
}

static void test_denied_when_the_same_again_then_one_a_minute_with_its_count(void **state)
{
    struct toy_fixture *const fixture = *state;
    Paidan__Event *last = NULL;
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    deny(fixture, 1000, 1);
    assert_true(step_engine_wants(fixture->engine));
    assert_int_equal(step_engine_head(fixture->engine), head); /* told by the next step */
    toy_run_ok(fixture);
    assert_false(step_engine_wants(fixture->engine));
    assert_int_equal(denied_after(fixture, head, &last), 1);
    assert_int_equal(last->denied->wish, PAIDAN__REQUEST__WISH_SUBMIT);
    assert_int_equal(last->denied->code, PAIDAN__CODE__FORBIDDEN);
    assert_int_equal(last->denied->uid, 1000);
    assert_false(last->denied->has_count);
    for (unsigned round = 0; round < 5; round++) {
        deny(fixture, 1000, 2);
        toy_run_ok(fixture);
        assert_false(step_engine_wants(fixture->engine));
    }
    assert_int_equal(denied_after(fixture, head, &last), 1);
    fixture->now_ms += MINUTE_MS;
    deny(fixture, 1000, 3);
    toy_run_ok(fixture);
    assert_int_equal(denied_after(fixture, head, &last), 2);
    assert_int_equal(last->denied->count, 6);
    toy_check_all(fixture);
}

static void test_denied_when_many_strangers_then_a_bounded_number_of_facts(void **state)
{
    struct toy_fixture *const fixture = *state;
    Paidan__Event *last = NULL;
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    for (uint32_t uid = 1; uid <= 3 * DENIALS_MAX; uid++) {
        deny(fixture, uid, 1);
    }
    toy_run_ok(fixture);
    /* Those that were told may be forgotten for others, but each waits for its minute. */
    assert_in_range(denied_after(fixture, head, &last), DENIALS_MAX, 3 * DENIALS_MAX);
    toy_check_all(fixture);
}

static void test_denied_when_the_store_is_full_then_told_later(void **state)
{
    struct toy_fixture *const fixture = *state;
    Paidan__Event *last = NULL;
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    deny(fixture, 1000, 1);
    toy_reopen(fixture); /* what was not told is lost with the process, and nothing else */
    toy_run_ok(fixture);
    assert_int_equal(denied_after(fixture, head, &last), 0);
    deny(fixture, 1000, 1);
    toy_run_ok(fixture);
    assert_int_equal(denied_after(fixture, head, &last), 1);
}

static void test_peers_when_the_file_changes_then_told_once(void **state)
{
    struct toy_fixture *const fixture = *state;
    static const unsigned char one[PEERS_DIGEST_BYTES] = "one", two[PEERS_DIGEST_BYTES] = "two";
    toy_run_ok(fixture);
    const uint64_t head = step_engine_head(fixture->engine);
    step_engine_set_peers(fixture->engine, NULL, 1);
    assert_false(step_engine_wants(fixture->engine)); /* there never was one */
    step_engine_set_peers(fixture->engine, one, 3);
    assert_true(step_engine_wants(fixture->engine));
    toy_run_ok(fixture);
    assert_int_equal(step_engine_head(fixture->engine), head + 1);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, head + 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_PEERS_CHANGED);
    assert_int_equal(event->peers_changed->peers, 3);
    assert_memory_equal(event->peers_changed->digest.data, one, sizeof one);
    toy_reopen(fixture);
    step_engine_set_peers(fixture->engine, one, 3);
    assert_false(step_engine_wants(fixture->engine)); /* known from the log */
    step_engine_set_peers(fixture->engine, two, 4);
    toy_run_ok(fixture);
    step_engine_set_peers(fixture->engine, NULL, 1); /* taken away */
    toy_run_ok(fixture);
    assert_int_equal(step_engine_head(fixture->engine), head + 3);
    toy_read_event(fixture, head + 3, &event);
    assert_false(event->peers_changed->has_digest);
    toy_check_all(fixture);
}

int main(void)
{
#define STEP_TEST(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        STEP_TEST(test_denied_when_the_same_again_then_one_a_minute_with_its_count),
        STEP_TEST(test_denied_when_many_strangers_then_a_bounded_number_of_facts),
        STEP_TEST(test_denied_when_the_store_is_full_then_told_later),
        STEP_TEST(test_peers_when_the_file_changes_then_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
