/* text_caller: digests are stored by two services, so their bytes never change; and each number of a phone is
 * found, whatever stands around it. */
#include "common/text/text_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void check(const unsigned char digest[TEXT_CALLER_BYTES], const char *expected)
{
    char text[2 * TEXT_CALLER_BYTES + 1];
    for (size_t index = 0; index < TEXT_CALLER_BYTES; index++) {
        (void)snprintf(text + 2 * index, 3, "%02x", digest[index]);
    }
    assert_string_equal(text, expected);
}

/* Made by another implementation of BLAKE2b. */
static void test_digest_when_stored_then_these_bytes(void **state)
{
    (void)state;
    unsigned char bytes[32], digest[TEXT_CALLER_BYTES];
    const struct text_caller_key none = {NULL, 0}, key = {bytes, sizeof bytes};
    for (unsigned index = 0; index < sizeof bytes; index++) {
        bytes[index] = (unsigned char)index;
    }
    text_caller_digest(none, "13800138000", digest);
    check(digest, "f22dcfb7f1206744c02d086b56c8e4b2");
    text_caller_digest(key, "13800138000", digest);
    check(digest, "5aae3a8c1f762d3e7c28726090a956f5");
    text_caller_digest_named(none, "wechat", "张三", digest);
    check(digest, "a00055e2a07805af6d5d1eca9061934b");
    text_caller_digest_named(key, "wechat", "张三", digest);
    check(digest, "6328bf8357e4e706c20cdc5854750ebd");
}

static void test_number_when_several_then_each_without_its_extension(void **state)
{
    (void)state;
    static const struct {
        const char *phone, *numbers[4];
    } cases[] = {
        {"", {NULL}},
        {"#801", {NULL}},
        {"13800138000", {"13800138000", NULL}},
        {"+86-592-2345678#801, 13800138000", {"865922345678", "13800138000", NULL}},
        {" , 110,119", {"110", "119", NULL}},
    };
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        const char *at = cases[index].phone;
        char digits[PHONE_BYTES_MAX + 1];
        for (const char *const *number = cases[index].numbers; *number != NULL; number++) {
            assert_true(text_caller_number(&at, digits));
            assert_string_equal(digits, *number);
        }
        assert_false(text_caller_number(&at, digits));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_when_stored_then_these_bytes),
        cmocka_unit_test(test_number_when_several_then_each_without_its_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
