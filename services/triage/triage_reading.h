/* triage_reading: what dispatchers look at without changing anything. */
#pragma once

#include "triage_ticket.h"

/* DeskList: what lies at the desk, oldest ticket first, in pages. */
MUST_CHECK enum rc triage_reading_list(struct step_view *view, const Paidan__DeskList *wish,
                                       Paidan__Answer *answer);
/* TriageShow: what is known of one ticket, and why it went where it went. */
MUST_CHECK enum rc triage_reading_show(struct step_view *view, const Paidan__TriageShow *wish,
                                       Paidan__Answer *answer);
