/* escalation 督办: the service that answers for a ticket from its route to its end.
 *
 * It is given to common/run/shell.h by main.c, and to step engines by tests. README.md tells what
 * it follows, says and answers. */
#pragma once

#include "common/step/step.h"

extern const struct step_service escalation_service;
