/* triage_hint: the unit that a channel would have do it (Registered.unit_hint). */
#pragma once

#include "common/site/site_judge.h"
#include "common/step/step.h"

/* Weighs it: the words are judged again where it helps to find the place; a bit of DeskReason is added where a
 * dispatcher must decide. Before: judgement is that of the words. RC_OK, RC_LIMIT or RC_INVALID, as
 * site_judge_words. */
MUST_CHECK enum rc triage_hint_weigh(struct step *step, const Paidan__Registered *registered,
                                     struct site_judgement *judgement);
