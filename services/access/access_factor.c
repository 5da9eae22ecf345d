/* access_factor: TOTP (RFC 6238: SHA-1, 6 digits, 30 seconds, as every app has it) and the ten
 * recovery codes. Owns what an account keeps of them. What must stay true: a factor is in force only
 * once a code proved that the person's device has the secret; the secret stands in the log sealed,
 * the recovery codes hashed under a key; both are told once, in an answer that is not stored. */

#include "access_factor.h"

#include <stdio.h>
#include <string.h>

#include "access_login.h"
#include "access_password.h"
#include "access_secret.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* Never stored: the log must not hold what the sealed facts hide. Who loses the answer begins anew. */
static enum rc show(struct step *step, Paidan__TotpShown *body)
{
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    CHECK(body->secret == NULL || body->n_recovery_codes == 0);
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_TOTP_SHOWN;
    answer.totp_shown = body;
    return step_answer_unstored(step, &answer);
}

/* otpauth://totp/Paidan:NAME?secret=...&issuer=Paidan; the name in percent signs. */
static void uri_of(const char *name, const char *secret, char *uri, size_t size)
{
    char quoted[3 * ACTOR_BYTES_MAX + 1];
    size_t used = 0;
    for (; *name != '\0'; name++) {
        const unsigned char letter = (unsigned char)*name;
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                           letter == '.' || letter == '_' || letter == '-';
        used +=
            (size_t)snprintf(quoted + used, sizeof quoted - used, plain ? "%c" : "%%%02X", letter);
        CHECK(used < sizeof quoted);
    }
    (void)snprintf(uri, size, "otpauth://totp/Paidan:%s?secret=%s&issuer=Paidan", quoted, secret);
}

/* The password is asked for once more: who finds a browser open must not be able to tie the account
 * to a device of his own. */
static enum rc start(struct step *step, const Paidan__Totp *wish)
{
    struct access_proven proven;
    unsigned char secret[ACCESS_TOTP_BYTES], sealed[TOTP_SEALED_BYTES];
    char text[33], uri[DETAIL_BYTES_MAX + 32];
    if (!wish->has_proof) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "proof");
    }
    enum rc rc = access_password_prove(step, &wish->token_hash, &wish->proof, &proven);
    if (rc != RC_OK || proven.answered) {
        return rc;
    }
    access_secret_totp(step->entropy, proven.person.name, secret);
    access_secret_seal(proven.person.name, secret, sealed);
    Paidan__TotpStarted fact = PAIDAN__TOTP_STARTED__INIT;
    fact.person = proven.person.name;
    fact.sealed = (ProtobufCBinaryData){.len = sizeof sealed, .data = sealed};
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(proven.name_key != 0);
    access_secret_base32(secret, text);
    uri_of(proven.person.name, text, uri, sizeof uri);
    Paidan__TotpShown body = PAIDAN__TOTP_SHOWN__INIT;
    body.secret = text;
    body.uri = uri;
    return show(step, &body);
}

/* Ten codes from the entropy of this very step, under the key: made again for nobody. */
static enum rc say_confirmed(struct step *step, const struct access_person *person, uint64_t at)
{
    char codes[RECOVERY_CODES][ACCESS_RECOVERY_BYTES], *list[RECOVERY_CODES];
    unsigned char hashes[RECOVERY_CODES][RECOVERY_HASH_BYTES];
    ProtobufCBinaryData marks[RECOVERY_CODES];
    CHECK(at > person->factor_step);
    for (unsigned index = 0; index < RECOVERY_CODES; index++) {
        access_secret_recovery(step->entropy, person->name, index, codes[index]);
        access_secret_recovery_hash(person->name, codes[index], hashes[index]);
        marks[index] = (ProtobufCBinaryData){.len = RECOVERY_HASH_BYTES, .data = hashes[index]};
        list[index] = codes[index];
    }
    Paidan__TotpConfirmed fact = PAIDAN__TOTP_CONFIRMED__INIT;
    fact.person = (char *)(uintptr_t)person->name;
    fact.step = at;
    fact.n_recovery_hashes = RECOVERY_CODES;
    fact.recovery_hashes = marks;
    const enum rc rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    Paidan__TotpShown body = PAIDAN__TOTP_SHOWN__INIT;
    body.n_recovery_codes = RECOVERY_CODES;
    body.recovery_codes = list;
    return rc == RC_OK ? show(step, &body) : rc;
}

/* No proof here: the secret was shown to whoever gave it a minute ago. Wrong codes count as failures
 * all the same, or six digits could be tried until one fits. */
static enum rc confirm(struct step *step, const Paidan__Totp *wish)
{
    struct access_proven proven;
    unsigned char secret[ACCESS_TOTP_BYTES];
    if (text_blank(wish->code)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "code");
    }
    const enum rc rc = access_password_prove(step, &wish->token_hash, NULL, &proven);
    if (rc != RC_OK || proven.answered) {
        return rc;
    }
    if (!proven.person.pending) {
        return step_refuse(step, PAIDAN__CODE__FACTOR_NOT_SET, NULL);
    }
    CHECK(proven.name_key != 0);
    uint64_t at = 0;
    if (access_secret_open(proven.person.name, proven.person.pending_sealed, secret)) {
        at = access_secret_step(secret, wish->code, step->now_ms, proven.person.factor_step);
    }
    return at == 0 ? access_login_fail(step, proven.name_key, &proven.person,
                                       PAIDAN__LOGIN_WHY__LOGIN_CODE, &proven.failure)
                   : say_confirmed(step, &proven.person, at);
}

/* Both factors, as at the door: whoever has only one of them must not lower it. */
static enum rc end(struct step *step, const Paidan__Totp *wish)
{
    struct access_proven proven;
    struct access_code code;
    if (!wish->has_proof || text_blank(wish->code)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, wish->has_proof ? "code" : "proof");
    }
    enum rc rc = access_password_prove(step, &wish->token_hash, &wish->proof, &proven);
    if (rc != RC_OK || proven.answered) {
        return rc;
    }
    if (!proven.person.factor) {
        return step_refuse(step, PAIDAN__CODE__FACTOR_NOT_SET, NULL);
    }
    if (!access_login_code(&proven.person, wish->code, step->now_ms, &code)) {
        return access_login_fail(step, proven.name_key, &proven.person,
                                 PAIDAN__LOGIN_WHY__LOGIN_CODE, &proven.failure);
    }
    CHECK(code.step != 0 || code.recovery);
    Paidan__TotpEnded fact = PAIDAN__TOTP_ENDED__INIT;
    fact.person = proven.person.name;
    fact.step = code.step != 0 ? code.step : proven.person.factor_step;
    rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
    Paidan__TotpShown body = PAIDAN__TOTP_SHOWN__INIT;
    return rc == RC_OK ? show(step, &body) : rc;
}

enum rc access_factor_apply(struct step *step, const Paidan__Request *request)
{
    const Paidan__Totp *const wish = request->totp;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_TOTP);
    switch (wish->act) {
    case PAIDAN__TOTP_ACT__TOTP_START:
        return start(step, wish);
    case PAIDAN__TOTP_ACT__TOTP_CONFIRM:
        return confirm(step, wish);
    case PAIDAN__TOTP_ACT__TOTP_END:
        return end(step, wish);
    case _PAIDAN__TOTP_ACT_IS_INT_SIZE:
        break;
    }
    return step_refuse(step, PAIDAN__CODE__ENUM_UNKNOWN, "act");
}

/* ---- folding ---- */

static enum rc person_of(struct step_fold *fold, const char *name, struct access_person *person)
{
    const enum rc rc = access_name_find(fold->txn, name, person);
    CHECK(rc != RC_OK || person->number > 0);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc access_factor_fold_started(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__TotpStarted *const fact = event->totp_started;
    struct access_person person;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_TOTP_STARTED);
    const enum rc rc = person_of(fold, fact->person, &person);
    if (rc != RC_OK || fact->sealed.len != TOTP_SEALED_BYTES) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    /* The one in force stays until this one is confirmed. */
    person.pending = true;
    memcpy(person.pending_sealed, fact->sealed.data, TOTP_SEALED_BYTES);
    return access_state_put_person(fold->txn, &person);
}

/* The secret that was pending is in force from here on; an older factor and its codes are gone. */
enum rc access_factor_fold_confirmed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__TotpConfirmed *const fact = event->totp_confirmed;
    struct access_person person;
    const enum rc rc = person_of(fold, fact->person, &person);
    if (rc != RC_OK) {
        return rc;
    }
    if (!person.pending || fact->step <= person.factor_step) {
        return RC_CORRUPT;
    }
    CHECK(fact->n_recovery_hashes <= RECOVERY_CODES);
    for (size_t index = 0; index < fact->n_recovery_hashes; index++) {
        if (fact->recovery_hashes[index].len != RECOVERY_HASH_BYTES) {
            return RC_CORRUPT;
        }
        memcpy(person.recovery[index].hash, fact->recovery_hashes[index].data, RECOVERY_HASH_BYTES);
    }
    person.recovery_count = (uint32_t)fact->n_recovery_hashes;
    person.factor = true;
    person.pending = false;
    person.factor_step = fact->step;
    memcpy(person.sealed, person.pending_sealed, TOTP_SEALED_BYTES);
    return access_state_put_person(fold->txn, &person);
}

/* factor_step stays: if the same secret is ever set up again, a code seen once opens nothing. */
enum rc access_factor_fold_ended(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__TotpEnded *const fact = event->totp_ended;
    struct access_person person;
    const enum rc rc = person_of(fold, fact->person, &person);
    if (rc != RC_OK) {
        return rc;
    }
    if (!person.factor || fact->step < person.factor_step) {
        return RC_CORRUPT;
    }
    CHECK(person.recovery_count <= RECOVERY_CODES);
    person.factor = false;
    person.recovery_count = 0;
    person.factor_step = fact->step;
    return access_state_put_person(fold->txn, &person);
}
