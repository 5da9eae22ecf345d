/* callback_fsm: the table behind callback_fsm.h. Every pair of state and signal is decided here and
 * nowhere else; a cell left out is a refusal. */

#include "callback_fsm.h"

#include <assert.h>

#include "common/base/check.h"

/* The signal leads to another state (or the same) and to a fact that says so. */
#define SAYS(next, fact)                                                                           \
    {                                                                                              \
        true, next, PAIDAN__EVENT__FACT_##fact                                                     \
    }
/* Heard, and nothing follows from it. */
#define STAYS(state)                                                                               \
    {                                                                                              \
        true, state, PAIDAN__EVENT__FACT__NOT_SET                                                  \
    }

static const struct callback_step steps[CALLBACK_STATE_COUNT][CALLBACK_SIGNAL_COUNT] = {
    /* Tickets that were never resolved come and go without a callback. */
    [CALLBACK_NONE] =
        {
            [CALLBACK_RESOLVED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_NONE),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_NONE),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, WITHDRAWN),
        },
    [CALLBACK_ASKED] =
        {
            [CALLBACK_PULLED] = SAYS(CALLBACK_HANDED, HANDED),
            [CALLBACK_LAPSED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_EXHAUSTED] = SAYS(CALLBACK_UNREACHED, UNREACHED),
            [CALLBACK_ANSWER] = SAYS(CALLBACK_ANSWERED, ANSWERED),
            [CALLBACK_REOPENED] = SAYS(CALLBACK_CANCELLED, CANCELLED),
            [CALLBACK_CLOSED] = SAYS(CALLBACK_CANCELLED, CANCELLED),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, CANCELLED),
        },
    [CALLBACK_HANDED] =
        {
            [CALLBACK_PULLED] = SAYS(CALLBACK_HANDED, HANDED),
            [CALLBACK_LAPSED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_EXHAUSTED] = SAYS(CALLBACK_UNREACHED, UNREACHED),
            [CALLBACK_ANSWER] = SAYS(CALLBACK_ANSWERED, ANSWERED),
            [CALLBACK_REOPENED] = SAYS(CALLBACK_CANCELLED, CANCELLED),
            [CALLBACK_CLOSED] = SAYS(CALLBACK_CANCELLED, CANCELLED),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, CANCELLED),
        },
    /* Escalation reopens and closes because of what was said here: heard again, no effect. */
    [CALLBACK_ANSWERED] =
        {
            [CALLBACK_RESOLVED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_ANSWERED),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_ANSWERED),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, WITHDRAWN),
        },
    [CALLBACK_UNREACHED] =
        {
            [CALLBACK_RESOLVED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_UNREACHED),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_UNREACHED),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, WITHDRAWN),
        },
    [CALLBACK_CANCELLED] =
        {
            [CALLBACK_RESOLVED] = SAYS(CALLBACK_ASKED, ASKED),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_CANCELLED),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_CANCELLED),
            [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, WITHDRAWN),
        },
    /* Escalation may say all of this before it hears of the withdrawal. */
    [CALLBACK_TAKEN_BACK] =
        {
            [CALLBACK_RESOLVED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_WITHDRAWN] = STAYS(CALLBACK_TAKEN_BACK),
        },
};

static_assert(CALLBACK_TAKEN_BACK == 6, "states are stored: never renumber");

struct callback_step callback_fsm_step(enum callback_state state, enum callback_signal signal)
{
    CHECK(state < CALLBACK_STATE_COUNT);
    CHECK(signal < CALLBACK_SIGNAL_COUNT);
    const struct callback_step step = steps[state][signal];
    CHECK(step.allowed || step.fact == PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(step.fact != PAIDAN__EVENT__FACT__NOT_SET || !step.allowed || step.next == state);
    return step;
}

bool callback_fsm_open(enum callback_state state)
{
    CHECK(state < CALLBACK_STATE_COUNT);
    return state == CALLBACK_ASKED || state == CALLBACK_HANDED;
}

const char *callback_fsm_state_name(enum callback_state state)
{
    static const char *const names[CALLBACK_STATE_COUNT] = {
        "NONE", "ASKED", "HANDED", "ANSWERED", "UNREACHED", "CANCELLED", "TAKEN_BACK",
    };
    CHECK(state < CALLBACK_STATE_COUNT);
    return names[state];
}

const char *callback_fsm_signal_name(enum callback_signal signal)
{
    static const char *const names[CALLBACK_SIGNAL_COUNT] = {
        "RESOLVED", "PULLED", "LAPSED", "EXHAUSTED", "ANSWER", "REOPENED", "CLOSED", "WITHDRAWN",
    };
    CHECK(signal < CALLBACK_SIGNAL_COUNT);
    return names[signal];
}
