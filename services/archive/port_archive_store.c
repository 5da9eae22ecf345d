/* port_archive_store: writes what the service archives into its SQLite file, a bounded share a turn,
 * and answers from the file what is looked for.
 *
 * The file is a copy: whatever is wrong with it leads to making it anew from the log, aside of which
 * the service goes on. Missing: made. Damaged, of another schema, or of another log's history: set
 * aside under a name that says when, and made. Deleted or replaced while it is open: noticed within
 * seconds, and made. Locked by somebody, no space, cannot be written: tried again, and said.
 *
 * Owns the file and its state. What must stay true: no turn takes much longer than TURN_US; a failure
 * of the file ends nothing but the turn; the place is committed with what was read up to it. */
#include "port_archive_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "port_archive_postgres.h"
#include "port_archive_search.h"
#include "port_archive_sqlite.h"

enum {
    TURN_US = 25000,     /* of writing; callers wait no longer for theirs */
    COMMIT_US = 1000000, /* a transaction is open no longer while it catches up */
    PAUSE_US = 100000,   /* what comes one by one is written together */
    RETRY_US = 1000000,  /* locked, full, away */
    LOOK_US = 2000000,   /* whether the file is still there */
    BUILDS_BEHIND = 64,  /* facts; a step says one a log */
    PATH_BYTES_MAX = 4096,
};

struct store_port {
    struct shell_gate *gate;
    char path[PATH_BYTES_MAX];
    struct port_archive_sqlite *file; /* NULL: it is not open */
    struct port_archive_place place;  /* written, perhaps not committed */
    bool writing;                     /* a transaction is open */
    uint64_t writing_us;              /* since when */
    uint64_t next_us, look_us;
    Paidan__SinkState state;
    const char *detail; /* static; NULL: none */
    uint64_t since_ms;
    char set_aside[SINK_NAME_BYTES_MAX + 1];
};

/* ---- its state ---- */

static void become(struct store_port *port, Paidan__SinkState state, const char *detail)
{
    if (port->state == state && port->detail == detail) {
        return;
    }
    port->state = state;
    port->detail = detail;
    port->since_ms = shell_gate_now_ms(port->gate);
    const bool bad = detail != NULL;
    diag_log_limited(bad ? DIAG_WARN : DIAG_INFO, "archive", "sqlite=%s seq=%llu head=%llu",
                     bad                                        ? detail
                     : state == PAIDAN__SINK_STATE__SINK_BUILDS ? "builds"
                                                                : "follows",
                     (unsigned long long)port->place.seq,
                     (unsigned long long)shell_gate_head(port->gate));
}

static void file_close(struct store_port *port)
{
    if (port->file != NULL && port->writing) {
        port_archive_sqlite_undo(port->file);
    }
    port_archive_sqlite_close(port->file);
    port->file = NULL;
    port->writing = false;
    port->place = (struct port_archive_place){0};
}

/* Its journal goes with it: the name of a journal says to which file it belongs, and what is left of
 * one would be played into the file that is made next. */
static bool set_aside(struct store_port *port)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    const unsigned long long now_ms = (unsigned long long)shell_gate_now_ms(port->gate);
    bool moved = true, was_there = false;
    CHECK(port->file == NULL);
    for (size_t index = 0; index < sizeof parts / sizeof *parts; index++) {
        char from[PATH_BYTES_MAX + 8], into[PATH_BYTES_MAX + 64];
        (void)snprintf(from, sizeof from, "%s%s", port->path, parts[index]);
        (void)snprintf(into, sizeof into, "%s.damaged-%llu%s", port->path, now_ms, parts[index]);
        const bool renamed = rename(from, into) == 0;
        moved = moved && (renamed || errno == ENOENT);
        was_there = was_there || (renamed && index == 0);
    }
    if (was_there) {
        (void)snprintf(port->set_aside, sizeof port->set_aside, "archive.sqlite.damaged-%llu",
                       now_ms);
        diag_log(DIAG_WARN, "archive", "sqlite=set-aside name=%s", port->set_aside);
    }
    return moved;
}

/* What follows from a failure of the file: closed in every case but that of somebody's lock. */
static void failed(struct store_port *port, enum rc rc)
{
    CHECK(rc != RC_OK);
    port->next_us = clock_monotonic_us() + RETRY_US;
    if (port->file != NULL && port->writing) {
        port_archive_sqlite_undo(port->file);
        port->writing = false;
        port->place = *port_archive_sqlite_place(port->file);
    }
    switch (rc) {
    case RC_LOCKED:
        become(port, PAIDAN__SINK_STATE__SINK_LOCKED, "locked");
        return;
    case RC_FULL:
        become(port, PAIDAN__SINK_STATE__SINK_FULL, "full");
        return;
    case RC_CORRUPT:
    case RC_FORMAT:
    case RC_DIVERGED:
        file_close(port);
        become(port, PAIDAN__SINK_STATE__SINK_BUILDS, rc_name(rc));
        if (set_aside(port)) {
            port->next_us = 0;
        }
        return;
    default:
        file_close(port);
        become(port, PAIDAN__SINK_STATE__SINK_AWAY, rc_name(rc));
        return;
    }
}

/* Whether what is in the file is of this log, also when there is nothing new to write. */
static enum rc check_place(struct store_port *port)
{
    struct step_view view;
    struct port_archive_log log;
    enum rc rc = shell_gate_view_begin(port->gate, &view);
    if (rc == RC_OK) {
        rc = port_archive_log_begin(&log, &view, &port->place);
        shell_gate_view_end(port->gate, &view);
    }
    return rc;
}

static void file_open(struct store_port *port)
{
    CHECK(port->file == NULL);
    enum rc rc = port_archive_sqlite_open(port->path, &port->file);
    if (rc == RC_OK) {
        port->place = *port_archive_sqlite_place(port->file);
        rc = check_place(port);
    }
    if (rc != RC_OK) {
        failed(port, rc);
        return;
    }
    port->look_us = clock_monotonic_us() + LOOK_US;
    port->next_us = 0;
}

/* ---- writing ---- */

/* As much as fits into the turn. RC_NOT_FOUND: up to the head. Codes of the file. */
static enum rc write_items(struct store_port *port, struct step_view *view, uint64_t until_us)
{
    struct port_archive_log log;
    struct port_archive_item item;
    enum rc rc = port_archive_log_begin(&log, view, &port->place);
    while (rc == RC_OK && clock_monotonic_us() < until_us) {
        rc = port_archive_log_next(&log, &item);
        if (rc != RC_OK) {
            break;
        }
        rc = port_archive_sqlite_put(port->file, view->arena, view->site, &item);
        port->place = rc == RC_OK ? log.place : port->place;
    }
    port->place = rc == RC_NOT_FOUND ? log.place : port->place;
    return rc;
}

/* A damaged log is the service's to find; the file cannot be blamed for it. */
static enum rc write_turn(struct store_port *port, bool *done)
{
    struct step_view view;
    const uint64_t now_us = clock_monotonic_us();
    enum rc rc = port->writing ? RC_OK : port_archive_sqlite_begin(port->file);
    if (rc != RC_OK) {
        return rc;
    }
    if (!port->writing) {
        port->writing = true;
        port->writing_us = now_us;
    }
    rc = shell_gate_view_begin(port->gate, &view);
    if (rc == RC_OK) {
        rc = write_items(port, &view, now_us + TURN_US);
        shell_gate_view_end(port->gate, &view);
    }
    *done = rc == RC_NOT_FOUND;
    rc = rc == RC_NOT_FOUND ? RC_OK : rc;
    if (rc == RC_OK && (*done || clock_monotonic_us() - port->writing_us >= COMMIT_US)) {
        rc = port_archive_sqlite_commit(port->file, &port->place);
        port->writing = rc != RC_OK;
    }
    return rc;
}

static bool behind(const struct store_port *port)
{
    return port->writing || port->place.seq < shell_gate_head(port->gate);
}

static void write_some(struct store_port *port)
{
    bool done = false;
    const uint64_t head = shell_gate_head(port->gate);
    const bool builds = port->place.seq + BUILDS_BEHIND < head;
    become(port, builds ? PAIDAN__SINK_STATE__SINK_BUILDS : PAIDAN__SINK_STATE__SINK_FOLLOWS, NULL);
    const enum rc rc = write_turn(port, &done);
    if (rc != RC_OK) {
        failed(port, rc);
        return;
    }
    port->next_us = done ? clock_monotonic_us() + PAUSE_US : 0;
}

/* ---- the port ---- */

static enum rc begin_port(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct store_port *const port = calloc(1, sizeof *port);
    if (port == NULL) {
        return RC_LIMIT;
    }
    *port = (struct store_port){.gate = gate, .state = PAIDAN__SINK_STATE__SINK_BUILDS};
    const int length =
        snprintf(port->path, sizeof port->path, "%s/archive/archive.sqlite", data_dir);
    if (length < 0 || (size_t)length >= sizeof port->path) {
        free(port);
        return RC_SETTINGS;
    }
    port->since_ms = shell_gate_now_ms(gate);
    *context = port;
    return RC_OK;
}

static void end_port(void *context)
{
    struct store_port *const port = context;
    if (port->writing) {
        const enum rc rc = port_archive_sqlite_commit(port->file, &port->place);
        if (rc != RC_OK) {
            diag_log(DIAG_INFO, "archive", "sqlite=undone why=%s", rc_name(rc)); /* read again */
        }
        port->writing = rc != RC_OK;
    }
    file_close(port);
    free(port);
}

static void wait_port(void *context, struct shell_port_wait *wait)
{
    const struct store_port *const port = context;
    const uint64_t idle_us = port->file == NULL ? port->next_us : port->look_us;
    wait->until_us =
        port->file != NULL && behind(port) && port->next_us < idle_us ? port->next_us : idle_us;
}

static void work_port(void *context, bool readable, bool writable)
{
    struct store_port *const port = context;
    const uint64_t now_us = clock_monotonic_us();
    CHECK(!readable && !writable); /* it has no descriptor */
    if (port->file != NULL && now_us >= port->look_us) {
        port->look_us = now_us + LOOK_US;
        if (!port_archive_sqlite_stands(port->file, port->path)) {
            failed(port, RC_CORRUPT);
        }
    }
    if (now_us < port->next_us) {
        return;
    }
    if (port->file == NULL) {
        file_open(port);
    }
    if (port->file != NULL && behind(port) && now_us >= port->next_us) {
        write_some(port);
    } else if (port->file != NULL) {
        become(port, PAIDAN__SINK_STATE__SINK_FOLLOWS, NULL);
    }
}

static void answered_port(void *context, uint64_t token, const Paidan__Answer *answer)
{
    (void)context;
    (void)answer;
    CHECK(token == 0); /* it never asks */
}

static bool knows_wish(void *context, const Paidan__Request *request)
{
    (void)context;
    return request->wish_case == PAIDAN__REQUEST__WISH_SEARCH ||
           request->wish_case == PAIDAN__REQUEST__WISH_SINK_LIST;
}

static enum rc tell_sinks(const struct store_port *port, struct step_view *view,
                          Paidan__Answer *answer)
{
    struct stat found;
    Paidan__SinksListed *const listed = arena_alloc(view->arena, sizeof *listed);
    Paidan__Sink **const list = arena_alloc(view->arena, SINKS_MAX * sizeof(Paidan__Sink *));
    Paidan__Sink *const sink = arena_alloc(view->arena, sizeof *sink);
    if (listed == NULL || list == NULL || sink == NULL) {
        return RC_LIMIT;
    }
    paidan__sink__init(sink);
    sink->name = (char *)(uintptr_t) "sqlite"; /* packed, never written: as below */
    sink->state = port->state;
    sink->seq = port->file == NULL ? 0 : port_archive_sqlite_place(port->file)->seq;
    sink->head = view->head_seq;
    sink->detail = (char *)(uintptr_t)port->detail;
    sink->has_since_ms = 1;
    sink->since_ms = port->since_ms;
    sink->has_bytes = stat(port->path, &found) == 0;
    sink->bytes = sink->has_bytes ? (uint64_t)found.st_size : 0;
    sink->set_aside = port->set_aside[0] == '\0' ? NULL : (char *)(uintptr_t)port->set_aside;
    paidan__sinks_listed__init(listed);
    list[listed->n_sinks++] = sink;
    const enum rc rc = port_archive_postgres_tell(view, &list[listed->n_sinks]);
    listed->n_sinks += rc == RC_OK && list[listed->n_sinks] != NULL ? 1 : 0;
    listed->sinks = list;
    answer->body_case = PAIDAN__ANSWER__BODY_SINKS_LISTED;
    answer->sinks_listed = listed;
    return rc;
}

/* What is wrong with the file is told to who asks as a time to come again, and mended in the next turn. */
static enum rc query_wish(void *context, struct step_view *view, const Paidan__Request *request,
                          Paidan__Answer *answer)
{
    struct store_port *const port = context;
    if (request->wish_case == PAIDAN__REQUEST__WISH_SINK_LIST) {
        return tell_sinks(port, view, answer);
    }
    if (port->file == NULL) {
        return step_view_refuse(answer, PAIDAN__CODE__SEARCH_AWAY, port->detail);
    }
    const enum rc rc =
        port_archive_search(port->file, view, request->search, &port_archive_bounds, answer);
    if (rc == RC_OK || rc == RC_LIMIT) {
        return rc;
    }
    const char *const why = rc_name(rc);
    failed(port, rc);
    return step_view_refuse(answer, PAIDAN__CODE__SEARCH_AWAY, why);
}

const struct shell_port port_archive_store = {
    .name = "store",
    .open = begin_port,
    .close = end_port,
    .wait = wait_port,
    .work = work_port,
    .answered = answered_port,
    .knows = knows_wish,
    .query = query_wish,
};
