/* cli_backup: a consistent copy of all stores while the services run, and back.
 *
 * Consistent: no service's cursor points beyond the log it follows, so that after a restore each
 * goes on where it was. Snapshots of four processes are not taken at one moment; whichever log lies
 * behind a cursor gets a younger snapshot, until none does. The MANIFEST is written last: a folder
 * without it is no backup.
 *
 * Whoever reads what went wrong is in one of two plights, and must not be told of the other: a backup
 * that failed says nothing of restoring, and names the disk that it was written to. */

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
#include "cli_disk.h"
#include "cli_effect.h"
#include "cli_json.h"
#include "cli_log.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/folder.h"
#include "common/base/last_backup.h"
#include "common/say/code.h"
#include "common/store/cursor.h"
#include "common/store/evlog.h"
#include "common/store/store_copy.h"

enum { BACKUP_FORMAT = 1, ROUNDS_MAX = 1000, PROGRESS_US = 200000 };

struct source {
    const char *service;
    bool
        absent; /* not of this instance, or not of this backup: an adapter that the site has not, access
                    where nobody had an account */
    struct store *store;
    struct store_txn *txn;
    uint64_t first_seq, head_seq;
    struct store_copy_report report;
};

struct backup {
    struct cli *cli;
    struct source sources[CLI_STORES];
    const char *copying; /* for the progress line */
    uint64_t shown_us;
    bool progress;
};

static const struct cli_deed backing_up = {"备份没有完成", "nothing was backed up"};
static const struct cli_deed restoring = {"恢复没有完成，数据目录仍是空的",
                                          "nothing was restored, the data folder is still empty"};
static const struct cli_deed moving_in = {
    "恢复没有完成；请清空数据目录，再执行一次",
    "the restore did not finish, empty the data folder first"};

/* ---- folders ----------------------------------------------------------------------------------
 */

/* Absent or empty? error: errno, when it cannot be looked at. */
static bool folder_free(const char *path, int *error)
{
    DIR *folder = opendir(path);
    *error = 0;
    if (folder == NULL) {
        *error = errno == ENOENT ? 0 : errno;
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
static int make_folder(struct cli *cli, const struct cli_deed *deed, const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return CLI_EXIT_OK;
    }
    return cli_disk_fail(cli, errno, deed, path);
}

/* Refuses one that holds something, or cannot be looked at. */
static int want_free(struct cli *cli, const struct cli_deed *deed, const char *path, const char *zh,
                     const char *en)
{
    int error = 0;
    if (folder_free(path, &error)) {
        return CLI_EXIT_OK;
    }
    return error != 0 ? cli_disk_fail(cli, error, deed, path) : cli_usage(cli, zh, en, path);
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

/* A small file, on the disk when this returns. 0, or a status after saying why not. */
static int write_file(struct cli *cli, const struct cli_deed *deed, const char *path,
                      const char *text, size_t bytes)
{
    /* 0600: a backup holds what residents wrote. */
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return cli_disk_fail(cli, errno, deed, path);
    }
    errno = 0;
    const ssize_t written = write(file, text, bytes);
    /* Half of it was taken: there was no room for the rest. */
    int error = written == (ssize_t)bytes ? 0 : written >= 0 ? ENOSPC : errno;
    error = error == 0 && fsync(file) != 0 ? errno : error;
    error = close(file) != 0 && error == 0 ? errno : error;
    return error == 0 ? CLI_EXIT_OK : cli_disk_fail(cli, error, deed, path);
}

/* Copies DATA/clock, which is part of a demo's data; a real instance has none. */
static int copy_clock(struct cli *cli, const struct cli_deed *deed, const char *from_folder,
                      const char *to_folder)
{
    char path[PATH_MAX + 16], text[256];
    (void)snprintf(path, sizeof path, "%s/clock", from_folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return errno == ENOENT ? CLI_EXIT_OK : cli_disk_fail(cli, errno, deed, path);
    }
    const size_t bytes = fread(text, 1, sizeof text, file);
    fclose(file);
    (void)snprintf(path, sizeof path, "%s/clock", to_folder);
    return write_file(cli, deed, path, text, bytes);
}

/* The names in a folder, on the disk. */
static int sync_folder(struct cli *cli, const struct cli_deed *deed, const char *folder)
{
    return folder_sync(folder) == RC_OK ? CLI_EXIT_OK : cli_disk_fail(cli, errno, deed, folder);
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

/* What stands before everything else when the store that is being backed up is damaged. Nothing about
 * restoring: whoever makes a backup looks for a way to keep what there is. */
static const struct cli_deed source_damaged = {
    "数据已损坏，没有备份；请用 paidan log verify 查明是哪个服务，并保留以前的备份",
    "the data is damaged, nothing was backed up: find the service with paidan log verify, and keep "
    "the older backups"};

/* Why the stores themselves cannot be read: what is a code for everybody else, said for this deed. */
static int tell_source(struct cli *cli, const struct cli_deed *deed, enum rc rc, const char *what)
{
    const int error = rc == RC_IO ? errno : EIO;
    char path[PATH_MAX + 64];
    if (deed == &backing_up && rc == RC_CORRUPT) {
        return cli_refuse_as(cli, PAIDAN__CODE__STORE_CORRUPT, source_damaged.zh, source_damaged.en,
                             what);
    }
    if (deed == &backing_up && rc == RC_AGAIN) {
        return cli_refuse_as(cli, PAIDAN__CODE__LOG_DIVERGED,
                             "各服务的数据不是一套，没有备份；请用 paidan ping 看谁跟不上谁",
                             "the data of the services do not belong together, nothing was "
                             "backed up: see with paidan ping who follows whom",
                             what);
    }
    if (rc == RC_IO || rc == RC_STORE) {
        (void)snprintf(path, sizeof path, "%s%s%s", what[0] == '/' ? "" : cli->data_dir,
                       what[0] == '/' ? "" : "/", what);
        return cli_disk_fail(cli, error, deed, path);
    }
    return cli_log_refuse(cli, rc, what);
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
    for (size_t index = 0; index < CLI_STORES; index++) {
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
    for (size_t follower = 0; follower < CLI_STORES; follower++) {
        for (size_t followed = 0; followed < CLI_STORES; followed++) {
            struct source *log = &backup->sources[followed];
            if (log->absent || backup->sources[follower].absent) {
                continue;
            }
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
    for (size_t index = 0; index < CLI_STORES; index++) {
        struct source *source = &backup->sources[index];
        const enum rc rc = source->absent ? RC_OK : snapshot(source);
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
static int write_manifest(struct backup *backup, const char *folder)
{
    char path[PATH_MAX + 16], digest[2 * STORE_COPY_DIGEST_BYTES + 1], *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    if (memory == NULL) {
        return cli_fail(backup->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    fprintf(memory, "paidan-backup %d\nversion %s\n", BACKUP_FORMAT, PAIDAN_VERSION);
    for (size_t index = 0; index < CLI_STORES; index++) {
        const struct source *source = &backup->sources[index];
        if (source->absent) {
            continue;
        }
        hexadecimal(source->report.digest, sizeof source->report.digest, digest);
        fprintf(memory, "service %s first %llu head %llu tables %llu rows %llu digest %s\n",
                source->service, (unsigned long long)source->first_seq,
                (unsigned long long)source->head_seq, (unsigned long long)source->report.tables,
                (unsigned long long)source->report.rows, digest);
    }
    const bool made = fclose(memory) == 0;
    (void)snprintf(path, sizeof path, "%s/MANIFEST", folder);
    int status = made ? write_file(backup->cli, &backing_up, path, text, bytes)
                      : cli_fail(backup->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    free(text);
    if (status == CLI_EXIT_OK) {
        status = sync_folder(backup->cli, &backing_up, folder);
    } else {
        (void)unlink(path); /* half of one would say that the rest is whole */
    }
    return status;
}

/* Why one store was not copied: the copy could not be written, or the store could not be read. */
static int tell_copy(struct cli *cli, const struct cli_deed *deed, const struct source *source,
                     enum rc rc, const char *path)
{
    if (source->report.error != 0) {
        return cli_disk_fail(cli, source->report.error, deed, path);
    }
    return rc == RC_EXISTS ? cli_disk_fail(cli, EEXIST, deed, path)
                           : tell_source(cli, deed, rc, source->service);
}

/* One store after the other, each from its own snapshot; what a service writes meanwhile is not in
 * it. */
static int copy_all(struct backup *backup, const char *folder)
{
    for (size_t index = 0; index < CLI_STORES; index++) {
        struct source *source = &backup->sources[index];
        char path[PATH_MAX + 40];
        if (source->absent) {
            continue;
        }
        CHECK(source->txn != NULL);
        (void)snprintf(path, sizeof path, "%s/%s", folder, source->service);
        backup->copying = source->service;
        const enum rc rc = store_copy(source->txn, path, show_progress, backup, &source->report);
        /* Copied: the running service need not keep this snapshot's pages any longer. */
        store_abort(source->txn);
        source->txn = NULL;
        if (rc != RC_OK) {
            fputs(backup->progress ? "\r\033[K" : "", stderr);
            return tell_copy(backup->cli, &backing_up, source, rc, path);
        }
    }
    return CLI_EXIT_OK;
}

/* What whoever made a backup, or took one back, must know: where it is and how much, what is not in
 * it, and what to run next. */
struct done {
    const char *folder; /* of the backup */
    char data[PATH_MAX];
    char site[PATH_MAX]; /* of the data; "" where it is not known */
    bool demo;           /* there is a clock of its own */
    unsigned services;
    uint64_t records, bytes;
};

static double megabytes(uint64_t bytes)
{
    return (double)bytes / (1024.0 * 1024.0);
}

static void backup_words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct done *done = deed;
    char folder[PATH_MAX];
    cli_effect_path(done->folder, folder, sizeof folder);
    const int used = snprintf(
        text, CLI_EFFECT_BYTES,
        say_choose(
            say,
            "已备份到 %s：%u 个服务共 %llu 条记录，%.1f MB；服务照常运行，之后的变动不在其中\n"
            "站点文件夹不在备份里，请另外保存%s%s\n"
            "恢复到空目录：paidan --data 新目录 restore %s",
            "backed up to %s: %u services, %llu records, %.1f MB; the services go on, and "
            "what changes from now on is not in it\n"
            "the site's folder is no part of it, keep it as well%s%s\n"
            "to restore it to an empty folder: paidan --data NEWDATA restore %s"),
        folder, done->services, (unsigned long long)done->records, megabytes(done->bytes),
        done->site[0] == '\0' ? "" : say_choose(say, "：", ": "), done->site, folder);
    CHECK(used > 0);
}

static void restore_words(const struct say *say, const void *deed, char text[CLI_EFFECT_BYTES])
{
    const struct done *done = deed;
    char data[PATH_MAX], start[PATH_MAX];
    cli_effect_path(done->data, data, sizeof data);
    cli_effect_start(say, done->data, "", done->demo, start, sizeof start);
    const int used = snprintf(
        text, CLI_EFFECT_BYTES,
        say_choose(say,
                   "已恢复到 %s：%u 个服务共 %llu 条记录，已逐条核对；服务还没有启动\n"
                   "启动：%s；从备份到现在到期的时限，启动后随即触发\n"
                   "启动后查看：paidan --data %s ping",
                   "restored to %s: %u services, %llu records, each of them verified; no service "
                   "runs yet\n"
                   "to start: %s; what fell due since the backup fires at once\n"
                   "then look: paidan --data %s ping"),
        data, done->services, (unsigned long long)done->records, start, data);
    CHECK(used > 0);
}

/* Adds what the stores below a folder take of the disk. */
static void measure(const char *folder, struct done *done)
{
    char path[PATH_MAX + 64];
    struct stat info;
    for (size_t index = 0; index < CLI_STORES; index++) {
        (void)snprintf(path, sizeof path, "%s/%s/data.mdb", folder, cli_services[index]);
        done->bytes += stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
    }
    (void)snprintf(path, sizeof path, "%s/clock", folder);
    done->demo = stat(path, &info) == 0;
}

/* For backup and restore alike: what went over, store by store, and then the whole. */
static int tell_set(struct cli *cli, const struct backup *backup, const char *folder,
                    cli_effect_fn *words)
{
    struct done done = {.folder = folder};
    json_t *list = json_array();
    char real[PATH_MAX];
    if (realpath(folder, real) != NULL) {
        done.folder = real; /* it must be found from anywhere */
    }
    if (realpath(cli->data_dir, done.data) == NULL) {
        (void)snprintf(done.data, sizeof done.data, "%s", cli->data_dir);
    }
    cli_site_folder(cli, done.site, sizeof done.site);
    measure(folder, &done);
    for (size_t index = 0; index < CLI_STORES; index++) {
        const struct source *source = &backup->sources[index];
        if (source->absent) {
            continue;
        }
        json_t *object = json_object();
        json_object_set_new(object, "service", json_string(source->service));
        json_object_set_new(object, "head", json_integer((json_int_t)source->head_seq));
        json_object_set_new(object, "rows", json_integer((json_int_t)source->report.rows));
        json_array_append_new(list, object);
        const uint64_t kept = source->head_seq == 0 ? 0 : source->head_seq - source->first_seq + 1;
        done.records += kept;
        done.services++;
        if (!cli->json) {
            printf(cli_say(cli, "%-12s %10llu 条记录 %10llu 行\n",
                           "%-12s %10llu records %10llu rows\n"),
                   source->service, (unsigned long long)kept,
                   (unsigned long long)source->report.rows);
        }
    }
    json_t *object = json_object();
    json_object_set_new(object, "folder", json_string(folder));
    json_object_set_new(object, "services", list);
    json_object_set_new(object, "records", json_integer((json_int_t)done.records));
    json_object_set_new(object, "bytes", json_integer((json_int_t)done.bytes));
    return cli_effect_deed(cli, words, &done, object);
}

/* For ping and the console. The backup is whole whether or not this can be written, and stays so. */
static void note_backup(struct cli *cli, const char *folder)
{
    struct last_backup last = {.at_ms = 0};
    struct done done = {.bytes = 0};
    struct clock clock;
    char real[PATH_MAX];
    clock_init_real(&clock);
    measure(folder, &done);
    last.at_ms = clock_now_ms(&clock);
    last.bytes = done.bytes;
    if (realpath(folder, real) != NULL) {
        (void)snprintf(last.folder, sizeof last.folder, "%.*s", (int)sizeof last.folder - 1, real);
    }
    if (last_backup_write(cli->data_dir, &last) != RC_OK) {
        fprintf(stderr, "%s: %s/last-backup\n",
                cli_say(cli, "备份已完成，但没能记下备份时间",
                        "the backup is whole, but when it was made could not be noted"),
                cli->data_dir);
    }
}

/* A copy that fails takes its stores away again: half a backup looks like one to a hurried reader.
 */
static int run_backup(struct backup *backup, const char *folder)
{
    struct cli *cli = backup->cli;
    enum rc rc = RC_OK;
    char clock[PATH_MAX + 16];
    for (size_t index = 0; index < CLI_STORES && rc == RC_OK; index++) {
        struct source *source = &backup->sources[index];
        source->service = cli_services[index];
        source->absent = !cli_has_store(cli, source->service);
        rc = source->absent ? RC_OK : open_source(source, cli->data_dir);
        if (rc != RC_OK) {
            return tell_source(cli, &backing_up, rc, cli_services[index]);
        }
    }
    rc = take_set(backup);
    if (rc != RC_OK) {
        return tell_source(cli, &backing_up, rc, cli->data_dir);
    }
    int status = make_folder(cli, &backing_up, folder);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    status = copy_all(backup, folder);
    if (status == CLI_EXIT_OK) {
        status = copy_clock(cli, &backing_up, cli->data_dir, folder);
    }
    if (status == CLI_EXIT_OK) {
        status = write_manifest(backup, folder);
    }
    fputs(backup->progress ? "\r\033[K" : "", stderr);
    if (status == CLI_EXIT_OK) {
        note_backup(cli, folder);
        return tell_set(cli, backup, folder, backup_words);
    }
    for (size_t index = 0; index < CLI_STORES; index++) {
        char path[PATH_MAX + 40];
        (void)snprintf(path, sizeof path, "%s/%s", folder, cli_services[index]);
        cli_log_remove(path);
    }
    (void)snprintf(clock, sizeof clock, "%s/clock", folder);
    (void)unlink(clock); /* else the same command would find the folder in use */
    return status;
}

int cli_backup(struct cli *cli)
{
    const char *folder = cli->operands[0];
    struct backup backup = {.cli = cli, .progress = isatty(STDERR_FILENO) == 1};
    int status = want_free(cli, &backing_up, folder, "备份目录必须不存在或为空",
                           "the folder must be new or empty");
    if (status == CLI_EXIT_OK) {
        status = cli_apart_saying(cli, &source_damaged, cli->data_dir,
                                  code_exit(PAIDAN__CODE__STORE_CORRUPT), NULL);
    }
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

/* Of a backup there is nothing to go back to but another one. */
static const struct cli_deed backup_damaged = {
    "这份备份已损坏，没有恢复；请用另一份备份",
    "this backup is damaged, nothing was restored: use another one"};

static int refuse_backup(const struct cli *cli, const char *what)
{
    return cli_refuse_as(cli, PAIDAN__CODE__STORE_CORRUPT, backup_damaged.zh, backup_damaged.en,
                         what);
}

/* What the backup claims to hold. Lines of later versions that are not understood are passed over.
 */
static int read_manifest(struct cli *cli, const char *folder, struct entry entries[CLI_STORES])
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
        for (size_t index = 0; index < CLI_STORES; index++) {
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
    /* A set with a service missing would start, and lose that service's share. Of access and
     * archive, which are younger than the first backups, that is right: nobody had an account then, and
     * what lies in the logs is archived anew. */
    for (size_t index = 0; index < CLI_SERVICES; index++) {
        if (!entries[index].there && strcmp(cli_services[index], "access") != 0 &&
            strcmp(cli_services[index], "archive") != 0) {
            return refuse_backup(cli, cli_services[index]);
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
        (void)snprintf(path, sizeof path, "%s/%s", folder, source->service);
        return rc == RC_CORRUPT ? refuse_backup(cli, path) : tell_source(cli, &restoring, rc, path);
    }
    (void)snprintf(path, sizeof path, "%s/%s", into, source->service);
    backup->copying = source->service;
    rc = store_copy(source->txn, path, show_progress, backup, &source->report);
    if (rc != RC_OK) {
        fputs(backup->progress ? "\r\033[K" : "", stderr);
        return tell_copy(cli, &restoring, source, rc, path);
    }
    hexadecimal(source->report.digest, sizeof source->report.digest, digest);
    return strcmp(digest, entry->digest) == 0 ? CLI_EXIT_OK : refuse_backup(cli, source->service);
}

/* All are whole: give them their names. */
static int move_in(const struct backup *backup, const char *into, const char *data)
{
    struct cli *cli = backup->cli;
    char from[PATH_MAX + 64], to[PATH_MAX + 64];
    for (size_t index = 0; index < CLI_STORES; index++) {
        (void)snprintf(from, sizeof from, "%s/%s", into, cli_services[index]);
        (void)snprintf(to, sizeof to, "%s/%s", data, cli_services[index]);
        if (!backup->sources[index].absent && rename(from, to) != 0) {
            return cli_disk_fail(cli, errno, &moving_in, to);
        }
    }
    return rmdir(into) == 0 ? sync_folder(cli, &moving_in, data)
                            : cli_disk_fail(cli, errno, &moving_in, into);
}

/* Takes away what a restore that failed has made. */
static void discard(const char *into)
{
    char path[PATH_MAX + 64];
    for (size_t index = 0; index < CLI_STORES; index++) {
        (void)snprintf(path, sizeof path, "%s/%s", into, cli_services[index]);
        cli_log_remove(path);
    }
    (void)rmdir(into);
}

/* Everything goes into DATA/restoring first and is moved only when all are whole: a failed
 * restore leaves an empty folder, never a mixture. */
static int run_restore(struct backup *backup, const char *folder, const struct entry *entries)
{
    struct cli *cli = backup->cli;
    char into[PATH_MAX + 16];
    (void)snprintf(into, sizeof into, "%s/restoring", cli->data_dir);
    int status = make_folder(cli, &restoring, cli->data_dir);
    if (status == CLI_EXIT_OK) {
        status = make_folder(cli, &restoring, into);
    }
    for (size_t index = 0; index < CLI_STORES && status == CLI_EXIT_OK; index++) {
        struct source *source = &backup->sources[index];
        source->service = cli_services[index];
        source->absent = !entries[index].there;
        status = source->absent ? CLI_EXIT_OK
                                : restore_one(backup, source, &entries[index], folder, into);
    }
    fputs(backup->progress ? "\r\033[K" : "", stderr);
    if (status == CLI_EXIT_OK) {
        status = copy_clock(cli, &restoring, folder, cli->data_dir);
    }
    if (status == CLI_EXIT_OK) {
        status = move_in(backup, into, cli->data_dir);
        return status == CLI_EXIT_OK ? tell_set(cli, backup, cli->data_dir, restore_words) : status;
    }
    (void)snprintf(into, sizeof into, "%s/clock", cli->data_dir);
    (void)unlink(into);
    (void)snprintf(into, sizeof into, "%s/restoring", cli->data_dir);
    discard(into);
    return status;
}

int cli_backup_restore(struct cli *cli)
{
    const char *folder = cli->operands[0];
    struct backup backup = {.cli = cli, .progress = isatty(STDERR_FILENO) == 1};
    struct entry entries[CLI_STORES] = {0};
    const int damaged = code_exit(PAIDAN__CODE__STORE_CORRUPT);
    int status = want_free(cli, &restoring, cli->data_dir, "数据目录必须不存在或为空",
                           "the data folder must be new or empty");
    if (status != CLI_EXIT_OK) {
        return status;
    }
    status = cli_apart_saying(cli, &backup_damaged, folder, damaged, NULL);
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
