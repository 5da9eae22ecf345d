/* callback_fsm: every cell of the table, printed and compared with its golden copy, and the laws
 * the table keeps. */

#include "callback_fsm.h"

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
    unsigned allowed = 0, refusals = 0;
    trace_init(&trace, 0);
    for (int state = 0; state < CALLBACK_STATE_COUNT; state++) {
        for (int signal = 0; signal < CALLBACK_SIGNAL_COUNT; signal++) {
            const struct callback_step step =
                callback_fsm_step((enum callback_state)state, (enum callback_signal)signal);
            allowed += step.allowed;
            refusals += !step.allowed;
            trace_say(&trace, "%-10s %-14s %-10s %s",
                      callback_fsm_state_name((enum callback_state)state),
                      callback_fsm_signal_name((enum callback_signal)signal),
                      step.allowed ? callback_fsm_state_name(step.next) : "-",
                      step.allowed ? trace_fact(step.fact) : "refuse");
        }
    }
    print_message("%u cells: %u allowed, %u refused\n", allowed + refusals, allowed, refusals);
    assert_int_equal(allowed + refusals, CALLBACK_STATE_COUNT * CALLBACK_SIGNAL_COUNT);
    assert_true(trace_golden(&trace, "callback_fsm"));
    trace_fini(&trace);
}

/* Only a resolution opens a task, and only an open task can be handed out, answered or end; a late
 * answer belongs to one that ended without. */
static void test_table_when_opened_then_by_a_resolution(void **context)
{
    (void)context;
    for (int state = 0; state < CALLBACK_STATE_COUNT; state++) {
        for (int signal = 0; signal < CALLBACK_SIGNAL_COUNT; signal++) {
            const struct callback_step step =
                callback_fsm_step((enum callback_state)state, (enum callback_signal)signal);
            const bool open = callback_fsm_open((enum callback_state)state);
            if (step.fact == PAIDAN__EVENT__FACT__NOT_SET) {
                continue;
            }
            if (step.fact == PAIDAN__EVENT__FACT_WITHDRAWN) {
                assert_false(open);
                assert_int_equal(step.next, CALLBACK_TAKEN_BACK);
            } else if (signal == CALLBACK_RESOLVED) {
                assert_false(open);
                assert_int_equal(step.fact, PAIDAN__EVENT__FACT_ASKED);
                assert_true(callback_fsm_open(step.next));
            } else if (signal == CALLBACK_RESOLVED_SPARED) {
                assert_false(open);
                assert_int_equal(step.next, CALLBACK_SPARED);
            } else if (signal == CALLBACK_LATE) {
                assert_false(open);
                assert_int_equal(step.fact, PAIDAN__EVENT__FACT_ANSWERED);
            } else {
                assert_true(open);
            }
        }
    }
}

static void test_table_when_nothing_is_said_then_the_state_stays(void **context)
{
    (void)context;
    for (int state = 0; state < CALLBACK_STATE_COUNT; state++) {
        for (int signal = 0; signal < CALLBACK_SIGNAL_COUNT; signal++) {
            const struct callback_step step =
                callback_fsm_step((enum callback_state)state, (enum callback_signal)signal);
            if (step.fact == PAIDAN__EVENT__FACT__NOT_SET) {
                assert_int_equal(step.next, step.allowed ? state : 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_opened_then_by_a_resolution),
        cmocka_unit_test(test_table_when_nothing_is_said_then_the_state_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
