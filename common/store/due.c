/* due: table STORE_DUE, whose key is the whole row, so that the first row is the next to fire.
 *
 * Rows are functions of the owner's records: putting one that is there and deleting one that is not
 * do nothing, which lets folding say where a deadline stands without asking where it stood. */
#include "common/store/due.h"

#include "common/base/check.h"
#include "common/base/codec.h"

#define KEY_BYTES (2u * CODEC_U64_BYTES + 1u)

/* Time first: the tree then is the order of firing. The id makes it unique, the kind says what
 * of it. */
static void key_write(const struct due *due, unsigned char key[KEY_BYTES])
{
    codec_set_u64(key, due->due_ms);
    codec_set_u64(key + CODEC_U64_BYTES, due->id);
    key[KEY_BYTES - 1] = due->kind;
}

static enum rc key_read(const struct store_walk *walk, struct due *due)
{
    if (store_walk_key(walk, KEY_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    *due = (struct due){.due_ms = codec_u64_at(walk->key),
                        .id = codec_u64_at(walk->key + CODEC_U64_BYTES),
                        .kind = walk->key[KEY_BYTES - 1]};
    return RC_OK;
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
    /* Gone already: the owner only says where its deadline does not stand any more. */
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc due_move(struct store_txn *txn, uint8_t kind, uint64_t id, uint64_t was_ms, uint64_t now_ms)
{
    CHECK(id != 0); /* a row of nobody would never be moved again */
    if (was_ms == now_ms) {
        return RC_OK;
    }
    const enum rc rc =
        was_ms == 0 ? RC_OK : due_del(txn, &(struct due){.due_ms = was_ms, .id = id, .kind = kind});
    return rc == RC_OK && now_ms != 0
               ? due_put(txn, &(struct due){.due_ms = now_ms, .id = id, .kind = kind})
               : rc;
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
    /* One look at the left edge: the cost does not grow with how many tickets wait. */
    if (rc == RC_OK) {
        rc = key_read(&walk, due);
    }
    store_walk_close(&walk);
    return rc;
}

enum rc due_collect(struct store_txn *txn, uint64_t now_ms, struct due *rows, size_t max,
                    size_t *count)
{
    CHECK(max > 0);
    struct store_walk walk;
    size_t found = 0;
    enum rc rc = store_walk_open(txn, STORE_DUE, NULL, 0, &walk);
    /* Collected before any fires: firing moves rows, which would end the walk. */
    while (rc == RC_OK && found < max) {
        struct due row;
        rc = key_read(&walk, &row);
        if (rc != RC_OK || row.due_ms > now_ms) {
            break;
        }
        CHECK(found == 0 || rows[found - 1].due_ms <= row.due_ms); /* the keys' order is time's */
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
