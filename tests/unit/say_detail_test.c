/* say_detail: no field of a wish is shown to people as the protos name it. */
#include "common/say/say_detail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "command.pb-c.h"

static const struct say zh = {.language = SAY_CHINESE}, en = {.language = SAY_ENGLISH};

static void assert_said(const struct say *say, enum say_given given, const char *detail,
                        const char *expected)
{
    char text[SAY_DETAIL_BYTES];
    say_detail(say, given, detail, text);
    assert_string_equal(text, expected);
}

static void test_detail_when_a_field_then_its_word_and_option(void **state)
{
    (void)state;
    assert_said(&zh, SAY_BY_OPTION, "submit.tickets[3].occurred_ms",
                "发生时间 --time，至多比现在晚 24 小时");
    assert_said(&en, SAY_BY_OPTION, "occurred_ms", "time, --time: at most 24 hours ahead of now");
    assert_said(&zh, SAY_BY_NOBODY, "spot_unit", "现场办的单位");
    assert_said(&zh, SAY_BY_OPTION, "work.items[0].to_unit", "交给的单位 --to");
    assert_said(&zh, SAY_BY_COLUMN, "external_id: 130 > 128",
                "渠道编号，external_id 列: 130 > 128");
    assert_said(&zh, SAY_BY_OPTION, "submit.tickets[12]", "工单");
    assert_said(&en, SAY_BY_OPTION, "limit", "rows of a page, --limit");
}

static void test_detail_when_a_state_then_its_word(void **state)
{
    (void)state;
    assert_said(&zh, SAY_BY_OPTION, "resolved", "待回访");
    assert_said(&zh, SAY_BY_OPTION, "CLOSED", "已办结");
    assert_said(&zh, SAY_BY_OPTION, "desk_new", "待分拨");
    assert_said(&en, SAY_BY_OPTION, "TAKEN_BACK", "withdrawn");
}

static void test_detail_when_neither_then_as_it_is(void **state)
{
    (void)state;
    static const char *const others[] = {"/var/lib/paidan, --data x",
                                         "20261122-0001-7",
                                         "]",
                                         "[",
                                         "a]",
                                         "intake",
                                         ".",
                                         "note of mine",
                                         "..[3]",
                                         "--state 乱写"};
    for (size_t index = 0; index < sizeof others / sizeof others[0]; index++) {
        assert_said(&zh, SAY_BY_OPTION, others[index], others[index]);
        assert_said(&en, SAY_BY_NOBODY, others[index], others[index]);
    }
}

/* Every scalar that a user fills stands in the table: else a proto's name would be shown. */
static void test_fields_when_of_a_wish_then_each_has_a_word(void **state)
{
    (void)state;
    static const ProtobufCMessageDescriptor *const wishes[] = {
        &paidan__new_ticket__descriptor,    &paidan__supplement__descriptor,
        &paidan__chase__descriptor,         &paidan__withdraw__descriptor,
        &paidan__desk_list__descriptor,     &paidan__desk_dispatch__descriptor,
        &paidan__pull__descriptor,          &paidan__work_item__descriptor,
        &paidan__callback_pull__descriptor, &paidan__callback_reply__descriptor};
    for (size_t at = 0; at < sizeof wishes / sizeof wishes[0]; at++) {
        for (unsigned index = 0; index < wishes[at]->n_fields; index++) {
            const char *name = wishes[at]->fields[index].name;
            char text[SAY_DETAIL_BYTES];
            say_detail(&zh, SAY_BY_NOBODY, name, text);
            if (strcmp(text, name) == 0) {
                fail_msg("%s has no row in common/say/say_detail.c", name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detail_when_a_field_then_its_word_and_option),
        cmocka_unit_test(test_detail_when_a_state_then_its_word),
        cmocka_unit_test(test_detail_when_neither_then_as_it_is),
        cmocka_unit_test(test_fields_when_of_a_wish_then_each_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
