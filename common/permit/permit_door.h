/* permit_door: who it is that asks, as far as it can be proven: by the peers file from the process's
 * uid, by a grant from its seal. What he may is permit's.
 *
 * Reading a grant costs some microseconds, so those that were checked are remembered by their
 * bytes; whether one has expired is asked each time. */
#pragma once

#include "common/permit/permit.h"
#include "common/permit/permit_grant.h"
#include "common/permit/permit_peers.h"

struct permit_door;

/* peers: path of the file; NULL: DATA/peers. RC_OK; RC_SETTINGS: a key or a peers file that cannot
 * be used (said in the log); RC_IO, RC_LIMIT. */
MUST_CHECK enum rc permit_door_open(const char *data_dir, const char *peers,
                                    struct permit_door **door);
void permit_door_close(struct permit_door *door);
/* The peers file as it lies there now, whole or not at all. RC_OK; RC_SETTINGS (said in the log): the
 * one before stays in force; RC_IO, RC_LIMIT likewise. */
MUST_CHECK enum rc permit_door_reload(struct permit_door *door);
/* The file in force: for PeersChanged. Until the next reload. */
const struct permit_peers *permit_door_peers(const struct permit_door *door);

/* service: that is asked. uid: UINT32_MAX: it came over tcp. now_ms: real. OK: *asker is set, and
 * lives until the next call or reload. FORBIDDEN: nobody we speak with. GRANT_INVALID. */
Paidan__Code permit_door_ask(struct permit_door *door, const char *service, uint32_t uid,
                             const Paidan__Request *request, uint64_t now_ms,
                             struct permit_asker *asker);
/* A pass for one ticket, to whoever knew its code: a sealed grant that lets the public do what only the
 * ticket's own resident may. pass: in the arena. RC_OK, RC_LIMIT or RC_INVALID;
 * RC_NOT_FOUND: the key of passes cannot be used (said in the log). */
MUST_CHECK enum rc permit_door_pass(struct permit_door *door, uint64_t ticket, uint64_t now_ms,
                                    struct arena *arena, ProtobufCBinaryData *pass);
