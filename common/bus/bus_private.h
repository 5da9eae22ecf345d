/* bus_private: what bus.c (sockets) and bus_frame.c (frames, waiting) share. */
#pragma once

#include <stdatomic.h>

#include "common/bus/bus.h"

enum {
    BUS_FOLDERS_MAX = 16,
    BUS_LANES = 256,
};

/* A directory that is too far down for sockaddr_un, kept open while the bus lives: libzmq opens,
 * reopens and removes socket files on its own thread. */
struct folder {
    char *path;
    int fd;
};

struct bus {
    void *context;
    struct folder folders[BUS_FOLDERS_MAX];
    unsigned folder_count;
    uint64_t monitor_count;
    atomic_size_t unsent;           /* bytes of all lanes */
    atomic_size_t lanes[BUS_LANES]; /* by peer: one that does not read blocks its lane alone */
};

struct bus_socket {
    struct bus *bus;
    void *zmq;
    void *monitor; /* tells when a connection breaks; asking sockets only */
    bool server;
    bool local; /* ipc: the kernel knows who connects */
};
