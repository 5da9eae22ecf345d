/* wire: the one place where bytes from outside become messages.
 *
 * protobuf-c checks neither UTF-8 nor enum values nor any bound, cuts strings at an embedded NUL
 * and recurses without limit; so all of that is checked here, over the descriptors. No message type
 * is recursive (tests/unit/wire_test.c walks the graph), which bounds the depth. */
#include "wire.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "limits.h"

/* ---- bounds ---- */

#define STRING_BYTES_DEFAULT 256u
#define BYTES_BYTES_DEFAULT 64u
#define REPEATED_DEFAULT 1024u
/* No entry below is smaller: what is within these needs no look at the table. */
#define BYTES_UNCHECKED 32u
#define COUNT_UNCHECKED 3u
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
    /* Items of a batch and texts are judged one by one by intake, with its own codes: a bad row
       must not take the other 4095 with it. The frame bounds them here. */
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
    {"Reminded", "to_units", CODE_BYTES_MAX, 3},
    {"Supervise", "items", 0, WORK_ITEMS_MAX},
    {"DueListed", "tickets", 0, LIST_MAX},
    {"Replanning", "moves", 0, 4u * LIST_MAX},
    {"AlarmsShown", "repeating", 0, LIST_MAX},
    {"AlarmsShown", "ownerless", 0, LIST_MAX},
    {"UnitsCounted", "units", 0, LIST_MAX},
    {"ExplainedClock", "intervals", 0, EXPLAIN_INTERVALS_MAX},
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

/* ---- errors ---- */

/* Puts part (and a dot) in front of the path; what does not fit is cut on the left. */
static void path_prepend(struct wire_error *error, const char *part)
{
    char joined[2 * sizeof error->field + 32];
    const int count = snprintf(joined, sizeof joined, "%s%s%s", part,
                               error->field[0] == '\0' ? "" : ".", error->field);
    CHECK(count >= 0);
    const size_t length = strlen(joined);
    const size_t kept = length < sizeof error->field ? length : sizeof error->field - 1;
    memmove(error->field, joined + (length - kept), kept + 1);
}

static enum rc refuse(struct wire_error *error, Paidan__Code code)
{
    error->code = code;
    error->field[0] = '\0';
    return RC_INVALID;
}

/* ---- strings ---- */

/* Bytes of the well-formed UTF-8 sequence at `at` (Unicode table 3-7), 0 if there is none. The
 * terminating NUL ends every sequence that is cut short. */
static size_t utf8_sequence(const unsigned char *at)
{
    if (at[0] < 0x80) {
        return 1;
    }
    unsigned low = 0x80, high = 0xbf;
    size_t tail = 1;
    if (at[0] >= 0xc2 && at[0] <= 0xdf) {
        tail = 1;
    } else if (at[0] >= 0xe0 && at[0] <= 0xef) {
        tail = 2;
        low = at[0] == 0xe0 ? 0xa0 : low;
        high = at[0] == 0xed ? 0x9f : high;
    } else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        tail = 3;
        low = at[0] == 0xf0 ? 0x90 : low;
        high = at[0] == 0xf4 ? 0x8f : high;
    } else {
        return 0;
    }
    if (at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t index = 2; index <= tail; index++) {
        if (at[index] < 0x80 || at[index] > 0xbf) {
            return 0;
        }
    }
    return tail + 1;
}

static enum rc check_string(const ProtobufCMessageDescriptor *message,
                            const ProtobufCFieldDescriptor *field, const char *text,
                            struct wire_error *error)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const size_t bytes = utf8_sequence(at);
        if (bytes == 0) {
            return refuse(error, PAIDAN__CODE__TEXT_NOT_UTF8);
        }
        if ((*at < ' ' && *at != '\t' && *at != '\n' && *at != '\r') || *at == 0x7f) {
            return refuse(error, PAIDAN__CODE__FIELD_INVALID);
        }
        at += bytes;
    }
    const size_t length = (size_t)(at - (const unsigned char *)text);
    if (length <= BYTES_UNCHECKED) {
        return RC_OK;
    }
    const uint32_t bound = bound_find(message, field)->bytes;
    if (length <= (bound != 0 ? bound : STRING_BYTES_DEFAULT)) {
        return RC_OK;
    }
    return refuse(error, bound == TEXT_BYTES_MAX ? PAIDAN__CODE__TEXT_TOO_LONG
                                                 : PAIDAN__CODE__FIELD_TOO_LONG);
}

/* ---- messages in memory ---- */

static enum rc check_message(ProtobufCMessage *message, bool strip, struct wire_error *error);

static enum rc check_value(const ProtobufCMessageDescriptor *message,
                           const ProtobufCFieldDescriptor *field, void *value, bool strip,
                           struct wire_error *error)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING: {
        const char *text = *(char *const *)value;
        return text == NULL ? refuse(error, PAIDAN__CODE__FIELD_INVALID)
                            : check_string(message, field, text, error);
    }
    case PROTOBUF_C_TYPE_BYTES: {
        const ProtobufCBinaryData *data = value;
        if (data->len <= BYTES_UNCHECKED) {
            return RC_OK;
        }
        const uint32_t bound = bound_find(message, field)->bytes;
        return data->len <= (bound != 0 ? bound : BYTES_BYTES_DEFAULT)
                   ? RC_OK
                   : refuse(error, PAIDAN__CODE__FIELD_TOO_LONG);
    }
    case PROTOBUF_C_TYPE_ENUM:
        return protobuf_c_enum_descriptor_get_value(field->descriptor, *(int *)value) != NULL
                   ? RC_OK
                   : refuse(error, PAIDAN__CODE__ENUM_UNKNOWN);
    case PROTOBUF_C_TYPE_MESSAGE: {
        ProtobufCMessage *child = *(ProtobufCMessage **)value;
        return child == NULL ? refuse(error, PAIDAN__CODE__FIELD_INVALID)
                             : check_message(child, strip, error);
    }
    default:
        return RC_OK; /* every number is a possible value */
    }
}

/* Size of one element of a repeated field. */
static size_t element_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_ENUM:
        return sizeof(int);
    default:
        return 0; /* numbers are not looked at */
    }
}

static enum rc check_repeated(const ProtobufCMessageDescriptor *message,
                              const ProtobufCFieldDescriptor *field, unsigned char *base,
                              bool strip, struct wire_error *error)
{
    const size_t count = *(size_t *)(void *)(base + field->quantifier_offset);
    if (count > COUNT_UNCHECKED) {
        const uint32_t bound = bound_find(message, field)->count;
        if (count > (bound != 0 ? bound : REPEATED_DEFAULT)) {
            (void)refuse(error, PAIDAN__CODE__TOO_MANY_ITEMS);
            path_prepend(error, field->name);
            return RC_INVALID;
        }
    }
    const size_t bytes = element_bytes(field->type);
    unsigned char *at = *(unsigned char **)(void *)(base + field->offset);
    for (size_t index = 0; bytes > 0 && index < count; index++, at += bytes) {
        if (check_value(message, field, at, strip, error) != RC_OK) {
            char part[sizeof error->field + 24];
            (void)snprintf(part, sizeof part, "%.60s[%zu]", field->name, index);
            path_prepend(error, part);
            return RC_INVALID;
        }
    }
    return RC_OK;
}

static bool field_present(const ProtobufCFieldDescriptor *field, const unsigned char *base)
{
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
        return true;
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(void *const *)(const void *)(base + field->offset) != NULL;
    }
    return *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset) != 0;
}

static enum rc check_field(const ProtobufCMessageDescriptor *message,
                           const ProtobufCFieldDescriptor *field, unsigned char *base, bool strip,
                           struct wire_error *error)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return check_repeated(message, field, base, strip, error);
    }
    if (!field_present(field, base) ||
        check_value(message, field, base + field->offset, strip, error) == RC_OK) {
        return RC_OK;
    }
    /* The members of a oneof (the wishes, the facts) begin the path with their own name, and the
     * path of what is inside them begins there. */
    const bool wish =
        (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 && field->type == PROTOBUF_C_TYPE_MESSAGE;
    if (wish) {
        const ProtobufCMessageDescriptor *inner = field->descriptor;
        path_prepend(error, inner->short_name);
    } else {
        path_prepend(error, field->name);
    }
    return RC_INVALID;
}

/* strip: forget unknown fields, so that nobody packs them again. */
static enum rc check_message(ProtobufCMessage *message, bool strip, struct wire_error *error)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    if (strip) {
        message->n_unknown_fields = 0;
        message->unknown_fields = NULL;
    }
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        const enum rc rc = check_field(descriptor, &descriptor->fields[index],
                                       (unsigned char *)message, strip, error);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* A path that does not begin with a wish or fact begins with the message's own name. */
static enum rc check_root(ProtobufCMessage *message, bool strip, struct wire_error *error)
{
    *error = (struct wire_error){.code = PAIDAN__CODE__OK};
    if (check_message(message, strip, error) == RC_OK) {
        return RC_OK;
    }
    if (error->field[0] < 'A' || error->field[0] > 'Z') {
        path_prepend(error, message->descriptor->short_name);
    }
    return RC_INVALID;
}

enum rc wire_check(const ProtobufCMessage *message, struct wire_error *error)
{
    /* Without strip nothing is written through the pointer. */
    return check_root((ProtobufCMessage *)message, false, error);
}

/* ---- bytes ---- */

struct input {
    const unsigned char *at, *end;
};

static bool read_varint(struct input *input, uint64_t *value)
{
    uint64_t sum = 0;
    for (unsigned shift = 0; shift < 70 && input->at < input->end; shift += 7) {
        const unsigned char byte = *input->at++;
        if (shift < 64) {
            sum |= (uint64_t)(byte & 0x7f) << shift;
        }
        if (byte < 0x80) {
            *value = sum;
            return true;
        }
    }
    return false;
}

/* The value of a field: where it lies and, for lengths, what is inside. */
static bool read_value(struct input *input, unsigned wire_type, struct input *inside)
{
    uint64_t bytes = 0;
    switch (wire_type) {
    case PROTOBUF_C_WIRE_TYPE_VARINT:
        return read_varint(input, &bytes);
    case PROTOBUF_C_WIRE_TYPE_64BIT:
        bytes = 8;
        break;
    case PROTOBUF_C_WIRE_TYPE_32BIT:
        bytes = 4;
        break;
    case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
        if (!read_varint(input, &bytes)) {
            return false;
        }
        break;
    default:
        return false; /* groups */
    }
    if (bytes > (uint64_t)(input->end - input->at)) {
        return false;
    }
    *inside = (struct input){.at = input->at, .end = input->at + bytes};
    input->at += bytes;
    return true;
}

/* protobuf-c gives strings without their length, so a NUL inside must be seen before. Also false
 * for what cannot be decoded. Depth is that of the schema, which is not recursive. */
static bool strings_whole(const ProtobufCMessageDescriptor *descriptor, struct input input)
{
    while (input.at < input.end) {
        uint64_t tag = 0;
        struct input inside = {0};
        if (!read_varint(&input, &tag) || tag >> 3 > UINT32_MAX ||
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

enum rc wire_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                    const void *bytes, size_t size, ProtobufCMessage **message,
                    struct wire_error *error)
{
    static const unsigned char nothing;
    const unsigned char *frame = bytes != NULL ? bytes : &nothing;
    *error = (struct wire_error){.code = PAIDAN__CODE__OK};
    if (size > FRAME_BYTES_MAX) {
        return refuse(error, PAIDAN__CODE__FRAME_TOO_LARGE);
    }
    if (!strings_whole(descriptor, (struct input){.at = frame, .end = frame + size})) {
        return refuse(error, PAIDAN__CODE__FRAME_INVALID);
    }
    const size_t mark = arena->used, budget = arena->budget;
    const size_t wanted = mark + WIRE_UNPACK_BYTES(size);
    const bool denied = arena->denied;
    arena->budget = wanted < budget ? wanted : budget;
    arena->denied = false;
    ProtobufCMessage *unpacked =
        protobuf_c_message_unpack(descriptor, &arena->allocator, size, frame);
    const bool short_of_room = arena->denied;
    arena->budget = budget;
    arena->denied = denied;
    enum rc rc = RC_OK;
    if (unpacked == NULL) {
        rc = refuse(error,
                    short_of_room ? PAIDAN__CODE__TOO_MANY_ITEMS : PAIDAN__CODE__FRAME_INVALID);
    } else {
        rc = check_root(unpacked, true, error);
    }
    if (rc != RC_OK) {
        arena->used = mark;
        return rc;
    }
    *message = unpacked;
    return RC_OK;
}

enum rc wire_pack(struct arena *arena, const ProtobufCMessage *message, unsigned char **bytes,
                  size_t *size)
{
    const size_t wanted = protobuf_c_message_get_packed_size(message);
    unsigned char *packed = arena_alloc(arena, wanted);
    if (packed == NULL) {
        return RC_LIMIT;
    }
    const size_t written = protobuf_c_message_pack(message, packed);
    CHECK(written == wanted);
    *bytes = packed;
    *size = written;
    return RC_OK;
}
