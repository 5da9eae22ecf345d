/* callback_pull: channel adapters take what is to be asked, earliest first, under a lease. One pull
 * says one fact, Handed, for all the tasks it takes. */
#pragma once

#include "callback_task.h"

/* CallbackPull: answered, or parked until there is something to ask. */
MUST_CHECK enum rc callback_pull_apply(struct step *step, const struct step_input *input);
MUST_CHECK enum rc callback_pull_fold(struct step_fold *fold, const Paidan__Event *event);
