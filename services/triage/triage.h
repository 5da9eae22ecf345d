/* triage: the service's description, for its main and for tests that run it without processes. */
#pragma once

#include "common/step/step.h"

extern const struct step_service triage_service;
