/* triage_merge: tickets about the same event 并单: one is worked on, the others are merged into it. Facts:
 * Merged, Unmerged. */
#pragma once

#include "common/site/site_judge.h"
#include "triage_ticket.h"

/* Wishes Merge and Unmerge. RC_OK: answered, with Done or a refusal. */
MUST_CHECK enum rc triage_merge_apply(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc triage_merge_undo(struct step *step, const Paidan__Request *request);
/* Recalled, to be merged: it is, or lies at the desk like any other that was taken back. */
MUST_CHECK enum rc triage_merge_hear_recalled(struct step *step, const struct step_input *input);
/* Escalation's Unmerged: what it was merged into has ended without it. */
MUST_CHECK enum rc triage_merge_hear_unmerged(struct step *step, const Paidan__Event *event);

/* For triage's own decision about a new ticket, an event Registered, instead of Routed or Desked: it is merged
 * into that ticket, or into the one that has it as a member. *merged false: nothing was said, for it may not be
 * (over, full, one of the two confidential). Returns as step_say. */
MUST_CHECK enum rc triage_merge_say_new(struct step *step, const Paidan__Event *event,
                                        const struct site_judgement *judgement, uint64_t into,
                                        uint32_t permille, bool *merged);

/* Folding. left: a member is a ticket of its own again, or has ended. */
MUST_CHECK enum rc triage_merge_fold_merged(struct step_fold *fold, uint64_t seq,
                                            const Paidan__Event *event,
                                            struct triage_ticket *record);
MUST_CHECK enum rc triage_merge_fold_unmerged(struct step_fold *fold, const Paidan__Event *event,
                                              struct triage_ticket *record);
MUST_CHECK enum rc triage_merge_fold_left(struct step_fold *fold, const Paidan__Event *event,
                                          struct triage_ticket *record);
