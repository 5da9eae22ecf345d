/* bus: the sockets. A thin wrapper over libzmq: one ROUTER for everybody who asks, one DEALER for
 * each service that is asked. It sets every limit and timeout and hides what is peculiar.
 *
 * A frame is one message part of at most FRAME_BYTES_MAX bytes; what is in it is wire's business.
 * Delivery is at most once and says nothing: callers repeat a request until it is answered. One
 * thread owns a bus and all its sockets; fork before bus_open.
 *
 * Endpoints are ipc:// and tcp:// only. An ipc path may be of any length: what does not fit
 * sockaddr_un (107 bytes) is reached through /proc/self/fd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

#define BUS_ENDPOINT_BYTES 4200 /* with NUL: an ipc path of PATH_MAX bytes fits */
#define BUS_ITEMS_MAX 16        /* of one bus_wait */

struct bus;
struct bus_socket;

#define BUS_UID_NONE UINT32_MAX
#define BUS_ADDRESS_BYTES 48 /* "localhost:" and three numbers of 32 bits, with NUL */

/* Who sent a frame, as the server's socket knows it; good for answers until it disconnects. Who the
 * process is comes from the kernel (SO_PEERCRED) when it connects: nothing that a peer says moves
 * it. Over tcp nobody knows: BUS_UID_NONE. */
struct bus_peer {
    uint8_t bytes;
    bool delimiter;    /* came from a REQ socket: answers need an empty part before them */
    bool inner;        /* no peer of the bus at all: somebody in this process; never for bus_send */
    uint32_t uid, gid; /* BUS_UID_NONE: not known */
    uint32_t pid;      /* 0: not known */
    char address[BUS_ADDRESS_BYTES]; /* "localhost:UID:GID:PID", "": not known */
    unsigned char id[255];
};

/* A frame that was received. Free it with bus_message_free. */
struct bus_message {
    const unsigned char *bytes;
    size_t size;
    struct bus_peer peer;                /* of a server's socket */
    _Alignas(16) unsigned char part[64]; /* the library's own */
};

/* RC_OK or RC_IO. Every bus has one I/O thread. */
MUST_CHECK enum rc bus_open(struct bus **bus);
/* Before: its sockets are closed. Waits for the I/O thread; at most BUS_LINGER_MS. */
void bus_close(struct bus *bus);

/* Whether bus_bind and bus_connect would take it: ipc:// with a path, tcp:// with host and port. */
bool bus_endpoint_valid(const char *endpoint);
/* A socket that answers. An ipc socket file gets mode 0660; one left behind by a dead process is
 * replaced, anything else in its place is kept.
 *
 * RC_OK. RC_SETTINGS: not an endpoint, or the path is taken by another kind of file. RC_LOCKED:
 * somebody answers there. RC_IO: everything else; the message was logged. */
MUST_CHECK enum rc bus_bind(struct bus *bus, const char *endpoint, struct bus_socket **socket);
/* A socket that asks. Connects in the background, and again after each loss, with growing pauses.
 * RC_OK, RC_SETTINGS or RC_IO. */
MUST_CHECK enum rc bus_connect(struct bus *bus, const char *endpoint, struct bus_socket **socket);
/* Frames not yet sent are lost, except that a server waits BUS_LINGER_MS for its answers to go. */
void bus_socket_close(struct bus_socket *socket);

/* Never waits. RC_OK: message is set. RC_AGAIN: nothing there. RC_INVALID: something that is not
 * one part (or delimiter and one part) was dropped. RC_IO. */
MUST_CHECK enum rc bus_receive(struct bus_socket *socket, struct bus_message *message);
void bus_message_free(struct bus_message *message);
/* One that did not come over a socket; bytes and peer are copied. RC_OK or RC_LIMIT (no memory). */
MUST_CHECK enum rc bus_message_make(struct bus_message *message, const struct bus_peer *peer,
                                    const void *bytes, size_t size);
/* Never copy the struct: bytes may point into it. to: uninitialised or freed; from: freed after. */
void bus_message_move(struct bus_message *to, struct bus_message *from);

/* Never waits; copies bytes. peer: of a server's socket, NULL else. RC_OK: queued. RC_AGAIN: the
 * peer does not read, or (asking) is not connected. RC_NOT_FOUND: the peer is gone. RC_LIMIT:
 * larger than FRAME_BYTES_MAX. RC_IO. */
MUST_CHECK enum rc bus_send(struct bus_socket *socket, const struct bus_peer *peer,
                            const void *bytes, size_t size);

/* Whether two frames came over the same connection. */
bool bus_peer_same(const struct bus_peer *one, const struct bus_peer *other);
/* Whether this libzmq tells who a local peer is, which it does not document: asks itself, over a
 * socket without a file. RC_OK; RC_SETTINGS: it names nobody, or somebody else; RC_IO. */
MUST_CHECK enum rc bus_peer_test(struct bus *bus);

struct bus_item {
    struct bus_socket *socket; /* or NULL and */
    int fd;
    bool want_write; /* also return when a send is possible */
    bool no_read;    /* only that */
    /* set by bus_wait */
    bool readable, writable;
    bool lost; /* a connection of this asking socket broke since the last wait */
};
/* For a loop that waits with an epoll of its own: the descriptors that become readable when bus_wait
 * should be called for this asking socket (with no time to wait, and again until nothing is ready:
 * they tell of changes, not of states). They are the socket's. RC_OK or RC_IO. */
#define BUS_FDS 2
MUST_CHECK enum rc bus_socket_fds(const struct bus_socket *socket, int fds[BUS_FDS]);
/* Waits until an item is ready or timeout_ms have passed; a signal ends it early. At most
 * BUS_ITEMS_MAX items. RC_OK or RC_IO. */
MUST_CHECK enum rc bus_wait(struct bus_item *items, size_t count, uint64_t timeout_ms);
