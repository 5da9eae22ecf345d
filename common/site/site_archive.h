/* site_archive: the section `archive` of site.yaml 归档: where else than in its own file archive keeps its tables. */
#pragma once

#include "common/base/limits.h"

struct site_archive {
    /* Name of the file in DATA/secrets/archive that says how a PostgreSQL is reached; "": the site says nothing, and
     * the file `postgres` is used if there is one; "none": no PostgreSQL, whatever lies there. */
    char postgres[CODE_BYTES_MAX + 1];
};
