/* access_factor: a second factor is set up, confirmed, and given up. */
#pragma once

#include "access_name.h"

MUST_CHECK enum rc access_factor_apply(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_factor_fold_started(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_factor_fold_confirmed(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_factor_fold_ended(struct step_fold *fold, const Paidan__Event *event);
