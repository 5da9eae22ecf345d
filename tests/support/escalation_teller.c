/* Records and wishes, made by hand. */

#include "escalation_teller.h"

#include <string.h>

#include "common/base/check.h"
#include "services/escalation/escalation_extra.h"
#include "services/escalation/escalation_tally.h"

/* ---- what is heard ---- */

void teller_route(struct story *story, uint64_t number, const struct teller_route *where)
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
    routed.spot_note = (char *)where->spot_note;
    routed.has_outer_due_ms = where->outer_due_ms != 0;
    routed.outer_due_ms = where->outer_due_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ROUTED;
    event.routed = &routed;
    story_hear(story, "triage", &event);
}

/* The usual one: noise at building 1. */
void teller_route_noise(struct story *story, uint64_t number)
{
    const struct teller_route where = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 1, .assist = "b2"};
    teller_route(story, number, &where);
}

void teller_route_alone(struct story *story, uint64_t number)
{
    const struct teller_route where = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 1, .assist = NULL};
    teller_route(story, number, &where);
}

void teller_rule_on(struct story *story, uint64_t number, const char *unit, uint32_t level,
                    uint32_t return_count)
{
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    ruled.category = "noise";
    ruled.area = "bu1";
    ruled.unit = (char *)unit;
    ruled.level = level;
    ruled.note = "归你处理";
    ruled.has_return_count = return_count != 0;
    ruled.return_count = return_count;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_RULED;
    event.ruled = &ruled;
    story_hear(story, "triage", &event);
}

void teller_rule(struct story *story, uint64_t number, const char *unit, uint32_t level)
{
    teller_rule_on(story, number, unit, level, 0);
}

void teller_rule_as(struct story *story, uint64_t number, const struct teller_route *where)
{
    Paidan__Ruled ruled = PAIDAN__RULED__INIT;
    char *assist[1] = {(char *)where->assist};
    ruled.category = (char *)where->category;
    ruled.area = (char *)where->area;
    ruled.unit = (char *)where->unit;
    ruled.level = where->level;
    ruled.assist = assist;
    ruled.n_assist = where->assist != NULL ? 1 : 0;
    ruled.note = "不是这一类";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_RULED;
    event.ruled = &ruled;
    story_hear(story, "triage", &event);
}

void teller_merge(struct story *story, uint64_t number, uint64_t into, uint64_t outer_due_ms)
{
    teller_merge_as(story, number, into, outer_due_ms, PAIDAN__URGENCY__URGENCY_NORMAL);
}

void teller_merge_as(struct story *story, uint64_t number, uint64_t into, uint64_t outer_due_ms,
                     Paidan__Urgency urgency)
{
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    merged.into = story_ticket(story, into);
    merged.has_by_desk = merged.by_desk = true;
    merged.title = "楼上又吵";
    merged.channel = "hotline";
    merged.urgency = urgency;
    merged.registered_ms = story->now_ms;
    merged.has_outer_due_ms = outer_due_ms != 0;
    merged.outer_due_ms = outer_due_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &merged;
    story_hear(story, "triage", &event);
}

void teller_unmerge(struct story *story, uint64_t number, uint64_t from)
{
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    unmerged.from = story_ticket(story, from);
    unmerged.note = "是两回事";
    unmerged.has_why = true;
    unmerged.why = PAIDAN__UNMERGE_CAUSE__UNMERGE_BY_DESK;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    event.unmerged = &unmerged;
    story_hear(story, "triage", &event);
}

void teller_leave(struct story *story, uint64_t number, uint64_t into, const char *note)
{
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    recall.ticket = story_ticket(story, number);
    recall.note = (char *)note;
    recall.has_merge_into = true;
    recall.merge_into = story_ticket(story, into);
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &recall;
    (void)story_ask(story, "zhao", &request);
}

void teller_withdraw(struct story *story, uint64_t number)
{
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_WITHDRAWN;
    event.withdrawn = &withdrawn;
    story_hear(story, "intake", &event);
}

void teller_chase(struct story *story, uint64_t number, uint32_t count)
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

void teller_supplement(struct story *story, uint64_t number)
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

void teller_extend_above(struct story *story, uint64_t number, uint64_t outer_due_ms)
{
    Paidan__OuterMoved moved = PAIDAN__OUTER_MOVED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    moved.outer_due_ms = outer_due_ms;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_OUTER_MOVED;
    event.outer_moved = &moved;
    story_hear(story, "triage", &event);
}

void teller_burst(struct story *story, uint64_t number, Paidan__Urgency urgency)
{
    Paidan__Burst burst = PAIDAN__BURST__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    burst.count = 5;
    burst.within_ms = 7200000;
    burst.has_urgency = urgency != 0;
    burst.urgency = urgency != 0 ? urgency : PAIDAN__URGENCY__URGENCY_NORMAL;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_BURST;
    event.burst = &burst;
    story_hear(story, "triage", &event);
}

void teller_answer(struct story *story, uint64_t number, uint32_t round, Paidan__Solved solved)
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

void teller_answer_late(struct story *story, uint64_t number, uint32_t round, Paidan__Solved solved,
                        Paidan__Satisfied satisfied)
{
    Paidan__Answered answered = PAIDAN__ANSWERED__INIT;
    answered.round = round;
    answered.solved = solved;
    answered.satisfied = satisfied;
    answered.attempt = 1;
    answered.has_late = answered.late = true;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_ANSWERED;
    event.answered = &answered;
    story_hear(story, "callback", &event);
}

void teller_spared(struct story *story, uint64_t number, uint32_t round, Paidan__SpareReason reason)
{
    Paidan__Spared spared = PAIDAN__SPARED__INIT;
    spared.round = round;
    spared.reason = reason;
    spared.channel = (char *)"wechat";
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = true;
    event.ticket = story_ticket(story, number);
    event.fact_case = PAIDAN__EVENT__FACT_SPARED;
    event.spared = &spared;
    story_hear(story, "callback", &event);
}

void teller_unreached(struct story *story, uint64_t number, uint32_t round)
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

/* ---- what is asked ---- */

const Paidan__Answer *teller_work_version(struct story *story, const char *who, const char *unit,
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
    /* Whom the matrix names to assist need not have finished: stories of joint work say it item by
     * item (teller_do). */
    item.has_without_assist = item.without_assist = action == PAIDAN__ACTION__ACTION_RESOLVE;
    work.unit = (char *)unit;
    work.action = action;
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    return story_ask(story, who, &request);
}

void teller_supervise(struct story *story, const char *who, const char *unit,
                      Paidan__SuperviseAction action, const Paidan__WorkItem *wish)
{
    Paidan__WorkItem item = *wish;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Supervise supervise = PAIDAN__SUPERVISE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, wish->ticket);
    supervise.unit = (char *)unit;
    supervise.action = action;
    supervise.n_items = 1;
    supervise.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_SUPERVISE;
    request.supervise = &supervise;
    (void)story_ask(story, who, &request);
}

void teller_recall(struct story *story, uint64_t number, const char *note, uint64_t version)
{
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    recall.ticket = story_ticket(story, number);
    recall.note = (char *)note;
    recall.has_version = version != 0;
    recall.version = version;
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &recall;
    (void)story_ask(story, "zhao", &request);
}

void teller_correct(struct story *story, const Paidan__Correct *wish)
{
    Paidan__Correct correct = *wish;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    correct.ticket = story_ticket(story, wish->ticket);
    request.wish_case = PAIDAN__REQUEST__WISH_CORRECT;
    request.correct = &correct;
    (void)story_ask(story, "zhao", &request);
}

void teller_do(struct story *story, const char *who, const char *unit, Paidan__Action action,
               const Paidan__WorkItem *wish)
{
    Paidan__WorkItem item = *wish;
    Paidan__WorkItem *items[1] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    item.ticket = story_ticket(story, wish->ticket);
    work.unit = (char *)unit;
    work.action = action;
    work.n_items = 1;
    work.items = items;
    request.wish_case = PAIDAN__REQUEST__WISH_WORK;
    request.work = &work;
    (void)story_ask(story, who, &request);
}

const Paidan__Answer *teller_work(struct story *story, const char *who, const char *unit,
                                  Paidan__Action action, uint64_t number)
{
    return teller_work_version(story, who, unit, action, number, 0);
}

/* Pulls at most max; wait_ms 0: not waiting. */
void teller_pull(struct story *story, const char *who, const char *unit, uint32_t max,
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
void teller_serve(struct story *story, const char *unit, uint64_t number)
{
    (void)teller_work(story, "li", unit, PAIDAN__ACTION__ACTION_ACCEPT, number);
    (void)teller_work(story, "li", unit, PAIDAN__ACTION__ACTION_RESOLVE, number);
}

/* ---- what is looked at ---- */

/* One line on where a ticket stands. */
void teller_look(struct story *story, uint64_t number)
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

/* ---- an old store ---- */

void teller_forget_appeal(struct story *story, uint64_t number)
{
    const uint64_t id = story_ticket(story, number);
    unsigned char key[ESCALATION_QUEUE_KEY_BYTES];
    struct store_txn *txn = NULL;
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    struct tally tally;
    CHECK(store_begin(story->store, true, &txn) == RC_OK);
    CHECK(escalation_state_load(txn, id, &ticket) == RC_OK);
    CHECK(escalation_extra_load(txn, id, &extra) == RC_OK);
    CHECK(extra.appeal == ESCALATION_APPEAL_OPEN);
    CHECK(escalation_extra_waiting_key(id, &ticket, &extra, ESCALATION_JUDGING, key));
    CHECK(store_del(txn, ESCALATION_QUEUE, key, sizeof key) == RC_OK);
    extra.appeal_seq = extra.appeal_at_ms = extra.appeal_due_ms = extra.appeal_remind_ms = 0;
    memset(extra.appeal_unit, 0, sizeof extra.appeal_unit);
    memset(extra.appeal_to, 0, sizeof extra.appeal_to);
    CHECK(escalation_extra_save(txn, id, &extra) == RC_OK);
    CHECK(tally_load(txn, &tally) == RC_OK);
    CHECK(tally.values[TALLY_REQUESTS_OPEN] > 0);
    tally.values[TALLY_REQUESTS_OPEN]--;
    CHECK(tally_store(txn, &tally) == RC_OK);
    CHECK(store_commit(txn) == RC_OK);
    story_restart(story); /* the engine has totals of its own */
}
