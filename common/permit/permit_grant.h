/* permit_grant: sealing and opening what proves who somebody is. Access seals (intake passes); services
 * open, and could not seal; whoever carries one can do neither. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "access.pb-c.h"
#include "common/base/arena.h"
#include "common/base/rc.h"

#define PERMIT_KEY_BYTES 32u                   /* a public one, or a service's own */
#define PERMIT_SECRET_BYTES 64u                /* of a pair */
#define PERMIT_GRANT_MS_MAX (5u * 60u * 1000u) /* longest life of a grant */
/* Clocks of two processes of one machine are one; a step of NTP between them is forgiven. */
#define PERMIT_GRANT_EARLY_MS (10u * 1000u)

/* Two who seal, each his own kind: access says who somebody is, intake that somebody knew a ticket's
 * code. Neither's seal is good for the other's. */
enum permit_paper { PERMIT_PAPER_GRANT, PERMIT_PAPER_PASS };

/* The pair by which its owner seals: DATA/keys/grants or DATA/keys/passes, made when there is none. For
 * access and intake alone: nobody else may read the secret. Removes the shared key of versions before.
 * RC_OK; RC_SETTINGS: it is readable by others, or no key; RC_IO: not now (both said in the log). */
MUST_CHECK enum rc permit_key_pair(const char *data_dir, enum permit_paper paper,
                                   unsigned char secret[PERMIT_SECRET_BYTES]);
/* What opens it, for everybody. RC_OK; RC_NOT_FOUND: its owner has not started yet; RC_SETTINGS: others
 * than he could have changed it, or no key; RC_IO: not now (both said in the log). */
MUST_CHECK enum rc permit_key_public(const char *data_dir, enum permit_paper paper,
                                     unsigned char key[PERMIT_KEY_BYTES]);
void permit_key_of_seed(const unsigned char seed[32], unsigned char secret[PERMIT_SECRET_BYTES],
                        unsigned char key[PERMIT_KEY_BYTES]);
/* A key that one service has for itself, DATA/keys/<service>; as permit_key_pair. */
MUST_CHECK enum rc permit_key_load_own(const char *data_dir, const char *service,
                                       unsigned char key[PERMIT_KEY_BYTES]);
/* Likewise, DATA/secrets/<service>/<name>, which nobody can write once it is made. */
MUST_CHECK enum rc permit_key_load_secret(const char *data_dir, const char *service,
                                          const char *name, unsigned char key[PERMIT_KEY_BYTES]);

/* Packs and seals. Before: an actor, 1..GRANT_ROLES_MAX roles, a life of PERMIT_GRANT_MS_MAX at
 * most. bytes: in the arena, what Request.grant carries. RC_OK, RC_LIMIT or RC_INVALID (breaks a
 * bound of the wire). */
MUST_CHECK enum rc permit_grant_seal(const unsigned char secret[PERMIT_SECRET_BYTES],
                                     enum permit_paper paper, const Paidan__Grant *grant,
                                     struct arena *arena, unsigned char **bytes, size_t *size);
/* now_ms: of the real clock, never of a demo's. *grant: in the arena. RC_OK; RC_INVALID: forged,
 * altered, expired, too long a life, of the other kind, or nothing that we seal; RC_LIMIT. */
MUST_CHECK enum rc permit_grant_open(const unsigned char key[PERMIT_KEY_BYTES],
                                     enum permit_paper paper, const unsigned char *bytes,
                                     size_t size, uint64_t now_ms, struct arena *arena,
                                     Paidan__Grant **grant);
/* A pass makes nobody known: its holder stays the public, with one ticket that is his. */
bool permit_grant_is_pass(const Paidan__Grant *grant);
/* Whether it is good at that moment: what must be asked again each time, however it was checked. */
bool permit_grant_lives(const Paidan__Grant *grant, uint64_t now_ms);
