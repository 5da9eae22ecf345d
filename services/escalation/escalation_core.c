/* The service's table, dispatch of inputs, and the one way in which a fact about a ticket is said.
 */

#include "escalation_core.h"

#include <assert.h>
#include <string.h>

#include "common/base/check.h"
#include "escalation.h"

static_assert(TALLY_COUNT <= TALLY_MAX, "counters fit");

static const char *const follows[] = {"triage", "callback", "intake", NULL};
static const char *const followed_by[] = {"triage", "callback", "intake", NULL};
static const char *const tables[] = {"ticket", "info",  "queue", "extra",
                                     "replan", "watch", "count", NULL};

/* The names of `paidan stats`: stable. */
static const char *const tallies[TALLY_COUNT + 1] = {
    [TALLY_TICKETS] = "tickets",
    [TALLY_STATE] = "state_assigned",
    "state_accepted",
    "state_returned",
    "state_resolved",
    "state_closed",
    "state_withdrawn",
    "state_suspended",
    [TALLY_OPEN] = "open",
    [TALLY_LEVEL] = "open_level_1",
    "open_level_2",
    "open_level_3",
    "open_level_4",
    "open_level_5",
    "open_level_6",
    "open_level_7",
    "open_level_8",
    "open_level_9",
    "open_level_10",
    "open_level_11",
    "open_level_12",
    [TALLY_YELLOW] = "card_yellow",
    [TALLY_RED] = "card_red",
    [TALLY_OVERDUE] = "overdue",
    [TALLY_OUTCOME] = "outcome_solved",
    "outcome_partly",
    "outcome_unsolved",
    "outcome_unreached",
    "outcome_withdrawn",
    [TALLY_ASSIGNED] = "assigned_total",
    [TALLY_FALLBACK] = "assigned_fallback_total",
    [TALLY_RULED] = "ruled_total",
    [TALLY_LEASED] = "leased_total",
    [TALLY_LAPSED] = "lapsed_total",
    [TALLY_ACCEPTED] = "accepted_total",
    [TALLY_ACCEPTED_LATE] = "accepted_late_total",
    [TALLY_CONTACTED] = "contacted_total",
    [TALLY_CONTACTED_LATE] = "contacted_late_total",
    [TALLY_PROGRESSED] = "progressed_total",
    [TALLY_RESOLVED] = "resolved_total",
    [TALLY_RESOLVED_LATE] = "resolved_late_total",
    [TALLY_RETURNED] = "returned_total",
    [TALLY_REOPENED] = "reopened_total",
    [TALLY_WARNED] = "warned_total",
    [TALLY_RAISED_EXPIRED] = "raised_expired_total",
    [TALLY_RAISED_COMPETENCE] = "raised_competence_total",
    [TALLY_CARDED] = "carded_total",
    [TALLY_ALARMED] = "alarmed_total",
    [TALLY_NOTED] = "noted_total",
    [TALLY_REFUSED_RECORDS] = "refused_records_total",
    [TALLY_URGED] = "urged_total",
    [TALLY_SUPERVISED] = "supervised_total",
    [TALLY_REMINDED] = "reminded_total",
    [TALLY_SUSPENDED] = "suspended_total",
    [TALLY_EXTENDED] = "extended_total",
    [TALLY_EXTENSIONS_REFUSED] = "extensions_refused_total",
    [TALLY_ASSISTS] = "assists_total",
    [TALLY_ASSISTS_LATE] = "assists_late_total",
    [TALLY_ORDERED] = "ordered_total",
    [TALLY_MODES_ENDED] = "modes_ended_total",
    [TALLY_APPEALED] = "appealed_total",
    [TALLY_EXEMPT] = "exempt_total",
    [TALLY_REPLANNED] = "replanned_total",
    [TALLY_CARDS_YELLOW] = "cards_yellow_total",
    [TALLY_CARDS_RED] = "cards_red_total",
    [TALLY_CARDS_CANCELLED] = "cards_cancelled_total",
    [TALLY_WATCH] = "supervised",
    "alarming",
    "ownerless",
    [TALLY_COUNT] = NULL,
};

enum rc escalation_core_load(struct store_txn *txn, uint64_t id, struct escalation_ticket *ticket)
{
    const enum rc rc = escalation_state_load(txn, id, ticket);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    memset(ticket, 0, sizeof *ticket);
    ticket->state = ESCALATION_NONE;
    ticket->round = 1;
    return RC_OK;
}

enum rc escalation_core_say(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                            Paidan__Event *event, uint32_t item)
{
    CHECK(id != 0);
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    event->has_ticket = true;
    event->ticket = id;
    event->has_prev_seq = ticket->last_seq != 0;
    event->prev_seq = ticket->last_seq;
    return step_append(step, event, item, NULL);
}

enum rc escalation_core_refuse_record(struct step *step, const Paidan__Event *record,
                                      Paidan__Code code, const char *detail)
{
    Paidan__RecordRefused refused = PAIDAN__RECORD_REFUSED__INIT;
    refused.code = (uint32_t)code;
    if (detail != NULL) {
        refused.detail = arena_strdup(step->arena, detail);
        if (refused.detail == NULL) {
            return RC_LIMIT;
        }
    }
    Paidan__Event event = PAIDAN__EVENT__INIT;
    event.has_ticket = record->has_ticket;
    event.ticket = record->ticket;
    event.fact_case = PAIDAN__EVENT__FACT_RECORD_REFUSED;
    event.record_refused = &refused;
    return step_append(step, &event, 0, NULL);
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    switch (input->kind) {
    case STEP_DUE:
        return escalation_decide_due(step, input);
    case STEP_RECORD:
        return input->event == NULL ? RC_OK : escalation_decide_record(step, input);
    case STEP_COMMAND:
        break;
    }
    CHECK(input->kind == STEP_COMMAND);
    if (input->request->wish_case == PAIDAN__REQUEST__WISH_PULL) {
        return escalation_decide_pull(step, input);
    }
    if (input->request->wish_case == PAIDAN__REQUEST__WISH_REPLAN) {
        return escalation_decide_replan(step, input);
    }
    if (input->request->wish_case == PAIDAN__REQUEST__WISH_SUPERVISE) {
        return escalation_decide_supervise(step, input);
    }
    CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_WORK);
    return escalation_decide_work(step, input);
}

static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_PULL ||
           request->wish_case == PAIDAN__REQUEST__WISH_WORK ||
           request->wish_case == PAIDAN__REQUEST__WISH_SUPERVISE ||
           (request->wish_case == PAIDAN__REQUEST__WISH_REPLAN && request->replan->has_apply &&
            request->replan->apply);
}

static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_PULL:
    case PAIDAN__REQUEST__WISH_WORK:
    case PAIDAN__REQUEST__WISH_SUPERVISE:
    case PAIDAN__REQUEST__WISH_EXPLAIN:
    case PAIDAN__REQUEST__WISH_REPLAN:
    case PAIDAN__REQUEST__WISH_LIST:
    case PAIDAN__REQUEST__WISH_SHOW:
    case PAIDAN__REQUEST__WISH_BOARD:
    case PAIDAN__REQUEST__WISH_UNIT_WORK:
    case PAIDAN__REQUEST__WISH_DUE_LIST:
    case PAIDAN__REQUEST__WISH_ALARMS:
    case PAIDAN__REQUEST__WISH_UNIT_COUNTS:
        return true;
    default:
        return false;
    }
}

const struct step_service escalation_service = {
    .name = "escalation",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    .memo_bytes = ESCALATION_MEMO_BYTES,
    .apply = apply,
    .evolve = escalation_evolve,
    .query = escalation_query,
    .hears = escalation_hears,
    .changes = changes,
    .knows = knows,
};
