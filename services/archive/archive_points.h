/* archive_points: the part `points` 积分: what tickets earn, and what people decide about it. */
#pragma once

#include "archive_part.h"

extern const struct archive_part archive_points_part;
/* Says what the ledger must say about a ticket as it stands now: what it has earned, what it has earned no
 * more. Nothing, if that is said already. As step_say. */
MUST_CHECK enum rc archive_points_settle(struct step *step, uint64_t ticket);
