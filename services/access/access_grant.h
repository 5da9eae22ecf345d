/* access_grant: the sealed paper that says who somebody is for the next five minutes. */
#pragma once

#include "access_role.h"
#include "common/permit/permit_grant.h"
#include "common/step/step.h"

enum { ACCESS_GRANT_MS = PERMIT_GRANT_MS_MAX };

struct access_grant {
    const char *actor, *via;   /* via NULL: not known */
    uint64_t session, ends_ms; /* 0: none */
    const struct access_role *roles;
    uint32_t role_count;
};
/* Fills grant, expires_ms, person and roles of body. RC_OK or RC_LIMIT. */
MUST_CHECK enum rc access_grant_make(struct step *step, const struct access_grant *grant,
                                     Paidan__Renewed *body);
