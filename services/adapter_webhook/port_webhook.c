/* port_webhook: from a delivery to the signed call that makes it. It owns the secrets that were read, for
 * a second each. What must stay true: nothing goes out unsigned; a call is the same for every attempt but
 * for its time and what is signed of it; a secret is in memory and in its file, nowhere else.
 *
 * Signed is "<id>.<seconds>.<body>" with HMAC-SHA256, as Standard Webhooks do it:
 *
 *   webhook-id: webhook:4711   webhook-timestamp: 1800000000   webhook-signature: v1,<base64> v1,<base64>
 *
 * The second one is by DATA/secrets/webhook/<code>.next, where that file exists: a receiver takes either,
 * so a secret is changed without a gap (write .next, tell the receiver, move it over the first). */
#include "port_webhook.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/door/door_http.h"
#include "common/door/door_sender.h"
#include "common/say/say_json.h"
#include "common/web/web_sign.h"
#include "port_event.h"

enum {
    SECRET_BYTES = 256,
    SECRETS = 2, /* now and next */
    SECRET_KEPT_US = 1000000,
    MAC_TEXT_BYTES = 48, /* base64 of 32 bytes */
};

struct secret {
    char code[CODE_BYTES_MAX + 1];
    uint64_t read_us;
    size_t bytes[SECRETS]; /* 0: there is none */
    unsigned char keys[SECRETS][SECRET_BYTES];
};

struct sender {
    char *data_dir;
    struct secret secrets[SITE_WEBHOOKS_MAX]; /* in any order; the oldest makes room */
};

/* ---- secrets ---- */

/* "whsec_" and base64, as receivers' libraries write it; anything else is taken as it is. */
static size_t key_of(const char *text, unsigned char key[SECRET_BYTES])
{
    static const char mark[] = "whsec_";
    size_t bytes = 0;
    if (strncmp(text, mark, sizeof mark - 1) == 0 &&
        sodium_base642bin(key, SECRET_BYTES, text + sizeof mark - 1, strlen(text + sizeof mark - 1),
                          NULL, &bytes, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
        bytes > 0) {
        return bytes;
    }
    bytes = strlen(text);
    CHECK(bytes < SECRET_BYTES);
    memcpy(key, text, bytes);
    return bytes;
}

/* A file that cannot be read, or that others may read, is no secret: door_secret says so in the log, and
 * the call is not made. */
static void secret_read(const struct sender *sender, struct secret *secret)
{
    for (unsigned index = 0; index < SECRETS; index++) {
        char name[CODE_BYTES_MAX + 8], text[SECRET_BYTES];
        (void)snprintf(name, sizeof name, "%s%s", secret->code, index == 0 ? "" : ".next");
        secret->bytes[index] = 0;
        if (door_secret(sender->data_dir, "webhook", name, text, sizeof text) == RC_OK) {
            secret->bytes[index] = key_of(text, secret->keys[index]);
        }
        sodium_memzero(text, sizeof text);
    }
    secret->read_us = clock_monotonic_us();
}

/* Read again now and then, so that a new file needs no signal. */
static const struct secret *secret_of(struct sender *sender, const char *code)
{
    struct secret *oldest = &sender->secrets[0];
    for (unsigned index = 0; index < SITE_WEBHOOKS_MAX; index++) {
        struct secret *secret = &sender->secrets[index];
        if (strcmp(secret->code, code) == 0) {
            if (clock_monotonic_us() - secret->read_us > SECRET_KEPT_US) {
                secret_read(sender, secret);
            }
            return secret;
        }
        oldest = secret->read_us < oldest->read_us ? secret : oldest;
    }
    (void)snprintf(oldest->code, sizeof oldest->code, "%s", code);
    secret_read(sender, oldest);
    return oldest;
}

/* "v1,<base64>", for each secret that there is; "" for none. */
static char *signature_of(struct arena *arena, const struct secret *secret, const char *id,
                          uint64_t now_s, const char *body)
{
    const char *parts[SECRETS] = {"", ""};
    const char *text = arena_printf(arena, "%s.%" PRIu64 ".%s", id, now_s, body);
    if (text == NULL) {
        return NULL;
    }
    for (unsigned index = 0; index < SECRETS; index++) {
        unsigned char mac[WEB_HASH_BYTES];
        char shown[MAC_TEXT_BYTES];
        if (secret->bytes[index] == 0) {
            continue;
        }
        web_hmac(WEB_HMAC_SHA256, secret->keys[index], secret->bytes[index], text, strlen(text),
                 mac);
        sodium_bin2base64(shown, sizeof shown, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
        parts[index] = arena_printf(arena, "%sv1,%s", index == 0 ? "" : " ", shown);
        if (parts[index] == NULL) {
            return NULL;
        }
    }
    return arena_printf(arena, "webhook-signature: %s%s", parts[0], parts[1]);
}

/* ---- bodies ---- */

/* What the maker of a body adds. */
struct made {
    char *body; /* in the arena */
    unsigned header_count;
    const char *headers[WEB_HEADERS_MAX];
};

static void add(struct made *made, const char *header)
{
    CHECK(made->header_count < WEB_HEADERS_MAX);
    made->headers[made->header_count++] = header;
}

/* The three modes of CloudEvents' HTTP binding: all in the body, attributes as headers, a list. */
static enum rc make_structured(struct arena *arena, const struct port_event *event,
                               struct made *made)
{
    made->body = say_json_text(arena, port_event_structured(event));
    add(made, "Content-Type: application/cloudevents+json; charset=utf-8");
    return made->body == NULL ? RC_LIMIT : RC_OK;
}

/* Header values are codes, numbers and names of facts: ASCII, so nothing needs the binding's %-escapes. */
static enum rc make_binary(struct arena *arena, const struct port_event *event, struct made *made)
{
    const struct {
        const char *name, *value;
    } rows[] = {{"specversion", "1.0"}, {"id", event->id},           {"source", event->source},
                {"type", event->type},  {"subject", event->subject}, {"time", event->time}};
    bool full = false;
    made->body = say_json_text(arena, json_incref(event->data));
    add(made, "Content-Type: application/json");
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        const char *line = arena_printf(arena, "ce-%s: %s", rows[index].name, rows[index].value);
        full = full || line == NULL;
        add(made, line);
    }
    return made->body == NULL || full ? RC_LIMIT : RC_OK;
}

/* The facts of a piece, in their order. One that was trimmed away, or that this program does not know,
 * is left out: the others are as good as before. */
static enum rc make_bundle(struct step_view *view, const struct site_webhook *hook,
                           const Paidan__Bundled *bundled, const char *id, struct made *made)
{
    json_t *list = json_array();
    enum rc rc = list == NULL ? RC_LIMIT : RC_OK;
    for (size_t index = 0; index < bundled->n_published && rc == RC_OK; index++) {
        Paidan__Event *event = NULL;
        struct port_event part;
        const char *place = arena_printf(view->arena, "%s.%zu", id, index);
        rc = place == NULL ? RC_LIMIT : step_view_read(view, bundled->published[index], &event);
        if (rc == RC_OK && event->fact_case != PAIDAN__EVENT__FACT_PUBLISHED) {
            rc = RC_NOT_FOUND;
        }
        if (rc == RC_OK) {
            rc = port_event_read(view, hook, event->published, place, &part);
        }
        if (rc == RC_OK) {
            const int failed = json_array_append_new(list, port_event_structured(&part));
            json_decref(part.data);
            rc = failed != 0 ? RC_LIMIT : RC_OK;
        }
        rc = rc == RC_NOT_FOUND || rc == RC_CORRUPT ? RC_OK : rc;
    }
    if (rc == RC_OK && json_array_size(list) == 0) {
        rc = RC_NOT_FOUND;
    }
    if (rc != RC_OK) {
        json_decref(list);
        return rc;
    }
    made->body = say_json_text(view->arena, list);
    add(made, "Content-Type: application/cloudevents-batch+json; charset=utf-8");
    return made->body == NULL ? RC_LIMIT : RC_OK;
}

static enum rc make_one(struct step_view *view, const struct site_webhook *hook,
                        const Paidan__Published *published, const char *id, struct made *made)
{
    struct port_event event;
    enum rc rc = port_event_read(view, hook, published, id, &event);
    if (rc == RC_OK) {
        rc = hook->mode == SITE_WEBHOOK_BINARY ? make_binary(view->arena, &event, made)
                                               : make_structured(view->arena, &event, made);
        json_decref(event.data);
    }
    return rc;
}

/* ---- calls ---- */

/* RC_FORBIDDEN: unsigned, a receiver could not tell us from anybody; it is tried again as the site says, for
 * the secret may be put there any moment. */
static enum rc sign(struct sender *sender, struct arena *arena, const char *code, const char *id,
                    struct made *made, const char **why)
{
    const struct secret *secret = secret_of(sender, code);
    const uint64_t now_s = clock_wall_ms() / 1000; /* the receiver's time, not the site's */
    if (secret->bytes[0] == 0 && secret->bytes[1] == 0) {
        *why = "no secret";
        return RC_FORBIDDEN;
    }
    const char *lines[] = {
        arena_printf(arena, "webhook-id: %s", id),
        arena_printf(arena, "webhook-timestamp: %" PRIu64, now_s),
        signature_of(arena, secret, id, now_s, made->body),
    };
    for (size_t index = 0; index < sizeof lines / sizeof lines[0]; index++) {
        if (lines[index] == NULL) {
            return RC_LIMIT;
        }
        add(made, lines[index]);
    }
    return RC_OK;
}

static enum rc make(void *context, struct step_view *view, const struct outbox_delivery *delivery,
                    const Paidan__Event *event, struct web_call *call, const char **why)
{
    const struct site_webhook *hook = site_webhook_find(view->site, delivery->to);
    struct made made = {.header_count = 0};
    char key[OUTBOX_KEY_BYTES];
    outbox_key(webhook_service.name, delivery->seq, key);
    const char *id = arena_strdup(view->arena, key);
    enum rc rc = hook == NULL ? RC_NOT_FOUND : id == NULL ? RC_LIMIT : RC_OK;
    if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_BUNDLED) {
        rc = make_bundle(view, hook, event->bundled, id, &made);
    } else if (rc == RC_OK && event->fact_case == PAIDAN__EVENT__FACT_PUBLISHED) {
        rc = make_one(view, hook, event->published, id, &made);
    } else if (rc == RC_OK) {
        rc = RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        rc = sign(context, view->arena, hook->code, id, &made, why);
    }
    if (rc != RC_OK) {
        *why = rc == RC_NOT_FOUND ? "nothing is left to tell" : *why;
        return rc;
    }
    for (uint32_t index = 0; index < hook->header_count; index++) {
        add(&made, hook->headers[index]);
    }
    memcpy(call->headers, made.headers, sizeof made.headers);
    call->url = hook->url;
    call->inside = hook->inside;
    call->body = made.body;
    call->body_bytes = strlen(made.body);
    return RC_OK;
}

static enum rc open_sender(struct shell_gate *gate, const char *data_dir, void **context)
{
    struct sender *sender = calloc(1, sizeof *sender);
    (void)gate;
    if (sender != NULL) {
        sender->data_dir = strdup(data_dir);
    }
    if (sender == NULL || sender->data_dir == NULL) {
        free(sender);
        return RC_LIMIT;
    }
    *context = sender;
    return RC_OK;
}

static void close_sender(void *context)
{
    struct sender *sender = context;
    free(sender->data_dir);
    sodium_memzero(sender, sizeof *sender);
    free(sender);
}

static const struct door_sender door = {
    .channel = &webhook_channel, .make = make, .open = open_sender, .close = close_sender};

static enum rc open(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_sender_open(gate, data_dir, &door, context);
}

const struct shell_port port_webhook = {.name = "sender",
                                        .open = open,
                                        .close = door_sender_close,
                                        .wait = door_sender_wait,
                                        .work = door_sender_work,
                                        .answered = door_sender_answered};
