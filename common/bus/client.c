/* client: one link per service, on it the requests under way. Every request keeps its packed bytes
 * until it is answered, so asking again is sending the same bytes: same correlation, same id.
 *
 * When to ask again: the connection broke; nothing came for a while; the service said "not now".
 * Silence twice in a row also closes the socket, for its endpoint may have moved.
 *
 * Owns links, sockets and pending requests. What must stay true: a request keeps its id for as long as
 * it is asked, so that a service that was killed in between does it once; an answer is given to the
 * request of its correlation or dropped; no call lasts longer than its caller allows, but for one
 * round of CLIENT_CONNECT_MS. One thread owns a client. */

#include "common/bus/client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/bus/bus.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum {
    CLIENT_PROTOCOL = 1,
    CLIENT_LINKS_MAX = 16,
    CLIENT_SILENCE_MS = 2000,      /* then ask again; a commit with fsync takes far less */
    CLIENT_RETRY_MS = 1000,        /* when the service did not say how long */
    CLIENT_CONNECT_MS = 200,       /* between attempts to make a socket */
    CLIENT_ANSWER_CORRELATION = 2, /* field numbers of Answer */
    CLIENT_ANSWER_CODE = 3,
    CLIENT_ANSWER_RETRY = 5,
};

struct pending {
    struct pending *next;
    uint64_t correlation, silence_us, send_us; /* send_us: when to send (again) */
    unsigned silences;
    bool answered, refused; /* refused: `answer` says "not now" */
    struct bus_message answer;
    size_t size;
    unsigned char bytes[];
};

struct link {
    char service[CODE_BYTES_MAX + 1];
    struct bus_socket *socket;
    uint64_t connect_us; /* not before */
    uint64_t blocked_us; /* since when no send was possible; 0: it was */
    struct pending *first, **last;
    unsigned count;
};

struct client {
    struct bus *bus;
    char *data_dir;
    char actor[ACTOR_BYTES_MAX + 1];
    size_t grant_bytes;
    unsigned char grant[GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX];
    uint64_t correlation;
    struct link links[CLIENT_LINKS_MAX];
    unsigned link_count;
};

/* Nothing is connected yet, so a command that needs no service works without one. */
enum rc client_open(struct client **client, const char *data_dir, const char *actor)
{
    if (strlen(actor) > ACTOR_BYTES_MAX) {
        return RC_LIMIT;
    }
    struct client *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    memcpy(made->actor, actor, strlen(actor) + 1);
    made->data_dir = strdup(data_dir);
    if (made->data_dir == NULL || bus_open(&made->bus) != RC_OK) {
        free(made->data_dir);
        free(made);
        return RC_IO;
    }
    *client = made;
    return RC_OK;
}

/* An answer that was refused is held too: it is what a caller gets whose time is over. */
static void pending_free(struct pending *pending)
{
    if (pending->answered || pending->refused) {
        bus_message_free(&pending->answer);
    }
    free(pending);
}

void client_close(struct client *client)
{
    if (client == NULL) {
        return;
    }
    for (unsigned index = 0; index < client->link_count; index++) {
        struct link *link = &client->links[index];
        bus_socket_close(link->socket);
        while (link->first != NULL) {
            struct pending *next = link->first->next;
            pending_free(link->first);
            link->first = next;
        }
    }
    bus_close(client->bus);
    free(client->data_dir);
    free(client);
}

/* Time first, so that a service's table of kept answers grows at one end. */
void client_request_id(unsigned char id[16])
{
    static _Thread_local uint64_t last_ms;
    static _Thread_local uint16_t count;
    struct timespec now;
    const int failed = clock_gettime(CLOCK_REALTIME, &now);
    CHECK(failed == 0);
    uint64_t now_ms = (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
    const ssize_t got = getrandom(id, 16, 0);
    CHECK(got == 16);
    /* Within a millisecond 12 bits count on from a small random start, so that ids of one caller
     * are in order; after 4,096 of them its next millisecond is borrowed. */
    if (now_ms > last_ms) {
        count = (uint16_t)(id[6] & 0x7fu);
    } else {
        count++;
        now_ms = last_ms + (count > 0xfffu ? 1 : 0);
        count &= 0xfffu;
    }
    last_ms = now_ms;
    for (unsigned index = 0; index < 6; index++) {
        id[index] = (unsigned char)(now_ms >> (40 - 8 * index));
    }
    id[6] = (unsigned char)(0x70u | count >> 8);
    id[7] = (unsigned char)(count & 0xffu);
    id[8] = (unsigned char)(0x80u | (id[8] & 0x3fu));
}

/* ---- endpoints --------------------------------------------------------------------------------
 */

/* Before a service has run once there is no file: where it will listen unless told otherwise. */
static enum rc endpoint_default(const char *data_dir, const char *service, char *endpoint,
                                size_t size)
{
    const int length = snprintf(endpoint, size, "ipc://%s/run/%s.sock", data_dir, service);
    return length < 0 || (size_t)length >= size ? RC_LIMIT : RC_OK;
}

/* Read again for each connection: a service may be started again with another endpoint. */
enum rc client_endpoint(const char *data_dir, const char *service, char *endpoint, size_t size)
{
    char path[BUS_ENDPOINT_BYTES];
    const int length = snprintf(path, sizeof path, "%s/run/%s.endpoint", data_dir, service);
    if (length < 0 || (size_t)length >= sizeof path) {
        return RC_LIMIT;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? endpoint_default(data_dir, service, endpoint, size) : RC_IO;
    }
    const ssize_t got = read(fd, endpoint, size);
    close(fd);
    if (got < 0) {
        return RC_IO;
    }
    if ((size_t)got == size) {
        return RC_LIMIT;
    }
    endpoint[got] = '\0';
    endpoint[strcspn(endpoint, "\r\n")] = '\0';
    return bus_endpoint_valid(endpoint) ? RC_OK : RC_INVALID;
}

/* ---- links ------------------------------------------------------------------------------------
 */

/* Links are few and live as long as the client: one a service, found by its name. */
static struct link *link_get(struct client *client, const char *service)
{
    for (unsigned index = 0; index < client->link_count; index++) {
        if (strcmp(client->links[index].service, service) == 0) {
            return &client->links[index];
        }
    }
    if (client->link_count == CLIENT_LINKS_MAX || strlen(service) > CODE_BYTES_MAX) {
        return NULL;
    }
    struct link *link = &client->links[client->link_count++];
    memcpy(link->service, service, strlen(service) + 1);
    link->last = &link->first;
    return link;
}

/* Everything that is not answered is asked again, except what waits because it was told to. */
static void link_resend(struct link *link, uint64_t now_us)
{
    for (struct pending *pending = link->first; pending != NULL; pending = pending->next) {
        if (!pending->answered && !pending->refused) {
            pending->send_us = now_us;
        }
        pending->silences = 0; /* of a socket that is gone */
    }
}

/* What was under way may have arrived or not: the same bytes again are safe either way. */
static void link_close(struct link *link, uint64_t now_us)
{
    bus_socket_close(link->socket);
    link->socket = NULL;
    link->blocked_us = 0;
    link_resend(link, now_us);
}

/* Makes sure there is a socket; without one the next attempt is at connect_us. */
static void link_connect(struct client *client, struct link *link, uint64_t now_us)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    if (link->socket != NULL || now_us < link->connect_us) {
        return;
    }
    link->connect_us = now_us + CLIENT_CONNECT_MS * 1000u;
    if (client_endpoint(client->data_dir, link->service, endpoint, sizeof endpoint) == RC_OK) {
        /* A failure leaves no socket; the caller's time limit ends the attempts. */
        if (bus_connect(client->bus, endpoint, &link->socket) != RC_OK) {
            link->socket = NULL;
        }
    }
}

/* Sends what is due. True if a send was not possible now. */
static bool link_send(struct link *link, uint64_t now_us)
{
    for (struct pending *pending = link->first; pending != NULL; pending = pending->next) {
        if (pending->answered || pending->send_us > now_us) {
            continue;
        }
        if (pending->silences >= 2) {
            link_close(link, now_us);
            return true;
        }
        const enum rc rc = bus_send(link->socket, NULL, pending->bytes, pending->size);
        if (rc == RC_AGAIN) {
            link->blocked_us = link->blocked_us == 0 ? now_us : link->blocked_us;
            return true;
        }
        if (rc != RC_OK) {
            link_close(link, now_us);
            return true;
        }
        link->blocked_us = 0;
        pending->silences++;
        pending->send_us = now_us + pending->silence_us;
    }
    return false;
}

/* Refusals that pass by themselves; every other code is an answer and the caller's business. */
static bool code_later(uint64_t code)
{
    return code == PAIDAN__CODE__OVERLOADED || code == PAIDAN__CODE__STORAGE_FULL ||
           code == PAIDAN__CODE__STARTING;
}

/* Hands a received frame to the request it answers; late and foreign ones are dropped. */
static void link_take(struct link *link, struct bus_message *message, uint64_t now_us)
{
    uint64_t correlation = 0;
    uint64_t code = PAIDAN__CODE__OK;
    uint64_t retry_ms = CLIENT_RETRY_MS;
    (void)peek_number(message->bytes, message->size, CLIENT_ANSWER_CORRELATION, &correlation);
    (void)peek_number(message->bytes, message->size, CLIENT_ANSWER_CODE, &code);
    (void)peek_number(message->bytes, message->size, CLIENT_ANSWER_RETRY, &retry_ms);
    struct pending *pending = link->first;
    while (pending != NULL && (pending->correlation != correlation || pending->answered)) {
        pending = pending->next;
    }
    if (pending == NULL) {
        bus_message_free(message);
        return;
    }
    if (pending->refused) {
        bus_message_free(&pending->answer);
    }
    bus_message_move(&pending->answer, message);
    pending->silences = 0;
    pending->refused = code_later(code);
    pending->answered = !pending->refused;
    if (pending->refused) {
        pending->send_us = now_us + retry_ms * 1000u;
    }
}

/* All that came: answers to several requests may lie there. */
static void link_receive(struct link *link, uint64_t now_us)
{
    struct bus_message message;
    enum rc rc;
    do {
        rc = bus_receive(link->socket, &message);
        if (rc == RC_OK) {
            link_take(link, &message, now_us);
        }
    } while (rc == RC_OK || rc == RC_INVALID);
    if (rc == RC_IO) {
        link_close(link, now_us);
    }
}

/* When link_send has something to do again, at most until_us. */
static uint64_t link_due_us(const struct link *link, uint64_t until_us)
{
    for (const struct pending *pending = link->first; pending != NULL; pending = pending->next) {
        if (!pending->answered && pending->send_us < until_us) {
            until_us = pending->send_us;
        }
    }
    return until_us;
}

/* One round: send what is due, wait for something to happen, take what came. */
static enum rc link_pump(struct client *client, struct link *link, uint64_t until_us)
{
    uint64_t now_us = clock_monotonic_us();
    link_connect(client, link, now_us);
    bool blocked = link->socket == NULL || link_send(link, now_us);
    if (link->blocked_us != 0 && now_us - link->blocked_us > CLIENT_SILENCE_MS * 1000u) {
        link_close(link, now_us); /* the endpoint may have moved: read it again */
    }
    /* Blocked: until writable, but look again soon enough to notice a new endpoint. */
    uint64_t wake_us = blocked ? now_us + CLIENT_CONNECT_MS * 1000u : link_due_us(link, until_us);
    wake_us = wake_us < until_us ? wake_us : until_us;
    const uint64_t wait_ms = wake_us > now_us ? (wake_us - now_us + 999u) / 1000u : 0;
    struct bus_item item = {.socket = link->socket, .fd = -1, .want_write = blocked};
    const enum rc rc = bus_wait(&item, link->socket == NULL ? 0 : 1, wait_ms);
    if (rc != RC_OK) {
        return rc;
    }
    now_us = clock_monotonic_us();
    if (link->socket != NULL) {
        link_receive(link, now_us); /* what came before the end still counts */
    }
    if (link->socket != NULL && item.lost) {
        /* The library may still take frames for the broken connection and lose them: a new socket
         * does not. */
        link_close(link, now_us);
    }
    return RC_OK;
}

/* ---- requests ---------------------------------------------------------------------------------
 */

uint64_t client_wait_ms(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_FETCH:
        return request->fetch->has_wait_ms ? request->fetch->wait_ms : 0;
    case PAIDAN__REQUEST__WISH_PULL:
        return request->pull->has_wait_ms ? request->pull->wait_ms : 0;
    case PAIDAN__REQUEST__WISH_CALLBACK_PULL:
        return request->callback_pull->has_wait_ms ? request->callback_pull->wait_ms : 0;
    case PAIDAN__REQUEST__WISH_WECHAT_AWAIT:
        return request->wechat_await->wait_ms;
    case PAIDAN__REQUEST__WISH_CALL_LIST:
        return request->call_list->has_wait_ms ? request->call_list->wait_ms : 0;
    default:
        return 0;
    }
}

void client_set_grant(struct client *client, const unsigned char *bytes, size_t size)
{
    CHECK(size <= sizeof client->grant);
    client->grant_bytes = size;
    if (size > 0) {
        memcpy(client->grant, bytes, size);
    }
}

/* Packs the request with what the caller left out, and puts it under way. */
static enum rc pending_add(struct client *client, struct link *link, Paidan__Request *request,
                           struct pending **added)
{
    unsigned char id[REQUEST_ID_BYTES];
    Paidan__Request whole = *request;
    whole.protocol = CLIENT_PROTOCOL;
    whole.correlation = ++client->correlation;
    if (!whole.has_grant && client->grant_bytes > 0) {
        whole.has_grant = 1;
        whole.grant = (ProtobufCBinaryData){.len = client->grant_bytes, .data = client->grant};
    } else if (whole.actor == NULL && client->actor[0] != '\0' && !whole.has_grant) {
        whole.actor = client->actor;
    }
    if (!whole.has_request_id) {
        client_request_id(id);
        whole.has_request_id = 1;
        whole.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    }
    const size_t size = protobuf_c_message_get_packed_size(&whole.base);
    if (size > FRAME_BYTES_MAX) {
        return RC_LIMIT;
    }
    struct pending *pending = calloc(1, sizeof *pending + size);
    if (pending == NULL) {
        return RC_LIMIT;
    }
    const size_t packed = protobuf_c_message_pack(&whole.base, pending->bytes);
    CHECK(packed == size);
    pending->size = size;
    pending->correlation = whole.correlation;
    pending->silence_us = (CLIENT_SILENCE_MS + client_wait_ms(request)) * 1000u;
    request->correlation = whole.correlation;
    *link->last = pending;
    link->last = &pending->next;
    link->count++;
    *added = pending;
    return RC_OK;
}

/* Lists are short (a window), so they are searched. */
static void pending_remove(struct link *link, struct pending *pending)
{
    struct pending **at = &link->first;
    while (*at != pending) {
        CHECK(*at != NULL);
        at = &(*at)->next;
    }
    *at = pending->next;
    if (link->last == &pending->next) {
        link->last = at;
    }
    CHECK(link->count > 0);
    link->count--;
    pending_free(pending);
}

/* Unpacks the answer that pending has. RC_OK, RC_INVALID or RC_LIMIT. */
static enum rc pending_answer(const struct pending *pending, struct arena *arena,
                              Paidan__Answer **answer)
{
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    const enum rc rc = wire_unpack(arena, &paidan__answer__descriptor, pending->answer.bytes,
                                   pending->answer.size, &message, &error);
    if (rc == RC_OK) {
        *answer = (Paidan__Answer *)(void *)message;
    }
    return rc;
}

/* Takes the request off the link and returns its answer, or its last refusal with RC_TIMEOUT. */
static enum rc pending_finish(struct link *link, struct pending *pending, struct arena *arena,
                              Paidan__Answer **answer)
{
    enum rc rc = RC_TIMEOUT;
    if (pending->answered || pending->refused) {
        rc = pending_answer(pending, arena, answer);
        if (rc == RC_OK && !pending->answered) {
            rc = RC_TIMEOUT;
        }
    }
    pending_remove(link, pending);
    return rc;
}

/* A request under way is taken off the link in every case, so its late answer finds nobody. */
enum rc client_call(struct client *client, const char *service, Paidan__Request *request,
                    struct arena *arena, uint64_t timeout_ms, Paidan__Answer **answer)
{
    *answer = NULL;
    struct pending *pending;
    struct link *link = link_get(client, service);
    if (link == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = pending_add(client, link, request, &pending);
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t until_us = clock_monotonic_us() + timeout_ms * 1000u;
    while (!pending->answered && clock_monotonic_us() < until_us) {
        if (pending->refused && pending->send_us >= until_us) {
            break; /* told to come back after the caller's time is over */
        }
        rc = link_pump(client, link, until_us);
        if (rc != RC_OK) {
            pending_remove(link, pending);
            return RC_TIMEOUT;
        }
    }
    return pending_finish(link, pending, arena, answer);
}

/* The window bounds what a service is made to hold for one caller; the caller chooses it. */
enum rc client_send(struct client *client, const char *service, Paidan__Request *request,
                    unsigned window)
{
    struct pending *pending;
    struct link *link = link_get(client, service);
    if (link == NULL) {
        return RC_LIMIT;
    }
    if (link->count >= window) {
        return RC_AGAIN;
    }
    const enum rc rc = pending_add(client, link, request, &pending);
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t now_us = clock_monotonic_us();
    link_connect(client, link, now_us);
    if (link->socket != NULL) {
        (void)link_send(link, now_us); /* what is not sent now is sent by client_receive */
    }
    return RC_OK;
}

static struct pending *link_answered(const struct link *link)
{
    struct pending *pending = link->first;
    while (pending != NULL && !pending->answered) {
        pending = pending->next;
    }
    return pending;
}

/* Once more after the time is over: an answer that lies there already is not thrown away. */
enum rc client_receive(struct client *client, const char *service, struct arena *arena,
                       uint64_t timeout_ms, Paidan__Answer **answer)
{
    *answer = NULL;
    struct link *link = link_get(client, service);
    if (link == NULL || link->first == NULL) {
        return RC_NOT_FOUND;
    }
    const uint64_t until_us = clock_monotonic_us() + timeout_ms * 1000u;
    struct pending *pending = link_answered(link);
    for (bool more = true; pending == NULL && more; pending = link_answered(link)) {
        more = clock_monotonic_us() < until_us;
        if (link_pump(client, link, until_us) != RC_OK) {
            return RC_IO;
        }
    }
    return pending == NULL ? RC_TIMEOUT : pending_finish(link, pending, arena, answer);
}
