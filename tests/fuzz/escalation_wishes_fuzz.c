/* Whatever units and supervisors may wish beside the ordinary way, in any order and at any time,
 * on a site that changes under the tickets: requests, suspensions, tasks, persons, modes, appeals,
 * orders, cards, plans anew.
 *
 * Three bytes are one operation: what, to which of four tickets by whom, and how. The laws are
 * those of escalation_core_fuzz. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_stories.h"
#include "services/escalation/escalation.h"

#define BASE_MS 1795309200000ull
#define HOUR 3600000ull

enum { OPERATIONS_MAX = 200, TICKETS = 4, CHECK_EVERY = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const units[] = {"b1", "b2", "c1", "c2", "s.city", "s.any", "s.watch", "s.safe"};
static const char *const categories[] = {"noise", "noise.work", "trash", "carded"};
static const char *const sites[] = {"joint", "joint-later", "watch", "ladder"};

struct operation {
    uint8_t what, who, how;
    uint64_t ticket;
};

static void route(struct story *story, const struct operation *operation)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    char *assist[] = {"b2", "c2"};
    event.has_ticket = true;
    event.ticket = operation->ticket;
    routed.channel = "wechat";
    routed.title = "x";
    routed.category = ruled.category = (char *)categories[operation->how % 4];
    routed.area = ruled.area = "bu1";
    routed.unit = ruled.unit = (char *)(operation->how % 8 < 6 ? "b1" : "c1");
    routed.level = ruled.level = operation->how % 8 < 6 ? 1 : 2;
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.registered_ms = story->now_ms;
    routed.assist = ruled.assist = assist;
    routed.n_assist = ruled.n_assist = operation->how >> 6 < 2 ? operation->how >> 6 : 2;
    event.fact_case = operation->who < 128 ? PAIDAN__EVENT__FACT_ROUTED : PAIDAN__EVENT__FACT_RULED;
    if (operation->who < 128) {
        event.routed = &routed;
    } else {
        event.ruled = &ruled;
    }
    story_hear(story, "triage", &event);
}

static void hear(struct story *story, const struct operation *operation)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    event.has_ticket = true;
    event.ticket = operation->ticket;
    switch (operation->how % 8) {
    case 0:
        event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
        event.withdrawn = &withdrawn;
        story_hear(story, "intake", &event);
        break;
    case 1:
        chased.count = operation->how;
        event.fact_case = PAIDAN__EVENT__FACT_CHASED;
        event.chased = &chased;
        story_hear(story, "intake", &event);
        break;
    default:
        answered.round = (operation->how >> 3) % 4u;
        answered.satisfied = PAIDAN__SATISFIED__SATISFIED_FAIR;
        answered.solved = (Paidan__Solved)((operation->how >> 5) % 3 + 1);
        event.fact_case = PAIDAN__EVENT__FACT_ANSWERED;
        event.answered = &answered;
        story_hear(story, "callback", &event);
        break;
    }
}

static void fill(const struct story *story, const struct operation *operation,
                 Paidan__WorkItem *item)
{
    static const uint64_t spans[] = {0, 1, HOUR, 30 * HOUR, 200 * HOUR, 9000 * HOUR, 4 * HOUR};
    const unsigned span = operation->how % 8;
    item->ticket = operation->ticket;
    item->note = operation->how % 31 != 30 ? "x" : NULL;
    item->has_until_ms = operation->how % 13 != 12;
    item->until_ms = span == 7 ? UINT64_MAX : story->now_ms + spans[span];
    item->to_unit = (char *)units[(operation->how >> 3) % 8];
    item->person = "x";
    item->has_mode = operation->how % 5 != 0;
    item->mode = (Paidan__Mode)((operation->how >> 2) % 7);
    item->has_result = operation->how % 3 != 0;
    item->result = PAIDAN__MODE_RESULT__RESULT_AGREED;
    item->has_without_assist = item->without_assist = operation->how >= 128;
}

static void wish(struct story *story, const struct operation *operation, bool supervise)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Supervise above = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    fill(story, operation, &item);
    work.unit = above.unit = (char *)units[(operation->who >> 2) % 8];
    work.n_items = above.n_items = 1;
    work.items = above.items = items;
    work.action = (Paidan__Action)(operation->what / 8 % 15 + 1);
    above.action = (Paidan__SuperviseAction)(operation->what / 8 % 8 + 1);
    request.wish_case = supervise ? PAIDAN__REQUEST__WISH_SUPERVISE : PAIDAN__REQUEST__WISH_WORK;
    if (supervise) {
        request.supervise = &above;
    } else {
        request.work = &work;
    }
    (void)story_ask(story, operation->who < 224 ? "li" : "wang", &request);
}

static void ask(struct story *story, const struct operation *operation)
{
    Paidan__Explain explain = PAIDAN__EXPLAIN__INIT;
    Paidan__Replan replan = PAIDAN__REPLAN__INIT;
    Paidan__DueList list = PAIDAN__DUE_LIST__INIT;
    Paidan__Alarms alarms = PAIDAN__ALARMS__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    replan.unit = (char *)"s.any";
    replan.has_limit = true;
    replan.limit = operation->how % 4;
    replan.has_after = true;
    replan.after = operation->how >= 128 ? operation->ticket : 0;
    explain.ticket = operation->ticket;
    list.has_overdue = list.overdue = operation->how % 2 == 1;
    switch (operation->how % 8) {
    case 0:
        request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
        request.explain = &explain;
        (void)story_query(story, &request);
        break;
    case 1:
    case 2:
        request.wish_case = PAIDAN__REQUEST__WISH_DUE_LIST;
        request.due_list = &list;
        (void)story_query(story, &request);
        break;
    case 3:
        request.wish_case = PAIDAN__REQUEST__WISH_ALARMS;
        request.alarms = &alarms;
        (void)story_query(story, &request);
        break;
    default:
        replan.has_apply = replan.apply = true;
        request.wish_case = PAIDAN__REQUEST__WISH_REPLAN;
        request.replan = &replan;
        (void)story_ask(story, "wang", &request);
        break;
    }
}

static void pass(struct story *story, const struct operation *operation)
{
    const uint64_t now_ms = story->now_ms - story->trace.base_ms;
    switch (operation->who % 8) {
    case 0: /* down for a while */
        story_jump(story, now_ms + operation->how * HOUR);
        story_restart(story);
        story_step(story);
        break;
    case 1:
        story_move_to(story, sites[operation->how % 4]);
        break;
    default:
        story_until(story, now_ms + operation->how * operation->how * 60000ull);
        break;
    }
}

static void operate(struct story *story, const struct operation *operation)
{
    switch (operation->what % 8) {
    case 0:
        route(story, operation);
        break;
    case 1:
        hear(story, operation);
        break;
    case 2:
    case 3:
    case 4:
        wish(story, operation, false);
        break;
    case 5:
        wish(story, operation, true);
        break;
    case 6:
        ask(story, operation);
        break;
    default:
        pass(story, operation);
        break;
    }
}

/* Whatever a law or a failed step says ends the run. */
static void expect_nothing_said(const struct story *story)
{
    if (story->trace.used != 0 || story->broken) {
        fputs(story->trace.text, stderr);
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct story story;
    story_open(&story, &escalation_service, "joint", BASE_MS);
    story.quiet = true;
    for (size_t at = 0; at + 2 < bytes && at / 3 < OPERATIONS_MAX; at += 3) {
        const struct operation operation = {data[at], data[at + 1], data[at + 2],
                                            story_ticket(&story, data[at + 1] % TICKETS + 1u)};
        operate(&story, &operation);
        if (at / 3 % CHECK_EVERY == CHECK_EVERY - 1) {
            escalation_story_check(&story);
        }
        expect_nothing_said(&story);
    }
    escalation_story_check(&story);
    expect_nothing_said(&story);
    story_replay(&story);
    CHECK(strcmp(story.trace.text, "replay: equal\n") == 0);
    story_close(&story);
    return 0;
}
