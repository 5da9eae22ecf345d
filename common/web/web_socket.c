/* web_socket: one WebSocket. Owns its connection, its epoll descriptor and what waits to be sent.
 *
 *   CONNECTING ─ TCP, TLS ─▶ ASKING ─ 101 ─▶ OPEN ─ close, error, silence ─▶ OVER
 *
 * Three libraries share the work, each what it is best at. libcurl connects, as for every other call of
 * ours (CONNECT_ONLY): names are looked up beside the loop, TLS is verified by the same rules, an address
 * is judged before it is tried. Debian's libcurl has no WebSocket, and libwebsockets would bring a loop
 * of its own and a lookup of names that blocks ours. libwslay is the framing of RFC 6455 and nothing
 * else: fragments, masks, close, ping, UTF-8, with our own functions to read and write. What is left is
 * the one exchange in front (web_upgrade).
 *
 * What must stay true: a peer that floods us gets a bounded share of each round; a message is never held
 * beyond its bound; after `closed` nothing is called. */

#include "common/web/web_socket.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/web/web_reach.h"
#include "common/web/web_upgrade.h"

enum {
    CONNECT_MS = 10000,
    ROUND_BYTES = 256 << 10, /* read at most so much before the loop has its turn */
    WAITING_BYTES = 4 << 20, /* to be sent */
    WAITING_MESSAGES = 4096, /* pongs too, which a peer that reads nothing could have us pile up */
    ARENA_BYTES = 16 << 10,  /* of the request */
    URL_BYTES = 1024,
    EVENTS_MAX = 8,
};

enum state { CONNECTING, ASKING, OPEN, OVER };

struct web_socket {
    struct web_socket_call call;
    void *context;
    enum state state;
    CURLM *multi;
    CURL *curl;
    int epoll;
    curl_socket_t fd; /* once connected */
    uint32_t watched; /* what epoll tells of it */
    bool plain, forbidden, opened;
    uint64_t curl_us, until_us; /* libcurl's next moment; the end of connecting */
    unsigned char nonce[WEB_UPGRADE_NONCE_BYTES];
    char *request; /* to be sent, from request_sent */
    size_t request_sent;
    char head[WEB_UPGRADE_HEAD_MAX]; /* of the answer, then frames that came with it */
    size_t head_bytes, head_used;
    wslay_event_context_ptr frames;
    size_t round_bytes; /* read in this round */
    bool held, more;    /* more: the round was over before the bytes were */
    bool telling;       /* inside one of the caller's functions */
    const char *why;    /* of the end that is due */
};

/* ---- the end ---- */

/* The first reason is the one that is told: what follows are its consequences. */
static void end_with(struct web_socket *socket, const char *why)
{
    CHECK(why != NULL);
    if (socket->why == NULL) {
        socket->why = why;
    }
}

static void end_tell(struct web_socket *socket)
{
    if (socket->why != NULL && socket->state != OVER) {
        socket->state = OVER;
        socket->call.closed(socket->context, socket->why);
    }
}

/* ---- connecting ---- */

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct web_socket *const own = context;
    (void)purpose;
    if (!web_reach_allowed(web_reach_of(&to->addr), own->call.inside, own->plain)) {
        own->forbidden = true;
        return CURL_SOCKET_BAD;
    }
    own->opened = true;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static int on_socket(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
    const struct web_socket *const socket = context;
    struct epoll_event event = {.data.fd = fd};
    (void)curl;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(socket->epoll, EPOLL_CTL_DEL, fd, NULL);
        (void)curl_multi_assign(socket->multi, fd, NULL);
        return 0;
    }
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (epoll_ctl(socket->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0 &&
        epoll_ctl(socket->epoll, known == NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) {
        return -1;
    }
    (void)curl_multi_assign(socket->multi, fd, context);
    return 0;
}

static int on_timer(CURLM *multi, long wait_ms, void *context)
{
    struct web_socket *const socket = context;
    (void)multi;
    socket->curl_us = wait_ms < 0 ? UINT64_MAX : clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    return 0;
}

/* "wss" is https to libcurl, for what comes after the connection is none of its business. */
static enum rc url_take(struct web_socket *socket, const char *url, char *as_http)
{
    const bool sealed = strncasecmp(url, "wss://", 6) == 0;
    socket->plain = strncasecmp(url, "ws://", 5) == 0;
    if ((!sealed && !socket->plain) || (socket->plain && !socket->call.inside)) {
        return RC_INVALID;
    }
    const int bytes =
        snprintf(as_http, URL_BYTES, "%s%s", sealed ? "https" : "http", strstr(url, "://"));
    return bytes > 0 && bytes < URL_BYTES ? RC_OK : RC_INVALID;
}

/* Host, path and query as libcurl understands them: there is no second opinion on where a host ends.
 * Nobody's name and password: they would stand in the site's file. */
static enum rc request_make(struct web_socket *socket, const char *url)
{
    struct arena arena;
    char *host = NULL, *port = NULL, *path = NULL, *query = NULL, *user = NULL;
    CURLU *const parts = curl_url();
    enum rc rc = RC_INVALID;
    if (parts == NULL || arena_init(&arena, ARENA_BYTES) != RC_OK) {
        curl_url_cleanup(parts);
        return RC_LIMIT;
    }
    if (RAND_bytes(socket->nonce, sizeof socket->nonce) == 1 &&
        curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        (void)curl_url_get(parts, CURLUPART_PORT, &port, 0);
        (void)curl_url_get(parts, CURLUPART_QUERY, &query, 0);
        char *const whole_host =
            arena_printf(&arena, "%s%s%s", host, port == NULL ? "" : ":", port == NULL ? "" : port);
        char *const whole_path = arena_printf(&arena, "%s%s%s", path, query == NULL ? "" : "?",
                                              query == NULL ? "" : query);
        const bool plain_words = whole_host != NULL && whole_path != NULL &&
                                 whole_host[strcspn(whole_host, "\r\n ")] == '\0' &&
                                 whole_path[strcspn(whole_path, "\r\n ")] == '\0';
        char *const made =
            plain_words ? web_upgrade_request(&arena, whole_host, whole_path, socket->nonce) : NULL;
        socket->request = made == NULL ? NULL : strdup(made);
        rc = socket->request == NULL ? RC_INVALID : RC_OK;
    }
    curl_free(user);
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(parts);
    arena_fini(&arena);
    return rc;
}

/* The same rules as web_client's calls live by; the connection is for us alone. */
static bool rules_set(struct web_socket *socket, const char *url)
{
    CURL *const curl = socket->curl;
    const char *const authorities = getenv("SSL_CERT_FILE");
    int wrong = 0;
    wrong |= curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) != CURLE_OK;
    wrong |=
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, socket->plain ? "http" : "https") != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open_socket) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, socket) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)socket->call.connect_ms) !=
             CURLE_OK;
    if (authorities != NULL) {
        wrong |= curl_easy_setopt(curl, CURLOPT_CAINFO, authorities) != CURLE_OK;
    }
    return wrong == 0;
}

/* ---- reading and writing ---- */

/* Bytes of the peer: first those that came with the answer's head. 0: none now; -1: it is over. */
static ssize_t bytes_read(struct web_socket *socket, void *bytes, size_t room)
{
    size_t got = 0;
    if (socket->head_used < socket->head_bytes) {
        got = socket->head_bytes - socket->head_used;
        got = got < room ? got : room;
        memcpy(bytes, socket->head + socket->head_used, got);
        socket->head_used += got;
        return (ssize_t)got;
    }
    if (socket->round_bytes >= ROUND_BYTES) {
        socket->more = true;
        return 0;
    }
    const CURLcode code = curl_easy_recv(socket->curl, bytes, room, &got);
    if (code == CURLE_AGAIN) {
        return 0;
    }
    if (code != CURLE_OK || got == 0) {
        end_with(socket, code == CURLE_OK ? "the other side hung up" : curl_easy_strerror(code));
        return -1;
    }
    socket->round_bytes += got;
    return (ssize_t)got;
}

static ssize_t bytes_write(struct web_socket *socket, const void *bytes, size_t size)
{
    size_t sent = 0;
    const CURLcode code = curl_easy_send(socket->curl, bytes, size, &sent);
    if (code != CURLE_OK && code != CURLE_AGAIN) {
        end_with(socket, curl_easy_strerror(code));
        return -1;
    }
    return (ssize_t)sent;
}

static ssize_t on_recv(wslay_event_context_ptr frames, uint8_t *bytes, size_t room, int flags,
                       void *context)
{
    struct web_socket *const socket = context;
    (void)flags;
    const ssize_t got = socket->held || socket->why != NULL ? 0 : bytes_read(socket, bytes, room);
    if (got == 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
    } else if (got < 0) {
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    }
    return got > 0 ? got : -1;
}

static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t size, int flags,
                       void *context)
{
    struct web_socket *const socket = context;
    (void)flags;
    const ssize_t sent = bytes_write(socket, bytes, size);
    if (sent == 0) {
        wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
    } else if (sent < 0) {
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
    }
    return sent > 0 ? sent : -1;
}

static int on_mask(wslay_event_context_ptr frames, uint8_t *bytes, size_t size, void *context)
{
    (void)context;
    if (RAND_bytes(bytes, (int)size) != 1) {
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
    }
    return 0;
}

/* libwslay answers pings and joins fragments; its buffer ends without a NUL. */
static void on_message(wslay_event_context_ptr frames,
                       const struct wslay_event_on_msg_recv_arg *message, void *context)
{
    struct web_socket *const socket = context;
    (void)frames;
    if (message->opcode == WSLAY_CONNECTION_CLOSE) {
        end_with(socket, message->status_code == WSLAY_CODE_MESSAGE_TOO_BIG
                             ? "a message was too large for the other side"
                             : "the other side closed it");
    } else if (message->opcode == WSLAY_BINARY_FRAME) {
        end_with(socket, "a message that is no text");
    } else if (message->opcode == WSLAY_TEXT_FRAME && message->msg_length > 0 &&
               socket->why == NULL) {
        char *const text = malloc(message->msg_length + 1);
        if (text == NULL) {
            end_with(socket, "no memory");
            return;
        }
        memcpy(text, message->msg, message->msg_length);
        text[message->msg_length] = '\0';
        socket->call.heard(socket->context, text, message->msg_length);
        free(text);
    }
}

/* ---- turns ---- */

static void watch(struct web_socket *socket)
{
    /* A descriptor that may be written to is ready all the time: asked for only while there is something
     * to write, or the loop would spin until the answer comes. */
    const bool writes = socket->state == ASKING ? socket->request_sent < strlen(socket->request)
                                                : wslay_event_want_write(socket->frames);
    /* What is held are messages; the answer is none. */
    const bool reads = socket->state == ASKING || !socket->held;
    struct epoll_event event = {.events = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u),
                                .data.fd = socket->fd};
    if (event.events == socket->watched) {
        return;
    }
    /* The end of a connection is reported even to who asks for nothing, again and again: while held it is
     * not looked for, since what the peer said before its end is still to be read. */
    if (event.events == 0) {
        (void)epoll_ctl(socket->epoll, EPOLL_CTL_DEL, socket->fd, NULL);
        socket->watched = 0;
        return;
    }
    if (epoll_ctl(socket->epoll, EPOLL_CTL_MOD, socket->fd, &event) != 0 &&
        epoll_ctl(socket->epoll, EPOLL_CTL_ADD, socket->fd, &event) != 0) {
        end_with(socket, "no memory");
    }
    socket->watched = event.events;
}

/* What libcurl says when it could not connect holds nothing of the call. */
static void connect_turn(struct web_socket *socket)
{
    struct epoll_event events[EVENTS_MAX];
    int running = 0, left = 0;
    const int count = epoll_wait(socket->epoll, events, EVENTS_MAX, 0);
    for (int index = 0; index < count; index++) {
        const uint32_t what = events[index].events;
        const int mask = ((what & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                         ((what & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                         ((what & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
        (void)curl_multi_socket_action(socket->multi, events[index].data.fd, mask, &running);
    }
    if (clock_monotonic_us() >= socket->curl_us) {
        socket->curl_us = UINT64_MAX;
        (void)curl_multi_socket_action(socket->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    const CURLMsg *const message = curl_multi_info_read(socket->multi, &left);
    if (message == NULL || message->msg != CURLMSG_DONE) {
        return;
    }
    const CURLcode code = message->data.result;
    if (code != CURLE_OK) {
        end_with(socket, socket->forbidden && !socket->opened
                             ? "the address is none that may be called"
                             : curl_easy_strerror(code));
        return;
    }
    if (curl_easy_getinfo(socket->curl, CURLINFO_ACTIVESOCKET, &socket->fd) != CURLE_OK ||
        socket->fd == CURL_SOCKET_BAD) {
        end_with(socket, "no connection");
        return;
    }
    socket->curl_us = UINT64_MAX; /* libcurl has nothing more to do by itself */
    socket->state = ASKING;
}

static bool frames_begin(struct web_socket *socket)
{
    static const struct wslay_event_callbacks callbacks = {.recv_callback = on_recv,
                                                           .send_callback = on_send,
                                                           .genmask_callback = on_mask,
                                                           .on_msg_recv_callback = on_message};
    if (wslay_event_context_client_init(&socket->frames, &callbacks, socket) != 0) {
        end_with(socket, "no memory");
        return false;
    }
    wslay_event_config_set_max_recv_msg_length(socket->frames, socket->call.message_max);
    return true;
}

static void ask_turn(struct web_socket *socket)
{
    const size_t bytes = strlen(socket->request);
    if (socket->request_sent < bytes) {
        const ssize_t sent = bytes_write(socket, socket->request + socket->request_sent,
                                         bytes - socket->request_sent);
        socket->request_sent += sent > 0 ? (size_t)sent : 0;
        if (socket->request_sent < bytes) {
            return;
        }
    }
    const char *why = NULL;
    size_t head_bytes = 0;
    size_t got = 0;
    CHECK(socket->head_used == 0);
    const CURLcode code = curl_easy_recv(socket->curl, socket->head + socket->head_bytes,
                                         sizeof socket->head - socket->head_bytes, &got);
    if (code == CURLE_AGAIN) {
        return;
    }
    if (code != CURLE_OK || got == 0) {
        end_with(socket, code == CURLE_OK ? "the other side hung up" : curl_easy_strerror(code));
        return;
    }
    socket->head_bytes += got;
    const enum rc rc =
        web_upgrade_judge(socket->head, socket->head_bytes, socket->nonce, &head_bytes, &why);
    if (rc == RC_AGAIN) {
        socket->more = true; /* TLS may hold what no poll tells of */
        return;
    }
    if (rc != RC_OK) {
        end_with(socket, why);
        return;
    }
    if (!frames_begin(socket)) {
        return;
    }
    socket->head_used = head_bytes;
    socket->state = OPEN;
    socket->until_us = UINT64_MAX;
    socket->more = true;
    socket->call.opened(socket->context);
}

/* A close that we sent ourselves says what was wrong with the peer's frames. */
static const char *fault_of(const struct web_socket *socket)
{
    switch (wslay_event_get_status_code_sent(socket->frames)) {
    case WSLAY_CODE_MESSAGE_TOO_BIG:
        return "a message is too large";
    case WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA:
        return "a message is no text";
    default:
        return "frames that cannot be read";
    }
}

static void open_turn(struct web_socket *socket)
{
    socket->round_bytes = 0;
    if (wslay_event_recv(socket->frames) != 0) {
        end_with(socket, "frames that cannot be read");
        return;
    }
    if (wslay_event_send(socket->frames) != 0) {
        end_with(socket, "it cannot be written to");
        return;
    }
    if (wslay_event_get_queued_msg_count(socket->frames) > WAITING_MESSAGES) {
        end_with(socket, "the other side reads nothing");
    }
    if (wslay_event_get_close_sent(socket->frames) ||
        !wslay_event_get_read_enabled(socket->frames)) {
        end_with(socket, fault_of(socket));
    }
}

void web_socket_work(struct web_socket *socket)
{
    struct epoll_event events[EVENTS_MAX];
    CHECK(!socket->telling);
    socket->telling = true;
    socket->more = false;
    if (socket->state == CONNECTING) {
        connect_turn(socket);
    } else if (socket->state != OVER) {
        (void)epoll_wait(socket->epoll, events, EVENTS_MAX, 0); /* so that nobody is told again */
    }
    if (socket->why == NULL && socket->state == ASKING) {
        ask_turn(socket);
    }
    if (socket->why == NULL && socket->state == OPEN) {
        open_turn(socket);
    }
    if (socket->why == NULL && clock_monotonic_us() >= socket->until_us) {
        end_with(socket, "it took too long to connect");
    }
    if (socket->why == NULL && (socket->state == ASKING || socket->state == OPEN)) {
        watch(socket);
    }
    end_tell(socket);
    socket->telling = false;
}

/* ---- for the caller ---- */

enum rc web_socket_send(struct web_socket *socket, const char *text, size_t bytes)
{
    const struct wslay_event_msg message = {
        .opcode = WSLAY_TEXT_FRAME, .msg = (const uint8_t *)text, .msg_length = bytes};
    CHECK(bytes > 0);
    if (socket->state != OPEN || socket->why != NULL ||
        wslay_event_get_queued_msg_length(socket->frames) + bytes > WAITING_BYTES ||
        wslay_event_queue_msg(socket->frames, &message) != 0) {
        return RC_AGAIN;
    }
    socket->more = true; /* it goes out in the next turn */
    return RC_OK;
}

void web_socket_hold(struct web_socket *socket, bool held)
{
    socket->more = socket->more || (socket->held && !held);
    socket->held = held;
}

int web_socket_fd(const struct web_socket *socket)
{
    return socket->epoll;
}

uint64_t web_socket_due_us(const struct web_socket *socket)
{
    if (socket->state == OVER) {
        return UINT64_MAX;
    }
    if (socket->more || socket->why != NULL) {
        return 0;
    }
    return socket->curl_us < socket->until_us ? socket->curl_us : socket->until_us;
}

/* A goodbye that does not fit into the socket's buffer is left unsaid. */
static void goodbye(struct web_socket *socket)
{
    if (socket->state == OPEN && socket->why == NULL &&
        wslay_event_queue_close(socket->frames, WSLAY_CODE_GOING_AWAY, NULL, 0) == 0) {
        (void)wslay_event_send(socket->frames);
    }
}

void web_socket_close(struct web_socket *socket)
{
    if (socket == NULL) {
        return;
    }
    CHECK(!socket->telling);
    goodbye(socket);
    wslay_event_context_free(socket->frames);
    if (socket->multi != NULL && socket->curl != NULL) {
        (void)curl_multi_remove_handle(socket->multi, socket->curl);
    }
    curl_easy_cleanup(socket->curl);
    (void)curl_multi_cleanup(socket->multi);
    if (socket->epoll >= 0) {
        (void)close(socket->epoll);
    }
    free(socket->request);
    free(socket);
    curl_global_cleanup();
}

enum rc web_socket_open(struct web_socket **socket, const struct web_socket_call *call,
                        void *context)
{
    char url[URL_BYTES];
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return RC_LIMIT;
    }
    struct web_socket *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        curl_global_cleanup();
        return RC_LIMIT;
    }
    made->call = *call;
    made->call.connect_ms = call->connect_ms == 0 ? CONNECT_MS : call->connect_ms;
    made->call.url = NULL; /* the caller's own */
    made->context = context;
    made->fd = CURL_SOCKET_BAD;
    made->curl_us = UINT64_MAX;
    made->until_us = clock_monotonic_us() + made->call.connect_ms * 1000;
    made->epoll = epoll_create1(EPOLL_CLOEXEC);
    made->multi = curl_multi_init();
    made->curl = curl_easy_init();
    enum rc rc = made->epoll < 0 || made->multi == NULL || made->curl == NULL ? RC_LIMIT : RC_OK;
    if (rc == RC_OK) {
        rc = url_take(made, call->url, url);
    }
    if (rc == RC_OK) {
        rc = request_make(made, url);
    }
    if (rc == RC_OK) {
        (void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
        (void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETDATA, made);
        (void)curl_multi_setopt(made->multi, CURLMOPT_TIMERFUNCTION, on_timer);
        (void)curl_multi_setopt(made->multi, CURLMOPT_TIMERDATA, made);
        rc = rules_set(made, url) && curl_multi_add_handle(made->multi, made->curl) == CURLM_OK
                 ? RC_OK
                 : RC_LIMIT;
    }
    if (rc != RC_OK) {
        web_socket_close(made);
        return rc;
    }
    *socket = made;
    return RC_OK;
}
