/* escalation_pause: suspension 挂账. Every clock of a ticket stands still until the end that was
 * given, or until the unit takes it up again. */
#pragma once

#include "escalation_fold.h"
#include "escalation_moment.h"
#include "escalation_work.h"

extern const struct escalation_rule escalation_pause_suspend, escalation_pause_resume;

/* The end that was given has come. */
escalation_fire_fn escalation_pause_fire;

/* Says Resumed for an item whose ticket is suspended, by hand; the ticket must be read again
 * afterwards. note: NULL: none. */
MUST_CHECK enum rc escalation_pause_wake(struct escalation_item *item, char *note);

escalation_fold_fn escalation_pause_fold_suspended, escalation_pause_fold_resumed;
