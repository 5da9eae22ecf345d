/* escalation_state: what escalation keeps about a ticket, and where.
 *
 * Tables, from STORE_SERVICE on:
 *   ticket  ticket u64 -> struct escalation_ticket, sealed: what changes
 *   info    ticket u64 -> struct escalation_info, sealed: what rarely does
 *   queue   unit key u64, bucket u8, due u64, ticket u64 -> empty: a unit's open tickets, the most
 *           pressing first
 *   extra   ticket u64 -> struct escalation_extra, sealed: what only some tickets have
 *           (escalation_extra.h)
 *   replan  one row while open tickets are planned anew
 *   watch   kind u8, moment u64, ticket u64 -> empty: what supervisors look after
 *   count   empty: units were counted here, before archive did
 *   past    which tickets were here and left the tables (common/store/store_past.h, escalation_retire.h)
 *   member  which tickets are merged into which (common/store/store_group.h)
 *   group   ticket u64 -> struct escalation_group, sealed: of one that has members (escalation_group.h)
 * and one row a ticket in STORE_DUE. Rows of queue, watch and due are functions of the record
 * alone, so that folding moves them by comparing the record before with the record after. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/store/due.h"
#include "common/store/store.h"
#include "escalation_clock.h"
#include "escalation_fsm.h"
#include "ticket.pb-c.h"

enum escalation_table {
    ESCALATION_TICKET = STORE_SERVICE,
    ESCALATION_INFO,
    ESCALATION_QUEUE,
    ESCALATION_EXTRA,
    ESCALATION_REPLAN,
    ESCALATION_WATCH,
    ESCALATION_COUNT,
    ESCALATION_MEMBER,
    ESCALATION_GROUP,
    ESCALATION_PAST,
};

#define ESCALATION_CLOCKS_MAX 4 /* accept, contact, handle or redo: one set of each kind */

enum escalation_ticket_flag {
    ESCALATION_RULED = 1,     /* a dispatcher ruled: may not be returned again */
    ESCALATION_RED_END = 2,   /* closed as unsolved: the red card stays */
    ESCALATION_HAS_EXTRA = 4, /* a row of ESCALATION_EXTRA; the extra_* fields below mirror it */
    ESCALATION_ALARM_PARDONED = 8, /* the alarm repeats, but its red card was cancelled, or is
                                      another unit's, until the next deadline is missed */
    ESCALATION_FALLBACK = 128,     /* nobody owns its matter there 无主: a fallback unit has it */
};
struct escalation_ticket {
    enum escalation_state state;
    uint8_t flags;
    uint32_t level;               /* 0: withdrawn before it had one */
    uint32_t outcome, satisfied;  /* 0: none */
    uint32_t round;               /* of the next closure: 1, +1 per reopening */
    uint32_t raises, returns;     /* raises: how many times it climbed */
    uint32_t chases, supplements; /* as intake counts; supplements since it is known here */
    uint32_t alarms;              /* since the alarm began */
    uint32_t version;             /* facts about it */
    uint64_t last_seq;            /* newest fact of its own chain; 0: none */
    uint64_t changed_ms;
    uint64_t alarm_ms;       /* next repetition; 0: no alarm */
    uint64_t overdue_ms;     /* escalation_state_overdue, kept for rows and gauges; 0: in time */
    uint64_t lease_until_ms; /* 0: no lease */
    /* Of the extra record, so that rows of the due table and totals are functions of this one. */
    uint64_t extra_due_ms;         /* earliest thing there that fires by itself; 0: none */
    uint8_t extra_clock;           /* enum Clock of it */
    uint8_t extra_card;            /* enum Card: given and not cancelled */
    bool extra_supervised;         /* 督办 */
    uint8_t extra_mode;            /* enum Mode under way */
    bool past;                     /* never stored: of NONE, that it has left the tables */
    char unit[CODE_BYTES_MAX + 1]; /* lead 主办 */
    char holder[ACTOR_BYTES_MAX + 1];
    uint32_t assist_count, clock_count;
    char assist[SITE_ASSIST_MAX][CODE_BYTES_MAX + 1];
    struct escalation_clock clocks[ESCALATION_CLOCKS_MAX];
};

struct escalation_info {
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1], channel[CODE_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1];
    uint32_t urgency; /* enum Urgency */
    uint64_t registered_ms;
    uint64_t outer_due_ms; /* 上级时限: bounds the clock of handling; 0: none */
    /* 并单: what urgency and outer_due_ms are without the members (escalation_claim). */
    uint32_t own_urgency;      /* 0: urgency is its own */
    bool claimed_due;          /* outer_due_ms is a member's; own_outer_due_ms 0: none of its own */
    uint64_t own_outer_due_ms; /* 0 unless claimed_due */
    bool confidential; /* 保密: title is the dispatcher's, and the resident's words go to no unit */
};

/* For step_service.memo_bytes: then a ticket that is loaded twice in a transaction is decoded once.
 */
#define ESCALATION_MEMO_BYTES ((size_t)4 << 20)

/* Reads; RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc escalation_state_load(struct store_txn *txn, uint64_t id,
                                         struct escalation_ticket *ticket);
/* As escalation_state_load, but an unknown ticket is RC_OK with state NONE and round 1; with `past` where it has
 * left the tables: nothing may happen to it any more. */
MUST_CHECK enum rc escalation_state_find(struct store_txn *txn, uint64_t id,
                                         struct escalation_ticket *ticket);
MUST_CHECK enum rc escalation_state_load_info(struct store_txn *txn, uint64_t id,
                                              struct escalation_info *info);
/* Decode one value of a table walk. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc escalation_state_decode(const void *value, size_t bytes,
                                           struct escalation_ticket *ticket);
MUST_CHECK enum rc escalation_state_decode_info(const void *value, size_t bytes,
                                                struct escalation_info *info);
/* Write; RC_OK, RC_FULL or RC_STORE. */
MUST_CHECK enum rc escalation_state_save(struct store_txn *txn, uint64_t id,
                                         const struct escalation_ticket *ticket);
MUST_CHECK enum rc escalation_state_save_info(struct store_txn *txn, uint64_t id,
                                              const struct escalation_info *info);

/* The record and its info. RC_OK, RC_NOT_FOUND, RC_FULL, RC_STORE. */
MUST_CHECK enum rc escalation_state_remove(struct store_txn *txn, uint64_t id);

#define ESCALATION_ID_KEY_BYTES 8
void escalation_state_id_key(uint64_t id, unsigned char key[ESCALATION_ID_KEY_BYTES]);
uint64_t escalation_state_id_of(const unsigned char key[ESCALATION_ID_KEY_BYTES]);

/* Open: some unit (or the desk) must still do something. */
bool escalation_state_open(const struct escalation_ticket *ticket);
/* The clock of that kind; NULL if the ticket has none of this round. */
struct escalation_clock *escalation_state_clock(struct escalation_ticket *ticket,
                                                Paidan__Clock clock);
/* The kind of clock that its handling runs by: HANDLE, from round 2 on REDO. */
Paidan__Clock escalation_state_work_clock(const struct escalation_ticket *ticket);
/* Runs: not stopped, in an open ticket. */
bool escalation_state_runs(const struct escalation_ticket *ticket,
                           const struct escalation_clock *clock);
/* The card a ticket shows: the higher of what its clocks give and what steps and hands gave
 * (escalation_card.h). Red: an alarm repeats, it was given up, or a red card was given. Yellow: a
 * running clock passed its warning point, or a yellow card was given. What was cancelled
 * (ESCALATION_PARDONED, ESCALATION_ALARM_PARDONED) gives none: the facts stay, the card goes until
 * something new fires. */
Paidan__Card escalation_state_card(const struct escalation_ticket *ticket);
/* Shows no card from now on, but for one that was given by steps or by hand. */
void escalation_state_pardon(struct escalation_ticket *ticket);
/* Since when it is overdue: the earliest missed deadline of the clocks that run now, which are the
 * present holder's; 0: it is in time. The one definition, which folding keeps in overdue_ms. What a
 * holder before missed is a fact about that one; a repaired or suspended clock does not run. */
uint64_t escalation_state_overdue(const struct escalation_ticket *ticket);
/* Earliest deadline of a running clock that has not fired; 0: none. */
uint64_t escalation_state_next_deadline(const struct escalation_ticket *ticket);

/* What fires next. Among things of the same moment the smaller number fires first, then the smaller
 * clock. A deadline goes before a warning point, so that a clock whose two moments are equal gives
 * no warning; a raise then ends the lease. */
enum escalation_firing {
    ESCALATION_FIRES_DEADLINE,
    ESCALATION_FIRES_WARNING,
    ESCALATION_FIRES_LEASE_END,
    ESCALATION_FIRES_ALARM,
    ESCALATION_FIRES_STEP,  /* a step of a clock, before or after its deadline */
    ESCALATION_FIRES_EXTRA, /* something of the extra record; the row's kind tells what */
};
/* The one row of a ticket in STORE_DUE: the earliest thing that can happen to it by itself. Its
 * kind is the clock (enum Clock), so that the next thing of the same moment is another row: of one
 * clock at most one thing fires at one moment. False: nothing can happen. */
bool escalation_state_due(uint64_t id, const struct escalation_ticket *ticket, struct due *due,
                          enum escalation_firing *firing);
/* In a copy of a record, that what fires next can be found: all that would warn of a deadline which
 * has passed at now_ms is taken as fired. A step that does something lasting (a red card,
 * supervision) is no mere warning and stays to come. */
void escalation_state_pass_over(struct escalation_ticket *ticket, uint64_t now_ms);

enum escalation_bucket {
    ESCALATION_READY,     /* assigned, nobody holds a lease */
    ESCALATION_LEASED,    /* assigned, leased */
    ESCALATION_WORKING,   /* accepted */
    ESCALATION_AT_DESK,   /* returned */
    ESCALATION_ON_HOLD,   /* suspended 挂账 */
    ESCALATION_ASSISTING, /* of the assisting unit: its open tasks */
    ESCALATION_DECIDING,  /* of the unit that decides: requests that wait for it */
    ESCALATION_JUDGING,   /* of the unit that decides: appeals that wait for it */
    ESCALATION_BUCKET_COUNT,
};
#define ESCALATION_QUEUE_KEY_BYTES 25
#define ESCALATION_QUEUE_PREFIX_BYTES 9 /* unit key and bucket */
/* due in the key: earliest deadline of the running clocks, missed ones included, so that what is
 * late comes first. False: the ticket stands in no queue. */
bool escalation_state_queue_key(uint64_t id, const struct escalation_ticket *ticket,
                                unsigned char key[ESCALATION_QUEUE_KEY_BYTES]);
void escalation_state_queue_prefix(const char *unit, enum escalation_bucket bucket,
                                   unsigned char key[ESCALATION_QUEUE_PREFIX_BYTES]);
/* Whether any open ticket is the unit's. RC_OK, RC_STORE. */
MUST_CHECK enum rc escalation_state_queue_has(struct store_txn *txn, const char *unit, bool *has);

/* Lists of few tickets, each in order of the moment in its rows. */
enum escalation_watch {
    ESCALATION_SUPERVISED, /* 督办, until closed; by the earliest deadline of the running clocks,
                              UINT64_MAX: none runs */
    ESCALATION_ALARMING,   /* the alarm repeats; by the earliest missed deadline */
    ESCALATION_OWNERLESS,  /* 无主: with a fallback unit, not accepted; as SUPERVISED */
    ESCALATION_WATCH_COUNT,
};
/* Another list of that table, whose rows are functions of the extra record: what nobody decided in
 * time, by the moment it lapsed. Beyond the others, which may become more. */
#define ESCALATION_WATCH_LAPSED 64
#define ESCALATION_WATCH_KEY_BYTES 17
/* False: the ticket stands not in this list. */
bool escalation_state_watch_key(uint64_t id, const struct escalation_ticket *ticket,
                                enum escalation_watch watch,
                                unsigned char key[ESCALATION_WATCH_KEY_BYTES]);
bool escalation_state_watched(const struct escalation_ticket *ticket, enum escalation_watch watch);

uint64_t escalation_state_queue_due(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES]);
uint64_t escalation_state_queue_ticket(const unsigned char key[ESCALATION_QUEUE_KEY_BYTES]);
