/* What each fact adds to which unit, as archive reads it in escalation's log. That the sums are the service's
 * own counters is checked at the end of every story (escalation_laws.c). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "escalation_stories.h"
#include "escalation_teller.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_state.h"
#include "story.h"
#include "unit_reader.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define BASE_MS 1795309200000ull

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN

static uint64_t count_of(struct story *story, const char *unit, enum unit_counter counter)
{
    struct unit_reader units;
    unit_reader_read(story->store, &units);
    return unit_reader_count(&units, unit, counter);
}

static void route(struct story *story, uint64_t number, const char *category)
{
    const struct teller_route where = {
        .category = category, .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, number, &where);
}

static void test_counts_when_facts_come_then_each_unit_has_its_own(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    for (uint64_t number = 1; number <= 4; number++) {
        route(&story, number, "trash");
    }
    wish.ticket = 1;
    wish.note = "慢";
    teller_supervise(&story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED, &wish);
    teller_supervise(&story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD,
                     &wish);
    (void)teller_work(&story, "li", "b1", RETURN, 2);
    teller_rule(&story, 2, "b2", 1); /* upheld: b2 has it */
    (void)teller_work(&story, "li", "b1", RETURN, 3);
    teller_rule(&story, 3, "b1", 1); /* overruled */
    (void)teller_work(&story, "li", "b1", ACCEPT, 3);
    (void)teller_work(&story, "li", "b1", CONTACT, 3);
    (void)teller_work(&story, "li", "b1", RESOLVE, 3);
    teller_answer(&story, 3, 1, PAIDAN__SOLVED__SOLVED_NO); /* to c1 */
    story_until(&story, HOUR);                              /* 1 and 4 warned, then raised to c1 */
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_ASSIGNED), 5);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_RETURNED), 2);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_UPHELD), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_OVERRULED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_ACCEPTED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_CONTACTED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_RESOLVED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_RESOLVED_LATE), 0);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_REOPENED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_RAISED_EXPIRED), 2);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_RED), 1);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_YELLOW), 2);
    assert_int_equal(count_of(&story, "b1", UNIT_COUNT_CARDS_CANCELLED), 1);
    assert_int_equal(count_of(&story, "b2", UNIT_COUNT_ASSIGNED), 1);
    assert_int_equal(count_of(&story, "b2", UNIT_COUNT_RETURNED), 0);
    assert_int_equal(count_of(&story, "c1", UNIT_COUNT_ASSIGNED), 4); /* b2's too */
    assert_int_equal(count_of(&story, "c1", UNIT_COUNT_RED), 0);
    (void)teller_work(&story, "chen", "c1", ACCEPT, 3); /* its accept clock is not missed yet */
    story_jump(&story, 5 * HOUR);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* A store of before has counted units itself: the rows go when it is opened, as a replay makes none. */
static void test_store_when_of_before_then_its_rows_of_units_go(void **unused)
{
    (void)unused;
    struct story story;
    struct store_walk walk;
    struct store_txn *txn = NULL;
    story_open(&story, &escalation_service, "watch", BASE_MS);
    route(&story, 1, "noise");
    assert_int_equal(store_begin(story.store, true, &txn), RC_OK);
    assert_int_equal(store_put(txn, ESCALATION_COUNT, "b1", 2, "some", 4), RC_OK);
    assert_int_equal(store_put(txn, ESCALATION_COUNT, "c1", 2, "more", 4), RC_OK);
    assert_int_equal(store_commit(txn), RC_OK);
    story_restart(&story);
    assert_int_equal(store_begin(story.store, false, &txn), RC_OK);
    assert_int_equal(store_walk_open(txn, ESCALATION_COUNT, NULL, 0, &walk), RC_NOT_FOUND);
    store_walk_close(&walk);
    store_abort(txn);
    story_replay(&story);
    assert_non_null(strstr(story.trace.text, "replay: equal"));
    story_close(&story);
}

/* ---- late work ---- */

#define COUNTS(story, unit, counter, value)                                                        \
    assert_int_equal(count_of(story, unit, UNIT_COUNT_##counter), value)

static void test_lateness_when_nobody_acts_then_counted_where_each_deadline_passed(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1); /* never accepted */
    teller_route_alone(&story, 2); /* accepted, never contacted */
    teller_route_alone(&story, 3); /* withdrawn in time */
    teller_route_alone(&story, 4); /* returned: it lies at the desk when its deadline passes */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    (void)teller_work(&story, "li", "b1", RETURN, 4);
    teller_withdraw(&story, 3);
    story_until(&story, 29 * MINUTE);
    COUNTS(&story, "b1", ACCEPTED_LATE, 0);
    story_until(&story, 30 * MINUTE);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2); /* 1 and 4 */
    COUNTS(&story, "b1", CONTACTED_LATE, 0);
    story_until(&story, 2 * HOUR);
    COUNTS(&story, "b1", CONTACTED_LATE, 1);
    COUNTS(&story, "b1", CONTACTED, 0);
    COUNTS(&story, "c1", ACCEPTED_LATE, 2);
    story_until(&story, 4 * HOUR); /* at the top: cards */
    COUNTS(&story, "s.city", ACCEPTED_LATE, 2);
    (void)teller_work(&story, "zhou", "s.city", ACCEPT, 1); /* late: counted already */
    COUNTS(&story, "s.city", ACCEPTED, 1);
    COUNTS(&story, "s.city", ACCEPTED_LATE, 2);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

static void test_lateness_when_contacted_twice_then_the_second_counts_nothing(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    teller_route_alone(&story, 1);
    route(&story, 2, "carded"); /* no term of contact, and a card where others raise */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    for (unsigned times = 0; times < 3; times++) {
        (void)teller_work(&story, "li", "b1", CONTACT, 1);
    }
    story_until(&story, 3 * HOUR); /* its term would have passed */
    (void)teller_work(&story, "li", "b1", CONTACT, 1);
    COUNTS(&story, "b1", CONTACTED, 1);
    COUNTS(&story, "b1", CONTACTED_LATE, 0);
    COUNTS(&story, "b1", ACCEPTED_LATE, 1); /* 2: when its card came */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    (void)teller_work(&story, "li", "b1", CONTACT, 2);
    (void)teller_work(&story, "li", "b1", CONTACT, 2);
    COUNTS(&story, "b1", CONTACTED, 2);
    COUNTS(&story, "b1", ACCEPTED, 2);
    COUNTS(&story, "b1", ACCEPTED_LATE, 1);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* Several deadlines at one moment make one raise; each of them is the lower unit's. One that passes
 * while nothing runs, after that moment, is nobody's: the unit would have had the ticket no more. */
static void test_lateness_when_deadlines_coincide_then_each_counts(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    route(&story, 1, "twin"); /* accept, contact and handle: an hour */
    route(&story, 2, "twin");
    teller_route_alone(&story, 3); /* 30 minutes, two hours, a day */
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    story_jump(&story, 90 * MINUTE + 3 * HOUR);
    story_step(&story);
    COUNTS(&story, "b1", RAISED_EXPIRED, 3);
    COUNTS(&story, "b1", ACCEPTED_LATE, 2); /* 1 and 3 */
    COUNTS(&story, "b1", CONTACTED_LATE, 2);
    COUNTS(&story, "b1", RESOLVED_LATE, 2);
    COUNTS(&story, "c1", CONTACTED_LATE, 0);
    assert_int_equal(story_count(&story, "contacted_late_total"), 2);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* A ruling may give a term that is over already: it expires at once, and is not the new unit's. */
static void test_lateness_when_ruled_into_a_passed_term_then_not_the_new_units(void **unused)
{
    (void)unused;
    struct story story;
    story_open(&story, &escalation_service, "ladder", BASE_MS);
    route(&story, 1, "desk"); /* its terms begin on Monday */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    (void)teller_work(&story, "li", "b1", RETURN, 1);
    story_until(&story, 3 * HOUR);
    const struct teller_route twin = {.category = "twin", .area = "bu1", .unit = "b2", .level = 1};
    teller_rule_as(&story, 1, &twin); /* an hour from the dispatch on: over for two hours */
    story_until(&story, 3 * HOUR + MINUTE);
    COUNTS(&story, "b2", RAISED_EXPIRED, 1);
    COUNTS(&story, "b2", CONTACTED_LATE, 0);
    COUNTS(&story, "b2", RESOLVED_LATE, 0);
    COUNTS(&story, "b1", RESOLVED_LATE, 0);
    story_until(&story, 4 * HOUR);
    COUNTS(&story, "c1", ACCEPTED_LATE, 1); /* that one had its whole hour */
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

/* While suspended nothing passes; a task that is never done is late all the same. */
static void test_lateness_when_suspended_or_assisting_then_each_its_own(void **unused)
{
    (void)unused;
    struct story story;
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    teller_route_alone(&story, 1);
    teller_route_noise(&story, 2); /* b2 assists: 2wd */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    (void)teller_work(&story, "li", "b1", ACCEPT, 2);
    wish.ticket = 1;
    wish.note = "待配件";
    wish.has_until_ms = true;
    wish.until_ms = BASE_MS + 20 * 24 * HOUR;
    teller_do(&story, "li", "b1", PAIDAN__ACTION__ACTION_SUSPEND, &wish);
    story_until(&story, 3 * 24 * HOUR);
    COUNTS(&story, "b2", ASSISTS_LATE, 1);
    COUNTS(&story, "b2", ASSISTS_DONE, 0);
    story_until(&story, 15 * 24 * HOUR);
    COUNTS(&story, "b1", RESOLVED_LATE, 1); /* 2 alone, raised */
    wish.ticket = 2;
    teller_do(&story, "wu", "b2", PAIDAN__ACTION__ACTION_ASSIST_DONE, &wish);
    COUNTS(&story, "b2", ASSISTS_DONE, 1);
    COUNTS(&story, "b2", ASSISTS_LATE, 1);
    escalation_story_check(&story);
    assert_null(strstr(story.trace.text, "LAW BROKEN"));
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_when_facts_come_then_each_unit_has_its_own),
        cmocka_unit_test(test_store_when_of_before_then_its_rows_of_units_go),
        cmocka_unit_test(test_lateness_when_nobody_acts_then_counted_where_each_deadline_passed),
        cmocka_unit_test(test_lateness_when_contacted_twice_then_the_second_counts_nothing),
        cmocka_unit_test(test_lateness_when_deadlines_coincide_then_each_counts),
        cmocka_unit_test(test_lateness_when_ruled_into_a_passed_term_then_not_the_new_units),
        cmocka_unit_test(test_lateness_when_suspended_or_assisting_then_each_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
