/* access_approve: a second administrator decides on what a first one asked for. */
#pragma once

#include "access_name.h"

/* ChangeDecide. */
MUST_CHECK enum rc access_approve_apply(struct step *step, const Paidan__Request *request);
