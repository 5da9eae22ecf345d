/* Who gets a ticket on a level, and until when: the only place of the core that reads the site's
 * matrix, policies and calendars. */

#include "escalation_core.h"

#include "common/base/check.h"

uint32_t escalation_clocks_level_above(const struct site *site, const char *area, uint32_t level)
{
    const uint32_t place = site_area_find(site, area);
    for (uint32_t above = level + 1; above <= site->level_count; above++) {
        if (place == SITE_NONE || site_area_at(site, place, above) != SITE_NONE) {
            return above;
        }
    }
    return 0;
}

void escalation_clocks_owner(const struct site *site, const struct escalation_info *info,
                             uint32_t level, struct escalation_target *target)
{
    CHECK(level >= 1);
    CHECK(level <= site->level_count);
    const uint32_t category = site_category_find(site, info->category);
    const uint32_t area = site_area_find(site, info->area);
    *target = (struct escalation_target){.level = level};
    if (category == SITE_NONE || area == SITE_NONE) {
        target->unit = site->units[site->levels[level - 1].fallback].code;
        target->fallback = true;
        return;
    }
    struct site_owner owner;
    site_owner(site, category, area, level, &owner);
    target->unit = site->units[owner.lead].code;
    target->fallback = owner.fallback;
    target->matrix_line = owner.matrix_line;
    target->assist_count = owner.assist_count;
    for (uint32_t index = 0; index < owner.assist_count; index++) {
        target->assist[index] = site->units[owner.assist[index]].code;
    }
}

const struct site_policy *escalation_clocks_policy(const struct site *site,
                                                   const struct escalation_info *info,
                                                   uint32_t level)
{
    return site_policy(site, site_category_find(site, info->category),
                       (Paidan__Urgency)info->urgency, level);
}

static const struct site_clock_rule *rule_of(const struct site_policy *policy, Paidan__Clock clock)
{
    switch (clock) {
    case PAIDAN__CLOCK__CLOCK_ACCEPT:
        return &policy->accept;
    case PAIDAN__CLOCK__CLOCK_CONTACT:
        return &policy->contact;
    case PAIDAN__CLOCK__CLOCK_REDO:
        return &policy->redo;
    case PAIDAN__CLOCK__CLOCK_ASSIST:
        return &policy->assist;
    case PAIDAN__CLOCK__CLOCK_MEDIATION:
        return &policy->mediation;
    case PAIDAN__CLOCK__CLOCK_DELIBERATION:
        return &policy->deliberation;
    case PAIDAN__CLOCK__CLOCK_COORDINATION:
        return &policy->coordination;
    case PAIDAN__CLOCK__CLOCK_REQUEST:
        return &policy->request;
    default:
        CHECK(clock == PAIDAN__CLOCK__CLOCK_HANDLE);
        return &policy->handle;
    }
}

const struct site_clock_rule *escalation_clocks_rule(const struct site *site,
                                                     const struct escalation_info *info,
                                                     uint32_t level, Paidan__Clock clock)
{
    const struct site_clock_rule *rule =
        rule_of(escalation_clocks_policy(site, info, level), clock);
    return rule->present ? rule : NULL;
}

uint64_t escalation_clocks_next_alarm(const struct step *step, const struct escalation_info *info,
                                      uint32_t level)
{
    const uint64_t repeat_ms = escalation_clocks_policy(step->site, info, level)->alarm_repeat_ms;
    CHECK(repeat_ms > 0);
    return step->now_ms + repeat_ms;
}

/* ---- building an assignment --------------------------------------------------------------------
 */

static enum rc start_clock(struct step *step, const struct escalation_info *info,
                           Paidan__Clock clock, Paidan__Assignment *assignment)
{
    Paidan__ClockSet *set = NULL;
    const enum rc rc =
        escalation_clocks_set(step, info, assignment->level, clock, step->now_ms, &set);
    if (rc == RC_OK && set != NULL) {
        CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
        assignment->clocks[assignment->n_clocks] = set;
        assignment->n_clocks++;
    }
    return rc;
}

/* Carries on what runs in the record, but for its accept clock. */
static enum rc keep_clocks(struct step *step, const struct escalation_ticket *keep,
                           Paidan__Assignment *assignment)
{
    for (uint32_t index = 0; index < keep->clock_count; index++) {
        const struct escalation_clock *clock = &keep->clocks[index];
        if (clock->clock == PAIDAN__CLOCK__CLOCK_ACCEPT || !escalation_state_runs(keep, clock)) {
            continue;
        }
        CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
        const enum rc rc = escalation_clocks_picture(step->arena, clock,
                                                     &assignment->clocks[assignment->n_clocks]);
        if (rc != RC_OK) {
            return rc;
        }
        assignment->n_clocks++;
    }
    return RC_OK;
}

static enum rc start_clocks(struct step *step, const struct escalation_info *info,
                            enum escalation_start start, uint32_t round,
                            const struct escalation_ticket *keep, Paidan__Assignment *assignment)
{
    enum rc rc = start_clock(step, info, PAIDAN__CLOCK__CLOCK_ACCEPT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    if (start == ESCALATION_START_ACCEPT) {
        return keep_clocks(step, keep, assignment);
    }
    rc = start_clock(step, info, PAIDAN__CLOCK__CLOCK_CONTACT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Clock last = round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
    return start_clock(step, info, last, assignment);
}

enum rc escalation_clocks_assignment(struct step *step, const struct escalation_info *info,
                                     const struct escalation_target *target,
                                     enum escalation_start start, uint32_t round,
                                     const struct escalation_ticket *keep,
                                     Paidan__Assignment **assignment)
{
    CHECK(target->assist_count <= SITE_ASSIST_MAX);
    CHECK(start == ESCALATION_START_ALL || keep != NULL);
    Paidan__Assignment *made = arena_alloc(step->arena, sizeof *made);
    Paidan__ClockSet **clocks =
        arena_alloc(step->arena, ESCALATION_CLOCKS_MAX * sizeof(Paidan__ClockSet *));
    char **assist = arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof(char *));
    if (made == NULL || clocks == NULL || assist == NULL) {
        return RC_LIMIT;
    }
    paidan__assignment__init(made);
    made->level = target->level;
    made->unit = arena_strdup(step->arena, target->unit);
    made->clocks = clocks;
    made->assist = assist;
    for (uint32_t index = 0; index < target->assist_count; index++) {
        assist[index] = arena_strdup(step->arena, target->assist[index]);
        if (assist[index] == NULL) {
            return RC_LIMIT;
        }
    }
    made->n_assist = target->assist_count;
    made->has_fallback = target->fallback;
    made->fallback = target->fallback;
    made->has_matrix_line = target->matrix_line != 0;
    made->matrix_line = target->matrix_line;
    made->has_site_version = true;
    made->site_version = step->site->version;
    if (made->unit == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = start_clocks(step, info, start, round, keep, made);
    if (rc == RC_OK) {
        *assignment = made;
    }
    return rc;
}
