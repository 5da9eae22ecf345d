/* callback_answer: what residents said. Owns the two marks of a round, solved and satisfied, and
 * where the note stands (in the log alone: a record is small, a note may be long and is rarely
 * read). Taken whether or not the task was handed out: a clerk on the phone needs no pull. But while
 * it is kept for one, no other answers: he would speak for a resident whom the first is calling.
 * Each reply of a batch is judged alone and sees those before it. An answer that comes after the round
 * ended without one (nobody was reached, or it was not asked about) still counts for as long as the
 * site says. What must stay true: one answer a round, and the first one counts. */

#include "callback_answer.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* A refused reply is a result, not the end of the batch. */
static void refuse(Paidan__WorkResult *result, Paidan__Code code, const char *detail)
{
    CHECK(code != PAIDAN__CODE__OK);
    result->code = code;
    result->detail = (char *)detail; /* packed, never written */
}

/* note: as it is kept, NULL: none. */
static enum rc say_answered(struct step *step, const struct callback_task *task,
                            const Paidan__CallbackReply *reply, char *note, uint32_t index)
{
    const bool late = !callback_fsm_open(task->state);
    CHECK(task->round > 0);
    Paidan__Answered fact = PAIDAN__ANSWERED__INIT;
    fact.round = task->round;
    fact.solved = reply->solved;
    fact.satisfied = reply->satisfied;
    fact.note = note;
    fact.attempt = task->attempt;
    fact.channel = reply->channel != NULL ? reply->channel : (char *)(uintptr_t)task->channel;
    fact.has_late = fact.late = late;
    fact.has_do_not_call = fact.do_not_call = reply->has_do_not_call && reply->do_not_call;
    struct step_about about =
        callback_task_about(reply->ticket, task, late ? CALLBACK_LATE : CALLBACK_ANSWER);
    about.item = index;
    return step_say(step, &about, &fact.base);
}

/* The same two marks again, under another request id: nothing is wrong, nothing changes. */
static bool said_before(const struct callback_task *task, const Paidan__CallbackReply *reply)
{
    CHECK(reply->solved >= 0);
    CHECK(reply->satisfied >= 0);
    return task->state == CALLBACK_ANSWERED && task->solved == (uint32_t)reply->solved &&
           task->satisfied == (uint32_t)reply->satisfied;
}

/* Who answered before: the second operator wants to know whom to ask. */
static enum rc tell_answered(struct step *step, const struct callback_task *task,
                             Paidan__WorkResult *result)
{
    CHECK(task->answered_seq <= task->last_seq);
    Paidan__Event *event = NULL;
    const enum rc rc =
        task->answered_seq == 0 ? RC_NOT_FOUND : step_read(step, task->answered_seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* none, or trimmed */
    }
    result->actor = event->cause->actor;
    result->has_at_ms = 1;
    result->at_ms = event->at_ms;
    result->did = (char *)step_fact_name(event->fact_case); /* packed, never written */
    return RC_OK;
}

/* Whether an answer still counts that comes after the round ended without one. A store of before
 * does not know when that was: then the end of the last attempt. */
static bool in_time(const struct step *step, const struct callback_task *task)
{
    const uint64_t over_ms = task->over_ms == 0 ? task->due_ms : task->over_ms;
    const uint64_t days = step->site->callback.late_days;
    CHECK(!callback_fsm_open(task->state));
    return days > 0 && step->now_ms <= over_ms + days * CALENDAR_DAY_MS;
}

/* Length, round, state, lease: the first that is wrong is the answer. The round is compared only
 * where there is one: a ticket never asked about has none. */
static enum rc answer_item(struct step *step, const Paidan__CallbackReply *reply, const char *actor,
                           uint32_t index, Paidan__WorkResult *result)
{
    CHECK(result->ticket == 0); /* fresh */
    result->ticket = reply->ticket;
    if (reply->note != NULL && strlen(reply->note) > NOTE_BYTES_MAX) {
        refuse(result, PAIDAN__CODE__FIELD_TOO_LONG, "note");
        return RC_OK;
    }
    struct callback_task task;
    enum rc rc = callback_task_get(step->txn, reply->ticket, &task);
    if (rc != RC_OK) {
        return rc;
    }
    /* A letter may be answered weeks later, when another closure is being asked about. */
    if (reply->has_round && task.state != CALLBACK_NONE && reply->round != task.round) {
        refuse(result, PAIDAN__CODE__CALLBACK_NOT_OPEN, "round");
        return RC_OK;
    }
    const bool late =
        callback_fsm_step(task.state, CALLBACK_LATE).fact == PAIDAN__EVENT__FACT_ANSWERED;
    if (late && !in_time(step, &task)) {
        refuse(result, PAIDAN__CODE__CALLBACK_TOO_LATE, callback_fsm_state_name(task.state));
        return RC_OK;
    }
    if (!late &&
        callback_fsm_step(task.state, CALLBACK_ANSWER).fact != PAIDAN__EVENT__FACT_ANSWERED) {
        /* Doing again what was done is worth another code: a client that repeats itself need
         * not alarm anybody. */
        refuse(result,
               said_before(&task, reply) ? PAIDAN__CODE__ALREADY_DONE
                                         : PAIDAN__CODE__CALLBACK_NOT_OPEN,
               callback_fsm_state_name(task.state));
        return tell_answered(step, &task, result);
    }
    if (reply->channel != NULL &&
        !callback_task_asked_by(step->site, &task, reply->channel, true)) {
        refuse(result, PAIDAN__CODE__CALLBACK_CHANNEL, arena_strdup(step->arena, task.channel));
        return result->detail == NULL ? RC_LIMIT : RC_OK;
    }
    if (callback_task_kept(step, &task, actor)) {
        refuse(result, PAIDAN__CODE__LEASED_BY_OTHER, NULL);
        result->actor = arena_strdup(step->arena, task.holder);
        result->did = (char *)step_fact_name(PAIDAN__EVENT__FACT_HANDED);
        result->has_until_ms = 1;
        result->until_ms = task.until_ms;
        return result->actor == NULL ? RC_LIMIT : RC_OK;
    }
    char *note = NULL;
    /* Residents dictate their numbers; other logs must not hold them. */
    if (!text_blank(reply->note)) {
        rc = text_mask_digits(step->arena, reply->note, &note);
    }
    result->code = PAIDAN__CODE__OK;
    return rc == RC_OK ? say_answered(step, &task, reply, note, index) : rc;
}

/* What is wrong with the wish as a whole; detail: the field, static. Somebody must answer for what
 * is said in a resident's name, so the actor is not optional. */
static Paidan__Code judge(const Paidan__Request *request, const char **detail)
{
    CHECK(detail != NULL);
    const size_t count = request->callback_answer->n_replies;
    *detail = "replies";
    if (count == 0) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (count > WORK_ITEMS_MAX) {
        return PAIDAN__CODE__TOO_MANY_ITEMS;
    }
    *detail = NULL;
    return text_blank(request->actor) ? PAIDAN__CODE__ACTOR_MISSING : PAIDAN__CODE__OK;
}

enum rc callback_answer_apply(struct step *step, const Paidan__Request *request)
{
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_ANSWER);
    const Paidan__CallbackAnswer *const wish = request->callback_answer;
    const char *detail = NULL;
    const Paidan__Code code = judge(request, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    Paidan__WorkResult *const results = arena_alloc(step->arena, wish->n_replies * sizeof *results);
    Paidan__WorkResult **const list =
        arena_alloc(step->arena, wish->n_replies * sizeof(Paidan__WorkResult *));
    if (results == NULL || list == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < wish->n_replies; index++) {
        /* Each reply sees those before it: the second answer of one batch to the same task is
         * refused. */
        paidan__work_result__init(&results[index]);
        list[index] = &results[index];
        const enum rc rc =
            answer_item(step, wish->replies[index], request->actor, (uint32_t)index, list[index]);
        if (rc != RC_OK) {
            return rc;
        }
    }
    Paidan__CallbackAnswered body = PAIDAN__CALLBACK_ANSWERED__INIT;
    body.n_results = wish->n_replies;
    body.results = list;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED;
    answer.callback_answered = &body;
    return step_answer(step, &answer);
}

/* What an answer after the end takes back: what was said when there was none. A closure that was
 * spared becomes one that was asked about. */
static void count_late(struct step_fold *fold, const struct callback_task *old)
{
    const unsigned was = old->state == CALLBACK_UNREACHED ? CALLBACK_TALLY_UNREACHED
                         : old->spared == PAIDAN__SPARE_REASON__SPARE_SAMPLE
                             ? CALLBACK_TALLY_UNSAMPLED
                             : CALLBACK_TALLY_UNASKED;
    CHECK(!callback_fsm_open(old->state));
    CHECK(fold->tally->values[was] > 0);
    fold->tally->values[was] -= 1;
    if (old->state == CALLBACK_SPARED) {
        callback_task_count(fold, CALLBACK_TALLY_TASKS);
    }
    callback_task_count(fold, CALLBACK_TALLY_LATE);
}

static enum rc fold_late(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                         struct callback_task *old, struct callback_task *task)
{
    struct callback_step next;
    const enum rc rc = callback_task_fold(fold, event, event->ticket, CALLBACK_LATE, old, &next);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(next.next == CALLBACK_ANSWERED);
    count_late(fold, old);
    *task = *old;
    task->state = next.next;
    task->last_seq = seq;
    task->late = true;
    return RC_OK;
}

/* The note is not copied into the record; answered_seq finds it as long as the log has it. */
enum rc callback_answer_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__Answered *const fact = event->answered;
    struct callback_task old, task;
    const enum rc rc = fact->has_late && fact->late
                           ? fold_late(fold, seq, event, &old, &task)
                           : callback_task_end(fold, seq, event, CALLBACK_ANSWER, &old, &task);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(task.state == CALLBACK_ANSWERED);
    /* wire_check knows the values of both marks; each has a counter, in their order. */
    CHECK(fact->solved >= PAIDAN__SOLVED__SOLVED_YES && fact->solved <= PAIDAN__SOLVED__SOLVED_NO);
    CHECK(fact->satisfied >= PAIDAN__SATISFIED__SATISFIED_YES &&
          fact->satisfied <= PAIDAN__SATISFIED__SATISFIED_NO);
    CHECK(seq > old.last_seq);
    task.answered_seq = seq;
    task.solved = (uint32_t)fact->solved;
    task.satisfied = (uint32_t)fact->satisfied;
    callback_task_count(fold, CALLBACK_TALLY_ANSWERED);
    callback_task_count(fold, CALLBACK_TALLY_SOLVED + (unsigned)fact->solved - 1);
    callback_task_count(fold, CALLBACK_TALLY_SATISFIED + (unsigned)fact->satisfied - 1);
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}
