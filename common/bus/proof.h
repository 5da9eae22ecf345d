/* proof: what is made of passwords, tokens and secrets where they are typed in or kept: in a
 * gateway's worker thread, in the command line. Services never see them.
 *
 * A password becomes its proof (argon2id under the person's salt: 82 ms and 64 MiB, so never on the
 * loop's thread); a session's token and a key's secret, which are 32 random bytes already, become
 * their BLAKE2b-256. What is passed in and out is the caller's to wipe (proof_wipe). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "command.pb-c.h"
#include "common/base/limits.h"
#include "common/base/rc.h"

#define PROOF_PASSES 2u
#define PROOF_MEMORY_KIB 65536u /* 64 MiB */
#define PROOF_PASSWORD_BYTES_MAX 1024u
#define PROOF_PASSWORD_CHARACTERS_MIN 12u

/* Fills the terms for a new password: a random salt, in the array, and the parameters of today. */
void proof_terms(Paidan__PasswordTerms *terms, unsigned char salt[PASSWORD_SALT_BYTES]);
/* RC_OK; RC_INVALID: terms that are not argon2id's or ask for more than 1 GiB or 16 passes, or a
 * password that is too long; RC_LIMIT: no memory. */
MUST_CHECK enum rc proof_make(const char *password, const Paidan__PasswordTerms *terms,
                              unsigned char proof[SECRET_HASH_BYTES]);
/* BLAKE2b-256 of 32 bytes. */
void proof_hash(const unsigned char secret[SECRET_HASH_BYTES],
                unsigned char hash[SECRET_HASH_BYTES]);
/* 32 random bytes: a session's token, a key's secret. */
void proof_token(unsigned char token[SECRET_HASH_BYTES]);
/* A first password that people can type: 4 groups of 4, 80 bits; room for 20. */
void proof_password(char password[20]);
/* Why people must not have it: shorter than 12 characters, a common one, the name, few different
 * characters. NULL: it will do. Else "short", "long", "common", "name" or "simple". */
const char *proof_weakness(const char *password, const char *name);
/* "pd_0123456789abcdef_<64 digits>" apart: id (room for 17) and secret. False: it is none. */
bool proof_key_read(const char *text, char id[17], unsigned char secret[SECRET_HASH_BYTES]);
void proof_wipe(void *secret, size_t bytes);
