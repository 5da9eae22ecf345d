/* message_fuzz: what arrives on a socket. The first byte chooses the message (Request, Answer,
 * Event), the rest is its frame. What passes the one validator must survive packing and unpacking
 * unchanged; nothing may crash, whatever it is. */

#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/bus/client.h"
#include "common/wire/peek.h"
#include "common/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum { MESSAGE_KINDS = 3 };
static const ProtobufCMessageDescriptor *const descriptors[MESSAGE_KINDS] = {
    &paidan__request__descriptor, &paidan__answer__descriptor, &paidan__event__descriptor};

static void round_trip(struct arena *arena, const ProtobufCMessage *message)
{
    unsigned char *first = NULL;
    unsigned char *second = NULL;
    size_t first_size = 0;
    size_t second_size = 0;
    ProtobufCMessage *again = NULL;
    struct wire_error error;
    enum rc rc = wire_check(message, &error);
    CHECK(rc == RC_OK); /* unpacked means checked */
    rc = wire_pack(arena, message, &first, &first_size);
    CHECK(rc == RC_OK);
    rc = wire_unpack(arena, message->descriptor, first, first_size, &again, &error);
    CHECK(rc == RC_OK);
    rc = wire_pack(arena, again, &second, &second_size);
    CHECK(rc == RC_OK);
    CHECK(first_size == second_size);
    CHECK(memcmp(first, second, first_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct arena arena;
    struct wire_error error;
    ProtobufCMessage *message = NULL;
    uint64_t number = 0;
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, STEP_ARENA_BYTES);
        CHECK(rc == RC_OK);
    }
    if (bytes == 0 || bytes > FRAME_BYTES_MAX) {
        return 0;
    }
    const ProtobufCMessageDescriptor *descriptor = descriptors[data[0] % MESSAGE_KINDS];
    for (uint32_t field = 1; field <= 5; field++) {
        (void)peek_number(data + 1, bytes - 1, field, &number);
    }
    arena_reset(&arena);
    if (wire_unpack(&arena, descriptor, data + 1, bytes - 1, &message, &error) == RC_OK) {
        round_trip(&arena, message);
        if (descriptor == &paidan__request__descriptor) {
            (void)client_wait_ms((const Paidan__Request *)(const void *)message);
        }
    }
    return 0;
}
