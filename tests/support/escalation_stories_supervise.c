/* Stories of supervision 催办、督办. */

#include "escalation_stories_parts.h"

#include "escalation_teller.h"

#define MINUTE 60000ull
#define HOUR (60 * MINUTE)

static void supervise(struct story *story, const char *unit, Paidan__SuperviseAction action,
                      uint64_t number, const char *note)
{
    Paidan__WorkItem wish = PAIDAN__WORK_ITEM__INIT;
    wish.ticket = number;
    wish.note = (char *)note;
    teller_supervise(story, "wang", unit, action, &wish);
}

#define URGE PAIDAN__SUPERVISE_ACTION__SUPERVISE_URGE
#define WATCH PAIDAN__SUPERVISE_ACTION__SUPERVISE_WATCH

/* In each open state; by the wrong unit; without a reason; twice; after the end. */
void tell_supervision(struct story *story)
{
    teller_route_noise(story, 1);
    teller_route_noise(story, 2);
    teller_pull(story, "li", "b1", 1, 0);
    supervise(story, "s.any", URGE, 1, "请尽快联系"); /* somebody's lease does not matter */
    supervise(story, "b1", URGE, 1, "自己催自己");
    supervise(story, "s.any", URGE, 1, NULL);
    supervise(story, "s.any", WATCH, 1, "媒体关注");
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_ACCEPT, 1);
    supervise(story, "s.any", URGE, 1, "再催");
    supervise(story, "s.any", WATCH, 1, "再督");
    (void)teller_work(story, "wu", "b1", PAIDAN__ACTION__ACTION_ACCEPT, 2);
    supervise(story, "s.any", WATCH, 2, "领导关注");
    (void)teller_work(story, "wu", "b1", PAIDAN__ACTION__ACTION_RETURN, 2);
    supervise(story, "s.any", URGE, 2, "尽快裁定");
    teller_route_noise(story, 3);
    (void)teller_work(story, "wu", "b1", PAIDAN__ACTION__ACTION_RETURN, 3);
    supervise(story, "s.any", WATCH, 3, "退单也要督办");
    teller_look(story, 1);
    (void)teller_work(story, "li", "b1", PAIDAN__ACTION__ACTION_RESOLVE, 1);
    supervise(story, "s.any", URGE, 1, "已办结还催");
    supervise(story, "s.any", WATCH, 9, "没有这件");
    teller_look(story, 1);
}
