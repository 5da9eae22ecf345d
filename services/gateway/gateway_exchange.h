/* gateway_exchange: one HTTP request and its answer.
 *
 * A handler answers once: at once, or later from a gateway_upstream callback, a part's tick or a
 * worker; until then the connection rests and the exchange stays where it is, also when the client
 * has gone. Answering twice is a mistake of ours. */
#pragma once

#include <jansson.h>

#include "gateway.h"

/* target: as it came in the request line, copied. NULL: no memory. An exchange whose target is none
 * of ours has no segments and refused set by the caller. */
struct exchange *gateway_exchange_new(struct gateway *gateway);
void gateway_exchange_free(struct exchange *exchange);

/* A header of the request; NULL: not there, or NUL in it. Good until the end of the exchange. */
const char *gateway_exchange_header(const struct exchange *exchange, const char *name);
/* Whether the caller takes gzip. */
bool gateway_exchange_gzip(const struct exchange *exchange);
/* What stood in place of {name} in the path. Before: the route's pattern has it. */
const char *gateway_exchange_part(const struct exchange *exchange, const char *name);
/* The language that the caller reads, by ?lang=, else Accept-Language, else Chinese. */
void gateway_exchange_language(struct exchange *exchange);

/* ---- answering; each once for an exchange, except that adding headers may follow ---- */

/* json is taken; NULL (no memory) becomes 503. */
void gateway_exchange_json(struct exchange *exchange, unsigned status, json_t *json);
/* bytes: from malloc, taken. NULL: no memory. Long JSON is packed for who takes gzip. */
void gateway_exchange_bytes(struct exchange *exchange, unsigned status, const char *type,
                            char *bytes, size_t size);
/* text lives as long as the process. */
void gateway_exchange_text(struct exchange *exchange, unsigned status, const char *type,
                           const char *text);
/* response is taken (one reference); NULL: no memory. No header is added: for streams, files, pages
 * that say all of their headers themselves. */
void gateway_exchange_respond(struct exchange *exchange, unsigned status,
                              struct MHD_Response *response);
/* After one of them, before the loop's next round. */
void gateway_exchange_add(struct exchange *exchange, const char *name, const char *value);
/* Whether it has been answered. */
static inline bool gateway_exchange_answered(const struct exchange *exchange)
{
    return exchange->status != 0;
}
