/* step_say: what the engine adds to a fact: its kind, ticket, chain and cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toy_fixture.h"

static void add_chase(struct toy_fixture *fixture, unsigned char id, uint64_t ticket)
{
    Paidan__Request *request = toy_make_request(fixture, id, 1);
    request->wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request->chase = toy_take(fixture, sizeof *request->chase);
    paidan__chase__init(request->chase);
    request->chase->ticket = ticket;
    toy_add_command(fixture, request);
}

static void test_fact_when_first_of_its_ticket_then_no_chain(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    toy_read_event(fixture, 2, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_REGISTERED);
    assert_true(event->has_ticket);
    assert_int_equal(event->ticket, 1);
    assert_false(event->has_prev_seq);
    assert_true(step_chained(event, 0));
    assert_false(step_chained(event, 1));
}

static void test_fact_when_ticket_has_one_then_points_to_it(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    const uint64_t before = step_engine_head(fixture->engine);
    add_chase(fixture, 2, 1);
    toy_run_ok(fixture);
    assert_int_equal(toy_answer_of(fixture, 0)->done->seq, before + 1);
    toy_read_event(fixture, before + 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_CHASED);
    assert_true(event->has_prev_seq);
    assert_int_equal(event->prev_seq, 2);
    assert_true(step_chained(event, 2));
    assert_false(step_chained(event, 0));
    assert_false(step_chained(event, 3));
    toy_check_all(fixture);
}

static void test_fact_when_about_no_ticket_then_none(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    toy_add_record(fixture, 1, 11);
    toy_run_ok(fixture);
    toy_read_event(fixture, 3, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_RECEIPTS);
    assert_false(event->has_ticket);
    assert_false(event->has_prev_seq);
}

static void test_fact_when_of_a_deadline_then_cause_names_clock_and_moment(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Event *event = NULL;
    toy_add_submit(fixture, 1, 1, "text", 1);
    toy_run_ok(fixture);
    const uint64_t before = step_engine_head(fixture->engine);
    fixture->now_ms += TOY_DUE_MS + 5;
    toy_run_ok(fixture);
    toy_read_event(fixture, before + 1, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_WARNED);
    assert_true(event->cause->has_clock);
    assert_int_equal(event->cause->clock, PAIDAN__CLOCK__CLOCK_ACCEPT);
    assert_int_equal(event->cause->due_ms, event->at_ms - 5);
    assert_false(event->cause->has_item);
}

static void test_record_when_refused_then_fact_names_ticket_code_and_record(void **state)
{
    struct toy_fixture *fixture = *state;
    static const struct {
        uint64_t ticket;
        uint32_t code;
    } cases[] = {{TOY_REFUSABLE, PAIDAN__CODE__STATE_FORBIDS},
                 {TOY_UNHOLDABLE, PAIDAN__CODE__TOO_MANY_ITEMS}};
    toy_run_ok(fixture); /* says the site */
    for (unsigned index = 0; index < 2; index++) {
        Paidan__Event *event = NULL;
        const uint64_t head = step_engine_head(fixture->engine);
        toy_add_record(fixture, index + 1, cases[index].ticket);
        toy_run_ok(fixture);
        toy_read_event(fixture, head + 1, &event);
        assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_RECORD_REFUSED);
        assert_true(event->has_ticket);
        assert_int_equal(event->ticket, cases[index].ticket);
        assert_false(event->has_prev_seq);
        assert_int_equal(event->record_refused->code, cases[index].code);
        assert_string_equal(event->cause->log, "intake");
        assert_int_equal(event->cause->seq, index + 1);
    }
    toy_check_all(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fact_when_first_of_its_ticket_then_no_chain, toy_setup,
                                        toy_teardown),
        cmocka_unit_test_setup_teardown(test_fact_when_ticket_has_one_then_points_to_it, toy_setup,
                                        toy_teardown),
        cmocka_unit_test_setup_teardown(test_fact_when_about_no_ticket_then_none, toy_setup,
                                        toy_teardown),
        cmocka_unit_test_setup_teardown(
            test_fact_when_of_a_deadline_then_cause_names_clock_and_moment, toy_setup,
            toy_teardown),
        cmocka_unit_test_setup_teardown(
            test_record_when_refused_then_fact_names_ticket_code_and_record, toy_setup,
            toy_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
