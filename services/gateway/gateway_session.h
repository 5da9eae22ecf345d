/* gateway_session: who stands behind a request. Until the service access answers, nobody does: what
 * needs a login is refused with 503, and what is public goes out as public. */
#pragma once

#include "gateway.h"

MUST_CHECK enum rc gateway_session_open(struct gateway *gateway);
void gateway_session_close(struct gateway *gateway);

/* The worker that hashes passwords tells by a descriptor that it is done. Before: room for one item. */
size_t gateway_session_items(struct gateway *gateway, struct bus_item *items);
void gateway_session_work(struct gateway *gateway);

/* Finds the person of a GATEWAY_LOGIN route and calls next, now or later; or answers the exchange with
 * what is missing (401, 403, 503). A write from a browser must come from a page of ours. */
void gateway_session_admit(struct exchange *exchange, gateway_handler *next);
/* Says in the request who asks: the person's grant, else that it is asked for the public. */
void gateway_session_sign(struct exchange *exchange, Paidan__Request *request);
/* A service did not believe the grant: it is fetched again with the next request. */
void gateway_session_refused(struct exchange *exchange);
