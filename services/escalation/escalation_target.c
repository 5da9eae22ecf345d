/* Who gets a ticket on a level, and until when: the only place of the core that reads the site's
 * matrix, policies and calendars. */

#include "escalation_target.h"

#include "common/base/check.h"

uint32_t escalation_target_level_above(const struct site *site, const char *area, uint32_t level)
{
    CHECK(level <= SITE_LEVELS_MAX);
    const uint32_t place = site_heir(site, SITE_KIND_AREA, area);
    for (uint32_t above = level + 1; above <= site->level_count; above++) {
        if (place == SITE_NONE || site_area_at(site, place, above) != SITE_NONE) {
            return above;
        }
    }
    return 0;
}

void escalation_target_owner(const struct site *site, const struct escalation_info *info,
                             uint32_t level, struct escalation_target *target)
{
    CHECK(level >= 1);
    CHECK(level <= site->level_count);
    const uint32_t category = site_heir(site, SITE_KIND_CATEGORY, info->category);
    const uint32_t area = site_heir(site, SITE_KIND_AREA, info->area);
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

const struct site_policy *escalation_target_policy(const struct site *site,
                                                   const struct escalation_info *info,
                                                   uint32_t level)
{
    return site_policy(site, site_heir(site, SITE_KIND_CATEGORY, info->category),
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
        /* Whoever is named has a term: without one of its own, that of handling. */
        return policy->assist.present ? &policy->assist : &policy->handle;
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

const struct site_clock_rule *escalation_target_rule(const struct site *site,
                                                     const struct escalation_info *info,
                                                     uint32_t level, Paidan__Clock clock)
{
    const struct site_clock_rule *rule =
        rule_of(escalation_target_policy(site, info, level), clock);
    return rule->present ? rule : NULL;
}

Paidan__ResolvedMatter *escalation_target_matter(const struct site *site,
                                                 const struct escalation_info *info,
                                                 uint32_t chases, Paidan__ResolvedMatter *room)
{
    CHECK(room != NULL);
    if (site->callback.sample_count == 0) {
        return NULL;
    }
    CHECK(info->urgency >= PAIDAN__URGENCY__URGENCY_NORMAL);
    paidan__resolved_matter__init(room);
    room->category = (char *)(uintptr_t)info->category; /* packed, never written */
    room->area = (char *)(uintptr_t)info->area;
    room->urgency = (Paidan__Urgency)info->urgency;
    room->chases = chases;
    return room;
}

uint64_t escalation_target_next_alarm(const struct step *step, const struct escalation_info *info,
                                      uint32_t level)
{
    const uint64_t repeat_ms = escalation_target_policy(step->site, info, level)->alarm_repeat_ms;
    CHECK(repeat_ms > 0);
    return step->now_ms + repeat_ms;
}

enum rc escalation_target_unit_known(struct store_txn *txn, const struct site *site,
                                     const char *unit, bool *known)
{
    CHECK(unit != NULL);
    *known = site_unit_find(site, unit) != SITE_NONE;
    return *known ? RC_OK : escalation_state_queue_has(txn, unit, known);
}
