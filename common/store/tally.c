/* tally: one record "tally" in STORE_META; trailing zeroes are not written. */
#include "common/store/tally.h"

#include "common/base/check.h"
#include "common/base/codec.h"

#define TALLY_VERSION 1u
#define TALLY_BYTES (1 + 1 + TALLY_MAX * 8 + 4)

static_assert(TALLY_MAX <= UINT8_MAX, "the count is one byte");
static const char tally_key[] = "tally";

enum rc tally_load(struct store_txn *txn, struct tally *tally)
{
    const void *value = NULL;
    size_t bytes = 0;
    struct tally read = {0};
    const enum rc rc = store_get(txn, STORE_META, tally_key, sizeof tally_key - 1, &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        *tally = read;
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK) {
        return RC_CORRUPT;
    }
    if (version != TALLY_VERSION) {
        return RC_FORMAT;
    }
    const unsigned count = codec_get_u8(&reader);
    if (count > TALLY_MAX) {
        return RC_CORRUPT;
    }
    for (unsigned index = 0; index < count; index++) {
        read.values[index] = codec_get_u64(&reader);
    }
    if (!codec_done(&reader)) {
        return RC_CORRUPT;
    }
    *tally = read;
    return RC_OK;
}

enum rc tally_store(struct store_txn *txn, const struct tally *tally)
{
    unsigned char bytes[TALLY_BYTES];
    unsigned count = TALLY_MAX;
    while (count > 0 && tally->values[count - 1] == 0) {
        count--;
    }
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, TALLY_VERSION);
    codec_put_u8(&writer, (uint8_t)count);
    for (unsigned index = 0; index < count; index++) {
        codec_put_u64(&writer, tally->values[index]);
    }
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, STORE_META, tally_key, sizeof tally_key - 1, bytes, writer.used);
}
