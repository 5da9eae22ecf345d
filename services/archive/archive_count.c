/* archive_count: owns the tables ARCHIVE_COUNT and ARCHIVE_TIME. What must stay true: a row never goes
 * below zero, and holds no trailing zeros, so that the same counts are the same bytes. */
#include "archive_count.h"

#include <assert.h>
#include <string.h>

#include "archive_state.h"
#include "common/base/check.h"
#include "common/base/codec.h"

enum { VERSION = 1, SUB_BITS = 3 };
enum { TIME_BYTES_MAX = 1 + 2 + ARCHIVE_BUCKETS * 11 + 4 };

static_assert(RATES_COUNTS <= ARCHIVE_COUNTS_MAX, "a row fits");
static_assert(ARCHIVE_TIME_KEY_BYTES <= STORE_KEY_BYTES_MAX, "a key");
static_assert(PAIDAN__RATES_COUNT__RATES_FIRST_OF + 1 == RATES_COUNTS, "counts are stored");

void archive_count_key(const struct archive_key *key, unsigned char bytes[ARCHIVE_KEY_BYTES])
{
    struct codec_writer writer;
    const size_t code = strlen(key->code);
    CHECK(code <= CODE_BYTES_MAX);
    memset(bytes, 0, ARCHIVE_KEY_BYTES);
    codec_writer_init(&writer, bytes, ARCHIVE_KEY_BYTES);
    codec_put_u8(&writer, (uint8_t)key->by);
    codec_put_u8(&writer, (uint8_t)key->grain);
    codec_put_u32(&writer, key->period);
    CHECK(!writer.failed);
    memcpy(bytes + writer.used, key->code, code);
}

enum rc archive_count_unkey(const unsigned char *bytes, size_t size, struct archive_key *key)
{
    CHECK(bytes != NULL);
    if (size < ARCHIVE_KEY_BYTES || bytes[0] > PAIDAN__RATES_BY__RATES_CHANNEL ||
        (bytes[1] != ARCHIVE_BY_DAY && bytes[1] != ARCHIVE_BY_MONTH && bytes[1] != ARCHIVE_NOW)) {
        return RC_CORRUPT;
    }
    key->by = (Paidan__RatesBy)bytes[0];
    key->grain = (enum archive_grain)bytes[1];
    key->period = codec_u32_at(bytes + 2);
    memcpy(key->code, bytes + 6, CODE_BYTES_MAX);
    key->code[CODE_BYTES_MAX] = '\0';
    return RC_OK;
}

/* ---- counts ---- */

enum rc archive_count_read(const void *value, size_t size, uint64_t *counts, unsigned room)
{
    struct codec_reader reader;
    uint8_t version = 0;
    CHECK(counts != NULL);
    CHECK(room <= ARCHIVE_COUNTS_MAX);
    memset(counts, 0, room * sizeof *counts);
    if (codec_unseal(&reader, value, size, &version) != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    const unsigned count = codec_get_u8(&reader);
    if (count > room) {
        return RC_CORRUPT;
    }
    for (unsigned index = 0; index < count; index++) {
        counts[index] = codec_get_varint(&reader);
    }
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

size_t archive_count_write(const uint64_t *counts, unsigned count,
                           unsigned char bytes[ARCHIVE_COUNTS_BYTES])
{
    struct codec_writer writer;
    CHECK(count <= ARCHIVE_COUNTS_MAX);
    while (count > 0 && counts[count - 1] == 0) {
        count--;
    }
    if (count == 0) {
        return 0;
    }
    codec_writer_init(&writer, bytes, ARCHIVE_COUNTS_BYTES);
    codec_seal_begin(&writer, VERSION);
    codec_put_u8(&writer, (uint8_t)count);
    for (unsigned index = 0; index < count; index++) {
        codec_put_varint(&writer, counts[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return writer.used;
}

enum rc archive_count_sum(const void *value, size_t size, uint64_t sums[RATES_COUNTS])
{
    uint64_t counts[RATES_COUNTS];
    CHECK(sums != NULL);
    const enum rc rc = archive_count_read(value, size, counts, RATES_COUNTS);
    for (unsigned index = 0; rc == RC_OK && index < RATES_COUNTS; index++) {
        sums[index] += counts[index];
    }
    return rc;
}

static enum rc counts_write(struct store_txn *txn, const unsigned char key[ARCHIVE_KEY_BYTES],
                            const uint64_t counts[RATES_COUNTS], bool was)
{
    unsigned char bytes[ARCHIVE_COUNTS_BYTES];
    const size_t used = archive_count_write(counts, RATES_COUNTS, bytes);
    CHECK(used <= sizeof bytes);
    if (used == 0) {
        return was ? store_del(txn, ARCHIVE_COUNT, key, ARCHIVE_KEY_BYTES) : RC_OK;
    }
    return store_put(txn, ARCHIVE_COUNT, key, ARCHIVE_KEY_BYTES, bytes, used);
}

enum rc archive_count_add(struct store_txn *txn, const struct archive_key *key,
                          const struct archive_amount *amounts, unsigned count, bool away)
{
    unsigned char bytes[ARCHIVE_KEY_BYTES];
    uint64_t counts[RATES_COUNTS] = {0};
    const void *value = NULL;
    size_t size = 0;
    if (count == 0) {
        return RC_OK;
    }
    archive_count_key(key, bytes);
    enum rc rc = store_get(txn, ARCHIVE_COUNT, bytes, sizeof bytes, &value, &size);
    const bool was = rc == RC_OK;
    rc = was                  ? archive_count_read(value, size, counts, RATES_COUNTS)
         : rc == RC_NOT_FOUND ? RC_OK
                              : rc;
    for (unsigned index = 0; rc == RC_OK && index < count; index++) {
        CHECK(amounts[index].count < RATES_COUNTS);
        uint64_t *const at = &counts[amounts[index].count];
        if (away && *at < amounts[index].by) {
            return RC_CORRUPT;
        }
        *at = away ? *at - amounts[index].by : *at + amounts[index].by;
    }
    return rc == RC_OK ? counts_write(txn, bytes, counts, was) : rc;
}

/* ---- times ---- */

/* In seconds: below 8 each its own, then eight to each doubling; the last one takes all that is longer. */
static unsigned bucket_of(uint64_t ms)
{
    const uint64_t seconds = ms / 1000;
    unsigned power = SUB_BITS;
    if (seconds < 1u << SUB_BITS) {
        return (unsigned)seconds;
    }
    while (seconds >> (power + 1) != 0) {
        power++;
    }
    const unsigned sub = (unsigned)(seconds >> (power - SUB_BITS)) & ((1u << SUB_BITS) - 1);
    CHECK(power < 64);
    const unsigned bucket = ((power - SUB_BITS + 1) << SUB_BITS) + sub;
    return bucket < ARCHIVE_BUCKETS ? bucket : ARCHIVE_BUCKETS - 1;
}

static uint64_t bucket_middle_ms(unsigned bucket)
{
    CHECK(bucket < ARCHIVE_BUCKETS);
    if (bucket < 1u << SUB_BITS) {
        return (uint64_t)bucket * 1000 + 500;
    }
    const unsigned shift = (bucket >> SUB_BITS) - 1;
    const uint64_t from = (uint64_t)((1u << SUB_BITS) + (bucket & ((1u << SUB_BITS) - 1))) << shift;
    return from * 1000 + ((uint64_t)1000 << shift) / 2;
}

enum rc archive_count_time_sum(const void *value, size_t size, uint64_t buckets[ARCHIVE_BUCKETS])
{
    struct codec_reader reader;
    uint8_t version = 0;
    CHECK(buckets != NULL);
    if (codec_unseal(&reader, value, size, &version) != RC_OK || version != VERSION) {
        return RC_CORRUPT;
    }
    const unsigned count = codec_get_u16(&reader);
    if (count > ARCHIVE_BUCKETS) {
        return RC_CORRUPT;
    }
    for (unsigned index = 0; index < count; index++) {
        const unsigned bucket = codec_get_u8(&reader);
        buckets[bucket] += codec_get_varint(&reader);
    }
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

static enum rc times_write(struct store_txn *txn, const unsigned char key[ARCHIVE_TIME_KEY_BYTES],
                           const uint64_t buckets[ARCHIVE_BUCKETS], bool was)
{
    unsigned char bytes[TIME_BYTES_MAX];
    struct codec_writer writer;
    uint16_t count = 0;
    for (unsigned bucket = 0; bucket < ARCHIVE_BUCKETS; bucket++) {
        count = (uint16_t)(count + (buckets[bucket] > 0 ? 1 : 0));
    }
    if (count == 0) {
        return was ? store_del(txn, ARCHIVE_TIME, key, ARCHIVE_TIME_KEY_BYTES) : RC_OK;
    }
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, VERSION);
    codec_put_u16(&writer, count);
    for (unsigned bucket = 0; bucket < ARCHIVE_BUCKETS; bucket++) {
        if (buckets[bucket] > 0) {
            codec_put_u8(&writer, (uint8_t)bucket);
            codec_put_varint(&writer, buckets[bucket]);
        }
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, ARCHIVE_TIME, key, ARCHIVE_TIME_KEY_BYTES, bytes, writer.used);
}

enum rc archive_count_time(struct store_txn *txn, const struct archive_key *key,
                           Paidan__RatesClock which, uint64_t ms, bool away)
{
    unsigned char bytes[ARCHIVE_TIME_KEY_BYTES];
    uint64_t buckets[ARCHIVE_BUCKETS] = {0};
    const void *value = NULL;
    size_t size = 0;
    CHECK(key->grain == ARCHIVE_BY_MONTH);
    archive_count_key(key, bytes);
    bytes[ARCHIVE_KEY_BYTES] = (unsigned char)which;
    enum rc rc = store_get(txn, ARCHIVE_TIME, bytes, sizeof bytes, &value, &size);
    const bool was = rc == RC_OK;
    rc = was ? archive_count_time_sum(value, size, buckets) : rc == RC_NOT_FOUND ? RC_OK : rc;
    if (rc != RC_OK) {
        return rc;
    }
    uint64_t *const at = &buckets[bucket_of(ms)];
    if (away && *at == 0) {
        return RC_CORRUPT;
    }
    *at = away ? *at - 1 : *at + 1;
    return times_write(txn, bytes, buckets, was);
}

uint64_t archive_count_quantile(const uint64_t buckets[ARCHIVE_BUCKETS], uint64_t of,
                                unsigned permille)
{
    const uint64_t wanted = (of * permille + 999) / 1000;
    uint64_t below = 0;
    unsigned bucket = 0;
    CHECK(of > 0);
    CHECK(permille <= 1000);
    for (; bucket < ARCHIVE_BUCKETS - 1; bucket++) {
        below += buckets[bucket];
        if (below >= wanted) {
            break;
        }
    }
    return bucket_middle_ms(bucket);
}
