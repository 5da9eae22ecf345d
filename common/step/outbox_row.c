/* outbox_row: what an outbox keeps, and under which keys.
 *
 *   out        delivery u64                      -> struct outbox_delivery, sealed
 *   out_line   to u64, line u64, delivery u64    -> empty: every one that waits
 *   out_ready  to u64, next_ms u64, delivery u64 -> empty: the first of every line
 *   out_dead   to u64, delivery u64              -> empty: every one that is dead
 *   out_to     to u64                            -> struct outbox_to, sealed
 *   due        until_ms, delivery, due_kind      -> empty: every one that waits
 *
 * `to` is the step_key of the destination's name. Owns no rule: which rows there must be is said in
 * outbox.c. */
#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "common/base/record.h"
#include "common/step/outbox_private.h"

static_assert(OUTBOX_TABLE_TO + 1 == OUTBOX_TABLES, "one name each");

/* The seq is the key. */
static const struct record_row delivery_rows[] = {
    RECORD_BOOL(struct outbox_delivery, dead),
    RECORD_VARINT(struct outbox_delivery, of),
    RECORD_VARINT(struct outbox_delivery, line),
    RECORD_U64(struct outbox_delivery, asked_ms),
    RECORD_U64(struct outbox_delivery, until_ms),
    RECORD_U64(struct outbox_delivery, next_ms),
    RECORD_VARINT(struct outbox_delivery, attempts),
    RECORD_TEXT(struct outbox_delivery, to),
    RECORD_END,
};
static const struct record_format delivery_format = {
    .version = 1, .bytes = sizeof(struct outbox_delivery), .rows = delivery_rows};

/* Of version 1 nothing was known but that it failed. */
static const struct record_row to_last_rows[] = {
    RECORD_U64(struct outbox_to, failed_ms),
    RECORD_U64(struct outbox_to, sent_ms),
    RECORD_LONG_TEXT(struct outbox_to, reason),
    RECORD_END,
};
static const struct record_row to_rows[] = {
    RECORD_U32(struct outbox_to, failures),
    RECORD_U64(struct outbox_to, rest_until_ms),
    RECORD_VARINT(struct outbox_to, waiting),
    RECORD_VARINT(struct outbox_to, dead),
    RECORD_TEXT(struct outbox_to, name),
    RECORD_SINCE(2, to_last_rows),
    RECORD_END,
};
static const struct record_format to_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct outbox_to), .rows = to_rows};

unsigned outbox_table(const struct outbox *outbox, enum outbox_table table)
{
    CHECK(outbox->table >= STORE_SERVICE);
    CHECK(table < OUTBOX_TABLES);
    return outbox->table + (unsigned)table;
}

size_t outbox_key_write(unsigned char key[OUTBOX_KEY_MAX], const uint64_t *numbers, size_t count)
{
    CHECK(count >= 1);
    CHECK(count * 8 <= OUTBOX_KEY_MAX);
    for (size_t index = 0; index < count; index++) {
        codec_set_u64(key + 8 * index, numbers[index]);
    }
    return 8 * count;
}

bool outbox_key_read(const struct store_walk *walk, uint64_t *numbers, size_t count)
{
    CHECK(count * 8 <= OUTBOX_KEY_MAX);
    if (walk->key_bytes != 8 * count) {
        return false;
    }
    for (size_t index = 0; index < count; index++) {
        numbers[index] = codec_u64_at(walk->key + 8 * index);
    }
    return true;
}

enum rc outbox_get(struct store_txn *txn, const struct outbox *outbox, uint64_t delivery,
                   struct outbox_delivery *row)
{
    CHECK(delivery > 0);
    unsigned char key[OUTBOX_KEY_MAX];
    struct outbox_delivery read;
    const size_t size = outbox_key_write(key, &delivery, 1);
    const enum rc rc = store_get_record(txn, outbox_table(outbox, OUTBOX_TABLE_OUT), key, size,
                                        &delivery_format, &read);
    if (rc == RC_OK) {
        *row = read;
        row->seq = delivery;
    }
    return rc;
}

enum rc outbox_put(struct store_txn *txn, const struct outbox *outbox,
                   const struct outbox_delivery *row)
{
    CHECK(row->seq > 0);
    CHECK(row->asked_ms <= row->until_ms);
    unsigned char key[OUTBOX_KEY_MAX];
    const size_t size = outbox_key_write(key, &row->seq, 1);
    return store_put_record(txn, outbox_table(outbox, OUTBOX_TABLE_OUT), key, size,
                            &delivery_format, row);
}

bool outbox_to_read(const struct store_walk *walk, struct outbox_to *row)
{
    return record_read(&to_format, walk->value, walk->value_bytes, row) == RC_OK;
}

enum rc outbox_to_get(struct store_txn *txn, const struct outbox *outbox, const char *name,
                      struct outbox_to *row)
{
    CHECK(name[0] != '\0');
    unsigned char key[OUTBOX_KEY_MAX];
    struct outbox_to read;
    const uint64_t to = step_key(name);
    const size_t size = outbox_key_write(key, &to, 1);
    const enum rc rc =
        store_get_record(txn, outbox_table(outbox, OUTBOX_TABLE_TO), key, size, &to_format, &read);
    if (rc != RC_OK) {
        return rc;
    }
    /* Two names of one key: 2^-64 a pair, but then one must not be taken for the other. */
    if (strcmp(read.name, name) != 0) {
        return RC_CORRUPT;
    }
    *row = read;
    return RC_OK;
}

enum rc outbox_to_put(struct store_txn *txn, const struct outbox *outbox,
                      const struct outbox_to *row)
{
    CHECK(row->name[0] != '\0');
    CHECK(row->rest_until_ms == 0 || row->failures > 0);
    unsigned char key[OUTBOX_KEY_MAX];
    const uint64_t to = step_key(row->name);
    const size_t size = outbox_key_write(key, &to, 1);
    return store_put_record(txn, outbox_table(outbox, OUTBOX_TABLE_TO), key, size, &to_format, row);
}

/* ---- looking ---- */

static bool wanted(const struct outbox_query *query, const struct outbox_delivery *row)
{
    CHECK(row->seq > query->after);
    return (query->to == NULL || strcmp(query->to, row->to) == 0) && (!query->dead || row->dead);
}

enum rc outbox_list(struct store_txn *txn, const struct outbox *outbox,
                    const struct outbox_query *query, struct outbox_delivery *rows, size_t max,
                    size_t *count, uint64_t *next)
{
    CHECK(rows != NULL);
    CHECK(max > 0);
    struct store_walk walk;
    unsigned char key[OUTBOX_KEY_MAX];
    size_t found = 0, looked = 0;
    uint64_t seq = query->after == UINT64_MAX ? UINT64_MAX : query->after + 1, last = 0;
    const size_t size = outbox_key_write(key, &seq, 1);
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_OUT), key, size, &walk);
    while (rc == RC_OK && found < max && looked < OUTBOX_LOOK_MAX) {
        struct outbox_delivery *const row = &rows[found];
        if (!outbox_key_read(&walk, &seq, 1) ||
            record_read(&delivery_format, walk.value, walk.value_bytes, row) != RC_OK) {
            rc = RC_CORRUPT;
            break;
        }
        row->seq = seq;
        found += wanted(query, row) ? 1 : 0;
        last = seq;
        looked++;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *count = found;
    *next = rc == RC_OK ? last : 0;
    return RC_OK;
}

enum rc outbox_destinations(struct store_txn *txn, const struct outbox *outbox,
                            struct outbox_to *rows, size_t max, size_t *count)
{
    CHECK(rows != NULL);
    struct store_walk walk;
    size_t found = 0;
    enum rc rc = store_walk_open(txn, outbox_table(outbox, OUTBOX_TABLE_TO), NULL, 0, &walk);
    while (rc == RC_OK && found < max) {
        if (!outbox_to_read(&walk, &rows[found])) {
            rc = RC_CORRUPT;
            break;
        }
        found++;
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    *count = found;
    return RC_OK;
}
