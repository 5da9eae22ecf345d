/* tally: one record "tally" in STORE_META; trailing zeroes are not written.
 *
 * That keeps the record short while a service counts little, and lets a service add counters at the
 * end without a new version: what an older one never wrote reads as zero. */
#include "common/store/tally.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"

static const char tally_key[] = "tally";

/* The record: a tally with the count of what is written of it. */
struct stored {
    uint8_t count;
    struct tally tally;
};

static const struct record_row value_rows[] = {RECORD_ITEM_U64, RECORD_END};
static const struct record_row tally_rows[] = {
    RECORD_LIST(struct stored, count, tally.values, TALLY_MAX, value_rows),
    RECORD_END,
};
static const struct record_format tally_format = {
    .version = 1, .stranger = RC_FORMAT, .bytes = sizeof(struct stored), .rows = tally_rows};

enum rc tally_load(struct store_txn *txn, struct tally *tally)
{
    struct stored read = {0};
    const enum rc rc =
        store_get_record(txn, STORE_META, tally_key, strlen(tally_key), &tally_format, &read);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *tally = read.tally;
    return RC_OK;
}

enum rc tally_store(struct store_txn *txn, const struct tally *tally)
{
    struct stored stored = {.count = TALLY_MAX, .tally = *tally};
    /* Written with every step that counts, so its bytes are part of every commit. */
    while (stored.count > 0 && tally->values[stored.count - 1] == 0) {
        stored.count--;
    }
    CHECK(stored.count <= TALLY_MAX);
    return store_put_record(txn, STORE_META, tally_key, strlen(tally_key), &tally_format, &stored);
}
