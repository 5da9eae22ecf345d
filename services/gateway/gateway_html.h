/* gateway_html: pages as they are written: text into a buffer that grows, escaped by one function.
 *
 * What a person wrote reaches a page through gateway_html_add's %s or gateway_html_text alone; what
 * gateway_html_raw adds is text of the program. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Zeroed: empty. */
struct gateway_html {
    char *bytes; /* heap; NUL after them */
    size_t used, room;
    bool failed; /* no memory: nothing more is added, nothing of it may be sent */
};

/* Markup of ours. */
void gateway_html_raw(struct gateway_html *html, const char *markup);
/* Text, good as content and between double quotes of an attribute. What could make it look like
 * another text is left out: control characters, and those that turn the direction of writing. Bytes
 * that are no UTF-8 become U+FFFD. */
void gateway_html_text(struct gateway_html *html, const char *text);
/* Markup of ours with text in it: "%s" is text as above (NULL: nothing), "%u" an unsigned. No other
 * conversion. */
void gateway_html_add(struct gateway_html *html, const char *format, ...);
/* The bytes, from malloc, and how many; NULL: it failed. html is empty afterwards. */
char *gateway_html_take(struct gateway_html *html, size_t *size);
void gateway_html_free(struct gateway_html *html);
