/* access_approve: ChangeDecide. Owns nothing: what is approved is said as the fact that it would
 * have been, with the number of the change. What must stay true: neither the one who asked nor the
 * one whom it is about approves it (he may refuse neither: who asked waits for it to lapse), and
 * what has become impossible meanwhile is refused and goes on waiting. */

#include "access_approve.h"

#include <string.h>

#include "access_duty.h"
#include "access_person.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* Whether it can be done now. */
static enum rc judge(struct step *step, const Paidan__ChangeAsked *asked,
                     const struct access_person *person, Paidan__Code *code, const char **detail)
{
    const bool grant = asked->kind == PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT;
    const bool revoke = asked->kind == PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE;
    CHECK(code != NULL);
    *detail = NULL;
    if (grant || revoke) {
        CHECK(asked->role != NULL);
        return access_duty_may(step, person, asked->role, revoke, code, detail);
    }
    *code = access_person_may(person, asked->kind);
    if (*code != PAIDAN__CODE__OK || asked->kind != PAIDAN__CHANGE_KIND__CHANGE_DISABLE) {
        return RC_OK;
    }
    bool last = false;
    const enum rc rc = access_person_is_last(step->txn, person, &last);
    *code = last ? PAIDAN__CODE__LAST_ADMINISTRATOR : PAIDAN__CODE__OK;
    return rc;
}

/* As the facts that the first administrator alone could have caused of anybody else. */
static enum rc carry_out(struct step *step, uint64_t change, const Paidan__ChangeAsked *asked,
                         uint64_t *seq)
{
    CHECK(change != 0);
    switch (asked->kind) {
    case PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT:
    case PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE:
        return access_duty_say(step, asked->person, asked->role,
                               asked->kind == PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE, change, seq);
    case PAIDAN__CHANGE_KIND__CHANGE_DISABLE:
    case PAIDAN__CHANGE_KIND__CHANGE_ENABLE:
    case PAIDAN__CHANGE_KIND__CHANGE_PASSWORD:
    case PAIDAN__CHANGE_KIND__CHANGE_END_TOTP:
        return access_person_approved(step, change, asked, seq);
    case _PAIDAN__CHANGE_KIND_IS_INT_SIZE:
        break;
    }
    return RC_CORRUPT;
}

/* Two facts in one step where it is approved: the decision, then the deed with its number. */
static enum rc decide(struct step *step, const Paidan__ChangeDecide *wish,
                      const Paidan__ChangeAsked *asked)
{
    uint64_t seq = 0;
    CHECK(asked->person != NULL);
    Paidan__ChangeDecided fact = PAIDAN__CHANGE_DECIDED__INIT;
    fact.change = wish->change;
    fact.approved = wish->approve;
    enum rc rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    if (rc == RC_OK && wish->approve) {
        rc = carry_out(step, wish->change, asked, &seq);
    }
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* Names are compared as they are written here: SEC is sec. An actor that is no name of an account (a
 * trial's owner) is compared as he called himself when he asked. */
enum rc access_approve_apply(struct step *step, const Paidan__Request *request)
{
    const Paidan__ChangeDecide *const wish = request->change_decide;
    struct access_change change;
    struct access_person person;
    Paidan__Event *event = NULL;
    Paidan__Code code = PAIDAN__CODE__OK;
    const char *detail = NULL;
    char actor[ACTOR_BYTES_MAX + 1];
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    enum rc rc = access_state_change(step->txn, wish->change, &change);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__CHANGE_UNKNOWN, "change");
    }
    if (rc != RC_OK) {
        return rc;
    }
    const bool is_name = access_name_read(request->actor, actor);
    if (strcmp(request->actor, change.asked_by) == 0 ||
        (is_name && (strcmp(actor, change.asked_by) == 0 || strcmp(actor, change.name) == 0))) {
        return step_refuse(step, PAIDAN__CODE__SECOND_PERSON, NULL);
    }
    rc = step_read(step, wish->change, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_CHANGE_ASKED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    rc = access_state_person(step->txn, change.name, &person);
    CHECK(rc != RC_NOT_FOUND); /* accounts are never taken away */
    if (rc == RC_OK && wish->approve) {
        rc = judge(step, event->change_asked, &person, &code, &detail);
    }
    if (rc != RC_OK || code != PAIDAN__CODE__OK) {
        return rc == RC_OK ? step_refuse(step, code, detail) : rc;
    }
    return decide(step, wish, event->change_asked);
}
