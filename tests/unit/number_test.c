/* number: public numbers, check digits, query codes. */
#include "common/say/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define BEIJING_MS 28800000
#define DAY_MS 86400000u

static void test_format_when_id_then_number(void **state)
{
    (void)state;
    char number[NUMBER_BYTES];
    /* Check digits computed by another program after ISO/IEC 7064 MOD 11,10. */
    number_format(2026112200000123ull, number);
    assert_string_equal(number, "20261122-0123-2");
    number_format(2026010100000001ull, number);
    assert_string_equal(number, "20260101-0001-5");
    number_format(2026123199999999ull, number);
    assert_string_equal(number, "20261231-99999999-7");
    number_format(UINT64_MAX, number); /* no id, but it must fit */
    assert_true(strlen(number) < NUMBER_BYTES);
}

static void check_parse(const char *text, uint64_t expected)
{
    uint64_t ticket = 0;
    assert_int_equal(number_parse(text, &ticket), RC_OK);
    assert_int_equal(ticket, expected);
}

static void test_parse_when_typed_in_many_ways_then_understood(void **state)
{
    (void)state;
    check_parse("20261122-0123-2", 2026112200000123ull);
    check_parse("2026112201232", 2026112200000123ull);
    check_parse(" 2026 1122 0123 2 ", 2026112200000123ull);
    check_parse("２０２６１１２２－０１２３－2", 2026112200000123ull);
    check_parse("20261122—0123　2", 2026112200000123ull);
    check_parse("20261122-00000123-2", 2026112200000123ull);
    check_parse("\u202a20261122-0123-2\u202c。", 2026112200000123ull); /* copied */
    check_parse("“2O261122－O123－2”", 2026112200000123ull);
    check_parse("#20261l22\u00a0–\u200b0123 – 2，", 2026112200000123ull);
}

static void test_parse_when_wrong_then_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "-",
        "20261122",
        "20261122-123-4",          /* too short */
        "20261122-0123-7a",        /* a letter */
        "20261122-0123-77777",     /* longer, and its last digit does not fit */
        "20261122-012345678-1234", /* too long */
        "x20261122-0123-7",
        "20261122-0123-\xef\xbc",
        "20261122-0123-\xff\xff\xff",
        "20261122-0123-一",
    };
    uint64_t ticket = 77;
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        assert_int_equal(number_parse(rows[index], &ticket), RC_INVALID);
    }
    assert_int_equal(ticket, 77);
}

static enum rc parse_id(uint64_t id)
{
    char number[NUMBER_BYTES];
    uint64_t ticket = 0;
    number_format(id, number);
    const enum rc rc = number_parse(number, &ticket);
    assert_true(rc != RC_OK || ticket == id);
    return rc;
}

static void test_parse_when_date_impossible_then_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_id(2026113000000001ull), RC_OK);
    assert_int_equal(parse_id(2026113100000001ull), RC_INVALID);
    assert_int_equal(parse_id(2026000100000001ull), RC_INVALID);
    assert_int_equal(parse_id(2026130100000001ull), RC_INVALID);
    assert_int_equal(parse_id(2026010000000001ull), RC_INVALID);
    assert_int_equal(parse_id(2026022900000001ull), RC_INVALID);
    assert_int_equal(parse_id(2028022900000001ull), RC_OK);
    assert_int_equal(parse_id(2100022900000001ull), RC_INVALID);
    assert_int_equal(parse_id(2000022900000001ull), RC_OK);
    assert_int_equal(parse_id(1969123100000001ull), RC_INVALID);
    assert_int_equal(parse_id(2026112200000000ull), RC_INVALID); /* sequences begin with 1 */
}

/* What the check digit is for: one wrong digit, or two neighbours swapped. */
static void test_parse_when_mistyped_then_noticed(void **state)
{
    (void)state;
    unsigned tried = 0, missed = 0;
    for (uint64_t sequence = 1; sequence < 3000; sequence += 7) {
        char number[NUMBER_BYTES];
        uint64_t ticket = 0;
        number_format(2026112200000000ull + sequence, number);
        for (size_t at = 0; number[at] != '\0'; at++) {
            const char kept = number[at];
            for (char digit = '0'; kept != '-' && digit <= '9'; digit++) {
                number[at] = digit;
                assert_true(digit == kept || number_parse(number, &ticket) == RC_INVALID);
            }
            number[at] = kept;
            const char next = number[at + 1];
            if (kept != '-' && next >= '0' && next != kept) {
                number[at] = next;
                number[at + 1] = kept;
                tried++;
                missed += number_parse(number, &ticket) == RC_OK;
                number[at] = kept;
                number[at + 1] = next;
            }
        }
    }
    assert_true(tried > 1000);
    assert_true(missed * 40 < tried); /* MOD 11,10 misses few swaps */
}

static void test_day_when_site_time_passes_midnight_then_changes(void **state)
{
    (void)state;
    /* 2026-11-21T16:00:00Z is midnight in Beijing. */
    const uint64_t midnight = 1795276800000ull;
    assert_int_equal(number_day_first(midnight - 1, BEIJING_MS), 2026112100000001ull);
    assert_int_equal(number_day_first(midnight, BEIJING_MS), 2026112200000001ull);
    assert_int_equal(number_day_first(midnight, 0), 2026112100000001ull);
    assert_int_equal(number_day_first(0, 0), 1970010100000001ull);
    assert_int_equal(number_day_first(0, -3600000), 1969123100000001ull);
}

static void test_day_when_compared_with_the_c_library_then_equal(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < 200 * 366; day++) {
        const time_t seconds = (time_t)(day * 86400);
        struct tm date;
        assert_non_null(gmtime_r(&seconds, &date));
        const uint64_t expected = (uint64_t)(date.tm_year + 1900) * 10000 +
                                  (uint64_t)(date.tm_mon + 1) * 100 + (uint64_t)date.tm_mday;
        assert_int_equal(number_day_first(day * DAY_MS, 0), expected * NUMBER_DAY_FACTOR + 1);
    }
}

static void test_query_code_when_made_then_read_as_people_type(void **state)
{
    (void)state;
    char code[QUERY_CODE_BYTES];
    number_query_code(0, code);
    assert_string_equal(code, "000000");
    number_query_code(0x3fffffff, code);
    assert_string_equal(code, "ZZZZZZ");
    number_query_code(1u << 25 | 17, code);
    assert_string_equal(code, "10000H");
    assert_true(number_query_code_equal("10000H", "IOo00h"));
    assert_true(number_query_code_equal("l0000h", "10000H"));
    assert_false(number_query_code_equal("10000H", "10000J"));
    assert_true(number_query_code_equal("１０Ｏ０－０ｈ", "10000H"));
    assert_true(number_query_code_equal("“100 00H”。", "10000H"));
    assert_true(number_query_code_equal("\ufeff10\u200b000\u2014H，", "10000H"));
    assert_false(number_query_code_equal("10000路H", "10000H"));
    assert_false(number_query_code_equal("10000\xe8", "10000"));
    assert_false(number_query_code_equal("10000H", "10000"));
    assert_false(number_query_code_equal("10000", "10000H"));
    assert_false(number_query_code_equal("", "10000H"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_when_id_then_number),
        cmocka_unit_test(test_parse_when_typed_in_many_ways_then_understood),
        cmocka_unit_test(test_parse_when_wrong_then_refused),
        cmocka_unit_test(test_parse_when_date_impossible_then_refused),
        cmocka_unit_test(test_parse_when_mistyped_then_noticed),
        cmocka_unit_test(test_day_when_site_time_passes_midnight_then_changes),
        cmocka_unit_test(test_day_when_compared_with_the_c_library_then_equal),
        cmocka_unit_test(test_query_code_when_made_then_read_as_people_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
