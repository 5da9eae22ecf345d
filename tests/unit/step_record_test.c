/* step_record: how much of a followed record is unpacked, and what apply may look at then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire/wire.h"
#include "toy_fixture.h"

/* An event of ticket 9 at 500 ms as a record of intake, seq 1. */
static struct evlog_record make(struct toy_fixture *fixture, Paidan__Event__FactCase fact,
                                const ProtobufCMessage *message)
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    event.has_ticket = 1;
    event.ticket = 9;
    event.at_ms = 500;
    event.cause = &cause;
    event.fact_case = fact;
    event.registered = (Paidan__Registered *)(uintptr_t)message; /* all are pointers to messages */
    unsigned char *bytes = NULL;
    size_t size = 0;
    assert_int_equal(wire_pack(step_engine_arena(fixture->engine), &event.base, &bytes, &size),
                     RC_OK);
    return (struct evlog_record){
        .kind = EVLOG_EVENT, .seq = 1, .crc = 77, .payload = bytes, .bytes = size};
}

static struct step_input unpack(struct toy_fixture *fixture, const struct evlog_record *record)
{
    struct step_input input;
    struct wire_error error;
    memset(&input, 0x5a, sizeof input);
    assert_int_equal(step_engine_unpack(fixture->engine, "intake", record, &input, &error), RC_OK);
    assert_int_equal(input.kind, STEP_RECORD);
    assert_string_equal(input.log, "intake");
    assert_int_equal(input.seq, record->seq);
    assert_int_equal(input.crc, record->crc);
    assert_null(input.peer);
    return input;
}

static void test_record_when_needed_in_brief_then_no_event_to_misread(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Withdrawn withdrawn = PAIDAN__WITHDRAWN__INIT;
    const struct evlog_record record =
        make(fixture, PAIDAN__EVENT__FACT_WITHDRAWN, &withdrawn.base);
    const struct step_input input = unpack(fixture, &record);
    assert_null(input.event);
    assert_int_equal(input.brief.fact, PAIDAN__EVENT__FACT_WITHDRAWN);
    assert_true(input.brief.has_ticket);
    assert_int_equal(input.brief.ticket, 9);
    assert_int_equal(input.brief.at_ms, 500);
    fixture->inputs[fixture->count++] = input;
    toy_run_ok(fixture);
    Paidan__Event *event = NULL;
    toy_read_event(fixture, 2, &event);
    assert_int_equal(event->fact_case, PAIDAN__EVENT__FACT_NOTED);
    assert_int_equal(event->ticket, 9);
}

static void test_record_when_needed_whole_then_event_and_brief_agree(void **state)
{
    struct toy_fixture *fixture = *state;
    Paidan__Chased chased = PAIDAN__CHASED__INIT;
    chased.count = 3;
    const struct evlog_record record = make(fixture, PAIDAN__EVENT__FACT_CHASED, &chased.base);
    const struct step_input input = unpack(fixture, &record);
    assert_non_null(input.event);
    assert_int_equal(input.event->chased->count, 3);
    assert_int_equal(input.brief.fact, PAIDAN__EVENT__FACT_CHASED);
    assert_true(input.brief.has_ticket);
    assert_int_equal(input.brief.ticket, 9);
    assert_int_equal(input.brief.at_ms, 500);
}

static void test_record_when_not_needed_then_the_cursor_moves_alone(void **state)
{
    struct toy_fixture *fixture = *state;
    struct cursor cursor;
    Paidan__Disclosed disclosed = PAIDAN__DISCLOSED__INIT;
    disclosed.reason = "none";
    struct evlog_record record = make(fixture, PAIDAN__EVENT__FACT_DISCLOSED, &disclosed.base);
    toy_run_ok(fixture); /* says the site */
    for (uint64_t seq = 1; seq <= 2; seq++) {
        record.seq = seq;
        const struct step_input input = unpack(fixture, &record);
        assert_null(input.event);
        assert_int_equal(input.brief.fact, PAIDAN__EVENT__FACT__NOT_SET);
        fixture->inputs[fixture->count++] = input;
        record.kind = EVLOG_ANSWER; /* no event at all: the same */
    }
    toy_run_ok(fixture);
    assert_int_equal(step_engine_head(fixture->engine), 1);
    assert_int_equal(step_engine_cursor(fixture->engine, "intake", &cursor), RC_OK);
    assert_int_equal(cursor.seq, 2);
}

static void test_record_when_of_an_unknown_kind_or_without_time_then_invalid(void **state)
{
    struct toy_fixture *fixture = *state;
    static const unsigned char unknown[] = {0x10, 1, 0x1a, 0, 0x9a, 0x3e, 0}; /* field 995 */
    static const unsigned char timeless[] = {0x1a, 0, 0x6a, 0};               /* Withdrawn */
    struct evlog_record record = {
        .kind = EVLOG_EVENT, .seq = 1, .payload = unknown, .bytes = sizeof unknown};
    struct step_input input = {.seq = 123};
    struct wire_error error;
    assert_int_equal(step_engine_unpack(fixture->engine, "intake", &record, &input, &error),
                     RC_INVALID);
    record.payload = timeless;
    record.bytes = sizeof timeless;
    assert_int_equal(step_engine_unpack(fixture->engine, "intake", &record, &input, &error),
                     RC_INVALID);
    assert_int_equal(input.seq, 123);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, toy_setup, toy_teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_record_when_needed_in_brief_then_no_event_to_misread),
        CASE(test_record_when_needed_whole_then_event_and_brief_agree),
        CASE(test_record_when_not_needed_then_the_cursor_moves_alone),
        CASE(test_record_when_of_an_unknown_kind_or_without_time_then_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
