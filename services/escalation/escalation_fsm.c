/* The one table of a ticket's life.
 *
 * Owns every transition: a state, a signal, the state after it and the one fact that says so. Who
 * decides asks it before a fact is said, folding asks it again, so that log and tables cannot come
 * apart without being seen. A cell left out is a refusal. A repeated signal that must do no harm is
 * written as IGNORE, so that "allowed, no effect" differs from "refused".
 *
 *            routed            accept              resolve            solved, given up,
 *   (none) ────────▶ ASSIGNED ─────────▶ ACCEPTED ──────────▶ RESOLVED ───────────────▶ CLOSED
 *                    │ ▲  ▲ ▲            │ │ ▲ │               │         unreached
 *     expire, raise, │ │  │ └────────────┘ │ │ │ suspend       │
 *     order: another └─┘  │ expire, raise, │ │ ▼               │
 *     unit                │ order          │ │ SUSPENDED       │
 *                         │                │ └─┘ resume,       │
 *                  ruled, │ ◀─ RETURNED ◀──┘     pause_end     │
 *                  expire,│    return (also from ASSIGNED)     │
 *                  order  │                                    │
 *                         └────────────────────────────────────┘ unsolved
 *
 *   ASSIGNED ── recall ─▶ DESK ── routed ─▶ ASSIGNED: a dispatch that was taken back is no dispatch.
 *
 *   A correction leaves ASSIGNED, ACCEPTED and SUSPENDED as they are, or hands the ticket over: ASSIGNED
 *   (a suspended one is resumed first).
 *   MERGED: from every open state, from DESK and from none; back to DESK when it is merged no more; to RESOLVED
 *   when what it was merged into is resolved: from then on it is a ticket of its own again.
 *
 *   withdrawn: from every state but CLOSED to WITHDRAWN.
 *
 * The table as it is printed for people: tests/golden/escalation_fsm.txt. */

#include "escalation_fsm.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/check.h"

#define GO(state, fact)                                                                            \
    {                                                                                              \
        ESCALATION_##state, ESCALATION_DO_SAY, PAIDAN__EVENT__FACT_##fact                          \
    }
#define IGNORE(state)                                                                              \
    {                                                                                              \
        ESCALATION_##state, ESCALATION_DO_IGNORE, PAIDAN__EVENT__FACT__NOT_SET                     \
    }

static const struct escalation_step steps[ESCALATION_STATE_COUNT][ESCALATION_SIGNAL_COUNT] =
    {
        [ESCALATION_NONE] =
            {
                [ESCALATION_ON_ROUTED] = GO(ASSIGNED, ASSIGNED),
                /* Before the route: remembered, so that the route finds it. */
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                /* No unit has it yet; the dispatcher's desk shows it. */
                [ESCALATION_ON_NOTED] = IGNORE(NONE),
                [ESCALATION_ON_BOUND] = IGNORE(NONE),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_BURST] = IGNORE(NONE),
            },
        [ESCALATION_ASSIGNED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(ASSIGNED, NOTED),
                [ESCALATION_ON_BOUND] = GO(ASSIGNED, OUTER_MOVED),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = IGNORE(ASSIGNED),
                [ESCALATION_ON_JOIN] = GO(ASSIGNED, JOINED),
                [ESCALATION_ON_PART] = GO(ASSIGNED, PARTED),
                [ESCALATION_ON_LEAVE] = GO(DESK, RECALLED),
                [ESCALATION_ON_BURST] = GO(ASSIGNED, URGENCY_RAISED),
                [ESCALATION_ON_PULL] = GO(ASSIGNED, LEASED),
                [ESCALATION_ON_ACCEPT] = GO(ACCEPTED, ACCEPTED),
                [ESCALATION_ON_RETURN] = GO(RETURNED, RETURNED),
                [ESCALATION_ON_RAISE] = GO(ASSIGNED, RAISED),
                [ESCALATION_ON_URGE] = GO(ASSIGNED, URGED),
                [ESCALATION_ON_WATCH] = GO(ASSIGNED, SUPERVISED),
                [ESCALATION_ON_GIVE_CARD] = GO(ASSIGNED, CARDED),
                [ESCALATION_ON_CANCEL_CARD] = GO(ASSIGNED, CARD_CANCELLED),
                [ESCALATION_ON_WARN] = GO(ASSIGNED, WARNED),
                [ESCALATION_ON_STEP] = GO(ASSIGNED, REMINDED),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISED),
                [ESCALATION_ON_CARD] = GO(ASSIGNED, CARDED),
                [ESCALATION_ON_ALARM] = GO(ASSIGNED, ALARMED),
                [ESCALATION_ON_LAPSE] = GO(ASSIGNED, LEASE_LAPSED),
                [ESCALATION_ON_ASK_ASSIST] = GO(ASSIGNED, ASSIST_ASKED),
                [ESCALATION_ON_ASSIST_DONE] = GO(ASSIGNED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDERED),
                [ESCALATION_ON_ASSIST_LATE] = GO(ASSIGNED, ASSIST_LATE),
                [ESCALATION_ON_TERM] = GO(ASSIGNED, TERM_PASSED),
                [ESCALATION_ON_DECIDE] = GO(ASSIGNED, DECIDED),
                /* Asked for while it was resolved, before it was opened again. */
                [ESCALATION_ON_RULE_APPEAL] = GO(ASSIGNED, APPEAL_RULED),
                [ESCALATION_ON_EXTEND] = GO(ASSIGNED, REQUESTED),
                [ESCALATION_ON_REPLAN] = GO(ASSIGNED, REPLANNED),
                [ESCALATION_ON_MOVE] = GO(ASSIGNED, MOVED),
                [ESCALATION_ON_RECODE] = GO(ASSIGNED, RECODED),
                [ESCALATION_ON_CORRECT] = GO(ASSIGNED, CORRECTED),
                [ESCALATION_ON_HAND_OVER] = GO(ASSIGNED, CORRECTED),
                [ESCALATION_ON_RECALL] = GO(DESK, RECALLED),
            },
        [ESCALATION_ACCEPTED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(ACCEPTED, NOTED),
                [ESCALATION_ON_BOUND] = GO(ACCEPTED, OUTER_MOVED),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = IGNORE(ACCEPTED),
                [ESCALATION_ON_JOIN] = GO(ACCEPTED, JOINED),
                [ESCALATION_ON_PART] = GO(ACCEPTED, PARTED),
                [ESCALATION_ON_LEAVE] = GO(DESK, RECALLED),
                [ESCALATION_ON_BURST] = GO(ACCEPTED, URGENCY_RAISED),
                [ESCALATION_ON_CONTACT] = GO(ACCEPTED, CONTACTED),
                [ESCALATION_ON_PROGRESS] = GO(ACCEPTED, PROGRESSED),
                [ESCALATION_ON_RESOLVE] = GO(RESOLVED, RESOLVED),
                [ESCALATION_ON_RETURN] = GO(RETURNED, RETURNED),
                [ESCALATION_ON_RAISE] = GO(ASSIGNED, RAISED),
                [ESCALATION_ON_URGE] = GO(ACCEPTED, URGED),
                [ESCALATION_ON_WATCH] = GO(ACCEPTED, SUPERVISED),
                [ESCALATION_ON_GIVE_CARD] = GO(ACCEPTED, CARDED),
                [ESCALATION_ON_CANCEL_CARD] = GO(ACCEPTED, CARD_CANCELLED),
                [ESCALATION_ON_WARN] = GO(ACCEPTED, WARNED),
                [ESCALATION_ON_STEP] = GO(ACCEPTED, REMINDED),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISED),
                [ESCALATION_ON_CARD] = GO(ACCEPTED, CARDED),
                [ESCALATION_ON_ALARM] = GO(ACCEPTED, ALARMED),
                [ESCALATION_ON_ASK_ASSIST] = GO(ACCEPTED, ASSIST_ASKED),
                [ESCALATION_ON_ASSIST_DONE] = GO(ACCEPTED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDERED),
                [ESCALATION_ON_ASSIST_LATE] = GO(ACCEPTED, ASSIST_LATE),
                [ESCALATION_ON_TERM] = GO(ACCEPTED, TERM_PASSED),
                [ESCALATION_ON_DECIDE] = GO(ACCEPTED, DECIDED),
                /* Asked for while it was resolved, before it was opened again. */
                [ESCALATION_ON_RULE_APPEAL] = GO(ACCEPTED, APPEAL_RULED),
                [ESCALATION_ON_EXTEND] = GO(ACCEPTED, REQUESTED),
                [ESCALATION_ON_SUSPEND] = GO(SUSPENDED, SUSPENDED),
                [ESCALATION_ON_NAME_PERSON] = GO(ACCEPTED, PERSON_NAMED),
                [ESCALATION_ON_SET_MODE] = GO(ACCEPTED, MODE_SET),
                [ESCALATION_ON_END_MODE] = GO(ACCEPTED, MODE_ENDED),
                [ESCALATION_ON_REPLAN] = GO(ACCEPTED, REPLANNED),
                [ESCALATION_ON_MOVE] = GO(ASSIGNED, MOVED),
                [ESCALATION_ON_RECODE] = GO(ACCEPTED, RECODED),
                [ESCALATION_ON_CORRECT] = GO(ACCEPTED, CORRECTED),
                [ESCALATION_ON_HAND_OVER] = GO(ASSIGNED, CORRECTED),
            },
        [ESCALATION_RETURNED] =
            {
                [ESCALATION_ON_RULED] = GO(ASSIGNED, ASSIGNED),
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(RETURNED, NOTED),
                [ESCALATION_ON_BOUND] = GO(RETURNED, OUTER_MOVED),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = IGNORE(RETURNED),
                [ESCALATION_ON_JOIN] = GO(RETURNED, JOINED),
                [ESCALATION_ON_PART] = GO(RETURNED, PARTED),
                [ESCALATION_ON_BURST] = GO(RETURNED, URGENCY_RAISED),
                /* Returning stops no clock: the raise takes the ticket off the desk. */
                [ESCALATION_ON_URGE] = GO(RETURNED, URGED),
                [ESCALATION_ON_WATCH] = GO(RETURNED, SUPERVISED),
                [ESCALATION_ON_GIVE_CARD] = GO(RETURNED, CARDED),
                [ESCALATION_ON_CANCEL_CARD] = GO(RETURNED, CARD_CANCELLED),
                [ESCALATION_ON_WARN] = GO(RETURNED, WARNED),
                [ESCALATION_ON_STEP] = GO(RETURNED, REMINDED),
                [ESCALATION_ON_EXPIRE] = GO(ASSIGNED, RAISED),
                [ESCALATION_ON_CARD] = GO(RETURNED, CARDED),
                [ESCALATION_ON_ALARM] = GO(RETURNED, ALARMED),
                [ESCALATION_ON_ASSIST_DONE] = GO(RETURNED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDERED),
                [ESCALATION_ON_ASSIST_LATE] = GO(RETURNED, ASSIST_LATE),
                [ESCALATION_ON_RULE_APPEAL] = GO(RETURNED, APPEAL_RULED),
                [ESCALATION_ON_TERM] = GO(RETURNED, TERM_PASSED),
                [ESCALATION_ON_REPLAN] = GO(RETURNED, REPLANNED),
                /* The desk gives it to a unit; until then it only needs a code that is known. */
                [ESCALATION_ON_RECODE] = GO(RETURNED, RECODED),
            },
        [ESCALATION_RESOLVED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(RESOLVED, NOTED),
                [ESCALATION_ON_BOUND] = GO(RESOLVED, OUTER_MOVED),
                /* Resolved before that was read: it is called back by itself. */
                [ESCALATION_ON_MERGED] = IGNORE(RESOLVED),
                [ESCALATION_ON_UNMERGED] = IGNORE(RESOLVED),
                [ESCALATION_ON_BURST] = IGNORE(RESOLVED),
                [ESCALATION_ON_SOLVED] = GO(CLOSED, CLOSED),
                [ESCALATION_ON_UNSOLVED] = GO(ASSIGNED, REOPENED),
                [ESCALATION_ON_GIVEN_UP] = GO(CLOSED, CLOSED),
                [ESCALATION_ON_UNREACHED] = GO(CLOSED, CLOSED),
                [ESCALATION_ON_SPARED] = GO(CLOSED, CLOSED),
                /* The red card of a ticket that is given up, said just before it is closed. */
                [ESCALATION_ON_CARD] = GO(RESOLVED, CARDED),
                [ESCALATION_ON_CANCEL_CARD] = GO(RESOLVED, CARD_CANCELLED),
                [ESCALATION_ON_APPEAL] = GO(RESOLVED, APPEALED),
                /* Whoever rules on the appeal is reminded. */
                [ESCALATION_ON_STEP] = GO(RESOLVED, REMINDED),
                [ESCALATION_ON_RULE_APPEAL] = GO(RESOLVED, APPEAL_RULED),
                /* An appeal of an old store is listed. */
                [ESCALATION_ON_RECODE] = GO(RESOLVED, RECODED),
            },
        [ESCALATION_SUSPENDED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(SUSPENDED, NOTED),
                [ESCALATION_ON_BOUND] = GO(SUSPENDED, OUTER_MOVED),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = IGNORE(SUSPENDED),
                [ESCALATION_ON_JOIN] = GO(SUSPENDED, JOINED),
                [ESCALATION_ON_PART] = GO(SUSPENDED, PARTED),
                [ESCALATION_ON_LEAVE] = GO(DESK, RECALLED),
                [ESCALATION_ON_BURST] = GO(SUSPENDED, URGENCY_RAISED),
                [ESCALATION_ON_URGE] = GO(SUSPENDED, URGED),
                [ESCALATION_ON_WATCH] = GO(SUSPENDED, SUPERVISED),
                [ESCALATION_ON_GIVE_CARD] = GO(SUSPENDED, CARDED),
                [ESCALATION_ON_CANCEL_CARD] = GO(SUSPENDED, CARD_CANCELLED),
                [ESCALATION_ON_RESUME] = GO(ACCEPTED, RESUMED),
                [ESCALATION_ON_PAUSE_END] = GO(ACCEPTED, RESUMED),
                [ESCALATION_ON_RULE_APPEAL] = GO(SUSPENDED, APPEAL_RULED),
                [ESCALATION_ON_ASSIST_DONE] = GO(SUSPENDED, ASSIST_DONE),
                [ESCALATION_ON_ORDER] = GO(ASSIGNED, ORDERED),
                [ESCALATION_ON_REPLAN] = GO(SUSPENDED, REPLANNED),
                [ESCALATION_ON_RECODE] = GO(SUSPENDED, RECODED),
                [ESCALATION_ON_CORRECT] = GO(SUSPENDED, CORRECTED),
            },
        [ESCALATION_DESK] =
            {
                /* Given to a unit again as if for the first time. */
                [ESCALATION_ON_ROUTED] = GO(ASSIGNED, ASSIGNED),
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(DESK, NOTED),
                [ESCALATION_ON_BOUND] = GO(DESK, OUTER_MOVED),
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = IGNORE(DESK),
                [ESCALATION_ON_JOIN] = GO(DESK, JOINED),
                [ESCALATION_ON_PART] = GO(DESK, PARTED),
                [ESCALATION_ON_BURST] = IGNORE(DESK),
                /* An appeal from the round before, whose return was ruled on and taken back. */
                [ESCALATION_ON_STEP] = GO(DESK, REMINDED),
                [ESCALATION_ON_RULE_APPEAL] = GO(DESK, APPEAL_RULED),
            },
        [ESCALATION_MERGED] =
            {
                [ESCALATION_ON_WITHDRAWN] = GO(WITHDRAWN, CLOSED),
                [ESCALATION_ON_NOTED] = GO(MERGED, NOTED),
                [ESCALATION_ON_BOUND] = GO(MERGED, OUTER_MOVED),
                /* With its ticket into another one, or to another one after that was withdrawn. */
                [ESCALATION_ON_MERGED] = GO(MERGED, MERGED),
                [ESCALATION_ON_UNMERGED] = GO(DESK, UNMERGED),
                [ESCALATION_ON_FOLLOW] = GO(RESOLVED, RESOLVED),
                [ESCALATION_ON_BURST] = IGNORE(MERGED),
                /* An appeal from the round before. */
                [ESCALATION_ON_STEP] = GO(MERGED, REMINDED),
                [ESCALATION_ON_RULE_APPEAL] = GO(MERGED, APPEAL_RULED),
            },
        [ESCALATION_CLOSED] =
            {
                [ESCALATION_ON_NOTED] = IGNORE(CLOSED),
                [ESCALATION_ON_BOUND] = IGNORE(CLOSED),
                [ESCALATION_ON_MERGED] = IGNORE(CLOSED),
                [ESCALATION_ON_UNMERGED] = IGNORE(CLOSED),
                [ESCALATION_ON_BURST] = IGNORE(CLOSED),
                /* Answered after all, where it was closed without an answer (escalation_close). */
                [ESCALATION_ON_SOLVED] = GO(CLOSED, CLOSED),
                [ESCALATION_ON_UNSOLVED] = GO(ASSIGNED, REOPENED),
                [ESCALATION_ON_GIVEN_UP] = GO(CLOSED, CLOSED),
                [ESCALATION_ON_CARD] = GO(CLOSED, CARDED),
                [ESCALATION_ON_APPEAL] = GO(CLOSED, APPEALED),
                [ESCALATION_ON_STEP] = GO(CLOSED, REMINDED),
                [ESCALATION_ON_RULE_APPEAL] = GO(CLOSED, APPEAL_RULED),
                [ESCALATION_ON_RECODE] = GO(CLOSED, RECODED),
            },
        [ESCALATION_WITHDRAWN] =
            {
                /* The withdrawal was faster than the route: the ticket never opens. */
                [ESCALATION_ON_ROUTED] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_WITHDRAWN] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_NOTED] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_BOUND] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_MERGED] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_UNMERGED] = IGNORE(WITHDRAWN),
                [ESCALATION_ON_BURST] = IGNORE(WITHDRAWN),
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
static_assert((int)ESCALATION_DESK == (int)PAIDAN__STATE__STATE_DESK, "states are stored");
static_assert((int)ESCALATION_MERGED == (int)PAIDAN__STATE__STATE_MERGED, "states are stored");
static_assert(ESCALATION_MERGED == 9 && ESCALATION_STATE_COUNT == 10,
              "states are stored: never renumber");

static const char *const state_names[ESCALATION_STATE_COUNT] = {
    "none",   "assigned",  "accepted",  "returned", "resolved",
    "closed", "withdrawn", "suspended", "desk",     "merged",
};

static const char *const signal_names[ESCALATION_SIGNAL_COUNT] = {
    [ESCALATION_ON_ROUTED] = "routed",
    [ESCALATION_ON_RULED] = "ruled",
    [ESCALATION_ON_WITHDRAWN] = "withdrawn",
    [ESCALATION_ON_NOTED] = "noted",
    [ESCALATION_ON_BOUND] = "bound",
    [ESCALATION_ON_MERGED] = "merged",
    [ESCALATION_ON_UNMERGED] = "unmerged",
    [ESCALATION_ON_BURST] = "burst",
    [ESCALATION_ON_SOLVED] = "solved",
    [ESCALATION_ON_UNSOLVED] = "unsolved",
    [ESCALATION_ON_GIVEN_UP] = "given_up",
    [ESCALATION_ON_UNREACHED] = "unreached",
    [ESCALATION_ON_SPARED] = "spared",
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
    [ESCALATION_ON_RULE_APPEAL] = "rule_appeal",
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
    [ESCALATION_ON_RECALL] = "recall",
    [ESCALATION_ON_CORRECT] = "correct",
    [ESCALATION_ON_HAND_OVER] = "hand_over",
    [ESCALATION_ON_LEAVE] = "leave",
    [ESCALATION_ON_JOIN] = "join",
    [ESCALATION_ON_PART] = "part",
    [ESCALATION_ON_FOLLOW] = "follow",
    [ESCALATION_ON_MOVE] = "move",
    [ESCALATION_ON_RECODE] = "recode",
    [ESCALATION_ON_ALARM] = "alarm",
    [ESCALATION_ON_STEP] = "step",
    [ESCALATION_ON_LAPSE] = "lapse",
};

struct escalation_step escalation_fsm_step(enum escalation_state state,
                                           enum escalation_signal signal)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    const struct escalation_step step = steps[state][signal];
    CHECK((step.action == ESCALATION_DO_SAY) == (step.fact != PAIDAN__EVENT__FACT__NOT_SET));
    if (step.action == ESCALATION_DO_REFUSE) {
        CHECK(step.next == ESCALATION_NONE);
    }
    if (step.action == ESCALATION_DO_IGNORE) {
        CHECK(step.next == state);
    }
    return step;
}

Paidan__Code escalation_fsm_refusal(enum escalation_state state, enum escalation_signal signal)
{
    CHECK(state < ESCALATION_STATE_COUNT);
    CHECK(signal < ESCALATION_SIGNAL_COUNT);
    const bool again = (state == ESCALATION_ACCEPTED && signal == ESCALATION_ON_ACCEPT) ||
                       (state == ESCALATION_RETURNED && signal == ESCALATION_ON_RETURN) ||
                       (state == ESCALATION_RESOLVED && signal == ESCALATION_ON_RESOLVE) ||
                       (state == ESCALATION_DESK && signal == ESCALATION_ON_RECALL);
    if (again) {
        return PAIDAN__CODE__ALREADY_DONE;
    }
    if (state == ESCALATION_MERGED) {
        return PAIDAN__CODE__MERGED;
    }
    const bool work = signal == ESCALATION_ON_CONTACT || signal == ESCALATION_ON_PROGRESS ||
                      signal == ESCALATION_ON_RESOLVE;
    if (work && state == ESCALATION_ASSIGNED) {
        return PAIDAN__CODE__NOT_ACCEPTED;
    }
    /* Back at the desk by a return it needs no recall; all else began with the acceptance. */
    if (signal == ESCALATION_ON_RECALL && state > ESCALATION_ASSIGNED &&
        state != ESCALATION_RETURNED) {
        return PAIDAN__CODE__RECALL_TOO_LATE;
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
