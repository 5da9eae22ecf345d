/* access_duty: who may do what. Owns the roles of each account. What must stay true: nobody gives
 * himself a role or takes one away from himself; an administrator's role comes and goes by two; and
 * whoever has one has no other. Grants made from then on hold what is written here. */

#include "access_duty.h"

#include <string.h>

#include "access_person.h"
#include "access_role.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* A scope that the site gave up since may still be taken away. */
enum rc access_duty_may(struct step *step, const struct access_person *person,
                        const Paidan__GrantRole *role, bool revoke, Paidan__Code *code,
                        const char **detail)
{
    bool last = false;
    CHECK(code != NULL);
    *detail = NULL;
    const bool has = access_role_find(person, role) < person->role_count;
    if (!revoke) {
        *code = access_role_fits(step->site, role, false, detail);
        if (*code == PAIDAN__CODE__OK) {
            *detail = NULL;
            *code = has ? PAIDAN__CODE__ALREADY_DONE : access_role_joins(person, role);
        }
        return RC_OK;
    }
    if (!has) {
        *code = PAIDAN__CODE__ROLE_ABSENT;
        return RC_OK;
    }
    const enum rc rc = access_role_administers((uint32_t)role->role)
                           ? access_person_is_last(step->txn, person, &last)
                           : RC_OK;
    *code = last ? PAIDAN__CODE__LAST_ADMINISTRATOR : PAIDAN__CODE__OK;
    return rc;
}

enum rc access_duty_say(struct step *step, const char *person, const Paidan__GrantRole *role,
                        bool revoke, uint64_t change, uint64_t *seq)
{
    Paidan__RoleGranted granted = PAIDAN__ROLE_GRANTED__INIT;
    Paidan__RoleRevoked revoked = PAIDAN__ROLE_REVOKED__INIT;
    CHECK(person[0] != '\0');
    granted.person = revoked.person = (char *)(uintptr_t)person;
    granted.role = revoked.role = (Paidan__GrantRole *)(uintptr_t)role; /* packed, never written */
    granted.has_change = revoked.has_change = change != 0;
    granted.change = revoked.change = change;
    return step_say(step, &(struct step_about){.seq = seq}, revoke ? &revoked.base : &granted.base);
}

/* The scope of an administrator's role is empty, so the fact is as short as it looks. */
static enum rc ask(struct step *step, const Paidan__Request *request,
                   const struct access_person *person, bool revoke)
{
    Paidan__ChangeAsked fact = PAIDAN__CHANGE_ASKED__INIT;
    CHECK(person->number > 0);
    fact.kind =
        revoke ? PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE : PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT;
    fact.person = (char *)(uintptr_t)person->name;
    fact.role = request->role_change->role;
    return access_change_ask(step, request, &fact);
}

/* The actor may be nobody here (a trial's owner); then nothing but the two-person rule binds him. */
enum rc access_duty_apply(struct step *step, const Paidan__Request *request)
{
    const Paidan__RoleChange *const wish = request->role_change;
    const bool revoke = wish->has_revoke && wish->revoke;
    struct access_person person;
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = NULL;
    uint64_t seq = 0;
    char actor[ACTOR_BYTES_MAX + 1];
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    enum rc rc = access_name_find(step->txn, wish->person, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? step_refuse(step, PAIDAN__CODE__PERSON_UNKNOWN, "person") : rc;
    }
    CHECK(person.state != ACCESS_NONE);
    if (access_name_read(request->actor, actor) && strcmp(actor, person.name) == 0) {
        return step_refuse(step, PAIDAN__CODE__SECOND_PERSON, "person");
    }
    rc = access_duty_may(step, &person, wish->role, revoke, &code, &detail);
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc == RC_OK ? step_refuse(step, code, detail) : rc;
    }
    if (access_role_administers((uint32_t)wish->role->role)) {
        return ask(step, request, &person, revoke);
    }
    rc = access_duty_say(step, person.name, wish->role, revoke, 0, &seq);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* False: the fact contradicts the account, which it never does when it was said. */
static bool grant(struct access_person *person, const Paidan__GrantRole *role)
{
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    return person->role_count < GRANT_ROLES_MAX &&
           access_role_find(person, role) == person->role_count &&
           access_role_take(&person->roles[person->role_count++], role);
}

static bool revoke_role(struct access_person *person, const Paidan__GrantRole *role)
{
    const uint32_t at = access_role_find(person, role);
    if (at == person->role_count) {
        return false;
    }
    CHECK(person->role_count > 0);
    person->role_count--;
    memmove(&person->roles[at], &person->roles[at + 1],
            (person->role_count - at) * sizeof person->roles[0]);
    return true;
}

/* Order is kept as roles were given: listings and grants show it. */
enum rc access_duty_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const bool revoked = event->fact_case == PAIDAN__EVENT__FACT_ROLE_REVOKED;
    CHECK(revoked || event->fact_case == PAIDAN__EVENT__FACT_ROLE_GRANTED);
    const char *const name = revoked ? event->role_revoked->person : event->role_granted->person;
    const Paidan__GrantRole *const role =
        revoked ? event->role_revoked->role : event->role_granted->role;
    struct access_person person;
    const enum rc rc = access_name_find(fold->txn, name, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if (!(revoked ? revoke_role(&person, role) : grant(&person, role))) {
        return RC_CORRUPT;
    }
    access_name_count(fold, revoked ? ACCESS_TALLY_ROLES_REVOKED : ACCESS_TALLY_ROLES_GRANTED);
    return access_state_put_person(fold->txn, &person);
}
