/* access_rights: whose rights are others since when, for those who keep grants. */
#pragma once

#include "access_name.h"

/* The wish RightsSince. RC_OK, RC_LIMIT, RC_STORE, RC_CORRUPT. */
MUST_CHECK enum rc access_rights_since(struct step_view *view, const Paidan__RightsSince *wish,
                                       Paidan__Answer *answer);
