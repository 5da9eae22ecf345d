/* callback_core: decides about every wish, followed record and deadline, folds callback's own
 * facts.
 *
 * Pure: the same store contents, input, site and time give the same facts. Owns the tables of
 * callback_state.h. The parts share this header; outside, only callback_service (callback.h)
 * counts.
 *
 *   callback_core.c         the service, dispatch, folding
 *   callback_core_record.c  what escalation and intake say, ends of attempts
 *   callback_core_pull.c    CallbackPull: handing out
 *   callback_core_answer.c  CallbackAnswer
 *   callback_core_read.c    CallbackShow, CallbackList
 */
#pragma once

#include "callback_state.h"
#include "common/step/step.h"

/* Order of callback_service.tallies. */
enum callback_tally {
    CALLBACK_TALLY_TASKS, /* closures that were asked about */
    CALLBACK_TALLY_ASKED, /* attempts */
    CALLBACK_TALLY_HANDED,
    CALLBACK_TALLY_ANSWERED,
    CALLBACK_TALLY_SOLVED,                                /* yes, partly, no */
    CALLBACK_TALLY_SATISFIED = CALLBACK_TALLY_SOLVED + 3, /* yes, fair, no */
    CALLBACK_TALLY_UNREACHED = CALLBACK_TALLY_SATISFIED + 3,
    CALLBACK_TALLY_CANCELLED,
    CALLBACK_TALLY_OPEN, /* gauge: tasks that may still be answered */
    CALLBACK_TALLY_REFUSED,
    CALLBACK_TALLY_COUNT,
};

MUST_CHECK enum rc callback_core_record(struct step *step, const struct step_input *input);
MUST_CHECK enum rc callback_core_due(struct step *step, const struct due *due);
MUST_CHECK enum rc callback_core_pull(struct step *step, const struct step_input *input);
MUST_CHECK enum rc callback_core_answer(struct step *step, const Paidan__Request *request);

MUST_CHECK enum rc callback_core_show(struct step_view *view, const Paidan__CallbackShow *wish,
                                      Paidan__Answer *answer);
MUST_CHECK enum rc callback_core_list(struct step_view *view, const Paidan__CallbackList *wish,
                                      Paidan__Answer *answer);

/* As callback_state_get, but a ticket without a task is RC_OK with state CALLBACK_NONE. */
MUST_CHECK enum rc callback_core_get(struct store_txn *txn, uint64_t ticket,
                                     struct callback_task *task);
/* What callers see of an open task; texts are copied into arena. NULL: the arena is full. */
Paidan__CallbackTask *callback_core_picture(struct arena *arena, uint64_t ticket,
                                            const struct callback_task *task);
