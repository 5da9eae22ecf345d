/* cursor: table STORE_CURSOR, name of the followed log -> seq u64, crc u32, sealed. */
#include "common/store/cursor.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"

#define CURSOR_VERSION 1u

enum rc cursor_get(struct store_txn *txn, const char *log, struct cursor *cursor)
{
    const void *value = NULL;
    size_t bytes = 0;
    const enum rc rc = store_get(txn, STORE_CURSOR, log, strlen(log), &value, &bytes);
    if (rc == RC_NOT_FOUND) {
        *cursor = (struct cursor){0};
        return RC_OK;
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct codec_reader reader;
    uint8_t version = 0;
    if (codec_unseal(&reader, value, bytes, &version) != RC_OK || version != CURSOR_VERSION) {
        return RC_CORRUPT;
    }
    struct cursor read;
    read.seq = codec_get_u64(&reader); /* not in an initialiser: C leaves the order there open */
    read.crc = codec_get_u32(&reader);
    if (!codec_done(&reader)) {
        return RC_CORRUPT;
    }
    *cursor = read;
    return RC_OK;
}

enum rc cursor_put(struct store_txn *txn, const char *log, const struct cursor *cursor)
{
    unsigned char bytes[1 + 8 + 4 + 4];
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_seal_begin(&writer, CURSOR_VERSION);
    codec_put_u64(&writer, cursor->seq);
    codec_put_u32(&writer, cursor->crc);
    codec_seal_end(&writer);
    CHECK(!writer.failed);
    return store_put(txn, STORE_CURSOR, log, strlen(log), bytes, writer.used);
}
