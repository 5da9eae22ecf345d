/* callback_state: callback's records and their keys.
 *
 *   task   ticket u64                              -> struct callback_task, sealed
 *   queue  channel key u64, ready u64, ticket u64  -> empty: every open task, at the moment from
 *                                                     which it may be handed out
 *   open   channel key u64, ticket u64             -> empty: every open task, for listing
 *   barred ticket u64                              -> why its resident is not to be called
 *                                                     (callback_spare)
 *   due    (common/store/due.h) end of the attempt, kind CLOCK_CALLBACK: every open task
 *
 * ready is the opening of the attempt or, once handed out, the end of the lease. So a lease that
 * lapses needs neither a deadline nor a fact: from that moment the task is there to be pulled. */
#pragma once

#include <stdint.h>

#include "callback_fsm.h"
#include "common/base/limits.h"
#include "common/store/store.h"

enum callback_table {
    CALLBACK_TASK = STORE_SERVICE,
    CALLBACK_QUEUE,
    CALLBACK_OPEN,
    CALLBACK_BARRED,
};

/* Between the first of an order and the one that it was handed to. */
enum { CALLBACK_SKIPPED_MAX = SITE_CALLBACKS_MAX - 2 };

struct callback_task {
    enum callback_state state;
    uint32_t round, attempt;            /* round 0: TAKEN_BACK before the first closure */
    uint64_t open_ms, due_ms, ready_ms; /* of the attempt; of its place in the queue */
    uint64_t until_ms;                  /* end of the newest lease of this attempt, 0: none */
    uint64_t last_seq;                  /* newest fact about it, Handed aside */
    uint64_t answered_seq;              /* of this round; 0: none */
    uint32_t solved, satisfied;         /* with ANSWERED */
    bool confidential;                  /* 保密: what is answered is not for the unit */
    uint32_t tried;                     /* attempts in the channel that asks now, this one too */
    uint64_t over_ms;                   /* when the round ended without an answer; 0: it did not */
    uint8_t spared;                     /* enum SpareReason, with SPARED or answered after it */
    bool late;                          /* answered after the end */
    uint8_t half_day;                   /* of the attempt before, enum callback_half; 0: any */
    char from[CODE_BYTES_MAX + 1];      /* the ticket's own channel; "": the one that asks */
    char skipped[CALLBACK_SKIPPED_MAX]
                [CODE_BYTES_MAX + 1]; /* of its order: handed past; "": none */
    char channel[CODE_BYTES_MAX + 1], unit[CODE_BYTES_MAX + 1], holder[ACTOR_BYTES_MAX + 1];
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc callback_state_get(struct store_txn *txn, uint64_t ticket,
                                      struct callback_task *task);
/* RC_OK, RC_FULL or RC_STORE. */
MUST_CHECK enum rc callback_state_put(struct store_txn *txn, uint64_t ticket,
                                      const struct callback_task *task);

/* Stores what became of a task, and lets its rows in queue, open and due follow: an open task has
 * one in each, any other has none. was: as the task is stored, or state CALLBACK_NONE. RC_OK,
 * RC_FULL, RC_STORE, or RC_CORRUPT: the rows are not those of was. */
MUST_CHECK enum rc callback_state_change(struct store_txn *txn, uint64_t ticket,
                                         const struct callback_task *was,
                                         const struct callback_task *now);

/* One row of queue or open. */
struct callback_row {
    uint64_t channel_key, ready_ms, ticket; /* ready_ms 0 in open */
};
/* First row at or after `from` (fields compared in order). RC_OK, RC_NOT_FOUND, RC_CORRUPT,
 * RC_STORE. The walk stays open on RC_OK: go on with callback_state_next, end with store_walk_close
 * in any case. */
MUST_CHECK enum rc callback_state_walk(struct store_txn *txn, enum callback_table table,
                                       const struct callback_row *from, struct store_walk *walk,
                                       struct callback_row *row);
MUST_CHECK enum rc callback_state_next(enum callback_table table, struct store_walk *walk,
                                       struct callback_row *row);
