/* bus: sockets over libzmq 4.3.4. Why each option has its value is said where it is set.
 *
 * What must stay true: no call here waits except bus_wait; every queue has a bound in messages
 * (HWM) and, for answers, in bytes, since a peer that asks for much and reads nothing could
 * otherwise take all memory. A file that is not a dead socket is never removed.
 *
 * Owns the context with its one I/O thread, and the directories that are kept open for it. */

#include "common/bus/bus.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/base/limits.h"
#include "common/bus/bus_private.h"

enum {
    BUS_LINGER_MS = 500,      /* answers of the last step still go out */
    BUS_SEND_MESSAGES = 1000, /* waiting for one peer */
    /* Received and not yet taken. By a server, of one of its peers: FRAME_BYTES_ACCEPTED each at
     * worst, so 256 MiB; 256 frames would be 10 to 20 % faster where they are tiny. By one who
     * asks: answers that it asked for. */
    BUS_SERVER_RECEIVE_MESSAGES = 32,
    BUS_RECEIVE_MESSAGES = 256,
    BUS_HEARTBEAT_MS = 2000, /* a dead or stuck peer is let go after BUS_SILENCE_MS */
    BUS_SILENCE_MS = 6000,
    BUS_HANDSHAKE_MS = 5000,
    BUS_RECONNECT_IPC_MS = 50, /* a local service that restarts is back within a second */
    BUS_RECONNECT_IPC_MS_MAX = 1000,
    BUS_RECONNECT_TCP_MS = 200,
    BUS_RECONNECT_TCP_MS_MAX = 10000,
    BUS_BACKLOG = 256,
    BUS_TEST_MS = 5000, /* a frame to ourselves takes a millisecond */
};

/* Signals must be blocked before: the I/O thread takes over the mask of the thread that opens. */
enum rc bus_open(struct bus **bus)
{
    struct bus *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_IO;
    }
    made->context = zmq_ctx_new();
    if (made->context == NULL) {
        free(made);
        return RC_IO;
    }
    /* Else a socket made later would wait for ever at the end for a peer that is dead. */
    if (zmq_ctx_set(made->context, ZMQ_BLOCKY, 0) != 0) {
        (void)zmq_ctx_term(made->context);
        free(made);
        return RC_IO;
    }
    *bus = made;
    return RC_OK;
}

/* An interrupted termination goes on where it was; sockets are closed already, so it ends. */
void bus_close(struct bus *bus)
{
    if (bus == NULL) {
        return;
    }
    (void)zmq_ctx_shutdown(bus->context);
    while (zmq_ctx_term(bus->context) != 0 && errno == EINTR) {
    }
    for (unsigned index = 0; index < bus->folder_count; index++) {
        close(bus->folders[index].fd);
        free(bus->folders[index].path);
    }
    free(bus);
}

/* ---- endpoints --------------------------------------------------------------------------------
 */

/* NULL: another transport. */
static const char *ipc_path(const char *endpoint)
{
    return strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : NULL;
}

/* "host:port" with a port that is a number: libzmq also takes sources, interfaces and wildcards,
 * of which a mistyped setting might be one. */
static bool tcp_valid(const char *address)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address || strpbrk(address, ";/ ") != NULL) {
        return false;
    }
    const size_t digits = strlen(colon + 1);
    if (digits == 0 || digits > 5 || strspn(colon + 1, "0123456789") != digits) {
        return false;
    }
    const unsigned long port = strtoul(colon + 1, NULL, 10);
    return port >= 1 && port <= 65535;
}

/* Fewer transports than libzmq knows: each that is let in has its own ways to fail. */
bool bus_endpoint_valid(const char *endpoint)
{
    if (strlen(endpoint) >= BUS_ENDPOINT_BYTES) {
        return false;
    }
    const char *path = ipc_path(endpoint);
    if (path != NULL) {
        /* '@' is the abstract space, where nobody checks who connects; '*' makes a file of its
         * own that nobody finds. */
        const size_t length = strlen(path);
        return length > 0 && length < PATH_MAX && path[0] != '@' && path[0] != '*' &&
               path[length - 1] != '/';
    }
    return strncmp(endpoint, "tcp://", 6) == 0 && tcp_valid(endpoint + 6);
}

/* The descriptor of a directory, opened once. */
static enum rc folder_fd(struct bus *bus, const char *path, size_t length, int *fd)
{
    for (unsigned index = 0; index < bus->folder_count; index++) {
        const struct folder *folder = &bus->folders[index];
        if (strncmp(folder->path, path, length) == 0 && folder->path[length] == '\0') {
            *fd = folder->fd;
            return RC_OK;
        }
    }
    if (bus->folder_count == BUS_FOLDERS_MAX) {
        return RC_IO;
    }
    char *copy = strndup(path, length);
    if (copy == NULL) {
        return RC_IO;
    }
    const int opened = open(copy, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) {
        free(copy);
        return RC_IO;
    }
    CHECK(bus->folder_count < BUS_FOLDERS_MAX);
    bus->folders[bus->folder_count] = (struct folder){.path = copy, .fd = opened};
    bus->folder_count++;
    *fd = opened;
    return RC_OK;
}

/* A path for sockaddr_un that names the same file. RC_OK, RC_SETTINGS (the last name alone is too
 * long) or RC_IO (its directory cannot be opened). */
static enum rc path_shorten(struct bus *bus, const char *path, char *shorter, size_t size)
{
    if (strlen(path) < size) {
        memcpy(shorter, path, strlen(path) + 1);
        return RC_OK;
    }
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return RC_SETTINGS;
    }
    int fd = -1;
    if (folder_fd(bus, path, (size_t)(slash - path) + 1, &fd) != RC_OK) {
        return RC_IO;
    }
    const int length = snprintf(shorter, size, "/proc/self/fd/%d/%s", fd, slash + 1);
    return length < 0 || (size_t)length >= size ? RC_SETTINGS : RC_OK;
}

/* What libzmq is given for an endpoint; *path: the ipc path in it, empty for tcp. */
static enum rc endpoint_resolve(struct bus *bus, const char *endpoint, char *resolved, size_t size,
                                const char **path)
{
    struct sockaddr_un address;
    char shorter[sizeof address.sun_path];
    if (!bus_endpoint_valid(endpoint)) {
        return RC_SETTINGS;
    }
    if (ipc_path(endpoint) == NULL) {
        snprintf(resolved, size, "%s", endpoint);
        *path = "";
        return RC_OK;
    }
    const enum rc rc = path_shorten(bus, ipc_path(endpoint), shorter, sizeof shorter);
    if (rc != RC_OK) {
        return rc;
    }
    snprintf(resolved, size, "ipc://%s", shorter);
    *path = resolved + 6;
    return RC_OK;
}

/* Makes room for our socket file without ever removing anything but a dead socket: libzmq itself
 * would unlink whatever is there, a file of the user's or the socket of a running service. */
static enum rc path_clear(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        return RC_OK; /* nothing there; anything worse shows when binding */
    }
    if (!S_ISSOCK(info.st_mode)) {
        return RC_SETTINGS;
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CHECK(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return RC_IO;
    }
    const int failed = connect(fd, (const struct sockaddr *)&address, sizeof address);
    const int why = errno;
    close(fd);
    if (failed == 0 || why == EAGAIN) {
        return RC_LOCKED;
    }
    return unlink(path) == 0 ? RC_OK : RC_IO;
}

/* ---- sockets ----------------------------------------------------------------------------------
 */

static bool option_int(void *zmq, int option, int value)
{
    return zmq_setsockopt(zmq, option, &value, sizeof value) == 0;
}

/* Limits are set before bind or connect: changing a queue's bound later is broken in 4.3.4. */
static bool socket_limit(void *zmq, bool server, bool local)
{
    const int64_t accepted = FRAME_BYTES_ACCEPTED;
    bool set = zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &accepted, sizeof accepted) == 0;
    set = set && option_int(zmq, ZMQ_SNDHWM, BUS_SEND_MESSAGES);
    set = set &&
          option_int(zmq, ZMQ_RCVHWM, server ? BUS_SERVER_RECEIVE_MESSAGES : BUS_RECEIVE_MESSAGES);
    set = set && option_int(zmq, ZMQ_LINGER, server ? BUS_LINGER_MS : 0);
    set = set && option_int(zmq, ZMQ_SNDTIMEO, 0);
    set = set && option_int(zmq, ZMQ_RCVTIMEO, 0);
    set = set && option_int(zmq, ZMQ_HANDSHAKE_IVL, BUS_HANDSHAKE_MS);
    set = set && option_int(zmq, ZMQ_HEARTBEAT_IVL, BUS_HEARTBEAT_MS);
    set = set && option_int(zmq, ZMQ_HEARTBEAT_TIMEOUT, BUS_SILENCE_MS);
    set = set && option_int(zmq, ZMQ_HEARTBEAT_TTL, BUS_SILENCE_MS);
    if (server) {
        /* Without it an answer to a peer that reads slowly is dropped and reported as sent. */
        set = set && option_int(zmq, ZMQ_ROUTER_MANDATORY, 1);
        set = set && option_int(zmq, ZMQ_BACKLOG, BUS_BACKLOG);
    } else {
        /* Nothing is queued for a service that is not there: the request is sent once it is. */
        set = set && option_int(zmq, ZMQ_IMMEDIATE, 1);
        set = set && option_int(zmq, ZMQ_RECONNECT_IVL,
                                local ? BUS_RECONNECT_IPC_MS : BUS_RECONNECT_TCP_MS);
        set = set && option_int(zmq, ZMQ_RECONNECT_IVL_MAX,
                                local ? BUS_RECONNECT_IPC_MS_MAX : BUS_RECONNECT_TCP_MS_MAX);
    }
    if (!local) {
        /* Firewalls between halls forget idle connections. */
        set = set && option_int(zmq, ZMQ_IPV6, 1);
        set = set && option_int(zmq, ZMQ_TCP_KEEPALIVE, 1);
        set = set && option_int(zmq, ZMQ_TCP_KEEPALIVE_IDLE, 30);
        set = set && option_int(zmq, ZMQ_TCP_KEEPALIVE_INTVL, 5);
        set = set && option_int(zmq, ZMQ_TCP_KEEPALIVE_CNT, 3);
    }
    return set;
}

/* Whatever fails, nothing is left: the socket is closed half-made. */
static enum rc socket_new(struct bus *bus, bool server, bool local, struct bus_socket **socket)
{
    struct bus_socket *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_IO;
    }
    made->bus = bus;
    made->server = server;
    made->local = local;
    made->zmq = zmq_socket(bus->context, server ? ZMQ_ROUTER : ZMQ_DEALER);
    if (made->zmq == NULL || !socket_limit(made->zmq, server, local)) {
        diag_log(DIAG_ERROR, "bus", "socket=\"%s\"", zmq_strerror(errno));
        bus_socket_close(made);
        return RC_IO;
    }
    *socket = made;
    return RC_OK;
}

/* The monitor is stopped before its socket is closed: the I/O thread would write to what is gone. */
void bus_socket_close(struct bus_socket *socket)
{
    if (socket == NULL) {
        return;
    }
    if (socket->monitor != NULL) {
        (void)zmq_socket_monitor(socket->zmq, NULL, 0);
        (void)zmq_close(socket->monitor);
    }
    if (socket->zmq != NULL) {
        (void)zmq_close(socket->zmq);
    }
    free(socket);
}

/* The mask is the process's, so it is put back at once; only this thread makes files at start. */
enum rc bus_bind(struct bus *bus, const char *endpoint, struct bus_socket **socket)
{
    char resolved[BUS_ENDPOINT_BYTES];
    const char *path;
    enum rc rc = endpoint_resolve(bus, endpoint, resolved, sizeof resolved, &path);
    if (rc == RC_OK && path[0] != '\0') {
        rc = path_clear(path);
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct bus_socket *made;
    rc = socket_new(bus, true, path[0] != '\0', &made);
    if (rc != RC_OK) {
        return rc;
    }
    const mode_t before = umask(0117); /* the socket file: owner and group only */
    int failed;
    do {
        failed = zmq_bind(made->zmq, resolved);
    } while (failed != 0 && errno == EINTR);
    const int why = errno;
    umask(before);
    if (failed != 0) {
        diag_log(DIAG_ERROR, "bus", "bind=\"%s\" why=\"%s\"", endpoint, zmq_strerror(why));
        bus_socket_close(made);
        return why == EADDRINUSE ? RC_LOCKED : RC_IO;
    }
    *socket = made;
    return RC_OK;
}

/* Watches for connections that break: the requests sent on them must be sent again. */
static bool socket_monitor(struct bus_socket *socket)
{
    char name[48];
    snprintf(name, sizeof name, "inproc://monitor-%llu",
             (unsigned long long)socket->bus->monitor_count++);
    if (zmq_socket_monitor(socket->zmq, name, ZMQ_EVENT_DISCONNECTED) != 0) {
        return false;
    }
    socket->monitor = zmq_socket(socket->bus->context, ZMQ_PAIR);
    /* No bound here, the one exception: at a bound the I/O thread would wait for us, and closing
     * would wait for it. One event per reconnection, so the pause between them is the bound. */
    return socket->monitor != NULL && option_int(socket->monitor, ZMQ_RCVHWM, 0) &&
           option_int(socket->monitor, ZMQ_LINGER, 0) && zmq_connect(socket->monitor, name) == 0;
}

/* No error when nobody is there: the library tries for as long as the socket lives. */
enum rc bus_connect(struct bus *bus, const char *endpoint, struct bus_socket **socket)
{
    char resolved[BUS_ENDPOINT_BYTES];
    const char *path;
    enum rc rc = endpoint_resolve(bus, endpoint, resolved, sizeof resolved, &path);
    if (rc != RC_OK) {
        return rc;
    }
    struct bus_socket *made;
    rc = socket_new(bus, false, path[0] != '\0', &made);
    if (rc != RC_OK) {
        return rc;
    }
    if (!socket_monitor(made) || zmq_connect(made->zmq, resolved) != 0) {
        diag_log(DIAG_ERROR, "bus", "connect=\"%s\" why=\"%s\"", endpoint, zmq_strerror(errno));
        bus_socket_close(made);
        return RC_IO;
    }
    *socket = made;
    return RC_OK;
}

enum rc bus_socket_fds(const struct bus_socket *socket, int fds[BUS_FDS])
{
    void *const sockets[BUS_FDS] = {socket->zmq, socket->monitor};
    CHECK(socket->monitor != NULL); /* one that asks */
    for (unsigned index = 0; index < BUS_FDS; index++) {
        size_t size = sizeof fds[index];
        if (zmq_getsockopt(sockets[index], ZMQ_FD, &fds[index], &size) != 0) {
            return RC_IO;
        }
    }
    return RC_OK;
}

/* ---- who the peer is --------------------------------------------------------------------------
 */

/* Sends one frame to ourselves and looks who is said to have sent it. */
static enum rc peer_ask(struct bus_socket *server, struct bus_socket *asker)
{
    static const char frame[] = "who am I";
    struct bus_message message;
    struct bus_item item = {.socket = server, .fd = -1};
    struct bus_item ready = {.socket = asker, .fd = -1, .want_write = true};
    const uint64_t until_us = clock_monotonic_us() + BUS_TEST_MS * 1000u;
    enum rc rc = RC_AGAIN;
    while (rc == RC_AGAIN && clock_monotonic_us() < until_us) {
        rc = bus_wait(&ready, 1, BUS_TEST_MS);
        rc = rc == RC_OK ? bus_send(asker, NULL, frame, sizeof frame) : rc;
    }
    rc = rc == RC_OK ? RC_AGAIN : RC_IO;
    while (rc == RC_AGAIN && clock_monotonic_us() < until_us) {
        rc = bus_wait(&item, 1, BUS_TEST_MS);
        rc = rc == RC_OK ? bus_receive(server, &message) : rc;
    }
    if (rc != RC_OK) {
        return RC_IO;
    }
    CHECK(!message.peer.inner);
    const bool ours = message.peer.uid == geteuid() && message.peer.gid == getegid() &&
                      message.peer.pid == (uint32_t)getpid();
    bus_message_free(&message);
    return ours ? RC_OK : RC_SETTINGS;
}

/* At each start, for the library may be another one after an upgrade of the system. */
enum rc bus_peer_test(struct bus *bus)
{
    char endpoint[64];
    struct bus_socket *server = NULL, *asker = NULL;
    /* The abstract space needs no file, so a full disk does not fail the test. Whoever takes the
     * name before us makes it fail, which is no harm but to the start. */
    snprintf(endpoint, sizeof endpoint, "ipc://@paidan-%ld-%llx", (long)getpid(),
             (unsigned long long)clock_monotonic_us());
    enum rc rc = socket_new(bus, true, true, &server);
    if (rc == RC_OK) {
        rc = socket_new(bus, false, true, &asker);
    }
    if (rc == RC_OK &&
        (zmq_bind(server->zmq, endpoint) != 0 || zmq_connect(asker->zmq, endpoint) != 0)) {
        rc = RC_IO;
    }
    if (rc == RC_OK) {
        rc = peer_ask(server, asker);
    }
    bus_socket_close(asker);
    bus_socket_close(server);
    return rc;
}
