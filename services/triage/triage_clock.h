/* triage_clock: the clock of a ticket at the dispatcher's desk 分拨时限. It starts when the ticket
 * came in or was returned, warns once, and when its deadline has passed an alarm repeats, of which
 * the supervisors are told, until the ticket leaves the desk. Facts: DeskWarned, DeskOverdue,
 * DeskReplanned, and ReplanPassed for each page of the desk that was planned by a changed site. */
#pragma once

#include "triage_ticket.h"

/* The most urgent of categories of the site: what may be a gas smell is treated as one. Codes that
 * the site does not know count nothing. */
Paidan__Urgency triage_clock_urgency(const struct site *site, char *const *codes, size_t count);
/* The clock that starts at start_ms, in the arena. outer_due_ms: 上级时限, by which it ends at the latest;
 * 0: none. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc triage_clock_plan(struct arena *arena, const struct site *site,
                                     Paidan__Urgency urgency, uint64_t start_ms,
                                     uint64_t outer_due_ms, Paidan__ClockSet **set);
/* The same clock, when 上级时限 has become a later one. *set: NULL: it does not move. Before: outer_due_ms
 * is later than the row's. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc triage_clock_extend(struct step *step, const struct triage_desk *desk,
                                       uint64_t outer_due_ms, Paidan__ClockSet **set);
/* The calendar and the term that the clock of a record counts by. */
void triage_clock_term(const struct site *site, const struct triage_clock *clock,
                       const struct calendar **calendar, struct calendar_term *term);
/* A moment of the desk has come, or a page of it is to be planned anew. */
MUST_CHECK enum rc triage_clock_apply(struct step *step, const struct step_input *input);

/* Folding. take: the clock that a fact carries becomes the record's; false: it is none of ours. */
bool triage_clock_take(const Paidan__ClockSet *set, struct triage_clock *clock);
MUST_CHECK enum rc triage_clock_fold(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc triage_clock_fold_site_changed(struct step_fold *fold,
                                                  const Paidan__Event *event);
MUST_CHECK enum rc triage_clock_fold_passed(struct step_fold *fold, const Paidan__Event *event);
