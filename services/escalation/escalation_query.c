/* escalation_query: hands each wish that changes nothing to the file that answers it.
 *
 * Stands above all of them, so that none calls another: what they share is in escalation_listing,
 * escalation_filter and escalation_brief. The wishes are those that escalation_core.c knows and
 * that do not change anything; one that is known there and has no answer here ends the service,
 * which the test of all wishes finds. */

#include "escalation_query.h"

#include "common/base/check.h"
#include "escalation_replan.h"

enum rc escalation_query(struct step_view *view, const Paidan__Request *request,
                         Paidan__Answer *answer)
{
    answer->code = PAIDAN__CODE__OK;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LIST:
        return escalation_query_list(view, request->list, answer);
    case PAIDAN__REQUEST__WISH_SHOW:
        return escalation_query_show(view, request->show, answer);
    case PAIDAN__REQUEST__WISH_BOARD:
        return escalation_query_board(view, request->board, answer);
    case PAIDAN__REQUEST__WISH_EXPLAIN:
        return escalation_query_explain(view, request->explain, answer);
    case PAIDAN__REQUEST__WISH_REPLAN:
        return escalation_replan_show(view, request->replan, answer);
    case PAIDAN__REQUEST__WISH_DUE_LIST:
        return escalation_query_due(view, request->due_list, answer);
    case PAIDAN__REQUEST__WISH_ALARMS:
        return escalation_query_alarms(view, request->alarms, answer);
    case PAIDAN__REQUEST__WISH_REQUEST_LIST:
        return escalation_query_requests(view, request->request_list, answer);
    default:
        CHECK(request->wish_case == PAIDAN__REQUEST__WISH_UNIT_WORK);
        return escalation_query_unit_work(view, request->unit_work, answer);
    }
}
