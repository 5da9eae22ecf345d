/* triage_place: the area that a unit stands for. Owns nothing. Units of any area (a fire brigade, a
 * water company) have none of their own; what must stay true is that a place which is known of a ticket is
 * never lost to the place of its unit: these answers are for tickets of which none is known. */

#include "triage_place.h"

#include "common/base/check.h"

/* The site's only root area, if the unit stands on its level: such a unit's place is all of it. */
static uint32_t whole_site(const struct site *site, uint32_t unit)
{
    CHECK(unit < site->unit_count);
    uint32_t root = SITE_NONE;
    for (uint32_t index = 0; index < site->area_count; index++) {
        if (site->areas[index].parent == SITE_NONE) {
            if (root != SITE_NONE) {
                return SITE_NONE;
            }
            root = index;
        }
    }
    return root != SITE_NONE && site->areas[root].level == site->units[unit].level ? root
                                                                                   : SITE_NONE;
}

uint32_t triage_place_of_unit(const struct site *site, uint32_t unit)
{
    CHECK(unit < site->unit_count);
    const uint32_t of_unit = site->units[unit].area;
    CHECK(of_unit == SITE_NONE || of_unit < site->area_count);
    return of_unit == SITE_NONE ? whole_site(site, unit) : of_unit;
}

bool triage_place_elsewhere(const struct site *site, uint32_t unit, uint32_t area)
{
    CHECK(unit < site->unit_count);
    CHECK(area < site->area_count);
    const uint32_t of_unit = site->units[unit].area;
    return of_unit != SITE_NONE && !site_area_within(site, area, of_unit);
}

uint32_t triage_place_fitting(const struct site *site, uint32_t unit, const uint32_t *areas,
                              uint32_t count)
{
    CHECK(count == 0 || areas != NULL);
    uint32_t fitting = SITE_NONE;
    for (uint32_t index = 0; index < count; index++) {
        if (triage_place_elsewhere(site, unit, areas[index])) {
            continue;
        }
        if (fitting != SITE_NONE) {
            return SITE_NONE;
        }
        fitting = areas[index];
    }
    return fitting;
}
