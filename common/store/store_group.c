/* store_group: the rows of groups. Owns the form of their keys, and that groups stay one level deep: whoever
 * enters is no head, and whoever is entered into no member. All rows are keys alone, so nothing of them can be
 * damaged but the keys, whose length is asked for. */
#include "common/store/store_group.h"

#include "common/base/check.h"
#include "common/base/codec.h"

enum { KEY_BYTES = 3 * CODEC_U64_BYTES };

static void key_of(uint64_t first, uint64_t second, uint64_t third, unsigned char key[KEY_BYTES])
{
    CHECK(second != 0 || third == 0);
    codec_set_u64(key, first);
    codec_set_u64(key + CODEC_U64_BYTES, second);
    codec_set_u64(key + (size_t)2 * CODEC_U64_BYTES, third);
}

/* The walk at the first key that is not below it, if that begins with `first`. */
static enum rc seek(struct store_txn *txn, unsigned table, const unsigned char key[KEY_BYTES],
                    uint64_t first, struct store_walk *walk)
{
    enum rc rc = store_walk_open(txn, table, key, KEY_BYTES, walk);
    if (rc == RC_OK && store_walk_key(walk, KEY_BYTES) != RC_OK) {
        rc = RC_CORRUPT;
    }
    return rc == RC_OK && codec_u64_at(walk->key) != first ? RC_NOT_FOUND : rc;
}

enum rc store_group_head(struct store_txn *txn, unsigned table, uint64_t member, uint64_t *head)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    CHECK(member != 0);
    CHECK(table >= STORE_SERVICE);
    key_of(0, member, 0, key);
    enum rc rc = seek(txn, table, key, 0, &walk);
    if (rc == RC_OK && codec_u64_at(walk.key + CODEC_U64_BYTES) != member) {
        rc = RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        *head = codec_u64_at(walk.key + (size_t)2 * CODEC_U64_BYTES);
        rc = *head == 0 ? RC_CORRUPT : RC_OK;
    }
    store_walk_close(&walk);
    return rc;
}

enum rc store_group_members(struct store_txn *txn, unsigned table, uint64_t head, uint64_t after,
                            size_t max, uint64_t *members, size_t *count)
{
    unsigned char key[KEY_BYTES];
    struct store_walk walk;
    CHECK(head != 0);
    CHECK(max > 0);
    *count = 0;
    if (after == UINT64_MAX) {
        return RC_OK;
    }
    key_of(head, after + 1, 0, key);
    enum rc rc = seek(txn, table, key, head, &walk);
    while (rc == RC_OK && *count < max) {
        if (members != NULL) {
            members[*count] = codec_u64_at(walk.key + CODEC_U64_BYTES);
        }
        (*count)++;
        rc = store_walk_next(&walk);
        if (rc == RC_OK && store_walk_key(&walk, KEY_BYTES) != RC_OK) {
            rc = RC_CORRUPT;
        } else if (rc == RC_OK && codec_u64_at(walk.key) != head) {
            rc = RC_NOT_FOUND;
        }
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whether it heads any. */
static enum rc heads(struct store_txn *txn, unsigned table, uint64_t ticket, bool *any)
{
    size_t count = 0;
    const enum rc rc = store_group_members(txn, table, ticket, 0, 1, NULL, &count);
    *any = count > 0;
    return rc;
}

enum rc store_group_enter(struct store_txn *txn, unsigned table, uint64_t head, uint64_t member)
{
    unsigned char key[KEY_BYTES];
    uint64_t of = 0;
    bool any = false;
    CHECK(head != 0);
    CHECK(member != 0);
    CHECK(head != member);
    enum rc rc = store_group_head(txn, table, member, &of);
    if (rc != RC_NOT_FOUND) {
        return rc == RC_OK ? RC_EXISTS : rc;
    }
    rc = store_group_head(txn, table, head, &of);
    if (rc != RC_NOT_FOUND) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    rc = heads(txn, table, member, &any);
    if (rc != RC_OK || any) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    key_of(0, member, head, key);
    rc = store_put(txn, table, key, sizeof key, NULL, 0);
    if (rc == RC_OK) {
        key_of(head, member, 0, key);
        rc = store_put(txn, table, key, sizeof key, NULL, 0);
    }
    return rc;
}

enum rc store_group_leave(struct store_txn *txn, unsigned table, uint64_t member, uint64_t *head)
{
    unsigned char key[KEY_BYTES];
    enum rc rc = store_group_head(txn, table, member, head);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(*head != member);
    key_of(0, member, *head, key);
    rc = store_del(txn, table, key, sizeof key);
    if (rc == RC_OK) {
        key_of(*head, member, 0, key);
        rc = store_del(txn, table, key, sizeof key);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* both rows, or none */
}
