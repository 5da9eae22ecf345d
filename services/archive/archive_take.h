/* archive_take: records of the followed logs on their way into archive's own. */
#pragma once

#include "archive_part.h"

/* yyyymmdd of a moment on the site's wall. */
uint32_t archive_take_day(const struct site *site, uint64_t at_ms);
/* Whether records of that kind are wanted at all. */
bool archive_take_hears(const char *log, Paidan__Event__FactCase fact);
/* One record: stripped, and kept for the end of the step. As step_service.apply. */
MUST_CHECK enum rc archive_take_apply(struct step *step, const struct step_input *input);
/* That tickets of this step shall be looked at when all is said; those, in the step's arena, as they came. */
MUST_CHECK enum rc archive_take_touch(struct step *step, uint64_t ticket);
size_t archive_take_touched(const struct step *step, const uint64_t **tickets);
/* Says what was gathered: a fact a log, more where it would be too long. */
MUST_CHECK enum rc archive_take_finish(struct step *step);
/* Hands each record of an Archived fact to the parts, in their order. As step_service.evolve. */
MUST_CHECK enum rc archive_take_fold(struct step_fold *fold, const Paidan__Event *event,
                                     const struct archive_part *const *parts);
