/* The bus beside the raw library: 64-byte requests to an echo and back, over an ipc socket. Once
 * with WINDOW requests under way (rate), once with one (time of a round trip). Prints JSON.
 * Usage: bus_bench [--seconds N] */

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "bench.h"
#include "common/base/clock.h"
#include "common/bus/bus.h"

enum { WINDOW = 100, FRAME_BYTES = 64, TRIPS = 20000 };

struct echo {
    char endpoint[BENCH_PATH_BYTES + 32];
    atomic_bool ready, stop;
};

/* ---- ours --------------------------------------------------------------------------------------
 */

static void *run_ours(void *context)
{
    struct echo *echo = context;
    struct bus *bus = NULL;
    struct bus_socket *socket = NULL;
    struct bus_message message;
    if (bus_open(&bus) != RC_OK || bus_bind(bus, echo->endpoint, &socket) != RC_OK) {
        bench_fail("cannot bind %s", echo->endpoint);
    }
    atomic_store(&echo->ready, true);
    while (!atomic_load(&echo->stop)) {
        struct bus_item item = {.socket = socket, .fd = -1};
        if (bus_wait(&item, 1, 100) != RC_OK) {
            break;
        }
        while (bus_receive(socket, &message) == RC_OK) {
            if (bus_send(socket, &message.peer, message.bytes, message.size) != RC_OK) {
                bench_fail("an echo is lost");
            }
            bus_message_free(&message);
        }
    }
    bus_socket_close(socket);
    bus_close(bus);
    return NULL;
}

struct ours {
    struct bus *bus;
    struct bus_socket *socket;
};

static void ours_open(void *side, const char *endpoint)
{
    struct ours *ours = side;
    if (bus_open(&ours->bus) != RC_OK || bus_connect(ours->bus, endpoint, &ours->socket) != RC_OK) {
        bench_fail("cannot connect");
    }
}

static bool ours_send(void *side, const unsigned char *bytes)
{
    struct ours *ours = side;
    return bus_send(ours->socket, NULL, bytes, FRAME_BYTES) == RC_OK;
}

static unsigned ours_take(void *side)
{
    struct ours *ours = side;
    struct bus_message message;
    struct bus_item item = {.socket = ours->socket, .fd = -1};
    unsigned count = 0;
    (void)!bus_wait(&item, 1, 100);
    while (bus_receive(ours->socket, &message) == RC_OK) {
        bus_message_free(&message);
        count++;
    }
    return count;
}

static void ours_close(void *side)
{
    struct ours *ours = side;
    bus_socket_close(ours->socket);
    bus_close(ours->bus);
}

/* ---- raw ---------------------------------------------------------------------------------------
 */

static void *run_raw(void *context)
{
    struct echo *echo = context;
    void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_ROUTER);
    const int timeout_ms = 100, linger_ms = 0;
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    if (zmq_bind(socket, echo->endpoint) != 0) {
        bench_fail("cannot bind %s", echo->endpoint);
    }
    atomic_store(&echo->ready, true);
    while (!atomic_load(&echo->stop)) {
        char peer[256], frame[FRAME_BYTES];
        const int peer_bytes = zmq_recv(socket, peer, sizeof peer, 0);
        if (peer_bytes < 0) {
            continue;
        }
        const int bytes = zmq_recv(socket, frame, sizeof frame, 0);
        zmq_send(socket, peer, (size_t)peer_bytes, ZMQ_SNDMORE);
        zmq_send(socket, frame, (size_t)bytes, 0);
    }
    zmq_close(socket);
    zmq_ctx_term(zmq);
    return NULL;
}

struct raw {
    void *zmq, *socket;
};

static void raw_open(void *side, const char *endpoint)
{
    struct raw *raw = side;
    const int timeout_ms = 100, linger_ms = 0;
    raw->zmq = zmq_ctx_new();
    raw->socket = zmq_socket(raw->zmq, ZMQ_DEALER);
    zmq_setsockopt(raw->socket, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
    zmq_setsockopt(raw->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
    if (zmq_connect(raw->socket, endpoint) != 0) {
        bench_fail("cannot connect");
    }
}

static bool raw_send(void *side, const unsigned char *bytes)
{
    struct raw *raw = side;
    return zmq_send(raw->socket, bytes, FRAME_BYTES, ZMQ_DONTWAIT) >= 0;
}

static unsigned raw_take(void *side)
{
    struct raw *raw = side;
    unsigned char frame[FRAME_BYTES];
    return zmq_recv(raw->socket, frame, sizeof frame, 0) >= 0 ? 1 : 0;
}

static void raw_close(void *side)
{
    struct raw *raw = side;
    zmq_close(raw->socket);
    zmq_ctx_term(raw->zmq);
}

/* ---- measuring ---------------------------------------------------------------------------------
 */

struct kind {
    void *(*run)(void *);
    void (*open)(void *, const char *);
    bool (*send)(void *, const unsigned char *);
    unsigned (*take)(void *);
    void (*close)(void *);
};

static json_t *measure(const struct kind *kind, const char *endpoint, unsigned seconds)
{
    static double trips_us[TRIPS];
    struct echo echo = {0};
    union {
        struct ours ours;
        struct raw raw;
    } side;
    unsigned char frame[FRAME_BYTES] = {0};
    pthread_t thread;
    snprintf(echo.endpoint, sizeof echo.endpoint, "%s", endpoint);
    pthread_create(&thread, NULL, kind->run, &echo);
    while (!atomic_load(&echo.ready)) {
        usleep(1000);
    }
    kind->open(&side, endpoint);
    while (!kind->send(&side, frame)) {
        usleep(1000);
    }
    while (kind->take(&side) == 0) {
    }
    uint64_t got = 0;
    unsigned under_way = 0;
    const uint64_t start_us = clock_monotonic_us();
    while (clock_monotonic_us() - start_us < seconds * 1000000ull) {
        while (under_way < WINDOW && kind->send(&side, frame)) {
            under_way++;
        }
        const unsigned taken = kind->take(&side);
        got += taken;
        under_way -= taken;
    }
    const double rate = (double)got * 1e6 / (double)(clock_monotonic_us() - start_us);
    while (under_way > 0) {
        under_way -= kind->take(&side);
    }
    for (unsigned trip = 0; trip < TRIPS; trip++) {
        const uint64_t sent_us = clock_monotonic_us();
        while (!kind->send(&side, frame)) {
        }
        while (kind->take(&side) == 0) {
        }
        trips_us[trip] = (double)(clock_monotonic_us() - sent_us);
    }
    kind->close(&side);
    atomic_store(&echo.stop, true);
    pthread_join(thread, NULL);
    return json_pack("{s:f, s:f, s:f}", "requests_per_s", bench_round(rate), "round_trip_p50_us",
                     bench_round(bench_share(trips_us, TRIPS, 0.5)), "round_trip_p99_us",
                     bench_round(bench_share(trips_us, TRIPS, 0.99)));
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"seconds", required_argument, NULL, 'n'}, {0}};
    static const struct kind ours = {run_ours, ours_open, ours_send, ours_take, ours_close};
    static const struct kind raw = {run_raw, raw_open, raw_send, raw_take, raw_close};
    char folder[BENCH_PATH_BYTES], endpoint[BENCH_PATH_BYTES + 16];
    unsigned seconds = 5;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'n') {
            return 64;
        }
        seconds = (unsigned)strtoul(optarg, NULL, 10);
    }
    bench_folder_make(folder);
    json_t *result = json_object();
    snprintf(endpoint, sizeof endpoint, "ipc://%s/ours", folder);
    json_object_set_new(result, "ours", measure(&ours, endpoint, seconds));
    snprintf(endpoint, sizeof endpoint, "ipc://%s/raw", folder);
    json_object_set_new(result, "raw", measure(&raw, endpoint, seconds));
    json_object_set_new(result, "frame_bytes", json_integer(FRAME_BYTES));
    bench_folder_drop(folder);
    bench_print(result);
    return 0;
}
