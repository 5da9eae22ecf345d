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
 *   triage_recode.c    DeskRecoded: under which codes it lies there after a site edit
 *   triage_reading.c   DeskList, TriageShow, Explain
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
/* For folding: one more, one less. */
void triage_ticket_count(struct step_fold *fold, enum triage_tally tally);
void triage_ticket_uncount(struct step_fold *fold, enum triage_tally tally);
/* What Routed and Ruled decided: the record's category, area and unit. RC_OK, or RC_CORRUPT: a code
 * is longer than any. */
MUST_CHECK enum rc triage_ticket_decide(struct triage_ticket *record, uint64_t seq,
                                        const char *category, const char *area, const char *unit);
