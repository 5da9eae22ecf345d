/* escalation_query: what is asked and changes nothing. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* Answers one wish that changes nothing. RC_OK: also where the answer is a refusal. RC_LIMIT: the
 * arena is full. RC_CORRUPT, RC_STORE. Likewise each of the files below. */
MUST_CHECK enum rc escalation_query(struct step_view *view, const Paidan__Request *request,
                                    Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_list(struct step_view *view, const Paidan__List *wish,
                                         Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_unit_work(struct step_view *view, const Paidan__UnitWork *wish,
                                              Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_show(struct step_view *view, const Paidan__Show *wish,
                                         Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_explain(struct step_view *view, const Paidan__Explain *wish,
                                            Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_board(struct step_view *view, const Paidan__Board *wish,
                                          Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_requests(struct step_view *view,
                                             const Paidan__RequestList *wish,
                                             Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_due(struct step_view *view, const Paidan__DueList *wish,
                                        Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_alarms(struct step_view *view, const Paidan__Alarms *wish,
                                           Paidan__Answer *answer);
