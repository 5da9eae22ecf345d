/* triage_state: what triage stores is the same bytes as ever, and what no triage has written is
 * refused. */

#include "triage_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/store/due.h"
#include "stored.h"
#include "triage.h"

#define BASE_MS 1795309200000ull

static void fill(char *field, size_t size, char letter)
{
    memset(field, letter, size - 1);
    field[size - 1] = '\0';
}

static struct triage_ticket plain(void)
{
    return (struct triage_ticket){
        .state = TRIAGE_DESK_NEW, .reasons = 3, .first_seq = 5, .last_seq = 5};
}

static struct triage_ticket widest(void)
{
    struct triage_ticket record = {.state = TRIAGE_ENDED,
                                   .by_desk = true,
                                   .reasons = UINT32_MAX,
                                   .first_seq = 70000,
                                   .last_seq = UINT64_MAX - 1,
                                   .decided_seq = UINT64_MAX - 2,
                                   .outer_due_ms = UINT64_MAX - 3};
    fill(record.category, sizeof record.category, 'c');
    fill(record.area, sizeof record.area, 'a');
    fill(record.unit, sizeof record.unit, 'u');
    return record;
}

static struct triage_desk widest_desk(void)
{
    struct triage_desk record = {.since_ms = BASE_MS,
                                 .registered_ms = BASE_MS - 1,
                                 .outer_due_ms = UINT64_MAX - 2,
                                 .reasons = 0x01020304,
                                 .raised = 3,
                                 .own_urgency = 2,
                                 .chases = 0x05060708,
                                 .return_count = 0x090a0b0c,
                                 .category_count = 3,
                                 .area_count = 2,
                                 .urgency = PAIDAN__URGENCY__URGENCY_EMERGENCY,
                                 .clock = {.start_ms = BASE_MS,
                                           .due_ms = BASE_MS + 5,
                                           .warn_ms = BASE_MS + 4,
                                           .amount_ms = UINT64_MAX,
                                           .warn_amount_ms = UINT64_MAX - 1,
                                           .unit = 3,
                                           .start_rule = 2,
                                           .end_rule = 2,
                                           .warned = true,
                                           .alarms = 0x0a0b0c0d,
                                           .next_alarm_ms = BASE_MS + 6,
                                           .bound_ms = UINT64_MAX - 4}};
    for (unsigned index = 0; index < 3; index++) {
        fill(record.categories[index], sizeof record.categories[0] - index, 'c');
        fill(record.areas[index], sizeof record.areas[0] - index, 'a');
    }
    fill(record.unit, sizeof record.unit, 'u');
    fill(record.channel, sizeof record.channel, 'h');
    fill(record.title, sizeof record.title, 't');
    fill(record.note, sizeof record.note, 'n');
    fill(record.clock.calendar, sizeof record.clock.calendar, 'k');
    return record;
}

static void assert_ticket_equal(struct store_txn *txn, const struct triage_ticket *record)
{
    struct triage_ticket read;
    assert_int_equal(triage_state_get(txn, STORED_ID, &read), RC_OK);
    assert_int_equal(read.state, record->state);
    assert_int_equal(read.over, record->over);
    assert_int_equal(read.by_desk, record->by_desk);
    assert_int_equal(read.reasons, record->reasons);
    assert_int_equal(read.first_seq, record->first_seq);
    assert_int_equal(read.last_seq, record->last_seq);
    assert_int_equal(read.decided_seq, record->decided_seq);
    assert_string_equal(read.category, record->category);
    assert_string_equal(read.area, record->area);
    assert_string_equal(read.unit, record->unit);
    assert_int_equal(read.outer_due_ms, record->outer_due_ms);
}

static void assert_desk_equal(struct store_txn *txn, const struct triage_desk *record)
{
    struct triage_desk read;
    assert_int_equal(triage_state_desk_get(txn, STORED_ID, &read), RC_OK);
    assert_int_equal(read.since_ms, record->since_ms);
    assert_int_equal(read.registered_ms, record->registered_ms);
    assert_int_equal(read.outer_due_ms, record->outer_due_ms);
    assert_int_equal(read.clock.bound_ms, record->clock.bound_ms);
    assert_int_equal(read.reasons, record->reasons);
    assert_int_equal(read.chases, record->chases);
    assert_int_equal(read.return_count, record->return_count);
    assert_int_equal(read.category_count, record->category_count);
    assert_int_equal(read.area_count, record->area_count);
    for (unsigned index = 0; index < record->category_count; index++) {
        assert_string_equal(read.categories[index], record->categories[index]);
    }
    for (unsigned index = 0; index < record->area_count; index++) {
        assert_string_equal(read.areas[index], record->areas[index]);
    }
    assert_string_equal(read.unit, record->unit);
    assert_string_equal(read.channel, record->channel);
    assert_string_equal(read.title, record->title);
    assert_string_equal(read.note, record->note);
    assert_int_equal(read.urgency, record->urgency);
    assert_int_equal(read.raised, record->raised);
    assert_int_equal(read.own_urgency, record->own_urgency);
    assert_memory_equal(&read.clock, &record->clock, sizeof read.clock);
}

static void test_records_when_stored_then_the_bytes_of_the_first_version(void **context)
{
    (void)context;
    struct stored stored;
    stored_open(&stored, &triage_service);
    struct triage_ticket record = plain();
    assert_int_equal(triage_state_put(stored.txn, STORED_ID, &record), RC_OK);
    stored_say(&stored, TRIAGE_TABLE_TICKET, "ticket: at the desk");
    assert_ticket_equal(stored.txn, &record);
    record = widest();
    assert_int_equal(triage_state_put(stored.txn, STORED_ID, &record), RC_OK);
    stored_say(&stored, TRIAGE_TABLE_TICKET, "ticket: all of it");
    assert_ticket_equal(stored.txn, &record);
    record = plain();
    record.state = TRIAGE_ROUTED;
    record.over = TRIAGE_OVER_WITHDRAWN;
    assert_int_equal(triage_state_put(stored.txn, STORED_ID, &record), RC_OK);
    stored_say(&stored, TRIAGE_TABLE_TICKET, "ticket: over");
    assert_ticket_equal(stored.txn, &record);
    struct triage_desk desk = {.since_ms = BASE_MS};
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, NULL, &desk), RC_OK);
    stored_say(&stored, TRIAGE_TABLE_DESK, "desk: nothing known");
    assert_desk_equal(stored.txn, &desk);
    desk = widest_desk();
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, NULL, &desk), RC_OK);
    stored_say(&stored, TRIAGE_TABLE_DESK, "desk: all of it");
    assert_desk_equal(stored.txn, &desk);
    /* Version 5 ended before a burst could raise it, version 4 before that bound the clock, version 3 before the deadline from above, version 2 before urgency and clock, version 1 before the count of returns. */
    enum {
        CLOCK_BYTES = 1 + 3 * 8 + 2 * 10 + 3 + (1 + CODE_BYTES_MAX) + 1 + 4 + 8,
        RETURNS = 4,
        OUTER = 10,
        BOUND = 10,
        RAISED = 2
    };
    unsigned char bytes[4096];
    const size_t size = stored_fields(&stored, TRIAGE_TABLE_DESK, bytes, sizeof bytes) - RAISED;
    assert_int_equal(triage_state_desk_del(stored.txn, STORED_ID, &desk), RC_OK);
    stored_put(&stored, TRIAGE_TABLE_DESK, 5, bytes, size);
    desk.raised = 0;
    desk.own_urgency = 0;
    assert_desk_equal(stored.txn, &desk);
    stored_put(&stored, TRIAGE_TABLE_DESK, 4, bytes, size - BOUND);
    desk.clock.bound_ms = 0;
    assert_desk_equal(stored.txn, &desk);
    stored_put(&stored, TRIAGE_TABLE_DESK, 3, bytes, size - BOUND - OUTER);
    desk.outer_due_ms = 0;
    assert_desk_equal(stored.txn, &desk);
    stored_put(&stored, TRIAGE_TABLE_DESK, 2, bytes, size - BOUND - OUTER - CLOCK_BYTES);
    desk.urgency = 0;
    memset(&desk.clock, 0, sizeof desk.clock);
    assert_desk_equal(stored.txn, &desk);
    stored_put(&stored, TRIAGE_TABLE_DESK, 1, bytes, size - BOUND - OUTER - CLOCK_BYTES - RETURNS);
    desk.return_count = 0;
    assert_desk_equal(stored.txn, &desk);
    assert_int_equal(triage_state_desk_del(stored.txn, STORED_ID, &desk), RC_OK);
    assert_int_equal(triage_state_desk_del(stored.txn, STORED_ID, &desk), RC_NOT_FOUND);
    stored_close(&stored, "triage_stored");
}

static enum rc read_ticket(struct stored *stored, unsigned version, const unsigned char *bytes,
                           size_t size)
{
    struct triage_ticket read;
    stored_put(stored, TRIAGE_TABLE_TICKET, version, bytes, size);
    return triage_state_get(stored->txn, STORED_ID, &read);
}

static void test_ticket_when_a_field_cannot_be_then_corrupt(void **context)
{
    (void)context;
    enum { STATE, BY_DESK, REASONS, FIRST, LATER, DECIDED, CATEGORY, OVER = CATEGORY + 4 };
    struct stored stored;
    unsigned char good[64], bad[64];
    const struct triage_ticket record = plain();
    stored_open(&stored, &triage_service);
    assert_int_equal(triage_state_put(stored.txn, STORED_ID, &record), RC_OK);
    const size_t size = stored_fields(&stored, TRIAGE_TABLE_TICKET, good, sizeof good);
    assert_int_equal(size, OVER + 1);
    assert_int_equal(read_ticket(&stored, 3, good, size), RC_OK);
    /* Version 1 ended before the deadline from above could be extended, version 2 before it was kept what is
     * over. */
    assert_int_equal(read_ticket(&stored, 2, good, size - 1), RC_OK);
    assert_int_equal(read_ticket(&stored, 1, good, size - 2), RC_OK);
    assert_int_equal(read_ticket(&stored, 2, good, size), RC_CORRUPT);
    assert_int_equal(read_ticket(&stored, 1, good, size), RC_CORRUPT);
    assert_int_equal(read_ticket(&stored, 0, good, size), RC_CORRUPT);
    assert_int_equal(read_ticket(&stored, 4, good, size), RC_CORRUPT);
    assert_int_equal(read_ticket(&stored, 3, good, size - 1), RC_CORRUPT);
    static const struct {
        unsigned at;
        unsigned char value;
    } cases[] = {
        {STATE, TRIAGE_NONE},     {STATE, TRIAGE_STATE_COUNT},  {FIRST, 0}, {DECIDED, 6},
        {CATEGORY, 0x21},         {OVER, TRIAGE_OVER_RESOLVED}, /* what lies at the desk is not */
        {OVER, TRIAGE_OVER_COUNT}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        memcpy(bad, good, size);
        bad[cases[index].at] = cases[index].value;
        assert_int_equal(read_ticket(&stored, 3, bad, size), RC_CORRUPT);
    }
    memcpy(bad, good, size);
    bad[size] = 0;
    assert_int_equal(read_ticket(&stored, 3, bad, size + 1), RC_CORRUPT);
    /* Reasons of 2^32; a newest fact that lies before the first: the sum wraps around. */
    static const unsigned char wide[] = {0x80, 0x80, 0x80, 0x80, 0x10};
    memcpy(bad, good, REASONS);
    memcpy(bad + REASONS, wide, sizeof wide);
    memcpy(bad + REASONS + sizeof wide, good + REASONS + 1, size - REASONS - 1);
    assert_int_equal(read_ticket(&stored, 2, bad, size + sizeof wide - 1), RC_CORRUPT);
    static const unsigned char before[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0x01};
    memcpy(bad, good, LATER);
    memcpy(bad + LATER, before, sizeof before);
    memcpy(bad + LATER + sizeof before, good + LATER + 1, size - LATER - 1);
    assert_int_equal(read_ticket(&stored, 2, bad, size + sizeof before - 1), RC_CORRUPT);
    stored_close(&stored, NULL);
}

static enum rc read_desk(struct stored *stored, unsigned version, const unsigned char *bytes,
                         size_t size)
{
    struct triage_desk read;
    stored_put(stored, TRIAGE_TABLE_DESK, version, bytes, size);
    return triage_state_desk_get(stored->txn, STORED_ID, &read);
}

static void test_desk_when_a_field_cannot_be_then_corrupt(void **context)
{
    (void)context;
    /* Of the record in which nothing is known: counts, then unit, channel, title, note. */
    enum {
        CATEGORIES = 24,
        AREAS,
        UNIT,
        CHANNEL,
        TITLE,
        NOTE,
        RETURNS = NOTE + 2,
        URGENCY = RETURNS + 4
    };
    struct stored stored;
    unsigned char good[4096], bad[4096] = {0};
    const struct triage_desk record = {.since_ms = BASE_MS};
    stored_open(&stored, &triage_service);
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, NULL, &record), RC_OK);
    const size_t size = stored_fields(&stored, TRIAGE_TABLE_DESK, good, sizeof good);
    assert_int_equal(size, URGENCY + 5);
    assert_int_equal(read_desk(&stored, 6, good, size), RC_OK);
    assert_int_equal(read_desk(&stored, 5, good, size - 2), RC_OK);
    assert_int_equal(read_desk(&stored, 4, good, size - 3), RC_OK);
    assert_int_equal(read_desk(&stored, 3, good, size - 4), RC_OK);
    assert_int_equal(read_desk(&stored, 0, good, size), RC_CORRUPT);
    assert_int_equal(read_desk(&stored, 7, good, size), RC_CORRUPT);
    assert_int_equal(read_desk(&stored, 2, good, size), RC_CORRUPT);
    assert_int_equal(read_desk(&stored, 6, good, size - 1), RC_CORRUPT);
    /* An urgency without its clock. */
    memcpy(bad, good, size);
    bad[URGENCY] = PAIDAN__URGENCY__URGENCY_URGENT;
    assert_int_equal(read_desk(&stored, 6, bad, size), RC_CORRUPT);
    memset(bad, 0, sizeof bad);
    /* Four proposals, each empty: the record is whole but for their number. */
    for (unsigned at = CATEGORIES; at <= AREAS; at++) {
        memset(bad, 0, sizeof bad);
        memcpy(bad, good, at);
        bad[at] = TRIAGE_PROPOSALS_MAX;
        assert_int_equal(read_desk(&stored, 6, bad, size + TRIAGE_PROPOSALS_MAX), RC_OK);
        bad[at] = TRIAGE_PROPOSALS_MAX + 1;
        assert_int_equal(read_desk(&stored, 6, bad, size + TRIAGE_PROPOSALS_MAX + 1), RC_CORRUPT);
    }
    /* A note of one byte more than fits. */
    memset(bad, 'n', sizeof bad);
    memcpy(bad, good, NOTE);
    bad[NOTE] = NOTE_BYTES_MAX >> 8;
    bad[NOTE + 1] = 0;
    memset(bad + NOTE + 2 + NOTE_BYTES_MAX + 4, 0, 5); /* the urgency, however long the note */
    assert_int_equal(read_desk(&stored, 6, bad, size + NOTE_BYTES_MAX), RC_OK);
    bad[NOTE + 1] = 1;
    assert_int_equal(read_desk(&stored, 6, bad, size + NOTE_BYTES_MAX + 1), RC_CORRUPT);
    stored_close(&stored, NULL);
}

/* One desk row, where it stands in an order; 0: not there. */
static uint64_t place(struct store_txn *txn, enum triage_order order)
{
    struct store_walk walk;
    uint64_t ms = 0, ticket = 0;
    enum rc rc = triage_state_order_walk(txn, order, 0, 0, &walk);
    rc = rc == RC_OK ? triage_state_order_read(&walk, order, &ms, &ticket) : rc;
    store_walk_close(&walk);
    assert_true(rc != RC_OK || ticket == STORED_ID);
    return rc == RC_OK ? ms : 0;
}

static uint64_t deadline(struct store_txn *txn)
{
    struct due due;
    return due_first(txn, &due) == RC_OK ? due.due_ms : 0;
}

static void test_desk_when_put_and_taken_then_its_places_follow(void **context)
{
    (void)context;
    struct stored stored;
    stored_open(&stored, &triage_service);
    struct triage_desk before = {.since_ms = BASE_MS,
                                 .urgency = 1,
                                 .clock = {.start_ms = BASE_MS,
                                           .due_ms = BASE_MS + 100,
                                           .warn_ms = BASE_MS + 75,
                                           .amount_ms = 100,
                                           .unit = 1,
                                           .start_rule = 1,
                                           .end_rule = 1}};
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, NULL, &before), RC_OK);
    assert_int_equal(place(stored.txn, TRIAGE_BY_DUE), BASE_MS + 100);
    assert_int_equal(place(stored.txn, TRIAGE_BY_SINCE), BASE_MS);
    assert_int_equal(deadline(stored.txn), BASE_MS + 75);
    struct triage_desk after = before;
    after.clock.warned = true;
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, &before, &after), RC_OK);
    assert_int_equal(deadline(stored.txn), BASE_MS + 100);
    before = after;
    after.clock.alarms = 1;
    after.clock.next_alarm_ms = BASE_MS + 160;
    assert_int_equal(triage_state_desk_put(stored.txn, STORED_ID, &before, &after), RC_OK);
    assert_int_equal(deadline(stored.txn), BASE_MS + 160);
    assert_int_equal(triage_state_desk_del(stored.txn, STORED_ID, &after), RC_OK);
    assert_int_equal(place(stored.txn, TRIAGE_BY_DUE), 0);
    assert_int_equal(place(stored.txn, TRIAGE_BY_SINCE), 0);
    assert_int_equal(deadline(stored.txn), 0);
    stored_close(&stored, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_when_stored_then_the_bytes_of_the_first_version),
        cmocka_unit_test(test_ticket_when_a_field_cannot_be_then_corrupt),
        cmocka_unit_test(test_desk_when_a_field_cannot_be_then_corrupt),
        cmocka_unit_test(test_desk_when_put_and_taken_then_its_places_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
