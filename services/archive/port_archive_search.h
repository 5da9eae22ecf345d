/* port_archive_search: Search, answered from the file that port_archive_sqlite writes. */
#pragma once

#include "port_archive_sqlite.h"

/* What a search may cost inside SQLite. */
struct port_archive_bounds {
    uint32_t each; /* steps of its machine between two looks at how many there were */
    uint32_t
        pages; /* looks, once a row was seen: the page ends, and goes on from there. Some 50 ms */
    uint32_t first;    /* looks before the first row, and */
    uint64_t first_us; /* time: then SEARCH_TOO_WIDE. Some 500 ms */
};
extern const struct port_archive_bounds port_archive_bounds;

/* As step_service.query: bounded by rows looked at, by the page and by bounds. Else a code of the file's, and
 * nothing is answered. RC_OK, RC_LIMIT (arena), and as port_archive_sqlite_rc. */
MUST_CHECK enum rc port_archive_search(struct port_archive_sqlite *file, struct step_view *view,
                                       const Paidan__Search *wish,
                                       const struct port_archive_bounds *bounds,
                                       Paidan__Answer *answer);
