/* escalation_scope: whose a ticket is, for who asks: step_service.scope. */
#pragma once

#include "common/step/step.h"

MUST_CHECK enum rc escalation_scope(struct step_view *view, uint64_t ticket,
                                    struct permit_subject *subject);
