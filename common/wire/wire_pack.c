/* wire_pack: messages to bytes, by plan: fields in order of their numbers, as protobuf-c writes
 * them, byte for byte (tests/unit/wire_test.c compares).
 *
 * One pass: what is written is checked on the way, and lengths are put in front of what they count
 * afterwards, so that nothing is looked at twice. That matters: packing is the largest part of a
 * step that appends many facts. The bytes go where the caller's arena goes on, as far as its
 * budget reaches; nothing of the arena is taken when there is no room.
 *
 * Unknown fields are never written: whoever unpacked them forgot them. */
#include <string.h>

#include "common/base/check.h"
#include "common/base/varint.h"
#include "common/wire/wire.h"
#include "common/wire/wire_check.h"

/* A tag, a length and the bytes by which a length may grow, of one field. */
#define FIELD_BYTES_MAX (WIRE_TAG_BYTES_MAX + 2u * VARINT_BYTES_MAX)

struct sink {
    unsigned char *at, *end;
    struct wire_error *error; /* NULL: not checked */
    bool apart;               /* inside items that are judged by themselves */
};

/* ---- parts ---- */

static bool has_room(const struct sink *sink, size_t bytes)
{
    return (size_t)(sink->end - sink->at) >= bytes;
}

/* Before: room for FIELD_BYTES_MAX. */
static void put_tag(struct sink *sink, const struct wire_rule *rule)
{
    for (unsigned index = 0; index < rule->tag_bytes; index++) {
        *sink->at++ = rule->tag[index];
    }
}

/* The length and what it counts. Leaves room for FIELD_BYTES_MAX after it or returns RC_LIMIT. */
static enum rc put_bytes(struct sink *sink, const void *bytes, size_t count)
{
    if (!has_room(sink, FIELD_BYTES_MAX) || !has_room(sink, FIELD_BYTES_MAX + count)) {
        return RC_LIMIT;
    }
    sink->at = varint_put(sink->at, count);
    if (count > 0) {
        memcpy(sink->at, bytes, count);
    }
    sink->at += count;
    return RC_OK;
}

/* What was written from `inside` on gets its length in front. One byte was left for that, which is
 * mostly enough. */
static enum rc put_length(struct sink *sink, unsigned char *inside)
{
    const size_t count = (size_t)(sink->at - inside);
    const size_t more = varint_bytes(count) - 1;
    if (more > 0) {
        if (!has_room(sink, more)) {
            return RC_LIMIT;
        }
        memmove(inside + more, inside, count);
    }
    (void)varint_put(inside - 1, count);
    sink->at += more;
    return RC_OK;
}

/* ---- values ---- */

static enum rc put_plan(struct sink *sink, const struct wire_plan *plan, const unsigned char *base);

/* A missing message inside a list is a fault of the caller; unchecked it is written as an empty
 * one. */
static enum rc put_message(struct sink *sink, const struct wire_rule *rule,
                           const unsigned char *base)
{
    unsigned char *inside = ++sink->at;
    if (base == NULL) {
        return sink->error != NULL ? wire_check_refuse(sink->error, PAIDAN__CODE__FIELD_INVALID)
                                   : put_length(sink, inside);
    }
    const bool apart = sink->apart;
    sink->apart = apart || rule->apart;
    const enum rc rc = put_plan(sink, rule->child, base);
    sink->apart = apart;
    return rc == RC_OK ? put_length(sink, inside) : rc;
}

/* In items that are judged by themselves a text is only known to be there. */
static enum rc put_text(struct sink *sink, const struct wire_rule *rule, const char *text)
{
    const size_t length = text != NULL ? strlen(text) : 0;
    if (sink->error != NULL && (text == NULL || !sink->apart)) {
        const enum rc rc = wire_check_text(rule, text, length, sink->error);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return put_bytes(sink, text, length);
}

/* Bytes and enum values; what is in the sink was asked for room already. */
static enum rc put_checked(struct sink *sink, const struct wire_rule *rule, const unsigned char *at)
{
    if (sink->error != NULL && !sink->apart) {
        const enum rc rc = wire_check_leaf(rule, at, sink->error);
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (rule->kind == WIRE_BYTES) {
        const ProtobufCBinaryData *data = (const void *)at;
        return put_bytes(sink, data->data, data->len);
    }
    const int32_t value = *(const int32_t *)(const void *)at;
    sink->at = varint_put(sink->at, (uint64_t)(int64_t)value);
    return RC_OK;
}

/* Before: room for FIELD_BYTES_MAX. */
static enum rc put_value(struct sink *sink, const struct wire_rule *rule, const unsigned char *at)
{
    switch ((enum wire_kind)rule->kind) {
    case WIRE_U32:
        sink->at = varint_put(sink->at, *(const uint32_t *)(const void *)at);
        return RC_OK;
    case WIRE_U64:
        sink->at = varint_put(sink->at, *(const uint64_t *)(const void *)at);
        return RC_OK;
    case WIRE_BOOL:
        *sink->at++ = *(const protobuf_c_boolean *)(const void *)at != 0;
        return RC_OK;
    case WIRE_FIXED32: {
        const uint32_t number = *(const uint32_t *)(const void *)at;
        for (unsigned index = 0; index < sizeof number; index++) {
            *sink->at++ = (unsigned char)(number >> 8 * index);
        }
        return RC_OK;
    }
    case WIRE_STRING:
        return put_text(sink, rule, *(char *const *)(const void *)at);
    case WIRE_MESSAGE:
        return put_message(sink, rule, *(unsigned char *const *)(const void *)at);
    default:
        return put_checked(sink, rule, at);
    }
}

/* ---- fields ---- */

/* A field that is not a list; nothing if it is absent. */
static enum rc put_one(struct sink *sink, const struct wire_rule *rule, const unsigned char *base)
{
    if (!wire_plan_present(rule, base)) {
        return RC_OK;
    }
    if (!has_room(sink, FIELD_BYTES_MAX)) {
        return RC_LIMIT;
    }
    put_tag(sink, rule);
    const enum rc rc = put_value(sink, rule, base + rule->offset);
    if (rc == RC_INVALID) {
        wire_check_path_field(sink->error, rule);
    }
    return rc;
}

/* The items of a list, each with its tag unless they are packed into one run. */
static enum rc put_items(struct sink *sink, const struct wire_rule *rule, const unsigned char *at,
                         size_t count)
{
    const size_t step = wire_plan_element_bytes(rule);
    for (size_t index = 0; index < count; index++, at += step) {
        if (!has_room(sink, FIELD_BYTES_MAX)) {
            return RC_LIMIT;
        }
        if (rule->presence == WIRE_MANY) {
            put_tag(sink, rule);
        }
        const enum rc rc = put_value(sink, rule, at);
        if (rc != RC_OK) {
            if (rc == RC_INVALID) {
                wire_check_path_item(sink->error, rule, index);
            }
            return rc;
        }
    }
    return RC_OK;
}

/* A list. Too many items are refused before any is written. */
static enum rc put_many(struct sink *sink, const struct wire_rule *rule, const unsigned char *base)
{
    const size_t count = *(const size_t *)(const void *)(base + rule->present_at);
    const unsigned char *at = *(unsigned char *const *)(const void *)(base + rule->offset);
    if (sink->error != NULL && !sink->apart && count > rule->count_max) {
        (void)wire_check_refuse(sink->error, PAIDAN__CODE__TOO_MANY_ITEMS);
        wire_check_path_field(sink->error, rule);
        return RC_INVALID;
    }
    if (rule->presence == WIRE_MANY || count == 0) {
        return put_items(sink, rule, at, count);
    }
    if (!has_room(sink, FIELD_BYTES_MAX)) {
        return RC_LIMIT;
    }
    put_tag(sink, rule);
    unsigned char *inside = ++sink->at;
    const enum rc rc = put_items(sink, rule, at, count);
    return rc == RC_OK ? put_length(sink, inside) : rc;
}

/* A message's fields, then the member of its oneof that is chosen. */
static enum rc put_plan(struct sink *sink, const struct wire_plan *plan, const unsigned char *base)
{
    for (uint32_t index = 0; index < plan->rule_count; index++) {
        const struct wire_rule *rule = &plan->rules[index];
        const enum rc rc =
            rule->presence >= WIRE_MANY ? put_many(sink, rule, base) : put_one(sink, rule, base);
        if (rc != RC_OK) {
            return rc;
        }
    }
    const struct wire_rule *member = wire_plan_member(plan, base);
    return member != NULL ? put_one(sink, member, base) : RC_OK;
}

/* ---- for others ---- */

/* Writes where the arena goes on, as far as its budget reaches, and takes what was written. */
static enum rc pack(struct arena *arena, const ProtobufCMessage *message, struct wire_error *error,
                    unsigned char **bytes, size_t *size)
{
    const size_t limit = arena->budget < arena->bytes ? arena->budget : arena->bytes;
    if (arena->used >= limit) {
        arena->denied = true;
        return RC_LIMIT;
    }
    unsigned char *start = arena->base + arena->used;
    struct sink sink = {.at = start, .end = arena->base + limit, .error = error};
    const enum rc rc =
        put_plan(&sink, wire_plan_of(message->descriptor), (const unsigned char *)message);
    if (rc != RC_OK) {
        arena->denied = arena->denied || rc == RC_LIMIT;
        return rc;
    }
    const size_t written = (size_t)(sink.at - start);
    unsigned char *packed = arena_alloc(arena, written);
    if (packed == NULL) {
        return RC_LIMIT;
    }
    CHECK(packed == start);
    *bytes = packed;
    *size = written;
    return RC_OK;
}

enum rc wire_pack(struct arena *arena, const ProtobufCMessage *message, unsigned char **bytes,
                  size_t *size)
{
    return pack(arena, message, NULL, bytes, size);
}

enum rc wire_pack_checked(struct arena *arena, const ProtobufCMessage *message,
                          unsigned char **bytes, size_t *size, struct wire_error *error)
{
    *error = (struct wire_error){.code = PAIDAN__CODE__OK};
    const enum rc rc = pack(arena, message, error, bytes, size);
    if (rc == RC_INVALID) {
        wire_check_path_root(error, message);
    }
    return rc;
}
