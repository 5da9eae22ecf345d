/* webhook_publish: who is told of a fact, and the pieces that hold several. */
#pragma once

#include "webhook_state.h"

/* A record of a followed log about a ticket. Returns as step_say. */
MUST_CHECK enum rc webhook_publish_apply(struct step *step, const struct step_input *input);
/* A batch's time has come. */
MUST_CHECK enum rc webhook_publish_due(struct step *step, const struct due *due);

MUST_CHECK enum rc webhook_publish_fold(struct step_fold *fold, uint64_t seq,
                                        const Paidan__Event *event);
MUST_CHECK enum rc webhook_publish_fold_bundled(struct step_fold *fold, const Paidan__Event *event);
/* No owner of a ticket is waited for any more. */
MUST_CHECK enum rc webhook_publish_kept_due(struct step *step, const struct due *due);
MUST_CHECK enum rc webhook_publish_fold_kept(struct step_fold *fold, uint64_t seq,
                                             const Paidan__Event *event);
