/* codec: bounded reading and writing. */
#include "codec.h"

#include <string.h>

#include "check.h"
#include "crc.h"

#define CRC_BYTES 4u
#define TEXT_BYTES_LIMIT 255u
#define VARINT_BYTES_MAX 10u

void codec_writer_init(struct codec_writer *writer, void *bytes, size_t size)
{
    *writer = (struct codec_writer){.bytes = bytes, .size = size};
}

/* Room for count bytes, or NULL and failed. */
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

static void put_number(struct codec_writer *writer, uint64_t value, size_t count)
{
    unsigned char *at = take(writer, count);
    if (at == NULL) {
        return;
    }
    for (size_t index = count; index-- > 0; value >>= 8) {
        at[index] = (unsigned char)(value & 0xff);
    }
}

void codec_put_u8(struct codec_writer *writer, uint8_t value)
{
    put_number(writer, value, 1);
}

void codec_put_u16(struct codec_writer *writer, uint16_t value)
{
    put_number(writer, value, 2);
}

void codec_put_u32(struct codec_writer *writer, uint32_t value)
{
    put_number(writer, value, 4);
}

void codec_put_u64(struct codec_writer *writer, uint64_t value)
{
    put_number(writer, value, 8);
}

void codec_put_varint(struct codec_writer *writer, uint64_t value)
{
    unsigned char bytes[VARINT_BYTES_MAX];
    size_t count = 0;
    for (; value >= 0x80; value >>= 7) {
        bytes[count++] = (unsigned char)(0x80 | (value & 0x7f));
    }
    bytes[count++] = (unsigned char)value;
    codec_put_bytes(writer, bytes, count);
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

const unsigned char *codec_get_bytes(struct codec_reader *reader, size_t count)
{
    if (reader->failed || count > reader->size - reader->used) {
        reader->failed = true;
        return NULL;
    }
    const unsigned char *at = reader->bytes + reader->used;
    reader->used += count;
    return at;
}

static uint64_t get_number(struct codec_reader *reader, size_t count)
{
    const unsigned char *at = codec_get_bytes(reader, count);
    uint64_t value = 0;
    for (size_t index = 0; at != NULL && index < count; index++) {
        value = value << 8 | at[index];
    }
    return value;
}

uint8_t codec_get_u8(struct codec_reader *reader)
{
    return (uint8_t)get_number(reader, 1);
}

uint16_t codec_get_u16(struct codec_reader *reader)
{
    return (uint16_t)get_number(reader, 2);
}

uint32_t codec_get_u32(struct codec_reader *reader)
{
    return (uint32_t)get_number(reader, 4);
}

uint64_t codec_get_u64(struct codec_reader *reader)
{
    return get_number(reader, 8);
}

uint64_t codec_get_varint(struct codec_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const unsigned char *at = codec_get_bytes(reader, 1);
        if (at == NULL) {
            return 0;
        }
        const uint64_t bits = *at & 0x7fu;
        if (bits << shift >> shift != bits || (*at == 0 && shift > 0)) {
            break; /* more than 64 bits, or not the shortest form */
        }
        value |= bits << shift;
        if ((*at & 0x80u) == 0) {
            return value;
        }
    }
    reader->failed = true;
    return 0;
}

void codec_get_text(struct codec_reader *reader, char *text, size_t size)
{
    CHECK(size > 0);
    text[0] = '\0';
    const size_t count = codec_get_u8(reader);
    const unsigned char *at = codec_get_bytes(reader, count);
    if (at == NULL) {
        return;
    }
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
    return crc_of(bytes, size);
}
