/* Tickets that ended long ago leave escalation's tables 归档: what goes, what stays, and that nothing begins anew that
 * is gone: told as a story with its trace; pages; a site that changes its mind. */

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
#include "solo.h"
#include "story.h"

#define HOUR 3600000ull
#define DAY (24 * HOUR)
#define BASE_MS 1795395600000ull /* Monday 2026-11-23 09:00 in +08:00 */
#define HOT_DAYS 30

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT

static struct site *hot_site(uint32_t hot_days)
{
    struct site *const site = solo_site_load("joint");
    site->hot_days = hot_days;
    site->version = 1000 + hot_days; /* another edit, another digest */
    return site;
}

/* Days in which nothing happens but that the walk finds nothing: not told. */
static void pass(struct story *story, uint64_t until_ms)
{
    story->quiet = true;
    story_until(story, until_ms);
    story->quiet = false;
}

static void solve(struct story *story, uint64_t number)
{
    (void)teller_work(story, "li", "b1", ACCEPT, number);
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_RESOLVE, number);
    teller_answer(story, number, 1, PAIDAN__SOLVED__SOLVED_YES);
}

static void suspend(struct story *story, uint64_t number, uint64_t until_ms)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    (void)teller_work(story, "li", "b1", ACCEPT, number);
    wish.ticket = number;
    wish.note = "待配件";
    wish.has_until_ms = true;
    wish.until_ms = BASE_MS + until_ms;
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_SUSPEND, &wish);
}

static Paidan__Code shown(struct story *story, uint64_t number)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    const Paidan__Answer *const answer = story_query(story, &request);
    assert_non_null(answer);
    return answer->code;
}

static uint64_t rows(struct story *story, unsigned table)
{
    struct store_txn *txn = NULL;
    struct store_walk walk;
    uint64_t count = 0;
    assert_int_equal(store_begin(story->store, false, &txn), RC_OK);
    enum rc rc = store_walk_open(txn, table, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        count++;
    }
    store_walk_close(&walk);
    store_abort(txn);
    return count;
}

static void finish(struct story *story, const char *golden)
{
    escalation_story_check(story);
    story_replay(story);
    assert_null(strstr(story->trace.text, "LAW BROKEN"));
    assert_non_null(strstr(story->trace.text, "replay: equal"));
    if (golden != NULL) {
        assert_true(trace_golden(&story->trace, golden));
    }
    story_close(story);
}

static void test_ended_when_old_enough_then_gone_and_open_ones_stay(void **unused)
{
    (void)unused;
    struct story story;
    story_open_site(&story, &escalation_service, hot_site(HOT_DAYS), BASE_MS);
    for (uint64_t number = 1; number <= 4; number++) {
        teller_route_alone(&story, number);
    }
    solve(&story, 1);
    suspend(&story, 2, 60 * DAY); /* open all the while */
    suspend(&story, 3, 20 * DAY); /* ends later */
    teller_withdraw(&story, 5);   /* before its route */
    teller_withdraw(&story, 4);
    pass(&story, 20 * DAY + HOUR);
    (void)teller_work(&story, "li", "b1", PAIDAN__ACTION__ACTION_RESOLVE, 3);
    teller_answer(&story, 3, 1, PAIDAN__SOLVED__SOLVED_YES);
    pass(&story, 29 * DAY + HOUR);
    assert_int_equal(shown(&story, 1), PAIDAN__CODE__OK);
    story_until(&story, 31 * DAY);
    assert_int_equal(shown(&story, 1), PAIDAN__CODE__TICKET_ARCHIVED);
    assert_int_equal(shown(&story, 2), PAIDAN__CODE__OK);
    assert_int_equal(shown(&story, 3), PAIDAN__CODE__OK);
    assert_int_equal(shown(&story, 4), PAIDAN__CODE__TICKET_ARCHIVED);
    assert_int_equal(shown(&story, 5), PAIDAN__CODE__TICKET_ARCHIVED);
    assert_int_equal(shown(&story, 9), PAIDAN__CODE__TICKET_UNKNOWN);
    assert_int_equal(rows(&story, ESCALATION_TICKET), 2);
    assert_int_equal(rows(&story, ESCALATION_INFO), 2);
    /* Nothing begins anew: not by a clerk, a resident, a dispatcher, a late answer. */
    (void)teller_work(&story, "li", "b1", ACCEPT, 1);
    teller_withdraw(&story, 1);
    teller_chase(&story, 1, 1);
    teller_route_alone(&story, 1);
    teller_answer(&story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_merge(&story, 6, 1, 0);
    story_restart(&story);
    assert_int_equal(shown(&story, 1), PAIDAN__CODE__TICKET_ARCHIVED);
    assert_int_equal(rows(&story, ESCALATION_TICKET), 2 + 1); /* 6, which is not merged */
    pass(&story, 51 * DAY);
    assert_int_equal(shown(&story, 3), PAIDAN__CODE__TICKET_ARCHIVED);
    assert_int_equal(rows(&story, ESCALATION_EXTRA), 1); /* 2's */
    finish(&story, "escalation_retire");
}

/* More than a page, and a page more in the walk of the same day. */
static void test_ended_when_more_than_a_page_then_page_by_page(void **unused)
{
    (void)unused;
    struct story story;
    story_open_site(&story, &escalation_service, hot_site(HOT_DAYS), BASE_MS);
    story.quiet = true;
    for (uint64_t number = 1; number <= RETIRED_MAX + 2; number++) {
        teller_withdraw(&story, number);
    }
    story_until(&story, HOT_DAYS * DAY);
    assert_int_equal(story_count(&story, "retired_total"), RETIRED_MAX);
    story_restart(&story);
    story_until(&story, HOT_DAYS * DAY + HOUR);
    assert_int_equal(story_count(&story, "retired_total"), RETIRED_MAX + 2);
    assert_int_equal(rows(&story, ESCALATION_TICKET), 0);
    finish(&story, NULL);
}

static void test_site_when_it_says_so_no_more_then_all_stay(void **unused)
{
    (void)unused;
    struct story story;
    story_open_site(&story, &escalation_service, hot_site(0), BASE_MS);
    story.quiet = true;
    teller_withdraw(&story, 1);
    story_until(&story, 40 * DAY);
    assert_int_equal(shown(&story, 1), PAIDAN__CODE__OK); /* kept for ever */
    assert_int_equal(rows(&story, STORE_DUE), 0);
    story_change_site(&story, hot_site(HOT_DAYS));
    story_step(&story);
    story_until(&story, 40 * DAY + HOUR);
    assert_int_equal(shown(&story, 1), PAIDAN__CODE__TICKET_ARCHIVED);
    teller_withdraw(&story, 2);
    story_change_site(&story, hot_site(0));
    story_step(&story);
    story_until(&story, 90 * DAY);
    assert_int_equal(shown(&story, 2), PAIDAN__CODE__OK);
    assert_int_equal(rows(&story, STORE_DUE), 0);
    finish(&story, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ended_when_old_enough_then_gone_and_open_ones_stay),
        cmocka_unit_test(test_ended_when_more_than_a_page_then_page_by_page),
        cmocka_unit_test(test_site_when_it_says_so_no_more_then_all_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
