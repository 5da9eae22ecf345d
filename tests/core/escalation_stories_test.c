/* Escalation's stories against their golden traces: tests/golden/escalation_<name>.txt. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "escalation_stories.h"

static void test_story_when_told_then_as_golden(void **state)
{
    const struct escalation_story *told = *state;
    struct story story;
    char name[64];
    escalation_story_tell(told, &story);
    (void)snprintf(name, sizeof name, "escalation_%s", told->name);
    const bool equal = trace_golden(&story.trace, name);
    story_close(&story);
    assert_true(equal);
}

int main(void)
{
    struct CMUnitTest *tests = calloc(escalation_story_count, sizeof *tests);
    if (tests == NULL) {
        return 1;
    }
    for (size_t index = 0; index < escalation_story_count; index++) {
        tests[index] = (struct CMUnitTest){
            .name = escalation_stories[index].name,
            .test_func = test_story_when_told_then_as_golden,
            .initial_state = (void *)&escalation_stories[index],
        };
    }
    const int failed =
        _cmocka_run_group_tests("escalation_stories", tests, escalation_story_count, NULL, NULL);
    free(tests);
    return failed;
}
