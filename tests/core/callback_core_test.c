/* callback_core: stories of asking residents, taking their answers, and calling tasks off.
 * ctest: valgrind */

#include "callback_wishes.h"

static int setup(void **state)
{
    *state = solo_open(&callback_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

static void test_task_when_it_lives_then_its_trace_is_the_golden_one(void **context)
{
    struct solo *const solo = *context;
    solo_trace(solo);
    solo_note(solo, "resolved in the evening: asked in the morning, through the hotline");
    solo_advance(solo, 11 * HOUR_MS + 30 * MINUTE_MS);
    resolve(solo, FIRST, "device", 1);
    assert_int_equal(pull(solo, "hotline", 10)->n_tasks, 0);
    solo_advance(solo, 12 * HOUR_MS + 30 * MINUTE_MS);
    assert_int_equal(pull(solo, "hotline", 10)->n_tasks, 1);
    solo_note(solo, "nobody answers in the lease: pulled again");
    solo_advance(solo, 10 * MINUTE_MS);
    assert_int_equal(pull(solo, "hotline", 10)->n_tasks, 1);
    solo_restart(solo);
    solo_note(solo, "three attempts, each in calling hours, then unreached");
    solo_advance(solo, 48 * HOUR_MS);

    solo_note(solo, "unsolved: reopened, asked again about the second closure");
    resolve(solo, FIRST + 1, "wechat", 1);
    Paidan__CallbackReply item =
        reply(FIRST + 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    item.note = (char *)"还在漏";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    reopen(solo, FIRST + 1, 2);
    solo_advance(solo, HOUR_MS);
    resolve(solo, FIRST + 1, "wechat", 2);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    assert_int_equal(
        answer(solo, FIRST + 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR),
        PAIDAN__CODE__OK);
    close_ticket(solo, FIRST + 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);

    solo_note(solo, "taken back while being asked; heard twice, cancelled once");
    resolve(solo, FIRST + 2, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    withdraw(solo, FIRST + 2);
    close_ticket(solo, FIRST + 2, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);

    solo_note(solo, "taken back; the closure comes later and is not asked about");
    withdraw(solo, FIRST + 3);
    resolve(solo, FIRST + 3, "wechat", 1);
    withdraw(solo, FIRST + 3);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0);
    assert_int_equal(show(solo, FIRST + 3)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(
        answer(solo, FIRST + 3, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__CALLBACK_NOT_OPEN);
    close_ticket(solo, FIRST + 3, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);

    solo_note(solo, "unsolved and taken back: no second question; the answer can still be read");
    resolve(solo, FIRST + 4, "wechat", 1);
    assert_int_equal(
        answer(solo, FIRST + 4, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO),
        PAIDAN__CODE__OK);
    withdraw(solo, FIRST + 4);
    reopen(solo, FIRST + 4, 2);
    resolve(solo, FIRST + 4, "wechat", 2);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0);
    assert_int_equal(show(solo, FIRST + 4)->callback_shown->solved, PAIDAN__SOLVED__SOLVED_NO);

    solo_note(solo, "the same closure again is refused");
    resolve(solo, FIRST + 1, "wechat", 2);
    assert_int_equal(solo_tally(solo, "unreached"), 1);
    assert_int_equal(solo_tally(solo, "cancelled"), 1);
    assert_int_equal(solo_tally(solo, "answered"), 3);
    assert_int_equal(solo_tally(solo, "tasks"), 5);
    assert_int_equal(solo_tally(solo, "records_refused"), 1);
    check_totals(solo);
    solo_check(solo, "callback_story");
}

static void test_answer_when_not_pulled_or_not_yet_open_then_taken(void **context)
{
    struct solo *const solo = *context;
    solo_set_time(solo, START_MS + 12 * HOUR_MS); /* 21:00: opens in the morning */
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(
        answer(solo, FIRST, PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__OK);
    const uint64_t head = solo_head(solo);
    solo_advance(solo, 72 * HOUR_MS); /* no deadline is left */
    assert_int_equal(solo_head(solo), head);
    assert_int_equal(solo_tally(solo, "solved_partly"), 1);
    assert_int_equal(solo_tally(solo, "satisfied_yes"), 1);
    check_totals(solo);
}

static void test_answer_when_kept_for_another_then_refused_until_the_lease_lapses(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1); /* for "test" */
    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    const Paidan__WorkResult *result = answer_as(solo, "李雷", &item);
    assert_int_equal(result->code, PAIDAN__CODE__LEASED_BY_OTHER);
    assert_string_equal(result->actor, "test");
    assert_string_equal(result->did, "handed");
    assert_true(result->has_until_ms);
    solo_set_time(solo, result->until_ms - 1);
    assert_int_equal(answer_as(solo, "李雷", &item)->code, PAIDAN__CODE__LEASED_BY_OTHER);
    solo_set_time(solo, result->until_ms);
    assert_int_equal(answer_as(solo, "李雷", &item)->code, PAIDAN__CODE__OK);
    /* The first one hears who was faster. */
    item.solved = PAIDAN__SOLVED__SOLVED_NO;
    result = answer_as(solo, "test", &item);
    assert_int_equal(result->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_string_equal(result->actor, "李雷");
    assert_string_equal(result->did, "answered");
    assert_true(result->has_at_ms);

    /* Its holder answers within the lease. */
    resolve(solo, FIRST + 1, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    item = reply(FIRST + 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    assert_int_equal(answer_as(solo, "test", &item)->code, PAIDAN__CODE__OK);
    check_totals(solo);
}

static void test_answer_when_it_cannot_be_taken_then_its_code_says_why(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    resolve(solo, FIRST + 1, "wechat", 1);
    withdraw(solo, FIRST + 1);

    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    item.has_round = 1;
    item.round = 2;
    const Paidan__WorkResult *result = answer_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_string_equal(result->detail, "round");
    item.round = 1;
    item.note = (char *)"好";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    result = answer_one(solo, &item); /* again, under another request id */
    assert_int_equal(result->code, PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(result->ticket, FIRST);
    item.satisfied = PAIDAN__SATISFIED__SATISFIED_NO;
    result = answer_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_string_equal(result->detail, "ANSWERED");

    assert_int_equal(
        answer(solo, FIRST + 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(
        answer(solo, FIRST + 2, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES),
        PAIDAN__CODE__CALLBACK_NOT_OPEN);
    resolve(solo, FIRST + 3, "wechat", 1);
    solo_advance(solo, 96 * HOUR_MS);
    solo_advance(solo, 7 * 24 * HOUR_MS); /* nor does it count as a late one any more */
    item = reply(FIRST + 3, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    result = answer_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__CALLBACK_TOO_LATE);
    assert_string_equal(result->detail, "UNREACHED");
    assert_int_equal(solo_tally(solo, "answered"), 1);
    check_totals(solo);
}

static void test_answer_when_a_batch_then_each_is_judged_alone(void **context)
{
    struct solo *const solo = *context;
    static Paidan__CallbackReply items[WORK_ITEMS_MAX + 1];
    static Paidan__CallbackReply *replies[WORK_ITEMS_MAX + 1];
    for (uint64_t index = 0; index <= WORK_ITEMS_MAX; index++) {
        items[index] =
            reply(FIRST + index, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
        replies[index] = &items[index];
        if (index % 2 == 0) {
            resolve(solo, FIRST + index, "wechat", 1);
        }
    }
    items[2].ticket = FIRST; /* the same ticket twice in one batch */
    char *const note = calloc(1, NOTE_BYTES_MAX + 2);
    assert_non_null(note);
    memset(note, 'x', NOTE_BYTES_MAX + 1);
    items[4].note = note;
    assert_int_equal(answer_list(solo, replies, WORK_ITEMS_MAX + 1)->code,
                     PAIDAN__CODE__TOO_MANY_ITEMS);
    assert_int_equal(answer_list(solo, replies, 0)->code, PAIDAN__CODE__FIELD_INVALID);
    const Paidan__Answer *const answered = answer_list(solo, replies, WORK_ITEMS_MAX);
    Paidan__WorkResult **const results = answered->callback_answered->results;
    assert_int_equal(answered->callback_answered->n_results, WORK_ITEMS_MAX);
    assert_int_equal(results[0]->code, PAIDAN__CODE__OK);
    assert_int_equal(results[1]->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(results[2]->code, PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(results[4]->code, PAIDAN__CODE__FIELD_TOO_LONG);
    assert_int_equal(results[998]->code, PAIDAN__CODE__OK);
    free(note);
    assert_int_equal(solo_tally(solo, "answered"), WORK_ITEMS_MAX / 2 - 2);
    check_totals(solo);
}

static void test_task_when_the_ticket_moves_on_then_cancelled(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    resolve(solo, FIRST + 1, "wechat", 1);
    resolve(solo, FIRST + 2, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    reopen(solo, FIRST, 2);
    close_ticket(solo, FIRST + 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    withdraw(solo, FIRST + 2);
    assert_int_equal(solo_tally(solo, "cancelled"), 3);
    assert_int_equal(solo_tally(solo, "open"), 0);
    assert_int_equal(pull(solo, "wechat", 10)->n_tasks, 0);
    resolve(solo, FIRST, "wechat", 2);
    const Paidan__CallbackPulled *const pulled = pull(solo, "wechat", 10);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->round, 2);
    /* A round that is open already, and one that is over. */
    resolve(solo, FIRST, "wechat", 3);
    resolve(solo, FIRST + 1, "wechat", 1);
    assert_int_equal(solo_tally(solo, "records_refused"), 2);
    /* Tickets that were never resolved come and go without a callback; that they were taken back
     * is kept, once. */
    const uint64_t head = solo_head(solo);
    reopen(solo, FIRST + 8, 2);
    close_ticket(solo, FIRST + 9, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(solo_head(solo), head);
    withdraw(solo, FIRST + 7);
    close_ticket(solo, FIRST + 7, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    assert_int_equal(solo_head(solo), head + 1);
    assert_int_equal(solo_tally(solo, "cancelled"), 3);
    check_totals(solo);
}

static void test_show_when_asked_then_the_newest_round(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(show(solo, FIRST)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    resolve(solo, FIRST, "wechat", 1);
    const Paidan__CallbackShown *shown = show(solo, FIRST)->callback_shown;
    assert_true(shown->open);
    assert_int_equal(shown->due_ms, START_MS + 4 * HOUR_MS);
    assert_false(shown->has_solved);
    Paidan__CallbackReply item =
        reply(FIRST, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_FAIR);
    item.note = (char *)"没修好，打 13812345678 找我";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    shown = show(solo, FIRST)->callback_shown;
    assert_false(shown->open);
    assert_false(shown->has_due_ms);
    assert_int_equal(shown->solved, PAIDAN__SOLVED__SOLVED_NO);
    assert_int_equal(shown->satisfied, PAIDAN__SATISFIED__SATISFIED_FAIR);
    assert_string_equal(shown->note, "没修好，打 *** 找我");
    assert_false(shown->has_unreached);
    resolve(solo, FIRST, "wechat", 2);
    shown = show(solo, FIRST)->callback_shown;
    assert_true(shown->open);
    assert_int_equal(shown->round, 2);
    assert_null(shown->note); /* of the round before */
    solo_advance(solo, 96 * HOUR_MS);
    shown = show(solo, FIRST)->callback_shown;
    assert_true(shown->has_unreached && shown->unreached);
    assert_int_equal(shown->attempt, 3);
    check_totals(solo);
}

static void test_list_when_paged_then_each_open_task_once(void **context)
{
    struct solo *const solo = *context;
    for (uint64_t index = 0; index < 10; index++) {
        resolve(solo, FIRST + index, index % 2 == 0 ? "wechat" : "hotline", 1);
    }
    assert_int_equal(pull(solo, "wechat", 2)->n_tasks, 2); /* handed out, but still open */
    withdraw(solo, FIRST + 4);
    static const struct {
        const char *channel;
        size_t count;
    } cases[] = {{"wechat", 4}, {"hotline", 5}, {NULL, 9}, {"device", 0}};
    for (size_t at = 0; at < sizeof cases / sizeof cases[0]; at++) {
        bool seen[10] = {false};
        size_t count = 0;
        uint64_t cursor = 0;
        do {
            const Paidan__Answer *const page = list(solo, cases[at].channel, cursor, 2);
            assert_int_equal(page->code, PAIDAN__CODE__OK);
            for (size_t index = 0; index < page->callback_pulled->n_tasks; index++) {
                const uint64_t ticket = page->callback_pulled->tasks[index]->ticket;
                assert_false(seen[ticket - FIRST]);
                seen[ticket - FIRST] = true;
                count++;
            }
            cursor = page->callback_pulled->has_next ? page->callback_pulled->next : 0;
        } while (cursor > 0);
        assert_int_equal(count, cases[at].count);
        assert_false(seen[4]);
    }
    assert_int_equal(list(solo, "nowhere", 0, 2)->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(list(solo, NULL, FIRST + 99, 2)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(list(solo, "wechat", UINT64_MAX, 2)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(list(solo, NULL, 0, 0)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(list(solo, NULL, 0, LIST_MAX + 1)->code, PAIDAN__CODE__FIELD_INVALID);
    /* A page may begin after a task that is over by now. */
    assert_int_equal(list(solo, "wechat", FIRST + 4, 9)->callback_pulled->n_tasks, 2);
}

/* Whichever write finds the disk full: the step is undone as a whole, and done once there is room.
 */
static void test_step_when_any_write_finds_no_space_then_undone_and_done_later(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    resolve(solo, FIRST + 1, "wechat", 1);
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, "wechat", 2);
    unsigned failures = 0;
    while (solo_try_full(solo, &request, failures + 1)) {
        failures++;
        assert_int_equal(solo_tally(solo, "handed"), 0);
        solo_check_replay(solo);
    }
    assert_true(failures > 5);
    assert_int_equal(solo_tally(solo, "handed"), 2);
    solo_set_time(solo, START_MS + 4 * HOUR_MS); /* both attempts end */
    for (failures = 0; solo_try_full(solo, NULL, failures + 1); failures++) {
        assert_int_equal(solo_tally(solo, "asked"), 2);
    }
    assert_true(failures > 5);
    assert_int_equal(solo_tally(solo, "asked"), 4);
    check_totals(solo);
}

/* Folding refuses facts that contradict the tables instead of guessing. */
static void test_evolve_when_a_fact_contradicts_the_tables_then_corrupt(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {[0] = 9, [8] = 9, [12] = 9}};
    assert_int_equal(store_begin(solo_store(solo), true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Unreached unreached = PAIDAN__UNREACHED__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_UNREACHED;
    event.unreached = &unreached;
    event.ticket = FIRST;
    event.has_prev_seq = 1;
    event.prev_seq = 2;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* of no ticket */
    event.has_ticket = 1;
    event.prev_seq = 1;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* chain broken */
    event.ticket = FIRST + 1;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* no task */
    Paidan__Asked asked = PAIDAN__ASKED__INIT;
    asked.attempt = 1;
    asked.round = 2;
    asked.channel = (char *)"wechat";
    event.ticket = FIRST;
    event.fact_case = PAIDAN__EVENT__FACT_ASKED;
    event.asked = &asked;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* open already */
    uint64_t tickets[] = {FIRST + 1};
    Paidan__Handed handed = PAIDAN__HANDED__INIT;
    handed.n_tickets = 1;
    handed.tickets = tickets;
    handed.holder = (char *)"a";
    event.fact_case = PAIDAN__EVENT__FACT_HANDED;
    event.handed = &handed;
    handed.tickets[0] = FIRST;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* it is about many */
    handed.tickets[0] = FIRST + 1;
    event.has_ticket = event.has_prev_seq = 0;
    event.prev_seq = 0;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* not open */
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    assert_int_equal(callback_service.evolve(&fold, 9, &event), RC_CORRUPT); /* not ours */
    store_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_task_when_it_lives_then_its_trace_is_the_golden_one),
        CASE(test_answer_when_not_pulled_or_not_yet_open_then_taken),
        CASE(test_answer_when_kept_for_another_then_refused_until_the_lease_lapses),
        CASE(test_answer_when_it_cannot_be_taken_then_its_code_says_why),
        CASE(test_answer_when_a_batch_then_each_is_judged_alone),
        CASE(test_task_when_the_ticket_moves_on_then_cancelled),
        CASE(test_show_when_asked_then_the_newest_round),
        CASE(test_list_when_paged_then_each_open_task_once),
        CASE(test_step_when_any_write_finds_no_space_then_undone_and_done_later),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
