/* escalation_recall: the dispatcher takes a dispatch back 撤回分拨. */
#pragma once

#include "escalation_fold.h"

/* A wish Recall. RC_OK: answered, with Done or a refusal. */
MUST_CHECK enum rc escalation_recall_apply(struct step *step, const Paidan__Request *request);

escalation_fold_fn escalation_recall_fold;
