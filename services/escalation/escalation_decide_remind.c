/* Steps of a clock 提醒点: said once, to those whom the step names. */

#include "escalation_core.h"

#include <string.h>

#include "common/base/check.h"

enum { NOTIFIED_MAX = 2 + SITE_SUPERVISORS_MAX };

struct notified {
    struct step *step;
    Paidan__Reminded *reminded;
};

/* Each unit once. */
static enum rc notify(struct notified *notified, const char *unit)
{
    Paidan__Reminded *reminded = notified->reminded;
    for (size_t index = 0; index < reminded->n_to_units; index++) {
        if (strcmp(reminded->to_units[index], unit) == 0) {
            return RC_OK;
        }
    }
    CHECK(reminded->n_to_units < NOTIFIED_MAX);
    char *copy = arena_strdup(notified->step->arena, unit);
    if (copy == NULL) {
        return RC_LIMIT;
    }
    reminded->to_units[reminded->n_to_units] = copy;
    reminded->n_to_units++;
    return RC_OK;
}

/* The owner one level up; at the top nobody. */
static enum rc notify_upper(struct notified *notified, const struct escalation_ticket *ticket,
                            const struct escalation_info *info)
{
    const struct site *site = notified->step->site;
    const uint32_t above = escalation_target_level_above(site, info->area, ticket->level);
    if (above == 0) {
        return RC_OK;
    }
    struct escalation_target target;
    escalation_target_owner(site, info, above, &target);
    return notify(notified, target.unit);
}

static enum rc notify_supervisors(struct notified *notified)
{
    const struct site *site = notified->step->site;
    enum rc rc = RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < site->supervisor_count; index++) {
        rc = notify(notified, site->units[site->supervisors[index]].code);
    }
    return rc;
}

static bool does(const Paidan__Reminded *reminded, Paidan__StepDoes what)
{
    return (reminded->does & 1u << what) != 0;
}

static enum rc notify_all(struct step *step, const struct escalation_ticket *ticket,
                          const struct escalation_info *info, Paidan__Reminded *reminded)
{
    struct notified notified = {step, reminded};
    reminded->to_units = arena_alloc(step->arena, NOTIFIED_MAX * sizeof(char *));
    if (reminded->to_units == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = RC_OK;
    if (does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT)) {
        rc = notify(&notified, ticket->unit);
    }
    if (rc == RC_OK && does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_UPPER)) {
        rc = notify_upper(&notified, ticket, info);
    }
    if (rc == RC_OK && does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_SUPERVISOR)) {
        rc = notify_supervisors(&notified);
    }
    return rc;
}

static const struct escalation_clock_step *step_due(const struct escalation_clock *clock,
                                                    uint64_t due_ms)
{
    for (uint32_t index = 0; index < clock->step_count; index++) {
        if (!clock->steps[index].fired && clock->steps[index].at_ms == due_ms) {
            return &clock->steps[index];
        }
    }
    return NULL;
}

enum rc escalation_decide_remind(struct step *step, const struct due *due,
                                 struct escalation_ticket *ticket,
                                 const struct escalation_info *info)
{
    const struct escalation_clock *clock = escalation_state_clock(ticket, (Paidan__Clock)due->kind);
    CHECK(clock != NULL);
    const struct escalation_clock_step *fired = step_due(clock, due->due_ms);
    CHECK(fired != NULL);
    Paidan__Reminded reminded = PAIDAN__REMINDED__INIT;
    reminded.clock = clock->clock;
    reminded.level = ticket->level;
    reminded.at_ms = fired->at_ms;
    reminded.does = fired->does;
    reminded.due_ms = clock->due_ms;
    enum rc rc = notify_all(step, ticket, info, &reminded);
    if (rc != RC_OK) {
        return rc;
    }
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    cause.has_clock = true;
    cause.clock = clock->clock;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.cause = &cause;
    event.fact_case = PAIDAN__EVENT__FACT_REMINDED;
    event.reminded = &reminded;
    rc = escalation_core_say(step, due->id, ticket, &event, 0);
    return rc == RC_OK && does(&reminded, PAIDAN__STEP_DOES__STEP_RED)
               ? escalation_supervise_by_rule(step, due->id,
                                              PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD, 0)
               : rc;
}
