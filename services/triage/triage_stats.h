/* triage_stats: what triage did by itself and what came of it, for whoever is answerable for it. */
#pragma once

#include "common/step/step.h"

/* TriageStats. Returns as step_service.query. */
MUST_CHECK enum rc triage_stats_query(struct step_view *view, const Paidan__TriageStats *wish,
                                      Paidan__Answer *answer);
