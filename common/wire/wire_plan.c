/* wire_plan: one pass over the descriptors at first use. */
#include "common/wire/wire_plan.h"

#include <pthread.h>
#include <string.h>

#include "command.pb-c.h"
#include "common/base/check.h"
#include "common/base/limits.h"
#include "event.pb-c.h"

/* Of the schema as it is, with room; a larger one stops at the first message. */
#define PLANS_MAX 256u
#define RULES_MAX 2048u
#define SLOTS 1024u /* power of two */

static_assert(SLOTS >= 2 * PLANS_MAX, "the table of plans stays half empty");

/* ---- bounds ---- */

#define STRING_BYTES_DEFAULT 256u
#define BYTES_BYTES_DEFAULT 64u
#define REPEATED_DEFAULT 1024u
#define METRICS_BYTES_MAX (1u << 20)
#define BLOCKS_MAX 4096u
#define TABLE_CLOCKS_MAX 8u
#define ANSWER_DETAIL_BYTES_MAX DETAIL_BYTES_MAX

/* message NULL: in every message. 0: the default. The first entry that fits is taken. */
struct bound {
    const char *message, *field;
    uint32_t bytes, count;
};

static const struct bound bounds[] = {
    {"Registered", "text", TEXT_BYTES_MAX, 0},
    /* What intake has codes of its own for is bounded by the frame here. */
    {"NewTicket", "text", FRAME_BYTES_MAX, 0},
    {"NewTicket", "title", FRAME_BYTES_MAX, 0},
    {"NewTicket", "place", FRAME_BYTES_MAX, 0},
    {"NewTicket", "phone", FRAME_BYTES_MAX, 0},
    {"NewTicket", "reporter", FRAME_BYTES_MAX, 0},
    {"NewTicket", "external_id", FRAME_BYTES_MAX, 0},
    {"NewTicket", "attachments", 0, 1024},
    {"Supplemented", "text", TEXT_BYTES_MAX, 0},
    {"Supplement", "text", FRAME_BYTES_MAX, 0},
    {"TicketText", "text", TEXT_BYTES_MAX, 0},
    {"TicketText", "supplements", TEXT_BYTES_MAX, 32},
    {"TicketText", "title", GIVEN_TITLE_BYTES_MAX, 0},
    {"TicketText", "attachments", 0, 33 * ATTACHMENTS_MAX},
    {"Registered", "given_title", GIVEN_TITLE_BYTES_MAX, 0},
    {"Text", "text", METRICS_BYTES_MAX, 0},
    {"Fetch", "follower", CODE_BYTES_MAX, 0},
    {"Fetched", "blocks", FRAME_BYTES_MAX, BLOCKS_MAX},
    {"Shown", "history", EVLOG_RECORD_BYTES_MAX, HISTORY_MAX},
    {"Shown", "history_seqs", 0, HISTORY_MAX},
    {"Shown", "clocks", 0, TABLE_CLOCKS_MAX},
    {"Submit", "tickets", 0, SUBMIT_TICKETS_MAX},
    {"Submitted", "results", 0, SUBMIT_TICKETS_MAX},
    {"ReadTexts", "tickets", 0, READ_TEXTS_MAX},
    {"Texts", "texts", 0, READ_TEXTS_MAX},
    {"Disclosed", "tickets", 0, READ_TEXTS_MAX},
    {"Work", "items", 0, WORK_ITEMS_MAX},
    {"Worked", "results", 0, WORK_ITEMS_MAX},
    {"CallbackAnswer", "replies", 0, WORK_ITEMS_MAX},
    {"CallbackAnswered", "results", 0, WORK_ITEMS_MAX},
    {"CallbackPulled", "tasks", 0, PULL_MAX},
    {"Leased", "tickets", 0, PULL_MAX},
    {"Handed", "tickets", 0, PULL_MAX},
    {"Pulled", "tickets", 0, PULL_MAX},
    {"Listed", "tickets", 0, LIST_MAX},
    {"Boarded", "tickets", 0, LIST_MAX},
    {"DeskListed", "items", 0, LIST_MAX},
    {"Receipts", "receipts", 0, RECEIPTS_MAX},
    {"Assignment", "clocks", 0, 4},
    {"Brief", "clocks", 0, TABLE_CLOCKS_MAX},
    {"Attachment", "name", 128, 0},
    {"Attachment", "url", 1024, 0},
    {"Attachment", "media_type", 64, 0},
    {"Attachment", "digest", 32, 0},
    {"Desked", "categories", CODE_BYTES_MAX, 3},
    {"Desked", "areas", CODE_BYTES_MAX, 3},
    {"Suspended", "reason", NOTE_BYTES_MAX, 0},
    {"PersonNamed", "duty", NOTE_BYTES_MAX, 0},
    {"ClockSet", "steps", 0, CLOCK_STEPS_MAX},
    {"Resumed", "clocks", 0, 4},
    {"Replanned", "clocks", 0, 4},
    {"Reminded", "to_units", CODE_BYTES_MAX, 2 + SITE_SUPERVISORS_MAX},
    {"Supervise", "items", 0, WORK_ITEMS_MAX},
    {"DueListed", "tickets", 0, LIST_MAX},
    {"Replanning", "moves", 0, 4u * LIST_MAX},
    {"AlarmsShown", "repeating", 0, LIST_MAX},
    {"AlarmsShown", "ownerless", 0, LIST_MAX},
    {"UnitsCounted", "units", 0, LIST_MAX},
    {"ExplainedClock", "intervals", 0, EXPLAIN_INTERVALS_MAX},
    {"NewTicket", "spot_unit", FRAME_BYTES_MAX, 0},
    {"NewTicket", "spot_note", FRAME_BYTES_MAX, 0},
    {"Registered", "spot_note", NOTE_BYTES_MAX, 0},
    {"Routed", "spot_note", NOTE_BYTES_MAX, 0},
    {NULL, "assists", 0, SITE_ASSIST_MAX},
    {NULL, "assist_tasks", 0, SITE_ASSIST_MAX},
    {NULL, "unknown_years", CODE_BYTES_MAX, SITE_CALENDARS_MAX},
    {NULL, "attachments", 0, ATTACHMENTS_MAX},
    {NULL, "assist", CODE_BYTES_MAX, SITE_ASSIST_MAX},
    {NULL, "levels", CODE_BYTES_MAX, SITE_LEVELS_MAX},
    {NULL, "categories", CODE_BYTES_MAX, 0},
    {NULL, "areas", CODE_BYTES_MAX, 0},
    {NULL, "channel", CODE_BYTES_MAX, 0},
    {NULL, "category", CODE_BYTES_MAX, 0},
    {NULL, "category_hint", CODE_BYTES_MAX, 0},
    {NULL, "area", CODE_BYTES_MAX, 0},
    {NULL, "area_hint", CODE_BYTES_MAX, 0},
    {NULL, "unit", CODE_BYTES_MAX, 0},
    {NULL, "from_unit", CODE_BYTES_MAX, 0},
    {NULL, "to_unit", CODE_BYTES_MAX, 0},
    {NULL, "by_unit", CODE_BYTES_MAX, 0},
    {NULL, "spot_unit", CODE_BYTES_MAX, 0},
    {NULL, "person", ACTOR_BYTES_MAX, 0},
    {NULL, "calendar", CODE_BYTES_MAX, 0},
    {NULL, "query_code", CODE_BYTES_MAX, 0},
    {NULL, "log", CODE_BYTES_MAX, 0},
    {NULL, "service", CODE_BYTES_MAX, 0},
    {NULL, "actor", ACTOR_BYTES_MAX, 0},
    {NULL, "holder", ACTOR_BYTES_MAX, 0},
    {NULL, "external_id", EXTERNAL_ID_BYTES_MAX, 0},
    {NULL, "place", PLACE_BYTES_MAX, 0},
    {NULL, "phone", PHONE_BYTES_MAX, 0},
    {NULL, "reporter", REPORTER_BYTES_MAX, 0},
    {NULL, "title", TITLE_BYTES_MAX, 0},
    {NULL, "note", NOTE_BYTES_MAX, 0},
    {NULL, "detail", ANSWER_DETAIL_BYTES_MAX, 0},
};

static const struct bound *bound_find(const ProtobufCMessageDescriptor *message,
                                      const ProtobufCFieldDescriptor *field)
{
    static const struct bound none = {0};
    for (size_t index = 0; index < sizeof bounds / sizeof bounds[0]; index++) {
        const struct bound *bound = &bounds[index];
        if (bound->field[0] == field->name[0] && strcmp(bound->field, field->name) == 0 &&
            (bound->message == NULL || strcmp(bound->message, message->short_name) == 0)) {
            return bound;
        }
    }
    return &none;
}

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

static unsigned wire_type_of(const struct wire_rule *rule)
{
    if (rule->presence == WIRE_PACKED || rule->kind >= WIRE_STRING) {
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    }
    return rule->kind == WIRE_FIXED32 ? PROTOBUF_C_WIRE_TYPE_32BIT : PROTOBUF_C_WIRE_TYPE_VARINT;
}

static void tag_make(struct wire_rule *rule)
{
    uint64_t tag = (uint64_t)rule->field->id << 3 | wire_type_of(rule);
    for (; tag >= 0x80; tag >>= 7) {
        CHECK(rule->tag_bytes + 1u < WIRE_TAG_BYTES_MAX);
        rule->tag[rule->tag_bytes++] = (uint8_t)(tag | 0x80);
    }
    rule->tag[rule->tag_bytes++] = (uint8_t)tag;
}

static void values_make(struct wire_rule *rule)
{
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

static void rule_make(struct wire_rule *rule, const ProtobufCMessageDescriptor *message,
                      const ProtobufCFieldDescriptor *field)
{
    const struct bound *bound = bound_find(message, field);
    CHECK(field->offset <= UINT16_MAX);
    CHECK(field->quantifier_offset <= UINT16_MAX);
    CHECK(field->default_value == NULL); /* it would be left out when packed */
    *rule = (struct wire_rule){
        .field = field,
        .offset = (uint16_t)field->offset,
        .present_at = (uint16_t)field->quantifier_offset,
        .kind = (uint8_t)kind_of(field->type),
        .presence = (uint8_t)presence_of(field),
        .count_max = bound->count != 0 ? bound->count : REPEATED_DEFAULT,
    };
    const uint32_t bytes_default =
        rule->kind == WIRE_STRING ? STRING_BYTES_DEFAULT : BYTES_BYTES_DEFAULT;
    rule->bytes_max = bound->bytes != 0 ? bound->bytes : bytes_default;
    tag_make(rule);
    if (rule->kind == WIRE_ENUM) {
        values_make(rule);
    } else if (rule->kind == WIRE_MESSAGE) {
        rule->child = plan_make(field->descriptor);
        rule->apart = is_apart(message, field);
    }
}

static size_t slot_of(const ProtobufCMessageDescriptor *descriptor)
{
    size_t slot = (size_t)((uint64_t)(uintptr_t)descriptor * 0x9e3779b97f4a7c15ull >> 32);
    for (slot %= SLOTS; slots[slot] != NULL && slots[slot]->descriptor != descriptor;) {
        slot = (slot + 1) % SLOTS;
    }
    return slot;
}

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

static void plans_make(void)
{
    (void)plan_make(&paidan__request__descriptor);
    (void)plan_make(&paidan__answer__descriptor);
    (void)plan_make(&paidan__event__descriptor);
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
