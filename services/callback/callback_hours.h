/* callback_hours: calling hours, and the half-days in them. */
#pragma once

#include <stdint.h>

#include "common/site/site.h"

/* Part of a day; stored. NONE: any will do. */
enum callback_half {
    CALLBACK_HALF_NONE = 0,
    CALLBACK_MORNING = 1,
    CALLBACK_AFTERNOON = 2,
    CALLBACK_EVENING = 3,
};

/* When calling hours are on, at that moment or next: nobody is called before. */
uint64_t callback_hours_open(const struct site *site, uint64_t at_ms);
/* The half-day of a moment. Before: calling hours are on, or it is one at which somebody rang. */
enum callback_half callback_hours_half(const struct site *site, uint64_t at_ms);
/* The first opening at or after a moment in another half-day than `but`; where calling hours have
 * no other within a fortnight, as callback_hours_open. */
uint64_t callback_hours_apart(const struct site *site, uint64_t at_ms, enum callback_half but);
