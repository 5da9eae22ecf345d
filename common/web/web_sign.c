/* web_sign: the few keyed hashes by which platforms and subscribers prove who sent a message. It owns
 * nothing. What must stay true: a comparison takes as long for a wrong first byte as for a wrong last
 * one, so that nobody finds a signature byte by byte; and a hash that the library cannot make ends the
 * process, for a message must never pass because it could not be looked at. */

#include "common/web/web_sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "common/base/check.h"

enum { SORTED_MAX = 8 };

static const EVP_MD *hash_of(enum web_suite suite)
{
    return suite == WEB_HMAC_SM3 ? EVP_sm3() : EVP_sha256();
}

void web_hash(enum web_suite suite, const void *bytes, size_t size,
              unsigned char hash[WEB_HASH_BYTES])
{
    unsigned made = 0;
    const int done = EVP_Digest(bytes, size, hash, &made, hash_of(suite), NULL);
    CHECK(done == 1);
    CHECK(made == WEB_HASH_BYTES);
}

void web_hmac(enum web_suite suite, const void *key, size_t key_bytes, const void *bytes,
              size_t size, unsigned char mac[WEB_HASH_BYTES])
{
    unsigned made = 0;
    CHECK(key_bytes <= INT32_MAX); /* the library counts a key in int */
    const unsigned char *done = HMAC(hash_of(suite), key, (int)key_bytes, bytes, size, mac, &made);
    CHECK(done != NULL);
    CHECK(made == WEB_HASH_BYTES);
}

void web_hex(const unsigned char *bytes, size_t size, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t index = 0; index < size; index++) {
        hex[2 * index] = digits[bytes[index] >> 4];
        hex[2 * index + 1] = digits[bytes[index] & 15];
    }
    hex[2 * size] = '\0';
}

/* The length is no secret: it is that of every signature of the kind. */
bool web_same(const char *one, const char *other)
{
    const size_t one_bytes = strlen(one), other_bytes = strlen(other);
    volatile unsigned differ = one_bytes == other_bytes ? 0 : 1;
    for (size_t index = 0; index < other_bytes; index++) {
        const char mine = one[index < one_bytes ? index : 0];
        differ |= (unsigned char)mine ^ (unsigned char)other[index];
    }
    return differ == 0;
}

/* By bytes, as the platforms do, whatever the locale. */
void web_sha1_sorted(const char *const *strings, unsigned count, char hex[41])
{
    const char *sorted[SORTED_MAX];
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned made = 0;
    CHECK(count <= SORTED_MAX);
    for (unsigned index = 0; index < count; index++) {
        unsigned at = index;
        for (; at > 0 && strcmp(sorted[at - 1], strings[index]) > 0; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = strings[index];
    }
    EVP_MD_CTX *hashing = EVP_MD_CTX_new();
    CHECK(hashing != NULL);
    int done = EVP_DigestInit_ex(hashing, EVP_sha1(), NULL);
    for (unsigned index = 0; index < count; index++) {
        done &= EVP_DigestUpdate(hashing, sorted[index], strlen(sorted[index]));
    }
    done &= EVP_DigestFinal_ex(hashing, hash, &made);
    EVP_MD_CTX_free(hashing);
    CHECK(done == 1);
    CHECK(made == 20);
    web_hex(hash, made, hex);
}

bool web_fresh(uint64_t now_ms, uint64_t said_ms, uint64_t window_ms)
{
    return (now_ms > said_ms ? now_ms - said_ms : said_ms - now_ms) <= window_ms;
}
