/* Folding a clock as facts carry it. */

#include <string.h>

#include "common/base/check.h"
#include "escalation_evolve.h"

enum { DOES_LIMIT = 1 << (PAIDAN__STEP_DOES__STEP_SUPERVISE + 1) };

static enum rc take_steps(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    if (set->n_steps > CLOCK_STEPS_MAX) {
        return RC_CORRUPT;
    }
    clock->step_count = (uint32_t)set->n_steps;
    for (size_t index = 0; index < set->n_steps; index++) {
        const Paidan__ClockStep *step = set->steps[index];
        if (step->does >= DOES_LIMIT) {
            return RC_CORRUPT;
        }
        clock->steps[index] = (struct escalation_clock_step){
            .at_ms = step->at_ms,
            .amount_ms = step->has_amount_ms ? step->amount_ms : 0,
            .does = (uint8_t)step->does,
            .after = step->has_after && step->after,
        };
    }
    return RC_OK;
}

enum rc escalation_evolve_clock(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    const char *calendar = set->calendar != NULL ? set->calendar : "";
    const size_t bytes = strlen(calendar);
    const bool fits =
        bytes <= CODE_BYTES_MAX && (!set->has_extensions || set->extensions <= UINT8_MAX);
    if (!fits) {
        return RC_CORRUPT;
    }
    *clock = (struct escalation_clock){
        .clock = set->clock,
        .start_ms = set->start_ms,
        .due_ms = set->due_ms,
        .warn_ms = set->has_warn_ms ? set->warn_ms : 0,
        .warn_amount_ms = set->has_warn_amount_ms ? set->warn_amount_ms : 0,
        .amount_ms = set->has_amount_ms ? set->amount_ms : 0,
        .policy_line = set->has_policy_line ? set->policy_line : 0,
        .unit = set->has_unit ? (uint8_t)set->unit : 0,
        .start_rule = set->has_start_rule ? (uint8_t)set->start_rule : 0,
        .end_rule = set->has_end_rule ? (uint8_t)set->end_rule : 0,
        .extensions = set->has_extensions ? (uint8_t)set->extensions : 0,
        .consumed_ms = set->has_consumed_ms ? set->consumed_ms : 0,
        .resumed_ms = set->has_resumed_ms ? set->resumed_ms : 0,
    };
    memcpy(clock->calendar, calendar, bytes);
    return take_steps(clock, set);
}

void escalation_evolve_keep_fired(struct escalation_clock *clock,
                                  const struct escalation_clock *before)
{
    bool used[CLOCK_STEPS_MAX] = {false};
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        step->fired = false;
        for (uint32_t old = 0; old < before->step_count && !step->fired; old++) {
            const struct escalation_clock_step *was = &before->steps[old];
            if (!used[old] && was->fired && was->does == step->does && was->after == step->after) {
                used[old] = true;
                step->fired = true;
            }
        }
    }
}

enum rc escalation_evolve_clock_again(struct escalation_clock *clock, const Paidan__ClockSet *set)
{
    const struct escalation_clock before = *clock;
    const enum rc rc = escalation_evolve_clock(clock, set);
    if (rc != RC_OK || clock->clock != before.clock) {
        return RC_CORRUPT;
    }
    clock->flags = before.flags;
    escalation_evolve_keep_fired(clock, &before);
    return RC_OK;
}

enum rc escalation_evolve_step(struct escalation_ticket *ticket, const Paidan__Reminded *reminded)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, reminded->clock);
    if (clock == NULL || (clock->flags & ESCALATION_STOPPED) != 0) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        if (step->at_ms == reminded->at_ms && step->does == reminded->does && !step->fired) {
            step->fired = true;
            return RC_OK;
        }
    }
    return RC_CORRUPT;
}
