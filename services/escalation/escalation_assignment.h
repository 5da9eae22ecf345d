/* escalation_assignment: what a unit gets with a ticket. */
#pragma once

#include "escalation_fold.h"
#include "escalation_target.h"

enum escalation_start {
    ESCALATION_START_ALL,    /* accept, contact, and handle (redo from round 2 on): from now */
    ESCALATION_START_ACCEPT, /* accept alone; the others of `keep` run on */
    ESCALATION_START_TERMS   /* accept; the others of `keep` that run get the terms of what the
                                ticket is now, counted from when they began */
};
/* Which clocks an assignment has. */
struct escalation_begin {
    enum escalation_start start;
    uint32_t round;                       /* from 2 on the clock of handling is redo */
    const struct escalation_ticket *keep; /* NULL with ESCALATION_START_ALL */
    const struct escalation_extra *extra; /* with ESCALATION_START_TERMS: its suspensions */
};
/* Builds what moves a ticket, in the arena: from now_ms. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_assignment_make(struct step *step, const struct escalation_info *info,
                                              const struct escalation_target *target,
                                              const struct escalation_begin *begin,
                                              Paidan__Assignment **assignment);

/* Since when the resident has waited for the unit's level: the earliest of the clocks that run, beside
 * accept; now_ms: none does. */
uint64_t escalation_assignment_since(const struct escalation_ticket *keep, uint64_t now_ms);

/* The ticket is the unit's now, with these clocks. keep: clocks of before that the assignment names
 * again run on, stopped ones stay, others end. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc escalation_assignment_fold(struct escalation_fold *fold,
                                              const Paidan__Assignment *to, bool keep);
/* After an assignment that kept clocks: what was missed is repaired, unless a missed clock runs on.
 */
void escalation_assignment_repair(struct escalation_ticket *ticket);
