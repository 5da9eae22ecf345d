/* Stories of terms in four units and of their steps 提醒点. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define ACCEPT PAIDAN__ACTION__ACTION_ACCEPT
#define CONTACT PAIDAN__ACTION__ACTION_CONTACT

static void route(struct story *story, uint64_t number, const char *category, uint32_t level,
                  const char *unit)
{
    const struct teller_route where = {
        .category = category, .area = "bu1", .unit = unit, .level = level};
    teller_route(story, number, &where);
}

static void serve(struct story *story, uint64_t number)
{
    (void)teller_work(story, "li", "s.city", ACCEPT, number);
    (void)teller_work(story, "li", "s.city", CONTACT, number);
}

static void watch(struct story *story, const char *unit, uint64_t number)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = "关注";
    teller_supervise(story, "wang", unit, PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH, &wish);
}

/* From Sunday 9:00 with Tuesday closed: five working days from the day after end on the next
 * Monday. Steps fire in each state that has running clocks; a red card never becomes yellow. */
void tell_steps(struct story *story)
{
    route(story, 1, "build", 2, "s.city"); /* worked on */
    route(story, 2, "build", 2, "s.city"); /* nobody takes it */
    route(story, 3, "build", 2, "s.city"); /* returned */
    serve(story, 1);
    serve(story, 3);
    (void)teller_work(story, "li", "s.city", PAIDAN__ACTION__ACTION_RETURN, 3);
    story_until(story, 4 * DAY + 4 * HOUR); /* the first steps gave yellow cards */
    teller_look(story, 1);
    teller_rule(story, 3, "s.city", 2); /* what fired stays fired */
    story_until(story, 10 * DAY);       /* missed, a red card, supervised */
    teller_look(story, 1);
    watch(story, "s.city", 1);
    watch(story, "s.any", 1);
    story_until(story, 12 * DAY); /* a yellow step after the red one */
    teller_look(story, 1);
    teller_look(story, 2);
    (void)teller_work(story, "li", "s.city", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    teller_look(story, 1);
}

/* Three things at Monday's closing, one after the other; a step of a clock that has stopped does
 * not fire; the level above is told. */
void tell_moments(struct story *story)
{
    route(story, 1, "meet", 2, "s.city");
    route(story, 2, "meet", 2, "s.city");
    serve(story, 2);
    story_until(story, 2 * DAY + 12 * HOUR);
    teller_look(story, 1);
    route(story, 3, "noise", 1, "b1");
    route(story, 4, "flood", 1, "b1");
    story_until(story, 4 * DAY);
    teller_look(story, 3);
}

/* An extension moves warning and steps with the deadline; the cap allows one, not two. */
void tell_cap(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 1;
    wish.note = "等待会商";
    route(story, 1, "build", 2, "s.city");
    serve(story, 1);
    story_until(story, 4 * DAY + 4 * HOUR); /* a first step has fired */
    teller_do(story, "li", "s.city", PAIDAN__ACTION__ACTION_EXTEND, &wish);
    teller_supervise(story, "wang", "s.watch", PAIDAN__SUPERVISE_ACTION__SUPERVISE_GRANT, &wish);
    teller_look(story, 1);
    teller_do(story, "li", "s.city", PAIDAN__ACTION__ACTION_EXTEND, &wish);
    story_until(story, 20 * DAY);
    teller_look(story, 1);
}

/* Nine days without service: what warned of a deadline that passed meanwhile is not said, a step
 * that does something lasting is; a request lapses without a reminder; all in order of time. */
void tell_steps_downtime(struct story *story)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = 1;
    wish.note = "等待会商";
    route(story, 1, "build", 2, "s.city");
    route(story, 2, "meet", 2, "s.city"); /* its last step before the deadline supervises */
    route(story, 3, "noise", 1, "b1");    /* raised by its first deadline */
    serve(story, 1);
    story_until(story, 1 * DAY + 2 * HOUR);
    teller_do(story, "li", "s.city", PAIDAN__ACTION__ACTION_EXTEND, &wish);
    story_jump(story, 9 * DAY);
    story_restart(story);
    story_step(story);
    story_restart(story); /* and again, between two steps */
    story_step(story);
    story_step(story);
    for (uint64_t number = 1; number <= 3; number++) {
        teller_look(story, number);
    }
    story_until(story, 11 * DAY); /* steps after the deadline come as ever */
}
