/* escalation_note: what the resident adds meanwhile: a supplement or a chase 补充、催单. */
#pragma once

#include "escalation_fold.h"
#include "escalation_heard.h"

/* Supplemented and Chased, of intake. */
escalation_hear_fn escalation_note_hear;
escalation_fold_fn escalation_note_fold;
