/* The site changes under the desk: what waits there must not keep codes that nobody knows, nor lose
 * what triage was sure of because it was renamed. */

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
#define HOUR_MS 3600000ull

static const char renamed_areas[] =
    "code,name,level,parent,was\n"
    "qh,清河街道,street,,\n"
    "garden,阳光花园,estate,qh,a\n"
    "b,翠竹小区,estate,qh,\n";
static const char renamed_categories[] =
    "code,name,parent,urgency,start_level,keywords,exclude,was\n"
    "road,道路,,,,道路|马路,,\n"
    "road.light,路灯,road,urgent,street,路灯|不亮,路灯费,road.lamp\n";
static const char fewer_areas[] =
    "code,name,level,parent\n"
    "qh,清河街道,street,\n"
    "b,翠竹小区,estate,qh\n";
static const char fewer_categories[] =
    "code,name,parent,urgency,start_level,keywords,exclude\n"
    "road,道路,,,,道路|马路,\n";

static struct site *load(const char *areas, const char *alias, const char *categories,
                         const char *matrix)
{
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    assert_non_null(report);
    files.text[SITE_AREAS] = areas;
    files.text[SITE_ALIASES] = alias;
    files.text[SITE_CATEGORIES] = categories;
    files.text[SITE_MATRIX] = matrix;
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    return site;
}

static struct site *load_renamed(void)
{
    return load(renamed_areas, "alias,area\n阳光花苑,garden\n", renamed_categories,
                "category,area,level,lead,assist\nroad.light,*,street,lamps,centre\n");
}

static struct site *load_fewer(void)
{
    return load(fewer_areas, "alias,area\n翠竹苑,b\n", fewer_categories,
                "category,area,level,lead,assist\nroad,*,street,lamps,centre\n");
}

static void words(struct story *story, uint64_t number, const char *place, const char *text)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = (char *)"wechat";
    fact.title = (char *)"标题";
    fact.text = (char *)text;
    fact.place = (char *)place;
    fact.query_code = (char *)"ABC123";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    story_hear(story, "intake", &event);
}

/* The dispatcher names a unit alone. */
static Paidan__Code dispatch(struct story *story, uint64_t number, const char *category)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = story_ticket(story, number);
    wish.unit = (char *)"lamps";
    wish.category = (char *)category;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    const Paidan__Answer *answer = story_ask(story, "desk", &request);
    assert_non_null(answer);
    return answer->code;
}

static uint32_t bit(Paidan__DeskReason reason)
{
    return 1u << reason;
}

/* Three at the desk: the place is sure, the category is sure, a return of which both were. */
static void fill_desk(struct story *story)
{
    words(story, 1, "阳光花园", "说不清楚");
    words(story, 2, NULL, "路灯不亮");
    words(story, 3, "阳光花园", "路灯不亮");
    returned(story, 3);
}

static void change(struct story *story, struct site *site)
{
    story_change_site(story, site);
    story_step(story);
    story_step(story);
}

static void test_desk_when_codes_are_renamed_then_its_tickets_go_on_under_them(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &triage_service, load(NULL, NULL, NULL, NULL), BASE_MS);
    fill_desk(&story);
    const uint64_t due_ms = show(&story, 1)->desk->clock->due_ms;
    change(&story, load_renamed());
    assert_string_equal(show(&story, 1)->desk->areas[0], "garden");
    assert_string_equal(show(&story, 1)->area, "garden");
    assert_int_equal(show(&story, 1)->desk->clock->due_ms, due_ms);
    assert_string_equal(show(&story, 2)->category, "road.light");
    assert_string_equal(show(&story, 3)->desk->categories[0], "road.light");
    assert_int_equal(show(&story, 3)->reasons, bit(PAIDAN__DESK_REASON__DESK_RETURNED));
    assert_int_equal(dispatch(&story, 2, NULL), PAIDAN__CODE__OK);
    assert_int_equal(dispatch(&story, 3, NULL), PAIDAN__CODE__OK);
    assert_string_equal(show(&story, 3)->area, "garden");
    story_replay(&story);
    story_close(&story);
}

/* Nobody carries them on: the dispatcher sees what has to be named, and may name it. */
static void test_desk_when_codes_are_dropped_then_the_dispatcher_names_others(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &triage_service, load(NULL, NULL, NULL, NULL), BASE_MS);
    fill_desk(&story);
    change(&story, load_fewer());
    assert_int_equal(show(&story, 1)->desk->n_areas, 0);
    assert_int_equal(show(&story, 1)->reasons, bit(PAIDAN__DESK_REASON__DESK_NO_CATEGORY) |
                                                   bit(PAIDAN__DESK_REASON__DESK_NO_PLACE));
    assert_int_equal(show(&story, 3)->desk->n_categories, 0);
    assert_int_equal(show(&story, 3)->reasons, bit(PAIDAN__DESK_REASON__DESK_RETURNED) |
                                                   bit(PAIDAN__DESK_REASON__DESK_NO_CATEGORY) |
                                                   bit(PAIDAN__DESK_REASON__DESK_NO_PLACE));
    assert_int_equal(dispatch(&story, 3, NULL), PAIDAN__CODE__CATEGORY_UNKNOWN);
    assert_int_equal(dispatch(&story, 3, "road"), PAIDAN__CODE__OK);
    story_replay(&story);
    story_close(&story);
}

/* What is late is not planned any more, but its codes follow. */
static void test_desk_when_late_and_renamed_then_codes_follow_and_the_alarm_goes_on(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &triage_service, load(NULL, NULL, NULL, NULL), BASE_MS);
    words(&story, 1, "阳光花园", "说不清楚");
    story_until(&story, 48 * HOUR_MS);
    const uint32_t alarms = show(&story, 1)->desk->alarms;
    assert_true(alarms > 0);
    change(&story, load_renamed());
    assert_string_equal(show(&story, 1)->area, "garden");
    story_until(&story, 52 * HOUR_MS);
    assert_true(show(&story, 1)->desk->alarms > alarms);
    story_replay(&story);
    story_close(&story);
}

/* A return after the edit: the ticket was routed by codes of before. */
static void test_return_when_the_codes_were_renamed_meanwhile_then_proposed_as_now(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &triage_service, load(NULL, NULL, NULL, NULL), BASE_MS);
    words(&story, 1, "阳光花园", "路灯不亮");
    words(&story, 2, "阳光花园", "路灯不亮");
    change(&story, load_renamed());
    returned(&story, 1);
    assert_string_equal(show(&story, 1)->desk->categories[0], "road.light");
    assert_int_equal(dispatch(&story, 1, NULL), PAIDAN__CODE__OK);
    change(&story, load_fewer());
    returned(&story, 2);
    assert_int_equal(show(&story, 2)->reasons, bit(PAIDAN__DESK_REASON__DESK_RETURNED) |
                                                   bit(PAIDAN__DESK_REASON__DESK_NO_CATEGORY) |
                                                   bit(PAIDAN__DESK_REASON__DESK_NO_PLACE));
    story_replay(&story);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_desk_when_codes_are_renamed_then_its_tickets_go_on_under_them),
        cmocka_unit_test(test_desk_when_codes_are_dropped_then_the_dispatcher_names_others),
        cmocka_unit_test(test_desk_when_late_and_renamed_then_codes_follow_and_the_alarm_goes_on),
        cmocka_unit_test(test_return_when_the_codes_were_renamed_meanwhile_then_proposed_as_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
