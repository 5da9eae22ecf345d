/* permit_peers: who may speak to a service at all: the peers file, one peer a line.
 *
 *   uid    <name|number>  service NAME   [follow=LOG,LOG]
 *   uid    <name|number>  gateway        [follow=LOG,LOG] [channel=CODE]
 *   uid    <name|number>  person ACTOR
 *   uid    <name|number>  adapter NAME   [channel=CODE] [follow=LOG,LOG]  at least one
 *   uid    <name|number>  unit NAME      unit=CODE
 *   uid    <name|number>  trial
 *   tcp                   trial
 *   curve  <z85 key>      adapter NAME | unit NAME  ...
 *
 * Every line may end with until=YYYY-MM-DD (the last day, UTC); # begins a comment. `trial` is for
 * one's own machine: without a grant it may do everything, under any name. `curve` is for the
 * process that ends tcp; services know nobody by it. A file with a mistake is refused whole. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.pb-c.h"
#include "common/base/limits.h"
#include "common/base/rc.h"

#define PERMIT_PEERS_MAX 1024u
#define PERMIT_FOLLOWS_MAX 8u

enum permit_peer_kind {
    PERMIT_PEER_SERVICE,
    PERMIT_PEER_GATEWAY,
    PERMIT_PEER_PERSON,
    PERMIT_PEER_ADAPTER, /* of a channel or of a unit */
    PERMIT_PEER_TRIAL,
};

struct permit_peer {
    enum permit_peer_kind kind;
    uint32_t uid; /* UINT32_MAX: everybody who comes over tcp, or a key */
    bool keyed;   /* known by `key`, not by uid */
    char key[41];
    char name[ACTOR_BYTES_MAX + 1];
    char unit[CODE_BYTES_MAX + 1], channel[CODE_BYTES_MAX + 1];
    char follows[PERMIT_FOLLOWS_MAX][CODE_BYTES_MAX + 1];
    unsigned follow_count;
    uint64_t until_ms;      /* UINT64_MAX: for ever */
    Paidan__GrantRole role; /* of an adapter; points into the peer */
    Paidan__GrantRole *roles[1];
};

struct permit_peers {
    size_t count;
    bool filed; /* from a file, not the default */
    unsigned char digest[PEERS_DIGEST_BYTES];
    struct permit_peer *peers; /* heap */
};

/* path: of a file that need not be there, then only uid `own` is known, as trial. what: of the first
 * mistake, with its line. RC_OK; RC_SETTINGS: what says why; RC_IO: it cannot be read just now (what
 * too); RC_LIMIT. */
MUST_CHECK enum rc permit_peers_read(const char *path, uint32_t own, struct permit_peers *peers,
                                     char *what, size_t size);
void permit_peers_free(struct permit_peers *peers);
/* NULL: unknown, or no longer. uid UINT32_MAX: over tcp. now_ms: real. */
const struct permit_peer *permit_peers_find(const struct permit_peers *peers, uint32_t uid,
                                            uint64_t now_ms);
bool permit_peers_follows(const struct permit_peer *peer, const char *service);
