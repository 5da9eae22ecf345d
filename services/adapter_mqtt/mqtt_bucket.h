/* mqtt_bucket: how much a device, a topic or the site may say: so many messages at once, so many a minute
 * in the long run. Counted in 60,000ths, so that each millisecond adds a whole number, by the time of the
 * step: the same log gives the same. */
#pragma once

#include <stdbool.h>

#include "common/site/site_devices.h"
#include "mqtt_state.h"

/* As it is at now_ms, filled by the time that passed. */
void mqtt_bucket_fill(struct mqtt_bucket *bucket, const struct site_bucket *rule, uint64_t now_ms);
bool mqtt_bucket_has(const struct mqtt_bucket *bucket);
/* Before: it has one. */
void mqtt_bucket_take(struct mqtt_bucket *bucket);
