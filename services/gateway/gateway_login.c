/* gateway_login: from a password to a session. It owns nothing: the password lies in the body of the
 * request and in a job of the worker, and is wiped with both; the token is made here and goes into the
 * cookie, its hash to access. What must stay true: a name that nobody has costs the same and gets the
 * same answer as a wrong password; and a login is tried by a page of ours or by no page at all.
 *
 *   LoginStart ──▶ terms ──▶ worker: proof ──▶ Login ──▶ Renew ──▶ me, with the cookie
 */

#include "gateway_login.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/check.h"
#include "common/bus/proof.h"
#include "common/say/say_json.h"
#include "common/say/say_words.h"
#include "gateway_api.h"
#include "gateway_exchange.h"
#include "gateway_limit.h"
#include "gateway_problem.h"
#include "gateway_session.h"

enum { TOKEN_HEX_BYTES = 2 * GATEWAY_TOKEN_BYTES + 1, CODE_TEXT_BYTES = 32 };

/* What a login or a change of password carries from one step to the next. */
struct intent {
    char *person, *password, *other; /* other: the new password */
    char code[CODE_TEXT_BYTES];
    Paidan__TotpAct act;
    unsigned char token[GATEWAY_TOKEN_BYTES], salt[PASSWORD_SALT_BYTES];
    gateway_terms *then;
};

/* Freed memory is handed out again, and ends in a core or a swap file. */
static void wipe_text(char *text)
{
    if (text != NULL) {
        proof_wipe(text, strlen(text));
        free(text);
    }
}

static void intent_free(void *state)
{
    struct intent *intent = state;
    free(intent->person);
    wipe_text(intent->password);
    wipe_text(intent->other);
    proof_wipe(intent, sizeof *intent);
    free(intent);
}

/* False: no memory, answered. */
static bool intent_make(struct exchange *exchange, struct intent **intent)
{
    CHECK(exchange->state == NULL);
    *intent = calloc(1, sizeof **intent);
    if (*intent == NULL) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return false;
    }
    exchange->state = *intent;
    exchange->state_free = intent_free;
    return true;
}

/* The body's texts, with nothing beside them. False: answered. `wanted` of them must be there. */
static bool read_texts(struct exchange *exchange, const char *const *names, const char **values,
                       unsigned count, unsigned wanted, json_t **object)
{
    const char *key = NULL;
    json_t *value = NULL;
    if (!gateway_api_body(exchange, object)) {
        return false;
    }
    for (unsigned index = 0; index < count; index++) {
        values[index] = NULL;
    }
    json_object_foreach(*object, key, value)
    {
        unsigned index = 0;
        while (index < count && strcmp(names[index], key) != 0) {
            index++;
        }
        const char *text = json_string_value(value);
        if (index == count || text == NULL || strlen(text) != json_string_length(value)) {
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, key, 0);
            return false;
        }
        values[index] = text;
    }
    for (unsigned index = 0; index < wanted; index++) {
        if (values[index] == NULL || values[index][0] == '\0') {
            gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, names[index], 0);
            return false;
        }
    }
    return true;
}

/* The body still holds the password. */
static void wipe_body(struct exchange *exchange)
{
    if (exchange->body != NULL) {
        proof_wipe(exchange->body, exchange->body_bytes);
        exchange->body_bytes = 0;
    }
}

/* ---- proofs -----------------------------------------------------------------------------------
 */

/* An unknown name comes here too: access made terms up for it, always the same ones. */
static void terms_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const struct intent *intent = exchange->state;
    exchange->as_gateway = false;
    if (answer->body_case != PAIDAN__ANSWER__BODY_LOGIN_STARTED) {
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "access", 0);
        return;
    }
    intent->then(exchange, answer->login_started->terms);
}

/* intent->then holds what comes next, for the answer has no room for it. */
void gateway_login_terms(struct exchange *exchange, const char *person, gateway_terms *then)
{
    Paidan__LoginStart start = PAIDAN__LOGIN_START__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    struct intent *intent = exchange->state;
    intent->then = then;
    start.person = (char *)(uintptr_t)person;
    request.wish_case = PAIDAN__REQUEST__WISH_LOGIN_START;
    request.login_start = &start;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, terms_told);
}

/* 429 and not a longer queue: each proof takes 64 MiB and 82 ms, and the one who waits has gone by
 * then. */
void gateway_login_prove(struct exchange *exchange, struct gateway_job *job)
{
    if (job != NULL && gateway_worker_start(exchange->gateway, job)) {
        return;
    }
    gateway_worker_free(job);
    gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, 2000);
}

/* Proofs come out, or the exchange was answered. */
static bool proved(const struct gateway_job *job)
{
    for (unsigned index = 0; index < job->count; index++) {
        if (job->parts[index].rc != RC_OK) {
            gateway_problem(job->exchange,
                            job->parts[index].rc == RC_INVALID ? PAIDAN__CODE__LOGIN_FAILED
                                                               : PAIDAN__CODE__OVERLOADED,
                            NULL, 1000);
            return false;
        }
    }
    return true;
}

/* ---- me ---------------------------------------------------------------------------------------
 */

/* Scopes as codes with their names, and the role's own word: what a page shows of a person. */
static json_t *roles_json(const struct say *say, const Paidan__Renewed *renewed)
{
    json_t *roles = json_array();
    for (size_t index = 0; index < renewed->n_roles; index++) {
        json_t *role = say_json_message(say, &renewed->roles[index]->base, true);
        say_json_names(say, role);
        json_object_set_new(role, "name",
                            json_string(say_words_get(say, &paidan__role__descriptor,
                                                      (int)renewed->roles[index]->role)));
        json_array_append_new(roles, role);
    }
    return roles;
}

/* Nothing here is a secret but csrf, which is worth something only together with the cookie that no
 * script can read. */
static json_t *me_json(const struct exchange *exchange)
{
    const struct gateway_session *session = exchange->person;
    const Paidan__Renewed *renewed = session->renewed;
    json_t *me = json_object();
    json_object_set_new(me, "person", json_string(renewed->person));
    json_object_set_new(
        me, "name", json_string(renewed->full_name == NULL ? renewed->person : renewed->full_name));
    json_object_set_new(me, "roles", roles_json(&exchange->say, renewed));
    if (!session->key) {
        json_object_set_new(me, "csrf", json_string(session->csrf));
    }
    json_object_set_new(me, "language",
                        json_string(exchange->say.language == SAY_CHINESE ? "zh" : "en"));
    if (renewed->has_ends_ms) {
        say_json_time(&exchange->say, me, "expires", renewed->ends_ms);
    }
    json_object_set_new(me, "must_change",
                        json_boolean(renewed->has_must_change && renewed->must_change));
    json_object_set_new(me, "must_set_factor",
                        json_boolean(renewed->has_must_set_factor && renewed->must_set_factor));
    json_object_set_new(me, "second_factor",
                        json_boolean(renewed->has_second_factor && renewed->second_factor));
    return me;
}

void gateway_login_me(struct exchange *exchange)
{
    gateway_exchange_json(exchange, 200, me_json(exchange));
}

/* ---- logging in -------------------------------------------------------------------------------
 */

/* __Host- binds it to this host, path / and TLS (browsers take loopback for safe); Strict keeps it
 * out of requests that another site begins; HttpOnly out of reach of scripts. */
static void set_cookie(struct exchange *exchange, const char *value, const char *age)
{
    char cookie[160];
    (void)snprintf(cookie, sizeof cookie,
                   "__Host-paidan=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s", value, age);
    gateway_exchange_add(exchange, "Set-Cookie", cookie);
}

/* The last step: the grant is there. */
static void in_renewed(struct exchange *exchange)
{
    const struct intent *intent = exchange->state;
    char token[TOKEN_HEX_BYTES];
    (void)sodium_bin2hex(token, sizeof token, intent->token, sizeof intent->token);
    exchange->gateway->counts.logins++;
    gateway_exchange_json(exchange, 200, me_json(exchange));
    set_cookie(exchange, token, "");
    proof_wipe(token, sizeof token);
}

/* The session is there, its rights are not: the first grant is asked for before the page hears of
 * it. */
static void in_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const struct intent *intent = exchange->state;
    (void)answer;
    exchange->as_gateway = false;
    if (!gateway_session_begin(exchange, intent->token)) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    gateway_session_renew(exchange, in_renewed);
}

/* Here the token is made, once the password was worth a proof; nobody else ever sees it whole. */
static void in_proved(struct gateway_job *job)
{
    struct exchange *exchange = job->exchange;
    struct intent *intent = exchange->state;
    unsigned char hash[SECRET_HASH_BYTES];
    Paidan__Login login = PAIDAN__LOGIN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!proved(job)) {
        return;
    }
    proof_token(intent->token);
    proof_hash(intent->token, hash);
    login.person = intent->person;
    login.proof = (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = job->parts[0].proof};
    login.token_hash = (ProtobufCBinaryData){.len = sizeof hash, .data = hash};
    login.code = intent->code[0] == '\0' ? NULL : intent->code;
    request.wish_case = PAIDAN__REQUEST__WISH_LOGIN;
    request.login = &login;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, in_told);
}

/* The password moves into the job and is wiped there. */
static void in_terms(struct exchange *exchange, const Paidan__PasswordTerms *terms)
{
    const struct intent *intent = exchange->state;
    struct gateway_job *job = gateway_worker_job(exchange, in_proved);
    if (job != NULL && !gateway_worker_add(job, intent->password, terms)) {
        gateway_worker_free(job);
        job = NULL;
    }
    gateway_login_prove(exchange, job);
}

/* Only failures cost: an office of a hundred comes in at nine from one address. A password is proven to
 * access alone, which locks the person after five (LOCKED_OUT); this bounds who tries many names. */
static void in_refused(struct exchange *exchange, Paidan__Code code)
{
    if (code == PAIDAN__CODE__LOGIN_FAILED || code == PAIDAN__CODE__LOCKED_OUT) {
        exchange->gateway->counts.login_failures++;
        gateway_limit_charge(exchange->gateway, GATEWAY_LIMIT_LOGIN, exchange->address,
                             clock_monotonic_us());
    }
}

static bool within_limit(struct exchange *exchange)
{
    uint32_t retry_ms = 0;
    exchange->refused = in_refused;
    if (exchange->gateway->settings.unlimited ||
        gateway_limit_allows(exchange->gateway, GATEWAY_LIMIT_LOGIN, exchange->address,
                             clock_monotonic_us(), &retry_ms)) {
        return true;
    }
    exchange->gateway->counts.refused_limit++;
    gateway_problem_later(exchange, GATEWAY_TOO_MANY_REQUESTS, retry_ms);
    return false;
}

void gateway_login_in(struct exchange *exchange)
{
    static const char *const names[] = {"name", "password", "totp"};
    const char *values[3];
    json_t *object = NULL;
    struct intent *intent = NULL;
    if (gateway_session_origin(exchange) && within_limit(exchange) &&
        read_texts(exchange, names, values, 3, 2, &object) && intent_make(exchange, &intent)) {
        intent->person = strdup(values[0]);
        intent->password = strdup(values[1]);
        (void)snprintf(intent->code, sizeof intent->code, "%s", values[2] == NULL ? "" : values[2]);
        if (intent->person == NULL || intent->password == NULL ||
            strlen(intent->person) > ACTOR_BYTES_MAX ||
            strlen(intent->password) > PROOF_PASSWORD_BYTES_MAX) {
            gateway_problem(exchange, PAIDAN__CODE__LOGIN_FAILED, NULL, 0);
        } else {
            gateway_login_terms(exchange, intent->person, in_terms);
        }
    }
    json_decref(object);
    wipe_body(exchange);
}

/* ---- logging out, sessions --------------------------------------------------------------------
 */

/* Forgotten here as well, or it would be good until the next renewal. */
static void out_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    (void)answer;
    gateway_session_drop(exchange);
    gateway_exchange_json(exchange, 200, json_object());
    set_cookie(exchange, "", "; Max-Age=0");
}

static void session_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
}

/* other: a session of the same person; NULL: this one. */
static void ask_logout(struct exchange *exchange, const ProtobufCBinaryData *other,
                       gateway_told *told)
{
    Paidan__Logout logout = PAIDAN__LOGOUT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    logout.token_hash =
        (ProtobufCBinaryData){.len = GATEWAY_TOKEN_BYTES, .data = exchange->person->token_hash};
    logout.has_session = other != NULL;
    if (other != NULL) {
        logout.session = *other;
    }
    request.wish_case = PAIDAN__REQUEST__WISH_LOGOUT;
    request.logout = &logout;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, told);
}

/* A key has no session to end: KeyRevoke is the administrator's. */
static bool is_person(struct exchange *exchange)
{
    if (exchange->person->key) {
        gateway_problem(exchange, PAIDAN__CODE__FORBIDDEN, NULL, 0);
    }
    return !exchange->person->key;
}

void gateway_login_out(struct exchange *exchange)
{
    if (is_person(exchange)) {
        ask_logout(exchange, NULL, out_told);
    }
}

/* Whose session it is, access judges: the token's hash says who asks. */
void gateway_login_end(struct exchange *exchange)
{
    unsigned char session[SESSION_BYTES];
    size_t made = 0;
    const char *id = gateway_exchange_part(exchange, "id");
    if (!is_person(exchange)) {
        return;
    }
    if (sodium_hex2bin(session, sizeof session, id, strlen(id), NULL, &made, NULL) != 0 ||
        made != sizeof session) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "session", 0);
        return;
    }
    const ProtobufCBinaryData other = {.len = sizeof session, .data = session};
    ask_logout(exchange, &other, session_told);
}

void gateway_login_sessions(struct exchange *exchange)
{
    Paidan__SessionList list = PAIDAN__SESSION_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!is_person(exchange)) {
        return;
    }
    list.has_token_hash = 1;
    list.token_hash =
        (ProtobufCBinaryData){.len = GATEWAY_TOKEN_BYTES, .data = exchange->person->token_hash};
    request.wish_case = PAIDAN__REQUEST__WISH_SESSION_LIST;
    request.session_list = &list;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, session_told);
}

/* ---- a new password ---------------------------------------------------------------------------
 */

/* What the grant was good for may have changed: it is fetched anew. */
static void account_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    gateway_session_refused(exchange);
    gateway_exchange_json(exchange, 200, gateway_api_json(exchange, answer));
}

/* Both proofs travel together: the old one is the right to set the new one. */
static void password_proved(struct gateway_job *job)
{
    struct exchange *exchange = job->exchange;
    Paidan__PasswordSet set = PAIDAN__PASSWORD_SET__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    if (!proved(job)) {
        return;
    }
    CHECK(job->count == 2);
    set.token_hash =
        (ProtobufCBinaryData){.len = GATEWAY_TOKEN_BYTES, .data = exchange->person->token_hash};
    set.proof = (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = job->parts[0].proof};
    set.new_proof = (ProtobufCBinaryData){.len = SECRET_HASH_BYTES, .data = job->parts[1].proof};
    set.terms = &job->parts[1].terms;
    request.wish_case = PAIDAN__REQUEST__WISH_PASSWORD_SET;
    request.password_set = &set;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, account_told);
}

/* The new password gets a salt of its own and the cost of today. */
static void password_terms(struct exchange *exchange, const Paidan__PasswordTerms *terms)
{
    struct intent *intent = exchange->state;
    Paidan__PasswordTerms fresh = PAIDAN__PASSWORD_TERMS__INIT;
    struct gateway_job *job = gateway_worker_job(exchange, password_proved);
    proof_terms(&fresh, intent->salt);
    if (job != NULL && (!gateway_worker_add(job, intent->password, terms) ||
                        !gateway_worker_add(job, intent->other, &fresh))) {
        gateway_worker_free(job);
        job = NULL;
    }
    gateway_login_prove(exchange, job);
}

/* Weakness is judged here, where the password is: access never sees it. */
void gateway_login_password(struct exchange *exchange)
{
    static const char *const names[] = {"password", "new_password"};
    const char *values[2];
    json_t *object = NULL;
    struct intent *intent = NULL;
    if (is_person(exchange) && within_limit(exchange) &&
        read_texts(exchange, names, values, 2, 2, &object) && intent_make(exchange, &intent)) {
        const char *weakness = proof_weakness(values[1], exchange->person->renewed->person);
        intent->person = strdup(exchange->person->renewed->person);
        intent->password = strdup(values[0]);
        intent->other = strdup(values[1]);
        if (weakness != NULL) {
            gateway_problem(exchange, PAIDAN__CODE__PASSWORD_WEAK, weakness, 0);
        } else if (intent->person == NULL || intent->password == NULL || intent->other == NULL) {
            gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        } else {
            gateway_login_terms(exchange, intent->person, password_terms);
        }
    }
    json_decref(object);
    wipe_body(exchange);
}

/* ---- the second factor ------------------------------------------------------------------------
 */

/* proof: of the password where the act needs it; NULL: none. */
static void ask_totp(struct exchange *exchange, unsigned char *proof)
{
    struct intent *intent = exchange->state;
    Paidan__Totp totp = PAIDAN__TOTP__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    totp.token_hash =
        (ProtobufCBinaryData){.len = GATEWAY_TOKEN_BYTES, .data = exchange->person->token_hash};
    totp.act = intent->act;
    totp.has_proof = proof != NULL;
    totp.proof = (ProtobufCBinaryData){.len = proof == NULL ? 0 : SECRET_HASH_BYTES, .data = proof};
    totp.code = intent->code[0] == '\0' ? NULL : intent->code;
    request.wish_case = PAIDAN__REQUEST__WISH_TOTP;
    request.totp = &totp;
    exchange->as_gateway = true;
    gateway_api_ask(exchange, GATEWAY_ACCESS, &request, account_told);
}

static void totp_proved(struct gateway_job *job)
{
    if (proved(job)) {
        ask_totp(job->exchange, job->parts[0].proof);
    }
}

static void totp_terms(struct exchange *exchange, const Paidan__PasswordTerms *terms)
{
    const struct intent *intent = exchange->state;
    struct gateway_job *job = gateway_worker_job(exchange, totp_proved);
    if (job != NULL && !gateway_worker_add(job, intent->password, terms)) {
        gateway_worker_free(job);
        job = NULL;
    }
    gateway_login_prove(exchange, job);
}

/* {"act":"start","password"}, {"act":"confirm","code"}, {"act":"end","password","code"}. */
void gateway_login_totp(struct exchange *exchange)
{
    static const char *const names[] = {"act", "password", "code"};
    const char *values[3];
    json_t *object = NULL;
    struct intent *intent = NULL;
    int act = 0;
    if (is_person(exchange) && within_limit(exchange) &&
        read_texts(exchange, names, values, 3, 1, &object) && intent_make(exchange, &intent)) {
        intent->person = strdup(exchange->person->renewed->person);
        intent->password = values[1] == NULL ? NULL : strdup(values[1]);
        (void)snprintf(intent->code, sizeof intent->code, "%s", values[2] == NULL ? "" : values[2]);
        if (!say_words_read_token(&paidan__totp_act__descriptor, values[0], &act)) {
            gateway_problem(exchange, PAIDAN__CODE__ENUM_UNKNOWN, "act", 0);
        } else if (intent->password != NULL && intent->person != NULL) {
            intent->act = (Paidan__TotpAct)act;
            gateway_login_terms(exchange, intent->person, totp_terms);
        } else {
            intent->act = (Paidan__TotpAct)act;
            ask_totp(exchange, NULL);
        }
    }
    json_decref(object);
    wipe_body(exchange);
}
