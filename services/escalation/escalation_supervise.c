/* What supervising units do with any ticket: urge 催办, watch 督办. */

#include "escalation_work.h"

static enum rc urge(struct escalation_item *item)
{
    Paidan__Urged urged = PAIDAN__URGED__INIT;
    urged.by_unit = arena_strdup(item->step->arena, item->unit);
    urged.note = item->wish->note;
    urged.count = item->extra.urges + 1;
    if (urged.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_URGED;
    event.urged = &urged;
    return escalation_item_say(item, &event);
}

static Paidan__Code judge_watch(struct escalation_item *item, const char **detail)
{
    (void)detail;
    return item->extra.supervise != 0 ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
}

static enum rc watch(struct escalation_item *item)
{
    Paidan__Supervised supervised = PAIDAN__SUPERVISED__INIT;
    supervised.by_unit = arena_strdup(item->step->arena, item->unit);
    supervised.note = item->wish->note;
    if (supervised.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_SUPERVISED;
    event.supervised = &supervised;
    return escalation_item_say(item, &event);
}

const struct escalation_rule escalation_rule_urge = {.signal = ESCALATION_ON_URGE,
                                                     .who = ESCALATION_BY_SUPERVISOR,
                                                     .note = true,
                                                     .keeps_lease = true,
                                                     .act = urge};
const struct escalation_rule escalation_rule_watch = {.signal = ESCALATION_ON_WATCH,
                                                      .who = ESCALATION_BY_SUPERVISOR,
                                                      .note = true,
                                                      .keeps_lease = true,
                                                      .judge = judge_watch,
                                                      .act = watch};
