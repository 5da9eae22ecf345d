/* cli_watch: follows a service's log and writes one JSON object a line; resumable by --since.
 *
 * The order of the records, gaps and another history are common/bus/tail.h's business: what is
 * printed here is printed once, and nothing after a fault. A watcher outlives its service. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_log.h"
#include "cli_words.h"
#include "common/base/clock.h"
#include "common/bus/tail.h"

enum { WATCH_WAIT_MS = 10000 };

struct watch {
    struct cli *cli;
    const char *service;
    struct tail tail;
    uint64_t until;
    bool texts;
    bool began, silent; /* an answer has come; none comes now, and that was said */
};

static int tell_fault(struct watch *watch, enum rc rc)
{
    switch (rc) {
    case RC_GAP:
        return cli_refuse(watch->cli, PAIDAN__CODE__STORE_CORRUPT, "gap");
    case RC_DIVERGED:
        return cli_refuse(watch->cli, PAIDAN__CODE__LOG_DIVERGED, watch->service);
    default:
        return cli_refuse(watch->cli, PAIDAN__CODE__STORE_CORRUPT, watch->service);
    }
}

/* Printing an event empties the arena of the CLI; the records lie in that of the tail. */
static int print_records(struct watch *watch)
{
    struct tail *tail = &watch->tail;
    const struct evlog_record *record = NULL;
    int status = CLI_EXIT_OK;
    enum rc rc = RC_OK;
    while (status == CLI_EXIT_OK && rc == RC_OK && tail->given.at.seq < watch->until) {
        rc = tail_peek(tail, &record);
        if (rc != RC_OK) {
            break;
        }
        if (record->kind == EVLOG_EVENT) {
            status = cli_log_event(watch->cli, watch->service, record, watch->texts);
        }
        if (status == CLI_EXIT_OK) {
            tail_pass(tail);
        }
    }
    fflush(stdout);
    if (status != CLI_EXIT_OK || (rc != RC_OK && rc != RC_NOT_FOUND)) {
        return status != CLI_EXIT_OK ? status : tell_fault(watch, rc);
    }
    tail_commit(tail, clock_monotonic_us());
    return CLI_EXIT_OK;
}

/* A watcher outlives its service: once it has begun, it waits until the service is there again. */
static bool wait_on(struct watch *watch, Paidan__Code code)
{
    if (!watch->began || code != PAIDAN__CODE__UNREACHABLE) {
        return false;
    }
    if (!watch->silent) {
        watch->silent = true;
        cli_note(watch->cli, "服务没有应答，等待它恢复", "no answer; waiting for the service");
    }
    return true;
}

/* Asks once and prints what came. */
static int fetch(struct watch *watch)
{
    struct cli *cli = watch->cli;
    Paidan__Answer *answer = NULL;
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    tail_wish(&watch->tail, &wish);
    wish.has_wait_ms = 1;
    wish.wait_ms = WATCH_WAIT_MS;
    arena_reset(&cli->arena);
    const Paidan__Code code =
        cli_try(cli, watch->service, &wish.base, cli->timeout_ms + WATCH_WAIT_MS, &answer);
    if (wait_on(watch, code)) {
        return CLI_EXIT_OK;
    }
    if (code != PAIDAN__CODE__OK) {
        return cli_refuse(cli, code, answer == NULL ? watch->service : answer->detail);
    }
    watch->began = true;
    watch->silent = false;
    switch (tail_take(&watch->tail, answer, clock_monotonic_us())) {
    case RC_OK:
        return print_records(watch);
    case RC_NOT_FOUND:
        return CLI_EXIT_OK; /* nothing new: ask again */
    default:
        return cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, watch->service);
    }
}

/* Without --since: from now on. */
static int start_at_head(struct watch *watch)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(watch->cli, watch->service, &ping.base, &answer);
    if (status == CLI_EXIT_OK) {
        tail_start(&watch->tail, answer->pong->head_seq, NULL);
    }
    return status;
}

/* Where to begin, then on and on until --until. */
static int follow(struct watch *watch)
{
    struct cli *cli = watch->cli;
    uint64_t since = 0;
    int status = cli_number(cli, CLI_SINCE, 0, UINT64_MAX, 0, &since);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_UNTIL, 1, UINT64_MAX, UINT64_MAX, &watch->until);
    }
    (void)cli_site(cli);
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_SINCE)) {
        tail_start(&watch->tail, since == 0 ? 0 : since - 1, NULL);
    } else if (status == CLI_EXIT_OK) {
        status = start_at_head(watch);
    }
    /* Recorded before the first of them is shown. */
    if (status == CLI_EXIT_OK && watch->texts && cli_words_stand(watch->service)) {
        status = cli_words_record(cli, watch->service, watch->tail.applied.at.seq + 1,
                                  watch->until == UINT64_MAX ? 0 : watch->until);
    }
    while (status == CLI_EXIT_OK && watch->tail.applied.at.seq < watch->until) {
        status = fetch(watch);
    }
    return status;
}

int cli_watch(struct cli *cli)
{
    char name[CODE_BYTES_MAX + 1];
    struct watch watch = {.cli = cli, .texts = cli_given(cli, CLI_TEXTS)};
    watch.service =
        cli_given(cli, CLI_FOLLOWER_SERVICE) ? cli_value(cli, CLI_FOLLOWER_SERVICE) : "escalation";
    (void)snprintf(name, sizeof name, "watch-%d", (int)getpid());
    if (watch.texts && cli_words_reason(cli, CLI_TEXTS) != CLI_EXIT_OK) {
        return CLI_EXIT_USAGE;
    }
    if (tail_init(&watch.tail, name) != RC_OK) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    const int status = follow(&watch);
    tail_fini(&watch.tail);
    return status;
}
