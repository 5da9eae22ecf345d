/* gateway_open311_find: one ticket as escalation knows it, or the desk, and how it is shown to who asks. */
#pragma once

#include <jansson.h>

#include "command.pb-c.h"
#include "gateway.h"

/* How much of a ticket its reader may see. */
enum gateway_open311_sight {
    GATEWAY_OPEN311_HIDDEN,
    GATEWAY_OPEN311_PUBLIC, /* published: no word that comes from a resident */
    GATEWAY_OPEN311_OWN,    /* by a key of its channel, or by its code */
};
enum gateway_open311_sight gateway_open311_sight(const struct exchange *exchange,
                                                 const Paidan__Brief *brief);

/* One ticket. own: its reader has proven that it is his; else what he may see decides. */
struct gateway_open311_wanted {
    uint64_t ticket;
    bool history, own;
};
/* Asks for it as the gateway itself. told once, later: OK with brief, its sight (never HIDDEN) and, while
 * escalation has the ticket, shown (else NULL), until return; TICKET_UNKNOWN, also of one that is hidden; or
 * why nobody can tell now, with the service that is away as what. One that was registered a moment ago is
 * waited for. */
struct gateway_open311_seen {
    Paidan__Code code;
    const char *what;
    const Paidan__Brief *brief;
    const Paidan__Shown *shown;
    enum gateway_open311_sight sight;
};
typedef void gateway_open311_found(struct exchange *exchange,
                                   const struct gateway_open311_seen *seen);
void gateway_open311_find(struct exchange *exchange, const struct gateway_open311_wanted *wanted,
                          gateway_open311_found *told);

/* GeoReport's "request". Before: sight is not HIDDEN. */
json_t *gateway_open311_request(const struct exchange *exchange, const Paidan__Brief *brief,
                                enum gateway_open311_sight sight);
/* When it was last changed, or registered. */
uint64_t gateway_open311_changed(const Paidan__Brief *brief);
bool gateway_open311_closed(Paidan__State state);
/* "closed" or "open". */
const char *gateway_open311_status(Paidan__State state);
void gateway_open311_time(const struct exchange *exchange, json_t *object, const char *name,
                          uint64_t at_ms);

/* Those who wait for a ticket that nobody knows yet. */
extern const struct gateway_part gateway_open311_part;
