/* callback_cancel: nobody is to be asked any more: the ticket went on without an answer, or the
 * resident took it back. Facts: Cancelled (something was being asked), Withdrawn (nothing was, and
 * nothing ever will be). */
#pragma once

#include "callback_task.h"

/* signal: CALLBACK_REOPENED, CALLBACK_CLOSED or CALLBACK_WITHDRAWN. Before: task is open. */
MUST_CHECK enum rc callback_cancel_task(struct step *step, uint64_t ticket,
                                        const struct callback_task *task,
                                        enum callback_signal signal);
/* A withdrawal of a ticket that is not being asked about. */
MUST_CHECK enum rc callback_cancel_remember(struct step *step, uint64_t ticket,
                                            const struct callback_task *task);

MUST_CHECK enum rc callback_cancel_fold_cancelled(struct step_fold *fold, uint64_t seq,
                                                  const Paidan__Event *event);
MUST_CHECK enum rc callback_cancel_fold_withdrawn(struct step_fold *fold, uint64_t seq,
                                                  const Paidan__Event *event);
