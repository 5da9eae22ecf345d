/* Stories of cards 黄牌、红牌 and of supervision by rule, on the site `watch`. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define YELLOW PAIDAN__SUPERVISE_ACTION__SUPERVISE_YELLOW
#define RED PAIDAN__SUPERVISE_ACTION__SUPERVISE_RED
#define CANCEL PAIDAN__SUPERVISE_ACTION__SUPERVISE_CANCEL_CARD

static void route(struct story *story, uint64_t number, const char *category)
{
    const struct teller_route where = {
        .category = category, .area = "bu1", .unit = "b1", .level = 1};
    teller_route(story, number, &where);
}

static void supervise(struct story *story, Paidan__SuperviseAction action, uint64_t number,
                      const char *note)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = (char *)note;
    teller_supervise(story, "wang", "s.watch", action, &wish);
}

static void suspend(struct story *story, uint64_t number, uint64_t until_ms)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "等材料";
    wish.has_until_ms = true;
    wish.until_ms = story->now_ms + until_ms;
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_SUSPEND, &wish);
}

/* By hand: each card from each card, in each open state; never twice, never back. */
void tell_card_by_hand(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    for (uint64_t number = 1; number <= 5; number++) {
        route(story, number, "trash");
    }
    wish.ticket = 1;
    wish.note = "自己发牌";
    teller_supervise(story, "li", "b1", YELLOW, &wish);
    supervise(story, YELLOW, 1, NULL);
    supervise(story, CANCEL, 1, "没有牌");
    supervise(story, YELLOW, 1, "推诿");
    teller_look(story, 1);
    supervise(story, YELLOW, 1, "再推诿");
    supervise(story, RED, 1, "仍推诿");
    supervise(story, RED, 1, "仍推诿");
    supervise(story, YELLOW, 1, "降级不行");
    teller_look(story, 1);
    supervise(story, CANCEL, 1, "已说明");
    teller_look(story, 1);
    supervise(story, CANCEL, 1, "再撤");
    supervise(story, YELLOW, 1, "又来");
    supervise(story, CANCEL, 1, NULL);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    supervise(story, RED, 2, "弄虚作假");
    supervise(story, CANCEL, 2, "查清");
    supervise(story, YELLOW, 2, "还是慢");
    (void)teller_work(story, "li", "b1", RETURN, 3);
    supervise(story, YELLOW, 3, "乱退单");
    supervise(story, CANCEL, 3, "退得对");
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    suspend(story, 4, 2 * HOUR);
    supervise(story, RED, 4, "借故挂账");
    supervise(story, CANCEL, 4, "手续补了");
    supervise(story, YELLOW, 4, "还挂");
    teller_look(story, 4);
    (void)teller_work(story, "li", "b1", RESOLVE, 2);
    supervise(story, RED, 2, "已办结");
    supervise(story, CANCEL, 2, "办得好");
    supervise(story, CANCEL, 9, "没有这件");
    teller_look(story, 2);
    teller_withdraw(story, 5);
    supervise(story, YELLOW, 5, "撤回了");
}

/* What a clock or an alarm gave goes too, until something new fires; the alarm repeats on. */
void tell_card_cancelled(struct story *story)
{
    route(story, 1, "carded");
    story_until(story, 30 * MINUTE); /* accept warned */
    teller_look(story, 1);
    supervise(story, CANCEL, 1, "误报");
    teller_look(story, 1);
    story_until(story, HOUR); /* accept missed: red, alarm */
    teller_look(story, 1);
    supervise(story, CANCEL, 1, "停电");
    teller_look(story, 1);
    story_until(story, 2 * HOUR); /* contact warns: yellow again, though the alarm runs */
    teller_look(story, 1);
    story_until(story, 3 * HOUR); /* the alarm repeats and changes nothing */
    teller_look(story, 1);
    supervise(story, RED, 1, "还不接");
    supervise(story, CANCEL, 1, "接了");
    teller_look(story, 1);
    story_until(story, 4 * HOUR); /* contact missed: red */
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", RESOLVE, 1);
    teller_look(story, 1);
}

/* A card stays with the unit that had it. */
void tell_card_moves(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    route(story, 1, "trash");  /* raised */
    route(story, 2, "trash");  /* ruled to another */
    route(story, 3, "carded"); /* ruled to another though its clock is missed */
    route(story, 4, "carded"); /* ruled back */
    route(story, 5, "trash");  /* ordered */
    supervise(story, RED, 1, "慢");
    supervise(story, YELLOW, 2, "慢");
    supervise(story, RED, 5, "慢");
    story_until(story, 30 * MINUTE);
    teller_look(story, 2);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    teller_rule(story, 2, "b2", 1);
    teller_look(story, 2);
    wish.ticket = 5;
    wish.note = "街道来办";
    wish.to_unit = "s.city";
    teller_supervise(story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER, &wish);
    teller_look(story, 5);
    story_until(story, HOUR);
    teller_look(story, 1);
    story_until(story, 4 * HOUR + MINUTE);
    (void)teller_work(story, "li", "b1", RETURN, 3);
    (void)teller_work(story, "li", "b1", RETURN, 4);
    teller_look(story, 3);
    teller_rule(story, 3, "b2", 1);
    teller_rule(story, 4, "b1", 1);
    teller_look(story, 3);
    teller_look(story, 4);
    story_until(story, 8 * HOUR + 10 * MINUTE); /* the handle clock warns the one who has it now */
    teller_look(story, 3);
}

/* Once a ticket, right after the fact that is the reason. */
void tell_supervised_by_rule(struct story *story)
{
    route(story, 1, "noise.work"); /* red card by a step */
    route(story, 2, "carded");     /* by a deadline */
    route(story, 3, "carded");     /* chased */
    route(story, 4, "noise");      /* reopened */
    route(story, 5, "trash");      /* no rule */
    route(story, 6, "carded");     /* by hand already */
    route(story, 7, "carded");     /* red card by hand */
    supervise(story, PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, 6, "关注");
    supervise(story, RED, 7, "恶劣");
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    teller_chase(story, 3, 1);
    teller_chase(story, 3, 2);
    teller_chase(story, 3, 3);
    teller_supplement(story, 3);
    teller_chase(story, 5, 7);
    teller_serve(story, "b1", 4);
    teller_chase(story, 4, 9); /* resolved: nobody to supervise */
    teller_answer(story, 4, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_serve(story, "c1", 4);
    teller_answer(story, 4, 2, PAIDAN__SOLVED__SOLVED_NO); /* given up */
    story_until(story, HOUR);
    teller_chase(story, 2, 5);
    story_until(story, DAY);
    teller_look(story, 1);
}
