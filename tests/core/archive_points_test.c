/* archive_points: what a resident earns with what he reports, and what becomes of it: medals, goods, reversals; and that
 * the ledger adds up after each of them. A story with a golden trace, and its rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive.h"
#include "archive_ledger.h"
#include "archive_person.h"
#include "common/site/site.h"
#include "solo.h"

#define START_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define TICKET 2026112200000001ull
#define PHONE "13800138000"

static struct site *site;
static const unsigned char key[ARCHIVE_PERSON_KEY_BYTES] = {7};

static void rule_add(const char *code, enum site_points_for what, uint32_t points, uint32_t day)
{
    struct site_points_rule *const rule = &site->points.rules[site->points.rule_count++];
    *rule = (struct site_points_rule){.what = what, .points = points, .day = day};
    strcpy(rule->rule, code);
    strcpy(rule->name, code);
}

/* 10 a report, thrice a day; 5 a picture; 20 a task; towels for 15, two of them. */
static int setup(void **state)
{
    site = solo_site_load("calls");
    rule_add("report", SITE_POINTS_REPORT, 10, 3);
    rule_add("photo", SITE_POINTS_PHOTO, 5, 0);
    rule_add("task", SITE_POINTS_HAND, 20, 0);
    site->points.goods[0] =
        (struct site_goods){.goods = "towel", .name = "毛巾", .price = 15, .stock = 2};
    site->points.goods_count = 1;
    site->points.medals[0] = 10;
    site->points.medals[1] = 30;
    site->points.medals[2] = 100;
    archive_person_use(key);
    *state = solo_open(&archive_service, site, START_MS);
    return 0;
}

static int teardown(void **state)
{
    solo_close(*state);
    archive_person_use(NULL);
    site_free(site);
    return 0;
}

/* ---- what is heard ---- */

static void say(struct solo *solo, const char *log, uint64_t ticket, Paidan__Event *event)
{
    event->has_ticket = true;
    event->ticket = ticket;
    solo_say(solo, log, event);
}

static void hear(struct solo *solo, const char *log, uint64_t ticket, Paidan__Event *event)
{
    say(solo, log, ticket, event);
    (void)solo_flush(solo, NULL);
}

static void registered(struct solo *solo, uint64_t ticket, const char *phone, bool confidential)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = "hotline";
    fact.text = "三叉街漏水";
    fact.title = "漏水";
    fact.query_code = "ABC123";
    fact.phone = (char *)(uintptr_t)phone;
    fact.has_confidential = fact.confidential = confidential;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    hear(solo, "intake", ticket, &event);
}

static void closed(struct solo *solo, uint64_t ticket, uint32_t round, Paidan__Outcome outcome)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = outcome;
    fact.round = round;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    hear(solo, "escalation", ticket, &event);
}

static void reopened(struct solo *solo, uint64_t ticket)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Reopened fact = PAIDAN__REOPENED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 1;
    to.unit = "crew";
    fact.to = &to;
    fact.round = 2;
    fact.from_level = 1;
    fact.from_unit = "crew";
    event.fact_case = PAIDAN__EVENT__FACT_REOPENED;
    event.reopened = &fact;
    hear(solo, "escalation", ticket, &event);
}

static void solve(struct solo *solo, uint64_t ticket)
{
    registered(solo, ticket, PHONE, false);
    closed(solo, ticket, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
}

/* ---- what is wished ---- */

static const char *noted; /* in place of the usual words; NULL: those */

static Paidan__Code award(struct solo *solo, uint64_t ticket, const char *rule, uint64_t points)
{
    Paidan__PointsAward wish = PAIDAN__POINTS_AWARD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_ticket = true;
    wish.ticket = ticket;
    wish.rule = (char *)(uintptr_t)rule;
    wish.has_points = points != 0;
    wish.points = points;
    wish.note = noted != NULL ? (char *)(uintptr_t)noted : (char *)(uintptr_t) "楼道清扫";
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_AWARD;
    request.points_award = &wish;
    return solo_call(solo, &request)->code;
}

static uint64_t exchanged; /* the entry of the last one */

static Paidan__Code exchange(struct solo *solo, uint64_t ticket, uint32_t count)
{
    Paidan__PointsExchange wish = PAIDAN__POINTS_EXCHANGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_ticket = true;
    wish.ticket = ticket;
    wish.goods = "towel";
    wish.has_count = true;
    wish.count = count;
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_EXCHANGE;
    request.points_exchange = &wish;
    const Paidan__Answer *const answer = solo_call(solo, &request);
    exchanged = answer->code == PAIDAN__CODE__OK ? answer->done->seq : 0;
    return answer->code;
}

static Paidan__Code reverse(struct solo *solo, uint64_t entry, uint64_t ticket)
{
    Paidan__PointsReverse wish = PAIDAN__POINTS_REVERSE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_entry = entry != 0;
    wish.entry = entry;
    wish.has_ticket = ticket != 0;
    wish.ticket = ticket;
    wish.note = noted != NULL ? (char *)(uintptr_t)noted : (char *)(uintptr_t) "不实";
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_REVERSE;
    request.points_reverse = &wish;
    return solo_call(solo, &request)->code;
}

static const Paidan__PointsShown *show(struct solo *solo, Paidan__PointsWhat what, uint64_t ticket)
{
    Paidan__PointsShow wish = PAIDAN__POINTS_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.what = what;
    wish.has_ticket = ticket != 0;
    wish.ticket = ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_SHOW;
    request.points_show = &wish;
    const Paidan__Answer *const answer = solo_query(solo, &request);
    return answer->code == PAIDAN__CODE__OK ? answer->points_shown : NULL;
}

static int64_t balance(struct solo *solo, uint64_t ticket)
{
    const Paidan__PointsAccount *const account =
        show(solo, PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, ticket)->persons[0];
    return (int64_t)account->in - (int64_t)account->out;
}

static void check_law(struct solo *solo)
{
    const Paidan__PointsCheck *const check =
        show(solo, PAIDAN__POINTS_WHAT__POINTS_CHECK, 0)->check;
    assert_int_equal(check->in, check->out);
    assert_int_equal(check->wrong, 0);
    solo_check_replay(solo);
}

/* ---- the story ---- */

static void test_points_of_one_person_from_earning_to_reversal(void **state)
{
    struct solo *const solo = *state;
    solo_trace(solo);
    solve(solo, TICKET);
    assert_int_equal(balance(solo, TICKET), 10);
    solo_note(solo, "a task by hand, then a towel");
    assert_int_equal(award(solo, TICKET, "task", 0), PAIDAN__CODE__OK);
    const Paidan__PointsShown *shown = show(solo, PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, TICKET);
    assert_int_equal(shown->persons[0]->medal, PAIDAN__POINTS_MEDAL__MEDAL_SILVER);
    assert_int_equal(exchange(solo, TICKET, 2), PAIDAN__CODE__OK);
    solo_note(solo, "the resident says late that it is not solved");
    reopened(solo, TICKET);
    assert_int_equal(balance(solo, TICKET), -10);
    assert_int_equal(exchange(solo, TICKET, 1), PAIDAN__CODE__POINTS_STOCK);
    closed(solo, TICKET, 2, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    shown = show(solo, PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, TICKET);
    assert_int_equal(shown->persons[0]->in, shown->persons[0]->out);
    assert_int_equal(shown->persons[0]->earned, 30);
    assert_int_equal(shown->persons[0]->spent, 30);
    assert_int_equal(shown->n_entries, 5);
    assert_true(shown->entries[4]->has_reversed_by);
    check_law(solo);
    solo_check(solo, "archive_points");
}

/* ---- rules ---- */

static void test_points_when_closed_twice_in_a_round_are_given_once(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET);
    closed(solo, TICKET, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(balance(solo, TICKET), 10);
    closed(solo, TICKET, 1, PAIDAN__OUTCOME__OUTCOME_UNSOLVED);
    assert_int_equal(balance(solo, TICKET), 0);
    check_law(solo);
}

static void test_points_when_the_closure_is_heard_first_are_given_all_the_same(void **state)
{
    struct solo *const solo = *state;
    closed(solo, TICKET, 1, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    assert_null(show(solo, PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, TICKET));
    registered(solo, TICKET, PHONE, false);
    assert_int_equal(balance(solo, TICKET), 10);
    check_law(solo);
}

static void test_points_of_a_day_stop_at_its_limit_for_good(void **state)
{
    struct solo *const solo = *state;
    for (uint64_t index = 0; index < 4; index++) {
        solve(solo, TICKET + index);
    }
    assert_int_equal(balance(solo, TICKET), 30);
    Paidan__Event *const passed = solo_fact(solo, PAIDAN__EVENT__FACT_POINTS_PASSED, 1);
    assert_non_null(passed);
    assert_int_equal(passed->ticket, TICKET + 3);
    paidan__event__free_unpacked(passed, NULL);
    closed(solo, TICKET + 3, 1, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    assert_int_equal(balance(solo, TICKET), 30);
    reopened(solo, TICKET); /* gives its place back, to those that close from now on */
    solve(solo, TICKET + 4);
    assert_int_equal(balance(solo, TICKET), 30);
    check_law(solo);
}

static void test_points_of_nobody_and_of_the_confidential_are_none(void **state)
{
    struct solo *const solo = *state;
    registered(solo, TICKET, NULL, false);
    closed(solo, TICKET, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    registered(solo, TICKET + 1, PHONE, true);
    closed(solo, TICKET + 1, 1, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_null(show(solo, PAIDAN__POINTS_WHAT__POINTS_OF_TICKET, TICKET));
    assert_int_equal(award(solo, TICKET + 1, "task", 0), PAIDAN__CODE__POINTS_PERSON);
    assert_int_equal(show(solo, PAIDAN__POINTS_WHAT__POINTS_TOP, 0)->n_persons, 0);
    check_law(solo);
}

static void test_points_by_hand_are_refused_when_wrong(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET);
    assert_int_equal(award(solo, TICKET, "task", (uint64_t)-5), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(award(solo, TICKET, "task", 21), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(award(solo, TICKET, "report", 0), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(award(solo, TICKET + 9, "task", 0), PAIDAN__CODE__POINTS_PERSON);
    assert_int_equal(award(solo, TICKET, "task", 3), PAIDAN__CODE__OK);
    assert_int_equal(award(solo, TICKET, "task", 0), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(balance(solo, TICKET), 13);
    assert_int_equal(exchange(solo, TICKET, 1), PAIDAN__CODE__POINTS_SHORT);
    check_law(solo);
}

static void test_points_reversed_by_hand_are_not_given_again_in_the_round(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET);
    assert_int_equal(reverse(solo, 0, TICKET), PAIDAN__CODE__OK);
    assert_int_equal(reverse(solo, 0, TICKET), PAIDAN__CODE__ALREADY_DONE);
    closed(solo, TICKET, 1, PAIDAN__OUTCOME__OUTCOME_PARTLY);
    assert_int_equal(balance(solo, TICKET), 0);
    reopened(solo, TICKET);
    closed(solo, TICKET, 2, PAIDAN__OUTCOME__OUTCOME_SOLVED);
    assert_int_equal(balance(solo, TICKET), 10);
    check_law(solo);
}

/* Award, exchange, reversal: each of the entries of hand. */
static void test_notes_of_entries_when_they_hold_a_phone_are_masked(void **state)
{
    struct solo *const solo = *state;
    Paidan__PointsExchange wish = PAIDAN__POINTS_EXCHANGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    unsigned masked = 0;
    noted = "问13812345678";
    solve(solo, TICKET);
    assert_int_equal(award(solo, TICKET, "task", 0), PAIDAN__CODE__OK);
    wish.has_ticket = true;
    wish.ticket = TICKET;
    wish.goods = "towel";
    wish.note = (char *)(uintptr_t)noted;
    request.wish_case = PAIDAN__REQUEST__WISH_POINTS_EXCHANGE;
    request.points_exchange = &wish;
    const Paidan__Answer *const answer = solo_call(solo, &request);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(reverse(solo, answer->done->seq, 0), PAIDAN__CODE__OK);
    noted = NULL;
    for (unsigned nth = 1; nth <= 4; nth++) {
        Paidan__Event *const event = solo_fact(solo, PAIDAN__EVENT__FACT_POINTS_ENTERED, nth);
        if (event->points_entered->note != NULL) {
            assert_string_equal(event->points_entered->note, "问***");
            masked++;
        }
        paidan__event__free_unpacked(event, NULL);
    }
    assert_int_equal(masked, 3);
}

static void test_goods_that_come_back_stand_on_the_shelf_again(void **state)
{
    struct solo *const solo = *state;
    solve(solo, TICKET);
    assert_int_equal(award(solo, TICKET, "task", 0), PAIDAN__CODE__OK);
    assert_int_equal(exchange(solo, TICKET, 2), PAIDAN__CODE__OK);
    assert_int_equal(show(solo, PAIDAN__POINTS_WHAT__POINTS_GOODS, 0)->goods[0]->left, 0);
    const uint64_t entry = exchanged;
    assert_int_equal(reverse(solo, entry, 0), PAIDAN__CODE__OK);
    assert_int_equal(reverse(solo, entry, 0), PAIDAN__CODE__ALREADY_DONE);
    assert_int_equal(show(solo, PAIDAN__POINTS_WHAT__POINTS_GOODS, 0)->goods[0]->left, 2);
    assert_int_equal(balance(solo, TICKET), 30);
    check_law(solo);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_points_of_one_person_from_earning_to_reversal),
        TEST(test_points_when_closed_twice_in_a_round_are_given_once),
        TEST(test_points_when_the_closure_is_heard_first_are_given_all_the_same),
        TEST(test_points_of_a_day_stop_at_its_limit_for_good),
        TEST(test_points_of_nobody_and_of_the_confidential_are_none),
        TEST(test_points_by_hand_are_refused_when_wrong),
        TEST(test_points_reversed_by_hand_are_not_given_again_in_the_round),
        TEST(test_notes_of_entries_when_they_hold_a_phone_are_masked),
        TEST(test_goods_that_come_back_stand_on_the_shelf_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
