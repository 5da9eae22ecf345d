/* triage_over: what is over: resolved, closed or withdrawn while a unit had it. Nothing is merged into it, and
 * nothing new is compared with it, until it is reopened. Fact: Over. */
#pragma once

#include "triage_ticket.h"

/* Deciding. hear: escalation or intake says so; said at the end of the step. again: it is reopened, and what
 * this step has heard of it before holds no more. RC_OK or as step_say. */
MUST_CHECK enum rc triage_over_hear(struct step *step, uint64_t ticket, enum triage_over over);
void triage_over_again(struct step *step, uint64_t ticket);
MUST_CHECK enum rc triage_over_finish(struct step *step);

/* "resolved", "closed", "withdrawn": told as the detail of MERGE_TARGET_OVER, as escalation tells it. */
const char *triage_over_name(enum triage_over over);

/* Folding. RC_OK, RC_CORRUPT, RC_FULL or RC_STORE. ends: whether that fact of a ticket's life gives it to
 * somebody to work on, so that it is over no more. */
MUST_CHECK enum rc triage_over_fold(struct step_fold *fold, const Paidan__Event *event);
bool triage_over_ends(Paidan__Event__FactCase fact);
