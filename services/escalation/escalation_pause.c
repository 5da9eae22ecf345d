/* Suspension 挂账.
 *
 * Owns extra.pauses and extra.suspended_until_ms. What each clock has consumed is kept to the
 * millisecond of its own unit; nothing of the pause is counted, nothing before it is lost. The last
 * pause is open (until_ms 0) exactly while the ticket is suspended, and what runs on gets its new
 * moments with Resumed, so that no fold needs a calendar. */

#include "escalation_pause.h"

#include "common/base/check.h"
#include "escalation_target.h"
#include "escalation_term.h"

/* An open request is decided first: while all stands still nobody could. */
static Paidan__Code judge_suspend(struct escalation_item *item, const char **detail)
{
    if (item->extra.request != 0) {
        return PAIDAN__CODE__REQUEST_OPEN;
    }
    *detail = "until_ms";
    if (!item->wish->has_until_ms) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    return item->wish->until_ms <= item->step->now_ms ? PAIDAN__CODE__TERM_PASSED
                                                      : PAIDAN__CODE__OK;
}

static enum rc suspend(struct escalation_item *item)
{
    CHECK(item->ticket.state == ESCALATION_ACCEPTED);
    CHECK(item->extra.request == 0);
    const enum rc rc = escalation_work_info(item);
    if (rc != RC_OK) {
        return rc;
    }
    const struct site_policy *policy =
        escalation_target_policy(item->step->site, &item->info, item->ticket.level);
    const uint64_t span_ms = item->wish->until_ms - item->step->now_ms;
    if (policy->suspensions_max == 0) {
        item->result->code = PAIDAN__CODE__POLICY_ABSENT;
    } else if (item->extra.pause_count >= policy->suspensions_max ||
               item->extra.pause_count == ESCALATION_PAUSES_MAX) {
        item->result->code = PAIDAN__CODE__SUSPENSIONS_EXHAUSTED;
    } else if (span_ms > policy->suspension_cap_ms) {
        item->result->code = PAIDAN__CODE__TERM_TOO_LONG;
    }
    if (item->result->code != PAIDAN__CODE__OK) {
        return RC_OK;
    }
    CHECK(item->extra.suspended_until_ms == 0);
    Paidan__Suspended suspended = PAIDAN__SUSPENDED__INIT;
    suspended.unit = item->ticket.unit;
    suspended.reason = item->wish->note;
    suspended.until_ms = item->wish->until_ms;
    suspended.count = item->extra.pause_count + 1;
    return escalation_work_say(item, &suspended.base);
}

/* ---- going on ---- */

/* When it stood still. */
struct span {
    uint64_t since_ms, until_ms;
};

/* The clock as it stands at the pause's beginning, to run on from its end. */
static enum rc run_on(struct step *step, const struct escalation_clock *clock,
                      const struct span *still, Paidan__ClockSet **set)
{
    CHECK(still->since_ms <= still->until_ms);
    CHECK(still->until_ms <= step->now_ms);
    struct escalation_clock resumed = *clock;
    resumed.consumed_ms = escalation_term_consumed(step->site, clock, still->since_ms);
    resumed.resumed_ms = still->until_ms;
    return escalation_term_again(step, &resumed, set);
}

static bool stands_still(const struct escalation_clock *clock)
{
    return clock->due_ms != 0 && (clock->flags & ESCALATION_STOPPED) == 0;
}

static enum rc add_assists(struct step *step, const struct escalation_extra *extra,
                           const struct span *still, Paidan__Resumed *resumed)
{
    CHECK(extra->assist_count <= SITE_ASSIST_MAX);
    resumed->assists =
        arena_alloc(step->arena, (extra->assist_count + 1) * sizeof *resumed->assists);
    if (resumed->assists == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < extra->assist_count; index++) {
        const struct escalation_assist *task = &extra->assists[index];
        if (task->done || !stands_still(&task->clock)) {
            continue;
        }
        Paidan__AssistClock *made = arena_alloc(step->arena, sizeof *made);
        if (made == NULL) {
            return RC_LIMIT;
        }
        paidan__assist_clock__init(made);
        made->unit = (char *)task->unit;
        const enum rc rc = run_on(step, &task->clock, still, &made->clock);
        if (rc != RC_OK) {
            return rc;
        }
        resumed->assists[resumed->n_assists] = made;
        resumed->n_assists++;
    }
    return RC_OK;
}

static enum rc add_clocks(struct step *step, const struct escalation_ticket *ticket,
                          const struct span *still, Paidan__Resumed *resumed)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    resumed->clocks = arena_alloc(step->arena, ESCALATION_CLOCKS_MAX * sizeof *resumed->clocks);
    if (resumed->clocks == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        if (!stands_still(&ticket->clocks[index])) {
            continue;
        }
        const enum rc rc =
            run_on(step, &ticket->clocks[index], still, &resumed->clocks[resumed->n_clocks]);
        if (rc != RC_OK) {
            return rc;
        }
        resumed->n_clocks++;
    }
    return RC_OK;
}

/* Who ends it. */
struct end {
    bool by_hand;
    char *note; /* NULL: none */
};

/* It ends when it was to end, also where nothing ran then: downtime gives no unit time, and takes
 * none from a resident. */
static uint64_t ended(const struct escalation_extra *extra, uint64_t now_ms)
{
    CHECK(extra->suspended_until_ms != 0);
    return extra->suspended_until_ms < now_ms ? extra->suspended_until_ms : now_ms;
}

static enum rc say_resumed(struct step *step, const struct escalation_saying *about,
                           const struct escalation_extra *extra, const struct end *end)
{
    CHECK(about->ticket->state == ESCALATION_SUSPENDED);
    CHECK(extra->pause_count > 0);
    CHECK(extra->pauses[extra->pause_count - 1].until_ms == 0);
    const struct span still = {.since_ms = extra->pauses[extra->pause_count - 1].from_ms,
                               .until_ms = ended(extra, step->now_ms)};
    Paidan__Resumed resumed = PAIDAN__RESUMED__INIT;
    resumed.by_hand = end->by_hand;
    resumed.note = end->note;
    resumed.has_since_ms = true;
    resumed.since_ms = still.since_ms;
    resumed.has_until_ms = still.until_ms != step->now_ms;
    resumed.until_ms = still.until_ms;
    enum rc rc = add_clocks(step, about->ticket, &still, &resumed);
    if (rc == RC_OK) {
        rc = add_assists(step, extra, &still, &resumed);
    }
    if (rc == RC_OK && extra->mode_open && stands_still(&extra->mode_clock)) {
        rc = run_on(step, &extra->mode_clock, &still, &resumed.mode_clock);
    }
    if (rc == RC_OK) {
        rc = escalation_say(step, about, &resumed.base);
    }
    if (rc == RC_OK) {
        step_wake(step, step_key(about->ticket->unit));
    }
    return rc;
}

enum rc escalation_pause_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_PAUSE_END);
    CHECK(moment->clock == PAIDAN__CLOCK__CLOCK_SUSPENSION);
    const struct end end = {.by_hand = false};
    const struct escalation_saying about = {.id = moment->id,
                                            .ticket = &moment->ticket,
                                            .signal = moment->signal,
                                            .clock = moment->clock};
    return say_resumed(moment->step, &about, &moment->extra, &end);
}

enum rc escalation_pause_wake(struct escalation_item *item, char *note)
{
    const struct end end = {.by_hand = true, .note = note};
    const struct escalation_saying about = {.id = item->wish->ticket,
                                            .ticket = &item->ticket,
                                            .signal = ESCALATION_ON_RESUME,
                                            .item = item->index};
    return say_resumed(item->step, &about, &item->extra, &end);
}

static enum rc resume(struct escalation_item *item)
{
    CHECK(item->ticket.state == ESCALATION_SUSPENDED);
    return escalation_pause_wake(item, escalation_work_note(item));
}

const struct escalation_rule escalation_pause_suspend = {
    .signal = ESCALATION_ON_SUSPEND, .note = true, .judge = judge_suspend, .act = suspend};
const struct escalation_rule escalation_pause_resume = {.signal = ESCALATION_ON_RESUME,
                                                        .act = resume};

/* ---- folding ---- */

enum rc escalation_pause_fold_suspended(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_SUSPENDED);
    CHECK(fold->extra != NULL);
    const Paidan__Suspended *suspended = fold->event->suspended;
    struct escalation_extra *extra = fold->extra;
    const uint64_t at_ms = fold->event->at_ms;
    if (extra->suspended_until_ms != 0 || extra->pause_count == ESCALATION_PAUSES_MAX ||
        suspended->count != extra->pause_count + 1 || suspended->until_ms <= at_ms) {
        return RC_CORRUPT;
    }
    extra->pauses[extra->pause_count] = (struct escalation_pause){.from_ms = at_ms};
    extra->pause_count++;
    extra->suspended_until_ms = suspended->until_ms;
    fold->counters[TALLY_SUSPENDED]++;
    return RC_OK;
}

enum rc escalation_pause_fold_resumed(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RESUMED);
    CHECK(fold->extra != NULL);
    const Paidan__Resumed *resumed = fold->event->resumed;
    struct escalation_extra *extra = fold->extra;
    const uint64_t at_ms = fold->event->at_ms;
    const struct escalation_again again = {resumed->clocks, resumed->n_clocks, resumed->assists,
                                           resumed->n_assists, resumed->mode_clock};
    if (extra->suspended_until_ms == 0 || extra->pause_count == 0) {
        return RC_CORRUPT;
    }
    const uint64_t from_ms = extra->pauses[extra->pause_count - 1].from_ms;
    const uint64_t until_ms = resumed->has_until_ms ? resumed->until_ms : at_ms;
    if (until_ms < from_ms || until_ms > at_ms) {
        return RC_CORRUPT;
    }
    if (extra->person_due_ms != 0) { /* stood still like every clock */
        extra->person_due_ms += until_ms - from_ms;
    }
    escalation_extra_end_pause(extra, until_ms);
    return escalation_extra_run_on(extra, fold->ticket, &again);
}
