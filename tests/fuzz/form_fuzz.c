/* form_fuzz: what a browser, or whoever claims to be one, sends from a page of the residents: the first line is
 * the header Content-Type, the rest a body. Whatever it is, it is refused, or is fields and files that lie within
 * the body, each name once but those of lists, each text UTF-8 without control characters. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"
#include "gateway_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One heap block of exactly its size and a NUL: a step too far is seen by the sanitizer. */
static char *copy_of(const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size + 1);
    CHECK(copy != NULL);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    copy[size] = '\0';
    return copy;
}

static void check_text(const char *text, const char *body, size_t size)
{
    size_t bad = 0;
    CHECK(text >= body);
    CHECK(text + strlen(text) <= body + size);
    CHECK(text_valid(text, strlen(text), &bad));
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        CHECK(byte >= 32 || byte == '\t' || byte == '\r' || byte == '\n');
        CHECK(byte != 127);
    }
}

static void check_fields(const struct gateway_form *form, const char *body, size_t size)
{
    CHECK(form->field_count <= GATEWAY_FORM_FIELDS_MAX);
    for (unsigned index = 0; index < form->field_count; index++) {
        const struct gateway_pair *field = &form->fields[index];
        check_text(field->name, body, size);
        check_text(field->value, body, size);
        CHECK(field->name[0] != '\0');
        /* The first of two would be another one. */
        const size_t bytes = strlen(field->name);
        const bool item = bytes > 2 && strcmp(field->name + bytes - 2, "[]") == 0;
        CHECK(item || gateway_form_field(form, field->name) == field->value);
        char code[16];
        if (gateway_form_index(field->name, "attribute", code, sizeof code)) {
            CHECK(code[0] != '\0');
            CHECK(strpbrk(code, "[]") == NULL);
            CHECK(strstr(field->name, code) != NULL);
        }
    }
}

static void check_files(const struct gateway_form *form, const char *body, size_t size)
{
    const unsigned char *begin = (const unsigned char *)body;
    CHECK(form->file_count <= GATEWAY_FORM_FILES_MAX);
    for (unsigned index = 0; index < form->file_count; index++) {
        const struct gateway_file *file = &form->files[index];
        check_text(file->field, body, size);
        CHECK(file->size > 0);
        CHECK(file->bytes >= begin);
        CHECK(file->size <= size);
        CHECK(file->bytes + file->size <= begin + size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
    if (line == NULL) {
        return 0;
    }
    const size_t type_bytes = (size_t)(line - data), body_bytes = size - type_bytes - 1;
    char *type = copy_of(data, type_bytes), *body = copy_of(line + 1, body_bytes);
    struct gateway_form form;
    if (gateway_form_read(body, body_bytes, type, &form) == RC_OK) {
        check_fields(&form, body, body_bytes);
        check_files(&form, body, body_bytes);
    }
    free(type);
    free(body);
    return 0;
}
