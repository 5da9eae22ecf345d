/* escalation_signal: which signal of the table a fact of our own log is. */
#pragma once

#include "escalation_fsm.h"

/* ESCALATION_SIGNAL_COUNT: it is none, or none of a single ticket. */
enum escalation_signal escalation_signal_of(const Paidan__Event *event);
