/* callback_reading: what a clerk may look at. Owns nothing and changes nothing; works in a read
 * transaction beside the next step. A page of the list ends with the ticket that the next one
 * begins after, so tasks that come and go between two pages make no other task appear twice. */

#include "callback_reading.h"

#include <string.h>

#include "callback_hours.h"
#include "common/base/check.h"

enum { LIST_DEFAULT = 100 };

/* The note stands in the log alone; a trimmed log no longer has it. */
static enum rc read_note(struct step_view *view, const struct callback_task *task, char **note)
{
    CHECK(note != NULL);
    CHECK(task->answered_seq <= task->last_seq);
    *note = NULL;
    if (task->answered_seq == 0) {
        return RC_OK;
    }
    Paidan__Event *event = NULL;
    const enum rc rc = step_view_read(view, task->answered_seq, &event);
    /* Trimmed: the marks are in the record still, the words are gone. */
    if (rc == RC_NOT_FOUND) {
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_ANSWERED) {
        return RC_CORRUPT;
    }
    *note = event->answered->note;
    return RC_OK;
}

/* All rounds: who asked and who answered. */
static enum rc add_history(struct step_view *view, uint64_t last_seq, Paidan__CallbackShown *shown)
{
    struct step_history history;
    CHECK(shown->n_history == 0);
    const enum rc rc = step_view_history(view, last_seq, &history);
    if (rc == RC_OK) {
        shown->n_history = shown->n_history_seqs = history.count;
        shown->history = history.records;
        shown->history_seqs = history.seqs;
    }
    return rc;
}

/* Why nobody is asked, and what was drawn: the fact has it. */
static enum rc add_spared(struct step_view *view, const struct callback_task *task,
                          Paidan__CallbackShown *shown)
{
    if (task->state != CALLBACK_SPARED) {
        return RC_OK;
    }
    CHECK(task->spared >= PAIDAN__SPARE_REASON__SPARE_SAMPLE);
    shown->has_spared = 1;
    shown->spared = (Paidan__SpareReason)task->spared;
    Paidan__Event *event = NULL;
    const enum rc rc = step_view_read(view, task->last_seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* trimmed */
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_SPARED) {
        return RC_CORRUPT;
    }
    shown->has_percent = event->spared->has_percent;
    shown->percent = event->spared->percent;
    shown->has_drawn = event->spared->has_drawn;
    shown->drawn = event->spared->drawn;
    return RC_OK;
}

/* Marks are shown as long as they are the newest: a withdrawal does not take back what a
 * resident said. */
enum rc callback_reading_show(struct step_view *view, const Paidan__CallbackShow *wish,
                              Paidan__Answer *answer)
{
    struct callback_task task;
    enum rc rc = callback_task_get(view->txn, wish->ticket, &task);
    if (rc != RC_OK) {
        return rc;
    }
    if (task.round == 0) { /* never asked about */
        return step_view_refuse(answer, PAIDAN__CODE__CALLBACK_NOT_OPEN,
                                callback_fsm_state_name(task.state));
    }
    Paidan__CallbackShown *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__callback_shown__init(body);
    CHECK(task.attempt > 0 || task.over_ms > 0); /* of any round that was asked */
    body->ticket = wish->ticket;
    body->round = task.round;
    body->attempt = task.attempt;
    body->open = callback_fsm_open(task.state);
    body->channel = arena_strdup(view->arena, task.channel);
    if (body->channel == NULL) {
        return RC_LIMIT;
    }
    /* What was due once says nothing about a task that is over. */
    body->has_due_ms = body->open;
    body->due_ms = task.due_ms;
    /* Said only when it is so; absent means that it is open, answered or called off. */
    body->has_unreached = task.state == CALLBACK_UNREACHED;
    body->unreached = task.state == CALLBACK_UNREACHED;
    body->has_late = body->late = task.late;
    rc = add_spared(view, &task, body);
    if (rc != RC_OK) {
        return rc;
    }
    if (task.answered_seq != 0) {
        body->has_solved = 1;
        body->solved = (Paidan__Solved)task.solved;
        body->has_satisfied = 1;
        body->satisfied = (Paidan__Satisfied)task.satisfied;
    }
    rc = read_note(view, &task, &body->note);
    if (rc == RC_OK && wish->has_history && wish->history) {
        rc = add_history(view, task.last_seq, body);
    }
    if (rc != RC_OK) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_CALLBACK_SHOWN;
    answer->callback_shown = body;
    return RC_OK;
}

/* The codes under which a channel's tasks stand: its own, then those that it carries on. NULL: there
 * are no more. */
static const char *nth_code(const struct step_view *view, const char *channel, uint32_t nth)
{
    const uint32_t index = site_channel_find(view->site, channel);
    CHECK(index != SITE_NONE); /* judged with the wish */
    return nth == 0 ? view->site->channels[index].code
                    : site_code_before(view->site, SITE_KIND_CHANNEL, index, nth - 1);
}

/* Where a page begins: after the cursor's ticket in its channel. A cursor is the last ticket of the
 * page before; its task says under which code the listing was. *nth: of the channel's codes. */
static enum rc page_begin(struct step_view *view, const Paidan__CallbackList *wish,
                          struct callback_row *from, uint32_t *nth, bool *known)
{
    *from = (struct callback_row){.channel_key = 0};
    *known = true;
    *nth = 0;
    if (wish->channel != NULL) {
        from->channel_key = step_key(nth_code(view, wish->channel, 0));
    }
    if (!wish->has_cursor) {
        return RC_OK;
    }
    struct callback_task task;
    const enum rc rc = callback_task_get(view->txn, wish->cursor, &task);
    if (rc != RC_OK) {
        return rc;
    }
    /* Without a channel the walk crosses all of them, in the order of their keys. */
    if (wish->channel == NULL) {
        *known = task.state != CALLBACK_NONE;
        from->channel_key = step_key(task.channel);
    } else {
        for (uint32_t at = 0; nth_code(view, wish->channel, at) != NULL; at++) {
            const bool here = strcmp(nth_code(view, wish->channel, at), task.channel) == 0;
            *nth = here ? at : *nth;
            from->channel_key = here ? step_key(task.channel) : from->channel_key;
        }
    }
    *known = *known && wish->cursor < UINT64_MAX;
    /* The row after the cursor's, whether or not that one is still there. */
    from->ticket = *known ? wish->cursor + 1 : 0;
    return RC_OK;
}

/* What nobody has now, while calling hours are over: it is there when they begin again, also where
 * that is after its end, which then puts it off until there. */
static void show_next_hours(const struct step_view *view, const struct callback_task *task,
                            Paidan__CallbackTask *picture)
{
    CHECK(callback_fsm_open(task->state));
    const uint64_t opens_ms = callback_hours_open(view->site, view->now_ms);
    const bool waits = opens_ms > view->now_ms && task->ready_ms <= view->now_ms;
    if (waits && (task->state == CALLBACK_ASKED || opens_ms < task->due_ms)) {
        picture->open_ms = opens_ms;
        picture->due_ms =
            task->due_ms > opens_ms ? task->due_ms : opens_ms + view->site->callback.answer_ms;
    }
}

static enum rc add_task(struct step_view *view, uint64_t ticket, const struct callback_task *task,
                        Paidan__CallbackPulled *body)
{
    Paidan__CallbackTask *picture = callback_task_picture(view->arena, ticket, task);
    if (picture == NULL) {
        return RC_LIMIT;
    }
    show_next_hours(view, task, picture);
    body->tasks[body->n_tasks++] = picture;
    return RC_OK;
}

/* One page of open tasks, in the order of channel and ticket. A row without a task is a broken
 * store: nothing is left out in silence. */
static enum rc fill(struct step_view *view, const Paidan__CallbackList *wish,
                    const struct callback_row *from, size_t limit, Paidan__CallbackPulled *body)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    CHECK(body->n_tasks <= limit);
    struct store_walk walk;
    struct callback_row row;
    enum rc rc = callback_state_walk(view->txn, CALLBACK_OPEN, from, &walk, &row);
    while (rc == RC_OK && (wish->channel == NULL || row.channel_key == from->channel_key)) {
        /* There is at least one more, or the walk would have ended. */
        if (body->n_tasks == limit) {
            body->has_next = 1;
            body->next = body->tasks[limit - 1]->ticket;
            break;
        }
        /* The row holds no more than channel and ticket: what a clerk sees changes too often. */
        struct callback_task task;
        rc = callback_state_get(view->txn, row.ticket, &task);
        if (rc != RC_OK) {
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
            break;
        }
        rc = add_task(view, row.ticket, &task, body);
        if (rc != RC_OK) {
            break;
        }
        rc = callback_state_next(CALLBACK_OPEN, &walk, &row);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Under all of a channel's codes, one after the other. */
static enum rc fill_codes(struct step_view *view, const Paidan__CallbackList *wish,
                          struct callback_row *from, uint32_t nth, size_t limit,
                          Paidan__CallbackPulled *body)
{
    enum rc rc = fill(view, wish, from, limit, body);
    while (rc == RC_OK && wish->channel != NULL && !body->has_next) {
        const char *code = nth_code(view, wish->channel, ++nth);
        if (code == NULL) {
            break;
        }
        *from = (struct callback_row){.channel_key = step_key(code)};
        rc = fill(view, wish, from, limit, body);
    }
    return rc;
}

/* Tasks that nobody can pull: the site has given up their channel and named no heir. They run out as
 * unreached, and that closes their tickets, so that they are an alarm while they are open. One look at
 * each channel that still has tasks; those of a channel in use are passed over at once. */
static enum rc fill_strays(struct step_view *view, size_t limit, Paidan__CallbackPulled *body)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    CHECK(body->n_tasks == 0);
    struct callback_row from = {.channel_key = 0}, row;
    struct store_walk walk;
    uint64_t stray_key = 0;
    body->has_count = true;
    enum rc rc = callback_state_walk(view->txn, CALLBACK_OPEN, &from, &walk, &row);
    while (rc == RC_OK) {
        struct callback_task task;
        rc = callback_state_get(view->txn, row.ticket, &task);
        if (rc != RC_OK) {
            rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
            break;
        }
        if (site_heir(view->site, SITE_KIND_CHANNEL, task.channel) != SITE_NONE) {
            store_walk_close(&walk);
            if (row.channel_key == UINT64_MAX) {
                return RC_OK;
            }
            from = (struct callback_row){.channel_key = row.channel_key + 1};
            rc = callback_state_walk(view->txn, CALLBACK_OPEN, &from, &walk, &row);
            continue;
        }
        CHECK(row.channel_key >= stray_key); /* in the order of keys */
        stray_key = row.channel_key;
        body->count++;
        rc = body->n_tasks < limit ? add_task(view, row.ticket, &task, body) : RC_OK;
        rc = rc == RC_OK ? callback_state_next(CALLBACK_OPEN, &walk, &row) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* The cursor is a ticket: with a channel it need not exist, without one its task says where to
 * go on. */
enum rc callback_reading_list(struct step_view *view, const Paidan__CallbackList *wish,
                              Paidan__Answer *answer)
{
    if (wish->channel != NULL && site_channel_find(view->site, wish->channel) == SITE_NONE) {
        return step_view_refuse(answer, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
    }
    const size_t limit = wish->has_limit ? wish->limit : LIST_DEFAULT;
    if (limit == 0 || limit > LIST_MAX) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    struct callback_row from;
    bool known = false;
    uint32_t nth = 0;
    enum rc rc = page_begin(view, wish, &from, &nth, &known);
    if (rc != RC_OK) {
        return rc;
    }
    if (!known) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "cursor");
    }
    Paidan__CallbackPulled *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__callback_pulled__init(body);
    body->tasks = arena_alloc(view->arena, limit * sizeof(Paidan__CallbackTask *));
    const bool stray = wish->has_stray && wish->stray;
    if (body->tasks == NULL) {
        rc = RC_LIMIT;
    } else {
        rc = stray ? fill_strays(view, limit, body)
                   : fill_codes(view, wish, &from, nth, limit, body);
    }
    if (rc != RC_OK) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_CALLBACK_PULLED;
    answer->callback_pulled = body;
    return RC_OK;
}
