/* crc: the same as by its definition for every length and alignment, whatever the processor can
 * do: stored records and other programs depend on it. */
#include "common/base/codec.h"

#include <setjmp.h>
#include <stdarg.h>

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

/* A bit at a time, as the polynomial says. */
static uint32_t by_definition(const unsigned char *at, size_t size)
{
    uint32_t sum = UINT32_MAX;
    for (size_t index = 0; index < size; index++) {
        sum ^= at[index];
        for (unsigned bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320u : 0);
        }
    }
    return ~sum;
}

static void test_crc_when_known_text_then_known_value(void **state)
{
    (void)state;
    assert_int_equal(codec_crc("123456789", 9), 0xcbf43926u);
    assert_int_equal(codec_crc("", 0), 0);
    assert_int_equal(codec_crc("The quick brown fox jumps over the lazy dog", 43), 0x414fa339u);
}

static void test_crc_when_any_length_and_place_then_as_defined(void **state)
{
    (void)state;
    fill();
    for (size_t at = 0; at < 17; at++) {
        for (size_t size = 0; size <= 700; size++) {
            assert_int_equal(codec_crc(bytes + at, size), by_definition(bytes + at, size));
        }
    }
    assert_int_equal(codec_crc(bytes, BYTES), by_definition(bytes, BYTES));
}

static void test_crc_when_one_bit_differs_then_differs(void **state)
{
    (void)state;
    fill();
    const uint32_t before = codec_crc(bytes, 200);
    for (size_t bit = 0; bit < 200 * 8; bit++) {
        bytes[bit / 8] = (unsigned char)(bytes[bit / 8] ^ 1u << bit % 8);
        assert_int_not_equal(codec_crc(bytes, 200), before);
        bytes[bit / 8] = (unsigned char)(bytes[bit / 8] ^ 1u << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_when_known_text_then_known_value),
        cmocka_unit_test(test_crc_when_any_length_and_place_then_as_defined),
        cmocka_unit_test(test_crc_when_one_bit_differs_then_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
