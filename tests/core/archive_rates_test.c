/* archive_rates: tickets whose lives are written by hand, and each figure that follows from them: every count moves
 * once; figures move with corrections; what is counted again is what is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_recount.h"
#include "scratch.h"
#include "solo.h"

/* 2026-11-22 09:40 in +08:00. */
#define START_MS 1795311600000ull
#define MINUTE_MS 60000ull
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define FIRST 2026112200000001ull

#define COUNT(name) PAIDAN__RATES_COUNT__RATES_##name
#define BY(name) PAIDAN__RATES_BY__RATES_##name

struct test {
    struct solo *solo;
    uint64_t now_ms;
};

static int setup(void **state)
{
    struct test *const test = calloc(1, sizeof *test);
    test->solo = solo_open(&archive_service, solo_site(), START_MS);
    test->now_ms = START_MS;
    *state = test;
    return 0;
}

static int teardown(void **state)
{
    struct test *const test = *state;
    solo_close(test->solo);
    free(test);
    return 0;
}

static void pass(struct test *test, uint64_t ms)
{
    test->now_ms += ms;
    solo_set_time(test->solo, test->now_ms);
}

/* ---- what the services say ---- */

static void hear(struct test *test, const char *log, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = ticket;
    solo_say(test->solo, log, event);
    (void)solo_flush(test->solo, NULL);
}

#define EVENT(KIND, member, message)                                                               \
    Paidan__Event event = PAIDAN__EVENT__INIT;                                                     \
    event.fact_case = PAIDAN__EVENT__FACT_##KIND;                                                  \
    event.member = &(message)

static void registered(struct test *test, uint64_t ticket, const char *channel)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    EVENT(REGISTERED, registered, fact);
    fact.channel = (char *)channel;
    fact.text = "三叉街漏水";
    fact.title = "漏水";
    fact.query_code = "ABC123";
    hear(test, "intake", ticket, &event);
}

static Paidan__Assignment to_unit(const char *unit, uint32_t level)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.unit = (char *)unit;
    to.level = level;
    return to;
}

static void assigned(struct test *test, uint64_t ticket, const char *unit, const char *area,
                     Paidan__Why why)
{
    Paidan__Assignment to = to_unit(unit, 1);
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    EVENT(ASSIGNED, assigned, fact);
    fact.to = &to;
    fact.why = why;
    fact.category = "water";
    fact.area = (char *)area;
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.channel = "wechat";
    fact.title = "漏水";
    fact.registered_ms = START_MS;
    hear(test, "escalation", ticket, &event);
}

static void accepted(struct test *test, uint64_t ticket, const char *unit, bool late)
{
    Paidan__Accepted fact = PAIDAN__ACCEPTED__INIT;
    EVENT(ACCEPTED, accepted, fact);
    fact.unit = (char *)unit;
    fact.has_late = fact.late = late;
    hear(test, "escalation", ticket, &event);
}

static void contacted(struct test *test, uint64_t ticket, const char *unit, bool late)
{
    Paidan__Contacted fact = PAIDAN__CONTACTED__INIT;
    EVENT(CONTACTED, contacted, fact);
    fact.unit = (char *)unit;
    fact.has_late = fact.late = late;
    hear(test, "escalation", ticket, &event);
}

static void resolved(struct test *test, uint64_t ticket, const char *unit, uint32_t round,
                     bool late)
{
    Paidan__Resolved fact = PAIDAN__RESOLVED__INIT;
    EVENT(RESOLVED, resolved, fact);
    fact.unit = (char *)unit;
    fact.note = "修好了";
    fact.round = round;
    fact.channel = "wechat";
    fact.has_late = fact.late = late;
    hear(test, "escalation", ticket, &event);
}

static void answered(struct test *test, uint64_t ticket, uint32_t round, Paidan__Solved solved,
                     Paidan__Satisfied satisfied)
{
    Paidan__Answered fact = PAIDAN__ANSWERED__INIT;
    EVENT(ANSWERED, answered, fact);
    fact.round = round;
    fact.attempt = 1;
    fact.solved = solved;
    fact.satisfied = satisfied;
    hear(test, "callback", ticket, &event);
}

static void closed(struct test *test, uint64_t ticket, uint32_t round, Paidan__Outcome outcome)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    EVENT(CLOSED, closed, fact);
    fact.outcome = outcome;
    fact.round = round;
    hear(test, "escalation", ticket, &event);
}

/* A ticket that goes well. */
static void life(struct test *test, uint64_t ticket, const char *unit, const char *area)
{
    registered(test, ticket, "wechat");
    assigned(test, ticket, unit, area, PAIDAN__WHY__WHY_ROUTED);
    pass(test, 10 * MINUTE_MS);
    accepted(test, ticket, unit, false);
    pass(test, 20 * MINUTE_MS);
    contacted(test, ticket, unit, false);
    pass(test, HOUR_MS);
    resolved(test, ticket, unit, 1, false);
    pass(test, HOUR_MS);
    answered(test, ticket, 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    closed(test, ticket, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
}

/* ---- asking ---- */

static const Paidan__RatesShown *rates(struct test *test, Paidan__RatesGrain grain,
                                       const char *from, Paidan__RatesBy by, const char *code)
{
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.grain = grain;
    wish.from = (char *)from;
    wish.by = by;
    wish.code = (char *)code;
    request.wish_case = PAIDAN__REQUEST__WISH_RATES;
    request.rates = &wish;
    const Paidan__Answer *const answer = solo_query(test->solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->rates_shown;
}

/* One count of November, 0 where there is no row. */
static uint64_t count(struct test *test, Paidan__RatesBy by, const char *code, unsigned which)
{
    const Paidan__RatesShown *const shown =
        rates(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2026-11", by, code);
    return shown->n_rows == 0 ? 0 : shown->rows[0]->counts[which];
}

static uint64_t now(struct test *test, unsigned which)
{
    const Paidan__RatesShown *const shown =
        rates(test, PAIDAN__RATES_GRAIN__RATES_DAY, NULL, BY(ALL), NULL);
    return shown->n_rows == 0 ? 0 : shown->rows[0]->counts[which];
}

static size_t tickets(struct test *test, Paidan__RatesBy by, const char *code, unsigned which)
{
    Paidan__RatesTickets wish = PAIDAN__RATES_TICKETS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.grain = PAIDAN__RATES_GRAIN__RATES_MONTH;
    wish.from = "2026-11";
    wish.by = by;
    wish.code = (char *)code;
    wish.count = (Paidan__RatesCount)which;
    request.wish_case = PAIDAN__REQUEST__WISH_RATES_TICKETS;
    request.rates_tickets = &wish;
    const Paidan__Answer *const answer = solo_query(test->solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    uint64_t sum = 0;
    for (size_t index = 0; index < answer->rates_listed->n_tickets; index++) {
        const Paidan__RatesTicket *const ticket = answer->rates_listed->tickets[index];
        sum += ticket->has_count ? ticket->count : 1;
    }
    return sum;
}

/* Counting all tickets again gives the same; the log gives the same tables. */
static void check_law(struct test *test)
{
    struct scratch scratch;
    struct archive_difference found[4];
    struct store *into = NULL;
    struct store_txn *from_txn = NULL, *into_txn = NULL;
    size_t differences = 0;
    scratch_make(&scratch);
    const struct store_options options = {.path = scratch.path,
                                          .map_bytes = 64 << 20,
                                          .service = "archive",
                                          .tables = archive_service.tables};
    assert_int_equal(store_open(&into, &options), RC_OK);
    assert_int_equal(store_begin(solo_store(test->solo), false, &from_txn), RC_OK);
    assert_int_equal(store_begin(into, true, &into_txn), RC_OK);
    assert_int_equal(archive_recount(from_txn, into_txn, found, 4, &differences), RC_OK);
    for (size_t index = 0; index < differences && index < 4; index++) {
        print_message("by %d %c %u \"%s\" count %d: %llu, again %llu\n", (int)found[index].key.by,
                      found[index].key.grain, found[index].key.period, found[index].key.code,
                      found[index].which, (unsigned long long)found[index].counted,
                      (unsigned long long)found[index].recounted);
    }
    assert_int_equal(differences, 0);
    store_abort(into_txn);
    store_abort(from_txn);
    store_close(into);
    scratch_remove(&scratch);
    solo_check_replay(test->solo);
}

/* ---- stories ---- */

static void test_life_when_it_goes_well_then_each_count_once(void **state)
{
    struct test *const test = *state;
    static const struct {
        unsigned which;
        uint64_t is;
    } wanted[] = {
        {COUNT(REGISTERED), 1},     {COUNT(CLOSED), 1},         {COUNT(ACCEPT_OF), 1},
        {COUNT(ACCEPT_IN_TIME), 1}, {COUNT(CONTACT_OF), 1},     {COUNT(CONTACT_IN_TIME), 1},
        {COUNT(HANDLE_OF), 1},      {COUNT(HANDLE_IN_TIME), 1}, {COUNT(VALID), 1},
        {COUNT(SOLVED_YES), 1},     {COUNT(SATISFIED_YES), 1},  {COUNT(FIRST_OF), 1},
        {COUNT(FIRST_RIGHT), 1},    {COUNT(RETURNED), 0},       {COUNT(HOPS), 0},
        {COUNT(UNREACHED), 0},      {COUNT(NOT_ASKED), 0},      {COUNT(WITHDRAWN), 0}};
    registered(test, FIRST + 1, "hotline");
    assert_int_equal(now(test, COUNT(OPEN)), 1);
    life(test, FIRST, "b1", "sanchajie");
    for (size_t index = 0; index < sizeof wanted / sizeof wanted[0]; index++) {
        const uint64_t other = wanted[index].which == COUNT(REGISTERED);
        assert_int_equal(count(test, BY(ALL), NULL, wanted[index].which), wanted[index].is + other);
        assert_int_equal(count(test, BY(UNIT), "b1", wanted[index].which), wanted[index].is);
        assert_int_equal(count(test, BY(AREA), "sanchajie", wanted[index].which), wanted[index].is);
        assert_int_equal(count(test, BY(CATEGORY), "water", wanted[index].which), wanted[index].is);
        assert_int_equal(count(test, BY(CHANNEL), "wechat", wanted[index].which), wanted[index].is);
        assert_int_equal(tickets(test, BY(UNIT), "b1", wanted[index].which), wanted[index].is);
    }
    assert_int_equal(now(test, COUNT(OPEN)), 1); /* the other one */
    const Paidan__RatesShown *const shown =
        rates(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2026-11", BY(UNIT), "b1");
    assert_int_equal(shown->rows[0]->n_times, 4);
    assert_int_equal(shown->rows[0]->score, 10000);
    assert_int_equal(shown->rows[0]->times[0]->of, 1);
    /* 600 s lie in the bucket of 576 to 640 s. */
    assert_int_equal(shown->rows[0]->times[0]->median_ms, 608000);
    assert_string_equal(shown->formula->preset, "plain");
    check_law(test);
}

static void test_answer_when_late_then_it_counts_and_moves_from_unreached(void **state)
{
    struct test *const test = *state;
    registered(test, FIRST, "wechat");
    assigned(test, FIRST, "b1", "sanchajie", PAIDAN__WHY__WHY_ROUTED);
    accepted(test, FIRST, "b1", true);
    resolved(test, FIRST, "b1", 1, true);
    closed(test, FIRST, 1, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(UNREACHED)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(VALID)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(ACCEPT_IN_TIME)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(CONTACT_OF)), 0);
    pass(test, DAY_MS);
    answered(test, FIRST, 1, PAIDAN__SOLVED__SOLVED_PARTLY, PAIDAN__SATISFIED__SATISFIED_FAIR);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(UNREACHED)), 0);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(SOLVED_PARTLY)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(SATISFIED_FAIR)), 1);
    pass(test, 30 * DAY_MS); /* closed again as what it is, and on its day still */
    closed(test, FIRST, 1, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(CLOSED)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(SOLVED_PARTLY)), 1);
    check_law(test);
}

static void test_closing_when_reopened_then_it_leaves_the_day_and_comes_back(void **state)
{
    struct test *const test = *state;
    Paidan__Assignment to = to_unit("street", 2);
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    EVENT(REOPENED, reopened, fact);
    life(test, FIRST, "b1", "sanchajie");
    fact.to = &to;
    fact.round = 2;
    fact.from_level = 1;
    fact.from_unit = "b1";
    pass(test, DAY_MS);
    hear(test, "escalation", FIRST, &event);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(CLOSED)), 0);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(VALID)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(REOPENED)), 1);
    assert_int_equal(count(test, BY(UNIT), "street", COUNT(HOPS)), 1);
    assert_int_equal(now(test, COUNT(OPEN)), 1);
    accepted(test, FIRST, "street", false);
    resolved(test, FIRST, "street", 2, false);
    pass(test, 9 * DAY_MS); /* 2026-12-02 */
    closed(test, FIRST, 2, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(CLOSED)), 0);
    const Paidan__RatesShown *const shown =
        rates(test, PAIDAN__RATES_GRAIN__RATES_DAY, "2026-12-02", BY(ALL), NULL);
    assert_int_equal(shown->rows[0]->counts[COUNT(CLOSED)], 1);
    assert_int_equal(shown->rows[0]->counts[COUNT(UNREACHED)], 1); /* the answer was to round 1 */
    assert_int_equal(shown->rows[0]->counts[COUNT(FIRST_RIGHT)], 0);
    check_law(test);
}

static void test_raise_when_a_deadline_passed_then_late_for_the_unit_that_had_it(void **state)
{
    struct test *const test = *state;
    Paidan__Assignment to = to_unit("street", 2);
    Paidan__Raised fact = PAIDAN__RAISED__INIT;
    EVENT(RAISED, raised, fact);
    registered(test, FIRST, "wechat");
    assigned(test, FIRST, "b1", "sanchajie", PAIDAN__WHY__WHY_ROUTED);
    fact.from_level = 1;
    fact.from_unit = "b1";
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_EXPIRED;
    fact.has_clock = 1;
    fact.clock = PAIDAN__CLOCK__CLOCK_ACCEPT;
    fact.has_counts_late = fact.counts_late = 1;
    hear(test, "escalation", FIRST, &event);
    accepted(test, FIRST, "street", false);
    resolved(test, FIRST, "street", 1, false);
    closed(test, FIRST, 1, PAIDAN__OUTCOME__OUTCOME_UNREACHED);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(ACCEPT_OF)), 1);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(ACCEPT_IN_TIME)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(RAISED)), 1);
    assert_int_equal(count(test, BY(UNIT), "street", COUNT(ACCEPT_IN_TIME)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(ACCEPT_OF)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(ACCEPT_IN_TIME)), 0);
    assert_int_equal(tickets(test, BY(UNIT), "b1", COUNT(ACCEPT_OF)), 1);
    assert_int_equal(tickets(test, BY(UNIT), "street", COUNT(CLOSED)), 1);
    check_law(test);
}

static void test_correction_when_closed_days_are_counted_then_figures_move_along(void **state)
{
    struct test *const test = *state;
    Paidan__Corrected fact = PAIDAN__CORRECTED__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    registered(test, FIRST, "wechat");
    assigned(test, FIRST, "b1", "sanchajie", PAIDAN__WHY__WHY_ROUTED);
    {
        EVENT(CHASED, chased, chased);
        chased.count = 1;
        hear(test, "intake", FIRST, &event);
    }
    accepted(test, FIRST, "b1", false);
    assert_int_equal(count(test, BY(CATEGORY), "water", COUNT(CHASED)), 1);
    {
        EVENT(CORRECTED, corrected, fact);
        fact.from_level = 1;
        fact.from_unit = "b1";
        fact.category = "road";
        fact.from_category = "water";
        fact.area = "elsewhere";
        fact.from_area = "sanchajie";
        hear(test, "escalation", FIRST, &event);
    }
    assert_int_equal(count(test, BY(CATEGORY), "water", COUNT(CHASED)), 0);
    assert_int_equal(count(test, BY(CATEGORY), "water", COUNT(REGISTERED)), 0);
    assert_int_equal(count(test, BY(CATEGORY), "road", COUNT(CHASED)), 1);
    assert_int_equal(count(test, BY(AREA), "elsewhere", COUNT(REGISTERED)), 1);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(CHASED)), 1);
    Paidan__Assignment to = to_unit("b2", 1);
    {
        EVENT(CORRECTED, corrected, fact);
        fact.to = &to;
        hear(test, "escalation", FIRST, &event);
    }
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(REGISTERED)), 0);
    assert_int_equal(count(test, BY(UNIT), "b2", COUNT(REGISTERED)), 1);
    assert_int_equal(count(test, BY(UNIT), "b2", COUNT(CHASED)), 1);
    assert_int_equal(count(test, BY(UNIT), "b2", COUNT(HOPS)), 1);
    check_law(test);
}

static void test_withdrawal_when_heard_in_any_order_then_withdrawn_once(void **state)
{
    struct test *const test = *state;
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    EVENT(WITHDRAWN, withdrawn, fact);
    registered(test, FIRST, "wechat");
    assigned(test, FIRST, "b1", "sanchajie", PAIDAN__WHY__WHY_ROUTED);
    closed(test, FIRST, 1, PAIDAN__OUTCOME__OUTCOME_WITHDRAWN); /* read before intake's */
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(CLOSED)), 0);
    hear(test, "intake", FIRST, &event);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(WITHDRAWN)), 1);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(WITHDRAWN)), 1);
    assert_int_equal(now(test, COUNT(OPEN)), 0);
    /* Too late: escalation had closed it, and refuses what comes after. */
    life(test, FIRST + 1, "b1", "sanchajie");
    hear(test, "intake", FIRST + 1, &event);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(WITHDRAWN)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(CLOSED)), 1);
    check_law(test);
}

static void test_member_when_resolved_with_another_then_no_clock_but_a_closing(void **state)
{
    struct test *const test = *state;
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Resolved with = PAIDAN__RESOLVED__INIT;
    registered(test, FIRST, "wechat");
    {
        EVENT(MERGED, merged, merged);
        merged.into = FIRST + 1;
        merged.title = "漏水";
        merged.channel = "wechat";
        merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
        merged.registered_ms = START_MS;
        hear(test, "escalation", FIRST, &event);
    }
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(MERGED)), 1);
    assert_int_equal(now(test, COUNT(OPEN)), 0);
    {
        EVENT(RESOLVED, resolved, with);
        with.unit = "b1";
        with.note = "修好了";
        with.round = 1;
        with.channel = "wechat";
        with.has_group = 1;
        with.group = FIRST + 1;
        with.category = "water";
        with.area = "sanchajie";
        hear(test, "escalation", FIRST, &event);
    }
    answered(test, FIRST, 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    closed(test, FIRST, 1, PAIDAN__OUTCOME__OUTCOME_UNSOLVED);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(CLOSED)), 1);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(HANDLE_OF)), 0);
    assert_int_equal(count(test, BY(AREA), "sanchajie", COUNT(SOLVED_NO)), 1);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(FIRST_OF)), 0);
    check_law(test);
}

static Paidan__Code exempt(struct test *test, bool rule, const char *actor, bool granted,
                           const char *words)
{
    Paidan__ExemptAsk ask = PAIDAN__EXEMPT_ASK__INIT;
    Paidan__ExemptRule ruling = PAIDAN__EXEMPT_RULE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    ask.ticket = ruling.ticket = FIRST;
    ask.reason = (char *)words;
    ruling.granted = granted;
    ruling.note = (char *)words;
    request.actor = (char *)actor;
    request.wish_case = rule ? PAIDAN__REQUEST__WISH_EXEMPT_RULE : PAIDAN__REQUEST__WISH_EXEMPT_ASK;
    if (rule) {
        request.exempt_rule = &ruling;
    } else {
        request.exempt_ask = &ask;
    }
    return solo_call(test->solo, &request)->code;
}

static void reopened(struct test *test, uint64_t ticket, uint32_t round)
{
    Paidan__Assignment to = to_unit("b1", 1);
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    EVENT(REOPENED, reopened, fact);
    fact.to = &to;
    fact.round = round;
    fact.from_level = 1;
    fact.from_unit = "b1";
    hear(test, "escalation", ticket, &event);
}

static size_t waiting(struct test *test, bool all)
{
    Paidan__ExemptList wish = PAIDAN__EXEMPT_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_all = 1;
    wish.all = all;
    request.wish_case = PAIDAN__REQUEST__WISH_EXEMPT_LIST;
    request.exempt_list = &wish;
    const Paidan__Answer *const answer = solo_query(test->solo, &request);
    for (size_t index = 0; index < answer->exempt_listed->n_tickets; index++) {
        assert_non_null(answer->exempt_listed->tickets[index]->exempt);
    }
    return answer->exempt_listed->n_tickets;
}

/* What was granted is of the closing that stood; the next one is asked for anew. */
static void test_exemption_when_reopened_then_the_next_closing_counts(void **state)
{
    struct test *const test = *state;
    life(test, FIRST, "b1", "sanchajie");
    assert_int_equal(exempt(test, false, "li", false, "疫情封控"), PAIDAN__CODE__OK);
    assert_int_equal(waiting(test, false), 1);
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__OK);
    reopened(test, FIRST, 2);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(EXEMPT)), 0);
    resolved(test, FIRST, "b1", 2, false);
    answered(test, FIRST, 2, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    closed(test, FIRST, 2, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(EXEMPT)), 0);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(VALID)), 1);
    assert_int_equal(waiting(test, true), 1);
    check_law(test);
    assert_int_equal(exempt(test, false, "li", false, "又一次"), PAIDAN__CODE__OK);
    reopened(test, FIRST, 3);
    assert_int_equal(waiting(test, false), 0); /* nobody need rule on it any more */
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__EXEMPT_NOT_ASKED);
    closed(test, FIRST, 3, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(exempt(test, false, "li", false, "第三次"), PAIDAN__CODE__OK);
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__OK);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(EXEMPT)), 1);
    check_law(test);
}

static void test_exemption_when_words_hold_a_phone_then_masked(void **state)
{
    struct test *const test = *state;
    life(test, FIRST, "b1", "sanchajie");
    assert_int_equal(exempt(test, false, "li", false, " \xe3\x80\x80"), PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(exempt(test, false, "li", false, "问13812345678"), PAIDAN__CODE__OK);
    assert_int_equal(exempt(test, true, "wang", false, "\xe3\x80\x80"), PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(exempt(test, true, "wang", false, "问13812345678"), PAIDAN__CODE__OK);
    Paidan__Event *fact = solo_fact(test->solo, PAIDAN__EVENT__FACT_EXEMPT_ASKED, 1);
    assert_string_equal(fact->exempt_asked->reason, "问***");
    paidan__event__free_unpacked(fact, NULL);
    fact = solo_fact(test->solo, PAIDAN__EVENT__FACT_EXEMPT_RULED, 1);
    assert_string_equal(fact->exempt_ruled->note, "问***");
    assert_string_equal(fact->exempt_ruled->reason, "问***");
    paidan__event__free_unpacked(fact, NULL);
}

/* Read before any other log has said that it is confidential. */
static void test_spared_when_confidential_then_later_words_are_left_out(void **state)
{
    struct test *const test = *state;
    {
        Paidan__Spared fact = PAIDAN__SPARED__INIT;
        EVENT(SPARED, spared, fact);
        fact.round = 1;
        fact.reason = PAIDAN__SPARE_REASON__SPARE_SAMPLE;
        fact.channel = "wechat";
        fact.has_confidential = fact.confidential = 1;
        hear(test, "callback", FIRST, &event);
    }
    accepted(test, FIRST, "b1", false);
    resolved(test, FIRST, "b1", 1, false);
    Paidan__Event *const fact = solo_fact(test->solo, PAIDAN__EVENT__FACT_ARCHIVED, 3);
    const Paidan__ArchivedRecord *const record = fact->archived->records[0];
    Paidan__Event *const event = paidan__event__unpack(NULL, record->event.len, record->event.data);
    assert_non_null(event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_RESOLVED);
    assert_string_equal(event->resolved->note, "");
    paidan__event__free_unpacked(event, NULL);
    paidan__event__free_unpacked(fact, NULL);
}

static void test_exemption_when_granted_by_another_then_out_of_the_rates(void **state)
{
    struct test *const test = *state;
    assert_int_equal(exempt(test, false, "li", false, "疫情封控"), PAIDAN__CODE__TICKET_UNKNOWN);
    registered(test, FIRST, "wechat");
    assert_int_equal(exempt(test, false, "li", false, "疫情封控"), PAIDAN__CODE__EXEMPT_NOT_CLOSED);
    life(test, FIRST, "b1", "sanchajie");
    assert_int_equal(exempt(test, false, "li", false, ""), PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__EXEMPT_NOT_ASKED);
    assert_int_equal(exempt(test, false, "li", false, "疫情封控"), PAIDAN__CODE__OK);
    assert_int_equal(exempt(test, false, "zhao", false, "疫情封控"), PAIDAN__CODE__EXEMPT_OPEN);
    assert_int_equal(exempt(test, true, "li", true, NULL), PAIDAN__CODE__SECOND_PERSON);
    assert_int_equal(exempt(test, true, "wang", false, ""), PAIDAN__CODE__NOTE_MISSING);
    assert_int_equal(count(test, BY(ALL), NULL, COUNT(VALID)), 1);
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__OK);
    assert_int_equal(exempt(test, true, "wang", true, NULL), PAIDAN__CODE__EXEMPT_NOT_ASKED);
    assert_int_equal(exempt(test, false, "li", false, "再来"), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(EXEMPT)), 1);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(VALID)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(ACCEPT_OF)), 0);
    assert_int_equal(count(test, BY(UNIT), "b1", COUNT(CLOSED)), 1);
    Paidan__ExemptList wish = PAIDAN__EXEMPT_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_all = wish.all = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_EXEMPT_LIST;
    request.exempt_list = &wish;
    const Paidan__Answer *const answer = solo_query(test->solo, &request);
    assert_int_equal(answer->exempt_listed->n_tickets, 1);
    const Paidan__Exemption *const shown = answer->exempt_listed->tickets[0]->exempt;
    assert_string_equal(shown->reason, "疫情封控");
    assert_string_equal(shown->asked_by, "li");
    assert_string_equal(shown->ruled_by, "wang");
    check_law(test);
}

static void refused(struct test *test, Paidan__RatesGrain grain, const char *from,
                    const char *until)
{
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.grain = grain;
    wish.from = (char *)from;
    wish.until = (char *)until;
    wish.by = BY(ALL);
    request.wish_case = PAIDAN__REQUEST__WISH_RATES;
    request.rates = &wish;
    assert_int_equal(solo_query(test->solo, &request)->code, PAIDAN__CODE__PERIOD_INVALID);
}

static void test_period_when_it_is_none_then_refused(void **state)
{
    struct test *const test = *state;
    refused(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2026-13", NULL);
    refused(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2026-11-02", NULL);
    refused(test, PAIDAN__RATES_GRAIN__RATES_DAY, "2026-11", NULL);
    refused(test, PAIDAN__RATES_GRAIN__RATES_DAY, "2026-02-30", NULL);
    refused(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2026-11", "2026-10");
    refused(test, PAIDAN__RATES_GRAIN__RATES_DAY, "2020-01-01", "2026-01-01");
    refused(test, PAIDAN__RATES_GRAIN__RATES_DAY, NULL, "2026-01-01");
    /* A month without data is no mistake. */
    const Paidan__RatesShown *const shown =
        rates(test, PAIDAN__RATES_GRAIN__RATES_MONTH, "2031-01", BY(UNIT), NULL);
    assert_int_equal(shown->n_rows, 0);
    assert_int_equal(shown->whole->counts[COUNT(CLOSED)], 0);
}

static void test_pages_when_by_period_then_each_row_once_and_days_make_months(void **state)
{
    struct test *const test = *state;
    char after[64] = "", unit[8];
    uint64_t rows = 0, sum = 0;
    for (unsigned index = 0; index < 12; index++) {
        (void)snprintf(unit, sizeof unit, "u%u", index % 3);
        life(test, FIRST + index, unit, "sanchajie");
        pass(test, 4 * DAY_MS - 150 * MINUTE_MS); /* at the same time of the day */
    }
    for (unsigned page = 0; page < 50; page++) {
        Paidan__Rates wish = PAIDAN__RATES__INIT;
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        wish.grain = PAIDAN__RATES_GRAIN__RATES_DAY;
        wish.from = "2026-11-22";
        wish.until = "2027-01-31";
        wish.by = BY(UNIT);
        wish.has_limit = 1;
        wish.limit = 2;
        wish.after = after;
        wish.has_per_period = wish.per_period = 1;
        request.wish_case = PAIDAN__REQUEST__WISH_RATES;
        request.rates = &wish;
        const Paidan__RatesShown *const shown = solo_query(test->solo, &request)->rates_shown;
        for (size_t index = 0; index < shown->n_rows; index++) {
            rows++;
            sum += shown->rows[index]->counts[COUNT(CLOSED)];
            assert_non_null(shown->rows[index]->period);
        }
        assert_int_equal(shown->whole->counts[COUNT(CLOSED)], 12);
        if (shown->next == NULL) {
            break;
        }
        (void)snprintf(after, sizeof after, "%s", shown->next);
    }
    assert_int_equal(rows, 12);
    assert_int_equal(sum, 12);
    Paidan__Rates wish = PAIDAN__RATES__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.grain = PAIDAN__RATES_GRAIN__RATES_DAY;
    wish.from = "2026-11-23";
    wish.until = "2027-01-15";
    wish.by = BY(UNIT);
    request.wish_case = PAIDAN__REQUEST__WISH_RATES;
    request.rates = &wish;
    const Paidan__RatesShown *const shown = solo_query(test->solo, &request)->rates_shown;
    assert_int_equal(shown->whole->counts[COUNT(CLOSED)], 11); /* one lies before */
    assert_int_equal(shown->rows[0]->rank, 1);
    check_law(test);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_life_when_it_goes_well_then_each_count_once),
        TEST(test_answer_when_late_then_it_counts_and_moves_from_unreached),
        TEST(test_closing_when_reopened_then_it_leaves_the_day_and_comes_back),
        TEST(test_raise_when_a_deadline_passed_then_late_for_the_unit_that_had_it),
        TEST(test_correction_when_closed_days_are_counted_then_figures_move_along),
        TEST(test_withdrawal_when_heard_in_any_order_then_withdrawn_once),
        TEST(test_member_when_resolved_with_another_then_no_clock_but_a_closing),
        TEST(test_exemption_when_granted_by_another_then_out_of_the_rates),
        TEST(test_exemption_when_reopened_then_the_next_closing_counts),
        TEST(test_exemption_when_words_hold_a_phone_then_masked),
        TEST(test_spared_when_confidential_then_later_words_are_left_out),
        TEST(test_period_when_it_is_none_then_refused),
        TEST(test_pages_when_by_period_then_each_row_once_and_days_make_months),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
