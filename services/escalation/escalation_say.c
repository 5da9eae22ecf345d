/* Saying a fact about one ticket.
 *
 * Owns nothing. Every fact that stands in a ticket's chain goes through here, so that none can be
 * said which the table of its life does not name for that state and signal: the table, and not the
 * file that says it, is what a reader has to trust. Leased, RecordRefused and ReplanPassed are
 * about no single ticket and go to step_say directly. */

#include "escalation_say.h"

#include "common/base/check.h"

enum rc escalation_say(struct step *step, const struct escalation_saying *about,
                       const ProtobufCMessage *fact)
{
    CHECK(about->id != 0);
    const struct escalation_step go = escalation_fsm_step(about->ticket->state, about->signal);
    CHECK(go.fact != PAIDAN__EVENT__FACT__NOT_SET);
    const struct step_about how = {.ticket = about->id,
                                   .last_seq = about->ticket->last_seq,
                                   .item = about->item,
                                   .clock = about->clock,
                                   .expected = go.fact};
    return step_say(step, &how, fact);
}
