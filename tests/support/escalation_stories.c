/* The stories. Each is a list of what is heard and asked; what escalation makes of it is in the
 * golden trace. Times in minutes after Sunday 2026-11-22 09:00, Beijing time. */

#include "escalation_stories.h"

#include <stdio.h>
#include <string.h>

#include "common/check.h"
#include "services/escalation/escalation.h"
#include "services/escalation/escalation_state.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC */

/* ---- what is heard
 * ------------------------------------------------------------------------------- */

struct route {
    const char *category, *area, *unit;
    uint32_t level;
    const char *assist;
    bool by_desk;
};

static void route(struct story *story, uint64_t number, const struct route *where)
{
    Paidan__Routed routed = PAIDAN__ROUTED__INIT;
    char *assist[1] = {(char *)where->assist};
    routed.channel = "wechat";
    routed.title = "夜里太吵";
    routed.category = (char *)where->category;
    routed.area = (char *)where->area;
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    routed.level = where->level;
    routed.unit = (char *)where->unit;
    routed.assist = assist;
    routed.n_assist = where->assist != NULL ? 1 : 0;
    routed.has_matrix_line = true;
    routed.matrix_line = 2;
    routed.has_by_desk = where->by_desk;
    routed.by_desk = where->by_desk;
    routed.registered_ms = story->now_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
}

/* The usual one: noise at building 1. */
static void route_noise(struct story *story, uint64_t number)
{
    const struct route where = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 1, .assist = "b2"};
    route(story, number, &where);
}

static void rule(struct story *story, uint64_t number, const char *unit, uint32_t level)
{
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    ruled.category = "noise";
    ruled.area = "bu1";
    ruled.unit = (char *)unit;
    ruled.level = level;
    ruled.note = "归你处理";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_RULED;
    event.ruled = &ruled;
    story_hear(story, "triage", &event);
}

static void withdraw(struct story *story, uint64_t number)
{
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &withdrawn;
    story_hear(story, "intake", &event);
}

static void chase(struct story *story, uint64_t number, uint32_t count)
{
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    chased.count = count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_CHASED;
    event.chased = &chased;
    story_hear(story, "intake", &event);
}

static void supplement(struct story *story, uint64_t number)
{
    Paidan__Supplemented supplemented = PAIDAN__SUPPLEMENTED__INIT;
    supplemented.text = "还有照片";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_SUPPLEMENTED;
    event.supplemented = &supplemented;
    story_hear(story, "intake", &event);
}

static void answer(struct story *story, uint64_t number, uint32_t round, Paidan__Solved solved)
{
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    answered.round = round;
    answered.solved = solved;
    answered.satisfied = solved == PAIDAN__SOLVED__SOLVED_YES ? PAIDAN__SATISFIED__SATISFIED_YES
                                                              : PAIDAN__SATISFIED__SATISFIED_NO;
    answered.attempt = 1;
    answered.note = solved == PAIDAN__SOLVED__SOLVED_NO ? "还是吵" : NULL;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ANSWERED;
    event.answered = &answered;
    story_hear(story, "callback", &event);
}

static void unreached(struct story *story, uint64_t number, uint32_t round)
{
    Paidan__Unreached missed = PAIDAN__UNREACHED__INIT;
    missed.round = round;
    missed.attempts = 3;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_UNREACHED;
    event.unreached = &missed;
    story_hear(story, "callback", &event);
}

/* ---- what is asked
 * ------------------------------------------------------------------------------- */

static const Paidan__Answer *work_version(struct story *story, const char *who, const char *unit,
                                          Paidan__Action action, uint64_t number, uint64_t version)
{
    static const char *const notes[] = {
        [PAIDAN__ACTION__ACTION_PROGRESS] = "已上门",
        [PAIDAN__ACTION__ACTION_RESOLVE] = "已处理",
        [PAIDAN__ACTION__ACTION_RETURN] = "不归我管",
        [PAIDAN__ACTION__ACTION_RAISE] = "超出权限",
    };
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, number);
    item.has_version = version != 0;
    item.version = version;
    item.note = action >= PAIDAN__ACTION__ACTION_PROGRESS ? (char *)notes[action] : NULL;
    work.unit = (char *)unit;
    work.action = action;
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    return story_ask(story, who, &request);
}

static const Paidan__Answer *work(struct story *story, const char *who, const char *unit,
                                  Paidan__Action action, uint64_t number)
{
    return work_version(story, who, unit, action, number, 0);
}

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT
#define PROGRESS PAIDAN__ACTION__ACTION_PROGRESS
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define RAISE PAIDAN__ACTION__ACTION_RAISE

/* Pulls at most max; wait_ms 0: not waiting. */
static void pull(struct story *story, const char *who, const char *unit, uint32_t max,
                 uint64_t wait_ms)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.unit = (char *)unit;
    wish.has_max = true;
    wish.max = max;
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    if (wait_ms != 0) {
        story_wait(story, who, &request, wait_ms);
    } else {
        (void)story_ask(story, who, &request);
    }
}

/* Accepted and resolved by a unit. */
static void serve(struct story *story, const char *unit, uint64_t number)
{
    (void)work(story, "li", unit, ACCEPT, number);
    (void)work(story, "li", unit, RESOLVE, number);
}

/* ---- what is looked at
 * --------------------------------------------------------------------------- */

/* One line on where a ticket stands. */
static void look(struct story *story, uint64_t number)
{
    Paidan__Show wish = PAIDAN__SHOW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    wish.has_history = true;
    wish.history = true;
    request.wish_case = PAIDAN__REQUEST__WISH_SHOW;
    request.show = &wish;
    const Paidan__Answer *shown = story_query(story, &request);
    if (shown == NULL || shown->body_case != PAIDAN__ANSWER__BODY_SHOWN) {
        trace_at(&story->trace, story->now_ms, "look: nothing");
        return;
    }
    const Paidan__Brief *brief = shown->shown->brief;
    trace_at(&story->trace, story->now_ms,
             "look: v%llu %s level=%u unit=%s card=%d clocks=%zu/%zu history=%zu raises=%u "
             "chases=%u overdue=%lld",
             (unsigned long long)brief->version, trace_state(brief->state), brief->level,
             brief->unit, (int)brief->card, brief->n_clocks, shown->shown->n_clocks,
             shown->shown->n_history, brief->raises, brief->chases,
             brief->has_overdue_since_ms
                 ? (long long)brief->overdue_since_ms - (long long)story->trace.base_ms
                 : -1);
}

/* ---- stories
 * ------------------------------------------------------------------------------------- */

static void tell_full_life(struct story *story)
{
    route_noise(story, 1);
    pull(story, "li", "b1", 5, 0);
    story_until(story, 10 * MINUTE - 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    look(story, 1);
    story_until(story, 30 * MINUTE);
    (void)work(story, "li", "b1", CONTACT, 1);
    (void)work(story, "li", "b1", PROGRESS, 1);
    (void)work(story, "wu", "b2", PROGRESS, 1); /* assists */
    (void)work(story, "wu", "b2", RESOLVE, 1);
    chase(story, 1, 1);
    supplement(story, 1);
    story_until(story, 5 * HOUR);
    (void)work(story, "li", "b1", RESOLVE, 1);
    look(story, 1);
    chase(story, 1, 2);
    story_until(story, 9 * DAY); /* nothing fires */
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES);
    chase(story, 1, 3);
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES);
    withdraw(story, 1);
    look(story, 1);
}

static void tell_nobody_acts(struct story *story)
{
    route_noise(story, 1);
    story_until(story, 7 * HOUR);
    look(story, 1);
    story_until(story, 12 * HOUR);
    look(story, 1);
    (void)work(story, "zhao", "s.city", ACCEPT, 1); /* late; the alarm goes on until resolved */
    story_until(story, 13 * HOUR);
    (void)work(story, "zhao", "s.city", RAISE, 1);
    (void)work(story, "zhao", "s.city", CONTACT, 1);
    story_until(story, 80 * HOUR); /* the handle clock gives its own card */
    (void)work(story, "zhao", "s.city", RESOLVE, 1);
    look(story, 1);
    story_until(story, 10 * DAY);
}

static void tell_raise(struct story *story)
{
    route_noise(story, 1);
    route_noise(story, 2);
    (void)work(story, "li", "b1", RAISE, 1); /* from the queue */
    (void)work(story, "li", "b1", ACCEPT, 2);
    (void)work(story, "wu", "b2", RAISE, 2); /* not the lead */
    (void)work(story, "li", "b1", RAISE, 2);
    (void)work(story, "li", "b1", RESOLVE, 2); /* not any more */
    (void)work(story, "chen", "c1", RAISE, 2);
    (void)work(story, "zhao", "s.city", RAISE, 2);
    look(story, 2);
}

static void tell_return(struct story *story)
{
    route_noise(story, 1);
    rule(story, 1, "b2", 1); /* nothing to rule on */
    story_until(story, 5 * MINUTE);
    (void)work(story, "li", "b1", RETURN, 1);
    (void)work(story, "li", "b1", RETURN, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    look(story, 1);
    chase(story, 1, 1);
    story_until(story, 20 * MINUTE);
    rule(story, 1, "b2", 1); /* the level stays: contact and handle run on */
    look(story, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    (void)work(story, "wu", "b2", ACCEPT, 1);
    (void)work(story, "wu", "b2", RETURN, 1);
    story_until(story, 3 * HOUR); /* the contact clock of the first dispatch expires */
    (void)work(story, "chen", "c1", RETURN, 1);
    look(story, 1);
}

/* All within one millisecond: the accept clock that a ruling starts is a new one all the same. */
static void tell_ruled_at_once(struct story *story)
{
    route_noise(story, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    (void)work(story, "li", "b1", RETURN, 1);
    rule(story, 1, "b2", 1);
    look(story, 1);
    story_until(story, 30 * MINUTE);
}

static void tell_return_expires(struct story *story)
{
    route_noise(story, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    (void)work(story, "li", "b1", RETURN, 1);
    story_until(story, 2 * HOUR); /* contact expires at the desk: raised off it */
    rule(story, 1, "b2", 1);
    look(story, 1);
    (void)work(story, "chen", "c1", RETURN, 1); /* no ruling yet: a return is allowed */
    rule(story, 1, "s.city", 3);                /* another level: its clocks start */
    look(story, 1);
    (void)work(story, "zhao", "s.city", ACCEPT, 1);
    (void)work(story, "zhao", "s.city", RETURN, 1);
}

static void tell_top_return(struct story *story)
{
    const struct route where = {.category = "noise", .area = "bu1", .unit = "s.city", .level = 3};
    route(story, 1, &where);
    route(story, 2, &where);
    story_until(story, 1 * HOUR);
    (void)work(story, "zhao", "s.city", RETURN, 1);
    (void)work(story, "zhao", "s.city", ACCEPT, 2);
    (void)work(story, "zhao", "s.city", RETURN, 2);
    story_until(story, 4 * HOUR); /* 1: the accept clock gives a card at the desk, alarms */
    look(story, 1);
    rule(story, 1, "s.safe", 3); /* repaired: the alarm ends */
    look(story, 1);
    story_until(story, 9 * HOUR); /* 2: warned and carded by contact; 1: by accept, then contact */
    look(story, 2);
    rule(story, 2, "s.safe", 3); /* contact is still missed: the alarm goes on */
    look(story, 2);
    serve(story, "s.safe", 1);
    serve(story, "s.safe", 2);
    look(story, 2);
}

static void tell_two_clerks(struct story *story)
{
    route_noise(story, 1);
    route_noise(story, 2);
    pull(story, "li", "b1", 1, 0);
    pull(story, "wang", "b1", 5, 0);
    pull(story, "sun", "b1", 5, 0);
    pull(story, "sun", "b1", 5, 30 * MINUTE - 1);
    (void)work(story, "wang", "b1", ACCEPT, 1);
    (void)work(story, "wang", "b1", RETURN, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 10 * MINUTE); /* wang's lease ends: sun is woken */
    (void)work(story, "wang", "b1", ACCEPT, 2);
    story_until(story, 20 * MINUTE);
    (void)work(story, "wang", "b1", ACCEPT, 2); /* sun's lease ended too; nobody holds it */
    pull(story, "sun", "b1", 5, 1 * MINUTE);
    story_until(story, 22 * MINUTE); /* the wait ends with nothing */
}

static void tell_waiting(struct story *story)
{
    pull(story, "chen", "c1", 1, 50 * MINUTE);
    pull(story, "cai", "c1", 1, 50 * MINUTE);
    pull(story, "li", "b1", 1, 50 * MINUTE);
    route_noise(story, 1); /* wakes li */
    story_until(story, 9 * MINUTE);
    story_until(story, 30 * MINUTE); /* the lease lapsed, the ticket is raised: wakes chen */
    pull(story, "zhao", "s.city", 1, 50 * MINUTE);
    (void)work(story, "chen", "c1", RAISE, 1); /* wakes zhao */
    serve(story, "s.city", 1);
    (void)work(story, "zhao", "s.city", ACCEPT, 1);
    (void)work(story, "zhao", "s.city", RESOLVE, 1);
    pull(story, "zhao", "s.city", 1, 50 * MINUTE);
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* reopened at the top: wakes zhao */
    story_until(story, 60 * MINUTE);
}

static void tell_lease_dies(struct story *story)
{
    const struct route where = {.category = "noise", .area = "bu1", .unit = "b1", .level = 1};
    route(story, 1, &where);
    story_until(story, 25 * MINUTE);
    pull(story, "li", "b1", 1, 0);
    chase(story, 1, 1);
    story_until(story, 30 * MINUTE); /* raised while leased */
    look(story, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 40 * MINUTE); /* the dead lease does not lapse */
}

static void tell_reopen(struct story *story)
{
    route_noise(story, 1);
    serve(story, "b1", 1);
    answer(story, 1, 2, PAIDAN__SOLVED__SOLVED_NO); /* another round's */
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    look(story, 1);
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* late: refused */
    story_until(story, 1 * HOUR);                   /* the new accept clock expires: raised */
    serve(story, "s.city", 1);
    answer(story, 1, 2, PAIDAN__SOLVED__SOLVED_NO); /* at the top: the same unit again */
    look(story, 1);
    serve(story, "s.city", 1);
    answer(story, 1, 3, PAIDAN__SOLVED__SOLVED_NO); /* the limit: closed as unsolved, red card */
    look(story, 1);
}

static void tell_answers(struct story *story)
{
    for (uint64_t number = 1; number <= 3; number++) {
        route_noise(story, number);
        serve(story, "b1", number);
    }
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_PARTLY);
    unreached(story, 2, 2); /* another round's */
    unreached(story, 2, 1);
    unreached(story, 2, 1);
    answer(story, 3, 1, PAIDAN__SOLVED__SOLVED_YES);
    answer(story, 9, 1, PAIDAN__SOLVED__SOLVED_YES); /* never heard of */
    unreached(story, 9, 1);
    look(story, 1);
    look(story, 2);
}

static void tell_withdrawals(struct story *story)
{
    withdraw(story, 1); /* before its route */
    look(story, 1);
    chase(story, 1, 1);
    route_noise(story, 1);
    withdraw(story, 1);
    rule(story, 1, "b1", 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    for (uint64_t number = 2; number <= 6; number++) {
        route_noise(story, number);
    }
    pull(story, "li", "b1", 1, 0);
    withdraw(story, 2); /* leased */
    (void)work(story, "li", "b1", ACCEPT, 2);
    withdraw(story, 3);
    (void)work(story, "li", "b1", ACCEPT, 4);
    withdraw(story, 4);
    (void)work(story, "li", "b1", RETURN, 5);
    withdraw(story, 5);
    rule(story, 5, "b2", 1); /* the ruling comes too late */
    serve(story, "b1", 6);
    withdraw(story, 6);
    answer(story, 6, 1, PAIDAN__SOLVED__SOLVED_YES); /* the answer too */
    story_until(story, 30 * DAY);
}

static void tell_before_route(struct story *story)
{
    chase(story, 1, 1);
    supplement(story, 1);
    rule(story, 1, "b1", 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    look(story, 1);
    route_noise(story, 1);
    route_noise(story, 1); /* twice: refused visibly */
}

static void tell_versions(struct story *story)
{
    route_noise(story, 1);
    (void)work_version(story, "li", "b1", ACCEPT, 1, 9);
    (void)work_version(story, "li", "b1", ACCEPT, 1, 1);
    (void)work_version(story, "li", "b1", CONTACT, 1, 1);
    chase(story, 1, 1);
    (void)work_version(story, "li", "b1", CONTACT, 1, 2);
    (void)work_version(story, "li", "b1", CONTACT, 1, 3);
    look(story, 1);
}

static void tell_downtime(struct story *story)
{
    const struct route where = {.category = "noise", .area = "bu1", .unit = "b1", .level = 1};
    route(story, 1, &where);
    route(story, 2, &where);
    (void)work(story, "li", "b1", ACCEPT, 2);
    story_jump(story, 3 * HOUR); /* down; 2 is past warning and deadline of contact */
    story_restart(story);
    story_step(story);
    story_restart(story); /* and again, between two steps */
    story_step(story);
    story_step(story);
    look(story, 1);
    look(story, 2);
    story_until(story, 4 * HOUR); /* the clocks of the new level began when it was raised */
}

static void tell_twins(struct story *story)
{
    const struct route low = {.category = "twin", .area = "bu1", .unit = "b1", .level = 1};
    const struct route high = {.category = "twin", .area = "bu1", .unit = "s.any", .level = 3};
    route(story, 1, &low);  /* three deadlines at one moment: one raise */
    route(story, 2, &high); /* at the top: three cards, one alarm */
    story_until(story, 1 * HOUR);
    look(story, 1);
    look(story, 2);
    story_until(story, 4 * HOUR);
}

static void tell_cards(struct story *story)
{
    const struct route where = {.category = "carded", .area = "bu1", .unit = "b1", .level = 1};
    route(story, 1, &where); /* the site says card: it stays on its level, the alarm repeats */
    story_until(story, 4 * HOUR);
    look(story, 1);
    (void)work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 10 * HOUR); /* handle expires: raised, the alarm ends */
    look(story, 1);
    story_until(story, 10 * HOUR + 1);
}

static void tell_branches(struct story *story)
{
    /* bu9 lies right below its street: the community level is skipped. */
    const struct route skip = {.category = "noise", .area = "bu9", .unit = "b.any", .level = 1};
    /* A place above level 1, given to a unit of its own level and to one below. */
    const struct route area = {.category = "noise", .area = "co1", .unit = "c1", .level = 2};
    const struct route below = {.category = "noise", .area = "st1", .unit = "b1", .level = 1};
    /* An area the site does not know has every level. */
    const struct route lost = {.category = "noise", .area = "gone", .unit = "b1", .level = 1};
    route(story, 1, &skip);
    route(story, 2, &area);
    route(story, 3, &below);
    route(story, 4, &lost);
    for (uint64_t number = 1; number <= 4; number++) {
        (void)work(story, "li", number == 1 ? "b.any" : number == 2 ? "c1" : "b1", RAISE, number);
    }
}

static void tell_strange_routes(struct story *story)
{
    const struct route unit = {.category = "noise", .area = "bu1", .unit = "who", .level = 1};
    const struct route level = {.category = "noise", .area = "bu1", .unit = "b1", .level = 9};
    const struct route nothing = {.category = "gone", .area = "gone", .unit = "who", .level = 9};
    const struct route elsewhere = {
        .category = "noise", .area = "bu1", .unit = "c1", .level = 1, .assist = "who"};
    const struct route desk = {
        .category = "trash", .area = "bu1", .unit = "b2", .level = 1, .by_desk = true};
    route(story, 1, &unit);
    route(story, 2, &level);
    route(story, 3, &nothing);
    route(story, 4, &elsewhere);
    route(story, 5, &desk);
    Paidan__Routed routed = PAIDAN__ROUTED__INIT; /* no ticket at all */
    routed.channel = routed.title = routed.category = routed.area = routed.unit = "x";
    routed.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
    event.has_ticket = true; /* triage's word from another mouth is nobody's */
    event.ticket = story_ticket(story, 7);
    story_hear(story, "intake", &event);
}

static void tell_office(struct story *story)
{
    /* Sunday 9:00: office time begins on Monday at 9. */
    const struct route where = {.category = "desk", .area = "bu1", .unit = "b1", .level = 1};
    route(story, 1, &where);
    story_until(story, 2 * DAY);
    look(story, 1);
}

static void tell_single(struct story *story)
{
    const struct route where = {.category = "any", .area = "home", .unit = "office", .level = 1};
    route(story, 1, &where);
    route(story, 2, &where);
    (void)work(story, "he", "office", RAISE, 1);
    story_until(story, 2 * HOUR);
    serve(story, "office", 1);
    answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_PARTLY); /* no reopening is left */
    serve(story, "office", 2);
    answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_NO);
    look(story, 2);
}

static void tell_refusals(struct story *story)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Work empty = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    route_noise(story, 1);
    pull(story, "li", "who", 1, 0);
    pull(story, "li", "b1", 1001, 0);
    pull(story, "li", "b1", 0, 0);
    wish.unit = "b1";
    request.wish_case = PAIDAN__REQUEST__WISH_PULL;
    request.pull = &wish;
    (void)story_ask(story, NULL, &request);
    wish.has_lease_ms = true;
    wish.lease_ms = 3600001;
    (void)story_ask(story, "li", &request);
    wish.lease_ms = 0;
    (void)story_ask(story, "li", &request);
    wish.has_wait_ms = true;
    wish.wait_ms = 60001;
    (void)story_ask(story, "li", &request);
    empty.unit = "b1";
    empty.action = ACCEPT;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &empty;
    (void)story_ask(story, "li", &request);
    (void)story_ask(story, NULL, &request);
    (void)work(story, "li", "who", ACCEPT, 1);
    (void)work(story, "li", "b1", ACCEPT, 9);
    (void)work(story, "chen", "c1", ACCEPT, 1);
    for (Paidan__Action action = CONTACT; action <= RESOLVE; action++) {
        (void)work(story, "li", "b1", action, 1);
    }
    Paidan__WorkItem items[2] = {PAIDAN__WORK_ITEM__INIT, PAIDAN__WORK_ITEM__INIT};
    Paidan__WorkItem *list[2] = {&items[0], &items[1]};
    items[0].ticket = items[1].ticket = story_ticket(story, 1);
    empty.action = RETURN; /* without a note */
    empty.items = list;
    empty.n_items = 1;
    (void)story_ask(story, "li", &request);
    empty.action = ACCEPT; /* the same ticket twice in a batch */
    empty.n_items = 2;
    (void)story_ask(story, "li", &request);
}

const struct escalation_story escalation_stories[] = {
    {"full_life", "ladder", tell_full_life},
    {"nobody_acts", "ladder", tell_nobody_acts},
    {"raise", "ladder", tell_raise},
    {"return", "ladder", tell_return},
    {"ruled_at_once", "ladder", tell_ruled_at_once},
    {"return_expires", "ladder", tell_return_expires},
    {"top_return", "ladder", tell_top_return},
    {"two_clerks", "ladder", tell_two_clerks},
    {"waiting", "ladder", tell_waiting},
    {"lease_dies", "ladder", tell_lease_dies},
    {"reopen", "ladder", tell_reopen},
    {"answers", "ladder", tell_answers},
    {"withdrawals", "ladder", tell_withdrawals},
    {"before_route", "ladder", tell_before_route},
    {"versions", "ladder", tell_versions},
    {"downtime", "ladder", tell_downtime},
    {"twins", "ladder", tell_twins},
    {"cards", "ladder", tell_cards},
    {"branches", "ladder", tell_branches},
    {"strange_routes", "ladder", tell_strange_routes},
    {"office", "ladder", tell_office},
    {"single", "single", tell_single},
    {"refusals", "ladder", tell_refusals},
};
const size_t escalation_story_count = sizeof escalation_stories / sizeof escalation_stories[0];

/* ---- laws
 * ---------------------------------------------------------------------------------------- */

static void say_broken(struct story *story, const char *law, uint64_t left, uint64_t right)
{
    if (left != right) {
        trace_say(&story->trace, "LAW BROKEN: %s: %llu and %llu", law, (unsigned long long)left,
                  (unsigned long long)right);
    }
}

/* Rows of a table, and how many of them are `wanted` keys. */
static uint64_t count_rows(struct store_txn *txn, unsigned table)
{
    struct store_walk walk;
    uint64_t count = 0;
    enum rc rc = store_walk_open(txn, table, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        count++;
    }
    store_walk_close(&walk);
    return count;
}

struct census {
    uint64_t tickets, queued, due, found_queued, found_due;
    uint64_t states[ESCALATION_STATE_COUNT];
};

/* Every row that a record asks for is there. With equal counts no other is. */
static void take_census(struct store_txn *txn, struct census *census)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, ESCALATION_TICKET, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        struct escalation_ticket ticket;
        const uint64_t id = escalation_state_id_of(walk.key);
        const enum rc decoded = escalation_state_decode(walk.value, walk.value_bytes, &ticket);
        CHECK(decoded == RC_OK);
        census->tickets++;
        census->states[ticket.state]++;
        unsigned char key[ESCALATION_QUEUE_KEY_BYTES], row[17];
        const void *value = NULL;
        size_t bytes = 0;
        if (escalation_state_queue_key(id, &ticket, key)) {
            census->queued++;
            census->found_queued +=
                store_get(txn, ESCALATION_QUEUE, key, sizeof key, &value, &bytes) == RC_OK;
        }
        struct due due = {0};
        enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
        if (escalation_state_due(id, &ticket, &due, &firing)) {
            escalation_state_id_key(due.due_ms, row);
            escalation_state_id_key(due.id, row + 8);
            row[16] = due.kind;
            census->due++;
            census->found_due +=
                store_get(txn, STORE_DUE, row, sizeof row, &value, &bytes) == RC_OK;
        }
    }
    store_walk_close(&walk);
}

void escalation_story_check(struct story *story)
{
    if (story->broken) {
        return;
    }
    struct store_txn *txn = NULL;
    struct census census = {0};
    const enum rc rc = store_begin(story->store, false, &txn);
    CHECK(rc == RC_OK);
    take_census(txn, &census);
    const uint64_t queue_rows = count_rows(txn, ESCALATION_QUEUE);
    const uint64_t due_rows = count_rows(txn, STORE_DUE);
    store_abort(txn);
    say_broken(story, "queue rows and open tickets", queue_rows, census.queued);
    say_broken(story, "queue rows are the records'", census.found_queued, census.queued);
    say_broken(story, "due rows and tickets that wait", due_rows, census.due);
    say_broken(story, "due rows are the records'", census.found_due, census.due);
    say_broken(story, "every open ticket waits for something", census.due, census.queued);
    say_broken(story, "tickets counted", story_count(story, "tickets"), census.tickets);
    say_broken(story, "open counted", story_count(story, "open"), census.queued);
    static const char *const names[] = {
        "",
        "state_assigned",
        "state_accepted",
        "state_returned",
        "state_resolved",
        "state_closed",
        "state_withdrawn",
    };
    for (unsigned state = 1; state < ESCALATION_STATE_COUNT; state++) {
        say_broken(story, names[state], story_count(story, names[state]), census.states[state]);
    }
}

/* Counters that are not nothing, as the last lines of a trace. */
static void say_counts(struct story *story)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__StatsWish wish = PAIDAN__STATS_WISH__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_STATS;
    request.stats = &wish;
    const Paidan__Answer *stats = story_query(story, &request);
    for (size_t index = 0; stats != NULL && index < stats->stats->n_counts; index++) {
        const Paidan__Count *count = stats->stats->counts[index];
        if (count->value != 0) {
            trace_say(&story->trace, "%s %llu", count->name, (unsigned long long)count->value);
        }
    }
}

void escalation_story_tell(const struct escalation_story *told, struct story *story)
{
    story_open(story, &escalation_service, told->site, BASE_MS);
    told->tell(story);
    escalation_story_check(story);
    say_counts(story);
    story_replay(story);
}
