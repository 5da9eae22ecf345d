/* port_archive_sqlite: DATA/archive/archive.sqlite: what was archived, as tables that anybody may ask
 * (README.md has them). One writer, this; others read.
 *
 * Its place in archive's log is written with what was read up to there, in one transaction, so each
 * event is in it once. WAL without a sync a commit: what a power cut takes is read from the log again. */
#pragma once

#include <sqlite3.h>

#include "archive_row.h"
#include "port_archive_log.h"

enum {
    PORT_ARCHIVE_SCHEMA = 2, /* another one is set aside, and made anew */
};

struct port_archive_sqlite;

/* Opens or makes it. RC_OK. RC_CORRUPT: it is damaged, or no such file; RC_FORMAT: of another schema.
 * RC_LOCKED: somebody holds it. RC_FULL, RC_IO, RC_LIMIT. */
MUST_CHECK enum rc port_archive_sqlite_open(const char *path, struct port_archive_sqlite **file);
void port_archive_sqlite_close(struct port_archive_sqlite *file); /* NULL: nothing */
/* As it is committed. */
const struct port_archive_place *port_archive_sqlite_place(const struct port_archive_sqlite *file);

/* A transaction: begin, put..., commit; every failure undoes it. Codes as open, without RC_FORMAT. */
MUST_CHECK enum rc port_archive_sqlite_begin(struct port_archive_sqlite *file);
MUST_CHECK enum rc port_archive_sqlite_put(struct port_archive_sqlite *file, struct arena *arena,
                                           const struct site *site,
                                           const struct port_archive_item *item);
MUST_CHECK enum rc port_archive_sqlite_commit(struct port_archive_sqlite *file,
                                              const struct port_archive_place *place);
void port_archive_sqlite_undo(struct port_archive_sqlite *file);

/* For reading; its schema is README.md's. */
sqlite3 *port_archive_sqlite_db(struct port_archive_sqlite *file);
/* What a code of the library means here. RC_OK for a row, a result, the end. */
enum rc port_archive_sqlite_rc(int code);
/* Whether the file at path is still the one that is open, and a database: somebody may have deleted or
 * replaced it, and what is written then goes nowhere. */
bool port_archive_sqlite_stands(const struct port_archive_sqlite *file, const char *path);
