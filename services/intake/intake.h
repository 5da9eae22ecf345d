/* intake 受理: takes complaints in, gives them their numbers, keeps every text.
 *
 * The one thing that main.c, the simulator and the tests need: the service as the step engine sees
 * it. What it does with each input is in intake_core.c. */
#pragma once

#include "common/step/step.h"

extern const struct step_service intake_service;
