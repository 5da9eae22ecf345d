/* peek: walks the top level of the protobuf wire format. Never reads past the end. */

#include "peek.h"

enum { PEEK_VARINT = 0, PEEK_FIXED64 = 1, PEEK_BYTES = 2, PEEK_FIXED32 = 5 };

struct walk {
    const unsigned char *bytes;
    size_t size, used;
};

static bool walk_varint(struct walk *walk, uint64_t *value)
{
    uint64_t read = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (walk->used == walk->size) {
            return false;
        }
        const unsigned char byte = walk->bytes[walk->used++];
        read |= (uint64_t)(byte & 0x7fu) << shift;
        if ((byte & 0x80u) == 0) {
            *value = read;
            return true;
        }
    }
    return false;
}

static bool walk_skip(struct walk *walk, uint64_t bytes)
{
    if (bytes > walk->size - walk->used) {
        return false;
    }
    walk->used += (size_t)bytes;
    return true;
}

bool peek_number(const void *bytes, size_t size, uint32_t field, uint64_t *value)
{
    struct walk walk = {.bytes = bytes, .size = size};
    uint64_t tag;
    uint64_t number;
    while (walk_varint(&walk, &tag)) {
        bool more = false;
        switch (tag & 7u) {
        case PEEK_VARINT:
            more = walk_varint(&walk, &number);
            if (more && tag >> 3 == field) {
                *value = number;
                return true;
            }
            break;
        case PEEK_FIXED64:
            more = walk_skip(&walk, 8);
            break;
        case PEEK_BYTES:
            more = walk_varint(&walk, &number) && walk_skip(&walk, number);
            break;
        case PEEK_FIXED32:
            more = walk_skip(&walk, 4);
            break;
        default:
            break;
        }
        if (!more) {
            return false;
        }
    }
    return false;
}
