/* say_detail: no field of a wish is shown to people as the protos name it. */
#include "common/say/say_detail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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

/* The noun is that of the field which is wrong, not of another message's field of that name, nor of the
 * list around it. */
static void test_detail_when_a_name_has_two_meanings_then_that_of_its_place(void **state)
{
    (void)state;
    assert_said(&en, SAY_BY_NOBODY, "tickets[0].attachments[1].name", "name of an attachment");
    assert_said(&zh, SAY_BY_NOBODY, "attachments[1].url", "附件网址");
    assert_said(&en, SAY_BY_NOBODY, "name", "name");
    assert_said(&zh, SAY_BY_NOBODY, "roles[0].name", "名称");
    assert_said(&en, SAY_BY_NOBODY, "tickets[3].colour", "tickets[3].colour");
    assert_said(&zh, SAY_BY_NOBODY, "items[1]", "工单");
    assert_said(&zh, SAY_BY_NOBODY, "number", "工单号");
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

/* What the gateway, or the command line, fills in by itself, and what is never named in a refusal. */
static bool is_ours(const char *name)
{
    static const char *const names[] = {
        "token_hash",   "access_init",    "rights_since",     "proof",
        "terms",        "secret_hash",    "key_hash",         "salt",
        "passes",       "memory_kib",     "passive",          "via",
        "ping",         "logout",         "metrics",          "fetch",
        "log",          "epoch",          "new_terms",        "new_proof",
        "pass",         "adapter_status", "delivery_outcome", "wechat_hear",
        "wechat_await", "wechat_ask",     "wechat_mine",      "device_reports",
        "broker_state", "hotline_hear",   "hotline_call"};
    for (size_t index = 0; index < sizeof names / sizeof names[0]; index++) {
        if (strcmp(names[index], name) == 0) {
            return true;
        }
    }
    return false;
}

static unsigned without_row;

static void walk(const ProtobufCMessageDescriptor *of, const char *parent, unsigned depth)
{
    for (unsigned index = 0; index < of->n_fields && depth < 4; index++) {
        const ProtobufCFieldDescriptor *field = &of->fields[index];
        char path[128], text[SAY_DETAIL_BYTES];
        (void)snprintf(path, sizeof path, "%s%s%s", parent, parent[0] == '\0' ? "" : "[0].",
                       field->name);
        say_detail(&zh, SAY_BY_NOBODY, path, text);
        if (!is_ours(field->name) && strcmp(text, path) == 0) {
            print_error("%s of %s has no row in common/say/say_detail.c\n", field->name, of->name);
            without_row++;
        }
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !is_ours(field->name)) {
            walk(field->descriptor, field->name, depth + 1);
        }
    }
}

/* Every field of every wish: else a proto's name would be shown. */
static void test_fields_when_of_a_wish_then_each_has_a_word(void **state)
{
    (void)state;
    const ProtobufCMessageDescriptor *request = &paidan__request__descriptor;
    for (unsigned index = 0; index < request->n_fields; index++) {
        const ProtobufCFieldDescriptor *field = &request->fields[index];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !is_ours(field->name)) {
            walk(field->descriptor, "", 0);
        }
    }
    assert_int_equal(without_row, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detail_when_a_field_then_its_word_and_option),
        cmocka_unit_test(test_detail_when_a_name_has_two_meanings_then_that_of_its_place),
        cmocka_unit_test(test_detail_when_a_state_then_its_word),
        cmocka_unit_test(test_detail_when_neither_then_as_it_is),
        cmocka_unit_test(test_fields_when_of_a_wish_then_each_has_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
