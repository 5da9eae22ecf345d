/* cli_log: log dump, verify, replay. They read DATA/<service> beside a running service, without
 * asking it: they must work when it does not. Each reads in a child (cli_apart), since the store
 * may be damaged. Residents' texts are left out of a dump unless --texts asks for them: dumps are
 * mailed around. --texts is the one exception to reading without asking: who reads and why is
 * recorded by the running intake first, an adapter's too, in its own log, where nobody can take it
 * away again. Without intake there is no such dump; a list kept beside the store could simply be
 * deleted. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_apart.h"
#include "cli_commands.h"
#include "cli_disk.h"
#include "cli_json.h"
#include "cli_log.h"
#include "cli_words.h"
#include "common/say/code.h"
#include "common/say/say_json.h"
#include "common/store/evlog.h"
#include "common/wire/wire.h"

/* A read transaction is held no longer than so many records; the log is only ever added to. */
enum { RECORDS_PER_TXN = 2000 };
/* Of a child that the store ended: no status of ours. */
enum { VERIFY_ENDED = 250 };

int cli_log_service(struct cli *cli, const char *name)
{
    for (size_t index = 0; index < CLI_STORES; index++) {
        if (strcmp(cli_services[index], name) == 0) {
            return CLI_EXIT_OK;
        }
    }
    return cli_usage(cli,
                     "没有这个服务：应为 intake、triage、escalation、callback、access、archive，"
                     "或 wechat、hotline、mqtt、webhook",
                     "no such service: intake, triage, escalation, callback, access, archive, or "
                     "wechat, hotline, mqtt, webhook",
                     name);
}

int cli_log_refuse(struct cli *cli, enum rc rc, const char *what)
{
    static const struct cli_deed reading = {"读写存储失败", "cannot read or write the store"};
    const int error = rc == RC_FULL ? ENOSPC : rc == RC_IO ? errno : EIO;
    char path[PATH_MAX + 64];
    switch (rc) {
    case RC_FORMAT:
        return cli_refuse(cli, PAIDAN__CODE__STORE_FORMAT, what);
    case RC_CORRUPT:
        return cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, what);
    case RC_LOCKED:
        return cli_refuse(cli, PAIDAN__CODE__STORE_LOCKED, what);
    default:
        (void)snprintf(path, sizeof path, "%s%s%s", what[0] == '/' ? "" : cli->data_dir,
                       what[0] == '/' ? "" : "/", what);
        return error == ENOENT ? cli_fail(cli, CLI_EXIT_IO, "这里没有实例的数据；请核对 --data",
                                          "there is no instance's data here: check --data", path)
                               : cli_disk_fail(cli, error, &reading, path);
    }
}

/* Read-only: the service may run beside it, and a lock of ours never stops it. */
static int open_store(struct cli *cli, const char *service, struct store **store)
{
    char path[PATH_MAX + 40];
    (void)snprintf(path, sizeof path, "%s/%s", cli->data_dir, service);
    const struct store_options options = {.path = path, .service = service, .read_only = true};
    const enum rc rc = store_open(store, &options);
    return rc == RC_OK ? CLI_EXIT_OK : cli_log_refuse(cli, rc, path);
}

void cli_log_remove(const char *path)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "owner"};
    char file[PATH_MAX + 96];
    for (size_t index = 0; index < sizeof files / sizeof files[0]; index++) {
        (void)snprintf(file, sizeof file, "%s/%s", path, files[index]);
        (void)unlink(file);
    }
    (void)rmdir(path);
}

/* ---- dump -------------------------------------------------------------------------------------
 */

struct dump {
    struct cli *cli;
    const char *service;
    uint64_t next, until;
    unsigned count;
    bool ended;
    int status;
};

int cli_log_event(struct cli *cli, const char *service, const struct evlog_record *record,
                  bool texts)
{
    arena_reset(&cli->arena);
    ProtobufCMessage *message = NULL;
    struct wire_error error;
    if (wire_unpack(&cli->arena, &paidan__event__descriptor, record->payload, record->bytes,
                    &message, &error) != RC_OK) {
        char detail[64];
        (void)snprintf(detail, sizeof detail, "%s %llu", service, (unsigned long long)record->seq);
        return cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, detail);
    }
    return cli_json_line(cli, say_json_event(&cli->say, service, record->seq,
                                             (const Paidan__Event *)(const void *)message, texts));
}

/* Called for each record within one transaction. What is printed is gone from memory with the
 * next. */
static enum rc dump_record(void *context, const struct evlog_record *record)
{
    struct dump *dump = context;
    if (record->seq > dump->until) {
        dump->ended = true;
        return RC_AGAIN;
    }
    dump->next = record->seq + 1;
    if (record->kind == EVLOG_EVENT) {
        dump->status =
            cli_log_event(dump->cli, dump->service, record, cli_given(dump->cli, CLI_TEXTS));
        if (dump->status != CLI_EXIT_OK) {
            return RC_INVALID;
        }
    }
    /* RC_AGAIN ends the walk; the transaction is ended too and a new one goes on at next. */
    return ++dump->count % RECORDS_PER_TXN == 0 ? RC_AGAIN : RC_OK;
}

static int head_of(struct cli *cli, struct store *store, const char *service, uint64_t *head)
{
    struct store_txn *txn = NULL;
    struct evlog evlog;
    enum rc rc = store_begin(store, false, &txn);
    if (rc == RC_OK) {
        rc = evlog_init(&evlog, 4096, 1);
        if (rc == RC_OK) {
            rc = evlog_load(&evlog, txn);
            *head = evlog.head_seq;
            evlog_fini(&evlog);
        }
        store_abort(txn);
    }
    return rc == RC_OK ? CLI_EXIT_OK : cli_log_refuse(cli, rc, service);
}

int cli_log_head(struct cli *cli, const char *service, uint64_t *head)
{
    struct store *store = NULL;
    int status = open_store(cli, service, &store);
    if (status == CLI_EXIT_OK) {
        status = head_of(cli, store, service, head);
    }
    store_close(store);
    return status;
}

/* Up to the newest record of now, so that what is shown is what was recorded as read. */
static int record_reader(struct dump *dump, struct store *store)
{
    uint64_t head = 0;
    const int status = head_of(dump->cli, store, dump->service, &head);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    dump->until = dump->until < head ? dump->until : head;
    return dump->next > dump->until
               ? CLI_EXIT_OK
               : cli_words_record(dump->cli, dump->service, dump->next, dump->until);
}

struct walking {
    uint64_t next, until;
    unsigned count;
    evlog_visit visit;
    void *context;
};

static enum rc walk_record(void *context, const struct evlog_record *record)
{
    struct walking *walking = context;
    if (record->seq > walking->until) {
        walking->next = 0;
        return RC_AGAIN;
    }
    walking->next = record->seq + 1;
    const enum rc rc = walking->visit(walking->context, record);
    return rc == RC_OK && ++walking->count % RECORDS_PER_TXN == 0 ? RC_AGAIN : rc;
}

int cli_log_walk(struct cli *cli, const char *service, uint64_t from, uint64_t until,
                 evlog_visit visit, void *context)
{
    struct walking walking = {.next = from, .until = until, .visit = visit, .context = context};
    struct store *store = NULL;
    const int status = open_store(cli, service, &store);
    if (status != CLI_EXIT_OK) {
        store_close(store);
        return status;
    }
    enum rc rc = RC_AGAIN;
    while (rc == RC_AGAIN && walking.next != 0) {
        struct store_txn *txn = NULL;
        rc = store_begin(store, false, &txn);
        if (rc == RC_OK) {
            rc = evlog_walk(txn, walking.next, walk_record, &walking);
            store_abort(txn);
        }
    }
    store_close(store);
    return rc == RC_OK || rc == RC_AGAIN || rc == RC_NOT_FOUND || rc == RC_INVALID
               ? CLI_EXIT_OK
               : cli_log_refuse(cli, rc, service);
}

int cli_log_dump(struct cli *cli)
{
    struct dump dump = {.cli = cli, .service = cli->operands[0]};
    const bool texts = cli_given(cli, CLI_TEXTS);
    int status = texts ? cli_words_reason(cli, CLI_TEXTS) : CLI_EXIT_OK;
    if (status == CLI_EXIT_OK) {
        status = cli_log_service(cli, dump.service);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_SINCE, 1, UINT64_MAX, 1, &dump.next);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_UNTIL, 1, UINT64_MAX, UINT64_MAX, &dump.until);
    }
    if (status == CLI_EXIT_OK) {
        status = cli_apart(cli, dump.service, code_exit(PAIDAN__CODE__STORE_CORRUPT), NULL);
        if (status != CLI_APART_CHILD) {
            return status;
        }
        status = cli_arena(cli);
    }
    struct store *store = NULL;
    if (status == CLI_EXIT_OK) {
        status = open_store(cli, dump.service, &store);
    }
    if (status == CLI_EXIT_OK && texts && cli_words_stand(dump.service)) {
        status = record_reader(&dump, store);
    }
    if (status != CLI_EXIT_OK) {
        store_close(store);
        return status;
    }
    (void)cli_site(cli);
    enum rc rc = RC_AGAIN;
    while (rc == RC_AGAIN && !dump.ended) {
        struct store_txn *txn = NULL;
        rc = store_begin(store, false, &txn);
        if (rc == RC_OK) {
            rc = evlog_walk(txn, dump.next, dump_record, &dump);
            store_abort(txn);
        }
    }
    store_close(store);
    if (dump.status != CLI_EXIT_OK || rc == RC_OK || rc == RC_AGAIN || rc == RC_NOT_FOUND) {
        return dump.status;
    }
    return cli_log_refuse(cli, rc, dump.service);
}

/* ---- verify -----------------------------------------------------------------------------------
 */

/* Good logs are one line, bad ones name the first record that does not hold. */
static int tell_report(struct cli *cli, const char *service, enum rc rc,
                       const struct evlog_report *report)
{
    if (cli->json) {
        json_t *object = json_object();
        json_object_set_new(object, "service", json_string(service));
        json_object_set_new(object, "good", json_boolean(rc == RC_OK));
        json_object_set_new(object, "first_seq", json_integer((json_int_t)report->first_seq));
        json_object_set_new(object, "head_seq", json_integer((json_int_t)report->head_seq));
        json_object_set_new(object, "blocks", json_integer((json_int_t)report->blocks));
        json_object_set_new(object, "records", json_integer((json_int_t)report->records));
        json_object_set_new(object, "bytes", json_integer((json_int_t)report->bytes));
        if (rc != RC_OK) {
            json_object_set_new(object, "at", json_integer((json_int_t)report->at));
            json_object_set_new(object, "what",
                                json_string(report->what == NULL ? "" : report->what));
        }
        const int status = cli_json_print(cli, object);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    } else if (rc == RC_OK) {
        printf(cli_say(cli, "%s：日志完好，%llu 条记录（%llu–%llu），%llu 块，%.1f MiB\n",
                       "%s: the log holds: %llu records (%llu to %llu), %llu blocks, %.1f MiB\n"),
               service, (unsigned long long)report->records, (unsigned long long)report->first_seq,
               (unsigned long long)report->head_seq, (unsigned long long)report->blocks,
               (double)report->bytes / (1 << 20));
    }
    if (rc == RC_OK) {
        return CLI_EXIT_OK;
    }
    char detail[128];
    (void)snprintf(detail, sizeof detail, "%s %llu: %s", service, (unsigned long long)report->at,
                   report->what == NULL ? rc_name(rc) : report->what);
    (void)cli_refuse(cli, PAIDAN__CODE__STORE_CORRUPT, detail);
    return CLI_EXIT_DIFFERENT;
}

int cli_log_check(struct cli *cli, struct store *store, const char *service)
{
    struct evlog_report report = {0};
    struct store_txn *txn = NULL;
    enum rc rc = store_begin(store, false, &txn);
    if (rc == RC_OK) {
        rc = evlog_verify(txn, &report);
        store_abort(txn);
    }
    if (rc != RC_OK && rc != RC_CORRUPT) {
        return cli_log_refuse(cli, rc, service);
    }
    return tell_report(cli, service, rc, &report);
}

/* What is left to say of a log whose store ended the process that read it. */
static int tell_ended(struct cli *cli, const char *service, int status)
{
    if (!cli->json || status == CLI_EXIT_OK) {
        return status;
    }
    json_t *object = json_object();
    json_object_set_new(object, "service", json_string(service));
    json_object_set_new(object, "good", json_false());
    return cli_json_print(cli, object) == CLI_EXIT_OK ? status : CLI_EXIT_IO;
}

/* Of the service that is named, or of all one after the other, whatever was found in those before;
 * with --json as a list. The status is that of the first that is not whole. A child prints and comes
 * back from check as itself: it has nothing more to do. */
static int each_log(struct cli *cli,
                    int (*check)(struct cli *cli, const char *service, bool *child))
{
    bool child = false;
    if (cli->operand_count == 1) {
        const int status = cli_log_service(cli, cli->operands[0]);
        return status == CLI_EXIT_OK ? check(cli, cli->operands[0], &child) : status;
    }
    int worst = CLI_EXIT_OK;
    fputs(cli->json ? "[\n" : "", stdout);
    for (size_t index = 0; index < CLI_STORES; index++) {
        if (!cli_has_store(cli, cli_services[index])) {
            continue;
        }
        fputs(cli->json && index > 0 ? ",\n" : "", stdout);
        const int status = check(cli, cli_services[index], &child);
        if (child) {
            return status;
        }
        worst = worst == CLI_EXIT_OK ? status : worst;
    }
    fputs(cli->json ? "]\n" : "", stdout);
    return worst;
}

static int verify_one(struct cli *cli, const char *service, bool *child)
{
    struct store *store = NULL;
    int status = cli_apart(cli, service, VERIFY_ENDED, NULL);
    if (status == VERIFY_ENDED) {
        return tell_ended(cli, service, CLI_EXIT_DIFFERENT);
    }
    if (status != CLI_APART_CHILD) {
        return status;
    }
    *child = true;
    status = open_store(cli, service, &store);
    if (status != CLI_EXIT_OK) {
        return tell_ended(cli, service, status);
    }
    status = cli_log_check(cli, store, service);
    store_close(store);
    return status;
}

int cli_log_verify(struct cli *cli)
{
    return each_log(cli, verify_one);
}

/* ---- replay -----------------------------------------------------------------------------------
 */

/* The service says what differs; it is passed on as it stands. */
static int tell_replay(struct cli *cli, const char *service, int status, char *printed)
{
    if (!cli->json) {
        (void)fputs(printed, stdout);
        return status;
    }
    printed[strcspn(printed, "\n")] = '\0';
    json_t *object = json_object();
    json_object_set_new(object, "service", json_string(service));
    json_object_set_new(object, "good", json_boolean(status == CLI_EXIT_OK));
    if (status != CLI_EXIT_OK && printed[0] != '\0') {
        json_object_set_new(object, "what", json_string(printed));
    }
    return cli_json_print(cli, object) == CLI_EXIT_OK ? status : CLI_EXIT_IO;
}

/* Only the service itself can fold its log: its program lies beside this one. */
static int replay_one(struct cli *cli, const char *service, bool *child_here)
{
    *child_here = false; /* the child becomes another program */
    char program[PATH_MAX + 64], printed[1024];
    const int found = cli_apart_find(cli, service, program);
    if (found != CLI_EXIT_OK) {
        return found;
    }
    char *const arguments[] = {program, (char[]){"--data"}, cli->data_dir, (char[]){"--replay"},
                               NULL};
    (void)setenv("LC_ALL", cli->say.language == SAY_CHINESE ? "zh_CN.UTF-8" : "C.UTF-8",
                 1); /* its language */
    pid_t child = 0;
    const int status = cli_apart_program(cli, service, CLI_EXIT_DIFFERENT, arguments, printed,
                                         sizeof printed, &child);
    (void)snprintf(program, sizeof program, "%s/%s.replay-%ld", cli->data_dir, service,
                   (long)child);
    cli_log_remove(program); /* a replay that was ended could not do it itself */
    return tell_replay(cli, service, status, printed);
}

int cli_log_replay(struct cli *cli)
{
    return each_log(cli, replay_one);
}
