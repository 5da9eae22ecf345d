/* web_client: calls to the outside over libcurl's multi interface, turned by the caller's loop. It owns
 * the transfers that are under way, the connections that are kept open and one epoll descriptor, which
 * holds libcurl's sockets. What must stay true: nothing of a call reaches an address that its
 * destination may not lead to. A name is judged where it has become an address, at each connection that
 * is made, and again just before a request goes out, for a connection may be an old one that another
 * call was allowed to make (web_reach knows which). No proxy, netrc file or redirect has a say in it. */

#include "common/web/web_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/web/web_body.h"
#include "common/web/web_reach.h"

enum {
    CONNECT_MS = 5000,
    TOTAL_MS = 15000,
    FLIGHTS_MAX = 1024,    /* at a time; senders bound themselves by their destinations far below */
    HANDLES_KEPT_MAX = 64, /* between calls: making one costs as much as a small call */
    CONNECTIONS_KEPT = 64,
    HEADERS_BYTES_MAX = 64 << 10, /* of an answer; libcurl bounds single lines only */
    EVENTS_MAX = 64,
    RETRY_S_MAX = 86400, /* what a stranger may make us wait */
};

/* A call that is under way, from web_client_send until done was told. */
struct flight {
    struct flight *next, *prior;
    struct web_client *client;
    CURL *curl;
    struct curl_slist *headers;
    uint64_t token;
    bool inside, plain; /* plain: http */
    bool forbidden;     /* an address was refused */
    bool opened;        /* another one was not */
    bool too_large;
    char *answer;
    size_t answer_bytes, answer_room, answer_max, header_bytes;
};

struct web_client {
    CURLM *multi;
    int epoll;
    uint64_t due_us;
    web_done *done;
    void *context;
    struct flight *flights;
    size_t count;
    CURL *kept[HANDLES_KEPT_MAX];
    unsigned kept_count;
    const char *authorities; /* a file of the site's own; NULL: those of the system */
};

/* ---- what libcurl calls -----------------------------------------------------------------------
 */

/* Asked for each address of a name, in the order in which they are tried: one that is refused does not
 * spoil the others. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct flight *flight = context;
    (void)purpose;
    if (!web_reach_allowed(web_reach_of(&to->addr), flight->inside, flight->plain)) {
        flight->forbidden = true;
        return CURL_SOCKET_BAD;
    }
    flight->opened = true;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* A connection of before may have been made for a call that was allowed more. */
static int on_before_request(void *context, char *address, char *own, int port, int own_port)
{
    struct flight *flight = context;
    (void)own;
    (void)port;
    (void)own_port;
    if (!web_reach_allowed(web_reach_of_text(address), flight->inside, flight->plain)) {
        flight->forbidden = true;
        flight->opened = false;
        return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
}

/* Each line of the answer's head, also of those that come before it (100 Continue). */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct flight *flight = context;
    (void)line;
    flight->header_bytes += size * count;
    flight->too_large = flight->too_large || flight->header_bytes > HEADERS_BYTES_MAX;
    return flight->too_large ? 0 : size * count;
}

/* Less than it was given ends the transfer. No coding of content is asked for, so that what is counted
 * is what is held: nothing unfolds. */
static size_t on_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct flight *flight = context;
    const size_t more = size * count;
    if (more > flight->answer_max - flight->answer_bytes) {
        flight->too_large = true;
        return 0;
    }
    if (!web_body_add(&flight->answer, &flight->answer_bytes, &flight->answer_room, bytes, more)) {
        flight->too_large = true;
        return 0;
    }
    return more;
}

/* libcurl says what it wants to know of a socket; a socket that it closed is none of epoll's any more,
 * so that removing it may fail. */
static int on_socket(CURL *curl, curl_socket_t fd, int what, void *context, void *known)
{
    const struct web_client *client = context;
    struct epoll_event event = {.data.fd = fd};
    (void)curl;
    if (what == CURL_POLL_REMOVE) {
        (void)epoll_ctl(client->epoll, EPOLL_CTL_DEL, fd, NULL);
        (void)curl_multi_assign(client->multi, fd, NULL);
        return 0;
    }
    event.events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u);
    if (epoll_ctl(client->epoll, known == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0 &&
        epoll_ctl(client->epoll, known == NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0) {
        return -1;
    }
    (void)curl_multi_assign(client->multi, fd, context); /* not NULL: it is in the epoll */
    return 0;
}

/* One moment at a time; libcurl says it again when it changes. */
static int on_timer(CURLM *multi, long wait_ms, void *context)
{
    struct web_client *client = context;
    (void)multi;
    client->due_us = wait_ms < 0 ? UINT64_MAX : clock_monotonic_us() + (uint64_t)wait_ms * 1000;
    return 0;
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

enum rc web_client_open(struct web_client **client, web_done *done, void *context)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return RC_LIMIT;
    }
    struct web_client *made = calloc(1, sizeof *made);
    CURLM *multi = curl_multi_init();
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (made == NULL || multi == NULL || epoll < 0) {
        if (epoll >= 0) {
            close(epoll);
        }
        (void)curl_multi_cleanup(multi);
        free(made);
        curl_global_cleanup();
        return RC_LIMIT;
    }
    *made = (struct web_client){.multi = multi,
                                .epoll = epoll,
                                .due_us = UINT64_MAX,
                                .done = done,
                                .context = context,
                                .authorities = getenv("SSL_CERT_FILE")};
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, made);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(multi, CURLMOPT_TIMERDATA, made);
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
    *client = made;
    return RC_OK;
}

/* The handle serves again: its options are forgotten, connections belong to the multi handle. */
static void flight_free(struct flight *flight)
{
    struct web_client *client = flight->client;
    if (flight->curl != NULL && client->kept_count < HANDLES_KEPT_MAX) {
        curl_easy_reset(flight->curl);
        client->kept[client->kept_count++] = flight->curl;
    } else {
        curl_easy_cleanup(flight->curl);
    }
    curl_slist_free_all(flight->headers);
    free(flight->answer);
    free(flight);
}

/* Out of libcurl and out of the list, not freed: what it holds may still be told. */
static void flight_end(struct flight *flight)
{
    struct web_client *client = flight->client;
    (void)curl_multi_remove_handle(client->multi, flight->curl);
    *(flight->prior == NULL ? &client->flights : &flight->prior->next) = flight->next;
    if (flight->next != NULL) {
        flight->next->prior = flight->prior;
    }
    CHECK(client->count > 0);
    client->count--;
}

void web_client_close(struct web_client *client)
{
    if (client == NULL) {
        return;
    }
    /* Without the threads that look names up: they end by themselves. */
    for (struct flight *flight = client->flights, *next; flight != NULL; flight = next) {
        next = flight->next;
        flight_end(flight);
        flight_free(flight);
    }
    while (client->kept_count > 0) {
        curl_easy_cleanup(client->kept[--client->kept_count]);
    }
    (void)curl_multi_cleanup(client->multi);
    close(client->epoll);
    free(client);
    curl_global_cleanup();
}

/* ---- sending ----------------------------------------------------------------------------------
 */

/* http or https, a host, nobody's name and password; libcurl's own parser, so that there is no second
 * opinion on where a host ends. */
static enum rc url_judge(const struct web_call *call, bool *plain)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *user = NULL, *password = NULL;
    enum rc rc = RC_INVALID;
    if (url == NULL) {
        return RC_LIMIT;
    }
    if (curl_url_set(url, CURLUPART_URL, call->url, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
        curl_url_get(url, CURLUPART_PASSWORD, &password, 0) == CURLUE_NO_PASSWORD) {
        *plain = strcasecmp(scheme, "http") == 0;
        if (strcasecmp(scheme, "https") == 0 || (*plain && call->inside)) {
            rc = RC_OK;
        }
    }
    curl_free(scheme);
    curl_free(user);
    curl_free(password);
    curl_url_cleanup(url);
    return rc;
}

static bool header_add(struct flight *flight, const char *line)
{
    struct curl_slist *longer = curl_slist_append(flight->headers, line);
    if (longer != NULL) {
        flight->headers = longer;
    }
    return longer != NULL;
}

/* A header that held a line's end would be two. libcurl makes up a type for a body and waits a second
 * for "100 Continue": both are switched off by lines without a value. */
static enum rc headers_take(struct flight *flight, const struct web_call *call)
{
    bool typed = false;
    for (unsigned index = 0; index < WEB_HEADERS_MAX && call->headers[index] != NULL; index++) {
        const char *line = call->headers[index];
        if (strchr(line, ':') == NULL || line[strcspn(line, "\r\n")] != '\0') {
            return RC_INVALID;
        }
        typed = typed || strncasecmp(line, "Content-Type:", 13) == 0;
        if (!header_add(flight, line)) {
            return RC_LIMIT;
        }
    }
    if ((!typed && !header_add(flight, "Content-Type:")) || !header_add(flight, "Expect:")) {
        return RC_LIMIT;
    }
    return RC_OK;
}

/* NOSIGNAL: a slow name must not end us by a signal. QUICK_EXIT: giving up a call does not wait for
 * the thread that looks its name up. */
static bool rules_set(struct flight *flight)
{
    CURL *curl = flight->curl;
    int wrong = 0;
    wrong |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L) != CURLE_OK;
    wrong |=
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, flight->plain ? "http" : "https") != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open_socket) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, flight) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_before_request) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_PREREQDATA, flight) != CURLE_OK;
    if (flight->client->authorities != NULL) {
        wrong |= curl_easy_setopt(curl, CURLOPT_CAINFO, flight->client->authorities) != CURLE_OK;
    }
    return wrong == 0;
}

/* The body is copied before anything else may change it. A method with neither body nor meaning of its
 * own for libcurl (GET, DELETE) sends none. */
static bool call_set(struct flight *flight, const struct web_call *call)
{
    CURL *curl = flight->curl;
    const uint64_t connect_ms = call->connect_ms == 0 ? CONNECT_MS : call->connect_ms,
                   total_ms = call->total_ms == 0 ? TOTAL_MS : call->total_ms;
    int wrong = 0;
    wrong |= curl_easy_setopt(curl, CURLOPT_URL, call->url) != CURLE_OK;
    if (strcmp(call->method, "GET") != 0) {
        wrong |= curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                  (curl_off_t)call->body_bytes) != CURLE_OK;
        wrong |= curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS,
                                  call->body == NULL ? "" : call->body) != CURLE_OK;
        wrong |= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method) != CURLE_OK;
    }
    wrong |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, flight->headers) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "paidan/" PAIDAN_VERSION) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)total_ms) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_HEADERDATA, flight) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, flight) != CURLE_OK;
    wrong |= curl_easy_setopt(curl, CURLOPT_PRIVATE, flight) != CURLE_OK;
    return wrong == 0;
}

static CURL *handle_of(struct web_client *client)
{
    return client->kept_count > 0 ? client->kept[--client->kept_count] : curl_easy_init();
}

enum rc web_client_send(struct web_client *client, const struct web_call *call, uint64_t token)
{
    bool plain = false;
    enum rc rc = url_judge(call, &plain);
    if (rc != RC_OK) {
        return rc;
    }
    if (client->count == FLIGHTS_MAX) {
        return RC_LIMIT;
    }
    struct flight *flight = calloc(1, sizeof *flight);
    if (flight == NULL) {
        return RC_LIMIT;
    }
    flight->client = client;
    flight->token = token;
    flight->inside = call->inside;
    flight->plain = plain;
    flight->answer_max = call->answer_max == 0 ? WEB_ANSWER_BYTES_DEFAULT : call->answer_max;
    flight->curl = handle_of(client);
    rc = flight->curl == NULL ? RC_LIMIT : headers_take(flight, call);
    if (rc == RC_OK && (!rules_set(flight) || !call_set(flight, call) ||
                        curl_multi_add_handle(client->multi, flight->curl) != CURLM_OK)) {
        rc = RC_LIMIT;
    }
    if (rc != RC_OK) {
        flight_free(flight);
        return rc;
    }
    flight->next = client->flights;
    if (flight->next != NULL) {
        flight->next->prior = flight;
    }
    client->flights = flight;
    client->count++;
    return RC_OK;
}

/* ---- turning ----------------------------------------------------------------------------------
 */

int web_client_fd(const struct web_client *client)
{
    return client->epoll;
}

uint64_t web_client_due_us(const struct web_client *client)
{
    return client->due_us;
}

size_t web_client_flights(const struct web_client *client)
{
    return client->count;
}

/* Words for people: libcurl's own for a code hold nothing of the call. */
static void result_fail(const struct flight *flight, CURLcode code, struct web_result *result)
{
    if (flight->forbidden && !flight->opened) {
        result->rc = RC_FORBIDDEN;
        result->why = "the address is none that may be called";
    } else if (flight->too_large) {
        result->rc = RC_LIMIT;
        result->why = "the answer is too large";
    } else {
        result->rc = code == CURLE_OPERATION_TIMEDOUT ? RC_TIMEOUT : RC_IO;
        result->why = curl_easy_strerror(code);
    }
}

static void flight_tell(struct flight *flight, CURLcode code)
{
    struct web_client *client = flight->client;
    struct web_result result = {.rc = RC_OK,
                                .body = flight->answer == NULL ? "" : flight->answer,
                                .body_bytes = flight->answer_bytes,
                                .type = "",
                                .why = ""};
    if (code != CURLE_OK) {
        result_fail(flight, code, &result);
        result.body = "";
        result.body_bytes = 0;
    } else {
        long status = 0;
        char *type = NULL;
        curl_off_t retry_s = 0;
        (void)curl_easy_getinfo(flight->curl, CURLINFO_RESPONSE_CODE, &status);
        (void)curl_easy_getinfo(flight->curl, CURLINFO_CONTENT_TYPE, &type);
        (void)curl_easy_getinfo(flight->curl, CURLINFO_RETRY_AFTER, &retry_s);
        result.status = status < 0 ? 0 : (unsigned)status;
        result.type = type == NULL ? "" : type;
        result.retry_after_ms =
            retry_s <= 0 ? 0 : (uint64_t)(retry_s < RETRY_S_MAX ? retry_s : RETRY_S_MAX) * 1000;
    }
    client->done(client->context, flight->token, &result);
}

/* What done is told of is ours until it returns; it may send, so the list is read one by one. */
static void tell_all(struct web_client *client)
{
    int left = 0;
    for (const CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        char *flight_at = NULL;
        const CURLcode code = message->data.result; /* gone with the handle */
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight_at);
        struct flight *flight = (struct flight *)(void *)flight_at;
        CHECK(flight != NULL);
        flight_end(flight);
        flight_tell(flight, code);
        flight_free(flight);
    }
}

void web_client_work(struct web_client *client)
{
    struct epoll_event events[EVENTS_MAX];
    int running = 0;
    const int count = epoll_wait(client->epoll, events, EVENTS_MAX, 0);
    for (int index = 0; index < count; index++) {
        const uint32_t what = events[index].events;
        const int mask = ((what & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                         ((what & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                         ((what & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
        (void)curl_multi_socket_action(client->multi, events[index].data.fd, mask, &running);
    }
    if (clock_monotonic_us() >= client->due_us) {
        /* Forgotten first: libcurl names the next moment while it works. */
        client->due_us = UINT64_MAX;
        (void)curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    tell_all(client);
}
