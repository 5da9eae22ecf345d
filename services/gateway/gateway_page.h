/* gateway_page: what every page for residents has in common, and the first of them. Pages are whole
 * documents in one language, readable without script, style or a wide screen. */
#pragma once

#include "gateway.h"
#include "gateway_html.h"

/* So that a page that came by POST can be had in the other language: what must be sent again. */
struct gateway_page_again {
    const char *path; /* NULL: not at all, for what stands on it cannot be had again */
    const char *number, *code;
};

/* Head and title; h1 is the title. again: NULL: the page's own path will do. */
void gateway_page_begin(struct gateway_html *html, const struct exchange *exchange,
                        const char *title, const struct gateway_page_again *again);
/* Ends it and answers. */
void gateway_page_end(struct gateway_html *html, struct exchange *exchange, unsigned status);
/* The page begun and ended with one sentence in it. retry_ms: also as a header; 0: none. */
void gateway_page_sorry(struct exchange *exchange, unsigned status, const char *title,
                        const char *sentence, uint32_t retry_ms);
/* "?lang=zh", to follow a path of ours. */
const char *gateway_page_query(const struct exchange *exchange);
/* Headers of a document of ours, with what else the policy allows ("img-src 'self'"); framed: in a page
 * of ours. */
void gateway_page_headers(struct exchange *exchange, bool framed);
/* A sentence for people about how long to wait: "12 分钟". */
const char *gateway_page_wait(const struct exchange *exchange, uint32_t retry_ms, char text[64]);
/* A hidden field with a fresh token. */
void gateway_page_token(struct gateway_html *html, const struct gateway *gateway);
/* The options of the list of places, with that one chosen ("": none). */
void gateway_page_areas(struct gateway_html *html, const struct gateway *gateway,
                        const char *chosen);
/* Whether the address may send one more form; answered if not. */
bool gateway_page_admits(struct exchange *exchange);

/* Handlers: "/", "/page.css". */
gateway_handler gateway_page_home;
gateway_handler gateway_page_style;

extern const struct gateway_part gateway_page_part;
