/* triage_group: which open tickets may be about the same event 同一事件.
 *
 *   sketch   ticket u64 -> group, registered, packed row (common/learn/group.h)   open tickets of a
 *                                                                             site with `groups:`
 *   group    group u64, ticket u64 -> registered: the same tickets by their group
 *            group u64, 0          -> the newest burst of the group: when, how many
 *
 * A group is named by the ticket that began it, also when that one has ended; what is told of it is
 * its oldest open ticket that is not over. The index is a cache of `sketch` (step_service.cache): the same rows under
 * the same groups. A row without letters is of a ticket that was merged before it could be compared:
 * it counts as a member and is found by nobody. Facts: Ungrouped. */
#pragma once

#include "common/learn/group.h"
#include "triage_ticket.h"

extern const struct step_cache triage_group_cache;

struct triage_sketch {
    uint64_t group, registered_ms;
    const unsigned char *bytes; /* of the transaction */
    size_t size;                /* 0: no letters */
};

/* RC_OK, RC_NOT_FOUND, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc triage_group_get(struct store_txn *txn, uint64_t ticket,
                                    struct triage_sketch *sketch);

/* What is to be known of a group before anything is said of it. */
struct triage_group {
    uint64_t first; /* its oldest member that is worked on by itself and is not over; 0: none */
    struct triage_ticket record; /* of first */
    uint32_t members, recent;    /* recent: registered from since_ms on */
    uint64_t burst_ms;           /* 0: there was none */
    uint32_t burst_count;
};
/* RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc triage_group_read(struct store_txn *txn, uint64_t group, uint64_t since_ms,
                                     struct triage_group *found);

/* Deciding. ended: its letters are needed no more; said at the end of the step, with those that are
 * older than the site keeps them. RC_OK or as step_say. */
MUST_CHECK enum rc triage_group_ended(struct step *step, uint64_t ticket);
MUST_CHECK enum rc triage_group_finish(struct step *step);

/* Folding. told: of a ticket's first fact, which may carry a row. joined, parted: merged and unmerged.
 * RC_OK, RC_CORRUPT, RC_FULL or RC_STORE. */
MUST_CHECK enum rc triage_group_fold_told(struct step_fold *fold, uint64_t ticket,
                                          uint64_t registered_ms, const Paidan__Judged *judged);
MUST_CHECK enum rc triage_group_fold_joined(struct step_fold *fold, uint64_t ticket,
                                            uint64_t registered_ms, uint64_t into);
MUST_CHECK enum rc triage_group_fold_parted(struct step_fold *fold, uint64_t ticket);
MUST_CHECK enum rc triage_group_fold_ungrouped(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc triage_group_fold_burst(struct step_fold *fold, const Paidan__Event *event);
