/* sim: a site under random actors and random faults, from one seed, on virtual time.
 *
 * The four real cores, steps and stores run in one process (tests/support/world.h). Adapters,
 * clerks, dispatchers and residents act at random; requests and answers are lost and doubled,
 * records arrive late, in pieces, doubled or with a gap; services are killed at any commit; commits
 * fail, and hold though they report failure; the disk is full for a while; the clock jumps both
 * ways. Laws are checked after every step; then faults stop, everybody becomes diligent, and all
 * tickets must come to rest. A broken law prints what, when, and the command that repeats it. */
#pragma once

#include "world.h"

struct sim_options {
    uint64_t seed;
    uint64_t hours;         /* of virtual time with faults */
    uint64_t tickets_a_day; /* mean */
    const char *site_folder;
    const char *folder; /* scratch, empty */
    bool faults;        /* off: only actors */
    bool trace;         /* print every fact */
};

struct sim_figures {
    uint64_t steps, requests, repeats, kills, full, held, jumps, reloads; /* what was done to it */
    uint64_t tickets, closed, withdrawn, raised, warned, cards, alarms, reopened, returned, asked,
        unreached;
    uint64_t facts;
};

/* Runs one seed. Returns when everything came to rest; a broken law aborts the process. */
void sim_run(const struct sim_options *options, struct sim_figures *figures);
