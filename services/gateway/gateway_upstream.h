/* gateway_upstream: asking services without ever waiting for one. One DEALER a service; what was
 * asked is kept packed until it is answered, so that asking again is sending the same bytes: a
 * service that was killed in between does it once. */
#pragma once

#include "gateway.h"

/* answer: until return; NULL with UNREACHABLE (nothing came in time) and FRAME_INVALID. What it may
 * hold lies in gateway->arena, which is emptied before the next answer. */
typedef void gateway_answered(void *context, Paidan__Code code, const Paidan__Answer *answer);

enum {
    GATEWAY_READ_MS = 5000,
    GATEWAY_WRITE_MS = 8000, /* a service that restarts is back within */
    GATEWAY_PENDING_MAX = 16384,
};

MUST_CHECK enum rc gateway_upstream_open(struct gateway *gateway);
/* Everybody who waits is told UNREACHABLE; afterwards nothing can be asked. */
void gateway_upstream_drop(struct gateway *gateway);
void gateway_upstream_close(struct gateway *gateway);

/* Fills in protocol, correlation and, if absent, a request id; packs and sends. answered will be
 * called once, never before this returns. RC_OK. RC_AGAIN: too many wait. RC_LIMIT: larger than a
 * frame, or no memory. Else nothing will be called. */
MUST_CHECK enum rc gateway_upstream_ask(struct gateway *gateway, enum gateway_service service,
                                        const Paidan__Request *request, uint64_t timeout_ms,
                                        gateway_answered *answered, void *context);

/* What to wait for. Before: room for GATEWAY_LINKS items. Returns how many. */
size_t gateway_upstream_items(struct gateway *gateway, struct bus_item *items);
/* After the wait, with the same items: takes answers, sends what could not be sent. */
void gateway_upstream_work(struct gateway *gateway, const struct bus_item *items, size_t count);
/* Connects, asks again, gives up. Returns when to be called again (monotonic us). */
uint64_t gateway_upstream_tick(struct gateway *gateway, uint64_t now_us);

const char *gateway_upstream_name(enum gateway_service service);
/* GATEWAY_NO_SERVICE: none is called so. */
enum gateway_service gateway_upstream_find(const char *name);
/* Whether the instance has it: of an adapter whether it was ever started. */
bool gateway_upstream_has(const struct gateway *gateway, enum gateway_service service);
/* Whether it answered the last ping: at most some seconds old. */
bool gateway_upstream_up(const struct gateway *gateway, enum gateway_service service);
/* Whether it said with its last ping that it takes no work for want of space. */
bool gateway_upstream_full(const struct gateway *gateway, enum gateway_service service);
size_t gateway_upstream_waiting(const struct gateway *gateway, enum gateway_service service);
