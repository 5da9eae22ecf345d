/* wire_unpack: the one place where bytes from outside become messages.
 *
 * Two ways lead to the same message. The plain way is for bytes as our own programs write them:
 * fields in order of their numbers, each of the type it has here, nothing unknown; one pass by plan
 * unpacks and checks. Whatever is otherwise, or does not fit, or is wrong, is left to the long way
 * over protobuf-c, which knows all that the format allows and says what is wrong; so a "no" of the
 * plain way means no more than "not so plain". What must stay true is that nothing passes the plain
 * way that the long way would refuse (tests/unit/wire_test.c and tests/fuzz compare the two).
 *
 * Both take memory from the caller's arena alone, within a budget that follows from the bytes, so
 * that a small frame cannot claim the arena (empty messages grow 65 times when unpacked). */
#include "common/wire/wire_unpack.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/limits.h"
#include "common/base/varint.h"
#include "common/wire/wire_check.h"

#define TAG_BITS 3u

struct source {
    const unsigned char *at, *end;
    struct arena *arena;
    bool apart; /* inside items that are judged one by one (wire_rule.apart) */
};

/* ---- the plain way: parts ---- */

static bool take_varint(struct source *source, uint64_t *value)
{
    const unsigned char *after = varint_get(source->at, source->end, value);
    source->at = after != NULL ? after : source->at;
    return after != NULL;
}

/* What a length in front says: inside, and the source goes on behind it. */
static bool take_run(struct source *source, struct source *inside)
{
    uint64_t bytes = 0;
    if (!take_varint(source, &bytes) || bytes > (uint64_t)(source->end - source->at)) {
        return false;
    }
    *inside = *source;
    inside->end = source->at + bytes;
    source->at = inside->end;
    return true;
}

/* A number that the field can hold; larger ones are for the long way to judge. */
static bool take_number(struct source *source, uint64_t max, uint64_t *value)
{
    return take_varint(source, value) && *value <= max;
}

/* ---- the plain way: values ---- */

static unsigned char *take_plan(struct source *source, const struct wire_plan *plan);

/* Text is copied with a NUL after it, as protobuf-c has it. */
static bool take_text(struct source *source, const struct wire_rule *rule, unsigned char *at)
{
    struct source inside;
    struct wire_error error;
    if (!take_run(source, &inside)) {
        return false;
    }
    const size_t length = (size_t)(inside.end - inside.at);
    char *text = arena_alloc(source->arena, length + 1);
    if (text == NULL) {
        return false;
    }
    memcpy(text, inside.at, length);
    text[length] = '\0';
    *(char **)(void *)at = text;
    return source->apart ? memchr(text, '\0', length) == NULL
                         : wire_check_text(rule, text, length, &error) == RC_OK;
}

static bool take_bytes(struct source *source, const struct wire_rule *rule, unsigned char *at)
{
    struct source inside;
    if (!take_run(source, &inside)) {
        return false;
    }
    ProtobufCBinaryData data = {.len = (size_t)(inside.end - inside.at), .data = NULL};
    if (data.len > rule->bytes_max && !source->apart) {
        return false;
    }
    if (data.len > 0) {
        data.data = arena_alloc(source->arena, data.len);
        if (data.data == NULL) {
            return false;
        }
        memcpy(data.data, inside.at, data.len);
    }
    *(ProtobufCBinaryData *)(void *)at = data;
    return true;
}

/* Of a list, or alone. */
static bool take_message(struct source *source, const struct wire_rule *rule, unsigned char *at)
{
    struct source inside;
    if (!take_run(source, &inside)) {
        return false;
    }
    inside.apart = source->apart || rule->apart;
    unsigned char *child = take_plan(&inside, rule->child);
    *(unsigned char **)(void *)at = child;
    return child != NULL;
}

static bool take_enum(struct source *source, const struct wire_rule *rule, unsigned char *at)
{
    uint64_t number = 0;
    struct wire_error error;
    if (!take_number(source, INT32_MAX, &number)) {
        return false;
    }
    *(int32_t *)(void *)at = (int32_t)number;
    return source->apart || wire_check_leaf(rule, at, &error) == RC_OK;
}

static bool take_fixed32(struct source *source, unsigned char *at)
{
    uint32_t number = 0;
    if ((size_t)(source->end - source->at) < sizeof number) {
        return false;
    }
    for (unsigned index = 0; index < sizeof number; index++) {
        number |= (uint32_t)*source->at++ << 8 * index;
    }
    *(uint32_t *)(void *)at = number;
    return true;
}

static bool take_value(struct source *source, const struct wire_rule *rule, unsigned char *at)
{
    uint64_t number = 0;
    switch ((enum wire_kind)rule->kind) {
    case WIRE_U32:
        if (!take_number(source, UINT32_MAX, &number)) {
            return false;
        }
        *(uint32_t *)(void *)at = (uint32_t)number;
        return true;
    case WIRE_U64:
        return take_varint(source, (uint64_t *)(void *)at);
    case WIRE_BOOL:
        if (!take_number(source, 1, &number)) {
            return false;
        }
        *(protobuf_c_boolean *)(void *)at = (protobuf_c_boolean)number;
        return true;
    case WIRE_FIXED32:
        return take_fixed32(source, at);
    case WIRE_ENUM:
        return take_enum(source, rule, at);
    case WIRE_STRING:
        return take_text(source, rule, at);
    case WIRE_BYTES:
        return take_bytes(source, rule, at);
    default:
        return take_message(source, rule, at);
    }
}

/* ---- the plain way: fields ---- */

/* Asked for every field of every message, there or not: most end at the first byte. */
static bool starts(const struct source *source, const struct wire_rule *rule)
{
    if ((size_t)(source->end - source->at) < rule->tag_bytes || source->at[0] != rule->tag[0]) {
        return false;
    }
    for (unsigned index = 1; index < rule->tag_bytes; index++) {
        if (source->at[index] != rule->tag[index]) {
            return false;
        }
    }
    return true;
}

/* How many items of this field lie one behind the other, each with a length; 0: cut short. */
static size_t count_runs(struct source source, const struct wire_rule *rule)
{
    struct source inside;
    size_t count = 0;
    do {
        source.at += rule->tag_bytes;
        if (!take_run(&source, &inside)) {
            return 0;
        }
        count++;
    } while (starts(&source, rule));
    return count;
}

/* Numbers in a run, or one number a field. */
static size_t count_numbers(struct source source, const struct wire_rule *rule)
{
    uint64_t number = 0;
    size_t count = 0;
    source.at += rule->tag_bytes;
    if (rule->presence == WIRE_PACKED) {
        struct source inside;
        if (!take_run(&source, &inside)) {
            return 0;
        }
        for (; inside.at < inside.end; inside.at++) {
            count += *inside.at < 0x80;
        }
        return count;
    }
    source.at -= rule->tag_bytes;
    do {
        source.at += rule->tag_bytes;
        if (!take_varint(&source, &number)) {
            return 0;
        }
        count++;
    } while (starts(&source, rule));
    return count;
}

/* Before: count items were counted, and there is room for them at `at`. */
static bool take_items(struct source *source, const struct wire_rule *rule, unsigned char *at,
                       size_t count)
{
    const size_t step = wire_plan_element_bytes(rule);
    if (rule->presence == WIRE_PACKED) {
        struct source inside;
        source->at += rule->tag_bytes;
        bool good = take_run(source, &inside);
        for (size_t index = 0; good && index < count; index++) {
            good = take_value(&inside, rule, at + index * step);
        }
        return good && inside.at == inside.end;
    }
    for (size_t index = 0; index < count; index++) {
        source->at += rule->tag_bytes;
        if (!take_value(source, rule, at + index * step)) {
            return false;
        }
    }
    return true;
}

/* A list is counted first, so that its room is taken once. */
static bool take_many(struct source *source, const struct wire_rule *rule, unsigned char *base)
{
    if (rule->kind == WIRE_FIXED32) {
        return false; /* the schema has none; their number is not that of short bytes */
    }
    const size_t count =
        rule->kind >= WIRE_STRING ? count_runs(*source, rule) : count_numbers(*source, rule);
    if (count == 0 || (count > rule->count_max && !source->apart)) {
        return false;
    }
    unsigned char *items = arena_alloc(source->arena, count * wire_plan_element_bytes(rule));
    if (items == NULL) {
        return false;
    }
    *(size_t *)(void *)(base + rule->present_at) = count;
    *(unsigned char **)(void *)(base + rule->offset) = items;
    return take_items(source, rule, items, count);
}

/* Before: the source starts with the field. */
static bool take_field(struct source *source, const struct wire_rule *rule, unsigned char *base)
{
    if (rule->presence >= WIRE_MANY) {
        return take_many(source, rule, base);
    }
    source->at += rule->tag_bytes;
    if (rule->presence == WIRE_FLAG) {
        *(protobuf_c_boolean *)(void *)(base + rule->present_at) = 1;
    }
    return take_value(source, rule, base + rule->offset);
}

/* The one member of the oneof, which comes last. */
static bool take_member(struct source *source, const struct wire_plan *plan, unsigned char *base)
{
    struct source peek = *source;
    uint64_t tag = 0;
    if (plan->member_count == 0 || !take_number(&peek, UINT32_MAX, &tag)) {
        return false;
    }
    *(uint32_t *)(void *)(base + plan->case_at) = (uint32_t)(tag >> TAG_BITS);
    const struct wire_rule *member = wire_plan_member(plan, base);
    return member != NULL && starts(source, member) && take_field(source, member, base) &&
           source->at == source->end;
}

/* NULL: not plain. What was begun lies in the arena. */
static unsigned char *take_plan(struct source *source, const struct wire_plan *plan)
{
    unsigned char *base = arena_alloc(source->arena, plan->descriptor->sizeof_message);
    if (base == NULL) {
        return NULL;
    }
    plan->descriptor->message_init((ProtobufCMessage *)(void *)base);
    for (uint32_t index = 0; index < plan->rule_count; index++) {
        const struct wire_rule *rule = &plan->rules[index];
        if (!starts(source, rule)) {
            if (rule->presence == WIRE_ALWAYS) {
                return NULL;
            }
        } else if (!take_field(source, rule, base)) {
            return NULL;
        }
    }
    const bool whole = source->at == source->end || take_member(source, plan, base);
    return whole ? base : NULL;
}

ProtobufCMessage *wire_unpack_plain(struct arena *arena, const struct wire_plan *plan,
                                    const unsigned char *bytes, size_t size)
{
    CHECK(bytes != NULL);
    CHECK(size <= FRAME_BYTES_MAX);
    const size_t mark = arena->used;
    const bool denied = arena->denied;
    struct source source = {.at = bytes, .end = bytes + size, .arena = arena};
    unsigned char *base = take_plan(&source, plan);
    CHECK(source.at <= source.end);
    /* Too little room here is no refusal: the long way is asked next, and says so if it is. */
    arena->denied = denied;
    arena->used = base != NULL ? arena->used : mark;
    return (ProtobufCMessage *)(void *)base;
}

/* ---- the long way ---- */

/* The value of a field: where it lies and, for lengths, what is inside. */
static bool read_value(struct source *input, unsigned wire_type, struct source *inside)
{
    uint64_t bytes = 0;
    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return take_varint(input, &bytes);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        bytes = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        bytes = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        if (!take_varint(input, &bytes)) {
            return false;
        }
        break;
    default:
        return false; /* groups */
    }
    if (bytes > (uint64_t)(input->end - input->at)) {
        return false;
    }
    *inside = (struct source){.at = input->at, .end = input->at + bytes};
    input->at += bytes;
    return true;
}

/* protobuf-c gives strings without their length, so a NUL inside must be seen before. Also false
 * for what cannot be decoded. Depth is that of the schema, which is not recursive. */
static bool strings_whole(const ProtobufCMessageDescriptor *descriptor, struct source input)
{
    while (input.at < input.end) {
        uint64_t tag = 0;
        struct source inside = {0};
        if (!take_varint(&input, &tag) || tag >> 3 > UINT32_MAX ||
            !read_value(&input, (unsigned)(tag & 7), &inside)) {
            return false;
        }
        if ((tag & 7) != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED || inside.at == inside.end) {
            continue;
        }
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(tag >> 3));
        if (field == NULL) {
            continue;
        }
        if (field->type == PROTOBUF_C_TYPE_STRING &&
            memchr(inside.at, '\0', (size_t)(inside.end - inside.at)) != NULL) {
            return false;
        }
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !strings_whole(field->descriptor, inside)) {
            return false;
        }
    }
    return true;
}

/* All that the format allows; says what is wrong. */
static enum rc unpack_any(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                          const unsigned char *frame, size_t size, ProtobufCMessage **message,
                          struct wire_error *error)
{
    if (!strings_whole(descriptor, (struct source){.at = frame, .end = frame + size})) {
        return wire_check_refuse(error, PAIDAN__CODE__FRAME_INVALID);
    }
    const bool denied = arena->denied;
    arena->denied = false;
    ProtobufCMessage *unpacked =
        protobuf_c_message_unpack(descriptor, &arena->allocator, size, frame);
    const bool short_of_room = arena->denied;
    arena->denied = denied;
    if (unpacked == NULL) {
        return wire_check_refuse(error, short_of_room ? PAIDAN__CODE__TOO_MANY_ITEMS
                                                      : PAIDAN__CODE__FRAME_INVALID);
    }
    *message = unpacked;
    return wire_check_strip(unpacked, error);
}

enum rc wire_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                    const void *bytes, size_t size, ProtobufCMessage **message,
                    struct wire_error *error)
{
    CHECK(arena->budget >= arena->used);
    CHECK(message != NULL);
    static const unsigned char nothing;
    const unsigned char *frame = bytes != NULL ? bytes : &nothing;
    *error = (struct wire_error){.code = PAIDAN__CODE__OK};
    if (size > FRAME_BYTES_MAX) {
        return wire_check_refuse(error, PAIDAN__CODE__FRAME_TOO_LARGE);
    }
    const size_t mark = arena->used, budget = arena->budget;
    const size_t wanted = mark + WIRE_UNPACK_BYTES(size);
    arena->budget = wanted < budget ? wanted : budget;
    enum rc rc = RC_OK;
    ProtobufCMessage *unpacked = wire_unpack_plain(arena, wire_plan_of(descriptor), frame, size);
    if (unpacked == NULL) {
        rc = unpack_any(arena, descriptor, frame, size, &unpacked, error);
    }
    arena->budget = budget;
    if (rc != RC_OK) {
        arena->used = mark;
        return rc;
    }
    *message = unpacked;
    return RC_OK;
}
