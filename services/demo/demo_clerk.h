/* demo_clerk: the clerks of the units.
 *
 * Each plays one item of the agenda. RC_OK: done, refused or not; RC_TIMEOUT: no answer, so repeat
 * it later as it is; else as client_call. */
#pragma once

#include "demo.h"

MUST_CHECK enum rc demo_clerk_look(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_clerk_work(struct demo *demo, struct demo_item *item, uint64_t now_ms);
/* When unit `index` looks into its queue next, after from_ms. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_clerk_plan(struct demo *demo, uint32_t index, uint64_t from_ms);
