/* gateway_form: what a form of a page sends: fields and files, and the token that says that the form was
 * ours. Reading is pure and works in the body's own memory. */
#pragma once

#include "gateway.h"

enum {
    GATEWAY_FORM_FIELDS_MAX = 64,
    GATEWAY_FORM_FILES_MAX = 4,
    GATEWAY_FORM_TOKEN_BYTES = 81, /* with NUL */
};

struct gateway_file {
    const char *field, *name; /* name: as the browser says, of nobody's choosing but the sender's */
    const unsigned char *bytes;
    size_t size; /* > 0: a field for files that was left empty is none */
};
struct gateway_form {
    unsigned field_count, file_count;
    struct gateway_pair fields[GATEWAY_FORM_FIELDS_MAX];
    struct gateway_file files[GATEWAY_FORM_FILES_MAX];
};

/* body: size bytes and a NUL, changed. type: the whole header Content-Type. RC_OK; RC_INVALID: no
 * form, not UTF-8, control characters in a text, a name given twice (unless it is a list's, "x[]"); RC_LIMIT: more than room. */
MUST_CHECK enum rc gateway_form_read(char *body, size_t size, const char *type,
                                     struct gateway_form *form);
/* "" where there is none. */
const char *gateway_form_field(const struct gateway_form *form, const char *name);

/* The "code" of a name like "attribute[code]", "attribute[code][]" or "attribute[code][2]", where array is
 * "attribute". False: it is none, or there is no room. */
bool gateway_form_index(const char *name, const char *array, char *code, size_t size);

/* The token of a fresh form. */
void gateway_form_token(const struct gateway *gateway, char token[GATEWAY_FORM_TOKEN_BYTES]);
/* Whether the form's field "token" is one of ours, not older than half a day. Sets exchange->request_id
 * by the token and all that was filled in: the form sent twice does it once, and one that was changed
 * before it was sent again is another wish. */
bool gateway_form_trusts(struct exchange *exchange, const struct gateway_form *form);
