/* web_escape: characters of a text as markup may hold them, in XML and HTML alike, and as an address may. */
#pragma once

#include <stddef.h>

#include "common/base/arena.h"

/* What stands for one character. */
struct web_character {
    const char *bytes; /* itself, an entity, or U+FFFD; not ended by a NUL */
    size_t size;
    size_t taken; /* of the text; 1 of what is no UTF-8 */
};

/* The character that begins at `at`. Before: *at is not the end of the text. */
struct web_character web_escape_next(const char *at);
/* A whole text: good as content and between double quotes of an attribute; characters that XML 1.0
 * forbids become U+FFFD. Returns the bytes that it needs without NUL, as snprintf does; what does not
 * fit is cut between characters. */
size_t web_escape(const char *text, char *out, size_t size);
/* The same in the arena; no text is an empty one. NULL: the arena is full. */
char *web_escape_text(struct arena *arena, const char *text);
/* A value of an address's query, in percent signs but for what RFC 3986 calls unreserved: an address that is
 * compared byte for byte (redirect_uri) is quoted one way alone. NULL: the arena is full. */
char *web_escape_query(struct arena *arena, const char *text);
