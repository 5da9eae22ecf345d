/* demo_resident: residents, and the adapters of the channels they use.
 *
 * Each plays one item of the agenda. RC_OK: done, refused or not; RC_TIMEOUT: no answer, so repeat
 * it later as it is; else as client_call. */
#pragma once

#include "demo.h"

MUST_CHECK enum rc demo_resident_submit(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_act(struct demo *demo, struct demo_item *item);
MUST_CHECK enum rc demo_resident_ask(struct demo *demo, struct demo_item *item, uint64_t now_ms);
MUST_CHECK enum rc demo_resident_reply(struct demo *demo, struct demo_item *item);
