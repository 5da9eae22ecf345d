/* codec: big-endian fields for keys and table records, with version and checksum. In records,
 * numbers that are mostly small are written short (varint).
 *
 * A sealed record: version byte, fields, 4 bytes CRC-32 of all before. Keys are bare fields:
 * big-endian, so that LMDB's byte order is the number's order. A writer never overruns: it marks
 * itself failed. A reader never reads past the end: it returns zeroes and marks itself failed; the
 * caller asks codec_done once at the end. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/base/rc.h"

/* Keys that are one number, and numbers at a known place in longer keys. */
#define CODEC_U64_BYTES 8
static inline void codec_set_u64(unsigned char at[CODEC_U64_BYTES], uint64_t value)
{
    value = htobe64(value);
    memcpy(at, &value, sizeof value);
}
static inline uint64_t codec_u64_at(const unsigned char at[CODEC_U64_BYTES])
{
    uint64_t value = 0;
    memcpy(&value, at, sizeof value);
    return be64toh(value);
}

static inline uint32_t codec_u32_at(const unsigned char at[sizeof(uint32_t)])
{
    uint32_t value = 0;
    memcpy(&value, at, sizeof value);
    return be32toh(value);
}

struct codec_writer {
    unsigned char *bytes;
    size_t size, used;
    bool failed;
};
struct codec_reader {
    const unsigned char *bytes;
    size_t size, used;
    bool failed;
};

void codec_writer_init(struct codec_writer *writer, void *bytes, size_t size);
void codec_put_u8(struct codec_writer *writer, uint8_t value);
void codec_put_u16(struct codec_writer *writer, uint16_t value);
void codec_put_u32(struct codec_writer *writer, uint32_t value);
void codec_put_u64(struct codec_writer *writer, uint64_t value);
/* 7 bits a byte, lowest first: 1 byte below 128, 10 at most. Differences that may be negative wrap
 * around and cost 10 bytes. For records only: the order of such bytes is not the numbers' order. */
void codec_put_varint(struct codec_writer *writer, uint64_t value);
/* Length byte, then the bytes; at most 255. NULL is written as empty. */
void codec_put_text(struct codec_writer *writer, const char *text);
void codec_put_bytes(struct codec_writer *writer, const void *bytes, size_t count); /* bare */
/* First and last call of a sealed record. */
void codec_seal_begin(struct codec_writer *writer, uint8_t version);
void codec_seal_end(struct codec_writer *writer);

void codec_reader_init(struct codec_reader *reader, const void *bytes, size_t size);
uint8_t codec_get_u8(struct codec_reader *reader);
uint16_t codec_get_u16(struct codec_reader *reader);
uint32_t codec_get_u32(struct codec_reader *reader);
uint64_t codec_get_u64(struct codec_reader *reader);
uint64_t codec_get_varint(struct codec_reader *reader);
/* Copies into text (size bytes, NUL-terminated); fails if it does not fit. */
void codec_get_text(struct codec_reader *reader, char *text, size_t size);
const unsigned char *codec_get_bytes(struct codec_reader *reader, size_t count); /* NULL if short */
/* Checks the checksum, then gives the version and a reader that stands after it and ends before the
 * checksum. Returns RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc codec_unseal(struct codec_reader *reader, const void *bytes, size_t size,
                                uint8_t *version);
/* Whole record read, no more, no less. */
bool codec_done(const struct codec_reader *reader);

/* CRC-32 as in zlib, gzip and Ethernet, the checksum of every record. Records are short (60 to 300
 * bytes) and every follower checks each of them: libdeflate's, which uses what the processor has.
 */
uint32_t codec_crc(const void *bytes, size_t size);
