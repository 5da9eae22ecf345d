/* gateway_html: the buffer of a page. What is escaped, and how, is common/web's. It owns the buffer. What must
 * stay true: no byte that came from outside reaches a page unescaped, whatever it is; a page for which
 * memory was short is not sent at all, for half a page may end in the middle of a form. */

#include "gateway_html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/say/say_plain.h"
#include "common/web/web_escape.h"

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

void gateway_html_text(struct gateway_html *html, const char *text)
{
    for (const char *at = text; at != NULL && *at != '\0';) {
        const struct web_character one = web_escape_next(at);
        if (!say_plain_hidden((const unsigned char *)at, one.taken)) {
            add_bytes(html, one.bytes, one.size);
        }
        at += one.taken;
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
