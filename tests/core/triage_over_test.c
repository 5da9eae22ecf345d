/* What is over, as triage hears it within one step: the last word counts, and one fact tells of all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/say/number.h"
#include "services/triage/triage.h"
#include "solo.h"
#include "triage_state.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull

struct test {
    struct site *site;
    struct solo *solo;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    test->site = solo_site_load("words");
    test->solo = solo_open(&triage_service, test->site, START_MS);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    solo_close(test->solo);
    site_free(test->site);
    free(test);
    return 0;
}

/* Events live until the step that takes them: a room for each. */
struct word {
    Paidan__Event event;
    Paidan__Registered registered;
    Paidan__Resolved resolved;
    Paidan__Reopened reopened;
    Paidan__Assignment to;
    Paidan__Closed closed;
};

static Paidan__Event *begin(struct word *word, uint64_t ticket, Paidan__Event__FactCase fact)
{
    paidan__event__init(&word->event);
    word->event.has_ticket = 1;
    word->event.ticket = ticket;
    word->event.fact_case = fact;
    return &word->event;
}

static void register_one(struct test *test, uint64_t ticket)
{
    static struct word word;
    paidan__registered__init(&word.registered);
    word.registered.channel = (char *)"wechat";
    word.registered.title = word.registered.text = (char *)"楼上太吵了";
    word.registered.place = (char *)"湖畔花园3幢";
    word.registered.query_code = (char *)"ABC123";
    begin(&word, ticket, PAIDAN__EVENT__FACT_REGISTERED)->registered = &word.registered;
    solo_say(test->solo, "intake", &word.event);
    (void)solo_flush(test->solo, NULL);
}

static void resolve(struct test *test, struct word *word, uint64_t ticket)
{
    paidan__resolved__init(&word->resolved);
    word->resolved.unit = (char *)"e.lake";
    word->resolved.note = (char *)"已处理";
    word->resolved.round = 1;
    word->resolved.channel = (char *)"wechat";
    begin(word, ticket, PAIDAN__EVENT__FACT_RESOLVED)->resolved = &word->resolved;
    solo_say(test->solo, "escalation", &word->event);
}

static void reopen(struct test *test, struct word *word, uint64_t ticket)
{
    paidan__assignment__init(&word->to);
    paidan__reopened__init(&word->reopened);
    word->to.level = 3;
    word->to.unit = (char *)"s.city";
    word->reopened.to = &word->to;
    word->reopened.round = 2;
    word->reopened.from_level = 2;
    word->reopened.from_unit = (char *)"e.lake";
    begin(word, ticket, PAIDAN__EVENT__FACT_REOPENED)->reopened = &word->reopened;
    solo_say(test->solo, "escalation", &word->event);
}

static void close_one(struct test *test, struct word *word, uint64_t ticket)
{
    paidan__closed__init(&word->closed);
    word->closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    word->closed.round = 1;
    begin(word, ticket, PAIDAN__EVENT__FACT_CLOSED)->closed = &word->closed;
    solo_say(test->solo, "escalation", &word->event);
}

static enum triage_over over_of(struct test *test, uint64_t ticket)
{
    struct store_txn *txn = NULL;
    struct triage_ticket record;
    assert_int_equal(store_begin(solo_store(test->solo), false, &txn), RC_OK);
    assert_int_equal(triage_state_get(txn, ticket, &record), RC_OK);
    store_abort(txn);
    return record.over;
}

static void test_over_when_told_and_taken_back_in_one_step_then_the_last_word_counts(void **state)
{
    struct test *const test = *state;
    static struct word words[7];
    for (uint64_t index = 0; index < 4; index++) {
        register_one(test, FIRST + index);
    }
    resolve(test, &words[0], FIRST);
    resolve(test, &words[1], FIRST + 1);
    resolve(test, &words[2], FIRST + 2);
    reopen(test, &words[3], FIRST + 1);
    close_one(test, &words[4], FIRST + 2);
    reopen(test, &words[5], FIRST + 3);
    resolve(test, &words[6], FIRST + 3);
    (void)solo_flush(test->solo, NULL);
    assert_int_equal(over_of(test, FIRST), TRIAGE_OVER_RESOLVED);
    assert_int_equal(over_of(test, FIRST + 1), TRIAGE_OVER_NOT);
    assert_int_equal(over_of(test, FIRST + 2), TRIAGE_OVER_CLOSED);
    assert_int_equal(over_of(test, FIRST + 3), TRIAGE_OVER_RESOLVED);
    Paidan__Event *const event = solo_fact(test->solo, PAIDAN__EVENT__FACT_OVER, 1);
    assert_non_null(event);
    assert_false(event->has_ticket);
    assert_int_equal(event->over->n_resolved, 3);
    assert_int_equal(event->over->n_closed, 1);
    assert_int_equal(event->over->n_withdrawn, 0);
    paidan__event__free_unpacked(event, NULL);
    solo_check_replay(test->solo);
}

/* More than a fact holds: the full one is said at once, the rest at the end. */
static void test_over_when_more_than_a_fact_holds_then_none_is_lost(void **state)
{
    struct test *const test = *state;
    enum { COUNT = 300 };
    static struct word words[COUNT];
    for (uint64_t index = 0; index < COUNT; index++) {
        register_one(test, FIRST + index);
    }
    for (uint64_t index = 0; index < COUNT; index++) {
        resolve(test, &words[index], FIRST + index);
    }
    (void)solo_flush(test->solo, NULL);
    for (uint64_t index = 0; index < COUNT; index++) {
        assert_int_equal(over_of(test, FIRST + index), TRIAGE_OVER_RESOLVED);
    }
    solo_check_replay(test->solo);
}

int main(void)
{
#define OVER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        OVER_TEST(test_over_when_told_and_taken_back_in_one_step_then_the_last_word_counts),
        OVER_TEST(test_over_when_more_than_a_fact_holds_then_none_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
