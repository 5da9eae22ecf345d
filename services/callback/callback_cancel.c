/* callback_cancel: callbacks that are called off. Owns the state TAKEN_BACK. What must stay true:
 * intake and escalation are read in any order, so a withdrawal may be heard before the closure that
 * it makes void; it is kept in callback's own log, and no later closure asks that resident. */

#include "callback_cancel.h"

#include <string.h>

#include "common/base/check.h"

/* The word in the fact, which is stored: it tells folding which signal it was. */
static const char *reason_of(enum callback_signal signal)
{
    switch (signal) {
    case CALLBACK_REOPENED:
        return "reopened";
    case CALLBACK_CLOSED:
        return "closed";
    default:
        CHECK(signal == CALLBACK_WITHDRAWN);
        return "withdrawn";
    }
}

/* Reopened and closed do the same to any task, so only withdrawn must be told from them. */
static enum callback_signal signal_of(const char *reason)
{
    CHECK(reason != NULL); /* required by the schema */
    return strcmp(reason, "withdrawn") == 0 ? CALLBACK_WITHDRAWN : CALLBACK_CLOSED;
}

/* Whoever holds a lease is not told: an answer that comes all the same is refused, and the
 * adapter drops it. */
enum rc callback_cancel_task(struct step *step, uint64_t ticket, const struct callback_task *task,
                             enum callback_signal signal)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->round > 0);
    Paidan__Cancelled fact = PAIDAN__CANCELLED__INIT;
    fact.round = task->round;
    fact.reason = (char *)reason_of(signal); /* packed, never written */
    const struct step_about about = callback_task_about(ticket, task, signal);
    return step_say(step, &about, &fact.base);
}

enum rc callback_cancel_remember(struct step *step, uint64_t ticket,
                                 const struct callback_task *task)
{
    CHECK(!callback_fsm_open(task->state));
    CHECK(task->state != CALLBACK_TAKEN_BACK);
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    const struct step_about about = callback_task_about(ticket, task, CALLBACK_WITHDRAWN);
    return step_say(step, &about, &fact.base);
}

/* TAKEN_BACK as well as CANCELLED: the table knows which, by the reason in the fact. */
enum rc callback_cancel_fold_cancelled(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event)
{
    struct callback_task old, task;
    const enum rc rc =
        callback_task_end(fold, seq, event, signal_of(event->cancelled->reason), &old, &task);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(task.state == CALLBACK_CANCELLED || task.state == CALLBACK_TAKEN_BACK);
    callback_task_count(fold, CALLBACK_TALLY_CANCELLED);
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}

/* Marks and times of an earlier round stay readable; no row is left to take away. */
enum rc callback_cancel_fold_withdrawn(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event)
{
    struct callback_task task;
    struct callback_step next;
    const enum rc rc =
        callback_task_fold(fold, event, event->ticket, CALLBACK_WITHDRAWN, &task, &next);
    if (rc != RC_OK) {
        return rc;
    }
    /* For good: no closure leads out of it. */
    CHECK(next.next == CALLBACK_TAKEN_BACK);
    CHECK(!callback_fsm_open(task.state)); /* an open one is Cancelled: it has rows to take away */
    CHECK(seq > task.last_seq);
    task.state = next.next;
    task.last_seq = seq;
    return callback_state_put(fold->txn, event->ticket, &task);
}
