/* archive 归档: keeps what happened without what is personal, and makes figures of it.
 *
 * The one thing that main.c, the simulator and the tests need: the service as the step engine sees
 * it. Before its first step the process hands in its key (archive_person.h). */
#pragma once

#include "common/step/step.h"

extern const struct step_service archive_service;
