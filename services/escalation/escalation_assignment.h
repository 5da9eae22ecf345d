/* escalation_assignment: what a unit gets with a ticket. */
#pragma once

#include "escalation_fold.h"
#include "escalation_target.h"

enum escalation_start {
    ESCALATION_START_ALL,   /* accept, contact, and handle (redo from round 2 on) */
    ESCALATION_START_ACCEPT /* accept alone; the others of `keep` run on */
};
/* Builds what moves a ticket, in the arena: from now_ms. keep: the record whose other running
 * clocks are carried on, with ESCALATION_START_ACCEPT. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_assignment_make(struct step *step, const struct escalation_info *info,
                                              const struct escalation_target *target,
                                              enum escalation_start start, uint32_t round,
                                              const struct escalation_ticket *keep,
                                              Paidan__Assignment **assignment);

/* The ticket is the unit's now, with these clocks. keep: clocks of before that the assignment names
 * again run on, and stopped ones stay. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc escalation_assignment_fold(struct escalation_fold *fold,
                                              const Paidan__Assignment *to, bool keep);
