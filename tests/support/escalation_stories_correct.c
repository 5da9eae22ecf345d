/* Stories of corrections 更正: what a ticket is, where it is, whose it is, without a return. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define SUSPEND PAIDAN__ACTION__ACTION_SUSPEND
#define EXTEND PAIDAN__ACTION__ACTION_EXTEND
#define PERSON PAIDAN__ACTION__ACTION_NAME_PERSON

static Paidan__Correct correction(uint64_t number, const char *category, const char *area,
                                  const char *unit, const char *note)
{
    Paidan__Correct wish = PAIDAN__CORRECT__INIT;
    wish.ticket = number;
    wish.category = (char *)category;
    wish.area = (char *)area;
    wish.unit = (char *)unit;
    wish.note = (char *)note;
    return wish;
}

static void correct(struct story *story, uint64_t number, const char *category, const char *area,
                    const char *unit, const char *note)
{
    const Paidan__Correct wish = correction(number, category, area, unit, note);
    teller_correct(story, &wish);
}

/* Before the acceptance: the category alone, with the terms of what it is now, counted from when its
 * clocks began; the place alone; both at once; how urgent it is. The unit keeps it, and its lease. */
void tell_correct(struct story *story)
{
    teller_route_noise(story, 1);
    teller_pull(story, "li", "b1", 1, 0);
    story_until(story, 10 * MINUTE - 1);
    correct(story, 1, "twin", NULL, NULL, NULL);
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_route_noise(story, 2);
    correct(story, 2, NULL, "bu2", NULL, NULL);
    teller_look(story, 2);
    correct(story, 2, "trash", "bu1", NULL, "请打 13812345678"); /* numbers stay with intake */
    Paidan__Correct wish = correction(2, NULL, NULL, NULL, NULL);
    wish.has_urgency = true;
    wish.urgency = PAIDAN__URGENCY__URGENCY_URGENT;
    teller_correct(story, &wish);
    teller_look(story, 2);
    story_until(story, 2 * HOUR); /* all three of a twin at one moment */
    teller_look(story, 1);
    teller_look(story, 2);
}

/* Another unit: on the same level the resident's wait goes on, on another one all begins; with the
 * matrix's assisting units where the matrix names the unit; of another matter the tasks of before end,
 * of the same one they go along. It leaves one queue for the other at once, leased or not. */
void tell_correct_unit(struct story *story)
{
    teller_route_noise(story, 1); /* b1, assisted by b2 */
    teller_pull(story, "li", "b1", 1, 0);
    story_until(story, 2 * DAY);
    correct(story, 1, NULL, "bu2", "b2", NULL); /* who assisted leads */
    teller_look(story, 1);
    teller_pull(story, "li", "b1", 1, 0);
    (void)teller_work(story, "li", "b1", ACCEPT, 1); /* a moment too late */
    teller_pull(story, "wu", "b2", 1, 0);
    (void)teller_work(story, "wu", "b2", ACCEPT, 1);
    teller_route_noise(story, 2);
    correct(story, 2, "trash", NULL, "b.any", NULL); /* another matter: nobody assists any more */
    teller_look(story, 2);
    correct(story, 2, NULL, NULL, "c1", "社区办"); /* up */
    teller_look(story, 2);
    correct(story, 2, "noise", NULL, "b1", "还是噪音"); /* down, as it was */
    teller_look(story, 2);
    teller_route_noise(story, 3);
    correct(story, 3, NULL, NULL, "s.safe", NULL);
    (void)teller_work(story, "he", "s.safe", RETURN, 3); /* the unit has its say */
    teller_look(story, 3);
    teller_route_noise(story, 4);
    correct(story, 4, NULL, NULL, "b2", NULL);
    teller_recall(story, 4, "合并办理", 0); /* the dispatch beneath may be taken back */
    teller_look(story, 4);
}

/* What lies at the desk is decided there; what is resolved or over is history; what is unknown; what
 * changes nothing; who was faster. */
void tell_correct_refused(struct story *story)
{
    correct(story, 9, "trash", NULL, NULL, NULL);
    teller_route_noise(story, 1);
    correct(story, 1, NULL, NULL, NULL, NULL);
    correct(story, 1, "noise", "bu1", "b1", NULL); /* all as it is */
    correct(story, 1, "gone", NULL, NULL, NULL);
    correct(story, 1, NULL, "gone", NULL, NULL);
    correct(story, 1, NULL, NULL, "gone", NULL);
    Paidan__Correct wish = correction(1, "trash", NULL, NULL, NULL);
    wish.has_version = true;
    wish.version = 7;
    teller_correct(story, &wish);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    correct(story, 1, "trash", NULL, NULL, NULL); /* accepted: with a reason */
    correct(story, 1, "trash", NULL, NULL, "  ");
    correct(story, 1, "trash", NULL, NULL, "其实是垃圾");
    (void)teller_work(story, "li", "b1", RESOLVE, 1);
    correct(story, 1, "noise", NULL, NULL, "晚了");
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_YES);
    correct(story, 1, "noise", NULL, NULL, "晚了");
    teller_route_noise(story, 2);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    correct(story, 2, NULL, NULL, "c1", "退单请裁定");
    teller_route_noise(story, 3);
    teller_recall(story, 3, NULL, 0);
    correct(story, 3, NULL, NULL, "c1", "在分拨台");
    teller_withdraw(story, 4);
    correct(story, 4, NULL, NULL, "c1", "撤了");
    teller_route_noise(story, 5);
    teller_withdraw(story, 5);
    correct(story, 5, NULL, NULL, "c1", "撤了");
}

/* Terms: one that has passed by now fires at once, and counts for nobody; a clock that the new matter
 * has not ends, one that it has begins with the others; what was done is not owed again. */
void tell_correct_terms(struct story *story)
{
    const struct teller_route desk = {.category = "desk", .area = "bu1", .unit = "b1", .level = 1};
    const struct teller_route carded = {
        .category = "carded", .area = "bu1", .unit = "s.any", .level = 3};
    teller_route(story, 1, &desk);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    teller_route_alone(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    (void)teller_work(story, "li", "b1", CONTACT, 3);
    teller_route(story, 4, &carded);
    story_until(story, 90 * MINUTE);
    teller_look(story, 4);
    correct(story, 2, "carded", NULL, NULL, "换了一类"); /* no contact there: it ends */
    teller_look(story, 2);
    correct(story, 2, "noise", NULL, NULL,
            "又是噪音"); /* it is owed again, from the first moment */
    teller_look(story, 2);
    correct(story, 3, "carded", NULL, NULL, "换了一类");
    correct(story, 3, "noise", NULL, NULL, "又是噪音"); /* the resident was heard */
    teller_look(story, 3);
    correct(story, 1, "twin", NULL, NULL, "比想的急"); /* an hour, which is over */
    story_step(story);
    teller_look(story, 1);
    correct(story, 4, "trash", NULL, NULL, NULL); /* missed is missed: the alarm goes on */
    story_until(story, 5 * HOUR);
    teller_look(story, 4);
}

/* Under way: suspended the clocks stand where they stood, and a hand-over wakes it first; a person, a
 * request go with the unit that loses it; tasks of those who assist. */
void tell_correct_later(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    for (uint64_t number = 1; number <= 3; number++) {
        teller_route_noise(story, number);
        (void)teller_work(story, "li", "b1", ACCEPT, number);
    }
    story_until(story, 1 * DAY);
    wish.note = (char *)"等雨停";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + 3 * DAY;
    for (uint64_t number = 1; number <= 2; number++) {
        wish.ticket = number;
        teller_do(story, "li", "b1", SUSPEND, &wish);
    }
    wish.ticket = 3;
    wish.person = (char *)"王师傅";
    teller_do(story, "li", "b1", PERSON, &wish);
    wish.has_until_ms = false;
    teller_do(story, "li", "b1", EXTEND, &wish);
    story_until(story, 2 * DAY);
    correct(story, 1, "trash", NULL, NULL, "是垃圾");
    teller_look(story, 1);
    correct(story, 2, NULL, NULL, "b2", "二号楼的");
    teller_look(story, 2);
    correct(story, 3, NULL, NULL, NULL, "没有什么要改");
    correct(story, 3, "trash", NULL, NULL, "是垃圾"); /* the request waits on */
    correct(story, 3, NULL, NULL, "b2", "二号楼的");  /* with the unit it is gone */
    teller_look(story, 3);
    story_until(story, 6 * DAY); /* the suspension ends by itself */
    teller_look(story, 1);
}

/* Within a pause: of the shorter term 1 has 50 minutes left, which run from the pause's end, and its miss counts;
 * of 2 nothing was left when the pause began: it passes with the pause, and counts for nobody. */
void tell_correct_paused(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.note = (char *)"等雨停";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + 1 * DAY;
    for (uint64_t number = 1; number <= 2; number++) {
        teller_route_noise(story, number);
        (void)teller_work(story, "li", "b1", ACCEPT, number);
        (void)teller_work(story, "li", "b1", CONTACT, number);
    }
    for (uint64_t number = 1; number <= 2; number++) {
        story_until(story, number == 1 ? 10 * MINUTE : 90 * MINUTE);
        wish.ticket = number;
        teller_do(story, "li", "b1", SUSPEND, &wish);
    }
    story_until(story, 2 * HOUR);
    correct(story, 1, "twin", NULL, NULL, "比想的急");
    correct(story, 2, "twin", NULL, NULL, "比想的急");
    teller_look(story, 1);
    story_until(story, 1 * DAY);
    teller_look(story, 1);
    story_until(story, 1 * DAY + HOUR);
    teller_look(story, 1);
}
