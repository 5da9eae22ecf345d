/* gateway_http: connections, and the rules that hold for all requests. It owns libmicrohttpd's daemons
 * and the list of connections. What must stay true: a handler sees only requests whose target, headers,
 * host and body are what they must be, and whose caller may come in; whatever two readers could
 * understand differently (a header twice, a length beside chunks) is refused; nobody holds a connection
 * by being slow: each has a deadline by which headers, then body, then the next request must be there.
 *
 *            ┌──────── waits 75 s ◀──────────────┐
 *            ▼                                   │ answer sent
 *   headers 15 s ──▶ body 60 s ──▶ handler ──▶ answer 120 s (a stream: no end)
 *
 * nginx stands in front of everything that is not loopback and comes through the Unix socket; that one
 * alone may say for whom it speaks (X-Real-IP). */

#include "gateway_http.h"

#include <arpa/inet.h>
#include <errno.h>
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
#include "common/base/diag.h"
#include "common/bus/client.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_problem.h"
#include "gateway_route.h"
#include "gateway_session.h"

enum {
    POOL_BYTES = 8 << 10, /* of a connection: headers; larger ones get 431 */
    HEADERS_US = 15000000,
    BODY_US = 60000000,
    IDLE_US = 75000000,
    ANSWER_US = 120000000,
    SILENCE_S = 30, /* without a byte, libmicrohttpd ends it */
    SCAN_US = 1000000,
    LISTEN_BACKLOG = 1024,
    /* All bodies that are held at a time, beyond the small ones: strangers may send photos. */
    BODIES_BYTES_MAX = 192 << 20,
    BODY_SMALL_BYTES = 512 << 10,
    OVERFLOW_FACTOR = 2, /* a body so many times too large is not read to its end */
};

/* A connection. */
struct line {
    struct line *next, *prior;
    int fd;
    uint64_t deadline_us;
};
struct door {
    struct gateway *gateway;
    bool proxied;
    int fd;
};
struct gateway_http {
    struct door doors[GATEWAY_DOORS_MAX];
    struct line *lines;
    uint64_t scan_us;
    char host[64]; /* of public_origin, "" none */
};

/* ---- connections ------------------------------------------------------------------------------
 */

/* The library keeps the pointer with the connection; NULL where there was no memory for one. */
static struct line *line_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* What a connection is allowed from now on, whatever it was allowed before. */
static void line_until(struct MHD_Connection *connection, uint64_t us)
{
    struct line *line = line_of(connection);
    if (line != NULL) {
        line->deadline_us = us == UINT64_MAX ? us : clock_monotonic_us() + us;
    }
}

/* Counted here and not by the library, which tells its number only by asking the daemon, and which
 * counts those that it is about to end. */
static void line_begin(struct gateway *gateway, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct line *line = calloc(1, sizeof *line);
    if (line == NULL || info == NULL) {
        free(line);
        return; /* without a deadline; the silence bounds it */
    }
    line->fd = info->connect_fd;
    line->deadline_us = clock_monotonic_us() + HEADERS_US;
    line->next = gateway->http->lines;
    if (line->next != NULL) {
        line->next->prior = line;
    }
    gateway->http->lines = line;
    gateway->connections++;
    *context = line;
}

/* Told for each connection that is accepted and once when it is closed, also at the end of the
 * daemon. */
static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct gateway *gateway = ((struct door *)context)->gateway;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        line_begin(gateway, connection, socket_context);
        return;
    }
    struct line *line = *socket_context;
    if (line != NULL) {
        *(line->prior == NULL ? &gateway->http->lines : &line->prior->next) = line->next;
        if (line->next != NULL) {
            line->next->prior = line->prior;
        }
        gateway->connections--;
        free(line);
    }
}

/* Shut down, not closed: the descriptor is libmicrohttpd's, which then sees the end. */
uint64_t gateway_http_tick(struct gateway *gateway, uint64_t now_us)
{
    struct gateway_http *http = gateway->http;
    if (now_us < http->scan_us) {
        return http->scan_us;
    }
    http->scan_us = now_us + SCAN_US;
    for (struct line *line = http->lines; line != NULL; line = line->next) {
        if (now_us >= line->deadline_us) {
            line->deadline_us = UINT64_MAX;
            gateway->counts.refused_slow++;
            (void)shutdown(line->fd, SHUT_RDWR);
        }
    }
    return http->scan_us;
}

/* ---- what every request must be ---------------------------------------------------------------
 */

/* Headers that mean one thing; twice, they would mean two. */
static bool single(const char *name)
{
    static const char *const names[] = {
        "Host",   "Content-Length", "Transfer-Encoding", "Content-Type",    "Content-Encoding",
        "Origin", "Authorization",  "If-Match",          "Idempotency-Key", "X-Paidan-CSRF",
        "Cookie", "X-Real-IP",      "Last-Event-ID",     "If-None-Match",   NULL};
    for (const char *const *at = names; *at != NULL; at++) {
        if (strcasecmp(*at, name) == 0) {
            return true;
        }
    }
    return false;
}

struct headers {
    const char *seen[16];
    unsigned count;
    const char *twice; /* a header that stands twice */
    bool nul;
};

/* Stops at the first fault: one is enough to refuse the request. */
static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_bytes, const char *value, size_t value_bytes)
{
    struct headers *headers = context;
    (void)kind;
    if (strlen(name) != name_bytes || (value != NULL && strlen(value) != value_bytes)) {
        headers->nul = true;
        return MHD_NO;
    }
    if (!single(name)) {
        return MHD_YES;
    }
    for (unsigned index = 0; index < headers->count; index++) {
        if (strcasecmp(headers->seen[index], name) == 0) {
            headers->twice = headers->seen[index];
            return MHD_NO;
        }
    }
    if (headers->count < sizeof headers->seen / sizeof headers->seen[0]) {
        headers->seen[headers->count++] = name;
    }
    return MHD_YES;
}

/* A name of this machine, whatever the port: it may be forwarded (ssh -L). A name that somebody else
 * points at 127.0.0.1 is refused, so no foreign page can speak to us under its own name. */
static bool host_local(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (unsigned index = 0; index < sizeof names / sizeof names[0]; index++) {
        const size_t bytes = strlen(names[index]);
        if (strncasecmp(host, names[index], bytes) == 0) {
            const char *port = host + bytes;
            return *port == '\0' ||
                   (*port == ':' && port[1 + strspn(port + 1, "0123456789")] == '\0');
        }
    }
    return false;
}

/* The port is not compared: behind a tunnel or in a container it is another than ours. */
static bool host_known(const struct exchange *exchange)
{
    const char *host = gateway_exchange_header(exchange, "Host");
    const struct gateway_http *http = exchange->gateway->http;
    if (host == NULL) {
        return false;
    }
    return host_local(host) || (http->host[0] != '\0' && strcasecmp(host, http->host) == 0);
}

/* Lengths and codings that a proxy might see otherwise. *length: UINT64_MAX: chunks. */
static bool framing_plain(const struct exchange *exchange, uint64_t *length)
{
    const char *coding = gateway_exchange_header(exchange, "Transfer-Encoding");
    const char *given = gateway_exchange_header(exchange, "Content-Length");
    *length = 0;
    if (coding != NULL) {
        *length = UINT64_MAX;
        return given == NULL && strcasecmp(coding, "chunked") == 0;
    }
    if (given == NULL) {
        return true;
    }
    const size_t digits = strspn(given, "0123456789");
    if (digits == 0 || digits > 18 || given[digits] != '\0') {
        return false;
    }
    *length = strtoull(given, NULL, 10);
    return true;
}

/* HEAD is answered as GET: the library leaves the body out. OPTIONS and TRACE are nobody's. */
static enum gateway_method method_of(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ? GATEWAY_GET
           : strcmp(method, "POST") == 0                             ? GATEWAY_POST
           : strcmp(method, "DELETE") == 0                           ? GATEWAY_DELETE
                                                                     : GATEWAY_OTHER;
}

/* "Application/JSON; charset=utf-8" is application/json. In the arena of this turn it would be gone by
 * the time the body is there, so it is one of ours or "other". */
static const char *type_of(const char *header)
{
    static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
                                        "multipart/form-data", "application/octet-stream"};
    const size_t bytes = header == NULL ? 0 : strcspn(header, "; \t");
    for (unsigned index = 0; header != NULL && index < sizeof types / sizeof types[0]; index++) {
        if (strlen(types[index]) == bytes && strncasecmp(header, types[index], bytes) == 0) {
            return types[index];
        }
    }
    return header == NULL ? NULL : "other";
}

/* What a form or raw bytes hold is the handler's to judge; JSON must say that it is, for a foreign
 * page can send a form or plain text without asking the browser, and JSON not. */
static bool type_fits(const struct exchange *exchange)
{
    switch (exchange->route->body) {
    case GATEWAY_NO_BODY:
    case GATEWAY_BYTES:
        return true;
    case GATEWAY_JSON:
        return exchange->type != NULL && strcmp(exchange->type, "application/json") == 0;
    case GATEWAY_FORM:
        return exchange->type != NULL &&
               (strcmp(exchange->type, "application/x-www-form-urlencoded") == 0 ||
                strcmp(exchange->type, "multipart/form-data") == 0);
    }
    return false;
}

/* Of a route without a body even one byte is too much: nobody would read it. */
static size_t body_max(const struct exchange *exchange)
{
    return exchange->route->body == GATEWAY_NO_BODY ? 0
           : exchange->route->body_max != 0         ? exchange->route->body_max
                                                    : GATEWAY_BODY_BYTES_DEFAULT;
}

/* Hexadecimal digits in the groups of a UUID; the id of the wish is its 16 bytes. */
static bool request_id_read(const char *text, unsigned char id[REQUEST_ID_BYTES])
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    unsigned nibble = 0;
    if (strlen(text) != sizeof shape - 1) {
        return false;
    }
    for (size_t index = 0; index < sizeof shape - 1; index++) {
        const char *digits = "0123456789abcdef";
        const char letter =
            (char)(text[index] >= 'A' && text[index] <= 'F' ? text[index] + 32 : text[index]);
        const char *digit = letter == '\0' ? NULL : strchr(digits, letter);
        if (shape[index] == '-' ? letter != '-' : digit == NULL) {
            return false;
        }
        if (digit != NULL) {
            const unsigned value = (unsigned)(digit - digits);
            id[nibble / 2] = (unsigned char)(nibble % 2 == 0 ? value << 4 : id[nibble / 2] | value);
            nibble++;
        }
    }
    return true;
}

/* ---- one request ------------------------------------------------------------------------------
 */

/* Limits go by this. On the proxy's door an address that is none counts as one stranger together
 * with all others like it, so that leaving the header out gains nothing. */
static void address_take(struct exchange *exchange, const struct door *door)
{
    exchange->proxied = door->proxied;
    if (door->proxied) {
        const char *real = gateway_exchange_header(exchange, "X-Real-IP");
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

/* The target is read in on_target; without one it was none of ours. False: answered. */
static bool begin_route(struct exchange *exchange)
{
    bool known = false;
    if (exchange->uri.bytes == NULL) {
        gateway_problem_fault(
            exchange, exchange->too_long ? GATEWAY_URI_TOO_LONG : GATEWAY_REQUEST_MALFORMED, NULL);
        return false;
    }
    const struct gateway *gateway = exchange->gateway;
    exchange->route =
        gateway_route_find(gateway->routes, gateway->route_count, exchange->method, &exchange->uri,
                           exchange->parts, &exchange->part_count, &known);
    if (exchange->route == NULL) {
        gateway_problem_fault(exchange, known ? GATEWAY_METHOD_NOT_ALLOWED : GATEWAY_PATH_UNKNOWN,
                              NULL);
        return false;
    }
    if (exchange->route->who == GATEWAY_LOOPBACK && exchange->proxied) {
        gateway_problem_fault(exchange, GATEWAY_LOOPBACK_ONLY, NULL);
        return false;
    }
    return true;
}

/* False: answered. */
static bool begin_headers(struct exchange *exchange)
{
    struct headers headers = {.count = 0};
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, on_header, &headers);
    if (headers.nul) {
        gateway_problem_fault(exchange, GATEWAY_REQUEST_MALFORMED, NULL);
    } else if (headers.twice != NULL) {
        gateway_problem_fault(exchange, GATEWAY_HEADER_DUPLICATE, headers.twice);
    } else if (!host_known(exchange)) {
        gateway_problem_fault(exchange, GATEWAY_HOST_UNKNOWN, NULL);
    }
    return !gateway_exchange_answered(exchange);
}

/* False: answered. The size that is announced is believed before the body is read. */
static bool begin_body(struct exchange *exchange)
{
    uint64_t length = 0;
    if (!framing_plain(exchange, &length)) {
        gateway_problem_fault(exchange, GATEWAY_REQUEST_MALFORMED, "Content-Length");
        return false;
    }
    exchange->type = type_of(gateway_exchange_header(exchange, "Content-Type"));
    if (length != UINT64_MAX && length > body_max(exchange)) {
        gateway_problem_fault(exchange, GATEWAY_BODY_TOO_LARGE, NULL);
    } else if (gateway_exchange_header(exchange, "Content-Encoding") != NULL) {
        gateway_problem_fault(exchange, GATEWAY_TYPE_UNSUPPORTED, "Content-Encoding");
    } else if (length > 0 && !type_fits(exchange)) {
        gateway_problem_fault(exchange, GATEWAY_TYPE_UNSUPPORTED, NULL);
    }
    return !gateway_exchange_answered(exchange);
}

/* False: answered. */
static bool begin_id(struct exchange *exchange)
{
    const char *key = gateway_exchange_header(exchange, "Idempotency-Key");
    if (key == NULL) {
        client_request_id(exchange->request_id);
    } else if (!request_id_read(key, exchange->request_id)) {
        gateway_problem_fault(exchange, GATEWAY_KEY_INVALID, NULL);
        return false;
    }
    return true;
}

/* All that can be judged by the headers, so that a body that nobody wants is not read. */
static void begin(struct exchange *exchange, const struct door *door, const char *method)
{
    exchange->begun = true;
    exchange->method = method_of(method);
    exchange->gateway->counts.requests++;
    address_take(exchange, door);
    gateway_exchange_language(exchange);
    if (exchange->gateway->draining) {
        gateway_problem(exchange, PAIDAN__CODE__STARTING, NULL, 1000);
    } else if (begin_headers(exchange) && begin_route(exchange) && begin_body(exchange)) {
        (void)begin_id(exchange);
    }
    exchange->close = gateway_exchange_answered(exchange);
    line_until(exchange->connection, BODY_US);
}

/* Reads on although it is too much, for an answer can only be given after the body; one that does not
 * end is cut off. False: cut it off. */
static bool take_body(struct exchange *exchange, const char *bytes, size_t size)
{
    const size_t max = exchange->route == NULL ? 0 : body_max(exchange);
    exchange->body_seen += size;
    if (exchange->body_seen > max || gateway_exchange_answered(exchange)) {
        exchange->overflow = true;
        return exchange->body_seen <= OVERFLOW_FACTOR * (max + POOL_BYTES);
    }
    if (exchange->body_bytes + size + 1 > exchange->body_room) {
        size_t room = exchange->body_room == 0 ? 4096 : 2 * exchange->body_room;
        while (room < exchange->body_bytes + size + 1) {
            room *= 2;
        }
        size_t *held = &exchange->gateway->bodies_bytes;
        if (room > BODY_SMALL_BYTES && *held + room > BODIES_BYTES_MAX) {
            gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 5000);
            return true; /* read on to its end, for only then it can be told */
        }
        char *grown = realloc(exchange->body, room);
        if (grown == NULL) {
            return false;
        }
        *held += room - exchange->body_room;
        exchange->body = grown;
        exchange->body_room = room;
    }
    memcpy(exchange->body + exchange->body_bytes, bytes, size);
    exchange->body_bytes += size;
    exchange->body[exchange->body_bytes] = '\0';
    return true;
}

/* What gateway_session_admit goes on with, so that it need not know of routes. */
static void run_route(struct exchange *exchange)
{
    exchange->route->handler(exchange);
}

/* The whole request is there. */
static void handle(struct exchange *exchange)
{
    struct gateway *gateway = exchange->gateway;
    uint32_t retry_ms = 0;
    exchange->handled = true;
    arena_reset(&gateway->arena);
    if (gateway_exchange_answered(exchange)) {
        return; /* while its body came */
    }
    if (exchange->overflow) {
        gateway_problem_fault(exchange, GATEWAY_BODY_TOO_LARGE, NULL);
    } else if (exchange->route->who == GATEWAY_LOGIN) {
        gateway_session_admit(exchange, run_route);
    } else if (exchange->route->who == GATEWAY_ANYONE && exchange->proxied &&
               !gateway_limit_take(gateway, GATEWAY_LIMIT_ADDRESS, exchange->address,
                                   clock_monotonic_us(), &retry_ms)) {
        gateway->counts.refused_limit++;
        gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
    } else {
        run_route(exchange);
    }
}

/* Given to the library, which sends it when the client reads. From here on the exchange belongs to
 * on_completed, which comes also when the client goes away. */
static enum MHD_Result answer(struct exchange *exchange)
{
    struct gateway *gateway = exchange->gateway;
    if (exchange->response == NULL) {
        return MHD_NO;
    }
    if (exchange->close || gateway->draining) {
        (void)MHD_add_response_header(exchange->response, "Connection", "close");
    }
    if (exchange->stream) {
        (void)MHD_set_connection_option(exchange->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0u);
    }
    line_until(exchange->connection, exchange->stream ? UINT64_MAX : ANSWER_US);
    gateway->counts.by_class[exchange->status / 100 < 6 ? exchange->status / 100 : 0]++;
    if (!exchange->stream) {
        metrics_observe(&gateway->counts.seconds,
                        (double)(clock_monotonic_us() - exchange->started_us) / 1e6);
    }
    exchange->queued = true;
    return MHD_queue_response(exchange->connection, exchange->status, exchange->response);
}

/* Called for headers, for each piece of the body, at its end, and once more after a rest. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_bytes, void **state)
{
    struct exchange *exchange = *state;
    struct door *door = context;
    (void)url;
    (void)version;
    if (exchange == NULL) {
        return MHD_NO; /* no memory */
    }
    if (!exchange->begun) {
        exchange->connection = connection;
        begin(exchange, door, method);
        return gateway_exchange_answered(exchange) ? answer(exchange) : MHD_YES;
    }
    if (*upload_bytes > 0) {
        const bool taken = take_body(exchange, upload, *upload_bytes);
        *upload_bytes = 0;
        return taken ? MHD_YES : MHD_NO;
    }
    if (exchange->queued) {
        return MHD_YES;
    }
    if (!exchange->handled) {
        line_until(connection, UINT64_MAX);
        handle(exchange);
    }
    if (!gateway_exchange_answered(exchange)) {
        exchange->suspended = true;
        door->gateway->suspended++;
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    return answer(exchange);
}

/* The target as it came: libmicrohttpd unescapes it once more than is good for a path. It stands in the
 * connection's own memory, and the library takes the query apart only after this: it is made to find none,
 * for of some hundred pairs its list, which nobody reads, fills the pool, and it hangs up without a word. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    const struct door *door = context;
    struct exchange *exchange = gateway_exchange_new(door->gateway);
    line_until(connection, HEADERS_US);
    if (exchange != NULL) {
        exchange->too_long = gateway_uri_read(&exchange->uri, target) == RC_LIMIT;
    }
    char *query = strchr((char *)(uintptr_t)target, '?');
    if (query != NULL && query[1] != '\0') {
        query[1] = '\0';
    }
    return exchange;
}

/* The end of an exchange, whatever it came to. The connection may bring the next one. */
static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)code;
    line_until(connection, IDLE_US);
    if (*state != NULL) {
        gateway_exchange_free(*state);
        *state = NULL;
    }
}

/* Switched off: what a path may hold is judged by gateway_uri, on the bytes as they came. */
static size_t on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* The library complains about clients here, in words that may repeat what they sent: its format
 * alone is logged, and seldom. */
static void on_log(void *context, const char *format, va_list arguments)
{
    (void)context;
    (void)arguments; /* may hold what a client sent */
    diag_log_limited(DIAG_WARN, "http", "libmicrohttpd=\"%.*s\"", (int)strcspn(format, "\n"),
                     format);
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

/* 127.0.0.1 or another address of 127/8 alone: what is not loopback goes through nginx. */
static enum rc listen_tcp(struct gateway *gateway, int *made)
{
    char host[32] = "";
    const char *colon = strrchr(gateway->settings.listen, ':');
    const size_t bytes = colon == NULL ? 0 : (size_t)(colon - gateway->settings.listen);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int on = 1;
    char *end = NULL;
    const unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
    if (colon == NULL || bytes >= sizeof host || end == colon + 1 || *end != '\0' || port > 65535) {
        return RC_SETTINGS;
    }
    memcpy(host, gateway->settings.listen, bytes);
    address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        ntohl(address.sin_addr.s_addr) >> 24 != 127) {
        return RC_SETTINGS;
    }
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return RC_IO;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        const enum rc rc = errno == EADDRINUSE || errno == EACCES ? RC_SETTINGS : RC_IO;
        diag_log(DIAG_ERROR, "http", "listen=%s why=\"%s\"", gateway->settings.listen,
                 strerror(errno));
        close(fd);
        return rc;
    }
    (void)snprintf(gateway->origin, sizeof gateway->origin, "http://%s:%u", host,
                   ntohs(address.sin_port));
    *made = fd;
    return RC_OK;
}

/* A socket that is left from a process that was killed is replaced. nginx's group may connect. */
static enum rc listen_unix(const char *path, int *made)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat there;
    if (strlen(path) >= sizeof address.sun_path) {
        return RC_SETTINGS;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (lstat(path, &there) == 0 && (!S_ISSOCK(there.st_mode) || unlink(path) != 0)) {
        return RC_SETTINGS;
    }
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return RC_IO;
    }
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        diag_log(DIAG_ERROR, "http", "unix=\"%s\" why=\"%s\"", path, strerror(errno));
        close(fd);
        return RC_SETTINGS;
    }
    *made = fd;
    return RC_OK;
}

/* The library polls nothing by itself: its epoll stands among what the loop waits for. STRICT
 * refuses what RFC 9112 forbids; the pool bounds what one connection may make us keep. */
static enum rc door_open(struct gateway *gateway, int fd, bool proxied)
{
    struct gateway_http *http = gateway->http;
    struct door *door = &http->doors[gateway->door_count];
    *door = (struct door){.gateway = gateway, .proxied = proxied, .fd = fd};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
        door, MHD_OPTION_EXTERNAL_LOGGER, on_log, door, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        gateway->settings.connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        proxied ? 0u : gateway->settings.address_connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SILENCE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, door, MHD_OPTION_NOTIFY_CONNECTION, on_connection, door,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, door, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        door, MHD_OPTION_END);
    if (daemon == NULL) {
        close(fd);
        return RC_IO;
    }
    gateway->doors[gateway->door_count++] = daemon;
    return RC_OK;
}

/* "https://paidan.example.cn" has the host that nginx passes on. */
static enum rc origin_read(struct gateway *gateway)
{
    const char *origin = gateway->settings.public_origin;
    const char *host = origin == NULL ? NULL : strstr(origin, "://");
    if (origin == NULL) {
        return RC_OK;
    }
    if (host == NULL || strncmp(origin, "http", 4) != 0 || strchr(host + 3, '/') != NULL ||
        strlen(host + 3) >= sizeof gateway->http->host || host[3] == '\0') {
        return RC_SETTINGS;
    }
    memcpy(gateway->http->host, host + 3, strlen(host + 3) + 1);
    return RC_OK;
}

/* The Unix socket last: nginx goes to it as soon as it is there. */
enum rc gateway_http_open(struct gateway *gateway)
{
    int fd = -1;
    gateway->http = calloc(1, sizeof *gateway->http);
    if (gateway->http == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = origin_read(gateway);
    if (rc == RC_OK) {
        rc = listen_tcp(gateway, &fd);
    }
    if (rc == RC_OK) {
        rc = door_open(gateway, fd, false);
    }
    if (rc == RC_OK && gateway->settings.unix_path != NULL) {
        rc = listen_unix(gateway->settings.unix_path, &fd);
        if (rc == RC_OK) {
            rc = door_open(gateway, fd, true);
        }
    }
    return rc;
}

/* The descriptor is ours again and closed here, so that a new process can listen at once. */
void gateway_http_quiesce(struct gateway *gateway)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        const int fd = MHD_quiesce_daemon(gateway->doors[index]);
        if (fd >= 0) {
            close(fd);
        }
    }
}

/* Closes what connections are left; nothing may be suspended then (it would abort). */
void gateway_http_close(struct gateway *gateway)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        MHD_stop_daemon(gateway->doors[index]);
    }
    gateway->door_count = 0;
    free(gateway->http);
    gateway->http = NULL;
}

/* ---- turning ----------------------------------------------------------------------------------
 */

/* The descriptor does not change while the daemon lives, but asking costs nothing. */
size_t gateway_http_items(struct gateway *gateway, struct bus_item *items)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        const union MHD_DaemonInfo *info =
            MHD_get_daemon_info(gateway->doors[index], MHD_DAEMON_INFO_EPOLL_FD);
        CHECK(info != NULL);
        items[index] = (struct bus_item){.fd = info->epoll_fd};
    }
    return gateway->door_count;
}

/* Without this a connection that timed out, or was resumed, would wait for the next event. */
uint64_t gateway_http_wait_ms(const struct gateway *gateway, uint64_t bound)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        MHD_UNSIGNED_LONG_LONG wait_ms = 0;
        if (MHD_get_timeout(gateway->doors[index], &wait_ms) == MHD_YES && wait_ms < bound) {
            bound = wait_ms;
        }
    }
    return bound;
}

/* Accepts, reads, calls on_request, writes: all that is ready, then returns. */
void gateway_http_run(struct gateway *gateway)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        (void)MHD_run(gateway->doors[index]);
    }
}
