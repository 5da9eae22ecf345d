/* wechat_fsm: every cell of the table, printed and compared with its golden copy, and the laws the table
 * keeps. */

#include "wechat_fsm.h"

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
    for (int state = 0; state < WECHAT_STATE_COUNT; state++) {
        for (int signal = 0; signal < WECHAT_SIGNAL_COUNT; signal++) {
            const struct wechat_step step =
                wechat_fsm_step((enum wechat_state)state, (enum wechat_signal)signal);
            trace_say(&trace, "%-9s %-14s %-9s %s%s",
                      wechat_fsm_state_name((enum wechat_state)state),
                      wechat_fsm_signal_name((enum wechat_signal)signal),
                      step.allowed ? wechat_fsm_state_name(step.next) : "-",
                      step.closes ? "file, then " : "",
                      step.allowed ? wechat_fsm_act_name(step.act) : "never");
        }
    }
    assert_true(trace_golden(&trace, "wechat_fsm"));
    trace_fini(&trace);
}

/* Whatever a resident says is answered or kept: a cell that may be reached by a message is there. */
static void test_table_when_anything_is_said_then_a_cell(void **context)
{
    (void)context;
    for (int state = 0; state < WECHAT_STATE_COUNT; state++) {
        for (int signal = 0; signal < WECHAT_SIGNAL_COUNT; signal++) {
            const enum wechat_state at = (enum wechat_state)state;
            const bool rare =
                (signal == WECHAT_PICKS && at != WECHAT_CHASE && at != WECHAT_WITHDRAW) ||
                (signal == WECHAT_YES_LACKS && at != WECHAT_CONSENT) ||
                (signal == WECHAT_EXPIRED && !wechat_fsm_waits(at));
            assert_int_equal(wechat_fsm_step(at, (enum wechat_signal)signal).allowed, !rare);
        }
    }
}

/* What was being told is never forgotten: it is kept, filed now, or filed first. Danger is filed at
 * once everywhere, and only a plain yes to the question withdraws. */
static void test_table_when_it_leaves_a_draft_then_it_is_filed(void **context)
{
    (void)context;
    for (int state = 0; state < WECHAT_STATE_COUNT; state++) {
        const enum wechat_state at = (enum wechat_state)state;
        assert_int_equal(wechat_fsm_step(at, WECHAT_DANGER).act, WECHAT_DO_ALARM);
        for (int signal = 0; signal < WECHAT_SIGNAL_COUNT; signal++) {
            const struct wechat_step step = wechat_fsm_step(at, (enum wechat_signal)signal);
            if (wechat_fsm_drafts(at) && step.allowed && !wechat_fsm_drafts(step.next)) {
                assert_true(step.closes || step.act == WECHAT_DO_FILE ||
                            step.act == WECHAT_DO_CLOSE || step.act == WECHAT_DO_ALARM);
            }
            if (step.act == WECHAT_DO_WITHDRAW) {
                assert_int_equal(at, WECHAT_SURE);
                assert_int_equal(signal, WECHAT_YES);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_equals_the_golden_one),
        cmocka_unit_test(test_table_when_anything_is_said_then_a_cell),
        cmocka_unit_test(test_table_when_it_leaves_a_draft_then_it_is_filed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
