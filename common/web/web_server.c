/* web_server: the door of an adapter to HTTP. It owns libmicrohttpd's daemon, the list of its
 * connections and every exchange from its first line until its answer is sent. What must stay true: the
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

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"

enum {
    POOL_BYTES = 16 << 10, /* of a connection: its headers; larger ones get 431 */
    TARGET_BYTES_MAX = 8 << 10,
    QUERIES_MAX = 32,
    LISTEN_BACKLOG = 256,
    /* A body that is too large is read on and thrown away so far, for a client that is hung up on while
     * it sends sees no answer, only a broken connection. */
    THROWN_BYTES_MAX = 64 << 20,
    SCANS = 8, /* a deadline is kept within an eighth of the timeout */
};

/* A connection. */
struct line {
    struct line *next, *prior;
    int fd;
    uint64_t deadline_us;
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
    struct line *lines;
    struct web_exchange *waiting;
    uint64_t scan_us;
};

/* ---- connections ------------------------------------------------------------------------------
 */

/* NULL where there was no memory for one; the library's own timeout bounds it then. */
static struct line *line_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* How long it may take from now on, whatever it was allowed before. */
static void line_until(struct MHD_Connection *connection, uint64_t wait_ms)
{
    struct line *line = line_of(connection);
    if (line != NULL) {
        line->deadline_us =
            wait_ms == UINT64_MAX ? UINT64_MAX : clock_monotonic_us() + wait_ms * 1000;
    }
}

/* Told for each connection that is accepted and once when it is closed, also at the daemon's end. */
static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct web_server *server = context;
    struct line *line = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        line = info == NULL ? NULL : calloc(1, sizeof *line);
        if (line == NULL) {
            return;
        }
        line->fd = info->connect_fd;
        line->deadline_us = clock_monotonic_us() + server->settings.timeout_ms * 1000;
        line->next = server->lines;
        if (line->next != NULL) {
            line->next->prior = line;
        }
        server->lines = line;
        *socket_context = line;
    } else if (line != NULL) {
        *(line->prior == NULL ? &server->lines : &line->prior->next) = line->next;
        if (line->next != NULL) {
            line->next->prior = line->prior;
        }
        free(line);
    }
}

/* Shut down, not closed: the descriptor is libmicrohttpd's, which then sees the end. */
static void lines_scan(struct web_server *server, uint64_t now_us)
{
    if (now_us < server->scan_us) {
        return;
    }
    server->scan_us = now_us + server->settings.timeout_ms * 1000 / SCANS + 1000;
    for (struct line *line = server->lines; line != NULL; line = line->next) {
        if (now_us >= line->deadline_us) {
            line->deadline_us = UINT64_MAX;
            (void)shutdown(line->fd, SHUT_RDWR);
        }
    }
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

/* The target as it came. It stands in the connection's own memory, and the library takes the query apart
 * only after this: it is made to find none, for its list of pairs could fill that memory, and it hangs
 * up without a word then. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct web_server *server = context;
    struct web_exchange *exchange = calloc(1, sizeof *exchange);
    line_until(connection, server->settings.timeout_ms);
    if (exchange == NULL) {
        return NULL;
    }
    exchange->server = server;
    char *query = strchr((char *)(uintptr_t)target, '?');
    if (strlen(target) <= TARGET_BYTES_MAX) {
        exchange->target = strdup(target);
    }
    if (exchange->target != NULL && query != NULL) {
        char *own = exchange->target + (query - target);
        *own = '\0';
        queries_take(exchange, own + 1);
    }
    if (query != NULL && query[1] != '\0') {
        query[1] = '\0';
    }
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

/* Only the proxy that comes through the Unix socket may say for whom it speaks. */
static void address_take(struct web_exchange *exchange)
{
    const struct web_server *server = exchange->server;
    if (server->proxied) {
        const char *real = web_header(exchange, "X-Real-IP");
        const bool fits = real != NULL && strlen(real) < sizeof exchange->address &&
                          real[strspn(real, "0123456789abcdefABCDEF.:")] == '\0';
        (void)snprintf(exchange->address, sizeof exchange->address, "%s", fits ? real : "unix");
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    (void)snprintf(exchange->address, sizeof exchange->address, "loopback");
    if (info != NULL && info->client_addr != NULL && info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *address =
            (const struct sockaddr_in *)(const void *)info->client_addr;
        (void)inet_ntop(AF_INET, &address->sin_addr, exchange->address, sizeof exchange->address);
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
    seen->nul =
        seen->nul || strlen(name) != name_bytes || (value != NULL && strlen(value) != value_bytes);
    return MHD_YES;
}

/* False: two readers could see another end of it. */
static bool framing_plain(struct web_exchange *exchange, uint64_t *length)
{
    struct lengths seen = {0};
    const char *given = web_header(exchange, "Content-Length");
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, on_header, &seen);
    *length = 0;
    if (seen.nul || seen.lengths + seen.codings > 1) {
        return false;
    }
    if (given != NULL) {
        const size_t digits = strspn(given, "0123456789");
        if (digits == 0 || digits > 18 || given[digits] != '\0') {
            return false;
        }
        *length = strtoull(given, NULL, 10);
    }
    return true;
}

/* The door's own answers close the connection: what comes after is not looked for in what was thrown
 * away. */
static void refuse(struct web_exchange *exchange, unsigned status, const char *text)
{
    exchange->close = true;
    web_answer(exchange, status, "text/plain; charset=utf-8", text, strlen(text));
}

/* All that can be judged by the headers. True: the answer can go out before the body came: it is small
 * and there, or its sender waits to be told to send it, or it is so large that nobody reads it. */
static bool begin(struct web_exchange *exchange, const char *method)
{
    uint64_t length = 0;
    exchange->begun = true;
    (void)snprintf(exchange->method, sizeof exchange->method, "%s", method);
    address_take(exchange);
    line_until(exchange->connection, exchange->server->settings.timeout_ms);
    if (exchange->server->closing) {
        refuse(exchange, 503, "ending\n");
    } else if (exchange->target == NULL) {
        refuse(exchange, 414, "the target is too long\n");
    } else if (!framing_plain(exchange, &length)) {
        refuse(exchange, 400, "its length is said twice or not well\n");
    } else if (length > exchange->server->settings.body_max) {
        refuse(exchange, 413, "the body is too large\n");
    }
    return exchange->response != NULL &&
           (length == 0 || length > THROWN_BYTES_MAX || web_header(exchange, "Expect") != NULL);
}

/* Room doubles, so that a body that was announced and does not come costs nothing. False: cut the
 * connection. */
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
    if (exchange->body_bytes + size + 1 > exchange->body_room) {
        size_t room = exchange->body_room == 0 ? 4096 : 2 * exchange->body_room;
        while (room < exchange->body_bytes + size + 1) {
            room *= 2;
        }
        char *grown = realloc(exchange->body, room);
        if (grown == NULL) {
            return false;
        }
        exchange->body = grown;
        exchange->body_room = room;
    }
    memcpy(exchange->body + exchange->body_bytes, bytes, size);
    exchange->body_bytes += size;
    exchange->body[exchange->body_bytes] = '\0';
    return true;
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

/* Switched off: paths are handed on as they came, and queries were taken before. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* The library complains about clients here, in words that may repeat what they sent: its format alone
 * is logged, and seldom. */
static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)arguments;
    diag_log_limited(DIAG_WARN, "web", "libmicrohttpd=\"%.*s\"", (int)strcspn(format, "\n"),
                     format);
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

static enum rc listen_fail(const char *where, int fd)
{
    const enum rc rc = errno == EMFILE || errno == ENFILE || errno == ENOMEM ? RC_IO : RC_SETTINGS;
    diag_log(DIAG_ERROR, "web", "listen=\"%s\" why=\"%s\"", where, strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

static enum rc listen_none(const char *where)
{
    diag_log(DIAG_ERROR, "web", "listen=\"%s\" why=\"127.x.x.x:PORT or unix:/PATH\"", where);
    return RC_SETTINGS;
}

/* 127/8 alone: what is not loopback goes through nginx. */
static enum rc listen_tcp(struct web_server *server, const char *where, int *made)
{
    char host[32] = "", *end = NULL;
    const char *colon = strrchr(where, ':');
    const size_t bytes = colon == NULL ? 0 : (size_t)(colon - where);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int on = 1;
    const unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    if (colon == NULL || bytes >= sizeof host || end == colon + 1 || *end != '\0' || port > 65535) {
        return listen_none(where);
    }
    memcpy(host, where, bytes);
    address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        ntohl(address.sin_addr.s_addr) >> 24 != 127) {
        return listen_none(where);
    }
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return listen_fail(where, fd);
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        return listen_fail(where, fd);
    }
    (void)snprintf(server->address, sizeof server->address, "%s:%u", host, ntohs(address.sin_port));
    *made = fd;
    return RC_OK;
}

/* A socket that is left from a process that was killed is replaced. The proxy's group may connect. */
static enum rc listen_unix(struct web_server *server, const char *path, int *made)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat there;
    if (path[0] != '/' || strlen(path) >= sizeof address.sun_path) {
        return listen_none(path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (lstat(path, &there) == 0 && (!S_ISSOCK(there.st_mode) || unlink(path) != 0)) {
        errno = EEXIST;
        return listen_fail(path, -1);
    }
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        return listen_fail(path, fd);
    }
    (void)snprintf(server->address, sizeof server->address, "unix:%s", path);
    server->proxied = true;
    *made = fd;
    return RC_OK;
}

/* The library polls nothing by itself: its epoll stands among what the caller's loop waits for. STRICT
 * refuses what RFC 9112 forbids. Its own timeout, in whole seconds, is for connections of which there was
 * no memory to keep a deadline. */
static enum rc daemon_open(struct web_server *server, int fd)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        server, MHD_OPTION_EXTERNAL_LOGGER, on_log, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        server->settings.connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(server->settings.timeout_ms / 1000 + 2), MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        close(fd);
        return RC_IO;
    }
    return RC_OK;
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
    enum rc rc = strncmp(settings->listen, "unix:", 5) == 0
                     ? listen_unix(made, settings->listen + 5, &fd)
                     : listen_tcp(made, settings->listen, &fd);
    if (rc == RC_OK) {
        rc = daemon_open(made, fd);
    }
    if (rc != RC_OK) {
        free(made);
        return rc;
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
    const int fd = MHD_quiesce_daemon(server->daemon);
    if (fd >= 0) {
        close(fd);
    }
    while (server->waiting != NULL) {
        refuse(server->waiting, 503, "ending\n");
    }
    (void)MHD_run(server->daemon);
    MHD_stop_daemon(server->daemon);
    CHECK(server->waiting == NULL);
    CHECK(server->lines == NULL);
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
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    CHECK(info != NULL);
    return info->epoll_fd;
}

/* The library's time also says that a connection goes on that was suspended. */
uint64_t web_server_due_us(const struct web_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    uint64_t due_us = server->lines == NULL ? UINT64_MAX : server->scan_us;
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES) {
        const uint64_t at_us = clock_monotonic_us() + wait_ms * 1000;
        due_us = at_us < due_us ? at_us : due_us;
    }
    return due_us;
}

void web_server_work(struct web_server *server)
{
    lines_scan(server, clock_monotonic_us());
    (void)MHD_run(server->daemon);
}
