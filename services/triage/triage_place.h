/* triage_place: which area a ticket is in once a unit has it. */
#pragma once

#include <stdint.h>

#include "common/site/site.h"

/* Area of a ticket that a unit (index) gets: the ticket's own, if the unit's contains it (it is the
 * finer one), else the unit's, else the ticket's, else the whole site for a unit of its top.
 * of_ticket and result may be SITE_NONE. */
uint32_t triage_place_of_unit(const struct site *site, uint32_t unit, uint32_t of_ticket);
