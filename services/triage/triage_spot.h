/* triage_spot 现场办: a ticket that a unit solved on the spot, before it was filed. */
#pragma once

#include "common/site/site_judge.h"

/* Settles the judgement for such a ticket of the unit (an index). It needs no decision of anybody,
 * so it is never unsure: what words and hints leave open is taken from their best guess, then from
 * the unit.
 *
 * Before: site_judge_words filled it. After: no reasons; category, area, level, owner, why. */
void triage_spot_judge(const struct site *site, uint32_t unit, struct site_judgement *judgement);
