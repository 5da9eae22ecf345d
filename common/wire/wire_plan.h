/* wire_plan: what wire_check, wire_pack and wire_unpack need to know of a message, looked up once
 * instead of for every field of every message: where it lies, how it is written, what bounds it.
 * Made from protobuf-c's descriptors at first use and never changed. Nobody
 * outside this folder includes it, but for tests. */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire/wire.h"

enum wire_kind {
    WIRE_U32,
    WIRE_U64,
    WIRE_BOOL,
    WIRE_FIXED32,
    WIRE_ENUM,
    WIRE_STRING,
    WIRE_BYTES,
    WIRE_MESSAGE,
};

/* How a message in memory says whether a field is there. */
enum wire_presence {
    WIRE_ALWAYS,  /* required; a member of a oneof that was chosen */
    WIRE_FLAG,    /* has_... */
    WIRE_POINTER, /* not NULL */
    WIRE_MANY,    /* repeated: n_... */
    WIRE_PACKED,  /* repeated, as one run of bytes */
};

#define WIRE_TAG_BYTES_MAX 3u

struct wire_rule {
    const ProtobufCFieldDescriptor *field;
    const struct wire_plan *child; /* WIRE_MESSAGE */
    uint64_t values[2];            /* WIRE_ENUM: known values below 128, a bit each */
    uint32_t bytes_max, count_max;
    uint16_t offset, present_at; /* present_at: has_..., n_... */
    uint8_t kind, presence;
    uint8_t tag_bytes, tag[WIRE_TAG_BYTES_MAX];
    bool dense; /* WIRE_ENUM: values holds them all */
    /* WIRE_MESSAGE: a service judges these one by one with wire_check, so that a bad one does not
     * take the others with it. In the frame they are only known to be there. */
    bool apart;
};

struct wire_plan {
    const ProtobufCMessageDescriptor *descriptor;
    const struct wire_rule *rules; /* in order of field numbers, without members of the oneof */
    uint32_t rule_count;
    uint32_t member_count;           /* 0: no oneof */
    const struct wire_rule *members; /* all have higher field numbers than the rules */
    uint16_t case_at;
};

/* Before: Request, Answer, Event or a message inside one of these. */
const struct wire_plan *wire_plan_of(const ProtobufCMessageDescriptor *descriptor);
/* The chosen member of the oneof, NULL: none. */
const struct wire_rule *wire_plan_member(const struct wire_plan *plan, const unsigned char *base);
/* Size in memory of one element of a repeated field. */
size_t wire_plan_element_bytes(const struct wire_rule *rule);

/* Before: not repeated. */
static inline bool wire_plan_present(const struct wire_rule *rule, const unsigned char *base)
{
    if (rule->presence == WIRE_POINTER) {
        return *(void *const *)(const void *)(base + rule->offset) != NULL;
    }
    return rule->presence == WIRE_ALWAYS ||
           *(const protobuf_c_boolean *)(const void *)(base + rule->present_at) != 0;
}
