/* Stories of working together: 协办, 定人, 领导交办, 调解和议事, 超期申诉. On the site `joint`.
 */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define BASE_MS 1795309200000ull /* 2026-11-22 01:00 UTC */

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define RESOLVE PAIDAN__ACTION__ACTION_RESOLVE
#define RETURN PAIDAN__ACTION__ACTION_RETURN
#define ASK PAIDAN__ACTION__ACTION_ASK_ASSIST
#define DONE PAIDAN__ACTION__ACTION_ASSIST_DONE
#define PERSON PAIDAN__ACTION__ACTION_NAME_PERSON
#define SET_MODE PAIDAN__ACTION__ACTION_SET_MODE
#define END_MODE PAIDAN__ACTION__ACTION_END_MODE
#define APPEAL PAIDAN__ACTION__ACTION_APPEAL
#define ORDER PAIDAN__SUPERVISE_ACTION__SUPERVISE_ORDER
#define GRANT PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT
#define REFUSE PAIDAN__SUPERVISE_ACTION__SUPERVISE_REFUSE

static Paidan__WorkItem wish_of(uint64_t number, const char *note)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = (char *)note;
    return wish;
}

static void ask(struct story *story, uint64_t number, const char *to_unit)
{
    Paidan__WorkItem wish = wish_of(number, "请到场协助");
    wish.to_unit = (char *)to_unit;
    teller_do(story, "li", "b1", ASK, &wish);
}

static void done(struct story *story, const char *unit, uint64_t number)
{
    const Paidan__WorkItem wish = wish_of(number, "已协助");
    teller_do(story, "wu", unit, DONE, &wish);
}

static void resolve(struct story *story, uint64_t number, bool anyway)
{
    Paidan__WorkItem wish = wish_of(number, anyway ? "协办未到，主办已办结" : "已处理");
    wish.has_without_assist = anyway;
    wish.without_assist = anyway;
    teller_do(story, "li", "b1", RESOLVE, &wish);
}

/* Tasks in each state; twice; by strangers; the lead waits for them, or says why not. */
void tell_assist(struct story *story)
{
    teller_route_noise(story, 1);
    ask(story, 1, "c1");
    ask(story, 1, "b1");
    ask(story, 1, "nobody");
    ask(story, 1, NULL);
    ask(story, 1, "c1");
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    ask(story, 1, "s.city");
    done(story, "c2", 1);
    done(story, "c1", 1);
    done(story, "c1", 1);
    resolve(story, 1, false);
    teller_look(story, 1);
    done(story, "s.city", 1);
    done(story, "b2", 1);
    ask(story, 1, "c1"); /* again, a new task */
    done(story, "c1", 1);
    resolve(story, 1, false);
    done(story, "c1", 1);
    teller_route_noise(story, 2);
    ask(story, 2, "c2");
    done(story, "c2", 2);
    done(story, "b2", 2);
    ask(story, 2, "c1");
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    teller_route_noise(story, 4);
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    ask(story, 4, "c1");         /* two tasks of one moment */
    story_until(story, 4 * DAY); /* tasks have their own term */
    teller_look(story, 2);
    teller_route_noise(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    ask(story, 3, "c1");
    (void)teller_work(story, "li", "b1", RETURN, 3);
    ask(story, 3, "c2"); /* not while it lies at the desk */
    done(story, "c1", 3);
    teller_look(story, 3);
    resolve(story, 2, true);
}

/* Whoever is named has a task: by the matrix without a term of its own, that of handling; more by
 * hand beside them. Open ones go with a raise; a ruling that makes another matter of it ends those
 * it does not name; a new round has its own; a withdrawal ends all. */
void tell_assist_named(struct story *story)
{
    const struct teller_route c1 = {
        .category = "noise", .area = "co1", .unit = "c1", .level = 2, .assist = "c2"};
    struct teller_route other = {
        .category = "trash", .area = "bu1", .unit = "b1", .level = 1, .assist = "c2"};
    teller_route(story, 1, &c1); /* no term for assisting on that level */
    Paidan__WorkItem wish = wish_of(1, "请一起到场");
    wish.to_unit = (char *)"s.safe";
    (void)teller_work(story, "chen", "c1", ACCEPT, 1);
    teller_do(story, "chen", "c1", ASK, &wish);
    teller_look(story, 1);
    wish = wish_of(1, "办好了");
    teller_do(story, "chen", "c1", RESOLVE, &wish); /* two have not finished */
    done(story, "c2", 1);
    done(story, "s.safe", 1);
    teller_do(story, "chen", "c1", RESOLVE, &wish);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* the street's own */
    for (uint64_t number = 2; number <= 4; number++) {
        teller_route_noise(story, number);
        (void)teller_work(story, "li", "b1", ACCEPT, number);
        ask(story, number, "c1");
    }
    done(story, "b2", 3);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    (void)teller_work(story, "li", "b1", RETURN, 3);
    teller_rule_as(story, 2, &other); /* b2's and c1's end, c2 is asked */
    teller_rule(story, 3, "b1", 1);   /* the same matter: c1's goes on, b2 is done */
    teller_withdraw(story, 4);
    done(story, "c1", 2);
    done(story, "c2", 2);
    done(story, "c1", 4);
    other.spot_note = "当场清走";
    teller_route(story, 5, &other); /* nobody need assist */
    story_until(story, 10 * DAY);
    teller_look(story, 2);
    teller_look(story, 3);
    done(story, "c1", 3); /* late, counted long since */
}

/* The task's term passes while the lead has not accepted, and while it lies at the desk. */
void tell_assist_late(struct story *story)
{
    teller_route_alone(story, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    ask(story, 1, "c2");
    ask(story, 2, "c2");
    Paidan__WorkItem to_c1 = wish_of(1, "请社区牵头");
    to_c1.to_unit = (char *)"c1";
    teller_supervise(story, "wang", "s.any", ORDER, &to_c1);
    story_until(story, 30 * HOUR);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    story_until(story, 58 * HOUR);
    done(story, "c2", 1); /* late */
    const Paidan__WorkItem appeal = wish_of(1, "等材料");
    teller_do(story, "wu", "c2", APPEAL, &appeal); /* the lead's */
    teller_do(story, "wu", "b1", APPEAL, &appeal); /* a stranger's */
    teller_look(story, 1);
    teller_look(story, 2);
}

/* 定人、定责、定办理时限. */
void tell_person(struct story *story)
{
    Paidan__WorkItem wish = wish_of(1, "到场核实并联系施工方");
    teller_route_alone(story, 1);
    wish.person = (char *)"zhang";
    wish.has_until_ms = true;
    wish.until_ms = BASE_MS + 3 * HOUR;
    teller_do(story, "li", "b1", PERSON, &wish); /* not accepted yet */
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_do(story, "li", "b1", PERSON, &wish);
    wish.until_ms = BASE_MS + 400 * DAY;
    teller_do(story, "li", "b1", PERSON, &wish);
    wish.until_ms = BASE_MS - 1;
    teller_do(story, "li", "b1", PERSON, &wish);
    wish.person = NULL;
    teller_do(story, "li", "b1", PERSON, &wish);
    story_until(story, 4 * HOUR); /* the person's term passed; the unit's clocks run */
    teller_look(story, 1);
    resolve(story, 1, false);
    /* Passes in the queue of the next level too, and at the desk. */
    wish = wish_of(2, "核实");
    wish.person = (char *)"zhang";
    wish.has_until_ms = true;
    wish.until_ms = BASE_MS + 6 * HOUR;
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    teller_do(story, "li", "b1", PERSON, &wish);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    story_until(story, 7 * HOUR);
    teller_look(story, 2);
}

static void order(struct story *story, const char *unit, uint64_t number, const char *to_unit)
{
    Paidan__WorkItem wish = wish_of(number, "请平安办牵头");
    wish.to_unit = (char *)to_unit;
    teller_supervise(story, "wang", unit, ORDER, &wish);
}

/* Open tasks on another level: by its term, from when they were asked for; a term that is over by then
 * changes nothing, and what is late stays late. */
void tell_assist_carried(struct story *story)
{
    for (uint64_t number = 1; number <= 4; number++) {
        teller_route_noise(story, number);
    }
    story_until(story, DAY);
    order(story, "s.any", 1, "c2"); /* longer */
    order(story, "s.any", 1, "s.safe");
    order(story, "s.any", 1, "s.city"); /* the same level: as it was */
    order(story, "s.any", 1, "b1");     /* shorter, not over */
    order(story, "s.any", 1, "c2");
    story_until(story, 2 * DAY);
    ask(story, 3, "c2");
    (void)teller_work(story, "li", "b1", ACCEPT, 4);
    ask(story, 4, "c2");
    (void)teller_work(story, "li", "b1", RETURN, 4);
    teller_rule(story, 4, "c1", 2); /* the desk says so */
    story_until(story, 3 * DAY);
    order(story, "s.any", 1, "b1"); /* shorter, and over since yesterday: it keeps the longer */
    order(story, "s.any", 2, "c2"); /* late since yesterday */
    story_until(story, 4 * DAY);    /* number 3 was raised meanwhile */
    teller_look(story, 3);
    done(story, "b2", 1);
    done(story, "b2", 2);
    story_until(story, 12 * DAY);
    teller_look(story, 3);
    teller_look(story, 4);
}

/* Up and down, from every open state. */
void tell_order(struct story *story)
{
    teller_route_alone(story, 1);
    order(story, "b1", 1, "s.safe");
    order(story, "s.any", 1, "nobody");
    order(story, "s.any", 1, NULL);
    order(story, "s.any", 1, "s.safe"); /* from the queue, two levels up */
    (void)teller_work(story, "zhao", "s.safe", ACCEPT, 1);
    order(story, "s.any", 1, "b2"); /* and down */
    teller_look(story, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    order(story, "s.any", 2, "c1"); /* from the desk */
    teller_look(story, 2);
    (void)teller_work(story, "chen", "c1", ACCEPT, 2);
    (void)teller_work(story, "chen", "c1", RESOLVE, 2);
    order(story, "s.any", 2, "b1"); /* too late */
}

static void set_mode(struct story *story, uint64_t number, Paidan__Mode mode)
{
    Paidan__WorkItem wish = wish_of(number, NULL);
    wish.has_mode = true;
    wish.mode = mode;
    teller_do(story, "li", "b1", SET_MODE, &wish);
}

static void end_mode(struct story *story, uint64_t number, Paidan__ModeResult result)
{
    Paidan__WorkItem wish = wish_of(number, "双方约定晚十点后不装修");
    wish.has_result = result != 0;
    wish.result = result;
    wish.has_held_ms = true;
    wish.held_ms = BASE_MS + HOUR;
    teller_do(story, "li", "b1", END_MODE, &wish);
}

/* Mediation owes a result; a deliberation that takes too long is told; the spot is a word. */
void tell_modes(struct story *story)
{
    Paidan__WorkItem wish = wish_of(3, "现场劝离");
    teller_route_alone(story, 1);
    set_mode(story, 1, PAIDAN__MODE__MODE_MEDIATION); /* not accepted */
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    end_mode(story, 1, PAIDAN__MODE_RESULT__RESULT_AGREED);
    set_mode(story, 1, PAIDAN__MODE__MODE_MEDIATION);
    set_mode(story, 1, PAIDAN__MODE__MODE_DELIBERATION); /* one at a time */
    resolve(story, 1, false);
    end_mode(story, 1, (Paidan__ModeResult)0);
    teller_look(story, 1);
    end_mode(story, 1, PAIDAN__MODE_RESULT__RESULT_AGREED);
    resolve(story, 1, false);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    set_mode(story, 2, PAIDAN__MODE__MODE_AT_ONCE);
    set_mode(story, 2, PAIDAN__MODE__MODE_AT_ONCE);
    set_mode(story, 2, PAIDAN__MODE__MODE_DELIBERATION);
    story_until(story, 20 * DAY); /* its term passed, and the ticket climbed */
    teller_look(story, 2);
    teller_route_alone(story, 3);
    (void)teller_work(story, "li", "b1", ACCEPT, 3);
    wish.has_mode = true;
    wish.mode = PAIDAN__MODE__MODE_MEDIATION;
    teller_do(story, "li", "b1", RESOLVE, &wish);
    wish.mode = PAIDAN__MODE__MODE_ON_SITE;
    teller_do(story, "li", "b1", RESOLVE, &wish);
    teller_look(story, 3);
}

static void rule(struct story *story, const char *unit, uint64_t number, bool granted)
{
    const Paidan__WorkItem wish = wish_of(number, granted ? "确因天气" : "理由不足");
    teller_supervise(story, "wang", unit, granted ? GRANT : REFUSE, &wish);
}

/* Lateness stays; the statistic may be exempt. Once; after the work; by a supervisor. */
void tell_appeals(struct story *story)
{
    const Paidan__WorkItem first = wish_of(1, "连续暴雨无法施工");
    const Paidan__WorkItem second = wish_of(2, "忘记签收");
    teller_route_alone(story, 1);
    teller_route_alone(story, 2);
    (void)teller_work(story, "li", "b1", ACCEPT, 2);
    teller_do(story, "li", "b1", APPEAL, &second); /* nothing is finished */
    resolve(story, 2, false);
    teller_do(story, "li", "b1", APPEAL, &second); /* nothing was late */
    story_until(story, 108 * HOUR);
    (void)teller_work(story, "zhao", "s.city", ACCEPT, 1);
    (void)teller_work(story, "zhao", "s.city", RESOLVE, 1);
    rule(story, "s.any", 1, true); /* nobody asked */
    teller_do(story, "zhao", "s.city", APPEAL, &first);
    teller_do(story, "zhao", "s.city", APPEAL, &first);
    rule(story, "s.city", 1, true);
    rule(story, "s.any", 1, true);
    rule(story, "s.any", 1, true);
    teller_look(story, 1);
    teller_route_alone(story, 3);
    story_until(story, 252 * HOUR);
    const Paidan__WorkItem third = wish_of(3, "系统故障");
    (void)teller_work(story, "zhao", "s.city", ACCEPT, 3);
    (void)teller_work(story, "zhao", "s.city", RESOLVE, 3);
    teller_answer(story, 3, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_do(story, "zhao", "s.city", APPEAL, &third); /* after the closing */
    rule(story, "s.any", 3, false);
    teller_look(story, 3);
}

/* 现场办: recorded as done in the step that hears of it; then like any other ticket. */
void tell_spot(struct story *story)
{
    struct teller_route where = {.category = "noise",
                                 .area = "bu1",
                                 .unit = "b1",
                                 .level = 1,
                                 .spot_note = "当场劝停，双方签字"};
    Paidan__WorkItem wish = wish_of(4, NULL);
    teller_route(story, 1, &where);
    teller_look(story, 1);
    teller_pull(story, "li", "b1", 9, 0);                  /* nothing to do */
    (void)teller_work(story, "li", "b1", RESOLVE, 1);      /* it is */
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO); /* says the resident */
    teller_look(story, 1);
    teller_route(story, 2, &where);
    teller_answer(story, 2, 1, PAIDAN__SOLVED__SOLVED_YES);
    teller_withdraw(story, 3); /* before anybody heard of it */
    teller_route(story, 3, &where);
    where.unit = "gone"; /* our site does not know it: its owner finds the note */
    teller_route(story, 4, &where);
    teller_pull(story, "li", "b1", 9, 0);
    wish.note = "请打 138-1234-5678，11月22日 8:30 后"; /* numbers stay with intake */
    teller_do(story, "li", "b1", PAIDAN__ACTION__ACTION_ACCEPT, &wish);
    where.unit = "c1"; /* of another level than it says */
    teller_route(story, 5, &where);
    teller_look(story, 5);
}

/* Taken back before the unit accepted: its clocks stop and its queue loses it at once, leased or not;
 * tasks end; whoever accepts then is told by whom it was taken back. Given again it begins like a new
 * one. What was missed before stays with the unit that missed it. */
void tell_recall(struct story *story)
{
    teller_route_noise(story, 1);
    ask(story, 1, "c1");
    teller_pull(story, "li", "b1", 1, 0);
    teller_look(story, 1);
    teller_recall(story, 1, "选错单位，请打 13812345678", 0);
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1); /* a moment too late */
    done(story, "c1", 1);
    teller_pull(story, "li", "b1", 1, 0);
    teller_recall(story, 1, NULL, 0); /* again */
    teller_chase(story, 1, 1);
    teller_supplement(story, 1);
    story_until(story, 5 * DAY); /* nothing fires */
    teller_look(story, 1);
    teller_route_noise(story, 1);
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_route_noise(story, 2);
    teller_recall(story, 2, NULL, 0);
    teller_withdraw(story, 2);
    /* A ruling, of a return; nobody returns it a second time. */
    teller_route_noise(story, 3);
    (void)teller_work(story, "li", "b1", RETURN, 3);
    teller_rule(story, 3, "c1", 2);
    teller_recall(story, 3, "应由物业办", 0);
    teller_route_noise(story, 3);
    (void)teller_work(story, "li", "b1", RETURN, 3);
}

/* Not after the acceptance, nor what no dispatch gave: a raise, a reopening, an order. */
void tell_recall_refused(struct story *story)
{
    Paidan__WorkItem wish = wish_of(3, "领导批示");
    teller_recall(story, 9, NULL, 0);
    teller_route_noise(story, 1);
    teller_recall(story, 1, NULL, 7);
    (void)teller_work(story, "li", "b1", ACCEPT, 1);
    teller_recall(story, 1, "手快了", 0);
    resolve(story, 1, true);
    teller_recall(story, 1, NULL, 0);
    teller_answer(story, 1, 1, PAIDAN__SOLVED__SOLVED_NO);
    teller_recall(story, 1, NULL, 0); /* the resident reopened it */
    teller_route_noise(story, 2);
    (void)teller_work(story, "li", "b1", RETURN, 2);
    teller_recall(story, 2, NULL, 0); /* it lies at the desk */
    teller_route_noise(story, 3);
    wish.to_unit = (char *)"c1";
    teller_supervise(story, "zhao", "s.city", ORDER, &wish);
    teller_recall(story, 3, NULL, 0);
    teller_route_noise(story, 4);
    story_until(story, 3 * DAY); /* raised by itself */
    teller_recall(story, 4, NULL, 0);
    teller_look(story, 4);
}
