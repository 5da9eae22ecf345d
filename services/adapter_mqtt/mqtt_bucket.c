/* mqtt_bucket: token buckets in whole numbers. A bucket that was never used, or not since the site's
 * rule allowed less, is at most full. Never goes below nothing: who takes has asked. */
#include "mqtt_bucket.h"

#include "common/base/check.h"

enum { TOKEN = 60000 }; /* a minute's milliseconds */

void mqtt_bucket_fill(struct mqtt_bucket *bucket, const struct site_bucket *rule, uint64_t now_ms)
{
    CHECK(rule->burst > 0);
    CHECK(now_ms >= bucket->at_ms);
    const uint64_t full = (uint64_t)rule->burst * TOKEN;
    const uint64_t passed_ms = now_ms - bucket->at_ms;
    /* A day fills any; without the bound the product could wrap. */
    const bool whole = bucket->at_ms == 0 || passed_ms >= 24ull * 3600 * 1000;
    const uint64_t more = whole ? full : passed_ms * rule->per_minute;
    bucket->tokens = bucket->tokens + more < full ? bucket->tokens + more : full;
    bucket->at_ms = now_ms;
    CHECK(bucket->tokens <= full);
}

bool mqtt_bucket_has(const struct mqtt_bucket *bucket)
{
    return bucket->tokens >= TOKEN;
}

void mqtt_bucket_take(struct mqtt_bucket *bucket)
{
    CHECK(bucket->tokens >= TOKEN);
    bucket->tokens -= TOKEN;
}
