/* archive_count: rows of counts and of times, under what they are counted by.
 *
 *   count  by u8, grain u8, period u32, code 32 bytes           -> counts by RatesCount
 *   time   by u8, grain u8, period u32, code 32 bytes, which u8 -> how many took how long
 *
 * A row of nothing but zeros is not there, so that rows are the same however they came about. Times are
 * counted by months alone, in buckets an eighth of their size wide. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "command.pb-c.h"
#include "common/base/limits.h"
#include "common/store/store.h"

/* Stored in keys. NOW: period 0. */
enum archive_grain { ARCHIVE_BY_DAY = 'D', ARCHIVE_BY_MONTH = 'M', ARCHIVE_NOW = 'N' };

struct archive_key {
    Paidan__RatesBy by;
    enum archive_grain grain;
    uint32_t period; /* yyyymmdd, yyyymm, 0 */
    char code[CODE_BYTES_MAX + 1];
};
#define ARCHIVE_KEY_BYTES (6u + CODE_BYTES_MAX)
#define ARCHIVE_TIME_KEY_BYTES (ARCHIVE_KEY_BYTES + 1u)

void archive_count_key(const struct archive_key *key, unsigned char bytes[ARCHIVE_KEY_BYTES]);
/* RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc archive_count_unkey(const unsigned char *bytes, size_t size,
                                       struct archive_key *key);

struct archive_amount {
    uint8_t count; /* RatesCount */
    uint32_t by;
};
/* Adds, or takes away. RC_OK, RC_FULL, RC_STORE; RC_CORRUPT: there is less than is taken away. */
MUST_CHECK enum rc archive_count_add(struct store_txn *txn, const struct archive_key *key,
                                     const struct archive_amount *amounts, unsigned count,
                                     bool away);
/* A list of counts as it is stored, here and for units: at most ARCHIVE_COUNTS_MAX, trailing zeros left out.
 * Reading: those that were left out are 0. RC_OK or RC_CORRUPT. Writing returns the bytes used; 0: all are zero. */
enum { ARCHIVE_COUNTS_MAX = 64, ARCHIVE_COUNTS_BYTES = 1 + 1 + ARCHIVE_COUNTS_MAX * 10 + 4 };
MUST_CHECK enum rc archive_count_read(const void *value, size_t size, uint64_t *counts,
                                      unsigned room);
size_t archive_count_write(const uint64_t *counts, unsigned count,
                           unsigned char bytes[ARCHIVE_COUNTS_BYTES]);
/* Adds a row's counts to the sums. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc archive_count_sum(const void *value, size_t size, uint64_t sums[RATES_COUNTS]);

enum { ARCHIVE_BUCKETS = 256 };
MUST_CHECK enum rc archive_count_time(struct store_txn *txn, const struct archive_key *key,
                                      Paidan__RatesClock which, uint64_t ms, bool away);
MUST_CHECK enum rc archive_count_time_sum(const void *value, size_t size,
                                          uint64_t buckets[ARCHIVE_BUCKETS]);
/* The middle of the bucket in which so many per mille of all lie below or in it. Before: of > 0. */
uint64_t archive_count_quantile(const uint64_t buckets[ARCHIVE_BUCKETS], uint64_t of,
                                unsigned permille);
