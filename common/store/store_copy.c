/* store_copy: see the header. The new environment is written without syncing and synced once at the
 * end: until then it is no backup, and nobody reads it. */
#include "common/store/store_copy.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/folder.h"
#include "common/store/store_private.h"

#define COPY_MAP_BYTES (1ull << 40) /* address space */
#define COPY_BATCH_BYTES (32u << 20)
#define COPY_PROGRESS_ROWS 20000u
#define COPY_FOLDER_MODE 0700
#define COPY_FILE_MODE 0600
#define DBI_NAMES 1u /* LMDB's unnamed database holds the names of the others */

struct copy {
    const char *from_path, *path; /* for messages; path: of the copy */
    MDB_txn *from, *to;
    MDB_env *env;
    MDB_dbi source, target;
    size_t batch_bytes;
    uint64_t rows_all;
    store_copy_progress progress;
    void *context;
    struct store_copy_report *report;
    crypto_generichash_state *hash; /* the caller's: it wants 64-byte alignment */
};

/* The store that is read is at fault: it is damaged, or its disk fails. */
static enum rc fail_from(const struct copy *copy, int error)
{
    /* A table or row that is not there is no answer here: the snapshot said that it is. */
    const enum rc rc = store_map_error_at(copy->from_path, error, "copy from");
    return rc == RC_NOT_FOUND ? RC_STORE : rc;
}

/* The copy is: its own disk may be full while that of the store has room, and the other way about.
 * What cannot be written says nothing about what is read: it is never damage. */
static enum rc fail(const struct copy *copy, int error)
{
    if (error == 0) {
        return RC_OK;
    }
    const enum rc rc = store_map_error_at(copy->path, error, "copy to");
    copy->report->error = rc == RC_FULL ? ENOSPC : error > 0 ? error : EIO;
    return rc == RC_FULL ? RC_FULL : RC_IO;
}

static void digest(struct copy *copy, const void *bytes, size_t size)
{
    CHECK(bytes != NULL || size == 0);
    unsigned char length[CODEC_U64_BYTES]; /* in front, so that no two tables have the same bytes */
    codec_set_u64(length, size);
    (void)crypto_generichash_update(copy->hash, length, sizeof length);
    (void)crypto_generichash_update(copy->hash, bytes, size);
}

static enum rc target_begin(struct copy *copy)
{
    CHECK(copy->to == NULL);
    CHECK(copy->env != NULL);
    /* In batches, for LMDB keeps every page of a transaction in memory until it commits. */
    copy->batch_bytes = 0;
    return fail(copy, mdb_txn_begin(copy->env, NULL, 0, &copy->to));
}

static enum rc target_commit(struct copy *copy)
{
    CHECK(copy->to != NULL);
    const int error = mdb_txn_commit(copy->to);
    copy->to = NULL;
    return fail(copy, error);
}

static enum rc copy_row(struct copy *copy, MDB_val *key, MDB_val *value)
{
    CHECK(copy->to != NULL);
    CHECK(key->mv_size > 0);
    digest(copy, key->mv_data, key->mv_size);
    digest(copy, value->mv_data, value->mv_size);
    /* In key order, so every page is filled to the brim and none is split. */
    const int error = mdb_put(copy->to, copy->target, key, value, MDB_APPEND);
    if (error != 0) {
        return fail(copy, error);
    }
    copy->report->rows++;
    copy->report->bytes += key->mv_size + value->mv_size;
    copy->batch_bytes += key->mv_size + value->mv_size;
    if (copy->progress != NULL && copy->report->rows % COPY_PROGRESS_ROWS == 0) {
        copy->progress(copy->context, copy->report->rows, copy->rows_all);
    }
    if (copy->batch_bytes < COPY_BATCH_BYTES) {
        return RC_OK;
    }
    const enum rc rc = target_commit(copy);
    return rc == RC_OK ? target_begin(copy) : rc;
}

static enum rc copy_table(struct copy *copy, const char *name)
{
    CHECK(copy->to != NULL);
    CHECK(name[0] != '\0');
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    int error = mdb_dbi_open(copy->from, name, 0, &copy->source);
    if (error != 0) {
        return fail_from(copy, error);
    }
    error = mdb_dbi_open(copy->to, name, MDB_CREATE, &copy->target);
    if (error == 0) {
        error = mdb_cursor_open(copy->from, copy->source, &cursor);
        if (error != 0) {
            return fail_from(copy, error);
        }
    }
    if (error != 0) {
        return fail(copy, error);
    }
    digest(copy, name, strlen(name));
    copy->report->tables++;
    enum rc rc = RC_OK;
    error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (error == 0 && rc == RC_OK) {
        rc = copy_row(copy, &key, &value);
        error = rc == RC_OK ? mdb_cursor_get(cursor, &key, &value, MDB_NEXT) : 0;
    }
    mdb_cursor_close(cursor);
    return rc != RC_OK || error == MDB_NOTFOUND ? rc : fail_from(copy, error);
}

/* Names are copied out: opening a table may move what the cursor points to. */
static enum rc copy_tables(struct copy *copy)
{
    char names[STORE_TABLES_MAX][STORE_TABLE_NAME_BYTES];
    unsigned count = 0;
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    int error = mdb_cursor_open(copy->from, DBI_NAMES, &cursor);
    if (error != 0) {
        return fail_from(copy, error);
    }
    for (error = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); error == 0;
         error = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        MDB_stat stat;
        if (count == STORE_TABLES_MAX || key.mv_size >= STORE_TABLE_NAME_BYTES) {
            error = MDB_INVALID;
            break;
        }
        memcpy(names[count], key.mv_data, key.mv_size);
        names[count][key.mv_size] = '\0';
        if (mdb_dbi_open(copy->from, names[count], 0, &copy->source) == 0 &&
            mdb_stat(copy->from, copy->source, &stat) == 0) {
            copy->rows_all += stat.ms_entries;
        }
        count++;
    }
    mdb_cursor_close(cursor);
    if (error != MDB_NOTFOUND) {
        return fail_from(copy, error);
    }
    enum rc rc = target_begin(copy);
    for (unsigned table = 0; table < count && rc == RC_OK; table++) {
        rc = copy_table(copy, names[table]);
    }
    return rc == RC_OK ? target_commit(copy) : rc;
}

static enum rc open_target(struct copy *copy, const char *path)
{
    CHECK(copy->env == NULL);
    CHECK(path[0] != '\0');
    if (mkdir(path, COPY_FOLDER_MODE) != 0) {
        return errno == EEXIST ? RC_EXISTS : fail(copy, errno);
    }
    int error = mdb_env_create(&copy->env);
    if (error == 0) {
        error = mdb_env_set_maxdbs(copy->env, STORE_TABLES_MAX);
    }
    if (error == 0) {
        error = mdb_env_set_mapsize(copy->env, COPY_MAP_BYTES);
    }
    /* No sync a commit: until the last one it is no backup, and a crash leaves a folder that
     * says so. */
    if (error == 0) {
        /* Nobody else knows of it yet. A lock file would be mapped, and a full disk would end this
         * process there instead of being told. */
        error = mdb_env_open(copy->env, path, MDB_NOTLS | MDB_NOSYNC | MDB_NOLOCK, COPY_FILE_MODE);
    }
    return error == 0 ? RC_OK : fail(copy, error);
}

enum rc store_copy(struct store_txn *from, const char *path, store_copy_progress progress,
                   void *context, struct store_copy_report *report)
{
    CHECK(from->txn != NULL);
    CHECK(!from->write); /* a snapshot: what it copies is committed */
    crypto_generichash_state hash;
    /* Row by row instead of mdb_env_copy: that copies free pages too, and would carry damage
     * along unread. */
    struct copy copy = {.hash = &hash,
                        .from_path = from->store->path,
                        .path = path,
                        .from = from->txn,
                        .progress = progress,
                        .context = context,
                        .report = report};
    memset(report, 0, sizeof *report);
    if (sodium_init() < 0 ||
        crypto_generichash_init(&hash, NULL, 0, STORE_COPY_DIGEST_BYTES) != 0) {
        return RC_STORE;
    }
    enum rc rc = open_target(&copy, path);
    if (rc == RC_OK) {
        rc = copy_tables(&copy);
    }
    if (copy.to != NULL) {
        mdb_txn_abort(copy.to);
    }
    if (rc == RC_OK) {
        rc = fail(&copy, mdb_env_sync(copy.env, 1));
    }
    if (copy.env != NULL) {
        mdb_env_close(copy.env);
    }
    (void)crypto_generichash_final(&hash, report->digest, sizeof report->digest);
    if (rc == RC_OK) {
        rc = folder_sync(path);
        report->error = rc == RC_OK ? 0 : errno;
    }
    return rc;
}
