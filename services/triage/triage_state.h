/* triage_state: records of triage's two tables and their keys.
 *
 *   ticket   ticket u64 -> state, category, area, unit, reasons, seqs      every ticket
 *   desk     ticket u64 -> proposals, since, note, title, channel          tickets at the desk
 *
 * Both are keyed by the ticket, which grows with time: writes stay at the right edge, and the desk
 * is read oldest first. A record is sealed (version, checksum); an unreadable one is RC_CORRUPT. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/limits.h"
#include "common/say/counter.h"
#include "common/store/store.h"
#include "triage_fsm.h"

enum triage_table { TRIAGE_TABLE_TICKET = STORE_SERVICE, TRIAGE_TABLE_DESK };

/* Counters: common/say/counter.h. */
#define TRIAGE_TALLY(number, id, name, zh) TRIAGE_TALLY_##id = (number),
enum triage_tally {
    COUNTERS_TRIAGE(TRIAGE_TALLY) TRIAGE_TALLY_COUNT = COUNTER_COUNT(COUNTERS_TRIAGE),
};
extern const char *const triage_tallies[]; /* NULL-terminated */

enum { TRIAGE_PROPOSALS_MAX = 3 };

struct triage_ticket {
    enum triage_state state;
    bool by_desk;         /* the last decision was a dispatcher's */
    uint32_t reasons;     /* of the desk, bit set of DeskReason; kept when it left the desk */
    uint64_t first_seq;   /* of its first fact: title, channel, registered */
    uint64_t last_seq;    /* of its newest fact */
    uint64_t decided_seq; /* of its newest Routed or Ruled; 0: none yet */
    char category[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1]; /* "" while not sure */
    char unit[CODE_BYTES_MAX + 1];                               /* "" before the first decision */
};

struct triage_desk {
    uint64_t since_ms, registered_ms;
    uint32_t reasons, chases;
    uint32_t return_count; /* which return of the ticket it is; 0: none, or not known */
    uint32_t category_count, area_count;
    char categories[TRIAGE_PROPOSALS_MAX][CODE_BYTES_MAX + 1];
    char areas[TRIAGE_PROPOSALS_MAX][CODE_BYTES_MAX + 1];
    char unit[CODE_BYTES_MAX + 1]; /* that returned it, or "" */
    char channel[CODE_BYTES_MAX + 1];
    char title[TITLE_BYTES_MAX + 1];
    char note[NOTE_BYTES_MAX + 1]; /* of the return, or "" */
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE; triage_state_get touches record only on RC_OK. */
MUST_CHECK enum rc triage_state_get(struct store_txn *txn, uint64_t ticket,
                                    struct triage_ticket *record);
MUST_CHECK enum rc triage_state_desk_get(struct store_txn *txn, uint64_t ticket,
                                         struct triage_desk *record);
/* Walks the desk, oldest ticket first, beginning after that one. Codes as store_walk_open. */
MUST_CHECK enum rc triage_state_desk_walk(struct store_txn *txn, uint64_t after,
                                          struct store_walk *walk);
/* Reads the row at which a walk stands. RC_OK or RC_CORRUPT. */
MUST_CHECK enum rc triage_state_desk_read(const struct store_walk *walk, uint64_t *ticket,
                                          struct triage_desk *record);
/* RC_OK, RC_FULL or RC_STORE. Before: every text fits its field. */
MUST_CHECK enum rc triage_state_put(struct store_txn *txn, uint64_t ticket,
                                    const struct triage_ticket *record);
MUST_CHECK enum rc triage_state_desk_put(struct store_txn *txn, uint64_t ticket,
                                         const struct triage_desk *record);
/* RC_OK, RC_NOT_FOUND, RC_FULL or RC_STORE. */
MUST_CHECK enum rc triage_state_desk_del(struct store_txn *txn, uint64_t ticket);
