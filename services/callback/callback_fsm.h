/* callback_fsm: the life of one ticket's callback. One task per closure (round), at most one at a
 * time.
 *
 *                 lapsed: the next attempt
 *                      ┌─────┐
 *              resolved│     ▼  pulled
 *     (none) ─────────▶ ASKED ─────────▶ HANDED ─┐ pulled again: its lease is over
 *                        │  ▲   lapsed    │ │ ▲   │
 *                        │  └─────────────┘ │ └───┘
 *                        ├──────────────────┤
 *        answered        │    exhausted     │   reopened, closed
 *        ┌───────────────┴───────┬──────────┴───────────┐
 *        ▼                       ▼                      ▼
 *     ANSWERED               UNREACHED              CANCELLED
 *        └───────────────────────┴──────────────────────┘
 *                     resolved (a later round): ASKED
 *
 *     (none) and whatever is over ── resolved, and not to be asked about ──▶ SPARED 免回访; open ones
 *     too, when the resident wants no calls
 *     UNREACHED, SPARED ── answered after all ──▶ ANSWERED
 *
 *     any state ── withdrawn ──▶ TAKEN_BACK, for good
 *
 * Logs of two services are heard: a withdrawal may come before the closure it makes void, and is
 * remembered, so that nobody is asked about a ticket that was taken back.
 *
 * The end of a lease is no signal: a task nobody answers in its lease is handed out again because
 * it stands in the queue at the lease's end. */
#pragma once

#include <stdbool.h>

#include "event.pb-c.h"

enum callback_state {
    CALLBACK_NONE = 0,   /* never resolved so far */
    CALLBACK_ASKED = 1,  /* waits for an adapter, perhaps for calling hours first */
    CALLBACK_HANDED = 2, /* an adapter took it; its lease may be over */
    CALLBACK_ANSWERED = 3,
    CALLBACK_UNREACHED = 4,
    CALLBACK_CANCELLED = 5,
    CALLBACK_TAKEN_BACK = 6, /* withdrawn: nothing is asked, ever */
    CALLBACK_SPARED = 7,     /* 免回访: this closure is not asked about */
    CALLBACK_STATE_COUNT,
};

enum callback_signal {
    CALLBACK_RESOLVED,  /* escalation: a unit says it is solved */
    CALLBACK_PULLED,    /* an adapter took the task */
    CALLBACK_LAPSED,    /* the attempt's time is over and there is another attempt */
    CALLBACK_EXHAUSTED, /* the last attempt's time is over */
    CALLBACK_ANSWER,
    CALLBACK_REOPENED,        /* escalation: the ticket is at work again */
    CALLBACK_CLOSED,          /* escalation: the ticket ended */
    CALLBACK_WITHDRAWN,       /* intake or escalation: the resident took it back */
    CALLBACK_RESOLVED_SPARED, /* a unit says it is solved, and it is not asked about */
    CALLBACK_SPARE,           /* intake: whoever is asked wants no calls */
    CALLBACK_LATE,            /* an answer after the round had ended without */
    CALLBACK_SIGNAL_COUNT,
};

/* A cell of the table. What is done is the fact that is said: deciding chooses by it what to say,
 * folding refuses any other fact. */
struct callback_step {
    bool allowed; /* false: a cell left out, the signal is refused */
    enum callback_state next;
    Paidan__Event__FactCase fact; /* NOT_SET: allowed, and nothing is said */
};

struct callback_step callback_fsm_step(enum callback_state state, enum callback_signal signal);
/* A task that may be handed out and answered. */
bool callback_fsm_open(enum callback_state state);
/* Names for traces, details and the golden table. */
const char *callback_fsm_state_name(enum callback_state state);
const char *callback_fsm_signal_name(enum callback_signal signal);
