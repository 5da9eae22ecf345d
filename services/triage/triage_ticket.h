/* triage_ticket: what every part of triage does with a ticket.
 *
 * Pure: the same store contents, site, input and time give the same facts. The parts stand on this
 * one, and only downward on each other:
 *
 *   triage_core.c      the service: which input and which fact belongs to which part
 *   triage_route.c     Routed: a new ticket is judged, and goes to a unit or to the desk
 *   triage_dispatch.c  Routed, Ruled: the dispatcher decides
 *   triage_desk.c      Desked, Noted, Undesked: what lies at the desk
 *   triage_clock.c     DeskWarned, DeskOverdue, DeskReplanned: how long it may lie there
 *   triage_same.c      Burst: what may be the same event as an open ticket
 *   triage_group.c     Ungrouped: tickets by their events, and the index of them
 *   triage_merge.c     Merged, Unmerged: tickets about the same event
 *   triage_over.c      Over: what nothing is merged into any more
 *   triage_urgency.c   what lies at the desk becomes more urgent: by a burst, by its group
 *   triage_outer.c     OuterMoved: the deadline from above is extended
 *   triage_recode.c    DeskRecoded: under which codes it lies there after a site edit
 *   triage_reading.c   DeskList, TriageShow, Explain
 *   triage_hint.c      the unit that the channel named, weighed
 *   triage_spot.c      tickets that were solved on the spot
 *   site_judge.c       from words to category, area, level and owner
 *   triage_place.c     the area that a unit stands for
 *   triage_state.c     records; triage_fsm.c the life of a ticket as triage sees it
 */
#pragma once

#include "common/step/step.h"
#include "triage_state.h"

/* What the next fact of the ticket's chain is about: the fact that the signal leads to.
 *
 * Before: the table allows the signal in the record's state, and something is to be said. */
struct step_about triage_ticket_about(uint64_t ticket, const struct triage_ticket *record,
                                      enum triage_signal signal);
/* The code of now of what a ticket carries; NULL: it carries none, or nobody carries it on. For facts:
 * packed, never written. */
char *triage_ticket_code(const struct site *site, enum site_kind kind, const char *code);
/* Whether a ticket of that state is worked on by itself: it is known and has neither ended nor been
 * merged. */
bool triage_ticket_stands(enum triage_state state);
/* What the parts keep of a step's inputs until its end (step_service.finish); NULL: the arena is full. Each
 * has a room of its own, made when it has something to keep. */
struct triage_gather {
    struct triage_ended *ended; /* triage_group's */
    struct triage_overs *overs; /* triage_over's */
};
struct triage_gather *triage_ticket_gather(struct step *step);
/* The newest Merged of a chain that ends with that fact, in the arena; NULL: none, or the log is trimmed
 * behind it. Codes as step_read, but for RC_NOT_FOUND. */
MUST_CHECK enum rc triage_ticket_merged(struct step *step, uint64_t seq, Paidan__Merged **merged);
/* For folding: one more, one less. */
void triage_ticket_count(struct step_fold *fold, enum triage_tally tally);
void triage_ticket_uncount(struct step_fold *fold, enum triage_tally tally);
/* What Routed and Ruled decided: the record's category, area and unit. RC_OK, or RC_CORRUPT: a code
 * is longer than any. */
MUST_CHECK enum rc triage_ticket_decide(struct triage_ticket *record, uint64_t seq,
                                        const char *category, const char *area, const char *unit);
