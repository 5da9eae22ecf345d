/* escalation_recode: an open ticket goes on under the codes of a site that was edited; what waited for
 * a decision in an old store gets its place in the list of whoever decides. */
#pragma once

#include "common/step/step.h"
#include "escalation_fold.h"

/* What a site edit asks of one open ticket. */
struct escalation_recode {
    struct step *step;
    uint64_t id;
    struct escalation_ticket ticket;
    struct escalation_extra extra;
    struct escalation_info info; /* with the codes of now */
    /* Who has it, under its code of now. NULL: nobody carries on its unit. */
    const char *lead;
};

/* Reads the ticket, says Recoded if the site gave up a code of it, and reads it again. Before: it is
 * open. RC_OK: *recode is filled; RC_LIMIT, RC_CORRUPT, or what saying returns. */
MUST_CHECK enum rc escalation_recode_apply(struct step *step, uint64_t id,
                                           struct escalation_recode *recode);

/* Whether an appeal is open that stands in nobody's list: of a version before lists, which kept neither
 * who rules nor until when. Such appeals lie on tickets that are done with, too. */
bool escalation_recode_wanted(const struct escalation_ticket *ticket,
                              const struct escalation_extra *extra);
/* Lists such an appeal for whoever rules now, with a term from now on; nothing if nobody may. Before:
 * the ticket is resolved or closed. As escalation_recode_apply. */
MUST_CHECK enum rc escalation_recode_appeal(struct step *step, uint64_t id);

escalation_fold_fn escalation_recode_fold;
