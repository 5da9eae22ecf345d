/* Which signal of the table a fact of our own log is.
 *
 * The way back from what was said to why: folding asks the table of the ticket's life the question
 * that deciding asked, and must get this fact as the answer. Most facts have one signal; those that
 * several signals lead to say in their fields which it was. */

#include "escalation_signal.h"

#include "common/base/check.h"

/* 1 + the signal, so that what is left out is none. */
/* NOLINTNEXTLINE(bugprone-macro-parentheses): an index and its value */
#define IS(fact, signal) [PAIDAN__EVENT__FACT_##fact] = 1 + ESCALATION_ON_##signal

static const unsigned char signals[] = {
    IS(LEASE_LAPSED, LAPSE),
    IS(ACCEPTED, ACCEPT),
    IS(CONTACTED, CONTACT),
    IS(PROGRESSED, PROGRESS),
    IS(WARNED, WARN),
    IS(ALARMED, ALARM),
    IS(RETURNED, RETURN),
    IS(REOPENED, UNSOLVED),
    IS(NOTED, NOTED),
    IS(OUTER_MOVED, BOUND),
    IS(URGENCY_RAISED, BURST),
    IS(SUSPENDED, SUSPEND),
    IS(REQUESTED, EXTEND),
    IS(DECIDED, DECIDE),
    IS(ASSIST_ASKED, ASK_ASSIST),
    IS(ASSIST_DONE, ASSIST_DONE),
    IS(ASSIST_LATE, ASSIST_LATE),
    IS(PERSON_NAMED, NAME_PERSON),
    IS(ORDERED, ORDER),
    IS(MODE_SET, SET_MODE),
    IS(MODE_ENDED, END_MODE),
    IS(URGED, URGE),
    IS(SUPERVISED, WATCH),
    IS(CARD_CANCELLED, CANCEL_CARD),
    IS(APPEALED, APPEAL),
    IS(APPEAL_RULED, RULE_APPEAL),
    IS(REPLANNED, REPLAN),
    IS(REMINDED, STEP),
    IS(TERM_PASSED, TERM),
    IS(MOVED, MOVE),
    IS(RECODED, RECODE),
    IS(MERGED, MERGED),
    IS(UNMERGED, UNMERGED),
    IS(JOINED, JOIN),
    IS(PARTED, PART),
};

static enum escalation_signal signal_closed(const Paidan__Closed *closed)
{
    switch (closed->outcome) {
    case PAIDAN__OUTCOME__OUTCOME_UNSOLVED:
        return ESCALATION_ON_GIVEN_UP;
    case PAIDAN__OUTCOME__OUTCOME_UNREACHED:
        return ESCALATION_ON_UNREACHED;
    case PAIDAN__OUTCOME__OUTCOME_UNSAMPLED:
    case PAIDAN__OUTCOME__OUTCOME_UNASKED:
        return ESCALATION_ON_SPARED;
    case PAIDAN__OUTCOME__OUTCOME_WITHDRAWN:
        return ESCALATION_ON_WITHDRAWN;
    default:
        return ESCALATION_ON_SOLVED; /* wholly or partly */
    }
}

enum escalation_signal escalation_signal_of(const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return event->assigned->why == PAIDAN__WHY__WHY_RULED ? ESCALATION_ON_RULED
                                                              : ESCALATION_ON_ROUTED;
    case PAIDAN__EVENT__FACT_RAISED:
        return event->raised->why == PAIDAN__WHY__WHY_EXPIRED ? ESCALATION_ON_EXPIRE
                                                              : ESCALATION_ON_RAISE;
    case PAIDAN__EVENT__FACT_CARDED:
        return event->carded->by_unit != NULL ? ESCALATION_ON_GIVE_CARD : ESCALATION_ON_CARD;
    case PAIDAN__EVENT__FACT_RESUMED:
        return event->resumed->by_hand ? ESCALATION_ON_RESUME : ESCALATION_ON_PAUSE_END;
    case PAIDAN__EVENT__FACT_CLOSED:
        return signal_closed(event->closed);
    case PAIDAN__EVENT__FACT_CORRECTED:
        return event->corrected->to != NULL ? ESCALATION_ON_HAND_OVER : ESCALATION_ON_CORRECT;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return event->resolved->has_group ? ESCALATION_ON_FOLLOW : ESCALATION_ON_RESOLVE;
    case PAIDAN__EVENT__FACT_RECALLED:
        return event->recalled->has_merge_into ? ESCALATION_ON_LEAVE : ESCALATION_ON_RECALL;
    default:
        break;
    }
    const size_t fact = (size_t)event->fact_case;
    if (fact >= sizeof signals || signals[fact] == 0) {
        return ESCALATION_SIGNAL_COUNT;
    }
    CHECK(signals[fact] <= ESCALATION_SIGNAL_COUNT);
    return (enum escalation_signal)(signals[fact] - 1);
}
