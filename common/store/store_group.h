/* store_group: which tickets belong to which: a table of groups one level deep. A ticket heads a group of
 * members, or is a member of one, or neither.
 *
 *   0, member, head   -> empty: whose a member is
 *   head, member, 0   -> empty: the members of a head, by number: the oldest first */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/store/store.h"

/* Before: both are numbers of tickets, and differ. RC_OK, RC_FULL, RC_STORE; RC_EXISTS: it is a member already;
 * RC_NOT_FOUND: one of the two cannot be (the head is a member, or the member a head). */
MUST_CHECK enum rc store_group_enter(struct store_txn *txn, unsigned table, uint64_t head,
                                     uint64_t member);
/* *head: whose it was. RC_NOT_FOUND: it is no member. */
MUST_CHECK enum rc store_group_leave(struct store_txn *txn, unsigned table, uint64_t member,
                                     uint64_t *head);
/* RC_OK, RC_NOT_FOUND: it is no member; RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc store_group_head(struct store_txn *txn, unsigned table, uint64_t member,
                                    uint64_t *head);
/* The members after that one, at most max, the oldest first; *count 0: there are none (any more).
 * members NULL: they are only counted. RC_OK, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc store_group_members(struct store_txn *txn, unsigned table, uint64_t head,
                                       uint64_t after, size_t max, uint64_t *members,
                                       size_t *count);
