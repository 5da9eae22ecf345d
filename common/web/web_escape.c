/* web_escape: the one table of what stands for a character in markup, and in an address. Owns nothing. What must stay true:
 * no byte of a text, whoever wrote it, can end the element or the attribute that it stands in, nor make
 * the document one that a strict reader refuses. */
#include "common/web/web_escape.h"

#include <stdbool.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/utf8.h"

/* NULL: it stands for itself. HTML of before its fifth version knows no &apos;. A carriage return would be
 * read as a line's end. */
static const char *entity_of(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

/* Whether XML 1.0 has the character: controls it has not, nor U+FFFE and U+FFFF. */
static bool allowed(const unsigned char *at, size_t bytes)
{
    if (bytes == 1) {
        return at[0] >= 0x20 || at[0] == '\t' || at[0] == '\n' || at[0] == '\r';
    }
    return bytes != 3 || at[0] != 0xef || at[1] != 0xbf || at[2] < 0xbe;
}

struct web_character web_escape_next(const char *at)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const size_t bytes = utf8_sequence((const unsigned char *)at);
    CHECK(*at != '\0');
    if (bytes == 0 || !allowed((const unsigned char *)at, bytes)) {
        return (struct web_character){replacement, sizeof replacement - 1, bytes == 0 ? 1 : bytes};
    }
    const char *const entity = bytes == 1 ? entity_of(*at) : NULL;
    return entity == NULL ? (struct web_character){at, bytes, bytes}
                          : (struct web_character){entity, strlen(entity), bytes};
}

size_t web_escape(const char *text, char *out, size_t size)
{
    size_t needed = 0;
    bool room = size > 0;
    CHECK(!room || out != NULL);
    if (room) {
        out[0] = '\0';
    }
    for (const char *at = text; *at != '\0';) {
        const struct web_character one = web_escape_next(at);
        /* Whole characters only: once one does not fit, nothing more is put down. */
        room = room && needed + one.size < size;
        if (room) {
            memcpy(out + needed, one.bytes, one.size);
            out[needed + one.size] = '\0';
        }
        needed += one.size;
        at += one.taken;
    }
    return needed;
}

char *web_escape_text(struct arena *arena, const char *text)
{
    text = text == NULL ? "" : text;
    const size_t size = web_escape(text, NULL, 0) + 1;
    char *const out = arena_alloc(arena, size);
    if (out != NULL) {
        const size_t again = web_escape(text, out, size);
        CHECK(again + 1 == size);
    }
    return out;
}

char *web_escape_query(struct arena *arena, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    static const char digits[] = "0123456789ABCDEF";
    CHECK(text != NULL);
    char *const out = arena_alloc(arena, strlen(text) * 3 + 1);
    size_t at = 0;
    for (; out != NULL && *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (strchr(plain, byte) != NULL) {
            out[at++] = *text;
        } else {
            out[at++] = '%';
            out[at++] = digits[byte >> 4];
            out[at++] = digits[byte & 15];
        }
    }
    if (out != NULL) {
        out[at] = '\0';
    }
    return out;
}
