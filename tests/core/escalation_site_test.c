/* The site changes under escalation: a unit that is no longer in it must not take its tickets with
 * it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/escalation/escalation.h"
#include "site_files.h"
#include "story.h"
#include "unit_reader.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */

static struct site *load(bool with_lamps)
{
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    assert_non_null(report);
    if (!with_lamps) {
        files.text[SITE_UNITS] =
            "code,name,level,area\n"
            "keeper,管家,estate,\n"
            "centre,处置中心,street,\n";
        files.text[SITE_MATRIX] =
            "category,area,level,lead,assist\n"
            "road.lamp,*,street,centre,\n";
    }
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    return site;
}

/* Unit, category, area and channel under other codes. */
static struct site *load_renamed(void)
{
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    static char yaml[4096];
    assert_non_null(report);
    const char *at = strstr(site_files_good[SITE_YAML], "{code: wechat, name: 微信}");
    const size_t before = (size_t)(at - site_files_good[SITE_YAML]);
    const char *after = at + strlen("{code: wechat, name: 微信}");
    const char *rest = strstr(after, "callback: wechat");
    (void)snprintf(yaml, sizeof yaml, "%.*s{code: weixin, name: 微信, was: wechat}%.*s%s%s",
                   (int)before, site_files_good[SITE_YAML], (int)(rest - after), after,
                   "callback: weixin", rest + strlen("callback: wechat"));
    files.text[SITE_YAML] = yaml;
    files.text[SITE_AREAS] =
        "code,name,level,parent,was\n"
        "qh,清河街道,street,,\n"
        "garden,阳光花园,estate,qh,a\n"
        "b,翠竹小区,estate,qh,\n";
    files.text[SITE_ALIASES] = "alias,area\n阳光花苑,garden\n";
    files.text[SITE_UNITS] =
        "code,name,level,area,was\n"
        "keeper,管家,estate,,\n"
        "centre,处置中心,street,,\n"
        "lights,路灯所,street,qh,lamps\n";
    files.text[SITE_CATEGORIES] =
        "code,name,parent,urgency,start_level,keywords,exclude,was\n"
        "road,道路,,,,道路|马路,,\n"
        "road.light,路灯,road,urgent,street,路灯|不亮,路灯费,road.lamp\n";
    files.text[SITE_MATRIX] =
        "category,area,level,lead,assist\n"
        "road.light,*,street,lights,centre\n";
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    return site;
}

static void route(struct story *story, uint64_t number)
{
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    routed.channel = "wechat";
    routed.title = "路灯不亮";
    routed.category = "road.lamp";
    routed.area = "a";
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.level = 2;
    routed.unit = "lamps";
    routed.registered_ms = story->now_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
}

static const Paidan__Answer *pull(struct story *story, char *unit)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = unit;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    return story_ask(story, "li", &request);
}

static const Paidan__Answer *work(struct story *story, char *unit, Paidan__Action action,
                                  uint64_t number)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work wish = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, number);
    item.note = "记录";
    wish.unit = unit;
    wish.action = action;
    wish.n_items = 1;
    wish.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    return story_ask(story, "li", &request);
}

static Paidan__Code code_of(const Paidan__Answer *answer)
{
    assert_non_null(answer);
    return answer->code;
}

static size_t listed(struct story *story, char *unit)
{
    Paidan__UnitWork wish = PAIDAN__UNIT_WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = unit;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_WORK;
    request.unit_work = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    return code_of(answer) == PAIDAN__CODE__OK ? answer->listed->n_tickets : SIZE_MAX;
}

static const Paidan__Brief *brief(struct story *story, uint64_t number)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    assert_int_equal(code_of(answer), PAIDAN__CODE__OK);
    return answer->shown->brief;
}

static uint64_t due_of(const Paidan__Brief *brief, Paidan__Clock clock)
{
    for (size_t index = 0; index < brief->n_clocks; index++) {
        if (brief->clocks[index]->clock == clock) {
            return brief->clocks[index]->due_ms;
        }
    }
    return 0;
}

/* Nobody logs in for a unit that was wound up: what it had is another unit's at once, and must be
 * accepted there, while the resident's time runs on. */
static void test_unit_when_dropped_from_site_then_the_owner_of_now_has_its_tickets(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &escalation_service, load(true), BASE_MS);
    route(&story, 1);
    route(&story, 2);
    route(&story, 3);
    (void)work(&story, "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 2);
    (void)work(&story, "lamps", PAIDAN__ACTION__ACTION_RETURN, 3);
    const uint64_t handle_ms = due_of(brief(&story, 2), PAIDAN__CLOCK__CLOCK_HANDLE);
    story_until(&story, story.now_ms - BASE_MS + 60000);
    story_change_site(&story, load(false));
    story_step(&story);
    story_until(&story, story.now_ms - BASE_MS + 1000);
    assert_int_equal(listed(&story, "centre"), 3);
    assert_int_equal(code_of(pull(&story, "lamps")), PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(brief(&story, 2)->state, PAIDAN__STATE__STATE_ASSIGNED);
    assert_int_equal(due_of(brief(&story, 2), PAIDAN__CLOCK__CLOCK_HANDLE), handle_ms);
    assert_int_equal(brief(&story, 3)->state, PAIDAN__STATE__STATE_RETURNED);
    const Paidan__Answer *answer = pull(&story, "centre");
    assert_int_equal(code_of(answer), PAIDAN__CODE__OK);
    assert_int_equal(answer->pulled->n_tickets, 1);
    story_close(&story);
}

/* Under another code it is the same unit: nothing begins again. */
static void test_unit_when_renamed_then_its_tickets_go_with_it(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &escalation_service, load(true), BASE_MS);
    route(&story, 1);
    route(&story, 2);
    (void)work(&story, "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 2);
    const uint64_t accept_ms = due_of(brief(&story, 1), PAIDAN__CLOCK__CLOCK_ACCEPT);
    story_change_site(&story, load_renamed());
    story_step(&story);
    story_until(&story, story.now_ms - BASE_MS + 1000);
    assert_int_equal(listed(&story, "lights"), 2);
    assert_string_equal(brief(&story, 1)->category, "road.light");
    assert_string_equal(brief(&story, 1)->area, "garden");
    assert_string_equal(brief(&story, 1)->channel, "weixin");
    assert_int_equal(due_of(brief(&story, 1), PAIDAN__CLOCK__CLOCK_ACCEPT), accept_ms);
    assert_int_equal(brief(&story, 2)->state, PAIDAN__STATE__STATE_ACCEPTED);
    const Paidan__Answer *answer = work(&story, "lights", PAIDAN__ACTION__ACTION_RESOLVE, 2);
    assert_int_equal(answer->worked->results[0]->code, PAIDAN__CODE__OK);
    route(&story, 3); /* triage has not read the new site yet */
    assert_int_equal(listed(&story, "lights"), 2);
    story_close(&story);
}

static void test_unit_when_dropped_and_done_then_unknown(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &escalation_service, load(true), BASE_MS);
    route(&story, 1);
    (void)work(&story, "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    (void)work(&story, "lamps", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    story_change_site(&story, load(false));
    assert_int_equal(code_of(pull(&story, "lamps")), PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(code_of(work(&story, "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 1)),
                     PAIDAN__CODE__UNIT_UNKNOWN);
    assert_int_equal(listed(&story, "lamps"), SIZE_MAX);
    route(&story, 2); /* triage has not read the new site yet: the owner by ours */
    assert_int_equal(listed(&story, "centre"), 1);
    story_close(&story);
}

/* Its key in the table of counts has no zero at the end. */
static void test_unit_when_its_code_is_as_long_as_may_be_then_counted_by_it(void **state)
{
    (void)state;
    static char units[256], matrix[256];
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    struct story story;
    char code[CODE_BYTES_MAX + 1];
    memset(code, 'k', CODE_BYTES_MAX);
    code[CODE_BYTES_MAX] = '\0';
    (void)snprintf(
        units, sizeof units,
        "code,name,level,area\nkeeper,管家,estate,\ncentre,中心,street,\n%s,路灯所,street,\n",
        code);
    (void)snprintf(matrix, sizeof matrix,
                   "category,area,level,lead,assist\nroad.lamp,*,street,%s,\n", code);
    files.text[SITE_UNITS] = units;
    files.text[SITE_MATRIX] = matrix;
    assert_non_null(report);
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    story_open_site(&story, &escalation_service, site, BASE_MS);
    route(&story, 1); /* the owner by our site */
    struct unit_reader counted;
    unit_reader_read(story.store, &counted);
    assert_int_equal(counted.count, 1);
    assert_string_equal(counted.units[0].unit, code);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unit_when_dropped_from_site_then_the_owner_of_now_has_its_tickets),
        cmocka_unit_test(test_unit_when_renamed_then_its_tickets_go_with_it),
        cmocka_unit_test(test_unit_when_dropped_and_done_then_unknown),
        cmocka_unit_test(test_unit_when_its_code_is_as_long_as_may_be_then_counted_by_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
