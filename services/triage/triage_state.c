/* triage_state: triage's records on disk. Owns the tables and the form of their keys; nobody else
 * writes to them. What must stay true: a desk row with a clock has its place in both orders and its
 * next moment among the deadlines, and no other has, so that nothing at the desk goes unseen. The rows below are stored: a change raises the version and keeps the old reader.
 */

#include "triage_state.h"

#include <assert.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/calendar/calendar.h"
#include "common/store/due.h"
#include "common/store/store_row.h"
#include "ticket.pb-c.h"

const char *const triage_tallies[TRIAGE_TALLY_COUNT + 1] = {COUNTERS_TRIAGE(COUNTER_NAME)};

/* ---- tickets ---- */

static const struct record_row extended_rows[] = {
    RECORD_VARINT(struct triage_ticket, outer_due_ms),
    RECORD_END,
};
static const struct record_row over_rows[] = {
    RECORD_U8_IN(struct triage_ticket, over, TRIAGE_OVER_NOT, TRIAGE_OVER_COUNT - 1),
    RECORD_END,
};
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
    RECORD_SINCE(2, extended_rows), /* nobody could extend it before */
    RECORD_SINCE(
        3, over_rows), /* it was not kept before; escalation sends back what is merged into it */
    RECORD_END,
};
static const struct record_format ticket_format = {
    .version = 3, .oldest = 1, .bytes = sizeof(struct triage_ticket), .rows = ticket_rows};

/* What binds a record beyond the bounds of its rows: its facts lie in one order, and only what a unit had
 * is over. */
static bool sound(const struct triage_ticket *record)
{
    return record->first_seq <= record->last_seq && record->decided_seq <= record->last_seq &&
           (record->over == TRIAGE_OVER_NOT || record->state == TRIAGE_ROUTED);
}

enum rc triage_state_get(struct store_txn *txn, uint64_t ticket, struct triage_ticket *record)
{
    struct triage_ticket read;
    const enum rc rc = store_row_get(txn, TRIAGE_TABLE_TICKET, ticket, &ticket_format, &read);
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
    return store_row_put(txn, TRIAGE_TABLE_TICKET, ticket, &ticket_format, record);
}

/* ---- the desk ---- */

static const struct record_row code_rows[] = {RECORD_ITEM_TEXT(CODE_BYTES_MAX + 1), RECORD_END};
static const struct record_row return_rows[] = {
    RECORD_U32(struct triage_desk, return_count),
    RECORD_END,
};
/* Of a row that came before clocks all is zero, which nothing else has: such a ticket gets its clock
 * when the site is next planned by. */
static const struct record_row clock_rows[] = {
    RECORD_U64(struct triage_desk, clock.start_ms),
    RECORD_U64_IN(struct triage_desk, clock.due_ms, 1, UINT64_MAX),
    RECORD_U64(struct triage_desk, clock.warn_ms),
    RECORD_VARINT(struct triage_desk, clock.amount_ms),
    RECORD_VARINT(struct triage_desk, clock.warn_amount_ms),
    RECORD_U8_IN(struct triage_desk, clock.unit, 1, CALENDAR_UNIT_COUNT - 1),
    RECORD_U8_IN(struct triage_desk, clock.start_rule, 1, CALENDAR_START_COUNT - 1),
    RECORD_U8_IN(struct triage_desk, clock.end_rule, 1, CALENDAR_END_COUNT - 1),
    RECORD_TEXT(struct triage_desk, clock.calendar),
    RECORD_BOOL(struct triage_desk, clock.warned),
    RECORD_U32(struct triage_desk, clock.alarms),
    RECORD_U64(struct triage_desk, clock.next_alarm_ms),
    RECORD_END,
};
static const struct record_row urgency_rows[] = {
    RECORD_U8_IN(struct triage_desk, urgency, 0, PAIDAN__URGENCY__URGENCY_EMERGENCY),
    RECORD_IF(struct triage_desk, urgency, clock_rows),
    RECORD_END,
};
static const struct record_row outer_rows[] = {
    RECORD_VARINT(struct triage_desk, outer_due_ms),
    RECORD_END,
};
static const struct record_row bound_rows[] = {
    RECORD_VARINT(struct triage_desk, clock.bound_ms),
    RECORD_END,
};
static const struct record_row raised_rows[] = {
    RECORD_U8_IN(struct triage_desk, raised, 0, PAIDAN__URGENCY__URGENCY_EMERGENCY),
    RECORD_U8_IN(struct triage_desk, own_urgency, 0, PAIDAN__URGENCY__URGENCY_EMERGENCY),
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
    RECORD_SINCE(3, urgency_rows),
    RECORD_SINCE(4, outer_rows), /* nobody could say one before */
    RECORD_SINCE(5, bound_rows), /* it did not bind the desk before */
    RECORD_SINCE(6, raised_rows),
    RECORD_END,
};
static const struct record_format desk_format = {
    .version = 6, .oldest = 1, .bytes = sizeof(struct triage_desk), .rows = desk_rows};

/* An alarm has a next one, later than the deadline. */
static bool sound_desk(const struct triage_desk *record)
{
    const struct triage_clock *clock = &record->clock;
    return clock->alarms == 0 ? clock->next_alarm_ms == 0 : clock->next_alarm_ms > clock->due_ms;
}

enum rc triage_state_desk_read(const struct store_walk *walk, uint64_t *ticket,
                               struct triage_desk *record)
{
    if (store_walk_key(walk, CODEC_U64_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    *ticket = codec_u64_at(walk->key);
    const enum rc rc = record_read(&desk_format, walk->value, walk->value_bytes, record);
    return rc == RC_OK && !sound_desk(record) ? RC_CORRUPT : rc;
}

/* After the last number there is none: the walk finds at most that ticket itself, which no day
 * can give. */
enum rc triage_state_desk_walk(struct store_txn *txn, uint64_t after, struct store_walk *walk)
{
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, after == UINT64_MAX ? after : after + 1);
    return store_walk_open(txn, TRIAGE_TABLE_DESK, key, sizeof key, walk);
}

enum rc triage_state_desk_walk_last(struct store_txn *txn, uint64_t before, struct store_walk *walk)
{
    CHECK(before > 0);
    unsigned char key[CODEC_U64_BYTES];
    codec_set_u64(key, before - 1);
    return store_walk_open_last(txn, TRIAGE_TABLE_DESK, key, sizeof key, walk);
}

enum rc triage_state_desk_get(struct store_txn *txn, uint64_t ticket, struct triage_desk *record)
{
    const enum rc rc = store_row_get(txn, TRIAGE_TABLE_DESK, ticket, &desk_format, record);
    return rc == RC_OK && !sound_desk(record) ? RC_CORRUPT : rc;
}

/* One proposal and no doubt about it. Of a return that is what the ticket was given by. */
const char *triage_state_category(const struct triage_desk *desk)
{
    const uint32_t doubts = 1u << PAIDAN__DESK_REASON__DESK_NO_CATEGORY |
                            1u << PAIDAN__DESK_REASON__DESK_AMBIGUOUS_CATEGORY |
                            1u << PAIDAN__DESK_REASON__DESK_UNSURE |
                            1u << PAIDAN__DESK_REASON__DESK_UNREADABLE |
                            1u << PAIDAN__DESK_REASON__DESK_SPLIT;
    CHECK(desk->category_count <= TRIAGE_PROPOSALS_MAX);
    return (desk->reasons & doubts) == 0 && desk->category_count == 1 ? desk->categories[0] : "";
}

const char *triage_state_area(const struct triage_desk *desk)
{
    const uint32_t doubts =
        1u << PAIDAN__DESK_REASON__DESK_NO_PLACE | 1u << PAIDAN__DESK_REASON__DESK_AMBIGUOUS_PLACE;
    CHECK(desk->area_count <= TRIAGE_PROPOSALS_MAX);
    return (desk->reasons & doubts) == 0 && desk->area_count == 1 ? desk->areas[0] : "";
}

/* ---- places of a desk row: orders and deadline ---- */

uint64_t triage_state_next(const struct triage_clock *clock)
{
    CHECK(clock->alarms == 0 || clock->next_alarm_ms > clock->due_ms);
    if (clock->alarms > 0) {
        return clock->next_alarm_ms;
    }
    return !clock->warned && clock->warn_ms != 0 && clock->warn_ms < clock->due_ms ? clock->warn_ms
                                                                                   : clock->due_ms;
}

static void order_key(enum triage_order order, uint64_t ms, uint64_t ticket,
                      unsigned char key[TRIAGE_ORDER_BYTES])
{
    key[0] = (unsigned char)order;
    codec_set_u64(key + 1, ms);
    codec_set_u64(key + 1 + CODEC_U64_BYTES, ticket);
}

enum rc triage_state_order_walk(struct store_txn *txn, enum triage_order order, uint64_t ms,
                                uint64_t ticket, struct store_walk *walk)
{
    unsigned char key[TRIAGE_ORDER_BYTES];
    order_key(order, ms, ticket, key);
    return store_walk_open(txn, TRIAGE_TABLE_ORDER, key, sizeof key, walk);
}

enum rc triage_state_order_read(const struct store_walk *walk, enum triage_order order,
                                uint64_t *ms, uint64_t *ticket)
{
    if (store_walk_key(walk, TRIAGE_ORDER_BYTES) != RC_OK) {
        return RC_CORRUPT;
    }
    if (walk->key[0] != (unsigned char)order) {
        return RC_NOT_FOUND;
    }
    *ms = codec_u64_at(walk->key + 1);
    *ticket = codec_u64_at(walk->key + 1 + CODEC_U64_BYTES);
    return RC_OK;
}

bool triage_state_recalled(const struct triage_desk *desk)
{
    CHECK(desk->since_ms != 0);
    const uint32_t in_hand =
        1u << PAIDAN__DESK_REASON__DESK_RECALLED | 1u << PAIDAN__DESK_REASON__DESK_UNMERGED;
    return (desk->reasons & in_hand) != 0;
}

static struct due row_of(uint64_t ticket, const struct triage_desk *desk)
{
    CHECK(desk->clock.due_ms != 0);
    return (struct due){.due_ms = triage_state_next(&desk->clock),
                        .id = ticket,
                        .kind = (uint8_t)PAIDAN__CLOCK__CLOCK_DESK};
}

/* A row without a clock has no places to leave. */
static enum rc leave_places(struct store_txn *txn, uint64_t ticket, const struct triage_desk *desk)
{
    if (desk->clock.due_ms == 0) {
        return RC_OK;
    }
    unsigned char key[TRIAGE_ORDER_BYTES];
    const struct due row = row_of(ticket, desk);
    order_key(TRIAGE_BY_DUE, desk->clock.due_ms, ticket, key);
    enum rc rc = store_del(txn, TRIAGE_TABLE_ORDER, key, sizeof key);
    if (rc == RC_OK) {
        order_key(TRIAGE_BY_SINCE, desk->since_ms, ticket, key);
        rc = store_del(txn, TRIAGE_TABLE_ORDER, key, sizeof key);
    }
    if (rc == RC_OK && triage_state_recalled(desk)) {
        order_key(TRIAGE_RECALLED, desk->since_ms, ticket, key);
        rc = store_del(txn, TRIAGE_TABLE_ORDER, key, sizeof key);
    }
    if (rc == RC_OK) {
        rc = due_del(txn, &row);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

static enum rc take_places(struct store_txn *txn, uint64_t ticket, const struct triage_desk *desk)
{
    if (desk->clock.due_ms == 0) {
        return RC_OK;
    }
    unsigned char key[TRIAGE_ORDER_BYTES];
    const struct due row = row_of(ticket, desk);
    order_key(TRIAGE_BY_DUE, desk->clock.due_ms, ticket, key);
    enum rc rc = store_put(txn, TRIAGE_TABLE_ORDER, key, sizeof key, NULL, 0);
    if (rc == RC_OK) {
        order_key(TRIAGE_BY_SINCE, desk->since_ms, ticket, key);
        rc = store_put(txn, TRIAGE_TABLE_ORDER, key, sizeof key, NULL, 0);
    }
    if (rc == RC_OK && triage_state_recalled(desk)) {
        order_key(TRIAGE_RECALLED, desk->since_ms, ticket, key);
        rc = store_put(txn, TRIAGE_TABLE_ORDER, key, sizeof key, NULL, 0);
    }
    return rc == RC_OK ? due_put(txn, &row) : rc;
}

enum rc triage_state_desk_put(struct store_txn *txn, uint64_t ticket,
                              const struct triage_desk *before, const struct triage_desk *record)
{
    CHECK(ticket != 0);
    CHECK((record->urgency != 0) == (record->clock.due_ms != 0)); /* one tells of the other */
    CHECK(sound_desk(record));
    enum rc rc = before == NULL ? RC_OK : leave_places(txn, ticket, before);
    if (rc == RC_OK) {
        rc = store_row_put(txn, TRIAGE_TABLE_DESK, ticket, &desk_format, record);
    }
    return rc == RC_OK ? take_places(txn, ticket, record) : rc;
}

enum rc triage_state_desk_del(struct store_txn *txn, uint64_t ticket,
                              const struct triage_desk *record)
{
    CHECK(ticket != 0);
    const enum rc rc = store_row_del(txn, TRIAGE_TABLE_DESK, ticket);
    return rc == RC_OK ? leave_places(txn, ticket, record) : rc;
}
