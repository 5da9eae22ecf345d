/* site_files: small sites written in a test, loaded from memory. */
#pragma once

#include "common/site/site_private.h"

struct site_files {
    const char *text[SITE_FILE_COUNT]; /* NULL: as in the good site; "" is an empty file */
    size_t bytes[SITE_FILE_COUNT];     /* 0: strlen */
    bool absent[SITE_FILE_COUNT];
};

/* Two levels (estate, street), three areas, three units, two categories: no mistake. */
extern const char *const site_files_good[SITE_FILE_COUNT];

/* Loads the good site with some files replaced. */
MUST_CHECK enum rc site_files_load(const struct site_files *files, struct site_report *report,
                                   struct site **site);
