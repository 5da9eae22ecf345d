/* store: transactions, rows, records and walks on LMDB 0.9.24, with its traps fenced off. Opening
 * is in store_open.c, which stands above this file.
 *
 * What must stay true: no code of LMDB leaves this folder; a commit that returned is on the disk;
 * what is full, damaged or broken is told apart here and nowhere else, for the three have different
 * answers (wait, tell the caller, leave the process). */
#include "common/store/store.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/base/record.h"
#include "common/store/store_private.h"

/* A short write shows as EIO in 0.9.24; with less than this free it means that the disk is full. */
#define SHORT_WRITE_FREE_BYTES (16u << 20)

/* Asked after the fault, so it may have passed again: then the fault counts as one of the disk
 * and ends the process, which is the safe side. */
static bool disk_is_full(const char *path)
{
    struct statvfs disk;
    return statvfs(path, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < SHORT_WRITE_FREE_BYTES;
}

/* error: of LMDB or errno. */
enum rc store_map_error_at(const char *path, int error, const char *operation)
{
    CHECK(path[0] != '\0');
    switch (error) {
    case MDB_SUCCESS:
        return RC_OK;
    case MDB_NOTFOUND:
        return RC_NOT_FOUND;
    case MDB_KEYEXIST:
        return RC_EXISTS;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        diag_log_limited(DIAG_WARN, "store", "operation=%s full=\"%s\"", operation,
                         mdb_strerror(error));
        return RC_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
        diag_log_limited(DIAG_ERROR, "store", "operation=%s path=\"%s\" damaged=\"%s\"", operation,
                         path, mdb_strerror(error));
        return RC_CORRUPT;
    case EIO:
        if (disk_is_full(path)) {
            diag_log_limited(DIAG_WARN, "store", "operation=%s full=\"short write\"", operation);
            return RC_FULL;
        }
        break;
    default:
        break;
    }
    diag_log(DIAG_ERROR, "store", "operation=%s path=\"%s\" error=\"%s\"", operation, path,
             mdb_strerror(error));
    return RC_STORE;
}

enum rc store_map_error(const struct store *store, int error, const char *operation)
{
    CHECK(store != NULL);
    return store_map_error_at(store->path, error, operation);
}

/* Every operation asks here first, so that a test can make the first, second, third ... fail;
 * outside tests it is one comparison. */
enum rc store_ask_fault(const struct store *store, const char *operation)
{
    CHECK(store != NULL);
    CHECK(operation[0] != '\0');
    return store->fault == NULL ? RC_OK : store->fault(store->fault_context, operation);
}

/* ---- transactions ---- */

void store_check_readers(struct store *store)
{
    CHECK(store->env != NULL);
    int dead = 0;
    /* A process that was killed while it read (log verify, backup) leaves its slot behind; until
     * it is freed no page that it could see is used again, and the file only grows. */
    const int error = mdb_reader_check(store->env, &dead);
    if (error != 0) {
        diag_log_limited(DIAG_WARN, "store", "reader_check=\"%s\"", mdb_strerror(error));
    } else if (dead > 0) {
        diag_log(DIAG_INFO, "store", "readers_freed=%d", dead);
    }
}

enum rc store_begin(struct store *store, bool write, struct store_txn **txn)
{
    CHECK(store->env != NULL);
    CHECK(!write || !store->read_only);
    const enum rc asked = store_ask_fault(store, "begin");
    if (asked != RC_OK) {
        return asked;
    }
    /* The one allocation of a step. LMDB makes some itself here, so one more is no new way to
     * fail. */
    struct store_txn *begun = calloc(1, sizeof *begun);
    if (begun == NULL) {
        return RC_STORE;
    }
    begun->store = store;
    begun->write = write;
    const unsigned flags = write ? 0 : MDB_RDONLY;
    int error = mdb_txn_begin(store->env, NULL, flags, &begun->txn);
    if (error == MDB_MAP_RESIZED) {
        /* Another process grew the map: take its size over. */
        error = mdb_env_set_mapsize(store->env, 0);
        if (error == 0) {
            error = mdb_txn_begin(store->env, NULL, flags, &begun->txn);
        }
    }
    /* Slots of the dead are looked for only now and then (store_check_readers), and all can be
     * taken by them when readers were killed in a row. */
    if (error == MDB_READERS_FULL) {
        store_check_readers(store);
        error = mdb_txn_begin(store->env, NULL, flags, &begun->txn);
    }
    if (error != 0) {
        free(begun);
        return store_map_error(store, error, "begin");
    }
    CHECK(begun->txn != NULL);
    *txn = begun;
    return RC_OK;
}

void store_abort(struct store_txn *txn)
{
    if (txn == NULL) {
        return;
    }
    if (txn->txn != NULL) {
        mdb_txn_abort(txn->txn);
    }
    free(txn);
}

enum rc store_commit(struct store_txn *txn)
{
    CHECK(txn != NULL);
    CHECK(txn->txn != NULL);
    struct store *store = txn->store;
    enum rc rc = txn->write ? store_ask_fault(store, "commit") : RC_OK;
    if (rc != RC_OK) {
        store_abort(txn);
        return rc;
    }
    const bool write = txn->write;
    /* LMDB ends the transaction whatever it returns: txn->txn is gone from here on. */
    rc = store_map_error(store, mdb_txn_commit(txn->txn), "commit");
    free(txn);
    /* No commit has a key to miss: whatever LMDB means by it, what is in force is not known. */
    if (rc == RC_NOT_FOUND || rc == RC_EXISTS) {
        rc = RC_STORE;
    }
    return rc == RC_OK && write ? store_ask_fault(store, "committed") : rc;
}

void store_set_memo(struct store_txn *txn, struct store_memo *memo)
{
    CHECK(txn->write);
    CHECK(memo->room != NULL);
    CHECK(memo->epoch < UINT64_MAX); /* an old epoch never comes back */
    /* What an undone transaction left in the room must never be taken for true: nothing there is
     * of this epoch yet. */
    memo->epoch++;
    txn->memo = memo;
}

struct store_memo *store_memo(struct store_txn *txn)
{
    CHECK(txn != NULL);
    return txn->memo;
}

/* ---- rows ---- */

static MDB_val make_key(const struct store_txn *txn, unsigned table, const void *key,
                        size_t key_bytes)
{
    CHECK(table < txn->store->table_count);
    CHECK(key != NULL);
    CHECK(key_bytes > 0);
    CHECK(key_bytes <= STORE_KEY_BYTES_MAX);
    return (MDB_val){.mv_size = key_bytes, .mv_data = (void *)key};
}

/* The cursor of a write transaction that stays where it last read or wrote in that table: the rows
 * of one input lie close together, so that most are found without going down the tree again. LMDB
 * keeps it right when others write to the table, and closes it with the transaction. Only for what
 * seeks by key: where it stands says nothing. */
static int stay(struct store_txn *txn, unsigned table, MDB_cursor **cursor)
{
    CHECK(txn->write);
    CHECK(table < txn->store->table_count);
    int error = 0;
    if (txn->cursors[table] == NULL) {
        error = mdb_cursor_open(txn->txn, txn->store->tables[table], &txn->cursors[table]);
    }
    *cursor = txn->cursors[table];
    return error;
}

/* For writers. Readers have no cursors that stay: a query reads a row or two of a table and is
 * gone. */
static int seek(struct store_txn *txn, unsigned table, MDB_val *name, MDB_val *data)
{
    MDB_cursor *cursor = NULL;
    const int error = stay(txn, table, &cursor);
    return error == 0 ? mdb_cursor_get(cursor, name, data, MDB_SET) : error;
}

enum rc store_get(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                  const void **value, size_t *value_bytes)
{
    MDB_val name = make_key(txn, table, key, key_bytes), data;
    const enum rc asked = store_ask_fault(txn->store, "get");
    if (asked != RC_OK) {
        return asked;
    }
    const int error = txn->write ? seek(txn, table, &name, &data)
                                 : mdb_get(txn->txn, txn->store->tables[table], &name, &data);
    if (error != 0) {
        return store_map_error(txn->store, error, "get");
    }
    *value = data.mv_data;
    *value_bytes = data.mv_size;
    return RC_OK;
}

static enum rc put(struct store_txn *txn, unsigned table, MDB_val name, const void *value,
                   size_t value_bytes, unsigned flags)
{
    CHECK(txn->write);
    CHECK(table < txn->store->table_count);
    CHECK(value != NULL || value_bytes == 0);
    const enum rc rc = store_ask_fault(txn->store, "put");
    if (rc != RC_OK) {
        return rc;
    }
    /* LMDB copies no bytes from a NULL, but its asserts look at the pointer. */
    MDB_val data = {.mv_size = value_bytes, .mv_data = (void *)(value != NULL ? value : "")};
    MDB_cursor *cursor = NULL;
    int error = 0;
    if ((flags & MDB_APPEND) != 0) {
        /* Trusts its cursor to know the end, so it gets one that has not been elsewhere. */
        error = mdb_put(txn->txn, txn->store->tables[table], &name, &data, flags);
    } else {
        error = stay(txn, table, &cursor);
        error = error == 0 ? mdb_cursor_put(cursor, &name, &data, flags) : error;
    }
    return store_map_error(txn->store, error, "put");
}

enum rc store_put(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                  const void *value, size_t value_bytes)
{
    return put(txn, table, make_key(txn, table, key, key_bytes), value, value_bytes, 0);
}

enum rc store_insert(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                     const void *value, size_t value_bytes)
{
    return put(txn, table, make_key(txn, table, key, key_bytes), value, value_bytes,
               MDB_NOOVERWRITE);
}

enum rc store_append(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                     const void *value, size_t value_bytes)
{
    return put(txn, table, make_key(txn, table, key, key_bytes), value, value_bytes, MDB_APPEND);
}

enum rc store_del(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes)
{
    CHECK(txn->write);
    MDB_val name = make_key(txn, table, key, key_bytes), data;
    const enum rc rc = store_ask_fault(txn->store, "del");
    if (rc != RC_OK) {
        return rc;
    }
    /* By the cursor that stays: what is deleted was nearly always just read. Deleting leaves it
     * at the row after, which is where the next of a run is. */
    int error = seek(txn, table, &name, &data);
    error = error == 0 ? mdb_cursor_del(txn->cursors[table], 0) : error;
    return store_map_error(txn->store, error, "del");
}

/* ---- records ---- */

enum rc store_get_record(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                         const struct record_format *format, void *record)
{
    CHECK(format->rows != NULL);
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, table, key, key_bytes, &value, &bytes);
    return rc == RC_OK ? record_read(format, value, bytes, record) : rc;
}

/* On the stack, for LMDB copies it into its page: no record outlives the call that writes it. */
static enum rc put_record(struct store_txn *txn, unsigned table, MDB_val key,
                          const struct record_format *format, const void *record, unsigned flags)
{
    CHECK(format->version > 0);
    unsigned char bytes[RECORD_BYTES_MAX];
    const size_t used = record_write(format, record, bytes, sizeof bytes);
    return put(txn, table, key, bytes, used, flags);
}

enum rc store_put_record(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                         const struct record_format *format, const void *record)
{
    return put_record(txn, table, make_key(txn, table, key, key_bytes), format, record, 0);
}

enum rc store_insert_record(struct store_txn *txn, unsigned table, const void *key,
                            size_t key_bytes, const struct record_format *format,
                            const void *record)
{
    return put_record(txn, table, make_key(txn, table, key, key_bytes), format, record,
                      MDB_NOOVERWRITE);
}

enum rc store_append_record(struct store_txn *txn, unsigned table, const void *key,
                            size_t key_bytes, const struct record_format *format,
                            const void *record)
{
    return put_record(txn, table, make_key(txn, table, key, key_bytes), format, record, MDB_APPEND);
}

enum rc store_move_key(struct store_txn *txn, unsigned table, bool was, const void *old, bool now,
                       const void *fresh, size_t bytes)
{
    CHECK(txn->write);
    CHECK(bytes > 0);
    CHECK(bytes <= STORE_KEY_BYTES_MAX);
    /* Most changes of a record do not move its rows, and a row that is deleted and put again
     * would cost two pages of every commit. */
    if (was && now && memcmp(old, fresh, bytes) == 0) {
        return RC_OK;
    }
    enum rc rc = RC_OK;
    if (was) {
        rc = store_del(txn, table, old, bytes);
    }
    if (rc == RC_OK && now) {
        /* Not put: a row that is there already belongs to another record, or this one was
         * counted twice. */
        rc = store_insert(txn, table, fresh, bytes, NULL, 0);
    }
    /* Rows are functions of records: one that should be there and is not (or the other way
     * round) says that the two disagree, and no answer made from them could be trusted. */
    return rc == RC_NOT_FOUND || rc == RC_EXISTS ? RC_CORRUPT : rc;
}

/* ---- walks ---- */

/* Damage that a walk meets is told as damage that a get meets: to the caller alone. */
static enum rc move(struct store_walk *walk, MDB_val *name, MDB_cursor_op operation)
{
    CHECK(walk->cursor != NULL);
    MDB_val data;
    const int error = mdb_cursor_get(walk->cursor, name, &data, operation);
    if (error != 0) {
        return store_map_error(walk->store, error, "walk");
    }
    /* Into the map, not copied: valid until the next write of this transaction, as store.h says. */
    walk->key = name->mv_data;
    walk->key_bytes = name->mv_size;
    walk->value = data.mv_data;
    walk->value_bytes = data.mv_size;
    return RC_OK;
}

static enum rc open_cursor(struct store_txn *txn, unsigned table, struct store_walk *walk)
{
    CHECK(table < txn->store->table_count);
    *walk = (struct store_walk){0};
    const enum rc asked = store_ask_fault(txn->store, "walk");
    if (asked != RC_OK) {
        return asked;
    }
    /* One of its own: the cursor that stays is moved by every get and put between two steps of a
     * walk. */
    MDB_cursor *cursor = NULL;
    const int error = mdb_cursor_open(txn->txn, txn->store->tables[table], &cursor);
    if (error != 0) {
        return store_map_error(txn->store, error, "walk");
    }
    walk->cursor = cursor;
    walk->store = txn->store;
    return RC_OK;
}

/* A reading transaction does not free the cursors it leaves open: one that stands nowhere is of no use to
 * anybody, and whoever must remember to close it will once forget. */
static enum rc opened(struct store_walk *walk, enum rc rc)
{
    if (rc != RC_OK) {
        store_walk_close(walk);
    }
    return rc;
}

enum rc store_walk_open(struct store_txn *txn, unsigned table, const void *key, size_t key_bytes,
                        struct store_walk *walk)
{
    CHECK(key != NULL || key_bytes == 0);
    CHECK(key_bytes <= STORE_KEY_BYTES_MAX);
    const enum rc rc = open_cursor(txn, table, walk);
    if (rc != RC_OK) {
        return rc;
    }
    MDB_val name = {.mv_size = key_bytes, .mv_data = (void *)key};
    return opened(walk, move(walk, &name, key == NULL ? MDB_FIRST : MDB_SET_RANGE));
}

enum rc store_walk_open_last(struct store_txn *txn, unsigned table, const void *key,
                             size_t key_bytes, struct store_walk *walk)
{
    CHECK(key != NULL || key_bytes == 0);
    CHECK(key_bytes <= STORE_KEY_BYTES_MAX);
    enum rc rc = open_cursor(txn, table, walk);
    if (rc != RC_OK) {
        return rc;
    }
    MDB_val name = {.mv_size = key_bytes, .mv_data = (void *)key};
    /* LMDB seeks upward only: the first at or above the key is found, and the one before it is
     * the answer unless it is the key itself. */
    rc = key == NULL ? RC_NOT_FOUND : move(walk, &name, MDB_SET_RANGE);
    if (rc == RC_NOT_FOUND) {
        rc = move(walk, &name, MDB_LAST);
    } else if (rc == RC_OK &&
               (walk->key_bytes != key_bytes || memcmp(walk->key, key, key_bytes) != 0)) {
        rc = move(walk, &name, MDB_PREV);
    }
    return opened(walk, rc);
}

enum rc store_walk_next(struct store_walk *walk)
{
    MDB_val name;
    return move(walk, &name, MDB_NEXT);
}

enum rc store_walk_prev(struct store_walk *walk)
{
    MDB_val name;
    return move(walk, &name, MDB_PREV);
}

enum rc store_walk_key(const struct store_walk *walk, size_t bytes)
{
    CHECK(walk->key != NULL);
    CHECK(bytes > 0);
    return walk->key_bytes == bytes ? RC_OK : RC_CORRUPT;
}

void store_walk_close(struct store_walk *walk)
{
    if (walk->cursor != NULL) {
        mdb_cursor_close(walk->cursor);
        walk->cursor = NULL;
    }
}

/* For fault injectors: a full disk stops writing, and a test that lets reading fail with "full"
 * would test what cannot happen. */
bool store_operation_reads(const char *operation)
{
    CHECK(operation[0] != '\0');
    return strcmp(operation, "begin") == 0 || strcmp(operation, "get") == 0 ||
           strcmp(operation, "walk") == 0;
}

void store_set_fault(struct store *store, store_fault fault, void *context)
{
    store->fault = fault;
    store->fault_context = context;
}
