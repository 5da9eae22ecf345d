/* port_archive_postgres: the same tables in a PostgreSQL of others, where DATA/secrets/archive/postgres
 * says how it is reached (a connection string of libpq). */
#pragma once

#include "common/run/shell.h"

extern const struct shell_port port_archive_postgres;

/* Its line of SinkList, in the arena; *sink NULL: there is none. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc port_archive_postgres_tell(struct step_view *view, Paidan__Sink **sink);
