/* access_secret: all that is done with keys and secrets here, and nothing that is stored.
 *
 * Pure: the keys come from the process before the first command (a core reads no file), and what is
 * made of chance is made of the step's entropy under a key. Folding needs no key, so a log verifies
 * and replays without them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/base/limits.h"

#define ACCESS_KEY_BYTES 32u
#define ACCESS_SEAL_BYTES 64u
#define ACCESS_TOTP_BYTES 20u    /* a secret of RFC 6238 */
#define ACCESS_RECOVERY_BYTES 10 /* "abcd-efgh" and the end */

struct access_keys {
    unsigned char grant[ACCESS_SEAL_BYTES]; /* DATA/keys/grants: seals what services open */
    unsigned char own[ACCESS_KEY_BYTES];    /* DATA/keys/access: salts, second factors */
    uint32_t uid;                           /* whose process this is */
};
/* Copies them; they are used until they are given anew. */
void access_secret_use(const struct access_keys *keys);
/* Before: they were given. */
const struct access_keys *access_secret_keys(void);

/* BLAKE2b-256 of a proof, of a token's hash: what is stored of it. */
void access_secret_mark(const void *secret, unsigned char mark[SECRET_HASH_BYTES]);
bool access_secret_equal(const void *one, const void *other, size_t bytes);
/* What an unknown name's proof is to be made with: the same for the same name, and no way to tell
 * it from a stored one. */
void access_secret_salt(const char *name, unsigned char salt[PASSWORD_SALT_BYTES]);
/* Stands for a name in the log and in keys of tables; nobody without the key finds the name. */
uint64_t access_secret_name_key(const char *name);

/* A second factor's secret from the step's entropy. */
void access_secret_totp(uint64_t entropy, const char *name,
                        unsigned char secret[ACCESS_TOTP_BYTES]);
/* Sealed for that person; opens for nobody else. */
void access_secret_seal(const char *name, const unsigned char secret[ACCESS_TOTP_BYTES],
                        unsigned char sealed[TOTP_SEALED_BYTES]);
/* False: another key, another person, or altered. */
bool access_secret_open(const char *name, const unsigned char sealed[TOTP_SEALED_BYTES],
                        unsigned char secret[ACCESS_TOTP_BYTES]);
/* The step of 30 seconds, at most one before or after now and above `last`, for which the secret
 * gives these six digits; 0: none. */
uint64_t access_secret_step(const unsigned char secret[ACCESS_TOTP_BYTES], const char *digits,
                            uint64_t now_ms, uint64_t last);
/* RFC 4648 without padding, as apps take it; room for 33. */
void access_secret_base32(const unsigned char secret[ACCESS_TOTP_BYTES], char text[33]);

/* The index-th recovery code of a set. */
void access_secret_recovery(uint64_t entropy, const char *name, unsigned index,
                            char code[ACCESS_RECOVERY_BYTES]);
/* Of a code as people type it: case, blanks and dashes do not matter. */
void access_secret_recovery_hash(const char *name, const char *code,
                                 unsigned char hash[RECOVERY_HASH_BYTES]);
