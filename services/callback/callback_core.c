/* callback_core: the service as the step engine sees it: which input, which wish and which fact
 * belongs to which part. Owns the service's name, tables and counters; judges nothing itself but
 * what a followed fact means here. Folding reads the event and the tables alone. */

#include <string.h>

#include "callback.h"
#include "callback_answer.h"
#include "callback_attempt.h"
#include "callback_cancel.h"
#include "callback_miss.h"
#include "callback_pull.h"
#include "callback_reading.h"
#include "callback_scope.h"
#include "callback_spare.h"
#include "common/base/check.h"
#include "common/wire/peek.h"

/* One line a fact. What a fact does is beside the place where it is said, so that the two
 * cannot part. */
static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASKED:
        return callback_attempt_fold_asked(fold, seq, event);
    case PAIDAN__EVENT__FACT_HANDED:
        return callback_pull_fold(fold, event);
    case PAIDAN__EVENT__FACT_ANSWERED:
        return callback_answer_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_UNREACHED:
        return callback_attempt_fold_unreached(fold, seq, event);
    case PAIDAN__EVENT__FACT_CANCELLED:
        return callback_cancel_fold_cancelled(fold, seq, event);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return callback_cancel_fold_withdrawn(fold, seq, event);
    case PAIDAN__EVENT__FACT_SPARED:
        return callback_spare_fold(fold, seq, event);
    case PAIDAN__EVENT__FACT_CALLS_BARRED:
        return callback_spare_fold_barred(fold, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        callback_task_count(fold, CALLBACK_TALLY_REFUSED);
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* What goes into a step, with a commit of its own. */
static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_ANSWER ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_MISS;
}

/* What this service answers at all; others are told WISH_UNSUPPORTED by the engine. */
static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_SHOW ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_LIST;
}

/* Kinds are named with their log: our own log says Withdrawn too, in its own sense. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return strcmp(log, "escalation") == 0;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
    case PAIDAN__EVENT__FACT_REGISTERED:
    case PAIDAN__EVENT__FACT_CALLS_REFUSED:
        return strcmp(log, "intake") == 0;
    default:
        return false;
    }
}

/* A registration is long and hardly any says more than that the resident may be asked: only one
 * without a way to him, or of somebody who wants no calls, is looked into. */
static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    uint64_t value = 0;
    struct peek_member member;
    (void)log; /* each kind is heard of one log */
    if (fact != PAIDAN__EVENT__FACT_REGISTERED ||
        peek_number(body, bytes, CALLBACK_FIELD_DO_NOT_CALL, &value)) {
        return STEP_NEED_ALL;
    }
    const bool reachable = peek_member(body, bytes, CALLBACK_FIELD_PHONE, &member) &&
                           member.field <= CALLBACK_FIELD_REPORTER;
    return reachable ? STEP_NEED_NONE : STEP_NEED_ALL;
}

/* What a followed fact means here; false: nothing. */
static bool meaning(const Paidan__Event *event, enum callback_signal *signal)
{
    CHECK(signal != NULL);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RESOLVED:
        *signal = CALLBACK_RESOLVED;
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        *signal = CALLBACK_REOPENED;
        return true;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        *signal = CALLBACK_WITHDRAWN;
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        /* Escalation may say so before intake's own record of it is read here. */
        *signal = event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN ? CALLBACK_WITHDRAWN
                                                                               : CALLBACK_CLOSED;
        return true;
    default:
        return false;
    }
}

/* The cell's fact says which part acts. */
static enum rc apply_record(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    enum callback_signal signal = CALLBACK_CLOSED;
    if (event != NULL && (event->fact_case == PAIDAN__EVENT__FACT_REGISTERED ||
                          event->fact_case == PAIDAN__EVENT__FACT_CALLS_REFUSED)) {
        return callback_spare_hear(step, event);
    }
    if (event == NULL || !meaning(event, &signal)) {
        return RC_OK;
    }
    struct callback_task task;
    const enum rc rc = callback_task_get(step->txn, event->ticket, &task);
    if (rc != RC_OK) {
        return rc;
    }
    const struct callback_step next = callback_fsm_step(task.state, signal);
    if (!next.allowed) {
        return step_refuse_record(step, PAIDAN__CODE__STATE_FORBIDS,
                                  callback_fsm_state_name(task.state));
    }
    switch (next.fact) {
    case PAIDAN__EVENT__FACT_ASKED:
        return callback_attempt_begin(step, event->ticket, &task, event->resolved);
    case PAIDAN__EVENT__FACT_CANCELLED:
        return callback_cancel_task(step, event->ticket, &task, signal);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return callback_cancel_remember(step, event->ticket, &task);
    default:
        CHECK(next.fact == PAIDAN__EVENT__FACT__NOT_SET);
        return RC_OK;
    }
}

/* Each kind of input to the part that owns it; deadlines come first in a step. */
static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return callback_attempt_due(step, &input->due);
    case STEP_RECORD:
        return apply_record(step, input);
    case STEP_COMMAND:
        break;
    }
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_CALLBACK_PULL:
        return callback_pull_apply(step, input);
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        return callback_answer_apply(step, input->request);
    case PAIDAN__REQUEST__WISH_CALLBACK_MISS:
        return callback_miss_apply(step, input->request);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

/* Wishes that change nothing, answered from a read transaction beside the next step. */
static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_CALLBACK_SHOW:
        return callback_reading_show(view, request->callback_show, answer);
    case PAIDAN__REQUEST__WISH_CALLBACK_LIST:
        return callback_reading_list(view, request->callback_list, answer);
    default:
        return step_view_refuse(answer, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

/* Intake is followed for withdrawals, which escalation may say later. */
static const char *const follows[] = {"escalation", "intake", NULL};
static const char *const followed_by[] = {"escalation", NULL};
static const char *const tables[] = {"task", "queue", "open", "barred", NULL};
static const char *const tallies[CALLBACK_TALLY_COUNT + 1] = {COUNTERS_CALLBACK(COUNTER_NAME)};

const struct step_service callback_service = {
    .name = "callback",
    .follows = follows,
    /* Not paced_by: residents answer in days, and nobody waits for a callback. */
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .needs = needs,
    .scope = callback_scope,
    .changes = changes,
    .knows = knows,
};
