/* cli_json: see the header. */

#include "cli_json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli_time.h"
#include "common/say/code.h"
#include "common/say/number.h"

/* Spans, not moments. */
static const char *const spans[] = {
    "amount_ms",      "warn_amount_ms", "consumed_ms", "wait_ms",   "lease_ms",
    "retry_after_ms", "counted_ms",     "skipped_ms",  "paused_ms", NULL};
/* Texts of residents and what else is personal, wherever it stands in intake's messages. */
static const char *const withheld[] = {"text",  "title",    "given_title", "place",
                                       "phone", "reporter", "query_code",  "supplements",
                                       "name",  "url",      "note",        NULL};

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

json_t *cli_json_number(uint64_t ticket)
{
    char number[NUMBER_BYTES];
    number_format(ticket, number);
    return json_string(number);
}

void cli_json_time(const struct cli *cli, json_t *object, const char *name, uint64_t at_ms)
{
    char text[CLI_TIME_BYTES], field[80];
    cli_time_rfc3339(at_ms, cli->utc_offset_ms, text);
    json_object_set_new(object, name, json_string(text));
    (void)snprintf(field, sizeof field, "%s_ms", name);
    json_object_set_new(object, field, json_integer((json_int_t)at_ms));
}

const char *cli_json_enum(const ProtobufCEnumDescriptor *descriptor, int value, char name[40])
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(descriptor, value);
    if (found == NULL) {
        return "?";
    }
    if (descriptor == &paidan__code__descriptor) {
        return found->name;
    }
    if (descriptor == &paidan__end_rule__descriptor && value == PAIDAN__END_RULE__END_OF_DAY) {
        return "end_of_day"; /* its whole name is the word */
    }
    const char *bar = strchr(found->name, '_');
    (void)snprintf(name, 40, "%s", bar == NULL ? found->name : bar + 1);
    for (char *at = name; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return name;
}

/* Names of the bits that are set. */
static json_t *names_of(const ProtobufCEnumDescriptor *descriptor, uint32_t bits)
{
    json_t *list = json_array();
    char name[40];
    for (int bit = 0; bit < 32; bit++) {
        if ((bits >> bit & 1u) != 0) {
            json_array_append_new(list, json_string(cli_json_enum(descriptor, bit, name)));
        }
    }
    return list;
}

json_t *cli_json_reasons(uint32_t reasons)
{
    return names_of(&paidan__desk_reason__descriptor, reasons);
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

static json_t *hexadecimal(const ProtobufCBinaryData *data)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * 64 + 1];
    size_t used = 0;
    for (size_t index = 0; index < data->len && index < 64; index++) {
        text[used++] = digits[data->data[index] >> 4];
        text[used++] = digits[data->data[index] & 15];
    }
    text[used] = '\0';
    return json_string(text);
}

/* One value; at points to it (an element of a repeated field, or the field). */
static json_t *value_of(const struct cli *cli, const ProtobufCFieldDescriptor *field,
                        const void *at, bool texts)
{
    char name[40];
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64: {
        const uint64_t value = *(const uint64_t *)at;
        return strcmp(field->name, "ticket") == 0 || strcmp(field->name, "tickets") == 0
                   ? cli_json_number(value)
                   : json_integer((json_int_t)value);
    }
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return json_integer(*(const uint32_t *)at);
    case PROTOBUF_C_TYPE_BOOL:
        return json_boolean(*(const protobuf_c_boolean *)at);
    case PROTOBUF_C_TYPE_ENUM:
        return json_string(cli_json_enum(field->descriptor, *(const int *)at, name));
    case PROTOBUF_C_TYPE_STRING:
        return json_string(*(char *const *)at);
    case PROTOBUF_C_TYPE_BYTES:
        return hexadecimal(at);
    case PROTOBUF_C_TYPE_MESSAGE:
        return cli_json_message(cli, *(const ProtobufCMessage *const *)at, texts);
    default:
        return json_null(); /* no field of ours has another type */
    }
}

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

static bool present(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *base = (const char *)message;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        return *(const uint32_t *)(const void *)(base + field->quantifier_offset) == field->id;
    }
    if (field->label == PROTOBUF_C_LABEL_REQUIRED) {
        return true;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return *(const size_t *)(const void *)(base + field->quantifier_offset) > 0;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return *(const void *const *)(const void *)(base + field->offset) != NULL;
    }
    return *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset) != 0;
}

static void set_repeated(const struct cli *cli, json_t *object,
                         const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message,
                         bool texts)
{
    const char *base = (const char *)message;
    const size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *elements = *(const char *const *)(const void *)(base + field->offset);
    json_t *list = json_array();
    for (size_t index = 0; index < count; index++) {
        json_array_append_new(
            list, value_of(cli, field, elements + index * element_bytes(field->type), texts));
    }
    json_object_set_new(object,
                        strcmp(field->name, "tickets") == 0 && field->type == PROTOBUF_C_TYPE_UINT64
                            ? "numbers"
                            : field->name,
                        list);
}

static void set_field(const struct cli *cli, json_t *object, const ProtobufCFieldDescriptor *field,
                      const ProtobufCMessage *message, bool texts)
{
    const char *base = (const char *)message;
    const void *at = base + field->offset;
    char name[64];
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        set_repeated(cli, object, field, message, texts);
    } else if (field->type == PROTOBUF_C_TYPE_STRING && !texts && listed(withheld, field->name)) {
        (void)snprintf(name, sizeof name, "%s_bytes", field->name);
        json_object_set_new(object, name, json_integer((json_int_t)strlen(*(char *const *)at)));
    } else if (field->type == PROTOBUF_C_TYPE_UINT64 && ends_with(field->name, "_ms") &&
               !listed(spans, field->name)) {
        (void)snprintf(name, sizeof name, "%.*s", (int)(strlen(field->name) - 3), field->name);
        cli_json_time(cli, object, name, *(const uint64_t *)at);
    } else if (strcmp(field->name, "ticket") == 0) {
        json_object_set_new(object, "number", value_of(cli, field, at, texts));
    } else if (bits_of(field) != NULL) {
        json_object_set_new(object, field->name, names_of(bits_of(field), *(const uint32_t *)at));
    } else if (strcmp(field->name, "code") == 0 && field->type == PROTOBUF_C_TYPE_UINT32) {
        json_object_set_new(object, "code",
                            json_string(code_name((Paidan__Code) * (const uint32_t *)at)));
    } else {
        json_object_set_new(object, field->name, value_of(cli, field, at, texts));
    }
}

json_t *cli_json_message(const struct cli *cli, const ProtobufCMessage *message, bool texts)
{
    json_t *object = json_object();
    for (unsigned index = 0; index < message->descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[index];
        if (present(message, field)) {
            set_field(cli, object, field, message, texts);
        }
    }
    return object;
}

json_t *cli_json_event(const struct cli *cli, const char *service, uint64_t seq,
                       const Paidan__Event *event, bool texts)
{
    json_t *object = json_object();
    json_object_set_new(object, "seq", json_integer((json_int_t)seq));
    json_object_set_new(object, "service", json_string(service));
    /* Only intake's facts hold what residents wrote; units' notes elsewhere are records of work. */
    json_t *fields = cli_json_message(cli, &event->base, texts || strcmp(service, "intake") != 0);
    json_object_update(object, fields);
    json_decref(fields);
    return object;
}

json_t *cli_json_brief(struct cli *cli, const Paidan__Brief *brief)
{
    json_t *object = cli_json_message(cli, &brief->base, true);
    json_object_set_new(object, "level_name", json_string(cli_level_name(cli, brief->level)));
    json_object_set_new(object, "unit_name", json_string(cli_unit_name(cli, brief->unit)));
    if (brief->category != NULL) {
        json_object_set_new(object, "category_name",
                            json_string(cli_category_name(cli, brief->category)));
    }
    if (brief->area != NULL) {
        json_object_set_new(object, "area_name", json_string(cli_area_name(cli, brief->area)));
    }
    return object;
}

static int print(const struct cli *cli, json_t *json, size_t flags)
{
    if (json == NULL) {
        return cli_fail(cli, CLI_EXIT_IO, "内存不足", "out of memory", NULL);
    }
    const int failed = json_dumpf(json, stdout, flags);
    json_decref(json);
    if (failed != 0 || putchar('\n') == EOF) {
        return cli_fail(cli, CLI_EXIT_IO, "无法写出结果", "cannot write the output", NULL);
    }
    return CLI_EXIT_OK;
}

int cli_json_print(const struct cli *cli, json_t *json)
{
    return print(cli, json, JSON_INDENT(2));
}

int cli_json_line(const struct cli *cli, json_t *json)
{
    return print(cli, json, JSON_COMPACT);
}
