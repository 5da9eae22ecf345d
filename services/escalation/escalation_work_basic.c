/* Accept, contact, progress, resolve, return 签收、联系、进展、办结、退单. */

#include "common/base/check.h"
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

/* Open tasks of assisting units need an explicit word; a result that is owed is owed. The modes
 * that owe none may be told with the resolution 现场办、马上办、网上办. */
static Paidan__Code judge_resolve(struct escalation_item *item, const char **detail)
{
    *detail = "mode";
    if (item->wish->has_mode && item->wish->mode > PAIDAN__MODE__MODE_ONLINE) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (item->extra.mode_open) {
        return PAIDAN__CODE__RESULT_MISSING;
    }
    *detail = "assist";
    const bool anyway = item->wish->has_without_assist && item->wish->without_assist;
    return escalation_extra_assists_open(&item->extra) != 0 && !anyway ? PAIDAN__CODE__ASSIST_OPEN
                                                                       : PAIDAN__CODE__OK;
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
    resolved.has_mode = item->wish->has_mode || item->extra.mode != 0;
    resolved.mode = item->wish->has_mode ? item->wish->mode : (Paidan__Mode)item->extra.mode;
    resolved.has_without_assist = resolved.without_assist =
        escalation_extra_assists_open(&item->extra) != 0;
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

/* Not within the window of the policy, from the dispatch on: RETURN_TOO_LATE. */
static enum rc judge_window(struct escalation_item *item)
{
    const enum rc rc = escalation_item_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct site *site = item->step->site;
    const struct site_clock_rule *window =
        &escalation_target_policy(site, &item->info, item->ticket.level)->return_window;
    const struct escalation_clock *clock =
        escalation_state_clock(&item->ticket, PAIDAN__CLOCK__CLOCK_ACCEPT);
    if (window->present && clock != NULL &&
        calendar_due(&site->calendars[window->calendar], &window->term, clock->start_ms) <=
            item->step->now_ms) {
        item->result->code = PAIDAN__CODE__RETURN_TOO_LATE;
    }
    return RC_OK;
}

static enum rc give_back(struct escalation_item *item)
{
    const enum rc rc = judge_window(item);
    if (rc != RC_OK || item->result->code != PAIDAN__CODE__OK) {
        return rc;
    }
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    returned.unit = item->ticket.unit;
    returned.note = item->wish->note;
    returned.count = item->ticket.returns + 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    event.returned = &returned;
    return escalation_item_say(item, &event);
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
    .signal = ESCALATION_ON_RESOLVE, .note = true, .judge = judge_resolve, .act = resolve};
const struct escalation_rule escalation_rule_return = {
    .signal = ESCALATION_ON_RETURN, .note = true, .judge = judge_return, .act = give_back};
