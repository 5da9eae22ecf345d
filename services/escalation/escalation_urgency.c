/* A ticket that becomes more urgent while it is open: many people tell of its event, or one whose ticket is
 * as urgent is merged into it.
 *
 * Raises info.urgency, and never lowers it: a burst that is over was one, and what was promised
 * meanwhile stays promised. (A dispatcher who corrects the ticket may say another.) Running clocks get the terms of the level's policy for the
 * new urgency, from when they began and with what was consumed of them; where that would be over
 * already, the whole term from now, for nobody becomes late by what others tell. Never a later
 * deadline: where the policy for urgent tickets is the longer one (an office may have written none),
 * the clock runs on as it was. What fired stays fired, what has expired stays expired. While a ticket is
 * suspended its clocks stand still and are left alone; it goes on with the terms that it had, for the
 * office has agreed to wait.
 *
 * Whom triage told of the burst stands in its own fact; the unit sees the urgency and the new moments
 * here. A ticket that no unit has, or that is resolved, is left as it is: of a group the next dispatch says it
 * (escalation_claim). */

#include "escalation_urgency.h"

#include "common/base/check.h"
#include "escalation_clock.h"
#include "escalation_term.h"

static bool runs(const struct escalation_clock *clock)
{
    return clock->due_ms != 0 && clock->unit != 0 &&
           (clock->flags & (ESCALATION_STOPPED | ESCALATION_EXPIRED)) == 0;
}

/* *set NULL: it runs on as it was. */
static enum rc plan(struct step *step, const struct escalation_info *info, uint32_t level,
                    const struct escalation_extra *extra, const struct escalation_clock *clock,
                    Paidan__ClockSet **set)
{
    struct escalation_clock again = *clock;
    bool some = false;
    CHECK(runs(clock));
    *set = NULL;
    enum rc rc = escalation_term_by_policy(step, info, level, &again, &some);
    if (rc != RC_OK || !some) {
        return rc;
    }
    again.flags = clock->flags;
    escalation_clock_keep_fired(&again, clock);
    escalation_term_recount(step->site, extra, &again);
    rc = escalation_term_again(step, &again, set);
    if (rc == RC_OK && (*set)->due_ms <= step->now_ms) {
        rc = escalation_term_set(step, info, level, clock->clock, step->now_ms, set);
        CHECK(rc != RC_OK || *set != NULL); /* the policy has a term: some */
    }
    if (rc == RC_OK && (*set)->due_ms >= clock->due_ms) {
        *set = NULL;
    }
    return rc;
}

/* When a clock begins anew, what it had begun before is said, so that it can be put back. */
static void note_began(Paidan__UrgencyRaised *fact, bool anew)
{
    CHECK(fact->n_began_ms <= ESCALATION_CLOCKS_MAX);
    fact->n_began_ms = anew ? fact->n_clocks : 0;
}

static enum rc say(struct step *step, const struct escalation_raising *raising,
                   Paidan__UrgencyRaised *fact)
{
    const struct escalation_ticket *const ticket = raising->ticket;
    struct escalation_extra extra;
    struct escalation_info raised = *raising->info;
    Paidan__ClockSet *sets[ESCALATION_CLOCKS_MAX];
    uint64_t began_ms[ESCALATION_CLOCKS_MAX];
    bool anew = false;
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    raised.urgency = (uint32_t)fact->urgency;
    fact->clocks = sets;
    fact->began_ms = began_ms;
    enum rc rc = escalation_extra_load(step->txn, raising->id, &extra);
    const bool rests =
        ticket->state == ESCALATION_SUSPENDED || raised.urgency <= raising->info->urgency;
    for (uint32_t index = 0; rc == RC_OK && !rests && index < ticket->clock_count; index++) {
        const struct escalation_clock *const clock = &ticket->clocks[index];
        if (!runs(clock)) {
            continue;
        }
        rc = plan(step, &raised, ticket->level, &extra, clock, &sets[fact->n_clocks]);
        if (rc == RC_OK && sets[fact->n_clocks] != NULL) {
            began_ms[fact->n_clocks] = clock->start_ms;
            anew = anew || sets[fact->n_clocks]->start_ms != clock->start_ms;
            fact->n_clocks++;
        }
    }
    note_began(fact, anew);
    const struct escalation_saying about = {
        .id = raising->id, .ticket = ticket, .signal = ESCALATION_ON_BURST};
    rc = rc == RC_OK ? escalation_say(step, &about, &fact->base) : rc;
    fact->clocks = NULL; /* what they point to ends here */
    fact->began_ms = NULL;
    fact->n_clocks = fact->n_began_ms = 0;
    return rc;
}

enum rc escalation_urgency_hear(struct escalation_heard *heard)
{
    const Paidan__Burst *const burst = heard->record->burst;
    struct escalation_info info;
    enum rc rc = RC_OK;
    CHECK(heard->record->fact_case == PAIDAN__EVENT__FACT_BURST);
    if (!burst->has_urgency || !escalation_heard_goes(heard, ESCALATION_ON_BURST, &rc)) {
        return rc;
    }
    rc = escalation_heard_info(heard, &info);
    const uint32_t own = info.own_urgency != 0 ? info.own_urgency : info.urgency;
    if (rc != RC_OK || (uint32_t)burst->urgency <= own) {
        return rc;
    }
    Paidan__UrgencyRaised fact = PAIDAN__URGENCY_RAISED__INIT;
    fact.urgency = burst->urgency;
    fact.before = (Paidan__Urgency)own;
    fact.count = burst->count;
    fact.within_ms = burst->within_ms;
    const struct escalation_raising raising = {heard->id, &heard->ticket, &info};
    return say(heard->step, &raising, &fact);
}

enum rc escalation_urgency_join(struct step *step, const struct escalation_raising *raising,
                                uint64_t member, Paidan__Urgency urgency)
{
    struct escalation_group group;
    CHECK(member != raising->id);
    if ((uint32_t)urgency <= raising->info->urgency ||
        escalation_fsm_step(raising->ticket->state, ESCALATION_ON_BURST).action !=
            ESCALATION_DO_SAY) {
        return RC_OK;
    }
    const enum rc rc = escalation_group_load(step->txn, raising->id, &group);
    Paidan__UrgencyRaised fact = PAIDAN__URGENCY_RAISED__INIT;
    fact.urgency = urgency;
    fact.before = (Paidan__Urgency)raising->info->urgency;
    fact.count = group.count + 1;
    fact.has_member = true;
    fact.member = member;
    return rc == RC_OK ? say(step, raising, &fact) : rc;
}

/* ---- folding ---- */

/* A member's urgency leaves the ticket its own, which comes back when the member goes. False: it would not
 * become more urgent. */
static bool take_urgency(const Paidan__UrgencyRaised *raised, struct escalation_info *info)
{
    const uint32_t urgency = (uint32_t)raised->urgency;
    const uint32_t own = info->own_urgency != 0 ? info->own_urgency : info->urgency;
    CHECK(own <= info->urgency);
    if (raised->has_member) {
        const bool more = urgency > info->urgency;
        info->own_urgency = own;
        info->urgency = urgency;
        return more;
    }
    const bool more = urgency > own;
    info->own_urgency = urgency < info->urgency ? urgency : 0;
    info->urgency = urgency < info->urgency ? info->urgency : urgency;
    return more;
}

enum rc escalation_urgency_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_URGENCY_RAISED);
    const Paidan__UrgencyRaised *const raised = fold->event->urgency_raised;
    struct escalation_info info;
    enum rc rc = escalation_state_load_info(fold->txn, fold->id, &info);
    if (rc != RC_OK || !take_urgency(raised, &info)) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    for (size_t index = 0; index < raised->n_clocks && rc == RC_OK; index++) {
        struct escalation_clock *const clock =
            escalation_state_clock(fold->ticket, raised->clocks[index]->clock);
        rc = clock == NULL ? RC_CORRUPT : escalation_clock_take_again(clock, raised->clocks[index]);
    }
    fold->counters[TALLY_REPLANNED] += raised->n_clocks > 0 ? 1 : 0;
    return rc == RC_OK ? escalation_state_save_info(fold->txn, fold->id, &info) : rc;
}
