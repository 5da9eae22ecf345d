/* port_hotline_door: what comes in over HTTP:
 *
 *   POST /hotline/v1/messages   an envelope of a peer: Paidan-Peer, Paidan-Timestamp, Paidan-Nonce, Paidan-Signature
 *   POST /calls/<token>         a step of a call, of the exchange
 *
 * A signature is looked at before anything that it covers is read. It holds nothing between two requests but
 * where secrets lie. What must stay true: nothing is acknowledged that is not committed, and neither a key
 * nor a resident's word goes into an answer or a line of the log. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/check.h"
#include "common/door/door_http.h"
#include "common/say/code.h"
#include "common/web/web_sign.h"
#include "common/wire/wire.h"
#include "port_hotline.h"
#include "port_hotline_json.h"
#include "port_hotline_sign.h"

#define MESSAGES_PATH "/hotline/v1/messages"
#define CALLS_PATH "/calls/"

enum {
    BODY_BYTES_MAX = 512 << 10, /* a text of TEXT_BYTES_MAX, each character escaped */
    ARENA_BYTES = 4 << 20,
    ANSWER_BYTES = 512,
    DIRECTORY_BYTES = 4096,
};

struct own {
    char data_dir[DIRECTORY_BYTES];
    struct arena arena; /* of one request */
};
/* What an answer of the service belongs to. */
struct asked {
    struct web_exchange *exchange;
    bool call;
    char id[6 * HOTLINE_ID_BYTES_MAX + 1]; /* as JSON writes it; "": none is known */
};

/* ---- answers ---- */

static unsigned status_of(Paidan__Code code)
{
    switch (code) {
    case PAIDAN__CODE__OK:
        return 200;
    case PAIDAN__CODE__SIGNATURE_WRONG:
    case PAIDAN__CODE__SIGNATURE_OLD:
    case PAIDAN__CODE__NONCE_REUSED:
        return 401;
    case PAIDAN__CODE__FORBIDDEN:
        return 403;
    case PAIDAN__CODE__CASE_UNKNOWN:
        return 404;
    case PAIDAN__CODE__HEARD_DIFFERENT:
    case PAIDAN__CODE__STATE_FORBIDS:
        return 409;
    case PAIDAN__CODE__FRAME_TOO_LARGE:
    case PAIDAN__CODE__TEXT_TOO_LONG:
        return 413;
    case PAIDAN__CODE__OVERLOADED:
    case PAIDAN__CODE__STORAGE_FULL:
    case PAIDAN__CODE__STARTING:
    case PAIDAN__CODE__SERVICE_FAULT:
    case PAIDAN__CODE__TOO_MANY_WAITERS:
        return 503;
    default:
        return 400;
    }
}

/* detail: a field's name or a state, never what it held. */
static void refuse(struct web_exchange *exchange, Paidan__Code code, const char *detail)
{
    char text[ANSWER_BYTES];
    CHECK(code != PAIDAN__CODE__OK);
    const unsigned status = status_of(code);
    const int length =
        snprintf(text, sizeof text, "{\"spec\":\"" HOTLINE_SPEC "\",\"code\":\"%s\"%s%s%s}",
                 code_name(code), detail == NULL ? "" : ",\"detail\":\"",
                 detail == NULL ? "" : detail, detail == NULL ? "" : "\"");
    CHECK(length > 0 && (size_t)length < sizeof text);
    if (status == 503) {
        web_answer_with(exchange, status, "application/json", text, (size_t)length, "Retry-After",
                        "5");
    } else {
        web_answer(exchange, status, "application/json", text, (size_t)length);
    }
}

/* Refused at the door: counted and shown in the adapter's status, for nothing of it is in a log. */
static void turn_away(struct door *door, struct web_exchange *exchange, Paidan__Code code,
                      const char *detail)
{
    CHECK(exchange != NULL);
    door_http_refused(door, code);
    refuse(exchange, code, detail);
}

/* A detail of the service's is a field or a state; anything else is left out. Whoever sent an envelope
 * knows his member, not the wish that we made of it. */
static const char *plain(const char *detail)
{
    static const char wish[] = "HotlineHear.envelope.";
    if (detail != NULL && strncmp(detail, wish, sizeof wish - 1) == 0) {
        detail += sizeof wish - 1;
    }
    return detail != NULL && strlen(detail) < 128 &&
                   strspn(detail,
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.[]0123456789") ==
                       strlen(detail)
               ? detail
               : NULL;
}

static void answered(struct door *door, void *context, const Paidan__Answer *answer)
{
    struct asked *const asked = context;
    char text[ANSWER_BYTES + sizeof asked->id];
    CHECK(asked->exchange != NULL);
    if (answer->code != PAIDAN__CODE__OK) {
        turn_away(door, asked->exchange, answer->code, plain(answer->detail));
    } else if (asked->call) {
        web_answer(asked->exchange, 200, "application/json", "{}", 2);
    } else {
        const Paidan__HotlineHeard *const heard = answer->hotline_heard;
        const bool late = heard->has_late && heard->late;
        const int length = snprintf(
            text, sizeof text,
            "{\"spec\":\"" HOTLINE_SPEC "\",\"id\":\"%s\",\"code\":\"OK\",\"heard_ms\":%llu%s}",
            asked->id, (unsigned long long)heard->heard_ms, late ? ",\"late\":true" : "");
        CHECK(length > 0 && (size_t)length < sizeof text);
        web_answer(asked->exchange, 200, "application/json", text, (size_t)length);
    }
    free(asked);
}

/* asked goes to the answer, or is given back here. */
static void ask(struct door *door, const Paidan__Request *request, struct asked *asked)
{
    CHECK(asked->exchange != NULL);
    struct web_exchange *const exchange = asked->exchange;
    const enum rc rc = door_http_ask(door, request, asked);
    if (rc != RC_OK) {
        free(asked);
        turn_away(door, exchange,
                  rc == RC_AGAIN ? PAIDAN__CODE__OVERLOADED : PAIDAN__CODE__FRAME_TOO_LARGE, NULL);
    }
}

/* ---- envelopes ---- */

/* The machine's clock: a signature's age is a matter between machines, also where the service's time runs
 * fast in a demo. */
static uint64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* Under the peer's key, or the one that will follow it. */
static bool holds(const struct own *own, const struct site_hotline_peer *peer,
                  const struct port_hotline_signed *what, const char *signature)
{
    CHECK(own->data_dir[0] != '\0');
    CHECK(what->nonce != NULL);
    static const char *const ends[] = {"", ".next"};
    char name[CODE_BYTES_MAX + 8], key[HOTLINE_KEY_BYTES];
    bool good = false;
    for (size_t index = 0; index < sizeof ends / sizeof ends[0]; index++) {
        (void)snprintf(name, sizeof name, "%s%s", peer->code, ends[index]);
        if (door_secret(own->data_dir, "hotline", name, key, sizeof key) == RC_OK) {
            good = port_hotline_sign_holds(peer->suite, key, what, signature) || good;
        }
        sodium_memzero(key, sizeof key);
    }
    return good;
}

/* OK, and who signed what; else why not. */
static Paidan__Code prove(const struct own *own, const struct site *site,
                          struct web_exchange *exchange, const struct site_hotline_peer **peer,
                          struct port_hotline_signed *what)
{
    const char *const name = web_header(exchange, "Paidan-Peer");
    const char *const at = web_header(exchange, "Paidan-Timestamp");
    const char *const signature = web_header(exchange, "Paidan-Signature");
    what->nonce = web_header(exchange, "Paidan-Nonce");
    what->method = web_method(exchange);
    what->target = web_path(exchange);
    what->body = web_body(exchange, &what->body_bytes);
    if (name == NULL || at == NULL || signature == NULL || what->nonce == NULL || strlen(at) > 15 ||
        at[0] == '\0' || strspn(at, "0123456789") != strlen(at) ||
        !port_hotline_sign_nonce(what->nonce)) {
        return PAIDAN__CODE__SIGNATURE_WRONG;
    }
    what->at_ms = strtoull(at, NULL, 10);
    *peer = site_hotline_peer_find(site, name);
    if (*peer == NULL || !holds(own, *peer, what, signature)) {
        return PAIDAN__CODE__SIGNATURE_WRONG;
    }
    return web_fresh(wall_ms(), what->at_ms, HOTLINE_AGE_MS) ? PAIDAN__CODE__OK
                                                             : PAIDAN__CODE__SIGNATURE_OLD;
}

/* An id as a JSON string holds it; it has no control character, or jansson would not have read it. */
static void escape(const char *id, char text[6 * HOTLINE_ID_BYTES_MAX + 1])
{
    size_t used = 0;
    for (const char *at = id; *at != '\0' && used + 7 < 6 * HOTLINE_ID_BYTES_MAX; at++) {
        if (*at == '"' || *at == '\\') {
            text[used++] = '\\';
        }
        if ((unsigned char)*at < ' ') {
            used += (size_t)snprintf(text + used, 7, "\\u%04x", (unsigned)(unsigned char)*at);
        } else {
            text[used++] = *at;
        }
    }
    text[used] = '\0';
}

/* The digest is of what was understood, not of the bytes: a platform that writes its members in another order the
 * next time sends the same envelope. */
static void ask_envelope(struct door *door, struct web_exchange *exchange,
                         Paidan__HotlineEnvelope *envelope, const struct port_hotline_signed *what)
{
    CHECK(envelope->peer != NULL); /* whoever signed */
    struct own *const own = door_own(door);
    unsigned char digest[HEARD_DIGEST_BYTES], nonce[HEARD_DIGEST_BYTES], *packed = NULL;
    size_t bytes = 0;
    Paidan__HotlineHear wish = PAIDAN__HOTLINE_HEAR__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct asked *const asked = calloc(1, sizeof *asked);
    if (asked == NULL || wire_pack(&own->arena, &envelope->base, &packed, &bytes) != RC_OK ||
        bytes > HEARD_BODY_BYTES_MAX) {
        free(asked);
        turn_away(door, exchange, PAIDAN__CODE__FRAME_TOO_LARGE, NULL);
        return;
    }
    crypto_generichash(digest, sizeof digest, packed, bytes, NULL, 0);
    crypto_generichash(nonce, sizeof nonce, (const unsigned char *)what->nonce, strlen(what->nonce),
                       NULL, 0);
    asked->exchange = exchange;
    escape(envelope->id, asked->id);
    wish.envelope = envelope;
    wish.digest = (ProtobufCBinaryData){sizeof digest, digest};
    wish.nonce = (ProtobufCBinaryData){sizeof nonce, nonce};
    wish.signed_ms = what->at_ms;
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_HEAR;
    request.hotline_hear = &wish;
    ask(door, &request, asked);
}

/* Nothing of the body is read before its signature holds. */
static void hear(struct door *door, struct web_exchange *exchange)
{
    struct own *const own = door_own(door);
    const struct site_hotline_peer *peer = NULL;
    struct port_hotline_signed what = {.at_ms = 0};
    Paidan__HotlineEnvelope *envelope = NULL;
    const char *field = NULL;
    const Paidan__Code code = prove(own, shell_gate_site(door_gate(door)), exchange, &peer, &what);
    if (code != PAIDAN__CODE__OK) {
        turn_away(door, exchange, code, NULL);
        return;
    }
    arena_reset(&own->arena);
    const enum rc rc = port_hotline_json_read(&own->arena, what.body, what.body_bytes, peer->code,
                                              &envelope, &field);
    if (rc != RC_OK) {
        turn_away(door, exchange,
                  rc == RC_LIMIT ? PAIDAN__CODE__FRAME_TOO_LARGE : PAIDAN__CODE__FIELD_INVALID,
                  rc == RC_LIMIT ? NULL : field);
        return;
    }
    envelope->peer = (char *)(uintptr_t)peer->code;
    ask_envelope(door, exchange, envelope, &what);
}

/* ---- calls ---- */

static void call(struct door *door, struct web_exchange *exchange, const char *given)
{
    CHECK(given != NULL);
    struct own *const own = door_own(door);
    const struct site *const site = shell_gate_site(door_gate(door));
    char secret[HOTLINE_KEY_BYTES];
    size_t bytes = 0;
    const char *const body = web_body(exchange, &bytes), *field = NULL;
    Paidan__HotlineCalled *called = NULL;
    const bool known =
        site->hotline != NULL && site->hotline->calls &&
        door_secret(own->data_dir, "hotline", "calls", secret, sizeof secret) == RC_OK &&
        web_same(secret, given);
    sodium_memzero(secret, sizeof secret);
    if (!known) {
        turn_away(door, exchange, PAIDAN__CODE__SIGNATURE_WRONG, NULL);
        return;
    }
    arena_reset(&own->arena);
    if (port_hotline_json_call(&own->arena, body, bytes, &called, &field) != RC_OK) {
        turn_away(door, exchange, PAIDAN__CODE__FIELD_INVALID, field);
        return;
    }
    Paidan__HotlineCall wish = PAIDAN__HOTLINE_CALL__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct asked *const asked = calloc(1, sizeof *asked);
    if (asked == NULL) {
        turn_away(door, exchange, PAIDAN__CODE__OVERLOADED, NULL);
        return;
    }
    asked->exchange = exchange;
    asked->call = true;
    wish.call = called;
    request.wish_case = PAIDAN__REQUEST__WISH_HOTLINE_CALL;
    request.hotline_call = &wish;
    ask(door, &request, asked);
}

/* ---- the port ---- */

static void handle(struct door *door, struct web_exchange *exchange)
{
    const char *const path = web_path(exchange);
    const bool post = strcmp(web_method(exchange), "POST") == 0;
    if (post && strcmp(path, MESSAGES_PATH) == 0) {
        hear(door, exchange);
    } else if (post && strncmp(path, CALLS_PATH, sizeof CALLS_PATH - 1) == 0) {
        call(door, exchange, path + sizeof CALLS_PATH - 1);
    } else {
        web_answer(exchange, post ? 404 : 405, "application/json", "{}", 2);
    }
}

static const char *listen_at(const struct site *site)
{
    return site == NULL || site->hotline == NULL ? NULL : site->hotline->listen;
}

static enum rc open_own(struct door *door, const char *data_dir, void **context)
{
    CHECK(data_dir != NULL);
    struct own *const own = calloc(1, sizeof *own);
    (void)door;
    if (own == NULL || strlen(data_dir) >= sizeof own->data_dir ||
        arena_init(&own->arena, ARENA_BYTES) != RC_OK) {
        free(own);
        return RC_LIMIT;
    }
    memcpy(own->data_dir, data_dir, strlen(data_dir) + 1);
    *context = own;
    return RC_OK;
}

static void close_own(void *context)
{
    CHECK(context != NULL);
    struct own *const own = context;
    arena_fini(&own->arena);
    free(own);
}

static const struct door_http http = {.name = "hotline",
                                      .body_max = BODY_BYTES_MAX,
                                      .listen = listen_at,
                                      .open = open_own,
                                      .close = close_own,
                                      .handle = handle,
                                      .answered = answered};

static enum rc open_door(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_http_open(gate, data_dir, &http, context);
}

const struct shell_port port_hotline_door = {.name = "door",
                                             .open = open_door,
                                             .close = door_http_close,
                                             .wait = door_http_wait,
                                             .work = door_http_work,
                                             .answered = door_http_answered};
