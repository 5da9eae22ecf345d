/* web_server: the door of an adapter to HTTP. It owns its daemon
 * (web_daemon) and every exchange from its first line until its answer is sent. What must stay true: the
 * handler sees whole requests within their bounds, each once; nobody holds a connection by being slow,
 * for headers, body, answer and the rest between two requests each have their time; what two readers
 * could understand differently (a length twice, or beside chunks) is refused, because a proxy stands in
 * front.
 *
 *   headers ──▶ body ──▶ handler ┬──────────────────────▶ answer ──▶ the next request
 *     timeout     timeout        └─ suspended: no limit ─▶  timeout     timeout
 *
 * A suspended connection does not notice that its client has gone; that is why an exchange, and all that
 * was read of it, lives until it is answered. */

#include "common/web/web_server.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/web/web_body.h"
#include "common/web/web_daemon.h"
#include "common/web/web_listen.h"

enum {
    POOL_BYTES = 16 << 10, /* of a connection: its headers; larger ones get 431 */
    TARGET_BYTES_MAX = 8 << 10,
    QUERIES_MAX = 32,
    /* A body that is too large is read on and thrown away so far, for a client that is hung up on while
     * it sends sees no answer, only a broken connection. */
    THROWN_BYTES_MAX = 64 << 20,
    SCANS = 8, /* a deadline is kept within an eighth of the timeout */
};

struct query {
    const char *name, *value;
};

struct web_exchange {
    struct web_exchange *next, *prior; /* of those that wait for an answer, suspended */
    struct web_server *server;
    struct MHD_Connection *connection;
    struct MHD_Response *response;
    unsigned status;
    bool begun, handled, suspended, queued, close;
    char method[16];
    char address[INET6_ADDRSTRLEN];
    char *target; /* the path; what the queries point into stands behind it */
    struct query queries[QUERIES_MAX];
    unsigned query_count;
    char *body;
    size_t body_bytes, body_room, body_seen;
};

struct web_server {
    struct web_server_settings settings;
    struct MHD_Daemon *daemon;
    bool proxied, closing;
    char address[sizeof "unix:" + sizeof((struct sockaddr_un *)NULL)->sun_path];
    struct web_lines lines;
    struct web_exchange *waiting;
};

/* How long it may take from now on. */
static void line_until(struct MHD_Connection *connection, uint64_t wait_ms)
{
    web_lines_until(connection, wait_ms == UINT64_MAX ? wait_ms : wait_ms * 1000);
}

/* ---- exchanges --------------------------------------------------------------------------------
 */

static int hex_of(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
}

/* In place, for it only gets shorter. What is no escape stands as it is; an escaped NUL would cut the
 * text in two meanings, and stays. */
static void decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        const int high = *from == '%' ? hex_of(from[1]) : -1, low = high < 0 ? -1 : hex_of(from[2]);
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(high << 4 | low);
            from += 2;
        } else {
            *to++ = *from == '+' ? ' ' : *from;
        }
    }
    *to = '\0';
}

/* What comes after the 32nd is nobody's: no platform sends ten. */
static void queries_take(struct web_exchange *exchange, char *text)
{
    char *rest = text;
    for (char *pair; exchange->query_count < QUERIES_MAX && (pair = strsep(&rest, "&")) != NULL;) {
        char *value = strchr(pair, '=');
        if (*pair == '\0') {
            continue;
        }
        if (value == NULL) {
            value = pair + strlen(pair);
        } else {
            *value++ = '\0';
        }
        decode(pair);
        decode(value);
        exchange->queries[exchange->query_count++] = (struct query){.name = pair, .value = value};
    }
}

/* The target as it came. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct web_server *server = context;
    struct web_exchange *exchange = calloc(1, sizeof *exchange);
    line_until(connection, server->settings.timeout_ms);
    if (exchange == NULL) {
        return NULL;
    }
    exchange->server = server;
    if (strlen(target) <= TARGET_BYTES_MAX) {
        exchange->target = strdup(target);
    }
    char *query = exchange->target == NULL ? NULL : strchr(exchange->target, '?');
    if (query != NULL) {
        *query = '\0';
        queries_take(exchange, query + 1);
    }
    web_daemon_hide(target);
    return exchange;
}

/* The end of an exchange, whatever it came to. The connection may bring the next one. */
static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    const struct web_server *server = context;
    struct web_exchange *exchange = *state;
    (void)code;
    line_until(connection, server->settings.timeout_ms);
    if (exchange != NULL) {
        CHECK(!exchange->suspended);
        if (exchange->response != NULL) {
            MHD_destroy_response(exchange->response);
        }
        free(exchange->target);
        free(exchange->body);
        free(exchange);
        *state = NULL;
    }
}

/* What says where a body ends. */
struct lengths {
    unsigned lengths, codings;
    bool nul;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_bytes, const char *value, size_t value_bytes)
{
    struct lengths *seen = context;
    (void)kind;
    seen->lengths += strcasecmp(name, "Content-Length") == 0 ? 1 : 0;
    seen->codings += strcasecmp(name, "Transfer-Encoding") == 0 ? 1 : 0;
    seen->nul = seen->nul || web_daemon_cut(name, name_bytes, value, value_bytes);
    return MHD_YES;
}

/* False: two readers could see another end of it. */
static bool framing_plain(struct web_exchange *exchange, uint64_t *length)
{
    struct lengths seen = {0};
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, on_header, &seen);
    return !seen.nul && seen.lengths + seen.codings <= 1 &&
           web_daemon_length(web_header(exchange, "Transfer-Encoding"),
                             web_header(exchange, "Content-Length"), length);
}

/* The door's own answers close the connection: what comes after is not looked for in what was thrown
 * away. */
static void refuse(struct web_exchange *exchange, unsigned status, const char *text)
{
    exchange->close = true;
    web_answer(exchange, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* All that can be judged by the headers. True: the answer goes out before the body has come. */
static bool begin(struct web_exchange *exchange, const char *method)
{
    uint64_t length = 0;
    exchange->begun = true;
    (void)snprintf(exchange->method, sizeof exchange->method, "%s", method);
    web_daemon_address(exchange->connection, exchange->server->proxied, exchange->address,
                       sizeof exchange->address);
    line_until(exchange->connection, exchange->server->settings.timeout_ms);
    if (exchange->server->closing) {
        refuse(exchange, 503, "ending\n");
    } else if (exchange->target == NULL) {
        refuse(exchange, 414, "the target is too long\n");
    } else if (!framing_plain(exchange, &length)) {
        refuse(exchange, 400, "its length is said twice or not well\n");
    } else if (length != UINT64_MAX && length > exchange->server->settings.body_max) {
        refuse(exchange, 413, "the body is too large\n");
    }
    return exchange->response != NULL &&
           web_daemon_early(exchange->connection, length, THROWN_BYTES_MAX);
}

/* False: cut the connection. */
static bool take_body(struct web_exchange *exchange, const char *bytes, size_t size)
{
    const size_t max = exchange->server->settings.body_max;
    exchange->body_seen += size;
    if (exchange->response == NULL && exchange->body_seen > max) {
        refuse(exchange, 413, "the body is too large\n");
    }
    if (exchange->response != NULL) {
        free(exchange->body);
        exchange->body = NULL;
        exchange->body_bytes = exchange->body_room = 0;
        return exchange->body_seen <= THROWN_BYTES_MAX;
    }
    return web_body_add(&exchange->body, &exchange->body_bytes, &exchange->body_room, bytes, size);
}

/* The handler keeps it: the connection rests, whatever its client does. */
static void wait_begin(struct web_exchange *exchange)
{
    struct web_server *server = exchange->server;
    exchange->suspended = true;
    exchange->next = server->waiting;
    if (exchange->next != NULL) {
        exchange->next->prior = exchange;
    }
    server->waiting = exchange;
    line_until(exchange->connection, UINT64_MAX);
    MHD_suspend_connection(exchange->connection);
}

/* The library calls on_request again for it, in its next run, and its time says that there is one. */
static void wait_end(struct web_exchange *exchange)
{
    struct web_server *server = exchange->server;
    *(exchange->prior == NULL ? &server->waiting : &exchange->prior->next) = exchange->next;
    if (exchange->next != NULL) {
        exchange->next->prior = exchange->prior;
    }
    exchange->next = exchange->prior = NULL;
    exchange->suspended = false;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result answer_queue(struct web_exchange *exchange)
{
    const struct web_server *server = exchange->server;
    if (exchange->close || server->closing) {
        (void)MHD_add_response_header(exchange->response, "Connection", "close");
    }
    line_until(exchange->connection, server->settings.timeout_ms);
    exchange->queued = true;
    return MHD_queue_response(exchange->connection, exchange->status, exchange->response);
}

/* Called for headers, for each piece of the body, at its end, and once more after a rest. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    struct web_server *server = context;
    struct web_exchange *exchange = *state;
    (void)url;
    (void)version;
    if (exchange == NULL) {
        return MHD_NO; /* no memory */
    }
    if (!exchange->begun) {
        exchange->connection = connection;
        return begin(exchange, method) ? answer_queue(exchange) : MHD_YES;
    }
    if (*upload_bytes > 0) {
        const bool taken = take_body(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    if (exchange->queued) {
        return MHD_YES;
    }
    if (exchange->response == NULL && !exchange->handled) {
        exchange->handled = true;
        server->settings.handle(server->settings.context, exchange);
    }
    if (exchange->response == NULL) {
        wait_begin(exchange);
        return MHD_YES;
    }
    return answer_queue(exchange);
}

/* ---- what a handler asks ----------------------------------------------------------------------
 */

const char *web_method(const struct web_exchange *exchange)
{
    return exchange->method;
}

const char *web_path(const struct web_exchange *exchange)
{
    return exchange->target;
}

const char *web_query(const struct web_exchange *exchange, const char *name)
{
    for (unsigned index = 0; index < exchange->query_count; index++) {
        if (strcmp(exchange->queries[index].name, name) == 0) {
            return exchange->queries[index].value;
        }
    }
    return NULL;
}

const char *web_header(const struct web_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *web_body(const struct web_exchange *exchange, size_t *size)
{
    *size = exchange->body_bytes;
    return exchange->body == NULL ? "" : exchange->body;
}

const char *web_address(const struct web_exchange *exchange)
{
    return exchange->address;
}

void web_answer(struct web_exchange *exchange, unsigned status, const char *type, const void *bytes,
                size_t size)
{
    web_answer_with(exchange, status, type, bytes, size, NULL, NULL);
}

/* Without memory for the answer the connection is cut: the client asks again. */
void web_answer_with(struct web_exchange *exchange, unsigned status, const char *type,
                     const void *bytes, size_t size, const char *header, const char *value)
{
    CHECK(exchange->response == NULL);
    CHECK(status >= 200);
    CHECK(status < 600);
    /* The library takes no const, and copies. */
    exchange->response =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
    CHECK(exchange->response != NULL);
    exchange->status = status;
    if (type != NULL) {
        (void)MHD_add_response_header(exchange->response, "Content-Type", type);
    }
    if (header != NULL) {
        (void)MHD_add_response_header(exchange->response, header, value);
    }
    if (exchange->suspended) {
        wait_end(exchange);
    }
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

static enum rc open_listener(struct web_server *server, const char *where, int *fd)
{
    if (strncmp(where, "unix:/", 6) != 0) {
        return web_listen_tcp(where, fd, server->address, sizeof server->address);
    }
    server->proxied = true;
    const enum rc rc = web_listen_unix(where + 5, fd);
    CHECK(rc != RC_OK ||
          strlen(where) < sizeof server->address); /* no longer than a socket's path */
    (void)snprintf(server->address, sizeof server->address, "%s", where);
    return rc;
}

enum rc web_server_open(struct web_server **server, const struct web_server_settings *settings)
{
    int fd = -1;
    CHECK(settings->connections_max >= 4);
    CHECK(settings->timeout_ms > 0);
    CHECK(settings->handle != NULL);
    struct web_server *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    made->settings = *settings;
    made->settings.listen = NULL; /* the caller's; read here alone */
    made->lines.begin_us = settings->timeout_ms * 1000;
    const enum rc rc = open_listener(made, settings->listen, &fd);
    if (rc == RC_OK) {
        made->daemon = web_daemon_start(
            &(struct web_daemon){.fd = fd,
                                 .lines = &made->lines,
                                 .pool_bytes = POOL_BYTES,
                                 .connections_max = settings->connections_max,
                                 .silence_s = (unsigned)(settings->timeout_ms / 1000 + 2),
                                 .on_target = on_target,
                                 .on_request = on_request,
                                 .on_completed = on_completed,
                                 .context = made});
    }
    if (made->daemon == NULL) {
        free(made);
        return rc == RC_OK ? RC_IO : rc;
    }
    *server = made;
    return RC_OK;
}

/* The listening descriptor first, so that another process can listen at once. All that wait are answered
 * before the daemon ends: it aborts where a connection is suspended. */
void web_server_close(struct web_server *server)
{
    if (server == NULL) {
        return;
    }
    server->closing = true;
    web_daemon_quiesce(server->daemon);
    while (server->waiting != NULL) {
        refuse(server->waiting, 503, "ending\n");
    }
    (void)MHD_run(server->daemon);
    MHD_stop_daemon(server->daemon);
    CHECK(server->waiting == NULL);
    CHECK(server->lines.count == 0);
    free(server);
}

/* ---- turning ----------------------------------------------------------------------------------
 */

const char *web_server_address(const struct web_server *server)
{
    return server->address;
}

int web_server_fd(const struct web_server *server)
{
    return web_daemon_fd(server->daemon);
}

/* The library's time also says that a connection goes on that was suspended. */
uint64_t web_server_due_us(const struct web_server *server)
{
    const uint64_t scan_us = server->lines.count == 0 ? UINT64_MAX : server->lines.scan_us;
    const uint64_t wait_ms = web_daemon_wait_ms(server->daemon, UINT64_MAX);
    const uint64_t at_us = wait_ms == UINT64_MAX ? wait_ms : clock_monotonic_us() + wait_ms * 1000;
    return at_us < scan_us ? at_us : scan_us;
}

void web_server_work(struct web_server *server)
{
    (void)web_lines_scan(&server->lines, clock_monotonic_us(),
                         server->settings.timeout_ms * 1000 / SCANS + 1000);
    (void)MHD_run(server->daemon);
}
