/* triage_state: triage's records on disk. Owns both tables and the form of their keys; nobody else
 * writes to them. The rows below are stored: a change raises the version and keeps the old reader.
 */

#include "triage_state.h"

#include <assert.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"

const char *const triage_tallies[TRIAGE_TALLY_COUNT + 1] = {COUNTERS_TRIAGE(COUNTER_NAME)};

/* ---- tickets ---- */

static const struct record_row ticket_rows[] = {
    RECORD_U8_IN(struct triage_ticket, state, TRIAGE_NONE + 1, TRIAGE_STATE_COUNT - 1),
    RECORD_BOOL(struct triage_ticket, by_desk),
    RECORD_VARINT(struct triage_ticket, reasons),
    RECORD_VARINT_IN(struct triage_ticket, first_seq, 1, UINT64_MAX),
    RECORD_DELTA(struct triage_ticket, last_seq, first_seq),
    RECORD_VARINT(struct triage_ticket, decided_seq),
    RECORD_TEXT(struct triage_ticket, category),
    RECORD_TEXT(struct triage_ticket, area),
    RECORD_TEXT(struct triage_ticket, unit),
    RECORD_END,
};
static const struct record_format ticket_format = {
    .version = 1, .bytes = sizeof(struct triage_ticket), .rows = ticket_rows};

/* What binds a record beyond the bounds of its rows: its facts lie in one order. */
static bool sound(const struct triage_ticket *record)
{
    return record->first_seq <= record->last_seq && record->decided_seq <= record->last_seq;
}

enum rc triage_state_get(struct store_txn *txn, uint64_t ticket, struct triage_ticket *record)
{
    unsigned char key[CODEC_U64_BYTES];
    struct triage_ticket read;
    codec_set_u64(key, ticket);
    const enum rc rc =
        store_get_record(txn, TRIAGE_TABLE_TICKET, key, sizeof key, &ticket_format, &read);
    if (rc != RC_OK) {
        /* No row, or no store to read it from. */
        return rc; /* record is untouched: callers begin with a ticket in no state */
    }
    if (!sound(&read)) {
        return RC_CORRUPT;
    }
    *record = read;
    return RC_OK;
}

enum rc triage_state_put(struct store_txn *txn, uint64_t ticket, const struct triage_ticket *record)
{
    CHECK(ticket != 0);
    CHECK(sound(record));
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_put_record(txn, TRIAGE_TABLE_TICKET, key, sizeof key, &ticket_format, record);
}

/* ---- the desk ---- */

static const struct record_row code_rows[] = {RECORD_ITEM_TEXT(CODE_BYTES_MAX + 1), RECORD_END};
static const struct record_row return_rows[] = {
    RECORD_U32(struct triage_desk, return_count),
    RECORD_END,
};
static const struct record_row desk_rows[] = {
    RECORD_U64(struct triage_desk, since_ms),
    RECORD_U64(struct triage_desk, registered_ms),
    RECORD_U32(struct triage_desk, reasons),
    RECORD_U32(struct triage_desk, chases),
    RECORD_LIST(struct triage_desk, category_count, categories, TRIAGE_PROPOSALS_MAX, code_rows),
    RECORD_LIST(struct triage_desk, area_count, areas, TRIAGE_PROPOSALS_MAX, code_rows),
    RECORD_TEXT(struct triage_desk, unit),
    RECORD_TEXT(struct triage_desk, channel),
    RECORD_TEXT(struct triage_desk, title),
    RECORD_LONG_TEXT(struct triage_desk, note),
    RECORD_SINCE(2, return_rows), /* returns that came before cannot be told apart by it */
    RECORD_END,
};
static const struct record_format desk_format = {
    .version = 2, .oldest = 1, .bytes = sizeof(struct triage_desk), .rows = desk_rows};

enum rc triage_state_desk_read(const struct store_walk *walk, uint64_t *ticket,
                               struct triage_desk *record)
{
    if (store_walk_key(walk, CODEC_U64_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    *ticket = codec_u64_at(walk->key);
    return record_read(&desk_format, walk->value, walk->value_bytes, record);
}

/* After the last number there is none: the walk finds at most that ticket itself, which no day
 * can give. */
enum rc triage_state_desk_walk(struct store_txn *txn, uint64_t after, struct store_walk *walk)
{
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, after == UINT64_MAX ? after : after + 1);
    return store_walk_open(txn, TRIAGE_TABLE_DESK, key, sizeof key, walk);
}

enum rc triage_state_desk_get(struct store_txn *txn, uint64_t ticket, struct triage_desk *record)
{
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_get_record(txn, TRIAGE_TABLE_DESK, key, sizeof key, &desk_format, record);
}

enum rc triage_state_desk_put(struct store_txn *txn, uint64_t ticket,
                              const struct triage_desk *record)
{
    CHECK(ticket != 0);
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_put_record(txn, TRIAGE_TABLE_DESK, key, sizeof key, &desk_format, record);
}

enum rc triage_state_desk_del(struct store_txn *txn, uint64_t ticket)
{
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, ticket);
    return store_del(txn, TRIAGE_TABLE_DESK, key, sizeof key);
}
