/* Accept, contact, progress, resolve, return, raise 签收、联系、进展、办结、退单、上报. */

#include "common/check.h"
#include "escalation_work.h"

static enum rc accept(struct escalation_item *item)
{
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = item->ticket.unit;
    accepted.note = escalation_item_note(item);
    accepted.has_late = accepted.late = escalation_item_late(item, PAIDAN__CLOCK__CLOCK_ACCEPT);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    event.accepted = &accepted;
    return escalation_item_say(item, &event);
}

static enum rc contact(struct escalation_item *item)
{
    Paidan__Contacted contacted = PAIDAN__CONTACTED__INIT;
    contacted.unit = item->ticket.unit;
    contacted.note = escalation_item_note(item);
    contacted.has_late = contacted.late = escalation_item_late(item, PAIDAN__CLOCK__CLOCK_CONTACT);
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_CONTACTED;
    event.contacted = &contacted;
    return escalation_item_say(item, &event);
}

static enum rc progress(struct escalation_item *item)
{
    Paidan__Progressed progressed = PAIDAN__PROGRESSED__INIT;
    progressed.unit = arena_strdup(item->step->arena, item->unit);
    progressed.note = item->wish->note;
    if (progressed.unit == NULL) {
        return RC_LIMIT;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_PROGRESSED;
    event.progressed = &progressed;
    return escalation_item_say(item, &event);
}

static enum rc resolve(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Resolved resolved = PAIDAN__RESOLVED__INIT;
    resolved.unit = item->ticket.unit;
    resolved.note = item->wish->note;
    resolved.has_late = resolved.late = escalation_item_late(item, PAIDAN__CLOCK__CLOCK_HANDLE) ||
                                        escalation_item_late(item, PAIDAN__CLOCK__CLOCK_REDO);
    resolved.round = item->ticket.round;
    resolved.channel = item->info.channel;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RESOLVED;
    event.resolved = &resolved;
    return escalation_item_say(item, &event);
}

static Paidan__Code judge_return(struct escalation_item *item, const char **detail)
{
    (void)detail;
    const bool ruled = (item->ticket.flags & ESCALATION_RULED) != 0;
    return ruled ? PAIDAN__CODE__RETURN_AFTER_RULING : PAIDAN__CODE__OK;
}

static enum rc give_back(struct escalation_item *item)
{
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    returned.unit = item->ticket.unit;
    returned.note = item->wish->note;
    returned.count = item->ticket.returns + 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &returned;
    return escalation_item_say(item, &event);
}

/* By competence. AT_TOP_LEVEL where no level is left. */
static enum rc raise_up(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const uint32_t above =
        escalation_clocks_level_above(item->step->site, item->info.area, item->ticket.level);
    if (above == 0) {
        item->result->code = PAIDAN__CODE__AT_TOP_LEVEL;
        return RC_OK;
    }
    const struct escalation_raise raise = {.why = PAIDAN__WHY__WHY_COMPETENCE,
                                           .note = item->wish->note};
    return escalation_decide_raise(item->step, item->wish->ticket, &item->ticket, &item->info,
                                   above, &raise, item->index);
}

const struct escalation_rule escalation_rule_accept = {.signal = ESCALATION_ON_ACCEPT,
                                                       .act = accept};
const struct escalation_rule escalation_rule_contact = {.signal = ESCALATION_ON_CONTACT,
                                                        .act = contact};
const struct escalation_rule escalation_rule_progress = {.signal = ESCALATION_ON_PROGRESS,
                                                         .who = ESCALATION_BY_LEAD_OR_ASSIST,
                                                         .note = true,
                                                         .act = progress};
const struct escalation_rule escalation_rule_resolve = {
    .signal = ESCALATION_ON_RESOLVE, .note = true, .act = resolve};
const struct escalation_rule escalation_rule_return = {
    .signal = ESCALATION_ON_RETURN, .note = true, .judge = judge_return, .act = give_back};
const struct escalation_rule escalation_rule_raise = {
    .signal = ESCALATION_ON_RAISE, .note = true, .act = raise_up};
