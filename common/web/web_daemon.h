/* web_daemon: libmicrohttpd as every door to HTTP uses it: without a thread of its own, strict, told by what
 * time a connection must have done what it does, its targets and bodies as they came. What a request
 * may be, who sees it and what is answered is the caller's (web_server; the gateway).
 *
 * Everything runs on the caller's thread, inside MHD_run. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

/* The connections of one or more daemons. Zeroed but for begin_us: none yet. */
struct web_lines {
    uint64_t begin_us; /* until when the first headers must be there, after it came */
    uint64_t scan_us;  /* when web_lines_scan is to be called again */
    size_t count;
    struct web_line *first;
};

/* What this connection does must be done within so many microseconds from now on, whatever it was
 * allowed before; UINT64_MAX: no end. */
void web_lines_until(struct MHD_Connection *connection, uint64_t us);
/* Ends those whose time is over; does so every `every_us` at most. Returns how many. */
size_t web_lines_scan(struct web_lines *lines, uint64_t now_us, uint64_t every_us);

struct web_daemon {
    int fd; /* listens; the daemon's from now on */
    struct web_lines *lines;
    size_t pool_bytes;        /* of a connection: its headers; larger ones get 431 */
    unsigned connections_max; /* address_max: from one address; 0: as many */
    unsigned address_max;
    unsigned silence_s; /* without a byte, where there was no memory to keep a deadline */
    /* libmicrohttpd's own, with context. target: as it came; calls web_daemon_hide when it has read it;
     * what it returns is on_request's state. */
    void *(*on_target)(void *context, const char *target, struct MHD_Connection *connection);
    MHD_AccessHandlerCallback on_request;
    MHD_RequestCompletedCallback on_completed;
    void *context;
};
/* NULL: there was no memory; the descriptor is closed. */
struct MHD_Daemon *web_daemon_start(const struct web_daemon *daemon);
/* No more connections: the descriptor is closed, so that another process can listen at once. */
void web_daemon_quiesce(struct MHD_Daemon *daemon);
/* What to wait for (readable), and at most how long, not above bound. */
int web_daemon_fd(struct MHD_Daemon *daemon);
uint64_t web_daemon_wait_ms(struct MHD_Daemon *daemon, uint64_t bound);

/* ---- of a request ---- */

/* Cuts the query off a target that was read. */
void web_daemon_hide(const char *target);

/* For whom it speaks: X-Real-IP where it came through the proxy's socket, which alone may say so, else
 * the peer's address. size: at least 16. */
void web_daemon_address(struct MHD_Connection *connection, bool proxied, char *address,
                        size_t size);
/* Whether a header's name or value holds a NUL: what stands behind it only a proxy would see. */
bool web_daemon_cut(const char *name, size_t name_bytes, const char *value, size_t value_bytes);
/* How long the body is by these headers (NULL: not there); UINT64_MAX: chunks. False: two readers could
 * see another end of it. Before: neither stands twice. */
bool web_daemon_length(const char *coding, const char *given, uint64_t *length);
/* Whether what was answered may go out before such a body has come: there is none, its sender waits to be
 * told to send it, or it is longer than what is read to be thrown away. A client that is hung up on while
 * it sends sees no answer, only a broken connection. */
bool web_daemon_early(struct MHD_Connection *connection, uint64_t length, uint64_t thrown_max);
