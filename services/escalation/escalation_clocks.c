/* Who gets a ticket on a level, and until when: the only place of the core that reads the site's
 * matrix, policies and calendars. */

#include "escalation_core.h"

#include "common/check.h"

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

static const struct site_policy *policy_of(const struct site *site,
                                           const struct escalation_info *info, uint32_t level)
{
    return site_policy(site, site_category_find(site, info->category),
                       (Paidan__Urgency)info->urgency, level);
}

static const struct site_clock_rule *rule_of(const struct site_policy *policy, Paidan__Clock clock)
{
    const struct site_clock_rule *rule = NULL;
    if (clock == PAIDAN__CLOCK__CLOCK_ACCEPT) {
        rule = &policy->accept;
    } else if (clock == PAIDAN__CLOCK__CLOCK_CONTACT) {
        rule = &policy->contact;
    } else if (clock == PAIDAN__CLOCK__CLOCK_REDO && policy->redo.present) {
        rule = &policy->redo;
    } else {
        rule = &policy->handle;
    }
    return rule->present ? rule : NULL;
}

const struct site_clock_rule *escalation_clocks_rule(const struct site *site,
                                                     const struct escalation_info *info,
                                                     uint32_t level, Paidan__Clock clock)
{
    return rule_of(policy_of(site, info, level), clock);
}

uint64_t escalation_clocks_next_alarm(const struct step *step, const struct escalation_info *info,
                                      uint32_t level)
{
    const uint64_t repeat_ms = policy_of(step->site, info, level)->alarm_repeat_ms;
    CHECK(repeat_ms > 0);
    return step->now_ms + repeat_ms;
}

/* ---- building an assignment --------------------------------------------------------------------
 */

static enum rc add_set(struct step *step, Paidan__Assignment *assignment, Paidan__ClockSet **set)
{
    CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
    *set = arena_alloc(step->arena, sizeof **set);
    if (*set == NULL) {
        return RC_LIMIT;
    }
    paidan__clock_set__init(*set);
    assignment->clocks[assignment->n_clocks] = *set;
    assignment->n_clocks++;
    return RC_OK;
}

static enum rc start_clock(struct step *step, const struct site_policy *policy, Paidan__Clock clock,
                           Paidan__Assignment *assignment)
{
    const struct site_clock_rule *rule = rule_of(policy, clock);
    if (rule == NULL) {
        return RC_OK;
    }
    Paidan__ClockSet *set = NULL;
    const enum rc rc = add_set(step, assignment, &set);
    if (rc != RC_OK) {
        return rc;
    }
    struct calendar *calendar = &step->site->calendars[rule->calendar];
    set->clock = clock;
    set->start_ms = step->now_ms;
    set->due_ms = calendar_add(calendar, step->now_ms, rule->amount_ms);
    if (rule->warn_percent != 0) {
        const uint64_t before_ms = rule->amount_ms / 100 * rule->warn_percent +
                                   rule->amount_ms % 100 * rule->warn_percent / 100;
        set->has_warn_ms = true;
        set->warn_ms = calendar_add(calendar, step->now_ms, before_ms);
    }
    set->calendar = calendar->code;
    set->has_amount_ms = true;
    set->amount_ms = rule->amount_ms;
    set->has_policy_line = true;
    set->policy_line = policy->line;
    return RC_OK;
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
        Paidan__ClockSet *set = NULL;
        const enum rc rc = add_set(step, assignment, &set);
        if (rc != RC_OK) {
            return rc;
        }
        set->clock = clock->clock;
        set->start_ms = clock->start_ms;
        set->due_ms = clock->due_ms;
        set->has_warn_ms = clock->warn_ms != 0;
        set->warn_ms = clock->warn_ms;
        set->calendar = arena_strdup(step->arena, clock->calendar);
        set->has_amount_ms = true;
        set->amount_ms = clock->amount_ms;
        set->has_policy_line = true;
        set->policy_line = clock->policy_line;
        if (set->calendar == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

static enum rc start_clocks(struct step *step, const struct escalation_info *info,
                            enum escalation_start start, uint32_t round,
                            const struct escalation_ticket *keep, Paidan__Assignment *assignment)
{
    const struct site_policy *policy = policy_of(step->site, info, assignment->level);
    enum rc rc = start_clock(step, policy, PAIDAN__CLOCK__CLOCK_ACCEPT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    if (start == ESCALATION_START_ACCEPT) {
        return keep_clocks(step, keep, assignment);
    }
    rc = start_clock(step, policy, PAIDAN__CLOCK__CLOCK_CONTACT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Clock last = round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
    return start_clock(step, policy, last, assignment);
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
