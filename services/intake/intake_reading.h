/* intake_reading: texts and what may be known of a ticket. Fact: Disclosed, when phones
 * or the log itself are read. */
#pragma once

#include "intake_ticket.h"

/* Lookup: what a resident may see. */
MUST_CHECK enum rc intake_reading_lookup(struct step_view *view, const Paidan__Lookup *wish,
                                         Paidan__Answer *answer);
/* ReadTexts without phones, for people who work on tickets. */
MUST_CHECK enum rc intake_reading_texts(struct step_view *view, const Paidan__ReadTexts *wish,
                                        Paidan__Answer *answer);
/* ReadTexts with phones: answered, and recorded. */
MUST_CHECK enum rc intake_reading_disclose(struct step *step, const Paidan__Request *request);
/* ReadLog: recorded before the caller reads facts of this log with their texts. */
MUST_CHECK enum rc intake_reading_log(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc intake_reading_fold(struct step_fold *fold, const Paidan__Event *event);
