/* access_fsm: every cell of the table, printed and compared with its golden copy, and the laws the
 * table keeps. */

#include "access_fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "trace.h"

static void test_table_when_printed_then_equals_the_golden_one(void **context)
{
    (void)context;
    struct trace trace;
    trace_init(&trace, 0);
    for (int state = 0; state < ACCESS_STATE_COUNT; state++) {
        for (int signal = 0; signal < ACCESS_SIGNAL_COUNT; signal++) {
            const struct access_step step =
                access_fsm_step((enum access_state)state, (enum access_signal)signal);
            trace_say(&trace, "%-10s %-14s %s", access_fsm_state_name((enum access_state)state),
                      access_fsm_signal_name((enum access_signal)signal),
                      step.allowed ? access_fsm_state_name(step.next) : "-");
        }
    }
    assert_true(trace_golden(&trace, "access_fsm"));
    trace_fini(&trace);
}

/* Nobody is ACTIVE with a password that somebody else gave, and who is disabled cannot log in. */
static void test_table_when_active_then_by_an_own_password(void **context)
{
    (void)context;
    for (int state = 0; state < ACCESS_STATE_COUNT; state++) {
        for (int signal = 0; signal < ACCESS_SIGNAL_COUNT; signal++) {
            const struct access_step step =
                access_fsm_step((enum access_state)state, (enum access_signal)signal);
            if (step.allowed && step.next == ACCESS_ACTIVE) {
                assert_true(signal == ACCESS_PASSWORD_SET ||
                            (signal == ACCESS_LOGIN && state == ACCESS_ACTIVE));
            }
            if (signal == ACCESS_LOGIN && step.allowed) {
                assert_true(state == ACCESS_INVITED || state == ACCESS_ACTIVE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_active_then_by_an_own_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
