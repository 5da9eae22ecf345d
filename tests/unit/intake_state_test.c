/* intake_state: what intake stores is the same bytes as ever, and what no intake has written is
 * refused. */

#include "intake_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake.h"
#include "stored.h"

#define BASE_MS 1795309200000ull

static const struct intake_ticket plain = {.registered_seq = 3,
                                           .last_seq = 3,
                                           .registered_ms = BASE_MS,
                                           .changed_ms = BASE_MS,
                                           .query_code = "ABC123",
                                           .state = INTAKE_REGISTERED};

/* Every field its own value. */
static struct intake_ticket widest(void)
{
    struct intake_ticket record = {
        .registered_seq = 70000,
        .last_seq = UINT64_MAX - 1,
        .registered_ms = BASE_MS,
        .changed_ms = BASE_MS + 300,
        .query_code = "ZYXWVT",
        .state = INTAKE_SUSPENDED,
        .outcome = 5,
        .supplements = 1000,
        .chases = UINT32_MAX,
        .recent_count = INTAKE_RECENT_MAX,
    };
    for (uint32_t index = 0; index < INTAKE_RECENT_MAX; index++) {
        record.recent[index] = UINT64_MAX - index;
    }
    return record;
}

static void assert_ticket_equal(struct store_txn *txn, const struct intake_ticket *record)
{
    struct intake_ticket read;
    assert_int_equal(intake_state_get(txn, STORED_ID, &read), RC_OK);
    assert_int_equal(read.registered_seq, record->registered_seq);
    assert_int_equal(read.last_seq, record->last_seq);
    assert_int_equal(read.registered_ms, record->registered_ms);
    assert_int_equal(read.changed_ms, record->changed_ms);
    assert_string_equal(read.query_code, record->query_code);
    assert_int_equal(read.state, record->state);
    assert_int_equal(read.outcome, record->outcome);
    assert_int_equal(read.supplements, record->supplements);
    assert_int_equal(read.chases, record->chases);
    assert_int_equal(read.recent_count, record->recent_count);
    assert_memory_equal(read.recent, record->recent, record->recent_count * sizeof read.recent[0]);
}

static void test_records_when_stored_then_the_bytes_of_the_first_version(void **context)
{
    (void)context;
    struct stored stored;
    uint64_t ticket = 0;
    stored_open(&stored, &intake_service);
    assert_int_equal(intake_state_append(stored.txn, STORED_ID, &plain), RC_OK);
    stored_say(&stored, INTAKE_TICKET, "ticket: just registered");
    assert_ticket_equal(stored.txn, &plain);
    assert_int_equal(intake_state_last(stored.txn, &ticket), RC_OK);
    assert_int_equal(ticket, STORED_ID);
    assert_int_equal(intake_state_append(stored.txn, STORED_ID - 1, &plain), RC_EXISTS);
    const struct intake_ticket record = widest();
    assert_int_equal(intake_state_put(stored.txn, STORED_ID, &record), RC_OK);
    stored_say(&stored, INTAKE_TICKET, "ticket: all of it");
    assert_ticket_equal(stored.txn, &record);

    char whole[41], longer[42];
    memset(whole, 'w', sizeof whole);
    memset(longer, 'w', sizeof longer);
    whole[40] = longer[41] = '\0';
    const char *const ids[] = {"1", whole, longer};
    for (unsigned index = 0; index < 3; index++) {
        assert_int_equal(
            intake_state_external_insert(stored.txn, "wechat", ids[index], STORED_ID + index),
            RC_OK);
    }
    stored_say(&stored, INTAKE_EXTERNAL, "external: short, as long as a key holds, longer");
    for (unsigned index = 0; index < 3; index++) {
        assert_int_equal(intake_state_external_get(stored.txn, "wechat", ids[index], &ticket),
                         RC_OK);
        assert_int_equal(ticket, STORED_ID + index);
    }
    longer[40] = 'v';
    assert_int_equal(intake_state_external_get(stored.txn, "wechat", longer, &ticket),
                     RC_NOT_FOUND);
    assert_int_equal(intake_state_external_insert(stored.txn, "wechat", whole, 1), RC_EXISTS);
    stored_close(&stored, "intake_stored");
}

static enum rc read_back(struct stored *stored, unsigned version, const unsigned char *bytes,
                         size_t size)
{
    struct intake_ticket read;
    stored_put(stored, INTAKE_TICKET, version, bytes, size);
    return intake_state_get(stored->txn, STORED_ID, &read);
}

static void test_ticket_when_a_field_cannot_be_then_corrupt(void **context)
{
    (void)context;
    /* seq, later, ms (6 bytes), later: where the code begins in the plain record. */
    enum { CODE = 9, STATE = CODE + 6, SUPPLEMENTS = STATE + 2, RECENT = SUPPLEMENTS + 2 };
    struct stored stored;
    unsigned char good[64], bad[64];
    stored_open(&stored, &intake_service);
    assert_int_equal(intake_state_append(stored.txn, STORED_ID, &plain), RC_OK);
    const size_t size = stored_fields(&stored, INTAKE_TICKET, good, sizeof good);
    assert_int_equal(size, RECENT + 1);
    assert_int_equal(read_back(&stored, 1, good, size), RC_OK);
    assert_int_equal(read_back(&stored, 0, good, size), RC_CORRUPT);
    assert_int_equal(read_back(&stored, 2, good, size), RC_CORRUPT);
    assert_int_equal(read_back(&stored, 1, good, size - 1), RC_CORRUPT);
    static const struct {
        unsigned at;
        unsigned char value;
    } cases[] = {{CODE + 5, '\0'},
                 {STATE, INTAKE_NONE},
                 {STATE, INTAKE_STATE_COUNT},
                 {RECENT, INTAKE_RECENT_MAX + 1},
                 {RECENT, 1}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        memcpy(bad, good, size);
        bad[cases[index].at] = cases[index].value;
        assert_int_equal(read_back(&stored, 1, bad, size), RC_CORRUPT);
    }
    /* One more byte; counts of 2^32, one after the other. */
    memcpy(bad, good, size);
    bad[size] = 0;
    assert_int_equal(read_back(&stored, 1, bad, size + 1), RC_CORRUPT);
    for (unsigned at = SUPPLEMENTS; at < RECENT; at++) {
        static const unsigned char wide[] = {0x80, 0x80, 0x80, 0x80, 0x10};
        memcpy(bad, good, at);
        memcpy(bad + at, wide, sizeof wide);
        memcpy(bad + at + sizeof wide, good + at + 1, size - at - 1);
        assert_int_equal(read_back(&stored, 1, bad, size + sizeof wide - 1), RC_CORRUPT);
    }
    stored_close(&stored, NULL);
}

static void test_recent_when_full_then_the_oldest_leaves(void **context)
{
    (void)context;
    struct intake_ticket record = plain;
    for (uint64_t seq = 1; seq <= INTAKE_RECENT_MAX + 2; seq++) {
        intake_state_add_recent(&record, seq);
    }
    assert_int_equal(record.recent_count, INTAKE_RECENT_MAX);
    for (uint64_t index = 0; index < INTAKE_RECENT_MAX; index++) {
        assert_int_equal(record.recent[index], index + 3);
    }
}

static void test_secret_when_any_input_differs_then_another_of_30_bits(void **context)
{
    (void)context;
    const uint32_t secret = intake_state_secret(1, 2, 3);
    assert_int_equal(secret, intake_state_secret(1, 2, 3));
    assert_int_not_equal(secret, intake_state_secret(2, 2, 3));
    assert_int_not_equal(secret, intake_state_secret(1, 3, 3));
    assert_int_not_equal(secret, intake_state_secret(1, 2, 4));
    uint32_t bits = 0;
    for (uint32_t item = 0; item < 200; item++) {
        bits |= intake_state_secret(1, 2, item);
    }
    assert_int_equal(bits, 0x3fffffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_when_stored_then_the_bytes_of_the_first_version),
        cmocka_unit_test(test_ticket_when_a_field_cannot_be_then_corrupt),
        cmocka_unit_test(test_recent_when_full_then_the_oldest_leaves),
        cmocka_unit_test(test_secret_when_any_input_differs_then_another_of_30_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
