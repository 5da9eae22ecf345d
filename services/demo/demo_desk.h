/* demo_desk: the dispatcher.
 *
 * Each plays one item of the agenda. RC_OK: done, refused or not; RC_TIMEOUT: no answer, so repeat
 * it later as it is; else as client_call. */
#pragma once

#include "demo.h"

MUST_CHECK enum rc demo_desk_look(struct demo *demo, uint64_t now_ms);
MUST_CHECK enum rc demo_desk_dispatch(struct demo *demo, struct demo_item *item);
