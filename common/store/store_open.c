/* store_open: opening, identity, ownership and care of a store.
 *
 * Flags: MDB_NOTLS, so that a read transaction belongs to its handle and not to the thread. No
 * NOSYNC, NOMETASYNC or WRITEMAP: a commit that returned is on the disk. No NORDAHEAD: the hot
 * pages stay in memory anyway, and verify, replay and followers read the log from end to end. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/diag.h"
#include "common/base/folder.h"
#include "common/store/store_private.h"

#define FORMAT_VERSION 2u
#define READERS_MAX 512u
#define MODE_FILE 0600 /* residents' data: the service's user alone */
#define MODE_FOLDER 0700

static const char *const common_tables[STORE_SERVICE] = {
    [STORE_META] = "meta",
    [STORE_LOG] = "log",
    [STORE_CURSOR] = "cursor",
    [STORE_FOLLOWER] = "follower",
    [STORE_DUE] = "due",
    [STORE_REQUEST] = "request",
    [STORE_REQUEST_AGE] = "request_age",
};
static const char format_key[] = "format", service_key[] = "service";

/* LMDB's file locks break when one process opens a path twice: every open store is listed. */
static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct store *registry;

/* ---- opening ---- */

static enum rc make_folder(const char *path)
{
    CHECK(path != NULL);
    char part[PATH_MAX];
    const int count = snprintf(part, sizeof part, "%s", path);
    if (count <= 0 || (size_t)count >= sizeof part) {
        return RC_IO;
    }
    for (char *at = part + 1;; at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        const char kept = *at;
        *at = '\0';
        if (mkdir(part, MODE_FOLDER) == 0) {
            const enum rc rc = folder_sync_parent(part);
            if (rc != RC_OK) {
                return rc;
            }
        } else if (errno != EEXIST) {
            return errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
        }
        if (kept == '\0') {
            return RC_OK;
        }
        *at = kept;
    }
}

static enum rc enlist(struct store *store)
{
    CHECK(!store->listed);
    struct stat folder;
    if (stat(store->path, &folder) != 0 || !S_ISDIR(folder.st_mode)) {
        return RC_IO;
    }
    store->device = folder.st_dev;
    store->inode = folder.st_ino;
    enum rc rc = RC_OK;
    (void)pthread_mutex_lock(&registry_lock);
    for (const struct store *other = registry; other != NULL; other = other->next) {
        if (other->device == store->device && other->inode == store->inode) {
            rc = RC_LOCKED;
        }
    }
    if (rc == RC_OK) {
        store->next = registry;
        registry = store;
        store->listed = true;
    }
    (void)pthread_mutex_unlock(&registry_lock);
    return rc;
}

static void delist(struct store *store)
{
    if (!store->listed) {
        return;
    }
    (void)pthread_mutex_lock(&registry_lock);
    struct store **link = &registry;
    while (*link != store) {
        CHECK(*link != NULL); /* what is listed is in the list */
        link = &(*link)->next;
    }
    *link = store->next;
    (void)pthread_mutex_unlock(&registry_lock);
}

static enum rc take_ownership(struct store *store)
{
    CHECK(store->owner < 0);
    CHECK(!store->read_only);
    char path[PATH_MAX];
    const int count = snprintf(path, sizeof path, "%s/owner", store->path);
    if (count < 0 || (size_t)count >= sizeof path) {
        return RC_IO;
    }
    store->owner = open(path, O_RDWR | O_CREAT | O_CLOEXEC, MODE_FILE);
    if (store->owner < 0) {
        return errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
    }
    /* Of the file, not of LMDB: its own lock lets two processes take turns at writing, each with
     * a head in memory that the other makes wrong. The kernel gives this one up when the process
     * ends, however it ends. */
    if (flock(store->owner, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? RC_LOCKED : RC_IO;
    }
    return RC_OK;
}

/* path: the folder, or with MDB_NOSUBDIR the file. */
static enum rc open_env(struct store *store, uint64_t map_bytes, const char *path, unsigned flags)
{
    CHECK(store->env == NULL);
    CHECK(!store->read_only || (flags & MDB_NOSUBDIR) == 0); /* only what is made is a bare file */
    const enum rc asked = store_ask_fault(store, "open");
    if (asked != RC_OK) {
        return asked;
    }
    int error = mdb_env_create(&store->env);
    if (error == 0) {
        error = mdb_env_set_maxdbs(store->env, STORE_TABLES_MAX);
    }
    if (error == 0) {
        error = mdb_env_set_maxreaders(store->env, READERS_MAX);
    }
    if (error == 0 && !store->read_only) {
        error =
            mdb_env_set_mapsize(store->env, map_bytes != 0 ? map_bytes : STORE_MAP_BYTES_DEFAULT);
    }
    if (error == 0) {
        flags |= MDB_NOTLS | (store->read_only ? MDB_RDONLY : 0);
        error = mdb_env_open(store->env, path, flags, MODE_FILE);
    }
    switch (error) {
    /* Told apart, for people do different things about them: another version of LMDB, a damaged
     * file, a folder that cannot be read. */
    case MDB_VERSION_MISMATCH:
        return RC_FORMAT;
    case MDB_INVALID:
    case MDB_CORRUPTED:
        return RC_CORRUPT;
    case ENOENT:
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOTDIR:
        return RC_IO;
    default:
        return store_map_error(store, error, "open");
    }
}

static void name_tables(struct store *store, const char *const *tables)
{
    unsigned count = 0;
    for (; count < STORE_SERVICE; count++) {
        (void)snprintf(store->names[count], STORE_TABLE_NAME_BYTES, "%s", common_tables[count]);
    }
    for (unsigned index = 0; tables != NULL && tables[index] != NULL; index++, count++) {
        CHECK(count < STORE_TABLES_MAX);
        CHECK(tables[index][0] != '\0');
        CHECK(strlen(tables[index]) < STORE_TABLE_NAME_BYTES);
        (void)snprintf(store->names[count], STORE_TABLE_NAME_BYTES, "%s", tables[index]);
    }
    /* The order is the handle: a service names its tables in an enum that begins at
     * STORE_SERVICE. */
    CHECK(count >= STORE_SERVICE);
    store->table_count = count;
}

static enum rc write_identity(struct store_txn *txn, const char *service)
{
    CHECK(txn->write);
    CHECK(service[0] != '\0');
    unsigned char bytes[64];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, FORMAT_VERSION);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    const enum rc rc =
        store_put(txn, STORE_META, format_key, sizeof format_key - 1, bytes, writer.used);
    if (rc != RC_OK) {
        return rc;
    }
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, FORMAT_VERSION);
    codec_put_text(&writer, service);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, STORE_META, service_key, sizeof service_key - 1, bytes, writer.used);
}

static enum rc read_sealed(struct store_txn *txn, const char *key, struct codec_reader *reader)
{
    CHECK(key[0] != '\0');
    const void *value = NULL;
    size_t bytes = 0;
    uint8_t version = 0;
    enum rc rc = store_get(txn, STORE_META, key, strlen(key), &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        return RC_FORMAT;
    }
    if (rc == RC_OK) {
        rc = codec_unseal(reader, value, bytes, &version);
    }
    if (rc == RC_OK && version != FORMAT_VERSION) {
        diag_log(DIAG_ERROR, "store", "path=\"%s\" format=%u supported=%u", txn->store->path,
                 version, FORMAT_VERSION);
        rc = RC_FORMAT;
    }
    return rc;
}

static enum rc check_identity(struct store_txn *txn, const char *service)
{
    CHECK(service[0] != '\0');
    struct codec_reader reader;
    char stored[64];
    enum rc rc = read_sealed(txn, format_key, &reader);
    if (rc == RC_OK) {
        rc = read_sealed(txn, service_key, &reader);
    }
    if (rc != RC_OK) {
        return rc;
    }
    codec_get_text(&reader, stored, sizeof stored);
    if (!codec_done(&reader)) {
        return RC_CORRUPT;
    }
    /* A folder given to the wrong service would be folded into by the wrong core: nothing is
     * opened for writing before this. */
    if (strcmp(stored, service) != 0) {
        diag_log(DIAG_ERROR, "store", "path=\"%s\" belongs_to=%s opened_by=%s", txn->store->path,
                 stored, service);
        return RC_FORMAT;
    }
    return RC_OK;
}

/* Opens the tables in one transaction; the identity is checked before any table is made. */
static enum rc open_tables(struct store_txn *txn, const char *service)
{
    struct store *store = txn->store;
    CHECK(store->table_count > STORE_META);
    CHECK(txn->write == !store->read_only);
    MDB_stat root;
    const int failed = mdb_stat(txn->txn, 1 /* the unnamed database of names */, &root);
    if (failed != 0) {
        return store_map_error(store, failed, "stat");
    }
    /* Only a store without any table is new. One that lost its identity is not made again: that
     * would hide what happened to it. */
    const bool fresh = root.ms_entries == 0;
    if (fresh && store->read_only) {
        return RC_IO;
    }
    const unsigned flags = store->read_only ? 0 : MDB_CREATE;
    for (unsigned table = 0; table < store->table_count; table++) {
        /* A table of a later version is made when it is missing: adding one needs no new format.
         * The identity is the one that is never made twice. */
        const unsigned create = table == STORE_META && !fresh ? 0 : flags;
        const int error =
            mdb_dbi_open(txn->txn, store->names[table], create, &store->tables[table]);
        if (error == MDB_NOTFOUND || error == MDB_INCOMPATIBLE) {
            return RC_FORMAT;
        }
        enum rc rc = store_map_error(store, error, "table");
        if (rc == RC_OK && table == STORE_META) {
            rc = fresh ? write_identity(txn, service) : check_identity(txn, service);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* How many of the pages from `first` on are in the free list (database 0: transaction -> count,
 * page numbers). */
static enum rc count_free_from(struct store_txn *txn, uint64_t first, uint64_t *pages)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, data;
    int error = mdb_cursor_open(txn->txn, 0, &cursor);
    if (error != 0) {
        return store_map_error(txn->store, error, "free list");
    }
    uint64_t sum = 0;
    for (error = mdb_cursor_get(cursor, &key, &data, MDB_FIRST); error == 0;
         error = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) {
        size_t page = 0;
        for (size_t at = sizeof page; at + sizeof page <= data.mv_size; at += sizeof page) {
            memcpy(&page, (const char *)data.mv_data + at, sizeof page);
            sum += page >= first ? 1 : 0;
        }
    }
    mdb_cursor_close(cursor);
    *pages = sum;
    return error == MDB_NOTFOUND ? RC_OK : store_map_error(txn->store, error, "free list");
}

/* A file that was cut short would end the process at the first page beyond its end. It may be
 * shorter than its last page by pages that were taken and freed in one transaction: those were
 * never written, and are free. */
static enum rc check_length(struct store *store)
{
    CHECK(store->env != NULL);
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    int fd = -1;
    (void)mdb_env_info(store->env, &info);
    (void)mdb_env_stat(store->env, &stat);
    if (mdb_env_get_fd(store->env, &fd) != 0 || fstat(fd, &file) != 0) {
        return RC_IO;
    }
    CHECK(stat.ms_psize > 0);
    /* LMDB reads through a map: a page beyond the end is SIGBUS, at a moment that nobody chose. */
    const uint64_t pages = (uint64_t)file.st_size / stat.ms_psize;
    if (pages > info.me_last_pgno) {
        return RC_OK;
    }
    struct store_txn *txn = NULL;
    uint64_t free_pages = 0;
    enum rc rc = store_begin(store, false, &txn);
    if (rc == RC_OK) {
        rc = count_free_from(txn, pages, &free_pages);
        store_abort(txn);
    }
    if (rc == RC_OK && free_pages < info.me_last_pgno + 1 - pages) {
        diag_log(DIAG_ERROR, "store", "path=\"%s\" cut_short=1 pages=%llu last_page=%llu",
                 store->path, (unsigned long long)pages, (unsigned long long)info.me_last_pgno);
        rc = RC_CORRUPT;
    }
    return rc;
}

/* All tables in one transaction, committed: of the environment that is open. */
static enum rc open_handles(struct store *store, const char *service)
{
    CHECK(store->env != NULL);
    CHECK(service != NULL);
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(store, !store->read_only, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    rc = open_tables(txn, service);
    if (rc != RC_OK) {
        store_abort(txn);
        return rc;
    }
    /* Also for reading: handles opened by a transaction that is committed stay open. */
    return store_commit(txn);
}

/* A store begins under a passing name and gets its own when all of it is on the disk: LMDB refuses
 * a file in which a power cut left but a part of its first two pages. What is left of a beginning
 * that was cut off holds nothing and is thrown away. Other processes never open the passing name,
 * so it needs no lock file. */
static enum rc create_file(struct store *store, const struct store_options *options,
                           const char *path)
{
    CHECK(!store->read_only);
    CHECK(store->owner >= 0); /* nobody else makes it meanwhile */
    char passing[PATH_MAX];
    const int count = snprintf(passing, sizeof passing, "%s.new", path);
    if (count < 0 || (size_t)count >= sizeof passing) {
        return RC_IO;
    }
    if (unlink(passing) != 0 && errno != ENOENT) {
        return RC_IO;
    }
    enum rc rc = open_env(store, options->map_bytes, passing, MDB_NOSUBDIR | MDB_NOLOCK);
    if (rc == RC_OK) {
        rc = open_handles(store, options->service);
    }
    if (store->env != NULL) {
        mdb_env_close(store->env);
        store->env = NULL;
    }
    if (rc == RC_OK) {
        rc = store_ask_fault(store, "rename");
    }
    if (rc == RC_OK && rename(passing, path) != 0) {
        rc = errno == ENOSPC || errno == EDQUOT ? RC_FULL : RC_IO;
    }
    if (rc != RC_OK) {
        (void)unlink(passing);
    }
    return rc;
}

static enum rc ensure_file(struct store *store, const struct store_options *options)
{
    CHECK(!store->read_only);
    CHECK(store->owner >= 0);
    char path[PATH_MAX];
    struct stat file;
    const int count = snprintf(path, sizeof path, "%s/data.mdb", store->path);
    if (count < 0 || (size_t)count >= sizeof path) {
        return RC_IO;
    }
    enum rc rc = RC_OK;
    if (stat(path, &file) != 0) {
        rc = errno == ENOENT ? create_file(store, options, path) : RC_IO;
    } else if (file.st_size == 0) {
        rc = RC_CORRUPT; /* LMDB would take it for a new one and forget everything */
    }
    /* Every time: an earlier process may have been killed between its rename and its sync. */
    return rc == RC_OK ? folder_sync(store->path) : rc;
}

static enum rc open_all(struct store *store, const struct store_options *options)
{
    CHECK(store->table_count >= STORE_SERVICE);
    enum rc rc = store->read_only ? RC_OK : make_folder(store->path);
    if (rc == RC_OK) {
        rc = enlist(store);
    }
    if (rc == RC_OK && !store->read_only) {
        rc = take_ownership(store);
    }
    if (rc == RC_OK && !store->read_only) {
        rc = ensure_file(store, options);
    }
    if (rc == RC_OK) {
        rc = open_env(store, options->map_bytes, store->path, 0);
    }
    if (rc == RC_OK) {
        rc = check_length(store);
    }
    return rc == RC_OK ? open_handles(store, options->service) : rc;
}

enum rc store_open(struct store **store, const struct store_options *options)
{
    CHECK(options->path != NULL);
    CHECK(options->service != NULL);
    struct store *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return RC_STORE;
    }
    opened->owner = -1;
    opened->read_only = options->read_only;
    store_set_fault(opened, options->fault, options->fault_context);
    const int count = snprintf(opened->path, sizeof opened->path, "%s", options->path);
    if (count <= 0 || (size_t)count >= sizeof opened->path) {
        free(opened);
        return RC_IO;
    }
    name_tables(opened, options->tables);
    const enum rc rc = open_all(opened, options);
    if (rc != RC_OK) {
        store_close(opened);
        return rc;
    }
    CHECK(opened->env != NULL);
    CHECK(opened->listed);
    *store = opened;
    return RC_OK;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->env != NULL) {
        mdb_env_close(store->env);
    }
    /* Closed last: while the environment is open nobody else may own it. */
    if (store->owner >= 0) {
        (void)close(store->owner);
    }
    delist(store);
    free(store);
}

/* ---- care ---- */

/* Pages in the free list (database 0: transaction -> count, page numbers). */
static enum rc count_free_pages(struct store_txn *txn, uint64_t *pages)
{
    MDB_cursor *cursor = NULL;
    MDB_val key, data;
    int error = mdb_cursor_open(txn->txn, 0, &cursor);
    if (error != 0) {
        return store_map_error(txn->store, error, "usage");
    }
    uint64_t sum = 0;
    for (error = mdb_cursor_get(cursor, &key, &data, MDB_FIRST); error == 0;
         error = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) {
        size_t count = 0;
        CHECK(data.mv_size >= sizeof count);
        memcpy(&count, data.mv_data, sizeof count);
        sum += count;
    }
    mdb_cursor_close(cursor);
    if (error != MDB_NOTFOUND) {
        return store_map_error(txn->store, error, "usage");
    }
    *pages = sum;
    return RC_OK;
}

/* One line of mdb_reader_list: "pid thread txnid"; a reader at rest shows "-". */
static int see_reader(const char *line, void *context)
{
    CHECK(context != NULL);
    uint64_t *oldest = context;
    unsigned long long txn = 0;
    if (sscanf(line, "%*d %*x %llu", &txn) == 1 && txn < *oldest) {
        *oldest = txn;
    }
    return 0;
}

enum rc store_usage(struct store *store, struct store_usage *usage)
{
    CHECK(store->env != NULL);
    MDB_envinfo info;
    MDB_stat stat;
    struct statvfs disk;
    /* Pages of the free list are room that a writer finds again, but only those that no reader
     * can still see: one that never ends makes a store grow that is nearly empty. */
    uint64_t free_pages = 0, oldest = UINT64_MAX;
    struct store_txn *txn = NULL;
    if (statvfs(store->path, &disk) != 0) {
        return RC_STORE;
    }
    (void)mdb_reader_list(store->env, see_reader, &oldest);
    enum rc rc = store_begin(store, false, &txn);
    if (rc != RC_OK) {
        return rc;
    }
    rc = count_free_pages(txn, &free_pages);
    store_abort(txn);
    if (rc != RC_OK) {
        return rc;
    }
    (void)mdb_env_info(store->env, &info);
    (void)mdb_env_stat(store->env, &stat);
    const uint64_t pages = info.me_last_pgno + 1;
    *usage = (struct store_usage){
        .map_bytes = info.me_mapsize,
        .used_bytes = (pages > free_pages ? pages - free_pages : 0) * stat.ms_psize,
        .disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize,
        .oldest_reader_lag = oldest < info.me_last_txnid ? info.me_last_txnid - oldest : 0,
    };
    return RC_OK;
}

unsigned store_table_count(const struct store *store)
{
    CHECK(store->table_count >= STORE_SERVICE);
    return store->table_count;
}

const char *store_table_name(const struct store *store, unsigned table)
{
    CHECK(table < store->table_count);
    return store->names[table];
}

bool store_is_read_only(const struct store *store)
{
    return store->read_only;
}
