/* cli_effect: a success says what it led to, who has the ticket and which deadline comes next. */

#include "cli_effect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS 1795309200000ull /* 2026-11-22 09:00 in +08:00 */
#define HOUR_MS 3600000ull

static const struct say zh = {.language = SAY_CHINESE}, en = {.language = SAY_ENGLISH};

struct made {
    Paidan__Cause cause;
    Paidan__Event event;
    Paidan__ClockSet clock, *clocks[1];
    Paidan__Brief brief;
    Paidan__Shown shown;
    struct cli_effect effect;
};

/* A ticket of lamps with three hours left, and one fact that is filled by the caller. */
static void make(struct made *made, Paidan__State state)
{
    memset(made, 0, sizeof *made);
    paidan__cause__init(&made->cause);
    paidan__event__init(&made->event);
    paidan__clock_set__init(&made->clock);
    paidan__brief__init(&made->brief);
    paidan__shown__init(&made->shown);
    made->event.cause = &made->cause;
    made->clock.clock = PAIDAN__CLOCK__CLOCK_HANDLE;
    made->clock.due_ms = NOW_MS + 3 * HOUR_MS;
    made->clocks[0] = &made->clock;
    made->brief.state = state;
    made->brief.unit = (char *)"lamps";
    made->brief.n_clocks = 1;
    made->brief.clocks = made->clocks;
    made->shown.brief = &made->brief;
    made->effect.shown = &made->shown;
    made->effect.count = 1;
    made->effect.facts[0] = &made->event;
}

static void assert_words(const struct say *say, const struct made *made, const char *expected)
{
    char text[CLI_EFFECT_BYTES];
    cli_effect_words(say, &made->effect, NOW_MS, text);
    assert_string_equal(text, expected);
}

static void test_words_when_accepted_then_the_next_deadline(void **state)
{
    (void)state;
    struct made made;
    make(&made, PAIDAN__STATE__STATE_ACCEPTED);
    Paidan__Accepted accepted = PAIDAN__ACCEPTED__INIT;
    accepted.unit = (char *)"lamps";
    accepted.note = (char *)"不用重复的话";
    made.event.fact_case = PAIDAN__EVENT__FACT_ACCEPTED;
    made.event.accepted = &accepted;
    assert_words(&zh, &made, "lamps 签收；办理时限剩 3小时00分 (12:00)");
    assert_words(&en, &made, "lamps accepted it; handle: 3h00m left (12:00)");
    assert_string_equal(accepted.note, "不用重复的话"); /* the fact is as it was */
}

static void test_words_when_it_moved_or_waits_then_where(void **state)
{
    (void)state;
    struct made made;
    make(&made, PAIDAN__STATE__STATE_RETURNED);
    Paidan__Returned returned = PAIDAN__RETURNED__INIT;
    returned.unit = (char *)"lamps";
    returned.note = (char *)"n";
    made.event.fact_case = PAIDAN__EVENT__FACT_RETURNED;
    made.event.returned = &returned;
    assert_words(&zh, &made, "lamps 退单；等分拨员裁定，时限照走");
    make(&made, PAIDAN__STATE__STATE_ACCEPTED);
    Paidan__Progressed progressed = PAIDAN__PROGRESSED__INIT;
    progressed.unit = (char *)"lamps";
    progressed.note = (char *)"n";
    made.event.fact_case = PAIDAN__EVENT__FACT_PROGRESSED;
    made.event.progressed = &progressed;
    assert_words(&zh, &made, "办理进展；现由 lamps 承办；办理时限剩 3小时00分 (12:00)");
    make(&made, PAIDAN__STATE__STATE_CLOSED);
    Paidan__Closed closed = PAIDAN__CLOSED__INIT;
    closed.outcome = PAIDAN__OUTCOME__OUTCOME_SOLVED;
    made.event.fact_case = PAIDAN__EVENT__FACT_CLOSED;
    made.event.closed = &closed;
    assert_words(&en, &made, "closed: solved");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_when_accepted_then_the_next_deadline),
        cmocka_unit_test(test_words_when_it_moved_or_waits_then_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
