/* demo: one run of the demo, as its parts see it. The clock may run faster than the wall;
 * everything in milliseconds here is time of the demo. */
#pragma once

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/clock.h"
#include "common/base/rc.h"
#include "common/bus/client.h"
#include "common/bus/tail.h"
#include "common/site/site.h"
#include "demo_agenda.h"
#include "demo_facts.h"
#include "demo_script.h"
#include "demo_summary.h"

#define DEMO_PREFIX_BYTES 24

struct demo_doors;

struct demo {
    struct clock clock;
    struct site *site;
    struct client *client;
    struct arena arena; /* requests and answers of one action */
    struct demo_script script;
    struct demo_facts facts;
    struct demo_agenda agenda;
    struct demo_done done;
    struct demo_doors *doors;         /* to those outside; NULL: everything goes by bus */
    uint64_t day_ms;                  /* midnight before the day, UTC */
    uint64_t unsubmitted;             /* rows still to be handed in */
    uint64_t pending;                 /* actions on the agenda that are not mere looking */
    struct tail tails[DEMO_SERVICES]; /* followed so far */
    char prefix[DEMO_PREFIX_BYTES];   /* of external ids: each run has its own */
};
