/* json_fuzz: JSON that a caller gives, to a wish (first byte even) or a fact (odd).
 *
 * Laws: what is taken passes the validator, packs, and says the same when it is written as JSON and
 * read again; what is refused says where. */

#include <stdint.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static struct arena arena;

static void read_twice(const json_t *json, const ProtobufCMessageDescriptor *descriptor)
{
    static const struct say say = {.language = SAY_CHINESE};
    ProtobufCMessage *message = NULL, *again = NULL;
    unsigned char *first = NULL, *second = NULL;
    size_t first_size = 0, second_size = 0;
    struct wire_error error = {.code = PAIDAN__CODE__OK};
    enum rc rc = say_json_read(&say, json, &arena, descriptor, &message, &error);
    if (rc != RC_OK) {
        CHECK(rc == RC_LIMIT || error.code != PAIDAN__CODE__OK);
        CHECK(strlen(error.field) < sizeof error.field);
        CHECK(message == NULL);
        return;
    }
    rc = wire_pack_checked(&arena, message, &first, &first_size, &error);
    CHECK(rc == RC_OK);
    json_t *written = say_json_message(&say, message, true);
    CHECK(written != NULL);
    rc = say_json_read(&say, written, &arena, descriptor, &again, &error);
    CHECK(rc == RC_OK);
    json_decref(written);
    rc = wire_pack(&arena, again, &second, &second_size);
    CHECK(rc == RC_OK);
    CHECK(first_size == second_size);
    CHECK(memcmp(first, second, first_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, 16u << 20);
        CHECK(rc == RC_OK);
    }
    if (bytes < 2) {
        return 0;
    }
    json_t *json = json_loadb((const char *)data + 1, bytes - 1, JSON_ALLOW_NUL, NULL);
    if (json != NULL) {
        arena_reset(&arena);
        read_twice(json,
                   data[0] % 2 == 0 ? &paidan__request__descriptor : &paidan__event__descriptor);
        json_decref(json);
    }
    return 0;
}
