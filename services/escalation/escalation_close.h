/* escalation_close: what the resident says in the end: withdrawn, solved, not solved, not reached.
 */
#pragma once

#include "escalation_fold.h"
#include "escalation_heard.h"

/* Withdrawn, of intake. */
escalation_hear_fn escalation_close_hear_withdrawn;
/* Answered and Unreached, of callback. */
escalation_hear_fn escalation_close_hear_callback;

escalation_fold_fn escalation_close_fold_closed, escalation_close_fold_reopened;
