/* escalation_order: a leader's order 领导交办: the ticket goes to any unit of any level. */
#pragma once

#include "escalation_fold.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_order_rule;

escalation_fold_fn escalation_order_fold;
