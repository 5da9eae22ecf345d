/* triage_fsm: see the header for the picture. */

#include "triage_fsm.h"

#include <assert.h>

#include "common/base/check.h"

/* A cell left out is a refusal; "allowed, no effect" is a step to the same state. */
static const struct triage_step steps[TRIAGE_STATE_COUNT][TRIAGE_SIGNAL_COUNT] = {
    [TRIAGE_NONE] =
        {
            [TRIAGE_ROUTE] = {TRIAGE_ROUTED, TRIAGE_DO_ROUTE},
            [TRIAGE_DESK] = {TRIAGE_DESK_NEW, TRIAGE_DO_DESK},
        },
    [TRIAGE_ROUTED] =
        {
            [TRIAGE_RETURN] = {TRIAGE_DESK_RETURNED, TRIAGE_DO_DESK},
            [TRIAGE_MOVE] = {TRIAGE_ROUTED, TRIAGE_DO_NOTHING},
            [TRIAGE_CLOSE] = {TRIAGE_ROUTED, TRIAGE_DO_NOTHING},
            /* Escalation follows intake itself and ends the ticket. */
            [TRIAGE_WITHDRAW] = {TRIAGE_ROUTED, TRIAGE_DO_NOTHING},
            [TRIAGE_CHASE] = {TRIAGE_ROUTED, TRIAGE_DO_NOTHING},
        },
    [TRIAGE_DESK_NEW] =
        {
            [TRIAGE_DISPATCH] = {TRIAGE_ROUTED, TRIAGE_DO_ROUTE},
            /* Escalation may have read the withdrawal before triage did. */
            [TRIAGE_CLOSE] = {TRIAGE_ENDED, TRIAGE_DO_UNDESK},
            [TRIAGE_WITHDRAW] = {TRIAGE_ENDED, TRIAGE_DO_UNDESK},
            [TRIAGE_CHASE] = {TRIAGE_DESK_NEW, TRIAGE_DO_NOTE},
        },
    [TRIAGE_DESK_RETURNED] =
        {
            [TRIAGE_DISPATCH] = {TRIAGE_ROUTED, TRIAGE_DO_RULE},
            [TRIAGE_MOVE] = {TRIAGE_ROUTED, TRIAGE_DO_UNDESK},
            [TRIAGE_CLOSE] = {TRIAGE_ENDED, TRIAGE_DO_UNDESK},
            [TRIAGE_WITHDRAW] = {TRIAGE_ENDED, TRIAGE_DO_UNDESK},
            [TRIAGE_CHASE] = {TRIAGE_DESK_RETURNED, TRIAGE_DO_NOTE},
        },
    [TRIAGE_ENDED] =
        {
            /* The withdrawal was read first; what escalation said before it still comes. */
            [TRIAGE_RETURN] = {TRIAGE_ENDED, TRIAGE_DO_NOTHING},
            [TRIAGE_MOVE] = {TRIAGE_ENDED, TRIAGE_DO_NOTHING},
            [TRIAGE_CLOSE] = {TRIAGE_ENDED, TRIAGE_DO_NOTHING},
            [TRIAGE_WITHDRAW] = {TRIAGE_ENDED, TRIAGE_DO_NOTHING},
            [TRIAGE_CHASE] = {TRIAGE_ENDED, TRIAGE_DO_NOTHING},
        },
};

static_assert(TRIAGE_ENDED == 4, "states are stored: never renumber");

struct triage_step triage_fsm_step(enum triage_state state, enum triage_signal signal)
{
    CHECK(state < TRIAGE_STATE_COUNT);
    CHECK(signal < TRIAGE_SIGNAL_COUNT);
    const struct triage_step step = steps[state][signal];
    if (step.next == TRIAGE_NONE) {
        CHECK(step.action == TRIAGE_DO_NOTHING);
    }
    return step;
}

const char *triage_fsm_state_name(enum triage_state state)
{
    static const char *const names[TRIAGE_STATE_COUNT] = {"none", "routed", "desk_new",
                                                          "desk_returned", "ended"};
    CHECK(state < TRIAGE_STATE_COUNT);
    return names[state];
}

const char *triage_fsm_signal_name(enum triage_signal signal)
{
    static const char *const names[TRIAGE_SIGNAL_COUNT] = {"route", "desk",  "dispatch", "return",
                                                           "move",  "close", "withdraw", "chase"};
    CHECK(signal < TRIAGE_SIGNAL_COUNT);
    return names[signal];
}
