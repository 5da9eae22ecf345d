/* triage_place: which area a ticket is in of which none was found. Units are indexes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/site/site.h"

/* The unit's own area, else the whole site for a unit of its top; SITE_NONE: neither. */
uint32_t triage_place_of_unit(const struct site *site, uint32_t unit);
/* Whether an area lies outside the unit's own; a unit of any area is at home everywhere. */
bool triage_place_elsewhere(const struct site *site, uint32_t unit, uint32_t area);
/* The only one of areas that lies in the unit's own; SITE_NONE: none or several do. */
uint32_t triage_place_fitting(const struct site *site, uint32_t unit, const uint32_t *areas,
                              uint32_t count);
