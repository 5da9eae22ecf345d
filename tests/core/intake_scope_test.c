/* intake_scope: whose a ticket is, as intake learns it from escalation. */
#include "intake_scope.h"
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

/* As the engine asks; the arena lives until the test is over. */
static enum rc scope_of(struct solo *solo, uint64_t ticket, struct permit_subject *subject)
{
    static struct arena arena;
    struct store_txn *txn = NULL;
    if (arena.base == NULL) {
        assert_int_equal(arena_init(&arena, 8u << 20), RC_OK);
    }
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    struct step_view view = {.txn = txn, .arena = &arena, .site = solo_site()};
    *subject = (struct permit_subject){.level = 0};
    const enum rc rc = intake_service.scope(&view, ticket, subject);
    store_abort(txn);
    return rc;
}

static void say_assist(struct solo *solo, uint64_t number, const char *unit)
{
    static Paidan__Event event;
    static Paidan__AssistAsked asked;
    paidan__event__init(&event);
    paidan__assist_asked__init(&asked);
    asked.unit = (char *)(uintptr_t)unit;
    asked.by_unit = (char *)(uintptr_t) "b.any";
    event.has_ticket = 1;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIST_ASKED;
    event.assist_asked = &asked;
    solo_say(solo, "escalation", &event);
    solo_flush(solo, NULL);
}

static void test_scope_when_nobody_has_it_then_channel_alone(void **state)
{
    struct solo *const solo = *state;
    struct permit_subject subject;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    assert_int_equal(scope_of(solo, number + 7, &subject), RC_NOT_FOUND);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.channel, "wechat");
    assert_string_equal(subject.unit, "");
    assert_string_equal(subject.area, "");
}

static void test_scope_when_it_moves_then_follows_though_residents_see_nothing(void **state)
{
    struct solo *const solo = *state;
    struct said said;
    struct permit_subject subject;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_assigned(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "b.any");
    assert_string_equal(subject.area, "sanchajie");
    assert_int_equal(subject.level, 1);
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_ASSIGNED);
    say_assist(solo, number, "b.two");
    say_assist(solo, number, "b.two"); /* no news */
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_int_equal(subject.assist_count, 1);
    assert_string_equal(subject.assist[0], "b.two");
    const uint64_t head = solo_head(solo);
    say_raised(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "c.any");
    assert_string_equal(subject.area, "sanchajie");
    assert_int_equal(subject.level, 2);
    assert_int_equal(subject.assist_count, 0);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ASSIGNED);
    assert_int_equal(solo_tally(solo, "records_refused"), 0);
    solo_check_replay(solo);
}

/* Nobody reads its texts any more, and the resident sees what he saw before the first unit. */
static void test_scope_when_taken_back_then_nobodys_until_given_again(void **state)
{
    struct solo *const solo = *state;
    struct said said;
    struct permit_subject subject;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_assigned(solo, &said, number);
    solo_flush(solo, NULL);
    say_recalled(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "");
    assert_int_equal(subject.level, 0);
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_NONE);
    /* Given and taken back within one step there is nothing to tell. */
    say_assigned(solo, &said, number);
    say_recalled(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "");
    say_assigned(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "b.any");
    /* Taken back and given again within one step: as it was. */
    say_recalled(solo, &said, number);
    say_assigned(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "b.any");
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_ASSIGNED);
    /* Accepted, returned and ruled, and that taken back: of the last two intake hears in one step. */
    say_accepted(solo, &said, number);
    solo_flush(solo, NULL);
    say_assigned(solo, &said, number);
    say_recalled(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "");
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_NONE);
    solo_check_replay(solo);
}

/* Corrected: another place is another scope, and its unit goes on in the state it is in; another unit
 * has to accept it anew. */
static void test_scope_when_corrected_then_follows_place_and_unit(void **state)
{
    struct solo *const solo = *state;
    struct said said;
    struct permit_subject subject;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_assigned(solo, &said, number);
    solo_flush(solo, NULL);
    say_accepted(solo, &said, number);
    solo_flush(solo, NULL);
    say_corrected(solo, &said, number, NULL, "elsewhere");
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "b.any");
    assert_string_equal(subject.area, "elsewhere");
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_ACCEPTED);
    say_corrected(solo, &said, number, "c.any", NULL);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "c.any");
    assert_string_equal(subject.area, "elsewhere");
    assert_int_equal(subject.level, 2);
    assert_int_equal(subject.state, PAIDAN__STATE__STATE_ASSIGNED);
    const uint64_t head = solo_head(solo);
    say_corrected(solo, &said, number, NULL, NULL); /* another category: nothing for us */
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(solo_tally(solo, "records_refused"), 0);
    solo_check_replay(solo);
}

/* A log from before receipts said who has a ticket gives the same tables, and nobody's rights. */
static void test_receipt_when_of_an_old_log_then_state_alone(void **state)
{
    struct solo *const solo = *state;
    struct permit_subject subject;
    struct said said;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_accepted(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_string_equal(subject.unit, "");
    say_assist(solo, number, "b.two"); /* to nothing that is known */
    assert_int_equal(scope_of(solo, number, &subject), RC_OK);
    assert_int_equal(subject.assist_count, 0);
    solo_check_replay(solo);
}

/* Of a trial's owner only phones are recorded; of whoever has an account each reading. */
static void test_texts_when_read_with_a_grant_then_disclosed_without_phones(void **state)
{
    struct solo *const solo = *state;
    static uint8_t sealed[] = "sealed"; /* opened by the shell, which is not here */
    uint64_t number = submit(solo, "wechat", NULL, "电话13812345678，漏水");
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.tickets = &number;
    wish.n_tickets = 1;
    wish.reason = (char *)(uintptr_t) "";
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    assert_false(intake_service.changes(&request));
    request.has_grant = 1;
    request.grant = (ProtobufCBinaryData){.data = sealed, .len = sizeof sealed};
    assert_true(intake_service.changes(&request));
    const uint64_t disclosed = solo_tally(solo, "disclosed"), head = solo_head(solo);
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->texts->n_texts, 1);
    assert_int_equal(solo_tally(solo, "disclosed"), disclosed + 1);
    assert_int_equal(solo_head(solo), head + 1); /* the texts themselves are stored once */
    solo_check_replay(solo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_scope_when_nobody_has_it_then_channel_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_scope_when_it_moves_then_follows_though_residents_see_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_texts_when_read_with_a_grant_then_disclosed_without_phones, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scope_when_corrected_then_follows_place_and_unit,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_scope_when_taken_back_then_nobodys_until_given_again,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_receipt_when_of_an_old_log_then_state_alone, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
