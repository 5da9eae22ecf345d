/* How a ticket is handled beside the ordinary way: on the spot, at once, online; and mediation
 * 调解, deliberation 议事, coordination 协调, which have their own clock and owe a result. An
 * appeal against a late mark 超期申诉. */

#include "common/base/check.h"
#include "escalation_work.h"

static bool owes_result(Paidan__Mode mode)
{
    return mode == PAIDAN__MODE__MODE_MEDIATION || mode == PAIDAN__MODE__MODE_DELIBERATION ||
           mode == PAIDAN__MODE__MODE_COORDINATION;
}

static Paidan__Clock clock_of(Paidan__Mode mode)
{
    switch (mode) {
    case PAIDAN__MODE__MODE_MEDIATION:
        return PAIDAN__CLOCK__CLOCK_MEDIATION;
    case PAIDAN__MODE__MODE_DELIBERATION:
        return PAIDAN__CLOCK__CLOCK_DELIBERATION;
    default:
        CHECK(mode == PAIDAN__MODE__MODE_COORDINATION);
        return PAIDAN__CLOCK__CLOCK_COORDINATION;
    }
}

static Paidan__Code judge_set(struct escalation_item *item, const char **detail)
{
    *detail = "mode";
    if (!item->wish->has_mode) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->extra.mode_open) {
        return PAIDAN__CODE__RESULT_MISSING; /* of the one under way */
    }
    /* What owes a result may be held again: deliberation on the next tier, mediation once more. */
    return (Paidan__Mode)item->extra.mode == item->wish->mode && !owes_result(item->wish->mode)
               ? PAIDAN__CODE__ALREADY_DONE
               : PAIDAN__CODE__OK;
}

static enum rc set_mode(struct escalation_item *item)
{
    Paidan__ModeSet set = PAIDAN__MODE_SET__INIT;
    set.mode = item->wish->mode;
    set.unit = item->ticket.unit;
    set.note = escalation_item_note(item);
    if (owes_result(set.mode)) {
        enum rc rc = escalation_item_info(item);
        if (rc == RC_OK) {
            rc = escalation_term_set(item->step, &item->info, item->ticket.level,
                                     clock_of(set.mode), item->step->now_ms, &set.clock);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_MODE_SET;
    event.mode_set = &set;
    return escalation_item_say(item, &event);
}

static Paidan__Code judge_end(struct escalation_item *item, const char **detail)
{
    if (!item->extra.mode_open) {
        return PAIDAN__CODE__MODE_NOT_OPEN;
    }
    *detail = "result";
    return item->wish->has_result ? PAIDAN__CODE__OK : PAIDAN__CODE__RESULT_MISSING;
}

static enum rc end_mode(struct escalation_item *item)
{
    const struct escalation_clock *clock = &item->extra.mode_clock;
    Paidan__ModeEnded ended = PAIDAN__MODE_ENDED__INIT;
    ended.mode = (Paidan__Mode)item->extra.mode;
    ended.unit = item->ticket.unit;
    ended.result = item->wish->result;
    ended.note = item->wish->note;
    ended.has_late = true;
    ended.late = (clock->flags & ESCALATION_EXPIRED) != 0 ||
                 (clock->due_ms != 0 && clock->due_ms <= item->step->now_ms);
    ended.has_held_ms = item->wish->has_held_ms;
    ended.held_ms = item->wish->held_ms;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_MODE_ENDED;
    event.mode_ended = &ended;
    return escalation_item_say(item, &event);
}

/* ---- appeal ---- */

static Paidan__Code judge_appeal(struct escalation_item *item, const char **detail)
{
    (void)detail;
    if (item->extra.late == 0) {
        return PAIDAN__CODE__NOT_LATE;
    }
    return item->extra.appeal != ESCALATION_NO_APPEAL ? PAIDAN__CODE__ALREADY_DONE
                                                      : PAIDAN__CODE__OK;
}

static enum rc appeal(struct escalation_item *item)
{
    Paidan__Appealed appealed = PAIDAN__APPEALED__INIT;
    appealed.unit = arena_strdup(item->step->arena, item->unit);
    appealed.note = item->wish->note;
    if (appealed.unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_APPEALED;
    event.appealed = &appealed;
    return escalation_item_say(item, &event);
}

enum rc escalation_appeal_rule(struct escalation_item *item, bool granted)
{
    Paidan__AppealRuled ruled = PAIDAN__APPEAL_RULED__INIT;
    ruled.granted = granted;
    ruled.by_unit = arena_strdup(item->step->arena, item->unit);
    ruled.note = item->wish->note != NULL ? item->wish->note : (char *)"";
    if (ruled.by_unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_APPEAL_RULED;
    event.appeal_ruled = &ruled;
    return escalation_item_say(item, &event);
}

const struct escalation_rule escalation_rule_set_mode = {
    .signal = ESCALATION_ON_SET_MODE, .judge = judge_set, .act = set_mode};
const struct escalation_rule escalation_rule_end_mode = {
    .signal = ESCALATION_ON_END_MODE, .note = true, .judge = judge_end, .act = end_mode};
const struct escalation_rule escalation_rule_appeal = {
    .signal = ESCALATION_ON_APPEAL, .note = true, .judge = judge_appeal, .act = appeal};
