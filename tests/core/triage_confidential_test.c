/* 保密: a confidential ticket goes to the desk, and leaves it with words that a dispatcher wrote. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/triage/triage.h"
#include "site_files.h"
#include "triage_wishes.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define CONFIDENTIAL (1u << PAIDAN__DESK_REASON__DESK_CONFIDENTIAL)
#define RETURNED (1u << PAIDAN__DESK_REASON__DESK_RETURNED)

static void registered(struct story *story, uint64_t number, bool confidential)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)"wechat";
    fact.title = (char *)"我家楼下路灯";
    fact.text = (char *)"路灯不亮";
    fact.place = (char *)"阳光花园";
    fact.query_code = (char *)"ABC123";
    fact.has_confidential = fact.confidential = confidential;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    story_hear(story, "intake", &event);
}

static Paidan__Code dispatch(struct story *story, uint64_t number, const char *summary)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.unit = (char *)"lamps";
    wish.summary = (char *)summary;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    return story_ask(story, "desk", &request)->code;
}

static struct site *good_site(void)
{
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    assert_non_null(report);
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    return site;
}

static void test_confidential_when_the_words_are_sure_then_at_the_desk_all_the_same(void **unused)
{
    (void)unused;
    struct story story;
    story_open_site(&story, &triage_service, good_site(), BASE_MS);
    registered(&story, 1, false);
    registered(&story, 2, true);
    assert_int_equal(show(&story, 1)->has_reasons, 0); /* routed at once */
    const Paidan__TriageShown *shown = show(&story, 2);
    assert_int_equal(shown->reasons, CONFIDENTIAL);
    assert_int_equal(shown->n_categories, 1); /* what triage is sure of needs not be said again */
    assert_string_equal(shown->desk->title, "我家楼下路灯");
    assert_int_equal(dispatch(&story, 2, NULL), PAIDAN__CODE__SUMMARY_MISSING);
    assert_int_equal(dispatch(&story, 2, " \n"), PAIDAN__CODE__SUMMARY_MISSING);
    assert_int_equal(dispatch(&story, 2, "路灯损坏，联系13812345678"), PAIDAN__CODE__OK);
    /* Back from the unit it is confidential still, and may go on with the same words. */
    returned(&story, 2);
    assert_int_equal(show(&story, 2)->reasons, CONFIDENTIAL | RETURNED);
    assert_int_equal(dispatch(&story, 2, NULL), PAIDAN__CODE__OK);
    story_replay(&story);
    story_close(&story);
}

static void test_summary_when_the_ticket_is_an_ordinary_one_then_refused(void **unused)
{
    (void)unused;
    struct story story;
    story_open_site(&story, &triage_service, good_site(), BASE_MS);
    registered(&story, 1, false);
    returned(&story, 1);
    assert_int_equal(dispatch(&story, 1, "摘要"), PAIDAN__CODE__FIELD_INVALID);
    assert_int_equal(dispatch(&story, 1, NULL), PAIDAN__CODE__OK);
    story_replay(&story);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_confidential_when_the_words_are_sure_then_at_the_desk_all_the_same),
        cmocka_unit_test(test_summary_when_the_ticket_is_an_ordinary_one_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
