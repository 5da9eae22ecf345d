/* door_http: a port of the shell with a web_server: requests from outside become questions to the own
 * service, and are answered after the commit. */
#pragma once

#include "common/run/shell.h"
#include "common/web/web_server.h"

struct door; /* the opened port */

struct door_http {
    const char *name; /* its address is written to DATA/run/<name>.http */
    size_t body_max;
    /* "127.0.0.1:8321"; from the site; NULL: the service does not start (78). */
    const char *(*listen)(const struct site *site);
    /* Before the first request: secrets and the like. *own is what door_own returns. May be NULL. */
    enum rc (*open)(struct door *door, const char *data_dir, void **own);
    void (*close)(void *own);
    /* A request: answers at once, or asks (door_http_ask). An exchange whose client went away stays
     * until it is answered. */
    void (*handle)(struct door *door, struct web_exchange *exchange);
    /* What was asked is answered, after the commit; asked: what door_http_ask was given. */
    void (*answered)(struct door *door, void *asked, const Paidan__Answer *answer);
};

void *door_own(const struct door *door);
struct shell_gate *door_gate(const struct door *door);

/* The functions of a struct shell_port, whose open is a line of the adapter's own, since ports carry no
 * constants:
 *   static enum rc open(struct shell_gate *gate, const char *dir, void **context)
 *   { return door_http_open(gate, dir, &http, context); } */
MUST_CHECK enum rc door_http_open(struct shell_gate *gate, const char *data_dir,
                                  const struct door_http *http, void **context);
void door_http_close(void *context);
void door_http_wait(void *context, struct shell_port_wait *wait);
void door_http_work(void *context, bool readable, bool writable);
void door_http_answered(void *context, uint64_t token, const Paidan__Answer *answer);

/* Asks the own service; http->answered will be called with `asked` (not NULL), exactly once while the
 * process lives. RC_OK, RC_AGAIN (full: answer 503), RC_LIMIT: nothing will be called. */
MUST_CHECK enum rc door_http_ask(struct door *door, const Paidan__Request *request, void *asked);
/* Counts a refusal at the door, for AdapterStatus; of any port. */
void door_http_refused(struct door *door, Paidan__Code code);

/* ---- DATA/secrets ---- */

/* Reads DATA/secrets/<name>/<key>: one line, without its end. The file must be nobody else's to read
 * (0400 or 0600). RC_OK; RC_NOT_FOUND; RC_SETTINGS (printed: others may read it, it is empty, or too
 * long). */
MUST_CHECK enum rc door_secret(const char *data_dir, const char *name, const char *key, char *text,
                               size_t size);
