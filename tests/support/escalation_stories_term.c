/* Stories of terms that move: 延期, 上报待接收, 挂账, 退单期限. On the site `joint`. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"
#include "trace_fields.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC, a Sunday */

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define RAISE PAIDAN__ACTION__ACTION_RAISE
#define EXTEND PAIDAN__ACTION__ACTION_EXTEND
#define SUSPEND PAIDAN__ACTION__ACTION_SUSPEND
#define RESUME PAIDAN__ACTION__ACTION_RESUME
#define GRANT PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT
#define REFUSE PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE
#define ORDER PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER

static void wish(struct story *story, const char *unit, Paidan__Action action, uint64_t number,
                 const char *note)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = number;
    item.note = (char *)note;
    teller_do(story, "li", unit, action, &item);
}

static void decide(struct story *story, const char *unit, uint64_t number, bool granted)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = number;
    item.note = (char *)(granted ? "同意" : "不同意");
    teller_supervise(story, "wang", unit, granted ? GRANT : REFUSE, &item);
}

/* Before the deadline only; one at a time; decided one level up; at most two; refusals are free. */
void tell_extension(struct story *story)
{
    teller_route_alone(story, 1);
    wish(story, "b1", EXTEND, 1, "等待配件");
    decide(story, "c1", 1, true); /* nothing was asked from the queue */
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    wish(story, "b1", EXTEND, 1, "\u3000\u200b \u2800"); /* blanks are no reason */
    wish(story, "b2", EXTEND, 1, "不是我的");
    wish(story, "b1", EXTEND, 1, "等待配件");
    wish(story, "b1", EXTEND, 1, "再等");
    wish(story, "b1", RAISE, 1, "超出权限"); /* one request at a time */
    decide(story, "b1", 1, true);            /* not by itself */
    decide(story, "c1", 1, false);
    decide(story, "c1", 1, true);
    wish(story, "b1", EXTEND, 1, "等待配件");
    decide(story, "c1", 1, true);
    teller_look(story, 1);
    wish(story, "b1", EXTEND, 1, "施工未完");
    decide(story, "s.any", 1, true); /* a supervising unit may always */
    wish(story, "b1", EXTEND, 1, "还要");
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    wish(story, "b1", EXTEND, 2, "等待配件");
    story_until(story, 20 * DAY); /* nobody decides: it lapses; then the deadline */
    wish(story, "b1", EXTEND, 1, "已经过期");
    teller_look(story, 1);
    teller_look(story, 2);
}

/* The upper level must take it; silence holds; a lease does not stop a decision. */
void tell_raise_accepted(struct story *story)
{
    teller_route_alone(story, 1);
    wish(story, "b1", RAISE, 1, "管网改造超出权限");
    teller_look(story, 1);
    decide(story, "c1", 1, false);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    wish(story, "b1", RAISE, 1, "管网改造超出权限");
    decide(story, "c1", 1, true);
    teller_look(story, 1);
    teller_route_alone(story, 2);
    wish(story, "b1", RAISE, 2, "超出权限");
    teller_route_alone(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    wish(story, "b1", RAISE, 3, "超出权限");
    (void)teller_work(story, "li", "b1", RETURN, 3); /* the desk decides now */
    decide(story, "c1", 3, true);
    story_until(story, 3 * DAY);
    teller_look(story, 2);
}

static void suspend(struct story *story, uint64_t number, uint64_t until_ms)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = number;
    item.note = (char *)"待种植季节";
    item.has_until_ms = until_ms != 0;
    item.until_ms = until_ms;
    teller_do(story, "li", "b1", SUSPEND, &item);
}

/* Every clock stands still; it goes on by itself or by hand; capped; once. */
void tell_suspension(struct story *story)
{
    Paidan__WorkItem to_safe = PAIDAN__WORK_ITEM__INIT;
    for (uint64_t number = 1; number <= 5; number++) {
        teller_route_alone(story, number);
    }
    suspend(story, 1, BASE_MS + 30 * DAY); /* not accepted */
    for (uint64_t number = 1; number <= 5; number++) {
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    story_until(story, 26 * HOUR); /* Monday 11:00 */
    suspend(story, 1, 0);
    suspend(story, 1, BASE_MS);
    suspend(story, 1, BASE_MS + 400 * DAY);
    suspend(story, 1, BASE_MS + 30 * DAY);
    suspend(story, 1, BASE_MS + 30 * DAY);
    teller_look(story, 1);
    for (uint64_t number = 2; number <= 5; number++) {
        suspend(story, number, BASE_MS + 40 * DAY);
    }
    (void)teller_work(story, "li", "b1", RESOLVE, 1); /* nothing is done meanwhile */
    teller_chase(story, 2, 1);
    decide(story, "c1", 2, true);
    Paidan__WorkItem urge = PAIDAN__WORK_ITEM__INIT;
    urge.ticket = 2;
    urge.note = (char *)"何时恢复";
    teller_supervise(story, "wang", "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE, &urge);
    teller_supervise(story, "wang", "s.any", PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, &urge);
    story_until(story, 10 * DAY);
    wish(story, "b1", RESUME, 2, "苗木提前到");
    wish(story, "b1", RESUME, 2, "再恢复");
    suspend(story, 2, BASE_MS + 50 * DAY); /* once */
    teller_look(story, 2);
    teller_withdraw(story, 3);
    to_safe.ticket = 4;
    to_safe.note = (char *)"领导要求立即办";
    to_safe.to_unit = (char *)"s.safe";
    teller_supervise(story, "wang", "s.any", ORDER, &to_safe);
    story_until(story, 31 * DAY);
    teller_look(story, 1);
    story_until(story, 60 * DAY);
    teller_look(story, 5);
}

/* The deadline passes while a request waits: it is too late to extend. A missed deadline stays
 * where it was, also over a suspension. */
void tell_overtaken(struct story *story)
{
    static const struct teller_route street = {
        .category = "noise", .area = "bu1", .unit = "s.city", .level = 3};
    teller_route(story, 1, &street);
    (void)teller_work(story, "li", "s.city", ACCEPT, 1);
    story_until(story, 19 * DAY + 6 * HOUR); /* two hours before its end */
    wish(story, "s.city", EXTEND, 1, "等待配件");
    story_until(story, 19 * DAY + 9 * HOUR);
    decide(story, "s.any", 1, true);
    decide(story, "s.any", 1, false);
    teller_look(story, 1);
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    item.ticket = 1;
    item.note = (char *)"待种植季节";
    item.has_until_ms = true;
    item.until_ms = BASE_MS + 30 * DAY;
    teller_do(story, "li", "s.city", SUSPEND, &item);
    story_until(story, 31 * DAY);
    teller_look(story, 1);
}

/* Nobody is there when the pauses end: everything counts from where they were to end, and what has
 * passed since is missed without a warning. */
void tell_suspension_downtime(struct story *story)
{
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT;
    for (uint64_t number = 1; number <= 3; number++) {
        teller_route_alone(story, number);
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    item.ticket = 1;
    item.person = (char *)"王师傅";
    item.note = (char *)"熟悉现场";
    item.has_until_ms = true;
    item.until_ms = BASE_MS + 4 * DAY;
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_NAME_PERSON, &item);
    item = (Paidan__WorkItem)PAIDAN__WORK_ITEM__INIT;
    item.ticket = 1;
    item.note = (char *)"请协助";
    item.to_unit = (char *)"s.safe";
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_ASK_ASSIST, &item);
    story_until(story, 26 * HOUR); /* Monday 11:00 */
    suspend(story, 1, BASE_MS + 30 * DAY);
    suspend(story, 2, BASE_MS + 3 * DAY);
    suspend(story, 3, BASE_MS + 30 * DAY);
    story_jump(story, 31 * DAY);
    story_restart(story);
    wish(story, "b1", RESUME, 3, "已恢复"); /* by itself, before the wish is looked at */
    for (uint64_t number = 1; number <= 3; number++) {
        teller_look(story, number);
    }
    story_until(story, 33 * DAY);
}

/* The window for returning has passed. */
void tell_return_window(struct story *story)
{
    teller_route_alone(story, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    story_until(story, 4 * DAY);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    teller_look(story, 2);
    /* It is the moment of the act that counts, also where nothing ran when the window closed. */
    for (uint64_t number = 3; number <= 5; number++) {
        teller_route_alone(story, number); /* Thursday 9:00, until Monday 9:00 */
    }
    story_jump(story, 8 * DAY - 1);
    story_restart(story);
    (void)teller_work(story, "li", "b1", RETURN, 3);
    story_jump(story, 8 * DAY);
    (void)teller_work(story, "li", "b1", RETURN, 4);
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    story_jump(story, 8 * DAY + 3 * HOUR);
    story_restart(story);
    (void)teller_work(story, "li", "b1", RETURN, 4);
    (void)teller_work(story, "li", "b1", RETURN, 5);
}

/* What a plan by the policies would move, or moves. */
static void replan(struct story *story, const char *unit, bool apply)
{
    Paidan__Replan replan = PAIDAN__REPLAN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    replan.unit = (char *)unit;
    replan.has_apply = apply;
    replan.apply = apply;
    request.wish_case = PAIDAN__REQUEST__WISH_REPLAN;
    request.replan = &replan;
    const Paidan__Answer *answer =
        apply ? story_ask(story, "wang", &request) : story_query(story, &request);
    if (answer == NULL || answer->body_case != PAIDAN__ANSWER__BODY_REPLANNING) {
        return;
    }
    for (size_t index = 0; index < answer->replanning->n_moves; index++) {
        const Paidan__ReplanMove *move = answer->replanning->moves[index];
        trace_say(&story->trace, "move %llu %s %lld -> %lld",
                  (unsigned long long)(move->ticket % 10000), trace_clock(move->clock),
                  (long long)(move->old_due_ms - BASE_MS), (long long)(move->new_due_ms - BASE_MS));
    }
}

/* The holidays arrive: open clocks move by themselves, in every state. A changed policy moves what
 * is open only when a supervisor says so; consumed and paused time is kept. */
void tell_replan(struct story *story)
{
    Paidan__WorkItem help = PAIDAN__WORK_ITEM__INIT;
    for (uint64_t number = 1; number <= 5; number++) {
        teller_route_alone(story, number);
    }
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    (void)teller_work(story, "li", "b1", RETURN, 3);
    help.ticket = 2;
    help.note = (char *)"请到场协助";
    help.to_unit = (char *)"c1";
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_ASK_ASSIST, &help);
    help.ticket = 4;
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_ASK_ASSIST, &help);
    help.has_mode = true;
    help.mode = PAIDAN__MODE__MODE_MEDIATION;
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_SET_MODE, &help);
    (void)teller_work(story, "li", "b1", ACCEPT, 5);
    wish(story, "b1", RESOLVE, 5, "已处理");
    story_until(story, 25 * HOUR);
    suspend(story, 4, BASE_MS + 30 * DAY);
    story_move_to(story, "joint-later");
    story_until(story, 26 * HOUR);
    teller_look(story, 2);
    replan(story, NULL, false);
    replan(story, "b1", true);
    replan(story, "s.any", true);
    replan(story, "s.any", true); /* nothing is left to move */
    suspend(story, 2, BASE_MS + 30 * DAY);
    trace_say(&story->trace, "suspended, under the same policies: nothing moves");
    replan(story, NULL, false);
    wish(story, "b1", RESUME, 2, NULL);
    help.ticket = 4;
    help.note = (char *)"已协助";
    teller_do(story, "chen", "c1", PAIDAN__ACTION__ACTION_ASSIST_DONE, &help); /* while suspended */
    story_until(story, 31 * DAY);
    teller_look(story, 4);
}

static void explain(struct story *story, uint64_t number)
{
    Paidan__Explain wish = PAIDAN__EXPLAIN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.ticket = story_ticket(story, number);
    request.wish_case = PAIDAN__REQUEST__WISH_EXPLAIN;
    request.explain = &wish;
    const Paidan__Answer *answer = story_query(story, &request);
    if (answer == NULL || answer->body_case != PAIDAN__ANSWER__BODY_EXPLAINED) {
        trace_say(&story->trace, "explain: nothing");
        return;
    }
    const Paidan__Explained *explained = answer->explained;
    if (explained->has_site_changed && explained->site_changed) {
        trace_say(&story->trace, "explain: the site has changed");
    }
    for (size_t index = 0; index < explained->n_clocks; index++) {
        const Paidan__ExplainedClock *clock = explained->clocks[index];
        char text[4096];
        trace_say(&story->trace,
                  "explain %s %lld..%lld %s%s%s counted=%llu skipped=%llu paused=%llu",
                  trace_clock(clock->set->clock), (long long)(clock->set->start_ms - BASE_MS),
                  (long long)(clock->set->due_ms - BASE_MS),
                  clock->policy != NULL ? clock->policy : "no such policy now",
                  clock->stopped ? " stopped" : "", clock->expired ? " expired" : "",
                  (unsigned long long)clock->counted_ms, (unsigned long long)clock->skipped_ms,
                  (unsigned long long)clock->paused_ms);
        if (clock->has_own_due_ms) {
            trace_say(&story->trace, "    bound; by the term alone %lld",
                      (long long)(clock->own_due_ms - BASE_MS));
        }
        for (size_t place = 0; place < clock->n_intervals; place++) {
            trace_fields(&clock->intervals[place]->base, BASE_MS, text, sizeof text);
            trace_say(&story->trace, "    %s", text);
        }
    }
}

/* What each clock counted and skipped, and why: a weekend, nights, a lunch break, a pause, a day
 * off that was decreed later. */
void tell_explain(struct story *story)
{
    teller_route_alone(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 26 * HOUR);
    suspend(story, 1, BASE_MS + 5 * DAY);
    explain(story, 1);
    story_until(story, 6 * DAY);
    explain(story, 1);
    story_move_to(story, "joint-later");
    story_until(story, 7 * DAY);
    explain(story, 1);
    explain(story, 9);
}

static void route_bound(struct story *story, uint64_t number, uint64_t due_ms)
{
    const struct teller_route where = {.category = "noise",
                                       .area = "bu1",
                                       .unit = "b1",
                                       .level = 1,
                                       .outer_due_ms = BASE_MS + due_ms};
    teller_route(story, number, &where);
}

/* 上级时限: the earlier deadline counts, on each level for which it leaves time; an extension and a new
 * calendar move nothing beyond it; one that has passed already leaves the unit its own term. */
void tell_bound(struct story *story)
{
    story_until(story, 25 * HOUR); /* Monday morning */
    route_bound(story, 1, 50 * HOUR);
    route_bound(story, 2, 30 * DAY);
    route_bound(story, 3, 20 * HOUR);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    wish(story, "b1", EXTEND, 1, "等待配件");
    decide(story, "c1", 1, true);
    explain(story, 1);
    explain(story, 2);
    explain(story, 3);
    story_move_to(story, "joint-later");
    story_until(story, 3 * DAY); /* raised by the bound: the next level has its own term */
    teller_look(story, 1);
    route_bound(story, 4, 10 * DAY);
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    suspend(story, 4, BASE_MS + 7 * DAY);
    story_until(story, 8 * DAY);
    explain(story, 4);
    (void)teller_work(story, "li", "b1", RESOLVE, 4);
    teller_answer(story, 4, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_recall(story, 3, "派错了", 0);
    route_bound(story, 5, 9 * DAY);
    teller_recall(story, 5, "派错了", 0);
    story_until(story, 12 * DAY);
}

/* 上级延期: the bound moves, only to later, for the clocks that it holds and for those to come; they warn again.
 * What was granted here waits for it; a ticket without a bound gets none; what expired stays expired. */
void tell_outer_moved(struct story *story)
{
    story_until(story, 25 * HOUR);
    teller_extend_above(story, 1, BASE_MS + 60 * HOUR); /* before the route: triage says it then */
    route_bound(story, 1, 50 * HOUR);
    teller_route_noise(story, 2);
    route_bound(story, 3, 20 * HOUR);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    story_until(story, 49 * HOUR); /* warned */
    wish(story, "b1", EXTEND, 1, "等待配件");
    decide(story, "c1", 1, true); /* no later deadline, no second warning */
    story_until(story, 49 * HOUR + 30 * MINUTE);
    explain(story, 1);
    teller_extend_above(story, 1, BASE_MS + 40 * HOUR); /* earlier: as it was */
    teller_extend_above(story, 1, BASE_MS + 50 * HOUR); /* the same */
    teller_extend_above(story, 1, BASE_MS + 9 * DAY);
    teller_extend_above(story, 2, BASE_MS + 9 * DAY); /* had none */
    teller_extend_above(story, 3,
                        BASE_MS + 9 * DAY); /* it had passed: the clock has its own term */
    explain(story, 1);
    story_move_to(story, "joint-later");
    suspend(story, 1, BASE_MS + 7 * DAY);
    teller_extend_above(story, 1, BASE_MS + 10 * DAY); /* while it stands still */
    story_until(story, 8 * DAY);
    (void)teller_work(story, "li", "b1", RESOLVE, 1);
    teller_extend_above(story, 1, BASE_MS + 30 * DAY); /* nothing runs: for what is opened again */
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_withdraw(story, 3);
    teller_extend_above(story, 3, BASE_MS + 40 * DAY);
    route_bound(story, 4, 8 * DAY + 2 * HOUR);
    story_until(story, 8 * DAY + 3 * HOUR); /* expired and raised */
    teller_extend_above(story, 4, BASE_MS + 20 * DAY);
    teller_look(story, 4);
    route_bound(story, 5, 9 * DAY);
    teller_recall(story, 5, "派错了", 0);
    teller_extend_above(story, 5, BASE_MS + 12 * DAY); /* at the desk again */
    teller_look(story, 5);
    route_bound(story, 6, 9 * DAY);
    (void)teller_work(story, "li", "b1", RETURN, 6);
    teller_extend_above(story, 6, BASE_MS + 12 * DAY); /* returned: its clocks run */
    explain(story, 6);
    route_bound(story, 7, 9 * DAY);
    teller_serve(story, "b1", 7);
    teller_answer(story, 7, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_extend_above(story, 7, BASE_MS + 12 * DAY); /* over */
}

/* 集中爆发: clocks run by the terms for urgent tickets, from when they began, never to a later deadline and
 * never into the past; what is suspended, done or nobody's stays as it is. */
void tell_burst(struct story *story)
{
    const Paidan__Urgency urgent = PAIDAN__URGENCY__URGENCY_URGENT;
    teller_burst(story, 1, urgent); /* before the route: triage says it then */
    teller_route_alone(story, 1);
    teller_burst(story, 1, 0); /* the site leaves the urgency */
    story_until(story, 5 * MINUTE);
    teller_burst(story, 1, urgent); /* accept from when it began, contact, handle */
    teller_burst(story, 1, urgent); /* it is */
    teller_burst(story, 1, PAIDAN__URGENCY__URGENCY_NORMAL);
    explain(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_CONTACT, 1);
    (void)teller_work(story, "li", "b1", RESOLVE, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_CONTACT, 2);
    story_until(story, 13 * HOUR);
    teller_burst(story, 2, urgent); /* eight hours are over: eight hours from now */
    teller_look(story, 2);
    teller_route_alone(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    suspend(story, 3, BASE_MS + 7 * DAY);
    teller_burst(story, 3, urgent); /* it stands still: the urgency alone */
    teller_look(story, 3);
    teller_route_alone(story, 4);
    (void)teller_work(story, "li", "b1", RETURN, 4);
    teller_burst(story, 4, urgent); /* returned: its clocks run */
    teller_route_alone(story, 5);
    teller_recall(story, 5, "派错了", 0);
    teller_burst(story, 5, urgent); /* at the desk again */
    teller_route_alone(story, 6);
    teller_serve(story, "b1", 6);
    teller_burst(story, 6, urgent); /* done */
    teller_answer(story, 6, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_burst(story, 6, urgent);
    teller_withdraw(story, 5);
    teller_burst(story, 5, urgent);
    teller_route_alone(story, 7);
    teller_merge(story, 7, 4, 0);
    teller_burst(story, 7, urgent); /* read after it was merged: another one is worked on */
}
