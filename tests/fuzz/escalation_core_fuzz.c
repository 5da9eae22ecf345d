/* Any order of records, commands and times through escalation's core on a real, small store.
 *
 * Each two bytes are one operation: what happens, and to which of eight tickets, by whom or how
 * long. Laws, looked at every sixteen operations and at the end: queue and due rows are exactly
 * those that the records ask for, every open ticket waits for something, the counters add up; and
 * the log folds into the same tables. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation_stories.h"
#include "services/escalation/escalation.h"

#define BASE_MS 1795309200000ull

enum { OPERATIONS_MAX = 256, TICKETS = 8, CHECK_EVERY = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const units[] = {"b1", "b2", "c1", "c2", "s.city", "s.any", "b.any", "who"};
static const char *const areas[] = {"bu1", "bu2", "bu9", "co1", "co2", "st1", "st2", "gone"};
static const char *const categories[] = {"noise",  "noise.work", "trash", "twin",
                                         "carded", "desk",       "gone",  "noise"};
static const char *const clerks[] = {"li", "wang"};

static void hear_triage(struct story *story, Paidan__Event *event, uint8_t kind, uint8_t choice)
{
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    routed.channel = "wechat";
    routed.title = "x";
    routed.category = ruled.category = (char *)categories[choice >> 5];
    routed.area = ruled.area = (char *)areas[(choice >> 3) % 8];
    routed.unit = ruled.unit = (char *)units[kind % 8];
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.level = ruled.level = (uint32_t)(kind >> 3) % 5;
    routed.registered_ms = story->now_ms;
    if (kind < 128) {
        event->fact_case = PAIDAN__EVENT__FACT_ROUTED;
        event->routed = &routed;
    } else {
        event->fact_case = PAIDAN__EVENT__FACT_RULED;
        event->ruled = &ruled;
    }
    story_hear(story, "triage", event);
}

static void hear_callback(struct story *story, Paidan__Event *event, uint8_t choice)
{
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    Paidan__Unreached missed = PAIDAN__UNREACHED__INIT;
    answered.round = missed.round = (uint32_t)(choice >> 3) % 4;
    answered.satisfied = PAIDAN__SATISFIED__SATISFIED_FAIR;
    answered.solved = (Paidan__Solved)((choice >> 5) % 3 + 1);
    if (choice < 224) {
        event->fact_case = PAIDAN__EVENT__FACT_ANSWERED;
        event->answered = &answered;
    } else {
        event->fact_case = PAIDAN__EVENT__FACT_UNREACHED;
        event->unreached = &missed;
    }
    story_hear(story, "callback", event);
}

static void hear_intake(struct story *story, Paidan__Event *event, uint8_t choice)
{
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    Paidan__Supplemented supplemented = PAIDAN__SUPPLEMENTED__INIT;
    supplemented.text = "x";
    chased.count = choice;
    switch (choice >> 6) {
    case 0:
        event->fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
        event->withdrawn = &withdrawn;
        break;
    case 1:
        event->fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
        event->supplemented = &supplemented;
        break;
    default:
        event->fact_case = PAIDAN__EVENT__FACT_CHASED;
        event->chased = &chased;
        break;
    }
    story_hear(story, "intake", event);
}

static void ask_pull(struct story *story, uint8_t choice)
{
    Paidan__Pull pull = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    pull.unit = (char *)units[choice % 8];
    pull.has_max = true;
    pull.max = (uint32_t)(choice >> 3) % 4;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &pull;
    (void)story_ask(story, clerks[choice >> 7], &request);
}

/* What an item may hold besides: moments, units, persons, modes, results, now and then absent. */
static void fill_beside(const struct story *story, Paidan__WorkItem *item, uint8_t kind,
                        uint8_t choice)
{
    item->has_until_ms = kind % 8 != 7;
    item->until_ms = story->now_ms + (choice - 8ull) * 1800000ull;
    item->to_unit = kind % 8 != 6 ? (char *)units[(choice ^ kind) % 8] : NULL;
    item->person = kind % 8 != 5 ? "x" : NULL;
    item->has_mode = kind % 8 != 4;
    item->mode = (Paidan__Mode)(choice % (PAIDAN__MODE__MODE_COORDINATION + 1u));
    item->has_result = kind % 8 != 3;
    item->result = (Paidan__ModeResult)(choice % PAIDAN__MODE_RESULT__RESULT_LEGAL_WAY + 1u);
    item->has_without_assist = item->without_assist = choice % 4 == 0;
}

static void ask_supervise(struct story *story, uint64_t ticket, uint8_t kind, uint8_t choice)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Supervise supervise = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = ticket;
    item.note = kind % 16 != 15 ? "x" : NULL;
    item.to_unit = (char *)units[(choice ^ kind) % 8];
    supervise.unit = (char *)(choice % 4 != 0 ? "s.any" : units[(choice >> 3) % 8]);
    supervise.action =
        (Paidan__SuperviseAction)(kind % PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD + 1);
    supervise.n_items = 1;
    supervise.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
    request.supervise = &supervise;
    (void)story_ask(story, clerks[choice >> 7], &request);
}

/* The policies, or all of the site, are others from now on. */
static void ask_replan(struct story *story, uint8_t kind, uint8_t choice)
{
    Paidan__Replan replan = PAIDAN__REPLAN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (kind % 2 == 0) {
        story_move_to(story, choice % 2 == 0 ? "joint" : "joint-later");
        return;
    }
    replan.unit = (char *)units[choice % 8];
    replan.has_apply = replan.apply = true;
    replan.has_limit = true;
    replan.limit = (uint32_t)(choice >> 3) % 4;
    request.wish_case = PAIDAN__REQUEST__WISH_REPLAN;
    request.replan = &replan;
    (void)story_ask(story, "wang", &request);
}

static void ask_work(struct story *story, uint64_t ticket, uint8_t kind, uint8_t choice)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = ticket;
    item.note = kind % 16 != 15 ? "x" : NULL;
    item.has_version = kind % 16 == 14;
    item.version = choice >> 4;
    work.unit = (char *)units[(choice >> 3) % 8];
    work.action = (Paidan__Action)(kind % PAIDAN__ACTION__ACTION_APPEAL + 1);
    fill_beside(story, &item, kind, choice);
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    (void)story_ask(story, clerks[choice >> 7], &request);
}

static void operate(struct story *story, uint8_t kind, uint8_t choice)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    const uint64_t now_ms = story->now_ms - story->trace.base_ms;
    event.has_ticket = choice % TICKETS != 7 || kind % 2 == 0;
    event.ticket = story_ticket(story, choice % TICKETS + 1u);
    const uint8_t detail = (uint8_t)(kind * 31u);
    switch (kind % 8) {
    case 0:
        hear_triage(story, &event, detail, choice);
        break;
    case 1:
        hear_callback(story, &event, choice);
        break;
    case 2:
        hear_intake(story, &event, choice);
        break;
    case 3:
        if (kind < 128) {
            ask_pull(story, choice);
        } else if (kind < 232) {
            ask_supervise(story, event.ticket, kind / 8, choice);
        } else {
            ask_replan(story, kind / 8, choice);
        }
        break;
    case 4:
    case 5:
        ask_work(story, event.ticket, kind / 8, choice);
        break;
    case 6: /* on time */
        story_until(story, now_ms + choice * 60000ull);
        break;
    default: /* down for a while; sometimes started anew */
        story_jump(story, now_ms + choice * 600000ull);
        if (kind >= 128) {
            story_restart(story);
        }
        story_step(story);
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
    story_open(&story, &escalation_service, bytes % 4 == 0 ? "ladder" : "joint", BASE_MS);
    story.quiet = true;
    for (size_t at = 0; at + 1 < bytes && at / 2 < OPERATIONS_MAX; at += 2) {
        operate(&story, data[at], data[at + 1]);
        if (at / 2 % CHECK_EVERY == CHECK_EVERY - 1) {
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
