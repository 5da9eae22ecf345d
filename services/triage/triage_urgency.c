/* triage_urgency: what lies at the desk becomes more urgent because others tell of its event.
 *
 * Must stay true: nobody becomes late by what others tell, and no deadline of the desk becomes a later one
 * by greater urgency. So the clock gets the term of the new urgency from when the stay began; the whole of it
 * from now, where that would be over already; and it runs on as it was where the site's term for what is
 * urgent is the longer one. What is late stays late, with its alarms.
 *
 * 并单: what is merged into it asks the same of it, and no longer than it is merged: own_urgency is what the
 * ticket is without its members, and what the dispatch says, since escalation holds it to them again. The
 * desk's clock is promised to nobody outside, so that it goes back to what it would be, but never to a moment
 * that has passed.
 *
 * A burst's urgency holds at the dispatch too (triage_dispatch): escalation hears of the ticket for the first
 * time by that, so that the urgency that it says is the only one that its unit ever sees. */

#include "triage_urgency.h"

#include "common/base/check.h"
#include "common/store/store_group.h"
#include "triage_clock.h"

Paidan__Urgency triage_urgency_own(const struct triage_desk *desk)
{
    CHECK(desk->own_urgency == 0 || desk->own_urgency < desk->urgency);
    return (Paidan__Urgency)(desk->own_urgency != 0 ? desk->own_urgency : desk->urgency);
}

static bool at_desk(enum triage_state state)
{
    return state == TRIAGE_DESK_NEW || state == TRIAGE_DESK_RETURNED ||
           state == TRIAGE_DESK_RECALLED;
}

/* *set NULL: the clock runs on as it is. */
static enum rc plan_earlier(struct step *step, const struct triage_desk *desk,
                            Paidan__Urgency urgency, uint64_t outer_due_ms, Paidan__ClockSet **set)
{
    CHECK((uint32_t)urgency >= desk->urgency);
    *set = NULL;
    if (desk->clock.due_ms == 0 || desk->clock.alarms > 0) {
        return RC_OK;
    }
    enum rc rc = triage_clock_plan(step->arena, step->site, urgency, desk->clock.start_ms,
                                   outer_due_ms, set);
    if (rc == RC_OK && (*set)->due_ms <= step->now_ms) {
        rc = triage_clock_plan(step->arena, step->site, urgency, step->now_ms, outer_due_ms, set);
    }
    if (rc == RC_OK && (*set)->due_ms >= desk->clock.due_ms) {
        *set = NULL;
    }
    return rc;
}

enum rc triage_urgency_burst(struct step *step, uint64_t ticket, const struct triage_ticket *record,
                             Paidan__Burst *fact)
{
    struct triage_desk desk;
    CHECK(fact->clock == NULL);
    if (!fact->has_urgency || !at_desk(record->state)) {
        return RC_OK;
    }
    const enum rc rc = triage_state_desk_get(step->txn, ticket, &desk);
    if (rc != RC_OK || (uint32_t)fact->urgency <= (uint32_t)triage_urgency_own(&desk)) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    fact->has_desk_urgency = 1;
    fact->desk_urgency = fact->urgency;
    return (uint32_t)fact->urgency <= desk.urgency
               ? RC_OK /* what is merged into it made it as urgent already */
               : plan_earlier(step, &desk, fact->urgency, desk.clock.bound_ms, &fact->clock);
}

/* ---- its group ---- */

struct claim {
    uint64_t members[GROUP_MEMBERS_MAX];
    size_t count;
    uint32_t urgency;  /* of the most urgent one; 0: none has any */
    uint64_t bound_ms; /* the earliest deadline from above that is still to come; 0: none */
};

static enum rc read_member(struct step *step, uint64_t member, struct claim *claim)
{
    struct triage_ticket record;
    Paidan__Merged *merged = NULL;
    enum rc rc = triage_state_get(step->txn, member, &record);
    rc = rc == RC_OK ? triage_ticket_merged(step, record.last_seq, &merged) : rc;
    if (rc != RC_OK || merged == NULL) { /* trimmed: only escalation still knows */
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(record.state == TRIAGE_MERGED);
    uint64_t due_ms = merged->has_outer_due_ms ? merged->outer_due_ms : 0;
    due_ms = due_ms != 0 && record.outer_due_ms > due_ms ? record.outer_due_ms : due_ms;
    if (due_ms > step->now_ms && (claim->bound_ms == 0 || due_ms < claim->bound_ms)) {
        claim->bound_ms = due_ms;
    }
    const uint32_t urgency = (uint32_t)merged->urgency;
    claim->urgency = urgency > claim->urgency ? urgency : claim->urgency;
    return RC_OK;
}

/* A step may look at many full groups: what is unpacked of one member ends with it. */
static enum rc add_member(struct step *step, uint64_t member, struct claim *claim)
{
    const size_t mark = step->arena->used;
    const enum rc rc = read_member(step, member, claim);
    CHECK(step->arena->used >= mark);
    step->arena->used = mark; /* the claim is numbers alone */
    return rc;
}

static enum rc claim_of(struct step *step, uint64_t ticket, struct claim *claim)
{
    CHECK(ticket != 0);
    *claim = (struct claim){.count = 0};
    enum rc rc = store_group_members(step->txn, TRIAGE_TABLE_MEMBER, ticket, 0, GROUP_MEMBERS_MAX,
                                     claim->members, &claim->count);
    for (size_t index = 0; rc == RC_OK && index < claim->count; index++) {
        rc = add_member(step, claim->members[index], claim);
    }
    return rc;
}

enum rc triage_urgency_bound(struct step *step, uint64_t ticket, uint64_t *bound_ms)
{
    struct claim claim;
    const enum rc rc = claim_of(step, ticket, &claim);
    CHECK(claim.count <= GROUP_MEMBERS_MAX);
    *bound_ms = claim.bound_ms;
    return rc;
}

/* The stay's own clock under the group of now; *set NULL: it runs on as it is. */
static enum rc plan_group(struct step *step, const struct triage_desk *desk,
                          Paidan__Urgency urgency, uint64_t outer_due_ms, Paidan__ClockSet **set)
{
    const struct triage_clock *const clock = &desk->clock;
    *set = NULL;
    if ((uint32_t)urgency > desk->urgency) {
        return plan_earlier(step, desk, urgency, outer_due_ms, set);
    }
    if (clock->due_ms == 0 || clock->alarms > 0) {
        return RC_OK;
    }
    const bool less = (uint32_t)urgency < desk->urgency;
    /* By greater urgency it may have begun anew. */
    const uint64_t start_ms =
        less && clock->start_ms > desk->since_ms ? desk->since_ms : clock->start_ms;
    const enum rc rc =
        triage_clock_plan(step->arena, step->site, urgency, start_ms, outer_due_ms, set);
    CHECK(rc != RC_OK || (*set)->due_ms != 0);
    /* Of another term with the same bound it is said: the bound may go as well. */
    const bool moves = rc == RC_OK && (*set)->due_ms > step->now_ms &&
                       (less ? (*set)->due_ms >= clock->due_ms : (*set)->due_ms != clock->due_ms);
    *set = moves ? *set : NULL;
    return rc;
}

/* own: not 0. */
static enum rc say_group(struct step *step, uint64_t into, const struct triage_ticket *record,
                         const struct triage_desk *desk, const struct claim *claim, uint64_t member)
{
    const Paidan__Urgency own = triage_urgency_own(desk);
    const Paidan__Urgency urgency =
        claim->urgency > (uint32_t)own ? (Paidan__Urgency)claim->urgency : own;
    const uint64_t outer_ms =
        claim->bound_ms != 0 && (desk->outer_due_ms == 0 || claim->bound_ms < desk->outer_due_ms)
            ? claim->bound_ms
            : desk->outer_due_ms;
    CHECK(own != 0);
    Paidan__DeskReplanned fact = PAIDAN__DESK_REPLANNED__INIT;
    fact.urgency = urgency;
    fact.has_member = 1;
    fact.member = member;
    fact.has_before = (uint32_t)urgency != desk->urgency;
    fact.before = fact.has_before ? (Paidan__Urgency)desk->urgency : fact.before;
    fact.has_own = own != urgency;
    fact.own = fact.has_own ? own : fact.own;
    const enum rc rc = plan_group(step, desk, urgency, outer_ms, &fact.clock);
    if (rc != RC_OK || (fact.clock == NULL && !fact.has_before)) {
        return rc;
    }
    const struct step_about about = triage_ticket_about(into, record, TRIAGE_REPLAN);
    return step_say(step, &about, &fact.base);
}

enum rc triage_urgency_regroup(struct step *step, uint64_t into, uint64_t member)
{
    struct triage_ticket record;
    struct triage_desk desk;
    struct claim claim;
    CHECK(into != member);
    enum rc rc = triage_state_get(step->txn, into, &record);
    if (rc != RC_OK || !at_desk(record.state)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc; /* a unit has it: escalation does the same there */
    }
    rc = triage_state_desk_get(step->txn, into, &desk);
    if (rc != RC_OK || desk.urgency == 0) { /* from before desks had clocks */
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = claim_of(step, into, &claim);
    if (rc != RC_OK || (member == 0 && claim.count == 0)) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return say_group(step, into, &record, &desk, &claim, member != 0 ? member : claim.members[0]);
}

enum rc triage_urgency_join(struct step *step, uint64_t into, uint64_t member)
{
    struct triage_ticket record;
    struct triage_desk desk;
    struct claim claim = {.count = 0};
    CHECK(into != member);
    CHECK(member != 0);
    enum rc rc = triage_state_get(step->txn, into, &record);
    if (rc != RC_OK || !at_desk(record.state)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = triage_state_desk_get(step->txn, into, &desk);
    rc = rc == RC_OK ? add_member(step, member, &claim) : rc;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const bool earlier = claim.bound_ms != 0 && claim.bound_ms < desk.clock.due_ms;
    return claim.urgency > desk.urgency || earlier ? triage_urgency_regroup(step, into, member)
                                                   : RC_OK;
}

/* ---- folding ---- */

/* Takes what the ticket itself has come to; it may be as urgent already by what is merged into it. */
static void take_own(struct triage_desk *desk, uint32_t urgency)
{
    CHECK(urgency > (uint32_t)triage_urgency_own(desk));
    desk->raised = urgency;
    desk->own_urgency = urgency < desk->urgency ? urgency : 0;
    desk->urgency = urgency < desk->urgency ? desk->urgency : urgency;
}

enum rc triage_urgency_fold_burst(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_BURST);
    const Paidan__Burst *const burst = event->burst;
    struct triage_desk before;
    if (!burst
             ->has_desk_urgency) { /* a unit has it, or the fact is from before the desk heard of it */
        return burst->clock == NULL ? RC_OK : RC_CORRUPT;
    }
    const enum rc rc = triage_state_desk_get(fold->txn, event->ticket, &before);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if ((uint32_t)burst->desk_urgency <= (uint32_t)triage_urgency_own(&before)) {
        return RC_CORRUPT;
    }
    struct triage_desk desk = before;
    take_own(&desk, (uint32_t)burst->desk_urgency);
    if (burst->clock != NULL &&
        (desk.clock.alarms > 0 || !triage_clock_take(burst->clock, &desk.clock))) {
        return RC_CORRUPT;
    }
    return triage_state_desk_put(fold->txn, event->ticket, &before, &desk);
}
