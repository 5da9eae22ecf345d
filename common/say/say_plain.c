/* say_plain: what a terminal, or a page, must not be told by a text. It owns nothing. What must stay true: who
 * reads a complaint sees it in the order in which it was written, and a text moves no cursor; nothing that is
 * seen is taken out; and what is stored stays as it came, for this is for showing alone. */
#include "common/say/say_plain.h"

#include <string.h>

#include "common/base/check.h"

bool say_plain_hidden(const unsigned char *at, size_t bytes)
{
    CHECK(bytes > 0);
    if (bytes == 1) {
        return (at[0] < 0x20 && at[0] != '\n' && at[0] != '\t') || at[0] == 0x7f;
    }
    if (bytes == 2) {
        return (at[0] == 0xc2 && at[1] < 0xa0) || (at[0] == 0xd8 && at[1] == 0x9c);
    }
    return bytes == 3 && ((at[0] == 0xe2 && at[1] == 0x80 &&
                           (at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae))) ||
                          (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9) ||
                          (at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) ||
                          (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe));
}

void say_plain_text(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        const unsigned char first = (unsigned char)*at;
        size_t bytes = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        const size_t left = strnlen(at, bytes);
        bytes = left < bytes ? left : bytes; /* cut off: no UTF-8, and shown as it is */
        if (!say_plain_hidden((const unsigned char *)at, bytes)) {
            memmove(to, at, bytes);
            to += bytes;
        }
        at += bytes;
    }
    *to = '\0';
}

/* Strings lie where they were unpacked; one that is absent is the default, which is nobody's to change. */
static void plain_string(const ProtobufCFieldDescriptor *field, char *text)
{
    if (text != NULL && text != field->default_value) {
        say_plain_text(text);
    }
}

static void plain_field(const ProtobufCFieldDescriptor *field, char *member, size_t count)
{
    const bool many = field->label == PROTOBUF_C_LABEL_REPEATED;
    void **values = many ? *(void ***)(void *)member : (void **)(void *)member;
    for (size_t index = 0; index < (many ? count : 1); index++) {
        if (field->type == PROTOBUF_C_TYPE_STRING) {
            plain_string(field, values[index]);
        } else if (values[index] != NULL) {
            say_plain_message(values[index]);
        }
    }
}

void say_plain_message(ProtobufCMessage *message)
{
    CHECK(message->descriptor != NULL);
    char *base = (char *)message;
    for (unsigned index = 0; index < message->descriptor->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[index];
        size_t count = 0;
        if (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE) {
            continue;
        }
        if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
            unsigned set = 0;
            memcpy(&set, base + field->quantifier_offset, sizeof set);
            if (set != field->id) {
                continue; /* another member's bytes */
            }
        } else if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            memcpy(&count, base + field->quantifier_offset, sizeof count);
        }
        plain_field(field, base + field->offset, count);
    }
}
