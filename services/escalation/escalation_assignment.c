/* What moves a ticket to a unit: the Assignment that Assigned, Raised, Reopened and Ordered carry.
 *
 * It holds the whole of what the unit gets, clocks with all their moments included, because folding
 * sees neither site nor time. Owns ticket.unit, level, assist and which clocks the ticket has: no
 * other fold gives it one. */

#include "escalation_assignment.h"

#include "common/base/check.h"
#include "escalation_term.h"

static enum rc add_clock(Paidan__Assignment *assignment, Paidan__ClockSet *set)
{
    CHECK(assignment->n_clocks < ESCALATION_CLOCKS_MAX);
    CHECK(set != NULL);
    CHECK(set->due_ms >= set->start_ms);
    assignment->clocks[assignment->n_clocks] = set;
    assignment->n_clocks++;
    return RC_OK;
}

static enum rc start_clock(struct step *step, const struct escalation_info *info,
                           Paidan__Clock clock, uint64_t start_ms, Paidan__Assignment *assignment)
{
    Paidan__ClockSet *set = NULL;
    const enum rc rc = escalation_term_set(step, info, assignment->level, clock, start_ms, &set);
    return rc == RC_OK && set != NULL ? add_clock(assignment, set) : rc;
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
        Paidan__ClockSet *set = NULL;
        const enum rc rc = escalation_clock_picture(step->arena, clock, &set);
        if (rc != RC_OK) {
            return rc;
        }
        (void)add_clock(assignment, set);
    }
    return RC_OK;
}

uint64_t escalation_assignment_since(const struct escalation_ticket *keep, uint64_t now_ms)
{
    CHECK(keep->clock_count <= ESCALATION_CLOCKS_MAX);
    uint64_t since_ms = now_ms;
    for (uint32_t index = 0; index < keep->clock_count; index++) {
        const struct escalation_clock *clock = &keep->clocks[index];
        const bool counts =
            clock->clock != PAIDAN__CLOCK__CLOCK_ACCEPT && escalation_state_runs(keep, clock);
        since_ms = counts && clock->start_ms < since_ms ? clock->start_ms : since_ms;
    }
    return since_ms;
}

/* The clock of that kind with the term of what the ticket is now. What was stopped stays so: the
 * resident was heard. One that the ticket did not have begins when the others began. */
static enum rc change_clock(struct step *step, const struct escalation_info *info,
                            const struct escalation_begin *begin, Paidan__Clock kind,
                            Paidan__Assignment *assignment)
{
    CHECK(begin->keep != NULL);
    CHECK(begin->extra != NULL);
    CHECK(kind > PAIDAN__CLOCK__CLOCK_ACCEPT);
    CHECK(kind <= PAIDAN__CLOCK__CLOCK_REDO);
    struct escalation_ticket keep = *begin->keep;
    const struct escalation_clock *old = escalation_state_clock(&keep, kind);
    if (old != NULL && !escalation_state_runs(&keep, old)) {
        return keep.level == assignment->level
                   ? RC_OK
                   : start_clock(step, info, kind, step->now_ms, assignment);
    }
    struct escalation_clock clock = {
        .clock = kind,
        .start_ms = old != NULL ? old->start_ms : escalation_assignment_since(&keep, step->now_ms),
        .extensions = old != NULL ? old->extensions : 0};
    bool some = false;
    enum rc rc = escalation_term_by_policy(step, info, assignment->level, &clock, &some);
    if (rc != RC_OK || !some) {
        return rc;
    }
    Paidan__ClockSet *set = NULL;
    escalation_term_recount(step->site, begin->extra, &clock);
    rc = escalation_term_again(step, &clock, &set);
    return rc == RC_OK ? add_clock(assignment, set) : rc;
}

static enum rc start_clocks(struct step *step, const struct escalation_info *info,
                            const struct escalation_begin *begin, Paidan__Assignment *assignment)
{
    CHECK(assignment->n_clocks == 0);
    CHECK(begin->round >= 1);
    const Paidan__Clock kinds[] = {PAIDAN__CLOCK__CLOCK_CONTACT, begin->round > 1
                                                                     ? PAIDAN__CLOCK__CLOCK_REDO
                                                                     : PAIDAN__CLOCK__CLOCK_HANDLE};
    enum rc rc = start_clock(step, info, PAIDAN__CLOCK__CLOCK_ACCEPT, step->now_ms, assignment);
    if (rc == RC_OK && begin->start == ESCALATION_START_ACCEPT) {
        return keep_clocks(step, begin->keep, assignment);
    }
    for (size_t index = 0; index < sizeof kinds / sizeof kinds[0] && rc == RC_OK; index++) {
        rc = begin->start == ESCALATION_START_ALL
                 ? start_clock(step, info, kinds[index], step->now_ms, assignment)
                 : change_clock(step, info, begin, kinds[index], assignment);
    }
    return rc;
}

enum rc escalation_assignment_make(struct step *step, const struct escalation_info *info,
                                   const struct escalation_target *target,
                                   const struct escalation_begin *begin,
                                   Paidan__Assignment **assignment)
{
    CHECK(begin->round >= 1);
    CHECK(target->level >= 1);
    CHECK(target->assist_count <= SITE_ASSIST_MAX);
    CHECK(begin->start == ESCALATION_START_ALL || begin->keep != NULL);
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
    const enum rc rc = start_clocks(step, info, begin, made);
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
    if (runs_on) { /* with what fired already; only other moments before and after may be new */
        return escalation_clock_matches(clock, set) ? RC_OK
                                                    : escalation_clock_take_again(clock, set);
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

/* Running clocks that the assignment does not name have no term any more. */
static void end_unnamed(struct escalation_ticket *ticket, const Paidan__Assignment *to)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    uint32_t kept = 0;
    for (uint32_t index = 0; index < ticket->clock_count; index++) {
        bool stays = (ticket->clocks[index].flags & ESCALATION_STOPPED) != 0;
        for (size_t at = 0; at < to->n_clocks; at++) {
            stays = stays || to->clocks[at]->clock == ticket->clocks[index].clock;
        }
        if (stays) {
            ticket->clocks[kept] = ticket->clocks[index];
            kept++;
        }
    }
    ticket->clock_count = kept;
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
    if (keep) {
        end_unnamed(ticket, to);
    } else {
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

void escalation_assignment_repair(struct escalation_ticket *ticket)
{
    CHECK(ticket->clock_count <= ESCALATION_CLOCKS_MAX);
    /* Where a missed clock runs on, nothing is repaired. */
    if (escalation_state_overdue(ticket) == 0) {
        escalation_fold_drop_alarm(ticket);
    }
}
