/* Working together 主办、协办.
 *
 * Owns extra.assists: a task a unit, with its own clock. Being late with a task raises nothing, it
 * is a fact for the books. The lead resolves when all tasks are done, or says why not. Open tasks go
 * with a ticket that moves, on another level with the term of that level, but end where a ruling makes
 * another matter of it: whom it names is asked again, with the term of what it is now; a new round
 * begins with those its own assignment names. Owns too the rows of the assisting units' queues, which
 * follow from ticket and tasks alone. */

#include "escalation_joint.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_target.h"
#include "escalation_term.h"

/* ---- asking ---- */

static Paidan__Code judge_ask(struct escalation_item *item, const char **detail)
{
    const char *unit = item->wish->to_unit;
    *detail = "to_unit";
    if (!escalation_work_given(unit)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (site_unit_find(item->step->site, unit) == SITE_NONE) {
        return PAIDAN__CODE__UNIT_UNKNOWN;
    }
    if (strcmp(unit, item->ticket.unit) == 0) {
        return PAIDAN__CODE__FIELD_INVALID; /* the lead does not assist itself */
    }
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, unit);
    if (task != NULL && !task->done) {
        return PAIDAN__CODE__ALREADY_DONE;
    }
    *detail = "assist";
    return task == NULL && item->extra.assist_count == SITE_ASSIST_MAX
               ? PAIDAN__CODE__TOO_MANY_ITEMS
               : PAIDAN__CODE__OK;
}

/* What is asked of one unit, by whom. */
struct asked {
    const char *unit, *by_unit;
    char *note; /* NULL: by an assignment */
};

static enum rc say_asked(struct step *step, const struct escalation_saying *about,
                         const struct escalation_info *info, const struct asked *asked)
{
    CHECK(asked->unit[0] != '\0');
    Paidan__AssistAsked fact = PAIDAN__ASSIST_ASKED__INIT;
    enum rc rc = escalation_term_set(step, info, about->ticket->level, PAIDAN__CLOCK__CLOCK_ASSIST,
                                     step->now_ms, &fact.clock);
    if (rc != RC_OK) {
        return rc;
    }
    fact.unit = (char *)asked->unit;
    fact.by_unit = (char *)asked->by_unit;
    fact.note = asked->note;
    /* Where the policy has no term for assisting, the matrix names who helps, not whom the result
     * needs. Whom the lead asks itself, it waits for. */
    fact.has_unawaited = fact.unawaited =
        asked->note == NULL &&
        !escalation_target_policy(step->site, info, about->ticket->level)->assist.present;
    rc = escalation_say(step, about, &fact.base);
    if (rc == RC_OK) {
        step_wake(step, step_key(asked->unit));
    }
    return rc;
}

static enum rc ask(struct escalation_item *item)
{
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = item->signal,
                                            .item = item->index};
    const struct asked asked = {item->wish->to_unit, item->unit, item->wish->note};
    return say_asked(item->step, &about, &item->info, &asked);
}

/* Whether a task for that unit may begin: it has none that is open, and there is room. */
static bool is_free(struct escalation_extra *extra, const char *unit)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    const struct escalation_assist *task = escalation_extra_assist(extra, unit);
    return task != NULL ? task->done : extra->assist_count < SITE_ASSIST_MAX;
}

/* ---- carried along ---- */

/* A task on another level; *set NULL: its deadline stays. The unit was asked when it was asked: the
 * new level's term counts from then, or a raise would be time won for whoever makes the lead late. But
 * a shorter term that is over already stays without effect: what was promised to the unit until now
 * cannot have been missed by what others did. What it has missed or finished is as it is. */
static enum rc plan_carried(struct step *step, const struct escalation_info *info, uint32_t level,
                            const struct escalation_extra *extra,
                            const struct escalation_assist *task, Paidan__ClockSet **set)
{
    CHECK(level >= 1);
    *set = NULL;
    struct escalation_clock again = task->clock;
    if (task->done || again.due_ms <= step->now_ms || again.unit == 0) {
        return RC_OK;
    }
    CHECK((again.flags & ESCALATION_EXPIRED) == 0); /* nothing expires before its deadline */
    bool some = false;
    enum rc rc = escalation_term_by_policy(step, info, level, &again, &some);
    if (rc != RC_OK || !some) {
        return rc;
    }
    again.flags = task->clock.flags;
    escalation_clock_keep_fired(&again, &task->clock);
    escalation_term_recount(step->site, extra, &again);
    rc = escalation_term_again(step, &again, set);
    if (rc == RC_OK &&
        ((*set)->due_ms <= step->now_ms || escalation_clock_matches(&task->clock, *set))) {
        *set = NULL;
    }
    return rc;
}

static enum rc plan_all(struct step *step, const struct escalation_info *info, uint32_t level,
                        struct escalation_extra *extra, Paidan__Replanned *fact)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    Paidan__AssistClock *made = arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof *made);
    fact->assists = arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof *fact->assists);
    if (made == NULL || fact->assists == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        struct escalation_assist *task = &extra->assists[index];
        Paidan__ClockSet *set = NULL;
        const enum rc rc = plan_carried(step, info, level, extra, task, &set);
        if (rc != RC_OK) {
            return rc;
        }
        if (set != NULL) {
            Paidan__AssistClock *at = &made[fact->n_assists];
            paidan__assist_clock__init(at);
            at->unit = task->unit;
            at->clock = set;
            fact->assists[fact->n_assists] = at;
            fact->n_assists++;
        }
    }
    return RC_OK;
}

static enum rc carry(struct step *step, uint64_t id, const struct escalation_info *info,
                     const struct escalation_joint_asking *asking)
{
    CHECK(asking->from_level != asking->to->level);
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    Paidan__Replanned fact = PAIDAN__REPLANNED__INIT;
    enum rc rc = escalation_state_load(step->txn, id, &ticket);
    if (rc == RC_OK) {
        rc = escalation_extra_load(step->txn, id, &extra);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* it was moved in this very step */
    }
    CHECK(ticket.level == asking->to->level);
    rc = plan_all(step, info, ticket.level, &extra, &fact);
    if (rc != RC_OK || fact.n_assists == 0) {
        return rc;
    }
    fact.why = PAIDAN__REPLAN_CAUSE__REPLAN_LEVEL;
    const struct escalation_saying about = {
        .id = id, .ticket = &ticket, .signal = ESCALATION_ON_REPLAN, .item = asking->item};
    return escalation_say(step, &about, &fact.base);
}

/* ---- with an assignment ---- */

enum rc escalation_joint_begin(struct step *step, uint64_t id, const struct escalation_info *info,
                               const struct escalation_joint_asking *asking)
{
    const Paidan__Assignment *to = asking->to;
    CHECK(id != 0);
    CHECK(to->n_assist <= SITE_ASSIST_MAX);
    if (asking->from_level != 0 && asking->from_level != to->level) {
        const enum rc rc = carry(step, id, info, asking);
        if (rc != RC_OK) {
            return rc;
        }
    }
    for (size_t index = 0; index < to->n_assist; index++) {
        struct escalation_ticket ticket;
        struct escalation_extra extra;
        enum rc rc = escalation_state_load(step->txn, id, &ticket);
        if (rc == RC_OK) {
            rc = escalation_extra_load(step->txn, id, &extra);
        }
        if (rc != RC_OK) {
            return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* it was assigned in this very step */
        }
        const bool knows = escalation_extra_assist(&extra, to->assist[index]) != NULL;
        if (!is_free(&extra, to->assist[index]) || (knows && asking->same)) {
            continue;
        }
        const struct escalation_saying about = {
            .id = id, .ticket = &ticket, .signal = ESCALATION_ON_ASK_ASSIST, .item = asking->item};
        const struct asked asked = {to->assist[index], to->unit, NULL};
        rc = say_asked(step, &about, info, &asked);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* ---- ended by a ruling ---- */

enum rc escalation_joint_end(struct step *step, struct escalation_extra *extra, const char *unit,
                             char ***ended, size_t *count)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    CHECK(*count == 0);
    CHECK(unit[0] != '\0');
    *ended = arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof(char *));
    if (*ended == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        struct escalation_assist *task = &extra->assists[index];
        if (!task->done && strcmp(unit, task->unit) != 0) {
            (*ended)[*count] = task->unit;
            *count += 1;
            step_wake(step, step_key(task->unit));
        }
    }
    return RC_OK;
}

/* ---- done, or late ---- */

static Paidan__Code judge_done(struct escalation_item *item, const char **detail)
{
    (void)detail;
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, item->unit);
    CHECK(task != NULL);
    return task->done ? PAIDAN__CODE__ALREADY_DONE : PAIDAN__CODE__OK;
}

static enum rc finish(struct escalation_item *item)
{
    const struct escalation_assist *task = escalation_extra_assist(&item->extra, item->unit);
    CHECK(task != NULL);
    CHECK(!task->done);
    Paidan__AssistDone done = PAIDAN__ASSIST_DONE__INIT;
    done.unit = (char *)item->unit;
    done.note = item->wish->note;
    done.has_late = true;
    done.late = (task->clock.flags & ESCALATION_EXPIRED) != 0 ||
                (task->clock.due_ms != 0 && task->clock.due_ms <= item->step->now_ms &&
                 item->ticket.state != ESCALATION_SUSPENDED);
    done.has_late_counted = done.late_counted =
        done.late && (task->clock.flags & ESCALATION_COUNTED) != 0;
    return escalation_work_say(item, &done.base);
}

static enum rc say_late(const struct escalation_moment *moment, const char *unit)
{
    CHECK(moment->clock == PAIDAN__CLOCK__CLOCK_ASSIST);
    struct escalation_ticket ticket;
    const enum rc rc = escalation_state_load(moment->step->txn, moment->id, &ticket);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct escalation_saying about = {.id = moment->id,
                                            .ticket = &ticket,
                                            .signal = moment->signal,
                                            .clock = PAIDAN__CLOCK__CLOCK_ASSIST};
    Paidan__AssistLate late = PAIDAN__ASSIST_LATE__INIT;
    late.unit = (char *)unit;
    late.due_ms = moment->due_ms;
    late.has_counts_late = late.counts_late = true;
    return escalation_say(moment->step, &about, &late.base);
}

enum rc escalation_joint_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_ASSIST_LATE);
    CHECK(moment->due_ms >= moment->ticket.extra_due_ms); /* a void reminder may be passed over */
    uint32_t said = 0;
    for (uint32_t index = 0; index < moment->extra.assist_count; index++) {
        const struct escalation_assist *task = &moment->extra.assists[index];
        const bool waits = !task->done && (task->clock.flags & ESCALATION_EXPIRED) == 0;
        if (!waits || task->clock.due_ms != moment->due_ms) {
            continue;
        }
        const enum rc rc = say_late(moment, task->unit);
        if (rc != RC_OK) {
            return rc;
        }
        said++;
    }
    return said == 0 ? RC_CORRUPT : RC_OK;
}

const struct escalation_rule escalation_joint_ask = {
    .signal = ESCALATION_ON_ASK_ASSIST, .note = true, .judge = judge_ask, .act = ask};
const struct escalation_rule escalation_joint_done = {.signal = ESCALATION_ON_ASSIST_DONE,
                                                      .who = ESCALATION_BY_ASSIST,
                                                      .note = true,
                                                      .keeps_lease = true,
                                                      .judge = judge_done,
                                                      .act = finish};

/* ---- folding ---- */

enum rc escalation_joint_fold_asked(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ASSIST_ASKED);
    CHECK(fold->extra != NULL);
    const Paidan__AssistAsked *asked = fold->event->assist_asked;
    struct escalation_extra *extra = fold->extra;
    struct escalation_assist *task = escalation_extra_assist(extra, asked->unit);
    if (!is_free(extra, asked->unit)) {
        return RC_CORRUPT;
    }
    if (task == NULL) {
        task = &extra->assists[extra->assist_count];
        extra->assist_count++;
    }
    memset(task, 0, sizeof *task);
    task->clock.clock = PAIDAN__CLOCK__CLOCK_ASSIST;
    task->unawaited = asked->unawaited;
    fold->counters[TALLY_ASSISTS]++;
    const bool fits =
        escalation_fold_text(task->unit, sizeof task->unit, asked->unit) &&
        (asked->clock == NULL || escalation_clock_take(&task->clock, asked->clock) == RC_OK);
    return fits ? RC_OK : RC_CORRUPT;
}

enum rc escalation_joint_fold_done(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ASSIST_DONE);
    CHECK(fold->extra != NULL);
    const Paidan__AssistDone *done = fold->event->assist_done;
    struct escalation_assist *task = escalation_extra_assist(fold->extra, done->unit);
    if (task == NULL || task->done) {
        return RC_CORRUPT;
    }
    task->done = true;
    task->late = done->has_late && done->late;
    return RC_OK;
}

enum rc escalation_joint_fold_late(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_ASSIST_LATE);
    CHECK(fold->extra != NULL);
    struct escalation_assist *task =
        escalation_extra_assist(fold->extra, fold->event->assist_late->unit);
    if (task == NULL || task->done) {
        return RC_CORRUPT;
    }
    task->late = true;
    task->clock.flags |= ESCALATION_EXPIRED;
    task->clock.flags |= fold->event->assist_late->has_counts_late ? ESCALATION_COUNTED : 0;
    return RC_OK;
}

/* The task is gone, as if it had never been asked for; who was asked, the facts tell. */
enum rc escalation_joint_fold_ended(struct escalation_fold *fold, char *const *ended, size_t count)
{
    CHECK(count == 0 || ended != NULL);
    for (size_t index = 0; index < count; index++) {
        const char *unit = ended[index];
        struct escalation_assist *task =
            fold->extra == NULL ? NULL : escalation_extra_assist(fold->extra, unit);
        if (task == NULL || task->done) {
            return RC_CORRUPT;
        }
        struct escalation_assist *last = &fold->extra->assists[fold->extra->assist_count - 1];
        memmove(task, task + 1, (size_t)(last - task) * sizeof *task);
        memset(last, 0, sizeof *last);
        fold->extra->assist_count--;
    }
    return RC_OK;
}

/* ---- rows of the assisting units ---- */

/* False: there is no such task, or it has no row. */
static bool row_of(uint64_t id, const struct escalation_joint_side *side, uint32_t index,
                   unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    CHECK(id != 0);
    return index < side->extra->assist_count &&
           escalation_extra_queue_key(id, side->ticket, &side->extra->assists[index], key);
}

/* The rows of one side. */
struct rows {
    uint32_t count;
    unsigned char keys[SITE_ASSIST_MAX][ESCALATION_QUEUE_KEY_BYTES];
};

static void rows_of(uint64_t id, const struct escalation_joint_side *side, struct rows *rows)
{
    CHECK(side->extra->assist_count <= SITE_ASSIST_MAX);
    rows->count = 0;
    for (uint32_t index = 0; index < side->extra->assist_count; index++) {
        rows->count += row_of(id, side, index, rows->keys[rows->count]) ? 1 : 0;
    }
}

static bool has_row(const struct rows *rows, const unsigned char key[ESCALATION_QUEUE_KEY_BYTES])
{
    CHECK(rows->count <= SITE_ASSIST_MAX);
    bool found = false;
    for (uint32_t index = 0; index < rows->count; index++) {
        found = found || memcmp(rows->keys[index], key, ESCALATION_QUEUE_KEY_BYTES) == 0;
    }
    return found;
}

/* By their keys, not by their places: a task that ends makes others move up. */
enum rc escalation_joint_move_rows(struct store_txn *txn, uint64_t id,
                                   const struct escalation_joint_side *was,
                                   const struct escalation_joint_side *is)
{
    struct rows old, fresh;
    enum rc rc = RC_OK;
    CHECK(was->ticket != is->ticket);
    rows_of(id, was, &old);
    rows_of(id, is, &fresh);
    for (uint32_t index = 0; index < old.count && rc == RC_OK; index++) {
        const bool stays = has_row(&fresh, old.keys[index]);
        rc = store_move_key(txn, ESCALATION_QUEUE, !stays, old.keys[index], false, old.keys[index],
                            sizeof old.keys[index]);
    }
    for (uint32_t index = 0; index < fresh.count && rc == RC_OK; index++) {
        const bool stood = has_row(&old, fresh.keys[index]);
        rc = store_move_key(txn, ESCALATION_QUEUE, false, fresh.keys[index], !stood,
                            fresh.keys[index], sizeof fresh.keys[index]);
    }
    return rc;
}
