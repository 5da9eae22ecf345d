/* codec: bounded reading and writing. */
#include "common/base/codec.h"

#include <endian.h>
#include <libdeflate.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/varint.h"

#define CRC_BYTES 4u
#define TEXT_BYTES_LIMIT 255u

void codec_writer_init(struct codec_writer *writer, void *bytes, size_t size)
{
    *writer = (struct codec_writer){.bytes = bytes, .size = size};
}

/* Room for count bytes, or NULL and failed. */
/* Failing sticks: a run of puts is looked at once, at its end, and nothing is written after the
 * first that did not fit. */
static unsigned char *take(struct codec_writer *writer, size_t count)
{
    if (writer->failed || count > writer->size - writer->used) {
        writer->failed = true;
        return NULL;
    }
    unsigned char *at = writer->bytes + writer->used;
    writer->used += count;
    return at;
}

void codec_put_u8(struct codec_writer *writer, uint8_t value)
{
    unsigned char *at = take(writer, sizeof value);
    if (at != NULL) {
        *at = value;
    }
}

void codec_put_u16(struct codec_writer *writer, uint16_t value)
{
    unsigned char *at = take(writer, sizeof value);
    value = htobe16(value);
    if (at != NULL) {
        memcpy(at, &value, sizeof value);
    }
}

void codec_put_u32(struct codec_writer *writer, uint32_t value)
{
    unsigned char *at = take(writer, sizeof value);
    value = htobe32(value);
    if (at != NULL) {
        memcpy(at, &value, sizeof value);
    }
}

void codec_put_u64(struct codec_writer *writer, uint64_t value)
{
    unsigned char *at = take(writer, sizeof value);
    value = htobe64(value);
    if (at != NULL) {
        memcpy(at, &value, sizeof value);
    }
}

void codec_put_varint(struct codec_writer *writer, uint64_t value)
{
    unsigned char bytes[VARINT_BYTES_MAX];
    codec_put_bytes(writer, bytes, (size_t)(varint_put(bytes, value) - bytes));
}

void codec_put_bytes(struct codec_writer *writer, const void *bytes, size_t count)
{
    unsigned char *at = take(writer, count);
    if (at != NULL && count > 0) {
        memcpy(at, bytes, count);
    }
}

void codec_put_text(struct codec_writer *writer, const char *text)
{
    const size_t count = text == NULL ? 0 : strlen(text);
    /* One byte holds the length; a longer text would be cut without a word. */
    if (count > TEXT_BYTES_LIMIT) {
        writer->failed = true;
        return;
    }
    codec_put_u8(writer, (uint8_t)count);
    codec_put_bytes(writer, text, count);
}

void codec_seal_begin(struct codec_writer *writer, uint8_t version)
{
    CHECK(writer->used == 0);
    codec_put_u8(writer, version);
}

/* The version is covered too: a flipped bit there would choose another reader. */
void codec_seal_end(struct codec_writer *writer)
{
    if (!writer->failed) {
        codec_put_u32(writer, codec_crc(writer->bytes, writer->used));
    }
}

void codec_reader_init(struct codec_reader *reader, const void *bytes, size_t size)
{
    *reader = (struct codec_reader){.bytes = bytes, .size = size};
}

/* The next count bytes, or NULL and failed. */
/* As take: what is read after the end is zero, and `failed` says so. */
static const unsigned char *give(struct codec_reader *reader, size_t count)
{
    if (reader->failed || count > reader->size - reader->used) {
        reader->failed = true;
        return NULL;
    }
    const unsigned char *at = reader->bytes + reader->used;
    reader->used += count;
    return at;
}

const unsigned char *codec_get_bytes(struct codec_reader *reader, size_t count)
{
    return give(reader, count);
}

uint8_t codec_get_u8(struct codec_reader *reader)
{
    const unsigned char *at = give(reader, 1);
    return at == NULL ? 0 : *at;
}

uint16_t codec_get_u16(struct codec_reader *reader)
{
    uint16_t value = 0;
    const unsigned char *at = give(reader, sizeof value);
    if (at != NULL) {
        memcpy(&value, at, sizeof value);
    }
    return be16toh(value);
}

uint32_t codec_get_u32(struct codec_reader *reader)
{
    uint32_t value = 0;
    const unsigned char *at = give(reader, sizeof value);
    if (at != NULL) {
        memcpy(&value, at, sizeof value);
    }
    return be32toh(value);
}

uint64_t codec_get_u64(struct codec_reader *reader)
{
    uint64_t value = 0;
    const unsigned char *at = give(reader, sizeof value);
    if (at != NULL) {
        memcpy(&value, at, sizeof value);
    }
    return be64toh(value);
}

uint64_t codec_get_varint(struct codec_reader *reader)
{
    uint64_t value = 0;
    const unsigned char *at = reader->bytes + reader->used;
    const unsigned char *next =
        reader->failed ? NULL : varint_get(at, reader->bytes + reader->size, &value);
    if (next == NULL || (size_t)(next - at) != varint_bytes(value)) {
        reader->failed = true; /* cut off, more than 64 bits, or not the shortest form */
        return 0;
    }
    reader->used += (size_t)(next - at);
    return value;
}

void codec_get_text(struct codec_reader *reader, char *text, size_t size)
{
    CHECK(size > 0);
    text[0] = '\0';
    const size_t count = codec_get_u8(reader);
    const unsigned char *at = give(reader, count);
    if (at == NULL) {
        return;
    }
    /* A text with a NUL inside would read back shorter than it was written. */
    if (count >= size || memchr(at, '\0', count) != NULL) {
        reader->failed = true;
        return;
    }
    memcpy(text, at, count);
    text[count] = '\0';
}

enum rc codec_unseal(struct codec_reader *reader, const void *bytes, size_t size, uint8_t *version)
{
    if (size < CRC_BYTES + 1) {
        return RC_CORRUPT;
    }
    /* The checksum first: nothing of a record that changed is looked at. */
    struct codec_reader tail;
    codec_reader_init(&tail, (const unsigned char *)bytes + size - CRC_BYTES, CRC_BYTES);
    if (codec_get_u32(&tail) != codec_crc(bytes, size - CRC_BYTES)) {
        return RC_CORRUPT;
    }
    codec_reader_init(reader, bytes, size - CRC_BYTES);
    *version = codec_get_u8(reader);
    return RC_OK;
}

bool codec_done(const struct codec_reader *reader)
{
    return !reader->failed && reader->used == reader->size;
}

uint32_t codec_crc(const void *bytes, size_t size)
{
    /* The CRC-32 of zlib and gzip, so that any tool can check a record; libdeflate has the
     * fastest. */
    return libdeflate_crc32(0, bytes, size);
}
