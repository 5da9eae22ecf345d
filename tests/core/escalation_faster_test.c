/* A refusal says who was faster, when and with what. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "services/escalation/escalation.h"
#include "site_files.h"
#include "story.h"

#define BASE_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */

static void open_story(struct story *story)
{
    struct site_files files = {0};
    struct site_report *report = calloc(1, sizeof *report);
    struct site *site = NULL;
    assert_non_null(report);
    assert_int_equal(site_files_load(&files, report, &site), RC_OK);
    free(report);
    story_open_site(story, &escalation_service, site, BASE_MS);
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
    event.ticket = story_ticket(story, 1);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
}

static const Paidan__WorkResult *work(struct story *story, char *actor, char *unit,
                                      Paidan__Action action, uint64_t version)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work wish = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, 1);
    item.note = "记录";
    item.has_version = version != 0;
    item.version = version;
    wish.unit = unit;
    wish.action = action;
    wish.n_items = 1;
    wish.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &wish;
    const Paidan__Answer *answer = story_ask(story, actor, &request);
    assert_non_null(answer);
    assert_int_equal(answer->code, PAIDAN__CODE__OK);
    return answer->worked->results[0];
}

static void pull(struct story *story, char *actor)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = "lamps";
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    const Paidan__Answer *answer = story_ask(story, actor, &request);
    assert_int_equal(answer->pulled->n_tickets, 1);
}

static void assert_faster(const Paidan__WorkResult *result, Paidan__Code code, const char *actor,
                          const char *did)
{
    assert_int_equal(result->code, code);
    assert_string_equal(result->unit, "lamps");
    if (actor == NULL) {
        assert_null(result->actor);
    } else {
        assert_string_equal(result->actor, actor);
    }
    assert_string_equal(result->did, did);
    assert_true(result->has_at_ms || result->has_until_ms);
}

static void test_refusal_when_somebody_was_faster_then_says_who(void **state)
{
    (void)state;
    struct story story;
    open_story(&story);
    pull(&story, "王芳");
    const Paidan__WorkResult *result =
        work(&story, "李雷", "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 0);
    assert_faster(result, PAIDAN__CODE__LEASED_BY_OTHER, "王芳", "leased");
    assert_true(result->until_ms > story.now_ms);
    /* Another unit hears who has it, and that a record of triage put it there. */
    assert_faster(work(&story, "李雷", "centre", PAIDAN__ACTION__ACTION_ACCEPT, 0),
                  PAIDAN__CODE__NOT_YOUR_TICKET, NULL, "assigned");
    const uint64_t accepted_ms = story.now_ms;
    result = work(&story, "王芳", "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 0);
    assert_int_equal(result->code, PAIDAN__CODE__OK);
    assert_null(result->actor); /* nobody stood in the way */
    result = work(&story, "李雷", "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 0);
    assert_faster(result, PAIDAN__CODE__ALREADY_DONE, "王芳", "accepted");
    assert_true(result->at_ms >= accepted_ms);
    (void)work(&story, "王芳", "lamps", PAIDAN__ACTION__ACTION_PROGRESS, 0);
    assert_faster(work(&story, "李雷", "lamps", PAIDAN__ACTION__ACTION_RESOLVE, 1),
                  PAIDAN__CODE__VERSION_CONFLICT, "王芳", "progressed");
    /* The progress is no reason: the accept is. */
    assert_faster(work(&story, "李雷", "lamps", PAIDAN__ACTION__ACTION_ACCEPT, 0),
                  PAIDAN__CODE__ALREADY_DONE, "王芳", "accepted");
    (void)work(&story, "韩梅梅", "lamps", PAIDAN__ACTION__ACTION_RESOLVE, 0);
    assert_faster(work(&story, "王芳", "lamps", PAIDAN__ACTION__ACTION_RETURN, 0),
                  PAIDAN__CODE__STATE_FORBIDS, "韩梅梅", "resolved");
    story_close(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusal_when_somebody_was_faster_then_says_who),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
