/* port_wechat_crypto: opens and closes the envelopes of the platform. Owns nothing; keys are the
 * caller's.
 *
 * Nothing is opened whose signature was not judged before: the padding could otherwise be asked for
 * the plain text, byte by byte. The platform pads to 32 bytes, twice AES's block, so OpenSSL's own
 * padding is off and it is put on and taken off by hand. The initial vector is the first half of the
 * key, as the platform wants it; the 16 random bytes in front are what makes two equal messages
 * differ. */

#include "port_wechat_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "common/base/check.h"
#include "common/web/web_sign.h"

enum {
    BLOCK = 32,
    AES_BLOCK = 16,
    HEAD = PORT_WECHAT_RANDOM_BYTES + 4, /* random bytes, length */
    KEY_TEXT_BYTES = 43,
    SECONDS_DIGITS_MAX = 12,
};

/* OpenSSL's decoder passes over blanks and line ends; what the platform sends has none. */
static bool base64_is(const char *text, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t body = size;
    for (unsigned ends = 0; ends < 2 && body > 0 && text[body - 1] == '='; ends++) {
        body--;
    }
    return size > 0 && size % 4 == 0 && strspn(text, alphabet) == body;
}

/* The last of 43 characters carries two bits that belong to nothing. The platform lets people choose
 * them, so a strict decoder would refuse keys that work everywhere else. */
enum rc port_wechat_crypto_key(const char *text, unsigned char key[PORT_WECHAT_KEY_BYTES])
{
    char padded[KEY_TEXT_BYTES + 2];
    unsigned char decoded[PORT_WECHAT_KEY_BYTES + 1];
    CHECK(text != NULL);
    CHECK(key != NULL);
    if (strlen(text) != KEY_TEXT_BYTES || strchr(text, '=') != NULL) {
        return RC_INVALID;
    }
    memcpy(padded, text, KEY_TEXT_BYTES);
    memcpy(padded + KEY_TEXT_BYTES, "=", 2);
    if (!base64_is(padded, KEY_TEXT_BYTES + 1) ||
        EVP_DecodeBlock(decoded, (const unsigned char *)padded, KEY_TEXT_BYTES + 1) !=
            (int)sizeof decoded) {
        return RC_INVALID;
    }
    memcpy(key, decoded, PORT_WECHAT_KEY_BYTES);
    OPENSSL_cleanse(decoded, sizeof decoded);
    OPENSSL_cleanse(padded, sizeof padded);
    return RC_OK;
}

/* The order of the parts is that of their bytes, not of their names, so that no separator is needed. */
void port_wechat_crypto_sign(const char *token, const char *timestamp, const char *nonce,
                             const char *cipher, char signature[PORT_WECHAT_SIGNATURE_BYTES])
{
    const char *const parts[] = {token, timestamp, nonce, cipher};
    CHECK(token != NULL);
    CHECK(timestamp != NULL);
    CHECK(nonce != NULL);
    web_sha1_sorted(parts, cipher == NULL ? 3 : 4, signature);
}

/* Seconds of UTC in digits; false: none that a clock could show. */
static bool seconds_read(const char *text, uint64_t *ms)
{
    const size_t digits = strspn(text, "0123456789");
    uint64_t seconds = 0;
    if (digits == 0 || digits > SECONDS_DIGITS_MAX || text[digits] != '\0') {
        return false;
    }
    for (size_t index = 0; index < digits; index++) {
        seconds = seconds * 10 + (uint64_t)(text[index] - '0');
    }
    *ms = seconds * 1000;
    return true;
}

/* The signature first: whether a stranger's clock is right is none of his business. */
enum rc port_wechat_crypto_judge(const char *token, const struct port_wechat_seal *seal,
                                 const char *cipher, uint64_t now_ms)
{
    char wanted[PORT_WECHAT_SIGNATURE_BYTES];
    uint64_t said_ms = 0;
    CHECK(token != NULL);
    CHECK(seal != NULL);
    if (seal->signature == NULL || seal->timestamp == NULL || seal->nonce == NULL ||
        !seconds_read(seal->timestamp, &said_ms)) {
        return RC_INVALID;
    }
    port_wechat_crypto_sign(token, seal->timestamp, seal->nonce, cipher, wanted);
    if (!web_same(wanted, seal->signature)) {
        return RC_FORBIDDEN;
    }
    return web_fresh(now_ms, said_ms, PORT_WECHAT_WINDOW_MS) ? RC_OK : RC_TIMEOUT;
}

/* AES-256-CBC of whole blocks, either way. False: OpenSSL could not, which with blocks that are whole
 * means memory. */
static bool blocks_turn(const unsigned char key[PORT_WECHAT_KEY_BYTES], bool close,
                        const unsigned char *in, int size, unsigned char *out)
{
    int body = 0, end = 0;
    CHECK(size % AES_BLOCK == 0);
    EVP_CIPHER_CTX *const context = EVP_CIPHER_CTX_new();
    const bool done = context != NULL &&
                      EVP_CipherInit_ex(context, EVP_aes_256_cbc(), NULL, key, key, close) == 1 &&
                      EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                      EVP_CipherUpdate(context, out, &body, in, size) == 1 &&
                      EVP_CipherFinal_ex(context, out + body, &end) == 1;
    EVP_CIPHER_CTX_free(context);
    CHECK(!done || body + end == size);
    return done;
}

/* How many bytes of padding end it; 0: none that is right. Every byte of it must say so. */
static size_t padding_of(const unsigned char *plain, size_t size)
{
    const size_t padding = plain[size - 1];
    if (padding == 0 || padding > BLOCK || padding > size) {
        return 0;
    }
    for (size_t index = size - padding; index < size; index++) {
        if (plain[index] != padding) {
            return 0;
        }
    }
    return padding;
}

/* Four bytes, the highest first. */
static size_t length_at(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

static void length_set(unsigned char *bytes, size_t length)
{
    CHECK(length <= UINT32_MAX);
    for (unsigned index = 0; index < 4; index++) {
        bytes[index] = (unsigned char)(length >> (24 - 8 * index));
    }
}

/* Finds the message in what was opened. */
static enum rc plain_read(const struct port_wechat_keys *keys, unsigned char *plain, size_t size,
                          const char **message, size_t *bytes)
{
    CHECK(size % AES_BLOCK == 0);
    const size_t padding = padding_of(plain, size);
    if (padding == 0 || size - padding < HEAD) {
        return RC_INVALID;
    }
    const size_t rest = size - padding - HEAD, length = length_at(plain + HEAD - 4);
    if (length > rest) {
        return RC_INVALID;
    }
    const size_t id_bytes = strlen(keys->id);
    if (rest - length != id_bytes || memcmp(plain + HEAD + length, keys->id, id_bytes) != 0) {
        return RC_FORBIDDEN;
    }
    plain[HEAD + length] = '\0'; /* over the id, which was compared, or over the padding */
    *message = (const char *)plain + HEAD;
    *bytes = length;
    return RC_OK;
}

enum rc port_wechat_crypto_open(const struct port_wechat_keys *keys, struct arena *arena,
                                const char *cipher, const char **message, size_t *bytes)
{
    CHECK(keys != NULL);
    CHECK(arena != NULL);
    CHECK(cipher != NULL);
    const size_t text_bytes = strnlen(cipher, PORT_WECHAT_CIPHER_BYTES_MAX + 1);
    if (text_bytes > PORT_WECHAT_CIPHER_BYTES_MAX || !base64_is(cipher, text_bytes)) {
        return RC_INVALID;
    }
    const size_t ends = text_bytes - strcspn(cipher, "=");
    const size_t size = text_bytes / 4 * 3 - ends;
    if (size == 0 || size % AES_BLOCK != 0) {
        return RC_INVALID;
    }
    unsigned char *const closed =
        arena_alloc(arena, size + 2); /* the decoder writes whole threes */
    unsigned char *const plain = arena_alloc(arena, size);
    if (closed == NULL || plain == NULL) {
        return RC_LIMIT;
    }
    if (EVP_DecodeBlock(closed, (const unsigned char *)cipher, (int)text_bytes) < 0) {
        return RC_INVALID;
    }
    if (!blocks_turn(keys->aes, false, closed, (int)size, plain)) {
        return RC_LIMIT;
    }
    return plain_read(keys, plain, size, message, bytes);
}

/* Whole blocks are turned one after the other by the same context, so out may be in. */
enum rc port_wechat_crypto_file(const unsigned char key[PORT_WECHAT_KEY_BYTES],
                                unsigned char *bytes, size_t *size)
{
    CHECK(bytes != NULL);
    if (*size == 0 || *size % AES_BLOCK != 0 || *size > INT32_MAX ||
        !blocks_turn(key, false, bytes, (int)*size, bytes)) {
        return RC_INVALID;
    }
    const size_t padding = padding_of(bytes, *size);
    *size -= padding;
    return padding == 0 ? RC_INVALID : RC_OK;
}

/* There is always padding, a whole block of it where the text ends with one. */
enum rc port_wechat_crypto_close(const struct port_wechat_keys *keys,
                                 const unsigned char random[PORT_WECHAT_RANDOM_BYTES],
                                 struct arena *arena, const char *message, size_t bytes,
                                 const char **cipher)
{
    CHECK(keys != NULL);
    CHECK(message != NULL);
    CHECK(bytes < PORT_WECHAT_CIPHER_BYTES_MAX / 2);
    const size_t id_bytes = strlen(keys->id), body = HEAD + bytes + id_bytes;
    const size_t padding = BLOCK - body % BLOCK, size = body + padding;
    unsigned char *const plain = arena_alloc(arena, size);
    unsigned char *const closed = arena_alloc(arena, size);
    char *const text = arena_alloc(arena, (size + 2) / 3 * 4 + 1);
    if (plain == NULL || closed == NULL || text == NULL) {
        return RC_LIMIT;
    }
    memcpy(plain, random, PORT_WECHAT_RANDOM_BYTES);
    length_set(plain + PORT_WECHAT_RANDOM_BYTES, bytes);
    memcpy(plain + HEAD, message, bytes);
    memcpy(plain + HEAD + bytes, keys->id, id_bytes);
    memset(plain + body, (int)padding, padding);
    if (!blocks_turn(keys->aes, true, plain, (int)size, closed)) {
        return RC_LIMIT;
    }
    (void)EVP_EncodeBlock((unsigned char *)text, closed, (int)size);
    *cipher = text;
    return RC_OK;
}
