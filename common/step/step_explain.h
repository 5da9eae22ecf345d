/* step_explain 时限说明: the spans that a clock counted and skipped, as the answer Explained shows
 * them. One reader for every service that keeps clocks, so that they explain alike. */
#pragma once

#include "common/step/step.h"

/* From when to when, by which calendar and term, and where it stood still. */
struct step_explaining {
    const struct calendar *calendar;
    const struct calendar_term *term;
    uint64_t from_ms, until_ms;
    const struct calendar_pause *pauses; /* by time, disjoint */
    uint32_t pause_count;
};

/* Fills intervals and sums of an initialised clock; they count until view->now_ms.
 *
 * Returns RC_OK or RC_LIMIT: the arena is full. */
MUST_CHECK enum rc step_explain(struct step_view *view, const struct step_explaining *explaining,
                                Paidan__ExplainedClock *clock);
