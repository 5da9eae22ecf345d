/* access_core: the service as the step engine sees it: which wish and which fact belongs to which
 * part. Owns the service's name, tables and counters; follows nobody. Folding reads the event and
 * the tables alone, no key. */

#include "access.h"
#include "access_apikey.h"
#include "access_approve.h"
#include "access_audit.h"
#include "access_change.h"
#include "access_duty.h"
#include "access_factor.h"
#include "access_login.h"
#include "access_password.h"
#include "access_person.h"
#include "access_reading.h"
#include "access_rights.h"
#include "access_session.h"
#include "common/base/check.h"

/* Facts of logins, sessions and keys. */
static enum rc evolve_use(struct step_fold *fold, const Paidan__Event *event)
{
    CHECK(event->fact_case != PAIDAN__EVENT__FACT__NOT_SET);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_LOGGED_ON:
        return access_login_fold(fold, event);
    case PAIDAN__EVENT__FACT_LOGIN_FAILED:
        return access_login_fold_failed(fold, event);
    case PAIDAN__EVENT__FACT_FAILURES_FORGOTTEN:
        return access_login_forget(fold, event->failures_forgotten->name_key);
    case PAIDAN__EVENT__FACT_SESSION_SEEN:
        return access_session_fold_seen(fold, event);
    case PAIDAN__EVENT__FACT_SESSION_ENDED:
        return access_session_fold_ended(fold, event);
    case PAIDAN__EVENT__FACT_PASSWORD_CHANGED:
        return access_password_fold(fold, event);
    case PAIDAN__EVENT__FACT_TOTP_STARTED:
        return access_factor_fold_started(fold, event);
    case PAIDAN__EVENT__FACT_TOTP_CONFIRMED:
        return access_factor_fold_confirmed(fold, event);
    case PAIDAN__EVENT__FACT_TOTP_ENDED:
        return access_factor_fold_ended(fold, event);
    case PAIDAN__EVENT__FACT_KEY_MADE:
        return access_apikey_fold_made(fold, event);
    case PAIDAN__EVENT__FACT_KEY_REVOKED:
        return access_apikey_fold_revoked(fold, event);
    case PAIDAN__EVENT__FACT_KEY_SEEN:
        return access_apikey_fold_seen(fold, event);
    default:
        return RC_CORRUPT; /* not a fact of this service */
    }
}

/* What changes an administrator approved is an ordinary fact that ends the change as well. */
static enum rc evolve(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    CHECK(seq > 0);
    switch (event->fact_case) {
    case PAIDAN__EVENT__FACT_PERSON_ADDED:
        return access_person_fold_added(fold, seq, event);
    case PAIDAN__EVENT__FACT_PERSON_CHANGED:
        return access_person_fold_changed(fold, event);
    case PAIDAN__EVENT__FACT_ROLE_GRANTED:
    case PAIDAN__EVENT__FACT_ROLE_REVOKED:
        return access_duty_fold(fold, event);
    case PAIDAN__EVENT__FACT_CHANGE_ASKED:
        return access_change_fold_asked(fold, seq, event);
    case PAIDAN__EVENT__FACT_CHANGE_DECIDED:
        return access_change_fold_end(fold, event->change_decided->change);
    case PAIDAN__EVENT__FACT_CHANGE_LAPSED:
        return access_change_fold_end(fold, event->change_lapsed->change);
    case PAIDAN__EVENT__FACT_SITE_CHANGED:
        return RC_OK;
    default:
        return evolve_use(fold, event);
    }
}

/* Wishes that change nothing; all others of this service go into a step. Renew and KeyUse are among
 * those: that somebody is there is a fact. */
static bool reads(const Paidan__Request *request)
{
    CHECK(request->wish_case != PAIDAN__REQUEST__WISH__NOT_SET);
    return request->wish_case == PAIDAN__REQUEST__WISH_LOGIN_START ||
           request->wish_case == PAIDAN__REQUEST__WISH_SESSION_LIST ||
           request->wish_case == PAIDAN__REQUEST__WISH_PERSON_LIST ||
           request->wish_case == PAIDAN__REQUEST__WISH_CHANGE_LIST ||
           request->wish_case == PAIDAN__REQUEST__WISH_KEY_LIST ||
           request->wish_case == PAIDAN__REQUEST__WISH_ACCESS_AUDIT ||
           request->wish_case == PAIDAN__REQUEST__WISH_RIGHTS_SINCE;
}

/* The numbers 70 to 90 of Request are this service's alone (proto/command.proto). */
static bool knows(const Paidan__Request *request)
{
    return request->wish_case >= PAIDAN__REQUEST__WISH_LOGIN_START &&
           request->wish_case <= PAIDAN__REQUEST__WISH_RIGHTS_SINCE;
}

static bool changes(const Paidan__Request *request)
{
    return knows(request) && !reads(request);
}

/* One row of due is one thing that can happen by itself; its kind says to which part. */
static enum rc apply_due(struct step *step, const struct due *due)
{
    CHECK(due->due_ms <= step->now_ms);
    switch (due->kind) {
    case ACCESS_DUE_SESSION:
        return access_session_due(step, due);
    case ACCESS_DUE_FAILURE:
        return access_login_due(step, due);
    case ACCESS_DUE_CHANGE:
        return access_change_due(step, due);
    default:
        return RC_CORRUPT;
    }
}

/* What administrators wish. */
static enum rc apply_rule(struct step *step, const struct step_input *input)
{
    const Paidan__Request *const request = input->request;
    CHECK(input->kind == STEP_COMMAND);
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_SESSION_REVOKE:
        return access_session_revoke(step, request);
    case PAIDAN__REQUEST__WISH_PERSON_ADD:
        return access_person_add(step, request);
    case PAIDAN__REQUEST__WISH_PERSON_CHANGE:
        return access_person_change(step, request);
    case PAIDAN__REQUEST__WISH_ROLE_CHANGE:
        return access_duty_apply(step, request);
    case PAIDAN__REQUEST__WISH_CHANGE_DECIDE:
        return access_approve_apply(step, request);
    case PAIDAN__REQUEST__WISH_KEY_MAKE:
        return access_apikey_make(step, request);
    case PAIDAN__REQUEST__WISH_KEY_REVOKE:
        return access_apikey_revoke(step, request);
    case PAIDAN__REQUEST__WISH_ACCESS_INIT:
        return access_person_init(step, input);
    default:
        return step_refuse(step, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

/* Deadlines come first in a step, so that no wish finds a session that is over or a lock that has
 * passed still in its table. */
static enum rc apply(struct step *step, const struct step_input *input)
{
    CHECK(input->kind != STEP_RECORD); /* no log is followed */
    CHECK(input->kind != STEP_COMMAND || changes(input->request));
    if (input->kind == STEP_DUE) {
        return apply_due(step, &input->due);
    }
    const Paidan__Request *const request = input->request;
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LOGIN:
        return access_login_apply(step, request);
    case PAIDAN__REQUEST__WISH_RENEW:
        return access_session_renew(step, request);
    case PAIDAN__REQUEST__WISH_LOGOUT:
        return access_session_logout(step, request);
    case PAIDAN__REQUEST__WISH_PASSWORD_SET:
        return access_password_apply(step, request);
    case PAIDAN__REQUEST__WISH_TOTP:
        return access_factor_apply(step, request);
    case PAIDAN__REQUEST__WISH_KEY_USE:
        return access_apikey_use(step, request);
    default:
        return apply_rule(step, input);
    }
}

/* Wishes that change nothing, answered from a read transaction beside the next step. */
static enum rc query(struct step_view *view, const Paidan__Request *request, Paidan__Answer *answer)
{
    CHECK(!changes(request));
    switch (request->wish_case) {
    case PAIDAN__REQUEST__WISH_LOGIN_START:
        return access_login_start(view, request->login_start, answer);
    case PAIDAN__REQUEST__WISH_SESSION_LIST:
        return access_reading_sessions(view, request, answer);
    case PAIDAN__REQUEST__WISH_PERSON_LIST:
        return access_reading_people(view, request->person_list, answer);
    case PAIDAN__REQUEST__WISH_CHANGE_LIST:
        return access_reading_changes(view, request->change_list, answer);
    case PAIDAN__REQUEST__WISH_KEY_LIST:
        return access_reading_keys(view, request->key_list, answer);
    case PAIDAN__REQUEST__WISH_ACCESS_AUDIT:
        return access_audit_list(view, request->access_audit, answer);
    case PAIDAN__REQUEST__WISH_RIGHTS_SINCE:
        return access_rights_since(view, request->rights_since, answer);
    default:
        return step_view_refuse(answer, PAIDAN__CODE__WISH_UNSUPPORTED, NULL);
    }
}

static const char *const follows[] = {NULL};
static const char *const followed_by[] = {NULL};
static const char *const tables[] = {"person", "session", "held", "failure", "change", "key", NULL};
static const char *const tallies[ACCESS_TALLY_COUNT + 1] = {COUNTERS_ACCESS(COUNTER_NAME)};

const struct step_service access_service = {
    .name = "access",
    .follows = follows,
    .followed_by = followed_by,
    .tables = tables,
    .tallies = tallies,
    /* It is the record of who could do what, and changes are read from it. */
    .keeps_log = true,
    .apply = apply,
    .evolve = evolve,
    .query = query,
    .changes = changes,
    .knows = knows,
};
