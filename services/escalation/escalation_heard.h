/* escalation_heard: a record of a followed log that is being applied, and the ticket it is about.
 */
#pragma once

#include "escalation_say.h"

struct escalation_heard {
    struct step *step;
    const Paidan__Event *record;
    uint64_t id;
    struct escalation_ticket ticket; /* state NONE: unknown here */
};

/* Applies a record of its kind. RC_OK: said, refused visibly, or nothing to say. */
typedef enum rc escalation_hear_fn(struct escalation_heard *heard);

/* Loads the ticket that the record names and lets hear see both. A record without a ticket is
 * refused visibly. */
MUST_CHECK enum rc escalation_heard_run(struct step *step, const Paidan__Event *record,
                                        escalation_hear_fn *hear);
/* What the table says to this signal in the ticket's state. True: the fact may be said. False: *rc
 * is what to return; nothing was said where the signal is ignored, RecordRefused where it is
 * refused. */
MUST_CHECK bool escalation_heard_goes(const struct escalation_heard *heard,
                                      enum escalation_signal signal, enum rc *rc);
/* Says RecordRefused in any case. detail may be NULL. */
MUST_CHECK enum rc escalation_heard_refuse(const struct escalation_heard *heard, Paidan__Code code,
                                           const char *detail);
/* Says the fact that the signal leads to. */
MUST_CHECK enum rc escalation_heard_say(const struct escalation_heard *heard,
                                        enum escalation_signal signal,
                                        const ProtobufCMessage *fact);
/* Reads the ticket again, after a fact about it. */
MUST_CHECK enum rc escalation_heard_again(struct escalation_heard *heard);
/* What rarely changes of a ticket that is known. RC_CORRUPT if it has none. */
MUST_CHECK enum rc escalation_heard_info(const struct escalation_heard *heard,
                                         struct escalation_info *info);
