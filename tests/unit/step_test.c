/* step: the site, commands and their stored answers, waiting, time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toy_fixture.h"

/* ---- site ---- */

static void test_site_when_new_then_said_once(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    assert_int_equal(step_engine_head(fixture->engine), 0);
    toy_run_ok(fixture);
    toy_run_ok(fixture);
    assert_int_equal(step_engine_head(fixture->engine), 1);
    toy_read_event(fixture, 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_SITE_CHANGED);
    assert_int_equal(event->site_changed->site_version, 7);
    assert_int_equal(event->site_changed->n_levels, 2);
    assert_string_equal(event->site_changed->levels[1], "street");
    toy_reopen(fixture);
    toy_run_ok(fixture);
    assert_int_equal(step_engine_head(fixture->engine), 1);
    toy_check_all(fixture);
}

static void test_site_when_version_differs_then_said_again(void **state)
{
    struct toy_fixture *fixture = *state;
    struct toy_fixture other = {.now_ms = 0};
    toy_run_ok(fixture);
    toy_make_site(&other, 8, "street");
    assert_int_equal(step_engine_set_site(fixture->engine, &other.site), RC_OK);
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, 2, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_SITE_CHANGED);
    assert_int_equal(event->site_changed->site_version, 8);
    toy_check_all(fixture);
}

static void test_site_when_levels_differ_then_refused(void **state)
{
    struct toy_fixture *fixture = *state;
    struct toy_fixture other = {.now_ms = 0};
    toy_run_ok(fixture);
    toy_make_site(&other, 8, "district");
    assert_int_equal(step_engine_set_site(fixture->engine, &other.site), RC_SETTINGS);
    toy_make_site(&other, 8, "street");
    other.site.level_count = 1;
    assert_int_equal(step_engine_set_site(fixture->engine, &other.site), RC_SETTINGS);
    step_engine_close(fixture->engine);
    fixture->engine = NULL;
    toy_make_site(fixture, 9, "district");
    assert_int_equal(toy_open_engine(fixture), RC_SETTINGS);
}

/* ---- commands ---- */

static void test_submit_when_answered_then_stored_and_counted(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 77, "text", 3);
    toy_run_ok(fixture);
    const Paidan__Answer *answer = toy_answer_of(fixture, 0);
    assert_int_equal(answer->correlation, 77);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->now_ms, 1000);
    assert_int_equal(answer->submitted->n_results, 3);
    assert_int_equal(answer->submitted->results[2]->ticket, 3);
    assert_int_equal(step_engine_head(fixture->engine), 5); /* site, 3 tickets, answer */
    assert_int_equal(step_engine_now(fixture->engine), 1000);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, 4, &event);
    assert_int_equal(event->at_ms, 1000);
    assert_string_equal(event->cause->actor, "tester");
    assert_int_equal(event->cause->item, 2);
    assert_int_equal(event->cause->request_id.data[0], 1);
    size_t count = 0;
    const uint64_t *wakes = step_engine_wakes(fixture->engine, &count);
    assert_int_equal(count, 1);
    assert_int_equal(wakes[0], step_key("work"));
    toy_check_all(fixture);
}

static void test_request_when_repeated_then_same_answer_and_nothing_changes(void **state)
{
    struct toy_fixture *fixture = *state;
    unsigned char first[512];
    toy_add_submit(fixture, 1, 5, "text", 2);
    toy_run_ok(fixture);
    const size_t bytes = fixture->outcomes[0].answer_bytes;
    assert_true(bytes < sizeof first);
    memcpy(first, fixture->outcomes[0].answer, bytes);
    const uint64_t head = step_engine_head(fixture->engine);
    for (unsigned round = 0; round < 2; round++) {
        fixture->now_ms += 100;
        toy_add_submit(fixture, 1, 5, "other text", 1);
        toy_run_ok(fixture);
        assert_int_equal(fixture->outcomes[0].answer_bytes, bytes);
        assert_memory_equal(fixture->outcomes[0].answer, first, bytes);
        toy_add_submit(fixture, 1, 6000000, "text", 2);
        toy_run_ok(fixture);
        assert_int_equal(toy_answer_of(fixture, 0)->correlation, 6000000);
        assert_int_equal(step_engine_head(fixture->engine), head);
        /* A step that changed nothing does not move the stored time either. */
        assert_int_equal(step_engine_now(fixture->engine), 1000);
        toy_reopen(fixture);
    }
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 2);
}

static void test_request_when_twice_in_one_batch_then_done_once(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 5, "text", 2);
    toy_add_submit(fixture, 1, 6, "text", 2);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 2);
    assert_int_equal(toy_answer_of(fixture, 0)->correlation, 5);
    assert_int_equal(toy_answer_of(fixture, 1)->correlation, 6);
    assert_int_equal(toy_answer_of(fixture, 1)->submitted->n_results, 2);
    toy_check_all(fixture);
}

static void test_request_when_id_missing_or_short_then_refused(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 0, 5, "text", 1);
    toy_add_submit(fixture, 1, 6, "text", 1);
    ((Paidan__Request *)fixture->inputs[1].request)->request_id.len = 15;
    toy_run_ok(fixture);
    for (size_t index = 0; index < 2; index++) {
        assert_int_equal(toy_answer_of(fixture, index)->code, PAIDAN__CODE__REQUEST_ID_MISSING);
        assert_int_equal(toy_answer_of(fixture, index)->correlation, 5 + index);
    }
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
}

static void test_request_when_protocol_or_wish_unknown_then_refused(void **state)
{
    struct toy_fixture *fixture = *state;
    toy_add_submit(fixture, 1, 5, "text", 1);
    ((Paidan__Request *)fixture->inputs[0].request)->protocol = 2;
    toy_add_submit(fixture, 2, 6, "text", 1);
    ((Paidan__Request *)fixture->inputs[1].request)->wish_case = PAIDAN__REQUEST__WISH_WORK;
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__PROTOCOL_UNSUPPORTED);
    assert_int_equal(toy_answer_of(fixture, 1)->code, PAIDAN__CODE__WISH_UNSUPPORTED);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 0);
}

static void test_refusal_when_alone_then_not_stored_and_no_commit(void **state)
{
    struct toy_fixture *fixture = *state;
    unsigned commits = 0;
    toy_run_ok(fixture);
    store_set_fault(fixture->store, toy_count_commits, &commits);
    toy_add_submit(fixture, 1, 5, "refuse", 1);
    toy_add_submit(fixture, 1, 6, "refuse", 1);
    toy_add_record(fixture, 0, 3); /* before the cursor */
    fixture->now_ms = 5000;
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__TEXT_EMPTY);
    assert_string_equal(toy_answer_of(fixture, 0)->detail, "tickets[0].text");
    assert_int_equal(toy_answer_of(fixture, 1)->correlation, 6);
    assert_int_equal(commits, 0);
    assert_int_equal(step_engine_now(fixture->engine), 1000);
    toy_add_submit(fixture, 1, 7, "text", 1); /* judged again, not remembered */
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(commits, 1);
}

static void test_answer_when_unstored_then_judged_again(void **state)
{
    struct toy_fixture *fixture = *state;
    for (unsigned round = 1; round <= 2; round++) {
        Paidan__Request *request = toy_make_request(fixture, 9, round);
        Paidan__Chase *chase = toy_take(fixture, sizeof *chase);
        paidan__chase__init(chase);
        chase->ticket = 4;
        request->wish_case = PAIDAN__REQUEST__WISH_CHASE;
        request->chase = chase;
        (void)toy_add_command(fixture, request);
        toy_run_ok(fixture);
        assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
        assert_int_equal(toy_tally_of(fixture, TOY_CHASED), round);
    }
    assert_int_equal(step_engine_head(fixture->engine), 3); /* site, 2 facts, no answer */
    toy_check_all(fixture);
}

static void test_read_when_fact_is_of_this_step_or_before_then_found(void **state)
{
    struct toy_fixture *fixture = *state;
    for (unsigned round = 0; round < 2; round++) {
        Paidan__Request *request = toy_make_request(fixture, 9, 1);
        Paidan__Supplement *supplement = toy_take(fixture, sizeof *supplement);
        paidan__supplement__init(supplement);
        supplement->ticket = 1;
        supplement->text = "more";
        request->wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
        request->supplement = supplement;
        toy_add_submit(fixture, 1, 1, "five!", 1);
        (void)toy_add_command(fixture, request);
        toy_run_ok(fixture);
        assert_int_equal(toy_answer_of(fixture, 1)->done->version, 5);
    }
}

static void test_pull_when_nothing_then_parked_and_woken(void **state)
{
    struct toy_fixture *fixture = *state;
    (void)toy_add_pull(fixture, 3, 2000);
    toy_run_ok(fixture);
    assert_int_equal(fixture->outcomes[0].result, STEP_PARKED);
    assert_int_equal(fixture->outcomes[0].park_key, step_key("work"));
    assert_int_equal(fixture->outcomes[0].park_at_ms, 1500);
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    size_t count = 0;
    assert_int_equal(step_engine_wakes(fixture->engine, &count)[0], step_key("work"));
    assert_int_equal(count, 1);
    (void)toy_add_pull(fixture, 3, 2000);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    (void)step_engine_wakes(fixture->engine, &count);
    assert_int_equal(count, 0);
}

static void test_pull_when_its_time_is_over_then_answered(void **state)
{
    struct toy_fixture *fixture = *state;
    (void)toy_add_pull(fixture, 3, 1000);
    (void)toy_add_pull(fixture, 4, 0);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(toy_answer_of(fixture, 1)->code, PAIDAN__CODE__OK);
}

static void test_answers_when_a_day_old_then_forgotten(void **state)
{
    struct toy_fixture *fixture = *state;
    for (unsigned char id = 1; id <= 6; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
    }
    toy_run_ok(fixture);
    fixture->now_ms += REQUEST_KEEP_MS;
    toy_add_submit(fixture, 7, 1, "text", 1); /* exactly a day: all are kept */
    toy_run_ok(fixture);
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 7);
    fixture->now_ms += 1;
    toy_add_submit(fixture, 8, 1, "text", 1); /* forgets four */
    toy_run_ok(fixture);
    for (unsigned char id = 1; id <= 6; id++) {
        toy_add_submit(fixture, id, 1, "text", 1);
        toy_run_ok(fixture);
        /* 1 is new and its answer forgets the last two; so all are new but none is lost. */
    }
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 14);
    toy_add_submit(fixture, 7, 1, "text", 1); /* not yet a day old */
    toy_run_ok(fixture);
    assert_int_equal(toy_tally_of(fixture, TOY_REGISTERED), 14);
    toy_check_all(fixture);
}

static void test_time_when_it_runs_backward_then_stands_still(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    toy_reopen(fixture);
    fixture->now_ms = 10;
    toy_add_submit(fixture, 2, 1, "text", 1);
    toy_run_ok(fixture);
    toy_read_event(fixture, 4, &event);
    assert_int_equal(event->at_ms, 1000);
    assert_int_equal(toy_answer_of(fixture, 0)->now_ms, 1000);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_site_when_new_then_said_once),
        CASE(test_site_when_version_differs_then_said_again),
        CASE(test_site_when_levels_differ_then_refused),
        CASE(test_submit_when_answered_then_stored_and_counted),
        CASE(test_request_when_repeated_then_same_answer_and_nothing_changes),
        CASE(test_request_when_twice_in_one_batch_then_done_once),
        CASE(test_request_when_id_missing_or_short_then_refused),
        CASE(test_request_when_protocol_or_wish_unknown_then_refused),
        CASE(test_refusal_when_alone_then_not_stored_and_no_commit),
        CASE(test_answer_when_unstored_then_judged_again),
        CASE(test_read_when_fact_is_of_this_step_or_before_then_found),
        CASE(test_pull_when_nothing_then_parked_and_woken),
        CASE(test_pull_when_its_time_is_over_then_answered),
        CASE(test_answers_when_a_day_old_then_forgotten),
        CASE(test_time_when_it_runs_backward_then_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
