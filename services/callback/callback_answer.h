/* callback_answer: what residents said, as their channel or a clerk reports it. Fact: Answered. */
#pragma once

#include "callback_task.h"

/* CallbackAnswer: each reply of the batch gets a result of its own. */
MUST_CHECK enum rc callback_answer_apply(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc callback_answer_fold(struct step_fold *fold, uint64_t seq,
                                        const Paidan__Event *event);
