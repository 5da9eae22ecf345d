/* wire_unpack: bytes to messages, by plan, for bytes as our own programs write them: fields in
 * order of their numbers, each of the type it has here, and nothing unknown. One pass unpacks and
 * checks.
 *
 * Whatever is otherwise, or does not fit, or is wrong, is left to the long way (wire.c), which
 * knows all that the format allows and says what is wrong: NULL here means no more than "not so
 * plain". */
#include <string.h>

#include "common/wire/wire.h"
#include "common/wire/wire_plan.h"

#define TAG_BITS 3u
#define VARINT_SHIFT_MAX 63u

struct source {
    const unsigned char *at, *end;
    struct arena *arena;
    bool apart; /* inside items that are judged one by one (wire_rule.apart) */
};

/* ---- parts ---- */

static bool take_varint(struct source *source, uint64_t *value)
{
    uint64_t sum = 0;
    for (unsigned shift = 0; shift <= VARINT_SHIFT_MAX && source->at < source->end; shift += 7) {
        const unsigned char byte = *source->at++;
        sum |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
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

static bool take_number(struct source *source, uint64_t max, uint64_t *value)
{
    return take_varint(source, value) && *value <= max;
}

/* ---- values ---- */

static unsigned char *take_plan(struct source *source, const struct wire_plan *plan);

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

/* ---- fields ---- */

static bool starts(const struct source *source, const struct wire_rule *rule)
{
    return (size_t)(source->end - source->at) >= rule->tag_bytes &&
           memcmp(source->at, rule->tag, rule->tag_bytes) == 0;
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

/* ---- for wire.c ---- */

ProtobufCMessage *wire_unpack_plain(struct arena *arena, const struct wire_plan *plan,
                                    const unsigned char *bytes, size_t size)
{
    const size_t mark = arena->used;
    const bool denied = arena->denied;
    struct source source = {.at = bytes, .end = bytes + size, .arena = arena};
    unsigned char *base = take_plan(&source, plan);
    arena->denied = denied;
    arena->used = base != NULL ? arena->used : mark;
    return (ProtobufCMessage *)(void *)base;
}
