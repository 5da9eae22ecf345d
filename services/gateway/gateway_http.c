/* gateway_http: connections, and the rules that hold for all requests. It owns the daemons, of
 * which common/web/web_daemon knows how libmicrohttpd must be treated. What must stay true: a handler sees only requests whose target, headers,
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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/web/web_body.h"
#include "common/web/web_daemon.h"
#include "common/web/web_listen.h"
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
    /* All bodies that are held at a time, beyond the small ones: strangers may send photos. */
    BODIES_BYTES_MAX = 192 << 20,
    BODY_SMALL_BYTES = 512 << 10,
    OVERFLOW_FACTOR = 2, /* a body so many times too large is not read to its end */
};

struct door {
    struct gateway *gateway;
    bool proxied;
    int fd;
};
struct gateway_http {
    struct door doors[GATEWAY_DOORS_MAX];
    char host[64]; /* of public_origin, "" none */
};

uint64_t gateway_http_tick(struct gateway *gateway, uint64_t now_us)
{
    struct web_lines *lines = &gateway->lines;
    gateway->counts.refused_slow += web_lines_scan(lines, now_us, SCAN_US);
    return lines->scan_us;
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
    if (web_daemon_cut(name, name_bytes, value, value_bytes)) {
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
static bool begin_body(struct exchange *exchange, uint64_t length)
{
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

/* A body so large is read on and thrown away, for an answer can only be given after it. */
static size_t thrown_max(const struct exchange *exchange)
{
    return OVERFLOW_FACTOR * ((exchange->route == NULL ? 0 : body_max(exchange)) + POOL_BYTES);
}

/* All that can be judged by the headers. True: the answer goes out before the body has come; always where
 * it is not known for sure where that ends. */
static bool begin(struct exchange *exchange, const struct door *door, const char *method)
{
    uint64_t length = 0;
    bool plain = false;
    exchange->begun = true;
    exchange->method = method_of(method);
    exchange->gateway->counts.requests++;
    exchange->proxied = door->proxied;
    web_daemon_address(exchange->connection, door->proxied, exchange->address,
                       sizeof exchange->address);
    gateway_exchange_language(exchange);
    if (exchange->gateway->draining) {
        gateway_problem(exchange, PAIDAN__CODE__STARTING, NULL, 1000);
    } else if (begin_headers(exchange)) {
        plain = web_daemon_length(gateway_exchange_header(exchange, "Transfer-Encoding"),
                                  gateway_exchange_header(exchange, "Content-Length"), &length);
        if (!plain) {
            gateway_problem_fault(exchange, GATEWAY_REQUEST_MALFORMED, "Content-Length");
        } else if (begin_route(exchange) && begin_body(exchange, length)) {
            (void)begin_id(exchange);
        }
    }
    exchange->close = gateway_exchange_answered(exchange);
    web_lines_until(exchange->connection, BODY_US);
    return exchange->close &&
           (!plain || web_daemon_early(exchange->connection, length, thrown_max(exchange)));
}

/* False: cut it off, it does not end. */
static bool take_body(struct exchange *exchange, const char *bytes, size_t size)
{
    const size_t max = exchange->route == NULL ? 0 : body_max(exchange);
    exchange->body_seen += size;
    if (exchange->body_seen > max || gateway_exchange_answered(exchange)) {
        exchange->overflow = true;
        return exchange->body_seen <= thrown_max(exchange);
    }
    const size_t was = exchange->body_room;
    const size_t room = web_body_room(was, exchange->body_bytes + size);
    size_t *held = &exchange->gateway->bodies_bytes;
    if (room > was && room > BODY_SMALL_BYTES && *held + room > BODIES_BYTES_MAX) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 5000);
        return true; /* read on to its end, for only then it can be told */
    }
    const bool added =
        web_body_add(&exchange->body, &exchange->body_bytes, &exchange->body_room, bytes, size);
    *held += exchange->body_room - was;
    return added;
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
    web_lines_until(exchange->connection, exchange->stream ? UINT64_MAX : ANSWER_US);
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
        return begin(exchange, door, method) ? answer(exchange) : MHD_YES;
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
        web_lines_until(connection, UINT64_MAX);
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

static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    const struct door *door = context;
    struct exchange *exchange = gateway_exchange_new(door->gateway);
    web_lines_until(connection, HEADERS_US);
    if (exchange != NULL) {
        exchange->too_long = gateway_uri_read(&exchange->uri, target) == RC_LIMIT;
    }
    web_daemon_hide(target);
    return exchange;
}

/* The end of an exchange, whatever it came to. The connection may bring the next one. */
static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)code;
    web_lines_until(connection, IDLE_US);
    if (*state != NULL) {
        gateway_exchange_free(*state);
        *state = NULL;
    }
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

static enum rc door_open(struct gateway *gateway, int fd, bool proxied)
{
    struct gateway_http *http = gateway->http;
    struct door *door = &http->doors[gateway->door_count];
    *door = (struct door){.gateway = gateway, .proxied = proxied, .fd = fd};
    struct MHD_Daemon *daemon = web_daemon_start(
        &(struct web_daemon){.fd = fd,
                             .lines = &gateway->lines,
                             .pool_bytes = POOL_BYTES,
                             .connections_max = gateway->settings.connections_max,
                             .address_max = proxied ? 0 : gateway->settings.address_connections_max,
                             .silence_s = SILENCE_S,
                             .on_target = on_target,
                             .on_request = on_request,
                             .on_completed = on_completed,
                             .context = door});
    if (daemon == NULL) {
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
    char address[64];
    int fd = -1;
    gateway->http = calloc(1, sizeof *gateway->http);
    if (gateway->http == NULL) {
        return RC_LIMIT;
    }
    gateway->lines.begin_us = HEADERS_US;
    enum rc rc = origin_read(gateway);
    if (rc == RC_OK) {
        rc = web_listen_tcp(gateway->settings.listen, &fd, address, sizeof address);
    }
    if (rc == RC_OK) {
        (void)snprintf(gateway->origin, sizeof gateway->origin, "http://%s", address);
        rc = door_open(gateway, fd, false);
    }
    if (rc == RC_OK && gateway->settings.unix_path != NULL) {
        rc = web_listen_unix(gateway->settings.unix_path, &fd);
        if (rc == RC_OK) {
            rc = door_open(gateway, fd, true);
        }
    }
    return rc;
}

void gateway_http_quiesce(struct gateway *gateway)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        web_daemon_quiesce(gateway->doors[index]);
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
        items[index] = (struct bus_item){.fd = web_daemon_fd(gateway->doors[index])};
    }
    return gateway->door_count;
}

uint64_t gateway_http_wait_ms(const struct gateway *gateway, uint64_t bound)
{
    for (unsigned index = 0; index < gateway->door_count; index++) {
        bound = web_daemon_wait_ms(gateway->doors[index], bound);
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
