/* deaf: many connections to one service that ask and do not listen.
 *
 * Speaks ZMTP 3.1 itself on bare sockets, because a ZeroMQ socket reads whatever its owner does.
 * Of every DEAF_GROUP connections one floods the service with Ping, DEAF_SLOW read a byte now and
 * then, and the others ask from time to time; except for the slow ones nobody ever reads. A
 * connection that the service gives up is opened again.
 *
 * Usage: test-deaf ENDPOINT CONNECTIONS. Says when all are open, goes on until stdin ends, and then
 * prints what it did. Exits with 1 when it cannot open so many files. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.pb-c.h"

enum {
    DEAF_CONNECTIONS_MAX = 100000,
    DEAF_FILES_OWN = 16,
    DEAF_FRAME_BYTES = 64,
    DEAF_GROUP = 256,
    DEAF_SLOW = 16,
    DEAF_FLOOD_FRAMES = 500,
    DEAF_TURNS = 30, /* a connection's turn comes every DEAF_TURNS pauses */
    DEAF_PAUSE_MS = 100,
};

struct deaf {
    struct sockaddr_un address;
    int *sockets; /* -1: not connected */
    size_t count;
    unsigned char ping[DEAF_FRAME_BYTES];
    size_t ping_bytes;
    uint64_t pings, blocked, opened, bytes_read;
};

/* A message of one part: flags, size, a Ping. */
static void make_ping(struct deaf *deaf)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Ping ping = PAIDAN__PING__INIT;
    request.protocol = 1;
    request.correlation = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    const size_t bytes = paidan__request__get_packed_size(&request);
    if (bytes > DEAF_FRAME_BYTES - 2) {
        abort();
    }
    deaf->ping[0] = 0;
    deaf->ping[1] = (unsigned char)bytes;
    deaf->ping_bytes = 2 + paidan__request__pack(&request, deaf->ping + 2);
}

/* Greeting of ZMTP 3.1 with the mechanism NULL, and the command READY of a DEALER. */
static bool greet(int file)
{
    static const unsigned char ready[] =
        "\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06"
        "DEALER";
    unsigned char greeting[64 + sizeof ready - 1] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1};
    memcpy(greeting + 12, "NULL", 4);
    memcpy(greeting + 64, ready, sizeof ready - 1);
    return send(file, greeting, sizeof greeting, MSG_NOSIGNAL) == (ssize_t)sizeof greeting;
}

static void let_go(int *file)
{
    if (*file >= 0) {
        close(*file);
        *file = -1;
    }
}

/* Leaves -1 where the service does not take it now. */
static void open_one(struct deaf *deaf, int *file)
{
    const struct sockaddr *address = (const struct sockaddr *)&deaf->address;
    *file = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*file < 0) {
        perror("deaf: socket");
        exit(1);
    }
    if (connect(*file, address, sizeof deaf->address) != 0 || !greet(*file)) {
        let_go(file);
        return;
    }
    deaf->opened++;
}

/* Some frames into one connection; what does not fit is left out, half a frame ends it. */
static void ask(struct deaf *deaf, int *file, unsigned frames)
{
    for (; frames > 0; frames--) {
        const ssize_t sent = send(*file, deaf->ping, deaf->ping_bytes, MSG_NOSIGNAL);
        if (sent == (ssize_t)deaf->ping_bytes) {
            deaf->pings++;
        } else if (sent < 0 && errno == EAGAIN) {
            deaf->blocked++;
            return;
        } else {
            let_go(file);
            return;
        }
    }
}

static void turn(struct deaf *deaf, size_t index)
{
    int *file = &deaf->sockets[index];
    if (*file < 0) {
        open_one(deaf, file);
    }
    if (*file < 0) {
        return;
    }
    ask(deaf, file, index % DEAF_GROUP == 0 ? DEAF_FLOOD_FRAMES : 1);
    unsigned char byte;
    if (*file >= 0 && index % DEAF_GROUP >= 1 && index % DEAF_GROUP <= DEAF_SLOW &&
        recv(*file, &byte, 1, MSG_DONTWAIT) == 1) {
        deaf->bytes_read++;
    }
}

static size_t open_count(const struct deaf *deaf)
{
    size_t open = 0;
    for (size_t index = 0; index < deaf->count; index++) {
        open += deaf->sockets[index] >= 0;
    }
    return open;
}

static bool stdin_ended(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    char byte;
    return poll(&input, 1, DEAF_PAUSE_MS) == 1 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static void run(struct deaf *deaf)
{
    size_t most = 0;
    for (size_t round = 0; !stdin_ended(); round++) {
        for (size_t index = round % DEAF_TURNS; index < deaf->count; index += DEAF_TURNS) {
            turn(deaf, index);
        }
        const size_t open = open_count(deaf);
        if (open > most && open == deaf->count) {
            printf("deaf: %zu connections open\n", open);
            fflush(stdout);
        }
        most = open > most ? open : most;
    }
    printf(
        "deaf: at most %zu of %zu connections at once, %llu opened; %llu pings sent, %llu times "
        "no room; %llu bytes read\n",
        most, deaf->count, (unsigned long long)deaf->opened, (unsigned long long)deaf->pings,
        (unsigned long long)deaf->blocked, (unsigned long long)deaf->bytes_read);
}

static bool files_allow(size_t count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return false;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= count + DEAF_FILES_OWN;
}

int main(int count, char **words)
{
    static struct deaf deaf = {.address.sun_family = AF_UNIX};
    const size_t path_max = sizeof deaf.address.sun_path;
    if (count != 3 || strncmp(words[1], "ipc://", 6) != 0 || strlen(words[1] + 6) >= path_max ||
        (deaf.count = strtoul(words[2], NULL, 10)) < 1 || deaf.count > DEAF_CONNECTIONS_MAX) {
        fprintf(stderr, "usage: test-deaf ipc://PATH CONNECTIONS\n");
        return 64;
    }
    if (!files_allow(deaf.count)) {
        fprintf(stderr, "deaf: not allowed to open %zu files\n", deaf.count);
        return 1;
    }
    memcpy(deaf.address.sun_path, words[1] + 6, strlen(words[1] + 6) + 1);
    deaf.sockets = malloc(deaf.count * sizeof *deaf.sockets);
    if (deaf.sockets == NULL) {
        return 1;
    }
    for (size_t index = 0; index < deaf.count; index++) {
        deaf.sockets[index] = -1;
    }
    make_ping(&deaf);
    run(&deaf);
    free(deaf.sockets);
    return 0;
}
