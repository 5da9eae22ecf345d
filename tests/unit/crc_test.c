/* crc: the same as zlib's for every length and alignment, whatever the processor can do. */
#include "common/base/crc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <zlib.h>

#include <cmocka.h>

enum { BYTES = 4096 + 64 };

static unsigned char bytes[BYTES];

static void fill(void)
{
    uint32_t state = 12345;
    for (size_t index = 0; index < BYTES; index++) {
        state = state * 1664525u + 1013904223u;
        bytes[index] = (unsigned char)(state >> 24);
    }
}

static void test_crc_when_known_text_then_known_value(void **state)
{
    (void)state;
    assert_int_equal(crc_of("123456789", 9), 0xcbf43926u);
    assert_int_equal(crc_of("", 0), 0);
    assert_int_equal(crc_of("The quick brown fox jumps over the lazy dog", 43), 0x414fa339u);
}

static void test_crc_when_any_length_and_place_then_as_zlib(void **state)
{
    (void)state;
    fill();
    for (size_t at = 0; at < 17; at++) {
        for (size_t size = 0; size <= 700; size++) {
            assert_int_equal(crc_of(bytes + at, size), crc32_z(0, bytes + at, size));
        }
    }
    assert_int_equal(crc_of(bytes, BYTES), crc32_z(0, bytes, BYTES));
}

static void test_crc_when_one_bit_differs_then_differs(void **state)
{
    (void)state;
    fill();
    const uint32_t before = crc_of(bytes, 200);
    for (size_t bit = 0; bit < 200 * 8; bit++) {
        bytes[bit / 8] = (unsigned char)(bytes[bit / 8] ^ 1u << bit % 8);
        assert_int_not_equal(crc_of(bytes, 200), before);
        bytes[bit / 8] = (unsigned char)(bytes[bit / 8] ^ 1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_when_known_text_then_known_value),
        cmocka_unit_test(test_crc_when_any_length_and_place_then_as_zlib),
        cmocka_unit_test(test_crc_when_one_bit_differs_then_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
