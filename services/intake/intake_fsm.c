/* intake_fsm: the table behind intake_fsm.h. Every pair of state and signal is decided here and
 * nowhere else; a cell left out is a refusal. */

#include "intake_fsm.h"

#include <assert.h>

#include "common/base/check.h"

/* The signal leads to another state (or the same) and to a fact that says so. */
#define SAYS(next, fact)                                                                           \
    {                                                                                              \
        next, PAIDAN__EVENT__FACT_##fact                                                           \
    }
/* Heard, and nothing follows from it. */
#define STAYS(state)                                                                               \
    {                                                                                              \
        state, PAIDAN__EVENT__FACT__NOT_SET                                                        \
    }

/* What any open ticket takes from the resident and from escalation. */
#define OPEN_CELLS(self)                                                                           \
    [INTAKE_SUPPLEMENT] = SAYS(self, SUPPLEMENTED), [INTAKE_CHASE] = SAYS(self, CHASED),           \
    [INTAKE_WITHDRAW] = SAYS(INTAKE_WITHDRAWN, WITHDRAWN), [INTAKE_SPLIT] = SAYS(self, SPLIT),     \
    [INTAKE_SEEN_CLOSED] = SAYS(INTAKE_CLOSED, RECEIPTS),                                          \
    [INTAKE_SEEN_WITHDRAWN] = SAYS(INTAKE_WITHDRAWN, RECEIPTS)

static const struct intake_step steps[INTAKE_STATE_COUNT][INTAKE_SIGNAL_COUNT] = {
    [INTAKE_NONE] =
        {
            [INTAKE_REGISTER] = SAYS(INTAKE_REGISTERED, REGISTERED),
        },
    [INTAKE_REGISTERED] =
        {
            OPEN_CELLS(INTAKE_REGISTERED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = STAYS(INTAKE_REGISTERED),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    [INTAKE_ASSIGNED] =
        {
            OPEN_CELLS(INTAKE_ASSIGNED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            /* Taken back before the unit accepted: it waits as it did before. So it does from
                 * any state, for what lay between may have been read in the same step. */
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = STAYS(INTAKE_ASSIGNED),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    [INTAKE_ACCEPTED] =
        {
            OPEN_CELLS(INTAKE_ACCEPTED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = STAYS(INTAKE_ACCEPTED),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    [INTAKE_RETURNED] =
        {
            OPEN_CELLS(INTAKE_RETURNED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = STAYS(INTAKE_RETURNED),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    [INTAKE_RESOLVED] =
        {
            OPEN_CELLS(INTAKE_RESOLVED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = STAYS(INTAKE_RESOLVED),
        },
    [INTAKE_SUSPENDED] =
        {
            OPEN_CELLS(INTAKE_SUSPENDED),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = STAYS(INTAKE_SUSPENDED),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    [INTAKE_MERGED] =
        {
            OPEN_CELLS(INTAKE_MERGED),
            /* Into another ticket: that is said, but the state is the same. */
            [INTAKE_SEEN_MERGED] = STAYS(INTAKE_MERGED),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
        },
    /* For the resident it is over. Where it was closed without him, escalation hears him after all: it is
     * closed as something else, or opened again, and what follows may be read in the same step. */
    [INTAKE_CLOSED] =
        {
            [INTAKE_SEEN_CLOSED] = SAYS(INTAKE_CLOSED, RECEIPTS),
            [INTAKE_SEEN_MERGED] = SAYS(INTAKE_MERGED, RECEIPTS),
            [INTAKE_SEEN_DESK] = SAYS(INTAKE_REGISTERED, RECEIPTS),
            [INTAKE_SEEN_ASSIGNED] = SAYS(INTAKE_ASSIGNED, RECEIPTS),
            [INTAKE_SEEN_ACCEPTED] = SAYS(INTAKE_ACCEPTED, RECEIPTS),
            [INTAKE_SEEN_RETURNED] = SAYS(INTAKE_RETURNED, RECEIPTS),
            [INTAKE_SEEN_SUSPENDED] = SAYS(INTAKE_SUSPENDED, RECEIPTS),
            [INTAKE_SEEN_RESOLVED] = SAYS(INTAKE_RESOLVED, RECEIPTS),
            [INTAKE_SEEN_WITHDRAWN] = SAYS(INTAKE_WITHDRAWN, RECEIPTS),
        },
    /* Receipts that were under way when the resident withdrew change nothing. A withdrawal that
         * came too late for escalation ends as closed. */
    [INTAKE_WITHDRAWN] =
        {
            [INTAKE_SEEN_ASSIGNED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_ACCEPTED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_RETURNED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_SUSPENDED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_RESOLVED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_DESK] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_MERGED] = STAYS(INTAKE_WITHDRAWN),
            [INTAKE_SEEN_CLOSED] = SAYS(INTAKE_CLOSED, RECEIPTS),
            [INTAKE_SEEN_WITHDRAWN] = STAYS(INTAKE_WITHDRAWN),
        },
};

static_assert(INTAKE_WITHDRAWN == 7 && INTAKE_SUSPENDED == 8 && INTAKE_MERGED == 9,
              "states are stored: never renumber");

/* A refused cell says nothing, and a cell that says nothing changes nothing: else a state
 * would change without a fact, and no replay would find it again. */
struct intake_step intake_fsm_step(enum intake_state state, enum intake_signal signal)
{
    CHECK(state < INTAKE_STATE_COUNT);
    CHECK(signal < INTAKE_SIGNAL_COUNT);
    const struct intake_step step = steps[state][signal];
    CHECK(step.next != INTAKE_NONE || step.fact == PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(step.next == INTAKE_NONE || step.next == state ||
          step.fact != PAIDAN__EVENT__FACT__NOT_SET);
    return step;
}

/* Told to callers as the detail of STATE_FORBIDS: programs compare them, so they stay as they
 * are. */
const char *intake_fsm_state_name(enum intake_state state)
{
    static const char *const names[INTAKE_STATE_COUNT] = {
        "NONE",     "REGISTERED", "ASSIGNED",  "ACCEPTED",  "RETURNED",
        "RESOLVED", "CLOSED",     "WITHDRAWN", "SUSPENDED", "MERGED",
    };
    CHECK(state < INTAKE_STATE_COUNT);
    return names[state];
}

/* For the golden table alone. */
const char *intake_fsm_signal_name(enum intake_signal signal)
{
    static const char *const names[INTAKE_SIGNAL_COUNT] = {
        "REGISTER",       "SUPPLEMENT",    "CHASE",         "WITHDRAW",    "SEEN_ASSIGNED",
        "SEEN_ACCEPTED",  "SEEN_RETURNED", "SEEN_RESOLVED", "SEEN_CLOSED", "SEEN_WITHDRAWN",
        "SEEN_SUSPENDED", "SEEN_DESK",     "SEEN_MERGED",   "SPLIT",
    };
    CHECK(signal < INTAKE_SIGNAL_COUNT);
    return names[signal];
}
