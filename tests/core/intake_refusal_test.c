/* intake_core: who wants no calls 勿扰, and tickets that were closed without their residents. */

#include "intake_wishes.h"

static int setup(void **state)
{
    *state = solo_open(&intake_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

static uint64_t submit_by(struct solo *solo, const char *phone, const char *reporter)
{
    Paidan__NewTicket item = ticket("hotline", NULL, "楼道漏水");
    item.phone = (char *)phone;
    item.reporter = (char *)reporter;
    const Paidan__SubmitResult *const result = submit_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    return result->ticket;
}

static Paidan__Code refuse(struct solo *solo, uint64_t number, bool lift, const char *query_code)
{
    Paidan__DoNotCall wish = PAIDAN__DO_NOT_CALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = number;
    wish.has_lift = wish.lift = lift;
    wish.query_code = (char *)query_code;
    request.wish_case = PAIDAN__REQUEST__WISH_DO_NOT_CALL;
    request.do_not_call = &wish;
    return solo_call(solo, &request)->code;
}

/* Whether the nth ticket was registered as that of somebody who wants no calls. */
static bool marked(struct solo *solo, unsigned nth)
{
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_REGISTERED, nth);
    const bool found = fact->registered->has_do_not_call && fact->registered->do_not_call;
    paidan__event__free_unpacked(fact, NULL);
    return found;
}

static void test_refusal_when_said_then_for_each_later_ticket_until_lifted(void **context)
{
    struct solo *const solo = *context;
    const uint64_t first = submit_by(solo, "13800138000", NULL);
    const uint64_t second = submit_by(solo, "138-0013-8000", NULL); /* the same number */
    (void)submit_by(solo, "13900139000", NULL);
    assert_int_equal(refuse(solo, first, true, NULL), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(refuse(solo, first, false, NULL), PAIDAN__CODE__OK);
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_CALLS_REFUSED, 1);
    assert_int_equal(fact->calls_refused->n_tickets, 2); /* his open ones */
    assert_int_equal(fact->calls_refused->tickets[0], first);
    assert_int_equal(fact->calls_refused->tickets[1], second);
    assert_int_equal(fact->calls_refused->n_persons, 1);
    paidan__event__free_unpacked(fact, NULL);
    const uint64_t head = solo_head(solo);
    assert_int_equal(refuse(solo, second, false, NULL), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(solo_head(solo), head);
    solo_restart(solo);
    (void)submit_by(solo, "13800138000", NULL);
    (void)submit_by(solo, "13900139000", NULL);
    assert_false(marked(solo, 1));
    assert_true(marked(solo, 4));
    assert_false(marked(solo, 5));
    assert_int_equal(refuse(solo, second, true, NULL), PAIDAN__CODE__OK);
    (void)submit_by(solo, "13800138000", NULL);
    assert_false(marked(solo, 6));
    solo_check_replay(solo);
}

/* A channel that knows him, though he told it neither number nor name, asks for each ticket. */
static void test_refusal_when_of_this_ticket_then_of_it_alone(void **context)
{
    struct solo *const solo = *context;
    Paidan__DoNotCall wish = PAIDAN__DO_NOT_CALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = submit_by(solo, NULL, NULL);
    wish.has_this_ticket = wish.this_ticket = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_DO_NOT_CALL;
    request.do_not_call = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_CALLS_REFUSED, 1);
    assert_int_equal(fact->calls_refused->n_persons, 0);
    assert_int_equal(fact->calls_refused->n_tickets, 1);
    assert_true(fact->calls_refused->tickets[0] == wish.ticket);
    paidan__event__free_unpacked(fact, NULL);
    wish.has_lift = wish.lift = 1;
    request.has_request_id = 0; /* another one, and so below */
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    /* Of somebody who is known it is as ever: about all of his. */
    wish.ticket = submit_by(solo, "13800138000", NULL);
    wish.lift = 0;
    request.has_request_id = 0;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    (void)submit_by(solo, "13800138000", NULL);
    assert_true(marked(solo, 3));
    request.has_request_id = 0;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__ALREADY_DONE);
    solo_check_replay(solo);
}

static void test_refusal_when_nobody_is_known_then_refused(void **context)
{
    struct solo *const solo = *context;
    const uint64_t nobody = submit_by(solo, NULL, NULL);
    const uint64_t named = submit_by(solo, NULL, "wx-1");
    const uint64_t head = solo_head(solo);
    assert_int_equal(refuse(solo, nobody, false, NULL), PAIDAN__CODE__CALLER_UNKNOWN);
    assert_int_equal(refuse(solo, FIRST + 70, false, NULL), PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(refuse(solo, named, false, "000000"), PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(refuse(solo, named, false, NULL), PAIDAN__CODE__OK);
    (void)submit_by(solo, NULL, "wx-1");
    (void)submit_by(solo, NULL, "wx-2");
    assert_true(marked(solo, 3));
    assert_false(marked(solo, 4));
    solo_check_replay(solo);
}

static void close_as(struct solo *solo, uint64_t number, Paidan__Outcome outcome,
                     Paidan__Outcome was, bool do_not_call)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    fact.round = 1;
    fact.has_was = was != 0;
    fact.was = was;
    fact.has_do_not_call = fact.do_not_call = do_not_call;
    event.has_ticket = 1;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

/* While he was asked: escalation tells of it with how the ticket ended. */
static void test_refusal_when_said_in_a_callback_then_kept(void **context)
{
    struct solo *const solo = *context;
    const uint64_t first = submit_by(solo, "13800138000", NULL);
    close_as(solo, first, PAIDAN__OUTCOME__OUTCOME_SOLVED, 0, true);
    (void)submit_by(solo, "13800138000", NULL);
    assert_true(marked(solo, 2));
    solo_check_replay(solo);
}

/* The receipt follows: closed as what he said, or at work again; each counted once. */
static void test_receipt_when_he_answers_after_all_then_it_follows(void **context)
{
    struct solo *const solo = *context;
    struct said said;
    const uint64_t first = submit_by(solo, "13800138000", NULL);
    const uint64_t second = submit_by(solo, "13900139000", NULL);
    close_as(solo, first, PAIDAN__OUTCOME__OUTCOME_UNREACHED, 0, false);
    close_as(solo, second, PAIDAN__OUTCOME__OUTCOME_UNSAMPLED, 0, false);
    assert_int_equal(solo_tally(solo, "closed"), 2);
    close_as(solo, first, PAIDAN__OUTCOME__OUTCOME_PARTLY, PAIDAN__OUTCOME__OUTCOME_UNREACHED,
             false);
    assert_int_equal(solo_tally(solo, "closed"), 2);
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_RECEIPTS, 3);
    assert_int_equal(fact->receipts->receipts[0]->outcome, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    paidan__event__free_unpacked(fact, NULL);
    say_assigned(solo, &said, second); /* as Reopened does */
    (void)solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, second), PAIDAN__STATE__STATE_ASSIGNED);
    assert_int_equal(solo_tally(solo, "closed"), 1);
    say_assigned(solo, &said, first); /* he was heard: it is over */
    (void)solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, first), PAIDAN__STATE__STATE_CLOSED);
    assert_int_equal(solo_tally(solo, "records_refused"), 1);
    solo_check_replay(solo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refusal_when_said_then_for_each_later_ticket_until_lifted),
        TEST(test_refusal_when_nobody_is_known_then_refused),
        TEST(test_refusal_when_of_this_ticket_then_of_it_alone),
        TEST(test_refusal_when_said_in_a_callback_then_kept),
        TEST(test_receipt_when_he_answers_after_all_then_it_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
