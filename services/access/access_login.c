/* access_login: names, proofs and codes are judged here. Owns the table of failures. What must stay
 * true: from outside a name that nobody has cannot be told from one with a wrong password, neither
 * by the answer nor by the work that is done for it, nor by being locked; five failures lock for a
 * quarter of an hour and each further one for twice as long; and what opened once as a code never
 * opens again. */

#include "access_login.h"

#include <string.h>

#include "access_secret.h"
#include "access_session.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/text/text.h"

enum {
    FAILURES_FREE = 5,
    DOUBLINGS_MAX = 6, /* 16 hours: a name is not closed for ever by whoever knows it */
    /* Names that nobody has are remembered too, until so many are. */
    FAILURES_KEPT_MAX = 65536,
};
#define LOCK_MS (15ull * 60 * 1000)
#define FORGET_MS (24ull * 3600 * 1000)

/* What new passwords are made with (common/bus/proof.h); told of unknown names. */
enum { PASSES = 2, MEMORY_KIB = 65536 };

/* Both kinds of names in the one way of writing: else one that is asked for in capitals and in small
 * letters would get two salts where nobody has it, and one where somebody does. */
enum rc access_login_start(struct step_view *view, const Paidan__LoginStart *wish,
                           Paidan__Answer *answer)
{
    Paidan__LoginStarted *const body = arena_alloc(view->arena, sizeof *body);
    Paidan__PasswordTerms *const terms = arena_alloc(view->arena, sizeof *terms);
    struct access_terms *const made = arena_alloc(view->arena, sizeof *made);
    struct access_person person;
    char name[ACTOR_BYTES_MAX + 1];
    if (body == NULL || terms == NULL || made == NULL) {
        return RC_LIMIT;
    }
    *made = (struct access_terms){.passes = PASSES, .memory_kib = MEMORY_KIB};
    CHECK(strlen(wish->person) <= ACTOR_BYTES_MAX);
    access_secret_salt(access_name_read(wish->person, name) ? name : wish->person, made->salt);
    const enum rc rc = access_name_find(view->txn, wish->person, &person);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (rc == RC_OK) {
        *made = person.terms;
    }
    paidan__login_started__init(body);
    access_name_terms_show(made, terms);
    body->terms = terms;
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_LOGIN_STARTED;
    answer->login_started = body;
    return RC_OK;
}

/* ---- failures ---- */

/* Whoever asks does nothing before he knows: a name that is locked costs one read. */
enum rc access_login_locked(struct step *step, uint64_t name_key, struct access_failure *failure,
                            bool *locked)
{
    CHECK(locked != NULL);
    enum rc rc = access_state_failure(step->txn, name_key, failure);
    if (rc == RC_NOT_FOUND) {
        *failure = (struct access_failure){.count = 0};
        rc = RC_OK;
    }
    *locked = rc == RC_OK && failure->locked_until_ms > step->now_ms;
    return rc;
}

/* With the time that is left, so that a page can count it down. */
enum rc access_login_refuse(struct step *step, const struct access_failure *failure)
{
    CHECK(failure->locked_until_ms > step->now_ms);
    const uint64_t left_ms = failure->locked_until_ms - step->now_ms;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__LOCKED_OUT;
    answer.has_retry_after_ms = 1;
    answer.retry_after_ms = left_ms < UINT32_MAX ? (uint32_t)left_ms : UINT32_MAX;
    return step_answer(step, &answer);
}

/* For how long the count-th failure locks; 0: it does not. A quarter of an hour at the fifth, then
 * twice as long each time. */
static uint64_t lock_of(uint32_t count)
{
    CHECK(count > 0);
    if (count < FAILURES_FREE) {
        return 0;
    }
    const uint32_t doublings = count - FAILURES_FREE;
    return LOCK_MS << (doublings < DOUBLINGS_MAX ? doublings : (uint32_t)DOUBLINGS_MAX);
}

/* Failures are kept for a day after the lock they led to, so that a guess a day is no way around it. */
static enum rc say_failed(struct step *step, uint64_t name_key, const struct access_person *person,
                          Paidan__LoginWhy why, const struct access_failure *failure)
{
    Paidan__LoginFailed fact = PAIDAN__LOGIN_FAILED__INIT;
    CHECK((person == NULL) == (why == PAIDAN__LOGIN_WHY__LOGIN_NAME));
    fact.name_key = name_key;
    fact.person = person == NULL ? NULL : (char *)(uintptr_t)person->name;
    fact.why = why;
    fact.failures = failure->count + (failure->count < UINT32_MAX);
    const uint64_t lock_ms = lock_of(fact.failures);
    fact.has_locked_until_ms = lock_ms != 0;
    fact.locked_until_ms = step->now_ms + lock_ms;
    fact.forget_ms = step->now_ms + lock_ms + FORGET_MS;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* A full memory forgets no name that somebody has: only what is guessed goes unwritten then. */
enum rc access_login_fail(struct step *step, uint64_t name_key, const struct access_person *person,
                          Paidan__LoginWhy why, const struct access_failure *failure)
{
    CHECK(name_key != 0);
    const bool full = step->tally->values[ACCESS_TALLY_FAILURES] >= FAILURES_KEPT_MAX &&
                      failure->count == 0 && person == NULL;
    const enum rc rc = full ? RC_OK : say_failed(step, name_key, person, why, failure);
    return rc == RC_OK ? step_refuse(step, PAIDAN__CODE__LOGIN_FAILED,
                                     why == PAIDAN__LOGIN_WHY__LOGIN_CODE ? "code" : NULL)
                       : rc;
}

bool access_login_right(const struct access_person *person, const ProtobufCBinaryData *proof)
{
    unsigned char mark[SECRET_HASH_BYTES];
    CHECK(proof->len == SECRET_HASH_BYTES);
    access_secret_mark(proof->data, mark);
    return access_secret_equal(mark, person->password, sizeof mark);
}

/* ---- second factor ---- */

/* Both are looked for, whatever was typed, and every recovery code is compared: which of them was
 * nearly right takes no different time. */
bool access_login_code(const struct access_person *person, const char *typed, uint64_t now_ms,
                       struct access_code *code)
{
    unsigned char secret[ACCESS_TOTP_BYTES];
    CHECK(person->factor);
    *code = (struct access_code){.step = 0};
    if (access_secret_open(person->name, person->sealed, secret)) {
        code->step = access_secret_step(secret, typed, now_ms, person->factor_step);
    }
    access_secret_recovery_hash(person->name, typed, code->hash);
    for (uint32_t index = 0; index < person->recovery_count; index++) {
        code->recovery =
            access_secret_equal(code->hash, person->recovery[index].hash, RECOVERY_HASH_BYTES) ||
            code->recovery;
    }
    code->recovery = code->recovery && code->step == 0;
    return code->step != 0 || code->recovery;
}

/* ---- logging in ---- */

/* The session that makes room; 0: there is room. */
static enum rc oldest(struct step *step, uint64_t number, uint64_t *id)
{
    struct access_held held;
    uint64_t began_ms = UINT64_MAX;
    *id = 0;
    enum rc rc = access_state_held(step->txn, number, &held);
    if (rc != RC_OK || held.count < SESSIONS_EACH_MAX) {
        return rc;
    }
    CHECK(held.count == SESSIONS_EACH_MAX);
    for (uint32_t index = 0; rc == RC_OK && index < held.count; index++) {
        struct access_session session;
        rc = access_state_session(step->txn, held.ids[index], &session);
        if (rc == RC_OK && session.began_ms < began_ms) {
            began_ms = session.began_ms;
            *id = held.ids[index];
        }
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

struct attempt {
    const Paidan__Login *wish;
    uint64_t name_key;
    const struct access_person *person;
    struct access_code code;
    unsigned char mark[SECRET_HASH_BYTES];
};

/* All that folding needs: it knows no key and no clock. */
static enum rc say_logged_on(struct step *step, struct attempt *attempt)
{
    uint64_t replaced = 0;
    unsigned char id[SESSION_BYTES];
    CHECK(attempt->person->state != ACCESS_DISABLED);
    const enum rc rc = oldest(step, attempt->person->number, &replaced);
    if (rc != RC_OK) {
        return rc;
    }
    codec_set_u64(id, replaced);
    Paidan__LoggedOn fact = PAIDAN__LOGGED_ON__INIT;
    fact.person = (char *)(uintptr_t)attempt->person->name;
    fact.mark = (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = attempt->mark};
    fact.idle_ms = step->now_ms + ACCESS_IDLE_MS;
    fact.ends_ms = step->now_ms + ACCESS_SESSION_MS;
    fact.has_step = attempt->code.step != 0;
    fact.step = attempt->code.step;
    fact.has_recovery_hash = attempt->code.recovery;
    fact.recovery_hash =
        (ProtobufCBinaryData){.len = RECOVERY_HASH_BYTES, .data = attempt->code.hash};
    fact.has_replaces = replaced != 0;
    fact.replaces = (ProtobufCBinaryData){.len = SESSION_BYTES, .data = id};
    fact.name_key = attempt->name_key;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* A token is used for one session, ever: one that came back would be somebody's who saw it. */
static enum rc log_on(struct step *step, struct attempt *attempt)
{
    struct access_session session;
    unsigned char id[SESSION_BYTES];
    access_secret_mark(attempt->wish->token_hash.data, attempt->mark);
    enum rc rc = access_state_session(step->txn, access_state_id(attempt->mark), &session);
    if (rc == RC_OK) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "token_hash"); /* used before */
    }
    rc = rc == RC_NOT_FOUND ? say_logged_on(step, attempt) : rc;
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(access_fsm_step(attempt->person->state, ACCESS_LOGIN).allowed);
    codec_set_u64(id, access_state_id(attempt->mark));
    Paidan__LoggedIn body = PAIDAN__LOGGED_IN__INIT;
    body.session = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    body.person = (char *)(uintptr_t)attempt->person->name;
    body.full_name = attempt->person->full_name[0] == '\0'
                         ? NULL
                         : (char *)(uintptr_t)attempt->person->full_name;
    body.has_must_change = attempt->person->state == ACCESS_INVITED;
    body.must_change = body.has_must_change;
    body.ends_ms = step->now_ms + ACCESS_SESSION_MS;
    body.has_recovery_left = attempt->code.recovery;
    body.recovery_left = attempt->person->recovery_count - attempt->code.recovery;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_LOGGED_IN;
    answer.logged_in = &body;
    return step_answer(step, &answer);
}

/* What is wrong with it; 0: nothing. The proof is looked at whether or not somebody has the name.
 */
static int wrong(const struct access_person *person, bool somebody, const Paidan__Login *wish)
{
    CHECK(somebody == (person->state != ACCESS_NONE));
    const bool right = access_login_right(person, &wish->proof);
    if (!somebody) {
        return PAIDAN__LOGIN_WHY__LOGIN_NAME;
    }
    if (!right) {
        return PAIDAN__LOGIN_WHY__LOGIN_PASSWORD;
    }
    return access_fsm_step(person->state, ACCESS_LOGIN).allowed ? 0
                                                                : PAIDAN__LOGIN_WHY__LOGIN_DISABLED;
}

/* The lock is looked at first and before the name: while it holds not even the right password is
 * compared, so that guessing on costs time and tells nothing. */
enum rc access_login_apply(struct step *step, const Paidan__Request *request)
{
    const Paidan__Login *const wish = request->login;
    char name[ACTOR_BYTES_MAX + 1];
    struct access_person person = {.state = ACCESS_NONE};
    struct access_failure failure;
    bool locked = false;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_LOGIN);
    if (!access_name_is(&wish->proof, SECRET_HASH_BYTES) ||
        !access_name_is(&wish->token_hash, SECRET_HASH_BYTES)) {
        return step_refuse(step, PAIDAN__CODE__FIELD_INVALID,
                           wish->proof.len == SECRET_HASH_BYTES ? "token_hash" : "proof");
    }
    const bool is_name = access_name_read(wish->person, name);
    struct attempt attempt = {.wish = wish, .person = &person};
    attempt.name_key = access_secret_name_key(is_name ? name : wish->person);
    enum rc rc = access_login_locked(step, attempt.name_key, &failure, &locked);
    if (rc == RC_OK && locked) {
        return access_login_refuse(step, &failure);
    }
    if (rc == RC_OK) {
        rc = is_name ? access_state_person(step->txn, name, &person) : RC_NOT_FOUND;
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    int why = wrong(&person, rc == RC_OK, wish);
    if (why == 0 && person.factor) {
        if (text_blank(wish->code)) {
            return step_refuse(step, PAIDAN__CODE__SECOND_FACTOR_NEEDED, NULL);
        }
        why = access_login_code(&person, wish->code, step->now_ms, &attempt.code)
                  ? 0
                  : PAIDAN__LOGIN_WHY__LOGIN_CODE;
    }
    if (why != 0) {
        return access_login_fail(step, attempt.name_key,
                                 why == PAIDAN__LOGIN_WHY__LOGIN_NAME ? NULL : &person,
                                 (Paidan__LoginWhy)why, &failure);
    }
    return log_on(step, &attempt);
}

enum rc access_login_due(struct step *step, const struct due *due)
{
    CHECK(due->kind == ACCESS_DUE_FAILURE);
    CHECK(due->due_ms <= step->now_ms);
    Paidan__FailuresForgotten fact = PAIDAN__FAILURES_FORGOTTEN__INIT;
    fact.name_key = due->id;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* ---- folding ---- */

enum rc access_login_forget(struct step_fold *fold, uint64_t name_key)
{
    struct access_failure failure;
    const enum rc rc =
        name_key == 0 ? RC_CORRUPT : access_state_failure(fold->txn, name_key, &failure);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    CHECK(failure.count > 0);
    failure.count = 0;
    access_name_discount(fold, ACCESS_TALLY_FAILURES);
    return access_state_put_failure(fold->txn, name_key, &failure);
}

enum rc access_login_fold_failed(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__LoginFailed *const fact = event->login_failed;
    struct access_failure failure;
    CHECK(event->at_ms > 0);
    if (fact->name_key == 0 || fact->failures == 0 || fact->forget_ms <= event->at_ms) {
        return RC_CORRUPT;
    }
    const enum rc rc = access_state_failure(fold->txn, fact->name_key, &failure);
    if (rc == RC_NOT_FOUND) {
        access_name_count(fold, ACCESS_TALLY_FAILURES);
    } else if (rc != RC_OK) {
        return rc;
    }
    failure = (struct access_failure){.count = fact->failures,
                                      .last_ms = event->at_ms,
                                      .locked_until_ms =
                                          fact->has_locked_until_ms ? fact->locked_until_ms : 0,
                                      .forget_ms = fact->forget_ms};
    access_name_count(fold, ACCESS_TALLY_LOGINS_FAILED);
    if (fact->has_locked_until_ms) {
        access_name_count(fold, ACCESS_TALLY_LOCKED);
    }
    return access_state_put_failure(fold->txn, fact->name_key, &failure);
}

/* Takes a used code out of those that are left. */
static bool use_recovery(struct access_person *person, const ProtobufCBinaryData *hash)
{
    CHECK(person->recovery_count <= RECOVERY_CODES);
    for (uint32_t index = 0; index < person->recovery_count; index++) {
        if (hash->len == RECOVERY_HASH_BYTES &&
            memcmp(hash->data, person->recovery[index].hash, RECOVERY_HASH_BYTES) == 0) {
            person->recovery_count--;
            memmove(&person->recovery[index], &person->recovery[index + 1],
                    (person->recovery_count - index) * sizeof person->recovery[0]);
            return true;
        }
    }
    return false;
}

static enum rc add_session(struct step_fold *fold, const Paidan__Event *event,
                           const struct access_person *person)
{
    const Paidan__LoggedOn *const fact = event->logged_on;
    struct access_session session = {.number = person->number,
                                     .began_ms = event->at_ms,
                                     .seen_ms = event->at_ms,
                                     .idle_ms = fact->idle_ms,
                                     .ends_ms = fact->ends_ms};
    CHECK(fact->mark.len == SECRET_HASH_BYTES);
    memcpy(session.mark, fact->mark.data, SECRET_HASH_BYTES);
    if (!text_copy(session.name, sizeof session.name, person->name) ||
        !text_copy(session.via, sizeof session.via, event->cause->via) ||
        fact->idle_ms <= event->at_ms || fact->ends_ms <= event->at_ms) {
        return RC_CORRUPT;
    }
    enum rc rc = RC_OK;
    if (fact->has_replaces) {
        rc = fact->replaces.len == SESSION_BYTES && codec_u64_at(fact->replaces.data) != 0
                 ? access_session_end(fold, codec_u64_at(fact->replaces.data))
                 : RC_CORRUPT;
    }
    return rc == RC_OK ? access_state_add_session(fold->txn, &session) : rc;
}

/* A login makes a session, forgets the failures, and uses up the code that it was done with. */
enum rc access_login_fold(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__LoggedOn *const fact = event->logged_on;
    struct access_person person;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_LOGGED_ON);
    enum rc rc = access_name_find(fold->txn, fact->person, &person);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    const struct access_step next = access_fsm_step(person.state, ACCESS_LOGIN);
    if (!next.allowed || fact->mark.len != SECRET_HASH_BYTES ||
        (fact->has_step && fact->step <= person.factor_step) ||
        (fact->has_recovery_hash && !use_recovery(&person, &fact->recovery_hash))) {
        return RC_CORRUPT;
    }
    person.state = next.next;
    person.login_ms = event->at_ms;
    person.factor_step = fact->has_step ? fact->step : person.factor_step;
    rc = add_session(fold, event, &person);
    if (rc == RC_OK) {
        rc = access_login_forget(fold, fact->name_key);
    }
    access_name_count(fold, ACCESS_TALLY_LOGINS);
    access_name_count(fold, ACCESS_TALLY_SESSIONS);
    return rc == RC_OK ? access_state_put_person(fold->txn, &person) : rc;
}
