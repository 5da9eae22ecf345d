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

/* An open task, handed out or not: residents may answer before an adapter took the task and after
 * its lease, so both states take the same. */
#define OPEN_CELLS                                                                                 \
    [CALLBACK_PULLED] = SAYS(CALLBACK_HANDED, HANDED),                                             \
    [CALLBACK_LAPSED] = SAYS(CALLBACK_ASKED, ASKED),                                               \
    [CALLBACK_EXHAUSTED] = SAYS(CALLBACK_UNREACHED, UNREACHED),                                    \
    [CALLBACK_ANSWER] = SAYS(CALLBACK_ANSWERED, ANSWERED),                                         \
    [CALLBACK_REOPENED] = SAYS(CALLBACK_CANCELLED, CANCELLED),                                     \
    [CALLBACK_CLOSED] = SAYS(CALLBACK_CANCELLED, CANCELLED),                                       \
    [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, CANCELLED),                                   \
    [CALLBACK_SPARE] = SAYS(CALLBACK_SPARED, SPARED)
/* Nothing is being asked. Escalation reopens and closes because of what was said here: heard again,
 * no effect. A withdrawal is kept in our own log, for a closure may still be on its way. */
#define CLOSED_CELLS(self)                                                                         \
    [CALLBACK_RESOLVED] = SAYS(CALLBACK_ASKED, ASKED),                                             \
    [CALLBACK_RESOLVED_SPARED] = SAYS(CALLBACK_SPARED, SPARED), [CALLBACK_REOPENED] = STAYS(self), \
    [CALLBACK_CLOSED] = STAYS(self), [CALLBACK_WITHDRAWN] = SAYS(CALLBACK_TAKEN_BACK, WITHDRAWN)

static const struct callback_step steps[CALLBACK_STATE_COUNT][CALLBACK_SIGNAL_COUNT] = {
    /* Tickets that were never resolved come and go without a callback. */
    [CALLBACK_NONE] = {CLOSED_CELLS(CALLBACK_NONE)},
    [CALLBACK_ASKED] = {OPEN_CELLS},
    [CALLBACK_HANDED] = {OPEN_CELLS},
    [CALLBACK_ANSWERED] = {CLOSED_CELLS(CALLBACK_ANSWERED)},
    [CALLBACK_UNREACHED] = {CLOSED_CELLS(CALLBACK_UNREACHED), [CALLBACK_LATE] = SAYS(
                                                                  CALLBACK_ANSWERED, ANSWERED)},
    [CALLBACK_SPARED] = {CLOSED_CELLS(CALLBACK_SPARED), [CALLBACK_LATE] =
                                                            SAYS(CALLBACK_ANSWERED, ANSWERED)},
    [CALLBACK_CANCELLED] = {CLOSED_CELLS(CALLBACK_CANCELLED)},
    /* Escalation may say all of this before it hears of the withdrawal. */
    [CALLBACK_TAKEN_BACK] =
        {
            [CALLBACK_RESOLVED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_RESOLVED_SPARED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_REOPENED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_CLOSED] = STAYS(CALLBACK_TAKEN_BACK),
            [CALLBACK_WITHDRAWN] = STAYS(CALLBACK_TAKEN_BACK),
        },
};

static_assert(CALLBACK_TAKEN_BACK == 6 && CALLBACK_SPARED == 7,
              "states are stored: never renumber");

/* A cell that says nothing changes nothing: else a state would change without a fact, and no
 * replay would find it again. */
struct callback_step callback_fsm_step(enum callback_state state, enum callback_signal signal)
{
    CHECK(state < CALLBACK_STATE_COUNT);
    CHECK(signal < CALLBACK_SIGNAL_COUNT);
    const struct callback_step step = steps[state][signal];
    CHECK(step.allowed || step.fact == PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(step.fact != PAIDAN__EVENT__FACT__NOT_SET || !step.allowed || step.next == state);
    return step;
}

/* Open tasks have rows in queue, open and due; callback_state keeps that. */
bool callback_fsm_open(enum callback_state state)
{
    CHECK(state < CALLBACK_STATE_COUNT);
    return state == CALLBACK_ASKED || state == CALLBACK_HANDED;
}

const char *callback_fsm_state_name(enum callback_state state)
{
    static const char *const names[CALLBACK_STATE_COUNT] = {
        "NONE", "ASKED", "HANDED", "ANSWERED", "UNREACHED", "CANCELLED", "TAKEN_BACK", "SPARED",
    };
    CHECK(state < CALLBACK_STATE_COUNT);
    return names[state];
}

const char *callback_fsm_signal_name(enum callback_signal signal)
{
    static const char *const names[CALLBACK_SIGNAL_COUNT] = {
        "RESOLVED", "PULLED",    "LAPSED",          "EXHAUSTED", "ANSWER", "REOPENED",
        "CLOSED",   "WITHDRAWN", "RESOLVED_SPARED", "SPARE",     "LATE",
    };
    CHECK(signal < CALLBACK_SIGNAL_COUNT);
    return names[signal];
}
