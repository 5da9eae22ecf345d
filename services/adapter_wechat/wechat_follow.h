/* wechat_follow: what becomes of residents' tickets, as escalation says it, and telling them; whose a ticket is
 * that was split off from another one, as intake says it. */
#pragma once

#include "common/step/step.h"

bool wechat_follow_hears(const char *log, Paidan__Event__FactCase fact);
enum step_need wechat_follow_needs(const char *log, Paidan__Event__FactCase fact,
                                   const unsigned char *body, size_t bytes);
MUST_CHECK enum rc wechat_follow_record(struct step *step, const struct step_input *input);
/* The quiet hours are over for a ticket (WECHAT_DUE_TELL). */
MUST_CHECK enum rc wechat_follow_due(struct step *step, const struct due *due);

MUST_CHECK enum rc wechat_follow_fold_moved(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc wechat_follow_fold_told(struct step_fold *fold, const Paidan__Event *event);
