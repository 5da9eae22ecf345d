/* web_server and web_client against each other over loopback, in one thread, as an adapter's loop turns
 * them; and each against a peer that keeps no rule. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/web/web_client.h"
#include "common/web/web_server.h"

/* Where slowness is not what is tested, a busy machine is none. */
enum { BODY_MAX = 1 << 20, TIMEOUT_MS = 300, PATIENT_MS = 20000, PARKED_MAX = 64 };

static struct {
    struct web_server *server;
    struct web_client *client;
    char port[8];
    /* what the server saw */
    unsigned handled;
    char method[16], path[256], type[64], code[64], address[64], body[256];
    size_t body_bytes;
    struct web_exchange *parked[PARKED_MAX];
    unsigned parked_count;
    /* what the client was told */
    unsigned told;
    enum rc rc;
    unsigned status;
    char answer[256], why[128], answer_type[64];
    size_t answer_bytes;
    uint64_t token, retry_ms, tokens;
    bool again; /* done sends once more */
} at;

static void copy(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text == NULL ? "(none)" : text);
}

/* /park waits, /big answers much, /moved leads elsewhere, everything else is an echo. */
static void on_request(void *context, struct web_exchange *exchange)
{
    (void)context;
    at.handled++;
    copy(at.method, sizeof at.method, web_method(exchange));
    copy(at.path, sizeof at.path, web_path(exchange));
    copy(at.type, sizeof at.type, web_header(exchange, "content-type"));
    copy(at.code, sizeof at.code, web_query(exchange, "code"));
    copy(at.address, sizeof at.address, web_address(exchange));
    const char *body = web_body(exchange, &at.body_bytes);
    copy(at.body, sizeof at.body, body);
    if (strcmp(at.path, "/park") == 0) {
        assert_true(at.parked_count < PARKED_MAX);
        at.parked[at.parked_count++] = exchange;
    } else if (strcmp(at.path, "/big") == 0) {
        static char big[200 << 10];
        web_answer(exchange, 200, "application/octet-stream", big, sizeof big);
    } else if (strcmp(at.path, "/moved") == 0) {
        web_answer_with(exchange, 302, NULL, "", 0, "Location", "/elsewhere");
    } else if (strcmp(at.path, "/later") == 0) {
        web_answer_with(exchange, 429, "text/plain", "later", 5, "Retry-After", "7");
    } else {
        web_answer(exchange, 200, "text/plain", body, at.body_bytes);
    }
}

static void on_done(void *context, uint64_t token, const struct web_result *result)
{
    (void)context;
    at.told++;
    at.token = token;
    at.tokens += token;
    at.rc = result->rc;
    at.status = result->status;
    at.answer_bytes = result->body_bytes;
    at.retry_ms = result->retry_after_ms;
    assert_int_equal(result->body[result->body_bytes], 0);
    copy(at.answer, sizeof at.answer, result->body);
    copy(at.answer_type, sizeof at.answer_type, result->type);
    copy(at.why, sizeof at.why, result->why);
    if (at.again) {
        char url[64];
        at.again = false;
        (void)snprintf(url, sizeof url, "http://127.0.0.1:%s/again", at.port);
        assert_int_equal(
            web_client_send(
                at.client,
                &(struct web_call){
                    .method = "POST", .url = url, .body = "2", .body_bytes = 1, .inside = true},
                99),
            RC_OK);
    }
}

static void open_server(const char *listen, uint64_t timeout_ms)
{
    const struct web_server_settings settings = {.listen = listen,
                                                 .body_max = BODY_MAX,
                                                 .connections_max = PARKED_MAX,
                                                 .timeout_ms = timeout_ms,
                                                 .handle = on_request};
    assert_int_equal(web_server_open(&at.server, &settings), RC_OK);
    const char *colon = strrchr(web_server_address(at.server), ':');
    copy(at.port, sizeof at.port, colon + 1);
}

static int setup(void **state)
{
    (void)state;
    memset(&at, 0, sizeof at);
    open_server("127.0.0.1:0", PATIENT_MS);
    return web_client_open(&at.client, on_done, NULL) == RC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    web_client_close(at.client);
    web_server_close(at.server);
    return 0;
}

/* One turn of the loop that waits for both, as long as they say, 20 ms at most. */
static void turn(void)
{
    struct pollfd fds[] = {{.fd = web_server_fd(at.server), .events = POLLIN},
                           {.fd = web_client_fd(at.client), .events = POLLIN}};
    const uint64_t now_us = clock_monotonic_us(), server_us = web_server_due_us(at.server),
                   client_us = web_client_due_us(at.client);
    const uint64_t due_us = server_us < client_us ? server_us : client_us;
    const uint64_t wait_ms = due_us <= now_us ? 0 : (due_us - now_us + 999) / 1000;
    assert_true(poll(fds, 2, wait_ms > 20 ? 20 : (int)wait_ms) >= 0);
    web_server_work(at.server);
    web_client_work(at.client);
}

static void turn_for_ms(uint64_t ms)
{
    const uint64_t end_us = clock_monotonic_us() + ms * 1000;
    while (clock_monotonic_us() < end_us) {
        turn();
    }
}

#define turn_until(condition)                                                                      \
    do {                                                                                           \
        const uint64_t end_us = clock_monotonic_us() + 20000000;                                   \
        while (!(condition)) {                                                                     \
            assert_true(clock_monotonic_us() < end_us);                                            \
            turn();                                                                                \
        }                                                                                          \
    } while (0)

static void hurry(void)
{
    web_server_close(at.server);
    open_server("127.0.0.1:0", TIMEOUT_MS);
}

static struct web_call call_of(const char *method, const char *target, const char *body)
{
    static char url[512];
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%s%s", at.port, target);
    return (struct web_call){.method = method,
                             .url = url,
                             .body = body,
                             .body_bytes = body == NULL ? 0 : strlen(body),
                             .inside = true};
}

static void call_and_wait(const struct web_call *call)
{
    const unsigned told = at.told;
    assert_int_equal(web_client_send(at.client, call, 7), RC_OK);
    assert_int_equal(at.told, told);
    turn_until(at.told > told);
    assert_int_equal(at.token, 7);
}

static void test_call_when_posted_then_answered(void **state)
{
    (void)state;
    struct web_call call = call_of("POST", "/a%20b?code=1%2B2+3&x=&code=9", "{\"a\":1}");
    call.headers[0] = "Content-Type: application/json";
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(at.status, 200);
    assert_string_equal(at.answer, "{\"a\":1}");
    assert_string_equal(at.answer_type, "text/plain");
    assert_string_equal(at.method, "POST");
    assert_string_equal(at.path, "/a%20b");
    assert_string_equal(at.type, "application/json");
    assert_string_equal(at.code, "1+2 3");
    assert_string_equal(at.address, "127.0.0.1");
    assert_int_equal(web_client_flights(at.client), 0);

    call = call_of("GET", "/get", NULL);
    call_and_wait(&call);
    assert_string_equal(at.method, "GET");
    assert_string_equal(at.type, "(none)");
    assert_string_equal(at.code, "(none)");
    assert_int_equal(at.body_bytes, 0);

    call = call_of("PUT", "/put", "");
    call_and_wait(&call);
    assert_string_equal(at.method, "PUT");
    assert_string_equal(at.type, "(none)");
}

static void test_call_when_many_then_each_is_told_once(void **state)
{
    (void)state;
    for (uint64_t token = 1; token <= 500; token++) {
        const struct web_call call = call_of("POST", "/x", "y");
        assert_int_equal(web_client_send(at.client, &call, token), RC_OK);
        if (token % 40 == 0) {
            turn_until(web_client_flights(at.client) == 0);
        }
    }
    turn_until(web_client_flights(at.client) == 0);
    assert_int_equal(at.told, 500);
    assert_int_equal(at.tokens, 500 * 501 / 2);
    assert_int_equal(at.handled, 500);
}

static void test_call_when_done_sends_then_it_is_sent(void **state)
{
    (void)state;
    const struct web_call call = call_of("POST", "/x", "1");
    at.again = true;
    assert_int_equal(web_client_send(at.client, &call, 1), RC_OK);
    turn_until(at.told == 2);
    assert_int_equal(at.token, 99);
    assert_string_equal(at.path, "/again");
}

static void test_call_when_redirected_then_not_followed(void **state)
{
    (void)state;
    const struct web_call call = call_of("POST", "/moved", "1");
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(at.status, 302);
    assert_int_equal(at.handled, 1);
}

static void test_call_when_told_to_wait_then_it_is_said_how_long(void **state)
{
    (void)state;
    const struct web_call call = call_of("POST", "/later", "1");
    call_and_wait(&call);
    assert_int_equal(at.status, 429);
    assert_int_equal(at.retry_ms, 7000);
}

static void test_call_when_the_answer_is_large_then_limit(void **state)
{
    (void)state;
    struct web_call call = call_of("POST", "/big", "1");
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_LIMIT);
    assert_int_equal(at.answer_bytes, 0);
    call.answer_max = 200 << 10;
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(at.answer_bytes, 200 << 10);
}

static void test_call_when_nobody_answers_then_timeout(void **state)
{
    (void)state;
    struct web_call call = call_of("POST", "/park", "1");
    call.total_ms = 150;
    const uint64_t begin_us = clock_monotonic_us();
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_TIMEOUT);
    assert_true(clock_monotonic_us() - begin_us >= 140000);
    assert_string_not_equal(at.why, "");
    web_answer(at.parked[0], 200, NULL, "", 0); /* its client went away meanwhile */
    turn_for_ms(50);
}

static void test_call_when_nobody_listens_then_io(void **state)
{
    (void)state;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    char url[64]; /* bound and not listening: nobody else gets the port */
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/?secret=1", ntohs(address.sin_port));
    const struct web_call call = {.method = "POST", .url = url, .inside = true};
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_IO);
    assert_null(strstr(at.why, "secret"));
    close(fd);
}

static void test_call_when_the_url_is_none_of_ours_then_invalid(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "x",
        "/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://",
        "https://",
        "http://a:b@127.0.0.1/",
        "https://a@example.org/",
        "http://127.0.0.1:99999/",
        "dict://127.0.0.1/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        const struct web_call call = {.method = "POST", .url = bad[index], .inside = true};
        assert_int_equal(web_client_send(at.client, &call, 1), RC_INVALID);
    }
    struct web_call call = call_of("POST", "/", NULL);
    call.inside = false; /* http to the outside, whoever it is */
    assert_int_equal(web_client_send(at.client, &call, 1), RC_INVALID);
    call.inside = true;
    call.headers[0] = "X-One: 1\r\nX-Two: 2";
    assert_int_equal(web_client_send(at.client, &call, 1), RC_INVALID);
    assert_int_equal(at.told, 0);
}

/* However an address is written, and whoever's name leads to it. */
static void test_call_when_the_address_is_of_the_own_network_then_forbidden(void **state)
{
    (void)state;
    static const char *const outside[] = {
        "https://127.0.0.1:%s/",
        "https://localhost:%s/",
        "https://2130706433:%s/",
        "https://0x7f.1:%s/",
        "https://0177.0.0.1:%s/",
        "https://127.1:%s/",
        "https://[::1]:%s/",
        "https://[::ffff:127.0.0.1]:%s/",
        "https://[::ffff:7f00:1]:%s/",
        "https://0.0.0.0:%s/",
        "https://[::]:%s/",
        "https://10.0.0.1:%s/",
        "https://172.16.0.1:%s/",
        "https://172.31.255.255:%s/",
        "https://192.168.1.1:%s/",
        "https://100.64.0.1:%s/",
        "https://169.254.169.254:%s/",
        "https://224.0.0.1:%s/",
        "https://255.255.255.255:%s/",
        "https://[fe80::1]:%s/",
        "https://[fc00::1]:%s/",
        "https://[fd12::1]:%s/",
        "https://[ff02::1]:%s/",
        "https://[64:ff9b::7f00:1]:%s/",
        "https://[2002:7f00:1::]:%s/",
        "https://[::7f00:1]:%s/",
        "https://198.18.0.1:%s/",
        "https://[::ffff:10.0.0.1]:%s/",
    };
    for (size_t index = 0; index < sizeof outside / sizeof outside[0]; index++) {
        char url[128];
        (void)snprintf(url, sizeof url, outside[index], at.port);
        const struct web_call call = {.method = "POST", .url = url, .total_ms = 3000};
        call_and_wait(&call);
        assert_int_equal(at.rc, RC_FORBIDDEN);
    }
    assert_int_equal(at.handled, 0);
}

/* Plain http never leaves the machine; the metadata of a cloud is nobody's even inside. */
static void test_call_when_inside_then_http_to_loopback_alone(void **state)
{
    (void)state;
    static const char *const inside[] = {
        "http://10.255.255.1:%s/",     "http://192.168.255.1:%s/", "http://169.254.169.254:%s/",
        "https://169.254.169.254:%s/", "http://1.1.1.1:%s/",       "http://0.0.0.0:%s/",
        "https://[fe80::1]:%s/",       "https://224.0.0.1:%s/",
    };
    char url[128];
    for (size_t index = 0; index < sizeof inside / sizeof inside[0]; index++) {
        (void)snprintf(url, sizeof url, inside[index], at.port);
        const struct web_call call = {
            .method = "POST", .url = url, .total_ms = 3000, .inside = true};
        call_and_wait(&call);
        assert_int_equal(at.rc, RC_FORBIDDEN);
    }
    assert_int_equal(at.handled, 0);
    (void)snprintf(url, sizeof url, "http://localhost:%s/", at.port);
    const struct web_call call = {.method = "POST", .url = url, .inside = true};
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    (void)snprintf(url, sizeof url, "http://[::ffff:127.0.0.1]:%s/", at.port);
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
}

static void test_call_when_a_proxy_is_named_outside_then_it_is_not_asked(void **state)
{
    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    const struct web_call call = call_of("POST", "/x", "1");
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
}

static void test_client_when_closed_with_calls_under_way_then_nothing_is_told(void **state)
{
    (void)state;
    const struct web_call call = call_of("POST", "/park", "1");
    assert_int_equal(web_client_send(at.client, &call, 1), RC_OK);
    assert_int_equal(web_client_send(at.client, &call, 2), RC_OK);
    turn_until(at.parked_count == 2);
    web_client_close(at.client);
    assert_int_equal(at.told, 0);
    assert_int_equal(web_client_open(&at.client, on_done, NULL), RC_OK);
    /* teardown closes the server while both still wait */
}

static void test_server_when_answered_later_then_in_any_order(void **state)
{
    (void)state;
    hurry();
    const struct web_call call = call_of("POST", "/park", "1");
    for (uint64_t token = 0; token < 8; token++) {
        assert_int_equal(web_client_send(at.client, &call, token), RC_OK);
    }
    turn_until(at.parked_count == 8);
    turn_for_ms(2 * TIMEOUT_MS); /* who waits for us is not slow */
    assert_int_equal(at.told, 0);
    const uint64_t begin_us = clock_monotonic_us();
    for (unsigned index = 8; index > 0; index--) {
        web_answer(at.parked[index - 1], 200, "text/plain", "ok", 2);
    }
    turn_until(at.told == 8);
    assert_true(clock_monotonic_us() - begin_us < 5000000); /* woken, not found by chance */
    assert_int_equal(at.rc, RC_OK);
    assert_string_equal(at.answer, "ok");
}

static void test_server_when_closed_then_who_waits_gets_503(void **state)
{
    (void)state;
    const struct web_call call = call_of("POST", "/park", "1");
    assert_int_equal(web_client_send(at.client, &call, 1), RC_OK);
    turn_until(at.parked_count == 1);
    web_server_close(at.server);
    at.server = NULL;
    for (unsigned round = 0; round < 100 && at.told == 0; round++) {
        struct pollfd fd = {.fd = web_client_fd(at.client), .events = POLLIN};
        (void)poll(&fd, 1, 20);
        web_client_work(at.client);
    }
    assert_int_equal(at.told, 1);
    assert_int_equal(at.status, 503);
}

static void test_server_when_the_body_is_too_large_then_413_and_never_held(void **state)
{
    (void)state;
    const size_t bytes = 20 << 20;
    char *body = calloc(1, bytes);
    assert_non_null(body);
    struct web_call call = call_of("POST", "/x", NULL);
    call.body = body;
    call.body_bytes = bytes;
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(at.status, 413);
    assert_int_equal(at.handled, 0);
    call.body_bytes = BODY_MAX + 1;
    call_and_wait(&call);
    assert_int_equal(at.status, 413);
    call.body_bytes = BODY_MAX;
    call.answer_max = BODY_MAX;
    call_and_wait(&call);
    assert_int_equal(at.status, 200);
    assert_int_equal(at.body_bytes, BODY_MAX);
    free(body);
}

/* ---- by hand ---- */

static int connect_by_hand(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)strtoul(at.port, NULL, 10));
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

/* What came until the end of the connection or, true, until it holds the text. */
static bool read_by_hand(int fd, char *text, size_t size, const char *until)
{
    const uint64_t end_us = clock_monotonic_us() + 10000000;
    size_t used = 0;
    text[0] = '\0';
    while (clock_monotonic_us() < end_us) {
        turn();
        const ssize_t got = recv(fd, text + used, size - 1 - used, 0);
        if (got == 0 || (got < 0 && errno == ECONNRESET)) {
            return false;
        }
        if (got > 0) {
            used += (size_t)got;
            text[used] = '\0';
        }
        if (until != NULL && strstr(text, until) != NULL) {
            return true;
        }
    }
    fail_msg("the connection neither said it nor ended");
    return false;
}

static void send_by_hand(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void test_server_when_a_client_is_slow_then_it_is_hung_up_on(void **state)
{
    (void)state;
    hurry();
    static const char *const begun[] = {
        "", "POST /x HTTP/1.1\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nX: ",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"};
    int fds[sizeof begun / sizeof begun[0]];
    char text[512];
    const uint64_t begin_us = clock_monotonic_us();
    for (size_t index = 0; index < sizeof begun / sizeof begun[0]; index++) {
        fds[index] = connect_by_hand();
        send_by_hand(fds[index], begun[index]);
    }
    /* A byte now and then does not help. */
    for (unsigned drip = 0; drip < 4; drip++) {
        turn_for_ms(TIMEOUT_MS / 3);
        (void)send(fds[2], "x", 1, MSG_NOSIGNAL);
        (void)send(fds[3], "x", 1, MSG_NOSIGNAL);
    }
    for (size_t index = 0; index < sizeof begun / sizeof begun[0]; index++) {
        assert_false(read_by_hand(fds[index], text, sizeof text, NULL));
        assert_true(clock_monotonic_us() - begin_us < 5000000);
        close(fds[index]);
    }
    assert_int_equal(at.handled, 0);
}

static void test_server_when_connections_are_full_then_the_next_comes_after(void **state)
{
    (void)state;
    hurry();
    int fds[PARKED_MAX];
    for (unsigned index = 0; index < PARKED_MAX; index++) {
        fds[index] = connect_by_hand();
    }
    turn_for_ms(50);
    const struct web_call call = call_of("POST", "/x", "1");
    call_and_wait(&call); /* refused, or served once the idle ones are gone */
    turn_for_ms(2 * TIMEOUT_MS);
    call_and_wait(&call);
    assert_int_equal(at.rc, RC_OK);
    for (unsigned index = 0; index < PARKED_MAX; index++) {
        close(fds[index]);
    }
}

static void test_server_when_a_length_is_said_twice_then_400(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
         "\r\n0\r\n\r\n"),
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
        "POST /x HTTP/1.1\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
    };
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        char text[1024];
        const int fd = connect_by_hand();
        send_by_hand(fd, bad[index]);
        (void)read_by_hand(fd, text, sizeof text, NULL);
        assert_true(text[0] == '\0' || strncmp(text, "HTTP/1.1 400", 12) == 0);
        close(fd);
    }
    assert_int_equal(at.handled, 0);
}

static void test_server_when_chunked_then_whole_and_bounded(void **state)
{
    (void)state;
    char text[1024];
    int fd = connect_by_hand();
    send_by_hand(fd,
                 "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    turn_for_ms(30);
    send_by_hand(fd, "2\r\nde\r\n0\r\n\r\n");
    assert_true(read_by_hand(fd, text, sizeof text, "abcde"));
    /* A large target, and headers beyond the connection's memory, are answered as what they are. */
    close(fd);
    fd = connect_by_hand();
    static char target[12000];
    memset(target, 'q', sizeof target - 1);
    memcpy(target, "GET /?", 6);
    send_by_hand(fd, target);
    send_by_hand(fd, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(read_by_hand(fd, text, sizeof text, "HTTP/1.1 414"));
    close(fd);
}

static void test_server_when_the_proxy_speaks_for_somebody_then_his_address(void **state)
{
    (void)state;
    char path[64], listen[80], text[512];
    (void)snprintf(path, sizeof path, "/tmp/web-test-%d.sock", (int)getpid());
    (void)snprintf(listen, sizeof listen, "unix:%s", path);
    web_server_close(at.server);
    open_server(listen, PATIENT_MS);
    web_server_close(at.server); /* leaves the socket's file: it is replaced */
    open_server(listen, PATIENT_MS);
    assert_string_equal(web_server_address(at.server), listen);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    send_by_hand(fd,
                 "POST /x HTTP/1.1\r\nHost: a\r\nX-Real-IP: 192.0.2.7\r\nContent-Length: 2\r\n\r\n"
                 "ok");
    assert_true(read_by_hand(fd, text, sizeof text, "\r\n\r\nok"));
    assert_string_equal(at.address, "192.0.2.7");
    send_by_hand(fd, "GET /x HTTP/1.1\r\nHost: a\r\nX-Real-IP: <script>\r\n\r\n");
    turn_until(at.handled == 2);
    assert_string_equal(at.address, "unix");
    close(fd);
    (void)unlink(path);
}

static void test_server_when_the_caller_claims_an_address_then_it_is_not_believed(void **state)
{
    (void)state;
    struct web_call call = call_of("POST", "/x", "1");
    call.headers[0] = "X-Real-IP: 192.0.2.7";
    call_and_wait(&call);
    assert_string_equal(at.address, "127.0.0.1");
}

static void test_server_when_it_may_not_listen_there_then_settings(void **state)
{
    (void)state;
    char taken[64];
    (void)snprintf(taken, sizeof taken, "127.0.0.1:%s", at.port);
    const char *const bad[] = {"",
                               "8321",
                               "0.0.0.0:0",
                               "10.0.0.1:0",
                               "[::]:0",
                               "localhost:0",
                               ":0",
                               "127.0.0.1:",
                               "127.0.0.1:x",
                               "127.0.0.1:70000",
                               "unix:",
                               "unix:relative",
                               "unix:/dev/null",
                               "unix:/nowhere/at/all",
                               taken};
    for (size_t index = 0; index < sizeof bad / sizeof bad[0]; index++) {
        struct web_server *server = NULL;
        const struct web_server_settings settings = {.listen = bad[index],
                                                     .body_max = 1,
                                                     .connections_max = 4,
                                                     .timeout_ms = 1000,
                                                     .handle = on_request};
        assert_int_equal(web_server_open(&server, &settings), RC_SETTINGS);
        assert_null(server);
    }
}

/* ---- a server that keeps no rule ---- */

/* Answers whoever comes with these bytes, and keeps the connection open. */
static void answer_by_hand(const char *bytes, struct web_call call)
{
    const size_t size = strlen(bytes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_bytes = sizeof address;
    char url[64];
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listening, 4), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &address_bytes), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", ntohs(address.sin_port));
    call.url = url;
    const unsigned told = at.told;
    assert_int_equal(web_client_send(at.client, &call, 1), RC_OK);
    int fd = -1;
    turn_until((fd = accept(listening, NULL, NULL)) >= 0);
    for (size_t sent = 0; sent < size && at.told == told;) {
        const ssize_t count = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        sent += count > 0 ? (size_t)count : 0;
        turn();
        if (count < 0 && errno != EAGAIN) {
            break;
        }
    }
    turn_until(at.told > told);
    close(fd);
    close(listening);
}

static void test_client_when_headers_do_not_end_then_limit(void **state)
{
    (void)state;
    const size_t bytes = 4 << 20;
    char *text = malloc(bytes);
    assert_non_null(text);
    size_t used = (size_t)snprintf(text, bytes, "HTTP/1.1 200 OK\r\n");
    while (used + 64 < bytes) {
        used += (size_t)snprintf(text + used, bytes - used, "X-A: bbbbbbbbbbbbbbbbbbbbbbbbb\r\n");
    }
    answer_by_hand(text, call_of("POST", "/", "1"));
    assert_int_equal(at.rc, RC_LIMIT);
    free(text);
}

static void test_client_when_the_answer_is_garbage_or_cut_then_io_or_timeout(void **state)
{
    (void)state;
    struct web_call call = call_of("POST", "/", "1");
    call.total_ms = 200;
    answer_by_hand("garbage\r\n\r\n", call);
    assert_int_equal(at.rc, RC_IO);
    answer_by_hand("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", call);
    assert_int_equal(at.rc, RC_TIMEOUT);
    assert_int_equal(at.answer_bytes, 0);
    answer_by_hand("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", call);
    assert_int_equal(at.rc, RC_OK);
    assert_int_equal(at.status, 204);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_call_when_posted_then_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_when_many_then_each_is_told_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_when_done_sends_then_it_is_sent, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_when_redirected_then_not_followed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_when_told_to_wait_then_it_is_said_how_long, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_when_the_answer_is_large_then_limit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_when_nobody_answers_then_timeout, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_call_when_nobody_listens_then_io, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_when_the_url_is_none_of_ours_then_invalid, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_call_when_the_address_is_of_the_own_network_then_forbidden, setup, teardown),
        cmocka_unit_test_setup_teardown(test_call_when_inside_then_http_to_loopback_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_call_when_a_proxy_is_named_outside_then_it_is_not_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_client_when_closed_with_calls_under_way_then_nothing_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server_when_answered_later_then_in_any_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server_when_closed_then_who_waits_gets_503, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_server_when_the_body_is_too_large_then_413_and_never_held, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server_when_a_client_is_slow_then_it_is_hung_up_on,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_server_when_connections_are_full_then_the_next_comes_after, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server_when_a_length_is_said_twice_then_400, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_server_when_chunked_then_whole_and_bounded, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_server_when_the_proxy_speaks_for_somebody_then_his_address, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_server_when_the_caller_claims_an_address_then_it_is_not_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_server_when_it_may_not_listen_there_then_settings,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_client_when_headers_do_not_end_then_limit, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_client_when_the_answer_is_garbage_or_cut_then_io_or_timeout, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
