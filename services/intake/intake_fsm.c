/* intake_fsm: the table behind intake_fsm.h. Every pair of state and signal is decided here and
 * nowhere else; a cell left out is a refusal. */

#include "intake_fsm.h"

#include <assert.h>

#include "common/base/check.h"

/* What any open ticket takes from the resident and from escalation. */
#define OPEN_CELLS(self)                                                                           \
    [INTAKE_SUPPLEMENT] = {self, INTAKE_DO_ADD}, [INTAKE_CHASE] = {self, INTAKE_DO_COUNT},         \
    [INTAKE_WITHDRAW] = {INTAKE_WITHDRAWN, INTAKE_DO_WITHDRAW},                                    \
    [INTAKE_SEEN_CLOSED] = {INTAKE_CLOSED, INTAKE_DO_NOTE},                                        \
    [INTAKE_SEEN_WITHDRAWN] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTE}

static const struct intake_step steps[INTAKE_STATE_COUNT][INTAKE_SIGNAL_COUNT] =
    {
        [INTAKE_NONE] =
            {
                [INTAKE_REGISTER] = {INTAKE_REGISTERED, INTAKE_DO_REGISTER},
            },
        [INTAKE_REGISTERED] =
            {
                OPEN_CELLS(INTAKE_REGISTERED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTE},
            },
        [INTAKE_ASSIGNED] =
            {
                OPEN_CELLS(INTAKE_ASSIGNED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTE},
            },
        [INTAKE_ACCEPTED] =
            {
                OPEN_CELLS(INTAKE_ACCEPTED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTE},
            },
        [INTAKE_RETURNED] =
            {
                OPEN_CELLS(INTAKE_RETURNED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTE},
            },
        [INTAKE_RESOLVED] =
            {
                OPEN_CELLS(INTAKE_RESOLVED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTHING},
            },
        [INTAKE_SUSPENDED] =
            {
                OPEN_CELLS(INTAKE_SUSPENDED),
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_ASSIGNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_ACCEPTED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_RETURNED] = {INTAKE_RETURNED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_SUSPENDED, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_RESOLVED, INTAKE_DO_NOTE},
            },
        /* Final: whatever else comes is refused, and refused records show. */
        [INTAKE_CLOSED] =
            {
                [INTAKE_SEEN_CLOSED] = {INTAKE_CLOSED, INTAKE_DO_NOTHING},
            },
        /* Receipts that were under way when the resident withdrew change nothing. A withdrawal that
         * came too late for escalation ends as closed. */
        [INTAKE_WITHDRAWN] =
            {
                [INTAKE_SEEN_ASSIGNED] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_ACCEPTED] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_RETURNED] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_SUSPENDED] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_RESOLVED] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
                [INTAKE_SEEN_CLOSED] = {INTAKE_CLOSED, INTAKE_DO_NOTE},
                [INTAKE_SEEN_WITHDRAWN] = {INTAKE_WITHDRAWN, INTAKE_DO_NOTHING},
            },
};

static_assert(INTAKE_WITHDRAWN == 7 && INTAKE_SUSPENDED == 8, "states are stored: never renumber");

struct intake_step intake_fsm_step(enum intake_state state, enum intake_signal signal)
{
    CHECK(state < INTAKE_STATE_COUNT);
    CHECK(signal < INTAKE_SIGNAL_COUNT);
    return steps[state][signal];
}

const char *intake_fsm_state_name(enum intake_state state)
{
    static const char *const names[INTAKE_STATE_COUNT] = {
        "NONE",     "REGISTERED", "ASSIGNED",  "ACCEPTED",  "RETURNED",
        "RESOLVED", "CLOSED",     "WITHDRAWN", "SUSPENDED",
    };
    CHECK(state < INTAKE_STATE_COUNT);
    return names[state];
}

const char *intake_fsm_signal_name(enum intake_signal signal)
{
    static const char *const names[INTAKE_SIGNAL_COUNT] = {
        "REGISTER",      "SUPPLEMENT",     "CHASE",          "WITHDRAW",
        "SEEN_ASSIGNED", "SEEN_ACCEPTED",  "SEEN_RETURNED",  "SEEN_RESOLVED",
        "SEEN_CLOSED",   "SEEN_WITHDRAWN", "SEEN_SUSPENDED",
    };
    CHECK(signal < INTAKE_SIGNAL_COUNT);
    return names[signal];
}

const char *intake_fsm_action_name(enum intake_action action)
{
    static const char *const names[] = {
        "refuse", "nothing", "register", "add", "count", "withdraw", "note",
    };
    CHECK((unsigned)action < sizeof names / sizeof names[0]);
    return names[action];
}
