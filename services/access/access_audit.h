/* access_audit: what happened to accounts, newest first. */
#pragma once

#include "access_name.h"

MUST_CHECK enum rc access_audit_list(struct step_view *view, const Paidan__AccessAudit *wish,
                                     Paidan__Answer *answer);
