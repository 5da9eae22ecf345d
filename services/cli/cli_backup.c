/* cli_backup: a consistent copy of the four stores while the services run, and back.
 *
 * Consistent: no service's cursor points beyond the log it follows, so that after a restore each
 * goes on where it was. Snapshots of four processes are not taken at one moment; whichever log lies
 * behind a cursor gets a younger snapshot, until none does. The MANIFEST is written last: a folder
 * without it is no backup. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli_apart.h"
#include "cli_commands.h"
#include "cli_json.h"
#include "cli_log.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/say/code.h"
#include "common/store/cursor.h"
#include "common/store/evlog.h"
#include "common/store/store_copy.h"

enum { BACKUP_FORMAT = 1, ROUNDS_MAX = 1000, PROGRESS_US = 200000 };

struct source {
    const char *service;
    struct store *store;
    struct store_txn *txn;
    uint64_t first_seq, head_seq;
    struct store_copy_report report;
};

struct backup {
    struct cli *cli;
    struct source sources[CLI_SERVICES];
    const char *copying; /* for the progress line */
    uint64_t shown_us;
    bool progress;
};

/* ---- folders ----------------------------------------------------------------------------------
 */

/* Absent or empty? */
static bool folder_free(const char *path)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return errno == ENOENT;
    }
    unsigned entries = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(folder);
    return entries == 0;
}

/* One that is there is taken as it is: its emptiness was looked at before. */
static int make_folder(struct cli *cli, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return CLI_EXIT_OK;
    }
    return cli_fail(cli, CLI_EXIT_IO, "无法建立目录", "cannot make the folder", path);
}

/* At most five times a second: a terminal over a slow line must not slow the copy down. */
static void show_progress(void *context, uint64_t rows, uint64_t rows_all)
{
    struct backup *backup = context;
    const uint64_t now_us = clock_monotonic_us();
    if (backup->progress && now_us - backup->shown_us >= PROGRESS_US) {
        backup->shown_us = now_us;
        fprintf(stderr, "\r\033[K%s %llu%%", backup->copying,
                (unsigned long long)(rows_all == 0 ? 100 : rows * 100 / rows_all));
    }
}

/* A small file, on the disk when this returns. */
static enum rc write_file(const char *path, const char *text, size_t bytes)
{
    /* 0600: a backup holds what residents wrote. */
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return RC_IO;
    }
    const bool written = write(file, text, bytes) == (ssize_t)bytes && fsync(file) == 0;
    return close(file) == 0 && written ? RC_OK : RC_IO;
}

/* Copies DATA/clock, which is part of a demo's data; a real instance has none. */
static enum rc copy_clock(const char *from_folder, const char *to_folder)
{
    char path[PATH_MAX + 16], text[256];
    (void)snprintf(path, sizeof path, "%s/clock", from_folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return errno == ENOENT ? RC_OK : RC_IO;
    }
    const size_t bytes = fread(text, 1, sizeof text, file);
    fclose(file);
    (void)snprintf(path, sizeof path, "%s/clock", to_folder);
    return write_file(path, text, bytes);
}

/* ---- a consistent set -------------------------------------------------------------------------
 */

static enum rc open_source(struct source *source, const char *folder)
{
    char path[PATH_MAX + 40];
    (void)snprintf(path, sizeof path, "%s/%s", folder, source->service);
    const struct store_options options = {
        .path = path, .service = source->service, .read_only = true};
    return store_open(&source->store, &options);
}

/* A younger picture of this store: all that is read afterwards is of one moment. */
static enum rc snapshot(struct source *source)
{
    CHECK(source->store != NULL);
    store_abort(source->txn);
    source->txn = NULL;
    enum rc rc = store_begin(source->store, false, &source->txn);
    struct evlog evlog;
    if (rc == RC_OK) {
        rc = evlog_init(&evlog, 4096, 1);
    }
    if (rc != RC_OK) {
        return rc;
    }
    rc = evlog_load(&evlog, source->txn);
    source->first_seq = evlog.first_seq;
    source->head_seq = evlog.head_seq;
    evlog_fini(&evlog);
    return rc;
}

static void close_sources(struct backup *backup)
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        store_abort(backup->sources[index].txn);
        store_close(backup->sources[index].store);
        backup->sources[index].txn = NULL;
        backup->sources[index].store = NULL;
    }
}

/* Gives each log that lies behind a cursor a younger snapshot; *renewed says how many. */
static enum rc renew_lagging(struct backup *backup, unsigned *renewed)
{
    *renewed = 0;
    for (size_t follower = 0; follower < CLI_SERVICES; follower++) {
        for (size_t followed = 0; followed < CLI_SERVICES; followed++) {
            struct source *log = &backup->sources[followed];
            struct cursor cursor;
            enum rc rc = cursor_get(backup->sources[follower].txn, log->service, &cursor);
            if (rc == RC_OK && cursor.seq > log->head_seq) {
                (*renewed)++;
                rc = snapshot(log);
            }
            if (rc != RC_OK) {
                return rc;
            }
        }
    }
    return RC_OK;
}

/* Snapshots that belong together. Each round only makes logs longer, so that it ends as soon as
 * the services write no faster than snapshots are taken. */
static enum rc take_set(struct backup *backup)
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const enum rc rc = snapshot(&backup->sources[index]);
        if (rc != RC_OK) {
            return rc;
        }
    }
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        unsigned renewed = 0;
        const enum rc rc = renew_lagging(backup, &renewed);
        if (rc != RC_OK || renewed == 0) {
            return rc;
        }
    }
    return RC_AGAIN; /* cursors that no log ever reaches: the stores do not belong together */
}

/* ---- backup -----------------------------------------------------------------------------------
 */

static void hexadecimal(const unsigned char *bytes, size_t size, char *text)
{
    for (size_t index = 0; index < size; index++) {
        (void)snprintf(text + 2 * index, 3, "%02x", bytes[index]);
    }
}

/* Last of all and on the disk: what says "this is whole" must not exist before it is true. */
static enum rc write_manifest(struct backup *backup, const char *folder)
{
    char path[PATH_MAX + 16], digest[2 * STORE_COPY_DIGEST_BYTES + 1], *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    if (memory == NULL) {
        return RC_IO;
    }
    fprintf(memory, "paidan-backup %d\nversion %s\n", BACKUP_FORMAT, PAIDAN_VERSION);
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const struct source *source = &backup->sources[index];
        hexadecimal(source->report.digest, sizeof source->report.digest, digest);
        fprintf(memory, "service %s first %llu head %llu tables %llu rows %llu digest %s\n",
                source->service, (unsigned long long)source->first_seq,
                (unsigned long long)source->head_seq, (unsigned long long)source->report.tables,
                (unsigned long long)source->report.rows, digest);
    }
    const bool made = fclose(memory) == 0;
    (void)snprintf(path, sizeof path, "%s/MANIFEST", folder);
    enum rc rc = made ? write_file(path, text, bytes) : RC_IO;
    free(text);
    if (rc == RC_OK) {
        rc = store_copy_sync(folder);
    }
    return rc;
}

/* One store after the other, each from its own snapshot; what a service writes meanwhile is not in
 * it. */
static enum rc copy_all(struct backup *backup, const char *folder)
{
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        struct source *source = &backup->sources[index];
        char path[PATH_MAX + 40];
        CHECK(source->txn != NULL);
        (void)snprintf(path, sizeof path, "%s/%s", folder, source->service);
        backup->copying = source->service;
        const enum rc rc = store_copy(source->txn, path, show_progress, backup, &source->report);
        /* Copied: the running service need not keep this snapshot's pages any longer. */
        store_abort(source->txn);
        source->txn = NULL;
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* For backup and restore alike: what went over, store by store. */
static int tell_set(struct cli *cli, const struct backup *backup, const char *folder)
{
    json_t *list = json_array();
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        const struct source *source = &backup->sources[index];
        json_t *object = json_object();
        json_object_set_new(object, "service", json_string(source->service));
        json_object_set_new(object, "head", json_integer((json_int_t)source->head_seq));
        json_object_set_new(object, "rows", json_integer((json_int_t)source->report.rows));
        json_array_append_new(list, object);
        if (!cli->json) {
            printf(cli_say(cli, "%-12s %10llu 条记录 %10llu 行\n",
                           "%-12s %10llu records %10llu rows\n"),
                   source->service, (unsigned long long)source->head_seq,
                   (unsigned long long)source->report.rows);
        }
    }
    if (!cli->json) {
        json_decref(list);
        printf("%s %s\n", cli_say(cli, "完成：", "done:"), folder);
        return CLI_EXIT_OK;
    }
    json_t *object = json_object();
    json_object_set_new(object, "folder", json_string(folder));
    json_object_set_new(object, "services", list);
    return cli_json_print(cli, object);
}

/* A copy that fails takes its stores away again: half a backup looks like one to a hurried reader.
 */
static int run_backup(struct backup *backup, const char *folder)
{
    struct cli *cli = backup->cli;
    enum rc rc = RC_OK;
    for (size_t index = 0; index < CLI_SERVICES && rc == RC_OK; index++) {
        backup->sources[index].service = cli_services[index];
        rc = open_source(&backup->sources[index], cli->data_dir);
        if (rc != RC_OK) {
            return cli_log_refuse(cli, rc, cli_services[index]);
        }
    }
    rc = take_set(backup);
    if (rc != RC_OK) {
        return rc == RC_AGAIN ? cli_refuse(cli, PAIDAN__CODE__LOG_DIVERGED, cli->data_dir)
                              : cli_log_refuse(cli, rc, cli->data_dir);
    }
    const int status = make_folder(cli, folder);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    rc = copy_all(backup, folder);
    if (rc == RC_OK) {
        rc = copy_clock(cli->data_dir, folder);
    }
    if (rc == RC_OK) {
        rc = write_manifest(backup, folder);
    }
    fputs(backup->progress ? "\r\033[K" : "", stderr);
    if (rc == RC_OK) {
        return tell_set(cli, backup, folder);
    }
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        char path[PATH_MAX + 40];
        (void)snprintf(path, sizeof path, "%s/%s", folder, cli_services[index]);
        cli_log_remove(path);
    }
    return cli_log_refuse(cli, rc, folder);
}

int cli_backup(struct cli *cli)
{
    const char *folder = cli->operands[0];
    struct backup backup = {.cli = cli, .progress = isatty(STDERR_FILENO) == 1};
    if (!folder_free(folder)) {
        return cli_usage(cli, "备份目录必须不存在或为空", "the folder must be new or empty",
                         folder);
    }
    int status = cli_apart(cli, folder, code_exit(PAIDAN__CODE__STORE_CORRUPT), NULL);
    if (status != CLI_APART_CHILD) {
        return status;
    }
    status = run_backup(&backup, folder);
    close_sources(&backup);
    return status;
}

/* ---- restore ----------------------------------------------------------------------------------
 */

struct entry {
    bool there;
    char digest[2 * STORE_COPY_DIGEST_BYTES + 1];
};

/* What the backup claims to hold. Lines of later versions that are not understood are passed over.
 */
static int read_manifest(struct cli *cli, const char *folder, struct entry entries[CLI_SERVICES])
{
    char path[PATH_MAX + 16], line[512], name[40], digest[80];
    (void)snprintf(path, sizeof path, "%s/MANIFEST", folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return cli_usage(cli, "不是完整的备份：没有 MANIFEST", "not a whole backup: no MANIFEST",
                         folder);
    }
    int format = 0;
    const bool known = fgets(line, sizeof line, file) != NULL &&
                       sscanf(line, "paidan-backup %d", &format) == 1 && format == BACKUP_FORMAT;
    while (known && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "service %39s first %*u head %*u tables %*u rows %*u digest %79s", name,
                   digest) != 2) {
            continue;
        }
        for (size_t index = 0; index < CLI_SERVICES; index++) {
            if (strcmp(name, cli_services[index]) == 0) {
                entries[index].there = true;
                (void)snprintf(entries[index].digest, sizeof entries[index].digest, "%.64s",
                               digest);
            }
        }
    }
    fclose(file);
    if (!known) {
        return cli_refuse(cli, PAIDAN__CODE__STORE_FORMAT, path);
    }
    /* A set with a service missing would start, and lose that service's share. */
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        if (!entries[index].there) {
            return cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, cli_services[index]);
        }
    }
    return CLI_EXIT_OK;
}

/* Verifies one log of the backup, copies the store and compares its digest. */
static int restore_one(struct backup *backup, struct source *source, const struct entry *entry,
                       const char *folder, const char *into)
{
    struct cli *cli = backup->cli;
    char path[PATH_MAX + 64], digest[2 * STORE_COPY_DIGEST_BYTES + 1];
    struct evlog_report report = {0};
    enum rc rc = open_source(source, folder);
    if (rc == RC_OK) {
        rc = snapshot(source);
    }
    if (rc == RC_OK) {
        rc = evlog_verify(source->txn, &report);
    }
    if (rc != RC_OK) {
        return cli_log_refuse(cli, rc, source->service);
    }
    (void)snprintf(path, sizeof path, "%s/%s", into, source->service);
    backup->copying = source->service;
    rc = store_copy(source->txn, path, show_progress, backup, &source->report);
    if (rc != RC_OK) {
        return cli_log_refuse(cli, rc, path);
    }
    hexadecimal(source->report.digest, sizeof source->report.digest, digest);
    return strcmp(digest, entry->digest) == 0
               ? CLI_EXIT_OK
               : cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, source->service);
}

/* All four are whole: give them their names. */
static enum rc move_in(const char *into, const char *data)
{
    char from[PATH_MAX + 64], to[PATH_MAX + 64];
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        (void)snprintf(from, sizeof from, "%s/%s", into, cli_services[index]);
        (void)snprintf(to, sizeof to, "%s/%s", data, cli_services[index]);
        if (rename(from, to) != 0) {
            return RC_IO;
        }
    }
    return rmdir(into) == 0 ? store_copy_sync(data) : RC_IO;
}

/* Takes away what a restore that failed has made. */
static void discard(const char *into)
{
    char path[PATH_MAX + 64];
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        (void)snprintf(path, sizeof path, "%s/%s", into, cli_services[index]);
        cli_log_remove(path);
    }
    (void)rmdir(into);
}

/* Everything goes into DATA/restoring first and is moved only when all four are whole: a failed
 * restore leaves an empty folder, never a mixture. */
static int run_restore(struct backup *backup, const char *folder, const struct entry *entries)
{
    struct cli *cli = backup->cli;
    char into[PATH_MAX + 16];
    (void)snprintf(into, sizeof into, "%s/restoring", cli->data_dir);
    int status = make_folder(cli, cli->data_dir);
    if (status == CLI_EXIT_OK) {
        status = make_folder(cli, into);
    }
    for (size_t index = 0; index < CLI_SERVICES && status == CLI_EXIT_OK; index++) {
        backup->sources[index].service = cli_services[index];
        status = restore_one(backup, &backup->sources[index], &entries[index], folder, into);
    }
    fputs(backup->progress ? "\r\033[K" : "", stderr);
    if (status == CLI_EXIT_OK) {
        enum rc rc = copy_clock(folder, cli->data_dir);
        if (rc == RC_OK) {
            rc = move_in(into, cli->data_dir);
        }
        return rc == RC_OK ? tell_set(cli, backup, cli->data_dir) : cli_log_refuse(cli, rc, into);
    }
    discard(into);
    return status;
}

int cli_backup_restore(struct cli *cli)
{
    const char *folder = cli->operands[0];
    struct backup backup = {.cli = cli, .progress = isatty(STDERR_FILENO) == 1};
    struct entry entries[CLI_SERVICES] = {0};
    if (!folder_free(cli->data_dir)) {
        return cli_usage(cli, "数据目录必须不存在或为空", "the data folder must be new or empty",
                         cli->data_dir);
    }
    const int damaged = code_exit(PAIDAN__CODE__STORE_CORRUPT);
    int status = cli_apart(cli, folder, damaged, NULL);
    if (status == damaged) {
        char into[PATH_MAX + 16];
        (void)snprintf(into, sizeof into, "%s/restoring", cli->data_dir);
        discard(into);
    }
    if (status != CLI_APART_CHILD) {
        return status;
    }
    status = read_manifest(cli, folder, entries);
    if (status == CLI_EXIT_OK) {
        status = run_restore(&backup, folder, entries);
    }
    close_sources(&backup);
    return status;
}
