/* hotline_tell: from a fact of escalation's to an envelope. One table says which fact is told as what.
 *
 * A ticket that is none of a peer's is nobody's business here. But a fact about a new one may be read
 * before intake's answer to its dispatch is: of tickets of our own channel the newest that there would be
 * to tell is kept, and told when the case has its ticket. What must stay true: what is told of a case is
 * numbered without gaps, and is delivered in that order. */
#include "hotline_tell.h"

#include <string.h>

#include "common/base/check.h"
#include "common/site/site_hotline.h"
#include "hotline.h"

/* A platform that is away for a day, or over a holiday, loses nothing. */
#define PEER_AGE_MS (30ull * 24 * 3600 * 1000)
#define PEER_PAUSE_MS 2000u
#define PEER_PAUSE_MAX_MS 300000u
#define PEER_FLIGHTS 8u
#define PEER_ATTEMPTS 20000u

static bool rule(const struct site *site, const char *to, struct outbox_rule *found)
{
    if (channel_is_service(to)) {
        channel_service_rule(found);
        return true;
    }
    const struct site_hotline_peer *const peer =
        site == NULL ? NULL : site_hotline_peer_find(site, to);
    *found = (struct outbox_rule){.attempts_max = PEER_ATTEMPTS,
                                  .age_ms = PEER_AGE_MS,
                                  .pause_ms = PEER_PAUSE_MS,
                                  .pause_max_ms = PEER_PAUSE_MAX_MS,
                                  .flights_max = PEER_FLIGHTS};
    return peer != NULL && peer->url[0] != '\0';
}

const struct outbox hotline_outbox = {.table = HOTLINE_OUT,
                                      .tally = HOTLINE_TALLY_DELIVERIES,
                                      .due_kind = (uint8_t)PAIDAN__CLOCK__CLOCK_CALLBACK,
                                      .rule = rule};

/* ---- the table ---- */

static char *closed_as(Paidan__Outcome outcome)
{
    switch (outcome) {
    case PAIDAN__OUTCOME__OUTCOME_SOLVED:
        return "closed.solved";
    case PAIDAN__OUTCOME__OUTCOME_PARTLY:
        return "closed.partly";
    case PAIDAN__OUTCOME__OUTCOME_UNSOLVED:
        return "closed.unsolved";
    case PAIDAN__OUTCOME__OUTCOME_UNREACHED:
        return "closed.unreached";
    default:
        CHECK(outcome == PAIDAN__OUTCOME__OUTCOME_WITHDRAWN);
        return "closed.withdrawn";
    }
}

/* kind, state, unit and note of a fact. */
static void fill(Paidan__HotlineTold *told, Paidan__HotlineKind kind, char *state, char *unit,
                 char *note)
{
    CHECK(kind >= PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED);
    told->kind = kind;
    told->state = state;
    told->unit = unit;
    told->note = note;
}

/* False: the fact is told to nobody. */
static bool made(const Paidan__Event *event, Paidan__HotlineTold *told)
{
    told->at_ms = event->at_ms;
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ACCEPTED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_ACCEPTED, "accepted", event->accepted->unit,
             event->accepted->note);
        return true;
    case PAIDAN__EVENT__FACT_CONTACTED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_CONTACTED, "contacted", event->contacted->unit,
             event->contacted->note);
        return true;
    case PAIDAN__EVENT__FACT_PROGRESSED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS, "progress", event->progressed->unit,
             event->progressed->note);
        return true;
    case PAIDAN__EVENT__FACT_RETURNED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_RETURN, "return", event->returned->unit,
             event->returned->note);
        return true;
    case PAIDAN__EVENT__FACT_REQUESTED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_EXTEND, "extend", event->requested->unit,
             event->requested->note);
        return event->requested->kind == PAIDAN__REQUEST_KIND__REQUEST_EXTENSION;
    case PAIDAN__EVENT__FACT_SUSPENDED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_SUSPEND, "suspend", event->suspended->unit,
             event->suspended->reason);
        told->has_until_ms = true;
        told->until_ms = event->suspended->until_ms;
        return true;
    case PAIDAN__EVENT__FACT_RESOLVED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_RESOLVED, "resolved", event->resolved->unit,
             event->resolved->note);
        told->has_round = true;
        told->round = event->resolved->round;
        return true;
    case PAIDAN__EVENT__FACT_REOPENED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS, "reopened", event->reopened->to->unit,
             event->reopened->note);
        return true;
    case PAIDAN__EVENT__FACT_CLOSED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED, closed_as(event->closed->outcome), NULL,
             NULL);
        told->has_outcome = true;
        told->outcome = event->closed->outcome;
        told->has_satisfied = event->closed->has_satisfied;
        told->satisfied = event->closed->satisfied;
        return true;
    default:
        return false;
    }
}

bool hotline_tell_hears(Paidan__Event__FactCase fact)
{
    switch (fact) {
    case PAIDAN__EVENT__FACT_ASSIGNED: /* it says of which channel a ticket is */
    case PAIDAN__EVENT__FACT_ACCEPTED:
    case PAIDAN__EVENT__FACT_CONTACTED:
    case PAIDAN__EVENT__FACT_PROGRESSED:
    case PAIDAN__EVENT__FACT_RETURNED:
    case PAIDAN__EVENT__FACT_REQUESTED:
    case PAIDAN__EVENT__FACT_SUSPENDED:
    case PAIDAN__EVENT__FACT_RESOLVED:
    case PAIDAN__EVENT__FACT_REOPENED:
    case PAIDAN__EVENT__FACT_CLOSED:
        return true;
    default:
        return false;
    }
}

/* ---- deciding ---- */

enum rc hotline_tell_say(struct step *step, struct hotline_case *record, Paidan__HotlineTold *told)
{
    uint64_t seq = 0;
    CHECK(record->peer[0] != '\0');
    CHECK(told->state != NULL);
    told->peer = record->peer;
    told->source_id = record->source_id;
    told->seq = record->out_seq + 1;
    told->has_ticket = record->ticket != 0;
    told->ticket = record->ticket;
    told->number = record->number[0] == '\0' ? NULL : record->number;
    enum rc rc = step_say(step, &(struct step_about){.seq = &seq}, &told->base);
    if (rc != RC_OK) {
        return rc;
    }
    record->out_seq = told->seq;
    rc =
        outbox_ask(step, &hotline_outbox, &(struct step_about){0}, record->peer, seq, record->line);
    return rc == RC_NOT_FOUND ? RC_OK : rc; /* a peer without a URL is told nothing */
}

enum rc hotline_tell_received(struct step *step, struct hotline_case *record, Paidan__Code code,
                              const char *detail)
{
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    const bool refused = code != PAIDAN__CODE__OK;
    fill(&told, PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED, refused ? "refused" : "received", NULL,
         NULL);
    told.at_ms = step->now_ms;
    told.has_code = true;
    told.code = (uint32_t)code;
    told.detail = (char *)(uintptr_t)detail; /* packed, never written */
    return hotline_tell_say(step, record, &told);
}

enum rc hotline_tell_again(struct step *step, struct hotline_case *record, uint64_t seq)
{
    Paidan__Event *event = NULL;
    const enum rc rc = step_read(step, seq, &event);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* trimmed */
    }
    if (event->fact_case != PAIDAN__EVENT__FACT_HOTLINE_TOLD) {
        return RC_CORRUPT;
    }
    Paidan__HotlineTold told = *event->hotline_told;
    CHECK(told.source_id == NULL);
    return told.kind == PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED
               ? RC_OK /* it only lay with a unit: the number tells that */
               : hotline_tell_say(step, record, &told);
}

/* Of a ticket that belongs to no case: kept if it is of our channel, which the first fact says. */
static enum rc keep(struct step *step, const Paidan__Event *event, bool known)
{
    const char *const code = hotline_state_code(step->site);
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    const bool first = event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED;
    if (!known && (!first || code == NULL || strcmp(event->assigned->channel, code) != 0)) {
        return RC_OK;
    }
    if (first) {
        fill(&told, PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED, "received", NULL, NULL);
        told.at_ms = event->at_ms;
    }
    if (known == first || (!first && !made(event, &told))) {
        return RC_OK;
    }
    told.has_ticket = true;
    told.ticket = event->ticket;
    return step_say(step, &(struct step_about){0}, &told.base);
}

enum rc hotline_tell_apply(struct step *step, const struct step_input *input)
{
    const Paidan__Event *const event = input->event;
    struct hotline_ticket ticket;
    struct hotline_case record;
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    if (event == NULL || !event->has_ticket) {
        return RC_OK;
    }
    enum rc rc = hotline_state_ticket(step->txn, event->ticket, &ticket);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && !ticket.bound)) {
        return keep(step, event, rc == RC_OK);
    }
    if (rc == RC_OK) {
        rc = hotline_state_case(step->txn, ticket.peer, ticket.source_id, &record);
    }
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    /* Of a case that was done again the ticket of before is over. */
    return record.ticket == event->ticket && made(event, &told)
               ? hotline_tell_say(step, &record, &told)
               : RC_OK;
}

/* ---- folding ---- */

static enum rc fold_unbound(struct step_fold *fold, uint64_t seq, const Paidan__HotlineTold *told)
{
    const struct hotline_ticket record = {.told_seq = seq};
    if (!told->has_ticket || told->ticket == 0) {
        return RC_CORRUPT;
    }
    /* Nobody will bind what is closed: it was an operator's, of the same channel. */
    return told->kind == PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED
               ? hotline_state_ticket_del(fold->txn, told->ticket)
               : hotline_state_ticket_put(fold->txn, told->ticket, &record);
}

enum rc hotline_tell_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__HotlineTold *const told = event->hotline_told;
    struct hotline_case record;
    CHECK(seq > 0);
    if (told->source_id == NULL || told->peer == NULL) {
        return fold_unbound(fold, seq, told);
    }
    const enum rc rc = hotline_state_case(fold->txn, told->peer, told->source_id, &record);
    if (rc != RC_OK || told->seq != record.out_seq + 1) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    fold->tally->values[HOTLINE_TALLY_TOLD]++;
    record.out_seq = told->seq;
    if (told->kind == PAIDAN__HOTLINE_KIND__HOTLINE_RESOLVED) {
        record.round = told->has_round ? told->round : 0;
    } else if (told->kind != PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED) {
        record.round = 0; /* it went on */
    }
    record.closed = record.closed || told->kind == PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED;
    return hotline_state_case_put(fold->txn, &record);
}
