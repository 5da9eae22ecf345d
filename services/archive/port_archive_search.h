/* port_archive_search: Search, answered from the file that port_archive_sqlite writes. */
#pragma once

#include "port_archive_sqlite.h"

/* As step_service.query: bounded by rows looked at and by the page. Else a code of the file's, and
 * nothing is answered. RC_OK, RC_LIMIT (arena), and as port_archive_sqlite_rc. */
MUST_CHECK enum rc port_archive_search(struct port_archive_sqlite *file, struct step_view *view,
                                       const Paidan__Search *wish, Paidan__Answer *answer);
