/* callback_fsm: the table behind callback_fsm.h. Every pair of state and signal is decided here and
 * nowhere else; a cell left out is a refusal. */

#include "callback_fsm.h"

#include <assert.h>

#include "common/base/check.h"

static const struct callback_step steps[CALLBACK_STATE_COUNT][CALLBACK_SIGNAL_COUNT] =
    {
        /* Tickets that were never resolved come and go without a callback. */
        [CALLBACK_NONE] =
            {
                [CALLBACK_RESOLVED] = {CALLBACK_ASKED, CALLBACK_DO_OPEN},
                [CALLBACK_REOPENED] = {CALLBACK_NONE, CALLBACK_DO_NOTHING},
                [CALLBACK_CLOSED] = {CALLBACK_NONE, CALLBACK_DO_NOTHING},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_REMEMBER},
            },
        [CALLBACK_ASKED] =
            {
                [CALLBACK_PULLED] = {CALLBACK_HANDED, CALLBACK_DO_HAND},
                [CALLBACK_LAPSED] = {CALLBACK_ASKED, CALLBACK_DO_AGAIN},
                [CALLBACK_EXHAUSTED] = {CALLBACK_UNREACHED, CALLBACK_DO_GIVE_UP},
                [CALLBACK_ANSWER] = {CALLBACK_ANSWERED, CALLBACK_DO_RECORD},
                [CALLBACK_REOPENED] = {CALLBACK_CANCELLED, CALLBACK_DO_CANCEL},
                [CALLBACK_CLOSED] = {CALLBACK_CANCELLED, CALLBACK_DO_CANCEL},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_CANCEL},
            },
        [CALLBACK_HANDED] =
            {
                [CALLBACK_PULLED] = {CALLBACK_HANDED, CALLBACK_DO_HAND},
                [CALLBACK_LAPSED] = {CALLBACK_ASKED, CALLBACK_DO_AGAIN},
                [CALLBACK_EXHAUSTED] = {CALLBACK_UNREACHED, CALLBACK_DO_GIVE_UP},
                [CALLBACK_ANSWER] = {CALLBACK_ANSWERED, CALLBACK_DO_RECORD},
                [CALLBACK_REOPENED] = {CALLBACK_CANCELLED, CALLBACK_DO_CANCEL},
                [CALLBACK_CLOSED] = {CALLBACK_CANCELLED, CALLBACK_DO_CANCEL},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_CANCEL},
            },
        /* Escalation reopens and closes because of what was said here: heard again, no effect. */
        [CALLBACK_ANSWERED] =
            {
                [CALLBACK_RESOLVED] = {CALLBACK_ASKED, CALLBACK_DO_OPEN},
                [CALLBACK_REOPENED] = {CALLBACK_ANSWERED, CALLBACK_DO_NOTHING},
                [CALLBACK_CLOSED] = {CALLBACK_ANSWERED, CALLBACK_DO_NOTHING},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_REMEMBER},
            },
        [CALLBACK_UNREACHED] =
            {
                [CALLBACK_RESOLVED] = {CALLBACK_ASKED, CALLBACK_DO_OPEN},
                [CALLBACK_REOPENED] = {CALLBACK_UNREACHED, CALLBACK_DO_NOTHING},
                [CALLBACK_CLOSED] = {CALLBACK_UNREACHED, CALLBACK_DO_NOTHING},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_REMEMBER},
            },
        [CALLBACK_CANCELLED] =
            {
                [CALLBACK_RESOLVED] = {CALLBACK_ASKED, CALLBACK_DO_OPEN},
                [CALLBACK_REOPENED] = {CALLBACK_CANCELLED, CALLBACK_DO_NOTHING},
                [CALLBACK_CLOSED] = {CALLBACK_CANCELLED, CALLBACK_DO_NOTHING},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_REMEMBER},
            },
        /* Escalation may say all of this before it hears of the withdrawal. */
        [CALLBACK_TAKEN_BACK] =
            {
                [CALLBACK_RESOLVED] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_NOTHING},
                [CALLBACK_REOPENED] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_NOTHING},
                [CALLBACK_CLOSED] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_NOTHING},
                [CALLBACK_WITHDRAWN] = {CALLBACK_TAKEN_BACK, CALLBACK_DO_NOTHING},
            },
};

static_assert(CALLBACK_TAKEN_BACK == 6, "states are stored: never renumber");

struct callback_step callback_fsm_step(enum callback_state state, enum callback_signal signal)
{
    CHECK(state < CALLBACK_STATE_COUNT);
    CHECK(signal < CALLBACK_SIGNAL_COUNT);
    return steps[state][signal];
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

const char *callback_fsm_action_name(enum callback_action action)
{
    static const char *const names[] = {
        "refuse", "nothing", "open", "hand", "again", "give up", "record", "cancel", "remember",
    };
    CHECK((unsigned)action < sizeof names / sizeof names[0]);
    return names[action];
}
