/* intake_fsm: every cell of the table, printed and compared with its golden copy, and the laws the
 * table keeps. */

#include "intake_fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "solo.h"

static void test_table_when_printed_then_equals_the_golden_one(void **context)
{
    (void)context;
    char *text = NULL;
    size_t bytes = 0;
    FILE *const out = open_memstream(&text, &bytes);
    assert_non_null(out);
    for (int state = 0; state < INTAKE_STATE_COUNT; state++) {
        for (int signal = 0; signal < INTAKE_SIGNAL_COUNT; signal++) {
            const struct intake_step step =
                intake_fsm_step((enum intake_state)state, (enum intake_signal)signal);
            fprintf(out, "%-10s %-14s ", intake_fsm_state_name((enum intake_state)state),
                    intake_fsm_signal_name((enum intake_signal)signal));
            if (step.action == INTAKE_REFUSE) {
                fprintf(out, "refuse\n");
            } else {
                fprintf(out, "%-10s %s\n", intake_fsm_state_name(step.next),
                        intake_fsm_action_name(step.action));
            }
        }
    }
    fclose(out);
    solo_check_golden("intake_fsm", text);
    free(text);
}

static void test_table_when_refused_then_names_no_next_state(void **context)
{
    (void)context;
    for (int state = 0; state < INTAKE_STATE_COUNT; state++) {
        for (int signal = 0; signal < INTAKE_SIGNAL_COUNT; signal++) {
            const struct intake_step step =
                intake_fsm_step((enum intake_state)state, (enum intake_signal)signal);
            assert_int_equal(step.next == INTAKE_NONE, step.action == INTAKE_REFUSE);
            if (step.action == INTAKE_DO_NOTHING) {
                assert_int_equal(step.next, state);
            }
        }
    }
}

static void test_table_when_closed_then_nothing_changes_it(void **context)
{
    (void)context;
    for (int signal = 0; signal < INTAKE_SIGNAL_COUNT; signal++) {
        const struct intake_step step = intake_fsm_step(INTAKE_CLOSED, (enum intake_signal)signal);
        assert_true(step.action == INTAKE_REFUSE || step.action == INTAKE_DO_NOTHING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_refused_then_names_no_next_state),
        cmocka_unit_test(test_table_when_closed_then_nothing_changes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
