/* web_body: the one buffer that grows, of doors (what comes in) and of the client (what is answered). Owns
 * nothing. How much may come is the caller's to bound before each piece. */
#include "common/web/web_body.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

enum { BYTES_FIRST = 1024 };

size_t web_body_room(size_t room, size_t bytes)
{
    size_t needed = room == 0 ? BYTES_FIRST : room;
    CHECK(bytes < SIZE_MAX / 4);
    while (needed < bytes + 1) {
        needed *= 2;
    }
    return needed;
}

bool web_body_add(char **body, size_t *bytes, size_t *room, const char *piece, size_t size)
{
    const size_t needed = web_body_room(*room, *bytes + size);
    CHECK(*bytes <= *room);
    CHECK((*body == NULL) == (*room == 0));
    if (*body == NULL || needed > *room) {
        char *grown = realloc(*body, needed);
        if (grown == NULL) {
            return false;
        }
        *body = grown;
        *room = needed;
    }
    memcpy(*body + *bytes, piece, size);
    *bytes += size;
    (*body)[*bytes] = '\0';
    return true;
}
