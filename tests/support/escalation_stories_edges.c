/* Stories of what meets what: a suspension of what is late or asked for, a new plan with other
 * steps, an order to who has it. On the site `joint`. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define HOUR 3600000ull
#define DAY (24 * HOUR)
#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC, a Sunday */

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RAISE PAIDAN__ACTION__ACTION_RAISE
#define SUSPEND PAIDAN__ACTION__ACTION_SUSPEND
#define RESUME PAIDAN__ACTION__ACTION_RESUME
#define PERSON PAIDAN__ACTION__ACTION_NAME_PERSON
#define REFUSE PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE
#define ORDER PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER

static void wish(struct story *story, const char *unit, Paidan__Action action, uint64_t number,
                 uint64_t until_ms)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = number;
    item.note = (char *)"等待配件";
    item.person = (char *)"老李";
    item.has_until_ms = until_ms != 0;
    item.until_ms = BASE_MS + until_ms;
    teller_do(story, "li", unit, action, &item);
}

static void supervise(struct story *story, const char *unit, Paidan__SuperviseAction action,
                      uint64_t number, const char *to_unit)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = number;
    item.note = (char *)"督办意见";
    item.to_unit = (char *)to_unit;
    teller_supervise(story, "wang", unit, action, &item);
}

static void route_top(struct story *story, uint64_t number)
{
    const struct teller_route top = {
        .category = "noise", .area = "bu1", .unit = "s.city", .level = 3};
    teller_route(story, number, &top);
    (void)teller_work(story, "li", "s.city", ACCEPT, number);
}

static void replan(struct story *story)
{
    Paidan__Replan replan = PAIDAN__REPLAN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    replan.unit = (char *)"s.any";
    replan.has_apply = replan.apply = true;
    request.wish_case = PAIDAN__REQUEST__WISH_REPLAN;
    request.replan = &replan;
    (void)story_ask(story, "wang", &request);
}

/* The policy has other steps than the clocks that run: what fired does not fire again. */
void tell_steps_anew(struct story *story)
{
    const struct teller_route where = {
        .category = "noise.work", .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, 1, &where);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 2 * HOUR);
    story_move_to(story, "watch"); /* two steps more */
    story_until(story, 3 * HOUR);
    replan(story);
    replan(story);
    story_until(story, 13 * HOUR); /* the first of them fires */
    story_move_to(story, "joint");
    story_until(story, 14 * HOUR);
    replan(story); /* none again */
    story_move_to(story, "watch");
    story_until(story, 15 * HOUR);
    replan(story);
    story_until(story, 30 * HOUR);
    teller_look(story, 1);
}

static void explain(struct story *story, uint64_t number)
{
    Paidan__Explain wish = PAIDAN__EXPLAIN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
    request.explain = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    const bool good = answer != NULL && answer->body_case == PAIDAN__ANSWER__BODY_EXPLAINED;
    trace_say(&story->trace, "explain: %s",
              !good                             ? "nothing"
              : answer->explained->site_changed ? "the site has changed"
                                                : "by the site as it is");
}

/* What has expired keeps its deadline through a suspension, and fires once. */
void tell_late_and_paused(struct story *story)
{
    route_top(story, 1);
    story_until(story, 22 * DAY); /* handle expires */
    wish(story, "s.city", SUSPEND, 1, 40 * DAY);
    teller_look(story, 1);
    story_until(story, 30 * DAY);
    wish(story, "s.city", RESUME, 1, 0);
    teller_look(story, 1);
    explain(story, 1);
    story_until(story, 80 * DAY);
}

/* What is asked is decided first: nobody can while all stands still. A named person's term stands
 * still like every other. */
void tell_asked_and_paused(struct story *story)
{
    for (uint64_t number = 1; number <= 2; number++) {
        teller_route_alone(story, number);
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    story_until(story, 25 * HOUR);
    wish(story, "b1", RAISE, 1, 0);
    wish(story, "b1", SUSPEND, 1, 30 * DAY);
    supervise(story, "c1", REFUSE, 1, NULL);
    wish(story, "b1", SUSPEND, 1, 30 * DAY);
    wish(story, "b1", PERSON, 2, 2 * DAY);
    wish(story, "b1", SUSPEND, 2, 30 * DAY);
    story_until(story, 30 * DAY + HOUR);
    teller_look(story, 2);
    story_until(story, 32 * DAY);
}

/* An order to the unit that works on it would only give it new terms. */
void tell_order_same(struct story *story)
{
    teller_route_alone(story, 1);
    story_until(story, 2 * HOUR);
    supervise(story, "s.any", ORDER, 1, "b1");
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    supervise(story, "s.any", ORDER, 1, "b1");
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_RETURN, 1);
    supervise(story, "s.any", ORDER, 1, "b1"); /* the desk need not rule */
    teller_look(story, 1);
}

/* A supervising unit that has the ticket itself: another one decides. */
void tell_own_request(struct story *story)
{
    const struct teller_route where = {
        .category = "trash", .area = "bu1", .unit = "s.watch", .level = 3};
    teller_route(story, 1, &where);
    (void)teller_work(story, "li", "s.watch", ACCEPT, 1);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_EXTEND, 1, 0);
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    story_until(story, 21 * HOUR); /* late all the same */
    (void)teller_work(story, "li", "s.watch", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
}

/* A reform of the office: what open tickets carry goes on under other codes, or is another's. */
void tell_moved(struct story *story)
{
    const struct teller_route house = {
        .category = "noise.work", .area = "bu1", .unit = "b1", .level = 1};
    const struct teller_route quarter = {
        .category = "noise", .area = "co1", .unit = "c1", .level = 2};
    for (uint64_t number = 1; number <= 4; number++) {
        teller_route(story, number, &house);
    }
    for (uint64_t number = 5; number <= 7; number++) {
        teller_route(story, number, &quarter);
    }
    story_until(story, 25 * HOUR); /* Monday 10:00 */
    for (uint64_t number = 2; number <= 4; number++) {
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    (void)teller_work(story, "li", "c1", ACCEPT, 6);
    (void)teller_work(story, "li", "c1", ACCEPT, 7);
    wish(story, "b1", PAIDAN__ACTION__ACTION_EXTEND, 2, 0);
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_RETURN, 3);
    wish(story, "b1", SUSPEND, 4, 10 * DAY);
    wish(story, "c1", SUSPEND, 7, 10 * DAY);
    story_until(story, 26 * HOUR);
    story_move_to(story, "joint-moved");
    story_until(story, 27 * HOUR);
    for (uint64_t number = 1; number <= 7; number++) {
        teller_look(story, number);
    }
    (void)teller_work(story, "li", "b.one", PAIDAN__ACTION__ACTION_RESOLVE, 2);
    (void)teller_work(story, "li", "c2", ACCEPT, 6);
    story_until(story, 12 * DAY); /* what was suspended runs again */
}

/* A ticket of a supervising unit, late and resolved. */
static void be_late(struct story *story, uint64_t number, uint64_t until_ms)
{
    const struct teller_route where = {
        .category = "trash", .area = "bu1", .unit = "s.watch", .level = 3};
    teller_route(story, number, &where);
    (void)teller_work(story, "li", "s.watch", ACCEPT, number);
    story_until(story, until_ms);
    (void)teller_work(story, "li", "s.watch", PAIDAN__ACTION__ACTION_RESOLVE, number);
}

/* Nobody decides: whoever it waits for is reminded once, then it lapses, and that is said. */
void tell_unanswered(struct story *story)
{
    const struct teller_route where = {
        .category = "trash", .area = "bu1", .unit = "s.watch", .level = 3};
    teller_route(story, 1, &where);
    (void)teller_work(story, "li", "s.watch", ACCEPT, 1);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_EXTEND, 1, 0);
    teller_look(story, 1);
    story_until(story, 25 * HOUR);
    (void)teller_work(story, "li", "s.watch", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
    be_late(story, 2, 60 * HOUR);
    teller_answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_YES);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 2, 0); /* of a closed one */
    story_until(story, 100 * HOUR);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 2, NULL);
}

/* A newer program is started on a store whose appeals are in no list, about a resolved ticket and a
 * closed one: both are listed, with a term; one is ruled on, the other lapses. */
void tell_old_appeals(struct story *story)
{
    const struct teller_route open = {
        .category = "trash", .area = "bu1", .unit = "s.watch", .level = 3};
    be_late(story, 1, 25 * HOUR);
    be_late(story, 2, 50 * HOUR);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 2, 0);
    teller_answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_route(story, 3, &open);
    teller_forget_appeal(story, 1);
    teller_forget_appeal(story, 2);
    story_move_to(story, "joint");
    story_step(story);
    story_step(story);
    teller_look(story, 1);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    story_until(story, 200 * HOUR);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 2, NULL);
}

/* A supervising unit does nothing to its own tickets that another one would have to decide. */
void tell_own_judge(struct story *story)
{
    be_late(story, 1, 11 * HOUR);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    (void)teller_work(story, "li", "s.watch", PAIDAN__ACTION__ACTION_RETURN, 1);
    supervise(story, "s.watch", ORDER, 1, "s.watch");
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 1, NULL);
    story_until(story, 48 * HOUR); /* another deadline is missed */
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD, 1, NULL);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD, 1, NULL);
    be_late(story, 2, 60 * HOUR);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 2, 0);
    teller_answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_NO);
    supervise(story, "s.any", ORDER, 2, "b1"); /* who appealed has it no more */
    supervise(story, "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 2, NULL);
    supervise(story, "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, 2, NULL);
}

/* The site has one supervising unit, and it asks: that is said at once. */
void tell_nobody_decides(struct story *story)
{
    const struct teller_route top = {
        .category = "noise", .area = "bu1", .unit = "s.any", .level = 3};
    teller_route(story, 1, &top);
    (void)teller_work(story, "li", "s.any", ACCEPT, 1);
    wish(story, "s.any", PAIDAN__ACTION__ACTION_EXTEND, 1, 0);
    story_until(story, 30 * DAY);
    (void)teller_work(story, "li", "s.any", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    wish(story, "s.any", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
}

/* An appeal outlives a recall: its decider is reminded, and it lapses, while the ticket is nobody's. */
void tell_recall_appeal(struct story *story)
{
    be_late(story, 1, 11 * HOUR);
    wish(story, "s.watch", PAIDAN__ACTION__ACTION_APPEAL, 1, 0);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    (void)teller_work(story, "li", "s.watch", PAIDAN__ACTION__ACTION_RETURN, 1);
    teller_rule(story, 1, "b1", 1);
    teller_recall(story, 1, NULL, 0);
    teller_look(story, 1);
    story_until(story, 100 * HOUR);
    teller_look(story, 1);
}
