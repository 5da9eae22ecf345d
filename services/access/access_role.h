/* access_role: roles in their scope: what fits together, and the facts that change them.
 *
 * Pure. The files of this folder stand on each other in this order, and never the other way:
 *
 *   access_core.c      the service: which wish and which fact belongs to which part
 *   access_approve.c   ChangeDecide: a second administrator
 *   access_person.c    accounts made and changed     access_duty.c     RoleChange
 *   access_factor.c    TOTP                          access_password.c PasswordSet
 *   access_login.c     LoginStart, Login, failures   access_apikey.c   keys
 *   access_session.c   sessions                      access_change.c   what waits for approval
 *   access_grant.c     sealed grants                 access_reading.c  listings   access_audit.c
 *   access_role.c      this                          access_name.c     names, small shared things
 *   access_state.c     records    access_fsm.c the life of an account    access_secret.c keys
 */
#pragma once

#include "access_state.h"
#include "command.pb-c.h"
#include "common/base/arena.h"
#include "common/site/site.h"

bool access_role_administers(uint32_t role);
/* The administrator's role that a person has; 0: none. */
uint32_t access_role_of_administrator(const struct access_person *person);
/* Whether the role has the scope that it needs and no other, and the site knows it. key: of an API
 * key, else of a person. OK or the code; *detail: the field. */
Paidan__Code access_role_fits(const struct site *site, const Paidan__GrantRole *role, bool key,
                              const char **detail);
/* Whether the site asks for a second factor that the person has not set up. */
bool access_role_lacks_factor(const struct site *site, const struct access_person *person);
/* Whether the person could have it beside what he has: OK, ROLE_CONFLICT, TOO_MANY_ITEMS. */
Paidan__Code access_role_joins(const struct access_person *person, const Paidan__GrantRole *role);
/* Where it stands among his roles; role_count: he does not have it. */
uint32_t access_role_find(const struct access_person *person, const Paidan__GrantRole *role);
/* False: a text is too long for a record. */
bool access_role_take(struct access_role *role, const Paidan__GrantRole *from);
/* As messages, in the arena; they point into the roles. NULL: the arena is full. */
Paidan__GrantRole **access_role_list(struct arena *arena, const struct access_role *roles,
                                     uint32_t count);
