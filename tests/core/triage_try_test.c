/* TriageTry: what triage would do with some words is what it does when they are filed, and asking leaves
 * no trace. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/triage/triage.h"
#include "site_files.h"
#include "story.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */

static const Paidan__Answer *try_words(struct story *story, const char *text, const char *place)
{
    Paidan__TriageTry wish = PAIDAN__TRIAGE_TRY__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.text = (char *)(uintptr_t)text;
    wish.place = (char *)(uintptr_t)place;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_TRY;
    request.triage_try = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    return answer;
}

static const Paidan__TriageShown *file_words(struct story *story, const char *text,
                                             const char *place)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.channel = (char *)(uintptr_t) "wechat";
    fact.title = (char *)(uintptr_t) "";
    fact.text = (char *)(uintptr_t)text;
    fact.place = (char *)(uintptr_t)place;
    fact.query_code = (char *)(uintptr_t) "ABC123";
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    event.has_ticket = true;
    event.ticket = story_ticket(story, 1);
    story_hear(story, "intake", &event);
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = event.ticket;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->triage_shown;
}

static void begin_with(struct story *story, const char *categories)
{
    struct site_files files = {0};
    files.text[SITE_CATEGORIES] = categories; /* NULL: as they are */
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    assert_non_null(report);
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    story_open_site(story, &triage_service, site, BASE_MS);
}

static void begin(struct story *story)
{
    begin_with(story, NULL);
}

static void test_try_when_the_words_are_sure_then_told_what_filing_them_does(void **state)
{
    (void)state;
    struct story story;
    begin(&story);
    const Paidan__Answer *answer = try_words(&story, "阳光花园门口路灯不亮", "阳光花园");
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    assert_int_equal(answer->body_case, PAIDAN__ANSWER__BODY_TRIAGE_TRIED);
    const Paidan__TriageTried *tried = answer->triage_tried;
    assert_true(tried->routed);
    assert_true(tried->has_level);
    assert_true(tried->n_clocks >= 2); /* accept and handle always */
    assert_true(tried->clocks[0]->due_ms > BASE_MS);
    assert_int_equal(tried->n_category_words, tried->n_categories);
    assert_int_equal(tried->n_area_words, 1);
    assert_string_equal(tried->area_words[0], "阳光花园");
    char unit[64], category[64];
    assert_true(strlen(tried->unit) < sizeof unit);
    memcpy(unit, tried->unit, strlen(tried->unit) + 1);
    memcpy(category, tried->category, strlen(tried->category) + 1);
    const Paidan__TriageShown *shown = file_words(&story, "阳光花园门口路灯不亮", "阳光花园");
    assert_string_equal(shown->unit, unit);
    assert_string_equal(shown->category, category);
    story_close(&story);
}

static void test_try_when_the_place_is_missing_then_the_desk_and_its_reason(void **state)
{
    (void)state;
    struct story story;
    begin(&story);
    const Paidan__TriageTried *tried = try_words(&story, "路灯不亮", NULL)->triage_tried;
    assert_false(tried->routed);
    assert_int_equal(tried->reasons, 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE);
    assert_non_null(tried->category);
    assert_null(tried->unit);
    assert_int_equal(tried->n_clocks, 0);
    assert_int_equal(tried->n_category_words, 1);
    assert_non_null(strstr(tried->category_words[0], "路灯"));
    assert_int_equal(tried->n_area_words, 0);
    story_close(&story);
}

/* Judging keeps no words of what it is not sure of; whoever must choose sees them all the same. */
static void test_try_when_two_categories_fit_then_the_words_of_each_are_told(void **state)
{
    (void)state;
    struct story story;
    begin_with(&story,
               "code,name,parent,urgency,start_level,keywords,exclude\n"
               "road,道路,,,,道路,\n"
               "road.lamp,路灯,road,urgent,street,路灯|不亮,\n"
               "water,漏水,,,,漏水|渗水,\n");
    const Paidan__TriageTried *tried = try_words(&story, "路灯下面漏水", "阳光花园")->triage_tried;
    assert_false(tried->routed);
    assert_null(tried->category);
    assert_int_equal(tried->n_categories, 2);
    assert_int_equal(tried->n_category_words, tried->n_categories);
    assert_string_equal(tried->categories[0], "road.lamp");
    assert_string_equal(tried->category_words[0], "路灯");
    assert_string_equal(tried->categories[1], "water");
    assert_string_equal(tried->category_words[1], "漏水");
    story_close(&story);
}

static void test_try_when_nothing_is_said_then_refused(void **state)
{
    (void)state;
    struct story story;
    begin(&story);
    assert_int_equal(try_words(&story, " \n", NULL)->code, PAIDAN__CODE__TEXT_EMPTY);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_try_when_the_words_are_sure_then_told_what_filing_them_does),
        cmocka_unit_test(test_try_when_the_place_is_missing_then_the_desk_and_its_reason),
        cmocka_unit_test(test_try_when_two_categories_fit_then_the_words_of_each_are_told),
        cmocka_unit_test(test_try_when_nothing_is_said_then_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
