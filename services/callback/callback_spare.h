/* callback_spare: closures that are not asked about 免回访: not drawn for the sample, no way to the
 * resident, or he wants no calls. Facts: Spared (the end of a round), CallsBarred (what intake says
 * of a ticket before). */
#pragma once

#include "callback_task.h"

/* Fields of Registered by which needs() tells, in the packed bytes, whether it must be looked into. Between
 * phone and reporter there is no other; the schema's compiler has no names for numbers, so a test
 * holds these against the descriptor. */
enum {
    CALLBACK_FIELD_PHONE = 5,
    CALLBACK_FIELD_REPORTER = 6,
    CALLBACK_FIELD_DO_NOT_CALL = 23,
};

/* Whether a closure is asked about; *fact, of which all but round and unit is set: why not. It keeps
 * texts of closure. RC_OK, RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc callback_spare_judge(struct step *step, uint64_t ticket,
                                        const Paidan__Resolved *closure, Paidan__Spared *fact,
                                        bool *spared);
/* Whether this ticket's resident may be asked by messages in his own channel alone. RC_OK,
 * RC_CORRUPT or RC_STORE. */
MUST_CHECK enum rc callback_spare_quiet(struct store_txn *txn, uint64_t ticket, bool *quiet);
/* An open task ends: nobody is asked any more. As step_say. */
MUST_CHECK enum rc callback_spare_task(struct step *step, uint64_t ticket,
                                       const struct callback_task *task,
                                       Paidan__SpareReason reason);
/* A ticket was registered, or its resident refused calls or took that back: what follows for it.
 * Returns as step_say. */
MUST_CHECK enum rc callback_spare_hear(struct step *step, const Paidan__Event *record);

MUST_CHECK enum rc callback_spare_fold(struct step_fold *fold, uint64_t seq,
                                       const Paidan__Event *event);
MUST_CHECK enum rc callback_spare_fold_barred(struct step_fold *fold, const Paidan__Event *event);
