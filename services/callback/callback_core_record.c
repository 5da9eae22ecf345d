/* callback_core_record: closures begin a task, attempts end, tasks are called off. */

#include "callback_core.h"
#include "common/base/check.h"

enum rc callback_core_get(struct store_txn *txn, uint64_t ticket, struct callback_task *task)
{
    const enum rc rc = callback_state_get(txn, ticket, task);
    if (rc == RC_NOT_FOUND) {
        *task = (struct callback_task){.state = CALLBACK_NONE};
        return RC_OK;
    }
    return rc;
}

/* The next fact of the ticket's chain. All of callback's deadlines belong to one clock. */
static enum rc say(struct step *step, uint64_t ticket, const struct callback_task *task,
                   const ProtobufCMessage *fact)
{
    const struct step_about about = {
        .ticket = ticket, .last_seq = task->last_seq, .clock = PAIDAN__CLOCK__CLOCK_CALLBACK};
    return step_say(step, &about, fact);
}

/* Asks from from_ms on, in calling hours, for answer_ms of elapsed time. */
static enum rc say_asked(struct step *step, uint64_t ticket, const struct callback_task *task,
                         Paidan__Asked *fact, uint64_t from_ms)
{
    const struct site_callback *const rules = &step->site->callback;
    CHECK(rules->calendar < step->site->calendar_count);
    fact->open_ms = calendar_next_open(&step->site->calendars[rules->calendar], from_ms);
    fact->due_ms = fact->open_ms + rules->answer_ms;
    CHECK(fact->due_ms > step->now_ms);
    const enum rc rc = say(step, ticket, task, &fact->base);
    if (rc == RC_OK) {
        step_wake(step, step_key(fact->channel));
    }
    return rc;
}

static enum rc cancel(struct step *step, uint64_t ticket, const struct callback_task *task,
                      const char *reason)
{
    Paidan__Cancelled fact = PAIDAN__CANCELLED__INIT;
    fact.round = task->round;
    fact.reason = (char *)reason; /* packed, never written */
    return say(step, ticket, task, &fact.base);
}

/* Withdrawn, in our own log: nothing was being asked, and nothing will be. */
static enum rc remember(struct step *step, uint64_t ticket, const struct callback_task *task)
{
    Paidan__Withdrawn fact = PAIDAN__WITHDRAWN__INIT;
    return say(step, ticket, task, &fact.base);
}

/* The channel that asks: the one the site names for the ticket's channel. A channel that the site
 * no longer has asks itself: its tasks run out as unreached instead of being lost. */
static char *asking_channel(const struct site *site, char *channel)
{
    const uint32_t index = site_channel_find(site, channel);
    return index == SITE_NONE ? channel : site->channels[index].callback;
}

static enum rc resolved(struct step *step, uint64_t ticket, const struct callback_task *task,
                        const Paidan__Resolved *closure)
{
    if (closure->round <= task->round) {
        /* One callback per closure, ever. */
        return step_refuse_record(step, PAIDAN__CODE__ALREADY_DONE, "round");
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = closure->round;
    fact.channel = asking_channel(step->site, closure->channel);
    fact.attempt = 1;
    fact.unit = closure->unit;
    return say_asked(step, ticket, task, &fact, step->now_ms);
}

/* What a followed fact means here; false: nothing. */
static bool meaning(const Paidan__Event *event, enum callback_signal *signal, const char **reason)
{
    *reason = NULL;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_RESOLVED:
        *signal = CALLBACK_RESOLVED;
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        *signal = CALLBACK_REOPENED;
        *reason = "reopened";
        return true;
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        *signal = CALLBACK_WITHDRAWN;
        *reason = "withdrawn";
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        if (event->closed->outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN) {
            *signal = CALLBACK_WITHDRAWN;
            *reason = "withdrawn";
        } else {
            *signal = CALLBACK_CLOSED;
            *reason = "closed";
        }
        return true;
    default:
        return false;
    }
}

enum rc callback_core_record(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_RECORD);
    const Paidan__Event *const event = input->event;
    enum callback_signal signal = CALLBACK_CLOSED;
    const char *reason = NULL;
    if (event == NULL || !meaning(event, &signal, &reason)) {
        return RC_OK;
    }
    struct callback_task task;
    const enum rc rc = callback_core_get(step->txn, event->ticket, &task);
    if (rc != RC_OK) {
        return rc;
    }
    switch (callback_fsm_step(task.state, signal).action) {
    case CALLBACK_DO_NOTHING:
        return RC_OK;
    case CALLBACK_DO_OPEN:
        return resolved(step, event->ticket, &task, event->resolved);
    case CALLBACK_DO_CANCEL:
        return cancel(step, event->ticket, &task, reason);
    case CALLBACK_DO_REMEMBER:
        return remember(step, event->ticket, &task);
    default:
        return step_refuse_record(step, PAIDAN__CODE__STATE_FORBIDS,
                                  callback_fsm_state_name(task.state));
    }
}

enum rc callback_core_due(struct step *step, const struct due *due)
{
    struct callback_task task;
    const enum rc rc = callback_core_get(step->txn, due->id, &task);
    if (rc != RC_OK) {
        return rc;
    }
    /* Re-read: folding keeps exactly one row for each open task. */
    if (!callback_fsm_open(task.state) || task.due_ms != due->due_ms) {
        return RC_CORRUPT;
    }
    const struct site_callback *const rules = &step->site->callback;
    if (task.attempt < rules->attempts_max) {
        Paidan__Asked fact = PAIDAN__ASKED__INIT;
        fact.round = task.round;
        fact.channel = task.channel;
        fact.attempt = task.attempt + 1;
        fact.unit = task.unit[0] == '\0' ? NULL : task.unit;
        return say_asked(step, due->id, &task, &fact, step->now_ms + rules->pause_ms);
    }
    Paidan__Unreached fact = PAIDAN__UNREACHED__INIT;
    fact.round = task.round;
    fact.attempts = task.attempt;
    return say(step, due->id, &task, &fact.base);
}
