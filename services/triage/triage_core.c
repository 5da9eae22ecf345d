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
#include "triage_group.h"
#include "triage_merge.h"
#include "triage_outer.h"
#include "triage_over.h"
#include "triage_reading.h"
#include "triage_recode.h"
#include "triage_route.h"
#include "triage_scope.h"
#include "triage_stats.h"
#include "triage_trust.h"
#include "triage_try.h"
#include "triage_urgency.h"

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
    case PAIDAN__EVENT__FACT_OUTER_MOVED:
        *signal = TRIAGE_EXTEND;
        return true;
    case PAIDAN__EVENT__FACT_BURST:
        *signal = TRIAGE_BURST;
        return true;
    case PAIDAN__EVENT__FACT_MERGED:
        *signal = TRIAGE_MERGE;
        return true;
    case PAIDAN__EVENT__FACT_UNMERGED:
        *signal = TRIAGE_UNMERGE;
        return true;
    default:
        return false;
    }
}

/* What was merged is compared with under the event it is about; what is no more, under its own. */
static enum rc fold_merged(struct step_fold *fold, uint64_t seq, const Paidan__Event *event,
                           struct triage_ticket *record)
{
    const Paidan__Merged *const merged = event->merged;
    CHECK(event->ticket != 0);
    const enum rc rc = triage_merge_fold_merged(fold, seq, event, record);
    /* Without the time where only escalation still knows it. */
    const uint64_t since_ms = merged->registered_ms != 0 ? merged->registered_ms : event->at_ms;
    return rc == RC_OK ? triage_group_fold_joined(fold, event->ticket, since_ms, merged->into) : rc;
}

static enum rc fold_unmerged(struct step_fold *fold, const Paidan__Event *event,
                             struct triage_ticket *record)
{
    CHECK(event->ticket != 0);
    const enum rc rc = triage_merge_fold_unmerged(fold, event, record);
    return rc == RC_OK ? triage_group_fold_parted(fold, event->ticket) : rc;
}

/* It is the group's, and what lies at the desk becomes more urgent there. */
static enum rc fold_burst(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->ticket != 0);
    const enum rc rc = triage_group_fold_burst(fold, event);
    return rc == RC_OK ? triage_urgency_fold_burst(fold, event) : rc;
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
        return record->state == TRIAGE_MERGED ? triage_merge_fold_left(fold, event, record)
                                              : triage_desk_fold_undesked(fold, event, record);
    case PAIDAN__EVENT__FACT_HANDED_ON:
        return record->state == TRIAGE_MERGED ? triage_merge_fold_left(fold, event, record)
                                              : triage_desk_fold_handed_on(event, record);
    case PAIDAN__EVENT__FACT_MERGED:
        return fold_merged(fold, seq, event, record);
    case PAIDAN__EVENT__FACT_UNMERGED:
        return fold_unmerged(fold, event, record);
    case PAIDAN__EVENT__FACT_NOTED:
        return triage_desk_fold_noted(fold, event);
    case PAIDAN__EVENT__FACT_DESK_RECODED:
        return triage_recode_fold(fold, event, record);
    case PAIDAN__EVENT__FACT_OUTER_MOVED:
        return triage_outer_fold(fold, event, record);
    case PAIDAN__EVENT__FACT_BURST:
        return fold_burst(fold, event);
    default:
        return triage_clock_fold(fold, event); /* the desk's clock: signal_of knows no other */
    }
}

/* A ticket's first fact says with what it may be compared later. */
static enum rc fold_first(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->ticket != 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ROUTED:
        return triage_group_fold_told(fold, event->ticket, event->routed->registered_ms,
                                      event->routed->judged);
    case PAIDAN__EVENT__FACT_DESKED:
        return triage_group_fold_told(fold, event->ticket, event->desked->registered_ms,
                                      event->desked->judged);
    case PAIDAN__EVENT__FACT_MERGED:
        return triage_group_fold_told(fold, event->ticket, event->merged->registered_ms,
                                      event->merged->judged);
    default:
        return RC_OK;
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
    /* What hands a member on is that its group was resolved. */
    if (signal == TRIAGE_MOVE && record.state == TRIAGE_MERGED) {
        signal = TRIAGE_FOLLOW;
    }
    const struct triage_step to = triage_fsm_step(record.state, signal);
    /* Table and chain: both must agree, or log and tables are not of one service. */
    if (to.fact != event->fact_case || !step_chained(event, record.last_seq)) {
        return RC_CORRUPT;
    }
    rc = triage_trust_fold(fold, event);
    if (rc == RC_OK && record.state == TRIAGE_NONE) {
        rc = fold_first(fold, event);
    }
    rc = rc == RC_OK ? fold_part(fold, seq, event, &record) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(to.next != TRIAGE_NONE);
    CHECK(seq > record.last_seq);
    record.state = to.next;
    record.over = triage_over_ends(event->fact_case) ? TRIAGE_OVER_NOT : record.over;
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
        const enum rc rc = triage_trust_fold_site(fold, event->site_changed);
        return rc == RC_OK ? triage_clock_fold_site_changed(fold, event) : rc;
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_TRUST_CHANGED) {
        return triage_trust_fold_changed(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_PROVED) {
        return triage_trust_fold_proved(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_REPLAN_PASSED) {
        return triage_clock_fold_passed(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_UNGROUPED) {
        return triage_group_fold_ungrouped(fold, event);
    }
    if (event->fact_case == PAIDAN__EVENT__FACT_OVER) {
        return triage_over_fold(fold, event);
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

/* Ended, and no unit ever said that its work was done: that proves nothing about the dispatch. New
 * tickets are compared with it no more. */
static enum rc leave(struct step *step, const struct step_input *input, enum triage_signal signal)
{
    enum rc rc = triage_trust_ended(step, input->brief.ticket, false);
    rc = rc == RC_OK ? triage_desk_apply(step, input, signal) : rc;
    rc = rc == RC_OK ? triage_group_ended(step, input->brief.ticket) : rc;
    return rc == RC_OK ? triage_over_hear(step, input->brief.ticket,
                                          signal == TRIAGE_WITHDRAW ? TRIAGE_OVER_WITHDRAWN
                                                                    : TRIAGE_OVER_CLOSED)
                       : rc;
}

/* A member that is resolved with its group is a ticket of its own from here on, and over like any other. */
static enum rc resolve(struct step *step, const struct step_input *input)
{
    const bool member =
        input->event != NULL && input->event->resolved->has_group; /* whole of it alone: needs() */
    const enum rc rc = member ? triage_desk_apply(step, input, TRIAGE_FOLLOW)
                              : triage_trust_ended(step, input->brief.ticket, true);
    return rc == RC_OK ? triage_over_hear(step, input->brief.ticket, TRIAGE_OVER_RESOLVED) : rc;
}

/* Reopened above all; whatever gives it to somebody begins its work anew. */
static enum rc move(struct step *step, const struct step_input *input)
{
    triage_over_again(step, input->brief.ticket);
    return triage_desk_apply(step, input, TRIAGE_MOVE);
}

/* 更正: what triage had sent elsewhere, or under another category, was wrong. */
static enum rc correct(struct step *step, const struct step_input *input)
{
    const Paidan__Corrected *const corrected = input->event->corrected;
    const enum rc rc = triage_trust_corrected(step, input->brief.ticket, corrected->category,
                                              corrected->to != NULL ? corrected->to->unit : NULL);
    return rc == RC_OK ? triage_desk_apply(step, input, TRIAGE_MOVE) : rc;
}

/* The words of supplements are not read: what was unsure stays with the dispatcher, who sees them. */
static enum rc apply_intake(struct step *step, const struct step_input *input)
{
    CHECK(input->brief.has_ticket);
    switch (input->brief.fact) {
    case PAIDAN__EVENT__FACT_REGISTERED:
        return triage_route_apply(step, input->event);
    case PAIDAN__EVENT__FACT_WITHDRAWN:
        return leave(step, input, TRIAGE_WITHDRAW);
    case PAIDAN__EVENT__FACT_CHASED:
        return triage_desk_apply(step, input, TRIAGE_CHASE);
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        return triage_outer_apply(step, input);
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
        return input->event->recalled->has_merge_into
                   ? triage_merge_hear_recalled(step, input)
                   : triage_desk_apply(step, input, TRIAGE_RECALL);
    case PAIDAN__EVENT__FACT_UNMERGED:
        return triage_merge_hear_unmerged(step, input->event);
    case PAIDAN__EVENT__FACT_ASSIGNED:
        /* A ruling given before triage had read of a raise and a second return is taken for that
         * one: the desk has the ticket again and must let it go. */
        return input->event->assigned->why == PAIDAN__WHY__WHY_RULED
                   ? triage_desk_apply(step, input, TRIAGE_MOVE)
                   : RC_OK;
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
        return move(step, input);
    case PAIDAN__EVENT__FACT_CORRECTED:
        return correct(step, input);
    case PAIDAN__EVENT__FACT_RESOLVED:
        return resolve(step, input);
    case PAIDAN__EVENT__FACT_CLOSED:
        return leave(step, input, TRIAGE_CLOSE);
    default:
        return RC_OK;
    }
}

/* Commands are the dispatcher's, and whoever is answerable for what goes out by itself. */
static enum rc apply_command(struct step *step, const struct step_input *input)
{
    switch (input->request->wish_case) {
    case PAIDAN__REQUEST__WISH_MERGE:
        return triage_merge_apply(step, input->request);
    case PAIDAN__REQUEST__WISH_UNMERGE:
        return triage_merge_undo(step, input->request);
    case PAIDAN__REQUEST__WISH_TRUST_SET:
        return triage_trust_apply(step, input);
    default:
        CHECK(input->request->wish_case == PAIDAN__REQUEST__WISH_DESK_DISPATCH); /* changes() */
        return triage_dispatch_apply(step, input);
    }
}

static enum rc apply(struct step *step, const struct step_input *input)
{
    if (input->kind == STEP_COMMAND) {
        return apply_command(step, input);
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
    case PAIDAN__EVENT__FACT_SUPPLEMENTED:
        return strcmp(log, "intake") == 0;
    case PAIDAN__EVENT__FACT_ASSIGNED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_RECALLED:
    case PAIDAN__EVENT__FACT_RAISED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_ORDERED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_CORRECTED:
    case PAIDAN__EVENT__FACT_CLOSED:
    case PAIDAN__EVENT__FACT_UNMERGED:
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
    enum {
        ASSIGNED_WHY = 2,
        SUPPLEMENTED_OUTER_DUE_MS = 5,
        RESOLVED_GROUP = 10
    }; /* fields of the facts */
    uint64_t value = 0;
    (void)log; /* each kind is heard of one log */
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return peek_number(body, bytes, ASSIGNED_WHY, &value) && value != PAIDAN__WHY__WHY_RULED
                   ? STEP_NEED_NONE
                   : STEP_NEED_ALL;
    case PAIDAN__EVENT__FACT_SUPPLEMENTED: /* long, and hardly any says more than words */
        return peek_number(body, bytes, SUPPLEMENTED_OUTER_DUE_MS, &value) ? STEP_NEED_ALL
                                                                           : STEP_NEED_NONE;
    case PAIDAN__EVENT__FACT_RESOLVED:
        return peek_number(body, bytes, RESOLVED_GROUP, &value) ? STEP_NEED_ALL : STEP_NEED_BRIEF;
    case PAIDAN__EVENT__FACT_CLOSED:
        return STEP_NEED_BRIEF;
    default:
        return STEP_NEED_ALL;
    }
}

/* The desk is changed by decisions alone; looking at it needs no commit. */
static bool changes(const Paidan__Request *request)
{
    return request->wish_case == PAIDAN__REQUEST__WISH_DESK_DISPATCH ||
           request->wish_case == PAIDAN__REQUEST__WISH_TRUST_SET ||
           request->wish_case == PAIDAN__REQUEST__WISH_MERGE ||
           request->wish_case == PAIDAN__REQUEST__WISH_UNMERGE;
}

/* Others are told WISH_UNSUPPORTED by the engine. */
static bool knows(const Paidan__Request *request)
{
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_DESK_LIST:
    case PAIDAN__REQUEST__WISH_DESK_DISPATCH:
    case PAIDAN__REQUEST__WISH_MERGE:
    case PAIDAN__REQUEST__WISH_UNMERGE:
    case PAIDAN__REQUEST__WISH_TRIAGE_SHOW:
    case PAIDAN__REQUEST__WISH_TRIAGE_TRY:
    case PAIDAN__REQUEST__WISH_EXPLAIN:
    case PAIDAN__REQUEST__WISH_TRIAGE_STATS:
    case PAIDAN__REQUEST__WISH_TRUST_SET:
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
    if (request->wish_case == PAIDAN__REQUEST__WISH_TRIAGE_STATS) {
        return triage_stats_query(view, request->triage_stats, answer);
    }
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_TRIAGE_SHOW); /* knows() */
    return triage_reading_show(view, request->triage_show, answer);
}

/* What the inputs of a step left to be said together. */
static enum rc finish(struct step *step)
{
    const enum rc rc = triage_over_finish(step);
    return rc == RC_OK ? triage_group_finish(step) : rc;
}

/* Escalation is followed for what comes back: returns, dispatches taken back, and what takes a ticket off the desk. */
static const char *const follows[] = {"intake", "escalation", NULL};
static const char *const followed_by[] = {"escalation", NULL};
static const char *const tables[] = {"ticket", "desk",  "order",  "trust", "trial", "week",
                                     "sketch", "group", "member", NULL}; /* enum triage_table */

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
    .finish = finish,
    .cache = &triage_group_cache,
    .hears = hears,
    .needs = needs,
    .scope = triage_scope,
    .changes = changes,
    .knows = knows,
};
