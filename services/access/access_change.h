/* access_change: what one administrator asked for about another, until a second one approves. */
#pragma once

#include "access_name.h"

/* What is asked: the fact's own fields, lapses_ms aside. Answers with the change's number. */
MUST_CHECK enum rc access_change_ask(struct step *step, const Paidan__Request *request,
                                     Paidan__ChangeAsked *fact);
/* A change that nobody approved in time. */
MUST_CHECK enum rc access_change_due(struct step *step, const struct due *due);
MUST_CHECK enum rc access_change_fold_asked(struct step_fold *fold, uint64_t seq,
                                            const Paidan__Event *event);
MUST_CHECK enum rc access_change_fold_end(struct step_fold *fold, uint64_t change);
