/* hotline_envelope: what a platform above sends, and what an exchange says of a call: the first byte says which.
 * Whatever it is, it is refused by the name of a member, or is a message that is packed and read again as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/wire/wire.h"
#include "port_hotline_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One heap block of exactly its size: a step too far is seen by the sanitizer. */
static char *copy_of(const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size == 0 ? 1 : size);
    CHECK(copy != NULL);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

static void check_envelope(struct arena *arena, const Paidan__HotlineEnvelope *envelope)
{
    unsigned char *packed = NULL;
    size_t bytes = 0;
    CHECK(envelope->kind >= PAIDAN__HOTLINE_KIND__HOTLINE_DISPATCH);
    CHECK(envelope->kind <= PAIDAN__HOTLINE_KIND__HOTLINE_RATING);
    CHECK(envelope->seq > 0);
    CHECK(envelope->at_ms > 0);
    CHECK(envelope->id[0] != '\0');
    CHECK(envelope->n_attachments <= ATTACHMENTS_MAX);
    Paidan__HotlineEnvelope whole = *envelope;
    whole.peer = "city";
    const enum rc rc = wire_pack(arena, &whole.base, &packed, &bytes);
    CHECK(rc == RC_OK || rc == RC_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    const char *field = NULL;
    if (size == 0) {
        return 0;
    }
    char *const bytes = copy_of(data + 1, size - 1);
    CHECK(arena_init(&arena, 1 << 20) == RC_OK);
    if (data[0] == 'c') {
        Paidan__HotlineCalled *called = NULL;
        const enum rc rc = port_hotline_json_call(&arena, bytes, size - 1, &called, &field);
        CHECK(rc == RC_OK || field != NULL || rc == RC_LIMIT);
        CHECK(rc != RC_OK || called->n_users <= CALL_USERS_MAX);
    } else {
        Paidan__HotlineEnvelope *envelope = NULL;
        const enum rc rc =
            port_hotline_json_read(&arena, bytes, size - 1, "city", &envelope, &field);
        CHECK(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
        if (rc == RC_OK) {
            check_envelope(&arena, envelope);
        }
    }
    arena_fini(&arena);
    free(bytes);
    return 0;
}
