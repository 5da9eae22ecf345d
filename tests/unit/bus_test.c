/* bus: endpoints, socket files, frames and the bounds. ctest: tsan */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zmq.h>

#include "common/base/limits.h"
#include "common/bus/bus.h"

enum { BUS_PATIENCE_MS = 90000, BUS_MOMENT_MS = 100 };

/* Of the calls of the library after this one, one is interrupted by a signal; -1: none. */
static int interrupt_after = -1;

static bool interrupted(void)
{
    if (interrupt_after < 0 || interrupt_after-- > 0) {
        return false;
    }
    errno = EINTR;
    return true;
}

/* Ours stand before those of the library. */
int zmq_send(void *socket, const void *bytes, size_t size, int flags)
{
    static int (*real)(void *, const void *, size_t, int);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "zmq_send");
    }
    return interrupted() ? -1 : real(socket, bytes, size, flags);
}

int zmq_msg_send(zmq_msg_t *part, void *socket, int flags)
{
    static int (*real)(zmq_msg_t *, void *, int);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "zmq_msg_send");
    }
    return interrupted() ? -1 : real(part, socket, flags);
}

int zmq_msg_recv(zmq_msg_t *part, void *socket, int flags)
{
    static int (*real)(zmq_msg_t *, void *, int);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "zmq_msg_recv");
    }
    return interrupted() ? -1 : real(part, socket, flags);
}

struct world {
    char folder[64];
    char endpoint[BUS_ENDPOINT_BYTES];
    struct bus *bus;
    struct bus_socket *server, *client;
};

static int world_setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    strcpy(world->folder, "/tmp/paidan-bus-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->endpoint, sizeof world->endpoint, "ipc://%s/s.sock", world->folder);
    assert_int_equal(bus_open(&world->bus), RC_OK);
    *state = world;
    return 0;
}

static int world_teardown(void **state)
{
    struct world *world = *state;
    char command[128];
    bus_socket_close(world->client);
    bus_socket_close(world->server);
    bus_close(world->bus);
    snprintf(command, sizeof command, "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a folder made here */
    free(world);
    return 0;
}

static void world_connect(struct world *world)
{
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    assert_int_equal(bus_connect(world->bus, world->endpoint, &world->client), RC_OK);
}

/* Waits until something can be read. */
static void wait_readable(struct bus_socket *socket)
{
    struct bus_item item = {.socket = socket, .fd = -1};
    for (unsigned round = 0; round < 1000 && !item.readable; round++) {
        assert_int_equal(bus_wait(&item, 1, BUS_PATIENCE_MS), RC_OK);
    }
    assert_true(item.readable);
}

static void wait_writable(struct bus_socket *socket)
{
    struct bus_item item = {.socket = socket, .fd = -1, .want_write = true};
    for (unsigned round = 0; round < 1000 && !item.writable; round++) {
        assert_int_equal(bus_wait(&item, 1, BUS_PATIENCE_MS), RC_OK);
    }
    assert_true(item.writable);
}

static void send_text(struct bus_socket *socket, const struct bus_peer *peer, const char *text)
{
    if (peer == NULL) {
        wait_writable(socket);
    }
    assert_int_equal(bus_send(socket, peer, text, strlen(text)), RC_OK);
}

static void expect_text(struct bus_socket *socket, struct bus_message *message, const char *text)
{
    wait_readable(socket);
    assert_int_equal(bus_receive(socket, message), RC_OK);
    assert_int_equal(message->size, strlen(text));
    assert_memory_equal(message->bytes, text, strlen(text));
}

/* The listening socket closes on the I/O thread: until then somebody answers there. */
static void bind_again(struct world *world)
{
    enum rc rc = RC_LOCKED;
    for (unsigned round = 0; round < 1000 && rc == RC_LOCKED; round++) {
        rc = bus_bind(world->bus, world->endpoint, &world->server);
        usleep(10000);
    }
    assert_int_equal(rc, RC_OK);
}

static void test_endpoint_when_foreign_scheme_then_refused(void **state)
{
    (void)state;
    static const char *const good[] = {"ipc:///tmp/x.sock",    "ipc://x.sock",
                                       "tcp://127.0.0.1:5555", "tcp://*:1",
                                       "tcp://[::1]:65535",    "tcp://host.example:80"};
    static const char *const bad[] = {
        "",           "x",          "udp://1.2.3.4:5", "pgm://a;b:1",     "norm://1:2",
        "inproc://x", "ws://a:1",   "ipc://",          "ipc://@abstract", "ipc://*",
        "ipc://a/",   "tcp://a",    "tcp://:1",        "tcp://a:0",       "tcp://a:65536",
        "tcp://a:*",  "tcp://a:b",  "tcp://a;b:1",     "tcp://a:1/x",     "TCP://a:1",
        "tcp://a:",   "vmci://1:1", "tipc://{1,2,3}",  "tcp://a b:1",     "gssapi://a:1"};
    for (size_t index = 0; index < sizeof good / sizeof *good; index++) {
        assert_true(bus_endpoint_valid(good[index]));
    }
    for (size_t index = 0; index < sizeof bad / sizeof *bad; index++) {
        assert_false(bus_endpoint_valid(bad[index]));
    }
}

static void test_bind_when_endpoint_is_bad_then_settings(void **state)
{
    struct world *world = *state;
    assert_int_equal(bus_bind(world->bus, "udp://127.0.0.1:5555", &world->server), RC_SETTINGS);
    assert_int_equal(bus_connect(world->bus, "inproc://x", &world->client), RC_SETTINGS);
}

static void test_frame_when_sent_then_answered_to_its_peer(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    world_connect(world);
    send_text(world->client, NULL, "ask");
    expect_text(world->server, &message, "ask");
    assert_false(message.peer.delimiter);
    send_text(world->server, &message.peer, "answer");
    bus_message_free(&message);
    expect_text(world->client, &message, "answer");
    bus_message_free(&message);
    assert_int_equal(bus_receive(world->client, &message), RC_AGAIN);
}

static void test_message_when_moved_then_bytes_stay(void **state)
{
    struct world *world = *state;
    struct bus_message first;
    struct bus_message second;
    world_connect(world);
    send_text(world->client, NULL, "small"); /* small ones lie inside the struct */
    expect_text(world->server, &first, "small");
    bus_message_move(&second, &first);
    memset(&first, 0xee, sizeof first);
    assert_int_equal(second.size, 5);
    assert_memory_equal(second.bytes, "small", 5);
    bus_message_free(&second);
}

static void test_socket_file_when_bound_then_owner_and_group_only(void **state)
{
    struct world *world = *state;
    struct stat info;
    const mode_t before = umask(0);
    world_connect(world);
    assert_int_equal(umask(before), 0); /* the caller's mask is back */
    assert_int_equal(stat(world->endpoint + 6, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 07777, 0660);
}

static void test_bind_when_a_file_lies_there_then_it_stays(void **state)
{
    struct world *world = *state;
    struct stat info;
    const int fd = open(world->endpoint + 6, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_SETTINGS);
    assert_int_equal(stat(world->endpoint + 6, &info), 0);
    assert_true(S_ISREG(info.st_mode));
}

static void test_bind_when_somebody_answers_there_then_locked(void **state)
{
    struct world *world = *state;
    struct bus_socket *second = NULL;
    struct bus_message message;
    world_connect(world);
    assert_int_equal(bus_bind(world->bus, world->endpoint, &second), RC_LOCKED);
    send_text(world->client, NULL, "still there");
    expect_text(world->server, &message, "still there");
    bus_message_free(&message);
}

static void test_bind_when_socket_file_is_dead_then_replaced(void **state)
{
    struct world *world = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct bus_message message;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s.sock", world->folder);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    close(fd); /* as after kill -9: the file is there, nobody listens */
    world_connect(world);
    send_text(world->client, NULL, "x");
    expect_text(world->server, &message, "x");
    bus_message_free(&message);
}

static void test_endpoint_when_path_is_long_then_reached(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct stat info;
    char path[2048];
    int length = snprintf(path, sizeof path, "%s", world->folder);
    for (unsigned depth = 0; depth < 5; depth++) {
        length += snprintf(path + length, sizeof path - (size_t)length, "/%0100u", depth);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_true(length > 107);
    snprintf(world->endpoint, sizeof world->endpoint, "ipc://%s/intake.sock", path);
    world_connect(world);
    assert_int_equal(stat(world->endpoint + 6, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0660);
    send_text(world->client, NULL, "far down");
    expect_text(world->server, &message, "far down");
    bus_message_free(&message);
    bus_socket_close(world->server);
    /* A second life at the same place: the folder's descriptor is still good. */
    bind_again(world);
    send_text(world->client, NULL, "again");
    expect_text(world->server, &message, "again");
    bus_message_free(&message);
}

static void test_send_when_nobody_is_there_then_again(void **state)
{
    struct world *world = *state;
    assert_int_equal(bus_connect(world->bus, world->endpoint, &world->client), RC_OK);
    assert_int_equal(bus_send(world->client, NULL, "x", 1), RC_AGAIN);
}

static void test_send_when_peer_is_unknown_then_not_found(void **state)
{
    struct world *world = *state;
    world_connect(world);
    const struct bus_peer peer = {.bytes = 3, .id = {'a', 'b', 'c'}};
    assert_int_equal(bus_send(world->server, &peer, "x", 1), RC_NOT_FOUND);
}

static void test_connection_when_server_dies_then_lost_and_found(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    world_connect(world);
    send_text(world->client, NULL, "one");
    expect_text(world->server, &message, "one");
    bus_message_free(&message);
    bus_socket_close(world->server);
    world->server = NULL;
    struct bus_item item = {.socket = world->client, .fd = -1};
    for (unsigned round = 0; round < 100 && !item.lost; round++) {
        assert_int_equal(bus_wait(&item, 1, BUS_PATIENCE_MS), RC_OK);
    }
    assert_true(item.lost);
    bind_again(world);
    send_text(world->client, NULL, "two");
    expect_text(world->server, &message, "two");
    bus_message_free(&message);
}

/* A socket of the library's own, to send what our wrapper never sends. */
struct raw {
    void *context, *socket;
};

static void raw_open(struct raw *raw, int type, const char *endpoint)
{
    const int linger = 0;
    const int few = 1; /* what its own library takes while it does not read */
    const int patience = BUS_PATIENCE_MS;
    raw->context = zmq_ctx_new();
    raw->socket = zmq_socket(raw->context, type);
    assert_non_null(raw->socket);
    assert_int_equal(zmq_setsockopt(raw->socket, ZMQ_LINGER, &linger, sizeof linger), 0);
    assert_int_equal(zmq_setsockopt(raw->socket, ZMQ_RCVHWM, &few, sizeof few), 0);
    assert_int_equal(zmq_setsockopt(raw->socket, ZMQ_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(zmq_connect(raw->socket, endpoint), 0);
}

static void raw_close(struct raw *raw)
{
    zmq_close(raw->socket);
    zmq_ctx_term(raw->context);
}

static void test_receive_when_many_parts_then_dropped_whole(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct raw raw;
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    raw_open(&raw, ZMQ_DEALER, world->endpoint);
    zmq_send(raw.socket, "a", 1, ZMQ_SNDMORE);
    zmq_send(raw.socket, "b", 1, ZMQ_SNDMORE);
    zmq_send(raw.socket, "c", 1, 0);
    zmq_send(raw.socket, "", 0, ZMQ_SNDMORE);
    zmq_send(raw.socket, "b", 1, ZMQ_SNDMORE);
    zmq_send(raw.socket, "c", 1, 0);
    zmq_send(raw.socket, "good", 4, 0);
    wait_readable(world->server);
    assert_int_equal(bus_receive(world->server, &message), RC_INVALID);
    wait_readable(world->server);
    assert_int_equal(bus_receive(world->server, &message), RC_INVALID);
    expect_text(world->server, &message, "good");
    bus_message_free(&message);
    raw_close(&raw);
}

static void test_receive_when_asked_by_req_then_answer_reaches_it(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct raw raw;
    char answer[16];
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    raw_open(&raw, ZMQ_REQ, world->endpoint);
    assert_int_equal(zmq_send(raw.socket, "ask", 3, 0), 3);
    expect_text(world->server, &message, "ask");
    assert_true(message.peer.delimiter);
    assert_int_equal(bus_send(world->server, &message.peer, "yes", 3), RC_OK);
    bus_message_free(&message);
    assert_int_equal(zmq_recv(raw.socket, answer, sizeof answer, 0), 3);
    assert_memory_equal(answer, "yes", 3);
    raw_close(&raw);
}

static void test_receive_when_frame_is_empty_then_given(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    world_connect(world);
    wait_writable(world->client);
    assert_int_equal(bus_send(world->client, NULL, NULL, 0), RC_OK);
    expect_text(world->server, &message, "");
    bus_message_free(&message);
}

static void test_frame_when_between_limits_then_received_but_never_sent(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct raw raw;
    const size_t size = FRAME_BYTES_MAX + 1;
    char *bytes = calloc(1, FRAME_BYTES_ACCEPTED + 1);
    assert_non_null(bytes);
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    raw_open(&raw, ZMQ_DEALER, world->endpoint);
    assert_int_equal(zmq_send(raw.socket, bytes, size, 0), (int)size);
    wait_readable(world->server);
    assert_int_equal(bus_receive(world->server, &message), RC_OK);
    assert_int_equal(message.size, size); /* so that it can be refused in words */
    assert_int_equal(bus_send(world->server, &message.peer, bytes, size), RC_LIMIT);
    bus_message_free(&message);
    /* What is larger still cuts the connection, and the next frame comes on a new one. */
    zmq_send(raw.socket, bytes, FRAME_BYTES_ACCEPTED + 1, 0);
    struct bus_item item = {.socket = world->server, .fd = -1};
    for (unsigned round = 0; round < 100 && !item.readable; round++) {
        zmq_send(raw.socket, "small", 5, ZMQ_DONTWAIT);
        assert_int_equal(bus_wait(&item, 1, BUS_MOMENT_MS), RC_OK);
    }
    expect_text(world->server, &message, "small");
    bus_message_free(&message);
    raw_close(&raw);
    free(bytes);
}

static void test_send_when_peer_never_reads_then_bounded(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct raw raw;
    const size_t size = 1u << 20;
    char *bytes = calloc(1, size);
    assert_non_null(bytes);
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    raw_open(&raw, ZMQ_DEALER, world->endpoint);
    zmq_send(raw.socket, "ask", 3, 0);
    expect_text(world->server, &message, "ask");
    unsigned sent = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && sent < 5000) {
        rc = bus_send(world->server, &message.peer, bytes, size);
        sent += rc == RC_OK ? 1 : 0;
    }
    assert_int_equal(rc, RC_AGAIN);
    /* Others are served meanwhile. */
    assert_int_equal(bus_connect(world->bus, world->endpoint, &world->client), RC_OK);
    struct bus_message other;
    send_text(world->client, NULL, "other");
    expect_text(world->server, &other, "other");
    send_text(world->server, &other.peer, "served");
    bus_message_free(&other);
    expect_text(world->client, &other, "served");
    bus_message_free(&other);
    bus_message_free(&message);
    raw_close(&raw);
    free(bytes);
}

static void test_wait_when_fd_is_ready_then_returned(void **state)
{
    struct world *world = *state;
    int pipes[2];
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    assert_int_equal(write(pipes[1], "x", 1), 1);
    struct bus_item items[] = {{.socket = world->server, .fd = -1}, {.fd = pipes[0]}};
    assert_int_equal(bus_wait(items, 2, BUS_PATIENCE_MS), RC_OK);
    assert_false(items[0].readable);
    assert_true(items[1].readable);
    close(pipes[0]);
    close(pipes[1]);
}

/* Wherever the signal comes, the message is sent and received whole, and so is the next one. */
static void test_message_when_a_signal_comes_between_its_parts_then_whole(void **state)
{
    struct world *world = *state;
    struct raw raw;
    char answer[16];
    assert_int_equal(bus_bind(world->bus, world->endpoint, &world->server), RC_OK);
    raw_open(&raw, ZMQ_REQ, world->endpoint);
    for (int call = 0; call < 8; call++) {
        struct bus_message message;
        assert_int_equal(zmq_send(raw.socket, "ask", 3, 0), 3);
        wait_readable(world->server);
        interrupt_after = call;
        assert_int_equal(bus_receive(world->server, &message), RC_OK);
        interrupt_after = call;
        assert_int_equal(bus_send(world->server, &message.peer, "yes", 3), RC_OK);
        interrupt_after = -1;
        bus_message_free(&message);
        assert_int_equal(zmq_recv(raw.socket, answer, sizeof answer, 0), 3);
        assert_memory_equal(answer, "yes", 3);
    }
    raw_close(&raw);
}

static void test_peer_when_on_this_machine_then_known_by_the_kernel(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    char address[BUS_ADDRESS_BYTES];
    world_connect(world);
    send_text(world->client, NULL, "who");
    expect_text(world->server, &message, "who");
    assert_int_equal(message.peer.uid, geteuid());
    assert_int_equal(message.peer.gid, getegid());
    assert_int_equal(message.peer.pid, getpid());
    snprintf(address, sizeof address, "localhost:%u:%u:%ld", geteuid(), getegid(), (long)getpid());
    assert_string_equal(message.peer.address, address);
    assert_false(message.peer.inner);
    bus_message_free(&message);
    assert_int_equal(bus_peer_test(world->bus), RC_OK);
}

/* Over the network nobody is taken for a user of this machine, whatever he calls himself. */
static void test_peer_when_over_tcp_then_nobody(void **state)
{
    struct world *world = *state;
    struct bus_message message;
    struct raw raw;
    static const char name[] = "localhost:0:0:1";
    char endpoint[64];
    enum rc rc = RC_IO;
    for (unsigned port = 20000; rc != RC_OK && port < 20100; port++) {
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", port);
        rc = bus_bind(world->bus, endpoint, &world->server);
    }
    assert_int_equal(rc, RC_OK);
    raw.context = zmq_ctx_new();
    raw.socket = zmq_socket(raw.context, ZMQ_DEALER);
    const int linger = 0;
    assert_int_equal(zmq_setsockopt(raw.socket, ZMQ_LINGER, &linger, sizeof linger), 0);
    assert_int_equal(zmq_setsockopt(raw.socket, ZMQ_ROUTING_ID, name, strlen(name)), 0);
    assert_int_equal(zmq_connect(raw.socket, endpoint), 0);
    assert_int_equal(zmq_send(raw.socket, "who", 3, 0), 3);
    expect_text(world->server, &message, "who");
    assert_int_equal(message.peer.uid, BUS_UID_NONE);
    assert_int_equal(message.peer.gid, BUS_UID_NONE);
    assert_int_equal(message.peer.pid, 0);
    assert_string_equal(message.peer.address, "");
    bus_message_free(&message);
    raw_close(&raw);
}

static void test_message_when_made_here_then_as_one_that_came(void **state)
{
    (void)state;
    struct bus_message made, moved;
    const struct bus_peer one = {.inner = true, .bytes = 2, .id = "ab"};
    struct bus_peer other = one;
    assert_int_equal(bus_message_make(&made, &one, "frame", 5), RC_OK);
    bus_message_move(&moved, &made);
    assert_int_equal(moved.size, 5);
    assert_memory_equal(moved.bytes, "frame", 5);
    assert_true(bus_peer_same(&moved.peer, &other));
    other.inner = false;
    assert_false(bus_peer_same(&moved.peer, &other));
    other = one;
    other.id[1] = 'x';
    assert_false(bus_peer_same(&moved.peer, &other));
    other = one;
    other.bytes = 1;
    assert_false(bus_peer_same(&moved.peer, &other));
    bus_message_free(&moved);
}

/* A pipe that could be read is not told while only writing is waited for. */
static void test_wait_when_only_a_send_is_wanted_then_not_readable(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    struct bus_item item = {.fd = pair[0], .want_write = true, .no_read = true};
    assert_int_equal(bus_wait(&item, 1, BUS_PATIENCE_MS), RC_OK);
    assert_true(item.writable);
    assert_false(item.readable);
    item.no_read = false;
    assert_int_equal(bus_wait(&item, 1, BUS_PATIENCE_MS), RC_OK);
    assert_true(item.readable);
    close(pair[0]);
    close(pair[1]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_endpoint_when_foreign_scheme_then_refused),
        CASE(test_bind_when_endpoint_is_bad_then_settings),
        CASE(test_frame_when_sent_then_answered_to_its_peer),
        CASE(test_message_when_moved_then_bytes_stay),
        CASE(test_socket_file_when_bound_then_owner_and_group_only),
        CASE(test_bind_when_a_file_lies_there_then_it_stays),
        CASE(test_bind_when_somebody_answers_there_then_locked),
        CASE(test_bind_when_socket_file_is_dead_then_replaced),
        CASE(test_endpoint_when_path_is_long_then_reached),
        CASE(test_send_when_nobody_is_there_then_again),
        CASE(test_send_when_peer_is_unknown_then_not_found),
        CASE(test_connection_when_server_dies_then_lost_and_found),
        CASE(test_receive_when_many_parts_then_dropped_whole),
        CASE(test_receive_when_asked_by_req_then_answer_reaches_it),
        CASE(test_receive_when_frame_is_empty_then_given),
        CASE(test_frame_when_between_limits_then_received_but_never_sent),
        CASE(test_send_when_peer_never_reads_then_bounded),
        CASE(test_wait_when_fd_is_ready_then_returned),
        CASE(test_message_when_a_signal_comes_between_its_parts_then_whole),
        CASE(test_peer_when_on_this_machine_then_known_by_the_kernel),
        CASE(test_peer_when_over_tcp_then_nobody),
        cmocka_unit_test(test_message_when_made_here_then_as_one_that_came),
        CASE(test_wait_when_only_a_send_is_wanted_then_not_readable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
