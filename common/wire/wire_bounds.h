/* wire_bounds: how long each string, how large each run of bytes, how long each list of the protos
 * may be. The one place for that: beside a field in a .proto stands the same number for those who
 * write adapters (tests/unit/wire_bounds_test.c compares the two). */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

struct wire_bound {
    const char *message; /* short name; NULL: in every message that has no row of its own */
    const char *field;
    uint32_t bytes; /* of a string or of bytes, each; 0: the field holds neither */
    uint32_t count; /* of a list; 0: the field is none */
};

/* The row of a field: its message's own, else the one for every message. NULL: there is none, which
 * is right for a number, an enum or a message that is not repeated, and for nothing else. */
const struct wire_bound *wire_bounds_of(const ProtobufCMessageDescriptor *message,
                                        const ProtobufCFieldDescriptor *field);
/* All rows, for tests. */
const struct wire_bound *wire_bounds_rows(size_t *count);
