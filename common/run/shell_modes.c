/* shell_modes: looking at a service's log without running it. The store is opened read-only, so
 * this works beside the running service; it holds back the reuse of pages while it reads.
 *
 * Owns the second store that --replay folds into, and removes it. What must stay true: nothing is
 * written to the store that is looked at; the exit tells damage (1) from a store that cannot be
 * opened (75, 78), since scripts and the CLI act by it. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/run/shell_parts.h"

#define MODES_PATH_BYTES 4096
#define MODES_PROGRESS_US 200000

/* Read-only: neither the lock of the running service nor its pages are touched. */
static enum rc service_open(const struct shell_service *service,
                            const struct shell_settings *settings, struct store **store)
{
    char path[MODES_PATH_BYTES];
    const int length =
        snprintf(path, sizeof path, "%s/%s", settings->data_dir, service->step->name);
    if (length < 0 || (size_t)length >= sizeof path) {
        return RC_LIMIT;
    }
    const struct store_options options = {
        .path = path,
        .map_bytes = settings->map_mib << 20,
        .service = service->step->name,
        .tables = service->step->tables,
        .read_only = true,
    };
    return store_open(store, &options);
}

/* What stands in the way, and what to do; error: errno of RC_IO. */
static const char *why(enum rc rc, int error)
{
    switch (rc) {
    case RC_FULL:
        return shell_args_say("磁盘已满；请腾出空间，再执行一次",
                              "the disk is full: make room, then run it again");
    case RC_FORMAT:
        return shell_args_say("格式不属于本版本或本服务；请用匹配的版本",
                              "of another version or service: use the program that it belongs to");
    case RC_CORRUPT:
        return shell_args_say("已损坏；请从备份恢复", "damaged: restore a backup");
    case RC_LOCKED:
        return shell_args_say("正被另一进程使用；请先停止它", "in use by another process: stop it");
    case RC_LIMIT:
        return shell_args_say("路径太长", "the path is too long");
    case RC_IO:
        if (error == ENOENT) {
            return shell_args_say("没有这个目录；请核对 --data", "no such folder: check --data");
        }
        if (error == EACCES || error == EROFS) {
            return shell_args_say("没有权限；请换一个有权限的用户",
                                  "no permission: run it as another user");
        }
        return error == 0 ? rc_name(rc) : strerror(error);
    default:
        return rc_name(rc);
    }
}

static int open_failed(const struct shell_service *service, const struct shell_settings *settings,
                       enum rc rc, int error)
{
    fprintf(stderr, "%s %s/%s: %s\n", shell_args_say("无法打开存储", "cannot open the store"),
            settings->data_dir, service->step->name, why(rc, error));
    return rc == RC_FORMAT ? SHELL_EXIT_SETTINGS : SHELL_EXIT_FAULT;
}

/* ---- verify -----------------------------------------------------------------------------------
 */

static int verify_print(const char *name, enum rc rc, const struct evlog_report *report)
{
    printf(shell_args_say("%s：记录 %llu（序号 %llu 至 %llu），块 %llu，%llu 字节\n",
                          "%s: %llu records (%llu to %llu) in %llu blocks, %llu bytes\n"),
           name, (unsigned long long)report->records, (unsigned long long)report->first_seq,
           (unsigned long long)report->head_seq, (unsigned long long)report->blocks,
           (unsigned long long)report->bytes);
    if (rc == RC_OK) {
        puts(shell_args_say("日志链完整，每条记录的校验和正确。",
                            "The chain is whole and every checksum is right."));
        return SHELL_EXIT_OK;
    }
    printf(shell_args_say("日志有误：序号 %llu 处 %s（%s）\n", "Damaged: at %llu: %s (%s)\n"),
           (unsigned long long)report->at, report->what == NULL ? "?" : report->what, rc_name(rc));
    return rc == RC_CORRUPT || rc == RC_FORMAT ? SHELL_EXIT_FAILED : SHELL_EXIT_FAULT;
}

/* Every block and record is read, and the chain of hashes: some 0.1 s for 64 MiB. */
int shell_modes_verify(const struct shell_service *service, const struct shell_settings *settings)
{
    struct store *store = NULL;
    struct store_txn *txn = NULL;
    struct evlog_report report = {0};
    enum rc rc = service_open(service, settings, &store);
    if (rc != RC_OK) {
        return open_failed(service, settings, rc, errno);
    }
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "%s\n", shell_args_say("正在校验日志……", "Checking the log ..."));
    }
    rc = store_begin(store, false, &txn);
    if (rc == RC_OK) {
        rc = evlog_verify(txn, &report);
        store_abort(txn);
    }
    store_close(store);
    return verify_print(service->step->name, rc, &report);
}

/* ---- replay -----------------------------------------------------------------------------------
 */

static void replay_progress(uint64_t seq, uint64_t head)
{
    static uint64_t next_us;
    const uint64_t now_us = clock_monotonic_us();
    if (now_us < next_us && seq != head) {
        return;
    }
    next_us = now_us + MODES_PROGRESS_US;
    fprintf(stderr, "\r%s %llu / %llu", shell_args_say("重建", "folded"), (unsigned long long)seq,
            (unsigned long long)head);
    if (seq == head) {
        fputc('\n', stderr);
    }
}

/* Removes what a store of ours consists of, and nothing else. */
static void store_remove(const char *path)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "owner"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        char file[MODES_PATH_BYTES + 16];
        snprintf(file, sizeof file, "%s/%s", path, names[index]);
        (void)unlink(file);
    }
    if (rmdir(path) != 0 && errno != ENOENT) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    }
}

static enum rc replay_into(const struct shell_service *service, struct store *from,
                           const char *path, const struct shell_settings *settings,
                           struct step_difference *difference)
{
    struct store *into = NULL;
    const struct store_options options = {
        .path = path,
        .map_bytes = settings->map_mib << 20,
        .service = service->step->name,
        .tables = service->step->tables,
    };
    enum rc rc = store_open(&into, &options);
    if (rc == RC_OK) {
        rc = step_replay(service->step, from, into, difference,
                         isatty(STDERR_FILENO) ? replay_progress : NULL);
        store_close(into);
    }
    const int error = errno;
    store_remove(path);
    errno = error;
    return rc;
}

/* path: of the second store, which is what fails when it is not the log. */
static int replay_print(const char *name, enum rc rc, int error, const char *path,
                        const struct step_difference *difference)
{
    if (rc == RC_OK) {
        printf(shell_args_say("%s：由日志重建的表逐字节一致。\n",
                              "%s: the tables folded from the log are equal, byte for byte.\n"),
               name);
        return SHELL_EXIT_OK;
    }
    if (rc == RC_CORRUPT && difference->seq != 0) {
        printf(shell_args_say("%s：重建在序号 %llu 处中断\n", "%s: folding stopped at %llu\n"),
               name, (unsigned long long)difference->seq);
        return SHELL_EXIT_FAILED;
    }
    if (rc == RC_CORRUPT) {
        printf(
            shell_args_say("%s：表 %s 键 %s 不一致（%s）\n", "%s: table %s key %s differs (%s)\n"),
            name, difference->table, difference->key,
            difference->what == NULL ? "?" : difference->what);
        return SHELL_EXIT_FAILED;
    }
    printf(shell_args_say("%s：没有做完：%s（%s）\n", "%s: could not be done: %s (%s)\n"), name,
           why(rc, error), path);
    return SHELL_EXIT_FAULT;
}

/* Folds into a second store beside the first and removes it: tables are equal if and only if folding
 * is pure and the log is whole, which is what a restore relies on. */
int shell_modes_replay(const struct shell_service *service, const struct shell_settings *settings)
{
    char path[MODES_PATH_BYTES];
    struct store *from = NULL;
    struct step_difference difference = {0};
    const int length = snprintf(path, sizeof path, "%s/%s.replay-%ld", settings->data_dir,
                                service->step->name, (long)getpid());
    enum rc rc = length < 0 || (size_t)length >= sizeof path
                     ? RC_LIMIT
                     : service_open(service, settings, &from);
    if (rc != RC_OK) {
        return open_failed(service, settings, rc, errno);
    }
    rc = replay_into(service, from, path, settings, &difference);
    const int error = errno;
    store_close(from);
    return replay_print(service->step->name, rc, error, path, &difference);
}

/* ---- ask --------------------------------------------------------------------------------------
 */

static int digit_of(char digit)
{
    const char *const digits = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    return at == NULL ? -1 : (int)(at - digits);
}

/* NULL: no request can be read from it. */
static const Paidan__Request *request_of(struct arena *arena, const char *hex)
{
    const size_t size = strlen(hex) / 2;
    unsigned char *bytes = arena_alloc(arena, size + 1);
    for (size_t index = 0; bytes != NULL && index < size; index++) {
        const int high = digit_of(hex[2 * index]), low = digit_of(hex[2 * index + 1]);
        if (high < 0 || low < 0) {
            return NULL;
        }
        bytes[index] = (unsigned char)(high << 4 | low);
    }
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (bytes == NULL ||
        wire_unpack(arena, &paidan__request__descriptor, bytes, size, &message, &error) != RC_OK) {
        return NULL;
    }
    return (const Paidan__Request *)(const void *)message;
}

static int ask_print(const unsigned char *bytes, size_t size)
{
    for (size_t index = 0; index < size; index++) {
        (void)printf("%02x", bytes[index]);
    }
    putchar('\n');
    return fflush(stdout) == 0 ? SHELL_EXIT_OK : SHELL_EXIT_FAULT;
}

/* As of the newest stored time: no deadline is missed because nobody ran. A log is not handed out
 * here, for that would pass by the record of who read residents' texts. */
static int ask_engine(const struct shell_service *service, const struct shell_settings *settings,
                      struct step_engine *engine)
{
    const unsigned char *bytes = NULL;
    size_t size = 0;
    const Paidan__Request *request = request_of(step_engine_arena(engine), settings->ask);
    if (request == NULL || request->wish_case == PAIDAN__REQUEST__WISH_FETCH) {
        fprintf(stderr, "%s %s\n", service->step->name,
                shell_args_say("不能这样问", "cannot be asked that"));
        return SHELL_EXIT_USAGE;
    }
    const enum rc rc = step_engine_query(engine, NULL, request, 0, &bytes, &size);
    if (rc != RC_OK) {
        return open_failed(service, settings, rc, errno);
    }
    return ask_print(bytes, size);
}

/* What is open when no instance runs, for `paidan check --data`: the same code answers as in a running
 * service, on the store as it lies. */
int shell_modes_ask(const struct shell_service *service, const struct shell_settings *settings)
{
    struct store *store = NULL;
    struct site *site = NULL;
    struct step_engine *engine = NULL;
    struct site_report *report = calloc(1, sizeof *report);
    enum rc rc = report == NULL ? RC_LIMIT : site_load(settings->site_dir, report, &site);
    free(report);
    if (rc != RC_OK) {
        fprintf(stderr, "%s: %s\n", settings->site_dir,
                shell_args_say("站点有误，请用 paidan check 查看",
                               "the site is not good: paidan check tells why"));
        return SHELL_EXIT_SETTINGS;
    }
    int status = SHELL_EXIT_OK;
    rc = service_open(service, settings, &store);
    if (rc != RC_OK) {
        status = open_failed(service, settings, rc, errno);
    } else {
        const struct step_options options = {.store = store, .site = site};
        rc = step_engine_open(&engine, service->step, &options);
        if (rc == RC_SETTINGS) {
            fprintf(stderr, "%s\n",
                    shell_args_say("运行过的站点不能改变层级，请恢复 levels",
                                   "the levels of a site in use cannot change; restore levels"));
            status = SHELL_EXIT_SETTINGS;
        } else if (rc != RC_OK) {
            status = open_failed(service, settings, rc, errno);
        } else {
            status = ask_engine(service, settings, engine);
            step_engine_close(engine);
        }
        store_close(store);
    }
    site_free(site);
    return status;
}
