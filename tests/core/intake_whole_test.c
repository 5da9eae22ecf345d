/* intake: every field of its facts and answers, and what it tells the engine about itself. */

#include "intake_wishes.h"
#include "whole.h"

struct test {
    struct solo *solo;
    struct trace trace;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    test->solo = solo_open(&intake_service, solo_site(), START_MS);
    trace_init(&test->trace, START_MS);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    trace_fini(&test->trace);
    solo_close(test->solo);
    free(test);
    return 0;
}

static void say_texts(struct test *test, uint64_t *tickets, size_t count, bool phones)
{
    whole_answer(&test->trace, phones ? "texts with phones" : "texts",
                 read_texts(test->solo, tickets, count, phones, "回访", "clerk"));
}

static void fill(Paidan__Attachment *attachment, const char *name)
{
    paidan__attachment__init(attachment);
    attachment->name = (char *)name;
    attachment->url = (char *)"https://files.example/1";
    attachment->media_type = (char *)"image/jpeg";
}

static void test_tickets_when_they_live_then_every_field_is_as_golden(void **state)
{
    struct test *const test = *state;
    struct solo *const solo = test->solo;
    static struct said said[3];
    Paidan__Attachment files[2];
    Paidan__Attachment *list[] = {&files[0], &files[1]};
    fill(&files[0], "一.jpg");
    fill(&files[1], "二.jpg");
    Paidan__NewTicket item = ticket("wechat", "wx-1", "三叉街水管爆了");
    Paidan__NewTicket *items = &item;
    item.place = (char *)"三叉街联邦新城3栋";
    item.phone = (char *)"13812345678";
    item.reporter = (char *)"王小明";
    item.title = (char *)"水管爆，电话13812345678";
    item.has_occurred_ms = 1;
    item.occurred_ms = START_MS - 5;
    item.category_hint = (char *)"water";
    item.area_hint = (char *)"sanchajie";
    item.spot_unit = (char *)"b.any";
    item.spot_note = (char *)"已关阀，联系13812345678";
    item.n_attachments = 2;
    item.attachments = list;
    whole_answer(&test->trace, "submit", submit_list(solo, &items, 1, NULL));
    whole_answer(&test->trace, "again", submit_list(solo, &items, 1, NULL));
    item.text = (char *)"三叉街没水";
    whole_answer(&test->trace, "another text", submit_list(solo, &items, 1, NULL));
    Paidan__NewTicket plain = ticket("hotline", NULL, "楼道灯坏了");
    plain.place = plain.phone = plain.category_hint = (char *)"";
    items = &plain;
    whole_answer(&test->trace, "submit", submit_list(solo, &items, 1, NULL));
    whole_answer(&test->trace, "lookup", lookup_external(solo, "wechat", "wx-1"));
    whole_answer(&test->trace, "lookup", lookup_external(solo, "wechat", ""));
    solo_advance(solo, HOUR_MS);
    Paidan__Supplement more = PAIDAN__SUPPLEMENT__INIT;
    more.ticket = FIRST;
    more.text = (char *)"漏到二楼了";
    more.n_attachments = 1;
    more.attachments = &list[1];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPPLEMENT;
    request.supplement = &more;
    whole_answer(&test->trace, "supplement", solo_call(solo, &request));
    solo_advance(solo, 1);
    Paidan__Chase haste = PAIDAN__CHASE__INIT;
    haste.ticket = FIRST;
    haste.note = (char *)"请快些";
    paidan__request__init(&request);
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &haste;
    whole_answer(&test->trace, "chase", solo_call(solo, &request));
    whole_answer(&test->trace, "lookup", lookup_external(solo, "wechat", "wx-1"));
    solo_advance(solo, HOUR_MS);
    say_accepted(solo, &said[0], FIRST);
    solo_flush(solo, NULL);
    solo_advance(solo, HOUR_MS);
    say_closed(solo, &said[1], FIRST, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    say_accepted(solo, &said[2], FIRST + 7);
    solo_flush(solo, NULL);
    whole_answer(&test->trace, "lookup", lookup_external(solo, "wechat", "wx-1"));
    whole_answer(&test->trace, "chase", chase(solo, FIRST, NULL));
    Paidan__Withdraw back;
    fill_withdraw(&request, &back, FIRST + 1);
    back.note = (char *)"自己修好了";
    solo_advance(solo, 2);
    whole_answer(&test->trace, "withdraw", solo_call(solo, &request));
    uint64_t tickets[] = {FIRST, FIRST + 1, FIRST + 2};
    say_texts(test, tickets, 3, false);
    say_texts(test, tickets, 3, true);
    solo_conditions(solo, true, 0);
    whole_answer(&test->trace, "no room", submit_list(solo, &items, 1, NULL));
    solo_conditions(solo, false, 1234);
    whole_answer(&test->trace, "overload", submit_list(solo, &items, 1, NULL));
    whole_log(&test->trace, solo);
    whole_tallies(&test->trace, solo, &intake_service);
    solo_check_replay(solo);
    assert_true(trace_golden(&test->trace, "intake_whole"));
}

/* More tickets in one step than the first table of the gathering holds, each heard of twice: the
 * second record must find what the first one left, wherever growing has moved it. */
static void test_receipts_when_the_gathering_grows_then_each_ticket_is_found_again(void **state)
{
    struct test *const test = *state;
    struct solo *const solo = test->solo;
    enum { COUNT = 300 };
    static struct said said[COUNT * 2];
    for (unsigned index = 0; index < COUNT; index++) {
        (void)submit(solo, "wechat", NULL, "一");
    }
    for (unsigned index = 0; index < COUNT; index++) {
        say_assigned(solo, &said[2 * index], FIRST + index);
        say_closed(solo, &said[2 * index + 1], FIRST + COUNT - 1 - index,
                   PAIDAN__OUTCOME__OUTCOME_SOLVED);
    }
    solo_flush(solo, NULL);
    /* Those that were closed first and then assigned refuse the latter; all are closed. */
    assert_int_equal(solo_tally(solo, "closed"), COUNT);
    assert_int_equal(solo_tally(solo, "records_refused"), COUNT / 2);
    solo_check_replay(solo);
}

/* Folding refuses facts that contradict the tables instead of guessing. */
static void test_evolve_when_a_fact_contradicts_the_tables_then_corrupt(void **state)
{
    struct test *const test = *state;
    const uint64_t number = submit(test->solo, "wechat", "a", "一");
    Paidan__Event *const first = solo_fact(test->solo, PAIDAN__EVENT__FACT_REGISTERED, 1);
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {[0] = 9, [6] = 9}};
    assert_int_equal(store_begin(solo_store(test->solo), true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &chased;
    event.ticket = number;
    event.has_prev_seq = 1;
    event.prev_seq = 2;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* of no ticket */
    event.has_ticket = 1;
    event.prev_seq = 1;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* chain broken */
    event.prev_seq = 2;
    event.ticket = number + 1;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_CORRUPT); /* no such ticket */
    event.ticket = number;
    assert_int_equal(intake_service.evolve(&fold, 9, &event), RC_OK);
    /* The same registration again; with a number of its own, but an external id that is taken. */
    assert_int_equal(intake_service.evolve(&fold, 10, first), RC_CORRUPT);
    first->ticket = number + 1;
    assert_int_equal(intake_service.evolve(&fold, 10, first), RC_CORRUPT);
    first->registered->external_id[0] = 'b';
    first->ticket = number + 2;
    first->has_ticket = 0;
    assert_int_equal(intake_service.evolve(&fold, 11, first), RC_CORRUPT);
    first->has_ticket = 1;
    first->has_prev_seq = 1;
    first->prev_seq = 2;
    assert_int_equal(intake_service.evolve(&fold, 11, first), RC_CORRUPT);
    first->has_prev_seq = 0;
    first->prev_seq = 0;
    assert_int_equal(intake_service.evolve(&fold, 11, first), RC_OK);
    /* Receipts say news of known tickets, and are about no single one. */
    Paidan__Receipt receipt = PAIDAN__RECEIPT__INIT;
    Paidan__Receipt *list[] = {&receipt};
    Paidan__Receipts receipts = PAIDAN__RECEIPTS__INIT;
    receipts.n_receipts = 1;
    receipts.receipts = list;
    receipt.ticket = number;
    receipt.state = PAIDAN__STATE__STATE_NONE;
    paidan__event__init(&event);
    event.fact_case = PAIDAN__EVENT__FACT_RECEIPTS;
    event.receipts = &receipts;
    assert_int_equal(intake_service.evolve(&fold, 12, &event), RC_CORRUPT);
    receipt.state = PAIDAN__STATE__STATE_ASSIGNED;
    event.has_ticket = 1;
    assert_int_equal(intake_service.evolve(&fold, 12, &event), RC_CORRUPT);
    event.has_ticket = 0;
    assert_int_equal(intake_service.evolve(&fold, 12, &event), RC_OK);
    assert_int_equal(intake_service.evolve(&fold, 13, &event), RC_CORRUPT); /* no news */
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    assert_int_equal(intake_service.evolve(&fold, 14, &event), RC_CORRUPT); /* not ours */
    store_abort(txn);
    paidan__event__free_unpacked(first, NULL);
}

static enum rc look_up(struct store_txn *txn, struct arena *arena, char *external_id)
{
    struct step_view view = {.txn = txn, .arena = arena, .site = solo_site()};
    Paidan__Lookup wish = PAIDAN__LOOKUP__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    wish.channel = (char *)"wechat";
    wish.external_id = external_id;
    request.wish_case = PAIDAN__REQUEST__WISH_LOOKUP;
    request.lookup = &wish;
    return intake_service.query(&view, &request, &answer);
}

/* A record names the facts that hold its texts; those it finds must be of its ticket and kind. */
static void test_text_when_the_record_names_another_fact_then_corrupt(void **state)
{
    struct test *const test = *state;
    const uint64_t first = submit(test->solo, "wechat", "a", "一");
    const uint64_t second = submit(test->solo, "wechat", "b", "二");
    assert_int_equal(chase(test->solo, first, NULL)->code, PAIDAN__CODE__OK);
    struct store_txn *txn = NULL;
    struct intake_ticket record, other;
    struct arena arena;
    assert_int_equal(arena_init(&arena, 1u << 20), RC_OK);
    assert_int_equal(store_begin(solo_store(test->solo), true, &txn), RC_OK);
    assert_int_equal(look_up(txn, &arena, (char *)"a"), RC_OK);
    assert_int_equal(intake_state_get(txn, first, &record), RC_OK);
    assert_int_equal(intake_state_get(txn, second, &other), RC_OK);
    const uint64_t seqs[] = {other.registered_seq, record.last_seq, UINT32_MAX};
    for (unsigned index = 0; index < 3; index++) {
        record.registered_seq = seqs[index]; /* another ticket's, another kind, none */
        record.last_seq = UINT32_MAX;
        assert_int_equal(intake_state_put(txn, first, &record), RC_OK);
        assert_int_equal(look_up(txn, &arena, (char *)"a"), RC_CORRUPT);
    }
    arena_fini(&arena);
    store_abort(txn);
}

static void test_phone_when_it_is_no_number_then_the_complaint_is_taken(void **state)
{
    struct test *const test = *state;
    char longest[512];
    memset(longest, '1', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const phones[] = {"x110", "110x", "11", "1-1", longest};
    Paidan__NewTicket item = ticket("wechat", NULL, "一");
    for (unsigned index = 0; index < sizeof phones / sizeof phones[0]; index++) {
        item.phone = (char *)(uintptr_t)phones[index];
        const Paidan__SubmitResult *const result = submit_one(test->solo, &item);
        assert_int_equal(result->code, PAIDAN__CODE__OK);
        assert_string_equal(result->detail, "phone");
    }
}

static void test_service_when_asked_about_itself_then_as_golden(void **state)
{
    struct test *const test = *state;
    whole_service(&test->trace, &intake_service);
    Paidan__ReadTexts wish = PAIDAN__READ_TEXTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_READ_TEXTS;
    request.read_texts = &wish;
    wish.has_phones = 1;
    assert_false(intake_service.changes(&request));
    wish.phones = 1;
    assert_true(intake_service.changes(&request));
    wish.has_phones = 0;
    assert_false(intake_service.changes(&request));
    assert_true(trace_golden(&test->trace, "intake_whole_service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_tickets_when_they_live_then_every_field_is_as_golden),
        CASE(test_receipts_when_the_gathering_grows_then_each_ticket_is_found_again),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
        CASE(test_text_when_the_record_names_another_fact_then_corrupt),
        CASE(test_phone_when_it_is_no_number_then_the_complaint_is_taken),
        CASE(test_service_when_asked_about_itself_then_as_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
