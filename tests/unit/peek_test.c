/* peek: fields found without unpacking, and nothing found in broken bytes. */
#include "common/wire/peek.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "event.pb-c.h"

enum { BYTES = 256, FACTS_FROM = PAIDAN__EVENT__FACT_REGISTERED };

static size_t pack_noted(unsigned char bytes[BYTES])
{
    Paidan__Event event = PAIDAN__EVENT__INIT;
    Paidan__Cause cause = PAIDAN__CAUSE__INIT;
    Paidan__Noted noted = PAIDAN__NOTED__INIT;
    event.has_ticket = 1;
    event.ticket = 77;
    event.at_ms = 5;
    event.cause = &cause;
    cause.log = (char *)"intake";
    event.fact_case = PAIDAN__EVENT__FACT_NOTED;
    event.noted = &noted;
    noted.has_chases = 1;
    noted.chases = 3;
    return paidan__event__pack(&event, bytes);
}

static void test_number_when_there_then_found(void **state)
{
    (void)state;
    unsigned char bytes[BYTES];
    uint64_t value = 0;
    const size_t size = pack_noted(bytes);
    assert_true(peek_number(bytes, size, 1, &value));
    assert_int_equal(value, 77);
    assert_true(peek_number(bytes, size, 2, &value));
    assert_int_equal(value, 5);
    assert_false(peek_number(bytes, size, 3, &value)); /* a message */
    assert_false(peek_number(bytes, size, 4, &value)); /* absent */
}

static void test_member_when_set_then_its_number(void **state)
{
    (void)state;
    unsigned char bytes[BYTES];
    struct peek_member member;
    const size_t size = pack_noted(bytes);
    assert_true(peek_member(bytes, size, FACTS_FROM, &member));
    assert_int_equal(member.field, PAIDAN__EVENT__FACT_NOTED);
    Paidan__Noted *noted = paidan__noted__unpack(NULL, member.body_bytes, member.body);
    assert_non_null(noted);
    assert_true(noted->has_chases);
    paidan__noted__free_unpacked(noted, NULL);
    assert_true(peek_member(bytes, size, 1, &member)); /* the cause comes before the fact */
    assert_int_equal(member.field, 3);
    assert_false(peek_member(bytes, size, PAIDAN__EVENT__FACT_NOTED + 1, &member));
}

/* Every kind of field is stepped over by its own width; a group ends the walk. */
static void test_number_when_behind_other_kinds_then_found(void **state)
{
    (void)state;
    uint64_t value = 0;
    static const unsigned char bytes[] = {
        1 << 3 | 1, 0x28, 9,      9, 9, 9, 9, 9, 9, /* eight bytes */
        2 << 3 | 5, 0x28, 9,      9, 9,             /* four */
        3 << 3 | 2, 2,    5 << 3, 1,                /* two, which look like the field */
        5 << 3,     42,                             /* the field */
    };
    assert_true(peek_number(bytes, sizeof bytes, 5, &value));
    assert_int_equal(value, 42);
    static const unsigned char group[] = {1 << 3 | 3, 5 << 3, 42};
    assert_false(peek_number(group, sizeof group, 5, &value));
}

static void test_bytes_when_cut_then_nothing_beyond(void **state)
{
    (void)state;
    unsigned char bytes[BYTES];
    struct peek_member member;
    const size_t size = pack_noted(bytes);
    for (size_t cut = 0; cut < size; cut++) {
        assert_false(peek_member(bytes, cut, FACTS_FROM, &member));
    }
    static const unsigned char group[] = {0x0b, 0x08, 0x01}, endless[] = {0xff, 0xff, 0xff};
    uint64_t value = 0;
    assert_false(peek_number(group, sizeof group, 1, &value));
    assert_false(peek_number(endless, sizeof endless, 1, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_when_there_then_found),
        cmocka_unit_test(test_member_when_set_then_its_number),
        cmocka_unit_test(test_number_when_behind_other_kinds_then_found),
        cmocka_unit_test(test_bytes_when_cut_then_nothing_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
