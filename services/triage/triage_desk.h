/* triage_desk: what lies at the dispatcher's desk: new tickets of which triage was unsure, tickets
 * that a unit returned, and those whose dispatch was taken back. Facts: Desked, Noted (chased while it lies there), Undesked (it
 * left without a decision). The dispatcher's decisions are triage_dispatch. */
#pragma once

#include "common/site/site_judge.h"
#include "triage_ticket.h"

/* Says Desked about a new ticket: an event Registered, and what was unsure. */
MUST_CHECK enum rc triage_desk_say_new(struct step *step, const Paidan__Event *event,
                                       const struct site_judgement *judgement);
/* A signal about a ticket that triage has had before: returned, recalled, moved, closed, withdrawn, chased.
 * What its table does not allow is refused as a record. Returns as step_service.apply. */
MUST_CHECK enum rc triage_desk_apply(struct step *step, const struct step_input *input,
                                     enum triage_signal signal);

/* The clock of a stay that begins then. Before: urgency and outer_due_ms are set. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc triage_desk_add_clock(struct step *step, uint64_t start_ms,
                                         Paidan__Desked *desked);

/* Folding: takes the ticket off the desk. RC_CORRUPT: it is not there. */
MUST_CHECK enum rc triage_desk_leave(struct step_fold *fold, uint64_t ticket);
/* Folds one fact of the desk. record: as it was; its state is the core's to change. */
MUST_CHECK enum rc triage_desk_fold_desked(struct step_fold *fold, const Paidan__Event *event,
                                           struct triage_ticket *record);
MUST_CHECK enum rc triage_desk_fold_undesked(struct step_fold *fold, const Paidan__Event *event,
                                             struct triage_ticket *record);
MUST_CHECK enum rc triage_desk_fold_unmerged(struct step_fold *fold, const Paidan__Event *event,
                                             struct triage_ticket *record);
MUST_CHECK enum rc triage_desk_fold_noted(struct step_fold *fold, const Paidan__Event *event);
/* HandedOn: of a correction, what the ticket is now. RC_OK, or RC_CORRUPT: a code is longer than any. */
MUST_CHECK enum rc triage_desk_fold_handed_on(const Paidan__Event *event,
                                              struct triage_ticket *record);
/* The signals that a Desked and an Undesked stand for. */
enum triage_signal triage_desk_desked_signal(const Paidan__Desked *desked);
enum triage_signal triage_desk_undesked_signal(const Paidan__Undesked *undesked);
