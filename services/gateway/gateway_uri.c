/* gateway_uri: path and query of a request. It owns the one copy of the target that the parts point
 * into. What must stay true: what comes out was unescaped exactly once, so no later reader may do it
 * again; and nothing in it can mean another place than the segments say, whatever stands in front of
 * us (nginx passes the target on as it came). */

#include "gateway_uri.h"

#include <stdlib.h>
#include <string.h>

#include "common/text/text.h"

static int digit_of(char letter)
{
    return letter >= '0' && letter <= '9'   ? letter - '0'
           : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10
           : letter >= 'A' && letter <= 'F' ? letter - 'A' + 10
                                            : -1;
}

/* Unescapes in place. False: half an escape, no UTF-8, or a control character, escaped or not;
 * a form's text may have lines. */
static bool unescape(char *text, bool plus_is_blank)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        unsigned char byte = (unsigned char)*from;
        if (byte == '%') {
            const int high = digit_of(from[1]);
            const int low = high < 0 ? -1 : digit_of(from[2]);
            if (low < 0) {
                return false;
            }
            byte = (unsigned char)(high << 4 | low);
            from += 2;
        } else if (byte == '+' && plus_is_blank) {
            byte = ' ';
        }
        if (byte == 0 || byte == 127 || (byte < 32 && !(plus_is_blank && strchr("\t\r\n", byte)))) {
            return false;
        }
        *to++ = (char)byte;
    }
    *to = '\0';
    size_t bad = 0;
    return text_valid(text, strlen(text), &bad);
}

static bool segment_valid(const char *segment)
{
    return segment[0] != '\0' && strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0 &&
           strpbrk(segment, "/\\") == NULL;
}

/* "/" alone has no segments and is a folder. */
static enum rc read_path(struct gateway_uri *uri, char *path)
{
    const size_t bytes = strlen(path);
    if (path[0] != '/') {
        return RC_INVALID;
    }
    uri->folder = path[bytes - 1] == '/';
    if (bytes > 1 && uri->folder) {
        path[bytes - 1] = '\0';
    }
    char *at = bytes > 1 ? path + 1 : NULL;
    while (at != NULL) {
        char *segment = at;
        at = strchr(at, '/');
        if (at != NULL) {
            *at++ = '\0';
        }
        if (uri->segment_count == GATEWAY_SEGMENTS_MAX) {
            return RC_LIMIT;
        }
        if (!unescape(segment, false) || !segment_valid(segment)) {
            return RC_INVALID;
        }
        uri->segments[uri->segment_count++] = segment;
    }
    return RC_OK;
}

enum rc gateway_uri_form(char *text, struct gateway_pair *pairs, unsigned room, unsigned *count)
{
    *count = 0;
    char *at = text[0] == '\0' ? NULL : text;
    while (at != NULL) {
        char *name = at;
        at = strchr(at, '&');
        if (at != NULL) {
            *at++ = '\0';
        }
        if (*count == room) {
            return RC_LIMIT;
        }
        char *value = strchr(name, '=');
        if (value == NULL) {
            value = name + strlen(name);
        } else {
            *value++ = '\0';
        }
        if (!unescape(name, true) || !unescape(value, true) || name[0] == '\0') {
            return RC_INVALID;
        }
        pairs[(*count)++] = (struct gateway_pair){name, value};
    }
    return RC_OK;
}

/* Which of two values is meant nobody knows, and a proxy may think otherwise than we do. */
static bool named_once(const struct gateway_uri *uri)
{
    for (unsigned one = 0; one < uri->query_count; one++) {
        for (unsigned other = 0; other < one; other++) {
            if (strcmp(uri->query[one].name, uri->query[other].name) == 0) {
                return false;
            }
        }
    }
    return true;
}

enum rc gateway_uri_read(struct gateway_uri *uri, const char *target)
{
    *uri = (struct gateway_uri){.bytes = NULL};
    if (strlen(target) > GATEWAY_URI_BYTES_MAX) {
        return RC_LIMIT;
    }
    uri->bytes = strdup(target);
    if (uri->bytes == NULL) {
        return RC_LIMIT;
    }
    char *query = strchr(uri->bytes, '?');
    if (query != NULL) {
        *query++ = '\0';
    }
    enum rc rc = strchr(target, '#') != NULL ? RC_INVALID : read_path(uri, uri->bytes);
    if (rc == RC_OK && query != NULL) {
        rc = gateway_uri_form(query, uri->query, GATEWAY_QUERY_MAX, &uri->query_count);
    }
    if (rc == RC_OK && !named_once(uri)) {
        rc = RC_INVALID;
    }
    if (rc != RC_OK) {
        gateway_uri_free(uri);
    }
    return rc;
}

void gateway_uri_free(struct gateway_uri *uri)
{
    free(uri->bytes);
    *uri = (struct gateway_uri){.bytes = NULL};
}

const char *gateway_uri_query(const struct gateway_uri *uri, const char *name)
{
    for (unsigned index = 0; index < uri->query_count; index++) {
        if (strcmp(uri->query[index].name, name) == 0) {
            return uri->query[index].value;
        }
    }
    return NULL;
}
