/* escalation_group: tickets that are worked on as one 并单: a ticket and what is merged into it. */
#pragma once

#include "escalation_fold.h"

/* Of a ticket that has members. */
struct escalation_group {
    uint32_t count; /* members now; a row is there while there are any */
    /* The fact by which the ticket ended, and which its members follow page by page; 0: it goes on. */
    uint64_t ended_seq;
    uint64_t due_ms; /* when the next page follows; 0: it goes on */
    bool withdrawn;  /* ended by its resident, else resolved */
    uint64_t heir;   /* of one that was withdrawn: the oldest member */
    uint32_t level;  /* of one that was resolved: where, by whom */
    char unit[CODE_BYTES_MAX + 1];
};

/* All zero: the ticket has no members. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_group_load(struct store_txn *txn, uint64_t id,
                                         struct escalation_group *group);
/* Into which ticket it is merged; 0: into none. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_group_into(struct store_txn *txn, uint64_t member, uint64_t *into);
/* The oldest members, at most max. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_group_members(struct store_txn *txn, uint64_t id, size_t max,
                                            uint64_t *members, size_t *count);

/* Folding, after the ticket's record: the rows by the state of before and after, whatever the fact. RC_OK,
 * RC_FULL, RC_STORE; RC_CORRUPT: the fact contradicts the rows. */
MUST_CHECK enum rc escalation_group_move(const struct escalation_fold *fold);
