/* access_duty: roles are given and taken away. */
#pragma once

#include "access_change.h"
#include "access_name.h"

/* RoleChange. */
MUST_CHECK enum rc access_duty_apply(struct step *step, const Paidan__Request *request);
/* What an administrator asked for and another one approves now. OK, or why it cannot be done. */
MUST_CHECK enum rc access_duty_may(struct step *step, const struct access_person *person,
                                   const Paidan__GrantRole *role, bool revoke, Paidan__Code *code,
                                   const char **detail);
MUST_CHECK enum rc access_duty_say(struct step *step, const char *person,
                                   const Paidan__GrantRole *role, bool revoke, uint64_t change,
                                   uint64_t *seq);
/* RoleGranted, RoleRevoked. */
MUST_CHECK enum rc access_duty_fold(struct step_fold *fold, const Paidan__Event *event);
