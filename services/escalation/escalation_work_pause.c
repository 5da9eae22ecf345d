/* Suspension 挂账: every clock of a ticket stands still until the end that was given, or until the
 * unit takes it up again. What each clock has consumed is kept to the millisecond of its own unit;
 * nothing of the pause is counted, nothing before it is lost. */

#include "common/base/check.h"
#include "escalation_work.h"

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
    const enum rc rc = escalation_item_info(item);
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
    Paidan__Suspended suspended = PAIDAN__SUSPENDED__INIT;
    suspended.unit = item->ticket.unit;
    suspended.reason = item->wish->note;
    suspended.until_ms = item->wish->until_ms;
    suspended.count = item->extra.pause_count + 1;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.fact_case = PAIDAN__EVENT__FACT_SUSPENDED;
    event.suspended = &suspended;
    return escalation_item_say(item, &event);
}

/* ---- going on ---- */

/* The clock as it stands at the pause's beginning, to run on from now. */
static enum rc run_on(struct step *step, const struct escalation_clock *clock, uint64_t since_ms,
                      Paidan__ClockSet **set)
{
    struct escalation_clock resumed = *clock;
    resumed.consumed_ms = escalation_term_consumed(step->site, clock, since_ms);
    resumed.resumed_ms = step->now_ms;
    return escalation_term_again(step, &resumed, set);
}

static bool stands_still(const struct escalation_clock *clock)
{
    return clock->due_ms != 0 && (clock->flags & ESCALATION_STOPPED) == 0;
}

static enum rc add_assists(struct step *step, const struct escalation_extra *extra,
                           uint64_t since_ms, Paidan__Resumed *resumed)
{
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
        made->unit = arena_strdup(step->arena, task->unit);
        const enum rc rc = run_on(step, &task->clock, since_ms, &made->clock);
        if (rc != RC_OK || made->unit == NULL) {
            return rc != RC_OK ? rc : RC_LIMIT;
        }
        resumed->assists[resumed->n_assists] = made;
        resumed->n_assists++;
    }
    return RC_OK;
}

static enum rc add_clocks(struct step *step, const struct escalation_ticket *ticket,
                          uint64_t since_ms, Paidan__Resumed *resumed)
{
    resumed->clocks = arena_alloc(step->arena, ESCALATION_CLOCKS_MAX * sizeof *resumed->clocks);
    if (resumed->clocks == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        if (!stands_still(&ticket->clocks[index])) {
            continue;
        }
        const enum rc rc =
            run_on(step, &ticket->clocks[index], since_ms, &resumed->clocks[resumed->n_clocks]);
        if (rc != RC_OK) {
            return rc;
        }
        resumed->n_clocks++;
    }
    return RC_OK;
}

enum rc escalation_pause_end(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                             const struct escalation_extra *extra,
                             const struct escalation_resume *how)
{
    CHECK(extra->pause_count > 0);
    const uint64_t since_ms = extra->pauses[extra->pause_count - 1].from_ms;
    Paidan__Resumed resumed = PAIDAN__RESUMED__INIT;
    resumed.by_hand = how->by_hand;
    resumed.note = how->note;
    resumed.has_since_ms = true;
    resumed.since_ms = since_ms;
    enum rc rc = add_clocks(step, ticket, since_ms, &resumed);
    if (rc == RC_OK) {
        rc = add_assists(step, extra, since_ms, &resumed);
    }
    if (rc == RC_OK && extra->mode_open && stands_still(&extra->mode_clock)) {
        rc = run_on(step, &extra->mode_clock, since_ms, &resumed.mode_clock);
    }
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = !how->by_hand;
    cause.clock = PAIDAN__CLOCK__CLOCK_SUSPENSION;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_RESUMED;
    event.resumed = &resumed;
    rc = escalation_core_say(step, id, ticket, &event, how->item);
    if (rc == RC_OK) {
        step_wake(step, step_key(ticket->unit));
    }
    return rc;
}

static enum rc resume(struct escalation_item *item)
{
    const struct escalation_resume how = {
        .by_hand = true, .note = escalation_item_note(item), .item = item->index};
    return escalation_pause_end(item->step, item->wish->ticket, &item->ticket, &item->extra, &how);
}

const struct escalation_rule escalation_rule_suspend = {
    .signal = ESCALATION_ON_SUSPEND, .note = true, .judge = judge_suspend, .act = suspend};
const struct escalation_rule escalation_rule_resume = {.signal = ESCALATION_ON_RESUME,
                                                       .act = resume};
