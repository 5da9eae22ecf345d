/* mqtt_state: the adapter's records on disk. Owns all tables behind the channel's and the outbox's, and
 * nobody else writes to them. Rows of records are stored: a change raises the version and keeps the old
 * reader. What must stay true: an alarm that is asked has one row in `opening`, an open one in `ticket`,
 * and whole.asked is the number of the former. */
#include "mqtt_state.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

enum {
    EARLY_AT_ONCE = 64,
    SEEN_KEY_BYTES = 4 + CODEC_U64_BYTES,
    FORGET_MAX = 2 * DEVICE_REPORTS_MAX
};

static const unsigned char whole_key[1] = {1};

/* ---- records ---- */

static const struct record_row bucket_rows[] = {
    RECORD_VARINT(struct mqtt_bucket, tokens),
    RECORD_VARINT(struct mqtt_bucket, at_ms),
    RECORD_END,
};
static const struct record_row device_rows[] = {
    RECORD_TEXT(struct mqtt_device, device),
    RECORD_PART(struct mqtt_device, bucket, bucket_rows),
    RECORD_VARINT(struct mqtt_device, last_ms),
    RECORD_VARINT(struct mqtt_device, watch_ms),
    RECORD_BOOL(struct mqtt_device, silent),
    RECORD_BOOL(struct mqtt_device, unknown),
    RECORD_END,
};
static const struct record_format device_format = {
    .version = 1, .bytes = sizeof(struct mqtt_device), .rows = device_rows};

static const struct record_row said_rows[] = {
    RECORD_VARINT(struct mqtt_alarm, said_ms),
    RECORD_END,
};
static const struct record_row alarm_rows[] = {
    RECORD_TEXT(struct mqtt_alarm, device),
    RECORD_TEXT(struct mqtt_alarm, kind),
    RECORD_U8_IN(struct mqtt_alarm, phase, MQTT_FREE, MQTT_PHASES - 1),
    RECORD_U8_IN(struct mqtt_alarm, level, 0, PAIDAN__ALARM_LEVEL__ALARM_CRITICAL),
    RECORD_U8_IN(struct mqtt_alarm, highest, 0, PAIDAN__ALARM_LEVEL__ALARM_CRITICAL),
    RECORD_U8_IN(struct mqtt_alarm, told, 0, PAIDAN__ALARM_LEVEL__ALARM_CRITICAL),
    RECORD_VARINT(struct mqtt_alarm, opening),
    RECORD_VARINT(struct mqtt_alarm, taken),
    RECORD_VARINT(struct mqtt_alarm, again),
    RECORD_VARINT(struct mqtt_alarm, dropped),
    RECORD_VARINT(struct mqtt_alarm, taken_before),
    RECORD_VARINT(struct mqtt_alarm, last_ms),
    RECORD_VARINT(struct mqtt_alarm, since_ms),
    RECORD_VARINT(struct mqtt_alarm, ticket),
    RECORD_VARINT(struct mqtt_alarm, opening_seq),
    RECORD_VARINT(struct mqtt_alarm, noted_ms),
    RECORD_VARINT(struct mqtt_alarm, note_ms),
    RECORD_VARINT(struct mqtt_alarm, rest_ms),
    RECORD_SINCE(2, said_rows),
    RECORD_END,
};
static const struct record_format alarm_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct mqtt_alarm), .rows = alarm_rows};

static const struct record_row topic_rows[] = {
    RECORD_TEXT(struct mqtt_topic, filter),
    RECORD_PART(struct mqtt_topic, bucket, bucket_rows),
    RECORD_VARINT(struct mqtt_topic, taken),
    RECORD_VARINT(struct mqtt_topic, again),
    RECORD_VARINT(struct mqtt_topic, dropped),
    RECORD_VARINT(struct mqtt_topic, unreadable),
    RECORD_VARINT(struct mqtt_topic, retained),
    RECORD_VARINT(struct mqtt_topic, unknown),
    RECORD_END,
};
static const struct record_format topic_format = {
    .version = 1, .bytes = sizeof(struct mqtt_topic), .rows = topic_rows};

static const struct record_row kept_rows[] = {
    RECORD_VARINT(struct mqtt_whole, window),
    RECORD_VARINT(struct mqtt_whole, kept[0]),
    RECORD_VARINT(struct mqtt_whole, kept[1]),
    RECORD_VARINT(struct mqtt_whole, kept[2]),
    RECORD_VARINT(struct mqtt_whole, kept[3]),
    RECORD_VARINT(struct mqtt_whole, kept_until),
    RECORD_END,
};
static const struct record_row whole_rows[] = {
    RECORD_PART(struct mqtt_whole, site, bucket_rows),
    RECORD_PART(struct mqtt_whole, unknown, bucket_rows),
    RECORD_VARINT(struct mqtt_whole, last_ms),
    RECORD_VARINT(struct mqtt_whole, link_ms),
    RECORD_BOOL(struct mqtt_whole, connected),
    RECORD_VARINT(struct mqtt_whole, asked),
    RECORD_VARINT(struct mqtt_whole, register_ms),
    RECORD_TEXT(struct mqtt_whole, after),
    RECORD_SINCE(2, kept_rows),
    RECORD_END,
};
static const struct record_format whole_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct mqtt_whole), .rows = whole_rows};

/* What binds an alarm's record beyond the bounds of its rows. */
static bool sound(const struct mqtt_alarm *alarm)
{
    return (alarm->phase == MQTT_ASKED) == (alarm->opening_seq != 0) &&
           (alarm->phase == MQTT_OPEN) == (alarm->ticket != 0) &&
           (alarm->note_ms == 0 || alarm->phase == MQTT_OPEN) &&
           alarm->taken_before <= alarm->taken;
}

/* ---- keys ---- */

uint64_t mqtt_state_device_key(const char *device)
{
    CHECK(device[0] != '\0');
    return step_key(device);
}

/* No name holds the byte between the two. */
uint64_t mqtt_state_alarm_key(const char *device, const char *kind)
{
    char name[DEVICE_ID_BYTES_MAX + CODE_BYTES_MAX + 2];
    const size_t first = strlen(device), second = strlen(kind);
    CHECK(first <= DEVICE_ID_BYTES_MAX);
    CHECK(second <= CODE_BYTES_MAX);
    memcpy(name, device, first);
    name[first] = '\x1f';
    memcpy(name + first + 1, kind, second + 1);
    return step_key(name);
}

/* ---- devices and alarms ---- */

static void copy_name(char *to, size_t size, const char *name)
{
    const size_t bytes = strlen(name);
    CHECK(bytes < size); /* the schema's bound */
    memcpy(to, name, bytes + 1);
}

enum rc mqtt_state_device_by(struct store_txn *txn, uint64_t key, struct mqtt_device *device)
{
    return store_row_get(txn, MQTT_DEVICE, key, &device_format, device);
}

enum rc mqtt_state_device_get(struct store_txn *txn, const char *name, struct mqtt_device *device)
{
    const enum rc rc = mqtt_state_device_by(txn, mqtt_state_device_key(name), device);
    if (rc == RC_NOT_FOUND) {
        *device = (struct mqtt_device){.last_ms = 0};
        copy_name(device->device, sizeof device->device, name);
        return RC_OK;
    }
    return rc == RC_OK && strcmp(device->device, name) != 0 ? RC_EXISTS : rc;
}

enum rc mqtt_state_device_put(struct store_txn *txn, const struct mqtt_device *device)
{
    CHECK(!device->silent || device->watch_ms == 0);
    CHECK(device->device[0] != '\0');
    return store_row_put(txn, MQTT_DEVICE, mqtt_state_device_key(device->device), &device_format,
                         device);
}

enum rc mqtt_state_alarm_by(struct store_txn *txn, uint64_t key, struct mqtt_alarm *alarm)
{
    const enum rc rc = store_row_get(txn, MQTT_ALARM, key, &alarm_format, alarm);
    return rc == RC_OK && !sound(alarm) ? RC_CORRUPT : rc;
}

enum rc mqtt_state_alarm_get(struct store_txn *txn, const char *device, const char *kind,
                             struct mqtt_alarm *alarm)
{
    const enum rc rc = mqtt_state_alarm_by(txn, mqtt_state_alarm_key(device, kind), alarm);
    if (rc == RC_NOT_FOUND) {
        *alarm = (struct mqtt_alarm){.phase = MQTT_FREE};
        copy_name(alarm->device, sizeof alarm->device, device);
        copy_name(alarm->kind, sizeof alarm->kind, kind);
        return RC_OK;
    }
    const bool same =
        rc != RC_OK || (strcmp(alarm->device, device) == 0 && strcmp(alarm->kind, kind) == 0);
    return same ? rc : RC_EXISTS;
}

enum rc mqtt_state_alarm_put(struct store_txn *txn, const struct mqtt_alarm *alarm)
{
    CHECK(sound(alarm));
    return store_row_put(txn, MQTT_ALARM, mqtt_state_alarm_key(alarm->device, alarm->kind),
                         &alarm_format, alarm);
}

enum rc mqtt_state_alarm_after(struct store_txn *txn, uint64_t after, uint64_t *key,
                               struct mqtt_alarm *alarm)
{
    unsigned char from[CODEC_U64_BYTES];
    struct store_walk walk;
    if (after == UINT64_MAX) {
        return RC_NOT_FOUND;
    }
    codec_set_u64(from, after + 1);
    enum rc rc = store_walk_open(txn, MQTT_ALARM, from, sizeof from, &walk);
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, CODEC_U64_BYTES);
    }
    if (rc == RC_OK) {
        *key = codec_u64_at(walk.key);
        CHECK(*key > after);
        rc = record_read(&alarm_format, walk.value, walk.value_bytes, alarm);
    }
    store_walk_close(&walk);
    return rc == RC_OK && !sound(alarm) ? RC_CORRUPT : rc;
}

/* ---- openings and tickets: names of alarms for a while ---- */

enum rc mqtt_state_named(struct store_txn *txn, enum mqtt_table table, uint64_t name,
                         struct mqtt_alarm *alarm)
{
    CHECK(table == MQTT_OPENING || table == MQTT_TICKET);
    unsigned char key[CODEC_U64_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    codec_set_u64(key, name);
    const enum rc rc = store_get(txn, table, key, sizeof key, &value, &bytes);
    if (rc != RC_OK) {
        return rc;
    }
    if (bytes != CODEC_U64_BYTES) {
        return RC_CORRUPT;
    }
    /* The row says that there is one. */
    const enum rc found = mqtt_state_alarm_by(txn, codec_u64_at(value), alarm);
    return found == RC_NOT_FOUND ? RC_CORRUPT : found;
}

enum rc mqtt_state_name(struct store_txn *txn, enum mqtt_table table, uint64_t name,
                        const struct mqtt_alarm *alarm)
{
    CHECK(table == MQTT_OPENING || table == MQTT_TICKET);
    CHECK(name != 0);
    unsigned char key[CODEC_U64_BYTES], value[CODEC_U64_BYTES];
    codec_set_u64(key, name);
    codec_set_u64(value, mqtt_state_alarm_key(alarm->device, alarm->kind));
    const enum rc rc = store_insert(txn, table, key, sizeof key, value, sizeof value);
    return rc == RC_EXISTS ? RC_CORRUPT : rc;
}

enum rc mqtt_state_unname(struct store_txn *txn, enum mqtt_table table, uint64_t name)
{
    CHECK(table == MQTT_OPENING || table == MQTT_TICKET);
    CHECK(name != 0);
    const enum rc rc = store_row_del(txn, table, name);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* ---- topics, and what is one of a kind ---- */

enum rc mqtt_state_topic_get(struct store_txn *txn, const char *filter, struct mqtt_topic *topic)
{
    CHECK(filter[0] != '\0');
    const enum rc rc = store_row_get(txn, MQTT_TOPIC, step_key(filter), &topic_format, topic);
    if (rc == RC_NOT_FOUND) {
        *topic = (struct mqtt_topic){.taken = 0};
        copy_name(topic->filter, sizeof topic->filter, filter);
        return RC_OK;
    }
    return rc;
}

enum rc mqtt_state_topic_put(struct store_txn *txn, const struct mqtt_topic *topic)
{
    CHECK(topic->filter[0] != '\0');
    return store_row_put(txn, MQTT_TOPIC, step_key(topic->filter), &topic_format, topic);
}

enum rc mqtt_state_whole_get(struct store_txn *txn, struct mqtt_whole *whole)
{
    const enum rc rc =
        store_get_record(txn, MQTT_WHOLE, whole_key, sizeof whole_key, &whole_format, whole);
    if (rc == RC_NOT_FOUND) {
        *whole = (struct mqtt_whole){.asked = 0};
        return RC_OK;
    }
    return rc;
}

enum rc mqtt_state_whole_put(struct store_txn *txn, const struct mqtt_whole *whole)
{
    CHECK(whole->register_ms != 0 || whole->after[0] == '\0');
    CHECK(whole->kept[0] != 0 || whole->kept[1] == 0);
    CHECK(whole->kept_until == 0 || whole->kept[0] != 0);
    return store_put_record(txn, MQTT_WHOLE, whole_key, sizeof whole_key, &whole_format, whole);
}

/* ---- what was seen ---- */

static void seen_key(uint32_t window, uint64_t id, unsigned char key[SEEN_KEY_BYTES])
{
    const uint32_t big = htobe32(window);
    memcpy(key, &big, sizeof big);
    codec_set_u64(key + sizeof big, id);
}

static uint32_t window_at(const unsigned char *key)
{
    uint32_t big = 0;
    memcpy(&big, key, sizeof big);
    return be32toh(big);
}

/* Two windows, so that an id is known for one whole span at least, whenever it came. */
enum rc mqtt_state_seen(struct store_txn *txn, uint32_t window, uint64_t id)
{
    CHECK(window > 0);
    const void *value = NULL;
    size_t bytes = 0;
    unsigned char key[SEEN_KEY_BYTES];
    seen_key(window, id, key);
    const enum rc rc = store_get(txn, MQTT_SEEN, key, sizeof key, &value, &bytes);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    seen_key(window - 1, id, key);
    return store_get(txn, MQTT_SEEN, key, sizeof key, &value, &bytes);
}

enum rc mqtt_state_see(struct store_txn *txn, uint32_t window, uint64_t id, bool *added)
{
    CHECK(window > 0);
    unsigned char key[SEEN_KEY_BYTES];
    seen_key(window, id, key);
    const enum rc rc = store_insert(txn, MQTT_SEEN, key, sizeof key, "", 0);
    *added = rc == RC_OK;
    return rc == RC_EXISTS ? RC_OK : rc;
}

/* As mqtt_state_seen looks: in each of them and the one before. */
static bool is_kept(const struct mqtt_whole *whole, uint32_t window)
{
    bool kept = false;
    CHECK(window < UINT32_MAX);
    for (size_t index = 0; index < MQTT_KEPT && whole->kept[index] != 0; index++) {
        kept = kept || whole->kept[index] == window || whole->kept[index] == window + 1;
    }
    return kept;
}

/* One row at an end of the table, if it is of no window that counts. A window behind is the site's of
 * before, when it was shorter. */
static enum rc forget_one(struct store_txn *txn, uint32_t window, const struct mqtt_whole *whole,
                          bool last, bool *done)
{
    struct store_walk walk;
    unsigned char key[SEEN_KEY_BYTES];
    *done = true;
    enum rc rc = last ? store_walk_open_last(txn, MQTT_SEEN, NULL, 0, &walk)
                      : store_walk_open(txn, MQTT_SEEN, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = store_walk_key(&walk, SEEN_KEY_BYTES);
    }
    if (rc == RC_OK) {
        memcpy(key, walk.key, sizeof key);
        const uint32_t at = window_at(key);
        *done = is_kept(whole, at) || at + 1 == window || at == window;
    }
    store_walk_close(&walk);
    if (rc == RC_OK && !*done) {
        return store_del(txn, MQTT_SEEN, key, sizeof key);
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc mqtt_state_forget(struct store_txn *txn, uint32_t window, const struct mqtt_whole *whole,
                          uint32_t most, uint32_t *forgotten)
{
    CHECK(window > 0);
    CHECK(most <= FORGET_MAX);
    enum rc rc = RC_OK;
    *forgotten = 0;
    for (int end = 0; end < 2 && rc == RC_OK; end++) {
        bool done = false;
        while (rc == RC_OK && *forgotten < most) {
            rc = forget_one(txn, window, whole, end == 1, &done);
            if (done || rc != RC_OK) {
                break;
            }
            *forgotten += 1;
        }
    }
    return rc;
}

/* ---- closed early ---- */

enum rc mqtt_state_early_put(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_put(txn, MQTT_EARLY, key, sizeof key, "", 0);
}

enum rc mqtt_state_early_take(struct store_txn *txn, uint64_t ticket)
{
    CHECK(ticket != 0);
    return store_row_del(txn, MQTT_EARLY, ticket);
}

enum rc mqtt_state_early_clear(struct store_txn *txn)
{
    enum rc rc = RC_OK;
    for (unsigned count = 0; count < EARLY_AT_ONCE && rc == RC_OK; count++) {
        struct store_walk walk;
        unsigned char key[CODEC_U64_BYTES];
        rc = store_walk_open(txn, MQTT_EARLY, NULL, 0, &walk);
        if (rc == RC_OK) {
            rc = store_walk_key(&walk, sizeof key);
        }
        if (rc == RC_OK) {
            memcpy(key, walk.key, sizeof key);
        }
        store_walk_close(&walk);
        rc = rc == RC_OK ? store_del(txn, MQTT_EARLY, key, sizeof key) : rc;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
