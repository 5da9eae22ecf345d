/* escalation_replan: running clocks planned again 重算. */
#pragma once

#include "common/step/step.h"

/* What a new plan by the policies would move; changes nothing. */
MUST_CHECK enum rc escalation_replan_show(struct step_view *view, const Paidan__Replan *wish,
                                          Paidan__Answer *answer);
