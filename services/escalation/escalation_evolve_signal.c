/* Which signal of the table a fact of our own log is. */

#include "escalation_evolve.h"

static enum escalation_signal signal_closed(const Paidan__Closed *closed)
{
    switch (closed->outcome) {
    case PAIDAN__OUTCOME__OUTCOME_UNSOLVED:
        return ESCALATION_ON_GIVEN_UP;
    case PAIDAN__OUTCOME__OUTCOME_UNREACHED:
        return ESCALATION_ON_UNREACHED;
    case PAIDAN__OUTCOME__OUTCOME_WITHDRAWN:
        return ESCALATION_ON_WITHDRAWN;
    default:
        return ESCALATION_ON_SOLVED;
    }
}

static enum escalation_signal signal_extra(const Paidan__Event *event)
{
    static const struct {
        Paidan__Event__FactCase fact;
        enum escalation_signal signal;
    } signals[] = {
        {PAIDAN__EVENT__FACT_URGED, ESCALATION_ON_URGE},
        {PAIDAN__EVENT__FACT_SUPERVISED, ESCALATION_ON_WATCH},
        {PAIDAN__EVENT__FACT_CARD_CANCELLED, ESCALATION_ON_CANCEL_CARD},
        {PAIDAN__EVENT__FACT_SUSPENDED, ESCALATION_ON_SUSPEND},
        {PAIDAN__EVENT__FACT_REQUESTED, ESCALATION_ON_EXTEND},
        {PAIDAN__EVENT__FACT_DECIDED, ESCALATION_ON_DECIDE},
        {PAIDAN__EVENT__FACT_ASSIST_ASKED, ESCALATION_ON_ASK_ASSIST},
        {PAIDAN__EVENT__FACT_ASSIST_DONE, ESCALATION_ON_ASSIST_DONE},
        {PAIDAN__EVENT__FACT_ASSIST_LATE, ESCALATION_ON_ASSIST_LATE},
        {PAIDAN__EVENT__FACT_PERSON_NAMED, ESCALATION_ON_NAME_PERSON},
        {PAIDAN__EVENT__FACT_ORDERED, ESCALATION_ON_ORDER},
        {PAIDAN__EVENT__FACT_MODE_SET, ESCALATION_ON_SET_MODE},
        {PAIDAN__EVENT__FACT_MODE_ENDED, ESCALATION_ON_END_MODE},
        {PAIDAN__EVENT__FACT_TERM_PASSED, ESCALATION_ON_TERM},
        {PAIDAN__EVENT__FACT_APPEALED, ESCALATION_ON_APPEAL},
        {PAIDAN__EVENT__FACT_APPEAL_RULED, ESCALATION_ON_DECIDE},
        {PAIDAN__EVENT__FACT_REPLANNED, ESCALATION_ON_REPLAN},
    };
    if (event->fact_case == PAIDAN__EVENT__FACT_RESUMED) {
        return event->resumed->by_hand ? ESCALATION_ON_RESUME : ESCALATION_ON_PAUSE_END;
    }
    for (size_t index = 0; index < sizeof signals / sizeof signals[0]; index++) {
        if (signals[index].fact == event->fact_case) {
            return signals[index].signal;
        }
    }
    return ESCALATION_SIGNAL_COUNT;
}

enum escalation_signal escalation_evolve_signal(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return event->assigned->why == PAIDAN__WHY__WHY_RULED ? ESCALATION_ON_RULED
                                                              : ESCALATION_ON_ROUTED;
    case PAIDAN__EVENT__FACT_RAISED:
        return event->raised->why == PAIDAN__WHY__WHY_EXPIRED ? ESCALATION_ON_EXPIRE
                                                              : ESCALATION_ON_RAISE;
    case PAIDAN__EVENT__FACT_CLOSED:
        return signal_closed(event->closed);
    case PAIDAN__EVENT__FACT_LEASE_LAPSED:
        return ESCALATION_ON_LAPSE;
    case PAIDAN__EVENT__FACT_ACCEPTED:
        return ESCALATION_ON_ACCEPT;
    case PAIDAN__EVENT__FACT_CONTACTED:
        return ESCALATION_ON_CONTACT;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        return ESCALATION_ON_PROGRESS;
    case PAIDAN__EVENT__FACT_WARNED:
        return ESCALATION_ON_WARN;
    case PAIDAN__EVENT__FACT_REMINDED:
        return ESCALATION_ON_STEP;
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->by_unit != NULL ? ESCALATION_ON_GIVE_CARD : ESCALATION_ON_CARD;
    case PAIDAN__EVENT__FACT_ALARMED:
        return ESCALATION_ON_ALARM;
    case PAIDAN__EVENT__FACT_RETURNED:
        return ESCALATION_ON_RETURN;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return ESCALATION_ON_RESOLVE;
    case PAIDAN__EVENT__FACT_REOPENED:
        return ESCALATION_ON_UNSOLVED;
    case PAIDAN__EVENT__FACT_NOTED:
        return ESCALATION_ON_NOTED;
    default:
        return signal_extra(event);
    }
}
