/* callback_core_pull: channel adapters take what is to be asked, earliest first, under a lease. One
 * pull says one fact. A pull that finds nothing waits if it may: until a task is asked through its
 * channel, or the next one known opens or comes back from a lease. */

#include <string.h>

#include "callback_core.h"
#include "common/base/check.h"

enum { LEASE_MS_MAX = 3600 * 1000 };

struct pull {
    uint64_t tickets[PULL_MAX];
    struct callback_task *tasks;
    size_t count, max;
    uint64_t next_ms; /* when the next task of the channel is there; 0: none known */
};

Paidan__CallbackTask *callback_core_picture(struct arena *arena, uint64_t ticket,
                                            const struct callback_task *task)
{
    Paidan__CallbackTask *const picture = arena_alloc(arena, sizeof *picture);
    if (picture == NULL) {
        return NULL;
    }
    paidan__callback_task__init(picture);
    picture->ticket = ticket;
    picture->round = task->round;
    picture->channel = arena_strdup(arena, task->channel);
    picture->attempt = task->attempt;
    picture->open_ms = task->open_ms;
    picture->due_ms = task->due_ms;
    if (task->holder[0] != '\0') {
        picture->holder = arena_strdup(arena, task->holder);
        picture->has_until_ms = 1;
        picture->until_ms = task->until_ms;
    }
    if (task->unit[0] != '\0') {
        picture->unit = arena_strdup(arena, task->unit);
    }
    const bool full = picture->channel == NULL ||
                      (task->holder[0] != '\0' && picture->holder == NULL) ||
                      (task->unit[0] != '\0' && picture->unit == NULL);
    return full ? NULL : picture;
}

/* Tasks of the channel that are there now. One whose attempt ends in this very step is left to its
 * deadline. */
static enum rc gather(struct step *step, uint64_t channel_key, struct pull *pull)
{
    struct store_walk walk;
    struct callback_row row = {.channel_key = channel_key};
    enum rc rc = callback_state_walk(step->txn, CALLBACK_QUEUE, &row, &walk, &row);
    while (rc == RC_OK && pull->count < pull->max && row.channel_key == channel_key) {
        if (row.ready_ms > step->now_ms) {
            pull->next_ms = row.ready_ms;
            break;
        }
        struct callback_task *const task = &pull->tasks[pull->count];
        rc = callback_state_get(step->txn, row.ticket, task);
        if (rc != RC_OK) {
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
            break;
        }
        CHECK(callback_fsm_step(task->state, CALLBACK_PULLED).action == CALLBACK_DO_HAND);
        if (task->due_ms > step->now_ms) {
            pull->tickets[pull->count++] = row.ticket;
        }
        rc = callback_state_next(CALLBACK_QUEUE, &walk, &row);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc hand(struct step *step, const Paidan__Request *request, struct pull *pull,
                    uint64_t until_ms)
{
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
    body.has_lease_until_ms = pull->count > 0;
    body.lease_until_ms = until_ms;
    for (size_t index = 0; index < pull->count; index++) {
        struct callback_task *const task = &pull->tasks[index];
        const size_t bytes = strlen(request->actor);
        CHECK(bytes < sizeof task->holder); /* or the fact could not have been folded */
        memcpy(task->holder, request->actor, bytes + 1);
        task->until_ms = until_ms;
        body.tasks[index] = callback_core_picture(step->arena, pull->tickets[index], task);
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

static Paidan__Code judge(const struct site *site, const Paidan__Request *request,
                          const char **detail)
{
    const Paidan__CallbackPull *const wish = request->callback_pull;
    *detail = NULL;
    if (request->actor == NULL || request->actor[0] == '\0') {
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

enum rc callback_core_pull(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
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
    pull->max = wish->has_max ? wish->max : 1;
    pull->tasks = arena_alloc(step->arena, pull->max * sizeof *pull->tasks);
    if (pull->tasks == NULL) {
        return RC_LIMIT;
    }
    const uint64_t channel_key = step_key(wish->channel);
    enum rc rc = gather(step, channel_key, pull);
    if (rc != RC_OK) {
        return rc;
    }
    if (pull->count == 0 && input->park_until_ms > step->now_ms) {
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
        rc = hand(step, request, pull, until_ms);
    }
    return rc == RC_OK ? give(step, request, pull, until_ms) : rc;
}
