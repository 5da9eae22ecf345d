/* store_past: owns the rows of a table that its caller names. What must stay true: a bit that is set stays so. */
#include "common/store/store_past.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

enum { NUMBERS = 1024, BYTES = NUMBERS / 8 };

struct chunk {
    unsigned char bits[BYTES];
};
static const struct record_row rows[] = {
    RECORD_BYTES(struct chunk, bits, BYTES),
    RECORD_END,
};
static const struct record_format format = {
    .version = 1, .bytes = sizeof(struct chunk), .rows = rows};

/* None of it is gone where there is no row. */
static enum rc load(struct store_txn *txn, unsigned table, uint64_t number, struct chunk *chunk)
{
    CHECK(number != 0);
    const enum rc rc = store_row_get(txn, table, number / NUMBERS, &format, chunk);
    if (rc == RC_NOT_FOUND) {
        memset(chunk, 0, sizeof *chunk);
        return RC_OK;
    }
    return rc;
}

static unsigned char bit_of(uint64_t number, size_t *byte)
{
    const unsigned at = (unsigned)(number % NUMBERS);
    *byte = at / 8;
    CHECK(*byte < BYTES);
    return (unsigned char)(1u << at % 8);
}

enum rc store_past_put(struct store_txn *txn, unsigned table, uint64_t number)
{
    struct chunk chunk;
    size_t byte = 0;
    const unsigned char bit = bit_of(number, &byte);
    const enum rc rc = load(txn, table, number, &chunk);
    if (rc != RC_OK || (chunk.bits[byte] & bit) != 0) {
        return rc == RC_OK ? RC_EXISTS : rc;
    }
    chunk.bits[byte] = (unsigned char)(chunk.bits[byte] | bit);
    return store_row_put(txn, table, number / NUMBERS, &format, &chunk);
}

enum rc store_past_has(struct store_txn *txn, unsigned table, uint64_t number, bool *has)
{
    struct chunk chunk;
    size_t byte = 0;
    const unsigned char bit = bit_of(number, &byte);
    const enum rc rc = load(txn, table, number, &chunk);
    *has = rc == RC_OK && (chunk.bits[byte] & bit) != 0;
    return rc;
}
