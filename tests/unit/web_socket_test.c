/* web_socket: a loop that waits for it sleeps while there is nothing to do: before the answer, and while it
 * is held, though the peer be gone. */
#include "common/web/web_socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"

enum { ROUND_MS = 20, ROUNDS_MAX = 250, QUIET_MS = 200 };

struct fixture {
    struct web_socket *socket;
    int listening, peer; /* peer: the other end */
    char heard[64];
    bool opened, closed;
};

static void on_opened(void *context)
{
    ((struct fixture *)context)->opened = true;
}

static void on_heard(void *context, const char *text, size_t bytes)
{
    struct fixture *const fixture = context;
    assert_true(bytes < sizeof fixture->heard);
    memcpy(fixture->heard, text, bytes + 1);
}

static void on_closed(void *context, const char *why)
{
    assert_non_null(why);
    ((struct fixture *)context)->closed = true;
}

/* What a loop does once: waits as it is told to, works. */
static void turn(struct fixture *fixture)
{
    struct pollfd wait = {.fd = web_socket_fd(fixture->socket), .events = POLLIN};
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t due_us = web_socket_due_us(fixture->socket);
    (void)poll(&wait, 1, due_us <= now_us ? 0 : ROUND_MS);
    web_socket_work(fixture->socket);
}

/* Nothing to do: neither a moment that is due nor a descriptor that is ready. */
static bool sleeps(struct fixture *fixture)
{
    struct pollfd wait = {.fd = web_socket_fd(fixture->socket), .events = POLLIN};
    return web_socket_due_us(fixture->socket) > clock_monotonic_us() &&
           poll(&wait, 1, QUIET_MS) == 0;
}

static int setup(void **state)
{
    static struct fixture fixture;
    char url[64];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    fixture = (struct fixture){.peer = -1};
    fixture.listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(fixture.listening, (struct sockaddr *)&address, bytes), 0);
    assert_int_equal(listen(fixture.listening, 1), 0);
    assert_int_equal(getsockname(fixture.listening, (struct sockaddr *)&address, &bytes), 0);
    (void)snprintf(url, sizeof url, "ws://127.0.0.1:%u/", ntohs(address.sin_port));
    const struct web_socket_call call = {.url = url,
                                         .inside = true,
                                         .message_max = 1 << 16,
                                         .opened = on_opened,
                                         .heard = on_heard,
                                         .closed = on_closed};
    assert_int_equal(web_socket_open(&fixture.socket, &call, &fixture), RC_OK);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *const fixture = *state;
    web_socket_close(fixture->socket);
    (void)close(fixture->listening);
    if (fixture->peer >= 0) {
        (void)close(fixture->peer);
    }
    return 0;
}

/* Until the whole request is here; its key. */
static void asked(struct fixture *fixture, char key[25])
{
    static const char field[] = "Sec-WebSocket-Key: ";
    char request[2048];
    size_t used = 0;
    request[0] = '\0';
    for (unsigned round = 0; round < ROUNDS_MAX && strstr(request, "\r\n\r\n") == NULL; round++) {
        turn(fixture);
        if (fixture->peer < 0) {
            fixture->peer = accept4(fixture->listening, NULL, NULL, SOCK_NONBLOCK);
        }
        const ssize_t got =
            fixture->peer < 0 ? 0 : read(fixture->peer, request + used, sizeof request - 1 - used);
        used += got > 0 ? (size_t)got : 0;
        request[used] = '\0';
    }
    const char *const at = strstr(request, field);
    assert_non_null(at);
    memcpy(key, at + strlen(field), 24);
    key[24] = '\0';
    turn(fixture);
}

static void answer(struct fixture *fixture, const char *key)
{
    unsigned char hash[SHA_DIGEST_LENGTH];
    char over[80], accept[40], head[256];
    (void)snprintf(over, sizeof over, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    assert_int_equal(EVP_Digest(over, strlen(over), hash, NULL, EVP_sha1(), NULL), 1);
    (void)EVP_EncodeBlock((unsigned char *)accept, hash, sizeof hash);
    const int bytes = snprintf(head, sizeof head,
                               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                               accept);
    assert_int_equal(write(fixture->peer, head, (size_t)bytes), bytes);
    for (unsigned round = 0; round < ROUNDS_MAX && !fixture->opened; round++) {
        turn(fixture);
    }
    assert_true(fixture->opened);
    turn(fixture);
}

static void test_loop_when_the_answer_is_waited_for_then_sleeps(void **state)
{
    struct fixture *const fixture = *state;
    char key[25];
    asked(fixture, key);
    assert_true(sleeps(fixture));
    answer(fixture, key);
    assert_true(sleeps(fixture));
}

static void test_loop_when_held_and_the_peer_is_gone_then_sleeps_and_hears_it_later(void **state)
{
    struct fixture *const fixture = *state;
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    char key[25];
    asked(fixture, key);
    answer(fixture, key);
    web_socket_hold(fixture->socket, true);
    turn(fixture);
    assert_int_equal(write(fixture->peer, "\x81\x05hello", 7), 7);
    turn(fixture);
    assert_true(sleeps(fixture));
    assert_int_equal(setsockopt(fixture->peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    assert_int_equal(close(fixture->peer), 0); /* by a reset */
    fixture->peer = -1;
    turn(fixture);
    assert_true(sleeps(fixture));
    assert_string_equal(fixture->heard, "");
    web_socket_hold(fixture->socket, false);
    for (unsigned round = 0; round < ROUNDS_MAX && !fixture->closed; round++) {
        turn(fixture);
    }
    assert_true(fixture->closed);
    assert_string_equal(fixture->heard, "hello");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_loop_when_the_answer_is_waited_for_then_sleeps),
        TEST(test_loop_when_held_and_the_peer_is_gone_then_sleeps_and_hears_it_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
