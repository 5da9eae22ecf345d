/* intake_core: stories of tickets, and what residents, clerks and escalation may do to them.
 * ctest: valgrind */

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

static void test_ticket_when_it_lives_then_its_trace_is_the_golden_one(void **context)
{
    struct solo *const solo = *context;
    struct said said[4];
    solo_trace(solo);
    Paidan__NewTicket item = ticket("wechat", "wx-1", "三叉街联邦新城3栋水管爆了。请尽快来修");
    item.place = (char *)"三叉街联邦新城3栋";
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"王小明";
    item.category_hint = (char *)"water";
    item.area_hint = (char *)"sanchajie";
    assert_int_equal(submit_one(solo, &item)->ticket, FIRST);
    Paidan__NewTicket titled = ticket("hotline", NULL, "楼道灯坏了，请联系13900000000");
    titled.title = (char *)"楼道灯坏，电话13900000000";
    assert_int_equal(submit_one(solo, &titled)->ticket, FIRST + 1);

    solo_note(solo, "escalation takes it, the resident adds and asks for haste");
    solo_advance(solo, HOUR_MS);
    say_assigned(solo, &said[0], FIRST);
    say_assigned(solo, &said[1], FIRST + 1);
    say_accepted(solo, &said[2], FIRST);
    solo_flush(solo, NULL);
    solo_advance(solo, HOUR_MS);
    assert_int_equal(supplement(solo, FIRST, "现在漏到二楼了", NULL)->code, PAIDAN__CODE__OK);
    assert_int_equal(chase(solo, FIRST, NULL)->code, PAIDAN__CODE__OK);
    solo_restart(solo);
    assert_int_equal(chase(solo, FIRST, NULL)->code, PAIDAN__CODE__OK);

    solo_note(solo, "one is solved, the other taken back");
    say_resolved(solo, &said[0], FIRST);
    say_closed(solo, &said[1], FIRST, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    solo_flush(solo, NULL);
    assert_int_equal(withdraw(solo, FIRST + 1)->code, PAIDAN__CODE__OK);
    say_accepted(solo, &said[0], FIRST + 1);
    solo_flush(solo, NULL);
    say_closed(solo, &said[0], FIRST + 1, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    solo_flush(solo, NULL);

    solo_note(solo, "what cannot be is refused visibly");
    say_accepted(solo, &said[0], FIRST);
    say_accepted(solo, &said[1], FIRST + 7);
    solo_flush(solo, NULL);

    solo_note(solo, "a clerk reads the phone");
    uint64_t tickets[] = {FIRST, FIRST + 7};
    assert_int_equal(read_texts(solo, tickets, 2, true, "回访", NULL)->code, PAIDAN__CODE__OK);

    assert_int_equal(solo_tally(solo, "registered"), 2);
    assert_int_equal(solo_tally(solo, "supplements"), 1);
    assert_int_equal(solo_tally(solo, "chases"), 2);
    assert_int_equal(solo_tally(solo, "withdrawals"), 1);
    assert_int_equal(solo_tally(solo, "disclosed"), 1);
    assert_int_equal(solo_tally(solo, "records_refused"), 2);
    assert_int_equal(solo_tally(solo, "waiting"), 0);
    assert_int_equal(solo_tally(solo, "closed"), 1);
    assert_int_equal(solo_tally(solo, "withdrawn"), 1);
    solo_check(solo, "intake_story");
}

static void test_wish_when_ticket_or_code_is_wrong_then_numbers_cannot_be_tried(void **context)
{
    struct solo *const solo = *context;
    char code[QUERY_CODE_BYTES];
    Paidan__NewTicket item = ticket("wechat", "wx-1", "一");
    memcpy(code, submit_one(solo, &item)->query_code, sizeof code);
    const char *const wrong = strcmp(code, "AAAAAA") == 0 ? "BBBBBB" : "AAAAAA";
    assert_int_equal(lookup(solo, FIRST, code)->code, PAIDAN__CODE__OK);
    assert_int_equal(lookup(solo, FIRST, wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST + 1, code)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST, NULL)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup(solo, FIRST + 1, NULL)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(lookup_external(solo, "wechat", "wx-1")->looked_up->ticket, FIRST);
    assert_int_equal(lookup_external(solo, "hotline", "wx-1")->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(lookup_external(solo, "wechat", NULL)->code, PAIDAN__CODE__FIELD_INVALID);

    assert_int_equal(chase(solo, FIRST, wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(chase(solo, FIRST + 1, code)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(chase(solo, FIRST + 1, NULL)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(supplement(solo, FIRST, "补", wrong)->code, PAIDAN__CODE__QUERY_CODE_WRONG);
    assert_int_equal(supplement(solo, FIRST, "　", code)->code, PAIDAN__CODE__TEXT_EMPTY);
    assert_int_equal(withdraw(solo, FIRST + 1)->code, PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(solo_tally(solo, "chases"), 0);
    assert_int_equal(chase(solo, FIRST, code)->code, PAIDAN__CODE__OK);
    const Paidan__Answer *const found = lookup(solo, FIRST, code);
    assert_int_equal(found->looked_up->chases, 1);
    assert_int_equal(found->looked_up->state, PAIDAN__STATE__STATE_NONE);
    assert_string_equal(found->looked_up->title, "一");
    solo_check_replay(solo);
}

static void test_wish_when_ticket_is_over_then_refused_with_its_state(void **context)
{
    struct solo *const solo = *context;
    struct said said;
    const uint64_t closed = submit(solo, "wechat", NULL, "一");
    const uint64_t taken_back = submit(solo, "wechat", NULL, "二");
    say_closed(solo, &said, closed, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    solo_flush(solo, NULL);
    assert_int_equal(withdraw(solo, taken_back)->code, PAIDAN__CODE__OK);
    const uint64_t head = solo_head(solo);
    const Paidan__Answer *answer = supplement(solo, closed, "补充", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_string_equal(answer->detail, "CLOSED");
    answer = withdraw(solo, taken_back);
    assert_int_equal(answer->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_string_equal(answer->detail, "WITHDRAWN");
    assert_int_equal(chase(solo, closed, NULL)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(chase(solo, taken_back, NULL)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(withdraw(solo, closed)->code, PAIDAN__CODE__STATE_FORBIDS);
    assert_int_equal(solo_head(solo), head);
    solo_check_replay(solo);
}

static void test_supplement_when_too_many_then_refused_and_the_newest_are_read(void **context)
{
    struct solo *const solo = *context;
    uint64_t number = submit(solo, "wechat", NULL, "一");
    char text[32];
    for (unsigned index = 1; index <= SUPPLEMENTS_MAX; index++) {
        (void)snprintf(text, sizeof text, "补充%u", index);
        assert_int_equal(supplement(solo, number, text, NULL)->code, PAIDAN__CODE__OK);
    }
    const Paidan__Answer *answer = supplement(solo, number, "再补充", NULL);
    assert_int_equal(answer->code, PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_string_equal(answer->detail, "supplements");
    answer = read_texts(solo, &number, 1, false, "办理", NULL);
    const Paidan__TicketText *const read = answer->texts->texts[0];
    assert_int_equal(read->n_supplements, INTAKE_RECENT_MAX);
    assert_string_equal(read->supplements[0], "补充969");
    assert_string_equal(read->supplements[INTAKE_RECENT_MAX - 1], "补充1000");
    solo_check_replay(solo);
}

static const Paidan__Answer *update(struct solo *solo, uint64_t number, const char *id,
                                    const char *text, uint64_t said_ms)
{
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    wish.ticket = number;
    wish.text = (char *)(uintptr_t)text;
    wish.update_id = (char *)(uintptr_t)id;
    wish.has_said_ms = said_ms > 0;
    wish.said_ms = said_ms;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &wish;
    return solo_call(solo, &request);
}

/* What a program sends again, or late: GeoReport's updates carry an id and a time of their own. */
static void test_supplement_when_an_update_comes_again_or_late_then_taken_once(void **context)
{
    struct solo *const solo = *context;
    uint64_t number = submit(solo, "wechat", NULL, "一");
    const uint64_t other = submit(solo, "wechat", NULL, "二");
    const Paidan__Answer *answer = update(solo, number, "u1", "还没修", START_MS + 5000);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    const uint64_t seq = answer->done->seq;
    answer = update(solo, number, "u1", "还没修", START_MS + 5000);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->done->seq, seq);
    assert_int_equal(update(solo, number, "u1", "别的", START_MS + 5000)->code,
                     PAIDAN__CODE__HEARD_DIFFERENT);
    assert_int_equal(update(solo, number, "u0", "早的", START_MS + 4999)->code,
                     PAIDAN__CODE__UPDATE_OLDER);
    /* The same moment is not older, one without a time is judged by its id alone, and every ticket has
     * its own. */
    assert_int_equal(update(solo, number, "u2", "同时", START_MS + 5000)->code, PAIDAN__CODE__OK);
    assert_int_equal(update(solo, number, "u3", "无时", 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(update(solo, other, "u1", "另一件", START_MS)->code, PAIDAN__CODE__OK);
    solo_restart(solo);
    assert_int_equal(update(solo, number, "u3", "无时", 0)->code, PAIDAN__CODE__OK);
    assert_int_equal(update(solo, number, "u4", "早的", START_MS)->code,
                     PAIDAN__CODE__UPDATE_OLDER);
    assert_int_equal(solo_tally(solo, "supplements"), 4);
    solo_check_replay(solo);
}

static const Paidan__Answer *extend(struct solo *solo, uint64_t number, const char *query_code,
                                    uint64_t outer_due_ms)
{
    Paidan__Supplement wish = PAIDAN__SUPPLEMENT__INIT;
    wish.ticket = number;
    wish.text = "上级同意延期";
    wish.query_code = (char *)(uintptr_t)query_code;
    wish.has_outer_due_ms = true;
    wish.outer_due_ms = outer_due_ms;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &wish;
    return solo_call(solo, &request);
}

/* 上级时限 is the channel's to extend, never the resident's, and no nonsense. */
static void test_supplement_when_it_extends_the_deadline_then_of_a_channel_alone(void **context)
{
    struct solo *const solo = *context;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    const Paidan__Answer *answer = extend(solo, number, "ABC123", START_MS + 86400000);
    assert_int_equal(answer->code, PAIDAN__CODE__FIELD_INVALID);
    assert_string_equal(answer->detail, "outer_due_ms");
    answer = extend(solo, number, NULL, START_MS + 86400000ull * 365 * 11);
    assert_int_equal(answer->code, PAIDAN__CODE__FIELD_INVALID);
    answer = extend(solo, number, NULL, UINT64_MAX);
    assert_int_equal(answer->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(solo_tally(solo, "supplements"), 0);
    answer = extend(solo, number, NULL, START_MS + 86400000);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    solo_check_replay(solo);
}

static void test_receipts_when_many_in_one_step_then_one_fact_with_the_last_states(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = 200 };
    static struct said said[COUNT * 2];
    for (unsigned index = 0; index < COUNT; index++) {
        assert_int_equal(submit(solo, "wechat", NULL, "一"), FIRST + index);
    }
    const uint64_t head = solo_head(solo);
    for (unsigned index = 0; index < COUNT; index++) {
        say_assigned(solo, &said[index], FIRST + index);
        say_accepted(solo, &said[COUNT + index], FIRST + (index * 7) % COUNT);
    }
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(solo_tally(solo, "accepted") + solo_tally(solo, "assigned"), COUNT);
    /* The same again says nothing. */
    const uint64_t accepted = solo_tally(solo, "accepted");
    uint64_t quiet = 0;
    for (unsigned index = 0; index < COUNT && quiet == 0; index++) {
        if (state_of(solo, FIRST + index) == PAIDAN__STATE__STATE_ACCEPTED) {
            quiet = FIRST + index;
        }
    }
    say_accepted(solo, &said[0], quiet);
    solo_flush(solo, NULL);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(solo_tally(solo, "accepted"), accepted);
    solo_check_replay(solo);
}

static void test_receipts_when_withdrawn_in_the_same_step_then_withdrawn(void **context)
{
    struct solo *const solo = *context;
    struct said said[2];
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    Paidan__Withdraw wish;
    Paidan__Request request;
    fill_withdraw(&request, &wish, number);
    say_assigned(solo, &said[0], number);
    assert_int_equal(solo_flush(solo, &request)->code, PAIDAN__CODE__OK);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_WITHDRAWN);
    /* Escalation closed it before it heard of that: so it is. */
    say_resolved(solo, &said[0], number);
    say_closed(solo, &said[1], number, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_CLOSED);
    assert_int_equal(solo_tally(solo, "closed"), 1);
    assert_int_equal(solo_tally(solo, "withdrawn"), 0);
    assert_int_equal(solo_tally(solo, "records_refused"), 0);
    solo_check_replay(solo);
}

static void test_receipts_when_the_ticket_goes_up_and_back_then_as_last_said(void **context)
{
    struct solo *const solo = *context;
    struct said said;
    const uint64_t number = submit(solo, "wechat", NULL, "一");
    say_accepted(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ACCEPTED);
    say_returned(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_RETURNED);
    say_raised(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ASSIGNED);
    say_accepted(solo, &said, number);
    say_suspended(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_SUSPENDED);
    say_resumed(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ACCEPTED);
    say_ordered(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_ASSIGNED);
    say_resolved(solo, &said, number);
    solo_flush(solo, NULL);
    assert_int_equal(state_of(solo, number), PAIDAN__STATE__STATE_RESOLVED);
    solo_check_replay(solo);
}

static void test_read_texts_when_not_disclosed_then_masked_and_nothing_said(void **context)
{
    struct solo *const solo = *context;
    Paidan__NewTicket item = ticket("wechat", "wx-1", "家里没水，电话13812345678");
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"王小明";
    item.place = (char *)"3栋";
    item.title = (char *)"家里没水，我的电话是13812345678";
    (void)submit_one(solo, &item);
    const uint64_t head = solo_head(solo);
    uint64_t tickets[] = {FIRST, 5};
    const Paidan__Answer *answer = read_texts(solo, tickets, 2, false, "", NULL);
    assert_int_equal(answer->texts->n_texts, 2);
    const Paidan__TicketText *const text = answer->texts->texts[0];
    assert_string_equal(text->text, item.text);
    assert_string_equal(text->phone, "138****5678");
    assert_string_equal(text->reporter, "王**");
    assert_string_equal(text->title, item.title);
    assert_int_equal(answer->texts->texts[1]->ticket, 5);
    assert_null(answer->texts->texts[1]->text);
    assert_int_equal(solo_head(solo), head);
    assert_null(strstr(lookup_external(solo, "wechat", "wx-1")->looked_up->title, "138"));

    answer = read_texts(solo, tickets, 2, true, "回访", "clerk");
    assert_string_equal(answer->texts->texts[0]->phone, "13812345678");
    assert_string_equal(answer->texts->texts[0]->reporter, "王小明");
    assert_int_equal(solo_head(solo), head + 1); /* the fact alone: the answer is not stored */
    assert_int_equal(solo_tally(solo, "disclosed"), 1);
    assert_int_equal(read_texts(solo, tickets, 2, true, " ", "clerk")->code,
                     PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(read_texts(solo, tickets, 2, true, "回访", "")->code,
                     PAIDAN__CODE__ACTOR_MISSING);
    assert_int_equal(read_texts(solo, tickets, 0, false, "回访", NULL)->code,
                     PAIDAN__CODE__FIELD_INVALID);
    static uint64_t many[READ_TEXTS_MAX + 1];
    assert_int_equal(read_texts(solo, many, READ_TEXTS_MAX + 1, false, "回访", NULL)->code,
                     PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(read_texts(solo, many, READ_TEXTS_MAX, true, "回访", NULL)->code,
                     PAIDAN__CODE__OK);
    assert_int_equal(solo_head(solo), head + 1); /* none of them exists: nothing was disclosed */
    solo_check_replay(solo);
}

static void test_read_texts_when_more_than_a_frame_then_the_rest_is_asked_for_again(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = 100 };
    uint64_t tickets[COUNT];
    char *const text = calloc(1, TEXT_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, 'x', TEXT_BYTES_MAX);
    for (unsigned index = 0; index < COUNT; index++) {
        tickets[index] = submit(solo, "wechat", NULL, text);
    }
    size_t read = 0;
    unsigned answers = 0;
    while (read < COUNT) {
        const Paidan__Answer *const answer =
            read_texts(solo, tickets + read, COUNT - read, true, "迁移", NULL);
        size_t bytes = 0;
        (void)solo_bytes(solo, &bytes);
        assert_true(bytes <= FRAME_BYTES_MAX);
        assert_true(answer->texts->n_texts > 0);
        for (size_t index = 0; index < answer->texts->n_texts; index++) {
            assert_int_equal(answer->texts->texts[index]->ticket, tickets[read + index]);
        }
        read += answer->texts->n_texts;
        answers++;
    }
    assert_true(answers > 1);
    assert_int_equal(solo_tally(solo, "disclosed"), COUNT);
    free(text);
    solo_check_replay(solo);
}

static void test_step_when_any_write_finds_no_space_then_undone_and_done_later(void **context)
{
    struct solo *const solo = *context;
    struct said said[2];
    Paidan__NewTicket items[] = {ticket("wechat", "a", "一"), ticket("wechat", NULL, "二"),
                                 ticket("wechat", "a", "一")};
    Paidan__NewTicket *list[] = {&items[0], &items[1], &items[2]};
    Paidan__Submit wish = PAIDAN__SUBMIT__INIT;
    wish.tickets = list;
    wish.n_tickets = 3;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
    request.submit = &wish;
    unsigned failures = 0;
    while (solo_try_full(solo, &request, failures + 1)) {
        failures++;
        assert_int_equal(solo_tally(solo, "registered"), 0);
        solo_check_replay(solo);
    }
    assert_true(failures > 5);
    assert_int_equal(solo_tally(solo, "registered"), 2);
    say_accepted(solo, &said[0], FIRST);
    say_accepted(solo, &said[1], FIRST + 1);
    for (failures = 0; solo_try_full(solo, NULL, failures + 1); failures++) {
        assert_int_equal(solo_tally(solo, "accepted"), 0);
    }
    assert_true(failures > 3);
    assert_int_equal(solo_tally(solo, "accepted"), 2);
    solo_check_replay(solo);
}

/* Folding refuses facts that contradict the tables instead of guessing. */
static void test_evolve_when_a_fact_contradicts_the_tables_then_corrupt(void **context)
{
    struct solo *const solo = *context;
    const uint64_t number = submit(solo, "wechat", "wx-1", "一");
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {0}};
    assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &chased;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* chain broken */
    event.ticket = number + 1;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* unknown */
    Paidan__Registered registered = PAIDAN__REGISTERED__INIT;
    registered.channel = (char *)"wechat";
    registered.text = (char *)"一";
    registered.query_code = (char *)"ABCDEF";
    event.ticket = number;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &registered;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* number taken */
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* not ours */
    Paidan__Receipt receipt = PAIDAN__RECEIPT__INIT;
    Paidan__Receipt *list[] = {&receipt};
    Paidan__Receipts receipts = PAIDAN__RECEIPTS__INIT;
    receipts.n_receipts = 1;
    receipts.receipts = list;
    receipt.ticket = number;
    receipt.state = PAIDAN__STATE__STATE_NONE;
    event.fact_case = PAIDAN__EVENT__FACT_RECEIPTS;
    event.receipts = &receipts;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* no news */
    store_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_ticket_when_it_lives_then_its_trace_is_the_golden_one),
        CASE(test_wish_when_ticket_or_code_is_wrong_then_numbers_cannot_be_tried),
        CASE(test_wish_when_ticket_is_over_then_refused_with_its_state),
        CASE(test_supplement_when_too_many_then_refused_and_the_newest_are_read),
        CASE(test_supplement_when_an_update_comes_again_or_late_then_taken_once),
        CASE(test_supplement_when_it_extends_the_deadline_then_of_a_channel_alone),
        CASE(test_receipts_when_many_in_one_step_then_one_fact_with_the_last_states),
        CASE(test_receipts_when_withdrawn_in_the_same_step_then_withdrawn),
        CASE(test_receipts_when_the_ticket_goes_up_and_back_then_as_last_said),
        CASE(test_read_texts_when_not_disclosed_then_masked_and_nothing_said),
        CASE(test_read_texts_when_more_than_a_frame_then_the_rest_is_asked_for_again),
        CASE(test_step_when_any_write_finds_no_space_then_undone_and_done_later),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
