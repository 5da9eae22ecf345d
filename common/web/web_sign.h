/* web_sign: what proves who sent a message: keyed hashes, compared in constant time, and their age. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/rc.h"

enum { WEB_HASH_BYTES = 32, WEB_HEX_BYTES = 2 * WEB_HASH_BYTES + 1 };

enum web_suite { WEB_HMAC_SHA256, WEB_HMAC_SM3 }; /* SM3: 国密 */

void web_hash(enum web_suite suite, const void *bytes, size_t size,
              unsigned char hash[WEB_HASH_BYTES]);
void web_hmac(enum web_suite suite, const void *key, size_t key_bytes, const void *bytes,
              size_t size, unsigned char mac[WEB_HASH_BYTES]);
/* Lower case, NUL-terminated. */
void web_hex(const unsigned char *bytes, size_t size, char *hex);
/* False: another length or another byte; takes as long either way. */
bool web_same(const char *one, const char *other);
/* SHA-1 in hex of strings, sorted and joined: WeChat's signature. At most 8. */
void web_sha1_sorted(const char *const *strings, unsigned count, char hex[41]);
/* Whether |now - said| <= window. */
bool web_fresh(uint64_t now_ms, uint64_t said_ms, uint64_t window_ms);
