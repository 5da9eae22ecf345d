/* escalation_faster: the deed that stands in the way of a wish.
 *
 * "Already done" is no help to the second clerk: he wants to know whom to ask. The answer stands in
 * the ticket's own chain, newest first, and each code names the kinds of facts that can be its
 * reason. Read on refusals alone, and never far back: what lies deeper than FACTS_LOOKED_AT is no
 * news to anybody. Nothing is guessed: a code without a fact of its kinds is told as it is. */

#include "escalation_faster.h"

#include "common/base/check.h"

enum { FACTS_LOOKED_AT = 32 };

#define FACT(name) PAIDAN__EVENT__FACT_##name

/* The ticket came to another unit, or to nobody. */
static bool moves(Paidan__Event__FactCase fact)
{
    CHECK(fact != PAIDAN__EVENT__FACT__NOT_SET); /* no such event is stored */
    return fact == FACT(ASSIGNED) || fact == FACT(RAISED) || fact == FACT(ORDERED) ||
           fact == FACT(REOPENED) || fact == FACT(RECALLED) || fact == FACT(MERGED);
}

/* The ticket is in another state since. */
static bool turns(Paidan__Event__FactCase fact)
{
    return moves(fact) || fact == FACT(ACCEPTED) || fact == FACT(RETURNED) ||
           fact == FACT(RESOLVED) || fact == FACT(CLOSED) || fact == FACT(SUSPENDED) ||
           fact == FACT(RESUMED);
}

/* The fact that this signal leads to where it is allowed. */
static Paidan__Event__FactCase fact_of(enum escalation_signal signal)
{
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    for (int state = 0; state < ESCALATION_STATE_COUNT; state++) {
        const struct escalation_step go = escalation_fsm_step((enum escalation_state)state, signal);
        if (go.action == ESCALATION_DO_SAY) {
            return go.fact;
        }
    }
    return PAIDAN__EVENT__FACT__NOT_SET;
}

/* Whether a fact of this kind is why the item was refused. moved: a correction that gave the ticket to
 * another unit. */
static bool is_reason(const struct escalation_item *item, Paidan__Event__FactCase fact, bool moved)
{
    CHECK(item->result->code != PAIDAN__CODE__OK);
    CHECK(item->ticket.state != ESCALATION_NONE);
    switch (item->result->code) {
    case PAIDAN__CODE__VERSION_CONFLICT:
        return true; /* whatever it was, it raised the version */
    case PAIDAN__CODE__ALREADY_DONE:
        return fact == fact_of(item->signal);
    case PAIDAN__CODE__NOT_YOUR_TICKET:
        return moves(fact) || moved;
    case PAIDAN__CODE__STATE_FORBIDS:
    case PAIDAN__CODE__NOT_ACCEPTED:
        return turns(fact) || moved;
    case PAIDAN__CODE__REQUEST_OPEN:
        return fact == FACT(REQUESTED);
    case PAIDAN__CODE__NO_REQUEST_OPEN:
        return fact == FACT(DECIDED) || fact == FACT(APPEAL_RULED);
    case PAIDAN__CODE__CARD_NOT_HIGHER:
        return fact == FACT(CARDED) || fact == FACT(WARNED);
    case PAIDAN__CODE__NO_CARD:
        return fact == FACT(CARD_CANCELLED);
    case PAIDAN__CODE__MODE_NOT_OPEN:
        return fact == FACT(MODE_ENDED);
    default:
        return false;
    }
}

/* A lease stands outside the chain, and says in the record whom it is for. */
static enum rc tell_lease(struct escalation_item *item)
{
    Paidan__WorkResult *result = item->result;
    CHECK(item->ticket.lease_until_ms != 0);
    CHECK(item->ticket.holder[0] != '\0');
    CHECK(item->ticket.state == ESCALATION_ASSIGNED); /* others have no lease */
    result->actor = arena_strdup(item->step->arena, item->ticket.holder);
    result->did = (char *)step_fact_name(FACT(LEASED)); /* packed, never written */
    result->has_until_ms = true;
    result->until_ms = item->ticket.lease_until_ms;
    return result->actor == NULL ? RC_LIMIT : RC_OK;
}

enum rc escalation_faster_tell(struct escalation_item *item)
{
    Paidan__WorkResult *result = item->result;
    CHECK(result->code != PAIDAN__CODE__OK);
    if (item->ticket.state == ESCALATION_NONE) {
        return RC_OK;
    }
    /* At the desk nobody has it. */
    if (item->ticket.unit[0] != '\0') {
        result->unit = arena_strdup(item->step->arena, item->ticket.unit);
        if (result->unit == NULL) {
            return RC_LIMIT;
        }
    }
    if (result->code == PAIDAN__CODE__LEASED_BY_OTHER) {
        return tell_lease(item);
    }
    uint64_t seq = item->ticket.last_seq;
    for (int looked = 0; seq != 0 && looked < FACTS_LOOKED_AT; looked++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(item->step, seq, &event);
        if (rc == RC_NOT_FOUND) { /* trimmed */
            return RC_OK;
        }
        if (rc != RC_OK) {
            return rc;
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        CHECK(event->has_ticket && event->ticket == item->wish->ticket);
        CHECK(event->cause != NULL);
        const bool moved = event->fact_case == FACT(CORRECTED) && event->corrected->to != NULL;
        if (is_reason(item, event->fact_case, moved)) {
            result->actor = event->cause->actor;
            result->has_at_ms = true;
            result->at_ms = event->at_ms;
            result->did = (char *)step_fact_name(event->fact_case);
            return RC_OK;
        }
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    return RC_OK;
}
