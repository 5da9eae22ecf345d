/* intake_fsm: the life of one ticket as intake sees it.
 *
 * Intake decides nothing about a ticket after its registration but the withdrawal; the other states
 * are what escalation last said about it (receipts). Receipts travel, so they may arrive after the
 * resident has withdrawn: then the withdrawal stays, until escalation says how the ticket ended.
 *
 *               receipts, in any order: what escalation said last
 *               ┌───────────┬────────────┬───────────┬────────────┐
 *               ▼           ▼            ▼           ▼            ▼
 *     (none)    ASSIGNED ◀▶ ACCEPTED ◀─▶ RETURNED ◀▶ SUSPENDED ◀▶ RESOLVED ──▶ CLOSED
 *       │       ▲ │         │            │           │            │              ▲
 *       ▼       │ │         │            │           │            │              │ the answer was
 *     REGISTERED  │         │            │           │            │              │ faster than
 *       │         │         │            │           │            │              │ the withdrawal
 *       └─────────┴─────────┴─── withdraw, or receipt ────────────┘──▶ WITHDRAWN ┘
 */
#pragma once

#include "event.pb-c.h"

enum intake_state {
    INTAKE_NONE = 0,       /* unknown ticket */
    INTAKE_REGISTERED = 1, /* has a number; no unit has it yet, or any more: taken back */
    INTAKE_ASSIGNED = 2,
    INTAKE_ACCEPTED = 3,
    INTAKE_RETURNED = 4,
    INTAKE_RESOLVED = 5,
    INTAKE_CLOSED = 6,
    INTAKE_WITHDRAWN = 7,
    INTAKE_SUSPENDED = 8, /* 挂账: taken up again on a day that was given */
    INTAKE_MERGED =
        9, /* 已并单: another ticket is worked on in its place; so from and to any open state */
    INTAKE_STATE_COUNT,
};

enum intake_signal {
    INTAKE_REGISTER, /* a channel submits it */
    INTAKE_SUPPLEMENT,
    INTAKE_CHASE,
    INTAKE_WITHDRAW,
    INTAKE_SEEN_ASSIGNED, /* receipts: what escalation's log says */
    INTAKE_SEEN_ACCEPTED,
    INTAKE_SEEN_RETURNED,
    INTAKE_SEEN_RESOLVED,
    INTAKE_SEEN_CLOSED,
    INTAKE_SEEN_WITHDRAWN,
    INTAKE_SEEN_SUSPENDED,
    INTAKE_SEEN_DESK, /* the dispatch was taken back, or it is merged no more */
    INTAKE_SEEN_MERGED,
    INTAKE_SPLIT, /* a dispatcher makes several tickets of it */
    INTAKE_SIGNAL_COUNT,
};

/* A cell of the table. What is done is the fact that is said: deciding chooses by it what to say,
 * folding refuses any other fact. */
struct intake_step {
    enum intake_state next;       /* INTAKE_NONE: a cell left out, the signal is refused */
    Paidan__Event__FactCase fact; /* NOT_SET: nothing is said */
};

struct intake_step intake_fsm_step(enum intake_state state, enum intake_signal signal);
/* Names for traces, answers and the golden table: "ASSIGNED", "SEEN_CLOSED". */
const char *intake_fsm_state_name(enum intake_state state);
const char *intake_fsm_signal_name(enum intake_signal signal);
