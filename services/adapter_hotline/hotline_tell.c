/* hotline_tell: from a fact of escalation's to an envelope. One table says which fact is told as what.
 *
 * A ticket that is none of a peer's is nobody's business here. But facts about a new one may be read
 * before intake's answer to its dispatch is: of tickets of our own channel all that there would be to tell is
 * kept, to the very end of the ticket, as a chain from the newest back, and told in order when the case has
 * its ticket. What must stay true: what is told of a case is numbered without gaps, and is delivered in that
 * order. */
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

/* A ticket that a unit works on for days while intake's answer does not come through: no more are told then
 * than a step holds with their deliveries. */
enum { EARLY_MAX = 64 };

/* A peer that the site no longer names, or names without a URL, has no rule: what waits for it stays in the
 * outbox and goes out when it is named again. */
static bool rule(const struct site *site, const char *to, struct outbox_rule *found)
{
    CHECK(to != NULL);
    CHECK(found != NULL);
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
    case PAIDAN__OUTCOME__OUTCOME_UNSAMPLED:
        return "closed.unsampled";
    case PAIDAN__OUTCOME__OUTCOME_UNASKED:
        return "closed.unasked";
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
    CHECK(told->state == NULL); /* filled once */
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
    case PAIDAN__EVENT__FACT_MERGED: /* into which one, and why, is another resident's affair */
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS, "merged", NULL, NULL);
        return true;
    case PAIDAN__EVENT__FACT_UNMERGED:
        fill(told, PAIDAN__HOTLINE_KIND__HOTLINE_PROGRESS, "unmerged", NULL, NULL);
        return true;
    default:
        return false;
    }
}

/* Kept beside made(): what is heard here and not made there would be read for nothing. */
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
    case PAIDAN__EVENT__FACT_MERGED: /* and so does this, of one that no unit ever had */
    case PAIDAN__EVENT__FACT_UNMERGED:
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

/* Outside the hours of the office: who has the duty 值班; NULL: the office has. */
static char *duty_of(const struct step *step)
{
    CHECK(step->now_ms > 0);
    const uint32_t unit =
        step->site == NULL ? SITE_NONE : site_hotline_duty(step->site, step->now_ms);
    return unit == SITE_NONE ? NULL : step->site->units[unit].code;
}

enum rc hotline_tell_received(struct step *step, struct hotline_case *record, Paidan__Code code,
                              const char *detail, const char *envelope)
{
    CHECK(code != PAIDAN__CODE__OK ||
          record->ticket != 0); /* received means that it has a number */
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    const bool refused = code != PAIDAN__CODE__OK;
    fill(&told, PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED, refused ? "refused" : "received",
         refused ? NULL : duty_of(step), NULL);
    told.at_ms = step->now_ms;
    told.envelope = (char *)(uintptr_t)envelope;
    told.has_code = true;
    told.code = (uint32_t)code;
    told.detail = (char *)(uintptr_t)detail; /* packed, never written */
    return hotline_tell_say(step, record, &told);
}

/* The facts of a chain, newest first. */
static enum rc collect(struct step *step, uint64_t newest, const Paidan__HotlineTold **tolds,
                       size_t *count)
{
    CHECK(newest > 0);
    *count = 0;
    for (uint64_t seq = newest; seq != 0 && *count < EARLY_MAX;) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_HOTLINE_TOLD) {
            return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc; /* never trimmed */
        }
        const Paidan__HotlineTold *const told = event->hotline_told;
        if (told->source_id != NULL || (told->has_before && told->before >= seq)) {
            return RC_CORRUPT;
        }
        tolds[(*count)++] = told;
        seq = told->has_before ? told->before : 0;
    }
    return RC_OK;
}

enum rc hotline_tell_again(struct step *step, struct hotline_case *record, uint64_t newest)
{
    const Paidan__HotlineTold *tolds[EARLY_MAX];
    size_t count = 0;
    enum rc rc = collect(step, newest, tolds, &count);
    CHECK(record->state == HOTLINE_BOUND);
    for (size_t index = count; index > 0 && rc == RC_OK; index--) {
        Paidan__HotlineTold told = *tolds[index - 1];
        told.has_before = false;
        /* That it lay with a unit, the number tells. */
        rc = told.kind == PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED
                 ? RC_OK
                 : hotline_tell_say(step, record, &told);
    }
    return rc;
}

/* The channel of a ticket, which the fact says by which escalation first hears of it; NULL: another fact. */
static const char *channel_of(const Paidan__Event *event)
{
    CHECK(event->has_ticket);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_ASSIGNED:
        return event->assigned->channel;
    case PAIDAN__EVENT__FACT_MERGED:
        return event->merged->channel;
    default:
        return NULL;
    }
}

/* Of a ticket that belongs to no case: kept if it is of our channel, which the first fact says. ticket: what is
 * kept of it; NULL: nothing yet. */
static enum rc keep(struct step *step, const Paidan__Event *event,
                    const struct hotline_ticket *ticket)
{
    CHECK(ticket == NULL || !ticket->bound);
    const bool known = ticket != NULL;
    const char *const code = hotline_state_code(step->site);
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    const char *const channel = channel_of(event);
    if (!known && (channel == NULL || code == NULL || strcmp(channel, code) != 0)) {
        return RC_OK;
    }
    if (!known && event->fact_case == PAIDAN__EVENT__FACT_ASSIGNED) {
        fill(&told, PAIDAN__HOTLINE_KIND__HOTLINE_RECEIVED, "received", NULL, NULL);
        told.at_ms = event->at_ms;
    } else if (!made(event, &told)) {
        return RC_OK;
    }
    told.has_ticket = true;
    told.ticket = event->ticket;
    told.has_before = known && ticket->told_seq != 0;
    told.before = told.has_before ? ticket->told_seq : 0;
    return step_say(step, &(struct step_about){0}, &told.base);
}

enum rc hotline_tell_apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind == STEP_RECORD);
    const Paidan__Event *const event = input->event;
    struct hotline_ticket ticket;
    struct hotline_case record;
    Paidan__HotlineTold told = PAIDAN__HOTLINE_TOLD__INIT;
    if (event == NULL || !event->has_ticket || event->ticket == 0) {
        return RC_OK;
    }
    enum rc rc = hotline_state_ticket(step->txn, event->ticket, &ticket);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && !ticket.bound)) {
        return keep(step, event, rc == RC_OK ? &ticket : NULL);
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
    CHECK(told->source_id == NULL || told->peer == NULL);
    CHECK(seq > 0);
    const struct hotline_ticket record = {.told_seq = seq};
    if (!told->has_ticket || told->ticket == 0) {
        return RC_CORRUPT;
    }
    /* A ticket that ended is bound only by a dispatch that has no number yet; while there is none such, it was
     * an operator's, of the same channel, and so were all that ended before it. */
    const bool closed = told->kind == PAIDAN__HOTLINE_KIND__HOTLINE_CLOSED;
    const bool nobody = fold->tally->values[HOTLINE_TALLY_ASKED] == 0;
    if (closed && nobody) {
        enum rc rc = hotline_state_ticket_del(fold->txn, told->ticket);
        rc = rc == RC_OK ? hotline_state_early_del(fold->txn, told->ticket) : rc;
        return rc == RC_OK ? hotline_state_early_clear(fold->txn) : rc;
    }
    const enum rc rc = hotline_state_ticket_put(fold->txn, told->ticket, &record);
    return rc == RC_OK && closed ? hotline_state_early_put(fold->txn, told->ticket) : rc;
}

/* The round of a resolution is what a rating or a redo answers; anything that follows it ends the asking. */
enum rc hotline_tell_fold(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_HOTLINE_TOLD);
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
