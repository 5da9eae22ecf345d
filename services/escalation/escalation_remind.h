/* escalation_remind: steps of a clock 提醒点, before or after its deadline. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"

escalation_fire_fn escalation_remind_fire;

/* Whether the fact begins an extra record: the step gives a card or supervision. */
bool escalation_remind_gives(const Paidan__Event *event);
escalation_fold_fn escalation_remind_fold;
