/* access 门禁: who people are, what they may do, and whether they are who they say.
 *
 * The one thing that main.c, the simulator and the tests need: the service as the step engine sees
 * it. Before its first command the process hands in its keys (access_secret.h). */
#pragma once

#include "common/step/step.h"

extern const struct step_service access_service;
