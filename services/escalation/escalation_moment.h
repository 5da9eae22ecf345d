/* escalation_moment: a moment of a ticket that has come: a deadline, a warning point, the end of
 * something. */
#pragma once

#include "escalation_extra.h"
#include "escalation_say.h"

struct escalation_moment {
    struct step *step;
    uint64_t id, due_ms; /* due_ms, clock: of what fires; mostly the due row's */
    Paidan__Clock clock;
    enum escalation_signal signal; /* what has come true */
    uint32_t above;                /* of ON_EXPIRE: the level that gets the ticket */
    bool stands_in;                /* it fires in the place of a warning that is void by now */
    struct escalation_ticket ticket;
    struct escalation_info info;
    /* Loaded where the moment is one of the extra record, else undefined. */
    struct escalation_extra extra;
};

/* Says what has come true. RC_OK, or what saying returns. */
typedef enum rc escalation_fire_fn(struct escalation_moment *moment);

/* Reads the ticket of a due row again and finds what fires. Where that is not the row itself
 * (stands_in), the row may still be there afterwards: then the next thing fires for it. RC_OK; RC_CORRUPT: the row is not the
 * ticket's, or names a moment that its state does not allow; RC_STORE. */
MUST_CHECK enum rc escalation_moment_load(struct step *step, const struct due *due,
                                          struct escalation_moment *moment);
/* Whether the deadline that passed counts for the unit that has the ticket. Not one that had passed
 * when it got it: a ruling may give a term that is over already. */
bool escalation_moment_counts(const struct escalation_moment *moment);
/* Says one fact, with the clock as its cause. */
MUST_CHECK enum rc escalation_moment_say(const struct escalation_moment *moment,
                                         const ProtobufCMessage *fact);
