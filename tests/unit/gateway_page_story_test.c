/* gateway_page_story: no state that a ticket can be in is told as if nobody had looked at it yet. */
#include "gateway_page_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SENTENCE_BYTES = 400 };

static void test_state_when_told_then_each_in_words_of_its_own(void **state)
{
    (void)state;
    const ProtobufCEnumDescriptor *const states = &paidan__state__descriptor;
    for (int chinese = 0; chinese < 2; chinese++) {
        const struct say say = {.language = chinese != 0 ? SAY_CHINESE : SAY_ENGLISH};
        char told[16][SENTENCE_BYTES], received[SENTENCE_BYTES];
        assert_true(states->n_values <= 16);
        gateway_page_story_state(&say, PAIDAN__STATE__STATE_NONE, NULL, received, sizeof received);
        for (unsigned index = 0; index < states->n_values; index++) {
            const Paidan__State now = (Paidan__State)states->values[index].value;
            /* Waiting to be dispatched is all that has happened to one that was only received. */
            const bool waits = now == PAIDAN__STATE__STATE_NONE || now == PAIDAN__STATE__STATE_DESK;
            gateway_page_story_state(&say, now, "环卫所", told[index], SENTENCE_BYTES);
            if ((strcmp(told[index], received) == 0) != waits) {
                fail_msg("%s: %s", states->values[index].name, told[index]);
            }
            for (unsigned other = 0; other < index && !waits; other++) {
                assert_string_not_equal(told[other], told[index]);
            }
        }
    }
}

static void test_state_when_merged_then_worked_on_with_the_other(void **state)
{
    (void)state;
    const struct say say = {.language = SAY_CHINESE};
    char told[SENTENCE_BYTES];
    gateway_page_story_state(&say, PAIDAN__STATE__STATE_MERGED, NULL, told, sizeof told);
    assert_non_null(strstr(told, "并案"));
    assert_int_equal(gateway_page_story_step(PAIDAN__STATE__STATE_MERGED), 1);
}

/* Facts of groups, as residents read them: the other one's number and nothing else of it. */
static void test_fact_when_merged_or_not_any_more_then_told(void **state)
{
    (void)state;
    const struct say say = {.language = SAY_CHINESE};
    const char *said = NULL;
    char told[SENTENCE_BYTES];
    Paidan__Merged merged = PAIDAN__MERGED__INIT;
    Paidan__Unmerged unmerged = PAIDAN__UNMERGED__INIT;
    Paidan__Event event = PAIDAN__EVENT__INIT;
    merged.into = 2026112300000001ull;
    merged.title = (char *)"某人的话";
    event.fact_case = PAIDAN__EVENT__FACT_MERGED;
    event.merged = &merged;
    gateway_page_story_words(&say, &event, told, sizeof told, &said);
    assert_non_null(strstr(told, "20261123-0001-"));
    assert_null(strstr(told, merged.title));
    assert_null(said);
    event.fact_case = PAIDAN__EVENT__FACT_UNMERGED;
    event.unmerged = &unmerged;
    gateway_page_story_words(&say, &event, told, sizeof told, &said);
    assert_non_null(strstr(told, "单独办理"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_when_told_then_each_in_words_of_its_own),
        cmocka_unit_test(test_state_when_merged_then_worked_on_with_the_other),
        cmocka_unit_test(test_fact_when_merged_or_not_any_more_then_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
