/* escalation_count: what each unit did and had, counted from facts for ever.
 *
 * One record a unit, in table ESCALATION_COUNT under its code. Folding adds to it in the
 * transaction of the fact; where the service's own counters count the same, the sum over the units
 * is that counter. A unit that the site has dropped keeps its row. */
#pragma once

#include "common/step/step.h"
#include "escalation_addition.h"
#include "escalation_state.h"

struct escalation_count {
    uint64_t values[ESCALATION_COUNTERS];
};

/* Code of the unit, filled up with zeros: rows are in order of code. */
#define ESCALATION_COUNT_KEY_BYTES CODE_BYTES_MAX
void escalation_count_key(const char *unit, unsigned char key[ESCALATION_COUNT_KEY_BYTES]);

/* Stable names: "assigned", "returned_upheld". */
const char *escalation_count_name(enum escalation_counter counter);

/* A unit without a row: all zero, *some false. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_count_load(struct store_txn *txn, const char *unit,
                                         struct escalation_count *count, bool *some);
MUST_CHECK enum rc escalation_count_decode(const void *value, size_t bytes,
                                           struct escalation_count *count);

/* Adds what a fact says about units. before and after: the ticket. RC_OK, RC_FULL, RC_CORRUPT,
 * RC_STORE. */
MUST_CHECK enum rc escalation_count_fold(struct step_fold *fold, const Paidan__Event *event,
                                         const struct escalation_ticket *before,
                                         const struct escalation_ticket *after);

MUST_CHECK enum rc escalation_query_counts(struct step_view *view, const Paidan__UnitCounts *wish,
                                           Paidan__Answer *answer);
