/* shell_serve: one frame in is one answer out, at once or after the commit. Frames that are not
 * what they must be are answered with a code as far as their sender's correlation can be read.
 *
 * Owns nothing. What must stay true: every frame that can be answered is answered exactly once, here
 * or by the step it is put into; a query is answered at once from what is committed, so it never
 * shows what a step has not stored yet. Nothing from outside is trusted before wire_unpack. */

#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/client.h"
#include "common/run/shell_parts.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

enum {
    /* Field numbers of Request that are read without unpacking. */
    SHELL_REQUEST_PROTOCOL = 1,
    SHELL_REQUEST_CORRELATION = 2,
    /* Wishes that every service knows. */
    SERVE_WISH_FIRST = PAIDAN__REQUEST__WISH_PING,
    SERVE_WISH_COMMON_LAST = PAIDAN__REQUEST__WISH_METRICS,
};

/* ---- frames -----------------------------------------------------------------------------------
 */

/* At once, from what is committed, between two steps: no turn is waited for but that of the frame. */
static void serve_query(struct shell *shell, const struct bus_peer *peer,
                        const Paidan__Request *request)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    const unsigned char *bytes = NULL;
    size_t size = 0;
    struct step_peer asker;
    shell->counts.queries++;
    const enum rc rc = step_engine_query(shell->engine, shell_batch_peer(peer, &asker), request,
                                         shell_clock_now_ms(shell), &bytes, &size);
    if (rc == RC_OK) {
        shell_reply_send(shell, peer, bytes, size);
    } else {
        shell_reply_failed(shell, peer, request->correlation, rc);
    }
    arena->used = mark;
}

/* Keeps a command that may have to wait: packed again, for the frame it came in may be padded with
 * fields that nobody here knows, and thousands wait. */
static enum rc origin_keep(struct shell_origin *origin, const Paidan__Request *request)
{
    const uint64_t wait_ms = client_wait_ms(request);
    if (wait_ms == 0) {
        return RC_OK;
    }
    origin->raw_size = paidan__request__get_packed_size(request);
    origin->raw = malloc(origin->raw_size);
    if (origin->raw == NULL) {
        return RC_LIMIT;
    }
    const size_t packed = paidan__request__pack(request, origin->raw);
    CHECK(packed == origin->raw_size);
    origin->until_us =
        clock_monotonic_us() + (wait_ms < PULL_WAIT_MS_MAX ? wait_ms : PULL_WAIT_MS_MAX) * 1000u;
    return RC_OK;
}

/* Without a request id a command could not be repeated safely, so it is not begun. While there is no
 * space nobody is kept waiting for a step that would tell them the same. */
static void serve_command(struct shell *shell, const struct bus_message *message,
                          const Paidan__Request *request)
{
    if (!request->has_request_id || request->request_id.len != REQUEST_ID_BYTES) {
        shell_reply_refuse(shell, &message->peer, request->correlation,
                           PAIDAN__CODE__REQUEST_ID_MISSING, NULL, 0);
        return;
    }
    if (shell->full && clock_monotonic_us() < shell->probe_us) {
        shell_reply_refuse(shell, &message->peer, request->correlation, PAIDAN__CODE__STORAGE_FULL,
                           NULL, SHELL_FULL_RETRY_MS);
        return;
    }
    CHECK(shell_batch_has_room(shell));
    struct step_input *input =
        shell_batch_add(shell, SHELL_FROM_CALLER, 0, shell_batch_items(request), message->size);
    struct shell_origin *origin = &shell->origins[shell->count - 1];
    input->kind = STEP_COMMAND;
    input->request = request;
    origin->peer = message->peer;
    if (origin_keep(origin, request) == RC_OK && origin->raw != NULL) {
        input->park_until_ms = shell_wait_until_ms(shell, origin->until_us);
    }
}

/* What the shell answers by itself: the engine, which asks for all else, does not see it. */
static void serve_tell(struct shell *shell, const struct bus_peer *peer,
                       const Paidan__Request *request)
{
    struct step_peer asker;
    const Paidan__Code code = step_authorise(shell->engine, shell_batch_peer(peer, &asker), request,
                                             shell_clock_now_ms(shell));
    if (code != PAIDAN__CODE__OK) {
        shell_reply_refuse(shell, peer, request->correlation, code, NULL, 0);
    } else if (request->wish_case == PAIDAN__REQUEST__WISH_PING) {
        shell_tell_ping(shell, peer, request->correlation);
    } else {
        shell_tell_metrics(shell, peer, request->correlation);
    }
}

/* Ping, Metrics and Fetch are served whatever the service knows; the rest is the service's to sort
 * into what changes something and what does not. */
static void serve_request(struct shell *shell, const struct bus_message *message,
                          const Paidan__Request *request)
{
    const struct step_service *service = shell->service->step;
    const struct bus_peer *peer = &message->peer;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_PING:
    case PAIDAN__REQUEST__WISH_METRICS:
        serve_tell(shell, peer, request);
        return;
    case PAIDAN__REQUEST__WISH_FETCH:
        shell_wait_fetch(shell, peer, request);
        return;
    case PAIDAN__REQUEST__WISH_STATS:
        serve_query(shell, peer, request);
        return;
    default:
        break;
    }
    const bool some = request->wish_case != PAIDAN__REQUEST__WISH__NOT_SET;
    const bool by_port = some && shell_port_knows(shell, request);
    if (!by_port && (!some || !service->knows(request))) {
        shell_reply_refuse(shell, peer, request->correlation, PAIDAN__CODE__WISH_UNSUPPORTED,
                           service->name, 0);
    } else if (!by_port && service->changes(request)) {
        serve_command(shell, message, request);
    } else {
        serve_query(shell, peer, request);
    }
}

/* What can be said before unpacking. True: the frame is dealt with. */
static bool frame_refuse(struct shell *shell, const struct bus_message *message,
                         uint64_t correlation)
{
    uint64_t protocol = 0;
    if (message->size > FRAME_BYTES_MAX) {
        shell->counts.invalid++;
        shell_reply_refuse(shell, &message->peer, correlation, PAIDAN__CODE__FRAME_TOO_LARGE, NULL,
                           0);
        return true;
    }
    /* Another protocol may mean other fields by the same numbers: look at nothing else. */
    if (peek_number(message->bytes, message->size, SHELL_REQUEST_PROTOCOL, &protocol) &&
        protocol != SHELL_PROTOCOL) {
        shell->counts.invalid++;
        shell_reply_refuse(shell, &message->peer, correlation, PAIDAN__CODE__PROTOCOL_UNSUPPORTED,
                           NULL, 0);
        return true;
    }
    return false;
}

/* A frame that leads to no input leaves nothing in the arena, so that any number of questions fit
 * between two steps. */
void shell_serve_frame(struct shell *shell, const struct bus_message *message)
{
    struct arena *arena = step_engine_arena(shell->engine);
    const size_t mark = arena->used;
    const size_t count = shell->count;
    uint64_t correlation = 0;
    (void)peek_number(message->bytes, message->size, SHELL_REQUEST_CORRELATION, &correlation);
    if (frame_refuse(shell, message, correlation)) {
        return;
    }
    ProtobufCMessage *unpacked = NULL;
    struct wire_error error = {.code = PAIDAN__CODE__FRAME_INVALID};
    if (wire_unpack(arena, &paidan__request__descriptor, message->bytes, message->size, &unpacked,
                    &error) != RC_OK) {
        shell->counts.invalid++;
        shell_reply_refuse(shell, &message->peer, correlation, error.code, error.field, 0);
    } else {
        serve_request(shell, message, (const Paidan__Request *)(const void *)unpacked);
    }
    if (shell->count == count) {
        arena->used = mark; /* answered already: nothing of it is needed */
    }
}

/* One that needs no turn: Ping, Fetch, Stats, Metrics. */
static bool wish_common(const struct bus_message *message)
{
    struct peek_member wish;
    return peek_member(message->bytes, message->size, SERVE_WISH_FIRST, &wish) &&
           wish.field <= SERVE_WISH_COMMON_LAST;
}

/* Time is read once a frame: it is the age by which overload is judged. */
void shell_serve_receive(struct shell *shell, uint64_t until_us)
{
    struct bus_message message;
    uint64_t now_us = clock_monotonic_us();
    while (shell->fault == RC_OK && shell_queue_has_room(&shell->queue) && now_us < until_us) {
        const enum rc rc = bus_receive(shell->server, &message);
        if (rc == RC_AGAIN) {
            return;
        }
        if (rc == RC_OK) {
            if (wish_common(&message)) {
                shell_serve_frame(shell, &message);
                bus_message_free(&message);
            } else {
                shell_queue_add(&shell->queue, &message, now_us);
            }
        } else if (rc == RC_INVALID) {
            shell->counts.dropped++;
        } else {
            shell->fault = rc;
        }
        now_us = clock_monotonic_us();
    }
}

/* Bounded by time as well (SHELL_GATHER_US): unpacking large frames must not delay the commit that the
 * first of them waits for. */
void shell_serve_gather(struct shell *shell)
{
    const uint64_t until_us = clock_monotonic_us() + SHELL_GATHER_US;
    struct bus_message message;
    shell_serve_receive(shell, until_us);
    while (shell->fault == RC_OK && shell_batch_has_room(shell)) {
        if (shell->queue.count == 0) {
            shell_serve_receive(shell, until_us); /* what came meanwhile shares the commit */
        }
        if (!shell_queue_take(&shell->queue, &message)) {
            return;
        }
        shell_serve_frame(shell, &message);
        bus_message_free(&message);
        if (clock_monotonic_us() >= until_us) {
            return;
        }
    }
}

/* ---- outcomes ---------------------------------------------------------------------------------
 */

/* Too many wait: told with a time, so that they do not all come back at once. */
static void outcome_park(struct shell *shell, size_t index)
{
    if (!shell_wait_park(shell, index)) {
        shell_reply_refuse(shell, &shell->origins[index].peer,
                           shell->inputs[index].request->correlation,
                           PAIDAN__CODE__TOO_MANY_WAITERS, NULL, 1000);
    }
}

/* A waiter that was answered waits no longer; what was kept to wait with is not needed. */
static void origin_forget(struct shell *shell, size_t index)
{
    struct shell_origin *origin = &shell->origins[index];
    if (origin->kind == SHELL_FROM_WAITER) {
        shell_wait_remove(shell, origin->index);
    }
    free(origin->raw);
    origin->raw = NULL;
}

/* In the order of the inputs, so that a caller with two questions hears of them in that order. */
void shell_serve_outcomes(struct shell *shell)
{
    for (size_t index = 0; index < shell->count; index++) {
        const struct step_outcome *outcome = &shell->outcomes[index];
        if (shell->origins[index].kind == SHELL_FROM_LOG) {
            shell->counts.records++;
            continue;
        }
        shell->counts.commands++;
        if (outcome->result == STEP_PARKED) {
            outcome_park(shell, index);
            free(shell->origins[index].raw);
            shell->origins[index].raw = NULL;
            continue;
        }
        CHECK(outcome->answer != NULL);
        CHECK(outcome->result == STEP_ANSWERED);
        shell_reply_send(shell, &shell->origins[index].peer, outcome->answer,
                         outcome->answer_bytes);
        origin_forget(shell, index);
    }
}

/* Waiters are told as well: what they wait for cannot come while nothing is stored. */
void shell_serve_full(struct shell *shell)
{
    for (size_t index = 0; index < shell->count; index++) {
        if (shell->origins[index].kind == SHELL_FROM_LOG) {
            continue;
        }
        shell_reply_refuse(shell, &shell->origins[index].peer,
                           shell->inputs[index].request->correlation, PAIDAN__CODE__STORAGE_FULL,
                           NULL, SHELL_FULL_RETRY_MS);
        origin_forget(shell, index);
    }
}
