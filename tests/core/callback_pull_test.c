/* callback_core: handing tasks out to channel adapters, under leases, in order, in time. */

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

/* Hours until 20:00; an answer is waited for four hours, here until midnight. */
static void test_pull_when_calling_hours_ended_then_nothing_until_they_begin(void **context)
{
    struct solo *const solo = *context;
    solo_set_time(solo, START_MS + 10 * HOUR_MS + 50 * MINUTE_MS);
    resolve(solo, FIRST, "wechat", 1);      /* nobody takes it */
    resolve(solo, FIRST + 1, "hotline", 1); /* taken, and the lease lapses after hours */
    assert_int_equal(pull(solo, "hotline", 1)->n_tasks, 1);
    solo_set_time(solo, START_MS + 11 * HOUR_MS + 5 * MINUTE_MS);
    assert_int_equal(pull(solo, "wechat", 5)->n_tasks, 0);
    assert_int_equal(pull(solo, "hotline", 5)->n_tasks, 0);
    assert_null(pull_or_wait(solo, "wechat", 1));
    assert_int_equal(solo_park_at_ms(solo), START_MS + 24 * HOUR_MS);
    assert_null(pull_or_wait(solo, "hotline", 1));
    assert_int_equal(solo_park_at_ms(solo), START_MS + 24 * HOUR_MS);
    assert_int_equal(solo_tally(solo, "asked"), 2);
    solo_advance(solo, 13 * HOUR_MS);
    const Paidan__CallbackPulled *pulled = pull(solo, "wechat", 5);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->attempt, 1); /* the night was no attempt */
    assert_int_equal(pulled->tasks[0]->due_ms, START_MS + 28 * HOUR_MS);
    pulled = pull(solo, "hotline", 5);
    assert_int_equal(pulled->n_tasks, 1);
    assert_int_equal(pulled->tasks[0]->attempt, 2); /* somebody had it, and had its time */
    assert_int_equal(solo_tally(solo, "asked"), 3);
    check_totals(solo);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_pull_when_leased_then_nobody_else_gets_it_until_the_lease_ends),
        CASE(test_pull_when_many_then_earliest_first_and_at_most_max),
        CASE(test_pull_when_nothing_is_open_then_waits_until_the_next_task),
        CASE(test_pull_when_the_attempt_ends_now_then_left_to_its_deadline),
        CASE(test_pull_when_too_many_attempts_end_now_then_none_of_them_is_given),
        CASE(test_pull_when_repeated_with_the_same_id_then_the_same_tasks),
        CASE(test_pull_when_calling_hours_ended_then_nothing_until_they_begin),
        CASE(test_pull_when_a_field_is_wrong_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
