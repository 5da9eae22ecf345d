/* callback_task: what every part of callback does with a task: read it, count it, show it, say the
 * next fact of its chain, and begin to fold one.
 *
 * Pure: the same store contents, input, site and time give the same facts. The parts stand on this
 * one and never on each other:
 *
 *   callback_core.c     the service: which input and which fact belongs to which part
 *   callback_attempt.c  Asked, Unreached: attempts begin and run out
 *   callback_pull.c     Handed: tasks are given to channel adapters
 *   callback_answer.c   Answered: what residents said
 *   callback_cancel.c   Cancelled, Withdrawn: nobody is to be asked any more
 *   callback_reading.c  CallbackShow, CallbackList
 *   callback_state.c    records and rows; callback_fsm.c the life of a task
 *   callback_hours.c    calling hours and half-days
 */
#pragma once

#include "callback_state.h"
#include "common/say/counter.h"
#include "common/step/step.h"

/* Counters: common/say/counter.h. */
#define CALLBACK_TALLY(number, id, name, zh) CALLBACK_TALLY_##id = (number),
enum callback_tally {
    COUNTERS_CALLBACK(CALLBACK_TALLY) CALLBACK_TALLY_COUNT = COUNTER_COUNT(COUNTERS_CALLBACK),
    CALLBACK_TALLY_SOLVED = CALLBACK_TALLY_SOLVED_YES,       /* yes, partly, no */
    CALLBACK_TALLY_SATISFIED = CALLBACK_TALLY_SATISFIED_YES, /* yes, fair, no */
};

/* As callback_state_get, but a ticket without a task is RC_OK with state CALLBACK_NONE. */
MUST_CHECK enum rc callback_task_get(struct store_txn *txn, uint64_t ticket,
                                     struct callback_task *task);
/* Whether that channel asks about it now, or, with before, asked earlier in its order: what was put
 * to a resident there he may still answer there. Codes of before are those of now. */
bool callback_task_asked_by(const struct site *site, const struct callback_task *task,
                            const char *channel, bool before);
/* What callers see of a task; texts are copied into arena. NULL: the arena is full.
 *
 * Before: the task was asked about (round > 0). */
Paidan__CallbackTask *callback_task_picture(struct arena *arena, uint64_t ticket,
                                            const struct callback_task *task);
/* Whether it is kept for somebody else until the end of the lease: he speaks with the resident. */
bool callback_task_kept(const struct step *step, const struct callback_task *task,
                        const char *actor);
/* What the next fact of the ticket's chain is about: the fact that the signal leads to.
 *
 * Before: the table allows the signal, and something is to be said. */
struct step_about callback_task_about(uint64_t ticket, const struct callback_task *task,
                                      enum callback_signal signal);

/* Folding: reads the ticket's task and asks the table what the signal does to it.
 *
 * After: RC_OK: next leads to the fact that event is. RC_CORRUPT: the table names another fact, or
 *        the event is not the next of the chain; nothing may be guessed. RC_STORE. */
MUST_CHECK enum rc callback_task_fold(struct step_fold *fold, const Paidan__Event *event,
                                      uint64_t ticket, enum callback_signal signal,
                                      struct callback_task *task, struct callback_step *next);
/* The same for a fact that ends an open task; counts the gauge down. old: the task as it is stored;
 * task: as it is to be, but for what the fact adds. */
MUST_CHECK enum rc callback_task_end(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event, enum callback_signal signal,
                                     struct callback_task *old, struct callback_task *task);
void callback_task_count(struct step_fold *fold, unsigned tally);
