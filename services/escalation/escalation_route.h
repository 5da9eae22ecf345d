/* escalation_route: triage gives a ticket to a unit: by its route, or by a ruling on a return. */
#pragma once

#include "escalation_fold.h"
#include "escalation_heard.h"

/* Routed and Ruled, of triage. */
escalation_hear_fn escalation_route_hear_routed, escalation_route_hear_ruled;

escalation_fold_fn escalation_route_fold;
