/* Steps of a clock 提醒点: each is said once, with all it does.
 *
 * Owns the `fired` bit of a clock's steps. A step tells people (its notices name the units, so that
 * whoever follows the log needs no site), gives a card, or puts the ticket under supervision; it
 * never moves the ticket. */

#include "escalation_remind.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_card.h"
#include "escalation_decider.h"
#include "escalation_supervise.h"
#include "escalation_target.h"

enum { NOTIFIED_MAX = 2 + SITE_SUPERVISORS_MAX };

/* Each unit once. */
static void notify(Paidan__Reminded *reminded, const char *unit)
{
    CHECK(unit[0] != '\0');
    for (size_t index = 0; index < reminded->n_to_units; index++) {
        if (strcmp(reminded->to_units[index], unit) == 0) {
            return;
        }
    }
    CHECK(reminded->n_to_units < NOTIFIED_MAX);
    reminded->to_units[reminded->n_to_units] = (char *)unit;
    reminded->n_to_units++;
}

/* The owner one level up; at the top nobody. */
static void notify_upper(const struct escalation_moment *moment, Paidan__Reminded *reminded)
{
    const struct site *site = moment->step->site;
    const uint32_t above =
        escalation_target_level_above(site, moment->info.area, moment->ticket.level);
    if (above != 0) {
        struct escalation_target target;
        escalation_target_owner(site, &moment->info, above, &target);
        notify(reminded, target.unit);
    }
}

static bool does(const Paidan__Reminded *reminded, Paidan__StepDoes what)
{
    return (reminded->does & 1u << what) != 0;
}

static void notify_all(const struct escalation_moment *moment, Paidan__Reminded *reminded)
{
    CHECK(reminded->n_to_units == 0);
    const struct site *site = moment->step->site;
    if (does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_UNIT)) {
        notify(reminded, moment->ticket.unit);
    }
    if (does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_UPPER)) {
        notify_upper(moment, reminded);
    }
    if (does(reminded, PAIDAN__STEP_DOES__STEP_NOTIFY_SUPERVISOR)) {
        for (uint32_t index = 0; index < site->supervisor_count; index++) {
            notify(reminded, site->units[site->supervisors[index]].code);
        }
    }
}

static const struct escalation_clock_step *step_due(const struct escalation_clock *clock,
                                                    uint64_t due_ms)
{
    CHECK(clock->step_count <= CLOCK_STEPS_MAX);
    for (uint32_t index = 0; index < clock->step_count; index++) {
        if (!clock->steps[index].fired && clock->steps[index].at_ms == due_ms) {
            return &clock->steps[index];
        }
    }
    return NULL;
}

enum rc escalation_remind_fire(struct escalation_moment *moment)
{
    CHECK(moment->signal == ESCALATION_ON_STEP);
    const struct escalation_clock *clock = escalation_state_clock(&moment->ticket, moment->clock);
    CHECK(clock != NULL);
    const struct escalation_clock_step *fired = step_due(clock, moment->due_ms);
    CHECK(fired != NULL);
    char *units[NOTIFIED_MAX];
    Paidan__Reminded reminded = PAIDAN__REMINDED__INIT;
    reminded.clock = clock->clock;
    reminded.level = moment->ticket.level;
    reminded.at_ms = fired->at_ms;
    reminded.does = fired->does;
    reminded.due_ms = clock->due_ms;
    reminded.to_units = units;
    notify_all(moment, &reminded);
    if (does(&reminded, PAIDAN__STEP_DOES__STEP_RED) ||
        does(&reminded, PAIDAN__STEP_DOES__STEP_YELLOW)) {
        reminded.again = reminded.has_again =
            escalation_card_again(&moment->ticket, does(&reminded, PAIDAN__STEP_DOES__STEP_RED)
                                                       ? ESCALATION_CARD_STEP_RED
                                                       : ESCALATION_CARD_STEP_YELLOW);
    }
    const enum rc rc = escalation_moment_say(moment, &reminded.base);
    return rc == RC_OK && does(&reminded, PAIDAN__STEP_DOES__STEP_RED)
               ? escalation_supervise_by_rule(moment->step, moment->id,
                                              PAIDAN__SUPERVISE_RULE__SUPERVISE_RED_CARD, 0)
               : rc;
}

/* ---- folding ---- */

bool escalation_remind_gives(const Paidan__Event *event)
{
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_REMINDED);
    const Paidan__Reminded *reminded = event->reminded;
    return does(reminded, PAIDAN__STEP_DOES__STEP_YELLOW) ||
           does(reminded, PAIDAN__STEP_DOES__STEP_RED) ||
           does(reminded, PAIDAN__STEP_DOES__STEP_SUPERVISE);
}

/* The step of that moment has fired. */
static enum rc take_fired(struct escalation_ticket *ticket, const Paidan__Reminded *reminded)
{
    struct escalation_clock *clock = escalation_state_clock(ticket, reminded->clock);
    if (clock == NULL || (clock->flags & ESCALATION_STOPPED) != 0) {
        return RC_CORRUPT;
    }
    for (uint32_t index = 0; index < clock->step_count; index++) {
        struct escalation_clock_step *step = &clock->steps[index];
        if (step->at_ms == reminded->at_ms && step->does == reminded->does && !step->fired) {
            step->fired = true;
            return RC_OK;
        }
    }
    return RC_CORRUPT;
}

enum rc escalation_remind_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_REMINDED);
    CHECK(fold->extra != NULL || !escalation_remind_gives(fold->event));
    const Paidan__Reminded *reminded = fold->event->reminded;
    if (reminded->clock == PAIDAN__CLOCK__CLOCK_REQUEST ||
        reminded->clock == PAIDAN__CLOCK__CLOCK_APPEAL) {
        return escalation_decider_fold_reminded(fold);
    }
    if (fold->extra != NULL) {
        escalation_card_take_given(fold);
    }
    if (does(reminded, PAIDAN__STEP_DOES__STEP_SUPERVISE)) {
        escalation_supervise_take_step(fold);
    }
    fold->counters[TALLY_REMINDED]++;
    return take_fired(fold->ticket, reminded);
}
