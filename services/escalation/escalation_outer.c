/* 上级时限 that is extended above while a unit has the ticket, or what it is merged into.
 *
 * Owns info.outer_due_ms from the first dispatch on. It only ever becomes later: a platform that takes time
 * back would make units late for what was promised to them, so that is a supervisor's matter (urging, an
 * order), and its words stand in the supplement. A ticket without a deadline from above gets none by an
 * extension, and a clock that began when the old one had passed keeps its own term.
 *
 * Clocks that the old deadline bounded run to the new one, or to their own term with what was granted here
 * meanwhile, whichever is earlier. They warn again, as after an extension of ours: nobody has been warned of
 * a deadline that he did not know. What expired stays expired. */

#include "escalation_outer.h"

#include "common/base/check.h"
#include "escalation_claim.h"
#include "escalation_pause.h"
#include "escalation_term.h"

/* Whether the deadline of before holds the clock. */
static bool bounded(const struct escalation_clock *clock, uint64_t outer_due_ms)
{
    return clock->bound_ms != 0 && clock->bound_ms < outer_due_ms && clock->due_ms != 0 &&
           (clock->flags & (ESCALATION_STOPPED | ESCALATION_EXPIRED)) == 0;
}

static enum rc plan(struct step *step, const struct escalation_extra *extra,
                    const struct escalation_clock *clock, uint64_t outer_due_ms,
                    Paidan__ClockSet **set)
{
    struct escalation_clock again = *clock;
    CHECK(again.bound_ms < outer_due_ms);
    again.bound_ms = outer_due_ms;
    escalation_term_recount(step->site, extra, &again);
    enum rc rc = escalation_term_again(step, &again, set);
    if (rc == RC_OK && (*set)->due_ms > clock->due_ms) {
        escalation_clock_fires_again(&again);
        rc = escalation_term_again(step, &again, set);
    }
    return rc;
}

static enum rc say(struct step *step, uint64_t id, const struct escalation_ticket *ticket,
                   Paidan__OuterMoved *moved)
{
    Paidan__ClockSet *sets[ESCALATION_CLOCKS_MAX];
    struct escalation_extra extra;
    enum rc rc = escalation_extra_load(step->txn, id, &extra);
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    moved->clocks = sets;
    for (uint32_t index = 0; index < ticket->clock_count && rc == RC_OK; index++) {
        const struct escalation_clock *const clock = &ticket->clocks[index];
        if (bounded(clock, moved->outer_due_ms)) {
            rc = plan(step, &extra, clock, moved->outer_due_ms, &sets[moved->n_clocks]);
            moved->n_clocks += rc == RC_OK ? 1 : 0;
        }
    }
    const struct escalation_saying about = {
        .id = id, .ticket = ticket, .signal = ESCALATION_ON_BOUND};
    rc = rc == RC_OK ? escalation_say(step, &about, &moved->base) : rc;
    moved->clocks = NULL; /* they end here */
    return rc;
}

/* 并单: the deadline was the earliest of its group: what is worked on in its place has more time, too, until
 * the next one that is known of it or of another member. */
static enum rc tell_group(struct step *step, uint64_t member)
{
    struct escalation_ticket ticket;
    struct escalation_info info;
    struct escalation_claim claim;
    uint64_t into = 0;
    enum rc rc = escalation_group_into(step->txn, member, &into);
    CHECK(rc != RC_OK || into != 0); /* it is merged */
    rc = rc == RC_OK ? escalation_state_find(step->txn, into, &ticket) : rc;
    if (rc != RC_OK ||
        escalation_fsm_step(ticket.state, ESCALATION_ON_BOUND).action != ESCALATION_DO_SAY) {
        return rc;
    }
    rc = escalation_state_load_info(step->txn, into, &info);
    rc = rc == RC_OK ? escalation_claim_of(step, into, &claim) : rc;
    if (rc != RC_OK || !info.claimed_due) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    Paidan__OuterMoved moved = PAIDAN__OUTER_MOVED__INIT;
    moved.outer_due_ms = escalation_claim_due(&claim, info.own_outer_due_ms);
    moved.has_member = true;
    moved.member = member;
    return moved.outer_due_ms > info.outer_due_ms ? say(step, into, &ticket, &moved) : RC_OK;
}

enum rc escalation_outer_hear(struct escalation_heard *heard)
{
    struct escalation_info info;
    struct escalation_claim claim = {.urgency = 0};
    Paidan__OuterMoved moved = PAIDAN__OUTER_MOVED__INIT;
    enum rc rc = RC_OK;
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_OUTER_MOVED);
    const uint64_t outer_due_ms = heard->record->outer_moved->outer_due_ms;
    if (!escalation_heard_goes(heard, ESCALATION_ON_BOUND, &rc)) {
        return rc;
    }
    rc = escalation_heard_info(heard, &info);
    if (rc != RC_OK) {
        return rc;
    }
    const uint64_t own_ms = info.claimed_due ? info.own_outer_due_ms : info.outer_due_ms;
    if (own_ms == 0 || outer_due_ms <= own_ms) {
        return RC_OK;
    }
    rc = escalation_claim_of(heard->step, heard->id, &claim);
    /* A member's deadline that did not matter before bounds the later one; none becomes an earlier one. */
    moved.outer_due_ms = escalation_claim_due(&claim, outer_due_ms);
    moved.outer_due_ms =
        moved.outer_due_ms < info.outer_due_ms ? info.outer_due_ms : moved.outer_due_ms;
    moved.has_own_ms = moved.outer_due_ms != outer_due_ms;
    moved.own_ms = moved.has_own_ms ? outer_due_ms : 0;
    rc = rc == RC_OK ? say(heard->step, heard->id, &heard->ticket, &moved) : rc;
    return rc == RC_OK && heard->ticket.state == ESCALATION_MERGED
               ? tell_group(heard->step, heard->id)
               : rc;
}

/* ---- folding ---- */

static enum rc take(struct escalation_ticket *ticket, const Paidan__ClockSet *set)
{
    struct escalation_clock *const clock = escalation_state_clock(ticket, set->clock);
    if (clock == NULL || !set->has_bound_ms) {
        return RC_CORRUPT;
    }
    const bool later = set->due_ms > clock->due_ms;
    const enum rc rc = escalation_clock_take_again(clock, set);
    if (rc == RC_OK && later) {
        escalation_clock_fires_again(clock);
    }
    return rc;
}

/* False: the deadline would be an earlier one, or there was none. With own_ms a member's is the earlier one from
 * now on, whether or not one was before. */
static bool take_due(const Paidan__OuterMoved *moved, struct escalation_info *info)
{
    const bool later = moved->has_own_ms ? moved->own_ms > moved->outer_due_ms &&
                                               moved->outer_due_ms >= info->outer_due_ms
                                         : moved->outer_due_ms > info->outer_due_ms;
    if (info->outer_due_ms == 0 || !later) {
        return false;
    }
    const bool own = !moved->has_member || moved->outer_due_ms == info->own_outer_due_ms;
    info->claimed_due = moved->has_own_ms || (info->claimed_due && !own);
    info->own_outer_due_ms = moved->has_own_ms ? moved->own_ms : info->own_outer_due_ms;
    info->own_outer_due_ms = info->claimed_due ? info->own_outer_due_ms : 0;
    info->outer_due_ms = moved->outer_due_ms;
    return true;
}

enum rc escalation_outer_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_OUTER_MOVED);
    const Paidan__OuterMoved *const moved = fold->event->outer_moved;
    struct escalation_info info;
    enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK || !take_due(moved, &info)) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    for (size_t index = 0; index < moved->n_clocks && rc == RC_OK; index++) {
        rc = take(fold->ticket, moved->clocks[index]);
    }
    fold->counters[TALLY_REPLANNED] += moved->n_clocks > 0 ? 1 : 0;
    return rc == RC_OK ? escalation_state_save_info(fold->txn, fold->id, &info) : rc;
}
