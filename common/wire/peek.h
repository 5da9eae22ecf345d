/* peek: one field of a packed message, without unpacking it. For frames that cannot be unpacked
 * and for looking at many answers cheaply. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Value of the first varint field of that number at the top level; fields after it may be broken.
 * False: not found before the end or the first malformed byte. */
bool peek_number(const void *bytes, size_t size, uint32_t field, uint64_t *value);
/* The first field from `from` on that carries bytes or a message: which member of a oneof is set,
 * where all its members are numbered from there on. False as above. */
struct peek_member {
    uint32_t field;
    const unsigned char *body; /* of the message, still packed */
    size_t body_bytes;
};
bool peek_member(const void *bytes, size_t size, uint32_t from, struct peek_member *member);
