/* callback_attempt: attempts to reach a resident begin and run out. Owns how a task looks while it
 * is open: folding Asked writes the whole record and its rows in queue, open and due. What must
 * stay true: an open task has exactly one deadline, the end of its attempt, so that no task waits
 * for ever; and each closure is asked about in one round only. */

#include "callback_attempt.h"

#include "common/base/check.h"
#include "common/text/text.h"

static bool is_postponed(const Paidan__Asked *fact)
{
    return fact->has_postponed && fact->postponed;
}

/* Only the first attempt of a round opens a task; it may be asked again as the same one. */
static enum callback_signal signal_of(const Paidan__Asked *fact)
{
    return fact->attempt == 1 && !is_postponed(fact) ? CALLBACK_RESOLVED : CALLBACK_LAPSED;
}

/* Asks from from_ms on, in calling hours, for answer_ms of elapsed time: residents answer in the
 * evening too, it is our clerks and adapters who keep hours. */
static enum rc say_asked(struct step *step, uint64_t ticket, const struct callback_task *task,
                         Paidan__Asked *fact, uint64_t from_ms)
{
    const enum callback_signal signal = signal_of(fact);
    CHECK(fact->round > 0);
    CHECK(from_ms >= step->now_ms);
    fact->open_ms = callback_task_opens(step->site, from_ms);
    fact->due_ms = fact->open_ms + step->site->callback.answer_ms;
    CHECK(fact->due_ms > step->now_ms); /* else the deadline would fire again in this very step */
    const struct step_about about = callback_task_about(ticket, task, signal);
    const enum rc rc = step_say(step, &about, &fact->base);
    if (rc == RC_OK) {
        /* Whoever waits for this channel looks again, even if the attempt opens later: then it
         * knows until when to wait. */
        step_wake(step, step_key(fact->channel));
    }
    return rc;
}

/* The channel that asks: the one the site names for the ticket's channel. A channel that the site
 * no longer has asks itself: its tasks run out as unreached instead of being lost. */
static char *asking_channel(const struct site *site, char *channel)
{
    const uint32_t index = site_heir(site, SITE_KIND_CHANNEL, channel);
    CHECK(index == SITE_NONE || index < site->channel_count);
    return index == SITE_NONE ? channel : site->channels[index].callback;
}

enum rc callback_attempt_begin(struct step *step, uint64_t ticket, const struct callback_task *task,
                               const Paidan__Resolved *closure)
{
    CHECK(!callback_fsm_open(task->state));
    CHECK(task->state != CALLBACK_TAKEN_BACK);
    if (closure->round <= task->round) {
        /* One callback per closure, ever: a log that is read again from an older place, or an
         * escalation restored from a backup, must not make residents answer twice. */
        return step_refuse_record(step, PAIDAN__CODE__ALREADY_DONE, "round");
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = closure->round;
    fact.channel = asking_channel(step->site, closure->channel);
    fact.attempt = 1;
    /* Whom the resident is asked about. */
    fact.unit = closure->unit;
    fact.has_confidential = fact.confidential = closure->has_confidential && closure->confidential;
    return say_asked(step, ticket, task, &fact, step->now_ms);
}

/* The end of a round that nobody answered. Escalation closes the ticket by it. */
static enum rc say_unreached(struct step *step, uint64_t ticket, const struct callback_task *task,
                             bool missed)
{
    CHECK(task->attempt > 0);
    Paidan__Unreached fact = PAIDAN__UNREACHED__INIT;
    fact.round = task->round;
    fact.attempts = task->attempt;
    fact.has_missed = fact.missed = missed;
    const struct step_about about = callback_task_about(ticket, task, CALLBACK_EXHAUSTED);
    return step_say(step, &about, &fact.base);
}

/* Whether calling hours took the attempt away before anybody had it: it opened in the course of
 * them and ends when they are over. It was no attempt to reach the resident and is none of those
 * the site allows. An attempt that had the hours from their beginning was there long enough, so
 * that none is put off for ever. */
static bool lost_its_hours(const struct site *site, const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->open_ms > 0);
    return task->state == CALLBACK_ASKED &&
           callback_task_opens(site, task->due_ms) > task->due_ms &&
           callback_task_opens(site, task->open_ms - 1) < task->open_ms;
}

/* By the site's rules of today there is another attempt or there is not. postponed: the one that ends was
 * none; missed: somebody says that it reached nobody. */
static enum rc say_next(struct step *step, uint64_t ticket, const struct callback_task *task,
                        bool postponed, bool missed)
{
    const struct site_callback *const rules = &step->site->callback;
    CHECK(!(postponed && missed));
    if (!postponed && task->attempt >= rules->attempts_max) {
        return say_unreached(step, ticket, task, missed);
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = task->round;
    /* The same channel again: the site's choice was made at the closure, and adapters keep
     * conversations. */
    fact.channel = (char *)(uintptr_t)task->channel; /* packed, never written */
    fact.attempt = task->attempt + (postponed ? 0 : 1);
    fact.unit = task->unit[0] == '\0' ? NULL : (char *)(uintptr_t)task->unit;
    fact.has_confidential = fact.confidential = task->confidential;
    fact.has_postponed = fact.postponed = postponed;
    fact.has_missed = fact.missed = missed;
    /* From now, not from the end of the attempt before: after an outage the pause is kept too. */
    return say_asked(step, ticket, task, &fact, step->now_ms + (postponed ? 0 : rules->pause_ms));
}

enum rc callback_attempt_miss(struct step *step, uint64_t ticket, const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->round > 0);
    return say_next(step, ticket, task, false, true);
}

/* The engine gathered this deadline by itself. A site that shortens its rules ends what runs over. */
enum rc callback_attempt_due(struct step *step, const struct due *due)
{
    CHECK(due->due_ms <= step->now_ms);
    CHECK(due->kind == PAIDAN__CLOCK__CLOCK_CALLBACK);
    struct callback_task task;
    const enum rc rc = callback_task_get(step->txn, due->id, &task);
    if (rc != RC_OK) {
        return rc;
    }
    /* Read again: folding keeps exactly one row for each open task. */
    if (!callback_fsm_open(task.state) || task.due_ms != due->due_ms) {
        return RC_CORRUPT;
    }
    return say_next(step, due->id, &task, lost_its_hours(step->site, &task), false);
}

/* The task as it stands after Asked, whatever it was before: another attempt has no holder, another
 * round no answer. RC_CORRUPT: the fact breaks a bound that the schema keeps. */
static enum rc make_task(uint64_t seq, const Paidan__Asked *fact, struct callback_task *task)
{
    if (fact->round == 0 || fact->attempt == 0 || fact->due_ms < fact->open_ms) {
        return RC_CORRUPT;
    }
    *task = (struct callback_task){
        .state = CALLBACK_ASKED,
        .round = fact->round,
        .attempt = fact->attempt,
        .open_ms = fact->open_ms,
        .due_ms = fact->due_ms,
        .ready_ms = fact->open_ms,
        .last_seq = seq,
        .confidential = fact->has_confidential && fact->confidential,
    };
    return text_copy(task->channel, sizeof task->channel, fact->channel) &&
                   text_copy(task->unit, sizeof task->unit, fact->unit)
               ? RC_OK
               : RC_CORRUPT;
}

/* A first attempt opens a task, a later one replaces the one before: its rows move, and only
 * then is there another deadline. */
enum rc callback_attempt_fold_asked(struct step_fold *fold, uint64_t seq,
                                    const Paidan__Event *event)
{
    const Paidan__Asked *const fact = event->asked;
    const enum callback_signal signal = signal_of(fact);
    struct callback_task old, task;
    struct callback_step next;
    enum rc rc = callback_task_fold(fold, event, event->ticket, signal, &old, &next);
    if (rc == RC_OK) {
        rc = make_task(seq, fact, &task);
    }
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(next.next == task.state);
    CHECK(seq > old.last_seq);
    /* A later attempt is the same task. */
    if (!callback_fsm_open(old.state)) {
        callback_task_count(fold, CALLBACK_TALLY_TASKS);
        callback_task_count(fold, CALLBACK_TALLY_OPEN);
    }
    if (!is_postponed(fact)) { /* no attempt of its own */
        callback_task_count(fold, CALLBACK_TALLY_ASKED);
    }
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}

enum rc callback_attempt_fold_unreached(struct step_fold *fold, uint64_t seq,
                                        const Paidan__Event *event)
{
    struct callback_task old, task;
    const enum rc rc = callback_task_end(fold, seq, event, CALLBACK_EXHAUSTED, &old, &task);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(task.state == CALLBACK_UNREACHED);
    CHECK(task.attempt > 0);
    callback_task_count(fold, CALLBACK_TALLY_UNREACHED);
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}
