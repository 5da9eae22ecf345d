/* Stories of tickets about the same event 并单: whatever becomes of the one that is worked on, each of the
 * others gets a fact of its own, and so each reporter an answer. */

#include "escalation_stories_parts.h"
#include "escalation_teller.h"

#define HOUR 3600000ull
#define DAY (24 * HOUR)
#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define SUSPEND PAIDAN__ACTION__ACTION_SUSPEND
#define YES PAIDAN__SOLVED__SOLVED_YES
#define NO PAIDAN__SOLVED__SOLVED_NO

static void work(struct story *story, Paidan__Action action, uint64_t number)
{
    (void)teller_work(story, "li", "b1", action, number);
}

static void suspend(struct story *story, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "等配件";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + DAY;
    teller_do(story, "li", "b1", SUSPEND, &wish);
}

/* Three who reported the same noise: the unit sees how many, and what they add; each is called back when
 * it is solved, once, and closed by his own word. */
void tell_merge(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge(story, 2, 1, 0);
    work(story, ACCEPT, 1);
    teller_merge(story, 3, 1, 0);
    teller_look(story, 1);
    teller_look(story, 2);
    work(story, ACCEPT, 2); /* nobody works on it but by way of the first one */
    teller_supplement(story, 2);
    teller_chase(story, 3, 1);
    teller_chase(story, 1, 1);
    teller_look(story, 1);
    work(story, RESOLVE, 1);
    story_until(story, HOUR);
    teller_look(story, 1);
    teller_look(story, 2);
    teller_answer(story, 1, 1, YES);
    teller_answer(story, 2, 1, YES);
    teller_unreached(story, 3, 1);
    teller_look(story, 3);
}

/* From and into each state; unmerged, it is given to a unit as if for the first time. */
void tell_merge_states(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge(story, 9, 1, 0); /* assigned */
    teller_unmerge(story, 9, 1);
    teller_unmerge(story, 9, 1); /* again */
    teller_unmerge(story, 1, 9); /* of one that never was merged */
    work(story, ACCEPT, 1);
    teller_unmerge(story, 1, 9);
    teller_merge(story, 9, 1, 0); /* accepted; from the desk */
    teller_unmerge(story, 9, 1);
    suspend(story, 1);
    teller_unmerge(story, 1, 9);
    teller_merge(story, 9, 1, 0);
    teller_unmerge(story, 9, 8); /* of another group */
    teller_unmerge(story, 9, 1);
    story_until(story, 2 * DAY);
    work(story, RETURN, 1);
    teller_unmerge(story, 1, 9);
    teller_merge(story, 9, 1, 0);
    teller_unmerge(story, 9, 1);
    teller_rule(story, 1, "c1", 2);
    teller_recall(story, 1, NULL, 0);
    teller_merge(story, 9, 1, 0);
    teller_unmerge(story, 9, 1);
    teller_look(story, 9);
    teller_route_alone(story, 9);
    teller_look(story, 9);
    /* What triage says before it knows what happened here: its word holds while the ticket is open. */
    teller_route_alone(story, 2);
    teller_merge(story, 2, 1, 0);
    teller_route_noise(story, 3);
    work(story, ACCEPT, 3);
    teller_merge(story, 3, 1, 0);
    teller_route_alone(story, 4);
    work(story, RETURN, 4);
    teller_merge(story, 4, 1, 0);
    teller_route_alone(story, 5);
    work(story, ACCEPT, 5);
    suspend(story, 5);
    teller_merge(story, 5, 1, 0);
    story_until(story, 9 * DAY); /* nothing of them fires */
    teller_look(story, 3);
    teller_look(story, 5);
}

/* What cannot be is refused; what is over stays so, and gets nobody's. */
void tell_merge_refused(struct story *story)
{
    teller_merge(story, 1, 1, 0);
    teller_route_alone(story, 1);
    work(story, ACCEPT, 1);
    teller_merge(story, 2, 1, 0);
    teller_merge(story, 3, 2, 0); /* into a member */
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    wish.ticket = 2;
    wish.category = "trash";
    teller_correct(story, &wish); /* told where it is worked on */
    work(story, RESOLVE, 1);
    teller_merge(story, 1, 5, 0);
    teller_unmerge(story, 1, 5);
    teller_merge(story, 6, 1, 0); /* into what is resolved: it comes back */
    teller_look(story, 6);
    teller_answer(story, 1, 1, YES);
    teller_merge(story, 1, 5, 0);
    teller_unmerge(story, 1, 5);
    teller_merge(story, 6, 1, 0);
    teller_withdraw(story, 7);
    teller_merge(story, 7, 5, 0);
    teller_unmerge(story, 7, 5);
    teller_merge(story, 6, 7, 0);
    teller_unmerge(story, 8, 5); /* unknown */
}

/* A member's withdrawal was read by triage before it merged the group's ticket, and comes here after that:
 * whoever is left goes nowhere, and the ticket is merged all the same. */
void tell_merge_crossed(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge(story, 2, 1, 0);
    teller_merge(story, 3, 1, 0);
    teller_route_noise(story, 4);
    teller_merge(story, 2, 4, 0);
    teller_merge(story, 1, 4, 0);
    teller_look(story, 3);
    teller_look(story, 4);
    teller_withdraw(story, 3);
    teller_look(story, 3);
    work(story, ACCEPT, 4);
    work(story, RESOLVE, 4);
    story_until(story, HOUR);
    teller_look(story, 1);
}

static void leave_into_none(struct story *story, uint64_t number)
{
    Paidan__Recall recall = PAIDAN__RECALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    recall.ticket = story_ticket(story, number);
    recall.has_merge_into = true;
    request.wish_case = PAIDAN__REQUEST__WISH_RECALL;
    request.recall = &recall;
    (void)story_ask(story, "zhao", &request);
    recall.ticket = 0;
    (void)story_ask(story, "zhao", &request);
}

/* The dispatcher takes it from its unit: with a reason, once that has accepted. */
void tell_merge_leave(struct story *story)
{
    teller_route_noise(story, 1);
    teller_route_alone(story, 2);
    teller_leave(story, 2, 2, NULL);
    teller_leave(story, 9, 1, NULL);
    leave_into_none(story, 2);
    teller_leave(story, 2, 1, NULL);
    teller_look(story, 2);
    teller_merge(story, 2, 1, 0);
    teller_leave(story, 2, 1, NULL); /* merged already */
    teller_leave(story, 1, 2, NULL); /* into its own member */
    teller_route_noise(story, 3);
    work(story, ACCEPT, 3);
    teller_leave(story, 3, 2, NULL); /* without a reason; into a member: into its ticket */
    teller_leave(story, 3, 2, "同一处噪音，请打 13812345678");
    teller_merge(story, 3, 1, 0);
    teller_route_alone(story, 4);
    work(story, ACCEPT, 4);
    suspend(story, 4);
    teller_leave(story, 4, 1, "同一件事");
    teller_look(story, 4);
    teller_serve(story, "b1", 1);
    teller_route_alone(story, 5);
    teller_leave(story, 5, 1, NULL); /* over */
    teller_leave(story, 1, 5, NULL);
}

/* One says that it is not solved: his alone is opened again, a level higher; the others keep their word. */
void tell_merge_unsolved(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge(story, 2, 1, 0);
    teller_merge(story, 3, 1, 0);
    teller_serve(story, "b1", 1);
    story_until(story, HOUR);
    teller_answer(story, 2, 1, YES);
    teller_answer(story, 3, 1, NO);
    teller_look(story, 3);
    teller_answer(story, 1, 1, NO);
    teller_look(story, 1);
    teller_look(story, 2);
    (void)teller_work(story, "wang", "c1", RETURN, 3);
    teller_rule(story, 3, "b1", 1);
    teller_serve(story, "b1", 3);
    teller_answer(story, 3, 2, YES);
}

/* A member's resident withdraws: only he is gone. The first one's does: the others are triage's again. */
void tell_merge_withdrawn(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge(story, 2, 1, 0);
    teller_merge(story, 3, 1, 0);
    teller_merge(story, 4, 1, 0);
    teller_withdraw(story, 2);
    teller_look(story, 1);
    teller_withdraw(story, 1);
    story_until(story, HOUR);
    teller_look(story, 3);
    teller_merge(story, 4, 3, 0);
    teller_route_alone(story, 3);
    teller_look(story, 3);
    /* Before it had a unit. */
    teller_merge(story, 6, 5, 0);
    teller_withdraw(story, 5);
    story_until(story, 2 * HOUR);
    teller_look(story, 6);
}

/* 上级时限 of any of them holds for the one that is worked on, the earliest of all. */
void tell_merge_bound(struct story *story)
{
    teller_route_alone(story, 1);
    work(story, ACCEPT, 1);
    teller_look(story, 1);
    teller_merge(story, 2, 1, story->now_ms + 30 * HOUR);
    teller_look(story, 1);
    teller_merge(story, 3, 1, story->now_ms + 90 * HOUR);
    teller_extend_above(story, 2, story->now_ms + 60 * HOUR);
    teller_look(story, 1);
    teller_merge(story, 4, 9, story->now_ms + 20 * HOUR); /* before its ticket has a unit */
    teller_route_alone(story, 9);
    teller_look(story, 9);
}

/* Members' urgency and deadlines hold for the one that is worked on while they are members, and no longer;
 * what a burst or a person made of it stays. */
void tell_merge_claims(struct story *story)
{
    const Paidan__Urgency urgent = PAIDAN__URGENCY__URGENCY_URGENT;
    teller_route_alone(story, 1);
    work(story, ACCEPT, 1);
    teller_look(story, 1);
    teller_merge_as(story, 2, 1, story->now_ms + 4 * HOUR, urgent);
    teller_look(story, 1);
    teller_merge_as(story, 3, 1, story->now_ms + 6 * HOUR, urgent);
    teller_unmerge(story, 2, 1); /* the third still asks for it */
    teller_look(story, 1);
    teller_withdraw(story, 3);
    teller_look(story, 1);
    teller_merge_as(story, 4, 1, 0, urgent);
    teller_burst(story, 1, urgent); /* its own from now on */
    teller_unmerge(story, 4, 1);
    teller_look(story, 1);
    teller_merge_as(story, 5, 6, story->now_ms + 3 * HOUR,
                    urgent); /* before its ticket has a unit */
    teller_route_alone(story, 6);
    teller_look(story, 6);
    teller_unmerge(story, 5, 6);
    teller_look(story, 6);
    teller_route_alone(story, 7);
    work(story, ACCEPT, 7);
    story_until(story, 13 * HOUR);
    teller_merge_as(story, 8, 7, 0, urgent); /* that term is over: the whole of it from now */
    teller_look(story, 7);
    teller_unmerge(story, 8, 7); /* from when it began */
    teller_look(story, 7);
    teller_route_alone(story, 10);
    work(story, ACCEPT, 10);
    suspend(story, 10);
    teller_merge_as(story, 11, 10, story->now_ms + 5 * HOUR, urgent);
    teller_unmerge(story, 11, 10);
    teller_look(story, 10);
    teller_route_alone(story, 12);
    teller_merge_as(story, 13, 12, story->now_ms + 5 * HOUR, urgent);
    teller_recall(story, 12, "派错了", 0); /* says what it is by itself */
    teller_unmerge(story, 13, 12);
    teller_route_alone(story, 12);
    teller_look(story, 12);
}

static void correct_urgency(struct story *story, uint64_t number, Paidan__Urgency urgency)
{
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    wish.ticket = number;
    wish.has_urgency = true;
    wish.urgency = urgency;
    wish.note = "没那么急";
    teller_correct(story, &wish);
}

/* A member asks for more than the ticket was made by any: whoever else leaves, that makes it no more urgent. */
void tell_merge_less(struct story *story)
{
    const Paidan__Urgency normal = PAIDAN__URGENCY__URGENCY_NORMAL;
    const Paidan__Urgency urgent = PAIDAN__URGENCY__URGENCY_URGENT;
    const Paidan__Urgency emergency = PAIDAN__URGENCY__URGENCY_EMERGENCY;
    teller_route_alone(story, 1);
    teller_merge_as(story, 2, 1, 0, emergency);
    correct_urgency(story, 1, normal);
    teller_merge_as(story, 3, 1, story->now_ms + 4 * HOUR, urgent);
    teller_unmerge(story, 3, 1);
    teller_look(story, 1);
    teller_unmerge(story, 2, 1);
    teller_look(story, 1);
    teller_route_alone(story, 4);
    teller_merge_as(story, 5, 4, 0, urgent);
    teller_recall(story, 4, "派错了", 0);
    teller_merge_as(story, 6, 4, 0, emergency); /* at the desk: the next dispatch says it */
    teller_unmerge(story, 5, 4);
    teller_route_alone(story, 4);
    teller_look(story, 4);
    teller_unmerge(story, 6, 4);
    teller_look(story, 4);
}

/* A burst at the desk, of which triage alone knows, goes with the ticket into another one. */
void tell_merge_raised(struct story *story)
{
    const Paidan__Urgency emergency = PAIDAN__URGENCY__URGENCY_EMERGENCY;
    teller_route_alone(story, 1);
    teller_recall(story, 1, "派错了", 0);
    teller_burst(story, 1, emergency);
    teller_route_alone(story, 2);
    teller_merge_as(story, 1, 2, 0, emergency);
    teller_look(story, 2);
    teller_unmerge(story, 1, 2);
    teller_look(story, 2);
}

/* What is corrected is the ticket's own urgency, whatever a member makes it. */
void tell_merge_corrected(struct story *story)
{
    const Paidan__Urgency urgent = PAIDAN__URGENCY__URGENCY_URGENT;
    const Paidan__Urgency emergency = PAIDAN__URGENCY__URGENCY_EMERGENCY;
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    teller_route_alone(story, 1);
    teller_merge_as(story, 2, 1, 0, emergency);
    correct_urgency(story, 1, emergency); /* its own from now on */
    correct_urgency(story, 1, emergency); /* nothing changes */
    teller_unmerge(story, 2, 1);
    teller_look(story, 1);
    teller_route_alone(story, 3);
    teller_merge_as(story, 4, 3, 0, emergency);
    wish.ticket = 3;
    wish.category = "power"; /* urgent */
    wish.note = "停电";
    teller_correct(story, &wish);
    teller_look(story, 3);
    teller_unmerge(story, 4, 3);
    teller_look(story, 3);
    teller_route_alone(story, 5);
    teller_merge_as(story, 6, 5, 0, urgent);
    wish.ticket = 5;
    teller_correct(story, &wish);
    teller_unmerge(story, 6, 5);
    teller_look(story, 5);
}

/* Resolved with its members and opened again it is what it is by itself. */
void tell_merge_reopened(struct story *story)
{
    teller_route_alone(story, 1);
    teller_merge_as(story, 2, 1, story->now_ms + 4 * HOUR, PAIDAN__URGENCY__URGENCY_URGENT);
    teller_serve(story, "b1", 1);
    story_until(story, HOUR);
    teller_answer(story, 1, 1, NO);
    teller_look(story, 1);
    teller_answer(story, 2, 1, NO);
    teller_look(story, 2);
}

/* The ticket's own deadline is extended beyond a member's, which did not matter before: now it does, while it
 * is a member. */
void tell_merge_extended(struct story *story)
{
    const struct teller_route where = {.category = "noise",
                                       .area = "bu1",
                                       .unit = "b1",
                                       .level = 1,
                                       .outer_due_ms = story->now_ms + 10 * HOUR};
    teller_route(story, 1, &where);
    work(story, ACCEPT, 1);
    teller_merge(story, 2, 1, story->now_ms + 15 * HOUR);
    teller_extend_above(story, 1, story->now_ms + 30 * HOUR);
    teller_look(story, 1);
    teller_merge(story, 3, 1, story->now_ms + 20 * HOUR);
    teller_unmerge(story, 3, 1);
    teller_look(story, 1);
    teller_extend_above(story, 2, story->now_ms + 18 * HOUR);
    teller_look(story, 1);
    teller_merge(story, 4, 1, story->now_ms + 12 * HOUR);
    teller_extend_above(story, 1, story->now_ms + 40 * HOUR); /* it stays due then */
    teller_unmerge(story, 4, 1);
    teller_unmerge(story, 2, 1);
    teller_look(story, 1);
}

/* A ticket with members is merged: they go along, those with an earlier deadline are told of. */
void tell_merge_along(struct story *story)
{
    teller_route_alone(story, 1);
    teller_route_alone(story, 2);
    teller_merge(story, 3, 2, 0);
    teller_merge(story, 4, 2, story->now_ms + 30 * HOUR);
    teller_merge(story, 3, 1, 0);
    teller_merge(story, 4, 1, 0);
    teller_merge(story, 2, 1, 0);
    teller_look(story, 1);
    teller_look(story, 2);
    teller_serve(story, "b1", 1);
    story_until(story, HOUR);
    teller_look(story, 3);
}

/* An appeal outlives a merge: its decider is reminded, and it lapses, while the ticket is nobody's. */
void tell_merge_appeal(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 1;
    wish.note = "停电";
    const struct teller_route watch = {
        .category = "trash", .area = "bu1", .unit = "s.watch", .level = 3};
    teller_route_alone(story, 2);
    teller_route(story, 1, &watch);
    (void)teller_work(story, "li", "s.watch", ACCEPT, 1);
    story_until(story, 11 * HOUR);
    (void)teller_work(story, "li", "s.watch", RESOLVE, 1);
    teller_do(story, "li", "s.watch", PAIDAN__ACTION__ACTION_APPEAL, &wish);
    teller_answer(story, 1, 1, NO);
    (void)teller_work(story, "li", "s.watch", RETURN, 1);
    teller_merge(story, 1, 2, 0);
    teller_look(story, 1);
    story_until(story, 100 * HOUR);
    teller_look(story, 1);
}

/* More than a page holds follow page by page; who comes meanwhile is sent back. */
void tell_merge_crowd(struct story *story)
{
    teller_route_alone(story, 1);
    for (uint64_t number = 2; number <= 40; number++) {
        teller_merge(story, number, 1, 0);
    }
    teller_serve(story, "b1", 1);
    teller_answer(story, 1, 1, NO); /* faster than the pages */
    teller_merge(story, 41, 1, 0);
    story_until(story, HOUR);
    teller_look(story, 40);
    teller_look(story, 41);
}

/* Triage read of a withdrawal before it merged, we after: it sent along whom it knew, the others are let go, and
 * are gone with the next word of intake's. One that has not withdrawn is triage's again. */
void tell_merge_left(struct story *story)
{
    teller_route_alone(story, 1);
    teller_route_alone(story, 2);
    teller_merge(story, 3, 2, 0);
    teller_merge(story, 4, 2, story->now_ms + 30 * HOUR);
    teller_merge(story, 2, 1, 0);
    teller_look(story, 1);
    teller_look(story, 4);
    teller_withdraw(story, 3);
    teller_serve(story, "b1", 1);
    story_until(story, HOUR);
    teller_look(story, 2);
    teller_look(story, 4);
    /* Into what has ended: they are triage's again, each of them. */
    teller_route_alone(story, 6);
    teller_merge(story, 7, 6, 0);
    teller_merge(story, 6, 1, 0);
    teller_look(story, 6);
    teller_withdraw(story, 7);
}

/* 保密: what a unit reads of a ticket that no dispatcher wrote a summary of is no word of its resident. */
void tell_merge_confidential(struct story *story)
{
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    teller_route_alone(story, 1);
    merged.into = story_ticket(story, 1);
    merged.title = "举报三单元张某";
    merged.channel = "hotline";
    merged.urgency = PAIDAN__URGENCY__URGENCY_NORMAL;
    merged.registered_ms = story->now_ms;
    merged.has_confidential = merged.confidential = true;
    /* What the judgement rests on stays in triage's log, of every ticket: here it would be the resident's. */
    Paidan__Judged judged = PAIDAN__JUDGED__INIT;
    char *words[] = {"三单元张某"};
    judged.n_words = 1;
    judged.words = words;
    merged.judged = &judged;
    event.has_ticket = true;
    event.ticket = story_ticket(story, 2);
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &merged;
    story_hear(story, "triage", &event);
    teller_look(story, 2);
}
