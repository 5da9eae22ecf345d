/* sim_clocks_joint: assisting tasks, modes, appeals, supervision: each held against what the facts
 * before it left. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/check.h"
#include "sim_clocks.h"

/* ---- working together ---- */

void work_read_assist_asked(const struct sim *sim, struct work *work,
                            const Paidan__AssistAsked *fact)
{
    struct work_assist *task = work_assist_of(work, fact->unit);
    work_must(sim, work, strcmp(fact->unit, work->unit) != 0, "a lead that assists itself");
    work_must(sim, work, task == NULL || task->done, "a task asked for twice");
    if (task == NULL) {
        work_must(sim, work, work->assist_count < SITE_ASSIST_MAX, "a task too many");
        task = &work->assists[work->assist_count++];
    }
    memset(task, 0, sizeof *task);
    (void)snprintf(task->unit, sizeof task->unit, "%s", fact->unit);
    task->unawaited = fact->unawaited;
    work_must(sim, work,
              !task->unawaited || (fact->note == NULL && !work_policy(sim, work)->assist.present),
              "a task that the lead need not await,");
    if (fact->clock != NULL) {
        work_clock_begin(sim, work, &task->clock, fact->clock);
    }
    work_count(sim, SIM_ASSIST_ASKED);
}

void work_read_assist_done(const struct sim *sim, struct work *work, const Paidan__AssistDone *fact)
{
    struct work_assist *task = work_assist_of(work, fact->unit);
    work_must(sim, work, task != NULL && !task->done, "an end of a task that is not open");
    const bool suspended = work->suspended_until_ms != 0;
    const bool late = task->clock.expired ||
                      (!suspended && task->clock.present && task->clock.due_ms <= work->at_ms);
    work_must(sim, work, fact->late == late, "a task's lateness told wrongly");
    task->done = true;
    task->late = task->late || late;
    work_count(sim, SIM_ASSIST_DONE);
}

static const Paidan__AssistClock *planned_of(const Paidan__Event *event, const char *unit)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REPLANNED);
    for (size_t i = 0; i < event->replanned->n_assists; i++) {
        if (strcmp(event->replanned->assists[i]->unit, unit) == 0) {
            return event->replanned->assists[i];
        }
    }
    return NULL;
}

/* The term that the new level gives one task, by the site of the step that moved the ticket: what is
 * said about the ticket next may be said under another. 0 where nothing can be expected. */
static uint64_t carried_due(const struct sim *sim, struct work *work,
                            const struct work_assist *task)
{
    const struct site_policy *policy = work_policy(sim, work);
    const struct site_clock_rule *rule = policy->assist.present ? &policy->assist : &policy->handle;
    const bool known = sim_plain_knows(sim->plain) && sim->generation_said == sim->generation;
    if (!known || !rule->present || !task->clock.present) {
        return 0;
    }
    return work_clock_due_by(sim, work, &task->clock, rule);
}

void work_carry(const struct sim *sim, struct work *work)
{
    for (uint32_t i = 0; i < work->assist_count; i++) {
        struct work_assist *task = &work->assists[i];
        task->carried = !task->done;
        task->carried_due_ms = task->carried ? carried_due(sim, work, task) : 0;
    }
}

/* Of one task: the new level's term, or a reason to keep the old one. */
static void check_carried(const struct sim *sim, struct work *work, const struct work_assist *task,
                          const Paidan__AssistClock *set)
{
    const uint64_t due_ms = task->carried_due_ms;
    if (due_ms == 0) {
        return;
    }
    const bool owed = !task->clock.expired && task->clock.due_ms > work->moved_ms &&
                      due_ms > work->moved_ms && due_ms != task->clock.due_ms;
    work_must(sim, work, set != NULL || !owed, "a task that kept another level's term,");
    work_must(sim, work, set == NULL || set->clock->due_ms == due_ms,
              "a task with another term than its level's,");
}

void work_check_carried(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    const bool says = event->fact_case == PAIDAN__EVENT__FACT_REPLANNED &&
                      event->replanned->why == PAIDAN__REPLAN_CAUSE__REPLAN_LEVEL;
    size_t planned = 0;
    for (uint32_t i = 0; i < work->assist_count; i++) {
        struct work_assist *task = &work->assists[i];
        const Paidan__AssistClock *set = says ? planned_of(event, task->unit) : NULL;
        work_must(sim, work, set == NULL || task->carried, "a task planned by no other level,");
        planned += set != NULL;
        if (task->carried) {
            check_carried(sim, work, task, set);
        }
        task->carried = false;
    }
    work_must(sim, work, !says || (planned > 0 && planned == event->replanned->n_assists),
              "a level's plan of other things,");
}

static bool owes(Paidan__Mode mode)
{
    return mode >= PAIDAN__MODE__MODE_MEDIATION;
}

void work_read_mode_set(const struct sim *sim, struct work *work, const Paidan__ModeSet *fact)
{
    work_must(sim, work, work->state == PAIDAN__STATE__STATE_ACCEPTED && !work->mode_open,
              "a mode over another");
    work->mode = fact->mode;
    work->mode_open = owes(fact->mode);
    memset(&work->mode_clock, 0, sizeof work->mode_clock);
    if (fact->clock != NULL) {
        work_clock_begin(sim, work, &work->mode_clock, fact->clock);
    }
    work_count(sim, SIM_MODE_SET);
}

void work_read_mode_ended(const struct sim *sim, struct work *work, const Paidan__ModeEnded *fact)
{
    work_must(sim, work, work->mode_open && work->mode == fact->mode, "an end of no mode");
    const bool late = work->mode_clock.present && work_is_late(&work->mode_clock, work->at_ms);
    work_must(sim, work, fact->late == late, "a mode's lateness told wrongly");
    work->mode_open = false;
    memset(&work->mode_clock, 0, sizeof work->mode_clock);
    work_count(sim, SIM_MODE_ENDED);
}

void work_read_assist_late(const struct sim *sim, struct work *work, const Paidan__AssistLate *fact)
{
    struct work_assist *task = work_assist_of(work, fact->unit);
    work_must(sim, work, task != NULL && !task->done, "lateness of a task that is not open");
    work_must(sim, work, !task->clock.expired, "a task late twice");
    work_must(sim, work, task->clock.due_ms == fact->due_ms && task->clock.due_ms <= work->at_ms,
              "a task late early");
    task->clock.expired = task->late = true;
    work_count(sim, SIM_ASSIST_LATE);
}

void work_read_term_passed(const struct sim *sim, struct work *work, const Paidan__TermPassed *fact)
{
    work_must(sim, work, fact->due_ms <= work->at_ms, "an early end of a term");
    if (fact->clock == PAIDAN__CLOCK__CLOCK_PERSON) {
        work_must(sim, work, work->person_due_ms == fact->due_ms, "another person's term");
        work->person_due_ms = 0;
        work_count(sim, SIM_TERM_OF_PERSON);
        return;
    }
    work_must(sim, work,
              work->mode_open && work->mode_clock.kind == fact->clock &&
                  !work->mode_clock.expired && work->mode_clock.due_ms == fact->due_ms,
              "another mode's term");
    work->mode_clock.expired = true;
    work_count(sim, SIM_TERM_OF_MODE);
}

void work_read_appeal(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    if (event->fact_case == PAIDAN__EVENT__FACT_APPEALED) {
        work_must(sim, work, work->late != 0, "an appeal against nothing late");
        work_must(sim, work, !work->appealed, "a second appeal");
        work->appealed = work->appeal_open = true;
        work_count(sim, SIM_APPEALED);
        return;
    }
    work_must(sim, work, work->appeal_open, "a ruling on no appeal");
    const Paidan__AppealRuled *ruled = event->appeal_ruled;
    if (ruled->has_lapsed && ruled->lapsed) {
        work_must(sim, work, !ruled->granted && ruled->to_unit != NULL,
                  "an appeal that lapsed wrongly");
    } else {
        work_must(sim, work, work_supervises(sim, ruled->by_unit),
                  "an appeal ruled by who may not");
        work_must(sim, work, strcmp(ruled->by_unit, work->unit) != 0, "an appeal ruled by oneself");
    }
    work->appeal_open = false;
    work_count(sim, event->appeal_ruled->granted ? SIM_APPEAL_GRANTED : SIM_APPEAL_REFUSED);
}

void work_read_supervision(const struct sim *sim, struct work *work, const Paidan__Event *event)
{
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_URGED:
        work_must(sim, work, work_supervises(sim, event->urged->by_unit), "urging by who may not");
        work_must(sim, work, event->urged->count == work->urges + 1, "urging counted wrongly");
        work->urges++;
        work_count(sim, SIM_URGED);
        break;
    case PAIDAN__EVENT__FACT_SUPERVISED:
        work_must(sim, work,
                  event->supervised->has_rule || work_supervises(sim, event->supervised->by_unit),
                  "supervision by who may not");
        work_must(sim, work, !work->supervised, "supervision twice");
        work->supervised = true;
        work_count(sim, SIM_SUPERVISED);
        break;
    case PAIDAN__EVENT__FACT_ORDERED:
        work_must(sim, work, work_supervises(sim, event->ordered->by_unit),
                  "an order by who may not");
        work_move(sim, work, event->ordered->to, false);
        work_count(sim, SIM_ORDERED);
        break;
    case PAIDAN__EVENT__FACT_CARD_CANCELLED:
        work_must(sim, work, work_supervises(sim, event->card_cancelled->by_unit),
                  "a card cancelled by who may not");
        work->red = false;
        work_count(sim, SIM_CARD_CANCELLED);
        break;
    default:
        break;
    }
}
