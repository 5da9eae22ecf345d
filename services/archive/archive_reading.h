/* archive_reading: the part `rates`: its wishes, and the tickets behind a figure. */
#pragma once

#include "archive_part.h"

extern const struct archive_part archive_rates_part;
/* Whose a ticket is, as the figures have it. As step_service.scope. */
MUST_CHECK enum rc archive_reading_scope(struct step_view *view, uint64_t ticket,
                                         struct permit_subject *subject);
