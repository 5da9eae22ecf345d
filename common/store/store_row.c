/* store_row: records that are kept under a number. Owns nothing but the form of the key, which is stored: the
 * tables of all services are walked in the order of their numbers, which is that of their bytes. The
 * tables of the store itself are none of its business. */
#include "common/store/store_row.h"

#include "common/base/check.h"

enum rc store_row_get(struct store_txn *txn, unsigned table, uint64_t key,
                      const struct record_format *format, void *record)
{
    unsigned char bytes[CODEC_U64_BYTES];
    CHECK(table >= STORE_SERVICE);
    codec_set_u64(bytes, key);
    return store_get_record(txn, table, bytes, sizeof bytes, format, record);
}

enum rc store_row_put(struct store_txn *txn, unsigned table, uint64_t key,
                      const struct record_format *format, const void *record)
{
    unsigned char bytes[CODEC_U64_BYTES];
    CHECK(table >= STORE_SERVICE);
    codec_set_u64(bytes, key);
    return store_put_record(txn, table, bytes, sizeof bytes, format, record);
}

enum rc store_row_append(struct store_txn *txn, unsigned table, uint64_t key,
                         const struct record_format *format, const void *record)
{
    unsigned char bytes[CODEC_U64_BYTES];
    CHECK(table >= STORE_SERVICE);
    codec_set_u64(bytes, key);
    return store_append_record(txn, table, bytes, sizeof bytes, format, record);
}

enum rc store_row_del(struct store_txn *txn, unsigned table, uint64_t key)
{
    unsigned char bytes[CODEC_U64_BYTES];
    CHECK(table >= STORE_SERVICE);
    codec_set_u64(bytes, key);
    return store_del(txn, table, bytes, sizeof bytes);
}
