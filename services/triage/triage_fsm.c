/* triage_fsm: the table behind triage_fsm.h, where the picture is. Every pair of state and signal
 * is decided here and nowhere else. What must stay true: the two logs that triage follows are read
 * in any order, so each signal that may overtake another is a cell, and only what cannot be is left
 * out. */

#include "triage_fsm.h"

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

/* A cell left out is a refusal; "allowed, no effect" is a step to the same state. */
static const struct triage_step steps[TRIAGE_STATE_COUNT][TRIAGE_SIGNAL_COUNT] =
    {
        [TRIAGE_NONE] =
            {
                [TRIAGE_ROUTE] = SAYS(TRIAGE_ROUTED, ROUTED),
                [TRIAGE_DESK] = SAYS(TRIAGE_DESK_NEW, DESKED),
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
            },
        [TRIAGE_ROUTED] =
            {
                [TRIAGE_RETURN] = SAYS(TRIAGE_DESK_RETURNED, DESKED),
                [TRIAGE_RECALL] = SAYS(TRIAGE_DESK_RECALLED, DESKED),
                [TRIAGE_MOVE] = SAYS(TRIAGE_ROUTED, HANDED_ON),
                [TRIAGE_CLOSE] = STAYS(TRIAGE_ROUTED),
                /* Escalation follows intake itself and ends the ticket. */
                [TRIAGE_WITHDRAW] = STAYS(TRIAGE_ROUTED),
                [TRIAGE_CHASE] = STAYS(TRIAGE_ROUTED),
                /* Escalation follows: only after Routed it knows the ticket. */
                [TRIAGE_EXTEND] = SAYS(TRIAGE_ROUTED, OUTER_MOVED),
                [TRIAGE_BURST] = SAYS(TRIAGE_ROUTED, BURST),
                /* Escalation took it from its unit for that. */
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
                /* Said before it was read here that the desk decided again. */
                [TRIAGE_UNMERGE] = STAYS(TRIAGE_ROUTED),
                [TRIAGE_FOLLOW] = STAYS(TRIAGE_ROUTED),
            },
        [TRIAGE_DESK_NEW] =
            {
                [TRIAGE_DISPATCH] = SAYS(TRIAGE_ROUTED, ROUTED),
                /* Escalation may have read the withdrawal before triage did. */
                [TRIAGE_CLOSE] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_WITHDRAW] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_CHASE] = SAYS(TRIAGE_DESK_NEW, NOTED),
                [TRIAGE_WARN] = SAYS(TRIAGE_DESK_NEW, DESK_WARNED),
                [TRIAGE_LATE] = SAYS(TRIAGE_DESK_NEW, DESK_OVERDUE),
                [TRIAGE_REPLAN] = SAYS(TRIAGE_DESK_NEW, DESK_REPLANNED),
                [TRIAGE_RECODE] = SAYS(TRIAGE_DESK_NEW, DESK_RECODED),
                [TRIAGE_EXTEND] = SAYS(TRIAGE_DESK_NEW, OUTER_MOVED),
                [TRIAGE_BURST] = SAYS(TRIAGE_DESK_NEW, BURST),
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
            },
        [TRIAGE_DESK_RETURNED] =
            {
                [TRIAGE_DISPATCH] = SAYS(TRIAGE_ROUTED, RULED),
                [TRIAGE_MOVE] = SAYS(TRIAGE_ROUTED, UNDESKED),
                [TRIAGE_CLOSE] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_WITHDRAW] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_CHASE] = SAYS(TRIAGE_DESK_RETURNED, NOTED),
                [TRIAGE_WARN] = SAYS(TRIAGE_DESK_RETURNED, DESK_WARNED),
                [TRIAGE_LATE] = SAYS(TRIAGE_DESK_RETURNED, DESK_OVERDUE),
                [TRIAGE_REPLAN] = SAYS(TRIAGE_DESK_RETURNED, DESK_REPLANNED),
                [TRIAGE_RECODE] = SAYS(TRIAGE_DESK_RETURNED, DESK_RECODED),
                [TRIAGE_EXTEND] = SAYS(TRIAGE_DESK_RETURNED, OUTER_MOVED),
                [TRIAGE_BURST] = SAYS(TRIAGE_DESK_RETURNED, BURST),
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
                [TRIAGE_UNMERGE] = STAYS(TRIAGE_DESK_RETURNED),
                [TRIAGE_FOLLOW] = SAYS(TRIAGE_ROUTED, UNDESKED),
            },
        [TRIAGE_DESK_RECALLED] =
            {
                /* Escalation gives it to nobody before we do, but for a ticket that it had resolved or
                 * raised before it read that it was merged, and that was unmerged since. */
                [TRIAGE_MOVE] = SAYS(TRIAGE_ROUTED, UNDESKED),
                [TRIAGE_RETURN] = STAYS(TRIAGE_DESK_RECALLED),
                [TRIAGE_RECALL] = STAYS(TRIAGE_DESK_RECALLED),
                [TRIAGE_DISPATCH] = SAYS(TRIAGE_ROUTED, ROUTED),
                [TRIAGE_CLOSE] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_WITHDRAW] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_CHASE] = SAYS(TRIAGE_DESK_RECALLED, NOTED),
                [TRIAGE_WARN] = SAYS(TRIAGE_DESK_RECALLED, DESK_WARNED),
                [TRIAGE_LATE] = SAYS(TRIAGE_DESK_RECALLED, DESK_OVERDUE),
                [TRIAGE_REPLAN] = SAYS(TRIAGE_DESK_RECALLED, DESK_REPLANNED),
                [TRIAGE_RECODE] = SAYS(TRIAGE_DESK_RECALLED, DESK_RECODED),
                [TRIAGE_EXTEND] = SAYS(TRIAGE_DESK_RECALLED, OUTER_MOVED),
                [TRIAGE_BURST] = SAYS(TRIAGE_DESK_RECALLED, BURST),
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
                [TRIAGE_UNMERGE] = STAYS(TRIAGE_DESK_RECALLED),
                [TRIAGE_FOLLOW] = SAYS(TRIAGE_ROUTED, UNDESKED),
            },
        [TRIAGE_ENDED] =
            {
                /* The withdrawal was read first; what escalation said before it still comes. */
                [TRIAGE_RETURN] = STAYS(TRIAGE_ENDED),
                [TRIAGE_RECALL] = STAYS(TRIAGE_ENDED),
                [TRIAGE_MOVE] = STAYS(TRIAGE_ENDED),
                [TRIAGE_CLOSE] = STAYS(TRIAGE_ENDED),
                [TRIAGE_WITHDRAW] = STAYS(TRIAGE_ENDED),
                [TRIAGE_CHASE] = STAYS(TRIAGE_ENDED),
                [TRIAGE_EXTEND] = STAYS(TRIAGE_ENDED),
                [TRIAGE_UNMERGE] = STAYS(TRIAGE_ENDED),
                [TRIAGE_FOLLOW] = STAYS(TRIAGE_ENDED),
            },
        [TRIAGE_MERGED] =
            {
                /* Its group goes into another one, or on under another ticket. */
                [TRIAGE_MERGE] = SAYS(TRIAGE_MERGED, MERGED),
                [TRIAGE_UNMERGE] = SAYS(TRIAGE_DESK_RECALLED, UNMERGED),
                /* A ticket of its own again, of the unit that resolved what it was merged into. */
                [TRIAGE_FOLLOW] = SAYS(TRIAGE_ROUTED, HANDED_ON),
                [TRIAGE_CLOSE] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_WITHDRAW] = SAYS(TRIAGE_ENDED, UNDESKED),
                [TRIAGE_EXTEND] = SAYS(TRIAGE_MERGED, OUTER_MOVED),
                [TRIAGE_CHASE] = STAYS(TRIAGE_MERGED),
                /* Said by escalation before it read that it is merged. */
                [TRIAGE_MOVE] = STAYS(TRIAGE_MERGED),
                [TRIAGE_RETURN] = STAYS(TRIAGE_MERGED),
                [TRIAGE_RECALL] = STAYS(TRIAGE_MERGED),
            },
};

static_assert(TRIAGE_ENDED == 4 && TRIAGE_DESK_RECALLED == 5 && TRIAGE_MERGED == 6,
              "states are stored: never renumber");

/* A refused cell says nothing, and a cell that says nothing changes nothing: else a state
 * would change without a fact, and no replay would find it again. */
struct triage_step triage_fsm_step(enum triage_state state, enum triage_signal signal)
{
    CHECK(state < TRIAGE_STATE_COUNT);
    CHECK(signal < TRIAGE_SIGNAL_COUNT);
    const struct triage_step step = steps[state][signal];
    CHECK(step.next != TRIAGE_NONE || step.fact == PAIDAN__EVENT__FACT__NOT_SET);
    CHECK(step.next == TRIAGE_NONE || step.next == state ||
          step.fact != PAIDAN__EVENT__FACT__NOT_SET);
    return step;
}

/* Told to dispatchers as the detail of NOT_ON_DESK, and kept in facts: they stay as they are. */
const char *triage_fsm_state_name(enum triage_state state)
{
    static const char *const names[TRIAGE_STATE_COUNT] = {
        "none", "routed", "desk_new", "desk_returned", "ended", "desk_recalled", "merged"};
    CHECK(state < TRIAGE_STATE_COUNT);
    return names[state];
}

const char *triage_fsm_signal_name(enum triage_signal signal)
{
    static const char *const names[TRIAGE_SIGNAL_COUNT] = {
        "route",    "desk",   "dispatch", "return", "move",    "close",
        "withdraw", "chase",  "warn",     "late",   "replan",  "recode",
        "recall",   "extend", "burst",    "merge",  "unmerge", "follow"};
    CHECK(signal < TRIAGE_SIGNAL_COUNT);
    return names[signal];
}
