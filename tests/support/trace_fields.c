#include "trace_fields.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text/text.h"

struct out {
    char *text;
    size_t size, used;
    uint64_t base_ms;
};

static void put(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct out *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int used = vsnprintf(out->text + out->used, out->size - out->used, format, arguments);
    va_end(arguments);
    const size_t room = out->size - out->used - 1;
    out->used += used < 0 ? 0 : (size_t)used < room ? (size_t)used : room;
}

static void put_message(struct out *out, const ProtobufCMessage *message);

/* A moment, not a span: spans are named *amount_ms, *consumed_ms. */
static bool is_moment(const char *name)
{
    const size_t bytes = strlen(name);
    return bytes > 3 && strcmp(name + bytes - 3, "_ms") == 0 && strcmp(name, "amount_ms") != 0 &&
           strcmp(name, "warn_amount_ms") != 0 && strcmp(name, "consumed_ms") != 0;
}

static void put_value(struct out *out, const ProtobufCFieldDescriptor *field, const void *value)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        put(out, "\"%.*s\"", (int)text_clip(*(char *const *)value, 120), *(char *const *)value);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        if (is_moment(field->name)) {
            put(out, "%lld", (long long)*(const uint64_t *)value - (long long)out->base_ms);
        } else {
            put(out, "%llu", (unsigned long long)*(const uint64_t *)value);
        }
        break;
    case PROTOBUF_C_TYPE_BOOL:
        put(out, "%s", *(const protobuf_c_boolean *)value ? "yes" : "no");
        break;
    case PROTOBUF_C_TYPE_ENUM: {
        const ProtobufCEnumValue *named =
            protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value);
        put(out, "%s", named == NULL ? "?" : named->name);
        break;
    }
    case PROTOBUF_C_TYPE_MESSAGE:
        put(out, "{");
        put_message(out, *(const ProtobufCMessage *const *)value);
        put(out, "}");
        break;
    default:
        put(out, "%u", *(const uint32_t *)value);
        break;
    }
}

static size_t value_bytes(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    default:
        return sizeof(uint32_t);
    }
}

static bool is_set(const ProtobufCFieldDescriptor *field, const char *base)
{
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        *(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id) {
        return false; /* its place in the union holds another one */
    }
    const bool pointer =
        field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE;
    if (pointer) {
        return *(void *const *)(const void *)(base + field->offset) != NULL;
    }
    return field->label != PROTOBUF_C_LABEL_OPTIONAL ||
           *(const protobuf_c_boolean *)(base + field->quantifier_offset);
}

static void put_field(struct out *out, const ProtobufCFieldDescriptor *field, const char *base)
{
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        if (is_set(field, base)) {
            put(out, "%s%s=", out->used > 0 && out->text[out->used - 1] != '{' ? " " : "",
                field->name);
            put_value(out, field, base + field->offset);
        }
        return;
    }
    const size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *items = *(char *const *)(const void *)(base + field->offset);
    for (size_t index = 0; index < count; index++) {
        put(out, " %s[%zu]=", field->name, index);
        put_value(out, field, items + index * value_bytes(field));
    }
}

static void put_message(struct out *out, const ProtobufCMessage *message)
{
    for (unsigned index = 0; index < message->descriptor->n_fields; index++) {
        put_field(out, &message->descriptor->fields[index], (const char *)message);
    }
}

void trace_fields(const ProtobufCMessage *message, uint64_t base_ms, char *text, size_t size)
{
    struct out out = {.text = text, .size = size, .base_ms = base_ms};
    text[0] = '\0';
    put_message(&out, message);
}

const ProtobufCMessage *trace_member(const ProtobufCMessage *message, unsigned field)
{
    const ProtobufCFieldDescriptor *found =
        protobuf_c_message_descriptor_get_field(message->descriptor, field);
    if (found == NULL || found->type != PROTOBUF_C_TYPE_MESSAGE) {
        return NULL;
    }
    return *(ProtobufCMessage *const *)(const void *)((const char *)message + found->offset);
}
