/* escalation_faster: who was faster, told with a refusal. */
#pragma once

#include "escalation_work.h"

/* Fills actor, at_ms, did, unit and until_ms of the item's result as far as somebody else's deed is
 * the reason for its refusal.
 *
 * Before: the result holds the code of a refusal; nothing was said for the item.
 * Returns RC_OK, RC_CORRUPT, RC_LIMIT or RC_STORE. */
MUST_CHECK enum rc escalation_faster_tell(struct escalation_item *item);
