/* due: table STORE_DUE. */
#include "common/store/due.h"

#include "common/base/check.h"
#include "common/base/codec.h"

#define KEY_BYTES 17u

static void key_write(const struct due *due, unsigned char key[KEY_BYTES])
{
    struct codec_writer writer;
    codec_writer_init(&writer, key, KEY_BYTES);
    codec_put_u64(&writer, due->due_ms);
    codec_put_u64(&writer, due->id);
    codec_put_u8(&writer, due->kind);
    CHECK(!writer.failed);
    CHECK(writer.used == KEY_BYTES);
}

static enum rc key_read(const struct store_walk *walk, struct due *due)
{
    struct codec_reader reader;
    codec_reader_init(&reader, walk->key, walk->key_bytes);
    due->due_ms = codec_get_u64(&reader);
    due->id = codec_get_u64(&reader);
    due->kind = codec_get_u8(&reader);
    return codec_done(&reader) ? RC_OK : RC_CORRUPT;
}

enum rc due_put(struct store_txn *txn, const struct due *due)
{
    unsigned char key[KEY_BYTES];
    key_write(due, key);
    return store_put(txn, STORE_DUE, key, sizeof key, NULL, 0);
}

enum rc due_del(struct store_txn *txn, const struct due *due)
{
    unsigned char key[KEY_BYTES];
    key_write(due, key);
    const enum rc rc = store_del(txn, STORE_DUE, key, sizeof key);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc due_has(struct store_txn *txn, const struct due *due)
{
    unsigned char key[KEY_BYTES];
    const void *value = NULL;
    size_t bytes = 0;
    key_write(due, key);
    return store_get(txn, STORE_DUE, key, sizeof key, &value, &bytes);
}

enum rc due_first(struct store_txn *txn, struct due *due)
{
    struct store_walk walk;
    enum rc rc = store_walk_open(txn, STORE_DUE, NULL, 0, &walk);
    if (rc == RC_OK) {
        rc = key_read(&walk, due);
    }
    store_walk_close(&walk);
    return rc;
}

enum rc due_collect(struct store_txn *txn, uint64_t now_ms, struct due *rows, size_t max,
                    size_t *count)
{
    struct store_walk walk;
    size_t found = 0;
    enum rc rc = store_walk_open(txn, STORE_DUE, NULL, 0, &walk);
    while (rc == RC_OK && found < max) {
        struct due row;
        rc = key_read(&walk, &row);
        if (rc != RC_OK || row.due_ms > now_ms) {
            break;
        }
        rows[found++] = row;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *count = found;
    return RC_OK;
}
