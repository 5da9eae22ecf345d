/* access_person: who has an account. Owns the way accounts come to be: three administrators while
 * nobody is there, then people by the system administrator, each with a first password that opens
 * nothing but the way to another one. What must stay true: what takes an administrator out of his
 * account, or lets another one into it, is done by two; and no administrator's role is ever left
 * without anybody. */

#include "access_person.h"

#include <string.h>

#include "access_login.h"
#include "access_role.h"
#include "access_secret.h"
#include "access_session.h"
#include "common/base/check.h"
#include "common/text/text.h"

/* Everybody who works for a city; a bound for listings and backups, no licence. */
enum { PEOPLE_MAX = 100000 };

/* ---- adding ---- */

/* OK, or the code; *detail: the field. */
static Paidan__Code judge_new(const char *typed, const Paidan__PasswordTerms *terms,
                              const ProtobufCBinaryData *proof, char *name, const char **detail)
{
    *detail = "person";
    if (!access_name_read(typed, name)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    /* Of new names alone: whoever was added with such a one before is still in the log. */
    if (text_name_judge_code(name) != TEXT_NAME_FITS) {
        return PAIDAN__CODE__NAME_UNSAFE;
    }
    if (access_name_reserved(name)) {
        return PAIDAN__CODE__PERSON_EXISTS;
    }
    *detail = access_name_terms_fit(terms) ? "proof" : "terms";
    if (!access_name_terms_fit(terms) || !access_name_is(proof, SECRET_HASH_BYTES)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    CHECK(name[0] != '\0');
    *detail = NULL;
    return PAIDAN__CODE__OK;
}

/* It stands beside the account's name in every list; none at all is the account's name. */
static bool full_name_fits(const char *name)
{
    return text_blank(name) || text_name_judge(name) == TEXT_NAME_FITS;
}

/* The fact keeps the hash of the proof, never the proof: a proof is as good as the password here. */
static void verifier_of(const ProtobufCBinaryData *proof, Paidan__PasswordTerms *terms,
                        unsigned char hash[SECRET_HASH_BYTES], Paidan__Verifier *verifier)
{
    CHECK(proof->len == SECRET_HASH_BYTES);
    access_secret_mark(proof->data, hash);
    paidan__verifier__init(verifier);
    verifier->terms = terms;
    verifier->hash = (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = hash};
}

/* Without a role: those are the security administrator's to give. */
enum rc access_person_add(struct step *step, const Paidan__Request *request)
{
    const Paidan__PersonAdd *const wish = request->person_add;
    char name[ACTOR_BYTES_MAX + 1];
    unsigned char hash[SECRET_HASH_BYTES];
    const char *detail = NULL;
    struct access_person there;
    const Paidan__Code code = judge_new(wish->person, wish->terms, &wish->proof, name, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    if (step->tally->values[ACCESS_TALLY_PEOPLE] >= PEOPLE_MAX) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, "person");
    }
    if (!full_name_fits(wish->full_name)) {
        return step_refuse(step, PAIDAN__CODE__NAME_UNSAFE, "full_name");
    }
    enum rc rc = access_state_person(step->txn, name, &there);
    if (rc == RC_OK) {
        return step_refuse(step, PAIDAN__CODE__PERSON_EXISTS, "person");
    }
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    uint64_t seq = 0;
    Paidan__Verifier verifier;
    verifier_of(&wish->proof, wish->terms, hash, &verifier);
    Paidan__PersonAdded fact = PAIDAN__PERSON_ADDED__INIT;
    fact.person = name;
    fact.full_name = text_blank(wish->full_name) ? NULL : wish->full_name;
    fact.password = &verifier;
    rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    CHECK(rc != RC_OK || seq != 0);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* The three are said in one step: either all are there or none. */
static enum rc say_first(struct step *step, const Paidan__FirstPerson *first, const char *name,
                         Paidan__Role role, uint32_t item, uint64_t *seq)
{
    unsigned char hash[SECRET_HASH_BYTES];
    Paidan__Verifier verifier;
    CHECK(access_role_administers((uint32_t)role));
    verifier_of(&first->proof, first->terms, hash, &verifier);
    Paidan__PersonAdded fact = PAIDAN__PERSON_ADDED__INIT;
    fact.person = (char *)(uintptr_t)name;
    fact.password = &verifier;
    fact.has_first = 1;
    fact.first = role;
    return step_say(step, &(struct step_about){.item = item, .seq = seq}, &fact.base);
}

/* The only way to an account that nobody else made, and it is shut for ever by its first use. */
enum rc access_person_init(struct step *step, const struct step_input *input)
{
    enum { FIRST = 3 };
    const Paidan__AccessInit *const wish = input->request->access_init;
    const Paidan__FirstPerson *const people[FIRST] = {wish->system, wish->security, wish->audit};
    static const Paidan__Role roles[FIRST] = {
        PAIDAN__ROLE__ROLE_SYSTEM, PAIDAN__ROLE__ROLE_SECURITY, PAIDAN__ROLE__ROLE_AUDITOR};
    char names[FIRST][ACTOR_BYTES_MAX + 1];
    uint64_t seq = 0;
    /* Whoever owns the service's files could write them anyway; nobody else may begin. */
    if (input->peer != NULL && input->peer->uid != access_secret_keys()->uid) {
        return step_refuse(step, PAIDAN__CODE__FORBIDDEN, NULL);
    }
    if (step->tally->values[ACCESS_TALLY_PEOPLE] > 0) {
        return step_refuse(step, PAIDAN__CODE__NOT_FIRST, NULL);
    }
    for (uint32_t index = 0; index < FIRST; index++) {
        const char *detail = NULL;
        Paidan__Code code = judge_new(people[index]->person, people[index]->terms,
                                      &people[index]->proof, names[index], &detail);
        for (uint32_t other = 0; code == PAIDAN__CODE__OK && other < index; other++) {
            code = strcmp(names[other], names[index]) == 0 ? PAIDAN__CODE__ROLE_CONFLICT : code;
        }
        if (code != PAIDAN__CODE__OK) {
            return step_refuse(step, code, detail);
        }
    }
    enum rc rc = RC_OK;
    for (uint32_t index = 0; rc == RC_OK && index < FIRST; index++) {
        rc = say_first(step, people[index], names[index], roles[index], index, &seq);
    }
    CHECK(rc != RC_OK || seq >= FIRST);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* ---- changing ---- */

/* Roles are judged where they are given (access_duty); a password may be given at any time. */
Paidan__Code access_person_may(const struct access_person *person, Paidan__ChangeKind kind)
{
    CHECK(person->state != ACCESS_NONE);
    switch (kind) {
    case PAIDAN__CHANGE_KIND__CHANGE_DISABLE:
    case PAIDAN__CHANGE_KIND__CHANGE_ENABLE: {
        const enum access_signal signal =
            kind == PAIDAN__CHANGE_KIND__CHANGE_DISABLE ? ACCESS_DISABLE : ACCESS_ENABLE;
        return access_fsm_step(person->state, signal).allowed ? PAIDAN__CODE__OK
                                                              : PAIDAN__CODE__ALREADY_DONE;
    }
    case PAIDAN__CHANGE_KIND__CHANGE_END_TOTP:
        return person->factor ? PAIDAN__CODE__OK : PAIDAN__CODE__FACTOR_NOT_SET;
    case PAIDAN__CHANGE_KIND__CHANGE_PASSWORD:
    case PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT:
    case PAIDAN__CHANGE_KIND__CHANGE_ROLE_REVOKE:
    case _PAIDAN__CHANGE_KIND_IS_INT_SIZE:
        break;
    }
    return PAIDAN__CODE__OK;
}

/* Walks all accounts: an administrator is disabled or relieved a few times a year. Who is disabled
 * does not count, for he cannot act. */
enum rc access_person_is_last(struct store_txn *txn, const struct access_person *person, bool *last)
{
    const uint32_t role = access_role_of_administrator(person);
    struct store_walk walk;
    struct access_person other;
    CHECK(last != NULL);
    *last = role != 0;
    if (role == 0) {
        return RC_OK;
    }
    enum rc rc = access_state_walk_people(txn, NULL, &walk, &other);
    while (rc == RC_OK && *last) {
        *last = other.number == person->number || other.state == ACCESS_DISABLED ||
                access_role_of_administrator(&other) != role;
        rc = access_state_next_person(&walk, &other);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* What the wish asks for, one bit a kind of change. */
static unsigned kinds_of(const Paidan__PersonChange *wish)
{
    unsigned kinds = 0;
    if (wish->has_disabled) {
        kinds |= 1u << (wish->disabled ? PAIDAN__CHANGE_KIND__CHANGE_DISABLE
                                       : PAIDAN__CHANGE_KIND__CHANGE_ENABLE);
    }
    kinds |=
        wish->terms != NULL || wish->has_proof ? 1u << PAIDAN__CHANGE_KIND__CHANGE_PASSWORD : 0;
    kinds |= wish->has_end_totp && wish->end_totp ? 1u << PAIDAN__CHANGE_KIND__CHANGE_END_TOTP : 0;
    CHECK(kinds < 1u << PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT);
    return kinds;
}

/* Whether there is anything to do, and each of it can be done now. detail: a field or the state. */
static Paidan__Code judge_change(const Paidan__PersonChange *wish,
                                 const struct access_person *person, const char **detail)
{
    CHECK(detail != NULL);
    const unsigned kinds = kinds_of(wish);
    *detail = wish->terms == NULL ? "terms" : "proof";
    if ((kinds & 1u << PAIDAN__CHANGE_KIND__CHANGE_PASSWORD) != 0 &&
        (wish->terms == NULL || !wish->has_proof || !access_name_terms_fit(wish->terms) ||
         !access_name_is(&wish->proof, SECRET_HASH_BYTES))) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "full_name";
    if (!full_name_fits(wish->full_name)) {
        return PAIDAN__CODE__NAME_UNSAFE;
    }
    *detail = NULL;
    if (kinds == 0 && wish->full_name == NULL && !(wish->has_unlock && wish->unlock)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    Paidan__Code code = PAIDAN__CODE__OK;
    for (unsigned kind = 1; code == PAIDAN__CODE__OK && kinds >> kind != 0; kind++) {
        code =
            (kinds >> kind & 1u) != 0 ? access_person_may(person, (Paidan__ChangeKind)kind) : code;
    }
    *detail = code == PAIDAN__CODE__ALREADY_DONE ? access_fsm_state_name(person->state) : NULL;
    return code;
}

/* One fact for all of it. How many sessions it will end is read before it is said, for folding ends
 * them. */
static enum rc say_changed(struct step *step, const struct access_person *person,
                           const Paidan__PersonChange *wish)
{
    unsigned char hash[SECRET_HASH_BYTES];
    uint64_t seq = 0;
    struct access_held held = {.count = 0};
    Paidan__Verifier verifier;
    Paidan__PersonChanged fact = PAIDAN__PERSON_CHANGED__INIT;
    CHECK(person->number > 0);
    fact.person = (char *)(uintptr_t)person->name;
    fact.full_name = wish->full_name;
    fact.has_disabled = wish->has_disabled;
    fact.disabled = wish->disabled;
    if (wish->terms != NULL) {
        verifier_of(&wish->proof, wish->terms, hash, &verifier);
        fact.password = &verifier;
    }
    fact.has_end_totp = wish->has_end_totp && wish->end_totp;
    fact.end_totp = fact.has_end_totp;
    fact.has_unlock = wish->has_unlock && wish->unlock;
    fact.unlock = access_secret_name_key(person->name);
    enum rc rc = RC_OK;
    if (fact.password != NULL || (fact.has_disabled && fact.disabled)) {
        rc = access_state_held(step->txn, person->number, &held);
    }
    if (rc == RC_OK) {
        rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    }
    return rc == RC_OK ? access_name_done(
                             step, &(struct access_done){.seq = seq, .sessions_ended = held.count})
                       : rc;
}

/* One thing at a time, so that who approves knows what. */
static enum rc ask_change(struct step *step, const Paidan__Request *request,
                          const struct access_person *person, unsigned kinds)
{
    const Paidan__PersonChange *const wish = request->person_change;
    unsigned char hash[SECRET_HASH_BYTES];
    Paidan__Verifier verifier;
    Paidan__ChangeAsked fact = PAIDAN__CHANGE_ASKED__INIT;
    bool last = false;
    CHECK(kinds != 0);
    if ((kinds & (kinds - 1)) != 0 || wish->full_name != NULL ||
        (wish->has_unlock && wish->unlock)) {
        return step_refuse(step, PAIDAN__CODE__TOO_MANY_ITEMS, NULL);
    }
    for (fact.kind = PAIDAN__CHANGE_KIND__CHANGE_DISABLE; kinds >> fact.kind != 1u;) {
        fact.kind = (Paidan__ChangeKind)((unsigned)fact.kind + 1u);
    }
    if (fact.kind == PAIDAN__CHANGE_KIND__CHANGE_DISABLE) {
        const enum rc rc = access_person_is_last(step->txn, person, &last);
        if (rc != RC_OK || last) {
            return rc == RC_OK ? step_refuse(step, PAIDAN__CODE__LAST_ADMINISTRATOR, NULL) : rc;
        }
    }
    fact.person = (char *)(uintptr_t)person->name;
    if (fact.kind == PAIDAN__CHANGE_KIND__CHANGE_PASSWORD) {
        verifier_of(&wish->proof, wish->terms, hash, &verifier);
        fact.password = &verifier;
    }
    return access_change_ask(step, request, &fact);
}

/* Names and unlocking are harmless and done by one; what shuts an administrator out, or lets another
 * one in under his name, waits for a second. */
enum rc access_person_change(struct step *step, const Paidan__Request *request)
{
    const Paidan__PersonChange *const wish = request->person_change;
    struct access_person person;
    const char *detail = NULL;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_PERSON_CHANGE);
    const enum rc rc = access_name_find(step->txn, wish->person, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? step_refuse(step, PAIDAN__CODE__PERSON_UNKNOWN, "person") : rc;
    }
    const Paidan__Code code = judge_change(wish, &person, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    const unsigned kinds = kinds_of(wish);
    return kinds != 0 && access_role_of_administrator(&person) != 0
               ? ask_change(step, request, &person, kinds)
               : say_changed(step, &person, wish);
}

/* As it was asked, by the fact in the log; the verifier of a new password stands there too. */
enum rc access_person_approved(struct step *step, uint64_t change, const Paidan__ChangeAsked *asked,
                               uint64_t *seq)
{
    Paidan__PersonChanged fact = PAIDAN__PERSON_CHANGED__INIT;
    CHECK(asked->kind < PAIDAN__CHANGE_KIND__CHANGE_ROLE_GRANT);
    CHECK(change != 0);
    fact.person = asked->person;
    fact.has_disabled = asked->kind == PAIDAN__CHANGE_KIND__CHANGE_DISABLE ||
                        asked->kind == PAIDAN__CHANGE_KIND__CHANGE_ENABLE;
    fact.disabled = asked->kind == PAIDAN__CHANGE_KIND__CHANGE_DISABLE;
    fact.password = asked->password;
    fact.has_end_totp = asked->kind == PAIDAN__CHANGE_KIND__CHANGE_END_TOTP;
    fact.end_totp = fact.has_end_totp;
    fact.has_change = 1;
    fact.change = change;
    return step_say(step, &(struct step_about){.seq = seq}, &fact.base);
}

/* ---- folding ---- */

/* False: our own fact breaks what was checked when it was said. */
static bool take_password(struct access_person *person, const Paidan__Verifier *verifier)
{
    CHECK(verifier != NULL);
    if (verifier->hash.len != SECRET_HASH_BYTES || !access_name_terms_fit(verifier->terms)) {
        return false;
    }
    access_name_terms_take(&person->terms, verifier->terms);
    memcpy(person->password, verifier->hash.data, SECRET_HASH_BYTES);
    return true;
}

/* The fact's own seq becomes the person's number: never given twice, also where a name comes back
 * after a restore from an old backup. */
enum rc access_person_fold_added(struct step_fold *fold, uint64_t seq, const Paidan__Event *event)
{
    const Paidan__PersonAdded *const fact = event->person_added;
    struct access_person person = {.number = seq, .added_ms = event->at_ms}, there;
    CHECK(seq > 0);
    if (!access_name_read(fact->person, person.name) ||
        !text_copy(person.full_name, sizeof person.full_name, fact->full_name) ||
        !take_password(&person, fact->password)) {
        return RC_CORRUPT;
    }
    const enum rc rc = access_state_person(fold->txn, person.name, &there);
    if (rc != RC_NOT_FOUND) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    person.state = access_fsm_step(ACCESS_NONE, ACCESS_ADDED).next;
    CHECK(person.state == ACCESS_INVITED);
    if (fact->has_first) {
        person.roles[person.role_count++] = (struct access_role){.role = (uint32_t)fact->first};
    }
    access_name_count(fold, ACCESS_TALLY_PEOPLE);
    return access_state_put_person(fold->txn, &person);
}

/* Disabled or enabled; false: the table says no. */
static bool move(struct step_fold *fold, struct access_person *person, bool disabled)
{
    const struct access_step next =
        access_fsm_step(person->state, disabled ? ACCESS_DISABLE : ACCESS_ENABLE);
    if (!next.allowed) {
        return false;
    }
    CHECK(next.next != person->state);
    person->state = next.next;
    if (disabled) {
        access_name_count(fold, ACCESS_TALLY_DISABLED);
    } else {
        access_name_discount(fold, ACCESS_TALLY_DISABLED);
    }
    return true;
}

enum rc access_person_fold_changed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__PersonChanged *const fact = event->person_changed;
    struct access_person person;
    enum rc rc = access_name_find(fold->txn, fact->person, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    if ((fact->full_name != NULL &&
         !text_copy(person.full_name, sizeof person.full_name, fact->full_name)) ||
        (fact->has_disabled && !move(fold, &person, fact->disabled)) ||
        (fact->password != NULL && !take_password(&person, fact->password))) {
        return RC_CORRUPT;
    }
    if (fact->password != NULL) {
        person.state = access_fsm_step(person.state, ACCESS_RESET).next;
    }
    if (fact->has_end_totp && fact->end_totp) {
        person.factor = person.pending = false;
        person.recovery_count = 0;
    }
    CHECK(person.state != ACCESS_NONE);
    if (fact->password != NULL || person.state == ACCESS_DISABLED) {
        rc = access_session_end_all(fold, person.number, 0);
    }
    if (rc == RC_OK && fact->has_unlock) {
        rc = access_login_forget(fold, fact->unlock);
    }
    return rc == RC_OK ? access_state_put_person(fold->txn, &person) : rc;
}
