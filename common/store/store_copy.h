/* store_copy: the tables of one snapshot, in key order, into a fresh folder; for backup and
 * restore.
 *
 * The copy is compact and has no history of its own: same tables, same keys, same values. It is on
 * the disk when the function returns. */
#pragma once

#include "common/store/store.h"

#define STORE_COPY_DIGEST_BYTES 32

struct store_copy_report {
    uint64_t tables, rows, bytes; /* bytes: of keys and values */
    int error; /* errno of the copy that could not be written, 0: it is not the copy that failed */
    unsigned char digest[STORE_COPY_DIGEST_BYTES]; /* BLAKE2b-256 over names, keys and values */
};

/* Called now and then with the rows copied so far. */
typedef void (*store_copy_progress)(void *context, uint64_t rows, uint64_t rows_all);

/* path: a folder that does not exist yet, in one that does. What was written before a failure
 * stays; the caller removes it. RC_OK; RC_EXISTS, RC_FULL or RC_IO: of the copy (report->error); RC_STORE
 * or RC_CORRUPT: of the store that is read. */
MUST_CHECK enum rc store_copy(struct store_txn *from, const char *path,
                              store_copy_progress progress, void *context,
                              struct store_copy_report *report);
