/* What moves a ticket to a unit: the Assignment that Assigned, Raised, Reopened and Ordered carry.
 *
 * It holds the whole of what the unit gets, clocks with all their moments included, because folding
 * sees neither site nor time. Owns ticket.unit, level, assist and which clocks the ticket has: no
 * other fold gives it one. */

#include "escalation_assignment.h"

#include "common/base/check.h"
#include "escalation_term.h"

static enum rc start_clock(struct step *step, const struct escalation_info *info,
                           Paidan__Clock clock, Paidan__Assignment *assignment)
{
    Paidan__ClockSet *set = NULL;
    const enum rc rc =
        escalation_term_set(step, info, assignment->level, clock, step->now_ms, &set);
    if (rc == RC_OK && set != NULL) {
        CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
        assignment->clocks[assignment->n_clocks] = set;
        assignment->n_clocks++;
    }
    return rc;
}

/* Carries on what runs in the record, but for its accept clock. */
static enum rc keep_clocks(struct step *step, const struct escalation_ticket *keep,
                           Paidan__Assignment *assignment)
{
    CHECK(keep->clock_count <= ESCALATION_CLOCKS_MAX);
    for (uint32_t index = 0; index < keep->clock_count; index++) {
        const struct escalation_clock *clock = &keep->clocks[index];
        if (clock->clock == PAIDAN__CLOCK__CLOCK_ACCEPT || !escalation_state_runs(keep, clock)) {
            continue;
        }
        CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
        const enum rc rc =
            escalation_clock_picture(step->arena, clock, &assignment->clocks[assignment->n_clocks]);
        if (rc != RC_OK) {
            return rc;
        }
        assignment->n_clocks++;
    }
    return RC_OK;
}

static enum rc start_clocks(struct step *step, const struct escalation_info *info,
                            enum escalation_start start, uint32_t round,
                            const struct escalation_ticket *keep, Paidan__Assignment *assignment)
{
    enum rc rc = start_clock(step, info, PAIDAN__CLOCK__CLOCK_ACCEPT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    if (start == ESCALATION_START_ACCEPT) {
        return keep_clocks(step, keep, assignment);
    }
    rc = start_clock(step, info, PAIDAN__CLOCK__CLOCK_CONTACT, assignment);
    if (rc != RC_OK) {
        return rc;
    }
    const Paidan__Clock last = round > 1 ? PAIDAN__CLOCK__CLOCK_REDO : PAIDAN__CLOCK__CLOCK_HANDLE;
    return start_clock(step, info, last, assignment);
}

enum rc escalation_assignment_make(struct step *step, const struct escalation_info *info,
                                   const struct escalation_target *target,
                                   enum escalation_start start, uint32_t round,
                                   const struct escalation_ticket *keep,
                                   Paidan__Assignment **assignment)
{
    CHECK(round >= 1);
    CHECK(target->level >= 1);
    CHECK(target->assist_count <= SITE_ASSIST_MAX);
    CHECK(start == ESCALATION_START_ALL || keep != NULL);
    Paidan__Assignment *made = arena_alloc(step->arena, sizeof *made);
    Paidan__ClockSet **clocks =
        arena_alloc(step->arena, ESCALATION_CLOCKS_MAX * sizeof(Paidan__ClockSet *));
    char **assist = arena_alloc(step->arena, SITE_ASSIST_MAX * sizeof(char *));
    if (made == NULL || clocks == NULL || assist == NULL) {
        return RC_LIMIT;
    }
    paidan__assignment__init(made);
    made->level = target->level;
    made->unit = arena_strdup(step->arena, target->unit);
    made->clocks = clocks;
    made->assist = assist;
    for (uint32_t index = 0; index < target->assist_count; index++) {
        assist[index] = arena_strdup(step->arena, target->assist[index]);
        if (assist[index] == NULL) {
            return RC_LIMIT;
        }
    }
    made->n_assist = target->assist_count;
    made->has_fallback = target->fallback;
    made->fallback = target->fallback;
    made->has_matrix_line = target->matrix_line != 0;
    made->matrix_line = target->matrix_line;
    made->has_site_version = true;
    made->site_version = step->site->version;
    if (made->unit == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = start_clocks(step, info, start, round, keep, made);
    if (rc == RC_OK) {
        *assignment = made;
    }
    return rc;
}

/* ---- folding ---- */

static enum rc take_clock(struct escalation_ticket *ticket, const Paidan__ClockSet *set)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    struct escalation_clock *clock = escalation_state_clock(ticket, set->clock);
    const bool runs_on = clock != NULL && set->clock != PAIDAN__CLOCK__CLOCK_ACCEPT &&
                         clock->start_ms == set->start_ms && clock->due_ms == set->due_ms;
    if (runs_on) {
        return RC_OK; /* with what fired already */
    }
    if (clock == NULL) {
        if (ticket->clock_count == ESCALATION_CLOCKS_MAX) {
            return RC_CORRUPT;
        }
        clock = &ticket->clocks[ticket->clock_count];
        ticket->clock_count++;
    }
    const bool counts =
        set->clock >= PAIDAN__CLOCK__CLOCK_ACCEPT && set->clock <= PAIDAN__CLOCK__CLOCK_REDO;
    return counts ? escalation_clock_take(clock, set) : RC_CORRUPT;
}

enum rc escalation_assignment_fold(struct escalation_fold *fold, const Paidan__Assignment *to,
                                   bool keep)
{
    struct escalation_ticket *ticket = fold->ticket;
    const bool fits = to->level >= 1 && to->level <= SITE_LEVELS_MAX &&
                      to->n_assist <= SITE_ASSIST_MAX && to->unit[0] != '\0' &&
                      escalation_fold_text(ticket->unit, sizeof ticket->unit, to->unit);
    if (!fits) {
        return RC_CORRUPT;
    }
    const bool fallback = to->has_fallback && to->fallback;
    ticket->flags =
        (uint8_t)((ticket->flags & ~ESCALATION_FALLBACK) | (fallback ? ESCALATION_FALLBACK : 0));
    ticket->level = to->level;
    ticket->assist_count = (uint32_t)to->n_assist;
    for (size_t index = 0; index < to->n_assist; index++) {
        if (!escalation_fold_text(ticket->assist[index], sizeof ticket->assist[index],
                                  to->assist[index])) {
            return RC_CORRUPT;
        }
    }
    if (!keep) {
        ticket->clock_count = 0;
    }
    for (size_t index = 0; index < to->n_clocks; index++) {
        const enum rc rc = take_clock(ticket, to->clocks[index]);
        if (rc != RC_OK) {
            return rc;
        }
    }
    escalation_fold_drop_lease(ticket);
    if (fold->extra != NULL) {
        escalation_extra_moved(fold->extra, ticket->unit, fold->event->at_ms);
    }
    return RC_OK;
}
