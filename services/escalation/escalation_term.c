/* When the moments of a clock are: its deadline, its warning point, its steps. The only place of
 * the core that asks a calendar.
 *
 * Every moment lies a stated amount of the clock's unit before or after the deadline, and that
 * amount is kept with it, so that a new plan (suspension, extension, other holidays) needs no
 * policy. The end rule of a term in days holds for its moments at whole days; others are at their
 * time.
 *
 * Two moments of one clock are never equal, so that of one clock at most one thing fires at one
 * moment. Where the calendar lets two meet (both before opening), the later one is put a
 * millisecond after the earlier one, but what comes before the deadline stays at least a
 * millisecond before it. */

#include "escalation_term.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_target.h"

/* A clock while it is planned. */
struct plan {
    const struct calendar *calendar;
    struct calendar_term term; /* with all extensions */
    uint64_t start_ms, consumed_ms, resumed_ms;
    uint64_t bound_ms; /* 上级时限: the deadline is never later; 0: none */
    uint64_t span_ms;  /* of the unit, from start to deadline: the term, or what the bound leaves */
};

/* Of what has passed already: when it runs on. */
static uint64_t moment_of(const struct plan *plan, uint64_t amount_ms)
{
    CHECK(plan->calendar != NULL);
    struct calendar_term term = plan->term;
    term.amount_ms = amount_ms;
    if (amount_ms % CALENDAR_DAY_MS != 0) {
        term.end = CALENDAR_SAME_TIME;
    }
    return calendar_due_again(plan->calendar, &term, plan->start_ms, plan->consumed_ms,
                              plan->resumed_ms);
}

/* The deadline: by the term, or by whoever handed the ticket to us, the earlier one. The span that is
 * left is counted by the same calendar. */
static uint64_t due_of(struct plan *plan)
{
    CHECK(plan->start_ms != 0);
    plan->span_ms = plan->term.amount_ms;
    const uint64_t due_ms = calendar_due_again(plan->calendar, &plan->term, plan->start_ms,
                                               plan->consumed_ms, plan->resumed_ms);
    if (plan->bound_ms == 0 || plan->bound_ms >= due_ms) {
        return due_ms;
    }
    const uint64_t left_ms =
        plan->bound_ms <= plan->resumed_ms
            ? 0
            : calendar_elapsed_again(plan->calendar, &plan->term, plan->start_ms, plan->resumed_ms,
                                     plan->bound_ms);
    const uint64_t span_ms = plan->consumed_ms + left_ms;
    plan->span_ms = span_ms < plan->term.amount_ms ? span_ms : plan->term.amount_ms;
    return plan->bound_ms;
}

/* How far before the deadline something is told: as the site says, or, where a bound cuts the term
 * short, in the same proportion, or the warning would lie before the beginning. */
static uint64_t before_due(const struct plan *plan, uint64_t amount_ms)
{
    CHECK(plan->span_ms <= plan->term.amount_ms);
    CHECK(amount_ms <= plan->term.amount_ms);
    if (plan->span_ms == plan->term.amount_ms) {
        return plan->span_ms - amount_ms;
    }
    /* In seconds, so that the product of two terms of years is a number. */
    const uint64_t part_s = amount_ms / 1000 * (plan->span_ms / 1000);
    const uint64_t term_s = plan->term.amount_ms / 1000;
    const uint64_t share_ms = term_s == 0 ? 0 : part_s / term_s * 1000;
    return plan->span_ms - (share_ms < plan->span_ms ? share_ms : plan->span_ms);
}

/* Moves moments apart. before: those before the deadline, by amount. */
static void set_apart(uint64_t *const *before, size_t count, uint64_t due_ms)
{
    CHECK(count <= CLOCK_STEPS_MAX + 1);
    uint64_t limit_ms = due_ms;
    for (size_t index = 1; index < count; index++) {
        if (*before[index] <= *before[index - 1]) {
            *before[index] = *before[index - 1] + 1;
        }
    }
    for (size_t index = count; index > 0; index--) {
        if (*before[index - 1] >= limit_ms) {
            *before[index - 1] = limit_ms - 1;
        }
        limit_ms = *before[index - 1];
    }
}

/* Plans the warning point and the steps of set that are still to come. Both are in order of time,
 * the warning stands where its amount says. */
static void plan_moments(const struct plan *plan, Paidan__ClockSet *set, bool warned,
                         const bool fired[CLOCK_STEPS_MAX])
{
    CHECK(set->n_steps <= CLOCK_STEPS_MAX);
    CHECK(set->due_ms != 0);
    uint64_t *before[CLOCK_STEPS_MAX + 1];
    size_t count = 0;
    uint64_t last_ms = set->due_ms;
    bool warns = set->has_warn_ms && !warned;
    if (warns) {
        set->warn_ms = moment_of(plan, before_due(plan, set->warn_amount_ms));
    }
    for (size_t index = 0; index < set->n_steps; index++) {
        Paidan__ClockStep *step = set->steps[index];
        if (fired[index]) {
            continue;
        }
        if (step->after) {
            step->at_ms = moment_of(plan, plan->span_ms + step->amount_ms);
            step->at_ms = step->at_ms <= last_ms ? last_ms + 1 : step->at_ms;
            last_ms = step->at_ms;
            continue;
        }
        if (warns && set->warn_amount_ms > step->amount_ms) {
            before[count++] = &set->warn_ms;
            warns = false;
        }
        step->at_ms = moment_of(plan, before_due(plan, step->amount_ms));
        before[count++] = &step->at_ms;
    }
    if (warns) {
        before[count++] = &set->warn_ms;
    }
    set_apart(before, count, set->due_ms);
}

static void rules_fill(Paidan__ClockSet *set, const struct calendar_term *term)
{
    set->has_amount_ms = true;
    set->amount_ms = term->amount_ms;
    set->has_unit = true;
    set->unit = (Paidan__TimeUnit)term->unit;
    set->has_start_rule = term->start == CALENDAR_FROM_NEXT_DAY;
    set->start_rule = (Paidan__StartRule)term->start;
    set->has_end_rule = term->end == CALENDAR_END_OF_DAY;
    set->end_rule = (Paidan__EndRule)term->end;
}

/* ---- by policy ---- */

/* Steps by time: the site may name them in any order. */
static enum rc steps_by_rule(struct step *step, const struct site_clock_rule *rule,
                             Paidan__ClockSet *set)
{
    CHECK(rule->present);
    CHECK(rule->step_count <= CLOCK_STEPS_MAX);
    uint64_t at[CLOCK_STEPS_MAX];
    uint32_t order[CLOCK_STEPS_MAX];
    const uint64_t amount_ms = rule->term.amount_ms;
    const enum rc rc = escalation_clock_add_steps(step->arena, set, rule->step_count);
    for (uint32_t index = 0; index < rule->step_count; index++) {
        uint32_t place = index;
        at[index] = site_moment_at(rule, &rule->steps[index].at);
        for (; place > 0 && at[order[place - 1]] > at[index]; place--) {
            order[place] = order[place - 1];
        }
        order[place] = index;
    }
    for (uint32_t index = 0; rc == RC_OK && index < rule->step_count; index++) {
        const uint64_t moment = at[order[index]];
        const bool after = moment > amount_ms;
        escalation_clock_fill_step(set->steps[index], rule->steps[order[index]].does, after,
                                   after ? moment - amount_ms : amount_ms - moment);
    }
    return rc;
}

/* 上级时限 bounds the handling of the matter, on each level that it comes to while there is time left.
 * Where it has passed already when a clock begins, that clock has its own term: the ticket is late for
 * whoever handed it to us, and yet a unit that gets it now must have a time in which to act, or it
 * would climb to the top in one moment. */
static uint64_t bound_of(const struct escalation_info *info, Paidan__Clock kind, uint64_t start_ms)
{
    CHECK(kind != 0);
    const bool bounds = kind == PAIDAN__CLOCK__CLOCK_HANDLE || kind == PAIDAN__CLOCK__CLOCK_REDO;
    return bounds && info->outer_due_ms > start_ms ? info->outer_due_ms : 0;
}

enum rc escalation_term_set(struct step *step, const struct escalation_info *info, uint32_t level,
                            Paidan__Clock kind, uint64_t start_ms, Paidan__ClockSet **set)
{
    const struct site_policy *policy = escalation_target_policy(step->site, info, level);
    const struct site_clock_rule *rule = escalation_target_rule(step->site, info, level, kind);
    *set = NULL;
    if (rule == NULL) {
        return RC_OK;
    }
    Paidan__ClockSet *made = arena_alloc(step->arena, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    paidan__clock_set__init(made);
    if (steps_by_rule(step, rule, made) != RC_OK) {
        return RC_LIMIT;
    }
    struct plan plan = {.calendar = &step->site->calendars[rule->calendar],
                        .term = rule->term,
                        .start_ms = start_ms,
                        .resumed_ms = start_ms,
                        .bound_ms = bound_of(info, kind, start_ms)};
    static const bool fired[CLOCK_STEPS_MAX] = {false};
    made->clock = kind;
    made->start_ms = start_ms;
    made->due_ms = due_of(&plan);
    made->has_bound_ms = plan.bound_ms != 0;
    made->bound_ms = plan.bound_ms;
    made->calendar = step->site->calendars[rule->calendar].code;
    made->has_policy_line = true;
    made->policy_line = policy->line;
    rules_fill(made, &rule->term);
    if (rule->warn.kind != SITE_MOMENT_NONE) {
        made->has_warn_ms = true;
        made->has_warn_amount_ms = true;
        made->warn_amount_ms = rule->term.amount_ms - site_moment_at(rule, &rule->warn);
    }
    plan_moments(&plan, made, false, fired);
    *set = made;
    return RC_OK;
}

/* ---- by the record ---- */

static const struct calendar *calendar_of(const struct site *site, const char *code)
{
    const uint32_t heir = site_heir(site, SITE_KIND_CALENDAR, code);
    return &site->calendars[heir == SITE_NONE ? 0 : heir];
}

void escalation_term_of(const struct site *site, const struct escalation_clock *clock,
                        const struct calendar **calendar, struct calendar_term *term)
{
    CHECK(clock->unit <= PAIDAN__TIME_UNIT__TIME_DAYS);
    *calendar = calendar_of(site, clock->calendar);
    *term = (struct calendar_term){
        .unit = clock->unit != 0 ? (enum calendar_unit)clock->unit : CALENDAR_WORKING_HOURS,
        .amount_ms = clock->amount_ms * (1 + (uint64_t)clock->extensions),
        .start = (enum calendar_start)clock->start_rule,
        .end = (enum calendar_end)clock->end_rule};
}

uint64_t escalation_term_share(const struct site *site, const Paidan__ClockSet *set, uint32_t share,
                               uint32_t of)
{
    CHECK(share <= of);
    CHECK(set->has_unit);
    const struct calendar_term term = {
        .unit = (enum calendar_unit)set->unit,
        .amount_ms = set->amount_ms / of * share,
        .start = set->has_start_rule ? (enum calendar_start)set->start_rule : 0,
        .end = CALENDAR_SAME_TIME};
    return calendar_due(calendar_of(site, set->calendar), &term, set->start_ms);
}

uint64_t escalation_term_consumed(const struct site *site, const struct escalation_clock *clock,
                                  uint64_t until_ms)
{
    const struct calendar *calendar = NULL;
    struct calendar_term term;
    escalation_term_of(site, clock, &calendar, &term);
    const uint64_t from_ms = clock->resumed_ms != 0 ? clock->resumed_ms : clock->start_ms;
    return clock->consumed_ms +
           calendar_elapsed_again(calendar, &term, clock->start_ms, from_ms, until_ms);
}

enum rc escalation_term_again(struct step *step, const struct escalation_clock *clock,
                              Paidan__ClockSet **set)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    struct plan plan = {.start_ms = clock->start_ms,
                        .consumed_ms = clock->consumed_ms,
                        .resumed_ms = clock->resumed_ms != 0 ? clock->resumed_ms : clock->start_ms,
                        .bound_ms = clock->bound_ms};
    bool fired[CLOCK_STEPS_MAX] = {false};
    Paidan__ClockSet *made = NULL;
    const enum rc rc = escalation_clock_picture(step->arena, clock, &made);
    if (rc != RC_OK) {
        return rc;
    }
    escalation_term_of(step->site, clock, &plan.calendar, &plan.term);
    for (uint32_t index = 0; index < clock->step_count; index++) {
        fired[index] = clock->steps[index].fired;
    }
    if (clock->unit == 0 && clock->warn_ms != 0) { /* from before distances were kept */
        const uint64_t used_ms =
            calendar_elapsed(plan.calendar, &plan.term, clock->start_ms, clock->warn_ms);
        made->warn_amount_ms = used_ms < clock->amount_ms ? clock->amount_ms - used_ms : 0;
    }
    made->calendar = (char *)plan.calendar->code;
    /* A missed deadline is a fact and stays where it was; only steps after it are to come. */
    const uint64_t due_ms = due_of(&plan);
    if ((clock->flags & ESCALATION_EXPIRED) == 0) {
        made->due_ms = due_ms;
    }
    plan_moments(&plan, made, (clock->flags & ESCALATION_WARNED) != 0, fired);
    *set = made;
    return RC_OK;
}

enum rc escalation_term_by_policy(struct step *step, const struct escalation_info *info,
                                  uint32_t level, struct escalation_clock *clock, bool *some)
{
    CHECK(clock->start_ms != 0);
    Paidan__ClockSet *set = NULL;
    enum rc rc = escalation_term_set(step, info, level, clock->clock, clock->start_ms, &set);
    *some = rc == RC_OK && set != NULL;
    if (!*some) {
        return rc;
    }
    CHECK(set->clock == clock->clock);
    const uint8_t extensions = clock->extensions;
    rc = escalation_clock_take(clock, set);
    clock->extensions = extensions;
    return rc;
}

/* By the clock's calendar as it is now: a pause before the clock began is none of its own, and one
 * under way counts as if the clock ran on from its beginning; resuming moves it. */
void escalation_term_recount(const struct site *site, const struct escalation_extra *extra,
                             struct escalation_clock *clock)
{
    CHECK(extra->pause_count <= ESCALATION_PAUSES_MAX);
    CHECK(clock->start_ms != 0);
    clock->consumed_ms = 0;
    clock->resumed_ms = 0;
    for (uint32_t index = 0; index < extra->pause_count; index++) {
        const struct escalation_pause *pause = &extra->pauses[index];
        const bool now = pause->until_ms == 0;
        if (!now && pause->until_ms <= clock->start_ms) {
            continue;
        }
        const uint64_t from_ms =
            pause->from_ms > clock->start_ms ? pause->from_ms : clock->start_ms;
        clock->consumed_ms = escalation_term_consumed(site, clock, from_ms);
        clock->resumed_ms = now ? from_ms : pause->until_ms;
    }
}
