/* web_daemon: libmicrohttpd, and the list of connections with their deadlines. What must stay true: nobody
 * holds a connection by being slow, also where the library itself would let him; what a client sent is
 * never logged. */
#include "common/web/web_daemon.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"

struct web_line {
    struct web_line *next, *prior;
    int fd;
    uint64_t deadline_us;
};

/* ---- connections ------------------------------------------------------------------------------
 */

/* The library keeps the pointer with the connection; NULL where there was no memory for one. */
void web_lines_until(struct MHD_Connection *connection, uint64_t us)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct web_line *line = info == NULL ? NULL : info->socket_context;
    if (line != NULL) {
        line->deadline_us = us == UINT64_MAX ? us : clock_monotonic_us() + us;
    }
}

/* Counted here and not by the library, which tells its number only by asking the daemon, and which
 * counts those that it is about to end. */
static void line_begin(struct web_lines *lines, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct web_line *line = info == NULL ? NULL : calloc(1, sizeof *line);
    if (line == NULL) {
        return; /* without a deadline; the silence bounds it */
    }
    line->fd = info->connect_fd;
    line->deadline_us = clock_monotonic_us() + lines->begin_us;
    line->next = lines->first;
    if (line->next != NULL) {
        line->next->prior = line;
    }
    lines->first = line;
    lines->count++;
    *context = line;
}

/* Told for each connection that is accepted and once when it is closed, also at the daemon's end. */
static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct web_lines *lines = context;
    struct web_line *line = *socket_context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        line_begin(lines, connection, socket_context);
    } else if (line != NULL) {
        CHECK(lines->count > 0);
        *(line->prior == NULL ? &lines->first : &line->prior->next) = line->next;
        if (line->next != NULL) {
            line->next->prior = line->prior;
        }
        lines->count--;
        free(line);
    }
}

/* Shut down, not closed: the descriptor is libmicrohttpd's, which then sees the end. */
size_t web_lines_scan(struct web_lines *lines, uint64_t now_us, uint64_t every_us)
{
    size_t ended = 0;
    if (now_us < lines->scan_us) {
        return 0;
    }
    lines->scan_us = now_us + every_us;
    for (struct web_line *line = lines->first; line != NULL; line = line->next) {
        if (now_us >= line->deadline_us) {
            line->deadline_us = UINT64_MAX;
            (void)shutdown(line->fd, SHUT_RDWR);
            ended++;
        }
    }
    return ended;
}

/* ---- the daemon -------------------------------------------------------------------------------
 */

/* Switched off: it unescapes once more than is good for a path, and paths are judged as they came. */
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

/* The library polls nothing by itself: its epoll stands among what the caller's loop waits for. STRICT
 * refuses what RFC 9112 forbids; the pool bounds what one connection may make us keep. */
struct MHD_Daemon *web_daemon_start(const struct web_daemon *daemon)
{
    CHECK(daemon->lines->begin_us > 0);
    struct MHD_Daemon *made = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        daemon->on_request, daemon->context, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, daemon->fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        daemon->pool_bytes, MHD_OPTION_CONNECTION_LIMIT, daemon->connections_max,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, daemon->address_max, MHD_OPTION_CONNECTION_TIMEOUT,
        daemon->silence_s, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
        daemon->on_completed, daemon->context, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
        daemon->lines, MHD_OPTION_URI_LOG_CALLBACK, daemon->on_target, daemon->context,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_END);
    if (made == NULL) {
        close(daemon->fd);
    }
    return made;
}

void web_daemon_quiesce(struct MHD_Daemon *daemon)
{
    const int fd = MHD_quiesce_daemon(daemon);
    if (fd >= 0) {
        close(fd);
    }
}

int web_daemon_fd(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    CHECK(info != NULL);
    return info->epoll_fd;
}

/* Without this a connection that timed out, or was resumed, would wait for the next event. */
uint64_t web_daemon_wait_ms(struct MHD_Daemon *daemon, uint64_t bound)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    return MHD_get_timeout(daemon, &wait_ms) == MHD_YES && wait_ms < bound ? wait_ms : bound;
}

/* ---- of a request -----------------------------------------------------------------------------
 */

/* The target stands in the connection's own memory, and the library takes the query apart only after
 * on_target: it is made to find none, for of some hundred pairs its list, which nobody reads, fills the
 * pool, and it hangs up without a word. */
void web_daemon_hide(const char *target)
{
    char *query = strchr((char *)(uintptr_t)target, '?');
    if (query != NULL && query[1] != '\0') {
        query[1] = '\0';
    }
}

/* Limits go by this. On the proxy's door an address that is none counts as one stranger together with all
 * others like it, so that leaving the header out gains nothing. */
void web_daemon_address(struct MHD_Connection *connection, bool proxied, char *address, size_t size)
{
    CHECK(size >= INET_ADDRSTRLEN);
    if (proxied) {
        const char *real = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Real-IP");
        const bool fits = real != NULL && strlen(real) < size &&
                          real[strspn(real, "0123456789abcdefABCDEF.:")] == '\0';
        (void)snprintf(address, size, "%s", fits ? real : "unix");
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    (void)snprintf(address, size, "loopback");
    if (info != NULL && info->client_addr != NULL && info->client_addr->sa_family == AF_INET) {
        const struct sockaddr_in *from =
            (const struct sockaddr_in *)(const void *)info->client_addr;
        (void)inet_ntop(AF_INET, &from->sin_addr, address, (socklen_t)size);
    }
}

bool web_daemon_cut(const char *name, size_t name_bytes, const char *value, size_t value_bytes)
{
    return strlen(name) != name_bytes || (value != NULL && strlen(value) != value_bytes);
}

bool web_daemon_length(const char *coding, const char *given, uint64_t *length)
{
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

/* Chunks are read as far as they come: whoever reads them counts. */
bool web_daemon_early(struct MHD_Connection *connection, uint64_t length, uint64_t thrown_max)
{
    return length == 0 || (length != UINT64_MAX && length > thrown_max) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Expect") != NULL;
}
