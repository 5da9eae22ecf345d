/* triage_state: records of triage's tables and their keys.
 *
 *   ticket   ticket u64 -> state, category, area, unit, reasons, seqs      every ticket
 *   desk     ticket u64 -> proposals, since, note, title, channel, clock   tickets at the desk
 *   order    order u8, ms u64, ticket u64 -> empty                         the same, twice; thrice if recalled
 *
 * What triage keeps of its own decisions, `trust`, `trial` and `week`, is triage_proof's.
 *   member   which tickets are merged into which (common/store/store_group.h)
 *
 * The first two are keyed by the ticket, which grows with time: writes stay at the right edge. The
 * third puts the desk in order of its deadlines and of its arrivals. A record is sealed (version,
 * checksum); an unreadable one is RC_CORRUPT. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/say/counter.h"
#include "common/store/store.h"
#include "triage_fsm.h"

enum triage_table {
    TRIAGE_TABLE_TICKET = STORE_SERVICE,
    TRIAGE_TABLE_DESK,
    TRIAGE_TABLE_ORDER,
    /* triage_proof.h */
    TRIAGE_TABLE_TRUST,
    TRIAGE_TABLE_TRIAL,
    TRIAGE_TABLE_WEEK,
    TRIAGE_TABLE_SKETCH, /* triage_group.h */
    TRIAGE_TABLE_GROUP,  /* triage_group.h */
    TRIAGE_TABLE_MEMBER
};

/* Counters: common/say/counter.h. */
#define TRIAGE_TALLY(number, id, name, zh) TRIAGE_TALLY_##id = (number),
enum triage_tally {
    COUNTERS_TRIAGE(TRIAGE_TALLY) TRIAGE_TALLY_COUNT = COUNTER_COUNT(COUNTERS_TRIAGE),
};
extern const char *const triage_tallies[]; /* NULL-terminated */

enum { TRIAGE_PROPOSALS_MAX = 3 }; /* SITE_PROPOSALS_MAX, as stored */

/* What became of a ticket that a unit had. Stored: never renumber. */
enum triage_over {
    TRIAGE_OVER_NOT = 0, /* as far as it was read here */
    TRIAGE_OVER_RESOLVED = 1,
    TRIAGE_OVER_CLOSED = 2,
    TRIAGE_OVER_WITHDRAWN = 3,
    TRIAGE_OVER_COUNT
};

struct triage_ticket {
    enum triage_state state;
    enum triage_over over; /* of ROUTED alone */
    bool by_desk;          /* the last decision was a dispatcher's */
    uint32_t reasons;      /* of the desk, bit set of DeskReason; kept when it left the desk */
    uint64_t first_seq;    /* of its first fact: title, channel, registered */
    uint64_t last_seq;     /* of its newest fact */
    uint64_t decided_seq;  /* of its newest Routed or Ruled; 0: none yet */
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1]; /* "" while not sure */
    char unit[CODE_BYTES_MAX + 1]; /* "" before a decision, after a recall */
    uint64_t
        outer_due_ms; /* 上级时限 as it was extended above; 0: never, that of the first fact holds */
};

/* Of one stay at the desk. due_ms 0: the ticket came before desks had clocks. */
struct triage_clock {
    uint64_t start_ms, due_ms;
    uint64_t warn_ms;                    /* 0: no warning point */
    uint64_t amount_ms, warn_amount_ms;  /* of the unit; the latter before the deadline */
    uint32_t unit, start_rule, end_rule; /* as calendar_term */
    char calendar[CODE_BYTES_MAX + 1];
    bool warned;
    uint32_t alarms;        /* given so far */
    uint64_t next_alarm_ms; /* 0 before the first */
    uint64_t bound_ms; /* 上级时限 that holds it; 0: none, or one that had passed when it began */
};

struct triage_desk {
    uint64_t since_ms, registered_ms;
    uint64_t outer_due_ms; /* 上级时限; 0: none */
    uint32_t reasons, chases;
    uint32_t return_count; /* which return of the ticket it is; 0: none, or not known */
    uint32_t category_count, area_count;
    char categories[TRIAGE_PROPOSALS_MAX][CODE_BYTES_MAX + 1];
    char areas[TRIAGE_PROPOSALS_MAX][CODE_BYTES_MAX + 1];
    char unit[CODE_BYTES_MAX + 1]; /* that returned it or lost it by a recall, or "" */
    char channel[CODE_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1];
    char note[NOTE_BYTES_MAX + 1]; /* of the return or recall, or "" */
    uint32_t urgency;              /* enum Urgency; 0: from before desks had clocks */
    uint32_t raised;      /* by a burst, to this at least; 0: never. No dispatch makes it less */
    uint32_t own_urgency; /* without what is merged into it; 0: urgency is its own */
    struct triage_clock clock;
};

/* What triage was sure of, of a return what the ticket was given by; "": nothing. */
const char *triage_state_category(const struct triage_desk *desk);
const char *triage_state_area(const struct triage_desk *desk);
/* Its dispatch was taken back, or it was unmerged: whoever did so has it in hand. */
bool triage_state_recalled(const struct triage_desk *desk);
/* The orders in which the desk is read. */
enum triage_order {
    TRIAGE_BY_DUE = 1,
    TRIAGE_BY_SINCE,
    TRIAGE_RECALLED /* these alone, by since */
};
enum { TRIAGE_ORDER_BYTES = 1 + 8 + 8 };

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE; triage_state_get touches record only on RC_OK. */
MUST_CHECK enum rc triage_state_get(struct store_txn *txn, uint64_t ticket,
                                    struct triage_ticket *record);
MUST_CHECK enum rc triage_state_desk_get(struct store_txn *txn, uint64_t ticket,
                                         struct triage_desk *record);
/* Walks the desk, oldest ticket first, beginning after that one. Codes as store_walk_open. */
MUST_CHECK enum rc triage_state_desk_walk(struct store_txn *txn, uint64_t after,
                                          struct store_walk *walk);
/* The same from the newest ticket before that one; walked with store_walk_prev. */
MUST_CHECK enum rc triage_state_desk_walk_last(struct store_txn *txn, uint64_t before,
                                               struct store_walk *walk);
/* Reads the row at which a walk stands. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc triage_state_desk_read(const struct store_walk *walk, uint64_t *ticket,
                                          struct triage_desk *record);
/* The next moment of the clock: its warning, its deadline, the next alarm; 0: there is none. */
uint64_t triage_state_next(const struct triage_clock *clock);
/* Walks an order from that moment and ticket on. Codes as store_walk_open. */
MUST_CHECK enum rc triage_state_order_walk(struct store_txn *txn, enum triage_order order,
                                           uint64_t ms, uint64_t ticket, struct store_walk *walk);
/* The row at which a walk stands. RC_OK, RC_NOT_FOUND (the order has ended) or RC_CORRUPT. */
MUST_CHECK enum rc triage_state_order_read(const struct store_walk *walk, enum triage_order order,
                                           uint64_t *ms, uint64_t *ticket);
/* RC_OK, RC_FULL or RC_STORE. Before: every text fits its field. Desk rows keep their places in the
 * orders and their next moment among the deadlines; before: the row that is replaced, NULL: none. */
MUST_CHECK enum rc triage_state_put(struct store_txn *txn, uint64_t ticket,
                                    const struct triage_ticket *record);
MUST_CHECK enum rc triage_state_desk_put(struct store_txn *txn, uint64_t ticket,
                                         const struct triage_desk *before,
                                         const struct triage_desk *record);
/* RC_OK, RC_NOT_FOUND, RC_FULL or RC_STORE. record: as it is stored. */
MUST_CHECK enum rc triage_state_desk_del(struct store_txn *txn, uint64_t ticket,
                                         const struct triage_desk *record);
