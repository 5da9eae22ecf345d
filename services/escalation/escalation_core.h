/* escalation_core: what the files of the core share. Pure: reaches nothing but its step, its fold
 * or its view. */
#pragma once

#include "common/step/step.h"
#include "escalation_assignment.h"
#include "escalation_brief.h"
#include "escalation_query.h"
#include "escalation_replan.h"
#include "escalation_state.h"
#include "escalation_tally.h"
#include "escalation_term.h"

/* ---- saying (escalation_core.c) ----------------------------------------------------------------
 */

/* Says one fact about a ticket: sets ticket and prev_seq, appends, folds. ticket: its record, read
 * in this step since its last fact (state NONE: unknown). item: index in the command's batch. */
MUST_CHECK enum rc escalation_core_say(struct step *step, uint64_t id,
                                       const struct escalation_ticket *ticket, Paidan__Event *event,
                                       uint32_t item);
/* A record of a followed log that cannot be used: says RecordRefused. detail may be NULL. It stands
 * outside the ticket's chain and changes no record. */
MUST_CHECK enum rc escalation_core_refuse_record(struct step *step, const Paidan__Event *record,
                                                 Paidan__Code code, const char *detail);
/* As escalation_state_load, but an unknown ticket is RC_OK with state NONE and round 1. */
MUST_CHECK enum rc escalation_core_load(struct store_txn *txn, uint64_t id,
                                        struct escalation_ticket *ticket);

/* ---- the parts of apply -------------------------------------------------------------------------
 */

/* Which log may say what; all else is none of our business. As step_service.hears. */
bool escalation_hears(const char *log, Paidan__Event__FactCase fact);
MUST_CHECK enum rc escalation_decide_record(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_pull(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_work(struct step *step, const struct step_input *input);
MUST_CHECK enum rc escalation_decide_supervise(struct step *step, const struct step_input *input);
/* The thing of the extra record that is due (ticket.extra_clock). */
MUST_CHECK enum rc escalation_decide_extra(struct step *step, uint64_t id,
                                           const struct escalation_ticket *ticket);
/* Gives the assisting units of an assignment their tasks, where the policy has a term for them:
 * after the fact that assigns. */
MUST_CHECK enum rc escalation_joint_begin(struct step *step, uint64_t id,
                                          const struct escalation_info *info,
                                          const Paidan__Assignment *to, uint32_t item);
/* Supervised 督办 by rule of the policy, if it has that rule and nobody supervises the ticket yet:
 * after the fact that is the reason. item: of a batch. */
MUST_CHECK enum rc escalation_supervise_by_rule(struct step *step, uint64_t id,
                                                Paidan__SuperviseRule rule, uint32_t item);
MUST_CHECK enum rc escalation_decide_replan(struct step *step, const struct step_input *input);
/* One page of planning by the calendars as they are now. */
MUST_CHECK enum rc escalation_decide_replan_due(struct step *step);
MUST_CHECK enum rc escalation_decide_due(struct step *step, const struct step_input *input);
/* The step of a clock that is due now: Reminded. */
MUST_CHECK enum rc escalation_decide_remind(struct step *step, const struct due *due,
                                            struct escalation_ticket *ticket,
                                            const struct escalation_info *info);
/* Raises to the level above (there is one): said with why; wakes the unit that gets it. clock and
 * due_ms of WHY_EXPIRED, note of WHY_COMPETENCE (else NULL). */
struct escalation_raise {
    Paidan__Why why;
    Paidan__Clock clock;
    uint64_t due_ms;
    const char *note;
};
MUST_CHECK enum rc escalation_decide_raise(struct step *step, uint64_t id,
                                           const struct escalation_ticket *ticket,
                                           const struct escalation_info *info, uint32_t level,
                                           const struct escalation_raise *raise, uint32_t item);

/* ---- folding and asking -------------------------------------------------------------------------
 */

MUST_CHECK enum rc escalation_evolve(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);
