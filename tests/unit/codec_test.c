/* codec: numbers, texts and seals, and every way to run out of bytes. */
#include "common/base/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t write_sample(unsigned char *bytes, size_t size, bool *failed)
{
    struct codec_writer writer;
    codec_writer_init(&writer, bytes, size);
    codec_seal_begin(&writer, 3);
    codec_put_u8(&writer, 0x12);
    codec_put_u16(&writer, 0x3456);
    codec_put_u32(&writer, 0x789abcde);
    codec_put_u64(&writer, 0x0123456789abcdefull);
    codec_put_text(&writer, "路灯");
    codec_put_text(&writer, NULL);
    codec_put_bytes(&writer, "xyz", 3);
    codec_seal_end(&writer);
    *failed = writer.failed;
    assert_true(writer.used <= size);
    return writer.used;
}

#define SAMPLE_BYTES (1u + 1 + 2 + 4 + 8 + 7 + 1 + 3 + 4)

static void test_record_when_read_back_then_equal(void **state)
{
    (void)state;
    unsigned char bytes[SAMPLE_BYTES];
    char text[7];
    bool failed = true;
    uint8_t version = 0;
    struct codec_reader reader;
    assert_int_equal(write_sample(bytes, sizeof bytes, &failed), SAMPLE_BYTES);
    assert_false(failed);
    assert_memory_equal(bytes, "\x03\x12\x34\x56\x78\x9a\xbc\xde\x01\x23\x45\x67\x89\xab\xcd\xef",
                        16);
    assert_int_equal(codec_unseal(&reader, bytes, sizeof bytes, &version), RC_OK);
    assert_int_equal(version, 3);
    assert_int_equal(codec_get_u8(&reader), 0x12);
    assert_int_equal(codec_get_u16(&reader), 0x3456);
    assert_int_equal(codec_get_u32(&reader), 0x789abcde);
    assert_int_equal(codec_get_u64(&reader), 0x0123456789abcdefull);
    codec_get_text(&reader, text, sizeof text);
    assert_string_equal(text, "路灯");
    codec_get_text(&reader, text, sizeof text);
    assert_string_equal(text, "");
    assert_false(codec_done(&reader)); /* three bytes are left */
    assert_memory_equal(codec_get_bytes(&reader, 3), "xyz", 3);
    assert_true(codec_done(&reader));
    assert_int_equal(codec_get_u8(&reader), 0); /* the checksum is out of reach */
    assert_false(codec_done(&reader));
}

static void test_writer_when_short_then_failed_and_not_overrun(void **state)
{
    (void)state;
    for (size_t size = 0; size < SAMPLE_BYTES; size++) {
        unsigned char bytes[SAMPLE_BYTES + 1];
        bool failed = false;
        memset(bytes, 0xee, sizeof bytes);
        (void)write_sample(bytes, size, &failed);
        assert_true(failed);
        assert_int_equal(bytes[size], 0xee);
    }
}

static void test_seal_when_any_bit_flips_then_corrupt(void **state)
{
    (void)state;
    unsigned char bytes[SAMPLE_BYTES];
    bool failed = false;
    uint8_t version = 0;
    struct codec_reader reader;
    (void)write_sample(bytes, sizeof bytes, &failed);
    for (size_t bit = 0; bit < sizeof bytes * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_int_equal(codec_unseal(&reader, bytes, sizeof bytes, &version), RC_CORRUPT);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t size = 0; size < sizeof bytes; size++) {
        assert_int_equal(codec_unseal(&reader, bytes, size, &version), RC_CORRUPT);
    }
}

static void test_reader_when_short_then_zero_and_failed_for_good(void **state)
{
    (void)state;
    struct codec_reader reader;
    codec_reader_init(&reader, "\x01\x02\x03", 3);
    assert_int_equal(codec_get_u64(&reader), 0);
    assert_int_equal(codec_get_u8(&reader), 0);
    assert_null(codec_get_bytes(&reader, 1));
    assert_false(codec_done(&reader));
    char text[3];
    codec_reader_init(&reader,
                      "\x03"
                      "abc",
                      4);
    codec_get_text(&reader, text, sizeof text); /* no room for the NUL */
    assert_string_equal(text, "");
    assert_true(reader.failed);
    codec_reader_init(&reader,
                      "\x02"
                      "a",
                      2);
    codec_get_text(&reader, text, sizeof text);
    assert_true(reader.failed);
    codec_reader_init(&reader,
                      "\x02"
                      "a\0",
                      3);
    codec_get_text(&reader, text, sizeof text);
    assert_true(reader.failed);
}

static void test_text_when_longer_than_255_then_failed(void **state)
{
    (void)state;
    unsigned char bytes[400];
    char text[257];
    struct codec_writer writer;
    memset(text, 'x', sizeof text);
    text[255] = '\0';
    codec_writer_init(&writer, bytes, sizeof bytes);
    codec_put_text(&writer, text);
    assert_false(writer.failed);
    assert_int_equal(writer.used, 256);
    text[255] = 'x';
    text[256] = '\0';
    codec_put_text(&writer, text);
    assert_true(writer.failed);
}

static void test_crc_when_known_text_then_known_sum(void **state)
{
    (void)state;
    assert_int_equal(codec_crc("123456789", 9), 0xcbf43926);
    assert_int_equal(codec_crc("", 0), 0);
}

static void test_varint_when_read_back_then_equal_and_short(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t bytes;
    } cases[] = {{0, 1},          {127, 1},        {128, 2},         {16383, 2},      {16384, 3},
                 {1ull << 35, 6}, {1ull << 62, 9}, {1ull << 63, 10}, {UINT64_MAX, 10}};
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        unsigned char bytes[10];
        struct codec_writer writer;
        struct codec_reader reader;
        codec_writer_init(&writer, bytes, sizeof bytes);
        codec_put_varint(&writer, cases[index].value);
        assert_false(writer.failed);
        assert_int_equal(writer.used, cases[index].bytes);
        codec_reader_init(&reader, bytes, writer.used);
        assert_int_equal(codec_get_varint(&reader), cases[index].value);
        assert_true(codec_done(&reader));
        codec_reader_init(&reader, bytes, writer.used - 1);
        assert_int_equal(codec_get_varint(&reader), 0);
        assert_true(reader.failed);
        codec_writer_init(&writer, bytes, cases[index].bytes - 1);
        codec_put_varint(&writer, cases[index].value);
        assert_true(writer.failed);
        assert_int_equal(writer.used, 0);
    }
}

static void test_varint_when_not_the_shortest_or_too_long_then_failed(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x80\x00", "\xff\x80\x00",
                                        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                                        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01"};
    static const size_t sizes[] = {2, 3, 10, 11};
    for (size_t index = 0; index < sizeof sizes / sizeof sizes[0]; index++) {
        struct codec_reader reader;
        codec_reader_init(&reader, wrong[index], sizes[index]);
        assert_int_equal(codec_get_varint(&reader), 0);
        assert_true(reader.failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_when_read_back_then_equal),
        cmocka_unit_test(test_writer_when_short_then_failed_and_not_overrun),
        cmocka_unit_test(test_seal_when_any_bit_flips_then_corrupt),
        cmocka_unit_test(test_reader_when_short_then_zero_and_failed_for_good),
        cmocka_unit_test(test_text_when_longer_than_255_then_failed),
        cmocka_unit_test(test_crc_when_known_text_then_known_sum),
        cmocka_unit_test(test_varint_when_read_back_then_equal_and_short),
        cmocka_unit_test(test_varint_when_not_the_shortest_or_too_long_then_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
