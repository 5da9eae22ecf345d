/* gateway_session: who stands behind a request: a browser's session by its cookie, a program by its API
 * key. What a person may do stands in a grant that access seals and that goes to the services with each
 * request; the gateway can neither make one nor change one. */
#pragma once

#include "gateway.h"

enum { GATEWAY_TOKEN_BYTES = 32, GATEWAY_CSRF_BYTES = 33 };

/* What is known of a session or a key; good while the exchange lives. */
struct gateway_session {
    struct gateway_session *next;
    unsigned char token_hash[GATEWAY_TOKEN_BYTES];
    bool key; /* of a program */
    char csrf[GATEWAY_CSRF_BYTES];
    Paidan__Renewed *renewed; /* NULL: not known yet */
    unsigned char *grant;     /* packed SealedGrant */
    size_t grant_bytes;
    uint64_t renewed_us, used_us;
    unsigned holders; /* exchanges, and the table */
    bool renewing, dropped;
    bool stale;               /* the rights are others: the grant serves nobody any more */
    unsigned changes;         /* how often they became so; what began before is judged anew */
    struct exchange *waiting; /* for the first grant, or a new one */
};

MUST_CHECK enum rc gateway_session_open(struct gateway *gateway);
void gateway_session_close(struct gateway *gateway);
/* Forgets what nobody used for long. Returns when to look again. */
uint64_t gateway_session_tick(struct gateway *gateway, uint64_t now_us);
/* How many sessions and keys have a place in the table. */
size_t gateway_session_count(const struct gateway *gateway);

/* Finds the person of a GATEWAY_LOGIN route and calls next, now or later; or answers the exchange with
 * what is missing (401, 403, 429, 503). A write from a browser must come from a page of ours and carry
 * its token. */
void gateway_session_admit(struct exchange *exchange, gateway_handler *next);
/* The same with the key that a body or a query named; NULL: that of the header Authorization. No cookie counts. */
void gateway_session_admit_key(struct exchange *exchange, const char *key, gateway_handler *next);
/* Whether a write comes from a page of ours, as far as the browser says; answered if not. */
bool gateway_session_origin(struct exchange *exchange);
/* Says in the request who asks: the person by his grant, else the public; the gateway for itself where
 * exchange->as_gateway. */
void gateway_session_sign(struct exchange *exchange, Paidan__Request *request);
/* A service did not believe the grant: it is fetched again with the next request. */
void gateway_session_refused(struct exchange *exchange);

/* After a login: what is kept of it, held by the exchange, without a grant yet. False: no memory. */
bool gateway_session_begin(struct exchange *exchange,
                           const unsigned char token[GATEWAY_TOKEN_BYTES]);
/* Fetches the grant, then calls next; or answers. Before: the exchange has a session. */
void gateway_session_renew(struct exchange *exchange, gateway_handler *next);
/* For an exchange that goes on for long (a stream): its session counts as used, and its grant is
 * fetched again when it runs out; nobody waits for it. False: the session has ended. */
bool gateway_session_keep(struct exchange *exchange);
/* The rights of that person or key ("key:ID"), NULL: of everybody, are others: the next request waits
 * for a new grant. Returns of how many sessions. */
size_t gateway_session_stale(struct gateway *gateway, const char *person);
/* It has ended: nobody finds it any more. */
void gateway_session_drop(struct exchange *exchange);
