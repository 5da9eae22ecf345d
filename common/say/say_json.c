/* say_json: messages to JSON and JSON to messages. It owns the few exceptions from "a field has its
 * proto name" (struct shape): both directions ask the same function, so what is written can be read
 * and means the same; tests/fuzz/json_fuzz.c holds it to that. Names and shapes that --json once
 * wrote are a promise to scripts: a new kind of exception belongs to new fields alone. */
#include "common/say/say_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/adapter.h"
#include "common/say/code.h"
#include "common/say/number.h"
#include "common/say/say_time.h"
#include "common/say/say_wechat.h"
#include "common/say/say_words.h"
#include "common/wire/wire_bounds.h"

/* The deepest message of ours nests five times. Descriptors that call themselves would otherwise
 * let the sender choose how much stack is used. */
enum { DEPTH_MAX = 8, FIELDS_MAX = 192, KEY_BYTES = 80 };

/* ---- what a field looks like as JSON ---- */

enum form {
    FORM_PLAIN,  /* by its type, under its own name */
    FORM_TICKET, /* public number */
    FORM_MOMENT, /* text and milliseconds */
    FORM_BITS,   /* list of tokens */
    FORM_CODE,   /* a number on the wire, a stable name here */
    FORM_TWIN, /* the public number beside its ticket, which is written as that number: said once */
};

struct shape {
    enum form form;
    const ProtobufCEnumDescriptor *bits; /* FORM_BITS */
    char key[KEY_BYTES];
};

/* Spans, not moments. */
static const char *const spans[] = {
    "amount_ms",      "warn_amount_ms", "consumed_ms", "wait_ms",   "lease_ms",
    "retry_after_ms", "counted_ms",     "skipped_ms",  "paused_ms", NULL};
/* Tickets of a group 并单 or parted by 拆分, beside the one that a message is about. */
static const char *const of_groups[] = {"into",  "merged_into", "merge_into", "from",     "heir",
                                        "group", "member",      "members",    "split_of", NULL};
/* Texts of residents and what else is personal, wherever it stands in intake's messages. */
static const char *const withheld[] = {"text",     "title",      "given_title", "place", "phone",
                                       "reporter", "query_code", "supplements", "name",  "url",
                                       "note",     "sketch",     NULL};
/* In those of adapters also who somebody is in the channel, and ids of messages, which may hold
 * that; who calls whom, and the name of the recording, in which exchanges write the number; what is
 * filled into a notice; facts of others, packed. */
static const char *const withheld_of_adapters[] = {
    "id",   "person", "body",      "request", "reply", "group", "quote", "reply_url", "reply_id",
    "from", "to",     "recording", "label",   "value", "tail",  "event", NULL};
static const char *const of_adapters[] = {
    "Heard",   "Wished",    "WishAnswered", "DeliveryOutcome", "Replied", "Wechat",
    "Hotline", "Published", "Kept",         "Archived",        NULL};

static bool listed(const char *const *names, const char *name)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t size = strlen(text), end_size = strlen(end);
    return size > end_size && strcmp(text + size - end_size, end) == 0;
}

/* What a field of bits names; NULL: it is a plain field. */
static const ProtobufCEnumDescriptor *bits_of(const ProtobufCFieldDescriptor *field)
{
    static const struct {
        const char *name;
        const ProtobufCEnumDescriptor *descriptor;
    } fields[] = {{"reasons", &paidan__desk_reason__descriptor},
                  {"does", &paidan__step_does__descriptor},
                  {"late", &paidan__clock__descriptor}};
    for (size_t index = 0; index < sizeof fields / sizeof fields[0]; index++) {
        if (field->type == PROTOBUF_C_TYPE_UINT32 && strcmp(field->name, fields[index].name) == 0) {
            return fields[index].descriptor;
        }
    }
    return NULL;
}

static bool is_repeated(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

/* The one place that knows an exception. Writing, reading and the search for a name all ask it,
 * so that they cannot differ. */
static struct shape shape_of(const ProtobufCFieldDescriptor *field)
{
    struct shape shape = {.form = FORM_PLAIN, .bits = bits_of(field)};
    const char *name = field->name;
    size_t bytes = strlen(name);
    CHECK(bytes < KEY_BYTES);
    if (field->type == PROTOBUF_C_TYPE_STRING && strcmp(name, "number") == 0) {
        shape.form = FORM_TWIN;
        bytes = 0; /* no name of JSON means it */
    } else if (field->type == PROTOBUF_C_TYPE_UINT64 &&
               strcmp(name, is_repeated(field) ? "tickets" : "ticket") == 0) {
        shape.form = FORM_TICKET;
        name = is_repeated(field) ? "numbers" : "number";
        bytes = strlen(name);
    } else if (field->type == PROTOBUF_C_TYPE_UINT64 && listed(of_groups, name)) {
        shape.form = FORM_TICKET;
    } else if (field->type == PROTOBUF_C_TYPE_UINT64 && !is_repeated(field) &&
               ends_with(name, "_ms") && !listed(spans, name)) {
        shape.form = FORM_MOMENT;
        bytes -= strlen("_ms");
    } else if (shape.bits != NULL && !is_repeated(field)) {
        shape.form = FORM_BITS;
    } else if (field->type == PROTOBUF_C_TYPE_UINT32 && strcmp(name, "code") == 0) {
        shape.form = FORM_CODE;
    }
    memcpy(shape.key, name, bytes);
    shape.key[bytes] = '\0';
    return shape;
}

/* How far apart elements of a repeated field lie in memory, as protobuf-c lays them out. */
static size_t element_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(uint32_t);
    }
}

/* protobuf-c says in four ways that a field is there; proto2 tells "absent" from "zero", and so
 * does JSON. */
static bool present(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *base = (const char *)message;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    }
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
        return true;
    }
    if (is_repeated(field)) {
        return *(const size_t *)(const void *)(base + field->quantifier_offset) > 0;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(const void *const *)(const void *)(base + field->offset) != NULL;
    }
    return *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset) != 0;
}

/* ---- writing ---- */

char *say_json_text(struct arena *arena, json_t *json)
{
    char *const text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    char *const copy = text == NULL ? NULL : arena_strdup(arena, text);
    CHECK(arena != NULL);
    free(text);
    json_decref(json);
    return copy;
}

json_t *say_json_number(uint64_t ticket)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    return json_string(number);
}

void say_json_time(const struct say *say, json_t *object, const char *name, uint64_t at_ms)
{
    char text[SAY_TIME_BYTES], field[KEY_BYTES];
    say_time_rfc3339(say, at_ms, text);
    json_object_set_new(object, name, json_string(text));
    (void)snprintf(field, sizeof field, "%s_ms", name);
    json_object_set_new(object, field, json_integer((json_int_t)at_ms));
}

json_t *say_json_bits(const ProtobufCEnumDescriptor *of, uint32_t bits)
{
    json_t *list = json_array();
    char token[SAY_WORDS_TOKEN_BYTES];
    for (int bit = 0; bit < 32; bit++) {
        if ((bits >> bit & 1u) != 0) {
            json_array_append_new(list, json_string(say_words_token(of, bit, token)));
        }
    }
    return list;
}

static json_t *hexadecimal(const ProtobufCBinaryData *data)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(2 * data->len + 1);
    if (text == NULL) {
        return NULL;
    }
    size_t used = 0;
    for (size_t index = 0; index < data->len; index++) {
        text[used++] = digits[data->data[index] >> 4];
        text[used++] = digits[data->data[index] & 15];
    }
    json_t *string = json_stringn(text, used);
    free(text);
    return string;
}

/* One value; at points to it (an element of a repeated field, or the field). */
static json_t *value_of(const struct say *say, const ProtobufCFieldDescriptor *field,
                        const struct shape *shape, const void *at, bool texts)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64: {
        const uint64_t value = *(const uint64_t *)at;
        return shape->form == FORM_TICKET ? say_json_number(value)
                                          : json_integer((json_int_t)value);
    }
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32: {
        const uint32_t value = *(const uint32_t *)at;
        return shape->form == FORM_BITS   ? say_json_bits(shape->bits, value)
               : shape->form == FORM_CODE ? json_string(code_name((Paidan__Code)value))
                                          : json_integer(value);
    }
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return json_string(say_words_token(field->descriptor, *(const int *)at, token));
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(char *const *)at);
    case PROTOBUF_C_TYPE_BYTES:
        return hexadecimal(at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return say_json_message(say, *(const ProtobufCMessage *const *)at, texts);
    default:
        return json_null(); /* no field of ours has another type */
    }
}

/* Empty lists are absent on the wire and are left out here too. */
static json_t *list_of(const struct say *say, const ProtobufCFieldDescriptor *field,
                       const struct shape *shape, const ProtobufCMessage *message, bool texts)
{
    const char *base = (const char *)message;
    const size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *elements = *(const char *const *)(const void *)(base + field->offset);
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        const void *at = elements + index * element_bytes(field->type);
        json_array_append_new(list, value_of(say, field, shape, at, texts));
    }
    return list;
}

static bool is_adapters(const ProtobufCMessageDescriptor *message)
{
    for (const char *const *start = of_adapters; *start != NULL; start++) {
        if (strncmp(message->short_name, *start, strlen(*start)) == 0) {
            return true;
        }
    }
    return false;
}

static bool withholds(const ProtobufCMessageDescriptor *message,
                      const ProtobufCFieldDescriptor *field)
{
    return (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES) &&
           (listed(withheld, field->name) ||
            (listed(withheld_of_adapters, field->name) && is_adapters(message)));
}

/* Only single strings and bytes are withheld: in facts of intake and of adapters no repeated field
 * holds a resident's words. */
static void set_field(const struct say *say, json_t *object, const ProtobufCFieldDescriptor *field,
                      const ProtobufCMessage *message, bool texts)
{
    const struct shape shape = shape_of(field);
    const void *at = (const char *)message + field->offset;
    if (shape.form == FORM_TWIN) {
        return;
    }
    if (is_repeated(field)) {
        json_object_set_new(object, shape.key, list_of(say, field, &shape, message, texts));
    } else if (!texts && withholds(message->descriptor, field)) {
        char name[KEY_BYTES + 8];
        (void)snprintf(name, sizeof name, "%s_bytes", field->name);
        const size_t size = field->type == PROTOBUF_C_TYPE_BYTES
                                ? ((const ProtobufCBinaryData *)at)->len
                                : strlen(*(char *const *)at);
        json_object_set_new(object, name, json_integer((json_int_t)size));
    } else if (shape.form == FORM_MOMENT) {
        say_json_time(say, object, shape.key, *(const uint64_t *)at);
    } else {
        json_object_set_new(object, shape.key, value_of(say, field, &shape, at, texts));
    }
}

json_t *say_json_message(const struct say *say, const ProtobufCMessage *message, bool texts)
{
    CHECK(message->descriptor->n_fields <= FIELDS_MAX);
    json_t *object = json_object();
    for (unsigned index = 0; index < message->descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[index];
        if (present(message, field)) {
            set_field(say, object, field, message, texts);
        }
    }
    return object;
}

/* What could be tried against: verifiers, marks of tokens and keys, sealed secrets. They stand in
 * access's facts for folding alone; nobody who reads a dump needs them. */
static void strip_secrets(json_t *object)
{
    static const char *const names[] = {"salt",   "hash",          "mark",
                                        "sealed", "recovery_hash", "recovery_hashes"};
    const char *key = NULL;
    json_t *value = NULL;
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        (void)json_object_del(object, names[index]);
    }
    json_object_foreach(object, key, value)
    {
        if (json_is_object(value)) {
            strip_secrets(value); /* messages are not recursive, so this ends soon */
        }
    }
}

json_t *say_json_event(const struct say *say, const char *service, uint64_t seq,
                       const Paidan__Event *event, bool texts)
{
    json_t *object = json_object();
    json_object_set_new(object, "seq", json_integer((json_int_t)seq));
    json_object_set_new(object, "service", json_string(service));
    /* Only intake's facts, adapters' and what archive keeps of them hold what residents wrote; units' notes elsewhere are records
     * of work. */
    const bool plain = strcmp(service, "intake") != 0 && strcmp(service, "archive") != 0 &&
                       adapter_find(service) == NULL;
    json_t *fields = say_json_message(say, &event->base, texts || plain);
    if (strcmp(service, "access") == 0) {
        strip_secrets(fields);
    }
    json_object_update(object, fields);
    json_decref(fields);
    return object;
}

json_t *say_json_brief(const struct say *say, const Paidan__Brief *brief)
{
    json_t *object = say_json_message(say, &brief->base, true);
    json_object_set_new(object, "level_name", json_string(say_level(say, brief->level)));
    json_object_set_new(object, "unit_name", json_string(say_unit(say, brief->unit)));
    if (brief->category != NULL) {
        json_object_set_new(object, "category_name",
                            json_string(say_category(say, brief->category)));
    }
    if (brief->area != NULL) {
        json_object_set_new(object, "area_name", json_string(say_area(say, brief->area)));
    }
    return object;
}

/* ---- names ---- */

typedef const char *namer(const struct say *say, const char *code);

/* Which members hold codes of what. */
static namer *namer_of(const char *key)
{
    static const struct {
        const char *key;
        namer *name;
    } codes[] = {
        {"unit", say_unit},         {"to_unit", say_unit},        {"from_unit", say_unit},
        {"request_to", say_unit},   {"appeal_to", say_unit},      {"assisting", say_unit},
        {"spot_unit", say_unit},    {"assist", say_unit},         {"to_units", say_unit},
        {"category", say_category}, {"categories", say_category}, {"area", say_area},
        {"areas", say_area},        {"channel", say_channel},     {"about", say_wechat_about},
    };
    for (size_t index = 0; index < sizeof codes / sizeof codes[0]; index++) {
        if (strcmp(codes[index].key, key) == 0) {
            return codes[index].name;
        }
    }
    return NULL;
}

static json_t *names_of(const struct say *say, namer *name, const json_t *codes)
{
    json_t *names = json_array();
    for (size_t index = 0; index < json_array_size(codes); index++) {
        const char *code = json_string_value(json_array_get(codes, index));
        json_array_append_new(names, code == NULL ? json_null() : json_string(name(say, code)));
    }
    return names;
}

/* A name in `to` for what stands under key; lists of objects have no codes of their own. */
static void name_member(const struct say *say, json_t *to, const char *key, const json_t *value)
{
    char beside[KEY_BYTES + 8];
    const bool list = json_is_array(value) && json_is_string(json_array_get(value, 0));
    namer *name = json_is_string(value) || list ? namer_of(key) : NULL;
    const bool level =
        json_is_integer(value) && (strcmp(key, "level") == 0 || strcmp(key, "to_level") == 0);
    (void)snprintf(beside, sizeof beside, list ? "%s_names" : "%s_name", key);
    if (level) {
        json_object_set_new(to, beside,
                            json_string(say_level(say, (uint32_t)json_integer_value(value))));
    } else if (list && name != NULL) {
        json_object_set_new(to, beside, names_of(say, name, value));
    } else if (name != NULL) {
        json_object_set_new(to, beside, json_string(name(say, json_string_value(value))));
    }
}

/* The names go into an object of their own first: nothing is added while it is walked. */
void say_json_names(const struct say *say, json_t *json)
{
    const char *key = NULL;
    json_t *value = NULL;
    for (size_t index = 0; index < json_array_size(json); index++) {
        json_t *item = json_array_get(json, index);
        if (json_is_object(item)) {
            say_json_names(say, item);
        }
    }
    if (!json_is_object(json)) {
        return;
    }
    json_t *names = json_object();
    const bool clock = json_object_get(json, "amount_ms") != NULL; /* its unit is one of time */
    json_object_foreach(json, key, value)
    {
        if (!clock || strcmp(key, "unit") != 0) {
            name_member(say, names, key, value);
        }
        if (json_is_object(value) || json_is_array(value)) {
            say_json_names(say, value);
        }
    }
    json_object_update_missing(json, names);
    json_decref(names);
}

/* ---- describing ---- */

static json_t *schema_type(const char *type)
{
    json_t *schema = json_object();
    json_object_set_new(schema, "type", json_string(type));
    return schema;
}

static json_t *schema_tokens(const ProtobufCEnumDescriptor *of)
{
    char token[SAY_WORDS_TOKEN_BYTES];
    json_t *schema = schema_type("string"), *tokens = json_array();
    for (unsigned index = 0; index < of->n_values; index++) {
        json_array_append_new(tokens,
                              json_string(say_words_token(of, of->values[index].value, token)));
    }
    json_object_set_new(schema, "enum", tokens);
    return schema;
}

/* A bound is in bytes and a schema counts characters, of which there are never more. */
static json_t *schema_text(const struct wire_bound *bound)
{
    json_t *schema = schema_type("string");
    if (bound != NULL && bound->bytes > 0) {
        json_object_set_new(schema, "maxLength", json_integer(bound->bytes));
    }
    return schema;
}

static json_t *schema_value(const ProtobufCFieldDescriptor *field, const struct shape *shape,
                            const struct wire_bound *bound)
{
    char reference[KEY_BYTES + 32];
    json_t *schema = NULL;
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return schema_type("boolean");
    case PROTOBUF_C_TYPE_ENUM:
        return schema_tokens(field->descriptor);
    case PROTOBUF_C_TYPE_STRING:
        return schema_text(bound);
    case PROTOBUF_C_TYPE_BYTES:
        schema = schema_type("string");
        json_object_set_new(schema, "pattern", json_string("^([0-9a-fA-F]{2})*$"));
        return schema;
    case PROTOBUF_C_TYPE_MESSAGE:
        (void)snprintf(reference, sizeof reference, "#/components/schemas/%s",
                       ((const ProtobufCMessageDescriptor *)field->descriptor)->short_name);
        schema = json_object();
        json_object_set_new(schema, "$ref", json_string(reference));
        return schema;
    default:
        break;
    }
    if (shape->form == FORM_TICKET) {
        schema = schema_type("string");
        json_object_set_new(schema, "pattern", json_string("^[0-9]{8}-[0-9]{4,8}-[0-9]$"));
        return schema;
    }
    if (shape->form == FORM_BITS) {
        schema = schema_type("array");
        json_object_set_new(schema, "items", schema_tokens(shape->bits));
        return schema;
    }
    schema = schema_type(shape->form == FORM_CODE ? "string" : "integer");
    if (shape->form != FORM_CODE) {
        json_object_set_new(schema, "minimum", json_integer(0));
    }
    return schema;
}

static json_t *schema_list(const ProtobufCFieldDescriptor *field, const struct shape *shape,
                           const struct wire_bound *bound)
{
    json_t *schema = schema_type("array");
    json_object_set_new(schema, "items", schema_value(field, shape, bound));
    if (bound != NULL && bound->count > 0) {
        json_object_set_new(schema, "maxItems", json_integer(bound->count));
    }
    return schema;
}

/* A moment has two names and either is enough, so none of them is required. */
json_t *say_json_schema(const ProtobufCMessageDescriptor *of)
{
    json_t *schema = schema_type("object"), *properties = json_object(), *required = json_array();
    for (unsigned index = 0; index < of->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &of->fields[index];
        const struct shape shape = shape_of(field);
        const struct wire_bound *bound = wire_bounds_of(of, field);
        if (shape.form == FORM_TWIN) {
            continue;
        }
        json_object_set_new(properties, shape.form == FORM_MOMENT ? field->name : shape.key,
                            is_repeated(field) ? schema_list(field, &shape, bound)
                                               : schema_value(field, &shape, bound));
        if (shape.form == FORM_MOMENT) {
            json_t *text = schema_type("string");
            json_object_set_new(text, "format", json_string("date-time"));
            json_object_set_new(properties, shape.key, text);
        } else if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
            json_array_append_new(required, json_string(shape.key));
        }
    }
    json_object_set_new(schema, "properties", properties);
    if (json_array_size(required) > 0) {
        json_object_set(schema, "required", required);
    }
    json_decref(required);
    return schema;
}

/* ---- reading ---- */

struct reader {
    const struct say *say;
    struct arena *arena;
    struct wire_error *error;
    unsigned depth;
};

/* Begins the way to the mistake; each caller adds its step (within). */
static enum rc refuse(const struct reader *reader, Paidan__Code code)
{
    reader->error->code = code;
    reader->error->field[0] = '\0';
    return RC_INVALID;
}

/* The way to the mistake is put together from its end, one step for each call that returns, and
 * keeps its end when it grows too long: that is where the mistake is. */
static enum rc within(const struct reader *reader, enum rc rc, const char *key, const char *dot)
{
    if (rc == RC_INVALID) {
        char path[2 * KEY_BYTES + sizeof reader->error->field];
        const int made = snprintf(path, sizeof path, "%.100s%s%s", key,
                                  reader->error->field[0] == '\0' ? "" : dot, reader->error->field);
        CHECK(made >= 0);
        const size_t bytes = strlen(path), room = sizeof reader->error->field - 1;
        const size_t skipped = bytes > room ? bytes - room : 0;
        memcpy(reader->error->field, path + skipped, bytes - skipped + 1);
    }
    return rc;
}

static enum rc read_message(struct reader *reader, const json_t *json,
                            const ProtobufCMessageDescriptor *descriptor,
                            ProtobufCMessage **message);

/* jansson's integers are signed; what does not fit the field is refused, not cut. */
static enum rc read_integer(const struct reader *reader, const json_t *json, uint64_t max,
                            uint64_t *value)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0 ||
        (uint64_t)json_integer_value(json) > max) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    *value = (uint64_t)json_integer_value(json);
    return RC_OK;
}

/* A string without a NUL inside; NULL: it is none. */
static const char *string_of(const json_t *json)
{
    const char *text = json_string_value(json);
    return text == NULL || strlen(text) != json_string_length(json) ? NULL : text;
}

/* A ticket only as its public number, with its check digit: an id that was typed by hand is a
 * mistake waiting to happen. */
static enum rc read_u64(const struct reader *reader, const struct shape *shape, const json_t *json,
                        uint64_t *value)
{
    const char *text = string_of(json);
    if (shape->form == FORM_TICKET) {
        return text != NULL && number_parse(text, value) == RC_OK
                   ? RC_OK
                   : refuse(reader, PAIDAN__CODE__NUMBER_INVALID);
    }
    if (shape->form == FORM_MOMENT && text != NULL) {
        /* "2h" would depend on a moment that is not known here. */
        return !say_time_is_span(text) && say_time_read(reader->say, text, 0, value) == RC_OK
                   ? RC_OK
                   : refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    return read_integer(reader, json, INT64_MAX, value);
}

/* Tokens only, not the words for people: those may be put better one day. */
static enum rc read_token(const struct reader *reader, const ProtobufCEnumDescriptor *of,
                          const json_t *json, int *value)
{
    const char *text = string_of(json);
    if (text == NULL) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    return say_words_read_token(of, text, value) ? RC_OK
                                                 : refuse(reader, PAIDAN__CODE__ENUM_UNKNOWN);
}

/* A list may name a value twice; the bit is set all the same. */
static enum rc read_bits(const struct reader *reader, const ProtobufCEnumDescriptor *of,
                         const json_t *json, uint32_t *bits)
{
    *bits = 0;
    if (!json_is_array(json)) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    for (size_t index = 0; index < json_array_size(json); index++) {
        int value = 0;
        const enum rc rc = read_token(reader, of, json_array_get(json, index), &value);
        if (rc != RC_OK) {
            return rc;
        }
        CHECK(value >= 0);
        CHECK(value < 32);
        *bits |= 1u << value;
    }
    return RC_OK;
}

/* whole fits: its bound is UINT32_MAX, or it is a code. */
static enum rc read_u32(const struct reader *reader, const struct shape *shape, const json_t *json,
                        uint32_t *value)
{
    uint64_t whole = 0;
    int code = 0;
    enum rc rc = RC_OK;
    if (shape->form == FORM_BITS) {
        return read_bits(reader, shape->bits, json, value);
    }
    if (shape->form == FORM_CODE) {
        rc = read_token(reader, &paidan__code__descriptor, json, &code);
        whole = (uint64_t)code;
    } else {
        rc = read_integer(reader, json, UINT32_MAX, &whole);
    }
    *value = (uint32_t)whole;
    return rc;
}

/* UTF-8 was checked by jansson, length and control characters are by wire_check at the end. */
static enum rc read_string(const struct reader *reader, const json_t *json, char **text)
{
    const char *given = string_of(json);
    if (given == NULL) {
        return refuse(reader, json_is_string(json) ? PAIDAN__CODE__TEXT_NOT_UTF8
                                                   : PAIDAN__CODE__FIELD_INVALID);
    }
    *text = arena_strdup(reader->arena, given);
    return *text == NULL ? RC_LIMIT : RC_OK;
}

static int digit_of(char letter)
{
    return letter >= '0' && letter <= '9'   ? letter - '0'
           : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
           : letter >= 'A' && letter <= 'F' ? letter - 'A' + 10
                                            : -1;
}

/* Both cases of hexadecimal are read, one is written. */
static enum rc read_bytes(const struct reader *reader, const json_t *json,
                          ProtobufCBinaryData *data)
{
    const char *text = string_of(json);
    const size_t count = text == NULL ? 0 : strlen(text) / 2;
    if (text == NULL || strlen(text) % 2 != 0) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    data->len = count;
    data->data = count == 0 ? NULL : arena_alloc(reader->arena, count);
    if (count > 0 && data->data == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        const int high = digit_of(text[2 * index]), low = digit_of(text[2 * index + 1]);
        if (high < 0 || low < 0) {
            return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
        }
        data->data[index] = (uint8_t)(high << 4 | low);
    }
    return RC_OK;
}

static enum rc read_value(struct reader *reader, const ProtobufCFieldDescriptor *field,
                          const struct shape *shape, const json_t *json, void *at)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return read_u64(reader, shape, json, at);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return read_u32(reader, shape, json, at);
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)at = json_is_true(json);
        return json_is_boolean(json) ? RC_OK : refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    case PROTOBUF_C_TYPE_ENUM:
        return read_token(reader, field->descriptor, json, at);
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, json, at);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reader, json, at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(reader, json, field->descriptor, at);
    default:
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID); /* no field of ours has another type */
    }
}

/* Elements lie in one run of the arena; the message gets it only when all are read. */
static enum rc read_list(struct reader *reader, const ProtobufCFieldDescriptor *field,
                         const struct shape *shape, const json_t *json, ProtobufCMessage *message)
{
    char *base = (char *)message, index_text[32];
    if (!json_is_array(json)) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    const size_t count = json_array_size(json), bytes = element_bytes(field->type);
    char *elements = count == 0 ? NULL : arena_zalloc(reader->arena, count * bytes);
    if (count > 0 && elements == NULL) {
        return RC_LIMIT;
    }
    for (size_t index = 0; index < count; index++) {
        const enum rc rc =
            read_value(reader, field, shape, json_array_get(json, index), elements + index * bytes);
        if (rc != RC_OK) {
            (void)snprintf(index_text, sizeof index_text, "[%zu]", index);
            return within(reader, rc, index_text, ".");
        }
    }
    *(size_t *)(void *)(base + field->quantifier_offset) = count;
    *(char **)(void *)(base + field->offset) = elements;
    return RC_OK;
}

/* Says in the message that the field is there. */
static enum rc mark_present(const struct reader *reader, const ProtobufCFieldDescriptor *field,
                            ProtobufCMessage *message)
{
    char *quantifier = (char *)message + field->quantifier_offset;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t *chosen = (uint32_t *)(void *)quantifier;
        if (*chosen != 0) {
            return refuse(reader, PAIDAN__CODE__FIELD_INVALID); /* one of them, not two */
        }
        *chosen = field->id;
    } else if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->type != PROTOBUF_C_TYPE_STRING &&
               field->type != PROTOBUF_C_TYPE_MESSAGE) {
        *(protobuf_c_boolean *)(void *)quantifier = 1;
    }
    return RC_OK;
}

/* again: the field was set by the other of its two names. */
static enum rc read_field(struct reader *reader, const ProtobufCFieldDescriptor *field,
                          const struct shape *shape, const json_t *json, bool again,
                          ProtobufCMessage *message)
{
    char *at = (char *)message + field->offset;
    if (again) { /* a moment in its second form must be the same moment */
        uint64_t value = 0;
        const enum rc rc = read_u64(reader, shape, json, &value);
        return rc == RC_OK && value != *(const uint64_t *)(const void *)at
                   ? refuse(reader, PAIDAN__CODE__FIELD_INVALID)
                   : rc;
    }
    if (is_repeated(field)) {
        return read_list(reader, field, shape, json, message);
    }
    const enum rc rc = mark_present(reader, field, message);
    return rc == RC_OK ? read_value(reader, field, shape, json, at) : rc;
}

/* The field that a name of JSON means; n_fields: none. */
static unsigned find_field(const ProtobufCMessageDescriptor *descriptor, const char *key,
                           struct shape *shape)
{
    unsigned index = 0;
    for (; index < descriptor->n_fields; index++) {
        *shape = shape_of(&descriptor->fields[index]);
        if ((shape->form != FORM_TWIN && strcmp(shape->key, key) == 0) ||
            (shape->form == FORM_MOMENT && strcmp(descriptor->fields[index].name, key) == 0)) {
            break;
        }
    }
    return index;
}

static enum rc read_fields(struct reader *reader, const json_t *json,
                           const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage *message)
{
    bool seen[FIELDS_MAX] = {false};
    const char *key = NULL;
    json_t *value = NULL;
    struct shape shape;
    /* jansson wants the object unconst to walk it and changes nothing. */
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        const unsigned index = find_field(descriptor, key, &shape);
        if (index == descriptor->n_fields) {
            return within(reader, refuse(reader, PAIDAN__CODE__FIELD_INVALID), key, ".");
        }
        const ProtobufCFieldDescriptor *field = &descriptor->fields[index];
        const enum rc rc = read_field(reader, field, &shape, value, seen[index], message);
        if (rc != RC_OK) {
            return within(reader, rc, key, reader->error->field[0] == '[' ? "" : ".");
        }
        seen[index] = true;
    }
    for (unsigned index = 0; index < descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[index];
        if (field->label == PROTOBUF_C_LABEL_REQUIRED && !seen[index]) {
            return within(reader, refuse(reader, PAIDAN__CODE__FIELD_INVALID), shape_of(field).key,
                          ".");
        }
    }
    return RC_OK;
}

static enum rc read_message(struct reader *reader, const json_t *json,
                            const ProtobufCMessageDescriptor *descriptor,
                            ProtobufCMessage **message)
{
    CHECK(descriptor->n_fields <= FIELDS_MAX);
    if (!json_is_object(json) || reader->depth == DEPTH_MAX) {
        return refuse(reader, PAIDAN__CODE__FIELD_INVALID);
    }
    *message = arena_alloc(reader->arena, descriptor->sizeof_message);
    if (*message == NULL) {
        return RC_LIMIT;
    }
    descriptor->message_init(*message);
    reader->depth++;
    const enum rc rc = read_fields(reader, json, descriptor, *message);
    reader->depth--;
    return rc;
}

enum rc say_json_read(const struct say *say, const json_t *json, struct arena *arena,
                      const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **message,
                      struct wire_error *error)
{
    struct reader reader = {.say = say, .arena = arena, .error = error};
    ProtobufCMessage *made = NULL;
    enum rc rc = read_message(&reader, json, descriptor, &made);
    if (rc == RC_OK) {
        rc = wire_check(made, error);
    }
    if (rc == RC_OK) {
        *message = made;
    }
    return rc;
}
