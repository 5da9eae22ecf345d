/* escalation_retire: tickets that ended long ago leave the tables 归档: the site's hot_days.
 *
 * Once a day, from the oldest on, a page at a time, what ended so many days ago goes: its record and what stands
 * beside it. Only a bit stays that it was here, so that whoever names it hears TICKET_ARCHIVED; its facts lie in
 * the log until that is trimmed, and in archive for ever. The walk passes over what is left of days before, and
 * no further than the numbers of the day that is old enough: nothing is written for a ticket until it goes. */
#pragma once

#include "common/step/step.h"
#include "escalation_fold.h"

/* Of its row among the deadlines: beyond every clock. The row's id is 0. */
enum { ESCALATION_DUE_RETIRE = 64 };

/* A page's moment has come. */
MUST_CHECK enum rc escalation_retire_fire(struct step *step);

/* Retired and SiteChanged stand outside the tickets' chains. RC_OK, RC_FULL, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_retire_fold(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc escalation_retire_fold_site_changed(struct step_fold *fold,
                                                       const Paidan__Event *event);

/* Why a ticket that has no record is refused: TICKET_UNKNOWN or TICKET_ARCHIVED. */
Paidan__Code escalation_retire_code(const struct escalation_ticket *ticket);
/* The same for an answer. RC_OK: refused. RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_retire_refuse(struct step_view *view, uint64_t ticket,
                                            Paidan__Answer *answer);
