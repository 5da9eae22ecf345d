/* wire_plan: what is known of each message once, in one pass over the descriptors at first use.
 *
 * Packing and unpacking ask for every field of every message where it lies and what bounds it;
 * looking that up each time cost more than the work itself. Plans lie in static memory, are made
 * under pthread_once and never change, so they are read from any thread without a lock. What the
 * schema must keep for this to work (fields in order, members of a oneof last, no default values)
 * is CHECKed here, at the first message of a program, not in the field. */
#include "common/wire/wire_plan.h"

#include <pthread.h>
#include <string.h>

#include "access.pb-c.h"
#include "command.pb-c.h"
#include "common/base/check.h"
#include "common/wire/wire_bounds.h"
#include "event.pb-c.h"

/* Of the schema as it is, with room; a larger one stops at the first message. */
#define PLANS_MAX 512u
#define RULES_MAX 4096u
#define SLOTS 1024u /* power of two */

static_assert(SLOTS >= 2 * PLANS_MAX, "the table of plans stays half empty");

/* Items that are judged one by one (wire_rule.apart): a bad row must not take the other 4095 with
 * it. */
static bool is_apart(const ProtobufCMessageDescriptor *message,
                     const ProtobufCFieldDescriptor *field)
{
    return strcmp(message->short_name, "Submit") == 0 && strcmp(field->name, "tickets") == 0;
}

/* ---- making ---- */

static struct wire_plan plans[PLANS_MAX];
static struct wire_rule rules[RULES_MAX];
static const struct wire_plan *slots[SLOTS];
static size_t plan_count, rule_count;

static enum wire_kind kind_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_UINT32:
        return WIRE_U32;
    case PROTOBUF_C_TYPE_UINT64:
        return WIRE_U64;
    case PROTOBUF_C_TYPE_BOOL:
        return WIRE_BOOL;
    case PROTOBUF_C_TYPE_FIXED32:
        return WIRE_FIXED32;
    case PROTOBUF_C_TYPE_ENUM:
        return WIRE_ENUM;
    case PROTOBUF_C_TYPE_STRING:
        return WIRE_STRING;
    case PROTOBUF_C_TYPE_BYTES:
        return WIRE_BYTES;
    default:
        CHECK(type == PROTOBUF_C_TYPE_MESSAGE); /* the schema has no other numbers */
        return WIRE_MESSAGE;
    }
}

/* Members of the wish, body or fact. */
static bool in_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static enum wire_presence presence_of(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return (field->flags & PROTOBUF_C_FIELD_FLAG_PACKED) != 0 ? WIRE_PACKED : WIRE_MANY;
    }
    if (field->label == PROTOBUF_C_LABEL_REQUIRED || in_oneof(field)) {
        return WIRE_ALWAYS;
    }
    const bool pointer =
        field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
    return pointer ? WIRE_POINTER : WIRE_FLAG;
}

/* How protobuf writes the field: the low three bits of its tag. */
static unsigned wire_type_of(const struct wire_rule *rule)
{
    if (rule->presence == WIRE_PACKED || rule->kind >= WIRE_STRING) {
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    }
    return rule->kind == WIRE_FIXED32 ? PROTOBUF_C_WIRE_TYPE_32BIT : PROTOBUF_C_WIRE_TYPE_VARINT;
}

/* The tag as it is written, so that packing copies it and unpacking compares it. */
static void tag_make(struct wire_rule *rule)
{
    CHECK(rule->tag_bytes == 0);
    CHECK(rule->field->id > 0);
    uint64_t tag = (uint64_t)rule->field->id << 3 | wire_type_of(rule);
    for (; tag >= 0x80; tag >>= 7) {
        CHECK(rule->tag_bytes + 1u < WIRE_TAG_BYTES_MAX);
        rule->tag[rule->tag_bytes++] = (uint8_t)(tag | 0x80);
    }
    rule->tag[rule->tag_bytes++] = (uint8_t)tag;
}

/* Enum values below 128, which are all there are today, as bits: known in one step. */
static void values_make(struct wire_rule *rule)
{
    CHECK(rule->kind == WIRE_ENUM);
    const ProtobufCEnumDescriptor *known = rule->field->descriptor;
    rule->dense = true;
    for (unsigned index = 0; index < known->n_values; index++) {
        const int value = known->values[index].value;
        if (value >= 0 && value < 128) {
            rule->values[value / 64] |= (uint64_t)1 << value % 64;
        } else {
            rule->dense = false;
        }
    }
}

static const struct wire_plan *plan_make(const ProtobufCMessageDescriptor *descriptor);

/* Everything about one field. */
static void rule_make(struct wire_rule *rule, const ProtobufCMessageDescriptor *message,
                      const ProtobufCFieldDescriptor *field)
{
    const struct wire_bound *bound = wire_bounds_of(message, field);
    CHECK(field->offset <= UINT16_MAX);
    CHECK(field->quantifier_offset <= UINT16_MAX);
    CHECK(field->default_value == NULL); /* it would be left out when packed */
    *rule = (struct wire_rule){
        .field = field,
        .offset = (uint16_t)field->offset,
        .present_at = (uint16_t)field->quantifier_offset,
        .kind = (uint8_t)kind_of(field->type),
        .presence = (uint8_t)presence_of(field),
    };
    if (bound != NULL) {
        rule->bytes_max = bound->bytes;
        rule->count_max = bound->count;
    }
    /* A field without its bound is a mistake in the schema, and stops at the first message. */
    CHECK(rule->presence < WIRE_MANY || rule->count_max > 0);
    CHECK((rule->kind != WIRE_STRING && rule->kind != WIRE_BYTES) || rule->bytes_max > 0);
    tag_make(rule);
    if (rule->kind == WIRE_ENUM) {
        values_make(rule);
    } else if (rule->kind == WIRE_MESSAGE) {
        rule->child = plan_make(field->descriptor);
        rule->apart = is_apart(message, field);
    }
}

/* Where the plan of a message is, or the empty slot where it would be. Descriptors are static,
 * so their address is their name. */
static size_t slot_of(const ProtobufCMessageDescriptor *descriptor)
{
    CHECK(descriptor != NULL);
    size_t slot = (size_t)((uint64_t)(uintptr_t)descriptor * 0x9e3779b97f4a7c15ull >> 32);
    for (slot %= SLOTS; slots[slot] != NULL && slots[slot]->descriptor != descriptor;) {
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

/* Members of the oneof lie after all other fields, by number and so in memory of rules. */
static void plan_fill(struct wire_plan *plan, struct wire_rule *first)
{
    const ProtobufCMessageDescriptor *descriptor = plan->descriptor;
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[index];
        if (in_oneof(field)) {
            CHECK(plan->member_count == 0 || plan->case_at == field->quantifier_offset);
            plan->case_at = (uint16_t)field->quantifier_offset;
            plan->member_count++;
        } else {
            CHECK(plan->member_count == 0);
            plan->rule_count++;
        }
        rule_make(&first[index], descriptor, field);
    }
    plan->rules = first;
    plan->members = first + plan->rule_count;
}

/* No message type is recursive, so that this ends. */
static const struct wire_plan *plan_make(const ProtobufCMessageDescriptor *descriptor)
{
    const size_t slot = slot_of(descriptor);
    if (slots[slot] != NULL) {
        return slots[slot];
    }
    CHECK(plan_count < PLANS_MAX);
    CHECK(descriptor->n_fields <= RULES_MAX - rule_count);
    struct wire_plan *plan = &plans[plan_count++];
    struct wire_rule *first = &rules[rule_count];
    rule_count += descriptor->n_fields;
    *plan = (struct wire_plan){.descriptor = descriptor};
    slots[slot] = plan;
    plan_fill(plan, first);
    return plan;
}

/* Everything that travels or is stored hangs below these. */
static void plans_make(void)
{
    (void)plan_make(&paidan__request__descriptor);
    (void)plan_make(&paidan__answer__descriptor);
    (void)plan_make(&paidan__event__descriptor);
    /* Sealed, they travel as bytes within a Request. */
    (void)plan_make(&paidan__sealed_grant__descriptor);
    (void)plan_make(&paidan__grant__descriptor);
}

/* ---- asking ---- */

const struct wire_plan *wire_plan_of(const ProtobufCMessageDescriptor *descriptor)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, plans_make);
    const struct wire_plan *plan = slots[slot_of(descriptor)];
    CHECK(plan != NULL);
    return plan;
}

const struct wire_rule *wire_plan_member(const struct wire_plan *plan, const unsigned char *base)
{
    if (plan->member_count == 0) {
        return NULL;
    }
    const uint32_t chosen = *(const uint32_t *)(const void *)(base + plan->case_at);
    uint32_t low = 0, high = plan->member_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const uint32_t id = plan->members[middle].field->id;
        if (id == chosen) {
            return &plan->members[middle];
        }
        low = id < chosen ? middle + 1 : low;
        high = id < chosen ? high : middle;
    }
    return NULL;
}

size_t wire_plan_element_bytes(const struct wire_rule *rule)
{
    switch ((enum wire_kind)rule->kind) {
    case WIRE_U64:
        return sizeof(uint64_t);
    case WIRE_BOOL:
        return sizeof(protobuf_c_boolean);
    case WIRE_STRING:
    case WIRE_MESSAGE:
        return sizeof(void *);
    case WIRE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(uint32_t);
    }
}
