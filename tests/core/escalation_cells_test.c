/* Every allowed cell of escalation's table matters: turned into a refusal, some story's trace
 * differs from its golden file.
 *
 * The table is compiled into this program a second time, with a lookup that can refuse one cell;
 * the linker then takes it instead of the library's. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define escalation_fsm_step escalation_fsm_step_true
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "services/escalation/escalation_fsm.c"
#undef escalation_fsm_step

#include "escalation_stories.h"

struct escalation_step escalation_fsm_step_true(enum escalation_state state,
                                                enum escalation_signal signal);
struct escalation_step escalation_fsm_step(enum escalation_state state,
                                           enum escalation_signal signal);

enum { STORIES_MAX = 128 };

static bool seen[STORIES_MAX][ESCALATION_STATE_COUNT][ESCALATION_SIGNAL_COUNT];
static char *traces[STORIES_MAX];
static size_t telling;
static bool refusing;
static enum escalation_state refused_state;
static enum escalation_signal refused_signal;

struct escalation_step escalation_fsm_step(enum escalation_state state,
                                           enum escalation_signal signal)
{
    seen[telling][state][signal] = true;
    struct escalation_step step = escalation_fsm_step_true(state, signal);
    if (refusing && state == refused_state && signal == refused_signal) {
        /* Its fact stays: whoever says it without asking is stopped by folding, not by a CHECK. */
        step.next = ESCALATION_NONE;
        step.action = ESCALATION_DO_REFUSE;
    }
    return step;
}

/* The trace of a story; the caller frees it. */
static char *tell(size_t index)
{
    struct story story;
    telling = index;
    escalation_story_tell(&escalation_stories[index], &story);
    char *text = strdup(story.trace.text);
    story_close(&story);
    return text;
}

static bool is_caught(enum escalation_state state, enum escalation_signal signal)
{
    bool caught = false;
    refusing = true;
    refused_state = state;
    refused_signal = signal;
    for (size_t index = 0; index < escalation_story_count && !caught; index++) {
        if (seen[index][state][signal]) {
            char *text = tell(index);
            caught = strcmp(text, traces[index]) != 0;
            free(text);
        }
    }
    refusing = false;
    return caught;
}

static void test_cell_when_refused_then_a_story_differs(void **unused)
{
    (void)unused;
    unsigned cells = 0, lost = 0;
    assert_true(escalation_story_count <= STORIES_MAX);
    for (size_t index = 0; index < escalation_story_count; index++) {
        traces[index] = tell(index);
    }
    for (unsigned state = 0; state < ESCALATION_STATE_COUNT; state++) {
        for (unsigned signal = 0; signal < ESCALATION_SIGNAL_COUNT; signal++) {
            const enum escalation_state from = (enum escalation_state)state;
            const enum escalation_signal by = (enum escalation_signal)signal;
            if (escalation_fsm_step_true(from, by).action == ESCALATION_DO_REFUSE) {
                continue;
            }
            cells++;
            if (!is_caught(from, by)) {
                lost++;
                print_error("no story needs %s x %s\n", escalation_fsm_state_name(from),
                            escalation_fsm_signal_name(by));
            }
        }
    }
    for (size_t index = 0; index < escalation_story_count; index++) {
        free(traces[index]);
    }
    print_message("%u cells allowed, %u needed by no story\n", cells, lost);
    assert_true(cells > 0);
    assert_int_equal(lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cell_when_refused_then_a_story_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
