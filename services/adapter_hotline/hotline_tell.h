/* hotline_tell: what becomes of their tickets, told to the peers. */
#pragma once

#include "common/step/outbox.h"
#include "common/step/step.h"
#include "hotline_state.h"

/* Whether a fact of escalation's log may be told. */
bool hotline_tell_hears(Paidan__Event__FactCase fact);
/* Such a fact. Returns as step_say. */
MUST_CHECK enum rc hotline_tell_apply(struct step *step, const struct step_input *input);
/* Tells the peer of the case: fills in whose it is, and asks for the delivery. record->out_seq is the one
 * before, and is raised. Returns as step_say. */
MUST_CHECK enum rc hotline_tell_say(struct step *step, struct hotline_case *record,
                                    Paidan__HotlineTold *told);
/* That it was received, or refused with a code; number and ticket are the case's. envelope: id of theirs. */
MUST_CHECK enum rc hotline_tell_received(struct step *step, struct hotline_case *record,
                                         Paidan__Code code, const char *detail,
                                         const char *envelope);
/* What was told to nobody while the ticket belonged to no case, in order. newest: seq of the last
 * HotlineTold of that. Before: the case is bound. */
MUST_CHECK enum rc hotline_tell_again(struct step *step, struct hotline_case *record,
                                      uint64_t newest);
MUST_CHECK enum rc hotline_tell_fold(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);

extern const struct outbox hotline_outbox;
