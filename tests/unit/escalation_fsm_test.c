/* Walks every cell of escalation's table and compares the printed table with
 * tests/golden/escalation_fsm.txt. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/code.h"
#include "services/escalation/escalation_fsm.h"
#include "trace.h"

/* As the log names it: "lease_lapsed". Facts are fields of Event, numbered alike. */
static const char *fact_name(Paidan__Event__FactCase fact)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(&paidan__event__descriptor, (unsigned)fact);
    assert_non_null(field);
    return field->name;
}

static void test_table_when_printed_then_as_golden(void **unused)
{
    (void)unused;
    struct trace trace;
    unsigned allowed = 0, refusals = 0;
    trace_init(&trace, 0);
    trace_say(&trace, "%-10s %-10s %-10s %s", "state", "signal", "next", "fact");
    for (unsigned state = 0; state < ESCALATION_STATE_COUNT; state++) {
        for (unsigned signal = 0; signal < ESCALATION_SIGNAL_COUNT; signal++) {
            const enum escalation_state from = (enum escalation_state)state;
            const enum escalation_signal by = (enum escalation_signal)signal;
            const struct escalation_step go = escalation_fsm_step(from, by);
            const bool refused = go.action == ESCALATION_DO_REFUSE;
            const char *done = refused ? code_name(escalation_fsm_refusal(from, by)) : "(nothing)";
            allowed += !refused;
            refusals += refused;
            trace_say(&trace, "%-10s %-10s %-10s %s", escalation_fsm_state_name(from),
                      escalation_fsm_signal_name(by),
                      refused ? "-" : escalation_fsm_state_name(go.next),
                      go.action == ESCALATION_DO_SAY ? fact_name(go.fact) : done);
        }
    }
    print_message("%u cells: %u allowed, %u refused\n", allowed + refusals, allowed, refusals);
    assert_int_equal(allowed + refusals, ESCALATION_STATE_COUNT * ESCALATION_SIGNAL_COUNT);
    const bool equal = trace_golden(&trace, "escalation_fsm");
    trace_fini(&trace);
    assert_true(equal);
}

/* Laws of the table as a whole, which a golden file would not show to be broken on purpose. */
static void test_table_when_walked_then_ends_are_ends_and_clocks_need_open_tickets(void **unused)
{
    (void)unused;
    for (unsigned signal = 0; signal < ESCALATION_SIGNAL_COUNT; signal++) {
        const enum escalation_signal by = (enum escalation_signal)signal;
        const struct escalation_step closed = escalation_fsm_step(ESCALATION_CLOSED, by);
        const struct escalation_step gone = escalation_fsm_step(ESCALATION_WITHDRAWN, by);
        /* An appeal and its ruling change nothing but the statistic; a step is its reminder;
         * one that an old store has in no list is listed. */
        const bool appeals = by == ESCALATION_ON_APPEAL || by == ESCALATION_ON_RULE_APPEAL ||
                             by == ESCALATION_ON_STEP || by == ESCALATION_ON_RECODE;
        /* Of one that was closed without its resident; escalation_close knows which. */
        const bool heard = by == ESCALATION_ON_SOLVED || by == ESCALATION_ON_UNSOLVED ||
                           by == ESCALATION_ON_GIVEN_UP || by == ESCALATION_ON_CARD;
        assert_true(closed.action <= ESCALATION_DO_IGNORE || appeals || heard);
        assert_true(!appeals || closed.next == ESCALATION_CLOSED);
        assert_true(gone.action <= ESCALATION_DO_IGNORE);
        for (unsigned state = 0; state < ESCALATION_STATE_COUNT; state++) {
            const enum escalation_state from = (enum escalation_state)state;
            const struct escalation_step go = escalation_fsm_step(from, by);
            if (go.action == ESCALATION_DO_IGNORE) {
                assert_int_equal(go.next, from);
            }
            const bool fires = by >= ESCALATION_ON_WARN && by != ESCALATION_ON_CARD &&
                               by != ESCALATION_ON_PAUSE_END;
            const bool reminds = by == ESCALATION_ON_STEP && /* of an appeal */
                                 (from == ESCALATION_RESOLVED || from == ESCALATION_CLOSED ||
                                  from == ESCALATION_DESK || from == ESCALATION_MERGED);
            const bool open = from == ESCALATION_ASSIGNED || from == ESCALATION_ACCEPTED ||
                              from == ESCALATION_RETURNED;
            assert_true(!fires || open || reminds || go.action == ESCALATION_DO_REFUSE);
        }
    }
}

/* Every state is reached from none, and from every state some end is reached. */
static void test_table_when_followed_then_every_state_is_reached_and_ends(void **unused)
{
    (void)unused;
    bool reach[ESCALATION_STATE_COUNT][ESCALATION_STATE_COUNT] = {{false}};
    for (unsigned state = 0; state < ESCALATION_STATE_COUNT; state++) {
        for (unsigned signal = 0; signal < ESCALATION_SIGNAL_COUNT; signal++) {
            const struct escalation_step go =
                escalation_fsm_step((enum escalation_state)state, (enum escalation_signal)signal);
            reach[state][go.next] |= go.action != ESCALATION_DO_REFUSE;
        }
    }
    for (unsigned by = 0; by < ESCALATION_STATE_COUNT; by++) {
        for (unsigned from = 0; from < ESCALATION_STATE_COUNT; from++) {
            for (unsigned next = 0; next < ESCALATION_STATE_COUNT; next++) {
                reach[from][next] |= reach[from][by] && reach[by][next];
            }
        }
    }
    for (unsigned state = 1; state < ESCALATION_STATE_COUNT; state++) {
        assert_true(reach[ESCALATION_NONE][state]);
        const bool is_end = state == ESCALATION_CLOSED || state == ESCALATION_WITHDRAWN;
        assert_true(is_end ||
                    (reach[state][ESCALATION_CLOSED] && reach[state][ESCALATION_WITHDRAWN]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_as_golden),
        cmocka_unit_test(test_table_when_walked_then_ends_are_ends_and_clocks_need_open_tickets),
        cmocka_unit_test(test_table_when_followed_then_every_state_is_reached_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
