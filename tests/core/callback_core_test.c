/* callback_core: stories of asking residents, handing tasks out, and taking their answers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "callback.h"
#include "solo.h"

/* 2026-11-22 09:00 in +08:00: calling hours begin. */
#define START_MS 1795309200000ull
#define MINUTE_MS 60000ull
#define HOUR_MS 3600000ull
#define FIRST 2026112200000001ull

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

/* ---- what others say ---------------------------------------------------------------------------
 */

static void resolve(struct solo *solo, uint64_t ticket, const char *channel, uint32_t round)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    fact.channel = (char *)channel;
    fact.round = round;
    fact.unit = (char *)"b.any";
    fact.note = (char *)"已处理";
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void reopen(struct solo *solo, uint64_t ticket, uint32_t round)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    fact.round = round;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void close_ticket(struct solo *solo, uint64_t ticket, Paidan__Outcome outcome)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    solo_say(solo, "escalation", &event);
    (void)solo_flush(solo, NULL);
}

static void withdraw(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    event.has_ticket = 1;
    event.ticket = ticket;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    solo_say(solo, "intake", &event);
    (void)solo_flush(solo, NULL);
}

/* ---- wishes ------------------------------------------------------------------------------------
 */

static void fill_pull(Paidan__Request *request, Paidan__CallbackPull *wish, const char *channel,
                      uint32_t max)
{
    paidan__callback_pull__init(wish);
    wish->channel = (char *)channel;
    wish->has_max = max > 0;
    wish->max = max;
    paidan__request__init(request);
    request->wish_case = PAIDAN__REQUEST__WISH_CALLBACK_PULL;
    request->callback_pull = wish;
}

/* NULL: it waits, up to an hour. */
static const Paidan__Answer *pull_or_wait(struct solo *solo, const char *channel, uint32_t max)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, max);
    return solo_call_until(solo, &request, solo_now_ms(solo) + HOUR_MS);
}

static const Paidan__CallbackPulled *pull(struct solo *solo, const char *channel, uint32_t max)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, max);
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->callback_pulled;
}

static Paidan__CallbackReply reply(uint64_t ticket, Paidan__Solved solved,
                                   Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply item = PAIDAN__CALLBACK_REPLY__INIT;
    item.ticket = ticket;
    item.solved = solved;
    item.satisfied = satisfied;
    return item;
}

static const Paidan__Answer *answer_list(struct solo *solo, Paidan__CallbackReply **list,
                                         size_t count)
{
    Paidan__CallbackAnswer wish = PAIDAN__CALLBACK_ANSWER__INIT;
    wish.replies = list;
    wish.n_replies = count;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
    request.callback_answer = &wish;
    return solo_call(solo, &request);
}

static const Paidan__WorkResult *answer_one(struct solo *solo, Paidan__CallbackReply *item)
{
    const Paidan__Answer *const answer = answer_list(solo, &item, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->callback_answered->n_results, 1);
    return answer->callback_answered->results[0];
}

static Paidan__Code answer(struct solo *solo, uint64_t ticket, Paidan__Solved solved,
                           Paidan__Satisfied satisfied)
{
    Paidan__CallbackReply item = reply(ticket, solved, satisfied);
    return answer_one(solo, &item)->code;
}

static const Paidan__Answer *show(struct solo *solo, uint64_t ticket)
{
    Paidan__CallbackShow wish = PAIDAN__CALLBACK_SHOW__INIT;
    wish.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_SHOW;
    request.callback_show = &wish;
    return solo_query(solo, &request);
}

static const Paidan__Answer *list(struct solo *solo, const char *channel, uint64_t cursor,
                                  uint32_t limit)
{
    Paidan__CallbackList wish = PAIDAN__CALLBACK_LIST__INIT;
    wish.channel = (char *)channel;
    wish.has_cursor = cursor > 0;
    wish.cursor = cursor;
    wish.has_limit = 1;
    wish.limit = limit;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_LIST;
    request.callback_list = &wish;
    return solo_query(solo, &request);
}

/* tasks = answered + unreached + cancelled + open, and the marks add up. */
static void check_totals(struct solo *solo)
{
    const uint64_t answered = solo_tally(solo, "answered");
    assert_int_equal(solo_tally(solo, "tasks"), answered + solo_tally(solo, "unreached") +
                                                    solo_tally(solo, "cancelled") +
                                                    solo_tally(solo, "open"));
    assert_int_equal(answered, solo_tally(solo, "solved_yes") + solo_tally(solo, "solved_partly") +
                                   solo_tally(solo, "solved_no"));
    assert_int_equal(answered, solo_tally(solo, "satisfied_yes") +
                                   solo_tally(solo, "satisfied_fair") +
                                   solo_tally(solo, "satisfied_no"));
    solo_check_replay(solo);
}

/* ---- stories -----------------------------------------------------------------------------------
 */

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

    solo_note(solo, "the same closure again is refused");
    resolve(solo, FIRST + 1, "wechat", 2);
    assert_int_equal(solo_tally(solo, "unreached"), 1);
    assert_int_equal(solo_tally(solo, "cancelled"), 1);
    assert_int_equal(solo_tally(solo, "answered"), 2);
    assert_int_equal(solo_tally(solo, "tasks"), 4);
    assert_int_equal(solo_tally(solo, "records_refused"), 1);
    check_totals(solo);
    solo_check(solo, "callback_story");
}

static void test_pull_when_leased_then_nobody_else_gets_it_until_the_lease_ends(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    const Paidan__CallbackPulled *pulled = pull(solo, "wechat", 5);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->lease_until_ms, START_MS + 10 * MINUTE_MS);
    assert_string_equal(pulled->tasks[0]->holder, "test");
    assert_string_equal(pulled->tasks[0]->unit, "b.any");
    assert_int_equal(pulled->tasks[0]->until_ms, START_MS + 10 * MINUTE_MS);
    assert_int_equal(pull(solo, "wechat", 5)->n_tasks, 0);
    solo_set_time(solo, START_MS + 10 * MINUTE_MS - 1);
    assert_int_equal(pull(solo, "wechat", 5)->n_tasks, 0);
    solo_set_time(solo, START_MS + 10 * MINUTE_MS);
    pulled = pull(solo, "wechat", 5);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->attempt, 1);
    assert_int_equal(solo_tally(solo, "handed"), 2);
    check_totals(solo);
}

static void test_pull_when_many_then_earliest_first_and_at_most_max(void **context)
{
    struct solo *const solo = *context;
    for (uint64_t index = 0; index < 5; index++) {
        resolve(solo, FIRST + 4 - index, "wechat", 1);
        solo_advance(solo, MINUTE_MS);
    }
    resolve(solo, FIRST + 9, "hotline", 1);
    const Paidan__CallbackPulled *pulled = pull(solo, "wechat", 3);
    assert_int_equal(pulled->n_tasks, 3);
    assert_int_equal(pulled->tasks[0]->ticket, FIRST + 4);
    assert_int_equal(pulled->tasks[1]->ticket, FIRST + 3);
    assert_int_equal(pulled->tasks[2]->ticket, FIRST + 2);
    pulled = pull(solo, "wechat", 0); /* one by default */
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->ticket, FIRST + 1);
    check_totals(solo);
}

static void test_pull_when_nothing_is_open_then_waits_until_the_next_task(void **context)
{
    struct solo *const solo = *context;
    assert_null(pull_or_wait(solo, "wechat", 1));
    assert_int_equal(solo_park_at_ms(solo), 0); /* none known: only a new task wakes it */
    resolve(solo, FIRST, "wechat", 1);
    assert_true(solo_woke(solo, "wechat"));
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    assert_null(pull_or_wait(solo, "wechat", 1)); /* until the lease ends */
    assert_int_equal(solo_park_at_ms(solo), START_MS + 10 * MINUTE_MS);
    /* Its own time is over: an empty answer. */
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, "wechat", 1);
    const Paidan__Answer *const empty = solo_call_until(solo, &request, solo_now_ms(solo));
    assert_int_equal(empty->callback_pulled->n_tasks, 0);
    assert_false(empty->callback_pulled->has_lease_until_ms);
    /* A task that opens in the morning is waited for as such. */
    solo_set_time(solo, START_MS + 11 * HOUR_MS + 30 * MINUTE_MS);
    resolve(solo, FIRST + 1, "hotline", 1);
    assert_null(pull_or_wait(solo, "hotline", 1));
    assert_int_equal(solo_park_at_ms(solo), START_MS + 24 * HOUR_MS);
    check_totals(solo);
}

static void test_pull_when_the_attempt_ends_now_then_left_to_its_deadline(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    solo_set_time(solo, START_MS + 4 * HOUR_MS); /* 13:00: ends now, next from 15:00 */
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0);
    assert_int_equal(show(solo, FIRST)->callback_shown->attempt, 2);
    assert_null(pull_or_wait(solo, "wechat", 1));
    assert_int_equal(solo_park_at_ms(solo), START_MS + 6 * HOUR_MS);
    check_totals(solo);
}

/* More attempts end at one moment than a step takes deadlines: those left over are not handed out
 * for an attempt that is over. */
static void test_pull_when_too_many_attempts_end_now_then_none_of_them_is_given(void **context)
{
    struct solo *const solo = *context;
    enum { COUNT = STEP_DUE_MAX + 3 };
    for (uint64_t index = 0; index < COUNT; index++) {
        resolve(solo, FIRST + index, "wechat", 1);
    }
    solo_set_time(solo, START_MS + 4 * HOUR_MS);
    assert_int_equal(pull(solo, "wechat", PULL_MAX)->n_tasks, 0);
    assert_int_equal(solo_tally(solo, "asked"), COUNT + STEP_DUE_MAX);
    assert_int_equal(pull(solo, "wechat", PULL_MAX)->n_tasks, 0);
    assert_int_equal(solo_tally(solo, "asked"), 2 * COUNT);
    solo_advance(solo, 2 * HOUR_MS);
    assert_int_equal(pull(solo, "wechat", PULL_MAX)->n_tasks, PULL_MAX);
    check_totals(solo);
}

static void test_pull_when_repeated_with_the_same_id_then_the_same_tasks(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    resolve(solo, FIRST + 1, "wechat", 1);
    Paidan__CallbackPull wish;
    Paidan__Request request;
    uint8_t id[REQUEST_ID_BYTES] = "the-same-id-yes";
    for (unsigned round = 0; round < 2; round++) {
        fill_pull(&request, &wish, "wechat", 1);
        request.has_request_id = 1;
        request.request_id = (ProtobufCBinaryData){sizeof id, id};
        const Paidan__Answer *const answered = solo_call(solo, &request);
        assert_int_equal(answered->callback_pulled->n_tasks, 1);
        assert_int_equal(answered->callback_pulled->tasks[0]->ticket, FIRST);
        solo_restart(solo);
    }
    assert_int_equal(solo_tally(solo, "handed"), 1);
    check_totals(solo);
}

static Paidan__Code pull_code(struct solo *solo, const char *channel, uint32_t max,
                              uint32_t wait_ms, uint32_t lease_ms, const char *actor)
{
    Paidan__CallbackPull wish;
    Paidan__Request request;
    fill_pull(&request, &wish, channel, 0);
    wish.has_max = 1;
    wish.max = max;
    wish.has_wait_ms = 1;
    wish.wait_ms = wait_ms;
    wish.has_lease_ms = 1;
    wish.lease_ms = lease_ms;
    request.actor = (char *)actor;
    return solo_call(solo, &request)->code;
}

static void test_pull_when_a_field_is_wrong_then_refused(void **context)
{
    struct solo *const solo = *context;
    assert_int_equal(pull_code(solo, "wechat", PULL_MAX, PULL_WAIT_MS_MAX, HOUR_MS, "a"),
                     PAIDAN__CODE__OK);
    assert_int_equal(pull_code(solo, "wechat", PULL_MAX + 1, 0, 1, "a"),
                     PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(pull_code(solo, "wechat", 0, 0, 1, "a"), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(pull_code(solo, "wechat", 1, PULL_WAIT_MS_MAX + 1, 1, "a"),
                     PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(pull_code(solo, "wechat", 1, 0, 0, "a"), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(pull_code(solo, "wechat", 1, 0, HOUR_MS + 1, "a"),
                     PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(pull_code(solo, "nowhere", 1, 0, 1, "a"), PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(pull_code(solo, "wechat", 1, 0, 1, ""), PAIDAN__CODE__ACTOR_MISSING);
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
    item = reply(FIRST + 3, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    result = answer_one(solo, &item);
    assert_int_equal(result->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
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
    /* Tickets that were never resolved come and go without a callback. */
    const uint64_t head = solo_head(solo);
    withdraw(solo, FIRST + 7);
    reopen(solo, FIRST + 8, 2);
    close_ticket(solo, FIRST + 9, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
    assert_int_equal(solo_head(solo), head);
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
    item.note = (char *)"没修好";
    assert_int_equal(answer_one(solo, &item)->code, PAIDAN__CODE__OK);
    shown = show(solo, FIRST)->callback_shown;
    assert_false(shown->open);
    assert_false(shown->has_due_ms);
    assert_int_equal(shown->solved, PAIDAN__SOLVED__SOLVED_NO);
    assert_int_equal(shown->satisfied, PAIDAN__SATISFIED__SATISFIED_FAIR);
    assert_string_equal(shown->note, "没修好");
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
    assert_int_equal(list(solo, NULL, 0, 0)->code, PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(list(solo, NULL, 0, LIST_MAX + 1)->code, PAIDAN__CODE__FIELD_INVALID);
    /* A page may begin after a task that is over by now. */
    assert_int_equal(list(solo, "wechat", FIRST + 4, 9)->callback_pulled->n_tasks, 2);
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
        CASE(test_pull_when_leased_then_nobody_else_gets_it_until_the_lease_ends),
        CASE(test_pull_when_many_then_earliest_first_and_at_most_max),
        CASE(test_pull_when_nothing_is_open_then_waits_until_the_next_task),
        CASE(test_pull_when_the_attempt_ends_now_then_left_to_its_deadline),
        CASE(test_pull_when_too_many_attempts_end_now_then_none_of_them_is_given),
        CASE(test_pull_when_repeated_with_the_same_id_then_the_same_tasks),
        CASE(test_pull_when_a_field_is_wrong_then_refused),
        CASE(test_answer_when_not_pulled_or_not_yet_open_then_taken),
        CASE(test_answer_when_it_cannot_be_taken_then_its_code_says_why),
        CASE(test_answer_when_a_batch_then_each_is_judged_alone),
        CASE(test_task_when_the_ticket_moves_on_then_cancelled),
        CASE(test_show_when_asked_then_the_newest_round),
        CASE(test_list_when_paged_then_each_open_task_once),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
