/* port_hotline_sign: signatures of envelopes, of both kinds: an HMAC under a key that both sides know, or
 * SM2 with SM3 (GB/T 32918), each side by its own key. Keys pass through here and stay nowhere. What must
 * stay true: a comparison takes as long whatever is wrong with it. */
#include "port_hotline_sign.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/web/web_sign.h"

enum {
    TARGET_BYTES_MAX = 1024,
    SIGNED_BYTES_MAX = 20 + HOTLINE_NONCE_MAX + 16 + TARGET_BYTES_MAX + WEB_HEX_BYTES + 8,
    POINT_BYTES = 65,
    NUMBER_BYTES = 32,
    DER_BYTES_MAX = 80,
};

/* The default id of GB/T 32918: both sides must mean the same. */
static const char sm2_id[] = "1234567812345678";

bool port_hotline_sign_nonce(const char *nonce)
{
    CHECK(nonce != NULL);
    const size_t bytes = strspn(nonce,
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_");
    return nonce[bytes] == '\0' && bytes >= HOTLINE_NONCE_MIN && bytes <= HOTLINE_NONCE_MAX;
}

static enum web_suite hash_of(enum site_hotline_suite suite)
{
    CHECK(suite < SITE_HOTLINE_SUITES);
    return suite == SITE_HOTLINE_HMAC_SHA256 ? WEB_HMAC_SHA256 : WEB_HMAC_SM3;
}

/* RC_INVALID: the target is longer than any of ours. */
static enum rc text_of(enum site_hotline_suite suite, const struct port_hotline_signed *what,
                       char text[SIGNED_BYTES_MAX], size_t *bytes)
{
    unsigned char hash[WEB_HASH_BYTES];
    char hex[WEB_HEX_BYTES];
    if (strlen(what->target) > TARGET_BYTES_MAX || strlen(what->nonce) > HOTLINE_NONCE_MAX ||
        strlen(what->method) > 8) {
        return RC_INVALID;
    }
    web_hash(hash_of(suite), what->body, what->body_bytes, hash);
    web_hex(hash, sizeof hash, hex);
    const int length =
        snprintf(text, SIGNED_BYTES_MAX, "%llu\n%s\n%s\n%s\n%s", (unsigned long long)what->at_ms,
                 what->nonce, what->method, what->target, hex);
    CHECK(length > 0 && length < SIGNED_BYTES_MAX);
    *bytes = (size_t)length;
    return RC_OK;
}

/* ---- SM2 ---- */

static bool bytes_of(const char *hex, unsigned char *bytes, size_t count)
{
    char digits[3] = "";
    if (strlen(hex) != 2 * count || strspn(hex, "0123456789abcdefABCDEF") != 2 * count) {
        return false;
    }
    for (size_t index = 0; index < count; index++) {
        memcpy(digits, hex + 2 * index, 2);
        bytes[index] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return true;
}

/* The public point of a private number. */
static bool point_of(const BIGNUM *number, unsigned char point[POINT_BYTES])
{
    EC_GROUP *const group = EC_GROUP_new_by_curve_name(NID_sm2);
    EC_POINT *const made = group == NULL ? NULL : EC_POINT_new(group);
    const bool good = made != NULL && EC_POINT_mul(group, made, number, NULL, NULL, NULL) == 1 &&
                      EC_POINT_point2oct(group, made, POINT_CONVERSION_UNCOMPRESSED, point,
                                         POINT_BYTES, NULL) == POINT_BYTES;
    EC_POINT_free(made);
    EC_GROUP_free(group);
    return good;
}

/* number: NULL: a public key alone. The caller frees it; NULL: it is no key. */
static EVP_PKEY *key_of(const unsigned char point[POINT_BYTES], const BIGNUM *number)
{
    OSSL_PARAM_BLD *const builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *const context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    OSSL_PARAM *params = NULL;
    EVP_PKEY *key = NULL;
    bool good =
        builder != NULL && context != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_BYTES) == 1;
    if (good && number != NULL) {
        good = OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) == 1;
    }
    params = good ? OSSL_PARAM_BLD_to_param(builder) : NULL;
    if (params != NULL && EVP_PKEY_fromdata_init(context) == 1) {
        (void)EVP_PKEY_fromdata(context, &key,
                                number == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params);
    }
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *private_key(const char *hex)
{
    unsigned char bytes[NUMBER_BYTES], point[POINT_BYTES];
    if (!bytes_of(hex, bytes, sizeof bytes)) {
        return NULL;
    }
    BIGNUM *const number = BN_bin2bn(bytes, sizeof bytes, NULL);
    EVP_PKEY *const key = number != NULL && point_of(number, point) ? key_of(point, number) : NULL;
    BN_clear_free(number);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return key;
}

static EVP_PKEY *public_key(const char *hex)
{
    unsigned char point[POINT_BYTES];
    return bytes_of(hex, point, sizeof point) && point[0] == 4 ? key_of(point, NULL) : NULL;
}

/* sign: else verify; *size: of the signature. */
static bool sm2(EVP_PKEY *key, bool sign, const char *text, size_t bytes, unsigned char *der,
                size_t *size)
{
    EVP_MD_CTX *const context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *const own = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    bool good =
        context != NULL && own != NULL && EVP_PKEY_CTX_set1_id(own, sm2_id, sizeof sm2_id - 1) == 1;
    if (good) {
        EVP_MD_CTX_set_pkey_ctx(context, own);
        good = sign
                   ? EVP_DigestSignInit(context, NULL, EVP_sm3(), NULL, key) == 1 &&
                         EVP_DigestSign(context, der, size, (const unsigned char *)text, bytes) == 1
                   : EVP_DigestVerifyInit(context, NULL, EVP_sm3(), NULL, key) == 1 &&
                         EVP_DigestVerify(context, der, *size, (const unsigned char *)text,
                                          bytes) == 1;
    }
    EVP_MD_CTX_free(context);
    EVP_PKEY_CTX_free(own);
    return good;
}

/* ---- both ---- */

enum rc port_hotline_sign(enum site_hotline_suite suite, const char *key,
                          const struct port_hotline_signed *what,
                          char signature[HOTLINE_SIGNATURE_BYTES])
{
    char text[SIGNED_BYTES_MAX];
    size_t bytes = 0;
    const enum rc rc = text_of(suite, what, text, &bytes);
    if (rc != RC_OK) {
        return rc;
    }
    if (suite != SITE_HOTLINE_SM2_SM3) {
        unsigned char mac[WEB_HASH_BYTES];
        web_hmac(hash_of(suite), key, strlen(key), text, bytes, mac);
        web_hex(mac, sizeof mac, signature);
        return RC_OK;
    }
    unsigned char der[DER_BYTES_MAX];
    size_t size = sizeof der;
    EVP_PKEY *const own = private_key(key);
    const bool good = own != NULL && sm2(own, true, text, bytes, der, &size);
    EVP_PKEY_free(own);
    if (!good) {
        return RC_INVALID;
    }
    CHECK(2 * size < HOTLINE_SIGNATURE_BYTES);
    web_hex(der, size, signature);
    return RC_OK;
}

bool port_hotline_sign_holds(enum site_hotline_suite suite, const char *key,
                             const struct port_hotline_signed *what, const char *signature)
{
    CHECK(suite < SITE_HOTLINE_SUITES);
    CHECK(what->body != NULL || what->body_bytes == 0);
    char text[SIGNED_BYTES_MAX], ours[HOTLINE_SIGNATURE_BYTES];
    size_t bytes = 0;
    if (suite != SITE_HOTLINE_SM2_SM3) {
        return port_hotline_sign(suite, key, what, ours) == RC_OK && web_same(ours, signature);
    }
    unsigned char der[DER_BYTES_MAX];
    size_t size = strlen(signature) / 2;
    if (size > sizeof der || !bytes_of(signature, der, size) ||
        text_of(suite, what, text, &bytes) != RC_OK) {
        return false;
    }
    EVP_PKEY *const theirs = public_key(key);
    const bool good = theirs != NULL && sm2(theirs, false, text, bytes, der, &size);
    EVP_PKEY_free(theirs);
    return good;
}
