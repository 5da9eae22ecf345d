/* cli_stats_words: every counter of every service has a Chinese name, and no two of a service share
 * one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "callback.h"
#include "escalation.h"
#include "intake.h"
#include "services/cli/cli_stats_words.h"
#include "triage.h"

static void test_word_when_any_counter_then_a_chinese_name_of_its_own(void **state)
{
    static const struct step_service *const services[] = {&intake_service, &triage_service,
                                                          &escalation_service, &callback_service};
    (void)state;
    for (size_t at = 0; at < 4; at++) {
        const char *const service = services[at]->name;
        const char *const *const names = services[at]->tallies;
        for (size_t index = 0; names[index] != NULL; index++) {
            const char *const word = cli_stats_word(service, names[index]);
            if ((unsigned char)word[0] < 0x80) {
                print_message("%s.%s has no Chinese name\n", service, names[index]);
            }
            assert_true((unsigned char)word[0] >= 0x80);
            for (size_t other = 0; other < index; other++) {
                assert_string_not_equal(word, cli_stats_word(service, names[other]));
            }
        }
    }
    assert_string_equal(cli_stats_word("intake", "something_new"), "something_new");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_word_when_any_counter_then_a_chinese_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
