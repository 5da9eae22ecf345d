/* callback_pull: channel adapters take what is to be asked. Owns the lease: until it ends the task
 * stands in the queue at its end, where nobody finds it before. What must stay true: a task is with
 * one adapter at a time, so that no resident is called twice in an hour; and a lease that runs out
 * needs neither a deadline nor a fact, for an adapter that died says nothing.
 *
 * A pull that finds nothing waits if it may: until a task is asked through its channel, or the next
 * one known opens or comes back from a lease. */

#include "callback_pull.h"

#include <string.h>

#include "callback_hours.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* An adapter that needs longer than an hour for one pull should pull less: until the lease ends
 * nobody else asks these residents. */
enum { LEASE_MS_MAX = 3600 * 1000 };

struct pull {
    uint64_t tickets[PULL_MAX];
    struct callback_task *tasks;
    size_t count, max;
    uint64_t next_ms; /* when the next task of the channel is there; 0: none known */
};

/* Tasks of the channel that are there now. One whose attempt ends in this very step is left to its
 * deadline. That an attempt was planned within calling hours is not enough: they may have ended
 * while it waited, or its lease may have lapsed at night. */
static enum rc gather_one(struct step *step, uint64_t channel_key, struct pull *pull)
{
    CHECK(pull->max > 0 && pull->max <= PULL_MAX);
    struct store_walk walk;
    struct callback_row row = {.channel_key = channel_key};
    const uint64_t now_ms = step->now_ms;
    const bool closed = callback_hours_open(step->site, now_ms) > now_ms;
    enum rc rc = callback_state_walk(step->txn, CALLBACK_QUEUE, &row, &walk, &row);
    while (rc == RC_OK && pull->count < pull->max && row.channel_key == channel_key) {
        /* The queue is in the order of time, so the rest is later still. */
        if (closed || row.ready_ms > now_ms) {
            pull->next_ms =
                callback_hours_open(step->site, row.ready_ms > now_ms ? row.ready_ms : now_ms);
            break;
        }
        struct callback_task *const task = &pull->tasks[pull->count];
        rc = callback_state_get(step->txn, row.ticket, task);
        if (rc != RC_OK) {
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
            break;
        }
        /* A row of the queue is an open task's, and says when it is ready. */
        CHECK(callback_fsm_open(task->state));
        CHECK(task->ready_ms == row.ready_ms);
        /* Else its deadline is due in this very second and comes first; the task is asked
         * again by it. */
        if (task->due_ms > step->now_ms) {
            pull->tickets[pull->count++] = row.ticket;
        }
        rc = callback_state_next(CALLBACK_QUEUE, &walk, &row);
    }
    /* The end of the table is the end of the queue. */
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Those that were asked while the channel had another code too: their rows stand under that. */
static enum rc gather(struct step *step, const char *channel, struct pull *pull)
{
    CHECK(pull->count == 0);
    const struct site *site = step->site;
    const uint32_t index = site_channel_find(site, channel);
    CHECK(index != SITE_NONE);
    enum rc rc = gather_one(step, step_key(channel), pull);
    const char *before = NULL;
    for (uint32_t nth = 0; rc == RC_OK && pull->count < pull->max; nth++) {
        before = site_code_before(site, SITE_KIND_CHANNEL, index, nth);
        if (before == NULL) {
            break;
        }
        rc = gather_one(step, step_key(before), pull);
    }
    return rc;
}

/* One fact for all of them: a channel that pulls a thousand tasks makes one record. */
static enum rc say_handed(struct step *step, const Paidan__Request *request, struct pull *pull,
                          uint64_t until_ms)
{
    CHECK(pull->count > 0);
    CHECK(until_ms > step->now_ms);
    Paidan__Handed fact = PAIDAN__HANDED__INIT;
    fact.channel = request->callback_pull->channel;
    fact.holder = request->actor;
    fact.until_ms = until_ms;
    fact.n_tickets = pull->count;
    fact.tickets = pull->tickets;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base); /* of several tickets */
}

/* The tasks as they are now that the fact is folded: another holder, another lease. */
static enum rc give(struct step *step, const Paidan__Request *request, struct pull *pull,
                    uint64_t until_ms)
{
    Paidan__CallbackPulled body = PAIDAN__CALLBACK_PULLED__INIT;
    body.n_tasks = pull->count;
    body.tasks = arena_alloc(step->arena, (pull->count + 1) * sizeof(Paidan__CallbackTask *));
    if (body.tasks == NULL) {
        return RC_LIMIT;
    }
    /* No task, no lease. */
    body.has_lease_until_ms = pull->count > 0;
    body.lease_until_ms = until_ms;
    for (size_t index = 0; index < pull->count; index++) {
        struct callback_task *const task = &pull->tasks[index];
        const bool fits = text_copy(task->holder, sizeof task->holder, request->actor);
        CHECK(fits); /* or the fact could not have been folded */
        task->until_ms = until_ms;
        body.tasks[index] = callback_task_picture(step->arena, pull->tickets[index], task);
        if (body.tasks[index] == NULL) {
            return RC_LIMIT;
        }
    }
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_CALLBACK_PULLED;
    answer.callback_pulled = &body;
    return step_answer(step, &answer);
}

/* What is wrong with the wish; detail: the field, static. */
static Paidan__Code judge(const struct site *site, const Paidan__Request *request,
                          const char **detail)
{
    const Paidan__CallbackPull *const wish = request->callback_pull;
    *detail = NULL;
    if (text_blank(request->actor)) {
        return PAIDAN__CODE__ACTOR_MISSING;
    }
    if (site_channel_find(site, wish->channel) == SITE_NONE) {
        *detail = "channel";
        return PAIDAN__CODE__CHANNEL_UNKNOWN;
    }
    if (wish->has_max && (wish->max == 0 || wish->max > PULL_MAX)) {
        *detail = "max";
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (wish->has_wait_ms && wish->wait_ms > PULL_WAIT_MS_MAX) {
        *detail = "wait_ms";
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (wish->has_lease_ms && (wish->lease_ms == 0 || wish->lease_ms > LEASE_MS_MAX)) {
        *detail = "lease_ms";
        return PAIDAN__CODE__FIELD_INVALID;
    }
    return PAIDAN__CODE__OK;
}

enum rc callback_pull_apply(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_CALLBACK_PULL);
    const Paidan__CallbackPull *const wish = request->callback_pull;
    const char *detail = NULL;
    const Paidan__Code code = judge(step->site, request, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    struct pull *const pull = arena_zalloc(step->arena, sizeof *pull);
    if (pull == NULL) {
        return RC_LIMIT;
    }
    /* One: an adapter that says nothing of how many is a person with a telephone. */
    pull->max = wish->has_max ? wish->max : 1;
    pull->tasks = arena_alloc(step->arena, pull->max * sizeof *pull->tasks);
    if (pull->tasks == NULL) {
        return RC_LIMIT;
    }
    CHECK(pull->max > 0 && pull->max <= PULL_MAX);
    const uint64_t channel_key = step_key(wish->channel);
    enum rc rc = gather(step, wish->channel, pull);
    if (rc != RC_OK) {
        return rc;
    }
    if (pull->count == 0 && input->park_until_ms > step->now_ms) {
        /* A task that opens or comes back from a lease says nothing when it does, so the wait
         * must end by itself. */
        if (pull->next_ms > 0) {
            step_park_until(step, channel_key, pull->next_ms);
        } else {
            step_park(step, channel_key);
        }
        return RC_OK;
    }
    const uint64_t until_ms =
        step->now_ms + (wish->has_lease_ms ? wish->lease_ms : step->site->lease_ms);
    if (pull->count > 0) {
        rc = say_handed(step, request, pull, until_ms);
    }
    return rc == RC_OK ? give(step, request, pull, until_ms) : rc;
}

/* The lease moves the task to its end in the queue; whoever held it before holds it no more. */
static enum rc fold_one(struct step_fold *fold, const Paidan__Event *event, uint64_t ticket)
{
    const Paidan__Handed *const fact = event->handed;
    struct callback_task old;
    struct callback_step next;
    const enum rc rc = callback_task_fold(fold, event, ticket, CALLBACK_PULLED, &old, &next);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(next.next == CALLBACK_HANDED);
    CHECK(old.round > 0);
    struct callback_task task = old;
    task.state = next.next;
    task.until_ms = fact->until_ms;
    /* Where it stands in the queue from now on. */
    task.ready_ms = fact->until_ms;
    if (!text_copy(task.holder, sizeof task.holder, fact->holder)) {
        return RC_CORRUPT;
    }
    callback_task_count(fold, CALLBACK_TALLY_HANDED);
    return callback_state_change(fold->txn, ticket, &old, &task);
}

enum rc callback_pull_fold(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HANDED);
    if (event->has_ticket) {
        return RC_CORRUPT; /* it is about many */
    }
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < event->handed->n_tickets; index++) {
        rc = fold_one(fold, event, event->handed->tickets[index]);
    }
    return rc;
}
