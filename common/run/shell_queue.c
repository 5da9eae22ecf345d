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

/* The ring is reserved as a whole at start: a service under load must not fail for want of memory. */
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

/* Bytes are judged before the frame comes, so the bound may be passed by one frame. */
bool shell_queue_has_room(const struct shell_queue *queue)
{
    return queue->count < SHELL_QUEUE_FRAMES_MAX && queue->bytes < SHELL_QUEUE_BYTES_MAX;
}

/* Only at the end: nobody overtakes. What needs no turn never comes here (shell_serve_receive). */
void shell_queue_add(struct shell_queue *queue, struct bus_message *message, uint64_t now_us)
{
    CHECK(shell_queue_has_room(queue));
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
    CHECK(queue->bytes >= queue->frames[queue->first].message.size);
    struct shell_frame *frame = &queue->frames[queue->first];
    queue->first = (queue->first + 1) % SHELL_QUEUE_FRAMES_MAX;
    queue->count--;
    queue->bytes -= frame->message.size;
    bus_message_move(message, &frame->message);
    return true;
}

/* The first is the oldest, whoever sent it. now_us may be older than the frame: it was read before. */
uint64_t shell_queue_age_us(const struct shell_queue *queue, uint64_t now_us)
{
    if (queue->count == 0) {
        return 0;
    }
    const uint64_t at_us = queue->frames[queue->first].at_us;
    return now_us > at_us ? now_us - at_us : 0;
}
