/* demo_play: everybody who lives in the demo: residents with their channels' adapters, the clerks
 * of the units, the dispatcher.
 *
 * They use the public interface alone (common/client). Whatever they do follows from the script and
 * a fixed seed, never from chance; only the time at which a service answers differs from run to
 * run. An action that is not answered is repeated later with the same request id, so a service may
 * be killed at any moment without doubling anything. */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/clock.h"
#include "common/base/rc.h"
#include "common/bus/client.h"
#include "common/site/site.h"
#include "demo_agenda.h"
#include "demo_facts.h"
#include "demo_script.h"
#include "demo_summary.h"

#define DEMO_PREFIX_BYTES 24

struct demo {
    struct clock clock;
    struct site *site;
    struct client *client;
    struct arena arena; /* requests and answers of one action */
    struct demo_script script;
    struct demo_facts facts;
    struct demo_agenda agenda;
    struct demo_done done;
    uint64_t day_ms;                 /* midnight before the day, UTC */
    uint64_t unsubmitted;            /* rows still to be handed in */
    uint64_t pending;                /* actions on the agenda that are not mere looking */
    uint64_t cursors[DEMO_SERVICES]; /* followed so far */
    uint32_t crcs[DEMO_SERVICES];
    char prefix[DEMO_PREFIX_BYTES]; /* of external ids: each run has its own */
};

/* Puts the whole day on the agenda. Before: script, site, clock, day_ms and prefix are set.
 * RC_OK or RC_LIMIT. */
MUST_CHECK enum rc demo_play_plan(struct demo *demo);

/* Does everything that is due, for at most budget_ms of real time.
 * RC_OK; RC_LIMIT: no memory; RC_INVALID: an answer that cannot be read. */
MUST_CHECK enum rc demo_play_due(struct demo *demo, uint64_t budget_ms);

/* Nothing will change any more: all was handed in, nobody has anything to do, and what is open
 * lies, with its red card, where nobody ever looks. */
bool demo_play_rests(const struct demo *demo);

/* One call. Silence: RC_TIMEOUT after a short while. Else as client_call. The answer lives in
 * demo->arena. */
MUST_CHECK enum rc demo_play_ask(struct demo *demo, const char *service, Paidan__Request *request,
                                 Paidan__Answer **answer);
