/* cli_watch: follows a service's log and writes one JSON object a line; resumable by --since. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_commands.h"
#include "cli_log.h"
#include "common/store/evlog.h"

enum { WATCH_WAIT_MS = 10000 };

struct watch {
    struct cli *cli;
    const char *service;
    uint64_t after, until;
    bool texts;
    bool began, silent; /* an answer has come; none comes now, and that was said */
};

/* Blocks are copied out first: printing an event empties the arena that holds the answer. */
static int print_block(struct watch *watch, const ProtobufCBinaryData *bytes)
{
    struct evlog_block block;
    struct evlog_record record;
    if (evlog_block_open(&block, bytes->data, bytes->len) != RC_OK) {
        return cli_refuse(watch->cli, PAIDAN__CODE__STORE_CORRUPT, watch->service);
    }
    while (watch->after < watch->until && evlog_block_next(&block, &record) == RC_OK) {
        if (record.seq <= watch->after) {
            continue;
        }
        if (record.seq != watch->after + 1 && watch->after != 0) {
            return cli_refuse(watch->cli, PAIDAN__CODE__STORE_CORRUPT, "gap");
        }
        int status = CLI_EXIT_OK;
        if (record.kind == EVLOG_EVENT) {
            status = cli_log_event(watch->cli, watch->service, &record, watch->texts);
        }
        if (status != CLI_EXIT_OK) {
            return status;
        }
        watch->after = record.seq;
    }
    return CLI_EXIT_OK;
}

static int print_blocks(struct watch *watch, const Paidan__Fetched *fetched)
{
    const size_t count = fetched->n_blocks;
    ProtobufCBinaryData *blocks = calloc(count + 1, sizeof *blocks);
    if (blocks == NULL) {
        return cli_fail(watch->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    int status = CLI_EXIT_OK;
    for (size_t index = 0; index < count && status == CLI_EXIT_OK; index++) {
        blocks[index].len = fetched->blocks[index].len;
        blocks[index].data = malloc(blocks[index].len + 1);
        if (blocks[index].data == NULL) {
            status = cli_fail(watch->cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
        } else {
            memcpy(blocks[index].data, fetched->blocks[index].data, blocks[index].len);
        }
    }
    for (size_t index = 0; index < count && status == CLI_EXIT_OK; index++) {
        status = print_block(watch, &blocks[index]);
    }
    for (size_t index = 0; index < count; index++) {
        free(blocks[index].data);
    }
    free(blocks);
    fflush(stdout);
    return status;
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

/* 0 with *answer NULL: nothing came, ask again. */
static int fetch(struct watch *watch, Paidan__Answer **answer)
{
    char name[33];
    (void)snprintf(name, sizeof name, "watch-%d", (int)getpid());
    Paidan__Fetch wish = PAIDAN__FETCH__INIT;
    wish.follower = name;
    wish.after = watch->after;
    wish.has_wait_ms = 1;
    wish.wait_ms = WATCH_WAIT_MS;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_FETCH;
    request.fetch = &wish;
    struct cli *cli = watch->cli;
    const Paidan__Code code =
        cli_try(cli, watch->service, &request, cli->timeout_ms + WATCH_WAIT_MS, answer);
    if (code == PAIDAN__CODE__OK) {
        watch->began = true;
        watch->silent = false;
        return (*answer)->fetched == NULL
                   ? cli_refuse(cli, PAIDAN__CODE__FRAME_INVALID, watch->service)
                   : CLI_EXIT_OK;
    }
    if (wait_on(watch, code)) {
        *answer = NULL;
        return CLI_EXIT_OK;
    }
    return cli_refuse(cli, code, *answer == NULL ? watch->service : (*answer)->detail);
}

/* Without --since: from now on. */
static int start_at_head(struct watch *watch)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    Paidan__Answer *answer = NULL;
    const int status = cli_ask(watch->cli, watch->service, &request, &answer);
    if (status == CLI_EXIT_OK && answer->pong != NULL) {
        watch->after = answer->pong->head_seq;
    }
    return status;
}

int cli_watch(struct cli *cli)
{
    struct watch watch = {.cli = cli, .texts = cli_given(cli, CLI_TEXTS)};
    watch.service =
        cli_given(cli, CLI_FOLLOWER_SERVICE) ? cli_value(cli, CLI_FOLLOWER_SERVICE) : "escalation";
    uint64_t since = 0;
    int status = cli_number(cli, CLI_SINCE, 0, UINT64_MAX, 0, &since);
    if (status == CLI_EXIT_OK) {
        status = cli_number(cli, CLI_UNTIL, 1, UINT64_MAX, UINT64_MAX, &watch.until);
    }
    (void)cli_site(cli);
    if (status == CLI_EXIT_OK) {
        status = cli_connect(cli);
    }
    if (status == CLI_EXIT_OK && cli_given(cli, CLI_SINCE)) {
        watch.after = since == 0 ? 0 : since - 1;
    } else if (status == CLI_EXIT_OK) {
        status = start_at_head(&watch);
    }
    while (status == CLI_EXIT_OK && watch.after < watch.until) {
        Paidan__Answer *answer = NULL;
        arena_reset(&cli->arena);
        status = fetch(&watch, &answer);
        if (status == CLI_EXIT_OK && answer != NULL) {
            status = print_blocks(&watch, answer->fetched);
        }
    }
    return status;
}
