/* intake_submit: new tickets. Fact: Registered. */
#pragma once

#include "intake_ticket.h"

/* Whether new tickets are taken now; *refused: they are not, and that was answered. RC_OK, RC_LIMIT. */
MUST_CHECK enum rc intake_submit_admit(struct step *step, bool *refused);
/* The ticket whose parts they are. */
struct intake_submit_from {
    uint64_t ticket;
    const char *query_code; /* opens the parts, too */
};
/* Registers the parts of a ticket, all or none; *refused: the result of the one that cannot be, and
 * nothing was said. Results without query codes. Before: count <= SPLIT_PARTS_MAX. */
MUST_CHECK enum rc intake_submit_parts(struct step *step, Paidan__NewTicket *const *items,
                                       size_t count, const struct intake_submit_from *from,
                                       Paidan__Submitted *submitted,
                                       const Paidan__SubmitResult **refused);
/* Submit: answered with a result for each ticket of the batch. */
MUST_CHECK enum rc intake_submit_apply(struct step *step, const Paidan__Submit *wish);
MUST_CHECK enum rc intake_submit_fold(struct step_fold *fold, uint64_t seq,
                                      const Paidan__Event *event);
