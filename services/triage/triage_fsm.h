/* triage_fsm: the life of one ticket as triage sees it.
 *
 *                 ROUTE                       RETURNED
 *     (none) ──────────────▶ ROUTED ───────────────────────▶ DESK_RETURNED
 *        │                     ▲  ▲      DISPATCH (ruled)      │     │
 *        │ DESK                │  └────────────────────────────┤     │
 *        ▼        DISPATCH     │          MOVED (undesked)     │     │
 *     DESK_NEW ────────────────┘  ◀────────────────────────────┘     │
 *        │                                                           │
 *        └────────── WITHDRAWN, CLOSED (undesked) ──▶ ENDED ◀────────┘
 *
 *     ROUTED ── RECALLED ──▶ DESK_RECALLED ── DISPATCH (routed again) ──▶ ROUTED; ends as the others do
 *
 *     the desk, (none), and ROUTED by way of a recall ── MERGE ──▶ MERGED ── UNMERGE ──▶ DESK_RECALLED
 *     MERGED ── FOLLOW (resolved with what it is merged into) ──▶ ROUTED; ends as the desk's do
 *
 * At the desk a clock runs: WARN, LATE (again and again) and REPLAN say so and leave the state alone, as
 * RECODE does, by which the ticket goes on under the codes of now, and EXTEND, with which 上级时限 is a later one,
 * here or with the unit. BURST says that many tell of its event, wherever it is. Away from the desk MOVE says who has the
 * ticket now.
 *
 * Pure. Every pair of state and signal is decided here and nowhere else. */
#pragma once

#include "event.pb-c.h"

/* Stored: never renumber. */
enum triage_state {
    TRIAGE_NONE = 0,          /* not known here */
    TRIAGE_ROUTED = 1,        /* with a unit, by triage or by the desk */
    TRIAGE_DESK_NEW = 2,      /* at the desk: triage was unsure */
    TRIAGE_DESK_RETURNED = 3, /* at the desk: a unit returned it */
    TRIAGE_ENDED = 4,         /* left the desk for good without a decision */
    TRIAGE_DESK_RECALLED =
        5,             /* at the desk: the dispatch was taken back, or it is merged no more */
    TRIAGE_MERGED = 6, /* another ticket is worked on in its place */
    TRIAGE_STATE_COUNT
};

enum triage_signal {
    TRIAGE_ROUTE,    /* registered, and triage is sure */
    TRIAGE_DESK,     /* registered, and triage is unsure */
    TRIAGE_DISPATCH, /* the dispatcher decides */
    TRIAGE_RETURN,   /* escalation: a unit returned it */
    TRIAGE_MOVE,     /* escalation: raised, reopened or ruled */
    TRIAGE_CLOSE,    /* escalation: closed */
    TRIAGE_WITHDRAW, /* intake: withdrawn by the resident */
    TRIAGE_CHASE,    /* intake: chased by the resident */
    TRIAGE_WARN,     /* the desk's deadline is near */
    TRIAGE_LATE,     /* the desk's deadline has passed, or its next alarm has come */
    TRIAGE_REPLAN,   /* the site has changed: the desk's clock is planned by it */
    TRIAGE_RECODE,   /* the site has given up codes that the desk's row carries */
    TRIAGE_RECALL,   /* escalation: a dispatcher took the dispatch back */
    TRIAGE_EXTEND,   /* intake: whoever handed it to us gives more time */
    TRIAGE_BURST,    /* many tell of its event */
    TRIAGE_MERGE, /* it is the same event as another ticket: a dispatcher says so, or triage by itself */
    TRIAGE_UNMERGE, /* it is not, a dispatcher says; or escalation: the other one has ended without it */
    TRIAGE_FOLLOW, /* escalation: what it is merged into is resolved, and so is this one */
    TRIAGE_SIGNAL_COUNT
};

/* A cell of the table. What is done is the fact that is said: deciding chooses by it what to say,
 * folding refuses any other fact. */
struct triage_step {
    enum triage_state next;       /* TRIAGE_NONE: a cell left out, the signal is refused */
    Paidan__Event__FactCase fact; /* NOT_SET: nothing is said */
};

/* Before: both below their counts. */
struct triage_step triage_fsm_step(enum triage_state state, enum triage_signal signal);
/* Stable English name: "desk_new". */
const char *triage_fsm_state_name(enum triage_state state);
const char *triage_fsm_signal_name(enum triage_signal signal);
