/* gateway_form: fields, files and tokens of forms. It owns nothing. What must stay true: a text that
 * comes out is UTF-8 without control characters but line ends; nothing is read beyond the body; a name
 * means one value. And a token proves that its form came from this process: a page elsewhere that
 * wants to send our forms has to fetch one by itself, under its own address's budget, and is then
 * stopped by the browser's Origin. */

#include "gateway_form.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/text/text.h"

enum {
    BOUNDARY_BYTES_MAX = 70, /* RFC 2046 */
    PART_HEADERS_MAX = 1024,
    TOKEN_LIFE_S = 12 * 3600,
    TIME_BYTES = 8,
    MAC_BYTES = 16,
    TOKEN_RAW_BYTES = TIME_BYTES + REQUEST_ID_BYTES + MAC_BYTES,
};
static_assert(GATEWAY_FORM_TOKEN_BYTES == 2 * TOKEN_RAW_BYTES + 1, "hexadecimal");

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool text_plain(const char *text, size_t bytes)
{
    size_t bad = 0;
    for (size_t index = 0; index < bytes; index++) {
        const unsigned char byte = (unsigned char)text[index];
        if (byte == 0 || byte == 127 ||
            (byte < 32 && byte != '\t' && byte != '\r' && byte != '\n')) {
            return false;
        }
    }
    return text_valid(text, bytes, &bad);
}

/* "attribute[fault][]": each is one more item, as PHP's clients and those after them send lists. */
static bool is_item(const char *name)
{
    const size_t bytes = strlen(name);
    return bytes > 2 && strcmp(name + bytes - 2, "[]") == 0;
}

static bool given(const struct gateway_form *form, const char *name)
{
    for (unsigned index = 0; index < form->field_count; index++) {
        if (!is_item(name) && strcmp(form->fields[index].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* "----x" of `multipart/form-data; boundary="----x"`. */
static bool read_boundary(const char *type, char boundary[BOUNDARY_BYTES_MAX + 1])
{
    const char *at = strcasestr(type, "boundary=");
    if (at == NULL) {
        return false;
    }
    at += strlen("boundary=");
    const bool quoted = *at == '"';
    at += quoted ? 1 : 0;
    const size_t bytes = strcspn(at, quoted ? "\"" : "; \t");
    if (bytes == 0 || bytes > BOUNDARY_BYTES_MAX) {
        return false;
    }
    memcpy(boundary, at, bytes);
    boundary[bytes] = '\0';
    return true;
}

/* The value of name="..." in a part's headers, ended by NUL in place; NULL: none. What a browser escapes
 * in it (%22) stays escaped: it is shown, never used. */
static char *parameter(char *headers, const char *name)
{
    const size_t name_bytes = strlen(name);
    for (char *at = headers; (at = strcasestr(at, name)) != NULL; at += name_bytes) {
        const bool begins = at > headers && (at[-1] == ' ' || at[-1] == ';');
        if (begins && at[name_bytes] == '=' && at[name_bytes + 1] == '"') {
            return at + name_bytes + 2;
        }
    }
    return NULL;
}

static bool end_quoted(char *value)
{
    char *end = value == NULL ? NULL : strchr(value, '"');
    if (end == NULL) {
        return false;
    }
    *end = '\0';
    return true;
}

/* headers: one part's, ended by NUL; content: its bytes, ended by NUL. */
static enum rc take_part(struct gateway_form *form, char *headers, char *content, size_t size)
{
    char *name = parameter(headers, "name");
    char *file = parameter(headers, "filename");
    if (strcasestr(headers, "content-disposition: form-data") == NULL || !end_quoted(name) ||
        (file != NULL && !end_quoted(file)) || !text_plain(name, strlen(name)) || name[0] == '\0') {
        return RC_INVALID;
    }
    if (file != NULL) {
        if (size == 0) {
            return RC_OK;
        }
        if (form->file_count == GATEWAY_FORM_FILES_MAX) {
            return RC_LIMIT;
        }
        form->files[form->file_count++] = (struct gateway_file){
            name, text_plain(file, strlen(file)) ? file : "", (const unsigned char *)content, size};
        return RC_OK;
    }
    if (!text_plain(content, size) || given(form, name)) {
        return RC_INVALID;
    }
    if (form->field_count == GATEWAY_FORM_FIELDS_MAX) {
        return RC_LIMIT;
    }
    form->fields[form->field_count++] = (struct gateway_pair){name, content};
    return RC_OK;
}

static enum rc read_multipart(char *body, size_t size, const char *type, struct gateway_form *form)
{
    char boundary[BOUNDARY_BYTES_MAX + 1], mark[BOUNDARY_BYTES_MAX + 5];
    if (!read_boundary(type, boundary)) {
        return RC_INVALID;
    }
    /* mark: how every part but the first begins; the first has no line before it. */
    const size_t mark_bytes = (size_t)snprintf(mark, sizeof mark, "\r\n--%s", boundary);
    char *const end = body + size;
    char *at = body;
    if (size < mark_bytes || memcmp(body, mark + 2, mark_bytes - 2) != 0) {
        return RC_INVALID;
    }
    at += mark_bytes - 2;
    while (end - at >= 2 && memcmp(at, "--", 2) != 0) {
        char *headers = at;
        char *stop = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
        if (memcmp(at, "\r\n", 2) != 0 || stop == NULL || stop - headers > PART_HEADERS_MAX ||
            memchr(headers, 0, (size_t)(stop - headers)) != NULL) {
            return RC_INVALID;
        }
        char *content = stop + 4;
        /* An empty content's mark begins with the blank line's own end. */
        char *next = memmem(stop + 2, (size_t)(end - stop - 2), mark, mark_bytes);
        if (next == NULL) {
            return RC_INVALID;
        }
        *stop = '\0';
        const size_t bytes = next > content ? (size_t)(next - content) : 0;
        at = next + mark_bytes;
        *(bytes == 0 ? content - 1 : next) = '\0';
        const enum rc rc = take_part(form, headers, bytes == 0 ? content - 1 : content, bytes);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return end - at >= 2 ? RC_OK : RC_INVALID;
}

enum rc gateway_form_read(char *body, size_t size, const char *type, struct gateway_form *form)
{
    *form = (struct gateway_form){.field_count = 0};
    CHECK(body == NULL || body[size] == '\0');
    if (body == NULL || type == NULL) {
        return RC_INVALID;
    }
    if (strncasecmp(type, "multipart/form-data", 19) == 0) {
        return read_multipart(body, size, type, form);
    }
    if (strlen(body) != size) {
        return RC_INVALID;
    }
    struct gateway_pair pairs[GATEWAY_FORM_FIELDS_MAX];
    unsigned count = 0;
    const enum rc rc = gateway_uri_form(body, pairs, GATEWAY_FORM_FIELDS_MAX, &count);
    for (unsigned index = 0; rc == RC_OK && index < count; index++) {
        if (given(form, pairs[index].name)) {
            return RC_INVALID;
        }
        form->fields[form->field_count++] = pairs[index];
    }
    return rc;
}

const char *gateway_form_field(const struct gateway_form *form, const char *name)
{
    for (unsigned index = 0; index < form->field_count; index++) {
        if (strcmp(form->fields[index].name, name) == 0) {
            return form->fields[index].value;
        }
    }
    return "";
}

bool gateway_form_index(const char *name, const char *array, char *code, size_t size)
{
    const size_t array_bytes = strlen(array);
    if (strncmp(name, array, array_bytes) != 0 || name[array_bytes] != '[') {
        return false;
    }
    const char *begin = name + array_bytes + 1;
    const size_t bytes = strcspn(begin, "[]");
    const char *after = begin + bytes;
    if (bytes == 0 || bytes >= size || *after != ']') {
        return false;
    }
    if (after[1] == '[') { /* which item of a list: none is named twice, so it does not matter */
        after += 2;
        after += strspn(after, "0123456789");
        if (*after != ']') {
            return false;
        }
    }
    if (after[1] != '\0') {
        return false;
    }
    memcpy(code, begin, bytes);
    code[bytes] = '\0';
    return true;
}

/* ---- tokens -----------------------------------------------------------------------------------
 */

static void mac_of(const struct gateway *gateway, const unsigned char *raw,
                   unsigned char mac[MAC_BYTES])
{
    (void)crypto_generichash(mac, MAC_BYTES, raw, TIME_BYTES + REQUEST_ID_BYTES,
                             gateway->form_secret, sizeof gateway->form_secret);
}

void gateway_form_token(const struct gateway *gateway, char token[GATEWAY_FORM_TOKEN_BYTES])
{
    unsigned char raw[TOKEN_RAW_BYTES];
    codec_set_u64(raw, clock_monotonic_us() / 1000000u);
    randombytes_buf(raw + TIME_BYTES, REQUEST_ID_BYTES);
    mac_of(gateway, raw, raw + TIME_BYTES + REQUEST_ID_BYTES);
    (void)sodium_bin2hex(token, GATEWAY_FORM_TOKEN_BYTES, raw, sizeof raw);
}

/* Names and values with their ends, so that what stands in one field cannot be shifted into another. */
static void request_id_of(struct exchange *exchange, const struct gateway_form *form,
                          const unsigned char id[REQUEST_ID_BYTES])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, id, REQUEST_ID_BYTES, REQUEST_ID_BYTES);
    for (unsigned index = 0; index < form->field_count; index++) {
        const struct gateway_pair *field = &form->fields[index];
        (void)crypto_generichash_update(&state, (const unsigned char *)field->name,
                                        strlen(field->name) + 1);
        (void)crypto_generichash_update(&state, (const unsigned char *)field->value,
                                        strlen(field->value) + 1);
    }
    for (unsigned index = 0; index < form->file_count; index++) {
        (void)crypto_generichash_update(&state, form->files[index].bytes, form->files[index].size);
    }
    (void)crypto_generichash_final(&state, exchange->request_id, REQUEST_ID_BYTES);
}

bool gateway_form_trusts(struct exchange *exchange, const struct gateway_form *form)
{
    unsigned char raw[TOKEN_RAW_BYTES], mac[MAC_BYTES];
    const char *token = gateway_form_field(form, "token");
    size_t bytes = 0;
    static_assert(REQUEST_ID_BYTES >= crypto_generichash_KEYBYTES_MIN, "an id is a key");
    if (sodium_hex2bin(raw, sizeof raw, token, strlen(token), NULL, &bytes, NULL) != 0 ||
        bytes != sizeof raw) {
        return false;
    }
    mac_of(exchange->gateway, raw, mac);
    const uint64_t made_s = codec_u64_at(raw), now_s = clock_monotonic_us() / 1000000u;
    if (sodium_memcmp(mac, raw + TIME_BYTES + REQUEST_ID_BYTES, MAC_BYTES) != 0 || made_s > now_s ||
        now_s - made_s > TOKEN_LIFE_S) {
        return false;
    }
    request_id_of(exchange, form, raw + TIME_BYTES);
    return true;
}
