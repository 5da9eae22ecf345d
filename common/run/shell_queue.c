/* shell_queue: frames that came and are not yet in a step. All that the socket has is taken at
 * once, so that followers and those who look after the service need not wait behind commands, and
 * so that the service knows how long its callers wait: the library does not say what it still
 * holds.
 *
 * Bounded in frames and bytes. What does not fit stays with the library, which holds
 * BUS_SERVER_RECEIVE_MESSAGES of one peer, and then in the peer's own socket. */

#include <stdlib.h>

#include "common/base/check.h"
#include "common/run/shell_parts.h"
#include "common/wire/peek.h"

enum {
    /* Wishes that every service knows, by their field numbers in Request. */
    QUEUE_WISH_FIRST = PAIDAN__REQUEST__WISH_PING,
    QUEUE_WISH_COMMON_LAST = PAIDAN__REQUEST__WISH_METRICS,
};

enum rc shell_queue_init(struct shell_queue *queue)
{
    *queue = (struct shell_queue){.frames = calloc(SHELL_QUEUE_FRAMES_MAX, sizeof *queue->frames)};
    return queue->frames != NULL ? RC_OK : RC_LIMIT;
}

void shell_queue_fini(struct shell_queue *queue)
{
    struct bus_message message;
    while (shell_queue_take(queue, &message)) {
        bus_message_free(&message);
    }
    free(queue->frames);
    queue->frames = NULL;
}

static bool queue_has_room(const struct shell_queue *queue)
{
    return queue->count < SHELL_QUEUE_FRAMES_MAX && queue->bytes < SHELL_QUEUE_BYTES_MAX;
}

static void queue_add(struct shell_queue *queue, struct bus_message *message, uint64_t now_us)
{
    CHECK(queue->count < SHELL_QUEUE_FRAMES_MAX);
    struct shell_frame *frame =
        &queue->frames[(queue->first + queue->count) % SHELL_QUEUE_FRAMES_MAX];
    queue->count++;
    queue->bytes += message->size;
    frame->at_us = now_us;
    bus_message_move(&frame->message, message);
}

bool shell_queue_take(struct shell_queue *queue, struct bus_message *message)
{
    if (queue->count == 0) {
        return false;
    }
    struct shell_frame *frame = &queue->frames[queue->first];
    queue->first = (queue->first + 1) % SHELL_QUEUE_FRAMES_MAX;
    queue->count--;
    queue->bytes -= frame->message.size;
    bus_message_move(message, &frame->message);
    return true;
}

uint64_t shell_queue_age_us(const struct shell_queue *queue, uint64_t now_us)
{
    if (queue->count == 0) {
        return 0;
    }
    const uint64_t at_us = queue->frames[queue->first].at_us;
    return now_us > at_us ? now_us - at_us : 0;
}

/* One that needs no turn: Ping, Fetch, Stats, Metrics. */
static bool wish_common(const struct bus_message *message)
{
    struct peek_member wish;
    return peek_member(message->bytes, message->size, QUEUE_WISH_FIRST, &wish) &&
           wish.field <= QUEUE_WISH_COMMON_LAST;
}

void shell_queue_receive(struct shell *shell, uint64_t until_us)
{
    struct bus_message message;
    uint64_t now_us = clock_monotonic_us();
    while (shell->fault == RC_OK && queue_has_room(&shell->queue) && now_us < until_us) {
        const enum rc rc = bus_receive(shell->server, &message);
        if (rc == RC_AGAIN) {
            return;
        }
        if (rc == RC_OK) {
            if (wish_common(&message)) {
                shell_serve_frame(shell, &message);
                bus_message_free(&message);
            } else {
                queue_add(&shell->queue, &message, now_us);
            }
        } else if (rc == RC_INVALID) {
            shell->counts.dropped++;
        } else {
            shell->fault = rc;
        }
        now_us = clock_monotonic_us();
    }
}
