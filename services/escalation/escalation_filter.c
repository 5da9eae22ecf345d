/* escalation_filter: compares a ticket with what a listing is asked for.
 *
 * Owns nothing. A filter holds indexes of the site it was compiled for, so that it must not outlive
 * that site: one query, never longer. What the records say is looked up in the site as it is now; a
 * code that the site has dropped fits no filter that asks for an area or a category. */

#include "escalation_filter.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_query.h"

bool escalation_filter_init(struct escalation_filter *filter, const struct site *site,
                            const char *area, const char *category, const char *channel,
                            const char *unit, Paidan__Answer *answer)
{
    CHECK(answer->code == PAIDAN__CODE__OK);
    CHECK(site != NULL);
    *filter = (struct escalation_filter){
        .site = site, .area = SITE_NONE, .category = SITE_NONE, .channel = SITE_NONE, .unit = unit};
    if (area != NULL) {
        filter->area = site_heir(site, SITE_KIND_AREA, area);
        if (filter->area == SITE_NONE) {
            step_view_refuse(answer, PAIDAN__CODE__AREA_UNKNOWN, "area");
            return false;
        }
    }
    if (category != NULL) {
        filter->category = site_heir(site, SITE_KIND_CATEGORY, category);
        if (filter->category == SITE_NONE) {
            step_view_refuse(answer, PAIDAN__CODE__CATEGORY_UNKNOWN, "category");
            return false;
        }
    }
    if (channel != NULL) {
        filter->channel = site_heir(site, SITE_KIND_CHANNEL, channel);
        if (filter->channel == SITE_NONE) {
            step_view_refuse(answer, PAIDAN__CODE__CHANNEL_UNKNOWN, "channel");
            return false;
        }
    }
    if (unit != NULL && site_unit_find(site, unit) == SITE_NONE) {
        step_view_refuse(answer, PAIDAN__CODE__UNIT_UNKNOWN, "unit");
        return false;
    }
    return true;
}

/* The depth is bounded by the count, so that even a damaged tree of categories ends. */
static bool is_within_category(const struct site *site, const char *code, uint32_t ancestor)
{
    CHECK(ancestor < site->category_count);
    uint32_t category = site_heir(site, SITE_KIND_CATEGORY, code);
    for (uint32_t depth = 0; category != SITE_NONE && depth < site->category_count; depth++) {
        if (category == ancestor) {
            return true;
        }
        category = site->categories[category].parent;
    }
    return false;
}

bool escalation_filter_needs_info(const struct escalation_filter *filter)
{
    return filter->since_ms != 0 || filter->area != SITE_NONE || filter->category != SITE_NONE ||
           filter->channel != SITE_NONE;
}

bool escalation_filter_fits_ticket(const struct escalation_filter *filter,
                                   const struct escalation_ticket *ticket)
{
    CHECK(ticket->state != ESCALATION_NONE); /* no record says so */
    if (ticket->state == ESCALATION_DESK) {
        return false; /* the desk lists it, with what it needs there */
    }
    if (filter->state != ESCALATION_NONE && filter->state != (uint32_t)ticket->state) {
        return false;
    }
    return filter->unit == NULL || strcmp(filter->unit, ticket->unit) == 0;
}

bool escalation_filter_fits_info(const struct escalation_filter *filter,
                                 const struct escalation_info *info)
{
    if (!escalation_filter_needs_info(filter)) {
        return true;
    }
    if (info == NULL || info->registered_ms < filter->since_ms) {
        return false;
    }
    CHECK(filter->site != NULL);
    CHECK(filter->area == SITE_NONE || filter->area < filter->site->area_count);
    if (filter->area != SITE_NONE) {
        const uint32_t area = site_heir(filter->site, SITE_KIND_AREA, info->area);
        if (area == SITE_NONE || !site_area_within(filter->site, area, filter->area)) {
            return false;
        }
    }
    if (filter->channel != SITE_NONE &&
        site_heir(filter->site, SITE_KIND_CHANNEL, info->channel) != filter->channel) {
        return false;
    }
    return filter->category == SITE_NONE ||
           is_within_category(filter->site, info->category, filter->category);
}
