/* Moments of what only some tickets have: a suspension ends, a term passes, a request was not
 * decided in time. */

#include "common/base/check.h"
#include "escalation_work.h"

static enum escalation_signal signal_of(Paidan__Clock clock)
{
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_SUSPENSION:
        return ESCALATION_ON_PAUSE_END;
    case PAIDAN__CLOCK__CLOCK_ASSIST:
        return ESCALATION_ON_ASSIST_LATE;
    case PAIDAN__CLOCK__CLOCK_REQUEST:
        return ESCALATION_ON_DECIDE;
    default:
        return ESCALATION_ON_TERM;
    }
}

/* A named person's term or a mode's passed: said once, for the unit and its supervisors. */
static enum rc say_term(struct step *step, uint64_t id, const struct escalation_ticket *ticket)
{
    Paidan__TermPassed passed = PAIDAN__TERM_PASSED__INIT;
    passed.clock = (Paidan__Clock)ticket->extra_clock;
    passed.level = ticket->level;
    passed.due_ms = ticket->extra_due_ms;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = true;
    cause.clock = passed.clock;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_TERM_PASSED;
    event.term_passed = &passed;
    return escalation_core_say(step, id, ticket, &event, 0);
}

enum rc escalation_decide_extra(struct step *step, uint64_t id,
                                const struct escalation_ticket *ticket)
{
    static const struct escalation_resume by_itself = {.by_hand = false};
    const Paidan__Clock clock = (Paidan__Clock)ticket->extra_clock;
    struct escalation_extra extra;
    const enum rc rc = escalation_extra_load(step->txn, id, &extra);
    if (rc != RC_OK) {
        return rc;
    }
    switch (escalation_fsm_step(ticket->state, signal_of(clock)).action) {
    case ESCALATION_DO_RESUME:
        return escalation_pause_end(step, id, ticket, &extra, &by_itself);
    case ESCALATION_DO_ASSIST_LATE:
        return escalation_joint_late(step, id, ticket, &extra);
    case ESCALATION_DO_DECIDE:
        return escalation_request_lapse(step, id, ticket, &extra);
    case ESCALATION_DO_TERM:
        return say_term(step, id, ticket);
    default:
        return RC_CORRUPT; /* a state in which nothing may be due */
    }
}
