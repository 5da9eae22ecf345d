/* escalation_urgency: many tell of a ticket's event 集中爆发, or one that is as urgent is merged into it, and
 * it becomes more urgent. Fact: UrgencyRaised. */
#pragma once

#include "escalation_fold.h"
#include "escalation_group.h"
#include "escalation_heard.h"

/* A Burst of triage's log. Returns as step_service.apply. */
MUST_CHECK enum rc escalation_urgency_hear(struct escalation_heard *heard);
/* A ticket as it stands, into which one of that urgency has been merged. Says nothing where it is as urgent
 * already, and where no unit has it. RC_OK, or what reading or saying returns. */
struct escalation_raising {
    uint64_t id;
    const struct escalation_ticket *ticket;
    const struct escalation_info *info;
};
MUST_CHECK enum rc escalation_urgency_join(struct step *step,
                                           const struct escalation_raising *raising,
                                           uint64_t member, Paidan__Urgency urgency);
MUST_CHECK enum rc escalation_urgency_fold(struct escalation_fold *fold);
