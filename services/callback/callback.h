/* callback 回访: asks the resident, after a unit said "resolved", whether it really is.
 *
 * The one thing that main.c, the simulator and the tests need: the service as the step engine sees
 * it. What it does with each input is in callback_core.c. */
#pragma once

#include "common/step/step.h"

extern const struct step_service callback_service;
