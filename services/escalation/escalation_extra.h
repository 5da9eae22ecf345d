/* escalation_extra: what only some tickets have: suspensions, requests, assisting tasks, a named
 * person, a mode with its clock, cards by hand, an appeal. Most tickets live and close without such
 * a row, so that the usual life pays nothing for it.
 *
 * The ticket's record mirrors what the due table and the totals need (escalation_ticket.extra_*):
 * folding changes both together through escalation_extra_mirror. Rows of an assisting unit's queue
 * are functions of this record. */
#pragma once

#include "escalation_state.h"

#define ESCALATION_PAUSES_MAX 8 /* suspensions of one ticket */

struct escalation_pause {
    uint64_t from_ms, until_ms; /* until 0: it stands still now */
};

/* A unit's own task beside the lead's: its clock is of kind CLOCK_ASSIST. */
struct escalation_assist {
    char unit[CODE_BYTES_MAX + 1];
    bool done, late;
    bool unawaited; /* the lead resolves without waiting: the task ends with the result */
    struct escalation_clock clock; /* due_ms 0: the site gives assisting units no term */
};

enum escalation_appeal {
    ESCALATION_NO_APPEAL,
    ESCALATION_APPEAL_OPEN,
    ESCALATION_APPEAL_GRANTED, /* lateness stays a fact; out of the statistic */
    ESCALATION_APPEAL_REFUSED,
    ESCALATION_APPEAL_LAPSED, /* nobody ruled in time: it stands as late */
};

struct escalation_extra {
    /* 挂账 */
    uint64_t suspended_until_ms; /* 0: not suspended */
    uint32_t pause_count;        /* of this ticket, the one under way included */
    struct escalation_pause pauses[ESCALATION_PAUSES_MAX];
    /* An open request 申请; kind 0: none. */
    uint8_t request;           /* enum RequestKind */
    uint32_t request_to_level; /* of a raise */
    uint64_t request_due_ms, request_at_ms;
    char request_unit[CODE_BYTES_MAX + 1], request_to[CODE_BYTES_MAX + 1];
    uint64_t request_seq; /* of the fact, which has the reason; 0: of a version before lists */
    uint64_t request_remind_ms; /* when the decider is reminded; 0: it was, or is not */
    /* 协办 */
    uint32_t assist_count;
    struct escalation_assist assists[SITE_ASSIST_MAX];
    /* 定人 */
    char person[ACTOR_BYTES_MAX + 1]; /* empty: nobody named */
    uint64_t person_due_ms;           /* 0: passed, or none */
    /* 现场办、调解、议事、协调 */
    uint8_t mode;   /* enum Mode under way or, of a resolved ticket, how it was handled */
    bool mode_open; /* its clock runs and its result is owed */
    struct escalation_clock mode_clock; /* due_ms 0: the site gives it no term */
    /* 督办 */
    uint8_t card;      /* enum Card given by hand or by a step, and not cancelled */
    uint8_t supervise; /* 0: not; else 1 + enum SuperviseRule, 1: by hand */
    uint32_t urges, cancelled_cards;
    /* Lateness: 1 << Clock of every clock that was ever missed. A fact for ever. */
    uint32_t late;
    uint8_t appeal; /* enum escalation_appeal */
    /* The unit that has it contacted the resident, under a policy without a term for that: where
     * there is one, its clock is stopped instead. */
    bool heard;
    /* Who appealed, who rules, until when: kept as long as the ticket, for whoever has it then must
     * not rule in his own cause. Empty and 0: of a version before these were kept. */
    char appeal_unit[CODE_BYTES_MAX + 1], appeal_to[CODE_BYTES_MAX + 1];
    uint64_t appeal_seq, appeal_at_ms, appeal_due_ms, appeal_remind_ms;
    /* The newest request or appeal that nobody decided in time, and for whom it had waited. */
    uint64_t lapsed_ms;
    char lapsed_to[CODE_BYTES_MAX + 1];
};

/* Absent: RC_OK with all zero. RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_extra_load(struct store_txn *txn, uint64_t id,
                                         struct escalation_extra *extra);
/* RC_OK, RC_FULL or RC_STORE. */
MUST_CHECK enum rc escalation_extra_save(struct store_txn *txn, uint64_t id,
                                         const struct escalation_extra *extra);
MUST_CHECK enum rc escalation_extra_decode(const void *value, size_t bytes,
                                           struct escalation_extra *extra);

/* Earliest thing of the record that fires by itself in a ticket of that state, and which clock it
 * is; 0: none. A suspended ticket waits for the end of its suspension alone. */
uint64_t escalation_extra_next(const struct escalation_extra *extra, enum escalation_state state,
                               Paidan__Clock *clock);
/* In a copy of a record, that what fires next can be found: whoever decides is not reminded of what
 * has lapsed at now_ms. As escalation_state_pass_over. */
void escalation_extra_pass_over(struct escalation_extra *extra, uint64_t now_ms);
/* Writes what the ticket's record mirrors; call it after every change of either. */
void escalation_extra_mirror(const struct escalation_extra *extra,
                             struct escalation_ticket *ticket);

/* ---- what becomes of it when the ticket moves or ends ---- */

/* Nobody is asked any more. */
void escalation_extra_drop_request(struct escalation_extra *extra);
/* The suspension under way, if there is one, ends. */
void escalation_extra_end_pause(struct escalation_extra *extra, uint64_t at_ms);
/* No mode is under way, and none was. */
void escalation_extra_drop_mode(struct escalation_extra *extra);
/* Another unit, or the same one on another level, has the ticket: person and request of the old one
 * are gone. Open tasks of assisting units and an open mode go with the ticket; a task that the new
 * unit itself had is done with. */
void escalation_extra_moved(struct escalation_extra *extra, const char *unit, uint64_t at_ms);
/* A new round begins without tasks and mode. */
void escalation_extra_new_round(struct escalation_extra *extra);
/* The ticket is not open any more: nothing of it waits. */
void escalation_extra_rest(struct escalation_extra *extra, uint64_t at_ms);

/* Clocks that got new moments while they run: of a resumed or newly planned ticket. What fired
 * stays fired. RC_OK; RC_CORRUPT: one that the records do not have. */
struct escalation_again {
    Paidan__ClockSet *const *clocks;
    size_t clock_count;
    Paidan__AssistClock *const *assists;
    size_t assist_count;
    const Paidan__ClockSet *mode; /* NULL: none */
};
MUST_CHECK enum rc escalation_extra_run_on(struct escalation_extra *extra,
                                           struct escalation_ticket *ticket,
                                           const struct escalation_again *again);

struct escalation_assist *escalation_extra_assist(struct escalation_extra *extra, const char *unit);
/* Tasks that are not done and that the lead waits for. */
uint32_t escalation_extra_assists_open(const struct escalation_extra *extra);
/* Row of the queue of whoever decides: DECIDING on the open request, JUDGING of the open appeal.
 * False: there is none, or nobody waits for it any more. */
bool escalation_extra_waiting_key(uint64_t id, const struct escalation_ticket *ticket,
                                  const struct escalation_extra *extra,
                                  enum escalation_bucket bucket,
                                  unsigned char key[ESCALATION_QUEUE_KEY_BYTES]);
/* Row of the list of what lapsed. False: nothing did. */
bool escalation_extra_lapsed_key(uint64_t id, const struct escalation_extra *extra,
                                 unsigned char key[ESCALATION_WATCH_KEY_BYTES]);
/* Row of an assisting unit's queue (bucket ESCALATION_ASSISTING). False: it has none: the task is
 * done or the ticket is not open. */
bool escalation_extra_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                const struct escalation_assist *assist,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES]);
