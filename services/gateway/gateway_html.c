/* gateway_html: the buffer of a page and the one function that escapes. It owns the buffer. What must
 * stay true: no byte that came from outside reaches a page unescaped, whatever it is; a page for which
 * memory was short is not sent at all, for half a page may end in the middle of a form. */

#include "gateway_html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_plain.h"

enum { FIRST_ROOM = 8192 };

static void add_bytes(struct gateway_html *html, const char *bytes, size_t size)
{
    if (html->failed) {
        return;
    }
    if (html->used + size + 1 > html->room) {
        size_t room = html->room == 0 ? FIRST_ROOM : 2 * html->room;
        while (room < html->used + size + 1) {
            room *= 2;
        }
        char *grown = realloc(html->bytes, room);
        if (grown == NULL) {
            html->failed = true;
            return;
        }
        html->bytes = grown;
        html->room = room;
    }
    memcpy(html->bytes + html->used, bytes, size);
    html->used += size;
    html->bytes[html->used] = '\0';
}

void gateway_html_raw(struct gateway_html *html, const char *markup)
{
    CHECK(markup != NULL);
    add_bytes(html, markup, strlen(markup));
}

/* How many bytes the character has that begins here; 0: none begins here. */
static size_t character_bytes(const unsigned char *at)
{
    const size_t bytes = at[0] < 0x80   ? 1
                         : at[0] < 0xc2 ? 0
                         : at[0] < 0xe0 ? 2
                         : at[0] < 0xf0 ? 3
                         : at[0] < 0xf5 ? 4
                                        : 0;
    for (size_t index = 1; index < bytes; index++) {
        if ((at[index] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return bytes;
}

static const char *entity_of(unsigned char byte)
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
    default:
        return NULL;
    }
}

void gateway_html_text(struct gateway_html *html, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (at != NULL && *at != '\0') {
        const size_t bytes = character_bytes(at);
        const char *entity = bytes == 1 ? entity_of(*at) : NULL;
        if (bytes == 0) {
            gateway_html_raw(html, "\xef\xbf\xbd");
        } else if (entity != NULL) {
            gateway_html_raw(html, entity);
        } else if (!say_plain_hidden(at, bytes)) {
            add_bytes(html, (const char *)at, bytes);
        }
        at += bytes == 0 ? 1 : bytes;
    }
}

void gateway_html_add(struct gateway_html *html, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    for (const char *at = format; *at != '\0';) {
        const size_t plain = strcspn(at, "%");
        add_bytes(html, at, plain);
        at += plain;
        if (*at == '\0') {
            break;
        }
        CHECK(at[1] == 's' || at[1] == 'u');
        if (at[1] == 's') {
            gateway_html_text(html, va_arg(list, const char *));
        } else {
            char digits[16];
            (void)snprintf(digits, sizeof digits, "%u", va_arg(list, unsigned));
            gateway_html_raw(html, digits);
        }
        at += 2;
    }
    va_end(list);
}

char *gateway_html_take(struct gateway_html *html, size_t *size)
{
    char *bytes = html->failed ? NULL : html->bytes;
    *size = html->used;
    if (html->failed) {
        free(html->bytes);
    }
    *html = (struct gateway_html){.bytes = NULL};
    return bytes;
}

void gateway_html_free(struct gateway_html *html)
{
    free(html->bytes);
    *html = (struct gateway_html){.bytes = NULL};
}
