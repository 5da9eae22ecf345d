/* demo_notice: two clerks of the office who tell everybody what was done 公示: one writes, the other one reviews. */
#pragma once

#include "demo.h"

/* Looks once: what was written is reviewed, what is proposed is written; and puts the next look on the agenda. An
 * archive that is away or slow is left alone until then. RC_OK, RC_LIMIT, or as client_call but RC_TIMEOUT. */
MUST_CHECK enum rc demo_notice_look(struct demo *demo, uint64_t now_ms);
