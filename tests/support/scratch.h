/* scratch: a folder of its own for each test case, below TMPDIR or /tmp. */
#pragma once

#include <limits.h>

struct scratch {
    char path[PATH_MAX];
};

void scratch_make(struct scratch *scratch);
void scratch_remove(const struct scratch *scratch); /* with everything in it */
/* path/name; the buffer is reused by the next call of the same thread. */
const char *scratch_path(const struct scratch *scratch, const char *name);
