/* callback_core: who rang reached nobody 无人接听. */

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

static const Paidan__Answer *miss_as(struct solo *solo, const char *actor, uint64_t ticket,
                                     uint32_t round)
{
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = ticket;
    wish.has_round = round > 0;
    wish.round = round;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_MISS;
    request.callback_miss = &wish;
    request.actor = (char *)actor;
    return solo_call(solo, &request);
}

static void test_miss_when_attempts_are_left_then_asked_again_after_the_pause(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    const Paidan__Answer *answer = miss_as(solo, "test", FIRST, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->callback_missed->attempts, 1);
    assert_true(answer->callback_missed->has_open_ms);
    assert_int_equal(answer->callback_missed->open_ms, START_MS + 2 * HOUR_MS);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0); /* not before */
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_ASKED, 2);
    assert_int_equal(fact->asked->attempt, 2);
    assert_true(fact->asked->missed);
    assert_string_equal(fact->cause->actor, "test"); /* who says so */
    paidan__event__free_unpacked(fact, NULL);
    solo_advance(solo, 2 * HOUR_MS);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    check_totals(solo);
}

static void test_miss_when_it_was_the_last_then_unreached(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    for (uint32_t attempt = 1; attempt <= 3; attempt++) {
        const Paidan__Answer *const answer = miss_as(solo, "test", FIRST, 0);
        assert_int_equal(answer->code, PAIDAN__CODE__OK);
        assert_int_equal(answer->callback_missed->attempts, attempt);
        assert_int_equal(answer->callback_missed->has_open_ms, attempt < 3);
        if (attempt < 3) {
            solo_set_time(solo, answer->callback_missed->open_ms);
        }
    }
    assert_true(show(solo, FIRST)->callback_shown->unreached);
    assert_int_equal(solo_tally(solo, "unreached"), 1);
    Paidan__Event *fact = solo_fact(solo, PAIDAN__EVENT__FACT_UNREACHED, 1);
    assert_int_equal(fact->unreached->attempts, 3);
    assert_true(fact->unreached->missed);
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(miss_as(solo, "test", FIRST, 0)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    check_totals(solo);
}

/* A key pressed twice must not use up what the site allows. */
static void test_miss_when_the_attempt_is_not_open_yet_then_refused(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(miss_as(solo, "test", FIRST, 1)->code, PAIDAN__CODE__OK);
    const Paidan__Answer *answer = miss_as(solo, "test", FIRST, 1);
    assert_int_equal(answer->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(show(solo, FIRST)->callback_shown->attempt, 2);
    check_totals(solo);
}

static void test_miss_when_it_is_not_ones_own_then_refused(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1); /* kept for "test" */
    assert_int_equal(miss_as(solo, "other", FIRST, 0)->code, PAIDAN__CODE__LEASED_BY_OTHER);
    assert_int_equal(miss_as(solo, "", FIRST, 0)->code, PAIDAN__CODE__ACTOR_MISSING);
    assert_int_equal(miss_as(solo, "test", FIRST, 2)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(miss_as(solo, "test", FIRST + 5, 0)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    solo_advance(solo, 11 * MINUTE_MS); /* the lease has ended */
    assert_int_equal(miss_as(solo, "other", FIRST, 1)->code, PAIDAN__CODE__OK);
    check_totals(solo);
}

static const Paidan__Answer *hand(struct solo *solo, const char *channel)
{
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = FIRST;
    wish.has_round = 1;
    wish.round = 1;
    wish.hand_to = (char *)channel;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_MISS;
    request.callback_miss = &wish;
    request.actor = (char *)"test";
    return solo_call(solo, &request);
}

/* An adapter that knows nobody to ask gives the task to those who telephone: at once, in the same attempt. */
static void test_miss_when_handed_to_another_channel_then_asked_there_at_once(void **context)
{
    struct solo *const solo = *context;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    assert_int_equal(hand(solo, "moon")->code, PAIDAN__CODE__CHANNEL_UNKNOWN);
    assert_int_equal(hand(solo, "wechat")->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    const Paidan__Answer *const answer = hand(solo, "hotline");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->callback_missed->open_ms, START_MS);
    assert_int_equal(hand(solo, "hotline")->code, PAIDAN__CODE__CALLBACK_NOT_OPEN); /* again */
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 0);
    const Paidan__CallbackPulled *const pulled = pull(solo, "hotline", 1);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->attempt, 1);
    assert_string_equal(pulled->tasks[0]->channel, "hotline");
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_ASKED, 2);
    assert_string_equal(fact->asked->from_channel, "wechat");
    paidan__event__free_unpacked(fact, NULL);
    assert_int_equal(solo_tally(solo, "asked"), 1); /* no attempt of its own */
    assert_int_equal(solo_tally(solo, "tasks"), 1);
    check_totals(solo);
}

/* 勿扰, told to the channel that asks: nobody else asks him either, and nobody says that he was not reached. */
static void test_miss_when_he_wants_no_questions_then_spared(void **state)
{
    struct solo *const solo = *state;
    Paidan__CallbackMiss wish = PAIDAN__CALLBACK_MISS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    resolve(solo, FIRST, "wechat", 1);
    assert_int_equal(pull(solo, "wechat", 1)->n_tasks, 1);
    wish.ticket = FIRST;
    wish.has_do_not_ask = wish.do_not_ask = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_MISS;
    request.callback_miss = &wish;
    request.actor = (char *)"test";
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_false(answer->callback_missed->has_open_ms);
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_SPARED, 1);
    assert_int_equal(fact->spared->reason, PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    paidan__event__free_unpacked(fact, NULL);
    request.has_request_id = 0; /* another one */
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__CALLBACK_NOT_OPEN);
    assert_int_equal(solo_tally(solo, "unasked"), 1);
    assert_int_equal(solo_tally(solo, "unreached"), 0);
    check_totals(solo);
}

/* 保密: what is answered is not for the unit, in any attempt. */
static void test_confidential_when_asked_again_then_still(void **context)
{
    struct solo *const solo = *context;
    resolve_as(solo, FIRST, "wechat", 1, true);
    const Paidan__CallbackPulled *pulled = pull(solo, "wechat", 1);
    assert_true(pulled->tasks[0]->confidential);
    assert_int_equal(miss_as(solo, "test", FIRST, 1)->code, PAIDAN__CODE__OK);
    solo_advance(solo, 2 * HOUR_MS);
    pulled = pull(solo, "wechat", 1);
    assert_int_equal(pulled->tasks[0]->attempt, 2);
    assert_true(pulled->tasks[0]->confidential);
    check_totals(solo);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_miss_when_attempts_are_left_then_asked_again_after_the_pause),
        TEST(test_miss_when_it_was_the_last_then_unreached),
        TEST(test_miss_when_the_attempt_is_not_open_yet_then_refused),
        TEST(test_miss_when_it_is_not_ones_own_then_refused),
        TEST(test_miss_when_handed_to_another_channel_then_asked_there_at_once),
        TEST(test_miss_when_he_wants_no_questions_then_spared),
        TEST(test_confidential_when_asked_again_then_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
