/* What the members of a group ask of the ticket that is worked on in their place.
 *
 * Owns own_urgency, claimed_due and own_outer_due_ms of info: what the ticket would be without them. Must stay
 * true: while a member is due above before the ticket, the ticket is due then; and when the last one that asked
 * for something goes, unmerged or withdrawn, nothing of it is left.
 *
 * The rule about promises. What a resident was promised is the term of his own ticket. A member only makes the
 * deadlines of what it is merged into earlier, and takes its own deadline along when it goes; so going back to
 * the ticket's own terms, from when its clocks began, breaks no promise, and Parted says each deadline that
 * moves. Nothing else goes back: an urgency that a burst gave is the ticket's own, so is one that a person
 * said afterwards (a correction clears what members asked for, and their leaving changes it no more), what
 * expired stays expired, and no deadline becomes an earlier one by a leaving. While the ticket is suspended its
 * clocks keep the terms that they have, as when it becomes more urgent. */

#include "escalation_claim.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_term.h"

/* Facts of one ticket that are looked through for when a clock had begun. */
enum { FACTS_MAX = 256 };

enum rc escalation_claim_of(struct step *step, uint64_t id, struct escalation_claim *claim)
{
    struct escalation_group group;
    size_t count = 0;
    CHECK(id != 0);
    *claim = (struct escalation_claim){.urgency = 0};
    enum rc rc = escalation_group_load(step->txn, id, &group);
    if (rc != RC_OK || group.count == 0) {
        return rc; /* nearly all tickets */
    }
    uint64_t *const members = arena_alloc(step->arena, group.count * sizeof *members);
    if (members == NULL) {
        return RC_LIMIT;
    }
    rc = escalation_group_members(step->txn, id, group.count, members, &count);
    for (size_t index = 0; rc == RC_OK && index < count; index++) {
        struct escalation_info info;
        rc = escalation_state_load_info(step->txn, members[index], &info);
        if (rc != RC_OK) {
            break;
        }
        CHECK(!info.claimed_due && info.own_urgency == 0); /* a member has no members */
        claim->urgency = info.urgency > claim->urgency ? info.urgency : claim->urgency;
        const bool earlier = info.outer_due_ms > step->now_ms &&
                             (claim->outer_due_ms == 0 || info.outer_due_ms < claim->outer_due_ms);
        claim->outer_due_ms = earlier ? info.outer_due_ms : claim->outer_due_ms;
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

uint64_t escalation_claim_due(const struct escalation_claim *claim, uint64_t own_ms)
{
    const uint64_t theirs_ms = claim->outer_due_ms;
    return theirs_ms != 0 && (own_ms == 0 || theirs_ms < own_ms) ? theirs_ms : own_ms;
}

static void hold_urgency(const struct escalation_claim *claim, struct escalation_info *info)
{
    CHECK(info->own_urgency == 0);
    if (claim->urgency > info->urgency) {
        info->own_urgency = info->urgency;
        info->urgency = claim->urgency;
    }
}

static void hold_due(const struct escalation_claim *claim, struct escalation_info *info)
{
    CHECK(!info->claimed_due);
    const uint64_t own_ms = info->outer_due_ms;
    info->outer_due_ms = escalation_claim_due(claim, own_ms);
    info->claimed_due = info->outer_due_ms != own_ms;
    info->own_outer_due_ms = info->claimed_due ? own_ms : 0;
}

void escalation_claim_hold(const struct escalation_claim *claim, struct escalation_info *info)
{
    hold_urgency(claim, info);
    hold_due(claim, info);
}

static void release_urgency(struct escalation_info *info)
{
    CHECK(info->own_urgency == 0 || info->own_urgency < info->urgency);
    info->urgency = info->own_urgency != 0 ? info->own_urgency : info->urgency;
    info->own_urgency = 0;
}

static void release_due(struct escalation_info *info)
{
    CHECK(info->claimed_due || info->own_outer_due_ms == 0);
    info->outer_due_ms = info->claimed_due ? info->own_outer_due_ms : info->outer_due_ms;
    info->claimed_due = false;
    info->own_outer_due_ms = 0;
}

void escalation_claim_release(struct escalation_info *info)
{
    release_urgency(info);
    release_due(info);
}

/* ---- a member leaves ---- */

struct parting {
    struct step *step;
    const struct escalation_ticket *ticket;
    struct escalation_info was, is;
    struct escalation_extra extra;
};

/* A leaving takes away and adds nothing. The others may ask for more than was asked before: a person said less
 * than they ask, the ticket lay at the desk when they came, or they are from before members asked for anything.
 * Then as much of it stays as there was. */
static void cap(struct parting *parting, const struct escalation_claim *claim)
{
    struct escalation_claim less = *claim;
    struct escalation_info *const is = &parting->is;
    const struct escalation_info *const was = &parting->was;
    if (was->own_urgency != 0) {
        less.urgency = less.urgency < was->urgency ? less.urgency : was->urgency;
        release_urgency(is);
        hold_urgency(&less, is);
    }
    if (was->claimed_due) {
        const bool earlier = less.outer_due_ms != 0 && less.outer_due_ms < was->outer_due_ms;
        less.outer_due_ms = earlier ? was->outer_due_ms : less.outer_due_ms;
        release_due(is);
        hold_due(&less, is);
    }
    CHECK(is->urgency <= was->urgency);
    CHECK(is->outer_due_ms == 0 || is->outer_due_ms >= was->outer_due_ms);
}

/* Under what the others ask. */
static enum rc compare(struct parting *parting, uint64_t id)
{
    struct escalation_claim claim;
    enum rc rc = escalation_state_load_info(parting->step->txn, id, &parting->was);
    parting->is = parting->was;
    if (rc != RC_OK || (parting->was.own_urgency == 0 && !parting->was.claimed_due)) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = escalation_claim_of(parting->step, id, &claim);
    if (rc == RC_OK) {
        cap(parting, &claim);
    }
    return rc;
}

/* By the urgency of a member a clock may have begun anew: then, as the fact of that says, when it had begun
 * before. */
static enum rc began(struct step *step, uint64_t seq, const struct escalation_clock *clock,
                     uint64_t *start_ms)
{
    *start_ms = clock->start_ms;
    for (unsigned looked_at = 0; seq != 0 && looked_at < FACTS_MAX; looked_at++) {
        Paidan__Event *event = NULL;
        const enum rc rc = step_read(step, seq, &event);
        if (rc != RC_OK || event->at_ms < clock->start_ms) {
            return rc == RC_NOT_FOUND ? RC_OK : rc; /* trimmed: it keeps what it has */
        }
        const Paidan__UrgencyRaised *const raised =
            event->fact_case == PAIDAN__EVENT__FACT_URGENCY_RAISED ? event->urgency_raised : NULL;
        for (size_t index = 0; raised != NULL && index < raised->n_began_ms; index++) {
            if (index < raised->n_clocks && raised->clocks[index]->clock == clock->clock &&
                raised->clocks[index]->start_ms == clock->start_ms) {
                *start_ms = raised->began_ms[index];
                return RC_OK;
            }
        }
        CHECK(!event->has_prev_seq || event->prev_seq < seq);
        seq = event->has_prev_seq ? event->prev_seq : 0;
    }
    return RC_OK;
}

/* The whole term of what the ticket is now. *some false: the site gives it none. */
static enum rc take_policy(const struct parting *parting, const struct escalation_clock *clock,
                           struct escalation_clock *again, bool *some)
{
    const struct escalation_ticket *const ticket = parting->ticket;
    const bool less = parting->is.urgency < parting->was.urgency;
    CHECK(parting->is.urgency <= parting->was.urgency);
    *again = *clock;
    enum rc rc = less ? began(parting->step, ticket->last_seq, clock, &again->start_ms) : RC_OK;
    rc = rc == RC_OK
             ? escalation_term_by_policy(parting->step, &parting->is, ticket->level, again, some)
             : rc;
    if (rc == RC_OK && *some) {
        again->flags = clock->flags;
        escalation_clock_keep_fired(again, clock);
    }
    return rc;
}

/* The clock's own term, which another deadline from above bounds now. *some false: none bounded it. */
static void take_bound(const struct parting *parting, const struct escalation_clock *clock,
                       struct escalation_clock *again, bool *some)
{
    const uint64_t outer_due_ms = parting->is.outer_due_ms;
    CHECK(outer_due_ms == 0 || outer_due_ms >= parting->was.outer_due_ms);
    *again = *clock;
    *some = clock->bound_ms != 0 && outer_due_ms != parting->was.outer_due_ms;
    again->bound_ms = outer_due_ms > again->start_ms ? outer_due_ms : 0;
}

/* *set NULL: it runs on as it is. What is later warns again, as after any extension. */
static enum rc plan_as(const struct parting *parting, const struct escalation_clock *clock,
                       bool policy, Paidan__ClockSet **set)
{
    struct escalation_clock again;
    enum rc rc = RC_OK;
    bool some = false;
    *set = NULL;
    if (policy) {
        rc = take_policy(parting, clock, &again, &some);
    } else {
        take_bound(parting, clock, &again, &some);
    }
    if (rc != RC_OK || !some) {
        return rc;
    }
    escalation_term_recount(parting->step->site, &parting->extra, &again);
    rc = escalation_term_again(parting->step, &again, set);
    if (rc == RC_OK && (*set)->due_ms > clock->due_ms) {
        escalation_clock_fires_again(&again);
        return escalation_term_again(parting->step, &again, set);
    }
    /* Of another term under the same bound it is said: the bound may go as well. */
    const bool other = policy && rc == RC_OK && (*set)->due_ms == clock->due_ms &&
                       again.amount_ms != clock->amount_ms;
    *set = other ? *set : NULL;
    return rc;
}

/* Where others still ask for urgency, a bound may have hidden its term until now: the earlier one. */
static enum rc plan_back(const struct parting *parting, const struct escalation_clock *clock,
                         Paidan__ClockSet **set)
{
    const bool rests = parting->ticket->state == ESCALATION_SUSPENDED;
    Paidan__ClockSet *urgent = NULL;
    CHECK(clock->due_ms != 0);
    if (parting->is.urgency < parting->was.urgency && !rests) {
        return plan_as(parting, clock, true, set);
    }
    enum rc rc = plan_as(parting, clock, false, set);
    if (rc == RC_OK && *set != NULL && parting->is.own_urgency != 0 && !rests) {
        rc = plan_as(parting, clock, true, &urgent);
    }
    if (rc == RC_OK && urgent != NULL && urgent->due_ms < (*set)->due_ms) {
        *set = urgent;
    }
    return rc;
}

static bool runs(const struct escalation_clock *clock)
{
    return clock->due_ms != 0 && (clock->flags & (ESCALATION_STOPPED | ESCALATION_EXPIRED)) == 0;
}

static enum rc plan_all(struct parting *parting, uint64_t id, Paidan__Parted *parted)
{
    const struct escalation_ticket *const ticket = parting->ticket;
    struct arena *const arena = parting->step->arena;
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    parted->clocks = arena_alloc(arena, ESCALATION_CLOCKS_MAX * sizeof(Paidan__ClockSet *));
    if (parted->clocks == NULL) {
        return RC_LIMIT;
    }
    enum rc rc = escalation_extra_load(parting->step->txn, id, &parting->extra);
    for (uint32_t index = 0; rc == RC_OK && index < ticket->clock_count; index++) {
        if (runs(&ticket->clocks[index])) {
            rc = plan_back(parting, &ticket->clocks[index], &parted->clocks[parted->n_clocks]);
            parted->n_clocks += rc == RC_OK && parted->clocks[parted->n_clocks] != NULL ? 1 : 0;
        }
    }
    return rc;
}

enum rc escalation_claim_part(struct step *step, uint64_t id,
                              const struct escalation_ticket *ticket, Paidan__Parted *parted)
{
    struct parting parting = {.step = step, .ticket = ticket};
    CHECK(ticket->state != ESCALATION_NONE);
    CHECK(parted->n_clocks == 0);
    const enum rc rc = compare(&parting, id);
    if (rc != RC_OK) {
        return rc;
    }
    const bool less = parting.is.urgency < parting.was.urgency;
    parted->has_urgency = parted->has_before = less;
    parted->urgency = less ? (Paidan__Urgency)parting.is.urgency : parted->urgency;
    parted->before = less ? (Paidan__Urgency)parting.was.urgency : parted->before;
    parted->has_outer_due_ms = parting.is.outer_due_ms != parting.was.outer_due_ms;
    parted->outer_due_ms = parted->has_outer_due_ms ? parting.is.outer_due_ms : 0;
    return less || parted->has_outer_due_ms ? plan_all(&parting, id, parted) : RC_OK;
}

/* ---- folding ---- */

static bool take_info(const Paidan__Parted *parted, struct escalation_info *info)
{
    if (parted->has_urgency) {
        const uint32_t urgency = (uint32_t)parted->urgency;
        if (info->own_urgency == 0 || urgency < info->own_urgency || urgency >= info->urgency) {
            return false;
        }
        info->urgency = urgency;
        info->own_urgency = urgency == info->own_urgency ? 0 : info->own_urgency;
    }
    if (parted->has_outer_due_ms) {
        const bool own = parted->outer_due_ms == info->own_outer_due_ms;
        if (!info->claimed_due) {
            return false;
        }
        info->outer_due_ms = parted->outer_due_ms;
        info->claimed_due = !own;
        info->own_outer_due_ms = own ? 0 : info->own_outer_due_ms;
    }
    return true;
}

enum rc escalation_claim_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_PARTED);
    const Paidan__Parted *const parted = fold->event->parted;
    struct escalation_info info;
    if (!parted->has_urgency && !parted->has_outer_due_ms) {
        return parted->n_clocks == 0 ? RC_OK : RC_CORRUPT;
    }
    enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK || !take_info(parted, &info)) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    for (size_t index = 0; rc == RC_OK && index < parted->n_clocks; index++) {
        struct escalation_clock *const clock =
            escalation_state_clock(fold->ticket, parted->clocks[index]->clock);
        if (clock == NULL || parted->clocks[index]->due_ms < clock->due_ms) {
            return RC_CORRUPT;
        }
        const bool later = parted->clocks[index]->due_ms > clock->due_ms;
        rc = escalation_clock_take_again(clock, parted->clocks[index]);
        if (later) {
            escalation_clock_fires_again(clock);
        }
    }
    fold->counters[TALLY_REPLANNED] += parted->n_clocks > 0 ? 1 : 0;
    return rc == RC_OK ? escalation_state_save_info(fold->txn, fold->id, &info) : rc;
}
