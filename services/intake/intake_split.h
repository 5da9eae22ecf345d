/* intake_split: one text with several matters becomes several tickets. Fact: Split, about the one that
 * was split; the others are Registered with split_of. */
#pragma once

#include "intake_ticket.h"

/* Split: answered as Submit is, with a result for each part. */
MUST_CHECK enum rc intake_split_apply(struct step *step, const Paidan__Split *wish);
MUST_CHECK enum rc intake_split_fold(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);

/* The tickets that were split off, in order of their numbers. */
struct intake_split {
    uint32_t count;
    uint64_t tickets[SPLIT_TICKETS_MAX];
};
/* None: RC_OK with a count of 0. RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc intake_split_get(struct store_txn *txn, uint64_t ticket,
                                    struct intake_split *split);
