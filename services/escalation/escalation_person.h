/* escalation_person: a named person 定人, with a term within the unit's own. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_person_name;

escalation_fire_fn escalation_person_fire;

/* passed: TermPassed with CLOCK_PERSON. */
escalation_fold_fn escalation_person_fold_named, escalation_person_fold_passed;
