/* escalation_term: when a clock's deadline, warning point and steps are. All that asks a calendar.
 */
#pragma once

#include "escalation_extra.h"
#include "escalation_target.h"

/* A clock that starts now by policy, in the arena; NULL: the site gives it no term. kind: ACCEPT to
 * REDO, ASSIST, MEDIATION, DELIBERATION, COORDINATION, REQUEST. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_term_set(struct step *step, const struct escalation_info *info,
                                       uint32_t level, Paidan__Clock kind, uint64_t start_ms,
                                       Paidan__ClockSet **set);
/* A clock planned anew from its own term, with its extensions (each one more original amount) and
 * what was consumed of it by resumed_ms: deadline, and warning point and steps that have not fired,
 * at their old distance from the deadline. Set clock->extensions, consumed_ms, resumed_ms first.
 * RC_OK or RC_LIMIT. */
MUST_CHECK enum rc escalation_term_again(struct step *step, const struct escalation_clock *clock,
                                         Paidan__ClockSet **set);
/* Gives a clock the term that the policy has for its kind now, from when it began, with as many
 * extensions as were granted; nothing of it has fired. *some false: the site gives it no term, and
 * it is left as it was. escalation_term_recount and escalation_term_again follow. RC_OK, RC_LIMIT;
 * RC_CORRUPT cannot be. */
MUST_CHECK enum rc escalation_term_by_policy(struct step *step, const struct escalation_info *info,
                                             uint32_t level, struct escalation_clock *clock,
                                             bool *some);
/* Sets what a clock consumed between the ticket's suspensions. */
void escalation_term_recount(const struct site *site, const struct escalation_extra *extra,
                             struct escalation_clock *clock);
/* What a clock counts, with all extensions. A calendar that the site has dropped: "always", which
 * never ends later. */
void escalation_term_of(const struct site *site, const struct escalation_clock *clock,
                        const struct calendar **calendar, struct calendar_term *term);
/* What it has consumed of its unit up to until_ms, if it ran until then. */
uint64_t escalation_term_consumed(const struct site *site, const struct escalation_clock *clock,
                                  uint64_t until_ms);
/* When so large a share of the term of a set is over, by its calendar. Before: share <= of. */
uint64_t escalation_term_share(const struct site *site, const Paidan__ClockSet *set, uint32_t share,
                               uint32_t of);
