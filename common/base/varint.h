/* varint: numbers that are mostly small, 7 bits a byte, lowest first, as protobuf writes them: 1
 * byte below 128, 10 at most. The only place in the tree that knows how; inline, because records
 * and messages are made of little else. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define VARINT_BYTES_MAX 10u

/* Writes value at `at`. Before: VARINT_BYTES_MAX bytes of room, or varint_bytes(value) at least.
 * Returns where it ended. */
static inline unsigned char *varint_put(unsigned char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        *at++ = (unsigned char)(0x80 | (value & 0x7f));
    }
    *at++ = (unsigned char)value;
    return at;
}

/* How many bytes varint_put writes. */
static inline size_t varint_bytes(uint64_t value)
{
    size_t count = 1;
    for (; value >= 0x80; value >>= 7) {
        count++;
    }
    return count;
}

/* Reads one number before `end`. Returns where it ended; NULL: it is cut off, or has more than 64
 * bits. Longer forms than the shortest are read, as protobuf wants; who stores numbers compares
 * with varint_bytes. */
static inline const unsigned char *varint_get(const unsigned char *at, const unsigned char *end,
                                              uint64_t *value)
{
    if (at < end && *at < 0x80) {
        *value = *at;
        return at + 1;
    }
    uint64_t read = 0;
    for (unsigned shift = 0; shift < 64 && at < end; shift += 7) {
        const unsigned char byte = *at++;
        read |= (uint64_t)(byte & 0x7fu) << shift;
        if (byte < 0x80) {
            /* Only a tenth byte can hold more than is left of the 64 bits. */
            if (shift == 63 && byte > 1) {
                return NULL;
            }
            *value = read;
            return at;
        }
    }
    return NULL;
}
