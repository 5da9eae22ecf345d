/* A leader's order 领导交办.
 *
 * It takes the ticket from wherever it is (queue, work, desk, suspension) to any unit of any level
 * and starts that level's clocks. What was late stays in the facts; the alarm begins again. */

#include "escalation_order.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_assignment.h"
#include "escalation_joint.h"
#include "escalation_pause.h"

static Paidan__Code judge_order(struct escalation_item *item, const char **detail)
{
    *detail = "to_unit";
    if (!escalation_work_given(item->wish->to_unit)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (site_unit_find(item->step->site, item->wish->to_unit) == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    if (strcmp(item->wish->to_unit, item->ticket.unit) != 0) {
        return PAIDAN__CODE__OK;
    }
    /* The unit that works on it would only get new terms; and none gives them to itself, nor rules
     * on its own return. */
    const bool works =
        item->ticket.state == ESCALATION_ASSIGNED || item->ticket.state == ESCALATION_ACCEPTED;
    const bool own = strcmp(item->unit, item->ticket.unit) == 0;
    *detail = NULL;
    return works ? PAIDAN__CODE__ALREADY_DONE
           : own ? PAIDAN__CODE__NOT_YOUR_DECISION
                 : PAIDAN__CODE__OK;
}

/* Clocks of assisting units and of a mode go with the ticket: what was suspended runs again first,
 * so that the pause is not counted. */
static enum rc wake_up(struct escalation_item *item)
{
    if (item->ticket.state != ESCALATION_SUSPENDED) {
        return RC_OK;
    }
    const enum rc rc = escalation_pause_wake(item, NULL);
    return rc == RC_OK ? escalation_state_find(item->step->txn, item->wish->ticket, &item->ticket)
                       : rc;
}

static enum rc order(struct escalation_item *item)
{
    struct step *step = item->step;
    enum rc rc = escalation_work_info(item);
    if (rc == RC_OK) {
        rc = wake_up(item);
    }
    if (rc != RC_OK) {
        return rc;
    }
    const uint32_t unit = site_unit_find(step->site, item->wish->to_unit);
    CHECK(unit != SITE_NONE);
    const struct escalation_target target = {.level = step->site->units[unit].level,
                                             .unit = item->wish->to_unit};
    Paidan__Ordered ordered = PAIDAN__ORDERED__INIT;
    const struct escalation_begin begin = {.round = item->ticket.round};
    rc = escalation_assignment_make(step, &item->info, &target, &begin, &ordered.to);
    if (rc != RC_OK) {
        return rc;
    }
    ordered.from_level = item->ticket.level;
    ordered.from_unit = item->ticket.unit;
    ordered.by_unit = (char *)item->unit;
    ordered.note = item->wish->note;
    rc = escalation_work_say(item, &ordered.base);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(item->wish->to_unit));
    const struct escalation_joint_asking asking = {
        .to = ordered.to, .from_level = ordered.from_level, .item = item->index};
    return escalation_joint_begin(step, item->wish->ticket, &item->info, &asking);
}

const struct escalation_rule escalation_order_rule = {.signal = ESCALATION_ON_ORDER,
                                                      .who = ESCALATION_BY_SUPERVISOR,
                                                      .note = true,
                                                      .keeps_lease = true,
                                                      .many_facts = true,
                                                      .judge = judge_order,
                                                      .act = order};

/* ---- folding ---- */

enum rc escalation_order_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ORDERED);
    const Paidan__Ordered *ordered = fold->event->ordered;
    CHECK(fold->ticket->level >= 1); /* a state with a cell for it has a level */
    fold->counters[TALLY_ORDERED]++;
    escalation_fold_drop_alarm(fold->ticket);
    return ordered->from_level == fold->ticket->level
               ? escalation_assignment_fold(fold, ordered->to, false)
               : RC_CORRUPT;
}
