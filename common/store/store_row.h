/* store_row: records that are kept under a number: a ticket, a seq, the key of a name. The key in the store is
 * that number's eight bytes, big-endian, so that a walk goes by it.
 *
 * Each returns as the function of store.h that has its name. */
#pragma once

#include "common/base/record.h"
#include "common/store/store.h"

MUST_CHECK enum rc store_row_get(struct store_txn *txn, unsigned table, uint64_t key,
                                 const struct record_format *format, void *record);
MUST_CHECK enum rc store_row_put(struct store_txn *txn, unsigned table, uint64_t key,
                                 const struct record_format *format, const void *record);
MUST_CHECK enum rc store_row_append(struct store_txn *txn, unsigned table, uint64_t key,
                                    const struct record_format *format, const void *record);
MUST_CHECK enum rc store_row_del(struct store_txn *txn, unsigned table, uint64_t key);
