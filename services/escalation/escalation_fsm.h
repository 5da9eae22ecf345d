/* escalation_fsm: the life of one ticket as escalation sees it.
 *
 * Every pair of state and signal is decided by one table, here and nowhere else: deciding asks it
 * before a fact is said, folding asks it again when the fact is folded. */
#pragma once

#include "command.pb-c.h"
#include "event.pb-c.h"

/* Numbers are those of enum State in proto/ticket.proto, and stored. */
enum escalation_state {
    ESCALATION_NONE,      /* not known here */
    ESCALATION_ASSIGNED,  /* 待签收: in a unit's queue, perhaps leased */
    ESCALATION_ACCEPTED,  /* 办理中: a unit works on it */
    ESCALATION_RETURNED,  /* 退单待裁: at the dispatcher's desk, clocks run */
    ESCALATION_RESOLVED,  /* 待回访: the resident is being asked */
    ESCALATION_CLOSED,    /* 已办结 */
    ESCALATION_WITHDRAWN, /* 已撤回 */
    ESCALATION_SUSPENDED, /* 挂账: every clock stands still */
    ESCALATION_DESK,      /* 待分拨: the dispatch was taken back; nobody has it, no clock runs */
    ESCALATION_MERGED,    /* 已并单: another ticket is worked on in its place */
    ESCALATION_STATE_COUNT,
};

enum escalation_signal {
    /* records of followed logs */
    ESCALATION_ON_ROUTED,    /* triage: where it goes */
    ESCALATION_ON_RULED,     /* triage: the dispatcher's ruling on a return */
    ESCALATION_ON_WITHDRAWN, /* intake: the resident withdrew */
    ESCALATION_ON_NOTED,     /* intake: supplemented or chased */
    ESCALATION_ON_BOUND,     /* triage: the deadline from above is a later one */
    ESCALATION_ON_MERGED,    /* triage: it is the same event as another ticket */
    ESCALATION_ON_UNMERGED,  /* triage, or we: it is merged no more */
    ESCALATION_ON_BURST,     /* triage: many tell of its event */
    ESCALATION_ON_SOLVED,    /* callback: solved, or partly where that closes */
    ESCALATION_ON_UNSOLVED,  /* callback: not solved, may be reopened */
    ESCALATION_ON_GIVEN_UP,  /* callback: not solved, the site's limit is reached */
    ESCALATION_ON_UNREACHED, /* callback: nobody answered any attempt */
    ESCALATION_ON_SPARED,    /* callback: this closure is not asked about */
    /* commands */
    ESCALATION_ON_PULL,
    ESCALATION_ON_ACCEPT,
    ESCALATION_ON_CONTACT,
    ESCALATION_ON_PROGRESS,
    ESCALATION_ON_RESOLVE,
    ESCALATION_ON_RETURN,
    ESCALATION_ON_RAISE,       /* by competence */
    ESCALATION_ON_URGE,        /* 催办 by a supervisor */
    ESCALATION_ON_WATCH,       /* 督办 by a supervisor or a rule */
    ESCALATION_ON_GIVE_CARD,   /* 黄牌、红牌 by a supervisor */
    ESCALATION_ON_CANCEL_CARD, /* 撤牌 by a supervisor */
    ESCALATION_ON_EXTEND,      /* 延期 or a raise to be accepted is asked for */
    ESCALATION_ON_DECIDE,      /* an open request is decided, or its time passed */
    ESCALATION_ON_RULE_APPEAL, /* an appeal is ruled on */
    ESCALATION_ON_SUSPEND,     /* 挂账 */
    ESCALATION_ON_RESUME,      /* by hand */
    ESCALATION_ON_ASK_ASSIST,  /* 请求协办 */
    ESCALATION_ON_ASSIST_DONE, /* 协办完成 */
    ESCALATION_ON_NAME_PERSON, /* 定人 */
    ESCALATION_ON_ORDER,       /* 领导交办 */
    ESCALATION_ON_SET_MODE,    /* 办理方式 */
    ESCALATION_ON_END_MODE,    /* its result */
    ESCALATION_ON_APPEAL,      /* 超时申诉 */
    ESCALATION_ON_REPLAN,      /* running clocks got new moments */
    ESCALATION_ON_RECALL,      /* 撤回分拨 by the dispatcher */
    ESCALATION_ON_CORRECT,     /* 更正 by the dispatcher: its unit keeps it */
    ESCALATION_ON_HAND_OVER,   /* 更正 by the dispatcher: another unit gets it */
    ESCALATION_ON_LEAVE,       /* taken from its unit to be merged into another ticket */
    /* site edits */
    ESCALATION_ON_MOVE,   /* nobody carries on its unit: another one gets it */
    ESCALATION_ON_RECODE, /* it goes on under other codes */
    /* what happens to another ticket of its group */
    ESCALATION_ON_JOIN,   /* one was merged into this one */
    ESCALATION_ON_PART,   /* one is merged into this one no more */
    ESCALATION_ON_FOLLOW, /* what it is merged into is resolved */
    /* deadlines */
    ESCALATION_ON_WARN,        /* a warning point passed */
    ESCALATION_ON_STEP,        /* a step of a clock, before or after its deadline */
    ESCALATION_ON_EXPIRE,      /* a clock expired, a level above is there */
    ESCALATION_ON_CARD,        /* a clock expired, no level above (or the site says card) */
    ESCALATION_ON_ALARM,       /* time to repeat the alarm */
    ESCALATION_ON_LAPSE,       /* a lease ended */
    ESCALATION_ON_PAUSE_END,   /* a suspension ended by itself */
    ESCALATION_ON_ASSIST_LATE, /* an assisting unit's term passed */
    ESCALATION_ON_TERM,        /* the term of a named person or of a mode passed */
    ESCALATION_SIGNAL_COUNT,
};

enum escalation_action {
    ESCALATION_DO_REFUSE, /* a cell left out */
    ESCALATION_DO_IGNORE, /* allowed, no effect, nothing to say */
    ESCALATION_DO_SAY,    /* the fact that the cell names */
};

struct escalation_step {
    enum escalation_state
        next; /* ESCALATION_NONE with DO_REFUSE; the state itself with DO_IGNORE */
    enum escalation_action action;
    /* What is said in this state to this signal, and nothing else: saying CHECKs it, and a log in
     * which another fact stands there contradicts the tables. NOT_SET without DO_SAY. */
    Paidan__Event__FactCase fact;
};

/* Before: both in range (CHECKed). */
struct escalation_step escalation_fsm_step(enum escalation_state state,
                                           enum escalation_signal signal);

/* The code that tells a caller why a cell of the table is a refusal: ALREADY_DONE for a repeated
 * action, NOT_ACCEPTED for work before acceptance, RECALL_TOO_LATE for a recall after it, MERGED for
 * whatever is wished of a member, STATE_FORBIDS else. */
Paidan__Code escalation_fsm_refusal(enum escalation_state state, enum escalation_signal signal);

/* Stable lower-case names: "assigned", "expire". Never NULL. */
const char *escalation_fsm_state_name(enum escalation_state state);
const char *escalation_fsm_signal_name(enum escalation_signal signal);
