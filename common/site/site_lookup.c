/* site_lookup: answers about a loaded site. Pure: reads the site, changes nothing, needs no
 * memory.
 *
 * Cores call this while they decide, so an answer follows from the site and the arguments alone;
 * what a core keeps of it goes into its fact by code, never by position, for positions hold only
 * for this struct site. Every walk up a tree ends, for site_check refused all cycles. */

#include "common/site/site.h"

#include <string.h>

#include "common/base/check.h"
#include "common/calendar/civil.h"
#include "common/site/site_private.h"

uint32_t site_area_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->areas, site->areas, sizeof *site->areas, code);
}

uint32_t site_unit_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->units, site->units, sizeof *site->units, code);
}

uint32_t site_category_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->categories, site->categories, sizeof *site->categories,
                           code);
}

uint32_t site_channel_find(const struct site *site, const char *code)
{
    return site_table_find(&site->index->channels, site->channels, sizeof *site->channels, code);
}

const char *site_channel_asking(const struct site_channel *channel, uint32_t nth)
{
    CHECK(channel->further_count < SITE_CALLBACKS_MAX);
    if (nth == 0) {
        return channel->callback;
    }
    return nth <= channel->further_count ? channel->further[nth - 1] : NULL;
}

bool site_channel_asks(const struct site_channel *channel, const char *code)
{
    CHECK(code != NULL);
    for (uint32_t nth = 0; site_channel_asking(channel, nth) != NULL; nth++) {
        if (strcmp(site_channel_asking(channel, nth), code) == 0) {
            return true;
        }
    }
    return false;
}

/* At most 12 of them: a table would not be faster. */
uint32_t site_level_find(const struct site *site, const char *code)
{
    CHECK(site->level_count <= SITE_LEVELS_MAX);
    for (uint32_t index = 0; index < site->level_count; index++) {
        if (strcmp(site->levels[index].code, code) == 0) {
            return index + 1;
        }
    }
    return 0;
}

uint32_t site_area_at(const struct site *site, uint32_t area, uint32_t level)
{
    CHECK(level >= 1);
    CHECK(area == SITE_NONE || area < site->area_count);
    while (area != SITE_NONE && site->areas[area].level != level) {
        area = site->areas[area].parent;
    }
    return area;
}

bool site_area_within(const struct site *site, uint32_t area, uint32_t ancestor)
{
    CHECK(area == SITE_NONE || area < site->area_count);
    while (area != SITE_NONE && area != ancestor) {
        area = site->areas[area].parent;
    }
    return area != SITE_NONE && area == ancestor;
}

/* The row for this very area (SITE_NONE: any) that names the category most closely. */
static uint32_t duty_in(const struct site *site, uint32_t category, uint32_t area, uint32_t level)
{
    CHECK(category == SITE_NONE || category < site->category_count);
    CHECK(level >= 1);
    uint32_t row = SITE_NONE;
    while (category != SITE_NONE && row == SITE_NONE) {
        row = site_matrix_find(site->index, category, area, level);
        category = site->categories[category].parent;
    }
    return row == SITE_NONE ? site_matrix_find(site->index, SITE_NONE, area, level) : row;
}

/* The row whose area is nearest, of those the one whose category is nearest: who knows the place
 * is nearer to the matter than who knows the trade. SITE_NONE: the list names nobody. */
static uint32_t duty(const struct site *site, uint32_t category, uint32_t area, uint32_t level)
{
    uint32_t row = SITE_NONE;
    while (area != SITE_NONE && row == SITE_NONE) {
        row = duty_in(site, category, area, level);
        area = site->areas[area].parent;
    }
    return row == SITE_NONE ? duty_in(site, category, SITE_NONE, level) : row;
}

void site_owner(const struct site *site, uint32_t category, uint32_t area, uint32_t level,
                struct site_owner *owner)
{
    CHECK(level >= 1 && level <= site->level_count);
    CHECK(category == SITE_NONE || category < site->category_count);
    CHECK(area == SITE_NONE || area < site->area_count);
    *owner = (struct site_owner){.lead = site->levels[level - 1].fallback, .fallback = true};
    const uint32_t found = duty(site, category, area, level);
    if (found != SITE_NONE) {
        const struct site_matrix_row *row = &site->index->matrix[found];
        owner->lead = row->lead;
        owner->fallback = false;
        owner->assist_count = row->assist_count;
        memcpy(owner->assist, row->assist, sizeof owner->assist);
        owner->matrix_line = row->line;
    }
    CHECK(owner->lead < site->unit_count);
}

uint32_t site_level_owned(const struct site *site, uint32_t category, uint32_t area, uint32_t from)
{
    CHECK(from >= 1 && from <= site->level_count);
    for (uint32_t level = from; level <= site->level_count; level++) {
        if (duty(site, category, area, level) != SITE_NONE) {
            return level;
        }
    }
    return from;
}

/* A policy for a category holds for everything below it too. */
static bool policy_fits(const struct site *site, const struct site_policy *policy,
                        uint32_t category, Paidan__Urgency urgency, uint32_t level)
{
    if ((policy->level != 0 && policy->level != level) ||
        (policy->urgency != 0 && policy->urgency != (uint32_t)urgency)) {
        return false;
    }
    if (policy->category == SITE_NONE) {
        return true;
    }
    while (category != SITE_NONE && category != policy->category) {
        category = site->categories[category].parent;
    }
    return category != SITE_NONE;
}

const struct site_policy *site_policy(const struct site *site, uint32_t category,
                                      Paidan__Urgency urgency, uint32_t level)
{
    CHECK(level >= 1 && level <= site->level_count);
    CHECK(category == SITE_NONE || category < site->category_count);
    for (uint32_t index = 0; index < site->policy_count; index++) {
        if (policy_fits(site, &site->policies[index], category, urgency, level)) {
            return &site->policies[index];
        }
    }
    check_fail("a loaded site has a policy for every level and urgency", __FILE__, __LINE__,
               __func__);
}

uint64_t site_moment_at(const struct site_clock_rule *rule, const struct site_moment *moment)
{
    const uint64_t amount_ms = rule->term.amount_ms;
    switch (moment->kind) {
    case SITE_MOMENT_PERCENT:
        CHECK(moment->value < 100);
        return amount_ms / 100 * moment->value; /* amounts are whole seconds */
    case SITE_MOMENT_BEFORE:
        CHECK(moment->value < amount_ms);
        return amount_ms - moment->value;
    default:
        CHECK(moment->kind == SITE_MOMENT_AFTER);
        return amount_ms + moment->value;
    }
}

/* With summer time the offset is the moment's own, not that of now or of the winter: whoever asks
 * for the day of a moment must get the day that stood on the wall. */
int64_t site_offset(const struct site *site, uint64_t at_ms)
{
    CHECK(site != NULL);
    CHECK(at_ms <= INT64_MAX);
    return site->zone == NULL ? site->utc_offset_ms : zone_offset(site->zone, (int64_t)at_ms);
}

bool site_calendar_year_known(const struct site *site, uint32_t calendar, uint64_t now_ms,
                              int ahead, int *year)
{
    CHECK(ahead == 0 || ahead == 1);
    CHECK(calendar < site->calendar_count);
    const struct calendar *read = &site->calendars[calendar];
    const int64_t local_ms = (int64_t)now_ms + calendar_offset(read, now_ms);
    *year = civil_date((int32_t)(local_ms / (int64_t)CALENDAR_DAY_MS)).year + ahead;
    return calendar_year_known(read, *year);
}

uint32_t site_calendars_unknown(const struct site *site, uint64_t now_ms)
{
    CHECK(site->calendar_count >= 1); /* "always" */
    uint32_t count = 0;
    for (uint32_t index = 0; index < site->calendar_count; index++) {
        int year = 0;
        const bool known = site_calendar_year_known(site, index, now_ms, 0, &year) &&
                           site_calendar_year_known(site, index, now_ms, 1, &year);
        count += known ? 0 : 1;
    }
    return count;
}

bool site_supervises(const struct site *site, const char *unit)
{
    CHECK(unit != NULL);
    CHECK(site->supervisor_count <= SITE_SUPERVISORS_MAX);
    for (uint32_t index = 0; index < site->supervisor_count; index++) {
        if (strcmp(site->units[site->supervisors[index]].code, unit) == 0) {
            return true;
        }
    }
    return false;
}
