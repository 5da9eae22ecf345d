/* intake_state: intake's records and their keys.
 *
 *   ticket    ticket u64                                -> struct intake_ticket, sealed
 *   external  channel key u64, id                       -> ticket u64, sealed
 *   scope     ticket u64                                -> struct intake_scope, sealed
 *   summary   ticket u64                                -> text, sealed: of confidential tickets
 *   split     ticket u64                                -> struct intake_split, sealed: of those that were split
 *   caller    digest of a number, ~ticket u64           -> empty (intake_caller.h)
 *   into      ticket u64                                -> ticket u64, sealed: of merged ones
 *
 * An id of more than 40 bytes stands in the key as its first 40 and the BLAKE2b-128 of all. Both
 * are folded from the log alone. Texts are in the log only: the record holds the seq of the
 * Registered fact and of the newest supplements. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/say/number.h"
#include "common/store/store.h"
#include "intake_fsm.h"

enum intake_table {
    INTAKE_TICKET = STORE_SERVICE,
    INTAKE_EXTERNAL,
    INTAKE_SCOPE,
    INTAKE_SUMMARY,
    INTAKE_CALLER,
    INTAKE_INTO,
    INTAKE_SPLIT_TABLE,
    INTAKE_REFUSAL,
};

/* Supplements a reader gets (proto TicketText): their seqs are kept, so that reading a ticket costs
 * a bounded number of records however often it was chased. */
#define INTAKE_RECENT_MAX 32u

struct intake_ticket {
    uint64_t registered_seq, last_seq; /* first and newest fact about it */
    uint64_t registered_ms, changed_ms;
    char query_code[QUERY_CODE_BYTES];
    enum intake_state state;
    uint32_t outcome; /* Paidan__Outcome, 0: none */
    uint32_t supplements, chases;
    uint32_t recent_count;
    uint64_t recent[INTAKE_RECENT_MAX]; /* seqs of the newest supplements, oldest first */
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_state_get(struct store_txn *txn, uint64_t ticket,
                                    struct intake_ticket *record);
/* Overwrites. RC_OK, RC_FULL or RC_STORE. */
MUST_CHECK enum rc intake_state_put(struct store_txn *txn, uint64_t ticket,
                                    const struct intake_ticket *record);
/* A ticket above every other. RC_EXISTS: it is not. */
MUST_CHECK enum rc intake_state_append(struct store_txn *txn, uint64_t ticket,
                                       const struct intake_ticket *record);
/* Highest ticket; 0 when there is none. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_state_last(struct store_txn *txn, uint64_t *ticket);

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc intake_state_external_get(struct store_txn *txn, const char *channel,
                                             const char *external_id, uint64_t *ticket);
/* RC_OK, RC_EXISTS, RC_FULL or RC_STORE. */
MUST_CHECK enum rc intake_state_external_insert(struct store_txn *txn, const char *channel,
                                                const char *external_id, uint64_t ticket);

/* 30 bits that nobody can guess who does not know entropy: the query code of one item. */
uint32_t intake_state_secret(uint64_t entropy, uint64_t ticket, uint32_t item);

/* Adds a supplement's seq; the oldest of more than INTAKE_RECENT_MAX is left out. */
void intake_state_add_recent(struct intake_ticket *record, uint64_t seq);
