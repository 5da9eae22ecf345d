/* gateway_limit: the buckets, in one table of fixed size. It owns nothing else. What must stay true: a
 * stranger can make the table forget only buckets that are nearly full anyway, and can make it neither
 * grow nor slow; keys are hashed under a secret of this process, so nobody can aim at another's bucket.
 *
 * A bucket is found within PROBES places of its hash. A new one takes an empty place there, else that
 * of the bucket that lacks least: whoever is over his limit is remembered longest. */

#include "gateway_limit.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"

enum { PLACES = 1 << 16, PROBES = 16 };

/* Rates: REACH 7; per person what a busy console needs with room (a list refreshed, a board, events). */
static const struct {
    double burst, per_second;
} bounds[GATEWAY_LIMITS] = {
    [GATEWAY_LIMIT_ADDRESS] = {200, 20},      [GATEWAY_LIMIT_PERSON] = {400, 50},
    [GATEWAY_LIMIT_LOGIN] = {20, 20.0 / 600}, [GATEWAY_LIMIT_CODE] = {10, 10.0 / 3600},
    [GATEWAY_LIMIT_NUMBER] = {5, 5.0 / 3600}, [GATEWAY_LIMIT_FORM] = {20, 20.0 / 3600},
};

struct bucket {
    uint64_t hash; /* 0: an empty place */
    uint64_t at_us;
    float lacks; /* of the burst, at at_us */
    uint8_t limit;
};
struct gateway_limits {
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct bucket places[PLACES];
};

enum rc gateway_limit_open(struct gateway *gateway)
{
    gateway->limits = calloc(1, sizeof *gateway->limits);
    if (gateway->limits == NULL) {
        return RC_LIMIT;
    }
    randombytes_buf(gateway->limits->secret, sizeof gateway->limits->secret);
    return RC_OK;
}

void gateway_limit_close(struct gateway *gateway)
{
    free(gateway->limits);
    gateway->limits = NULL;
}

/* A bucket is not touched while it fills: how full it is follows from the time. */
static double lacks_now(const struct bucket *bucket, uint64_t now_us)
{
    CHECK(bucket->limit < GATEWAY_LIMITS);
    const double seconds = now_us > bucket->at_us ? (double)(now_us - bucket->at_us) / 1e6 : 0;
    const double lacks = (double)bucket->lacks - seconds * bounds[bucket->limit].per_second;
    return lacks > 0 ? lacks : 0;
}

/* The bucket's place. make: takes a place where it has none; NULL without. */
static struct bucket *find(struct gateway_limits *limits, enum gateway_limit limit, const char *key,
                           uint64_t now_us, bool make)
{
    uint64_t hash = 0;
    _Static_assert(crypto_shorthash_BYTES == sizeof hash, "a hash is one number");
    (void)crypto_shorthash((unsigned char *)&hash, (const unsigned char *)key, strlen(key),
                           limits->secret);
    hash = (hash ^ (uint64_t)limit * 0x9e3779b97f4a7c15u) | 1u;
    struct bucket *least = NULL;
    double least_lacks = 0;
    for (unsigned probe = 0; probe < PROBES; probe++) {
        struct bucket *bucket = &limits->places[(hash / 2 + probe) % PLACES];
        if (bucket->hash == hash) {
            return bucket;
        }
        const double lacks = bucket->hash == 0 ? -1 : lacks_now(bucket, now_us);
        if (least == NULL || lacks < least_lacks) {
            least = bucket;
            least_lacks = lacks;
        }
    }
    if (make) {
        *least = (struct bucket){.hash = hash, .at_us = now_us, .limit = (uint8_t)limit};
    }
    return make ? least : NULL;
}

bool gateway_limit_allows(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us, uint32_t *retry_ms)
{
    CHECK(limit < GATEWAY_LIMITS);
    const struct bucket *bucket = find(gateway->limits, limit, key, now_us, false);
    const double over = bucket == NULL ? -1 : lacks_now(bucket, now_us) + 1 - bounds[limit].burst;
    *retry_ms = over > 0 ? (uint32_t)(over / bounds[limit].per_second * 1000) + 1u : 0;
    return over <= 0;
}

void gateway_limit_charge(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us)
{
    CHECK(limit < GATEWAY_LIMITS);
    struct bucket *bucket = find(gateway->limits, limit, key, now_us, true);
    const double lacks = lacks_now(bucket, now_us) + 1;
    bucket->lacks = (float)(lacks < bounds[limit].burst ? lacks : bounds[limit].burst);
    bucket->at_us = now_us;
}

void gateway_limit_refund(struct gateway *gateway, enum gateway_limit limit, const char *key,
                          uint64_t now_us)
{
    CHECK(limit < GATEWAY_LIMITS);
    struct bucket *bucket = find(gateway->limits, limit, key, now_us, false);
    if (bucket != NULL) { /* else it was forgotten meanwhile, which is more than to be given back */
        const double lacks = lacks_now(bucket, now_us) - 1;
        bucket->lacks = (float)(lacks > 0 ? lacks : 0);
        bucket->at_us = now_us;
    }
}

bool gateway_limit_take(struct gateway *gateway, enum gateway_limit limit, const char *key,
                        uint64_t now_us, uint32_t *retry_ms)
{
    const bool allowed = gateway_limit_allows(gateway, limit, key, now_us, retry_ms);
    if (allowed) {
        gateway_limit_charge(gateway, limit, key, now_us);
    }
    return allowed;
}
