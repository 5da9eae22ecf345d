/* stored: see the header. Owns nothing but the scratch folder of the test. */

#include "stored.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/codec.h"

enum { HEX_BYTES = 40, CRC_BYTES = 4, RECORD_BYTES_MAX = 8192 };

void stored_open(struct stored *stored, const struct step_service *service)
{
    scratch_make(&stored->scratch);
    const struct store_options options = {.path = stored->scratch.path,
                                          .map_bytes = 16u << 20,
                                          .service = service->name,
                                          .tables = service->tables};
    assert_int_equal(store_open(&stored->store, &options), RC_OK);
    assert_int_equal(store_begin(stored->store, true, &stored->txn), RC_OK);
    trace_init(&stored->trace, 0);
}

void stored_close(struct stored *stored, const char *golden)
{
    store_abort(stored->txn);
    store_close(stored->store);
    scratch_remove(&stored->scratch);
    const bool equal = golden == NULL || trace_golden(&stored->trace, golden);
    trace_fini(&stored->trace);
    assert_true(equal);
}

static void say_hex(struct trace *trace, const char *what, const unsigned char *bytes, size_t size)
{
    for (size_t at = 0; at < size; at += HEX_BYTES) {
        char line[2 * HEX_BYTES + 1] = "";
        for (size_t index = at; index < size && index < at + HEX_BYTES; index++) {
            (void)snprintf(line + 2 * (index - at), 3, "%02x", bytes[index]);
        }
        trace_say(trace, "%-6s%s", at == 0 ? what : "", line);
    }
}

void stored_say(struct stored *stored, unsigned table, const char *name)
{
    trace_say(&stored->trace, "%s", name);
    struct store_walk walk;
    enum rc rc = store_walk_open(stored->txn, table, NULL, 0, &walk);
    for (; rc == RC_OK; rc = store_walk_next(&walk)) {
        say_hex(&stored->trace, "  key", walk.key, walk.key_bytes);
        say_hex(&stored->trace, "     =", walk.value, walk.value_bytes);
    }
    assert_int_equal(rc, RC_NOT_FOUND);
    store_walk_close(&walk);
}

size_t stored_fields(struct stored *stored, unsigned table, unsigned char *bytes, size_t size)
{
    struct store_walk walk;
    assert_int_equal(store_walk_open(stored->txn, table, NULL, 0, &walk), RC_OK);
    const size_t count = walk.value_bytes - 1 - CRC_BYTES;
    assert_true(count <= size);
    memcpy(bytes, walk.value + 1, count);
    store_walk_close(&walk);
    return count;
}

void stored_put(struct stored *stored, unsigned table, unsigned version, const unsigned char *bytes,
                size_t size)
{
    unsigned char key[8], value[RECORD_BYTES_MAX];
    struct codec_writer writer;
    codec_writer_init(&writer, key, sizeof key);
    codec_put_u64(&writer, STORED_ID);
    codec_writer_init(&writer, value, sizeof value);
    codec_seal_begin(&writer, (uint8_t)version);
    codec_put_bytes(&writer, bytes, size);
    codec_seal_end(&writer);
    assert_false(writer.failed);
    assert_int_equal(store_put(stored->txn, table, key, sizeof key, value, writer.used), RC_OK);
}
