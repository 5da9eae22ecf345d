/* triage_reading: what dispatchers look at without changing anything. */
#pragma once

#include "triage_ticket.h"

/* DeskList: what lies at the desk, by ticket or by deadline, in pages, with its counts. */
MUST_CHECK enum rc triage_reading_list(struct step_view *view, const Paidan__DeskList *wish,
                                       Paidan__Answer *answer);
/* TriageShow: what is known of one ticket, why it went where it went, and its history here. */
MUST_CHECK enum rc triage_reading_show(struct step_view *view, const Paidan__TriageShow *wish,
                                       Paidan__Answer *answer);
/* Explain: what the desk's clock of a ticket counted; no clock when it is not at the desk. */
MUST_CHECK enum rc triage_reading_explain(struct step_view *view, const Paidan__Explain *wish,
                                          Paidan__Answer *answer);
