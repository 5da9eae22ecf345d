/* escalation_rows: a ticket's record, and everything that follows from it. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"
#include "escalation_tally.h"

/* Stores the record and moves what is a function of it: its rows in queue, watch lists and due
 * table, and the gauges. before: as it was stored (state NONE: it was not). RC_OK, RC_FULL,
 * RC_STORE; RC_CORRUPT: a row that the record before should have was missing. */
MUST_CHECK enum rc escalation_rows_change(struct step_fold *fold, uint64_t id,
                                          const struct escalation_ticket *before,
                                          const struct escalation_ticket *after);
