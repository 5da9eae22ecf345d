/* escalation_target: who has a ticket on a level, by which policy. All that reads the site's
 * matrix, areas and policies. */
#pragma once

#include "common/step/step.h"
#include "escalation_state.h"

/* Who shall have a ticket. Texts point into site, record or event. */
struct escalation_target {
    uint32_t level;
    const char *unit;
    const char *assist[SITE_ASSIST_MAX];
    uint32_t assist_count, matrix_line; /* line 0: none */
    bool fallback;
};

/* Next level above that has an area in the branch of this one; 0: none, it is at the top. An area
 * the site does not know has all levels. */
uint32_t escalation_target_level_above(const struct site *site, const char *area, uint32_t level);
/* The owner by the matrix or the level's fallback. Before: level is one of the site's. */
void escalation_target_owner(const struct site *site, const struct escalation_info *info,
                             uint32_t level, struct escalation_target *target);
/* The policy of this ticket on a level. */
const struct site_policy *escalation_target_policy(const struct site *site,
                                                   const struct escalation_info *info,
                                                   uint32_t level);
/* The rule of a clock of this ticket on a level; NULL: the site has none. clock: those a policy
 * gives a term. */
const struct site_clock_rule *escalation_target_rule(const struct site *site,
                                                     const struct escalation_info *info,
                                                     uint32_t level, Paidan__Clock clock);
/* What the callback's sample goes by, made in room; NULL: the site asks all, and nothing need be
 * said. It keeps texts of info. */
Paidan__ResolvedMatter *escalation_target_matter(const struct site *site,
                                                 const struct escalation_info *info,
                                                 uint32_t chases, Paidan__ResolvedMatter *room);
/* When the alarm repeats after now_ms. */
uint64_t escalation_target_next_alarm(const struct step *step, const struct escalation_info *info,
                                      uint32_t level);
/* Whether a unit may ask for work: the site knows it, or it still has open tickets. A unit that the
 * site has dropped finishes what it has, for nobody else could. RC_OK, RC_STORE. */
MUST_CHECK enum rc escalation_target_unit_known(struct store_txn *txn, const struct site *site,
                                                const char *unit, bool *known);
