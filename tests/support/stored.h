/* stored: what a service's records look like in its store, byte for byte, for golden files.
 *
 * A difference means that a store of yesterday cannot be read: raise the record's version and keep
 * the old reader before the golden file is updated. */
#pragma once

#include "common/step/step.h"
#include "scratch.h"
#include "trace.h"

enum { STORED_ID = 7 }; /* the ticket of all these records */

struct stored {
    struct scratch scratch;
    struct store *store;
    struct store_txn *txn; /* a write transaction, never committed */
    struct trace trace;
};

/* An empty store with the service's tables. */
void stored_open(struct stored *stored, const struct step_service *service);
/* Compares what was said with tests/golden/<golden>.txt (NULL: nothing was said), then removes all;
 * a difference ends the test. */
void stored_close(struct stored *stored, const char *golden);
/* Says name and every row of the table: key and value in hex. */
void stored_say(struct stored *stored, unsigned table, const char *name);

/* The value of the table's only row, as the fields alone: without version and checksum. Returns how
 * many bytes. */
size_t stored_fields(struct stored *stored, unsigned table, unsigned char *bytes, size_t size);
/* Puts those fields back under the ticket's key, sealed with that version. */
void stored_put(struct stored *stored, unsigned table, unsigned version, const unsigned char *bytes,
                size_t size);
