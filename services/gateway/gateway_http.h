/* gateway_http: the door. libmicrohttpd without a thread of its own, and the rules that every request
 * meets before a handler sees it. */
#pragma once

#include "gateway.h"

/* Listens where the settings say; sets gateway->origin. RC_OK, RC_SETTINGS (the address is none of
 * ours, or taken) or RC_IO. */
MUST_CHECK enum rc gateway_http_open(struct gateway *gateway);
/* No more connections; what is under way goes on. */
void gateway_http_quiesce(struct gateway *gateway);
/* Before: no exchange is suspended. */
void gateway_http_close(struct gateway *gateway);

/* One item a door. Before: room for GATEWAY_DOORS_MAX. */
size_t gateway_http_items(struct gateway *gateway, struct bus_item *items);
/* Milliseconds until it must be run again, at most bound. */
uint64_t gateway_http_wait_ms(const struct gateway *gateway, uint64_t bound);
void gateway_http_run(struct gateway *gateway);
/* Ends connections that take too long over their headers or bodies. Returns when to look again. */
uint64_t gateway_http_tick(struct gateway *gateway, uint64_t now_us);
