/* triage: every field of its facts and answers, and what it tells the engine about itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "triage.h"
#include "whole.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define FIRST 2026112200000001ull
#define MINUTE_MS 60000ull

struct test {
    struct solo *solo;
    struct site *site;
    struct trace trace;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    assert_non_null(test);
    test->site = solo_site_load("words");
    test->solo = solo_open(&triage_service, test->site, START_MS);
    trace_init(&test->trace, START_MS);
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    trace_fini(&test->trace);
    solo_close(test->solo);
    site_free(test->site);
    free(test);
    return 0;
}

/* ---- what triage hears ---- */

static void hear(struct test *test, const char *log, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = ticket;
    solo_say(test->solo, log, event);
    (void)solo_flush(test->solo, NULL);
    solo_advance(test->solo, MINUTE_MS);
}

static void registered(struct test *test, uint64_t ticket, const char *channel, const char *place,
                       const char *text, Paidan__Registered *more)
{
    Paidan__Registered plain = PAIDAN__REGISTERED__INIT;
    Paidan__Registered *const fact = more == NULL ? &plain : more;
    fact->channel = (char *)channel;
    fact->title = (char *)"标题";
    fact->text = (char *)text;
    fact->place = (char *)place;
    fact->query_code = (char *)"ABC123";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = fact;
    hear(test, "intake", ticket, &event);
}

static void chased(struct test *test, uint64_t ticket, uint32_t count)
{
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.count = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &fact;
    hear(test, "intake", ticket, &event);
}

static void withdrawn(struct test *test, uint64_t ticket)
{
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    hear(test, "intake", ticket, &event);
}

static void returned(struct test *test, uint64_t ticket, const char *unit, uint32_t count)
{
    Paidan__Returned fact = PAIDAN__RETURNED__INIT;
    fact.unit = (char *)unit;
    fact.note = (char *)"不归我们管";
    fact.count = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &fact;
    hear(test, "escalation", ticket, &event);
}

static void closed(struct test *test, uint64_t ticket)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    hear(test, "escalation", ticket, &event);
}

static void raised(struct test *test, uint64_t ticket)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.unit = (char *)"s.city";
    Paidan__Raised fact = PAIDAN__RAISED__INIT;
    fact.from_unit = (char *)"c.east";
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_EXPIRED;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &fact;
    hear(test, "escalation", ticket, &event);
}

/* ---- what is asked of it ---- */

static void dispatch(struct test *test, Paidan__DeskDispatch *wish, const char *asked)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = wish;
    whole_answer(&test->trace, asked, solo_call(test->solo, &request));
}

static void decide(struct test *test, uint64_t ticket, const char *unit, const char *category)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = ticket;
    wish.unit = (char *)unit;
    wish.category = (char *)category;
    dispatch(test, &wish, "dispatch");
}

static void desk(struct test *test, uint64_t after, uint32_t limit)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    wish.has_after = after != 0;
    wish.after = after;
    wish.has_limit = limit != 0;
    wish.limit = limit;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    whole_answer(&test->trace, "desk", solo_query(test->solo, &request));
}

static void look(struct test *test, uint64_t ticket)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    wish.ticket = ticket;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    whole_answer(&test->trace, "show", solo_query(test->solo, &request));
}

/* ---- the tests ---- */

static void end(struct test *test, const char *golden)
{
    whole_log(&test->trace, test->solo);
    whole_tallies(&test->trace, test->solo, &triage_service);
    solo_check_replay(test->solo);
    assert_true(trace_golden(&test->trace, golden));
}

static void test_new_tickets_when_judged_then_every_field_is_as_golden(void **state)
{
    struct test *const test = *state;
    registered(test, FIRST, "wechat", "湖畔花园", "漏水", NULL); /* with assisting units */
    Paidan__Registered more = PAIDAN__REGISTERED__INIT;
    more.area_hint = (char *)"e.lake"; /* area known, category not */
    registered(test, FIRST + 1, "wechat", NULL, "说不清楚", &more);
    more.area_hint = NULL;
    more.category_hint = (char *)"water"; /* the other way round */
    registered(test, FIRST + 2, "wechat", NULL, "说不清楚", &more);
    registered(test, FIRST + 3, "wechat", "阳光花园", "漏水，而且太吵", NULL);
    registered(test, FIRST + 4, "wechat", "湖畔花园", "一件无主事项", NULL);
    /* Parent and child named, the parent more often: the child is the finer. */
    registered(test, FIRST + 5, "wechat", "湖畔花园", "噪音噪音，施工噪音", NULL);
    registered(test, FIRST + 6, "wechat", "湖畔花园", "施工噪音", NULL);
    /* Three related and near each other, one of another branch: the desk. */
    registered(test, FIRST + 7, "wechat", "湖畔花园", "施工噪音，夜间施工，漏水积水", NULL);
    Paidan__Registered spot = PAIDAN__REGISTERED__INIT;
    spot.spot_unit = (char *)"e.lake"; /* whom the matrix names, and another */
    spot.spot_note = (char *)"当场劝停";
    registered(test, FIRST + 8, "wechat", "湖畔花园", "太吵了", &spot);
    spot.spot_unit = (char *)"c.east";
    registered(test, FIRST + 9, "wechat", "湖畔花园", "太吵了", &spot);
    spot.spot_unit = (char *)"gone";
    registered(test, FIRST + 10, "wechat", "湖畔花园", "太吵了", &spot);
    spot.spot_unit = (char *)"e.lake"; /* a unit without what was done: the ordinary way */
    spot.spot_note = NULL;
    registered(test, FIRST + 11, "wechat", "湖畔花园", "太吵了", &spot);
    /* Settled among related ones, but no place: one proposal, not all that were weighed. */
    registered(test, FIRST + 12, "wechat", NULL, "噪音噪音，施工噪音", NULL);
    for (uint64_t index = 0; index < 14; index++) {
        look(test, FIRST + index);
    }
    desk(test, 0, 0);
    end(test, "triage_whole_new");
}

static void test_desk_when_tickets_come_and_go_then_every_field_is_as_golden(void **state)
{
    struct test *const test = *state;
    registered(test, FIRST, "wechat", NULL, "太吵了", NULL);
    registered(test, FIRST + 1, "hotline", "湖畔花园", "楼上太吵了", NULL);
    registered(test, FIRST + 2, "device", NULL, "说不清楚", NULL);
    chased(test, FIRST, 3);
    desk(test, 0, 1);
    desk(test, FIRST, 1);
    desk(test, UINT64_MAX, 1);
    desk(test, 0, LIST_MAX);
    desk(test, 0, LIST_MAX + 1);
    /* Every field of a dispatch; the unit that the matrix names has units that assist. */
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = FIRST;
    wish.unit = (char *)"e.lake";
    wish.category = (char *)"water";
    wish.area = (char *)"e.lake";
    wish.note = (char *)"请联系 13812345678";
    wish.has_urgency = 1;
    wish.urgency = PAIDAN__URGENCY__URGENCY_URGENT;
    dispatch(test, &wish, "dispatch");
    dispatch(test, &wish, "again");
    /* Returned: what is known of it comes from its first fact, Desked here, Routed there. */
    returned(test, FIRST, "e.lake", 1);
    returned(test, FIRST + 1, "e.lake", 2);
    desk(test, 0, 0);
    look(test, FIRST);
    wish.unit = (char *)"c.west";
    dispatch(test, &wish, "rule");
    decide(test, FIRST + 1, "c.west", NULL); /* same category: urgency stays */
    returned(test, FIRST + 1, "c.west", 3);
    decide(test, FIRST + 1, "s.fire", "fire"); /* another one brings its own */
    look(test, FIRST + 1);
    returned(test, FIRST, "c.west", 2);
    raised(test, FIRST);
    returned(test, FIRST, "s.city", 3);
    withdrawn(test, FIRST);
    closed(test, FIRST + 2);
    look(test, FIRST + 2);
    decide(test, FIRST + 2, "c.east", "road");
    closed(test, FIRST + 99);
    end(test, "triage_whole_desk");
}

/* Folding refuses facts that contradict the tables instead of guessing. */
static void test_evolve_when_a_fact_contradicts_the_tables_then_corrupt(void **state)
{
    struct test *const test = *state;
    registered(test, FIRST, "wechat", NULL, "太吵了", NULL);
    Paidan__Event *const first = solo_fact(test->solo, PAIDAN__EVENT__FACT_DESKED, 1);
    struct store_txn *txn = NULL;
    struct tally tally = {.values = {[7] = 9}};
    assert_int_equal(store_begin(solo_store(test->solo), true, &txn), RC_OK);
    struct step_fold fold = {.txn = txn, .tally = &tally};
    assert_int_equal(triage_service.evolve(&fold, 9, first), RC_CORRUPT); /* at the desk already */
    first->ticket = FIRST + 1;
    first->has_ticket = 0;
    assert_int_equal(triage_service.evolve(&fold, 9, first), RC_CORRUPT);
    first->has_ticket = 1;
    first->has_prev_seq = 1;
    first->prev_seq = 2;
    assert_int_equal(triage_service.evolve(&fold, 9, first), RC_CORRUPT); /* no chain to go on */
    first->has_prev_seq = 0;
    first->prev_seq = 0;
    assert_int_equal(triage_service.evolve(&fold, 9, first), RC_OK);
    Paidan__Undesked undesked = PAIDAN__UNDESKED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = event.has_prev_seq = 1;
    event.ticket = FIRST;
    event.prev_seq = 2;
    event.fact_case = PAIDAN__EVENT__FACT_UNDESKED;
    event.undesked = &undesked;
    undesked.reason = (char *)"moved"; /* a new ticket has no unit that could have moved it */
    assert_int_equal(triage_service.evolve(&fold, 10, &event), RC_CORRUPT);
    undesked.reason = (char *)"closed";
    event.prev_seq = 1;
    assert_int_equal(triage_service.evolve(&fold, 10, &event), RC_CORRUPT);
    event.prev_seq = 2;
    assert_int_equal(triage_service.evolve(&fold, 10, &event), RC_OK);
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    event.prev_seq = 10;
    event.fact_case = PAIDAN__EVENT__FACT_NOTED;
    event.noted = &noted;
    assert_int_equal(triage_service.evolve(&fold, 11, &event), RC_CORRUPT); /* not there any more */
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    assert_int_equal(triage_service.evolve(&fold, 11, &event), RC_CORRUPT); /* not ours */
    store_abort(txn);
    paidan__event__free_unpacked(first, NULL);
}

static void test_service_when_asked_about_itself_then_as_golden(void **state)
{
    struct test *const test = *state;
    whole_service(&test->trace, &triage_service);
    assert_true(trace_golden(&test->trace, "triage_whole_service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CASE(test_new_tickets_when_judged_then_every_field_is_as_golden),
        CASE(test_desk_when_tickets_come_and_go_then_every_field_is_as_golden),
        CASE(test_evolve_when_a_fact_contradicts_the_tables_then_corrupt),
        CASE(test_service_when_asked_about_itself_then_as_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
