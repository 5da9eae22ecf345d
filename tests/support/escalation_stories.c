/* The stories. Each is a list of what is heard and asked; what escalation makes of it is in the
 * golden trace. Times in minutes after Sunday 2026-11-22 09:00, Beijing time. */

#include "escalation_stories.h"

#include "escalation_stories_parts.h"
#include "escalation_teller.h"
#include "services/escalation/escalation.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC */

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT
#define PROGRESS PAIDAN__ACTION__ACTION_PROGRESS
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define RAISE PAIDAN__ACTION__ACTION_RAISE

/* ---- stories ---- */

static void tell_full_life(struct story *story)
{
    teller_route_noise(story, 1);
    teller_pull(story, "li", "b1", 5, 0);
    story_until(story, 10 * MINUTE - 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_look(story, 1);
    story_until(story, 30 * MINUTE);
    (void)teller_work(story, "li", "b1", CONTACT, 1);
    (void)teller_work(story, "li", "b1", PROGRESS, 1);
    (void)teller_work(story, "wu", "b2", PROGRESS, 1); /* assists */
    (void)teller_work(story, "wu", "b2", RESOLVE, 1);
    teller_chase(story, 1, 1);
    teller_supplement(story, 1);
    story_until(story, 5 * HOUR);
    (void)teller_work(story, "li", "b1", RESOLVE, 1);
    teller_look(story, 1);
    teller_chase(story, 1, 2);
    story_until(story, 9 * DAY); /* nothing fires */
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_chase(story, 1, 3);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_withdraw(story, 1);
    teller_look(story, 1);
}

static void tell_nobody_acts(struct story *story)
{
    teller_route_noise(story, 1);
    story_until(story, 7 * HOUR);
    teller_look(story, 1);
    story_until(story, 12 * HOUR);
    teller_look(story, 1);
    (void)teller_work(story, "zhao", "s.city", ACCEPT,
                      1); /* late; the alarm goes on until resolved */
    story_until(story, 13 * HOUR);
    (void)teller_work(story, "zhao", "s.city", RAISE, 1);
    (void)teller_work(story, "zhao", "s.city", CONTACT, 1);
    story_until(story, 80 * HOUR); /* the handle clock gives its own card */
    (void)teller_work(story, "zhao", "s.city", RESOLVE, 1);
    teller_look(story, 1);
    story_until(story, 10 * DAY);
}

static void tell_raise(struct story *story)
{
    teller_route_noise(story, 1);
    teller_route_noise(story, 2);
    (void)teller_work(story, "li", "b1", RAISE, 1); /* from the queue */
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    (void)teller_work(story, "wu", "b2", RAISE, 2); /* not the lead */
    (void)teller_work(story, "li", "b1", RAISE, 2);
    (void)teller_work(story, "li", "b1", RESOLVE, 2); /* not any more */
    (void)teller_work(story, "chen", "c1", RAISE, 2);
    (void)teller_work(story, "zhao", "s.city", RAISE, 2);
    teller_look(story, 2);
}

static void tell_return(struct story *story)
{
    teller_route_noise(story, 1);
    teller_rule(story, 1, "b2", 1); /* nothing to rule on */
    story_until(story, 5 * MINUTE);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_look(story, 1);
    teller_chase(story, 1, 1);
    story_until(story, 20 * MINUTE);
    teller_rule(story, 1, "b2", 1); /* the level stays: contact and handle run on */
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "wu", "b2", ACCEPT, 1);
    (void)teller_work(story, "wu", "b2", RETURN, 1);
    story_until(story, 3 * HOUR); /* the contact clock of the first dispatch expires */
    (void)teller_work(story, "chen", "c1", RETURN, 1);
    teller_look(story, 1);
}

/* All within one millisecond: the accept clock that a ruling starts is a new one all the same. */
static void tell_ruled_at_once(struct story *story)
{
    teller_route_noise(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    teller_rule(story, 1, "b2", 1);
    teller_look(story, 1);
    story_until(story, 30 * MINUTE);
}

static void tell_return_expires(struct story *story)
{
    teller_route_noise(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    story_until(story, 2 * HOUR); /* contact expires at the desk: raised off it */
    teller_rule(story, 1, "b2", 1);
    teller_look(story, 1);
    (void)teller_work(story, "chen", "c1", RETURN, 1); /* no ruling yet: a return is allowed */
    teller_rule(story, 1, "s.city", 3);                /* another level: its clocks start */
    teller_look(story, 1);
    (void)teller_work(story, "zhao", "s.city", ACCEPT, 1);
    (void)teller_work(story, "zhao", "s.city", RETURN, 1);
}

/* The ruling on the first return comes when a higher unit has returned the ticket, too. */
static void tell_return_twice(struct story *story)
{
    teller_route_noise(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", RETURN, 1);
    story_until(story, 2 * HOUR); /* raised off the desk */
    (void)teller_work(story, "chen", "c1", RETURN, 1);
    teller_rule_on(story, 1, "b2", 1, 1); /* late */
    teller_look(story, 1);
    teller_rule_on(story, 1, "s.city", 3, 2);
    teller_look(story, 1);
}

static void tell_top_return(struct story *story)
{
    const struct teller_route where = {
        .category = "noise", .area = "bu1", .unit = "s.city", .level = 3};
    teller_route(story, 1, &where);
    teller_route(story, 2, &where);
    story_until(story, 1 * HOUR);
    (void)teller_work(story, "zhao", "s.city", RETURN, 1);
    (void)teller_work(story, "zhao", "s.city", ACCEPT, 2);
    (void)teller_work(story, "zhao", "s.city", RETURN, 2);
    story_until(story, 4 * HOUR); /* 1: the accept clock gives a card at the desk, alarms */
    teller_look(story, 1);
    teller_rule(story, 1, "s.safe", 3); /* repaired: the alarm ends */
    teller_look(story, 1);
    story_until(story, 9 * HOUR); /* 2: warned and carded by contact; 1: by accept, then contact */
    teller_look(story, 2);
    teller_rule(story, 2, "s.safe", 3); /* contact is still missed: the alarm goes on */
    teller_look(story, 2);
    teller_serve(story, "s.safe", 1);
    teller_serve(story, "s.safe", 2);
    teller_look(story, 2);
}

static void tell_two_clerks(struct story *story)
{
    teller_route_noise(story, 1);
    teller_route_noise(story, 2);
    teller_pull(story, "li", "b1", 1, 0);
    teller_pull(story, "wang", "b1", 5, 0);
    teller_pull(story, "sun", "b1", 5, 0);
    teller_pull(story, "sun", "b1", 5, 30 * MINUTE - 1);
    (void)teller_work(story, "wang", "b1", ACCEPT, 1);
    (void)teller_work(story, "wang", "b1", RETURN, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 10 * MINUTE); /* wang's lease ends: sun is woken */
    (void)teller_work(story, "wang", "b1", ACCEPT, 2);
    story_until(story, 20 * MINUTE);
    (void)teller_work(story, "wang", "b1", ACCEPT, 2); /* sun's lease ended too; nobody holds it */
    teller_pull(story, "sun", "b1", 5, 1 * MINUTE);
    story_until(story, 22 * MINUTE); /* the wait ends with nothing */
}

static void tell_waiting(struct story *story)
{
    teller_pull(story, "chen", "c1", 1, 50 * MINUTE);
    teller_pull(story, "cai", "c1", 1, 50 * MINUTE);
    teller_pull(story, "li", "b1", 1, 50 * MINUTE);
    teller_route_noise(story, 1); /* wakes li */
    story_until(story, 9 * MINUTE);
    story_until(story, 30 * MINUTE); /* the lease lapsed, the ticket is raised: wakes chen */
    teller_pull(story, "zhao", "s.city", 1, 50 * MINUTE);
    (void)teller_work(story, "chen", "c1", RAISE, 1); /* wakes zhao */
    teller_serve(story, "s.city", 1);
    (void)teller_work(story, "zhao", "s.city", ACCEPT, 1);
    (void)teller_work(story, "zhao", "s.city", RESOLVE, 1);
    teller_pull(story, "zhao", "s.city", 1, 50 * MINUTE);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* reopened at the top: wakes zhao */
    story_until(story, 60 * MINUTE);
}

static void tell_lease_dies(struct story *story)
{
    const struct teller_route where = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, 1, &where);
    story_until(story, 25 * MINUTE);
    teller_pull(story, "li", "b1", 1, 0);
    teller_chase(story, 1, 1);
    story_until(story, 30 * MINUTE); /* raised while leased */
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 40 * MINUTE); /* the dead lease does not lapse */
}

static void tell_reopen(struct story *story)
{
    teller_route_noise(story, 1);
    teller_serve(story, "b1", 1);
    teller_answer(story, 1, 2, PAIDAN__SOLVED__SOLVED_NO); /* another round's */
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_look(story, 1);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* late: refused */
    story_until(story, 1 * HOUR); /* the new accept clock expires: raised */
    teller_serve(story, "s.city", 1);
    teller_answer(story, 1, 2, PAIDAN__SOLVED__SOLVED_NO); /* at the top: the same unit again */
    teller_look(story, 1);
    teller_serve(story, "s.city", 1);
    teller_answer(story, 1, 3,
                  PAIDAN__SOLVED__SOLVED_NO); /* the limit: closed as unsolved, red card */
    teller_look(story, 1);
}

static void tell_answers(struct story *story)
{
    for (uint64_t number = 1; number <= 3; number++) {
        teller_route_noise(story, number);
        teller_serve(story, "b1", number);
    }
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_PARTLY);
    teller_unreached(story, 2, 2); /* another round's */
    teller_unreached(story, 2, 1);
    teller_unreached(story, 2, 1);
    teller_answer(story, 3, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_answer(story, 9, 1, PAIDAN__SOLVED__SOLVED_YES); /* never heard of */
    teller_unreached(story, 9, 1);
    teller_look(story, 1);
    teller_look(story, 2);
}

/* Closed without its resident, who answers after all: it is closed again as what he says, or opened
 * again; once, and of the round that was. */
static void tell_late_answers(struct story *story)
{
    for (uint64_t number = 1; number <= 5; number++) {
        teller_route_noise(story, number);
        teller_serve(story, "b1", number);
    }
    teller_unreached(story, 1, 1);
    teller_answer_late(story, 1, 2, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_YES);
    teller_answer_late(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR);
    teller_answer_late(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    teller_unreached(story, 1, 1);
    teller_look(story, 1);
    teller_spared(story, 2, 2, PAIDAN__SPARE_REASON__SPARE_SAMPLE); /* another round's */
    teller_spared(story, 2, 1, PAIDAN__SPARE_REASON__SPARE_SAMPLE);
    teller_look(story, 2);
    teller_answer_late(story, 2, 1, PAIDAN__SOLVED__SOLVED_PARTLY,
                       PAIDAN__SATISFIED__SATISFIED_FAIR);
    teller_spared(story, 3, 1, PAIDAN__SPARE_REASON__SPARE_DO_NOT_CALL);
    teller_answer_late(story, 3, 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    teller_look(story, 3); /* one level higher, by the redo clock */
    teller_answer(story, 4, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_answer_late(story, 4, 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    teller_withdraw(story, 5);
    teller_answer_late(story, 5, 1, PAIDAN__SOLVED__SOLVED_NO, PAIDAN__SATISFIED__SATISFIED_NO);
    teller_serve(story, "c1", 3);
    teller_look(story, 3);
}

/* Dissatisfied 不满意 is done again too, whatever was solved; the second time somebody supervises it 督办. */
static void tell_dissatisfied(struct story *story)
{
    teller_route_noise(story, 1);
    teller_route_noise(story, 2);
    teller_serve(story, "b1", 1);
    teller_answer_late(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_NO);
    teller_look(story, 1); /* one level higher, by the redo clock; not supervised yet */
    teller_serve(story, "c1", 1);
    teller_unreached(story, 1, 2);
    teller_answer_late(story, 1, 2, PAIDAN__SOLVED__SOLVED_PARTLY,
                       PAIDAN__SATISFIED__SATISFIED_NO); /* after all: the second time */
    teller_look(story, 1);
    teller_serve(story, "s.city", 1);
    teller_answer_late(
        story, 1, 3, PAIDAN__SOLVED__SOLVED_PARTLY,
        PAIDAN__SATISFIED__SATISFIED_NO); /* the limit: no card, it is partly solved */
    teller_look(story, 1);
    teller_serve(story, "b1", 2);
    teller_spared(story, 2, 1, PAIDAN__SPARE_REASON__SPARE_NO_WAY);
    teller_answer_late(story, 2, 1, PAIDAN__SOLVED__SOLVED_YES, PAIDAN__SATISFIED__SATISFIED_FAIR);
    teller_look(story, 2);
}

static void tell_withdrawals(struct story *story)
{
    teller_withdraw(story, 1); /* before its route */
    teller_look(story, 1);
    teller_chase(story, 1, 1);
    teller_route_noise(story, 1);
    teller_withdraw(story, 1);
    teller_rule(story, 1, "b1", 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    for (uint64_t number = 2; number <= 6; number++) {
        teller_route_noise(story, number);
    }
    teller_pull(story, "li", "b1", 1, 0);
    teller_withdraw(story, 2); /* leased */
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    teller_withdraw(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    teller_withdraw(story, 4);
    (void)teller_work(story, "li", "b1", RETURN, 5);
    teller_withdraw(story, 5);
    teller_rule(story, 5, "b2", 1); /* the ruling comes too late */
    teller_serve(story, "b1", 6);
    teller_withdraw(story, 6);
    teller_answer(story, 6, 1, PAIDAN__SOLVED__SOLVED_YES); /* the answer too */
    story_until(story, 30 * DAY);
}

static void tell_before_route(struct story *story)
{
    teller_chase(story, 1, 1);
    teller_supplement(story, 1);
    teller_rule(story, 1, "b1", 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_look(story, 1);
    teller_route_noise(story, 1);
    teller_route_noise(story, 1); /* twice: refused visibly */
}

static void tell_versions(struct story *story)
{
    teller_route_alone(story, 1);
    (void)teller_work_version(story, "li", "b1", ACCEPT, 1, 9);
    (void)teller_work_version(story, "li", "b1", ACCEPT, 1, 1);
    (void)teller_work_version(story, "li", "b1", CONTACT, 1, 1);
    teller_chase(story, 1, 1);
    (void)teller_work_version(story, "li", "b1", CONTACT, 1, 2);
    (void)teller_work_version(story, "li", "b1", CONTACT, 1, 3);
    teller_look(story, 1);
}

static void tell_downtime(struct story *story)
{
    const struct teller_route where = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, 1, &where);
    teller_route(story, 2, &where);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    story_jump(story, 3 * HOUR); /* down; 2 is past warning and deadline of contact */
    story_restart(story);
    story_step(story);
    story_restart(story); /* and again, between two steps */
    story_step(story);
    story_step(story);
    teller_look(story, 1);
    teller_look(story, 2);
    story_until(story, 4 * HOUR); /* the clocks of the new level began when it was raised */
}

static void tell_twins(struct story *story)
{
    const struct teller_route low = {.category = "twin", .area = "bu1", .unit = "b1", .level = 1};
    const struct teller_route high = {
        .category = "twin", .area = "bu1", .unit = "s.any", .level = 3};
    teller_route(story, 1, &low);  /* three deadlines at one moment: one raise */
    teller_route(story, 2, &high); /* at the top: three cards, one alarm */
    story_until(story, 1 * HOUR);
    teller_look(story, 1);
    teller_look(story, 2);
    story_until(story, 4 * HOUR);
}

static void tell_cards(struct story *story)
{
    const struct teller_route where = {
        .category = "carded", .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, 1,
                 &where); /* the site says card: it stays on its level, the alarm repeats */
    story_until(story, 4 * HOUR);
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    story_until(story, 10 * HOUR); /* handle expires: raised, the alarm ends */
    teller_look(story, 1);
    story_until(story, 10 * HOUR + 1);
}

static void tell_branches(struct story *story)
{
    /* bu9 lies right below its street: the community level is skipped. */
    const struct teller_route skip = {
        .category = "noise", .area = "bu9", .unit = "b.any", .level = 1};
    /* A place above level 1, given to a unit of its own level and to one below. */
    const struct teller_route area = {.category = "noise", .area = "co1", .unit = "c1", .level = 2};
    const struct teller_route below = {
        .category = "noise", .area = "st1", .unit = "b1", .level = 1};
    /* An area the site does not know has every level. */
    const struct teller_route lost = {
        .category = "noise", .area = "gone", .unit = "b1", .level = 1};
    teller_route(story, 1, &skip);
    teller_route(story, 2, &area);
    teller_route(story, 3, &below);
    teller_route(story, 4, &lost);
    for (uint64_t number = 1; number <= 4; number++) {
        (void)teller_work(story, "li",
                          number == 1   ? "b.any"
                          : number == 2 ? "c1"
                                        : "b1",
                          RAISE, number);
    }
}

static void tell_strange_routes(struct story *story)
{
    const struct teller_route unit = {
        .category = "noise", .area = "bu1", .unit = "who", .level = 1};
    const struct teller_route level = {
        .category = "noise", .area = "bu1", .unit = "b1", .level = 9};
    const struct teller_route nothing = {
        .category = "gone", .area = "gone", .unit = "who", .level = 9};
    const struct teller_route elsewhere = {
        .category = "noise", .area = "bu1", .unit = "c1", .level = 1, .assist = "who"};
    const struct teller_route desk = {
        .category = "trash", .area = "bu1", .unit = "b2", .level = 1, .by_desk = true};
    teller_route(story, 1, &unit);
    teller_route(story, 2, &level);
    teller_route(story, 3, &nothing);
    teller_route(story, 4, &elsewhere);
    teller_route(story, 5, &desk);
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
    const struct teller_route where = {.category = "desk", .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, 1, &where);
    story_until(story, 2 * DAY);
    teller_look(story, 1);
}

/* What it is now has its own terms, counted from when it was first given to a unit. */
static void tell_ruled_other(struct story *story)
{
    const struct teller_route desk = {.category = "desk", .area = "bu1", .unit = "b1", .level = 1};
    struct teller_route ruled = {.category = "twin", .area = "bu1", .unit = "b2", .level = 1};
    for (uint64_t number = 1; number <= 5; number++) {
        if (number == 4) {
            teller_route_alone(story, number);
        } else {
            teller_route(story, number, &desk);
        }
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    (void)teller_work(story, "li", "b1", CONTACT, 4);
    for (uint64_t number = 1; number <= 5; number++) {
        (void)teller_work(story, "li", "b1", RETURN, number);
    }
    story_until(story, 20 * MINUTE);
    teller_rule_as(story, 1, &ruled); /* shorter; the resident was not heard: contact too */
    teller_rule_as(story, 4, &ruled); /* was heard: no second contact is owed */
    teller_look(story, 1);
    story_until(story, 70 * MINUTE); /* one deadline of the three raises; its twins with it */
    teller_look(story, 1);
    teller_look(story, 4);
    story_until(story, 2 * HOUR);
    teller_rule_as(story, 2, &ruled); /* passed by now: it expires at once */
    teller_look(story, 2);
    ruled.category = "carded"; /* no contact there: the clock ends */
    ruled.unit = "c1";
    ruled.level = 2;
    teller_rule_as(story, 3, &ruled); /* another level: from the first dispatch all the same */
    teller_look(story, 3);
    ruled.category = "desk";
    ruled.unit = "b2";
    ruled.level = 1;
    teller_rule_as(story, 5, &ruled); /* the same matter: only accept begins */
    teller_look(story, 5);
    story_until(story, 9 * HOUR);
    teller_look(story, 2);
    teller_look(story, 3);
}

static void tell_single(struct story *story)
{
    const struct teller_route where = {
        .category = "any", .area = "home", .unit = "office", .level = 1};
    teller_route(story, 1, &where);
    teller_route(story, 2, &where);
    (void)teller_work(story, "he", "office", RAISE, 1);
    story_until(story, 2 * HOUR);
    teller_serve(story, "office", 1);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_PARTLY); /* no reopening is left */
    teller_serve(story, "office", 2);
    teller_answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_look(story, 2);
    teller_route(story, 3, &where);
    teller_serve(story, "office", 3);
    teller_unreached(story, 3, 1);
    teller_answer_late(story, 3, 1, PAIDAN__SOLVED__SOLVED_NO,
                       PAIDAN__SATISFIED__SATISFIED_NO); /* after all: given up, with its card */
    teller_look(story, 3);
}

static void tell_refusals(struct story *story)
{
    Paidan__Pull wish = PAIDAN__PULL__INIT;
    Paidan__Work empty = PAIDAN__WORK__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    teller_route_noise(story, 1);
    teller_pull(story, "li", "who", 1, 0);
    teller_pull(story, "li", "b1", 1001, 0);
    teller_pull(story, "li", "b1", 0, 0);
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
    (void)teller_work(story, "li", "who", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 9);
    (void)teller_work(story, "chen", "c1", ACCEPT, 1);
    for (Paidan__Action action = CONTACT; action <= RESOLVE; action++) {
        (void)teller_work(story, "li", "b1", action, 1);
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
    {"return_twice", "ladder", tell_return_twice},
    {"ruled_other", "ladder", tell_ruled_other},
    {"top_return", "ladder", tell_top_return},
    {"two_clerks", "ladder", tell_two_clerks},
    {"waiting", "ladder", tell_waiting},
    {"lease_dies", "ladder", tell_lease_dies},
    {"reopen", "ladder", tell_reopen},
    {"answers", "ladder", tell_answers},
    {"late_answers", "ladder", tell_late_answers},
    {"dissatisfied", "redo", tell_dissatisfied},
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
    {"supervision", "ladder", tell_supervision},
    {"card_by_hand", "watch", tell_card_by_hand},
    {"card_cancelled", "watch", tell_card_cancelled},
    {"card_moves", "watch", tell_card_moves},
    {"supervised_by_rule", "watch", tell_supervised_by_rule},
    {"steps", "office4", tell_steps},
    {"steps_downtime", "office4", tell_steps_downtime},
    {"moments", "office4", tell_moments},
    {"cap", "office4", tell_cap},
    {"assist", "joint", tell_assist},
    {"assist_named", "joint", tell_assist_named},
    {"assist_late", "joint", tell_assist_late},
    {"assist_carried", "joint", tell_assist_carried},
    {"person", "joint", tell_person},
    {"order", "joint", tell_order},
    {"recall", "joint", tell_recall},
    {"recall_refused", "joint", tell_recall_refused},
    {"correct", "ladder", tell_correct},
    {"correct_unit", "joint", tell_correct_unit},
    {"correct_refused", "ladder", tell_correct_refused},
    {"correct_terms", "ladder", tell_correct_terms},
    {"correct_later", "joint", tell_correct_later},
    {"correct_paused", "ladder", tell_correct_paused},
    {"modes", "joint", tell_modes},
    {"appeals", "joint", tell_appeals},
    {"spot", "joint", tell_spot},
    {"extension", "joint", tell_extension},
    {"raise_accepted", "joint", tell_raise_accepted},
    {"suspension", "joint", tell_suspension},
    {"suspension_downtime", "joint", tell_suspension_downtime},
    {"return_window", "joint", tell_return_window},
    {"replan", "joint", tell_replan},
    {"explain", "joint", tell_explain},
    {"bound", "joint", tell_bound},
    {"outer_moved", "joint", tell_outer_moved},
    {"burst", "urgent", tell_burst},
    {"overtaken", "joint", tell_overtaken},
    {"steps_anew", "joint", tell_steps_anew},
    {"late_and_paused", "joint", tell_late_and_paused},
    {"asked_and_paused", "joint", tell_asked_and_paused},
    {"order_same", "joint", tell_order_same},
    {"own_request", "watch", tell_own_request},
    {"moved", "joint", tell_moved},
    {"unanswered", "watch", tell_unanswered},
    {"old_appeals", "watch", tell_old_appeals},
    {"own_judge", "watch", tell_own_judge},
    {"recall_appeal", "watch", tell_recall_appeal},
    {"nobody_decides", "joint", tell_nobody_decides},
    {"merge", "joint", tell_merge},
    {"merge_states", "joint", tell_merge_states},
    {"merge_refused", "joint", tell_merge_refused},
    {"merge_crossed", "joint", tell_merge_crossed},
    {"merge_leave", "joint", tell_merge_leave},
    {"merge_unsolved", "joint", tell_merge_unsolved},
    {"merge_withdrawn", "joint", tell_merge_withdrawn},
    {"merge_bound", "joint", tell_merge_bound},
    {"merge_claims", "urgent", tell_merge_claims},
    {"merge_less", "urgent", tell_merge_less},
    {"merge_extended", "urgent", tell_merge_extended},
    {"merge_raised", "urgent", tell_merge_raised},
    {"merge_corrected", "urgent", tell_merge_corrected},
    {"merge_reopened", "urgent", tell_merge_reopened},
    {"merge_along", "joint", tell_merge_along},
    {"merge_left", "joint", tell_merge_left},
    {"merge_confidential", "joint", tell_merge_confidential},
    {"merge_appeal", "watch", tell_merge_appeal},
    {"merge_crowd", "joint", tell_merge_crowd},
};
const size_t escalation_story_count = sizeof escalation_stories / sizeof escalation_stories[0];

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
