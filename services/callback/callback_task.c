/* callback_task: the ground on which the parts of callback stand. Owns no table of its own; what
 * must stay true is that a task's facts form one chain in the log (Handed aside, which is about
 * many tasks at once), and that no fact is folded to which the transition table does not lead. */

#include "callback_task.h"

#include <string.h>

#include "common/base/check.h"
#include "common/say/number.h"

enum rc callback_task_get(struct store_txn *txn, uint64_t ticket, struct callback_task *task)
{
    const enum rc rc = callback_state_get(txn, ticket, task);
    if (rc == RC_NOT_FOUND) {
        *task = (struct callback_task){.state = CALLBACK_NONE};
        return RC_OK;
    }
    CHECK(rc != RC_OK || task->state != CALLBACK_NONE);
    return rc;
}

static bool same_channel(const struct site *site, const char *one, const char *other)
{
    const char *const now = site_code_now(site, SITE_KIND_CHANNEL, one);
    const char *const then = site_code_now(site, SITE_KIND_CHANNEL, other);
    return strcmp(one, other) == 0 || (now != NULL && then != NULL && strcmp(now, then) == 0);
}

/* Where that channel stands in the order by which this one's tickets are asked about; SITE_NONE: it
 * does not. */
static uint32_t place_of(const struct site *site, uint32_t index, const char *channel)
{
    CHECK(index < site->channel_count);
    for (uint32_t nth = 0;; nth++) {
        const char *const asking = site_channel_asking(&site->channels[index], nth);
        if (asking == NULL || same_channel(site, asking, channel)) {
            return asking == NULL ? SITE_NONE : nth;
        }
    }
}

bool callback_task_asked_by(const struct site *site, const struct callback_task *task,
                            const char *channel, bool before)
{
    CHECK(channel != NULL);
    if (same_channel(site, task->channel, channel)) {
        return true;
    }
    const uint32_t index = !before || task->from[0] == '\0'
                               ? SITE_NONE
                               : site_heir(site, SITE_KIND_CHANNEL, task->from);
    CHECK(index == SITE_NONE || index < site->channel_count);
    if (index == SITE_NONE) {
        return false;
    }
    /* Handed to a channel outside the order, or the site's order is another one by now: how far it
     * was followed nobody knows, only whose ticket it is. */
    const uint32_t reached = place_of(site, index, task->channel);
    if (reached == SITE_NONE) {
        return same_channel(site, task->from, channel);
    }
    for (uint32_t nth = 0; nth < CALLBACK_SKIPPED_MAX; nth++) {
        if (task->skipped[nth][0] != '\0' && same_channel(site, task->skipped[nth], channel)) {
            return false; /* it was handed past them */
        }
    }
    const uint32_t place = place_of(site, index, channel);
    return place != SITE_NONE && place < reached; /* those behind it have not asked yet */
}

Paidan__CallbackTask *callback_task_picture(struct arena *arena, uint64_t ticket,
                                            const struct callback_task *task)
{
    CHECK(task->round > 0);
    CHECK(task->open_ms <= task->due_ms);
    Paidan__CallbackTask *const picture = arena_alloc(arena, sizeof *picture);
    if (picture == NULL) {
        return NULL;
    }
    paidan__callback_task__init(picture);
    picture->ticket = ticket;
    picture->number = number_text(arena, ticket);
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
    picture->has_confidential = picture->confidential = task->confidential;
    const bool full = picture->channel == NULL || picture->number == NULL ||
                      (task->holder[0] != '\0' && picture->holder == NULL) ||
                      (task->unit[0] != '\0' && picture->unit == NULL);
    return full ? NULL : picture;
}

bool callback_task_kept(const struct step *step, const struct callback_task *task,
                        const char *actor)
{
    CHECK(actor != NULL);
    return task->state == CALLBACK_HANDED && task->until_ms > step->now_ms &&
           strcmp(task->holder, actor) != 0;
}

/* The cell's fact goes along as `expected`: a part that said another one would be stopped
 * before anything is written. */
struct step_about callback_task_about(uint64_t ticket, const struct callback_task *task,
                                      enum callback_signal signal)
{
    const struct callback_step next = callback_fsm_step(task->state, signal);
    CHECK(next.fact != PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(task->last_seq > 0 || task->state == CALLBACK_NONE);
    return (struct step_about){
        .ticket = ticket,
        .last_seq = task->last_seq,
        .clock = PAIDAN__CLOCK__CLOCK_CALLBACK, /* all our deadlines belong to this one */
        .expected = next.fact,
    };
}

enum rc callback_task_fold(struct step_fold *fold, const Paidan__Event *event, uint64_t ticket,
                           enum callback_signal signal, struct callback_task *task,
                           struct callback_step *next)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    const enum rc rc = callback_task_get(fold->txn, ticket, task);
    if (rc != RC_OK) {
        return rc;
    }
    /* The table first, then the chain: both must agree, or log and tables are not of one
     * service. */
    *next = callback_fsm_step(task->state, signal);
    if (next->fact != event->fact_case) {
        return RC_CORRUPT;
    }
    /* Handed is about many tickets, names none of them and stands outside their chains. */
    const bool alone = event->fact_case != PAIDAN__EVENT__FACT_HANDED;
    if (alone && (!event->has_ticket || !step_chained(event, task->last_seq))) {
        return RC_CORRUPT;
    }
    CHECK(next->allowed);
    return RC_OK;
}

/* Answered, Unreached and Cancelled differ only in what they add and what they count. */
enum rc callback_task_end(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                          enum callback_signal signal, struct callback_task *old,
                          struct callback_task *task)
{
    struct callback_step next;
    const enum rc rc = callback_task_fold(fold, event, event->ticket, signal, old, &next);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(callback_fsm_open(old->state));
    CHECK(!callback_fsm_open(next.next));
    CHECK(seq > old->last_seq);
    CHECK(fold->tally->values[CALLBACK_TALLY_OPEN] > 0);
    fold->tally->values[CALLBACK_TALLY_OPEN] -= 1;
    /* Marks, channel and times stay as they were: the round can still be shown. */
    *task = *old;
    task->state = next.next;
    task->last_seq = seq;
    return RC_OK;
}

void callback_task_count(struct step_fold *fold, unsigned tally)
{
    CHECK(tally < CALLBACK_TALLY_COUNT);
    CHECK(tally != CALLBACK_TALLY_OPEN || fold->tally->values[tally] < UINT64_MAX);
    fold->tally->values[tally] += 1;
}
