/* escalation_query: what is asked and changes nothing. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* What a listing selects; compiled once from codes. */
struct escalation_filter {
    const struct site *site;
    uint32_t area, category; /* SITE_NONE: any */
    const char *unit;        /* NULL: any */
    uint32_t state;          /* ESCALATION_NONE: any */
    uint64_t since_ms;
};
/* Answers and gives false if a code is unknown. */
bool escalation_filter_init(struct escalation_filter *filter, const struct site *site,
                            const char *area, const char *category, const char *unit,
                            Paidan__Answer *answer);
bool escalation_filter_matches(const struct escalation_filter *filter,
                               const struct escalation_ticket *ticket,
                               const struct escalation_info *info);
/* Loads the info of a ticket; *info is NULL if it has none. */
MUST_CHECK enum rc escalation_query_info(struct store_txn *txn, uint64_t id,
                                         struct escalation_info *room,
                                         const struct escalation_info **info);
/* The whole short picture, of both records. RC_OK, RC_LIMIT, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc escalation_query_brief(struct step_view *view, uint64_t id,
                                          const struct escalation_ticket *ticket,
                                          const struct escalation_info *info,
                                          Paidan__Brief **brief);
/* An answer that is only a code, in the arena's text. */
void escalation_query_refuse(Paidan__Answer *answer, Paidan__Code code, const char *detail);

MUST_CHECK enum rc escalation_query(struct step_view *view, const Paidan__Request *request,
                                    Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_explain(struct step_view *view, const Paidan__Explain *wish,
                                            Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_board(struct step_view *view, const Paidan__Board *wish,
                                          Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_unit_work(struct step_view *view, const Paidan__UnitWork *wish,
                                              Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_due(struct step_view *view, const Paidan__DueList *wish,
                                        Paidan__Answer *answer);
MUST_CHECK enum rc escalation_query_alarms(struct step_view *view, const Paidan__Alarms *wish,
                                           Paidan__Answer *answer);

/* Rows a query looks at in one request; the cursor goes on from there. 20,000 records of 300 bytes
 * take about 20 ms. */
#define ESCALATION_SCAN_MAX 20000u
