/* access_password: only who knows the password may change it, though he is logged in: a browser left
 * open is not enough. Owns the way from INVITED to ACTIVE. What must stay true: a wrong proof here
 * counts as one at the door, and whoever else is logged in as that person is so no longer. */

#include "access_password.h"

#include <string.h>

#include "access_login.h"
#include "access_secret.h"
#include "access_session.h"
#include "common/base/check.h"
#include "common/base/codec.h"

/* Answered: the caller has nothing more to do, and returns what this returns. */
static enum rc refuse(struct step *step, struct access_proven *proven, Paidan__Code code,
                      const char *detail)
{
    CHECK(!proven->answered);
    proven->answered = true;
    return step_refuse(step, code, detail);
}

enum rc access_password_prove(struct step *step, const ProtobufCBinaryData *token_hash,
                              const ProtobufCBinaryData *proof, struct access_proven *proven)
{
    bool locked = false;
    CHECK(token_hash != NULL);
    proven->answered = false;
    if (proof != NULL && !access_name_is(proof, SECRET_HASH_BYTES)) {
        return refuse(step, proven, PAIDAN__CODE__FIELD_INVALID, "proof");
    }
    enum rc rc =
        access_session_find(step->txn, step->now_ms, token_hash, &proven->session, &proven->person);
    if (rc == RC_NOT_FOUND) {
        return refuse(step, proven, PAIDAN__CODE__SESSION_ENDED, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    proven->name_key = access_secret_name_key(proven->person.name);
    rc = access_login_locked(step, proven->name_key, &proven->failure, &locked);
    if (rc == RC_OK && locked) {
        proven->answered = true;
        return access_login_refuse(step, &proven->failure);
    }
    if (rc == RC_OK && proof != NULL && !access_login_right(&proven->person, proof)) {
        proven->answered = true;
        return access_login_fail(step, proven->name_key, &proven->person,
                                 PAIDAN__LOGIN_WHY__LOGIN_PASSWORD, &proven->failure);
    }
    return rc;
}

/* The bounds of what is new are judged before the old proof, so that a mistake in the form costs no
 * failure. */
enum rc access_password_apply(struct step *step, const Paidan__Request *request)
{
    const Paidan__PasswordSet *const wish = request->password_set;
    struct access_proven proven;
    unsigned char hash[SECRET_HASH_BYTES], keeps[SESSION_BYTES];
    uint64_t seq = 0;
    if (!access_name_terms_fit(wish->terms)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "terms");
    }
    if (!access_name_is(&wish->new_proof, SECRET_HASH_BYTES)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "new_proof");
    }
    enum rc rc = access_password_prove(step, &wish->token_hash, &wish->proof, &proven);
    if (rc != RC_OK || proven.answered) {
        return rc;
    }
    /* The same salt would tell from the log that a password was kept, or came back. */
    if (memcmp(wish->terms->salt.data, proven.person.terms.salt, PASSWORD_SALT_BYTES) == 0) {
        return step_refuse(step, PAIDAN__CODE__PASSWORD_SAME, "terms");
    }
    CHECK(access_fsm_step(proven.person.state, ACCESS_PASSWORD_SET).allowed);
    access_secret_mark(wish->new_proof.data, hash);
    codec_set_u64(keeps, access_state_id(proven.session.mark));
    Paidan__Verifier verifier = PAIDAN__VERIFIER__INIT;
    verifier.terms = wish->terms;
    verifier.hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    Paidan__PasswordChanged fact = PAIDAN__PASSWORD_CHANGED__INIT;
    fact.person = proven.person.name;
    fact.password = &verifier;
    fact.keeps = (ProtobufCBinaryData){.len = sizeof keeps, .data = keeps};
    rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* The session that asked goes on; every other one of the person ends without a fact of its own. */
enum rc access_password_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__PasswordChanged *const fact = event->password_changed;
    struct access_person person;
    const enum rc rc = access_name_find(fold->txn, fact->person, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct access_step next = access_fsm_step(person.state, ACCESS_PASSWORD_SET);
    if (!next.allowed || fact->keeps.len != SESSION_BYTES ||
        fact->password->hash.len != SECRET_HASH_BYTES ||
        !access_name_terms_fit(fact->password->terms)) {
        return RC_CORRUPT;
    }
    CHECK(next.next == ACCESS_ACTIVE);
    person.state = next.next;
    access_name_terms_take(&person.terms, fact->password->terms);
    memcpy(person.password, fact->password->hash.data, SECRET_HASH_BYTES);
    access_name_count(fold, ACCESS_TALLY_PASSWORDS);
    const enum rc ended =
        access_session_end_all(fold, person.number, codec_u64_at(fact->keeps.data));
    return ended == RC_OK ? access_state_put_person(fold->txn, &person) : ended;
}
