/* say_deed: the second clerk hears who was faster, by name, time and verb. */
#include "common/say/say_deed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "event.pb-c.h"

#define NOW_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */

static const struct say zh = {.language = SAY_CHINESE}, en = {.language = SAY_ENGLISH};

static Paidan__WorkResult deed(Paidan__Code code, const char *actor, const char *did)
{
    Paidan__WorkResult result = PAIDAN__WORK_RESULT__INIT;
    result.code = code;
    result.actor = (char *)actor;
    result.did = (char *)did;
    result.unit = (char *)"lamps";
    result.has_at_ms = 1;
    result.at_ms = NOW_MS - 15660000; /* 04:39 */
    return result;
}

static void assert_said(const struct say *say, const Paidan__WorkResult *result,
                        const char *expected)
{
    char text[SAY_DEED_BYTES];
    assert_true(say_deed(say, result, NOW_MS, text));
    assert_string_equal(text, expected);
}

static void test_deed_when_done_by_a_colleague_then_name_time_and_verb(void **state)
{
    (void)state;
    Paidan__WorkResult result = deed(PAIDAN__CODE__ALREADY_DONE, "王芳", "accepted");
    assert_said(&zh, &result, "王芳 已于 04:39 签收。");
    result.actor = (char *)"Wang Fang";
    assert_said(&en, &result, "accepted by Wang Fang at 04:39.");
    result.code = PAIDAN__CODE__VERSION_CONFLICT;
    result.actor = NULL; /* a deadline */
    result.did = (char *)"raised";
    assert_said(&zh, &result, "系统 已于 04:39 上报。");
}

static void test_deed_when_another_has_it_then_who(void **state)
{
    (void)state;
    Paidan__WorkResult result = deed(PAIDAN__CODE__NOT_YOUR_TICKET, "张三", "ordered");
    assert_said(&zh, &result, "这张工单现由 lamps 承办（张三 已于 04:39 交办）。");
    result.did = NULL;
    assert_said(&en, &result, "lamps has this ticket.");
    result = deed(PAIDAN__CODE__LEASED_BY_OTHER, "甲", "handed");
    result.has_at_ms = 0;
    result.has_until_ms = 1;
    result.until_ms = NOW_MS + 600000;
    assert_said(&zh, &result, "甲 已领取，保留到 09:10。");
    assert_said(&en, &result, "pulled by 甲, kept until 09:10.");
    result = deed(PAIDAN__CODE__STATE_FORBIDS, "韩梅梅", "resolved");
    result.has_state = 1;
    result.state = PAIDAN__STATE__STATE_RESOLVED;
    assert_said(&zh, &result, "工单现为“待回访”，不能这样操作：韩梅梅 已于 04:39 办结。");
}

static void test_deed_when_there_is_none_then_false(void **state)
{
    (void)state;
    char text[SAY_DEED_BYTES] = "x";
    Paidan__WorkResult result = deed(PAIDAN__CODE__NOTE_MISSING, "a", NULL);
    assert_false(say_deed(&zh, &result, NOW_MS, text));
    assert_string_equal(text, "");
    result.did = (char *)"a_fact_of_next_year";
    assert_false(say_deed(&zh, &result, NOW_MS, text));
}

/* Facts of tickets that somebody can meet as the reason of a refusal; intake's and those about no
 * ticket are none. */
static void test_verbs_when_a_fact_of_a_ticket_then_it_has_one(void **state)
{
    (void)state;
    static const unsigned ranges[][2] = {{20, 27}, {30, 59}, {61, 61},   {63, 63},  {70, 71},
                                         {73, 74}, {78, 79}, {120, 124}, {130, 133}};
    for (size_t range = 0; range < sizeof ranges / sizeof ranges[0]; range++) {
        for (unsigned fact = ranges[range][0]; fact <= ranges[range][1]; fact++) {
            const ProtobufCFieldDescriptor *field =
                protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, fact);
            char text[SAY_DEED_BYTES];
            if (field == NULL) {
                continue;
            }
            const Paidan__WorkResult result = deed(PAIDAN__CODE__ALREADY_DONE, "a", field->name);
            if (!say_deed(&zh, &result, NOW_MS, text)) {
                fail_msg("%s has no verb in common/say/say_deed.c", field->name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deed_when_done_by_a_colleague_then_name_time_and_verb),
        cmocka_unit_test(test_deed_when_another_has_it_then_who),
        cmocka_unit_test(test_deed_when_there_is_none_then_false),
        cmocka_unit_test(test_verbs_when_a_fact_of_a_ticket_then_it_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
