/* escalation_evolve: folding a fact of our own log into the tables. As step_service.evolve. */
#pragma once

#include "common/step/step.h"

MUST_CHECK enum rc escalation_evolve(struct step_fold *fold, uint64_t seq,
                                     const Paidan__Event *event);
