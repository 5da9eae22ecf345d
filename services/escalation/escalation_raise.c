/* Raising a ticket to the level above.
 *
 * The new level's clocks start, those of the level left end; that it was late, and by which clock,
 * stands in the fact alone. A raise never skips a level that has an area for the ticket, and never
 * leads nowhere: at the top a card is given instead (escalation_card.c). */

#include "escalation_raise.h"

#include "common/base/check.h"
#include "escalation_assignment.h"
#include "escalation_joint.h"
#include "escalation_target.h"

static enum rc say_raised(struct step *step, const struct escalation_saying *about,
                          const struct escalation_info *info, uint32_t level,
                          Paidan__Raised *raised)
{
    const struct escalation_ticket *ticket = about->ticket;
    struct escalation_target target;
    CHECK(level > ticket->level);
    CHECK(level <= step->site->level_count);
    escalation_target_owner(step->site, info, level, &target);
    const struct escalation_begin begin = {.round = ticket->round};
    enum rc rc = escalation_assignment_make(step, info, &target, &begin, &raised->to);
    if (rc != RC_OK) {
        return rc;
    }
    raised->from_level = ticket->level;
    raised->from_unit = (char *)ticket->unit;
    rc = escalation_say(step, about, &raised->base);
    if (rc != RC_OK) {
        return rc;
    }
    step_wake(step, step_key(raised->to->unit));
    const struct escalation_joint_asking asking = {
        .to = raised->to, .from_level = raised->from_level, .item = about->item};
    return escalation_joint_begin(step, about->id, info, &asking);
}

static bool missed_too(const struct escalation_ticket *ticket, const struct escalation_clock *clock,
                       uint64_t due_ms)
{
    CHECK(due_ms != 0);
    return clock->due_ms == due_ms && escalation_state_runs(ticket, clock) &&
           (clock->flags & ESCALATION_EXPIRED) == 0;
}

/* Several deadlines at one moment make one raise, and one of them would be the only one that the
 * unit is told to have missed. A later one was missed by nobody: by then it had the ticket no more.
 */
static void add_also_late(const struct escalation_moment *moment, Paidan__Raised *raised,
                          Paidan__Clock clocks[ESCALATION_CLOCKS_MAX])
{
    CHECK(raised->n_also_late == 0);
    raised->also_late = clocks;
    for (uint32_t index = 0; index < moment->ticket.clock_count; index++) {
        const struct escalation_clock *clock = &moment->ticket.clocks[index];
        if (clock->clock != moment->clock && missed_too(&moment->ticket, clock, moment->due_ms)) {
            clocks[raised->n_also_late] = clock->clock;
            raised->n_also_late++;
        }
    }
}

enum rc escalation_raise_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_EXPIRE);
    CHECK(moment->above != 0);
    const struct escalation_saying about = {.id = moment->id,
                                            .ticket = &moment->ticket,
                                            .signal = moment->signal,
                                            .clock = moment->clock};
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    raised.why = PAIDAN__WHY__WHY_EXPIRED;
    raised.has_clock = true;
    raised.clock = moment->clock;
    raised.has_due_ms = true;
    raised.due_ms = moment->due_ms;
    raised.has_counts_late = true;
    raised.counts_late = escalation_moment_counts(moment);
    Paidan__Clock also_late[ESCALATION_CLOCKS_MAX];
    add_also_late(moment, &raised, also_late);
    return say_raised(moment->step, &about, &moment->info, moment->above, &raised);
}

enum rc escalation_raise_to(struct step *step, const struct escalation_saying *about,
                            const struct escalation_info *info,
                            const struct escalation_raise *raise)
{
    CHECK(about->signal == ESCALATION_ON_RAISE);
    CHECK(about->clock == 0);
    Paidan__Raised raised = PAIDAN__RAISED__INIT;
    raised.why = PAIDAN__WHY__WHY_COMPETENCE;
    raised.note = (char *)raise->note;
    return say_raised(step, about, info, raise->level, &raised);
}

/* ---- folding ---- */

/* What the unit left behind late, before its clocks go. */
static enum rc take_late(struct escalation_fold *fold, const Paidan__Raised *raised)
{
    CHECK(fold->extra != NULL);
    escalation_fold_late(fold, raised->clock);
    for (size_t index = 0; index < raised->n_also_late; index++) {
        const Paidan__Clock kind = raised->also_late[index];
        const struct escalation_clock *clock = escalation_state_clock(fold->ticket, kind);
        if (clock == NULL || kind == raised->clock ||
            !missed_too(fold->ticket, clock, raised->due_ms)) {
            return RC_CORRUPT;
        }
        escalation_fold_late(fold, kind);
    }
    return RC_OK;
}

enum rc escalation_raise_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_RAISED);
    const Paidan__Raised *raised = fold->event->raised;
    struct escalation_ticket *ticket = fold->ticket;
    if (raised->from_level != ticket->level || raised->to->level <= ticket->level) {
        return RC_CORRUPT;
    }
    const bool expired = raised->why == PAIDAN__WHY__WHY_EXPIRED;
    fold->counters[expired ? TALLY_RAISED_EXPIRED : TALLY_RAISED_COMPETENCE]++;
    const enum rc rc = expired && raised->has_clock ? take_late(fold, raised) : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    ticket->raises++;
    escalation_fold_drop_alarm(ticket); /* the clocks of the new level watch now */
    return escalation_assignment_fold(fold, raised->to, false);
}
