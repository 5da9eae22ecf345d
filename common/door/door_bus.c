/* door_bus: one socket a service, and what is asked and not yet answered.
 *
 * The library's descriptors tell of changes and not of states, so each round looks at every socket
 * until nothing is ready any more. Owns the sockets, an epoll over their descriptors, and the packed
 * bytes of what is asked: after a lost connection the same bytes go out again. What must stay true:
 * what was asked is answered exactly once, by the service or by its time. */
#include "common/door/door_bus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/limits.h"
#include "common/bus/bus.h"
#include "common/bus/client.h"
#include "common/wire/wire.h"

enum {
    LINKS_MAX = 4, /* our own services that adapters speak with: channel_is_service */
    PROTOCOL = 1,
    CONNECT_US = 1000000, /* so long a service may be away before it counts as unreached */
    AGAIN_US = 50000,     /* between two attempts to send to one that is not connected */
    DOOR_BUS_ARENA_BYTES = 16 << 20,
};

struct link {
    char service[CODE_BYTES_MAX + 1];
    struct bus_socket *socket; /* NULL: none yet */
    int fds[BUS_FDS];
};

/* used ─▶ (again_us: a try to send) ─▶ sent ─▶ answered, or until_us is over
 *    └── not sent by connect_us: the service is not there
 * A connection that is lost leads from sent back to used. */
struct asked {
    bool used, sent;
    uint64_t token; /* the caller's, and the correlation on the wire */
    uint64_t until_us, connect_us, again_us;
    uint64_t wait_us; /* counted from when it was sent, not from when it was asked */
    struct link *link;
    unsigned char *bytes; /* kept until it is answered, for it may have to go out again */
    size_t size;
};

struct door_bus {
    struct bus *bus;
    char *data_dir;
    int epoll;
    door_bus_answered *answered;
    void *context;
    struct link links[LINKS_MAX];
    unsigned link_count, count;
    struct asked asked[DOOR_BUS_ASKED_MAX];
    struct arena arena; /* of one answer */
};

/* ---- opening ---- */

enum rc door_bus_open(struct door_bus **bus, const char *data_dir, door_bus_answered *answered,
                      void *context)
{
    struct door_bus *made = calloc(1, sizeof *made);
    CHECK(answered != NULL);
    CHECK(data_dir != NULL);
    if (made == NULL) {
        return RC_LIMIT;
    }
    made->answered = answered;
    made->context = context;
    made->epoll = epoll_create1(EPOLL_CLOEXEC);
    made->data_dir = strdup(data_dir);
    enum rc rc = made->epoll < 0 ? RC_IO : made->data_dir == NULL ? RC_LIMIT : RC_OK;
    if (rc == RC_OK) {
        rc = arena_init(&made->arena, DOOR_BUS_ARENA_BYTES);
    }
    if (rc == RC_OK) {
        rc = bus_open(&made->bus);
    }
    if (rc != RC_OK) {
        door_bus_close(made);
        return rc;
    }
    *bus = made;
    return RC_OK;
}

static void link_close(struct door_bus *bus, struct link *link)
{
    if (link->socket == NULL) {
        return;
    }
    for (unsigned index = 0; index < BUS_FDS; index++) {
        (void)epoll_ctl(bus->epoll, EPOLL_CTL_DEL, link->fds[index], NULL);
    }
    bus_socket_close(link->socket);
    link->socket = NULL;
}

void door_bus_close(struct door_bus *bus)
{
    if (bus == NULL) {
        return;
    }
    for (unsigned index = 0; index < bus->link_count; index++) {
        link_close(bus, &bus->links[index]);
    }
    for (unsigned index = 0; index < DOOR_BUS_ASKED_MAX; index++) {
        free(bus->asked[index].bytes);
    }
    bus_close(bus->bus);
    if (bus->arena.base != NULL) {
        arena_fini(&bus->arena);
    }
    if (bus->epoll >= 0) {
        (void)close(bus->epoll);
    }
    free(bus->data_dir);
    free(bus);
}

/* ---- links ---- */

static struct link *link_of(struct door_bus *bus, const char *service)
{
    CHECK(strlen(service) <= CODE_BYTES_MAX);
    for (unsigned index = 0; index < bus->link_count; index++) {
        if (strcmp(bus->links[index].service, service) == 0) {
            return &bus->links[index];
        }
    }
    CHECK(bus->link_count < LINKS_MAX); /* our own services are few */
    struct link *const link = &bus->links[bus->link_count++];
    (void)snprintf(link->service, sizeof link->service, "%s", service);
    return link;
}

/* The endpoint is read each time, for a service may have been started anew elsewhere. */
static bool link_open(struct door_bus *bus, struct link *link)
{
    char endpoint[BUS_ENDPOINT_BYTES];
    CHECK(link->service[0] != '\0');
    if (link->socket != NULL) {
        return true;
    }
    if (client_endpoint(bus->data_dir, link->service, endpoint, sizeof endpoint) != RC_OK ||
        bus_connect(bus->bus, endpoint, &link->socket) != RC_OK) {
        link->socket = NULL;
        return false;
    }
    if (bus_socket_fds(link->socket, link->fds) != RC_OK) {
        bus_socket_close(link->socket);
        link->socket = NULL;
        return false;
    }
    for (unsigned index = 0; index < BUS_FDS; index++) {
        struct epoll_event event = {.events = EPOLLIN};
        const int failed = epoll_ctl(bus->epoll, EPOLL_CTL_ADD, link->fds[index], &event);
        CHECK(failed == 0);
    }
    return true;
}

/* What was under way on it may be lost with it: the same bytes go out again. */
static void link_lost(struct door_bus *bus, const struct link *link)
{
    for (unsigned index = 0; index < DOOR_BUS_ASKED_MAX; index++) {
        struct asked *const asked = &bus->asked[index];
        CHECK(asked->used || !asked->sent);
        if (asked->used && asked->link == link && asked->sent) {
            asked->sent = false;
            asked->again_us = 0;
            asked->connect_us = clock_monotonic_us() + CONNECT_US;
        }
    }
}

/* ---- asking ---- */

enum rc door_bus_ask(struct door_bus *bus, const char *service, const Paidan__Request *request,
                     uint64_t token, uint64_t wait_ms)
{
    Paidan__Request whole = *request;
    CHECK(request->has_request_id);
    CHECK(wait_ms > 0);
    whole.protocol = PROTOCOL;
    whole.correlation = token;
    const size_t size = paidan__request__get_packed_size(&whole);
    struct asked *asked = NULL;
    for (unsigned index = 0; index < DOOR_BUS_ASKED_MAX && asked == NULL; index++) {
        /* An answer could not be told from another's. */
        CHECK(!bus->asked[index].used || bus->asked[index].token != token);
        asked = bus->asked[index].used ? NULL : &bus->asked[index];
    }
    unsigned char *const bytes = asked == NULL || size > FRAME_BYTES_MAX ? NULL : malloc(size);
    if (bytes == NULL) {
        return RC_LIMIT;
    }
    const size_t packed = paidan__request__pack(&whole, bytes);
    CHECK(packed == size);
    const uint64_t now_us = clock_monotonic_us();
    *asked = (struct asked){.used = true,
                            .token = token,
                            .connect_us = now_us + CONNECT_US,
                            .wait_us = wait_ms * 1000,
                            .link = link_of(bus, service),
                            .bytes = bytes,
                            .size = size};
    bus->count++;
    return RC_OK;
}

/* It is forgotten first, for whoever hears of it may ask the next thing at once. */
static void conclude(struct door_bus *bus, struct asked *asked, const Paidan__Answer *answer,
                     const char *why)
{
    CHECK(bus->count > 0);
    CHECK(asked->used);
    CHECK((answer == NULL) == (why != NULL));
    const uint64_t token = asked->token;
    free(asked->bytes);
    *asked = (struct asked){.used = false};
    bus->count--;
    bus->answered(bus->context, token, answer, why);
}

/* Sends what waits to be sent; gives up what waited too long. Who is given up takes the connection with
 * him: a service that hangs may have lost what others asked, and an answer that comes after all would
 * belong to nobody. */
static void send_due(struct door_bus *bus, uint64_t now_us)
{
    for (unsigned index = 0; index < DOOR_BUS_ASKED_MAX; index++) {
        struct asked *const asked = &bus->asked[index];
        if (!asked->used) {
            continue;
        }
        CHECK(asked->link != NULL);
        if (!asked->sent && now_us >= asked->again_us) {
            asked->again_us = now_us + AGAIN_US;
            if (link_open(bus, asked->link) &&
                bus_send(asked->link->socket, NULL, asked->bytes, asked->size) == RC_OK) {
                asked->sent = true;
                asked->until_us = now_us + asked->wait_us;
            }
        }
        if (!asked->sent && now_us >= asked->connect_us) {
            link_close(bus, asked->link);
            link_lost(bus, asked->link);
            conclude(bus, asked, NULL, "not running");
        } else if (asked->sent && now_us >= asked->until_us) {
            link_close(bus, asked->link);
            link_lost(bus, asked->link);
            conclude(bus, asked, NULL, "no answer");
        }
    }
}

/* Bytes that are no answer, and answers to what nobody waits for any more, are passed over: they come
 * from a service of another version, or too late. */
static void take(struct door_bus *bus, const struct link *link, const struct bus_message *message)
{
    struct wire_error error;
    ProtobufCMessage *unpacked = NULL;
    const enum rc rc = wire_unpack(&bus->arena, &paidan__answer__descriptor, message->bytes,
                                   message->size, &unpacked, &error);
    if (rc == RC_OK) {
        const Paidan__Answer *const answer = (const Paidan__Answer *)(const void *)unpacked;
        for (unsigned index = 0; index < DOOR_BUS_ASKED_MAX; index++) {
            struct asked *const asked = &bus->asked[index];
            if (asked->used && asked->link == link && asked->token == answer->correlation) {
                conclude(bus, asked, answer, NULL);
                break;
            }
        }
    }
    arena_reset(&bus->arena);
}

static bool receive(struct door_bus *bus, struct link *link)
{
    struct bus_item item = {.socket = link->socket, .fd = -1};
    struct bus_message message;
    if (link->socket == NULL || bus_wait(&item, 1, 0) != RC_OK) {
        return false;
    }
    /* What arrived before the connection broke is read first. */
    enum rc rc = RC_OK;
    bool any = false;
    while (rc == RC_OK && link->socket != NULL) {
        rc = bus_receive(link->socket, &message);
        if (rc == RC_OK) {
            any = true;
            take(bus, link, &message);
            bus_message_free(&message);
        }
    }
    if (item.lost) {
        link_lost(bus, link);
    }
    return any || item.lost;
}

int door_bus_fd(const struct door_bus *bus)
{
    return bus->epoll;
}

uint64_t door_bus_due_us(const struct door_bus *bus)
{
    uint64_t due_us = UINT64_MAX;
    CHECK(bus->count <= DOOR_BUS_ASKED_MAX);
    for (unsigned index = 0; bus->count > 0 && index < DOOR_BUS_ASKED_MAX; index++) {
        const struct asked *const asked = &bus->asked[index];
        const uint64_t at_us = asked->sent ? asked->until_us : asked->again_us;
        due_us = asked->used && at_us < due_us ? at_us : due_us;
    }
    return due_us;
}

/* Until a round brings nothing: the descriptors say nothing of what was there before. */
void door_bus_work(struct door_bus *bus)
{
    bool any = true;
    while (any) {
        any = false;
        send_due(bus, clock_monotonic_us());
        for (unsigned index = 0; index < bus->link_count; index++) {
            any = receive(bus, &bus->links[index]) || any;
        }
    }
}
