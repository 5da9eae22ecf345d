/* port_hotline_sender: tells the peers. The id of an envelope is its delivery's, the same for every attempt,
 * so that a peer that heard it knows it again; the signature is of each attempt alone. A peer without a key
 * gets nothing until it has one. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/check.h"
#include "common/door/door_http.h"
#include "common/door/door_sender.h"
#include "hotline.h"
#include "port_hotline.h"
#include "port_hotline_json.h"
#include "port_hotline_sign.h"

enum { DIRECTORY_BYTES = 4096, NONCE_BYTES = 16 };

struct own {
    char data_dir[DIRECTORY_BYTES];
};

static uint64_t wall_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* What of a URL is asked for: from the path on. */
static const char *target_of(const char *url)
{
    const char *const host = strstr(url, "://");
    CHECK(host != NULL); /* the site says so */
    const char *const path = strchr(host + 3, '/');
    return path == NULL ? "/" : path;
}

/* Ours, of SM2 our private one. */
static enum rc read_key(const struct own *own, const struct site_hotline_peer *peer,
                        char key[HOTLINE_KEY_BYTES])
{
    CHECK(own->data_dir[0] != '\0');
    char name[CODE_BYTES_MAX + 8];
    (void)snprintf(name, sizeof name, "%s%s", peer->code,
                   peer->suite == SITE_HOTLINE_SM2_SM3 ? ".own" : "");
    return door_secret(own->data_dir, "hotline", name, key, HOTLINE_KEY_BYTES);
}

static enum rc put_headers(struct arena *arena, const struct site_hotline_peer *peer,
                           const struct port_hotline_signed *what, const char *signature,
                           struct web_call *call)
{
    CHECK(signature[0] != '\0');
    CHECK(peer->ours[0] != '\0');
    call->headers[0] = "Content-Type: application/json";
    call->headers[1] = arena_printf(arena, "Paidan-Peer: %s", peer->ours);
    call->headers[2] =
        arena_printf(arena, "Paidan-Timestamp: %llu", (unsigned long long)what->at_ms);
    call->headers[3] = arena_printf(arena, "Paidan-Nonce: %s", what->nonce);
    call->headers[4] = arena_printf(arena, "Paidan-Signature: %s", signature);
    for (int index = 1; index <= 4; index++) {
        if (call->headers[index] == NULL) {
            return RC_LIMIT;
        }
    }
    return RC_OK;
}

/* RC_AGAIN: tried later, for somebody has to put a key there; RC_FORBIDDEN: the site has to change first. */
static enum rc make(void *context, struct step_view *view, const struct outbox_delivery *delivery,
                    const Paidan__Event *event, struct web_call *call, const char **why)
{
    CHECK(delivery->seq > 0);
    const struct own *const own = context;
    const struct site_hotline_peer *const peer = site_hotline_peer_find(view->site, delivery->to);
    char key[HOTLINE_KEY_BYTES], id[OUTBOX_KEY_BYTES], signature[HOTLINE_SIGNATURE_BYTES];
    char nonce[2 * NONCE_BYTES + 1];
    unsigned char random[NONCE_BYTES];
    if (event->fact_case != PAIDAN__EVENT__FACT_HOTLINE_TOLD || event->hotline_told->peer == NULL) {
        *why = "no envelope";
        return RC_NOT_FOUND;
    }
    if (peer == NULL || peer->url[0] == '\0') {
        *why = "the site has no such peer";
        return RC_FORBIDDEN;
    }
    if (read_key(own, peer, key) != RC_OK) {
        *why = "no key in DATA/secrets/hotline";
        return RC_AGAIN;
    }
    outbox_key("hotline", delivery->seq, id);
    char *const text =
        port_hotline_json_write(view->arena, view->site, peer, id, event->hotline_told);
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2hex(nonce, sizeof nonce, random, sizeof random);
    const struct port_hotline_signed what = {.at_ms = wall_ms(),
                                             .nonce = nonce,
                                             .method = "POST",
                                             .target = target_of(peer->url),
                                             .body = text,
                                             .body_bytes = text == NULL ? 0 : strlen(text)};
    enum rc rc = text == NULL ? RC_LIMIT : port_hotline_sign(peer->suite, key, &what, signature);
    sodium_memzero(key, sizeof key);
    if (rc == RC_INVALID) {
        *why = "the key in DATA/secrets/hotline is none";
        return RC_AGAIN;
    }
    rc = rc == RC_OK ? put_headers(view->arena, peer, &what, signature, call) : rc;
    call->method = "POST";
    call->url = peer->url;
    call->body = text;
    call->body_bytes = what.body_bytes;
    call->inside = peer->inside;
    return rc;
}

static enum rc open_own(struct shell_gate *gate, const char *data_dir, void **context)
{
    CHECK(data_dir != NULL);
    struct own *const own = calloc(1, sizeof *own);
    (void)gate;
    if (own == NULL || strlen(data_dir) >= sizeof own->data_dir) {
        free(own);
        return RC_LIMIT;
    }
    memcpy(own->data_dir, data_dir, strlen(data_dir) + 1);
    *context = own;
    return RC_OK;
}

static const struct door_sender sender = {
    .channel = &hotline_channel, .make = make, .open = open_own, .close = free};

static enum rc open_sender(struct shell_gate *gate, const char *data_dir, void **context)
{
    return door_sender_open(gate, data_dir, &sender, context);
}

const struct shell_port port_hotline_sender = {.name = "sender",
                                               .open = open_sender,
                                               .close = door_sender_close,
                                               .wait = door_sender_wait,
                                               .work = door_sender_work,
                                               .answered = door_sender_answered};
