/* gateway_uri: the target of a request, taken apart. Pure.
 *
 * Strict: what two readers could understand differently is refused. Every segment is unescaped once
 * and then is UTF-8 without control characters; an escaped slash, backslash or NUL, an empty segment,
 * "." and ".." are no path. One slash may end it: a folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/rc.h"

enum {
    GATEWAY_URI_BYTES_MAX = 4096,
    GATEWAY_SEGMENTS_MAX = 12,
    GATEWAY_QUERY_MAX = 32,
    GATEWAY_PARTS_OF_PATH = 4,
};

struct gateway_pair {
    const char *name, *value;
};
struct gateway_uri {
    char *bytes; /* heap; what the pointers below point into */
    unsigned segment_count, query_count;
    bool folder; /* it ends with a slash */
    const char *segments[GATEWAY_SEGMENTS_MAX];
    struct gateway_pair query[GATEWAY_QUERY_MAX];
};

/* RC_OK; RC_INVALID: no target of ours; RC_LIMIT: too long, too many parts, or no memory. */
MUST_CHECK enum rc gateway_uri_read(struct gateway_uri *uri, const char *target);
void gateway_uri_free(struct gateway_uri *uri);
/* NULL: not there. Of a name given twice none is returned as the right one: gateway_uri_read has
 * refused it. */
const char *gateway_uri_query(const struct gateway_uri *uri, const char *name);

/* "application/x-www-form-urlencoded" into pairs that point into text, which is changed. RC_OK,
 * RC_INVALID or RC_LIMIT (more than room). */
MUST_CHECK enum rc gateway_uri_form(char *text, struct gateway_pair *pairs, unsigned room,
                                    unsigned *count);
