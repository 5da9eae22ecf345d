#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/check.h"

void scratch_make(struct scratch *scratch)
{
    const char *base = getenv("TMPDIR");
    const int count = snprintf(scratch->path, sizeof scratch->path, "%s/paidan-test-XXXXXX",
                               base != NULL ? base : "/tmp");
    CHECK(count > 0);
    const char *made = mkdtemp(scratch->path);
    CHECK(made != NULL);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *place)
{
    (void)stat;
    (void)kind;
    (void)place;
    return remove(path);
}

void scratch_remove(const struct scratch *scratch)
{
    (void)nftw(scratch->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const struct scratch *scratch, const char *name)
{
    static _Thread_local char path[PATH_MAX + 256];
    (void)snprintf(path, sizeof path, "%s/%s", scratch->path, name);
    return path;
}
