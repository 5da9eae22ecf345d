/* What becomes of an open ticket whose unit a site edit removed.
 *
 * Where the site names an heir (`was`), the ticket goes on under its code (escalation_recode). A unit
 * without an heir loses its tickets to the owner by the matrix of now, else to the level's fallback:
 * the ticket must be accepted there again, while contact and handle run on, for the resident has
 * waited all along. What must stay true: after the pages that follow a SiteChanged no open ticket is
 * with a unit that nobody logs in for. */

#include "escalation_move.h"

#include <string.h>

#include "common/base/check.h"
#include "escalation_assignment.h"
#include "escalation_recode.h"
#include "escalation_say.h"

/* The units that assist, which are known already, beside the new lead. */
static void name_assists(const struct escalation_recode *recode, struct escalation_target *target)
{
    CHECK(target->unit != NULL);
    CHECK(recode->ticket.assist_count <= SITE_ASSIST_MAX);
    target->assist_count = 0;
    for (uint32_t index = 0; index < recode->ticket.assist_count; index++) {
        const char *unit = recode->ticket.assist[index];
        if (site_unit_find(recode->step->site, unit) != SITE_NONE &&
            strcmp(unit, target->unit) != 0) {
            target->assist[target->assist_count] = unit;
            target->assist_count++;
        }
    }
}

static enum rc say_moved(struct escalation_recode *recode)
{
    CHECK(recode->lead == NULL);
    CHECK(recode->ticket.level >= 1);
    struct step *step = recode->step;
    struct escalation_target target;
    escalation_target_owner(step->site, &recode->info, recode->ticket.level, &target);
    name_assists(recode, &target);
    Paidan__Moved moved = PAIDAN__MOVED__INIT;
    moved.site_version = step->site->version;
    moved.from_level = recode->ticket.level;
    moved.from_unit = recode->ticket.unit;
    const struct escalation_begin begin = {
        .start = ESCALATION_START_ACCEPT, .round = recode->ticket.round, .keep = &recode->ticket};
    enum rc rc = escalation_assignment_make(step, &recode->info, &target, &begin, &moved.to);
    if (rc != RC_OK) {
        return rc;
    }
    const struct escalation_saying about = {.id = recode->id,
                                            .ticket = &recode->ticket,
                                            .signal = ESCALATION_ON_MOVE,
                                            .clock = PAIDAN__CLOCK__CLOCK_REPLAN};
    rc = escalation_say(step, &about, &moved.base);
    if (rc == RC_OK) {
        step_wake(step, step_key(target.unit));
    }
    return rc;
}

enum rc escalation_move_apply(struct step *step, uint64_t id)
{
    CHECK(id != 0);
    struct escalation_recode recode;
    const enum rc rc = escalation_recode_apply(step, id, &recode);
    if (rc != RC_OK) {
        return rc;
    }
    return recode.lead == NULL ? say_moved(&recode) : RC_OK;
}

enum rc escalation_move_fold(struct escalation_fold *fold)
{
    CHECK(fold->event->fact_case == PAIDAN__EVENT__FACT_MOVED);
    CHECK(fold->ticket->level >= 1); /* a state with a cell for it has a level */
    const Paidan__Moved *moved = fold->event->moved;
    if (moved->from_level != fold->ticket->level ||
        strcmp(moved->from_unit, fold->ticket->unit) != 0) {
        return RC_CORRUPT;
    }
    const enum rc rc = escalation_assignment_fold(fold, moved->to, true);
    if (rc == RC_OK) {
        escalation_assignment_repair(fold->ticket);
        fold->counters[TALLY_ASSIGNED]++;
        fold->counters[TALLY_FALLBACK] += moved->to->has_fallback && moved->to->fallback ? 1 : 0;
    }
    return rc;
}
