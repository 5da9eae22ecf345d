/* triage_try: what triage would do with some words now. */
#pragma once

#include "triage_ticket.h"

/* TriageTry. Reads no table and keeps nothing. Returns as step_service.query. */
MUST_CHECK enum rc triage_try_query(struct step_view *view, const Paidan__TriageTry *wish,
                                    Paidan__Answer *answer);
