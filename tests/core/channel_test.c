/* channel: hearing once, wishing once, and what becomes of it, by a small adapter (post.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/channel/channel_pulse.h"
#include "post.h"
#include "solo.h"

#define START_MS 1800000000000ull

static int setup(void **state)
{
    post_forget();
    post_lose_hook(false);
    *channel_pulse() = (struct channel_pulse){.refused = 0};
    *state = solo_open(&post_service, solo_site(), START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    return 0;
}

/* ---- words ---- */

static const Paidan__Answer *hear(struct solo *solo, uint64_t line, const char *words)
{
    Paidan__Chase wish = PAIDAN__CHASE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = line;
    wish.note = (char *)words;
    request.wish_case = PAIDAN__REQUEST__WISH_CHASE;
    request.chase = &wish;
    return solo_call(solo, &request);
}

static uint64_t heard(struct solo *solo, uint64_t line, const char *words,
                      enum channel_verdict verdict)
{
    const Paidan__Answer *const answer = hear(solo, line, words);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->done->version, verdict);
    return answer->done->seq;
}

static const Paidan__Answer *await(struct solo *solo, uint64_t seq, uint64_t until_ms)
{
    char text[32];
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)seq);
    wish.unit = text;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    return solo_call_until(solo, &request, until_ms);
}

/* What a sender would take now. */
static size_t take(struct solo *solo, struct outbox_delivery *rows, size_t max)
{
    struct outbox_flights flights = {.count = 0};
    struct store_txn *txn = NULL;
    size_t count = 0;
    assert_int_equal(store_begin(solo_store(solo), false, &txn), RC_OK);
    assert_int_equal(outbox_take(txn, post_channel.outbox, solo_site(), solo_now_ms(solo), &flights,
                                 rows, max, &count),
                     RC_OK);
    store_abort(txn);
    return count;
}

static uint64_t take_to(struct solo *solo, const char *to)
{
    struct outbox_delivery rows[8];
    const size_t count = take(solo, rows, 8);
    for (size_t index = 0; index < count; index++) {
        if (strcmp(rows[index].to, to) == 0) {
            return rows[index].seq;
        }
    }
    fail();
    return 0;
}

static Paidan__Code outcome(struct solo *solo, Paidan__DeliveryOutcome *wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DELIVERY_OUTCOME;
    request.delivery_outcome = wish;
    return solo_call(solo, &request)->code;
}

static Paidan__Code answered(struct solo *solo, uint64_t delivery, Paidan__Code code)
{
    Paidan__DeliveryOutcome wish = PAIDAN__DELIVERY_OUTCOME__INIT;
    Paidan__WishAnswered answer = PAIDAN__WISH_ANSWERED__INIT;
    answer.code = (uint32_t)code;
    answer.has_ticket = 1;
    answer.ticket = 4711;
    answer.number = "20270115-0001-6";
    wish.delivery = delivery;
    wish.sent = 1;
    wish.answered = &answer;
    return outcome(solo, &wish);
}

static Paidan__Code not_sent(struct solo *solo, uint64_t delivery, bool unreached)
{
    Paidan__DeliveryOutcome wish = PAIDAN__DELIVERY_OUTCOME__INIT;
    wish.delivery = delivery;
    wish.has_unreached = unreached;
    wish.unreached = unreached;
    wish.reason = "503";
    return outcome(solo, &wish);
}

static Paidan__Code sent(struct solo *solo, uint64_t delivery, const char *reply)
{
    Paidan__DeliveryOutcome wish = PAIDAN__DELIVERY_OUTCOME__INIT;
    wish.delivery = delivery;
    wish.sent = 1;
    wish.has_reply = 1;
    wish.reply = (ProtobufCBinaryData){strlen(reply), (uint8_t *)reply};
    return outcome(solo, &wish);
}

static Paidan__Code by_hand(struct solo *solo, uint64_t delivery, bool drop)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__OutboxRetry retry = PAIDAN__OUTBOX_RETRY__INIT;
    Paidan__OutboxDrop wish = PAIDAN__OUTBOX_DROP__INIT;
    retry.delivery = delivery;
    wish.delivery = delivery;
    wish.note = "moved away";
    request.wish_case =
        drop ? PAIDAN__REQUEST__WISH_OUTBOX_DROP : PAIDAN__REQUEST__WISH_OUTBOX_RETRY;
    if (drop) {
        request.outbox_drop = &wish;
    } else {
        request.outbox_retry = &retry;
    }
    return solo_call(solo, &request)->code;
}

static const Paidan__OutboxListed *list(struct solo *solo, const char *to, bool dead)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__OutboxList wish = PAIDAN__OUTBOX_LIST__INIT;
    wish.to = (char *)to;
    wish.has_dead = dead;
    wish.dead = dead;
    request.wish_case = PAIDAN__REQUEST__WISH_OUTBOX_LIST;
    request.outbox_list = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->outbox_listed;
}

static const Paidan__AdapterShown *status(struct solo *solo)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__AdapterStatus wish = PAIDAN__ADAPTER_STATUS__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_ADAPTER_STATUS;
    request.adapter_status = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->adapter_shown;
}

/* ---- hearing ---- */

static void test_message_when_it_comes_again_then_heard_once(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    const uint64_t first = heard(solo, 5, "m1 leak", CHANNEL_NEW);
    assert_int_equal(heard(solo, 5, "m1 leak", CHANNEL_KNOWN), first);
    const uint64_t second = heard(solo, 5, "m2 leak", CHANNEL_NEW);
    assert_true(second > first);
    assert_int_equal(hear(solo, 5, "m1 other")->code, PAIDAN__CODE__HEARD_DIFFERENT);
    assert_int_equal(solo_tally(solo, "heard"), 2);
    assert_int_equal(solo_tally(solo, "heard_again"), 1);
    assert_int_equal(solo_tally(solo, "wished"), 2);
    solo_restart(solo);
    assert_int_equal(heard(solo, 5, "m1 leak", CHANNEL_KNOWN), first);
    solo_check(solo, "channel_heard");
}

/* Longer than a key of the store: known by its digest too. */
static void test_message_when_two_long_ids_begin_alike_then_two(void **state)
{
    struct solo *const solo = *state;
    char one[160], other[160];
    memset(one, 'x', sizeof one);
    memcpy(one + 127, "1 leak", 7);
    memcpy(other, one, sizeof other);
    other[127] = '2';
    const uint64_t first = heard(solo, 5, one, CHANNEL_NEW);
    assert_true(heard(solo, 5, other, CHANNEL_NEW) > first);
    assert_int_equal(heard(solo, 5, one, CHANNEL_KNOWN), first);
    solo_check_replay(solo);
}

/* ---- wishing ---- */

static void test_wish_when_answered_then_a_fact_and_the_core_goes_on(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    const uint64_t message = heard(solo, 5, "m1 leak", CHANNEL_NEW);
    assert_null(await(solo, message, START_MS + 3000)); /* parked */
    const uint64_t delivery = take_to(solo, "intake");
    assert_int_equal(answered(solo, delivery, PAIDAN__CODE__OK), PAIDAN__CODE__OK);
    const Paidan__Answer *answer = await(solo, message, START_MS + 3000);
    assert_int_equal(answer->done->ticket, 4711);
    assert_int_equal(answer->done->seq, PAIDAN__CODE__OK);
    /* What became of it is told once, whatever the sender says again. */
    assert_int_equal(answered(solo, delivery, PAIDAN__CODE__OK), PAIDAN__CODE__DELIVERY_UNKNOWN);
    assert_int_equal(solo_tally(solo, "wishes_answered"), 1);
    assert_int_equal(solo_tally(solo, "noted"), 1);
    assert_int_equal(sent(solo, take_to(solo, "hook"), "taken"), PAIDAN__CODE__OK);
    assert_string_equal(post_ends(), "hook sent taken;");
    solo_check(solo, "channel_wish");
}

static void test_wish_when_one_of_its_line_is_under_way_then_the_next_waits(void **state)
{
    struct solo *const solo = *state;
    struct outbox_delivery rows[8];
    (void)heard(solo, 5, "m1 leak", CHANNEL_NEW);
    const uint64_t second = heard(solo, 5, "m2 leak", CHANNEL_NEW);
    (void)heard(solo, 6, "m3 leak", CHANNEL_NEW);
    assert_int_equal(take(solo, rows, 8), 2);
    assert_int_equal(answered(solo, rows[0].seq, PAIDAN__CODE__OK), PAIDAN__CODE__OK);
    assert_int_equal(take(solo, rows, 2), 2);
    assert_null(await(solo, second, START_MS + 3000));
}

static void test_wish_when_not_reached_then_tried_for_a_month_and_told_dead_at_last(void **state)
{
    struct solo *const solo = *state;
    const uint64_t message = heard(solo, 5, "m1 leak", CHANNEL_NEW);
    const uint64_t delivery = take_to(solo, "intake");
    for (unsigned attempt = 0; attempt < 100; attempt++) {
        assert_int_equal(not_sent(solo, delivery, true), PAIDAN__CODE__OK);
        solo_advance(solo, 61000);
        assert_int_equal(take_to(solo, "intake"), delivery);
    }
    assert_string_equal(post_ends(), "");
    solo_advance(solo, 30ull * 24 * 3600 * 1000);
    assert_string_equal(post_ends(), "intake dead ;");
    assert_int_equal(by_hand(solo, delivery, false), PAIDAN__CODE__OK);
    assert_int_equal(answered(solo, delivery, PAIDAN__CODE__OK), PAIDAN__CODE__OK);
    assert_int_equal(await(solo, message, 0)->done->ticket, 4711);
    solo_check_replay(solo);
}

/* The request as it will be sent, without what only the bus needs. */
static void test_wish_when_said_then_it_holds_the_request_and_nobody(void **state)
{
    struct solo *const solo = *state;
    const uint64_t message = heard(solo, 5, "m1 leak", CHANNEL_NEW);
    Paidan__Event *const event = solo_fact(solo, PAIDAN__EVENT__FACT_WISHED, 1);
    assert_string_equal(event->wished->service, "intake");
    assert_int_equal(event->wished->of, message);
    Paidan__Request *const request =
        paidan__request__unpack(NULL, event->wished->request.len, event->wished->request.data);
    assert_non_null(request);
    assert_int_equal(request->wish_case, PAIDAN__REQUEST__WISH_SUBMIT);
    assert_string_equal(request->submit->tickets[0]->text, "leak");
    assert_false(request->has_request_id);
    assert_null(request->actor);
    paidan__request__free_unpacked(request, NULL);
    paidan__event__free_unpacked(event, NULL);
}

/* What a service says for now is no answer. */
static void test_answer_when_for_now_then_not_final(void **state)
{
    static const Paidan__Code now[] = {PAIDAN__CODE__OVERLOADED, PAIDAN__CODE__STORAGE_FULL,
                                       PAIDAN__CODE__STARTING,   PAIDAN__CODE__SERVICE_FAULT,
                                       PAIDAN__CODE__FORBIDDEN,  PAIDAN__CODE__WISH_UNSUPPORTED};
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    Paidan__WishAnswered read = PAIDAN__WISH_ANSWERED__INIT;
    (void)state;
    for (size_t index = 0; index < sizeof now / sizeof now[0]; index++) {
        answer.code = now[index];
        assert_false(channel_answer_read(&answer, &read));
    }
    answer.code = PAIDAN__CODE__TEXT_EMPTY;
    answer.detail = "tickets[0].text";
    assert_true(channel_answer_read(&answer, &read));
    assert_int_equal(read.code, PAIDAN__CODE__TEXT_EMPTY);
    Paidan__SubmitResult result = PAIDAN__SUBMIT_RESULT__INIT;
    Paidan__SubmitResult *results[] = {&result};
    Paidan__Submitted submitted = PAIDAN__SUBMITTED__INIT;
    result.code = PAIDAN__CODE__OVERLOADED; /* of the one ticket */
    submitted.n_results = 1;
    submitted.results = results;
    answer = (Paidan__Answer)PAIDAN__ANSWER__INIT;
    answer.body_case = PAIDAN__ANSWER__BODY_SUBMITTED;
    answer.submitted = &submitted;
    assert_false(channel_answer_read(&answer, &read));
    result.code = PAIDAN__CODE__OK;
    result.has_ticket = 1;
    result.ticket = 9;
    result.query_code = "ABC123";
    assert_true(channel_answer_read(&answer, &read));
    assert_int_equal(read.ticket, 9);
    assert_string_equal(read.query_code, "ABC123");
}

/* ---- what people look after ---- */

static void test_delivery_when_dead_then_listed_retried_and_dropped_by_hand(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    (void)heard(solo, 5, "m1 leak", CHANNEL_NEW);
    assert_int_equal(answered(solo, take_to(solo, "intake"), PAIDAN__CODE__OK), PAIDAN__CODE__OK);
    const uint64_t delivery = take_to(solo, "hook");
    assert_int_equal(by_hand(solo, delivery, true), PAIDAN__CODE__DELIVERY_NOT_DEAD);
    assert_int_equal(by_hand(solo, delivery, false), PAIDAN__CODE__DELIVERY_NOT_DEAD);
    assert_int_equal(by_hand(solo, 999, false), PAIDAN__CODE__DELIVERY_UNKNOWN);
    assert_int_equal(by_hand(solo, 0, true), PAIDAN__CODE__DELIVERY_UNKNOWN);
    const Paidan__OutboxListed *listed = list(solo, "hook", false);
    assert_int_equal(listed->n_deliveries, 1);
    assert_string_equal(listed->deliveries[0]->what, "supplemented");
    assert_false(listed->deliveries[0]->dead);
    for (unsigned attempt = 0; attempt < 3; attempt++) {
        assert_int_equal(not_sent(solo, delivery, false), PAIDAN__CODE__OK);
    }
    assert_string_equal(post_ends(), "hook dead ;");
    listed = list(solo, NULL, true);
    assert_int_equal(listed->n_deliveries, 1);
    assert_true(listed->deliveries[0]->dead);
    assert_int_equal(listed->n_destinations, 2);
    post_lose_hook(true);
    assert_int_equal(by_hand(solo, delivery, false), PAIDAN__CODE__DESTINATION_UNKNOWN);
    post_lose_hook(false);
    assert_int_equal(by_hand(solo, delivery, false), PAIDAN__CODE__OK);
    assert_int_equal(list(solo, NULL, true)->n_deliveries, 0);
    solo_advance(solo, POST_AGE_MS); /* too old at last */
    assert_string_equal(post_ends(), "hook dead ;hook dead ;");
    assert_int_equal(by_hand(solo, delivery, true), PAIDAN__CODE__OK);
    assert_int_equal(list(solo, NULL, false)->n_deliveries, 0);
    assert_int_equal(not_sent(solo, delivery, true), PAIDAN__CODE__DELIVERY_UNKNOWN);
    solo_check(solo, "channel_outbox");
}

static void test_delivery_when_it_can_never_be_sent_then_dead_at_once(void **state)
{
    struct solo *const solo = *state;
    Paidan__DeliveryOutcome wish = PAIDAN__DELIVERY_OUTCOME__INIT;
    (void)heard(solo, 5, "m1 leak", CHANNEL_NEW);
    wish.delivery = take_to(solo, "intake");
    wish.has_never = 1;
    wish.never = 1;
    wish.reason = "no such person";
    assert_int_equal(outcome(solo, &wish), PAIDAN__CODE__OK);
    assert_string_equal(post_ends(), "intake dead ;");
    assert_string_equal(list(solo, NULL, true)->destinations[0]->reason, "no such person");
    assert_int_equal(outcome(solo, &wish), PAIDAN__CODE__OK); /* no news */
    assert_string_equal(post_ends(), "intake dead ;");
    solo_check_replay(solo);
}

static void test_status_when_asked_then_what_is_stored_and_what_the_ports_know(void **state)
{
    struct solo *const solo = *state;
    const Paidan__AdapterShown *shown = status(solo);
    assert_string_equal(shown->channel, "wechat");
    assert_false(shown->has_last_heard_ms);
    assert_int_equal(shown->n_destinations, 0);
    (void)heard(solo, 5, "m1 leak", CHANNEL_NEW);
    assert_int_equal(not_sent(solo, take_to(solo, "intake"), true), PAIDAN__CODE__OK);
    channel_pulse()->refused = 7;
    (void)snprintf(channel_pulse()->refused_why, CODE_BYTES_MAX, "SIGNATURE_WRONG");
    struct channel_quota *const quota = channel_pulse_quota("customer_messages");
    assert_ptr_equal(channel_pulse_quota("customer_messages"), quota);
    quota->used = 3;
    quota->limit = 5;
    shown = status(solo);
    assert_int_equal(shown->last_heard_ms, START_MS);
    assert_int_equal(shown->heard, 1);
    assert_int_equal(shown->refused, 7);
    assert_string_equal(shown->refused_why, "SIGNATURE_WRONG");
    assert_int_equal(shown->n_destinations, 1);
    assert_string_equal(shown->destinations[0]->to, "intake");
    assert_string_equal(shown->destinations[0]->reason, "503");
    assert_int_equal(shown->destinations[0]->failed_ms, START_MS);
    assert_true(shown->destinations[0]->rest_until_ms > START_MS);
    assert_int_equal(shown->n_quotas, 1);
    assert_int_equal(shown->quotas[0]->limit, 5);
    assert_false(shown->quotas[0]->has_resets_ms);
    assert_false(shown->has_connected);
}

static void test_quota_when_too_many_then_not_kept(void **state)
{
    char name[16];
    (void)state;
    for (unsigned index = 0; index < QUOTAS_MAX; index++) {
        (void)snprintf(name, sizeof name, "quota%u", index);
        assert_non_null(channel_pulse_quota(name));
    }
    assert_null(channel_pulse_quota("one more"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_message_when_it_comes_again_then_heard_once),
        CASE(test_message_when_two_long_ids_begin_alike_then_two),
        CASE(test_wish_when_answered_then_a_fact_and_the_core_goes_on),
        CASE(test_wish_when_one_of_its_line_is_under_way_then_the_next_waits),
        CASE(test_wish_when_not_reached_then_tried_for_a_month_and_told_dead_at_last),
        CASE(test_wish_when_said_then_it_holds_the_request_and_nobody),
        CASE(test_answer_when_for_now_then_not_final),
        CASE(test_delivery_when_dead_then_listed_retried_and_dropped_by_hand),
        CASE(test_delivery_when_it_can_never_be_sent_then_dead_at_once),
        CASE(test_status_when_asked_then_what_is_stored_and_what_the_ports_know),
        CASE(test_quota_when_too_many_then_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
