/* say_words: every value that people meet has a word in both languages, and the word leads back. */

#include "common/say/say_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/code.h"

enum { MESSAGES_MAX = 512, ENUMS_MAX = 64 };

static const ProtobufCMessageDescriptor *messages[MESSAGES_MAX];
static const ProtobufCEnumDescriptor *enums[ENUMS_MAX];
static size_t message_count, enum_count;

static void meet_enum(const ProtobufCEnumDescriptor *of)
{
    for (size_t index = 0; index < enum_count; index++) {
        if (enums[index] == of) {
            return;
        }
    }
    assert_true(enum_count < ENUMS_MAX);
    enums[enum_count++] = of;
}

static void meet_message(const ProtobufCMessageDescriptor *of)
{
    for (size_t index = 0; index < message_count; index++) {
        if (messages[index] == of) {
            return;
        }
    }
    assert_true(message_count < MESSAGES_MAX);
    messages[message_count++] = of;
}

/* All that can stand in what travels or is stored, and the two enums that stand in bit sets. */
static int walk(void **state)
{
    (void)state;
    meet_message(&paidan__request__descriptor);
    meet_message(&paidan__answer__descriptor);
    meet_message(&paidan__event__descriptor);
    for (size_t at = 0; at < message_count; at++) {
        for (unsigned index = 0; index < messages[at]->n_fields; index++) {
            const ProtobufCFieldDescriptor *field = &messages[at]->fields[index];
            if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
                meet_message(field->descriptor);
            } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
                meet_enum(field->descriptor);
            }
        }
    }
    meet_enum(&paidan__step_does__descriptor);
    meet_enum(&paidan__desk_reason__descriptor);
    return 0;
}

static void test_words_when_any_value_is_met_then_it_reads_back(void **state)
{
    (void)state;
    static const struct say speakers[] = {{.language = SAY_CHINESE}, {.language = SAY_ENGLISH}};
    assert_true(enum_count > 20);
    for (size_t at = 0; at < enum_count; at++) {
        for (unsigned index = 0; index < enums[at]->n_values; index++) {
            const int value = enums[at]->values[index].value;
            char token[SAY_WORDS_TOKEN_BYTES];
            int read = -1;
            assert_true(say_words_read(enums[at], say_words_token(enums[at], value, token), &read));
            assert_int_equal(read, value);
            for (size_t who = 0; who < 2; who++) {
                if (enums[at] == &paidan__code__descriptor) {
                    continue; /* codes have whole sentences: tests/unit/code_test.c */
                }
                const char *word = say_words_get(&speakers[who], enums[at], value);
                if (strcmp(word, "?") == 0 || word[0] == '\0') {
                    fail_msg("%s.%s has no word", enums[at]->name, enums[at]->values[index].name);
                }
                read = -1;
                assert_true(say_words_read(enums[at], word, &read));
                if (read != value) {
                    fail_msg("%s.%s: %s means another", enums[at]->name,
                             enums[at]->values[index].name, word);
                }
            }
        }
    }
}

static void test_words_when_unknown_then_none(void **state)
{
    (void)state;
    const struct say say = {.language = SAY_CHINESE};
    char token[SAY_WORDS_TOKEN_BYTES];
    int value = 7;
    assert_string_equal(say_words_state(&say, (Paidan__State)99), "?");
    assert_string_equal(say_words_token(&paidan__state__descriptor, 99, token), "?");
    static const char *const wrong[] = {"", "?", "assigne", "assignedx", "STATE_ASSIGNED"};
    for (size_t index = 0; index < sizeof wrong / sizeof wrong[0]; index++) {
        assert_false(say_words_read(&paidan__state__descriptor, wrong[index], &value));
    }
    assert_int_equal(value, 7);
}

static void test_words_when_another_is_used_then_the_same_value(void **state)
{
    (void)state;
    int value = 0;
    assert_true(say_words_read(&paidan__state__descriptor, "退单", &value));
    assert_int_equal(value, PAIDAN__STATE__STATE_RETURNED);
    assert_true(say_words_read(&paidan__action__descriptor, "ask-assist", &value));
    assert_int_equal(value, PAIDAN__ACTION__ACTION_ASK_ASSIST);
    assert_true(say_words_read(&paidan__mode__descriptor, "协调中", &value));
    assert_int_equal(value, PAIDAN__MODE__MODE_COORDINATION);
}

static void test_bits_when_set_then_their_words(void **state)
{
    (void)state;
    const struct say say = {.language = SAY_CHINESE};
    const uint32_t bits = 1u << PAIDAN__DESK_REASON__DESK_NO_PLACE |
                          1u << PAIDAN__DESK_REASON__DESK_RETURNED | 1u << 31;
    char text[256], cut[8];
    say_words_bits(&say, &paidan__desk_reason__descriptor, bits, "，", text, sizeof text);
    assert_string_equal(text, "未识别地点，退单");
    say_words_bits(&say, &paidan__desk_reason__descriptor, bits, "，", cut, sizeof cut);
    assert_int_equal(strlen(cut), sizeof cut - 1);
    say_words_tokens(&paidan__satisfied__descriptor, 0, text, sizeof text);
    assert_string_equal(text, "yes|fair|no");
    say_words_tokens(&paidan__satisfied__descriptor, 1u << PAIDAN__SATISFIED__SATISFIED_FAIR, text,
                     sizeof text);
    assert_string_equal(text, "fair");
}

static void test_why_when_told_then_in_the_readers_language(void **state)
{
    (void)state;
    static const char spoken[] = "category: 消防通道; area: place 锦绣苑";
    struct say say = {.language = SAY_CHINESE};
    char text[128], cut[24];
    say_words_found(&say, spoken, text, sizeof text);
    assert_string_equal(text, "类别词 消防通道；地点栏里的地名 锦绣苑");
    say_words_found(&say, "category: hint; area: hint", text, sizeof text);
    assert_string_equal(text, "类别由渠道给出；区域由渠道给出");
    say_words_found(&say, "what a newer triage says", text, sizeof text);
    assert_string_equal(text, "what a newer triage says");
    say_words_found(&say, spoken, cut, sizeof cut);
    assert_string_equal(cut, "类别词 消防通道");
    say.language = SAY_ENGLISH;
    say_words_found(&say, spoken, text, sizeof text);
    assert_string_equal(text, "category: 消防通道; place: 锦绣苑");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_when_any_value_is_met_then_it_reads_back),
        cmocka_unit_test(test_words_when_unknown_then_none),
        cmocka_unit_test(test_words_when_another_is_used_then_the_same_value),
        cmocka_unit_test(test_bits_when_set_then_their_words),
        cmocka_unit_test(test_why_when_told_then_in_the_readers_language),
    };
    return cmocka_run_group_tests(tests, walk, NULL);
}
