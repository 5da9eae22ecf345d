/* peek: walks the top level of the protobuf wire format.
 *
 * For bytes nobody vouches for: a frame that could not be unpacked still gets its correlation read,
 * so that its sender is told what was wrong. So it never reads past the end, believes no length
 * before looking at it, and stops at the first thing it does not know. */
#include "common/wire/peek.h"

#include "common/base/check.h"
#include "common/base/varint.h"

enum { PEEK_VARINT = 0, PEEK_FIXED64 = 1, PEEK_BYTES = 2, PEEK_FIXED32 = 5 };

struct walk {
    const unsigned char *bytes;
    size_t size, used;
};

static bool walk_varint(struct walk *walk, uint64_t *value)
{
    CHECK(walk->used <= walk->size);
    const unsigned char *at = walk->bytes + walk->used, *end = walk->bytes + walk->size;
    const unsigned char *after = varint_get(at, end, value);
    walk->used += after != NULL ? (size_t)(after - at) : 0;
    return after != NULL;
}

/* False: there are not so many bytes left. */
static bool walk_skip(struct walk *walk, uint64_t bytes)
{
    if (bytes > walk->size - walk->used) {
        return false;
    }
    walk->used += (size_t)bytes;
    return true;
}

/* Steps over the value of a field. number: of a varint, length of bytes. */
static bool walk_value(struct walk *walk, uint64_t tag, uint64_t *number)
{
    switch (tag & 7u) {
    case PEEK_VARINT:
        return walk_varint(walk, number);
    case PEEK_FIXED64:
        return walk_skip(walk, 8);
    case PEEK_BYTES:
        return walk_varint(walk, number) && walk_skip(walk, *number);
    case PEEK_FIXED32:
        return walk_skip(walk, 4);
    default:
        return false;
    }
}

bool peek_number(const void *bytes, size_t size, uint32_t field, uint64_t *value)
{
    struct walk walk = {.bytes = bytes, .size = size};
    uint64_t tag = 0, number = 0;
    while (walk_varint(&walk, &tag) && walk_value(&walk, tag, &number)) {
        if ((tag & 7u) == PEEK_VARINT && tag >> 3 == field) {
            *value = number;
            return true;
        }
    }
    return false;
}

bool peek_member(const void *bytes, size_t size, uint32_t from, struct peek_member *member)
{
    struct walk walk = {.bytes = bytes, .size = size};
    uint64_t tag = 0, number = 0;
    while (walk_varint(&walk, &tag) && walk_value(&walk, tag, &number)) {
        if ((tag & 7u) == PEEK_BYTES && tag >> 3 >= from && tag >> 3 <= UINT32_MAX) {
            *member = (struct peek_member){.field = (uint32_t)(tag >> 3),
                                           .body = walk.bytes + walk.used - number,
                                           .body_bytes = (size_t)number};
            return true;
        }
    }
    return false;
}
