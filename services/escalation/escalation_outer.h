/* escalation_outer: 上级延期: whoever handed the ticket to us gives more time. Fact: OuterMoved. */
#pragma once

#include "escalation_fold.h"
#include "escalation_heard.h"

/* OuterMoved, of triage. */
MUST_CHECK enum rc escalation_outer_hear(struct escalation_heard *heard);
MUST_CHECK enum rc escalation_outer_fold(struct escalation_fold *fold);
