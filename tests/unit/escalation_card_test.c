/* Walks every cell of the table of cards, compares it with tests/golden/escalation_card.txt, and
 * checks what must hold of the table as a whole. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/say/code.h"
#include "services/escalation/escalation_card.h"
#include "trace.h"

static void test_table_when_printed_then_as_golden(void **unused)
{
    (void)unused;
    struct trace trace;
    trace_init(&trace, 0);
    trace_say(&trace, "%-8s %-12s %-8s %s", "card", "signal", "next", "code");
    for (unsigned card = 0; card <= PAIDAN__CARD__CARD_RED; card++) {
        for (unsigned signal = 0; signal < ESCALATION_CARD_SIGNAL_COUNT; signal++) {
            const struct escalation_card_step go =
                escalation_card_step((Paidan__Card)card, (enum escalation_card_signal)signal);
            trace_say(&trace, "%-8s %-12s %-8s %s", escalation_card_name((Paidan__Card)card),
                      escalation_card_signal_name((enum escalation_card_signal)signal),
                      escalation_card_name(go.next), code_name(go.code));
        }
    }
    const bool equal = trace_golden(&trace, "escalation_card");
    trace_fini(&trace);
    assert_true(equal);
}

static void
test_table_when_walked_then_nothing_lowers_a_card_but_cancelling_and_moving(void **state)
{
    (void)state;
    for (unsigned card = 0; card <= PAIDAN__CARD__CARD_RED; card++) {
        for (unsigned signal = 0; signal < ESCALATION_CARD_SIGNAL_COUNT; signal++) {
            const struct escalation_card_step go =
                escalation_card_step((Paidan__Card)card, (enum escalation_card_signal)signal);
            const bool ends =
                signal == ESCALATION_CARD_CANCELLED || signal == ESCALATION_CARD_MOVED;
            assert_true(go.code == PAIDAN__CODE__OK || (unsigned)go.next == card);
            assert_true(ends || (unsigned)go.next >= card);
            if (ends) { /* never from red to yellow */
                assert_int_equal(go.next, PAIDAN__CARD__CARD_NONE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_when_printed_then_as_golden),
        cmocka_unit_test(
            test_table_when_walked_then_nothing_lowers_a_card_but_cancelling_and_moving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
