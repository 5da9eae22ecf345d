/* block_fuzz: a block of records as a follower gets it. Blocks carry checksums and a hash that a
 * fuzzer cannot guess, so the second form of input (first byte odd) is repaired before it is
 * opened: its hash and checksums are made to fit, and the lengths alone are up to the fuzzer. */

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/limits.h"
#include "common/store/evlog.h"
#include "common/wire/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

enum {
    BLOCK_CRC_BYTES = 4,
    BLOCK_SUM_AT = EVLOG_BLOCK_HEADER_BYTES - BLOCK_CRC_BYTES, /* checksum of the header: its end */
    BLOCK_HASH_AT = BLOCK_SUM_AT - EVLOG_HASH_BYTES,           /* own hash: before it */
};

static uint32_t number_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void number_put(unsigned char *bytes, uint32_t value)
{
    for (unsigned index = 0; index < BLOCK_CRC_BYTES; index++) {
        bytes[index] = (unsigned char)(value >> (24 - 8 * index));
    }
}

/* Makes the checksum of each record fit, as far as their lengths lead. */
static void records_repair(unsigned char *block, size_t bytes)
{
    size_t at = EVLOG_BLOCK_HEADER_BYTES;
    while (bytes - at >= EVLOG_RECORD_HEADER_BYTES) {
        const size_t payload = number_at(block + at + BLOCK_CRC_BYTES);
        if (payload > bytes - at - EVLOG_RECORD_HEADER_BYTES) {
            return;
        }
        const size_t size = EVLOG_RECORD_HEADER_BYTES + payload;
        const uint32_t crc = codec_crc(block + at + BLOCK_CRC_BYTES, size - BLOCK_CRC_BYTES);
        number_put(block + at, crc);
        at += size;
    }
}

static void block_repair(unsigned char *block, size_t bytes)
{
    crypto_generichash_state state;
    if (bytes < EVLOG_BLOCK_HEADER_BYTES) {
        return;
    }
    records_repair(block, bytes);
    (void)crypto_generichash_init(&state, NULL, 0, EVLOG_HASH_BYTES);
    (void)crypto_generichash_update(&state, block, BLOCK_HASH_AT);
    (void)crypto_generichash_update(&state, block + EVLOG_BLOCK_HEADER_BYTES,
                                    bytes - EVLOG_BLOCK_HEADER_BYTES);
    (void)crypto_generichash_final(&state, block + BLOCK_HASH_AT, EVLOG_HASH_BYTES);
    number_put(block + BLOCK_SUM_AT, codec_crc(block, BLOCK_SUM_AT));
}

static void block_walk(struct arena *arena, const unsigned char *bytes, size_t size)
{
    struct evlog_block block;
    struct evlog_record record;
    struct wire_error error;
    ProtobufCMessage *event = NULL;
    if (evlog_block_open(&block, bytes, size) != RC_OK) {
        return;
    }
    uint64_t seq = block.first_seq;
    unsigned count = 0;
    while (evlog_block_next(&block, &record) == RC_OK) {
        CHECK(record.seq == seq);
        CHECK(record.payload >= bytes);
        CHECK(record.payload + record.bytes <= bytes + size);
        if (record.kind == EVLOG_EVENT) {
            const enum rc rc = wire_unpack(arena, &paidan__event__descriptor, record.payload,
                                           record.bytes, &event, &error);
            CHECK(rc == RC_OK || rc == RC_INVALID);
        }
        seq++;
        count++;
    }
    CHECK(count == block.count); /* opened means whole */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct arena arena;
    if (arena.base == NULL) {
        const enum rc rc = arena_init(&arena, STEP_ARENA_BYTES);
        CHECK(rc == RC_OK);
    }
    if (bytes == 0 || bytes > FRAME_BYTES_MAX) {
        return 0;
    }
    unsigned char *copy = malloc(bytes);
    CHECK(copy != NULL);
    memcpy(copy, data + 1, bytes - 1);
    if ((data[0] & 1u) != 0) {
        block_repair(copy, bytes - 1);
    }
    arena_reset(&arena);
    block_walk(&arena, copy, bytes - 1);
    free(copy);
    return 0;
}
