/* escalation_raise: a ticket goes one level up 上报: because a clock expired, or by competence. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"

/* A clock expired and a level is left above. */
escalation_fire_fn escalation_raise_fire;

struct escalation_raise {
    uint32_t level;   /* above that of the ticket */
    const char *note; /* NULL: none */
};
/* By competence, asked for or granted: says Raised and wakes the unit that gets it; tasks of
 * assisting units begin. about: ON_RAISE, from a ticket that has just been read. RC_OK, RC_LIMIT,
 * or what saying returns. */
MUST_CHECK enum rc escalation_raise_to(struct step *step, const struct escalation_saying *about,
                                       const struct escalation_info *info,
                                       const struct escalation_raise *raise);

escalation_fold_fn escalation_raise_fold;
