/* What the handlers of followed records share.
 *
 * A record was true where it was said; here it may come late, twice or out of order with other
 * logs. So whatever does not fit the ticket's state is refused, never dropped silently and never
 * CHECKed: RecordRefused in our log shows that two services disagree. */

#include "escalation_heard.h"

#include "common/base/check.h"
#include "escalation_retire.h"

enum rc escalation_heard_run(struct step *step, const Paidan__Event *record,
                             escalation_hear_fn *hear)
{
    CHECK(record != NULL);
    CHECK(hear != NULL);
    if (!record->has_ticket || record->ticket == 0) {
        return step_refuse_record(step, PAIDAN__CODE__FIELD_INVALID, "ticket");
    }
    struct escalation_heard heard;
    heard.step = step;
    heard.record = record;
    heard.id = record->ticket;
    const enum rc rc = escalation_heard_again(&heard);
    if (rc == RC_OK && heard.ticket.past) {
        return escalation_heard_refuse(&heard, escalation_retire_code(&heard.ticket), NULL);
    }
    return rc == RC_OK ? hear(&heard) : rc;
}

enum rc escalation_heard_refuse(const struct escalation_heard *heard, Paidan__Code code,
                                const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    return step_refuse_record(heard->step, code, detail);
}

bool escalation_heard_goes(const struct escalation_heard *heard, enum escalation_signal signal,
                           enum rc *rc)
{
    const enum escalation_state state = heard->ticket.state;
    CHECK(signal <= ESCALATION_ON_SPARED); /* the signals of records */
    *rc = RC_OK;
    const struct escalation_step go = escalation_fsm_step(state, signal);
    if (go.action == ESCALATION_DO_REFUSE) {
        *rc = state == ESCALATION_NONE
                  ? escalation_heard_refuse(heard, PAIDAN__CODE__TICKET_UNKNOWN, NULL)
                  : escalation_heard_refuse(heard, escalation_fsm_refusal(state, signal),
                                            escalation_fsm_state_name(state));
    }
    return go.action == ESCALATION_DO_SAY;
}

enum rc escalation_heard_say(const struct escalation_heard *heard, enum escalation_signal signal,
                             const ProtobufCMessage *fact)
{
    const struct escalation_saying about = {
        .id = heard->id, .ticket = &heard->ticket, .signal = signal};
    return escalation_say(heard->step, &about, fact);
}

enum rc escalation_heard_again(struct escalation_heard *heard)
{
    CHECK(heard->id != 0);
    return escalation_state_find(heard->step->txn, heard->id, &heard->ticket);
}

enum rc escalation_heard_info(const struct escalation_heard *heard, struct escalation_info *info)
{
    CHECK(heard->ticket.state != ESCALATION_NONE);
    const enum rc rc = escalation_state_load_info(heard->step->txn, heard->id, info);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}
