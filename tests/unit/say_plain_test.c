/* say_plain: what is not seen is taken out, what is seen stays. */
#include "common/say/say_plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command.pb-c.h"

static void assert_plain(const char *text, const char *expected)
{
    char copy[128];
    (void)snprintf(copy, sizeof copy, "%s", text);
    say_plain_text(copy);
    assert_string_equal(copy, expected);
}

static void test_text_when_it_turns_or_moves_then_it_does_not(void **state)
{
    (void)state;
    assert_plain(
        "路灯\xe2\x80\xae"
        "不亮\xe2\x81\xa6",
        "路灯不亮");
    assert_plain(
        "\x1b[31mred\x07\xc2\x9b"
        "31m",
        "[31mred31m");
    assert_plain(
        "\xef\xbb\xbf"
        "a\xd8\x9c"
        "b\r\nc\td",
        "ab\nc\td");
    assert_plain("é 😀 “一” …", "é 😀 “一” …");
    assert_plain("\xe2\x80", "\xe2\x80");
    assert_plain("", "");
}

static void test_message_when_walked_then_every_string_of_it(void **state)
{
    (void)state;
    char place[] = "a\xe2\x80\xae", title[] = "b\xe2\x80\xae", note[] = "c\xe2\x80\xae",
         *notes[] = {note};
    Paidan__TicketText text = PAIDAN__TICKET_TEXT__INIT, *list[] = {&text};
    Paidan__Texts texts = PAIDAN__TEXTS__INIT;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    text.place = place;
    text.title = title;
    text.supplements = notes;
    text.n_supplements = 1;
    texts.texts = list;
    texts.n_texts = 1;
    answer.body_case = PAIDAN__ANSWER__BODY_TEXTS;
    answer.texts = &texts;
    say_plain_message(&answer.base);
    assert_string_equal(text.place, "a");
    assert_string_equal(text.title, "b");
    assert_string_equal(text.supplements[0], "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_when_it_turns_or_moves_then_it_does_not),
        cmocka_unit_test(test_message_when_walked_then_every_string_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
