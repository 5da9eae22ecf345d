/* gateway_session: sessions and keys as the gateway knows them: a table by the hash of the token, each
 * with the last grant. It owns the table; tokens themselves are in the cookie alone. What must stay true:
 * nobody acts without a login, also where the peer is this very machine; what goes out for a person
 * carries a grant that access made for that session; a grant whose rights became others, or whose session
 * access ended, serves nobody once access has said so (gateway_rights), while access is away RENEW_US
 * longer.
 *
 *                     first request                    grant comes
 *   (unknown token) ───────────────▶ waiting for a grant ─────────▶ known ──▶ requests go on at once
 *          ▲                              │ SESSION_ENDED: 401        │  after RENEW_US asked again beside
 *          └──────────────────────────────┴───────────────────────────┘  them; expired: they wait
 */

#include "gateway_session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/bus/proof.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_problem.h"
#include "gateway_upstream.h"

enum {
    BUCKETS = 4096,
    SESSIONS_MAX = 20000,
    RENEW_US = 60000000,    /* keeps the session alive, and takes what changed of the roles */
    FORGET_US = 1800000000, /* access ends it then too */
    SCAN_US = 30000000,
    SPARE_MS =
        10000, /* a grant with less left is fetched anew first: services check it when they read */
};
static const char cookie_name[] = "__Host-paidan";

struct gateway_sessions {
    struct gateway_session *buckets[BUCKETS];
    size_t count;
    uint64_t scan_us;
};

/* ---- the table --------------------------------------------------------------------------------
 */

static struct gateway_session **place(struct gateway_sessions *sessions,
                                      const unsigned char hash[GATEWAY_TOKEN_BYTES])
{
    /* A BLAKE2b is as good as random, and nobody can choose it. */
    struct gateway_session **at = &sessions->buckets[((unsigned)hash[0] << 8 | hash[1]) % BUCKETS];
    while (*at != NULL && memcmp((*at)->token_hash, hash, GATEWAY_TOKEN_BYTES) != 0) {
        at = &(*at)->next;
    }
    return at;
}

static void let_go(struct gateway_session *session)
{
    CHECK(session->holders > 0);
    if (--session->holders > 0) {
        return;
    }
    if (session->renewed != NULL) {
        paidan__renewed__free_unpacked(session->renewed, NULL);
    }
    free(session->grant);
    free(session);
}

/* The exchange calls it at its end, without knowing sessions. */
static void exchange_lets_go(struct exchange *exchange)
{
    let_go(exchange->person);
    exchange->person = NULL;
}

/* Held by the exchange: it may end, and be forgotten here, while the request is under way. */
static void hold(struct exchange *exchange, struct gateway_session *session)
{
    CHECK(exchange->person == NULL);
    session->holders++;
    session->used_us = clock_monotonic_us();
    exchange->person = session;
    exchange->person_free = exchange_lets_go;
}

/* Nobody finds it any more; exchanges that hold it go on with the grant they have. */
static void forget(struct gateway *gateway, struct gateway_session *session)
{
    struct gateway_session **at = place(gateway->sessions, session->token_hash);
    if (*at == session) {
        *at = session->next;
        gateway->sessions->count--;
        session->dropped = true;
        let_go(session);
    }
}

/* The one that was used least lately in its bucket makes room where there are too many. */
static void make_room(struct gateway *gateway)
{
    struct gateway_session *oldest = NULL;
    for (unsigned index = 0; index < BUCKETS; index++) {
        for (struct gateway_session *at = gateway->sessions->buckets[index]; at != NULL;
             at = at->next) {
            if (!at->renewing && (oldest == NULL || at->used_us < oldest->used_us)) {
                oldest = at;
            }
        }
    }
    if (oldest != NULL) {
        forget(gateway, oldest);
    }
}

/* csrf: of a browser's session, "" of a key. NULL: no memory. */
static struct gateway_session *find_or_make(struct gateway *gateway,
                                            const unsigned char hash[GATEWAY_TOKEN_BYTES],
                                            const char *csrf)
{
    struct gateway_session *session = *place(gateway->sessions, hash);
    if (session != NULL) {
        return session;
    }
    if (gateway->sessions->count >= SESSIONS_MAX) {
        make_room(gateway);
    }
    session = calloc(1, sizeof *session);
    if (session == NULL) {
        return NULL;
    }
    memcpy(session->token_hash, hash, GATEWAY_TOKEN_BYTES);
    session->key = csrf[0] == '\0';
    (void)snprintf(session->csrf, sizeof session->csrf, "%s", csrf);
    session->holders = 1; /* the table */
    *place(gateway->sessions, hash) = session;
    gateway->sessions->count++;
    return session;
}

enum rc gateway_session_open(struct gateway *gateway)
{
    gateway->sessions = calloc(1, sizeof *gateway->sessions);
    return gateway->sessions == NULL ? RC_LIMIT : RC_OK;
}

void gateway_session_close(struct gateway *gateway)
{
    for (unsigned index = 0; gateway->sessions != NULL && index < BUCKETS; index++) {
        while (gateway->sessions->buckets[index] != NULL) {
            forget(gateway, gateway->sessions->buckets[index]);
        }
    }
    free(gateway->sessions);
    gateway->sessions = NULL;
}

size_t gateway_session_count(const struct gateway *gateway)
{
    return gateway->sessions == NULL ? 0 : gateway->sessions->count;
}

uint64_t gateway_session_tick(struct gateway *gateway, uint64_t now_us)
{
    struct gateway_sessions *sessions = gateway->sessions;
    if (now_us < sessions->scan_us) {
        return sessions->scan_us;
    }
    sessions->scan_us = now_us + SCAN_US;
    for (unsigned index = 0; index < BUCKETS; index++) {
        struct gateway_session *at = sessions->buckets[index];
        while (at != NULL) {
            struct gateway_session *next = at->next;
            if (!at->renewing && now_us > at->used_us + FORGET_US) {
                forget(gateway, at);
            }
            at = next;
        }
    }
    return sessions->scan_us;
}

/* ---- what a browser sends ---------------------------------------------------------------------
 */

/* Derived from the token, so that nothing is kept and a restart changes nothing; from the token's hash
 * it could be made by whoever reads access's log. */
static void csrf_of(const unsigned char token[GATEWAY_TOKEN_BYTES], char csrf[GATEWAY_CSRF_BYTES])
{
    static const unsigned char label[] = "paidan csrf 1";
    unsigned char made[16];
    _Static_assert(GATEWAY_CSRF_BYTES == 2 * sizeof made + 1, "hexadecimal");
    (void)crypto_generichash(made, sizeof made, label, sizeof label, token, GATEWAY_TOKEN_BYTES);
    (void)sodium_bin2hex(csrf, GATEWAY_CSRF_BYTES, made, sizeof made);
}

/* The one cookie of that name; twice is none, for a neighbour may have set one of them. */
static bool cookie_token(const struct exchange *exchange, unsigned char token[GATEWAY_TOKEN_BYTES])
{
    const char *at = gateway_exchange_header(exchange, "Cookie");
    const size_t name_bytes = sizeof cookie_name - 1;
    unsigned found = 0;
    while (at != NULL && *at != '\0') {
        at += strspn(at, "; ");
        const size_t bytes = strcspn(at, ";");
        if (bytes > name_bytes && memcmp(at, cookie_name, name_bytes) == 0 &&
            at[name_bytes] == '=') {
            size_t made = 0;
            const bool read = sodium_hex2bin(token, GATEWAY_TOKEN_BYTES, at + name_bytes + 1,
                                             bytes - name_bytes - 1, NULL, &made, NULL) == 0;
            found += read && made == GATEWAY_TOKEN_BYTES ? 1 : 2;
        }
        at += bytes;
    }
    return found == 1;
}

/* "http://127.0.0.1:8310" for the Host 127.0.0.1:8310; through nginx the public origin alone. Without
 * the header it is no browser, or a request that changes nothing. */
bool gateway_session_origin(struct exchange *exchange)
{
    const char *origin = gateway_exchange_header(exchange, "Origin");
    const char *host = gateway_exchange_header(exchange, "Host");
    const char *site = gateway_exchange_header(exchange, "Sec-Fetch-Site");
    const char *ours = exchange->gateway->settings.public_origin;
    const char *after = origin == NULL ? NULL : strstr(origin, "://");
    const bool foreign = site != NULL && strcmp(site, "cross-site") == 0;
    const bool same = after != NULL && host != NULL && strncmp(origin, "http://", 7) == 0 &&
                      strcasecmp(after + 3, host) == 0 && !exchange->proxied;
    const bool announced = origin != NULL && ours != NULL && strcasecmp(origin, ours) == 0;
    if (!foreign && (origin == NULL || same || announced)) {
        return true;
    }
    gateway_problem_fault(exchange, GATEWAY_ORIGIN_FOREIGN, NULL);
    return false;
}

/* A write from a browser: from a page of ours (the browser says so, and cannot be made to lie), and by
 * our script (a foreign page cannot read the token). False: answered. */
static bool write_meant(struct exchange *exchange, const char *csrf)
{
    const char *given = gateway_exchange_header(exchange, "X-Paidan-CSRF");
    if (!gateway_session_origin(exchange)) {
        return false;
    }
    if (given == NULL || strlen(given) != GATEWAY_CSRF_BYTES - 1 ||
        sodium_memcmp(given, csrf, GATEWAY_CSRF_BYTES - 1) != 0) {
        gateway_problem_fault(exchange, GATEWAY_CSRF_WRONG, NULL);
        return false;
    }
    return true;
}

/* ---- grants -----------------------------------------------------------------------------------
 */

static bool grant_good(const struct gateway *gateway, const struct gateway_session *session)
{
    return session->renewed != NULL && session->grant != NULL && !session->stale &&
           gateway->rights_changed == gateway->rights_heard &&
           clock_wall_ms() + SPARE_MS < session->renewed->expires_ms;
}

/* Copies: the answer lies in the arena of this turn. False: no memory, and nothing changed. */
static bool take_grant(struct gateway_session *session, const Paidan__Renewed *renewed)
{
    const size_t bytes = paidan__renewed__get_packed_size(renewed);
    const size_t grant_bytes = paidan__sealed_grant__get_packed_size(renewed->grant);
    unsigned char *packed = malloc(bytes + 1), *grant = malloc(grant_bytes + 1);
    Paidan__Renewed *copy = NULL;
    if (packed != NULL && grant != NULL) {
        (void)paidan__renewed__pack(renewed, packed);
        (void)paidan__sealed_grant__pack(renewed->grant, grant);
        copy = paidan__renewed__unpack(NULL, bytes, packed);
    }
    free(packed);
    if (copy == NULL) {
        free(grant);
        return false;
    }
    if (session->renewed != NULL) {
        paidan__renewed__free_unpacked(session->renewed, NULL);
    }
    free(session->grant);
    session->renewed = copy;
    session->grant = grant;
    session->grant_bytes = grant_bytes;
    session->renewed_us = clock_monotonic_us();
    return true;
}

/* Everybody who waited goes on, or is told why not. */
static void wake(struct gateway_session *session, Paidan__Code code, const Paidan__Answer *answer)
{
    struct exchange *exchange = session->waiting;
    session->waiting = NULL;
    while (exchange != NULL) {
        struct exchange *next = exchange->waiting_next;
        exchange->waiting_next = NULL;
        if (code == PAIDAN__CODE__OK) {
            exchange->then(exchange);
        } else {
            gateway_problem(exchange, code, answer == NULL ? "access" : answer->detail,
                            answer == NULL || !answer->has_retry_after_ms ? 0
                                                                          : answer->retry_after_ms);
        }
        exchange = next;
    }
}

struct renewal {
    struct gateway *gateway;
    struct gateway_session *session;
    unsigned changes; /* of the session, when it was asked */
};

static bool ask_grant(struct gateway *gateway, struct gateway_session *session, char *via);

/* What was asked for before the rights changed may say what was true before: it is asked for again, and
 * who waits goes on waiting. */
static bool ask_again(struct gateway *gateway, struct gateway_session *session, unsigned changes)
{
    return session->changes != changes && session->waiting != NULL &&
           ask_grant(gateway, session, session->waiting->address);
}

/* The session may have been forgotten meanwhile: whoever waited is told all the same. */
static void renewed(void *context, Paidan__Code code, const Paidan__Answer *answer)
{
    struct renewal renewal = *(struct renewal *)context;
    struct gateway_session *session = renewal.session;
    free(context);
    session->renewing = false;
    if (code == PAIDAN__CODE__OK) {
        const bool fits = answer->body_case == PAIDAN__ANSWER__BODY_RENEWED &&
                          take_grant(session, answer->renewed);
        code = fits ? PAIDAN__CODE__OK : PAIDAN__CODE__SERVICE_FAULT;
        session->stale = session->changes != renewal.changes;
        if (ask_again(renewal.gateway, session, renewal.changes)) {
            let_go(session);
            return;
        }
    } else if (!session->dropped &&
               (code == PAIDAN__CODE__SESSION_ENDED || code == PAIDAN__CODE__KEY_UNKNOWN)) {
        CHECK(session->holders > 1); /* the table, and whoever asked for the grant */
        forget(renewal.gateway, session);
    }
    wake(session, code, code == PAIDAN__CODE__OK ? NULL : answer);
    let_go(session);
}

/* The gateway asks for itself: the token's hash is all that it takes. False: not asked. */
static bool ask_grant(struct gateway *gateway, struct gateway_session *session, char *via)
{
    struct renewal *renewal = malloc(sizeof *renewal);
    Paidan__Renew renew = PAIDAN__RENEW__INIT;
    Paidan__KeyUse use = PAIDAN__KEY_USE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.via = via;
    const ProtobufCBinaryData hash = {.len = GATEWAY_TOKEN_BYTES, .data = session->token_hash};
    if (session->key) {
        request.wish_case = PAIDAN__REQUEST__WISH_KEY_USE;
        request.key_use = &use;
        use.secret_hash = hash;
    } else {
        request.wish_case = PAIDAN__REQUEST__WISH_RENEW;
        request.renew = &renew;
        renew.has_token_hash = 1;
        renew.token_hash = hash;
    }
    if (renewal == NULL) {
        return false;
    }
    *renewal = (struct renewal){gateway, session, session->changes};
    if (gateway_upstream_ask(gateway, GATEWAY_ACCESS, &request, GATEWAY_READ_MS, renewed,
                             renewal) != RC_OK) {
        free(renewal);
        return false;
    }
    session->renewing = true;
    session->holders++;
    return true;
}

/* One question for all who wait for the same session. */
static void wait_grant(struct exchange *exchange, gateway_handler *next)
{
    struct gateway_session *session = exchange->person;
    if (!session->renewing && !ask_grant(exchange->gateway, session, exchange->address)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    exchange->then = next;
    exchange->waiting_next = session->waiting;
    session->waiting = exchange;
}

void gateway_session_renew(struct exchange *exchange, gateway_handler *next)
{
    CHECK(exchange->person != NULL);
    wait_grant(exchange, next);
}

bool gateway_session_keep(struct exchange *exchange)
{
    struct gateway_session *session = exchange->person;
    CHECK(session != NULL);
    session->used_us = clock_monotonic_us();
    if (!session->dropped && !session->renewing && !grant_good(exchange->gateway, session)) {
        /* Not asked now: asked the next time. */
        (void)ask_grant(exchange->gateway, session, exchange->address);
    }
    return !session->dropped;
}

/* Found by walking: rights change some times a day. */
size_t gateway_session_stale(struct gateway *gateway, const char *person)
{
    size_t count = 0;
    for (unsigned index = 0; index < BUCKETS; index++) {
        for (struct gateway_session *at = gateway->sessions->buckets[index]; at != NULL;
             at = at->next) {
            /* Of whom nothing is known yet, what is on its way may be of before. */
            if (person == NULL || at->renewed == NULL || strcmp(at->renewed->person, person) == 0) {
                at->stale = true;
                at->changes++;
                count++;
            }
        }
    }
    return count;
}

/* ---- admitting --------------------------------------------------------------------------------
 */

/* Strangers with invented tokens cost a question to access each and a place in the table, which pushes
 * out those who rest: the limit is per token's hash, and for tokens that nobody vouched for per
 * address, in front of both. */
static bool within_limit(struct exchange *exchange, const unsigned char hash[GATEWAY_TOKEN_BYTES])
{
    char key[2 * GATEWAY_TOKEN_BYTES + 1];
    uint32_t retry_ms = 0;
    struct gateway *gateway = exchange->gateway;
    const uint64_t now_us = clock_monotonic_us();
    const struct gateway_session *session = *place(gateway->sessions, hash);
    if (gateway->settings.unlimited) {
        return true;
    }
    (void)sodium_bin2hex(key, sizeof key, hash, GATEWAY_TOKEN_BYTES);
    const bool known = session != NULL && session->renewed != NULL;
    if ((known && gateway_limit_take(gateway, GATEWAY_LIMIT_PERSON, key, now_us, &retry_ms)) ||
        (!known && gateway_limit_take(gateway, GATEWAY_LIMIT_ADDRESS, exchange->address, now_us,
                                      &retry_ms))) {
        return true;
    }
    gateway->counts.refused_limit++;
    gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
    return false;
}

/* Whose token it is, csrf: "" of a key. False: answered. */
static bool know(struct exchange *exchange, unsigned char token[GATEWAY_TOKEN_BYTES],
                 const char *csrf)
{
    unsigned char hash[GATEWAY_TOKEN_BYTES];
    proof_hash(token, hash);
    proof_wipe(token, GATEWAY_TOKEN_BYTES);
    if (!within_limit(exchange, hash)) {
        return false;
    }
    struct gateway_session *session = find_or_make(exchange->gateway, hash, csrf);
    if (session == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return false;
    }
    hold(exchange, session);
    return true;
}

/* The key "pd_...". False: answered. */
static bool identify_key(struct exchange *exchange, const char *key)
{
    unsigned char token[GATEWAY_TOKEN_BYTES];
    char id[17];
    if (!proof_key_read(key, id, token)) {
        gateway_problem(exchange, PAIDAN__CODE__KEY_UNKNOWN, NULL, 0);
        return false;
    }
    return know(exchange, token, "");
}

/* "Bearer pd_..."; "" where it is none, which no key is. */
static const char *bearer_of(const struct exchange *exchange)
{
    const char *bearer = gateway_exchange_header(exchange, "Authorization");
    return bearer != NULL && strncmp(bearer, "Bearer ", 7) == 0 ? bearer + 7 : "";
}

/* The session or key that the request names. False: answered. */
static bool identify(struct exchange *exchange)
{
    unsigned char token[GATEWAY_TOKEN_BYTES];
    char csrf[GATEWAY_CSRF_BYTES] = "";
    if (gateway_exchange_header(exchange, "Authorization") != NULL) {
        return identify_key(exchange, bearer_of(exchange));
    }
    if (!cookie_token(exchange, token)) {
        gateway_problem_fault(exchange, GATEWAY_LOGIN_NEEDED, NULL);
        return false;
    }
    csrf_of(token, csrf);
    return (exchange->method == GATEWAY_GET || write_meant(exchange, csrf)) &&
           know(exchange, token, csrf);
}

/* A grant that is still good serves this request, while a new one is asked for beside it. */
static void go_on(struct exchange *exchange, gateway_handler *next)
{
    struct gateway_session *session = exchange->person;
    if (!grant_good(exchange->gateway, session)) {
        wait_grant(exchange, next);
        return;
    }
    if (!session->renewing && clock_monotonic_us() > session->renewed_us + RENEW_US) {
        (void)ask_grant(exchange->gateway, session, exchange->address); /* else with the next one */
    }
    next(exchange);
}

void gateway_session_admit(struct exchange *exchange, gateway_handler *next)
{
    if (identify(exchange)) {
        go_on(exchange, next);
    }
}

void gateway_session_admit_key(struct exchange *exchange, const char *key, gateway_handler *next)
{
    if (identify_key(exchange, key == NULL ? bearer_of(exchange) : key)) {
        go_on(exchange, next);
    }
}

/* The token goes no further than its hash; the caller puts it into the cookie. */
bool gateway_session_begin(struct exchange *exchange,
                           const unsigned char token[GATEWAY_TOKEN_BYTES])
{
    unsigned char hash[GATEWAY_TOKEN_BYTES];
    char csrf[GATEWAY_CSRF_BYTES];
    csrf_of(token, csrf);
    proof_hash(token, hash);
    struct gateway_session *session = find_or_make(exchange->gateway, hash, csrf);
    if (session != NULL) {
        hold(exchange, session);
    }
    return session != NULL;
}

/* With the next request its token is unknown here and asked for at access, which says that it ended. */
void gateway_session_drop(struct exchange *exchange)
{
    CHECK(exchange->person != NULL);
    forget(exchange->gateway, exchange->person);
}

void gateway_session_sign(struct exchange *exchange, Paidan__Request *request)
{
    request->via = exchange->address;
    if (exchange->as_gateway) {
        return;
    }
    if (exchange->person == NULL || exchange->person->grant == NULL) {
        request->has_public_ = 1;
        request->public_ = 1;
        return;
    }
    request->has_grant = 1;
    request->grant = (ProtobufCBinaryData){.len = exchange->person->grant_bytes,
                                           .data = exchange->person->grant};
}

/* 0 is long past: grant_good says no. */
void gateway_session_refused(struct exchange *exchange)
{
    if (exchange->person != NULL && exchange->person->renewed != NULL) {
        exchange->person->renewed->expires_ms = 0;
    }
}
