/* access_secret: keys and what is made with them. Owns the process's copy of the keys, which is set
 * once before the first command and is no state of the service: nothing that is folded depends on
 * it. What must stay true: no comparison of secrets ends early, nothing made here can be guessed
 * from what lies in the log, and each use of a key has a label of its own. */

#include "access_secret.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

enum { STEP_S = 30, DIGITS = 6, NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

static_assert(NONCE_BYTES + ACCESS_TOTP_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES ==
                  TOTP_SEALED_BYTES,
              "as it is stored");
static_assert(ACCESS_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "one size of keys");

static struct access_keys held;
static bool given;

/* A copy: the caller wipes his own. Not wiped here, for the process needs it as long as it lives. */
void access_secret_use(const struct access_keys *keys)
{
    CHECK(keys != &held);
    held = *keys;
    given = true;
}

const struct access_keys *access_secret_keys(void)
{
    CHECK(given);
    return &held;
}

/* Once more hashed, without a key: a verifier must be comparable after the key is lost, and what it
 * is made of has 256 random bits or went through argon2id. */
void access_secret_mark(const void *secret, unsigned char mark[SECRET_HASH_BYTES])
{
    CHECK(secret != NULL);
    const int failed =
        crypto_generichash(mark, SECRET_HASH_BYTES, secret, SECRET_HASH_BYTES, NULL, 0);
    CHECK(failed == 0);
}

bool access_secret_equal(const void *one, const void *other, size_t bytes)
{
    CHECK(bytes > 0);
    return sodium_memcmp(one, other, bytes) == 0;
}

/* Keyed BLAKE2b over label, number and text. The label ends with its NUL, so that no text can be
 * taken for the end of another label. */
static void derive(const char *label, uint64_t number, const char *text, unsigned char *out,
                   size_t bytes)
{
    unsigned char input[32 + CODEC_U64_BYTES + DETAIL_BYTES_MAX];
    CHECK(given);
    CHECK(strlen(label) < 32);
    CHECK(strlen(text) <= DETAIL_BYTES_MAX);
    memset(input, 0, sizeof input);
    memcpy(input, label, strlen(label));
    codec_set_u64(input + 32, number);
    memcpy(input + 32 + CODEC_U64_BYTES, text, strlen(text));
    const int failed =
        crypto_generichash(out, bytes < 16 ? 16 : bytes, input, 32 + CODEC_U64_BYTES + strlen(text),
                           held.own, sizeof held.own);
    CHECK(failed == 0);
}

/* The same name gives the same salt for as long as the key lives; it looks as random as a real one. */
void access_secret_salt(const char *name, unsigned char salt[PASSWORD_SALT_BYTES])
{
    CHECK(name != NULL);
    derive("salt of nobody", 0, name, salt, PASSWORD_SALT_BYTES);
}

/* Under the key: people type passwords where their name belongs, and a plain hash of one could be
 * guessed from the log. */
uint64_t access_secret_name_key(const char *name)
{
    CHECK(name != NULL);
    unsigned char hash[16];
    derive("name", 0, name, hash, sizeof hash);
    const uint64_t key = codec_u64_at(hash);
    return key == 0 ? 1 : key; /* 0 stands for none */
}

/* ---- second factors ---- */

/* The step's 64 random bits alone would be few for a secret that lasts for years; under the key they
 * are 256. */
void access_secret_totp(uint64_t entropy, const char *name, unsigned char secret[ACCESS_TOTP_BYTES])
{
    CHECK(name[0] != '\0');
    derive("totp secret", entropy, name, secret, ACCESS_TOTP_BYTES);
}

/* The nonce is a keyed hash of what is sealed: the same for a step that is decided again, and never
 * the same for another secret. */
void access_secret_seal(const char *name, const unsigned char secret[ACCESS_TOTP_BYTES],
                        unsigned char sealed[TOTP_SEALED_BYTES])
{
    char text[ACTOR_BYTES_MAX + 2 * ACCESS_TOTP_BYTES + 2], hex[2 * ACCESS_TOTP_BYTES + 1];
    for (unsigned index = 0; index < ACCESS_TOTP_BYTES; index++) {
        (void)snprintf(hex + (size_t)2 * index, 3, "%02x", secret[index]);
    }
    (void)snprintf(text, sizeof text, "%s %s", hex, name);
    derive("totp nonce", 0, text, sealed, NONCE_BYTES);
    unsigned long long bytes = 0;
    const int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed + NONCE_BYTES, &bytes, secret, ACCESS_TOTP_BYTES, (const unsigned char *)name,
        strlen(name), NULL, sealed, held.own);
    CHECK(failed == 0);
    CHECK(bytes + NONCE_BYTES == TOTP_SEALED_BYTES);
}

/* The name is part of what is sealed: a secret moved to another account's record does not open. */
bool access_secret_open(const char *name, const unsigned char sealed[TOTP_SEALED_BYTES],
                        unsigned char secret[ACCESS_TOTP_BYTES])
{
    CHECK(given);
    unsigned long long bytes = 0;
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        secret, &bytes, NULL, sealed + NONCE_BYTES, TOTP_SEALED_BYTES - NONCE_BYTES,
        (const unsigned char *)name, strlen(name), sealed, held.own);
    CHECK(failed != 0 || bytes == ACCESS_TOTP_BYTES);
    return failed == 0;
}

/* All three steps are always computed: how long it takes tells nothing. */
uint64_t access_secret_step(const unsigned char secret[ACCESS_TOTP_BYTES], const char *digits,
                            uint64_t now_ms, uint64_t last)
{
    const uint64_t now = now_ms / 1000u / STEP_S;
    uint64_t found = 0;
    CHECK(now > 0);
    if (strlen(digits) != DIGITS) {
        return 0;
    }
    for (uint64_t step = now - 1; step <= now + 1; step++) {
        char made[DIGITS + 1];
        const int rc = oath_totp_generate((const char *)secret, ACCESS_TOTP_BYTES,
                                          (time_t)(step * STEP_S), STEP_S, 0, DIGITS, made);
        CHECK(rc == OATH_OK);
        const bool same = sodium_memcmp(made, digits, DIGITS) == 0;
        found = same && step > last ? step : found;
    }
    return found;
}

/* Apps take no other spelling of a secret. 20 bytes are 32 letters without padding. */
void access_secret_base32(const unsigned char secret[ACCESS_TOTP_BYTES], char text[33])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    size_t used = 0;
    for (size_t at = 0; at < ACCESS_TOTP_BYTES; at += 5) {
        uint64_t group = 0;
        for (size_t index = 0; index < 5; index++) {
            group = group << 8 | secret[at + index];
        }
        for (unsigned index = 0; index < 8; index++) {
            text[used++] = letters[group >> (35 - 5 * index) & 31u];
        }
    }
    text[used] = '\0';
    CHECK(used == 32);
}

/* ---- recovery codes ---- */

/* 40 bits each, and five guesses before a lock. Letters and digits that nobody mistakes for others
 * (Crockford). */
void access_secret_recovery(uint64_t entropy, const char *name, unsigned index,
                            char code[ACCESS_RECOVERY_BYTES])
{
    static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
    char label[24];
    unsigned char bytes[16];
    CHECK(index < RECOVERY_CODES);
    (void)snprintf(label, sizeof label, "recovery code %u", index);
    derive(label, entropy, name, bytes, sizeof bytes);
    size_t used = 0;
    for (unsigned at = 0; at < 8; at++) {
        if (at == 4) {
            code[used++] = '-';
        }
        code[used++] = letters[bytes[at] & 31u];
    }
    code[used] = '\0';
    CHECK(used + 1 == ACCESS_RECOVERY_BYTES);
}

/* As it would be read out: "0" for "O" too. */
static size_t plain_code(const char *code, char *out, size_t size)
{
    size_t used = 0;
    for (size_t at = 0; code[at] != '\0' && used + 1 < size; at++) {
        char letter = code[at];
        if (letter == '-' || letter == ' ') {
            continue;
        }
        letter = letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
        letter = letter == 'o' ? '0' : letter == 'i' || letter == 'l' ? '1' : letter;
        out[used++] = letter;
    }
    out[used] = '\0';
    CHECK(used < size);
    return used;
}

/* Under the key as well: 40 bits could be tried one after the other by whoever reads the log. */
void access_secret_recovery_hash(const char *name, const char *code,
                                 unsigned char hash[RECOVERY_HASH_BYTES])
{
    char plain[LOGIN_CODE_BYTES_MAX + 1], text[LOGIN_CODE_BYTES_MAX + ACTOR_BYTES_MAX + 2];
    const size_t used = plain_code(code, plain, sizeof plain);
    CHECK(used <= LOGIN_CODE_BYTES_MAX);
    (void)snprintf(text, sizeof text, "%s %s", plain, name);
    derive("recovery hash", 0, text, hash, RECOVERY_HASH_BYTES);
}
