/* store_private: what the store's own files share: store_open.c and store_copy.c stand on store.c;
 * nobody else includes it. */
#pragma once

#include <limits.h>
#include <lmdb.h>
#include <sys/types.h>

#include "common/base/limits.h"
#include "common/store/store.h"

#define STORE_TABLE_NAME_BYTES 32u

struct store {
    MDB_env *env;
    char path[PATH_MAX];
    int owner; /* file descriptor that holds the lock, -1: read only */
    bool read_only, listed;
    dev_t device;
    ino_t inode;
    struct store *next; /* in the registry */
    unsigned table_count;
    char names[STORE_TABLES_MAX][STORE_TABLE_NAME_BYTES];
    MDB_dbi tables[STORE_TABLES_MAX];
    store_fault fault;
    void *fault_context;
};

struct store_txn {
    struct store *store;
    MDB_txn *txn;
    bool write;
    struct store_memo *memo;
    MDB_cursor *cursors[STORE_TABLES_MAX]; /* of a write transaction; NULL: not yet used */
};

/* error: of LMDB or errno; operation: for the log line. */
MUST_CHECK enum rc store_map_error(const struct store *store, int error, const char *operation);
/* The same for a store of that path which is not open here: a full disk is that of the path. */
MUST_CHECK enum rc store_map_error_at(const char *path, int error, const char *operation);
/* What the fault of a test says of an operation; RC_OK without one. */
MUST_CHECK enum rc store_ask_fault(const struct store *store, const char *operation);
