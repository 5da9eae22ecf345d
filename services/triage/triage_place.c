/* triage_place: the area that a unit stands for. Owns nothing. Units of any area (a fire brigade, a
 * water company) have none of their own; what must stay true is that a ticket never loses the finer
 * place that is known of it to the coarser one of its unit. */

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

/* The finer of the two if one lies in the other; where they contradict each other the unit's
 * own wins, for it cannot work elsewhere. */
uint32_t triage_place_of_unit(const struct site *site, uint32_t unit, uint32_t of_ticket)
{
    CHECK(unit < site->unit_count);
    CHECK(of_ticket == SITE_NONE || of_ticket < site->area_count);
    const uint32_t of_unit = site->units[unit].area;
    CHECK(of_unit == SITE_NONE || of_unit < site->area_count);
    const bool finer = of_ticket != SITE_NONE &&
                       (of_unit == SITE_NONE || site_area_within(site, of_ticket, of_unit));
    const uint32_t area = finer || of_unit == SITE_NONE ? of_ticket : of_unit;
    return area == SITE_NONE ? whole_site(site, unit) : area;
}
