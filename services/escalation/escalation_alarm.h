/* escalation_alarm: the alarm that repeats after a red card until the ticket is repaired. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"

escalation_fire_fn escalation_alarm_fire;
escalation_fold_fn escalation_alarm_fold;
