/* intake_fsm: every cell of the table, printed and compared with its golden copy, and the laws the
 * table keeps. */

#include "intake_fsm.h"

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
    for (int state = 0; state < INTAKE_STATE_COUNT; state++) {
        for (int signal = 0; signal < INTAKE_SIGNAL_COUNT; signal++) {
            const struct intake_step step =
                intake_fsm_step((enum intake_state)state, (enum intake_signal)signal);
            const bool refused = step.next == INTAKE_NONE;
            allowed += !refused;
            refusals += refused;
            trace_say(&trace, "%-10s %-14s %-10s %s",
                      intake_fsm_state_name((enum intake_state)state),
                      intake_fsm_signal_name((enum intake_signal)signal),
                      refused ? "-" : intake_fsm_state_name(step.next),
                      refused ? "refuse" : trace_fact(step.fact));
        }
    }
    print_message("%u cells: %u allowed, %u refused\n", allowed + refusals, allowed, refusals);
    assert_int_equal(allowed + refusals, INTAKE_STATE_COUNT * INTAKE_SIGNAL_COUNT);
    assert_true(trace_golden(&trace, "intake_fsm"));
    trace_fini(&trace);
}

static void test_table_when_nothing_is_said_then_the_state_stays(void **context)
{
    (void)context;
    for (int state = 0; state < INTAKE_STATE_COUNT; state++) {
        for (int signal = 0; signal < INTAKE_SIGNAL_COUNT; signal++) {
            const struct intake_step step =
                intake_fsm_step((enum intake_state)state, (enum intake_signal)signal);
            if (step.next == INTAKE_NONE) {
                assert_int_equal(step.fact, PAIDAN__EVENT__FACT__NOT_SET);
            }
            if (step.fact == PAIDAN__EVENT__FACT__NOT_SET) {
                assert_true(step.next == INTAKE_NONE || (int)step.next == state);
            }
        }
    }
}

/* Only escalation opens it again, or closes it as something else (intake_receipt says when). */
static void test_table_when_closed_then_nothing_of_the_resident_changes_it(void **context)
{
    (void)context;
    for (int signal = INTAKE_REGISTER; signal < INTAKE_SIGNAL_COUNT; signal++) {
        if (signal >= INTAKE_SEEN_ASSIGNED && signal != INTAKE_SPLIT) {
            continue;
        }
        const struct intake_step step = intake_fsm_step(INTAKE_CLOSED, (enum intake_signal)signal);
        assert_int_equal(step.fact, PAIDAN__EVENT__FACT__NOT_SET);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_nothing_is_said_then_the_state_stays),
        cmocka_unit_test(test_table_when_closed_then_nothing_of_the_resident_changes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
