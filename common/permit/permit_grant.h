/* permit_grant: sealing and opening what proves who somebody is. Access seals; services open; whoever
 * carries one can do neither. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

#define PERMIT_KEY_BYTES 32u
#define PERMIT_GRANT_MS_MAX (5u * 60u * 1000u) /* longest life of a grant */
/* Clocks of two processes of one machine are one; a step of NTP between them is forgiven. */
#define PERMIT_GRANT_EARLY_MS (10u * 1000u)

/* The key of an instance: DATA/keys/grant, 32 random bytes that only the owner may read, or a group
 * besides (0640: one uid a service). Made by whoever starts first. RC_OK; RC_SETTINGS: it is
 * readable by others, or no key (said in the log); RC_IO, RC_FULL. */
MUST_CHECK enum rc permit_key_load(const char *data_dir, unsigned char key[PERMIT_KEY_BYTES]);
/* The same of a key that one service has for itself, DATA/keys/<service>: never for a group. */
MUST_CHECK enum rc permit_key_load_own(const char *data_dir, const char *service,
                                       unsigned char key[PERMIT_KEY_BYTES]);

/* Packs and seals. Before: an actor, 1..GRANT_ROLES_MAX roles, a life of PERMIT_GRANT_MS_MAX at
 * most. bytes: in the arena, what Request.grant carries. RC_OK, RC_LIMIT or RC_INVALID (breaks a
 * bound of the wire). */
MUST_CHECK enum rc permit_grant_seal(const unsigned char key[PERMIT_KEY_BYTES],
                                     const Paidan__Grant *grant, struct arena *arena,
                                     unsigned char **bytes, size_t *size);
/* now_ms: of the real clock, never of a demo's. *grant: in the arena. RC_OK; RC_INVALID: forged,
 * altered, expired, too long a life, or nothing that we seal; RC_LIMIT. */
MUST_CHECK enum rc permit_grant_open(const unsigned char key[PERMIT_KEY_BYTES],
                                     const unsigned char *bytes, size_t size, uint64_t now_ms,
                                     struct arena *arena, Paidan__Grant **grant);
/* Whether it is good at that moment: what must be asked again each time, however it was checked. */
bool permit_grant_lives(const Paidan__Grant *grant, uint64_t now_ms);
