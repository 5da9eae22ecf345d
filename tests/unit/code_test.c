/* code: every refusal has a name and a sentence in both languages. */
#include "common/say/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Walks the enum as the schema has it, so that a code without sentences fails here. */
static void test_code_when_in_schema_then_has_sentences(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *codes = &paidan__code__descriptor;
    assert_true(codes->n_values > 40);
    for (unsigned index = 0; index < codes->n_values; index++) {
        const Paidan__Code code = (Paidan__Code)codes->values[index].value;
        if (strcmp(code_name(code), codes->values[index].name) != 0) {
            fail_msg("%s has no entry in common/say/code.c", codes->values[index].name);
        }
        const char *zh = code_sentence_zh(code), *en = code_sentence_en(code);
        assert_true(strlen(zh) >= 9);
        assert_true((unsigned char)zh[0] >= 0xe4); /* begins with a Chinese character */
        assert_string_equal(zh + strlen(zh) - 3, "。");
        assert_true(en[0] >= 'A' && en[0] <= 'Z');
        assert_int_equal(en[strlen(en) - 1], '.');
        const int status = code_exit(code);
        assert_true(code == PAIDAN__CODE__OK ? status == 0 : status >= 64 && status <= 78);
    }
}

static void test_code_when_two_differ_then_their_sentences_differ(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *codes = &paidan__code__descriptor;
    for (unsigned index = 0; index < codes->n_values; index++) {
        for (unsigned other = 0; other < index; other++) {
            const Paidan__Code a = (Paidan__Code)codes->values[index].value;
            const Paidan__Code b = (Paidan__Code)codes->values[other].value;
            assert_string_not_equal(code_sentence_zh(a), code_sentence_zh(b));
            assert_string_not_equal(code_sentence_en(a), code_sentence_en(b));
        }
    }
}

static void test_code_when_unknown_then_said(void **state)
{
    (void)state;
    const Paidan__Code code = (Paidan__Code)12345;
    assert_string_equal(code_name(code), "UNKNOWN");
    assert_true(strlen(code_sentence_zh(code)) > 0);
    assert_true(strlen(code_sentence_en(code)) > 0);
    assert_int_equal(code_exit(code), 70);
}

static void test_exit_when_kinds_differ_then_statuses_differ(void **state)
{
    (void)state;
    assert_int_equal(code_exit(PAIDAN__CODE__USAGE), 64);
    assert_int_equal(code_exit(PAIDAN__CODE__FIELD_INVALID), 65);
    assert_int_equal(code_exit(PAIDAN__CODE__TICKET_UNKNOWN), 66);
    assert_int_equal(code_exit(PAIDAN__CODE__UNREACHABLE), 69);
    assert_int_equal(code_exit(PAIDAN__CODE__STORE_CORRUPT), 70);
    assert_int_equal(code_exit(PAIDAN__CODE__STORAGE_FULL), 73);
    assert_int_equal(code_exit(PAIDAN__CODE__OVERLOADED), 75);
    assert_int_equal(code_exit(PAIDAN__CODE__STATE_FORBIDS), 77);
    assert_int_equal(code_exit(PAIDAN__CODE__SITE_INVALID), 78);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_when_in_schema_then_has_sentences),
        cmocka_unit_test(test_code_when_two_differ_then_their_sentences_differ),
        cmocka_unit_test(test_code_when_unknown_then_said),
        cmocka_unit_test(test_exit_when_kinds_differ_then_statuses_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
