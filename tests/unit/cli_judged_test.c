/* cli_judged: what speaks for a judgement is told whole, in both languages, and nothing where there is
 * nothing. */

#include "cli_judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is printed. Heap. */
static char *print(enum say_language language, const Paidan__Judged *judged)
{
    struct cli cli = {.say = {.language = language}, .site_tried = true};
    FILE *const before = stdout;
    char *text = NULL;
    size_t bytes = 0;
    stdout = open_memstream(&text, &bytes);
    assert_non_null(stdout);
    cli_judged_print(&cli, judged);
    (void)fclose(stdout);
    stdout = before;
    assert_non_null(text);
    return text;
}

static void test_judged_when_nothing_then_no_line(void **state)
{
    (void)state;
    const Paidan__Judged empty = PAIDAN__JUDGED__INIT;
    char *text = print(SAY_CHINESE, NULL);
    assert_string_equal(text, "");
    free(text);
    text = print(SAY_CHINESE, &empty);
    assert_string_equal(text, "");
    free(text);
}

static void test_judged_when_whole_then_each_ground_is_told(void **state)
{
    (void)state;
    char *words[] = {"漏水", "积水"}, *places[] = {"阳光花园"}, *calls[] = {"119"};
    Paidan__Guess guess = PAIDAN__GUESS__INIT, *guesses[] = {&guess};
    Paidan__Gram gram = PAIDAN__GRAM__INIT, *grams[] = {&gram};
    Paidan__SameEvent same = PAIDAN__SAME_EVENT__INIT, *sames[] = {&same};
    Paidan__Judged judged = PAIDAN__JUDGED__INIT;
    guess.code = (char *)"leak";
    guess.permille = 914;
    gram.gram = (char *)"水管";
    same.ticket = 2026112300000001ull;
    same.permille = 830;
    same.name = (char *)"春晓苑";
    judged.has_by = 1;
    judged.by = PAIDAN__JUDGED_BY__JUDGED_MODEL;
    judged.rule = (char *)"r7";
    judged.n_words = 2;
    judged.words = words;
    judged.n_place_words = 1;
    judged.place_words = places;
    judged.n_call = 1;
    judged.call = calls;
    judged.n_guesses = 1;
    judged.guesses = guesses;
    judged.n_grams = 1;
    judged.grams = grams;
    judged.n_same = 1;
    judged.same = sames;
    judged.has_threshold = 1;
    judged.threshold = 950;
    char *text = print(SAY_CHINESE, &judged);
    assert_ptr_equal(strstr(text, "  紧急      请先拨打 119\n"), text); /* before all else */
    assert_non_null(strstr(text, "模型；规则 r7；关键词 漏水、积水；字词 水管；地名 阳光花园\n"));
    assert_non_null(strstr(text, "91.4%，自动分拨须 95.0%\n"));
    assert_non_null(strstr(text, "83.0%  春晓苑\n"));
    free(text);
    judged.threshold = 2000; /* nowhere */
    text = print(SAY_ENGLISH, &judged);
    assert_non_null(strstr(text, "call first 119\n"));
    assert_non_null(strstr(text, "91.4%; the model dispatches nothing yet\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judged_when_nothing_then_no_line),
        cmocka_unit_test(test_judged_when_whole_then_each_ground_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
