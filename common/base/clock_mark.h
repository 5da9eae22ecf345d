/* clock_mark: one line in a file: which wall time was right at which moment of which boot. A
 * service writes what it believes (DATA/run/<service>.clock), so that a restart does not believe a
 * clock that the service before did not; `paidan clock accept` writes what the operator confirms
 * (DATA/clock.accepted). Losing a mark loses no data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { CLOCK_BOOT_ID_BYTES = 36 };

struct clock_mark {
    char boot_id[CLOCK_BOOT_ID_BYTES + 1]; /* of the kernel; "-" if there is none */
    int64_t offset_ms;                     /* wall time less boot time */
    uint64_t wall_ms;                      /* when it was made */
};

/* The machine's clock as it is now. */
void clock_mark_make(struct clock_mark *mark);
/* Made since this machine was started: its offset can be compared. */
bool clock_mark_current(const struct clock_mark *mark);
/* DATA/run/<name>/<name>.clock where that folder is there, else DATA/run/<name>.clock; or DATA/clock.accepted if name is NULL. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc clock_mark_path(char *path, size_t size, const char *data_dir, const char *name);
/* The file appears whole or not at all. RC_OK or RC_IO. */
MUST_CHECK enum rc clock_mark_write(const char *path, const struct clock_mark *mark);
/* RC_OK, RC_NOT_FOUND, RC_INVALID (not a mark) or RC_IO. */
MUST_CHECK enum rc clock_mark_read(const char *path, struct clock_mark *mark);
