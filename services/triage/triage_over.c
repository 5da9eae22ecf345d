/* triage_over: which tickets are over, as far as triage has read it.
 *
 * For triage a dispatched ticket stays ROUTED for ever; a fresh complaint about what was solved must not be
 * merged into it all the same. So what ends a ticket is kept in its record, by a fact outside every chain that
 * tells of all tickets of a step: a fact a ticket would make the log a third longer for something that is asked
 * of few. What must stay true: the record says what the newest word read of the ticket says, Reopened included;
 * it is never guessed, for escalation alone knows, and sends back what was merged before triage had read of the
 * end (Unmerged, why UNMERGE_OVER). A log from before this fact leaves the record empty: then that is the way. */

#include "triage_over.h"

#include "common/base/check.h"

enum { TOLD_MAX = 256 /* tickets of one list of Over: wire_bounds.c */ };

struct triage_overs {
    size_t counts[TRIAGE_OVER_COUNT];
    uint64_t tickets[TRIAGE_OVER_COUNT][TOLD_MAX];
};

const char *triage_over_name(enum triage_over over)
{
    static const char *const names[TRIAGE_OVER_COUNT] = {"open", "resolved", "closed", "withdrawn"};
    CHECK(over < TRIAGE_OVER_COUNT);
    CHECK(over != TRIAGE_OVER_NOT);
    return names[over];
}

/* Resolved is followed by closed or withdrawn. Those two are read in either order, of two logs, and the first
 * one is as good. */
static bool follows(enum triage_over before, enum triage_over over)
{
    CHECK(over != TRIAGE_OVER_NOT);
    CHECK(over < TRIAGE_OVER_COUNT);
    return before == TRIAGE_OVER_NOT ||
           (before == TRIAGE_OVER_RESOLVED && over != TRIAGE_OVER_RESOLVED);
}

/* ---- deciding ---- */

static enum rc say(struct step *step, struct triage_overs *overs)
{
    Paidan__Over over = PAIDAN__OVER__INIT;
    CHECK(overs->counts[TRIAGE_OVER_NOT] == 0);
    over.resolved = overs->tickets[TRIAGE_OVER_RESOLVED];
    over.n_resolved = overs->counts[TRIAGE_OVER_RESOLVED];
    over.closed = overs->tickets[TRIAGE_OVER_CLOSED];
    over.n_closed = overs->counts[TRIAGE_OVER_CLOSED];
    over.withdrawn = overs->tickets[TRIAGE_OVER_WITHDRAWN];
    over.n_withdrawn = overs->counts[TRIAGE_OVER_WITHDRAWN];
    for (unsigned kind = 0; kind < TRIAGE_OVER_COUNT; kind++) {
        overs->counts[kind] = 0;
    }
    const bool any = over.n_resolved + over.n_closed + over.n_withdrawn > 0;
    return any ? step_say(step, &(struct step_about){.ticket = 0}, &over.base) : RC_OK;
}

static struct triage_overs *gathered(struct step *step)
{
    struct triage_gather *const gather = triage_ticket_gather(step);
    if (gather != NULL && gather->overs == NULL) {
        gather->overs = arena_alloc(step->arena, sizeof *gather->overs);
        for (unsigned kind = 0; gather->overs != NULL && kind < TRIAGE_OVER_COUNT; kind++) {
            gather->overs->counts[kind] = 0;
        }
    }
    return gather == NULL ? NULL : gather->overs;
}

/* Of a ticket that no unit has there is nothing to keep: its own state says that it has ended, or it is still
 * to be told what becomes of it. */
enum rc triage_over_hear(struct step *step, uint64_t ticket, enum triage_over over)
{
    struct triage_ticket record;
    CHECK(ticket != 0);
    const enum rc rc = triage_state_get(step->txn, ticket, &record);
    if (rc != RC_OK || record.state != TRIAGE_ROUTED || !follows(record.over, over)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    struct triage_overs *const overs = gathered(step);
    if (overs == NULL) {
        return RC_LIMIT;
    }
    CHECK(overs->counts[over] < TOLD_MAX); /* said when it is full */
    overs->tickets[over][overs->counts[over]++] = ticket;
    return overs->counts[over] == TOLD_MAX ? say(step, overs) : RC_OK;
}

void triage_over_again(struct step *step, uint64_t ticket)
{
    const struct triage_gather *const gather = step->gather;
    struct triage_overs *const overs = gather == NULL ? NULL : gather->overs;
    CHECK(ticket != 0);
    for (unsigned kind = 0; overs != NULL && kind < TRIAGE_OVER_COUNT; kind++) {
        size_t kept = 0;
        for (size_t index = 0; index < overs->counts[kind]; index++) {
            const uint64_t other = overs->tickets[kind][index];
            overs->tickets[kind][kept] = other;
            kept += other != ticket ? 1 : 0;
        }
        overs->counts[kind] = kept;
    }
}

enum rc triage_over_finish(struct step *step)
{
    const struct triage_gather *const gather = step->gather;
    return gather == NULL || gather->overs == NULL ? RC_OK : say(step, gather->overs);
}

/* ---- folding ---- */

static enum rc take(struct step_fold *fold, const uint64_t *tickets, size_t count,
                    enum triage_over over)
{
    enum rc rc = RC_OK;
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        struct triage_ticket record;
        rc =
            tickets[index] == 0 ? RC_CORRUPT : triage_state_get(fold->txn, tickets[index], &record);
        if (rc == RC_OK && record.state == TRIAGE_ROUTED && follows(record.over, over)) {
            record.over = over;
            rc = triage_state_put(fold->txn, tickets[index], &record);
        }
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* In the order in which it comes to that. */
enum rc triage_over_fold(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_OVER);
    const Paidan__Over *const over = event->over;
    enum rc rc = take(fold, over->resolved, over->n_resolved, TRIAGE_OVER_RESOLVED);
    rc = rc == RC_OK ? take(fold, over->closed, over->n_closed, TRIAGE_OVER_CLOSED) : rc;
    return rc == RC_OK ? take(fold, over->withdrawn, over->n_withdrawn, TRIAGE_OVER_WITHDRAWN) : rc;
}

bool triage_over_ends(Paidan__Event__FactCase fact)
{
    CHECK(fact != PAIDAN__EVENT__FACT__NOT_SET);
    return fact != PAIDAN__EVENT__FACT_BURST && fact != PAIDAN__EVENT__FACT_OUTER_MOVED;
}
