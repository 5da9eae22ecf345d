/* escalation_filter: which tickets a listing is asked for. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* Compiled once from the codes of a wish. */
struct escalation_filter {
    const struct site *site;
    uint32_t area, category; /* SITE_NONE: any; else it or whatever is below it */
    uint32_t channel;        /* SITE_NONE: any */
    const char *unit;        /* NULL: any */
    uint32_t state;          /* ESCALATION_NONE: any */
    uint64_t since_ms;       /* registered at or after */
};

/* Codes may be NULL: any. False: one is unknown, and answer says which. Keeps unit. */
bool escalation_filter_init(struct escalation_filter *filter, const struct site *site,
                            const char *area, const char *category, const char *channel,
                            const char *unit, Paidan__Answer *answer);
/* The two halves, so that a caller reads the record of a ticket only when the other one fits. Both
 * must hold. info NULL: nothing is known about its matter (withdrawn before its route), so that it
 * fits only where nothing is asked of it. */
bool escalation_filter_fits_ticket(const struct escalation_filter *filter,
                                   const struct escalation_ticket *ticket);
bool escalation_filter_fits_info(const struct escalation_filter *filter,
                                 const struct escalation_info *info);
/* Whether anything is asked of the info at all. */
bool escalation_filter_needs_info(const struct escalation_filter *filter);
