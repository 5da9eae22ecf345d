/* callback_attempt: attempts to reach a resident begin and run out. Owns how a task looks while it
 * is open: folding Asked writes the whole record and its rows in queue, open and due. What must
 * stay true: an open task has exactly one deadline, the end of its attempt, so that no task waits
 * for ever; and each closure is asked about in one round only. */

#include "callback_attempt.h"

#include <string.h>

#include "callback_hours.h"
#include "callback_spare.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* Why there is another attempt. */
enum cause {
    RAN_OUT,     /* the time of the one before is over */
    POSTPONED,   /* likewise, and with it went the calling hours: it was none */
    MISSED,      /* somebody rang and reached nobody */
    HANDED_OVER, /* the channel cannot reach him: another one tries it, and it was none either */
};

/* The attempt before was none: this one has its number, and is not counted. */
static bool is_same(const Paidan__Asked *fact)
{
    return (fact->has_postponed && fact->postponed) || (fact->has_handed_over && fact->handed_over);
}

/* Only the first attempt of a round opens a task; it may be asked again as the same one. */
static enum callback_signal signal_of(const Paidan__Asked *fact)
{
    return fact->attempt == 1 && !is_same(fact) ? CALLBACK_RESOLVED : CALLBACK_LAPSED;
}

/* Asks from from_ms on, in calling hours, for answer_ms of elapsed time: residents answer in the
 * evening too, it is our clerks and adapters who keep hours. */
static enum rc say_asked(struct step *step, uint64_t ticket, const struct callback_task *task,
                         Paidan__Asked *fact, uint64_t from_ms)
{
    const enum callback_signal signal = signal_of(fact);
    CHECK(fact->round > 0);
    CHECK(from_ms >= step->now_ms);
    fact->open_ms = callback_hours_apart(step->site, from_ms,
                                         fact->has_half_day ? (enum callback_half)fact->half_day
                                                            : CALLBACK_HALF_NONE);
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

/* The whole round: nobody is asked. */
static enum rc say_spared(struct step *step, uint64_t ticket, const struct callback_task *task,
                          const Paidan__Resolved *closure, Paidan__Spared *fact)
{
    CHECK(fact->reason >= PAIDAN__SPARE_REASON__SPARE_SAMPLE);
    fact->round = closure->round;
    fact->channel = asking_channel(step->site, closure->channel);
    fact->from = strcmp(fact->channel, closure->channel) == 0 ? NULL : closure->channel;
    fact->unit = closure->unit;
    fact->has_confidential = fact->confidential =
        closure->has_confidential && closure->confidential;
    const struct step_about about = callback_task_about(ticket, task, CALLBACK_RESOLVED_SPARED);
    return step_say(step, &about, &fact->base);
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
    Paidan__Spared spared;
    bool spare = false;
    const enum rc judged = callback_spare_judge(step, ticket, closure, &spared, &spare);
    if (judged != RC_OK) {
        return judged;
    }
    if (spare) {
        return say_spared(step, ticket, task, closure, &spared);
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = closure->round;
    fact.channel = asking_channel(step->site, closure->channel);
    fact.from = strcmp(fact.channel, closure->channel) == 0 ? NULL : closure->channel;
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
    fact.channel = (char *)(uintptr_t)task->channel; /* packed, never written */
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
           callback_hours_open(site, task->due_ms) > task->due_ms &&
           callback_hours_open(site, task->open_ms - 1) < task->open_ms;
}

/* The channel after the one that asks, in the order of the ticket's own channel; NULL: it is the
 * last. The order is the site's of today: where that no longer names the one that asks, it stays. */
static const char *channel_after(const struct site *site, const struct callback_task *task)
{
    const char *const from = task->from[0] == '\0' ? task->channel : task->from;
    const uint32_t index = site_heir(site, SITE_KIND_CHANNEL, from);
    const char *const now = site_code_now(site, SITE_KIND_CHANNEL, task->channel);
    CHECK(index == SITE_NONE || index < site->channel_count);
    for (uint32_t nth = 0; index != SITE_NONE && now != NULL; nth++) {
        const char *const asking = site_channel_asking(&site->channels[index], nth);
        if (asking == NULL || strcmp(asking, now) == 0) {
            return asking == NULL ? NULL : site_channel_asking(&site->channels[index], nth + 1);
        }
    }
    return NULL;
}

/* Through which channel, and which attempt it is there. What a store of before does not know: all
 * attempts were in the one channel. */
static void choose_channel(const struct site *site, const struct callback_task *task,
                           enum cause cause, bool quiet, Paidan__Asked *fact)
{
    const uint32_t tried = task->tried == 0 ? task->attempt : task->tried;
    const bool enough =
        cause == HANDED_OVER || (cause != POSTPONED && tried >= site->callback.channel_attempts);
    const char *const after = enough && !quiet ? channel_after(site, task) : NULL;
    CHECK(cause != HANDED_OVER || after != NULL);
    /* The same channel again: adapters keep conversations. */
    fact->channel = (char *)(uintptr_t)(after == NULL ? task->channel : after);
    fact->tried = after != NULL ? 1 : tried + (cause == POSTPONED ? 0 : 1);
    if (task->from[0] != '\0') {
        fact->from = (char *)(uintptr_t)task->from;
    } else if (after != NULL) {
        fact->from = (char *)(uintptr_t)task->channel;
    }
}

/* Of which half-day the next attempt keeps clear: of that in which the one before was made. */
static enum callback_half half_before(const struct step *step, const struct callback_task *task,
                                      enum cause cause)
{
    CHECK(task->half_day <= CALLBACK_EVENING);
    if (!step->site->callback.half_days) {
        return CALLBACK_HALF_NONE;
    }
    if (cause == POSTPONED || cause == HANDED_OVER) {
        return (enum callback_half)task->half_day;
    }
    return callback_hours_half(step->site, cause == MISSED ? step->now_ms : task->open_ms);
}

/* Names of channels, of the task and of the site: packed, never written. */
struct skipped {
    char *names[CALLBACK_SKIPPED_MAX];
    size_t count;
};

static void keep_skipped(const struct callback_task *task, struct skipped *skipped)
{
    skipped->count = 0;
    for (unsigned nth = 0; nth < CALLBACK_SKIPPED_MAX; nth++) {
        if (task->skipped[nth][0] != '\0') {
            skipped->names[skipped->count++] = (char *)(uintptr_t)task->skipped[nth];
        }
    }
    CHECK(skipped->count <= CALLBACK_SKIPPED_MAX);
}

/* Those that stand between the one that hands and the one that is handed to, in the order of the ticket's own
 * channel: they have not asked, and are not asked any more. */
static void add_skipped(const struct site *site, const struct callback_task *task,
                        const char *channel, struct skipped *skipped)
{
    const char *const from = task->from[0] == '\0' ? task->channel : task->from;
    const uint32_t index = site_heir(site, SITE_KIND_CHANNEL, from);
    const char *const now = site_code_now(site, SITE_KIND_CHANNEL, task->channel);
    bool passed = false;
    size_t count = skipped->count;
    CHECK(channel != NULL);
    for (uint32_t nth = 0; index != SITE_NONE && now != NULL; nth++) {
        const char *const asking = site_channel_asking(&site->channels[index], nth);
        if (asking == NULL) {
            return; /* it is handed outside the order, or to one before it */
        }
        if (strcmp(asking, channel) == 0) {
            skipped->count = passed ? count : skipped->count;
            return;
        }
        if (passed && count < CALLBACK_SKIPPED_MAX) {
            skipped->names[count++] = (char *)(uintptr_t)asking;
        }
        passed = passed || strcmp(asking, now) == 0;
    }
}

/* By the site's rules of today there is another attempt or there is not. A hand-over to nobody
 * counts as an attempt: else a resident whom no channel reaches would be asked for ever. */
static enum rc say_next(struct step *step, uint64_t ticket, const struct callback_task *task,
                        enum cause cause)
{
    const struct site_callback *const rules = &step->site->callback;
    bool quiet = false; /* 勿扰: no other channel than his own asks him */
    const enum rc rc = callback_spare_quiet(step->txn, ticket, &quiet);
    if (rc != RC_OK) {
        return rc;
    }
    cause =
        cause == HANDED_OVER && (quiet || channel_after(step->site, task) == NULL) ? MISSED : cause;
    const bool same = cause == POSTPONED || cause == HANDED_OVER;
    CHECK(callback_fsm_open(task->state));
    if (!same && task->attempt >= rules->attempts_max) {
        return say_unreached(step, ticket, task, cause == MISSED);
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = task->round;
    choose_channel(step->site, task, cause, quiet, &fact);
    fact.attempt = task->attempt + (same ? 0 : 1);
    fact.has_tried = fact.tried != fact.attempt;
    fact.unit = task->unit[0] == '\0' ? NULL : (char *)(uintptr_t)task->unit;
    fact.has_confidential = fact.confidential = task->confidential;
    fact.has_postponed = fact.postponed = cause == POSTPONED;
    fact.has_missed = fact.missed = cause == MISSED;
    fact.has_handed_over = fact.handed_over = cause == HANDED_OVER;
    const enum callback_half half = half_before(step, task, cause);
    fact.has_half_day = half != CALLBACK_HALF_NONE;
    fact.half_day = (uint32_t)half;
    struct skipped skipped;
    keep_skipped(task, &skipped);
    fact.skipped = skipped.names;
    fact.n_skipped = skipped.count;
    /* From now, not from the end of the attempt before: after an outage the pause is kept too. */
    return say_asked(step, ticket, task, &fact, step->now_ms + (same ? 0 : rules->pause_ms));
}

enum rc callback_attempt_miss(struct step *step, uint64_t ticket, const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->round > 0);
    return say_next(step, ticket, task, MISSED);
}

enum rc callback_attempt_hand_over(struct step *step, uint64_t ticket,
                                   const struct callback_task *task)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(task->round > 0);
    return say_next(step, ticket, task, HANDED_OVER);
}

/* The same attempt goes on in another channel: nobody was asked, so it costs none, and it is open from now
 * on, for those people have waited for nothing. */
enum rc callback_attempt_hand(struct step *step, uint64_t ticket, const struct callback_task *task,
                              const char *channel)
{
    CHECK(callback_fsm_open(task->state));
    CHECK(strcmp(task->channel, channel) !=
          0);           /* or the same adapter would have it again at once */
    bool quiet = false; /* 勿扰: nobody else asks him */
    const enum rc rc = callback_spare_quiet(step->txn, ticket, &quiet);
    if (rc != RC_OK || quiet) {
        return rc != RC_OK ? rc : say_next(step, ticket, task, MISSED);
    }
    Paidan__Asked fact = PAIDAN__ASKED__INIT;
    fact.round = task->round;
    fact.channel = (char *)(uintptr_t)channel; /* packed, never written */
    fact.from_channel = (char *)(uintptr_t)task->channel;
    fact.attempt = task->attempt;
    fact.from = (char *)(uintptr_t)(task->from[0] == '\0' ? task->channel : task->from);
    fact.has_tried = true;
    fact.tried = 1;
    fact.has_half_day = task->half_day != CALLBACK_HALF_NONE;
    fact.half_day = task->half_day;
    fact.unit = task->unit[0] == '\0' ? NULL : (char *)(uintptr_t)task->unit;
    fact.has_confidential = fact.confidential = task->confidential;
    fact.has_postponed = fact.postponed = 1;
    struct skipped skipped;
    keep_skipped(task, &skipped);
    add_skipped(step->site, task, channel, &skipped);
    fact.skipped = skipped.names;
    fact.n_skipped = skipped.count;
    return say_asked(step, ticket, task, &fact, step->now_ms);
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
    return say_next(step, due->id, &task, lost_its_hours(step->site, &task) ? POSTPONED : RAN_OUT);
}

/* The task as it stands after Asked, whatever it was before: another attempt has no holder, another
 * round no answer. RC_CORRUPT: the fact breaks a bound that the schema keeps. */
static enum rc make_task(uint64_t seq, const Paidan__Asked *fact, struct callback_task *task)
{
    if (fact->round == 0 || fact->attempt == 0 || fact->due_ms < fact->open_ms ||
        (fact->has_half_day && fact->half_day > CALLBACK_EVENING)) {
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
        .tried = fact->has_tried ? fact->tried : fact->attempt,
        .half_day = (uint8_t)(fact->has_half_day ? fact->half_day : CALLBACK_HALF_NONE),
    };
    if (fact->n_skipped > CALLBACK_SKIPPED_MAX) {
        return RC_CORRUPT;
    }
    for (size_t nth = 0; nth < fact->n_skipped; nth++) {
        if (!text_copy(task->skipped[nth], sizeof task->skipped[nth], fact->skipped[nth])) {
            return RC_CORRUPT;
        }
    }
    return text_copy(task->channel, sizeof task->channel, fact->channel) &&
                   text_copy(task->unit, sizeof task->unit, fact->unit) &&
                   text_copy(task->from, sizeof task->from, fact->from)
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
    if (!is_same(fact)) { /* no attempt of its own */
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
    task.over_ms = event->at_ms;
    CHECK(task.attempt > 0);
    callback_task_count(fold, CALLBACK_TALLY_UNREACHED);
    return callback_state_change(fold->txn, event->ticket, &old, &task);
}
