/* demo_play: everybody who lives in the demo: residents with their channels' adapters, the clerks
 * of the units, the dispatcher.
 *
 * They use the public interface alone (common/client). Whatever they do follows from the script and
 * a fixed seed, never from chance; only the time at which a service answers differs from run to
 * run. An action that is not answered is repeated later with the same request id, so a service may
 * be killed at any moment without doubling anything. */
#pragma once

#include "demo.h"

/* Puts the whole day on the agenda. Before: script, site, clock, day_ms and prefix are set.
 * RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_play_plan(struct demo *demo);

/* Does everything that is due, for at most budget_ms of real time.
 * RC_OK; RC_LIMIT: no memory; RC_INVALID: an answer that cannot be read. */
MUST_CHECK enum rc demo_play_due(struct demo *demo, uint64_t budget_ms);

/* Nothing will change any more: all was handed in, nobody has anything to do, and what is open
 * lies, with its red card, where nobody ever looks. */
bool demo_play_rests(const struct demo *demo);
