/* crash_laws: what must hold in a store after any crash. */
#pragma once

#include "crash_disk.h"

enum crash_law {
    CRASH_HOLDS,
    CRASH_OPENS,        /* store_open takes it */
    CRASH_VERIFIES,     /* the log verifies */
    CRASH_REPLAYS,      /* tables equal a replay of the log; the engine opens on it */
    CRASH_ACKNOWLEDGED, /* what was told is there */
    CRASH_STRANGER,     /* nothing is there that was not said */
    CRASH_GOES_ON,      /* the next commit holds, and leaves the log whole */
    CRASH_SURVIVES,     /* none of this ends the process */
    CRASH_LAWS,
};

struct crash_laws;
struct crash_verdict {
    enum crash_law broken; /* CRASH_HOLDS: none */
    char what[160];
};

const char *crash_law_name(enum crash_law law);
/* folder: of our own, in memory if possible. whole: the file after the whole run, where every law
 * must hold; its log is what the logs of all states are compared with. */
struct crash_laws *crash_laws_open(const char *folder, const char *service,
                                   const struct crash_bytes *whole, const struct crash_disk *disk,
                                   struct crash_verdict *verdict);
void crash_laws_close(struct crash_laws *laws);
/* One state of the disk. disk: for its marks. May be called in a child of the opener: what it
 * learned of contents seen before is shared. */
void crash_laws_check(struct crash_laws *laws, const struct crash_bytes *file, bool passing,
                      const struct crash_disk *disk, struct crash_verdict *verdict);
/* Different contents that were replayed so far. */
uint64_t crash_laws_contents(const struct crash_laws *laws);
