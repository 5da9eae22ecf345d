/* permit_door: from a uid and a grant to somebody who asks.
 *
 * Owns the public keys, peers and the grants that were checked. What must stay true: the peers file is asked for
 * each message, for a connection that was opened before somebody lost his right stays open; and a
 * grant, or the word that it is for the public, can only narrow what the peer itself may. */
#include "common/permit/permit_door.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/base/clock.h"
#include "common/base/diag.h"
#include "common/wire/wire.h"

/* Sessions of a large site, each with a grant of five minutes: 5,000 browsers meet in a slot
 * seldom, and the one that is driven out is checked again. Power of two. */
#define CHECKED_MAX 8192u

/* A grant that does not open has the keys read again, no oftener than that. */
#define LOOK_US 100000u
/* And so does any other when they are older: what a thief seals with the secret that he took opens
 * under the old key, so that nothing fails. */
#define KEYS_AGE_US 1000000u

/* Whom nobody knows is recorded so. */
static const char public_actor[] = "public";

/* Bytes as they came, to be compared whole: a slot is found by its seal and proves nothing. */
struct checked {
    unsigned char *bytes;
    size_t size;
    Paidan__Grant *grant;
};

struct keys {
    bool known;
    unsigned char key[PERMIT_KEY_BYTES];
};

struct permit_door {
    struct keys keys[PERMIT_PAPER_PASS + 1];
    uint64_t looked_us; /* when they were read last */
    bool seals;         /* pass is loaded: this service makes passes */
    unsigned char pass[PERMIT_SECRET_BYTES];
    char data_dir[PATH_MAX];
    char path[PATH_MAX];
    struct permit_peers peers;
    struct arena arena; /* of the grant being checked */
    struct checked checked[CHECKED_MAX];
};

/* ---- grants that were checked ---- */

/* The bytes end with the seal's, which nobody can choose. */
static struct checked *slot_of(struct permit_door *door, const ProtobufCBinaryData *bytes)
{
    uint32_t tail = 0;
    CHECK(bytes->len >= sizeof tail);
    memcpy(&tail, bytes->data + bytes->len - sizeof tail, sizeof tail);
    return &door->checked[tail & (CHECKED_MAX - 1)];
}

/* Grants are forgotten one by one when another takes the slot, all of them when a pair is
 * exchanged. One that is revoked lives on here until it expires, five minutes at most; whoever must
 * be out at once has his session ended and his roles changed, and gets no new one. */
static void forget(struct checked *checked)
{
    free(checked->bytes);
    if (checked->grant != NULL) {
        paidan__grant__free_unpacked(checked->grant, NULL);
    }
    *checked = (struct checked){.size = 0};
}

/* A copy that outlives the arena: packed by us, so that it reads as what was checked. */
static const Paidan__Grant *remember(struct checked *checked, const ProtobufCBinaryData *bytes,
                                     const Paidan__Grant *grant)
{
    const size_t size = paidan__grant__get_packed_size(grant);
    unsigned char *const packed = malloc(size);
    forget(checked);
    if (packed != NULL) {
        (void)paidan__grant__pack(grant, packed);
        checked->grant = paidan__grant__unpack(NULL, size, packed);
        free(packed);
    }
    checked->bytes = malloc(bytes->len);
    if (checked->grant == NULL || checked->bytes == NULL) {
        forget(checked);
        return NULL;
    }
    memcpy(checked->bytes, bytes->data, bytes->len);
    checked->size = bytes->len;
    return checked->grant;
}

/* ---- keys ---- */

/* Whose owner has not started yet is not known: its papers are good for nothing until he has. One that was
 * exchanged makes void what was sealed by the one before. */
static enum rc keys_read(struct permit_door *door, bool *changed)
{
    enum rc worst = RC_OK;
    *changed = false;
    door->looked_us = clock_monotonic_us();
    for (unsigned paper = PERMIT_PAPER_GRANT; paper <= PERMIT_PAPER_PASS; paper++) {
        struct keys *const keys = &door->keys[paper];
        struct keys now = {.known = false};
        const enum rc rc = permit_key_public(door->data_dir, (enum permit_paper)paper, now.key);
        if (rc != RC_OK && rc != RC_NOT_FOUND) {
            worst = rc; /* what cannot be read says nothing about the one we have */
            continue;
        }
        now.known = rc == RC_OK;
        if (now.known != keys->known ||
            (now.known && memcmp(now.key, keys->key, sizeof now.key) != 0)) {
            *keys = now;
            *changed = true;
        }
    }
    for (size_t index = 0; *changed && index < CHECKED_MAX; index++) {
        forget(&door->checked[index]);
    }
    return worst;
}

/* Something does not open: perhaps its owner has a new pair. Not for each forged one. */
static bool keys_changed(struct permit_door *door)
{
    bool changed = false;
    if (door->keys[PERMIT_PAPER_GRANT].known && clock_monotonic_us() - door->looked_us < LOOK_US) {
        return false;
    }
    (void)keys_read(door, &changed); /* what is wrong with them is in the log */
    return changed;
}

static Paidan__Grant *opened(struct permit_door *door, const ProtobufCBinaryData *bytes,
                             uint64_t now_ms)
{
    for (unsigned paper = PERMIT_PAPER_GRANT; paper <= PERMIT_PAPER_PASS; paper++) {
        Paidan__Grant *grant = NULL;
        arena_reset(&door->arena);
        if (door->keys[paper].known &&
            permit_grant_open(door->keys[paper].key, (enum permit_paper)paper, bytes->data,
                              bytes->len, now_ms, &door->arena, &grant) == RC_OK) {
            return grant;
        }
    }
    return NULL;
}

/* NULL: it proves nothing. */
static const Paidan__Grant *grant_check(struct permit_door *door, const ProtobufCBinaryData *bytes,
                                        uint64_t now_ms)
{
    if (bytes->len < GRANT_SEAL_BYTES || bytes->len > GRANT_BYTES_MAX + STORE_KEY_BYTES_MAX) {
        return NULL;
    }
    if (clock_monotonic_us() - door->looked_us >= KEYS_AGE_US) {
        bool changed = false;
        (void)keys_read(door, &changed); /* what is wrong with them is in the log */
    }
    struct checked *const checked = slot_of(door, bytes);
    if (checked->size == bytes->len && memcmp(checked->bytes, bytes->data, bytes->len) == 0) {
        return permit_grant_lives(checked->grant, now_ms) ? checked->grant : NULL;
    }
    const Paidan__Grant *grant = opened(door, bytes, now_ms);
    if (grant == NULL && keys_changed(door)) {
        grant = opened(door, bytes, now_ms);
    }
    return grant == NULL ? NULL : remember(checked, bytes, grant);
}

/* ---- who asks ---- */

/* Everything points into the remembered grant, which may be driven out by the next message: an
 * asker lives no longer than one. */
static void granted(const Paidan__Grant *grant, struct permit_asker *asker)
{
    asker->column = permit_grant_is_pass(grant) ? PERMIT_PUBLIC : PERMIT_COLUMNS;
    asker->actor = grant->actor;
    asker->via = grant->via;
    asker->session = grant->has_session ? &grant->session : NULL;
    asker->roles = grant->roles;
    asker->role_count = grant->n_roles;
}

/* What the peer is by itself. */
static void known(const struct permit_peer *peer, const char *service, struct permit_asker *asker)
{
    switch (peer->kind) {
    case PERMIT_PEER_TRIAL:
        asker->free = true;
        return;
    case PERMIT_PEER_SERVICE:
        asker->column = PERMIT_SERVICE;
        asker->actor = asker->follower = peer->name;
        break;
    case PERMIT_PEER_GATEWAY:
        asker->column = PERMIT_GATEWAY;
        asker->actor = asker->follower = "gateway";
        break;
    case PERMIT_PEER_PERSON:
        asker->column = PERMIT_PERSON;
        asker->actor = peer->name;
        break;
    case PERMIT_PEER_ADAPTER:
        asker->column = PAIDAN__ROLE__ROLE_ADAPTER;
        asker->actor = asker->follower = peer->name;
        asker->roles = peer->roles;
        asker->role_count = 1;
        break;
    }
    asker->follows = permit_peers_follows(peer, service);
}

/* A resident whom nobody knows; of the channel that the gateway's line names. */
static void unknown(const struct permit_peer *peer, struct permit_asker *asker)
{
    asker->column = PERMIT_PUBLIC;
    asker->actor = public_actor;
    if (peer->channel[0] != '\0') {
        asker->roles = peer->roles;
        asker->role_count = 1;
    }
}

Paidan__Code permit_door_ask(struct permit_door *door, const char *service, uint32_t uid,
                             const Paidan__Request *request, uint64_t now_ms,
                             struct permit_asker *asker)
{
    const struct permit_peer *const peer = permit_peers_find(&door->peers, uid, now_ms);
    *asker = (struct permit_asker){.column = PERMIT_PERSON, .uid = uid};
    if (peer == NULL) {
        return PAIDAN__CODE__FORBIDDEN;
    }
    if (request->has_public_ && request->public_) {
        unknown(peer, asker);
        return PAIDAN__CODE__OK;
    }
    if (!request->has_grant) {
        known(peer, service, asker);
        return PAIDAN__CODE__OK;
    }
    const Paidan__Grant *const grant = grant_check(door, &request->grant, now_ms);
    /* Somebody who is known by his uid brings his own grant or none. */
    if (grant == NULL ||
        (peer->kind == PERMIT_PEER_PERSON && strcmp(grant->actor, peer->name) != 0)) {
        return PAIDAN__CODE__GRANT_INVALID;
    }
    granted(grant, asker);
    return PAIDAN__CODE__OK;
}

/* A pass is a grant like any other and ends as soon: what it opens is one ticket, to the one who
 * knew its code a moment ago. */
enum rc permit_door_pass(struct permit_door *door, uint64_t ticket, uint64_t now_ms,
                         struct arena *arena, ProtobufCBinaryData *pass)
{
    Paidan__Grant grant = PAIDAN__GRANT__INIT;
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT, *roles = &role;
    CHECK(ticket != 0);
    /* At the first one, so that only the service that makes passes ever has what makes them. */
    if (!door->seals) {
        const enum rc rc = permit_key_pair(door->data_dir, PERMIT_PAPER_PASS, door->pass);
        if (rc != RC_OK) {
            return rc == RC_SETTINGS || rc == RC_IO ? RC_NOT_FOUND : rc;
        }
        door->seals = true;
    }
    role.role = PAIDAN__ROLE__ROLE_PUBLIC;
    role.has_ticket = 1;
    role.ticket = ticket;
    grant.actor = (char *)(uintptr_t)public_actor; /* packed, never written */
    grant.n_roles = 1;
    grant.roles = &roles;
    grant.issued_ms = now_ms;
    grant.expires_ms = now_ms + PERMIT_GRANT_MS_MAX;
    return permit_grant_seal(door->pass, PERMIT_PAPER_PASS, &grant, arena, &pass->data, &pass->len);
}

/* ---- opening ---- */

/* The new file is read beside the old one, which stays in force when there is a mistake in it: a
 * typing error at HUP must shut out nobody. */
enum rc permit_door_reload(struct permit_door *door)
{
    char what[256];
    bool changed = false;
    (void)keys_read(door, &changed); /* what is wrong with them is in the log */
    struct permit_peers peers;
    const enum rc rc =
        permit_peers_read(door->path, (uint32_t)geteuid(), &peers, what, sizeof what);
    if (rc != RC_OK) {
        diag_log(DIAG_ERROR, "permit", "peers=\"%s\" why=\"%s\"", door->path,
                 what[0] != '\0' ? what : rc_name(rc));
        return rc;
    }
    permit_peers_free(&door->peers);
    door->peers = peers;
    return RC_OK;
}

enum rc permit_door_open(const char *data_dir, const char *peers, struct permit_door **door)
{
    struct permit_door *const made = calloc(1, sizeof *made);
    if (made == NULL) {
        return RC_LIMIT;
    }
    const int length = peers != NULL
                           ? snprintf(made->path, sizeof made->path, "%s", peers)
                           : snprintf(made->path, sizeof made->path, "%s/peers", data_dir);
    enum rc rc = length < 0 || (size_t)length >= sizeof made->path ? RC_SETTINGS : RC_OK;
    if (rc == RC_OK) {
        rc = arena_init(&made->arena, WIRE_UNPACK_BYTES((size_t)2 * GRANT_BYTES_MAX) * 2);
    }
    if (rc == RC_OK && snprintf(made->data_dir, sizeof made->data_dir, "%s", data_dir) >=
                           (int)sizeof made->data_dir) {
        rc = RC_SETTINGS;
    }
    if (rc == RC_OK) {
        bool changed = false;
        rc = keys_read(made, &changed);
    }
    if (rc == RC_OK) {
        rc = permit_door_reload(made);
    }
    if (rc != RC_OK) {
        permit_door_close(made);
        return rc;
    }
    *door = made;
    return RC_OK;
}

void permit_door_close(struct permit_door *door)
{
    if (door == NULL) {
        return;
    }
    for (size_t index = 0; index < CHECKED_MAX; index++) {
        forget(&door->checked[index]);
    }
    permit_peers_free(&door->peers);
    arena_fini(&door->arena);
    sodium_memzero(door->pass, sizeof door->pass);
    free(door);
}

const struct permit_peers *permit_door_peers(const struct permit_door *door)
{
    return &door->peers;
}
