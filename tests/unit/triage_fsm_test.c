/* triage_fsm: every cell of the table, printed and compared with its golden copy, and the laws the
 * table keeps. */

#include "triage_fsm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "trace.h"

static bool at_desk(enum triage_state state)
{
    return state == TRIAGE_DESK_NEW || state == TRIAGE_DESK_RETURNED;
}

static void test_table_when_printed_then_equals_the_golden_one(void **context)
{
    (void)context;
    struct trace trace;
    unsigned allowed = 0, refusals = 0;
    trace_init(&trace, 0);
    for (int state = 0; state < TRIAGE_STATE_COUNT; state++) {
        for (int signal = 0; signal < TRIAGE_SIGNAL_COUNT; signal++) {
            const struct triage_step step =
                triage_fsm_step((enum triage_state)state, (enum triage_signal)signal);
            const bool refused = step.next == TRIAGE_NONE;
            allowed += !refused;
            refusals += refused;
            trace_say(&trace, "%-14s %-10s %-14s %s",
                      triage_fsm_state_name((enum triage_state)state),
                      triage_fsm_signal_name((enum triage_signal)signal),
                      refused ? "-" : triage_fsm_state_name(step.next),
                      refused ? "refuse" : trace_fact(step.fact));
        }
    }
    print_message("%u cells: %u allowed, %u refused\n", allowed + refusals, allowed, refusals);
    assert_int_equal(allowed + refusals, TRIAGE_STATE_COUNT * TRIAGE_SIGNAL_COUNT);
    assert_true(trace_golden(&trace, "triage_fsm"));
    trace_fini(&trace);
}

static void test_table_when_leaving_or_entering_the_desk_then_a_fact_says_so(void **context)
{
    (void)context;
    for (int state = 0; state < TRIAGE_STATE_COUNT; state++) {
        for (int signal = 0; signal < TRIAGE_SIGNAL_COUNT; signal++) {
            const struct triage_step step =
                triage_fsm_step((enum triage_state)state, (enum triage_signal)signal);
            if (step.next != TRIAGE_NONE && (int)step.next != state) {
                assert_int_not_equal(step.fact, PAIDAN__EVENT__FACT__NOT_SET);
                assert_int_not_equal(step.fact, PAIDAN__EVENT__FACT_NOTED);
            }
            if (step.next != TRIAGE_NONE && at_desk((enum triage_state)state) &&
                !at_desk(step.next)) {
                assert_true(step.fact == PAIDAN__EVENT__FACT_ROUTED ||
                            step.fact == PAIDAN__EVENT__FACT_RULED ||
                            step.fact == PAIDAN__EVENT__FACT_MERGED ||
                            step.fact == PAIDAN__EVENT__FACT_UNDESKED);
            }
        }
    }
}

static void test_table_when_ended_then_nothing_changes_it(void **context)
{
    (void)context;
    for (int signal = 0; signal < TRIAGE_SIGNAL_COUNT; signal++) {
        const struct triage_step step = triage_fsm_step(TRIAGE_ENDED, (enum triage_signal)signal);
        assert_true(step.next == TRIAGE_NONE || step.next == TRIAGE_ENDED);
        assert_int_equal(step.fact, PAIDAN__EVENT__FACT__NOT_SET);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_leaving_or_entering_the_desk_then_a_fact_says_so),
        cmocka_unit_test(test_table_when_ended_then_nothing_changes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
