/* garbage: throws broken and hostile frames at one running service and looks whether it minds.
 *
 * Speaks ZeroMQ itself, so that it can send what common/bus never would. For each kind of garbage
 * it sends some frames, counts the answers by code, and then asks with Ping whether the service
 * still lives. At the end the head of the service's log must be where it was: nothing changed.
 *
 * Usage: test-garbage ENDPOINT SEED FRAMES. The same seed sends the same frames. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <zmq.h>

#include "command.pb-c.h"
#include "common/base/limits.h"

enum {
    GARBAGE_BYTES_MAX = FRAME_BYTES_ACCEPTED + (1 << 20),
    GARBAGE_PING_MS = 1000,
    GARBAGE_PING_TRIES = 20,
    GARBAGE_QUIET_MS = 300, /* no further answer within this time: there will be none */
    GARBAGE_CODES_MAX = 128,
    GARBAGE_TINY_MESSAGES = 1000000,
};

struct garbage {
    void *context;
    const char *endpoint;
    uint64_t random;
    unsigned char *frame;
    size_t bytes;
    unsigned
        denied; /* by who may what: such a refusal is a fact (Denied), once a minute of a kind */
};

/* Steps of splitmix64: small, and the same everywhere. */
static uint64_t random_next(struct garbage *garbage)
{
    garbage->random += 0x9e3779b97f4a7c15u;
    uint64_t value = garbage->random;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

static size_t random_below(struct garbage *garbage, size_t bound)
{
    return (size_t)(random_next(garbage) % bound);
}

static void fill_random(struct garbage *garbage, size_t bytes)
{
    for (size_t index = 0; index < bytes; index++) {
        garbage->frame[index] = (unsigned char)random_next(garbage);
    }
    garbage->bytes = bytes;
}

static void pack(struct garbage *garbage, const Paidan__Request *request)
{
    if (paidan__request__get_packed_size(request) > GARBAGE_BYTES_MAX) {
        abort();
    }
    garbage->bytes = paidan__request__pack(request, garbage->frame);
}

/* A well-formed wish that no service may fulfil: it names a channel, a unit or a ticket that no
 * site has. */
static void make_wish(struct garbage *garbage)
{
    static unsigned char id[16] = "sixteen--bytes-";
    char unknown[] = "no-such-thing", text[] = "\xe6\xb5\x8b\xe8\xaf\x95", actor[] = "garbage";
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__NewTicket ticket = PAIDAN__NEW_TICKET__INIT, *tickets[] = {&ticket};
    Paidan__Submit submit = PAIDAN__SUBMIT__INIT;
    Paidan__WorkItem item = PAIDAN__WORK_ITEM__INIT, *items[] = {&item};
    Paidan__Work work = PAIDAN__WORK__INIT;
    Paidan__DeskDispatch dispatch = PAIDAN__DESK_DISPATCH__INIT;
    Paidan__CallbackReply reply = PAIDAN__CALLBACK_REPLY__INIT, *replies[] = {&reply};
    Paidan__CallbackAnswer answer = PAIDAN__CALLBACK_ANSWER__INIT;

    request.protocol = 1;
    request.correlation = random_next(garbage);
    request.has_request_id = 1;
    request.request_id.data = id;
    request.request_id.len = sizeof id;
    request.actor = actor;
    switch (random_below(garbage, 4)) {
    case 0:
        ticket.channel = unknown;
        ticket.text = text;
        submit.n_tickets = 1;
        submit.tickets = tickets;
        request.wish_case = PAIDAN__REQUEST__WISH_SUBMIT;
        request.submit = &submit;
        break;
    case 1:
        work.unit = unknown;
        work.action = PAIDAN__ACTION__ACTION_ACCEPT;
        item.ticket = 1;
        work.n_items = 1;
        work.items = items;
        request.wish_case = PAIDAN__REQUEST__WISH_WORK;
        request.work = &work;
        break;
    case 2:
        dispatch.ticket = 1;
        dispatch.unit = unknown;
        request.wish_case = PAIDAN__REQUEST__WISH_DESK_DISPATCH;
        request.desk_dispatch = &dispatch;
        break;
    default:
        reply.ticket = 1;
        reply.solved = PAIDAN__SOLVED__SOLVED_YES;
        reply.satisfied = PAIDAN__SATISFIED__SATISFIED_YES;
        answer.n_replies = 1;
        answer.replies = replies;
        request.wish_case = PAIDAN__REQUEST__WISH_CALLBACK_ANSWER;
        request.callback_answer = &answer;
        break;
    }
    pack(garbage, &request);
}

/* Ping with a protocol that nobody speaks. */
static void make_version(struct garbage *garbage)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__Ping ping = PAIDAN__PING__INIT;
    request.protocol = 2 + (uint32_t)random_below(garbage, 1000);
    request.correlation = 1;
    request.wish_case = PAIDAN__REQUEST__WISH_PING;
    request.ping = &ping;
    pack(garbage, &request);
}

static void make_random(struct garbage *garbage)
{
    fill_random(garbage, 1 + random_below(garbage, 4096));
}

static void make_truncated(struct garbage *garbage)
{
    make_wish(garbage);
    garbage->bytes = 1 + random_below(garbage, garbage->bytes - 1);
}

static void make_flipped(struct garbage *garbage)
{
    make_wish(garbage);
    for (size_t flips = 1 + random_below(garbage, 8); flips > 0; flips--) {
        garbage->frame[random_below(garbage, garbage->bytes)] ^=
            (unsigned char)(1u << random_below(garbage, 8));
    }
}

/* Texts that are not UTF-8, and a text with a NUL inside. */
static void make_text(struct garbage *garbage)
{
    make_wish(garbage);
    unsigned char *actor = memmem(garbage->frame, garbage->bytes, "garbage", 7);
    if (actor == NULL) {
        abort();
    }
    actor[random_below(garbage, 7)] = random_below(garbage, 2) == 0 ? 0xff : 0x00;
}

/* An action that is not in the schema. */
static void make_enum(struct garbage *garbage)
{
    char unit[] = "no-such-thing";
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    Paidan__List list = PAIDAN__LIST__INIT;
    request.protocol = 1;
    request.correlation = 1;
    list.unit = unit;
    list.has_state = 1;
    list.state = (Paidan__State)(100 + random_below(garbage, 1000));
    request.wish_case = PAIDAN__REQUEST__WISH_LIST;
    request.list = &list;
    pack(garbage, &request);
}

/* A million empty tickets in 2 MB: each byte asks for many bytes of memory. */
static void make_amplified(struct garbage *garbage)
{
    static const unsigned char head[] = {0x08, 0x01, 0x10, 0x01}; /* protocol 1, correlation 1 */
    size_t used = sizeof head;
    memcpy(garbage->frame, head, sizeof head);
    garbage->frame[used++] = 0xa2; /* field 20, submit, length-delimited */
    garbage->frame[used++] = 0x01;
    for (size_t length = 2u * GARBAGE_TINY_MESSAGES; length > 0; length >>= 7) {
        garbage->frame[used++] = (unsigned char)((length & 0x7f) | (length > 0x7f ? 0x80u : 0u));
    }
    for (size_t count = 0; count < GARBAGE_TINY_MESSAGES; count++) {
        garbage->frame[used++] = 0x0a; /* field 1, a ticket */
        garbage->frame[used++] = 0x00; /* without anything in it */
    }
    garbage->bytes = used;
}

/* Larger than a frame may be, small enough to be heard and refused. */
static void make_large(struct garbage *garbage)
{
    memset(garbage->frame, 'a', FRAME_BYTES_MAX + 1);
    garbage->bytes = FRAME_BYTES_MAX + 1;
}

/* Larger than the socket takes: the connection is cut. */
static void make_huge(struct garbage *garbage)
{
    memset(garbage->frame, 'a', GARBAGE_BYTES_MAX);
    garbage->bytes = GARBAGE_BYTES_MAX;
}

static void make_empty(struct garbage *garbage)
{
    garbage->bytes = 0;
}

struct kind {
    const char *name;
    void (*make)(struct garbage *garbage);
    unsigned frames_max; /* large ones are sent less often */
    bool refused;        /* each frame must be answered, and not with OK */
    unsigned parts;      /* how many times the frame is sent as part of one message */
};

static const struct kind kinds[] = {
    {"empty", make_empty, 20, true, 1},
    {"random", make_random, UINT32_MAX, false, 1},
    {"truncated", make_truncated, UINT32_MAX, true, 1},
    {"flipped", make_flipped, UINT32_MAX, false, 1},
    {"version", make_version, 100, true, 1},
    {"text", make_text, 200, true, 1},
    {"enum", make_enum, 100, true, 1},
    {"wish", make_wish, 200, true, 1},
    {"amplified", make_amplified, 3, true, 1},
    {"large", make_large, 3, true, 1},
    {"huge", make_huge, 2, false, 1},
    {"parts", make_random, 20, false, 7},
};

static void *connect_service(const struct garbage *garbage)
{
    const int linger_ms = 0;
    void *socket = zmq_socket(garbage->context, ZMQ_DEALER);
    if (socket == NULL || zmq_setsockopt(socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms) != 0 ||
        zmq_connect(socket, garbage->endpoint) != 0) {
        fprintf(stderr, "garbage: %s: %s\n", garbage->endpoint, zmq_strerror(zmq_errno()));
        exit(1);
    }
    return socket;
}

/* Receives one answer within wait_ms. NULL: none came. Free it with free_unpacked. */
static Paidan__Answer *receive(void *socket, long wait_ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    zmq_msg_t message;
    if (zmq_poll(&item, 1, wait_ms) != 1) {
        return NULL;
    }
    zmq_msg_init(&message);
    Paidan__Answer *answer = NULL;
    if (zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0) {
        answer = paidan__answer__unpack(NULL, zmq_msg_size(&message), zmq_msg_data(&message));
        if (answer == NULL) {
            fprintf(stderr, "garbage: an answer cannot be decoded\n");
            exit(1);
        }
    }
    zmq_msg_close(&message);
    return answer;
}

/* The head of the service's log, or exits: the service does not answer any more. */
static uint64_t ping_head(const struct garbage *garbage)
{
    for (int tries = 0; tries < GARBAGE_PING_TRIES; tries++) {
        unsigned char frame[64];
        Paidan__Request request = PAIDAN__REQUEST__INIT;
        Paidan__Ping ping = PAIDAN__PING__INIT;
        request.protocol = 1;
        request.correlation = 42;
        request.wish_case = PAIDAN__REQUEST__WISH_PING;
        request.ping = &ping;
        const size_t bytes = paidan__request__pack(&request, frame);
        void *socket = connect_service(garbage);
        (void)zmq_send(socket, frame, bytes, 0);
        Paidan__Answer *answer = receive(socket, GARBAGE_PING_MS);
        zmq_close(socket);
        if (answer != NULL && answer->body_case == PAIDAN__ANSWER__BODY_PONG &&
            answer->correlation == 42) {
            const uint64_t head = answer->pong->head_seq;
            paidan__answer__free_unpacked(answer, NULL);
            return head;
        }
        paidan__answer__free_unpacked(answer, NULL);
    }
    fprintf(stderr, "garbage: the service does not answer a ping any more\n");
    exit(1);
}

/* The code that the only item of a wish got; of the answer as a whole where there are no items. */
static Paidan__Code judged(const Paidan__Answer *answer)
{
    if (answer->code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_SUBMITTED &&
        answer->submitted->n_results == 1) {
        return answer->submitted->results[0]->code;
    }
    if (answer->code == PAIDAN__CODE__OK && answer->body_case == PAIDAN__ANSWER__BODY_WORKED &&
        answer->worked->n_results == 1) {
        return answer->worked->results[0]->code;
    }
    if (answer->code == PAIDAN__CODE__OK &&
        answer->body_case == PAIDAN__ANSWER__BODY_CALLBACK_ANSWERED &&
        answer->callback_answered->n_results == 1) {
        return answer->callback_answered->results[0]->code;
    }
    return answer->code;
}

static void count_answers(void *socket, long wait_ms, unsigned codes[GARBAGE_CODES_MAX],
                          unsigned *answered)
{
    for (;;) {
        Paidan__Answer *answer = receive(socket, wait_ms);
        if (answer == NULL) {
            return;
        }
        const unsigned code = (unsigned)judged(answer);
        codes[code < GARBAGE_CODES_MAX ? code : GARBAGE_CODES_MAX - 1]++;
        *answered += 1;
        paidan__answer__free_unpacked(answer, NULL);
    }
}

/* Sends up to `frames` frames of one kind. Returns whether the service behaved. */
static bool throw_kind(struct garbage *garbage, const struct kind *kind, unsigned frames)
{
    unsigned codes[GARBAGE_CODES_MAX] = {0}, answered = 0, sent = 0;
    void *socket = connect_service(garbage);
    if (frames > kind->frames_max) {
        frames = kind->frames_max;
    }
    while (sent < frames) {
        kind->make(garbage);
        for (unsigned part = 1; part <= kind->parts; part++) {
            (void)zmq_send(socket, garbage->frame, garbage->bytes,
                           part < kind->parts ? ZMQ_SNDMORE : 0);
        }
        sent++;
        count_answers(socket, 0, codes, &answered);
    }
    count_answers(socket, GARBAGE_QUIET_MS, codes, &answered);
    /* A busy machine may need longer for what must be answered. */
    for (int tries = 0; kind->refused && answered < sent && tries < GARBAGE_PING_TRIES; tries++) {
        count_answers(socket, GARBAGE_PING_MS, codes, &answered);
    }
    zmq_close(socket);

    printf("%-10s sent %u, answered %u:", kind->name, sent, answered);
    garbage->denied += codes[PAIDAN__CODE__FORBIDDEN] + codes[PAIDAN__CODE__GRANT_INVALID];
    for (unsigned code = 0; code < GARBAGE_CODES_MAX; code++) {
        const ProtobufCEnumValue *value =
            protobuf_c_enum_descriptor_get_value(&paidan__code__descriptor, (int)code);
        if (codes[code] > 0) {
            printf(" %s %u", value == NULL ? "?" : value->name, codes[code]);
        }
    }
    const bool good = !kind->refused || (answered == sent && codes[PAIDAN__CODE__OK] == 0);
    printf("%s\n", good ? "" : "  <- every frame must be refused");
    return good;
}

/* Bytes that are not ZeroMQ at all, and connections that say nothing. */
static void throw_raw(struct garbage *garbage)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strncmp(garbage->endpoint, "ipc://", 6) != 0 ||
        strlen(garbage->endpoint + 6) >= sizeof address.sun_path) {
        return;
    }
    memcpy(address.sun_path, garbage->endpoint + 6, strlen(garbage->endpoint + 6));
    unsigned sent = 0;
    int silent = -1;
    for (unsigned index = 0; index < 50; index++) {
        const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (file < 0 || connect(file, (const struct sockaddr *)&address, sizeof address) != 0) {
            perror("garbage: connect");
            exit(1);
        }
        fill_random(garbage, 1 + random_below(garbage, 512));
        sent += send(file, garbage->frame, garbage->bytes, MSG_NOSIGNAL) > 0 ? 1 : 0;
        if (silent < 0) {
            silent = file; /* stays open, half a greeting sent, while the others go on */
        } else {
            close(file);
        }
    }
    (void)ping_head(garbage);
    close(silent);
    printf("%-10s sent %u\n", "raw", sent);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: test-garbage ENDPOINT SEED FRAMES\n");
        return 64;
    }
    struct garbage garbage = {.context = zmq_ctx_new(), .endpoint = argv[1]};
    garbage.random = strtoull(argv[2], NULL, 10);
    static unsigned char frame[GARBAGE_BYTES_MAX];
    garbage.frame = frame;
    const unsigned frames = (unsigned)strtoul(argv[3], NULL, 10);
    if (garbage.context == NULL || frames == 0) {
        fprintf(stderr, "garbage: cannot start\n");
        return 1;
    }
    const uint64_t head = ping_head(&garbage);
    bool good = true;
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0]; index++) {
        good = throw_kind(&garbage, &kinds[index], frames) && good;
        (void)ping_head(&garbage);
    }
    throw_raw(&garbage);
    const uint64_t head_after = ping_head(&garbage);
    if (head_after < head || head_after - head > garbage.denied) {
        fprintf(stderr, "garbage: the log grew from %llu to %llu\n", (unsigned long long)head,
                (unsigned long long)head_after);
        good = false;
    }
    zmq_ctx_term(garbage.context);
    return good ? 0 : 1;
}
