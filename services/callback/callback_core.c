/* callback_core: the service as the step engine sees it: which input goes where, and the folding of
 * callback's own facts. Folding reads the event and the tables alone. */

#include "callback_core.h"

#include <string.h>

#include "callback.h"
#include "common/base/check.h"

/* ---- folding -----------------------------------------------------------------------------------
 */

static void count(struct step_fold *fold, unsigned tally)
{
    CHECK(tally < CALLBACK_TALLY_COUNT);
    fold->tally->values[tally] += 1;
}

static void close_one(struct step_fold *fold)
{
    CHECK(fold->tally->values[CALLBACK_TALLY_OPEN] > 0);
    fold->tally->values[CALLBACK_TALLY_OPEN] -= 1;
}

/* Copies a code or name that the schema bounds; false: it does not fit. */
static bool copy(char *out, size_t size, const char *text)
{
    const size_t bytes = text == NULL ? 0 : strlen(text);
    if (bytes >= size) {
        return false;
    }
    if (bytes > 0) {
        memcpy(out, text, bytes);
    }
    out[bytes] = '\0';
    return true;
}

/* Reads the task and asks the table; RC_CORRUPT if the fact cannot follow what is stored. */
static enum rc begin(struct step_fold *fold, uint64_t ticket, enum callback_signal signal,
                     struct callback_task *task, struct callback_step *next)
{
    const enum rc rc = callback_core_get(fold->txn, ticket, task);
    if (rc != RC_OK) {
        return rc;
    }
    *next = callback_fsm_step(task->state, signal);
    return next->action == CALLBACK_REFUSE || next->action == CALLBACK_DO_NOTHING ? RC_CORRUPT
                                                                                  : RC_OK;
}

static enum rc evolve_asked(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Asked *const fact = event->asked;
    struct callback_task old;
    struct callback_step next;
    enum rc rc = begin(fold, event->ticket,
                       fact->attempt == 1 ? CALLBACK_RESOLVED : CALLBACK_LAPSED, &old, &next);
    if (rc != RC_OK) {
        return rc;
    }
    if (!step_chained(event, old.last_seq)) {
        return RC_CORRUPT;
    }
    if (callback_fsm_open(old.state)) {
        rc = callback_state_shut(fold->txn, event->ticket, &old);
        if (rc != RC_OK) {
            return rc;
        }
    } else {
        count(fold, CALLBACK_TALLY_TASKS);
        count(fold, CALLBACK_TALLY_OPEN);
    }
    struct callback_task task = {
        .state = next.next,
        .round = fact->round,
        .attempt = fact->attempt,
        .open_ms = fact->open_ms,
        .due_ms = fact->due_ms,
        .ready_ms = fact->open_ms,
        .last_seq = seq,
    };
    if (!copy(task.channel, sizeof task.channel, fact->channel) ||
        !copy(task.unit, sizeof task.unit, fact->unit)) {
        return RC_CORRUPT;
    }
    count(fold, CALLBACK_TALLY_ASKED);
    rc = callback_state_open(fold->txn, event->ticket, &task);
    return rc == RC_OK ? callback_state_put(fold->txn, event->ticket, &task) : rc;
}

static enum rc evolve_handed_one(struct step_fold *fold, uint64_t ticket,
                                 const Paidan__Handed *fact)
{
    struct callback_task old;
    struct callback_step next;
    enum rc rc = begin(fold, ticket, CALLBACK_PULLED, &old, &next);
    if (rc != RC_OK) {
        return rc;
    }
    struct callback_task task = old;
    task.state = next.next;
    task.until_ms = fact->until_ms;
    task.ready_ms = fact->until_ms;
    if (!copy(task.holder, sizeof task.holder, fact->holder)) {
        return RC_CORRUPT;
    }
    count(fold, CALLBACK_TALLY_HANDED);
    rc = callback_state_requeue(fold->txn, ticket, &old, &task);
    return rc == RC_OK ? callback_state_put(fold->txn, ticket, &task) : rc;
}

static enum rc evolve_handed(struct step_fold *fold, const Paidan__Handed *fact)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < fact->n_tickets; index++) {
        rc = evolve_handed_one(fold, fact->tickets[index], fact);
    }
    return rc;
}

/* Answered, Unreached, Cancelled: the round is over. */
static enum rc evolve_over(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                           enum callback_signal signal, struct callback_task *task)
{
    struct callback_step next;
    enum rc rc = begin(fold, event->ticket, signal, task, &next);
    if (rc != RC_OK) {
        return rc;
    }
    if (next.action == CALLBACK_DO_REMEMBER || !step_chained(event, task->last_seq)) {
        return RC_CORRUPT;
    }
    rc = callback_state_shut(fold->txn, event->ticket, task);
    if (rc != RC_OK) {
        return rc;
    }
    close_one(fold);
    task->state = next.next;
    task->last_seq = seq;
    if (next.action == CALLBACK_DO_RECORD) {
        task->answered_seq = seq;
        task->solved = (uint32_t)event->answered->solved;
        task->satisfied = (uint32_t)event->answered->satisfied;
    }
    return callback_state_put(fold->txn, event->ticket, task);
}

static enum rc evolve_withdrawn(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    struct callback_task task;
    struct callback_step next;
    const enum rc rc = begin(fold, event->ticket, CALLBACK_WITHDRAWN, &task, &next);
    if (rc != RC_OK) {
        return rc;
    }
    if (next.action != CALLBACK_DO_REMEMBER || !step_chained(event, task.last_seq)) {
        return RC_CORRUPT;
    }
    task.state = next.next;
    task.last_seq = seq;
    return callback_state_put(fold->txn, event->ticket, &task);
}

static enum rc evolve_answered(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Answered *const fact = event->answered;
    struct callback_task task;
    const enum rc rc = evolve_over(fold, seq, event, CALLBACK_ANSWER, &task);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(fact->solved >= PAIDAN__SOLVED__SOLVED_YES);
    CHECK(fact->satisfied >= PAIDAN__SATISFIED__SATISFIED_YES);
    count(fold, CALLBACK_TALLY_ANSWERED);
    count(fold, CALLBACK_TALLY_SOLVED + (unsigned)fact->solved - 1);
    count(fold, CALLBACK_TALLY_SATISFIED + (unsigned)fact->satisfied - 1);
    return RC_OK;
}

static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    struct callback_task task;
    enum rc rc = RC_OK;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASKED:
        return evolve_asked(fold, seq, event);
    case PAIDAN__EVENT__FACT_HANDED:
        return evolve_handed(fold, event->handed);
    case PAIDAN__EVENT__FACT_ANSWERED:
        return evolve_answered(fold, seq, event);
    case PAIDAN__EVENT__FACT_UNREACHED:
        rc = evolve_over(fold, seq, event, CALLBACK_EXHAUSTED, &task);
        if (rc == RC_OK) {
            count(fold, CALLBACK_TALLY_UNREACHED);
        }
        return rc;
    case PAIDAN__EVENT__FACT_CANCELLED:
        rc = evolve_over(fold, seq, event,
                         strcmp(event->cancelled->reason, "withdrawn") == 0 ? CALLBACK_WITHDRAWN
                                                                            : CALLBACK_CLOSED,
                         &task);
        if (rc == RC_OK) {
            count(fold, CALLBACK_TALLY_CANCELLED);
        }
        return rc;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return evolve_withdrawn(fold, seq, event);
    case PAIDAN__EVENT__FACT_RECORD_REFUSED:
        count(fold, CALLBACK_TALLY_REFUSED);
        return RC_OK;
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* ---- deciding ----------------------------------------------------------------------------------
 */

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
}

static bool knows(const Paidan__Request *request)
{
    return changes(request) || request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_SHOW ||
           request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_LIST;
}

static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return strcmp(log, "escalation") == 0;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return strcmp(log, "intake") == 0;
    default:
        return false;
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return callback_core_due(step, &input->due);
    case STEP_RECORD:
        return callback_core_record(step, input);
    case STEP_COMMAND:
        break;
    }
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_CALLBACK_PULL:
        return callback_core_pull(step, input);
    case PAIDAN__REQUEST__WISH_CALLBACK_ANSWER:
        return callback_core_answer(step, input->request);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_CALLBACK_SHOW:
        return callback_core_show(view, request->callback_show, answer);
    case PAIDAN__REQUEST__WISH_CALLBACK_LIST:
        return callback_core_list(view, request->callback_list, answer);
    default:
        answer->code = PAIDAN__CODE__WISH_UNSUPPORTED;
        return RC_OK;
    }
}

static const char *const follows[] = {"escalation", "intake", NULL};
static const char *const followed_by[] = {"escalation", NULL};
static const char *const tables[] = {"task", "queue", "open", NULL};
static const char *const tallies[] = {
    "tasks",         "asked",     "handed",        "answered",        "solved_yes",
    "solved_partly", "solved_no", "satisfied_yes", "satisfied_fair",  "satisfied_no",
    "unreached",     "cancelled", "open",          "records_refused", NULL,
};
static_assert(sizeof tallies / sizeof tallies[0] == CALLBACK_TALLY_COUNT + 1, "one name each");

const struct step_service callback_service = {
    .name = "callback",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .changes = changes,
    .knows = knows,
};
