/* gateway_open311: tokens, names and moments as clients write them; refusals as the specification has them. */
#include "gateway_open311.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gateway_open311_list.h"
#include "gateway_open311_post.h"

static void test_token_when_split_then_number_and_code(void **state)
{
    (void)state;
    char number[24], code[8];
    assert_true(
        gateway_open311_split("20261130-0001-7.A7K2M9", number, sizeof number, code, sizeof code));
    assert_string_equal(number, "20261130-0001-7");
    assert_string_equal(code, "A7K2M9");
    assert_true(gateway_open311_split("1.2.x", number, sizeof number, code, sizeof code));
    assert_string_equal(number, "1.2");
    assert_true(gateway_open311_split(".", number, sizeof number, code, sizeof code));
    assert_string_equal(number, "");
    static const char *const none[] = {"", "20261130-0001-7", "1.A7K2M9XX",
                                       "2026113000000000000000017.A7K2M9"};
    for (size_t index = 0; index < sizeof none / sizeof none[0]; index++) {
        if (gateway_open311_split(none[index], number, sizeof number, code, sizeof code)) {
            fail_msg("%s is no token", none[index]);
        }
    }
}

static const char *reporter(const char *first, const char *last, const char *email, char text[64])
{
    struct gateway_form form = {
        .field_count = 3, .fields = {{"first_name", first}, {"last_name", last}, {"email", email}}};
    return gateway_open311_reporter(&form, text, 64) ? text : NULL;
}

static void test_reporter_when_named_then_as_the_name_is_written(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(reporter("雷", "李", "li@example.cn", text), "李雷 <li@example.cn>");
    assert_string_equal(reporter("John", "Smith", "", text), "John Smith");
    assert_string_equal(reporter("", "Smith", "", text), "Smith");
    assert_string_equal(reporter("", "", "a@b.cn", text), "<a@b.cn>");
    assert_string_equal(reporter("", "", "", text), "");
    assert_null(
        reporter("", "", "a-name-that-is-longer-than-there-is-room-for-in-the-ticket@b.cn", text));
}

static void test_moment_when_in_w3c_form_then_read_and_nothing_else(void **state)
{
    (void)state;
    static struct gateway gateway;
    struct exchange exchange = {.gateway = &gateway};
    uint64_t at_ms = 0, same_ms = 0;
    assert_true(gateway_open311_read_moment(&exchange, "2026-11-30T00:00:00Z", &at_ms));
    assert_true(gateway_open311_read_moment(&exchange, "2026-11-30T08:00:00+08:00", &same_ms));
    assert_int_equal(at_ms, same_ms);
    /* The plus of an offset that was not escaped. */
    assert_true(gateway_open311_read_moment(&exchange, "2026-11-30T08:00:00 08:00", &same_ms));
    assert_int_equal(at_ms, same_ms);
    static const char *const none[] = {"",
                                       "2h",
                                       "yesterday",
                                       "2026-13-30T00:00:00Z",
                                       "2026-11-30T",
                                       "2026-11-30T00:00:00Z and so on, for longer than there is"};
    for (size_t index = 0; index < sizeof none / sizeof none[0]; index++) {
        if (gateway_open311_read_moment(&exchange, none[index], &at_ms)) {
            fail_msg("%s is no moment", none[index]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_when_split_then_number_and_code),
        cmocka_unit_test(test_reporter_when_named_then_as_the_name_is_written),
        cmocka_unit_test(test_moment_when_in_w3c_form_then_read_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
