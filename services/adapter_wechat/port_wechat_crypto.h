/* port_wechat_crypto: the envelope of WeChat's and WeCom's callbacks (安全模式): AES-256-CBC over
 * {16 random bytes, length, message, AppId}, padded to 32 bytes, and a signature over the cipher.
 *
 * Bytes in and bytes out: no socket, no file, no clock; the caller brings time and randomness. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/rc.h"

enum {
    PORT_WECHAT_KEY_BYTES = 32,
    PORT_WECHAT_RANDOM_BYTES = 16,
    PORT_WECHAT_SIGNATURE_BYTES = 41,       /* hexadecimal of SHA-1, NUL */
    PORT_WECHAT_WINDOW_MS = 300 * 1000,     /* of a timestamp, to either side */
    PORT_WECHAT_CIPHER_BYTES_MAX = 1 << 20, /* of base64; the door takes less anyway */
};

/* One set of secrets of an account. */
struct port_wechat_keys {
    const char *token;
    const char *id; /* AppId of an official account, CorpId of WeCom */
    unsigned char aes[PORT_WECHAT_KEY_BYTES];
};

/* What stands beside a message in the URL. NULL: absent. */
struct port_wechat_seal {
    const char *signature, *timestamp, *nonce;
};

/* Reads an EncodingAESKey: 43 characters of base64. RC_OK or RC_INVALID. */
MUST_CHECK enum rc port_wechat_crypto_key(const char *text,
                                          unsigned char key[PORT_WECHAT_KEY_BYTES]);
/* SHA-1 over token, timestamp, nonce and cipher, sorted; cipher NULL: of the plain mode. */
void port_wechat_crypto_sign(const char *token, const char *timestamp, const char *nonce,
                             const char *cipher, char signature[PORT_WECHAT_SIGNATURE_BYTES]);
/* Whether the seal is this token's, over this cipher, and of these five minutes. RC_OK; RC_FORBIDDEN:
 * signed by somebody else; RC_TIMEOUT: too old, or of the future; RC_INVALID: a part is missing. */
MUST_CHECK enum rc port_wechat_crypto_judge(const char *token, const struct port_wechat_seal *seal,
                                            const char *cipher, uint64_t now_ms);
/* Opens a cipher in base64. *message: in the arena, a NUL after it. RC_OK; RC_INVALID: no cipher of
 * this key, or broken inside; RC_FORBIDDEN: it is meant for another AppId; RC_LIMIT: arena. */
MUST_CHECK enum rc port_wechat_crypto_open(const struct port_wechat_keys *keys, struct arena *arena,
                                           const char *cipher, const char **message, size_t *bytes);
/* Opens a file of a robot's message, in place: AES-256-CBC without a head, padded to 32 bytes. *size: of
 * what it holds. RC_OK; RC_INVALID: no cipher of this key. */
MUST_CHECK enum rc port_wechat_crypto_file(const unsigned char key[PORT_WECHAT_KEY_BYTES],
                                           unsigned char *bytes, size_t *size);
/* Closes a message; *cipher: base64 in the arena. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc port_wechat_crypto_close(const struct port_wechat_keys *keys,
                                            const unsigned char random[PORT_WECHAT_RANDOM_BYTES],
                                            struct arena *arena, const char *message, size_t bytes,
                                            const char **cipher);
