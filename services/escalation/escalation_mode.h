/* escalation_mode: how a ticket is handled beside the ordinary way: on the spot, at once, online;
 * and mediation 调解, deliberation 议事, coordination 协调, which have their own clock and owe a
 * result. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_mode_set, escalation_mode_end;

escalation_fire_fn escalation_mode_fire;

/* passed: TermPassed with the clock of a mode. */
escalation_fold_fn escalation_mode_fold_set, escalation_mode_fold_ended,
    escalation_mode_fold_passed;
