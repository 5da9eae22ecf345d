/* The record of a ticket and the rows that follow from it.
 *
 * Rows of queue, watch lists and due table are functions of the record alone, and so are the
 * gauges. They move by comparing the record before a fact with the record after it, so that nobody
 * who changes a record has to remember which rows it has; only rows whose key differs are written.
 */

#include "escalation_rows.h"

#include <string.h>

#include "common/base/check.h"

static unsigned state_tally(enum escalation_state state)
{
    CHECK(state != ESCALATION_NONE);
    return state == ESCALATION_DESK     ? (unsigned)TALLY_STATE_DESK
           : state == ESCALATION_MERGED ? (unsigned)TALLY_STATE_MERGED
                                        : TALLY_STATE + state - 1;
}

static void count(struct tally *tally, const struct escalation_ticket *ticket, uint64_t by)
{
    CHECK(ticket->level <= SITE_LEVELS_MAX);
    if (ticket->state == ESCALATION_NONE) {
        return;
    }
    tally->values[state_tally(ticket->state)] += by;
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT; watch++) {
        const bool watched = escalation_state_watched(ticket, (enum escalation_watch)watch);
        tally->values[TALLY_WATCH + watch] += watched ? by : 0;
    }
    if (!escalation_state_open(ticket)) {
        return;
    }
    CHECK(ticket->level >= 1);
    tally->values[TALLY_OPEN] += by;
    tally->values[TALLY_LEVEL + ticket->level - 1] += by;
    const Paidan__Card card = escalation_state_card(ticket);
    tally->values[TALLY_YELLOW] += card == PAIDAN__CARD__CARD_YELLOW ? by : 0;
    tally->values[TALLY_RED] += card == PAIDAN__CARD__CARD_RED ? by : 0;
    tally->values[TALLY_OVERDUE] += ticket->overdue_ms != 0 ? by : 0;
}

static enum rc move_queue(struct store_txn *txn, uint64_t id,
                          const struct escalation_ticket *before,
                          const struct escalation_ticket *after)
{
    unsigned char old[ESCALATION_QUEUE_KEY_BYTES] = {0}, fresh[ESCALATION_QUEUE_KEY_BYTES] = {0};
    const bool was = escalation_state_queue_key(id, before, old);
    const bool now = escalation_state_queue_key(id, after, fresh);
    return store_move_key(txn, ESCALATION_QUEUE, was, old, now, fresh, sizeof old);
}

/* Most tickets stand in none of these lists. */
static enum rc move_watch(struct store_txn *txn, uint64_t id,
                          const struct escalation_ticket *before,
                          const struct escalation_ticket *after, enum escalation_watch watch)
{
    CHECK(watch < ESCALATION_WATCH_COUNT);
    unsigned char old[ESCALATION_WATCH_KEY_BYTES] = {0}, fresh[ESCALATION_WATCH_KEY_BYTES] = {0};
    const bool was = escalation_state_watch_key(id, before, watch, old);
    const bool now = escalation_state_watch_key(id, after, watch, fresh);
    return store_move_key(txn, ESCALATION_WATCH, was, old, now, fresh, sizeof old);
}

static enum rc move_due(struct store_txn *txn, uint64_t id, const struct escalation_ticket *before,
                        const struct escalation_ticket *after)
{
    struct due old = {0}, fresh = {0};
    enum escalation_firing firing = ESCALATION_FIRES_DEADLINE;
    const bool was = escalation_state_due(id, before, &old, &firing);
    const bool now = escalation_state_due(id, after, &fresh, &firing);
    if (was && now && old.due_ms == fresh.due_ms && old.kind == fresh.kind) {
        return RC_OK;
    }
    if (was) {
        const enum rc rc = due_del(txn, &old);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return now ? due_put(txn, &fresh) : RC_OK;
}

enum rc escalation_rows_change(struct step_fold *fold, uint64_t id,
                               const struct escalation_ticket *before,
                               const struct escalation_ticket *after)
{
    CHECK(id != 0);
    CHECK(after->state != ESCALATION_NONE);
    count(fold->tally, before, UINT64_MAX); /* minus one */
    count(fold->tally, after, 1);
    fold->tally->values[TALLY_TICKETS] += before->state == ESCALATION_NONE ? 1 : 0;
    enum rc rc = escalation_state_save(fold->txn, id, after);
    if (rc == RC_OK) {
        rc = move_queue(fold->txn, id, before, after);
    }
    for (unsigned watch = 0; watch < ESCALATION_WATCH_COUNT && rc == RC_OK; watch++) {
        rc = move_watch(fold->txn, id, before, after, (enum escalation_watch)watch);
    }
    return rc == RC_OK ? move_due(fold->txn, id, before, after) : rc;
}
