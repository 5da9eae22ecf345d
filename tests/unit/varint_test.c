/* varint: every length, and every way to be wrong. ctest: valgrind */
#include "common/base/varint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_number_when_written_then_as_long_as_said_and_read_back(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (unsigned less = 0; less < 2; less++) {
            unsigned char bytes[VARINT_BYTES_MAX];
            const uint64_t value = (1ull << bit) - less;
            uint64_t read = ~value;
            const unsigned char *end = varint_put(bytes, value);
            assert_int_equal(end - bytes, varint_bytes(value));
            assert_int_equal(end - bytes, bit < 7 + less ? 1 : (bit - less) / 7 + 1);
            assert_ptr_equal(varint_get(bytes, end, &read), end);
            assert_true(read == value);
            assert_null(varint_get(bytes, end - 1, &read));
        }
    }
    assert_int_equal(varint_bytes(UINT64_MAX), VARINT_BYTES_MAX);
}

static void test_bytes_when_longer_than_needed_then_read_and_beyond_64_bits_then_not(void **state)
{
    (void)state;
    static const unsigned char long_form[] = {0x81, 0x80, 0x00};
    static const unsigned char beyond[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 0x02};
    static const unsigned char endless[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                            0x80, 0x80, 0x80, 0x80, 0x00};
    uint64_t value = 0;
    assert_ptr_equal(varint_get(long_form, long_form + sizeof long_form, &value), long_form + 3);
    assert_true(value == 1);
    assert_null(varint_get(beyond, beyond + sizeof beyond, &value));
    assert_null(varint_get(endless, endless + sizeof endless, &value));
    assert_null(varint_get(endless, endless, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_when_written_then_as_long_as_said_and_read_back),
        cmocka_unit_test(test_bytes_when_longer_than_needed_then_read_and_beyond_64_bits_then_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
