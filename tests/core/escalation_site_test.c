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

static void test_unit_when_dropped_from_site_then_finishes_what_it_has(void **state)
{
    (void)state;
    struct story story;
    story_open_site(&story, &escalation_service, load(true), BASE_MS);
    route(&story, 1);
    route(&story, 2);
    story_change_site(&story, load(false));
    assert_int_equal(listed(&story, "lamps"), 2);
    const Paidan__Answer *answer = pull(&story, "lamps");
    assert_int_equal(code_of(answer), PAIDAN__CODE__OK);
    assert_int_equal(answer->pulled->n_tickets, 1);
    static const Paidan__Action actions[] = {PAIDAN__ACTION__ACTION_ACCEPT,
                                             PAIDAN__ACTION__ACTION_RESOLVE};
    for (unsigned index = 0; index < 2; index++) {
        answer = work(&story, "lamps", actions[index], 1);
        assert_int_equal(code_of(answer), PAIDAN__CODE__OK);
        assert_int_equal(answer->worked->results[0]->code, PAIDAN__CODE__OK);
    }
    answer = work(&story, "lamps", PAIDAN__ACTION__ACTION_RETURN, 2);
    assert_int_equal(answer->worked->results[0]->code, PAIDAN__CODE__OK);
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
    Paidan__UnitCounts wish = PAIDAN__UNIT_COUNTS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_UNIT_COUNTS;
    request.unit_counts = &wish;
    const Paidan__Answer *answer = story_query(&story, &request);
    assert_int_equal(code_of(answer), PAIDAN__CODE__OK);
    assert_int_equal(answer->units_counted->n_units, 1);
    assert_string_equal(answer->units_counted->units[0]->unit, code);
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unit_when_dropped_from_site_then_finishes_what_it_has),
        cmocka_unit_test(test_unit_when_dropped_and_done_then_unknown),
        cmocka_unit_test(test_unit_when_its_code_is_as_long_as_may_be_then_counted_by_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
