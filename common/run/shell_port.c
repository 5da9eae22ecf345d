/* shell_port: descriptors of the service's own beside the sockets, and their questions.
 *
 * A question of a port goes the way of any other: packed, through the queue, into a step or to
 * query, and its answer leaves through shell_reply_send. So it is stored, parked, refused and
 * counted as those from outside are; only its peer is none of the bus (bus_peer.inner), and holds
 * the port's index and the token. What is committed a port may read for itself, in a view that ends
 * before its function returns: a reader that stayed would keep the store's old pages. A wish
 * that a port answers itself goes through the engine all the same, which judges it and fits the
 * answer: there is one door. Owns the gates. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/run/shell_parts.h"
#include "common/wire/wire.h"

enum { PORT_PEER_BYTES = 9 }; /* index, token big-endian */
/* An answer unpacked; as much as any frame may take. */
#define PORT_ARENA_BYTES (16u * FRAME_BYTES_MAX)

/* ---- opening ----------------------------------------------------------------------------------
 */

/* The gate is complete before the port sees it: a port may ask a question while it opens, which is
 * queued until the first step. */
static enum rc gate_open(struct shell *shell, const struct shell_port *port)
{
    CHECK(shell->gate_count < SHELL_PORTS_MAX);
    struct shell_gate *gate = &shell->gates[shell->gate_count];
    *gate = (struct shell_gate){.shell = shell, .port = port, .index = shell->gate_count};
    enum rc rc = arena_init(&gate->arena, PORT_ARENA_BYTES);
    if (rc != RC_OK) {
        return rc;
    }
    rc = arena_init(&gate->view_arena, PORT_ARENA_BYTES);
    if (rc == RC_OK) {
        rc = port->open(gate, shell->settings.data_dir, &gate->context);
        CHECK(!gate->viewing);
    }
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "shell", "port=%s why=%s", port->name, rc_name(rc));
        arena_fini(&gate->view_arena);
        arena_fini(&gate->arena);
        return rc;
    }
    shell->gate_count++;
    return RC_OK;
}

enum rc shell_port_open_all(struct shell *shell)
{
    enum rc rc = RC_OK;
    const struct shell_port *const *port = shell->service->ports;
    for (; port != NULL && *port != NULL && rc == RC_OK; port++) {
        rc = gate_open(shell, *port);
    }
    return rc;
}

/* In reverse, for a later port may lean on an earlier one. */
void shell_port_close_all(struct shell *shell)
{
    while (shell->gate_count > 0) {
        struct shell_gate *gate = &shell->gates[--shell->gate_count];
        gate->port->close(gate->context);
        arena_fini(&gate->view_arena);
        arena_fini(&gate->arena);
    }
}

/* ---- waiting ----------------------------------------------------------------------------------
 */

/* Asked each round rather than told of changes: a port has nothing to forget then, and four calls a
 * round cost nothing beside a poll. */
uint64_t shell_port_wait(struct shell *shell, uint64_t until_us)
{
    for (unsigned index = 0; index < shell->gate_count; index++) {
        struct shell_gate *gate = &shell->gates[index];
        gate->wait = (struct shell_port_wait){.fd = -1, .until_us = UINT64_MAX};
        gate->port->wait(gate->context, &gate->wait);
        CHECK(!gate->viewing);
        CHECK(gate->wait.fd >= 0 || (!gate->wait.read && !gate->wait.write));
        until_us = gate->wait.until_us < until_us ? gate->wait.until_us : until_us;
    }
    return until_us;
}

/* Late by as much as a step takes: a port that needs better time brings a thread and an eventfd. */
void shell_port_work(struct shell_gate *gate, const struct bus_item *item)
{
    const bool readable = item != NULL && item->readable;
    const bool writable = item != NULL && item->writable;
    if (readable || writable || gate->wait.until_us <= clock_monotonic_us()) {
        gate->port->work(gate->context, readable, writable);
        CHECK(!gate->viewing);
    }
}

/* ---- looking ----------------------------------------------------------------------------------
 */

const struct site *shell_gate_site(const struct shell_gate *gate)
{
    CHECK(gate->shell->site != NULL);
    return gate->shell->site;
}

uint64_t shell_gate_now_ms(const struct shell_gate *gate)
{
    return shell_clock_now_ms(gate->shell);
}

uint64_t shell_gate_head(const struct shell_gate *gate)
{
    return step_engine_head(gate->shell->engine);
}

uint64_t shell_gate_until_us(const struct shell_gate *gate, uint64_t at_ms)
{
    return clock_monotonic_us() + shell_clock_wait_us(gate->shell, at_ms);
}

uint64_t shell_gate_at_ms(const struct shell_gate *gate, uint64_t until_us)
{
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t left_us = until_us > now_us ? until_us - now_us : 0;
    return shell_clock_now_ms(gate->shell) + shell_clock_span_ms(gate->shell, left_us);
}

enum rc shell_gate_view_begin(struct shell_gate *gate, struct step_view *view)
{
    CHECK(!gate->viewing);
    const enum rc rc = step_engine_view(gate->shell->engine, shell_clock_now_ms(gate->shell),
                                        &gate->view_arena, view);
    gate->viewing = rc == RC_OK;
    return rc;
}

void shell_gate_view_end(struct shell_gate *gate, struct step_view *view)
{
    CHECK(gate->viewing);
    CHECK(view->arena == &gate->view_arena);
    step_engine_view_end(view);
    arena_reset(&gate->view_arena);
    gate->viewing = false;
}

const char *shell_gate_service(const struct shell_gate *gate)
{
    return gate->shell->service->step->name;
}

/* ---- answering --------------------------------------------------------------------------------
 */

/* The first that knows it; NULL: none does. */
static struct shell_gate *gate_for(struct shell *shell, const Paidan__Request *request)
{
    CHECK(shell->gate_count <= SHELL_PORTS_MAX);
    for (unsigned index = 0; index < shell->gate_count; index++) {
        struct shell_gate *const gate = &shell->gates[index];
        if (gate->port->knows != NULL && gate->port->knows(gate->context, request)) {
            return gate;
        }
    }
    return NULL;
}

bool shell_port_knows(void *context, const Paidan__Request *request)
{
    return gate_for(context, request) != NULL;
}

enum rc shell_port_query(void *context, struct step_view *view, const Paidan__Request *request,
                         Paidan__Answer *answer)
{
    struct shell_gate *const gate = gate_for(context, request);
    CHECK(gate != NULL);
    CHECK(!gate->viewing); /* the engine's view is open, and a thread has one reader */
    return gate->port->query(gate->context, view, request, answer);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

/* The flag makes it a peer, not the bytes: an id of these bytes may come over the network. */
static struct bus_peer inner_peer(const struct shell_gate *gate, uint64_t token)
{
    struct bus_peer peer = {
        .bytes = PORT_PEER_BYTES, .inner = true, .uid = BUS_UID_NONE, .gid = BUS_UID_NONE};
    peer.id[0] = (unsigned char)gate->index;
    for (unsigned index = 0; index < 8; index++) {
        peer.id[1 + index] = (unsigned char)(token >> (56 - 8 * index));
    }
    return peer;
}

/* RC_OK or RC_LIMIT. */
static enum rc question_pack(const Paidan__Request *request, const struct bus_peer *peer,
                             struct bus_message *message)
{
    const size_t size = paidan__request__get_packed_size(request);
    if (size > FRAME_BYTES_MAX) {
        return RC_LIMIT;
    }
    unsigned char *bytes = malloc(size);
    if (bytes == NULL) {
        return RC_LIMIT;
    }
    const size_t packed = paidan__request__pack(request, bytes);
    CHECK(packed == size);
    const enum rc rc = bus_message_make(message, peer, bytes, size);
    free(bytes);
    return rc;
}

/* Room is judged as for frames from outside, so that a port cannot push callers aside. */
enum rc shell_port_ask(struct shell_gate *gate, const Paidan__Request *request, uint64_t token)
{
    unsigned char id[REQUEST_ID_BYTES];
    CHECK(gate->port != NULL);
    struct bus_message message;
    struct shell *shell = gate->shell;
    if (!shell_queue_has_room(&shell->queue)) {
        return RC_AGAIN;
    }
    Paidan__Request whole = *request;
    whole.protocol = SHELL_PROTOCOL;
    whole.correlation = token;
    if (!whole.has_request_id) {
        client_request_id(id);
        whole.has_request_id = 1;
        whole.request_id = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    }
    const struct bus_peer peer = inner_peer(gate, token);
    const enum rc rc = question_pack(&whole, &peer, &message);
    if (rc == RC_OK) {
        shell_queue_add(&shell->queue, &message, clock_monotonic_us());
    }
    return rc;
}

/* The engine's arena is not used: it holds the rest of the step, and this answer may be large. */
void shell_port_answer(struct shell *shell, const struct bus_peer *peer, const void *bytes,
                       size_t size)
{
    uint64_t token = 0;
    struct wire_error error;
    ProtobufCMessage *unpacked = NULL;
    CHECK(peer->inner);
    CHECK(peer->bytes == PORT_PEER_BYTES);
    CHECK(peer->id[0] < shell->gate_count);
    CHECK(size > 0);
    struct shell_gate *gate = &shell->gates[peer->id[0]];
    for (unsigned index = 0; index < 8; index++) {
        token = token << 8 | peer->id[1 + index];
    }
    Paidan__Answer refusal = PAIDAN__ANSWER__INIT;
    refusal.code = PAIDAN__CODE__FRAME_TOO_LARGE;
    refusal.correlation = token;
    /* Our own answer: only a full arena can fail it. */
    const enum rc rc =
        wire_unpack(&gate->arena, &paidan__answer__descriptor, bytes, size, &unpacked, &error);
    gate->port->answered(gate->context, token,
                         rc == RC_OK ? (const Paidan__Answer *)(const void *)unpacked : &refusal);
    CHECK(!gate->viewing);
    arena_reset(&gate->arena);
}
