/* The one table of a ticket's life. A cell left out is a refusal. A repeated signal that must do no
 * harm is written as IGNORE, so that "allowed, no effect" differs from "refused".
 *
 *                routed                 accept                 resolve            solved,
 * unreached, (none) ──────────▶ ASSIGNED ──────────────▶ ACCEPTED ─────────────▶ RESOLVED ────▶
 * CLOSED │                 ▲  ▲ │ ▲                  │  │                     │     given up │
 * expire, raise  └──┼─┘ └──────────────────┘  │ return              │ │                    │
 * expire, raise      ▼                     │ │                    └────────────────────── RETURNED
 * ◀── return ── ASSIGNED │                    ▲    ruled, expire                              │ │
 * └───────────────────────────────────────────────┘ unsolved └─▶ WITHDRAWN ◀── withdrawn, from
 * every state but CLOSED
 *
 * The table as it is printed for people: tests/golden/escalation_fsm.txt and README.md. */

#include "escalation_fsm.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/check.h"

#define GO(state, action)                                                                          \
    {                                                                                              \
        ESCALATION_##state, ESCALATION_DO_##action                                                 \
    }

static const struct escalation_step steps[ESCALATION_STATE_COUNT][ESCALATION_SIGNAL_COUNT] =
    {
        [ESCALATION_NONE] =
            {
                [ESCALATION_ON_ROUTED] = GO(ASSIGNED, ASSIGN),
                /* Before the route: remembered, so that the route finds it. */
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                /* No unit has it yet; the dispatcher's desk shows it. */
                [ESCALATION_ON_NOTED] = GO(NONE, IGNORE),
            },
        [ESCALATION_ASSIGNED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                [ESCALATION_ON_NOTED] = GO(ASSIGNED, NOTE),
                [ESCALATION_ON_PULL] = GO(ASSIGNED, LEASE),
                [ESCALATION_ON_ACCEPT] = GO(ACCEPTED, ACCEPT),
                [ESCALATION_ON_RETURN] = GO(RETURNED, RETURN),
                [ESCALATION_ON_RAISE] = GO(ASSIGNED, RAISE),
                [ESCALATION_ON_URGE] = GO(ASSIGNED, URGE),
                [ESCALATION_ON_WATCH] = GO(ASSIGNED, WATCH),
                [ESCALATION_ON_GIVE_CARD] = GO(ASSIGNED, CARD),
                [ESCALATION_ON_CANCEL_CARD] = GO(ASSIGNED, CANCEL_CARD),
                [ESCALATION_ON_WARN] = GO(ASSIGNED, WARN),
                [ESCALATION_ON_STEP] = GO(ASSIGNED, REMIND),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISE),
                [ESCALATION_ON_CARD] = GO(ASSIGNED, CARD),
                [ESCALATION_ON_ALARM] = GO(ASSIGNED, ALARM),
                [ESCALATION_ON_LAPSE] = GO(ASSIGNED, LAPSE),
                [ESCALATION_ON_ASK_ASSIST] = GO(ASSIGNED, ASK_ASSIST),
                [ESCALATION_ON_ASSIST_DONE] = GO(ASSIGNED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDER),
                [ESCALATION_ON_ASSIST_LATE] = GO(ASSIGNED, ASSIST_LATE),
                [ESCALATION_ON_TERM] = GO(ASSIGNED, TERM),
                [ESCALATION_ON_DECIDE] = GO(ASSIGNED, DECIDE),
                [ESCALATION_ON_EXTEND] = GO(ASSIGNED, REQUEST),
                [ESCALATION_ON_REPLAN] = GO(ASSIGNED, REPLAN),
            },
        [ESCALATION_ACCEPTED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                [ESCALATION_ON_NOTED] = GO(ACCEPTED, NOTE),
                [ESCALATION_ON_CONTACT] = GO(ACCEPTED, CONTACT),
                [ESCALATION_ON_PROGRESS] = GO(ACCEPTED, PROGRESS),
                [ESCALATION_ON_RESOLVE] = GO(RESOLVED, RESOLVE),
                [ESCALATION_ON_RETURN] = GO(RETURNED, RETURN),
                [ESCALATION_ON_RAISE] = GO(ASSIGNED, RAISE),
                [ESCALATION_ON_URGE] = GO(ACCEPTED, URGE),
                [ESCALATION_ON_WATCH] = GO(ACCEPTED, WATCH),
                [ESCALATION_ON_GIVE_CARD] = GO(ACCEPTED, CARD),
                [ESCALATION_ON_CANCEL_CARD] = GO(ACCEPTED, CANCEL_CARD),
                [ESCALATION_ON_WARN] = GO(ACCEPTED, WARN),
                [ESCALATION_ON_STEP] = GO(ACCEPTED, REMIND),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISE),
                [ESCALATION_ON_CARD] = GO(ACCEPTED, CARD),
                [ESCALATION_ON_ALARM] = GO(ACCEPTED, ALARM),
                [ESCALATION_ON_ASK_ASSIST] = GO(ACCEPTED, ASK_ASSIST),
                [ESCALATION_ON_ASSIST_DONE] = GO(ACCEPTED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDER),
                [ESCALATION_ON_ASSIST_LATE] = GO(ACCEPTED, ASSIST_LATE),
                [ESCALATION_ON_TERM] = GO(ACCEPTED, TERM),
                [ESCALATION_ON_DECIDE] = GO(ACCEPTED, DECIDE),
                [ESCALATION_ON_EXTEND] = GO(ACCEPTED, REQUEST),
                [ESCALATION_ON_SUSPEND] = GO(SUSPENDED, SUSPEND),
                [ESCALATION_ON_NAME_PERSON] = GO(ACCEPTED, NAME_PERSON),
                [ESCALATION_ON_SET_MODE] = GO(ACCEPTED, SET_MODE),
                [ESCALATION_ON_END_MODE] = GO(ACCEPTED, END_MODE),
                [ESCALATION_ON_REPLAN] = GO(ACCEPTED, REPLAN),
            },
        [ESCALATION_RETURNED] =
            {
                [ESCALATION_ON_RULED] = GO(ASSIGNED, ASSIGN),
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                [ESCALATION_ON_NOTED] = GO(RETURNED, NOTE),
                /* Returning stops no clock: the raise takes the ticket off the desk. */
                [ESCALATION_ON_URGE] = GO(RETURNED, URGE),
                [ESCALATION_ON_WATCH] = GO(RETURNED, WATCH),
                [ESCALATION_ON_GIVE_CARD] = GO(RETURNED, CARD),
                [ESCALATION_ON_CANCEL_CARD] = GO(RETURNED, CANCEL_CARD),
                [ESCALATION_ON_WARN] = GO(RETURNED, WARN),
                [ESCALATION_ON_STEP] = GO(RETURNED, REMIND),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISE),
                [ESCALATION_ON_CARD] = GO(RETURNED, CARD),
                [ESCALATION_ON_ALARM] = GO(RETURNED, ALARM),
                [ESCALATION_ON_ASSIST_DONE] = GO(RETURNED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDER),
                [ESCALATION_ON_ASSIST_LATE] = GO(RETURNED, ASSIST_LATE),
                [ESCALATION_ON_TERM] = GO(RETURNED, TERM),
                [ESCALATION_ON_REPLAN] = GO(RETURNED, REPLAN),
            },
        [ESCALATION_RESOLVED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                [ESCALATION_ON_NOTED] = GO(RESOLVED, NOTE),
                [ESCALATION_ON_SOLVED] = GO(CLOSED, CLOSE),
                [ESCALATION_ON_UNSOLVED] = GO(ASSIGNED, REOPEN),
                [ESCALATION_ON_GIVEN_UP] = GO(CLOSED, CLOSE),
                [ESCALATION_ON_UNREACHED] = GO(CLOSED, CLOSE),
                /* The red card of a ticket that is given up, said just before it is closed. */
                [ESCALATION_ON_CARD] = GO(RESOLVED, CARD),
                [ESCALATION_ON_CANCEL_CARD] = GO(RESOLVED, CANCEL_CARD),
                [ESCALATION_ON_APPEAL] = GO(RESOLVED, APPEAL),
                [ESCALATION_ON_DECIDE] = GO(RESOLVED, DECIDE),
            },
        [ESCALATION_SUSPENDED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSE),
                [ESCALATION_ON_NOTED] = GO(SUSPENDED, NOTE),
                [ESCALATION_ON_URGE] = GO(SUSPENDED, URGE),
                [ESCALATION_ON_WATCH] = GO(SUSPENDED, WATCH),
                [ESCALATION_ON_GIVE_CARD] = GO(SUSPENDED, CARD),
                [ESCALATION_ON_CANCEL_CARD] = GO(SUSPENDED, CANCEL_CARD),
                [ESCALATION_ON_RESUME] = GO(ACCEPTED, RESUME),
                [ESCALATION_ON_PAUSE_END] = GO(ACCEPTED, RESUME),
                [ESCALATION_ON_ASSIST_DONE] = GO(SUSPENDED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDER),
                [ESCALATION_ON_REPLAN] = GO(SUSPENDED, REPLAN),
            },
        [ESCALATION_CLOSED] =
            {
                [ESCALATION_ON_NOTED] = GO(CLOSED, IGNORE),
                [ESCALATION_ON_APPEAL] = GO(CLOSED, APPEAL),
                [ESCALATION_ON_DECIDE] = GO(CLOSED, DECIDE),
            },
        [ESCALATION_WITHDRAWN] =
            {
                /* The withdrawal was faster than the route: the ticket never opens. */
                [ESCALATION_ON_ROUTED] = GO(WITHDRAWN, IGNORE),
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, IGNORE),
                [ESCALATION_ON_NOTED] = GO(WITHDRAWN, IGNORE),
            },
};

static_assert((int)ESCALATION_NONE == (int)PAIDAN__STATE__STATE_NONE, "states are stored");
static_assert((int)ESCALATION_ASSIGNED == (int)PAIDAN__STATE__STATE_ASSIGNED, "states are stored");
static_assert((int)ESCALATION_ACCEPTED == (int)PAIDAN__STATE__STATE_ACCEPTED, "states are stored");
static_assert((int)ESCALATION_RETURNED == (int)PAIDAN__STATE__STATE_RETURNED, "states are stored");
static_assert((int)ESCALATION_RESOLVED == (int)PAIDAN__STATE__STATE_RESOLVED, "states are stored");
static_assert((int)ESCALATION_CLOSED == (int)PAIDAN__STATE__STATE_CLOSED, "states are stored");
static_assert((int)ESCALATION_WITHDRAWN == (int)PAIDAN__STATE__STATE_WITHDRAWN,
              "states are stored");
static_assert((int)ESCALATION_SUSPENDED == (int)PAIDAN__STATE__STATE_SUSPENDED,
              "states are stored");
static_assert(ESCALATION_SUSPENDED == 7 && ESCALATION_STATE_COUNT == 8,
              "states are stored: never renumber");

static const char *const state_names[ESCALATION_STATE_COUNT] = {
    "none", "assigned", "accepted", "returned", "resolved", "closed", "withdrawn", "suspended",
};

static const char *const signal_names[ESCALATION_SIGNAL_COUNT] = {
    [ESCALATION_ON_ROUTED] = "routed",
    [ESCALATION_ON_RULED] = "ruled",
    [ESCALATION_ON_WITHDRAWN] = "withdrawn",
    [ESCALATION_ON_NOTED] = "noted",
    [ESCALATION_ON_SOLVED] = "solved",
    [ESCALATION_ON_UNSOLVED] = "unsolved",
    [ESCALATION_ON_GIVEN_UP] = "given_up",
    [ESCALATION_ON_UNREACHED] = "unreached",
    [ESCALATION_ON_PULL] = "pull",
    [ESCALATION_ON_ACCEPT] = "accept",
    [ESCALATION_ON_CONTACT] = "contact",
    [ESCALATION_ON_PROGRESS] = "progress",
    [ESCALATION_ON_RESOLVE] = "resolve",
    [ESCALATION_ON_RETURN] = "return",
    [ESCALATION_ON_RAISE] = "raise",
    [ESCALATION_ON_URGE] = "urge",
    [ESCALATION_ON_WATCH] = "watch",
    [ESCALATION_ON_GIVE_CARD] = "give_card",
    [ESCALATION_ON_CANCEL_CARD] = "cancel_card",
    [ESCALATION_ON_WARN] = "warn",
    [ESCALATION_ON_EXPIRE] = "expire",
    [ESCALATION_ON_CARD] = "card",
    [ESCALATION_ON_EXTEND] = "extend",
    [ESCALATION_ON_DECIDE] = "decide",
    [ESCALATION_ON_SUSPEND] = "suspend",
    [ESCALATION_ON_RESUME] = "resume",
    [ESCALATION_ON_ASK_ASSIST] = "ask_assist",
    [ESCALATION_ON_ASSIST_DONE] = "assist_done",
    [ESCALATION_ON_NAME_PERSON] = "name_person",
    [ESCALATION_ON_ORDER] = "order",
    [ESCALATION_ON_SET_MODE] = "set_mode",
    [ESCALATION_ON_END_MODE] = "end_mode",
    [ESCALATION_ON_APPEAL] = "appeal",
    [ESCALATION_ON_PAUSE_END] = "pause_end",
    [ESCALATION_ON_ASSIST_LATE] = "assist_late",
    [ESCALATION_ON_TERM] = "term",
    [ESCALATION_ON_REPLAN] = "replan",
    [ESCALATION_ON_ALARM] = "alarm",
    [ESCALATION_ON_STEP] = "step",
    [ESCALATION_ON_LAPSE] = "lapse",
};

static const char *const action_names[ESCALATION_ACTION_COUNT] = {
    [ESCALATION_DO_REFUSE] = "refuse",
    [ESCALATION_DO_IGNORE] = "ignore",
    [ESCALATION_DO_ASSIGN] = "assign",
    [ESCALATION_DO_NOTE] = "note",
    [ESCALATION_DO_CLOSE] = "close",
    [ESCALATION_DO_REOPEN] = "reopen",
    [ESCALATION_DO_LEASE] = "lease",
    [ESCALATION_DO_ACCEPT] = "accept",
    [ESCALATION_DO_CONTACT] = "contact",
    [ESCALATION_DO_PROGRESS] = "progress",
    [ESCALATION_DO_RESOLVE] = "resolve",
    [ESCALATION_DO_RETURN] = "return",
    [ESCALATION_DO_RAISE] = "raise",
    [ESCALATION_DO_WARN] = "warn",
    [ESCALATION_DO_REQUEST] = "request",
    [ESCALATION_DO_DECIDE] = "decide",
    [ESCALATION_DO_SUSPEND] = "suspend",
    [ESCALATION_DO_RESUME] = "resume",
    [ESCALATION_DO_ASK_ASSIST] = "ask_assist",
    [ESCALATION_DO_ASSIST_DONE] = "assist_done",
    [ESCALATION_DO_ASSIST_LATE] = "assist_late",
    [ESCALATION_DO_NAME_PERSON] = "name_person",
    [ESCALATION_DO_ORDER] = "order",
    [ESCALATION_DO_SET_MODE] = "set_mode",
    [ESCALATION_DO_END_MODE] = "end_mode",
    [ESCALATION_DO_APPEAL] = "appeal",
    [ESCALATION_DO_TERM] = "term",
    [ESCALATION_DO_REPLAN] = "replan",
    [ESCALATION_DO_CARD] = "card",
    [ESCALATION_DO_ALARM] = "alarm",
    [ESCALATION_DO_LAPSE] = "lapse",
    [ESCALATION_DO_URGE] = "urge",
    [ESCALATION_DO_WATCH] = "watch",
    [ESCALATION_DO_CANCEL_CARD] = "cancel_card",
    [ESCALATION_DO_REMIND] = "remind",
};

struct escalation_step escalation_fsm_step(enum escalation_state state,
                                           enum escalation_signal signal)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    const struct escalation_step step = steps[state][signal];
    if (step.action == ESCALATION_DO_REFUSE) {
        CHECK(step.next == ESCALATION_NONE);
    }
    return step;
}

Paidan__Code escalation_fsm_refusal(enum escalation_state state, enum escalation_signal signal)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    const bool again = (state == ESCALATION_ACCEPTED && signal == ESCALATION_ON_ACCEPT) ||
                       (state == ESCALATION_RETURNED && signal == ESCALATION_ON_RETURN) ||
                       (state == ESCALATION_RESOLVED && signal == ESCALATION_ON_RESOLVE);
    if (again) {
        return PAIDAN__CODE__ALREADY_DONE;
    }
    const bool work = signal == ESCALATION_ON_CONTACT || signal == ESCALATION_ON_PROGRESS ||
                      signal == ESCALATION_ON_RESOLVE;
    if (work && state == ESCALATION_ASSIGNED) {
        return PAIDAN__CODE__NOT_ACCEPTED;
    }
    return PAIDAN__CODE__STATE_FORBIDS;
}

const char *escalation_fsm_state_name(enum escalation_state state)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    return state_names[state];
}

const char *escalation_fsm_signal_name(enum escalation_signal signal)
{
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    return signal_names[signal];
}

const char *escalation_fsm_action_name(enum escalation_action action)
{
    CHECK(action < ESCALATION_ACTION_COUNT);
    return action_names[action];
}
