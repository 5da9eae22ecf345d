/* escalation_evolve: what the files that fold share. */
#pragma once

#include "escalation_card.h"
#include "escalation_core.h"
#include "escalation_extra.h"

/* The signal that a fact of ours about one ticket is; ESCALATION_SIGNAL_COUNT: it is none
 * (escalation_evolve_signal.c). */
enum escalation_signal escalation_evolve_signal(const Paidan__Event *event);

/* Whether a fact changes the extra record, also of a ticket that has none yet. */
bool escalation_evolve_touches(const Paidan__Event *event);
/* Folds a fact into the extra record (and into the ticket's, where both belong together). Facts
 * that leave it as it is: RC_OK. RC_CORRUPT: the fact contradicts the record. */
MUST_CHECK enum rc escalation_evolve_extra(struct step_fold *fold, const Paidan__Event *event,
                                           struct escalation_ticket *ticket,
                                           struct escalation_extra *extra);
/* The ticket is not open any more: nothing of it waits. */
void escalation_evolve_rest(struct escalation_extra *extra, uint64_t at_ms);

/* Clocks that got new moments while they run: of a resumed or newly planned ticket. What fired
 * stays fired. RC_CORRUPT: one that the records do not have. */
struct escalation_again {
    Paidan__ClockSet *const *clocks;
    size_t clock_count;
    Paidan__AssistClock *const *assists;
    size_t assist_count;
    const Paidan__ClockSet *mode; /* NULL: none */
};
MUST_CHECK enum rc escalation_evolve_run_on(struct escalation_ticket *ticket,
                                            struct escalation_extra *extra,
                                            const struct escalation_again *again);

struct escalation_change {
    const struct escalation_ticket *ticket;
    const struct escalation_extra *extra;
};
/* Stores the record and moves the rows of the assisting units. */
MUST_CHECK enum rc escalation_evolve_store_extra(struct store_txn *txn, uint64_t id,
                                                 const struct escalation_change *before,
                                                 const struct escalation_change *after);
