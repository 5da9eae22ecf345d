/* callback_reading: what a clerk may look at. Owns nothing and changes nothing; works in a read
 * transaction beside the next step. A page of the list ends with the ticket that the next one
 * begins after, so tasks that come and go between two pages make no other task appear twice. */

#include "callback_reading.h"

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
    CHECK(task.attempt > 0); /* of any round that was asked */
    body->ticket = wish->ticket;
    body->round = task.round;
    body->attempt = task.attempt;
    body->open = callback_fsm_open(task.state);
    /* What was due once says nothing about a task that is over. */
    body->has_due_ms = body->open;
    body->due_ms = task.due_ms;
    /* Said only when it is so; absent means that it is open, answered or called off. */
    body->has_unreached = task.state == CALLBACK_UNREACHED;
    body->unreached = task.state == CALLBACK_UNREACHED;
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

/* Where a page begins: after the cursor's ticket in its channel. A cursor is the last ticket of the
 * page before; without a channel its task says in which channel the listing was. */
static enum rc page_begin(struct step_view *view, const Paidan__CallbackList *wish,
                          struct callback_row *from, bool *known)
{
    *from = (struct callback_row){.channel_key = 0};
    *known = true;
    if (wish->channel != NULL) {
        from->channel_key = step_key(wish->channel);
    }
    if (!wish->has_cursor) {
        return RC_OK;
    }
    /* Without a channel the walk crosses all of them, in the order of their keys. */
    if (wish->channel == NULL) {
        struct callback_task task;
        const enum rc rc = callback_task_get(view->txn, wish->cursor, &task);
        if (rc != RC_OK) {
            return rc;
        }
        *known = task.state != CALLBACK_NONE;
        from->channel_key = step_key(task.channel);
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
    const uint64_t opens_ms = callback_task_opens(view->site, view->now_ms);
    const bool waits = opens_ms > view->now_ms && task->ready_ms <= view->now_ms;
    if (waits && (task->state == CALLBACK_ASKED || opens_ms < task->due_ms)) {
        picture->open_ms = opens_ms;
        picture->due_ms =
            task->due_ms > opens_ms ? task->due_ms : opens_ms + view->site->callback.answer_ms;
    }
}

/* One page of open tasks, in the order of channel and ticket. A row without a task is a broken
 * store: nothing is left out in silence. */
static enum rc fill(struct step_view *view, const Paidan__CallbackList *wish,
                    const struct callback_row *from, size_t limit, Paidan__CallbackPulled *body)
{
    CHECK(limit > 0 && limit <= LIST_MAX);
    CHECK(body->n_tasks == 0);
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
        body->tasks[body->n_tasks] = callback_task_picture(view->arena, row.ticket, &task);
        if (body->tasks[body->n_tasks] == NULL) {
            rc = RC_LIMIT;
            break;
        }
        show_next_hours(view, &task, body->tasks[body->n_tasks]);
        body->n_tasks++;
        rc = callback_state_next(CALLBACK_OPEN, &walk, &row);
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
    enum rc rc = page_begin(view, wish, &from, &known);
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
    rc = body->tasks == NULL ? RC_LIMIT : fill(view, wish, &from, limit, body);
    if (rc != RC_OK) {
        return rc;
    }
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_CALLBACK_PULLED;
    answer->callback_pulled = body;
    return RC_OK;
}
