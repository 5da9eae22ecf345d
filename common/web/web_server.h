/* web_server: an HTTP door of an adapter: libmicrohttpd without a thread of its own. It takes requests
 * whole, within bounds, and hands each to one function, which answers at once or later. Loopback or a
 * Unix socket only: TLS and the public's address are nginx's business (deploy/nginx).
 *
 * Everything runs on the caller's thread, inside web_server_work. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

struct web_server;
/* One request and its answer: lives until web_answer. */
struct web_exchange;

struct web_server_settings {
    const char *listen;       /* "127.0.0.1:8321", port 0: any; or "unix:/path" */
    size_t body_max;          /* bytes; a longer one is answered 413 and never held */
    unsigned connections_max; /* at least 4 */
    uint64_t timeout_ms;      /* for headers and body, and for an idle connection */
    void (*handle)(void *context, struct web_exchange *exchange);
    void *context;
};

/* RC_OK; RC_SETTINGS: listen is none of ours or taken (printed); RC_IO; RC_LIMIT. */
MUST_CHECK enum rc web_server_open(struct web_server **server,
                                   const struct web_server_settings *settings);
/* Exchanges that are not answered are answered 503. NULL: nothing to do. */
void web_server_close(struct web_server *server);
/* "127.0.0.1:41234": where it listens indeed. */
const char *web_server_address(const struct web_server *server);
/* What to wait for: one descriptor, readable; and when to call at the latest (monotonic us). */
int web_server_fd(const struct web_server *server);
uint64_t web_server_due_us(const struct web_server *server);
void web_server_work(struct web_server *server);

/* ---- of a request: good until web_answer ---- */

const char *web_method(const struct web_exchange *exchange); /* "GET" */
const char *web_path(const struct web_exchange *exchange);   /* without the query, as it came */
/* NULL: absent. Decoded; the first of several. */
const char *web_query(const struct web_exchange *exchange, const char *name);
const char *web_header(const struct web_exchange *exchange, const char *name);
/* NUL after it; size 0: none. */
const char *web_body(const struct web_exchange *exchange, size_t *size);
/* The client's: X-Real-IP of the Unix socket's proxy, else the peer's. */
const char *web_address(const struct web_exchange *exchange);

/* Exactly once an exchange, at once or later. type: "application/json" ...; bytes are copied.
 * header, value: one more; NULL: none. */
void web_answer(struct web_exchange *exchange, unsigned status, const char *type, const void *bytes,
                size_t size);
void web_answer_with(struct web_exchange *exchange, unsigned status, const char *type,
                     const void *bytes, size_t size, const char *header, const char *value);
