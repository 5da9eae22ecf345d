/* callback_attempt: one time of asking. An attempt opens in calling hours and is due after the time
 * the site gives for an answer; then comes the next one, and after the last the ticket counts as
 * unreached. Facts: Asked (each attempt), Unreached. */
#pragma once

#include "callback_task.h"

/* A unit says the ticket is solved: the first attempt of a round. A closure that was asked about
 * before is refused as a record. */
MUST_CHECK enum rc callback_attempt_begin(struct step *step, uint64_t ticket,
                                          const struct callback_task *task,
                                          const Paidan__Resolved *closure);
/* Somebody rang and reached nobody: the attempt is over. Before: the task is open. */
MUST_CHECK enum rc callback_attempt_miss(struct step *step, uint64_t ticket,
                                         const struct callback_task *task);
/* Another channel asks from now on, in the same attempt. Before: the task is open, in another channel. */
MUST_CHECK enum rc callback_attempt_hand(struct step *step, uint64_t ticket,
                                         const struct callback_task *task, const char *channel);
/* The channel cannot reach him: the next one of the ticket's order asks at once, within calling
 * hours, and the attempt is none. Without a next one as a miss. Before: the task is open. */
MUST_CHECK enum rc callback_attempt_hand_over(struct step *step, uint64_t ticket,
                                              const struct callback_task *task);
/* The time of an attempt is over. RC_CORRUPT: no task has this deadline. */
MUST_CHECK enum rc callback_attempt_due(struct step *step, const struct due *due);

MUST_CHECK enum rc callback_attempt_fold_asked(struct step_fold *fold, uint64_t seq,
                                               const Paidan__Event *event);
MUST_CHECK enum rc callback_attempt_fold_unreached(struct step_fold *fold, uint64_t seq,
                                                   const Paidan__Event *event);
