/* escalation_fold: what the folding of one fact works with.
 *
 * There is neither a site nor a time in it: whatever a fold needs stands in the fact or in the
 * tables, so that folding a log again gives the same tables. */
#pragma once

#include "common/step/step.h"
#include "escalation_extra.h"
#include "escalation_tally.h"

struct escalation_fold {
    struct store_txn *txn;
    uint64_t *counters; /* by enum escalation_tally */
    uint64_t id, seq;   /* of the ticket; of the fact */
    const Paidan__Event *event;
    const struct escalation_ticket *before;
    /* What it becomes. State, version, newest fact and time are escalation_evolve's to set. */
    struct escalation_ticket *ticket;
    /* NULL: the ticket has no such record, and this fact begins none. */
    struct escalation_extra *extra;
};

/* Folds its fact into ticket and extra. RC_OK, RC_FULL, RC_STORE; RC_CORRUPT: the fact contradicts
 * the records. */
typedef enum rc escalation_fold_fn(struct escalation_fold *fold);

/* Copies a text into a field, the rest of which becomes zero; false: it does not fit. */
MUST_CHECK bool escalation_fold_text(char *field, size_t size, const char *text);

/* That clock was missed: a fact for ever. Before: the fact has begun an extra record. */
void escalation_fold_late(struct escalation_fold *fold, Paidan__Clock clock);

/* Nobody holds it; the alarm ends; nothing of it runs any more. */
void escalation_fold_drop_lease(struct escalation_ticket *ticket);
void escalation_fold_drop_alarm(struct escalation_ticket *ticket);
void escalation_fold_rest(struct escalation_ticket *ticket);
