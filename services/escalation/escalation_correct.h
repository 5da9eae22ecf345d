/* escalation_correct: 更正 what a ticket is, where it is or whose it is, while it is under way. */
#pragma once

#include "common/step/step.h"
#include "escalation_fold.h"

/* The dispatcher's wish Correct. RC_OK: answered. */
MUST_CHECK enum rc escalation_correct_apply(struct step *step, const Paidan__Request *request);

escalation_fold_fn escalation_correct_fold;
