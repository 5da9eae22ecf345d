/* hotline_call: calls that an exchange tells of, for the operators' pages. */
#pragma once

#include "common/step/step.h"
#include "event.pb-c.h"

MUST_CHECK enum rc hotline_call_apply(struct step *step, const struct step_input *input);
/* CallList: waits for the next call where there is none. */
MUST_CHECK enum rc hotline_call_list(struct step *step, const struct step_input *input);
/* CallTake: who takes a call is told its number; the fact that says so is stored before. */
MUST_CHECK enum rc hotline_call_take(struct step *step, const struct step_input *input);
MUST_CHECK enum rc hotline_call_fold(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);
