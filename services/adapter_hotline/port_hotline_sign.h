/* port_hotline_sign: what proves whose an envelope is. Signed is, in lines: the moment in milliseconds, the
 * nonce, the method, the target as it was asked for, and the hash of the body in hex (SHA-256, of the suites
 * with SM3 that). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"
#include "common/site/site_hotline.h"

enum {
    HOTLINE_KEY_BYTES = 512,       /* a line of DATA/secrets/hotline */
    HOTLINE_SIGNATURE_BYTES = 161, /* hex: 64 digits of an HMAC, at most 144 of an SM2 signature */
    HOTLINE_NONCE_MIN = 16,
    HOTLINE_NONCE_MAX = 64,
    HOTLINE_AGE_MS = 300000,
};

struct port_hotline_signed {
    uint64_t at_ms;
    const char *nonce, *method, *target;
    const void *body;
    size_t body_bytes;
};

/* key: of an HMAC the shared one; of SM2 our private key, 64 hex digits. RC_OK; RC_INVALID: it is no key. */
MUST_CHECK enum rc port_hotline_sign(enum site_hotline_suite suite, const char *key,
                                     const struct port_hotline_signed *what,
                                     char signature[HOTLINE_SIGNATURE_BYTES]);
/* key: of SM2 their public key, 130 hex digits beginning with 04. */
bool port_hotline_sign_holds(enum site_hotline_suite suite, const char *key,
                             const struct port_hotline_signed *what, const char *signature);
/* 16 to 64 letters, digits, - and _. */
bool port_hotline_sign_nonce(const char *nonce);
