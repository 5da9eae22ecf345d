/* shell: the loop around a core. Binds one ROUTER for everybody who asks, keeps one DEALER per
 * followed log, waits, gathers, runs steps, answers after the commit, serves followers, keeps long
 * polls, reloads the site (and DATA/clock, if it is scaled) on HUP, says READY and pets the
 * watchdog, ends after the step on TERM.
 *
 * Arguments: --data DIR --site DIR [--endpoint E] [--peers FILE] [--map-mib N] [--log-level L]
 *   [--step-inputs N]
 *   --clock-days N    refuse to start when the machine's clock is N days ahead of the stored time
 *   --verify          check the log's chain and every record, print a report, exit 0 or 1
 *   --replay          fold the log into an empty store and compare byte for byte, exit 0 or 1
 *   --recompute       compute anew from the other services' logs and compare, exit 0 or 1 (archive alone)
 *   --ask HEX         answer one packed Request from the store as it lies, read-only, as HEX
 * DATA/<service>/ is the store, DATA/run/<service>.sock the default endpoint (written to
 * DATA/run/<service>.endpoint), or, where there is a folder DATA/run/<service>/, both in there and a
 * link at the old place; DATA/peers says who is heard (common/permit/permit_peers.h), DATA/clock the time (common/base/clock.h). Exits: 0 after TERM, 64
 * usage, 70 a deadline that this program cannot apply, 75 fault (a supervisor starts it again), 78
 * settings, or a store so damaged that it cannot be opened or read on: starting again would not
 * help. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/step/step.h"

/* ---- ports ------------------------------------------------------------------------------------
 * A port is something of a service's own that the loop waits for beside its sockets: the epoll of
 * an HTTP server, an MQTT client, the eventfd of a worker. Its functions run on the loop's thread,
 * between two steps; while one runs nothing else does, so it takes a bounded share and returns.
 *
 * A port may ask its own service as any caller may, and gets each answer after the commit. It may
 * also answer wishes that its service does not know, from what is its own, such as a file that it
 * writes: they come judged by the permits like any query, and their answers are fitted like any. */

/* The port's side of the loop; opaque. */
struct shell_gate;

struct shell_port_wait {
    int fd; /* -1: only the time is waited for */
    bool read, write;
    uint64_t until_us; /* monotonic, absolute; UINT64_MAX: no time */
};

struct shell_port {
    const char *name;
    /* Before the first step. *context is what the others get. RC_OK, or why the service does not
     * start: RC_SETTINGS (exit 78), anything else 75. After a failure close is not called. */
    enum rc (*open)(struct shell_gate *gate, const char *data_dir, void **context);
    /* After the last step; questions that are under way are not answered any more. */
    void (*close)(void *context);
    /* What to wait for; asked each round. Before: *wait is {-1, false, false, UINT64_MAX}. */
    void (*wait)(void *context, struct shell_port_wait *wait);
    /* The descriptor is ready, or (neither) the time has come. */
    void (*work)(void *context, bool readable, bool writable);
    /* To shell_port_ask with that token, exactly once while the process lives. answer: until
     * return. The same request id gets the same answer again, also after a restart. */
    void (*answered)(void *context, uint64_t token, const Paidan__Answer *answer);
    /* Wishes that it answers itself; NULL: none. None that the service or another port knows. */
    bool (*knows)(void *context, const Paidan__Request *request);
    /* As step_service.query, with the tables as they are committed; on the loop's thread, so it
     * takes a bounded time. Before: knows. May not open a view of its own. */
    enum rc (*query)(void *context, struct step_view *view, const Paidan__Request *request,
                     Paidan__Answer *answer);
};

/* Puts a question into the service's own queue, after those who wait already; it is packed here.
 * Fills in protocol, correlation and, if absent, the request id. What it may do is the service's
 * own right: a port that speaks for somebody else asks itself whether he may.
 * RC_OK: answered will be called. RC_AGAIN: the queue is full, ask after the next round. RC_LIMIT:
 * larger than a frame, or no memory. */
MUST_CHECK enum rc shell_port_ask(struct shell_gate *gate, const Paidan__Request *request,
                                  uint64_t token);

/* The site in force, and the site's time: never below that of a step. */
const struct site *shell_gate_site(const struct shell_gate *gate);
uint64_t shell_gate_now_ms(const struct shell_gate *gate);
/* Seq of the newest record that is committed: when it is another one, there may be something new to
 * look at. */
uint64_t shell_gate_head(const struct shell_gate *gate);
/* When the site's clock will show at_ms, as shell_port_wait wants it; an hour from now at the
 * latest, for a clock can be set. */
uint64_t shell_gate_until_us(const struct shell_gate *gate, uint64_t at_ms);
/* The other way round: what the site's clock will show at until_us (clock_monotonic_us); the site's time now
 * if that is over. For people: of what ends in real time, like a token, while a demo's clock runs fast. Ask
 * again each round, for the clock can be set. */
uint64_t shell_gate_at_ms(const struct shell_gate *gate, uint64_t until_us);
/* The committed tables, for reading; texts are in the view's arena until the end. Before: no view of
 * this gate is open; it is ended before the port's function returns. RC_OK, RC_STORE. */
MUST_CHECK enum rc shell_gate_view_begin(struct shell_gate *gate, struct step_view *view);
void shell_gate_view_end(struct shell_gate *gate, struct step_view *view);
/* A name for log lines and for keys of deliveries: the service's. */
const char *shell_gate_service(const struct shell_gate *gate);

struct shell_service {
    const struct step_service *step;
    const char *summary; /* one line for --help */
    const struct shell_port *const
        *ports;     /* NULL-terminated, at most SHELL_PORTS_MAX; NULL: none */
    bool real_time; /* lives by the machine's clock, also where DATA/clock runs fast */
    /* --recompute: makes of the other services' logs what this one made of them, compares and prints, in Chinese
     * or English. Returns the exit: 0 equal, 1 different, 75 or 78. NULL: there is no such mode. */
    int (*recompute)(const char *data_dir, const char *site_dir, bool chinese);
};

int shell_main(const struct shell_service *service, int argc, char **argv);
