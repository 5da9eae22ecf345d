/* hotline_wish: what an envelope asks of our services. The table stands in the manual page (README.md). */
#pragma once

#include "common/channel/channel.h"
#include "common/step/step.h"
#include "hotline_state.h"

/* Whether it is a dispatch of a new ticket, or of one to be done again after its closure: then intake is
 * asked for a number. record: NULL: the case is new. */
bool hotline_wish_opens(const struct hotline_case *record, Paidan__HotlineKind kind);
/* Whether it names a deadline that can be meant at all. */
bool hotline_wish_dated(const struct step *step, const Paidan__HotlineEnvelope *envelope);
/* Whether it names a deadline that can be meant for a ticket that we may have already: of a dispatch said
 * again, of a granted extension. */
bool hotline_wish_extends(const struct step *step, const Paidan__HotlineEnvelope *envelope);
/* The envelope of a Heard, in the arena. RC_OK, RC_CORRUPT, RC_LIMIT, RC_STORE. */
MUST_CHECK enum rc hotline_wish_envelope(struct step *step, uint64_t heard,
                                         Paidan__HotlineEnvelope **envelope);
/* Wishes what the envelope asks for. Before: it is taken, not late, and opens, or its case has a ticket.
 * heard: seq of its Heard. Returns as channel_wish. */
MUST_CHECK enum rc hotline_wish_follow(struct step *step, const struct channel *channel,
                                       const struct hotline_case *record,
                                       const Paidan__HotlineEnvelope *envelope, bool opens,
                                       uint64_t heard);
