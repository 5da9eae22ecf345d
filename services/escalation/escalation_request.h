/* escalation_request: what a unit asks of the level above, one thing at a time: an extension 延期
 * of the clock of its work, or that the upper level takes the ticket 上报待接收. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

/* raise: by competence; where the policy says so it must be accepted first. grant, refuse: of a
 * request and, if none is open, of an appeal. */
extern const struct escalation_rule escalation_request_extend, escalation_request_raise,
    escalation_request_grant, escalation_request_refuse;

/* Nobody decided in time: an extension lapses, a raise holds. */
escalation_fire_fn escalation_request_fire;

escalation_fold_fn escalation_request_fold_requested, escalation_request_fold_decided;
