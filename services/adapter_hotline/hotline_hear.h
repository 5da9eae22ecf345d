/* hotline_hear: envelopes from above, and what intake answered to them. */
#pragma once

#include "common/step/step.h"
#include "event.pb-c.h"

MUST_CHECK enum rc hotline_hear_apply(struct step *step, const struct step_input *input);
/* channel's hook. */
MUST_CHECK enum rc hotline_hear_answered(struct step *step, const Paidan__WishAnswered *answer);
MUST_CHECK enum rc hotline_hear_fold_signed(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc hotline_hear_fold_taken(struct step_fold *fold, uint64_t seq,
                                           const Paidan__Event *event);
MUST_CHECK enum rc hotline_hear_fold_bound(struct step_fold *fold, const Paidan__Event *event);
