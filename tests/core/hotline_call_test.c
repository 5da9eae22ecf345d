/* hotline_call: who rings is told masked, who takes a call is told its number, once each and on record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hotline.h"
#include "solo.h"

#define START_MS 1795309200000ull
#define CALLER "13812340001"

static struct site *site;

static int setup(void **state)
{
    site = solo_site_load("hotline");
    *state = solo_open(&hotline_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    site_free(site);
    return 0;
}

static void tell(struct solo *solo, const char *id, Paidan__CallStep step, const char *from)
{
    char *users[] = {"zhao"};
    Paidan__HotlineCalled called = PAIDAN__HOTLINE_CALLED__INIT;
    Paidan__HotlineCall wish = PAIDAN__HOTLINE_CALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    called.call_id = (char *)id;
    called.step = step;
    called.from = (char *)from;
    called.n_users = 1;
    called.users = users;
    wish.call = &called;
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_CALL;
    request.hotline_call = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
}

static const Paidan__CallsListed *list(struct solo *solo, uint64_t after)
{
    Paidan__CallList wish = PAIDAN__CALL_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_after = 1;
    wish.after = after;
    request.wish_case = PAIDAN__REQUEST__WISH_CALL_LIST;
    request.call_list = &wish;
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->calls_listed;
}

static const Paidan__Answer *take(struct solo *solo, const char *id, const char *actor, bool over)
{
    Paidan__CallTake wish = PAIDAN__CALL_TAKE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.channel = "hotline";
    wish.call_id = (char *)id;
    wish.has_over = wish.over = over;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_CALL_TAKE;
    request.call_take = &wish;
    return solo_call(solo, &request);
}

static void test_call_when_it_rings_then_its_number_is_masked(void **state)
{
    struct solo *const solo = *state;
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_RINGS, CALLER);
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_RINGS, CALLER); /* told twice */
    const Paidan__CallsListed *listed = list(solo, 0);
    assert_int_equal(listed->n_calls, 1);
    assert_string_equal(listed->calls[0]->call->from, "138****0001");
    assert_string_equal(listed->calls[0]->call->users[0], "zhao");
    assert_int_equal(list(solo, listed->next)->n_calls, 0);
    solo_check_replay(solo);
}

static void test_call_when_outward_then_the_called_number_is_masked_until_it_is_taken(void **state)
{
    struct solo *const solo = *state;
    Paidan__HotlineCalled called = PAIDAN__HOTLINE_CALLED__INIT;
    Paidan__HotlineCall wish = PAIDAN__HOTLINE_CALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    called.call_id = "c-1";
    called.step = PAIDAN__CALL_STEP__CALL_RINGS;
    called.from = "8801";
    called.to = CALLER;
    called.has_outward = called.outward = true;
    wish.call = &called;
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_CALL;
    request.hotline_call = &wish;
    assert_int_equal(solo_call(solo, &request)->code, PAIDAN__CODE__OK);
    const Paidan__CallsListed *const listed = list(solo, 0);
    assert_int_equal(listed->n_calls, 1);
    assert_string_equal(listed->calls[0]->call->to, "138****0001");
    assert_string_equal(listed->calls[0]->call->from, "***");
    assert_string_equal(take(solo, "c-1", "wang.fang", false)->call_taken->to, CALLER);
    solo_check_replay(solo);
}

static void test_call_when_taken_then_the_number_is_told_and_that_is_a_fact(void **state)
{
    struct solo *const solo = *state;
    tell(solo, "c-0", PAIDAN__CALL_STEP__CALL_RINGS, "13900000000");
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_RINGS, CALLER);
    const Paidan__Answer *answer = take(solo, "c-1", "wang.fang", false);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_string_equal(answer->call_taken->from, CALLER);
    assert_int_equal(answer->call_taken->rang_ms, START_MS);
    Paidan__Event *const fact = solo_fact(solo, PAIDAN__EVENT__FACT_HOTLINE_CALLED, 3);
    assert_int_equal(fact->hotline_called->step, PAIDAN__CALL_STEP__CALL_PICKED);
    assert_string_equal(fact->hotline_called->users[0], "wang.fang");
    assert_string_equal(fact->cause->actor, "wang.fang");
    assert_null(fact->hotline_called->from);
    paidan__event__free_unpacked(fact, NULL);
    /* A page that is loaded anew asks again: told, and no second fact. */
    assert_string_equal(take(solo, "c-1", "wang.fang", false)->call_taken->from, CALLER);
    assert_int_equal(solo_tally(solo, "calls_picked"), 1);
    solo_restart(solo);
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_OVER, NULL);
    assert_string_equal(take(solo, "c-1", "wang.fang", false)->call_taken->from, CALLER);
    const Paidan__CallsListed *const listed = list(solo, 0);
    assert_int_equal(listed->n_calls, 4);
    assert_string_equal(listed->calls[2]->call->users[0], "wang.fang");
    solo_check_replay(solo);
}

static void test_call_when_another_has_it_then_only_by_taking_it_over(void **state)
{
    struct solo *const solo = *state;
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_TAKEN, CALLER); /* that it rang was never told */
    assert_int_equal(take(solo, "c-1", "one", false)->code, PAIDAN__CODE__OK);
    assert_int_equal(take(solo, "c-1", "two", false)->code, PAIDAN__CODE__LEASED_BY_OTHER);
    assert_string_equal(take(solo, "c-1", "two", true)->call_taken->from, CALLER);
    assert_int_equal(take(solo, "c-1", "one", false)->code, PAIDAN__CODE__LEASED_BY_OTHER);
    assert_int_equal(take(solo, "c-9", "one", false)->code, PAIDAN__CODE__CALL_UNKNOWN);
    assert_int_equal(take(solo, "c-1", "", false)->code, PAIDAN__CODE__ACTOR_MISSING);
    assert_int_equal(solo_tally(solo, "calls_picked"), 2);
    solo_check_replay(solo);
}

static void test_calls_when_asked_from_beyond_the_newest_then_from_the_beginning(void **state)
{
    struct solo *const solo = *state;
    assert_int_equal(list(solo, 0)->next, 0);
    tell(solo, "c-1", PAIDAN__CALL_STEP__CALL_RINGS, CALLER);
    const uint64_t newest = list(solo, 0)->next;
    assert_int_equal(list(solo, newest)->next, newest);
    assert_int_equal(list(solo, newest + 1)->next, 0); /* of a store that was put back */
}

static void test_calls_when_hundreds_then_pages_of_the_newest(void **state)
{
    struct solo *const solo = *state;
    uint64_t after = 0;
    size_t count = 0;
    for (unsigned nth = 0; nth < CALLS_KEPT_MAX + 8; nth++) {
        char id[16];
        (void)snprintf(id, sizeof id, "c-%u", nth);
        tell(solo, id, PAIDAN__CALL_STEP__CALL_RINGS, CALLER);
    }
    for (size_t page = 1; page != 0; count += page) {
        const Paidan__CallsListed *const listed = list(solo, after);
        page = listed->n_calls;
        assert_true(page <= CALLS_MAX);
        after = listed->next;
    }
    assert_int_equal(count, CALLS_KEPT_MAX);
    assert_int_equal(take(solo, "c-7", "one", false)->code, PAIDAN__CODE__CALL_UNKNOWN);
    assert_int_equal(take(solo, "c-8", "one", false)->code, PAIDAN__CODE__OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_call_when_it_rings_then_its_number_is_masked),
        CASE(test_call_when_outward_then_the_called_number_is_masked_until_it_is_taken),
        CASE(test_call_when_taken_then_the_number_is_told_and_that_is_a_fact),
        CASE(test_call_when_another_has_it_then_only_by_taking_it_over),
        CASE(test_calls_when_asked_from_beyond_the_newest_then_from_the_beginning),
        CASE(test_calls_when_hundreds_then_pages_of_the_newest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
