/* crash_states: the legal states of the disk at one moment, one after the other. */
#pragma once

#include "crash_disk.h"

struct crash_limits {
    unsigned all_max;    /* every subset up to so many pending pages */
    unsigned subsets;    /* random ones beyond that */
    unsigned recent_max; /* single, missing and torn pages: of the last so many */
    unsigned tear_bytes; /* a torn page breaks at multiples of this */
    uint64_t random;     /* seed */
};

/* shape: "prefix", "torn" ...; detail: numbers of it. False: enough. */
typedef bool (*crash_visit)(void *context, const struct crash_bytes *file, bool passing,
                            const char *shape);
/* Calls visit for the states from number `from` (0, 1 ...) on; the same numbers mean the same
 * states in every process. Gives how many there are (or were, if visit had enough). */
uint64_t crash_states_visit(const struct crash_disk *disk, const struct crash_limits *limits,
                            uint64_t from, crash_visit visit, void *context);
