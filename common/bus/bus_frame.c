/* bus_frame: receiving, sending and waiting. Bytes for a peer are counted until the I/O thread lets
 * go of them, so that one who asks for much and reads nothing cannot take all memory.
 *
 * What must stay true: a message is taken or sent whole or not at all, whatever signal comes between
 * its parts; who a peer is comes from the transport alone. The lanes' counters are the only thing
 * that two threads touch: parcel_free runs on the I/O thread. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/bus/bus.h"
#include "common/bus/bus_private.h"

#if defined(__SANITIZE_THREAD__)
#define BUS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BUS_TSAN 1
#endif
#endif

#ifdef BUS_TSAN
/* libzmq is not instrumented: ThreadSanitizer does not see that what was written before a send is
 * seen after the receive. This tells it. */
void __tsan_acquire(void *address);
void __tsan_release(void *address);
static char handed_over;
#define BUS_RELEASE() __tsan_release(&handed_over)
#define BUS_ACQUIRE() __tsan_acquire(&handed_over)
#else
#define BUS_RELEASE() ((void)0)
#define BUS_ACQUIRE() ((void)0)
#endif

enum {
    BUS_SMALL_BYTES = 1024, /* answers up to this are bounded by their number alone */
};
/* Answers waiting to be read by peers of one lane, and by all. */
#define BUS_LANE_BYTES_MAX (16u << 20)
#define BUS_UNSENT_BYTES_MAX (256u << 20)

static_assert(BUS_LANE_BYTES_MAX >= 2 * FRAME_BYTES_MAX, "an answer fits a lane");
static_assert(sizeof(zmq_msg_t) <= sizeof(((struct bus_message *)NULL)->part), "a part fits");

/* Bytes on their way to the I/O thread, counted until it lets go of them. */
struct parcel {
    struct bus *bus;
    atomic_size_t *lane;
    size_t size;
    unsigned char bytes[];
};

/* ---- frames -----------------------------------------------------------------------------------
 */

static zmq_msg_t *message_part(struct bus_message *message)
{
    return (zmq_msg_t *)(void *)message->part;
}

/* Takes one part. RC_OK, RC_AGAIN or RC_IO. */
static enum rc part_receive(void *zmq, zmq_msg_t *part)
{
    const int failed = zmq_msg_init(part);
    CHECK(failed == 0);
    int taken;
    do {
        taken = zmq_msg_recv(part, zmq, ZMQ_DONTWAIT);
    } while (taken < 0 && errno == EINTR);
    if (taken >= 0) {
        return RC_OK;
    }
    const int why = errno;
    (void)zmq_msg_close(part);
    return why == EAGAIN ? RC_AGAIN : RC_IO;
}

/* Reads and drops the parts that follow `part`, if any. True if there were some. */
static bool parts_drop(void *zmq, zmq_msg_t *part)
{
    bool more = zmq_msg_more(part) != 0;
    const bool dropped = more;
    while (more) {
        zmq_msg_t next;
        if (part_receive(zmq, &next) != RC_OK) {
            break; /* the parts of a message arrive together, so this is a fault */
        }
        more = zmq_msg_more(&next) != 0;
        (void)zmq_msg_close(&next);
    }
    return dropped;
}

/* Reads "localhost:UID:GID:PID", which libzmq 4.3.4 keeps with each message of an ipc connection.
 * Anything else is nobody: no peer is taken for another. */
static void peer_read(struct bus_peer *peer, const char *address)
{
    uint32_t numbers[3];
    const size_t name_bytes = strlen("localhost");
    if (strlen(address) >= BUS_ADDRESS_BYTES || strncmp(address, "localhost", name_bytes) != 0) {
        return;
    }
    const char *at = address + name_bytes;
    for (unsigned index = 0; index < 3; index++) {
        char *end = NULL;
        if (at[0] != ':' || at[1] < '0' || at[1] > '9') {
            return;
        }
        const unsigned long value = strtoul(at + 1, &end, 10);
        if (value > UINT32_MAX) {
            return;
        }
        numbers[index] = (uint32_t)value;
        at = end;
    }
    if (*at == '\0') {
        peer->uid = numbers[0];
        peer->gid = numbers[1];
        peer->pid = numbers[2];
        memcpy(peer->address, address, strlen(address) + 1);
    }
}

/* Asked of each message: it costs a look-up of 0.1 us, and nothing is kept for peers that are gone. */
static void peer_learn(const struct bus_socket *socket, struct bus_peer *peer, zmq_msg_t *part)
{
    const char *address = socket->local ? zmq_msg_gets(part, "Peer-Address") : NULL;
    peer->inner = false;
    peer->uid = peer->gid = BUS_UID_NONE;
    peer->pid = 0;
    peer->address[0] = '\0';
    if (address != NULL) {
        peer_read(peer, address);
    }
}

/* By the library's id of the connection; who the process is says nothing here, for it may have many. */
bool bus_peer_same(const struct bus_peer *one, const struct bus_peer *other)
{
    return one->inner == other->inner && one->bytes == other->bytes &&
           memcmp(one->id, other->id, one->bytes) == 0;
}

/* The first part of what a server receives. RC_OK: the frame follows. */
static enum rc peer_receive(void *zmq, struct bus_peer *peer)
{
    zmq_msg_t part;
    const enum rc rc = part_receive(zmq, &part);
    if (rc != RC_OK) {
        return rc;
    }
    const size_t size = zmq_msg_size(&part);
    const bool more = zmq_msg_more(&part) != 0;
    const bool fits = size >= 1 && size <= sizeof peer->id;
    if (fits) {
        peer->bytes = (uint8_t)size;
        peer->delimiter = false;
        memcpy(peer->id, zmq_msg_data(&part), size);
    }
    if (!fits || !more) {
        (void)parts_drop(zmq, &part);
    }
    (void)zmq_msg_close(&part);
    return fits && more ? RC_OK : RC_INVALID;
}

/* REQ sockets put an empty part before the frame: tools that others write use them. */
enum rc bus_receive(struct bus_socket *socket, struct bus_message *message)
{
    zmq_msg_t *part = message_part(message);
    enum rc rc = socket->server ? peer_receive(socket->zmq, &message->peer) : RC_OK;
    if (rc == RC_OK) {
        rc = part_receive(socket->zmq, part);
    }
    if (rc != RC_OK) {
        return rc;
    }
    BUS_ACQUIRE();
    if (socket->server && zmq_msg_size(part) == 0 && zmq_msg_more(part) != 0) {
        message->peer.delimiter = true;
        (void)zmq_msg_close(part);
        if (part_receive(socket->zmq, part) != RC_OK) {
            return RC_IO;
        }
    }
    if (parts_drop(socket->zmq, part)) {
        (void)zmq_msg_close(part);
        return RC_INVALID;
    }
    if (socket->server) {
        peer_learn(socket, &message->peer, part);
    }
    message->bytes = zmq_msg_data(part);
    message->size = zmq_msg_size(part);
    return RC_OK;
}

enum rc bus_message_make(struct bus_message *message, const struct bus_peer *peer,
                         const void *bytes, size_t size)
{
    zmq_msg_t *part = message_part(message);
    if (zmq_msg_init_size(part, size) != 0) {
        return RC_LIMIT;
    }
    if (size > 0) {
        memcpy(zmq_msg_data(part), bytes, size);
    }
    message->peer = *peer;
    message->bytes = zmq_msg_data(part);
    message->size = size;
    return RC_OK;
}

void bus_message_free(struct bus_message *message)
{
    (void)zmq_msg_close(message_part(message));
    message->bytes = NULL;
    message->size = 0;
}

/* Small parts lie inside zmq_msg_t itself, so the bytes may have another address afterwards. */
void bus_message_move(struct bus_message *to, struct bus_message *from)
{
    int failed = zmq_msg_init(message_part(to));
    CHECK(failed == 0);
    failed = zmq_msg_move(message_part(to), message_part(from));
    CHECK(failed == 0);
    CHECK(to != from);
    to->peer = from->peer;
    to->bytes = zmq_msg_data(message_part(to));
    to->size = zmq_msg_size(message_part(to));
    bus_message_free(from);
}

/* Called on the I/O thread, once the bytes are written to the peer or the peer is gone. */
static void parcel_free(void *bytes, void *hint)
{
    (void)bytes;
    CHECK(hint != NULL);
    struct parcel *parcel = hint;
    BUS_ACQUIRE();
    CHECK(atomic_load(parcel->lane) >= parcel->size);
    atomic_fetch_sub(parcel->lane, parcel->size);
    atomic_fetch_sub(&parcel->bus->unsent, parcel->size);
    free(parcel);
}

/* Peers share BUS_LANES lanes by chance: two that do share one may block each other, which is the
 * price for counters that need no lock and no memory of peers that are gone. */
static atomic_size_t *peer_lane(struct bus *bus, const struct bus_peer *peer)
{
    uint32_t hash = 2166136261u; /* FNV-1a: spreads the library's counted ids evenly */
    for (unsigned index = 0; index < peer->bytes; index++) {
        hash = (hash ^ peer->id[index]) * 16777619u;
    }
    return &bus->lanes[(hash ^ hash >> 16) % BUS_LANES];
}

/* Counted before it is sent and by the sender alone, so the bounds may be passed by nobody else in
 * between. Copied, for the caller's bytes are in an arena that is emptied. */
static enum rc parcel_init(struct bus *bus, const struct bus_peer *peer, const void *bytes,
                           size_t size, zmq_msg_t *part)
{
    atomic_size_t *lane = peer_lane(bus, peer);
    if (atomic_load(lane) + size > BUS_LANE_BYTES_MAX ||
        atomic_load(&bus->unsent) + size > BUS_UNSENT_BYTES_MAX) {
        return RC_AGAIN;
    }
    struct parcel *parcel = malloc(sizeof *parcel + size);
    if (parcel == NULL) {
        return RC_AGAIN;
    }
    parcel->bus = bus;
    parcel->lane = lane;
    parcel->size = size;
    memcpy(parcel->bytes, bytes, size);
    atomic_fetch_add(&bus->unsent, size);
    atomic_fetch_add(lane, size);
    if (zmq_msg_init_data(part, parcel->bytes, size, parcel_free, parcel) != 0) {
        parcel_free(parcel->bytes, parcel);
        return RC_AGAIN;
    }
    return RC_OK;
}

/* Small answers are copied into the library's own memory: SNDHWM bounds them well enough, and most are
 * small. */
static enum rc part_init(struct bus *bus, const struct bus_peer *peer, const void *bytes,
                         size_t size, zmq_msg_t *part)
{
    if (peer != NULL && size > BUS_SMALL_BYTES) {
        return parcel_init(bus, peer, bytes, size, part);
    }
    if (zmq_msg_init_size(part, size) != 0) {
        return RC_AGAIN;
    }
    if (size > 0) {
        memcpy(zmq_msg_data(part), bytes, size);
    }
    return RC_OK;
}

/* A signal between the parts of a message must not end it: the parts before it are on their way,
 * and what is sent next would be taken for the rest. */
static int part_send(void *zmq, const void *bytes, size_t size)
{
    int sent;
    do {
        sent = zmq_send(zmq, bytes, size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent;
}

/* To whom: RC_OK, RC_AGAIN, RC_NOT_FOUND or RC_IO. Nothing of the message is queued unless the
 * last part is, so a failure leaves no half of one. */
static enum rc peer_send(void *zmq, const struct bus_peer *peer)
{
    if (part_send(zmq, peer->id, peer->bytes) < 0) {
        return errno == EAGAIN ? RC_AGAIN : errno == EHOSTUNREACH ? RC_NOT_FOUND : RC_IO;
    }
    return peer->delimiter && part_send(zmq, "", 0) < 0 ? RC_IO : RC_OK;
}

/* A frame that was taken by the library may still be lost; who asked asks again. */
enum rc bus_send(struct bus_socket *socket, const struct bus_peer *peer, const void *bytes,
                 size_t size)
{
    CHECK(socket->server == (peer != NULL));
    CHECK(peer == NULL || !peer->inner);
    if (size > FRAME_BYTES_MAX) {
        return RC_LIMIT;
    }
    CHECK(size == 0 || bytes != NULL);
    CHECK(peer == NULL || peer->bytes > 0);
    zmq_msg_t part;
    enum rc rc = part_init(socket->bus, peer, bytes, size, &part);
    if (rc != RC_OK) {
        return rc;
    }
    if (peer != NULL) {
        rc = peer_send(socket->zmq, peer);
    }
    if (rc == RC_OK) {
        BUS_RELEASE();
        int sent;
        do {
            sent = zmq_msg_send(&part, socket->zmq, ZMQ_DONTWAIT);
        } while (sent < 0 && errno == EINTR);
        if (sent >= 0) {
            return RC_OK; /* the library owns the part now */
        }
        rc = errno == EAGAIN ? RC_AGAIN : errno == EHOSTUNREACH ? RC_NOT_FOUND : RC_IO;
    }
    (void)zmq_msg_close(&part);
    return rc;
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

/* Reads what the monitor says; true if a connection broke. */
static bool monitor_drain(void *monitor)
{
    bool lost = false;
    zmq_msg_t part;
    while (part_receive(monitor, &part) == RC_OK) {
        (void)parts_drop(monitor, &part);
        (void)zmq_msg_close(&part);
        lost = true; /* only ZMQ_EVENT_DISCONNECTED was asked for */
    }
    return lost;
}

/* Monitors come after the items, so that the indexes of both arrays agree. A signal leaves nothing
 * ready, which is true enough: the caller looks at its times and comes back. */
enum rc bus_wait(struct bus_item *items, size_t count, uint64_t timeout_ms)
{
    CHECK(count <= BUS_ITEMS_MAX);
    zmq_pollitem_t polled[2 * BUS_ITEMS_MAX];
    size_t used = 0;
    for (size_t index = 0; index < count; index++) {
        const struct bus_item *item = &items[index];
        void *zmq = item->socket == NULL ? NULL : item->socket->zmq;
        CHECK(item->want_write || !item->no_read); /* waits for something */
        const short events =
            (short)((item->no_read ? 0 : ZMQ_POLLIN) | (item->want_write ? ZMQ_POLLOUT : 0));
        polled[used++] = (zmq_pollitem_t){.socket = zmq, .fd = item->fd, .events = events};
    }
    for (size_t index = 0; index < count; index++) {
        if (items[index].socket != NULL && items[index].socket->monitor != NULL) {
            polled[used++] =
                (zmq_pollitem_t){.socket = items[index].socket->monitor, .events = ZMQ_POLLIN};
        }
    }
    const long wait_ms = timeout_ms > 3600000u ? 3600000 : (long)timeout_ms;
    const int ready = zmq_poll(polled, (int)used, wait_ms);
    if (ready < 0 && errno != EINTR) {
        return RC_IO;
    }
    for (size_t index = 0; index < count; index++) {
        struct bus_item *item = &items[index];
        const short got = ready > 0 ? polled[index].revents : 0;
        item->readable = (got & (ZMQ_POLLIN | ZMQ_POLLERR)) != 0;
        item->writable = (got & ZMQ_POLLOUT) != 0;
        item->lost = item->socket != NULL && item->socket->monitor != NULL &&
                     monitor_drain(item->socket->monitor);
    }
    return RC_OK;
}
