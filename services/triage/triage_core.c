/* triage_core: the service as the step engine sees it: which input, which wish and which fact
 * belongs to which part. Owns the service's name, tables and counters; judges nothing itself but
 * what a followed fact means here. Folding reads the event and the tables alone, and changes a
 * ticket's state in one place. */

#include <string.h>

#include "common/base/check.h"
#include "common/wire/peek.h"
#include "triage.h"
#include "triage_clock.h"
#include "triage_desk.h"
#include "triage_dispatch.h"
#include "triage_reading.h"
#include "triage_recode.h"
#include "triage_route.h"
#include "triage_scope.h"
#include "triage_try.h"

/* ---- folding ---- */

/* The signal behind one of our own facts. False: it is none of a ticket's life. */
static bool signal_of(const Paidan__Event *event, enum triage_signal *signal)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        *signal = triage_route_signal(event->routed);
        return true;
    case PAIDAN__EVENT__FACT_DESKED:
        *signal = triage_desk_desked_signal(event->desked);
        return true;
    case PAIDAN__EVENT__FACT_RULED:
        *signal = TRIAGE_DISPATCH;
        return true;
    case PAIDAN__EVENT__FACT_UNDESKED:
        *signal = triage_desk_undesked_signal(event->undesked);
        return true;
    case PAIDAN__EVENT__FACT_HANDED_ON:
        *signal = TRIAGE_MOVE;
        return true;
    case PAIDAN__EVENT__FACT_NOTED:
        *signal = TRIAGE_CHASE;
        return true;
    case PAIDAN__EVENT__FACT_DESK_WARNED:
        *signal = TRIAGE_WARN;
        return true;
    case PAIDAN__EVENT__FACT_DESK_OVERDUE:
        *signal = TRIAGE_LATE;
        return true;
    case PAIDAN__EVENT__FACT_DESK_REPLANNED:
        *signal = TRIAGE_REPLAN;
        return true;
    case PAIDAN__EVENT__FACT_DESK_RECODED:
        *signal = TRIAGE_RECODE;
        return true;
    default:
        return false;
    }
}

/* What the fact adds to record and desk, beside its place in the chain and the state. */
static enum rc fold_part(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                         struct triage_ticket *record)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return triage_route_fold(fold, seq, event, record);
    case PAIDAN__EVENT__FACT_DESKED:
        return triage_desk_fold_desked(fold, event, record);
    case PAIDAN__EVENT__FACT_RULED:
        return triage_dispatch_fold_ruled(fold, seq, event, record);
    case PAIDAN__EVENT__FACT_UNDESKED:
        return triage_desk_fold_undesked(fold, event, record);
    case PAIDAN__EVENT__FACT_HANDED_ON:
        return RC_OK; /* read from the chain by who asks for the scope */
    case PAIDAN__EVENT__FACT_NOTED:
        return triage_desk_fold_noted(fold, event);
    case PAIDAN__EVENT__FACT_DESK_RECODED:
        return triage_recode_fold(fold, event, record);
    default:
        return triage_clock_fold(fold, event); /* the desk's clock: signal_of knows no other */
    }
}

/* A fact of a ticket's life: it must be the next of its chain and the one to which the table leads;
 * else log and tables contradict each other, and nothing may be guessed. */
static enum rc fold_ticket(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                           enum triage_signal signal)
{
    struct triage_ticket record = {.state = TRIAGE_NONE};
    enum rc rc = triage_state_get(fold->txn, event->ticket, &record);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    const struct triage_step to = triage_fsm_step(record.state, signal);
    /* Table and chain: both must agree, or log and tables are not of one service. */
    if (to.fact != event->fact_case || !step_chained(event, record.last_seq)) {
        return RC_CORRUPT;
    }
    rc = fold_part(fold, seq, event, &record);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(to.next != TRIAGE_NONE);
    CHECK(seq > record.last_seq);
    record.state = to.next;
    /* Kept for ever: title, channel and time of registration are found through it. */
    record.first_seq = record.first_seq == 0 ? seq : record.first_seq;
    record.last_seq = seq;
    return triage_state_put(fold->txn, event->ticket, &record);
}

/* Facts of no ticket's life first: they stand outside every chain. */
static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    if (event->fact_case == PAIDAN__EVENT__FACT_SITE_CHANGED) {
        return triage_clock_fold_site_changed(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_REPLAN_PASSED) {
        return triage_clock_fold_passed(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_RECORD_REFUSED) {
        triage_ticket_count(fold, TRIAGE_TALLY_RECORDS_REFUSED);
        return RC_OK;
    }
    enum triage_signal signal = TRIAGE_ROUTE;
    if (!event->has_ticket || event->ticket == 0 || !signal_of(event, &signal)) {
        return RC_CORRUPT; /* not a fact of this log */
    }
    return fold_ticket(fold, seq, event, signal);
}

/* ---- deciding ---- */

/* Supplements are not read: what was unsure stays with the dispatcher, who sees them. */
static enum rc apply_intake(struct step *step, const struct step_input *input)
{
    CHECK(input->brief.has_ticket);
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        return triage_route_apply(step, input->event);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return triage_desk_apply(step, input, TRIAGE_WITHDRAW);
    case PAIDAN__EVENT__FACT_CHASED:
        return triage_desk_apply(step, input, TRIAGE_CHASE);
    default:
        return RC_OK; /* of no interest here */
    }
}

/* What takes a ticket off the desk, whoever did it, and what brings it back there. */
static enum rc apply_escalation(struct step *step, const struct step_input *input)
{
    CHECK(input->brief.has_ticket);
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_RETURNED:
        return triage_desk_apply(step, input, TRIAGE_RETURN);
    case PAIDAN__EVENT__FACT_RECALLED:
        return triage_desk_apply(step, input, TRIAGE_RECALL);
    case PAIDAN__EVENT__FACT_ASSIGNED:
        /* A ruling given before triage had read of a raise and a second return is taken for that
         * one: the desk has the ticket again and must let it go. */
        return input->event->assigned->why == PAIDAN__WHY__WHY_RULED
                   ? triage_desk_apply(step, input, TRIAGE_MOVE)
                   : RC_OK;
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
        return triage_desk_apply(step, input, TRIAGE_MOVE);
    case PAIDAN__EVENT__FACT_CLOSED:
        return triage_desk_apply(step, input, TRIAGE_CLOSE);
    default:
        return RC_OK;
    }
}

/* The only command is the dispatcher's. */
static enum rc apply(struct step *step, const struct step_input *input)
{
    if (input->kind == STEP_COMMAND) {
        return triage_dispatch_apply(step, input);
    }
    if (input->kind == STEP_DUE) {
        return triage_clock_apply(step, input);
    }
    CHECK(input->kind == STEP_RECORD);
    CHECK(input->log != NULL);
    if (!input->brief.has_ticket) { /* about many tickets: the cursor moves on */
        return RC_OK;
    }
    return strcmp(input->log, "intake") == 0 ? apply_intake(step, input)
                                             : apply_escalation(step, input);
}

/* ---- what the engine asks ---- */

/* Kinds are named with their log: callback too says Withdrawn, in its own log and in its own
 * sense. */
static bool hears(const char *log, Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_REGISTERED:
    case PAIDAN__EVENT__FACT_WITHDRAWN:
    case PAIDAN__EVENT__FACT_CHASED:
        return strcmp(log, "intake") == 0;
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RECALLED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return strcmp(log, "escalation") == 0;
    default:
        return false;
    }
}

/* Nearly all that escalation says about assigning comes from our own routes and means nothing here;
 * looking into the packed fact is far cheaper than unpacking it. Of ends only that they happened is
 * needed; of moves, to whom. */
static enum step_need needs(const char *log, Paidan__Event__FactCase fact,
                            const unsigned char *body, size_t bytes)
{
    enum { ASSIGNED_WHY = 2 }; /* field of Assigned */
    uint64_t why = 0;
    (void)log; /* each kind is heard of one log */
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return peek_number(body, bytes, ASSIGNED_WHY, &why) && why != PAIDAN__WHY__WHY_RULED
                   ? STEP_NEED_NONE
                   : STEP_NEED_ALL;
    case PAIDAN__EVENT__FACT_CLOSED:
        return STEP_NEED_BRIEF;
    default:
        return STEP_NEED_ALL;
    }
}

/* The desk is changed by decisions alone; looking at it needs no commit. */
static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_DESK_DISPATCH;
}

/* Others are told WISH_UNSUPPORTED by the engine. */
static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_DESK_LIST:
    case PAIDAN__REQUEST__WISH_DESK_DISPATCH:
    case PAIDAN__REQUEST__WISH_TRIAGE_SHOW:
    case PAIDAN__REQUEST__WISH_TRIAGE_TRY:
    case PAIDAN__REQUEST__WISH_EXPLAIN:
        return true;
    default:
        return false;
    }
}

static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    if (request->wish_case == PAIDAN__REQUEST__WISH_DESK_LIST) {
        return triage_reading_list(view, request->desk_list, answer);
    }
    if (request->wish_case == PAIDAN__REQUEST__WISH_EXPLAIN) {
        return triage_reading_explain(view, request->explain, answer);
    }
    if (request->wish_case == PAIDAN__REQUEST__WISH_TRIAGE_TRY) {
        return triage_try_query(view, request->triage_try, answer);
    }
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_TRIAGE_SHOW); /* knows() */
    return triage_reading_show(view, request->triage_show, answer);
}

/* Escalation is followed for what comes back: returns, dispatches taken back, and what takes a ticket off the desk. */
static const char *const follows[] = {"intake", "escalation", NULL};
static const char *const followed_by[] = {"escalation", NULL};
static const char *const tables[] = {"ticket", "desk", "order",
                                     NULL}; /* order: enum triage_table */

const struct step_service triage_service = {
    .name = "triage",
    .follows = follows,
    .followed_by = followed_by,
    /* What triage routes is in vain while escalation is far behind. */
    .paced_by = followed_by,
    .tables = tables,
    .tallies = triage_tallies,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .hears = hears,
    .needs = needs,
    .scope = triage_scope,
    .changes = changes,
    .knows = knows,
};
