/* store: one LMDB environment = all durable state of one service.
 *
 * One writer at a time; a commit is durable when it returns (default sync, no NOSYNC flags). Tables
 * are plain databases: no DUPSORT, no INTEGERKEY, keys at most STORE_KEY_BYTES_MAX, fixed-width
 * big-endian. Values returned point into the map and are valid until the next write in that
 * transaction. The directory holds data.mdb (data.mdb.new while it is made: it appears whole or
 * not at all), lock.mdb and `owner` (flock: a second process is refused), and the table STORE_META
 * holds the format version: an unknown one is refused with RC_FORMAT, never guessed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

/* Tables of every service; its own follow from STORE_SERVICE on, in the order it declares them. */
enum store_table {
    STORE_META,        /* format, service name, now_ms, tallies, log chain: evlog, step */
    STORE_LOG,         /* first seq of block -> block: evlog */
    STORE_CURSOR,      /* name of followed log -> seq, checksum: cursor */
    STORE_FOLLOWER,    /* name of follower -> seq it holds durably: trimming never passes it */
    STORE_DUE,         /* due, id, kind -> empty: due */
    STORE_REQUEST,     /* request id -> seq of the stored answer: step */
    STORE_REQUEST_AGE, /* seq -> request id: step, to forget the oldest */
    STORE_SERVICE,
};

struct store;
struct store_txn;
struct record_format;

/* For tests: called before each operation on a store: "open" and "rename" while it is opened,
 * "begin", "get", "walk", "put", "del", "commit"; anything but RC_OK is returned in its place.
 * "committed" is asked after a commit that held: a failure there is a commit that held though it
 * reports failure. */
typedef enum rc (*store_fault)(void *context, const char *operation);

struct store_options {
    const char *path;          /* directory; created if absent (not when read_only) */
    uint64_t map_bytes;        /* 0: STORE_MAP_BYTES_DEFAULT */
    const char *service;       /* stored on creation, checked afterwards */
    const char *const *tables; /* NULL-terminated names of the service's own tables */
    bool read_only;            /* for tools beside a running service: takes no owner lock */
    store_fault fault;         /* from the opening on; NULL: none */
    void *fault_context;
};

/* A file that was cut short is RC_CORRUPT; where even its list of free pages is gone, reading it is
 * SIGBUS, as reading any page beyond the end is: the shell answers that with exit 78.
 * Returns RC_OK, RC_LOCKED, RC_FORMAT, RC_CORRUPT, RC_FULL, RC_IO or RC_STORE. */
MUST_CHECK enum rc store_open(struct store **store, const struct store_options *options);
void store_close(struct store *store);

MUST_CHECK enum rc store_begin(struct store *store, bool write, struct store_txn **txn);
/* Ends txn whatever it returns. RC_OK: durable. RC_FULL: nothing is in force, go on later; where
 * not even the page that puts a commit in force could be written (file systems that copy on write),
 * LMDB gives the environment up, and the next store_begin is RC_STORE. RC_STORE: unknown or broken:
 * leave the process (exit 75) and open again. */
MUST_CHECK enum rc store_commit(struct store_txn *txn);
void store_abort(struct store_txn *txn);

/* Memory of the caller that goes with one write transaction, for what it has decoded of rows it
 * read or wrote and may want again. What was put there under another epoch is not true any more:
 * each transaction that gets it begins a new one. NULL: none. */
struct store_memo {
    uint64_t epoch;
    size_t bytes;
    void *room; /* zero at first */
};
void store_set_memo(struct store_txn *txn, struct store_memo *memo);
struct store_memo *store_memo(struct store_txn *txn);

/* Each returns RC_OK, RC_NOT_FOUND (get, del), RC_EXISTS (insert, append), RC_FULL, RC_CORRUPT (a
 * page is damaged) or RC_STORE. After RC_FULL, RC_CORRUPT or RC_STORE only store_abort is allowed.
 * append: key must be above every key. */
MUST_CHECK enum rc store_get(struct store_txn *txn, unsigned table, const void *key,
                             size_t key_bytes, const void **value, size_t *value_bytes);
MUST_CHECK enum rc store_put(struct store_txn *txn, unsigned table, const void *key,
                             size_t key_bytes, const void *value, size_t value_bytes);
MUST_CHECK enum rc store_insert(struct store_txn *txn, unsigned table, const void *key,
                                size_t key_bytes, const void *value, size_t value_bytes);
MUST_CHECK enum rc store_append(struct store_txn *txn, unsigned table, const void *key,
                                size_t key_bytes, const void *value, size_t value_bytes);
MUST_CHECK enum rc store_del(struct store_txn *txn, unsigned table, const void *key,
                             size_t key_bytes);

/* One record by its format (common/base/record.h), written to or read from the row of that key.
 * Insert and append as above; get adds what record_read returns. */
MUST_CHECK enum rc store_get_record(struct store_txn *txn, unsigned table, const void *key,
                                    size_t key_bytes, const struct record_format *format,
                                    void *record);
MUST_CHECK enum rc store_put_record(struct store_txn *txn, unsigned table, const void *key,
                                    size_t key_bytes, const struct record_format *format,
                                    const void *record);
MUST_CHECK enum rc store_insert_record(struct store_txn *txn, unsigned table, const void *key,
                                       size_t key_bytes, const struct record_format *format,
                                       const void *record);
MUST_CHECK enum rc store_append_record(struct store_txn *txn, unsigned table, const void *key,
                                       size_t key_bytes, const struct record_format *format,
                                       const void *record);

/* An empty row that follows a record, whose key is made of it: `was` and `now` say whether the
 * record has one before and after a change, old and fresh are the keys, both of that many bytes.
 * Nothing happens if the row stays where it is. RC_OK, RC_FULL, RC_STORE, or RC_CORRUPT: the old
 * row is missing, or another stands where the fresh one belongs. */
MUST_CHECK enum rc store_move_key(struct store_txn *txn, unsigned table, bool was, const void *old,
                                  bool now, const void *fresh, size_t bytes);

/* Ordered walk. Writing to the table ends the walk: collect keys first, then change them. One that was opened
 * (RC_OK) is closed by the caller before its transaction ends; closing one that was not does no harm. */
struct store_walk {
    const struct store *store;
    void *cursor;
    const unsigned char *key, *value;
    size_t key_bytes, value_bytes;
};
/* At the first key >= key (key NULL: the first of the table). RC_NOT_FOUND: none. */
MUST_CHECK enum rc store_walk_open(struct store_txn *txn, unsigned table, const void *key,
                                   size_t key_bytes, struct store_walk *walk);
/* At the last key <= key (key NULL: the last of the table). */
MUST_CHECK enum rc store_walk_open_last(struct store_txn *txn, unsigned table, const void *key,
                                        size_t key_bytes, struct store_walk *walk);
MUST_CHECK enum rc store_walk_next(struct store_walk *walk);
MUST_CHECK enum rc store_walk_prev(struct store_walk *walk);
/* Whoever reads a walked key asks first whether it is as long as the keys of its table are. Returns
 * RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc store_walk_key(const struct store_walk *walk, size_t bytes);
void store_walk_close(struct store_walk *walk);

struct store_usage {
    uint64_t map_bytes, used_bytes; /* used: up to the last page ever taken, less the free list */
    uint64_t disk_free_bytes;       /* of the file system, for this user */
    uint64_t oldest_reader_lag;     /* transactions */
};
MUST_CHECK enum rc store_usage(struct store *store, struct store_usage *usage);
/* Frees slots of readers that died; call every few seconds. */
void store_check_readers(struct store *store);
/* Number of tables and name of each, for replay and backup. */
unsigned store_table_count(const struct store *store);
const char *store_table_name(const struct store *store, unsigned table);

bool store_is_read_only(const struct store *store);

void store_set_fault(struct store *store, store_fault fault, void *context);
/* Is it an operation that only reads, and so never finds a store full? */
bool store_operation_reads(const char *operation);
