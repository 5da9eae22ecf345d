/* gateway_upstream: the links to the services. It owns their sockets and every question that is under
 * way. What must stay true: each question is told its end exactly once, an answer or UNREACHABLE; an
 * answer goes to the question of its correlation or nowhere; nothing here waits. When to ask again: the
 * connection broke, or nothing came for a while; the bytes are the same, with the same request id.
 *
 * A service that is away is noticed by its silence to pings (every PING_US); questions to it then fail
 * soon instead of holding a person's page for seconds, while writes get the time of a restart. */

#include "gateway_upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/diag.h"
#include "common/bus/client.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum {
    SILENCE_US = 2000000, /* then ask again; a commit with fsync takes far less */
    CONNECT_US = 200000,  /* between attempts to make a socket */
    PING_US = 2000000,
    PING_MS = 1900,
    AWAY_MS = 500, /* for questions to a service that does not answer pings */
    SCAN_US = 50000,
    RECEIVE_MAX = 256, /* answers of one service in one round */
    ANSWER_CORRELATION = 2,
    SLOT_BITS = 16,
};
static_assert(GATEWAY_PENDING_MAX <= 1 << SLOT_BITS, "a slot's number fits the correlation");

struct pending {
    struct pending *next, *prior; /* of its link, in the order of asking */
    gateway_answered *answered;
    void *context;
    uint64_t correlation, deadline_us, resend_us;
    uint64_t silence_us; /* so long nothing need come: a long poll is held back */
    uint32_t slot;
    bool sent;
    size_t size;
    unsigned char bytes[];
};

struct link {
    struct bus_socket *socket;
    struct pending *first, *last;
    size_t count, unsent;
    uint64_t connect_us, ping_us, blocked_us;
    bool up, pinging, heard, full;
};

struct gateway_upstream {
    struct link links[GATEWAY_LINKS];
    struct pending *slots[GATEWAY_PENDING_MAX];
    uint32_t free_slots[GATEWAY_PENDING_MAX];
    uint32_t free_count;
    uint64_t serial;
    uint64_t scan_us;
    bool closed;
};

static const char *const names[GATEWAY_SERVICES] = {"intake",   "triage", "escalation",
                                                    "callback", "access", "archive"};

const char *gateway_upstream_name(enum gateway_service service)
{
    CHECK(service < GATEWAY_LINKS);
    return service < GATEWAY_SERVICES ? names[service] : adapters[service - GATEWAY_SERVICES].name;
}

/* The endpoint's file, which is written once a service listens and stays. */
bool gateway_upstream_has(const struct gateway *gateway, enum gateway_service service)
{
    char path[BUS_ENDPOINT_BYTES];
    if (service < GATEWAY_SERVICES) {
        return true;
    }
    (void)snprintf(path, sizeof path, "%s/run/%s.endpoint", gateway->settings.data_dir,
                   gateway_upstream_name(service));
    return access(path, F_OK) == 0;
}

enum gateway_service gateway_upstream_find(const char *name)
{
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        if (strcmp(gateway_upstream_name((enum gateway_service)service), name) == 0) {
            return (enum gateway_service)service;
        }
    }
    return GATEWAY_NO_SERVICE;
}

/* A ping answered with a refusal counts: somebody is there. */
bool gateway_upstream_up(const struct gateway *gateway, enum gateway_service service)
{
    CHECK(service < GATEWAY_LINKS);
    return gateway->upstream->links[service].up;
}

bool gateway_upstream_full(const struct gateway *gateway, enum gateway_service service)
{
    CHECK(service < GATEWAY_LINKS);
    return gateway->upstream->links[service].full;
}

size_t gateway_upstream_waiting(const struct gateway *gateway, enum gateway_service service)
{
    CHECK(service < GATEWAY_LINKS);
    return gateway->upstream->links[service].count;
}

/* ---- questions --------------------------------------------------------------------------------
 */

/* Its slot may be taken by the next question at once; the serial tells the two apart. */
static void pending_remove(struct gateway_upstream *upstream, struct link *link,
                           struct pending *pending)
{
    CHECK(upstream->slots[pending->slot] == pending);
    CHECK(link->count > 0);
    *(pending->prior == NULL ? &link->first : &pending->prior->next) = pending->next;
    *(pending->next == NULL ? &link->last : &pending->next->prior) = pending->prior;
    link->count--;
    link->unsent -= pending->sent ? 0 : 1;
    upstream->slots[pending->slot] = NULL;
    upstream->free_slots[upstream->free_count++] = pending->slot;
}

/* Taken out before its end is told: whoever is told may ask again, and look at what is under way. */
static void pending_end(struct gateway_upstream *upstream, struct link *link,
                        struct pending *pending, Paidan__Code code, const Paidan__Answer *answer)
{
    pending_remove(upstream, link, pending);
    pending->answered(pending->context, code, answer);
    free(pending);
}

/* Everything again: what was under way may have arrived or not. */
static void link_close(struct link *link)
{
    bus_socket_close(link->socket);
    link->socket = NULL;
    link->blocked_us = 0;
    link->unsent = link->count;
    for (struct pending *pending = link->first; pending != NULL; pending = pending->next) {
        pending->sent = false;
    }
}

/* Sends what is not sent, until the socket takes no more. */
static void link_flush(struct gateway *gateway, struct link *link, uint64_t now_us)
{
    if (link->socket == NULL || link->unsent == 0) {
        return;
    }
    for (struct pending *pending = link->first; pending != NULL; pending = pending->next) {
        if (pending->sent) {
            continue;
        }
        const enum rc rc = bus_send(link->socket, NULL, pending->bytes, pending->size);
        if (rc == RC_AGAIN) {
            link->blocked_us = link->blocked_us == 0 ? now_us : link->blocked_us;
            return;
        }
        if (rc != RC_OK) {
            diag_log_limited(DIAG_WARN, "upstream", "send=%s", rc_name(rc));
            link_close(link);
            return;
        }
        pending->sent = true;
        pending->resend_us = now_us + pending->silence_us;
        link->unsent--;
        link->blocked_us = 0;
    }
    (void)gateway;
}

/* Packed once. The struct and its bytes are one block: thousands come and go in a second. */
static enum rc pending_make(const Paidan__Request *request, uint64_t correlation,
                            struct pending **made)
{
    unsigned char id[REQUEST_ID_BYTES];
    Paidan__Request whole = *request;
    whole.protocol = GATEWAY_PROTOCOL;
    whole.correlation = correlation;
    if (!whole.has_request_id) {
        client_request_id(id);
        whole.has_request_id = 1;
        whole.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    }
    const size_t size = paidan__request__get_packed_size(&whole);
    if (size > FRAME_BYTES_MAX) {
        return RC_LIMIT;
    }
    struct pending *pending = malloc(sizeof *pending + size);
    if (pending == NULL) {
        return RC_LIMIT;
    }
    *pending = (struct pending){.correlation = correlation,
                                .size = size,
                                .silence_us = SILENCE_US + client_wait_ms(request) * 1000u};
    const size_t packed = paidan__request__pack(&whole, pending->bytes);
    CHECK(packed == size);
    *made = pending;
    return RC_OK;
}

/* Sent at once where the service can take it, so that one question is one turn of the loop. A link
 * with others unsent keeps the order. */
enum rc gateway_upstream_ask(struct gateway *gateway, enum gateway_service service,
                             const Paidan__Request *request, uint64_t timeout_ms,
                             gateway_answered *answered, void *context)
{
    struct gateway_upstream *upstream = gateway->upstream;
    CHECK(service < GATEWAY_LINKS);
    CHECK(answered != NULL);
    struct link *link = &upstream->links[service];
    if (upstream->closed || upstream->free_count == 0) {
        return RC_AGAIN;
    }
    const uint32_t slot = upstream->free_slots[upstream->free_count - 1];
    struct pending *pending = NULL;
    const enum rc rc = pending_make(request, ++upstream->serial << SLOT_BITS | slot, &pending);
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t now_us = clock_monotonic_us();
    const bool away = !link->up && link->heard;
    const uint64_t wait_ms = away && timeout_ms <= GATEWAY_READ_MS ? AWAY_MS : timeout_ms;
    upstream->free_count--;
    upstream->slots[slot] = pending;
    pending->slot = slot;
    pending->answered = answered;
    pending->context = context;
    pending->deadline_us = now_us + wait_ms * 1000u;
    pending->prior = link->last;
    *(link->last == NULL ? &link->first : &link->last->next) = pending;
    link->last = pending;
    link->count++;
    link->unsent++;
    link_flush(gateway, link, now_us);
    return RC_OK;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* The slot is in the correlation, its serial makes a late answer to an earlier question foreign. */
static void link_take(struct gateway *gateway, struct link *link, const struct bus_message *message)
{
    struct gateway_upstream *upstream = gateway->upstream;
    uint64_t correlation = 0;
    (void)peek_number(message->bytes, message->size, ANSWER_CORRELATION, &correlation);
    const uint32_t slot = (uint32_t)(correlation & ((1u << SLOT_BITS) - 1u));
    struct pending *pending = slot < GATEWAY_PENDING_MAX ? upstream->slots[slot] : NULL;
    if (pending == NULL || pending->correlation != correlation) {
        gateway->counts.late++;
        return;
    }
    ProtobufCMessage *read = NULL;
    struct wire_error error;
    arena_reset(&gateway->arena);
    const enum rc rc = wire_unpack(&gateway->arena, &paidan__answer__descriptor, message->bytes,
                                   message->size, &read, &error);
    const Paidan__Answer *answer = (const Paidan__Answer *)(const void *)read;
    if (rc != RC_OK) {
        gateway->counts.unknown_answers++;
        diag_log_limited(DIAG_ERROR, "upstream", "answer=%s field=%s", rc_name(rc), error.field);
    }
    pending_end(upstream, link, pending, rc == RC_OK ? answer->code : PAIDAN__CODE__FRAME_INVALID,
                rc == RC_OK ? answer : NULL);
}

/* Bounded, so that a service that answers in a flood leaves the others their turn. */
static void link_receive(struct gateway *gateway, struct link *link)
{
    struct bus_message message;
    enum rc rc = RC_OK;
    for (unsigned count = 0;
         count < RECEIVE_MAX && link->socket != NULL && (rc == RC_OK || rc == RC_INVALID);
         count++) {
        rc = bus_receive(link->socket, &message);
        if (rc == RC_OK) {
            link_take(gateway, link, &message);
            bus_message_free(&message);
        }
    }
    if (rc == RC_IO) {
        link_close(link);
    }
}

/* Writable is waited for only where something is unsent: an idle socket is always writable. */
size_t gateway_upstream_items(struct gateway *gateway, struct bus_item *items)
{
    size_t count = 0;
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        const struct link *link = &gateway->upstream->links[service];
        if (link->socket != NULL) {
            items[count++] =
                (struct bus_item){.socket = link->socket, .fd = -1, .want_write = link->unsent > 0};
        }
    }
    return count;
}

/* A socket may have been closed and made anew since the items were filled. */
static const struct bus_item *item_of(const struct bus_item *items, size_t count,
                                      const struct bus_socket *socket)
{
    for (size_t index = 0; index < count; index++) {
        if (socket != NULL && items[index].socket == socket) {
            return &items[index];
        }
    }
    return NULL;
}

/* Answers are taken even where nothing was readable: the library's edge may have passed while we were
 * at work. What came before a connection broke still counts. */
void gateway_upstream_work(struct gateway *gateway, const struct bus_item *items, size_t count)
{
    const uint64_t now_us = clock_monotonic_us();
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        struct link *link = &gateway->upstream->links[service];
        const struct bus_item *item = item_of(items, count, link->socket);
        link_receive(gateway, link);
        if (item != NULL && item->lost && link->socket == item->socket) {
            link_close(link);
            link->connect_us = now_us;
        }
        link_flush(gateway, link, now_us);
    }
}

/* ---- time -------------------------------------------------------------------------------------
 */

/* The endpoint's file is read each time: a service may have been started with another one. */
static void link_connect(struct gateway *gateway, struct link *link, const char *name,
                         uint64_t now_us)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    if (link->blocked_us != 0 && now_us - link->blocked_us > SILENCE_US) {
        link_close(link); /* the endpoint may have moved: read it again */
    }
    if (link->socket != NULL || now_us < link->connect_us) {
        return;
    }
    link->connect_us = now_us + CONNECT_US;
    if (client_endpoint(gateway->settings.data_dir, name, endpoint, sizeof endpoint) != RC_OK ||
        bus_connect(gateway->bus, endpoint, &link->socket) != RC_OK) {
        link->socket = NULL;
    }
}

/* Two seconds of silence make a service away; the next answer makes it there. */
static void ponged(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct link *link = context;
    const bool told = code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_PONG;
    link->pinging = false;
    link->heard = true;
    link->up =
        code != PAIDAN__CODE__UNREACHABLE; /* a refusal is an answer too: somebody is there */
    link->full = told && answer->pong->has_storage_full && answer->pong->storage_full;
}

/* Goes the way of all questions, behind those that wait: a service that is busy beyond PING_MS is as
 * good as away for a page. */
static void link_ping(struct gateway *gateway, struct link *link, enum gateway_service service,
                      uint64_t now_us)
{
    Paidan__Ping ping = PAIDAN__PING__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (link->pinging || now_us < link->ping_us) {
        return;
    }
    link->ping_us = now_us + PING_US;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    link->pinging =
        gateway_upstream_ask(gateway, service, &request, PING_MS, ponged, link) == RC_OK;
}

/* Asks again, and gives up. Telling an end may change the list: begun again after each. */
static void link_scan(struct gateway *gateway, struct link *link, uint64_t now_us)
{
    struct pending *pending = link->first;
    while (pending != NULL) {
        if (now_us >= pending->deadline_us) {
            pending_end(gateway->upstream, link, pending, PAIDAN__CODE__UNREACHABLE, NULL);
            pending = link->first;
            continue;
        }
        if (pending->sent && now_us >= pending->resend_us) {
            pending->sent = false;
            link->unsent++;
            gateway->counts.resent++;
        }
        pending = pending->next;
    }
}

/* Not each round: with thousands under way a walk over all of them is not free. */
uint64_t gateway_upstream_tick(struct gateway *gateway, uint64_t now_us)
{
    struct gateway_upstream *upstream = gateway->upstream;
    if (now_us < upstream->scan_us) {
        return upstream->scan_us;
    }
    upstream->scan_us = now_us + SCAN_US;
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        struct link *link = &upstream->links[service];
        /* An adapter that was never started is not looked for again and again. */
        if (link->socket == NULL && link->count == 0 &&
            !gateway_upstream_has(gateway, (enum gateway_service)service)) {
            continue;
        }
        link_connect(gateway, link, gateway_upstream_name((enum gateway_service)service), now_us);
        link_ping(gateway, link, (enum gateway_service)service, now_us);
        link_scan(gateway, link, now_us);
        link_flush(gateway, link, now_us);
    }
    return upstream->scan_us;
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

/* Sockets are made by the first tick. */
enum rc gateway_upstream_open(struct gateway *gateway)
{
    struct gateway_upstream *upstream = calloc(1, sizeof *upstream);
    if (upstream == NULL) {
        return RC_LIMIT;
    }
    for (uint32_t slot = 0; slot < GATEWAY_PENDING_MAX; slot++) {
        upstream->free_slots[slot] = GATEWAY_PENDING_MAX - 1 - slot;
    }
    upstream->free_count = GATEWAY_PENDING_MAX;
    gateway->upstream = upstream;
    return RC_OK;
}

/* Whoever is told may not ask again: closed refuses it. */
void gateway_upstream_drop(struct gateway *gateway)
{
    struct gateway_upstream *upstream = gateway->upstream;
    upstream->closed = true;
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        struct link *link = &upstream->links[service];
        for (struct pending *pending = link->first, *next = NULL; pending != NULL; pending = next) {
            next = pending->next;
            pending_end(upstream, link, pending, PAIDAN__CODE__UNREACHABLE, NULL);
        }
    }
}

void gateway_upstream_close(struct gateway *gateway)
{
    if (gateway->upstream == NULL) {
        return;
    }
    gateway_upstream_drop(gateway);
    for (unsigned service = 0; service < GATEWAY_LINKS; service++) {
        if (gateway->upstream->links[service].socket != NULL) {
            bus_socket_close(gateway->upstream->links[service].socket);
        }
    }
    free(gateway->upstream);
    gateway->upstream = NULL;
}
