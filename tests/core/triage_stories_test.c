/* Triage's stories against their golden traces: tests/golden/triage_<name>.txt.
 *
 * Each story drives the real core through the real engine over the site tests/sites/words (or
 * ladder) and ends with a replay of its log. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/check.h"
#include "solo.h"
#include "story.h"
#include "triage.h"
#include "triage_fsm.h"
#include "triage_state.h"

/* 2026-11-22 09:00 in +08:00. */
#define START_MS 1795309200000ull
#define MINUTE 60000ull

struct complaint {
    const char *title, *text, *place, *category_hint, *area_hint, *unit_hint, *spot_unit,
        *spot_note;
    uint64_t due_ms; /* 上级时限; 0: none */
};

/* ---- what triage hears ------------------------------------------------------------------------
 */

static void say(struct story *story, const char *log, uint64_t number, Paidan__Event *event)
{
    event->has_ticket = 1;
    event->ticket = story_ticket(story, number);
    story_hear(story, log, event);
}

static void registered(struct story *story, uint64_t number, const struct complaint *complaint)
{
    Paidan__Registered fact = PAIDAN__REGISTERED__INIT;
    fact.channel = "wechat";
    fact.title = (char *)(complaint->title == NULL ? "标题" : complaint->title);
    fact.text = (char *)complaint->text;
    fact.place = (char *)complaint->place;
    fact.query_code = "ABC123";
    fact.category_hint = (char *)complaint->category_hint;
    fact.area_hint = (char *)complaint->area_hint;
    fact.unit_hint = (char *)complaint->unit_hint;
    fact.spot_unit = (char *)complaint->spot_unit;
    fact.spot_note = (char *)complaint->spot_note;
    fact.has_due_ms = complaint->due_ms != 0;
    fact.due_ms = complaint->due_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_REGISTERED;
    event.registered = &fact;
    say(story, "intake", number, &event);
}

static void words(struct story *story, uint64_t number, const char *place, const char *text)
{
    const struct complaint complaint = {.text = text, .place = place};
    registered(story, number, &complaint);
}

static void chased(struct story *story, uint64_t number, uint32_t count)
{
    Paidan__Chased fact = PAIDAN__CHASED__INIT;
    fact.count = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &fact;
    say(story, "intake", number, &event);
}

/* 上级延期, as intake heard it with words; 0: words alone. */
static void extended(struct story *story, uint64_t number, uint64_t outer_due_ms)
{
    Paidan__Supplemented fact = PAIDAN__SUPPLEMENTED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    fact.text = "同意延期";
    fact.has_outer_due_ms = outer_due_ms != 0;
    fact.outer_due_ms = outer_due_ms;
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &fact;
    say(story, "intake", number, &event);
}

static void withdrawn(struct story *story, uint64_t number)
{
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &fact;
    say(story, "intake", number, &event);
}

static void returned(struct story *story, uint64_t number, const char *unit)
{
    Paidan__Returned fact = PAIDAN__RETURNED__INIT;
    fact.unit = (char *)unit;
    fact.note = "不归我们管";
    fact.count = 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &fact;
    say(story, "escalation", number, &event);
}

/* due_ms: 上级时限, as the ticket came with it; 0: none. */
static void recalled_due(struct story *story, uint64_t number, const char *unit, uint64_t due_ms)
{
    Paidan__Recalled fact = PAIDAN__RECALLED__INIT;
    fact.unit = (char *)unit;
    fact.level = 2;
    fact.category = "noise";
    fact.area = "west";
    fact.urgency = PAIDAN__URGENCY__URGENCY_URGENT;
    fact.channel = "wechat";
    fact.title = "半夜施工";
    fact.registered_ms = START_MS;
    fact.note = "选错单位";
    fact.has_outer_due_ms = due_ms != 0;
    fact.outer_due_ms = due_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RECALLED;
    event.recalled = &fact;
    say(story, "escalation", number, &event);
}

static void recalled(struct story *story, uint64_t number, const char *unit)
{
    recalled_due(story, number, unit, 0);
}

static void raised(struct story *story, uint64_t number)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 3;
    to.unit = "s.city";
    Paidan__Raised fact = PAIDAN__RAISED__INIT;
    fact.from_level = 2;
    fact.from_unit = "c.east";
    fact.to = &to;
    fact.why = PAIDAN__WHY__WHY_EXPIRED;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RAISED;
    event.raised = &fact;
    say(story, "escalation", number, &event);
}

/* A leader's order takes it off the desk, too. */
static void ordered(struct story *story, uint64_t number)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 3;
    to.unit = "s.fire";
    Paidan__Ordered fact = PAIDAN__ORDERED__INIT;
    fact.from_level = 2;
    fact.from_unit = "c.east";
    fact.to = &to;
    fact.by_unit = "s.city";
    fact.note = "请消防牵头";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ORDERED;
    event.ordered = &fact;
    say(story, "escalation", number, &event);
}

static void assigned(struct story *story, uint64_t number, Paidan__Why why)
{
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    to.level = 2;
    to.unit = "c.west";
    Paidan__Assigned fact = PAIDAN__ASSIGNED__INIT;
    fact.to = &to;
    fact.why = why;
    fact.category = "noise";
    fact.area = "west";
    fact.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    fact.channel = "wechat";
    fact.title = "标题";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ASSIGNED;
    event.assigned = &fact;
    say(story, "escalation", number, &event);
}

static void closed(struct story *story, uint64_t number)
{
    Paidan__Closed fact = PAIDAN__CLOSED__INIT;
    fact.outcome = PAIDAN__OUTCOME__OUTCOME_WITHDRAWN;
    fact.round = 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    event.closed = &fact;
    say(story, "escalation", number, &event);
}

/* ---- what the dispatcher does -----------------------------------------------------------------
 */

static void dispatch_as(struct story *story, uint64_t number, const char *unit,
                        const char *category, const char *area, int urgency)
{
    Paidan__DeskDispatch wish = PAIDAN__DESK_DISPATCH__INIT;
    wish.ticket = story_ticket(story, number);
    wish.unit = (char *)unit;
    wish.category = (char *)category;
    wish.area = (char *)area;
    wish.note = "请办理，联系 13812345678";
    wish.has_urgency = urgency != 0;
    wish.urgency = (Paidan__Urgency)urgency;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
    request.desk_dispatch = &wish;
    (void)story_ask(story, "desk", &request);
}

static void dispatch(struct story *story, uint64_t number, const char *unit, const char *category,
                     const char *area)
{
    dispatch_as(story, number, unit, category, area, 0);
}

/* The desk as a dispatcher sees it, in pages of two. */
static void desk(struct story *story)
{
    Paidan__DeskList wish = PAIDAN__DESK_LIST__INIT;
    wish.has_limit = 1;
    wish.limit = 2;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    for (;;) {
        const Paidan__Answer *answer = story_query(story, &request);
        const Paidan__DeskListed *page = answer == NULL ? NULL : answer->desk_listed;
        if (page == NULL) {
            trace_say(&story->trace, "desk: no list");
            return;
        }
        for (size_t index = 0; index < page->n_items; index++) {
            const Paidan__DeskItem *item = page->items[index];
            trace_say(&story->trace, "desk: %llu reasons=%#x categories=%zu areas=%zu chases=%u %s",
                      (unsigned long long)item->ticket % 10000, item->reasons, item->n_categories,
                      item->n_areas, item->has_chases ? item->chases : 0,
                      item->note == NULL ? "" : item->note);
        }
        if (!page->has_next) {
            trace_say(&story->trace, "desk: end");
            return;
        }
        wish.has_after = 1;
        wish.after = page->next;
    }
}

static void due_row(struct story *story, const Paidan__DeskItem *item)
{
    const Paidan__ClockSet *clock = item->clock;
    if (clock == NULL) {
        trace_say(&story->trace, "  %llu no clock", (unsigned long long)item->ticket % 10000);
        return;
    }
    trace_say(&story->trace, "  %llu urgency=%d start=%lld warn=%lld due=%lld alarms=%u %s@%s",
              (unsigned long long)item->ticket % 10000, (int)item->urgency,
              (long long)(clock->start_ms - START_MS), (long long)(clock->warn_ms - START_MS),
              (long long)(clock->due_ms - START_MS), item->alarms,
              item->category == NULL ? "-" : item->category, item->area == NULL ? "-" : item->area);
}

/* A list of the desk by deadline, in pages of two, and its counts. */
static void due(struct story *story, const char *what, const Paidan__DeskList *filter)
{
    Paidan__DeskList wish = *filter;
    wish.has_by_due = wish.by_due = 1;
    wish.has_limit = 1;
    wish.limit = 2;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_DESK_LIST;
    request.desk_list = &wish;
    for (bool first = true;; first = false) {
        const Paidan__Answer *answer = story_query(story, &request);
        const Paidan__DeskListed *page = answer == NULL ? NULL : answer->desk_listed;
        if (page == NULL) {
            trace_say(&story->trace, "%s: code %d", what, answer == NULL ? -1 : (int)answer->code);
            return;
        }
        if (first) {
            trace_say(&story->trace, "%s: waiting=%llu overdue=%llu oldest=%lld", what,
                      (unsigned long long)page->waiting, (unsigned long long)page->overdue,
                      page->has_oldest_ms ? (long long)(page->oldest_ms - START_MS) : -1);
        }
        for (size_t index = 0; index < page->n_items; index++) {
            due_row(story, page->items[index]);
        }
        if (!page->has_cursor) {
            return;
        }
        wish.has_cursor = 1;
        wish.cursor = page->cursor;
    }
}

static void due_all(struct story *story)
{
    const Paidan__DeskList all = PAIDAN__DESK_LIST__INIT;
    due(story, "due", &all);
}

static void due_missed(struct story *story)
{
    Paidan__DeskList missed = PAIDAN__DESK_LIST__INIT;
    missed.has_overdue = missed.overdue = 1;
    due(story, "overdue", &missed);
}

/* The spans that the desk's clock counted. */
static void explain(struct story *story, uint64_t number)
{
    Paidan__Explain wish = PAIDAN__EXPLAIN__INIT;
    wish.ticket = story_ticket(story, number);
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
    request.explain = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    const Paidan__Explained *explained = answer == NULL ? NULL : answer->explained;
    if (explained == NULL) {
        trace_say(&story->trace, "explain: code %d", answer == NULL ? -1 : (int)answer->code);
        return;
    }
    trace_say(&story->trace, "explain: %zu clocks", explained->n_clocks);
    for (size_t index = 0; index < explained->n_clocks; index++) {
        const Paidan__ExplainedClock *clock = explained->clocks[index];
        trace_say(&story->trace, "  %s counted=%lld skipped=%lld%s%s", clock->policy,
                  (long long)clock->counted_ms, (long long)clock->skipped_ms,
                  clock->expired ? " expired" : "", explained->site_changed ? " site changed" : "");
        for (size_t span = 0; span < clock->n_intervals; span++) {
            trace_say(&story->trace, "    %lld..%lld %d",
                      (long long)(clock->intervals[span]->from_ms - START_MS),
                      (long long)(clock->intervals[span]->until_ms - START_MS),
                      (int)clock->intervals[span]->reason);
        }
    }
}

static void look(struct story *story, uint64_t number)
{
    Paidan__TriageShow wish = PAIDAN__TRIAGE_SHOW__INIT;
    wish.ticket = story_ticket(story, number);
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_TRIAGE_SHOW;
    request.triage_show = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    const Paidan__TriageShown *shown = answer == NULL ? NULL : answer->triage_shown;
    if (shown == NULL) {
        trace_say(&story->trace, "look %llu: code %d", (unsigned long long)number,
                  answer == NULL ? -1 : (int)answer->code);
        return;
    }
    trace_say(&story->trace, "look %llu: %s %s@%s → %s%s (%s)", (unsigned long long)number,
              triage_fsm_state_name((enum triage_state)shown->state),
              shown->category == NULL ? "-" : shown->category,
              shown->area == NULL ? "-" : shown->area, shown->unit == NULL ? "-" : shown->unit,
              shown->by_desk ? " by desk" : "", shown->why == NULL ? "" : shown->why);
}

static void totals(struct story *story)
{
    for (size_t index = 0; triage_tallies[index] != NULL; index++) {
        trace_say(&story->trace, "total %s %llu", triage_tallies[index],
                  (unsigned long long)story_count(story, triage_tallies[index]));
    }
}

/* ---- the stories ------------------------------------------------------------------------------
 */

static void tell_sure(struct story *story)
{
    words(story, 1, "湖畔花园3幢", "楼上太吵了");            /* lowest level with an owner */
    words(story, 2, "半山老公寓", "楼上太吵了");             /* none at the estate: community */
    words(story, 3, NULL, "湖畔花园地下室积水");             /* the place is in the text */
    words(story, 4, "半山公寓", "路灯坏了");                 /* starts at the community */
    words(story, 5, "青山街道", "井盖没了");                 /* an area above the start level */
    words(story, 6, "湖畔花园", "消防通道被堵");             /* starts at the street, urgent */
    words(story, 7, "湖畔花园", "从湖畔花园听半山公寓太吵"); /* the place counts first */
    words(story, 8, "阳光花园", "西溪社区这里夜间施工"); /* two of that name: settled by the text */
    words(story, 9, "东湖社区", "施工噪音");             /* the finer of two related categories */
    for (uint64_t number = 1; number <= 9; number++) {
        look(story, number);
    }
    totals(story);
}

static void tell_hints(struct story *story)
{
    struct complaint complaint = {
        .text = "没写清楚", .category_hint = "water", .area_hint = "e.lake"};
    registered(story, 1, &complaint);
    complaint.text = "半山公寓太吵"; /* hints before words */
    registered(story, 2, &complaint);
    complaint.category_hint = "unknown"; /* hints that the site does not know are not hints */
    complaint.area_hint = "unknown";
    registered(story, 3, &complaint);
    look(story, 1);
}

static void tell_unsure(struct story *story)
{
    words(story, 1, "湖畔花园", "说不清楚是什么事");             /* no category */
    words(story, 2, NULL, "太吵了");                             /* no place */
    words(story, 3, NULL, "说不清楚");                           /* neither */
    words(story, 4, "湖畔花园", "漏水，而且太吵");               /* two categories alike */
    words(story, 5, "阳光花园", "太吵了");                       /* two areas of that name */
    words(story, 6, NULL, "湖畔花园和半山公寓都太吵了");         /* two areas named */
    words(story, 7, "湖畔花园", "消防通道演习");                 /* excluded word */
    words(story, 8, "湖畔花园", "一件无主事项");                 /* only the fallback owns it */
    words(story, 9, "湖畔花园", "漏水积水漏水积水，还有点太吵"); /* clear enough after all */
    words(story, 10, "湖畔花园", "半山公寓那边太吵");            /* place and text contradict */
    desk(story);
    look(story, 6);
    look(story, 10);
    totals(story);
}

static void tell_dispatch(struct story *story)
{
    words(story, 1, NULL, "太吵了");
    words(story, 2, "湖畔花园", "说不清楚");
    words(story, 3, NULL, "说不清楚");
    story_until(story, 10 * MINUTE);
    dispatch(story, 9, "c.east", "noise", NULL);     /* unknown ticket */
    dispatch(story, 1, "nobody", "noise", "e.lake"); /* unknown unit */
    dispatch(story, 1, "c.east", "nothing", NULL);   /* unknown category */
    dispatch(story, 1, "c.any", NULL, NULL);         /* no area anywhere */
    dispatch(story, 1, "c.east", NULL, "nowhere");
    dispatch(story, 2, "c.any", NULL, NULL);     /* no category anywhere */
    dispatch(story, 1, "c.east", NULL, NULL);    /* triage's category, the unit's area */
    dispatch(story, 1, "c.east", NULL, NULL);    /* not on the desk any more */
    dispatch(story, 2, "c.east", "water", NULL); /* the ticket's area: within the unit's */
    dispatch(story, 3, "s.city", "road", NULL);  /* a unit of the top: the whole street */
    look(story, 1);
    look(story, 2);
    look(story, 3);
    desk(story);
    totals(story);
}

static void tell_return(struct story *story)
{
    words(story, 1, "湖畔花园", "楼上太吵了");
    returned(story, 1, "e.lake");
    desk(story);
    look(story, 1);
    chased(story, 1, 1);
    chased(story, 1, 2);
    desk(story);
    story_until(story, 30 * MINUTE);
    dispatch(story, 1, "c.west", NULL, NULL); /* another community: the place stays */
    look(story, 1);
    chased(story, 1, 3); /* not at the desk: escalation hears it */
    returned(story, 1, "c.west");
    raised(story, 1); /* a clock was faster than the dispatcher */
    dispatch(story, 1, "c.west", NULL, NULL);
    look(story, 1);
    words(story, 2, "湖畔花园", "楼上太吵了");
    returned(story, 2, "e.lake");
    dispatch(story, 2, "s.fire", "fire", NULL); /* another category has an urgency of its own */
    desk(story);
    words(story, 3, "湖畔花园", "楼上太吵了");
    returned(story, 3, "e.lake");
    ordered(story, 3);
    dispatch(story, 3, "c.west", NULL, NULL);
    desk(story);
    totals(story);
}

/* The dispatcher rules on a return while triage is behind: a clock has raised the ticket meanwhile
 * and its new unit has returned it too. Escalation takes the ruling for the second return, so the
 * ticket must leave the desk to which that one brings it. */
static void tell_ruled_behind(struct story *story)
{
    words(story, 1, "湖畔花园", "楼上太吵了");
    assigned(story, 1, PAIDAN__WHY__WHY_ROUTED);
    returned(story, 1, "e.lake");
    dispatch(story, 1, "c.west", NULL, NULL);
    raised(story, 1);
    returned(story, 1, "s.city");
    desk(story);
    assigned(story, 1, PAIDAN__WHY__WHY_RULED);
    desk(story);
    look(story, 1);
    assigned(story, 1, PAIDAN__WHY__WHY_RULED); /* as usual: it is not at the desk */
    totals(story);
}

static void tell_withdrawals(struct story *story)
{
    words(story, 1, NULL, "说不清楚");
    withdrawn(story, 1);
    dispatch(story, 1, "s.city", "road", NULL);
    closed(story, 1); /* escalation says it too, later */
    words(story, 2, NULL, "说不清楚");
    closed(story, 2); /* escalation was faster */
    withdrawn(story, 2);
    words(story, 3, "湖畔花园", "楼上太吵了");
    withdrawn(story, 3); /* routed: escalation ends it */
    closed(story, 3);
    words(story, 4, "湖畔花园", "楼上太吵了");
    returned(story, 4, "e.lake");
    withdrawn(story, 4);
    raised(story, 4); /* said before escalation heard of the withdrawal */
    returned(story, 4, "c.east");
    chased(story, 4, 1);
    look(story, 4);
    desk(story);
    totals(story);
}

static void tell_strangers(struct story *story)
{
    returned(story, 7, "e.lake"); /* tickets nobody has heard of: refused visibly */
    raised(story, 7);
    closed(story, 7);
    withdrawn(story, 7);
    chased(story, 7, 1);
    words(story, 1, "湖畔花园", "楼上太吵了");
    words(story, 1, "湖畔花园", "楼上太吵了"); /* the same number twice */
    words(story, 2, NULL, "说不清楚");
    returned(story, 2, "e.lake"); /* never routed */
    raised(story, 2);
    look(story, 7);
    desk(story);
    story_restart(story);
    totals(story);
}

/* A site that does not ask to see tickets without an owner: they go to the fallback. */
static void tell_fallback(struct story *story)
{
    words(story, 1, "独栋楼", "垃圾没人收"); /* no owner at any level: the lowest one's fallback */
    words(story, 2, "湖畔社区", "太吵");
    look(story, 1);
    totals(story);
}

/* 现场办: never on the desk, whatever the words leave open. */
static void tell_spot(struct story *story)
{
    struct complaint complaint = {.text = "楼上太吵了",
                                  .place = "湖畔花园3幢",
                                  .spot_unit = "e.lake",
                                  .spot_note = "当场劝停"};
    registered(story, 1, &complaint); /* sure of all, and the one who would have got it */
    complaint.spot_unit = "c.east";   /* another level of the same place */
    registered(story, 2, &complaint);
    complaint.spot_unit = "c.west"; /* of another place: the ticket's stays */
    registered(story, 3, &complaint);
    complaint.text = "漏水，而且太吵"; /* two categories alike: the first */
    complaint.place = "阳光花园";      /* two areas of that name: the one of the unit */
    registered(story, 4, &complaint);
    complaint.text = "说不清楚"; /* no category: one the unit is responsible for */
    complaint.place = NULL;      /* no place: the unit's */
    registered(story, 5, &complaint);
    complaint.spot_unit = "s.fire"; /* of the top, without a place: the whole site */
    registered(story, 6, &complaint);
    complaint.spot_unit = "e.any"; /* responsible for nothing, nowhere */
    registered(story, 7, &complaint);
    complaint.category_hint = "water"; /* hints come first */
    complaint.area_hint = "e.lake";
    registered(story, 8, &complaint);
    const struct complaint orphan = {.text = "一件无主事项",
                                     .place = "湖畔花园",
                                     .spot_unit = "e.lake",
                                     .spot_note = "当场办了"};
    registered(story, 9, &orphan); /* without an owner of its own */
    const struct complaint stranger = {
        .text = "楼上太吵了", .place = "湖畔花园3幢", .spot_unit = "gone", .spot_note = "当场劝停"};
    registered(story, 10, &stranger); /* the site has dropped the unit: the ordinary way */
    for (uint64_t number = 1; number <= 10; number++) {
        look(story, number);
    }
    desk(story);
    totals(story);
}

/* A ticket that nobody decides: warned once, then an alarm again and again; a gas smell is not
 * rubbish, and a chase changes nothing of it. */
static void tell_clock(struct story *story)
{
    words(story, 1, "湖畔花园", "说不清楚");       /* normal: 24 h */
    words(story, 2, NULL, "消防通道被堵");         /* urgent: 2 h */
    words(story, 3, "湖畔花园", "漏水，而且太吵"); /* the more urgent of two proposals */
    due_all(story);
    story_until(story, 90 * MINUTE);
    due_all(story);
    chased(story, 2, 1);
    story_until(story, 120 * MINUTE - 1);
    due_missed(story);
    story_until(story, 120 * MINUTE); /* has passed when it is not later than now */
    due_missed(story);
    explain(story, 2);
    story_until(story, 270 * MINUTE);
    dispatch(story, 2, "s.city", NULL, NULL);
    due_missed(story);
    withdrawn(story, 3);
    story_until(story, 26 * 60 * MINUTE);
    due_all(story);
    story_restart(story);
    story_until(story, 27 * 60 * MINUTE);
    dispatch(story, 1, "c.east", "water", NULL);
    story_until(story, 60 * 60 * MINUTE); /* nothing is said of what has left */
    explain(story, 1);
    due_all(story);
    totals(story);
}

/* A return has a clock of its own, and stays as urgent as it was, whoever made it so. */
static void tell_clock_return(struct story *story)
{
    words(story, 1, "湖畔花园", "说不清楚");
    dispatch_as(story, 1, "e.lake", "noise", NULL, PAIDAN__URGENCY__URGENCY_EMERGENCY);
    story_until(story, 60 * MINUTE);
    returned(story, 1, "e.lake");
    due_all(story); /* 15 min, from the return */
    story_until(story, 70 * MINUTE);
    dispatch(story, 1, "c.east", NULL, NULL); /* keeps the urgency */
    returned(story, 1, "c.east");
    dispatch(story, 1, "c.west", "water",
             NULL); /* not the category's: the dispatcher's word stays */
    returned(story, 1, "c.west");
    dispatch_as(story, 1, "c.west", NULL, NULL, PAIDAN__URGENCY__URGENCY_NORMAL);
    returned(story, 1, "c.west");
    due_all(story);
    raised(story, 1);
    words(story, 2, "湖畔花园", "楼上太吵了");
    returned(story, 2, "e.lake");
    dispatch(story, 2, "s.fire", "fire", NULL); /* was the category's: follows the new one */
    returned(story, 2, "s.fire");
    due_all(story);
    totals(story);
}

/* Down for hours: no warning of what has passed, one alarm, and the next an hour later. */
static void tell_clock_downtime(struct story *story)
{
    words(story, 1, NULL, "消防通道被堵");
    words(story, 2, "湖畔花园", "说不清楚");
    story_jump(story, 20 * 60 * MINUTE);
    story_step(story); /* of the second the warning still warns */
    due_all(story);
    story_until(story, 22 * 60 * MINUTE);
    totals(story);
}

static void desk_rule(struct site *site, struct site_clock_rule *rule, uint64_t amount_ms)
{
    rule->term.amount_ms = amount_ms;
    site->version++;
}

/* A second copy of a site, to be changed in memory. */
static struct site *story_site(const char *name)
{
    struct site *site = solo_site_load(name);
    CHECK(site != NULL);
    return site;
}

/* The site changes: what waits is planned by it from the start it had; what is late stays late. */
static void tell_clock_replan(struct story *story)
{
    for (uint64_t number = 1; number <= 5; number++) {
        words(story, number, "湖畔花园", "说不清楚");
    }
    words(story, 6, NULL, "消防通道被堵");
    story_until(story, 150 * MINUTE);
    struct site *shorter = story_site("words");
    desk_rule(shorter, &shorter->desk.normal, 3 * 60 * MINUTE);
    desk_rule(shorter, &shorter->desk.urgent, 8 * 60 * MINUTE);
    story_change_site(story, shorter);
    story_step(story);
    story_step(story);
    due_all(story);
    explain(story, 1);
    story_until(story, 185 * MINUTE);
    due_missed(story);
    struct site *longer = story_site("words");
    desk_rule(longer, &longer->desk.normal, 96 * 60 * MINUTE);
    longer->version += 7;
    words(story, 7, "湖畔花园", "说不清楚");
    story_change_site(story, longer);
    story_step(story);
    story_step(story);
    due_all(story);
    totals(story);
}

/* Office hours: a night is skipped; the clock says so. Sunday 09:00 is the start of all stories. */
static void tell_clock_office(struct story *story)
{
    struct site *office = story_site("ladder");
    CHECK(strcmp(office->calendars[1].code, "office") == 0);
    office->desk.normal.term.unit = CALENDAR_WORKING_HOURS;
    office->desk.normal.calendar = 1;
    desk_rule(office, &office->desk.normal, 4 * 60 * MINUTE);
    story_change_site(story, office);
    words(story, 1, "湖畔花园", "说不清楚");
    due_all(story);
    explain(story, 1);
    story_until(story, 40 * 60 * MINUTE);
    totals(story);
}

/* The place that was found stays, wherever the unit is at home; of several the dispatcher is asked. */
static void tell_places(struct story *story)
{
    words(story, 1, "湖畔花园", "说不清楚");
    dispatch(story, 1, "c.west", "noise", NULL); /* of another community: the place is kept */
    look(story, 1);
    words(story, 2, "湖畔花园", "说不清楚");
    dispatch(story, 2, "c.west", "noise", "west"); /* the dispatcher says otherwise */
    look(story, 2);
    words(story, 3, NULL, "太吵了");
    dispatch(story, 3, "c.west", NULL, NULL); /* none was found: the unit's */
    look(story, 3);
    words(story, 4, NULL, "湖畔花园和半山公寓都太吵了");
    dispatch(story, 4, "s.city", NULL, NULL); /* of two: asked */
    dispatch(story, 4, "s.city", NULL, "e.lake");
    look(story, 4);
    words(story, 5, NULL, "湖畔花园和半山公寓都太吵了");
    dispatch(story, 5, "c.east", NULL, NULL); /* only one lies in the unit's */
    look(story, 5);
    returned(story, 5, "c.east");
    dispatch(story, 5, "c.west", NULL, NULL); /* and is the ticket's from then on */
    look(story, 5);
    Paidan__DeskList filter = PAIDAN__DESK_LIST__INIT;
    words(story, 6, "湖畔花园", "说不清楚");
    words(story, 7, NULL, "太吵了");
    returned(story, 1, "c.west");
    filter.area = "east";
    due(story, "in the east", &filter);
    filter.area = NULL;
    filter.category = "noise";
    due(story, "noise", &filter);
    filter.has_new_only = filter.new_only = 1;
    due(story, "new noise", &filter);
    filter.category = "nothing";
    due(story, "unknown category", &filter);
}

/* A dispatch that was taken back lies at the desk again, before all others, as urgent as it was; it is
 * dispatched like a new one, may be taken back again, and ends with the ticket. */
static void tell_recall(struct story *story)
{
    words(story, 1, NULL, "太吵了");
    words(story, 2, "西边", "半夜施工噪音");
    words(story, 3, "西边", "半夜施工噪音");
    words(story, 4, "西边", "半夜施工噪音");
    for (uint64_t number = 2; number <= 4; number++) {
        dispatch(story, number, "c.west", NULL, NULL);
    }
    story_until(story, 60 * MINUTE);
    recalled(story, 9, "c.west");
    recalled(story, 3, "c.west");
    recalled(story, 2, "c.west");
    recalled(story, 4, "c.west");
    look(story, 2);
    due_all(story); /* in pages of two */
    due_missed(story);
    desk(story);
    chased(story, 2, 1);
    dispatch(story, 2, "c.east", NULL, "east");
    look(story, 2);
    recalled(story, 2, "c.east");
    explain(story, 2);
    closed(story, 2);
    closed(story, 2);
    withdrawn(story, 3);
    recalled(story, 3, "c.west");         /* said before, read later */
    story_until(story, 12 * 60 * MINUTE); /* nobody decides */
    due_missed(story);
    dispatch_as(story, 4, "c.west", "noise", "west", PAIDAN__URGENCY__URGENCY_NORMAL);
    returned(story, 4, "c.west");
    look(story, 4);
    totals(story);
}

/* escalation: Corrected. unit NULL: who has it keeps it. */
static void corrected(struct story *story, uint64_t number, const char *category, const char *unit,
                      Paidan__Urgency urgency)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Corrected fact = PAIDAN__CORRECTED__INIT;
    Paidan__Assignment to = PAIDAN__ASSIGNMENT__INIT;
    fact.from_level = 2;
    fact.from_unit = (char *)"c.west";
    fact.category = (char *)category;
    fact.from_category = category != NULL ? (char *)"noise" : NULL;
    fact.has_urgency = urgency != 0;
    fact.urgency = urgency != 0 ? urgency : fact.urgency;
    to.level = 2;
    to.unit = (char *)unit;
    fact.to = unit != NULL ? &to : NULL;
    event.has_ticket = 1;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_CORRECTED;
    event.corrected = &fact;
    story_hear(story, "escalation", &event);
}

/* 更正: a later return begins with what the ticket was corrected to, by whomever it is returned. */
static void tell_corrected(struct story *story)
{
    for (uint64_t number = 1; number <= 4; number++) {
        words(story, number, "西边", "半夜施工噪音");
        dispatch_as(story, number, "c.west", "noise", "west", PAIDAN__URGENCY__URGENCY_NORMAL);
    }
    corrected(story, 1, "noise.work", NULL, PAIDAN__URGENCY__URGENCY_URGENT);
    look(story, 1);
    returned(story, 1, "c.west");
    look(story, 1);
    corrected(story, 2, NULL, "c.east", 0); /* the place and the category are right */
    returned(story, 2, "c.east");
    look(story, 2);
    desk(story);
    withdrawn(story, 3);
    corrected(story, 3, "noise.work", NULL, 0); /* said before, read later */
    corrected(story, 9, "noise.work", NULL, 0); /* never heard of */
    corrected(story, 4, "gone", NULL, 0);       /* of a site that is another by now */
    returned(story, 4, "c.west");
    look(story, 4);
    totals(story);
}

/* 上级时限: it goes along with the ticket, by whatever way that comes to its unit. */
static void tell_outer_due(struct story *story)
{
    const uint64_t due_ms = story->now_ms + 90 * MINUTE;
    const struct complaint sure = {.text = "楼上太吵了", .place = "湖畔花园3幢", .due_ms = due_ms};
    const struct complaint unsure = {.text = "太吵了", .due_ms = due_ms};
    registered(story, 1, &sure);
    registered(story, 2, &sure);
    registered(story, 3, &unsure);
    desk(story);
    dispatch(story, 3, "c.west", NULL, "west");
    recalled_due(story, 3, "c.west", due_ms);
    desk(story);
    dispatch(story, 3, "c.east", NULL, "east");
}

/* The desk was warned, then the deadline was extended above: it is warned again of the later one. */
static void tell_outer_warned(struct story *story)
{
    const uint64_t due_ms = story->now_ms + 90 * MINUTE;
    const struct complaint unsure = {.text = "太吵了", .due_ms = due_ms};
    registered(story, 1, &unsure);
    story_until(story, 70 * MINUTE);
    extended(story, 1, due_ms + 60 * MINUTE);
    story_restart(story);
    story_until(story, 151 * MINUTE);
    extended(story, 1, due_ms + 120 * MINUTE); /* late: it stays so */
    story_until(story, 200 * MINUTE);
}

/* 上级时限 bounds the desk too, and 上级延期 moves it there: only to later, not where there was none, and not
 * what is late already. What was extended while a unit had it comes back with the ticket. */
static void tell_outer_moved(struct story *story)
{
    const uint64_t due_ms = story->now_ms + 90 * MINUTE, later_ms = due_ms + 60 * MINUTE;
    const struct complaint unsure = {.text = "太吵了", .due_ms = due_ms};
    const struct complaint passed = {.text = "太吵了", .due_ms = story->now_ms - MINUTE};
    const struct complaint sure = {.text = "楼上太吵了", .place = "湖畔花园3幢", .due_ms = due_ms};
    extended(story, 9, later_ms); /* unknown */
    registered(story, 1, &unsure);
    registered(story, 2, &unsure);
    registered(story, 3, &passed);
    words(story, 4, NULL, "太吵了");
    explain(story, 1);
    extended(story, 1, 0);
    extended(story, 1, due_ms - 1);
    extended(story, 1, due_ms);
    extended(story, 1, later_ms);
    extended(story, 3, later_ms); /* had passed */
    extended(story, 4, later_ms); /* had none */
    explain(story, 1);
    story_until(story, 91 * MINUTE);
    extended(story, 2, later_ms); /* it is late: for the units */
    dispatch(story, 1, "c.west", NULL, "west");
    dispatch(story, 2, "c.west", NULL, "west");
    registered(story, 5, &sure);
    extended(story, 5, later_ms);
    extended(story, 5, later_ms - 1);
    extended(story, 5, later_ms + 60 * MINUTE);
    returned(story, 5, "e.lake");
    explain(story, 5);
    recalled_due(story, 2, "c.west", due_ms); /* escalation had not heard of it yet */
    words(story, 6, "湖畔花园3幢", "楼上太吵了");
    extended(story, 6, later_ms);
    returned(story, 6, "e.lake"); /* never bounded */
    withdrawn(story, 4);
    extended(story, 4, later_ms + 60 * MINUTE);
    story_restart(story);
    due_all(story);
}

/* A unit that the channel names is weighed: the matrix agrees, or a dispatcher decides; it helps where the place
 * is not known. */
static void tell_unit_hint(struct story *story)
{
    struct complaint complaint = {
        .text = "楼上太吵了", .place = "湖畔花园3幢", .unit_hint = "e.lake"};
    registered(story, 1, &complaint);
    complaint.unit_hint = "c.west";
    registered(story, 2, &complaint);
    complaint.unit_hint = "nobody";
    registered(story, 3, &complaint);
    complaint.place = NULL;
    complaint.unit_hint = "e.lake";
    registered(story, 4, &complaint);
    complaint.text = "湖畔花园和半山公寓都太吵了";
    registered(story, 5, &complaint);
    complaint.text = "说不清楚";
    registered(story, 6, &complaint);
    desk(story);
    for (uint64_t number = 1; number <= 6; number++) {
        look(story, number);
    }
}

struct tale {
    const char *name, *site;
    void (*tell)(struct story *story);
};

static const struct tale tales[] = {
    {"sure", "words", tell_sure},
    {"hints", "words", tell_hints},
    {"unsure", "words", tell_unsure},
    {"dispatch", "words", tell_dispatch},
    {"ruled_behind", "words", tell_ruled_behind},
    {"return", "words", tell_return},
    {"recall", "words", tell_recall},
    {"corrected", "words", tell_corrected},
    {"outer_due", "words", tell_outer_due},
    {"outer_moved", "words", tell_outer_moved},
    {"outer_warned", "words", tell_outer_warned},
    {"unit_hint", "words", tell_unit_hint},
    {"withdrawals", "words", tell_withdrawals},
    {"strangers", "words", tell_strangers},
    {"fallback", "ladder", tell_fallback},
    {"spot", "words", tell_spot},
    {"clock", "words", tell_clock},
    {"clock_return", "words", tell_clock_return},
    {"clock_downtime", "words", tell_clock_downtime},
    {"clock_replan", "words", tell_clock_replan},
    {"clock_office", "ladder", tell_clock_office},
    {"places", "words", tell_places},
};
enum { TALES = sizeof tales / sizeof tales[0] };

static void test_story_when_told_then_as_golden(void **state)
{
    const struct tale *tale = *state;
    struct story story;
    char name[64];
    story_open(&story, &triage_service, tale->site, START_MS);
    tale->tell(&story);
    story_replay(&story);
    (void)snprintf(name, sizeof name, "triage_%s", tale->name);
    const bool equal = trace_golden(&story.trace, name);
    story_close(&story);
    assert_true(equal);
}

int main(void)
{
    struct CMUnitTest tests[TALES];
    for (size_t index = 0; index < TALES; index++) {
        tests[index] = (struct CMUnitTest){.name = tales[index].name,
                                           .test_func = test_story_when_told_then_as_golden,
                                           .initial_state = (void *)(uintptr_t)&tales[index]};
    }
    return _cmocka_run_group_tests("triage_stories", tests, TALES, NULL, NULL);
}
