/* gateway_people: first passwords and secrets of keys. It owns a secret from its making to the answer
 * that shows it, and wipes it then. What must stay true: nobody chooses a first password, for the one who
 * chose would know it; it is shown to the administrator once and must be changed at the first login. */

#include "gateway_people.h"

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
#include "gateway_login.h"
#include "gateway_problem.h"
#include "gateway_worker.h"

enum { SHOWN_BYTES = 128 };

/* A wish that waits for the proof of a password made here, or whose answer shows a secret. */
struct making {
    json_t *wish;
    char shown[SHOWN_BYTES];
    unsigned char salt[PASSWORD_SALT_BYTES];
};

/* The secret is wiped with it, shown or not. */
static void making_free(void *state)
{
    struct making *making = state;
    json_decref(making->wish);
    proof_wipe(making, sizeof *making);
    free(making);
}

/* The body with the parts of the path; taken by the state. False: answered. */
static bool begin(struct exchange *exchange, struct making **made)
{
    json_t *object = NULL;
    const char *id = exchange->part_count > 0 ? exchange->parts[0].value : NULL;
    if (!gateway_api_body(exchange, &object)) {
        return false;
    }
    struct making *making = calloc(1, sizeof *making);
    if (making == NULL || (id != NULL && json_object_get(object, "person") != NULL)) {
        json_decref(object);
        free(making);
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "person", 0);
        return false;
    }
    if (id != NULL) {
        json_object_set_new(object, "person", json_string(id));
    }
    making->wish = object;
    exchange->state = making;
    exchange->state_free = making_free;
    *made = making;
    return true;
}

/* As say_json reads bytes. */
static void set_hex(json_t *object, const char *name, const unsigned char *bytes, size_t size)
{
    char text[2 * SECRET_HASH_BYTES + 1];
    CHECK(2 * size < sizeof text);
    (void)sodium_bin2hex(text, sizeof text, bytes, size);
    json_object_set_new(object, name, json_string(text));
}

/* ---- passwords --------------------------------------------------------------------------------
 */

/* Shown in this one answer; it is stored nowhere, and a lost one is made anew. */
static void password_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const struct making *making = exchange->state;
    json_t *json = gateway_api_json(exchange, answer);
    if (making->shown[0] != '\0') {
        json_object_set_new(json, "password", json_string(making->shown));
    }
    gateway_exchange_json(exchange, 200, json);
}

static void password_proved(struct gateway_job *job)
{
    struct exchange *exchange = job->exchange;
    const struct making *making = exchange->state;
    if (job->parts[0].rc != RC_OK) {
        gateway_problem(exchange, PAIDAN__CODE__OVERLOADED, NULL, 1000);
        return;
    }
    json_t *terms = json_object();
    set_hex(terms, "salt", job->parts[0].salt, PASSWORD_SALT_BYTES);
    json_object_set_new(terms, "passes", json_integer(job->parts[0].terms.passes));
    json_object_set_new(terms, "memory_kib", json_integer(job->parts[0].terms.memory_kib));
    json_object_set_new(making->wish, "terms", terms);
    set_hex(making->wish, "proof", job->parts[0].proof, SECRET_HASH_BYTES);
    gateway_api_send(exchange, json_incref(making->wish), password_told);
}

/* What the wish would say itself about the password is refused: it is made here or nowhere. */
static void make_password(struct exchange *exchange, struct making *making)
{
    Paidan__PasswordTerms terms = PAIDAN__PASSWORD_TERMS__INIT;
    char password[20];
    struct gateway_job *job = gateway_worker_job(exchange, password_proved);
    if (json_object_get(making->wish, "terms") != NULL ||
        json_object_get(making->wish, "proof") != NULL) {
        gateway_worker_free(job);
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "terms", 0);
        return;
    }
    proof_password(password);
    proof_terms(&terms, making->salt);
    (void)snprintf(making->shown, sizeof making->shown, "%s", password);
    if (job != NULL && !gateway_worker_add(job, password, &terms)) {
        gateway_worker_free(job);
        job = NULL;
    }
    proof_wipe(password, sizeof password);
    gateway_login_prove(exchange, job);
}

void gateway_people_add(struct exchange *exchange)
{
    struct making *making = NULL;
    if (begin(exchange, &making)) {
        make_password(exchange, making);
    }
}

void gateway_people_change(struct exchange *exchange)
{
    struct making *making = NULL;
    if (!begin(exchange, &making)) {
        return;
    }
    const json_t *fresh = json_object_get(making->wish, "new_password");
    const bool wanted = json_is_true(fresh);
    if (fresh != NULL && !json_is_boolean(fresh)) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "new_password", 0);
        return;
    }
    json_object_del(making->wish, "new_password");
    if (wanted) {
        make_password(exchange, making);
    } else {
        gateway_api_send(exchange, json_incref(making->wish), password_told);
    }
}

/* ---- keys -------------------------------------------------------------------------------------
 */

/* The id is access's, the secret ours: together they are what a program is given. */
static void key_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    const struct making *making = exchange->state;
    json_t *json = gateway_api_json(exchange, answer);
    const char *key = json_string_value(json_object_get(json, "key"));
    char secret[SHOWN_BYTES];
    if (key != NULL) {
        (void)snprintf(secret, sizeof secret, "pd_%s_%.64s", key, making->shown);
        json_object_set_new(json, "secret", json_string(secret));
        proof_wipe(secret, sizeof secret);
    }
    gateway_exchange_json(exchange, 200, json);
}

void gateway_people_key(struct exchange *exchange)
{
    unsigned char secret[SECRET_HASH_BYTES], hash[SECRET_HASH_BYTES];
    struct making *making = NULL;
    if (!begin(exchange, &making)) {
        return;
    }
    if (json_object_get(making->wish, "secret_hash") != NULL) {
        gateway_problem(exchange, PAIDAN__CODE__FIELD_INVALID, "secret_hash", 0);
        return;
    }
    proof_token(secret);
    proof_hash(secret, hash);
    (void)sodium_bin2hex(making->shown, sizeof making->shown, secret, sizeof secret);
    set_hex(making->wish, "secret_hash", hash, sizeof hash);
    proof_wipe(secret, sizeof secret);
    gateway_api_send(exchange, json_incref(making->wish), key_told);
}

/* ---- roles -------------------------------------------------------------------------------------
 */

/* Of one person, those that the question was for. */
static void add_roles(const struct exchange *exchange, const Paidan__Person *person, json_t *rows)
{
    int wanted = 0;
    char state[SAY_WORDS_TOKEN_BYTES];
    const char *role = gateway_uri_query(&exchange->uri, "role");
    const char *unit = gateway_uri_query(&exchange->uri, "unit");
    const bool one = role != NULL && say_words_read_token(&paidan__role__descriptor, role, &wanted);
    for (size_t index = 0; index < person->n_roles; index++) {
        const Paidan__GrantRole *has = person->roles[index];
        if ((one && (int)has->role != wanted) ||
            (unit != NULL && (has->unit == NULL || strcmp(has->unit, unit) != 0))) {
            continue;
        }
        json_t *row = say_json_message(&exchange->say, &has->base, true);
        json_object_set_new(row, "person", json_string(person->person));
        if (person->full_name != NULL) {
            json_object_set_new(row, "full_name", json_string(person->full_name));
        }
        json_object_set_new(row, "state",
                            json_string(say_words_token(&paidan__person_state__descriptor,
                                                        (int)person->state, state)));
        json_array_append_new(rows, row);
    }
}

static void roles_told(struct exchange *exchange, const Paidan__Answer *answer)
{
    json_t *json = json_object(), *rows = json_array();
    if (answer->body_case != PAIDAN__ANSWER__BODY_PEOPLE_LISTED) {
        json_decref(json);
        json_decref(rows);
        gateway_problem(exchange, PAIDAN__CODE__SERVICE_FAULT, "access", 0);
        return;
    }
    const Paidan__PeopleListed *listed = answer->people_listed;
    for (size_t index = 0; index < listed->n_people; index++) {
        add_roles(exchange, listed->people[index], rows);
    }
    json_object_set_new(json, "roles", rows);
    say_json_names(&exchange->say, json);
    if (listed->next != NULL) {
        json_object_set_new(json, "next", json_string(listed->next));
    }
    gateway_exchange_json(exchange, 200, json);
}

/* A page of people, seen by their roles: filters and cursor are those of the people's list. */
void gateway_people_roles(struct exchange *exchange)
{
    json_t *object = json_object();
    if (gateway_api_fields(exchange, gateway_api_wish_of(exchange->route->wish), object)) {
        gateway_api_send(exchange, object, roles_told);
    } else {
        json_decref(object);
    }
}
