/* access_reading: what administrators look at, and people of themselves. Owns nothing and changes
 * nothing. A page ends with what the next one begins after; what filters leave out is counted, so
 * that one page never walks further than SCAN_MAX rows. Nothing shown here opens anything: no hash,
 * no mark, no salt leaves the service this way. */

#include "access_reading.h"

#include <string.h>

#include "access_apikey.h"
#include "access_role.h"
#include "access_secret.h"
#include "access_session.h"
#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/text/text.h"

enum { LIST_DEFAULT = 100, SCAN_MAX = 5000 };

/* 0: out of bounds. */
static size_t limit_of(protobuf_c_boolean has, uint32_t limit)
{
    const size_t wanted = has ? limit : LIST_DEFAULT;
    CHECK(LIST_DEFAULT <= LIST_MAX);
    return wanted <= LIST_MAX ? wanted : 0;
}

static char *copy(struct arena *arena, const char *text, bool *full)
{
    char *const made = text[0] == '\0' ? NULL : arena_strdup(arena, text);
    CHECK(full != NULL);
    *full = *full || (made == NULL && text[0] != '\0');
    return made;
}

/* ---- people ---- */

static Paidan__PersonState state_of(enum access_state state)
{
    static const Paidan__PersonState states[ACCESS_STATE_COUNT] = {
        [ACCESS_INVITED] = PAIDAN__PERSON_STATE__PERSON_INVITED,
        [ACCESS_ACTIVE] = PAIDAN__PERSON_STATE__PERSON_ACTIVE,
        [ACCESS_DISABLED] = PAIDAN__PERSON_STATE__PERSON_DISABLED,
    };
    CHECK(state > ACCESS_NONE);
    CHECK(state < ACCESS_STATE_COUNT);
    return states[state];
}

/* Sessions and failures stand in tables of their own. */
static enum rc add_beside(struct step_view *view, const struct access_person *person,
                          Paidan__Person *picture)
{
    struct access_held held;
    struct access_failure failure;
    CHECK(person->number > 0);
    enum rc rc = access_state_held(view->txn, person->number, &held);
    if (rc != RC_OK) {
        return rc;
    }
    picture->has_sessions = held.count > 0;
    picture->sessions = held.count;
    rc = access_state_failure(view->txn, access_secret_name_key(person->name), &failure);
    if (rc == RC_OK && failure.locked_until_ms > view->now_ms) {
        picture->has_locked_until_ms = 1;
        picture->locked_until_ms = failure.locked_until_ms;
    }
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Texts and roles are copied: the next row of the walk is read into the same record. */
static enum rc person_picture(struct step_view *view, const struct access_person *person,
                              Paidan__Person **shown)
{
    bool full = false;
    Paidan__Person *const picture = arena_alloc(view->arena, sizeof *picture);
    struct access_role *const roles =
        arena_alloc(view->arena, (person->role_count + 1) * sizeof *roles);
    if (picture == NULL || roles == NULL) {
        return RC_LIMIT;
    }
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    memcpy(roles, person->roles, person->role_count * sizeof *roles);
    paidan__person__init(picture);
    picture->person = copy(view->arena, person->name, &full);
    picture->full_name = copy(view->arena, person->full_name, &full);
    picture->state = state_of(person->state);
    picture->n_roles = person->role_count;
    picture->roles = access_role_list(view->arena, roles, person->role_count);
    picture->has_second_factor = person->factor;
    picture->second_factor = person->factor;
    picture->added_ms = person->added_ms;
    picture->has_login_ms = person->login_ms != 0;
    picture->login_ms = person->login_ms;
    if (full || picture->roles == NULL) {
        return RC_LIMIT;
    }
    *shown = picture;
    return add_beside(view, person, picture);
}

/* Both filters must hold of one and the same role. */
static bool wanted(const Paidan__PersonList *wish, const struct access_person *person)
{
    CHECK(person->role_count <= GRANT_ROLES_MAX);
    bool any = !wish->has_role && wish->unit == NULL;
    for (uint32_t index = 0; !any && index < person->role_count; index++) {
        const struct access_role *role = &person->roles[index];
        any = (!wish->has_role || role->role == (uint32_t)wish->role) &&
              (wish->unit == NULL || strcmp(role->unit, wish->unit) == 0);
    }
    return any;
}

/* By name. Where a filter finds little the page may be empty and still name where to go on. */
static enum rc fill_people(struct step_view *view, const Paidan__PersonList *wish, size_t limit,
                           Paidan__PeopleListed *body)
{
    struct store_walk walk;
    struct access_person person;
    size_t seen = 0;
    bool full = false;
    CHECK(limit > 0);
    enum rc rc = access_state_walk_people(view->txn, wish->cursor, &walk, &person);
    if (rc == RC_OK && wish->cursor != NULL && strcmp(person.name, wish->cursor) == 0) {
        rc = access_state_next_person(&walk, &person);
    }
    while (rc == RC_OK) {
        if (body->n_people < limit && wanted(wish, &person)) {
            rc = person_picture(view, &person, &body->people[body->n_people]);
            body->n_people += rc == RC_OK;
        }
        /* The page or the walk is as long as it may be, and perhaps there is more. */
        if (rc == RC_OK && (body->n_people == limit || ++seen == SCAN_MAX)) {
            body->next = copy(view->arena, person.name, &full);
            rc = full ? RC_LIMIT : RC_OK;
            break;
        }
        rc = rc == RC_OK ? access_state_next_person(&walk, &person) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* By any way of writing the name. */
static enum rc one_person(struct step_view *view, const Paidan__PersonList *wish,
                          Paidan__PeopleListed *body, bool *there)
{
    struct access_person person;
    const enum rc rc = access_name_find(view->txn, wish->person, &person);
    CHECK(there != NULL);
    *there = rc == RC_OK;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    body->n_people = 1;
    return person_picture(view, &person, &body->people[0]);
}

enum rc access_reading_people(struct step_view *view, const Paidan__PersonList *wish,
                              Paidan__Answer *answer)
{
    const size_t limit = limit_of(wish->has_limit, wish->limit);
    if (limit == 0) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    Paidan__PeopleListed *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__people_listed__init(body);
    body->people = arena_alloc(view->arena, limit * sizeof(Paidan__Person *));
    if (body->people == NULL) {
        return RC_LIMIT;
    }
    bool there = true;
    const enum rc rc = wish->person != NULL ? one_person(view, wish, body, &there)
                                            : fill_people(view, wish, limit, body);
    if (rc != RC_OK || !there) {
        return rc == RC_OK ? step_view_refuse(answer, PAIDAN__CODE__PERSON_UNKNOWN, "person") : rc;
    }
    CHECK(body->n_people <= limit);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_PEOPLE_LISTED;
    answer->people_listed = body;
    return RC_OK;
}

/* ---- sessions ---- */

static enum rc session_picture(struct step_view *view, const struct access_session *session,
                               uint64_t own, Paidan__Session **shown)
{
    bool full = false;
    Paidan__Session *const picture = arena_alloc(view->arena, sizeof *picture);
    unsigned char *const id = arena_alloc(view->arena, SESSION_BYTES);
    if (picture == NULL || id == NULL) {
        return RC_LIMIT;
    }
    CHECK(session->number > 0);
    codec_set_u64(id, access_state_id(session->mark));
    paidan__session__init(picture);
    picture->session = (ProtobufCBinaryData){.len = SESSION_BYTES, .data = id};
    picture->person = copy(view->arena, session->name, &full);
    picture->began_ms = session->began_ms;
    picture->seen_ms = session->seen_ms;
    picture->ends_ms = access_state_session_end(session);
    picture->via = copy(view->arena, session->via, &full);
    picture->has_own = own == access_state_id(session->mark);
    picture->own = picture->has_own;
    *shown = picture;
    return full ? RC_LIMIT : RC_OK;
}

/* Those of one person; few. */
static enum rc fill_own(struct step_view *view, uint64_t number, uint64_t own, size_t limit,
                        Paidan__SessionsListed *body)
{
    struct access_held held;
    CHECK(number > 0);
    enum rc rc = access_state_held(view->txn, number, &held);
    for (uint32_t index = 0; rc == RC_OK && index < held.count && body->n_sessions < limit;
         index++) {
        struct access_session session;
        rc = access_state_session(view->txn, held.ids[index], &session);
        if (rc == RC_OK) {
            rc = session_picture(view, &session, own, &body->sessions[body->n_sessions]);
            body->n_sessions += rc == RC_OK;
        }
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* By id, which is as good as random: who logs in between two pages appears on one of them or not,
 * and nobody twice. */
static enum rc fill_all(struct step_view *view, uint64_t from, size_t limit,
                        Paidan__SessionsListed *body)
{
    struct store_walk walk;
    struct access_session session;
    CHECK(limit > 0);
    enum rc rc = access_state_walk_sessions(view->txn, from, &walk, &session);
    while (rc == RC_OK) {
        if (body->n_sessions == limit) {
            body->has_next = 1;
            body->next = body->sessions[limit - 1]->session;
            break;
        }
        rc = session_picture(view, &session, 0, &body->sessions[body->n_sessions]);
        body->n_sessions += rc == RC_OK;
        rc = rc == RC_OK ? access_state_next_session(&walk, &session) : rc;
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Whose sessions are meant: by the token, by name, or everybody's. code: why not. */
static enum rc choose(struct step_view *view, const Paidan__Request *request, size_t limit,
                      Paidan__SessionsListed *body, Paidan__Code *code)
{
    const Paidan__SessionList *const wish = request->session_list;
    struct access_person person;
    struct access_session session;
    CHECK(*code == PAIDAN__CODE__OK);
    if (wish->has_token_hash) {
        const enum rc rc =
            access_session_find(view->txn, view->now_ms, &wish->token_hash, &session, &person);
        *code = rc == RC_NOT_FOUND ? PAIDAN__CODE__SESSION_ENDED : PAIDAN__CODE__OK;
        return rc == RC_OK
                   ? fill_own(view, person.number, access_state_id(session.mark), limit, body)
                   : rc;
    }
    if (wish->person != NULL) {
        const enum rc rc = access_name_find(view->txn, wish->person, &person);
        *code = rc == RC_NOT_FOUND ? PAIDAN__CODE__PERSON_UNKNOWN : PAIDAN__CODE__OK;
        return rc == RC_OK ? fill_own(view, person.number, 0, limit, body) : rc;
    }
    if (wish->has_cursor && !access_name_is(&wish->cursor, SESSION_BYTES)) {
        *code = PAIDAN__CODE__FIELD_INVALID;
        return RC_NOT_FOUND;
    }
    const uint64_t after = wish->has_cursor ? codec_u64_at(wish->cursor.data) : 0;
    return after == UINT64_MAX ? RC_OK : fill_all(view, after + 1, limit, body);
}

/* One wish for two askers: a person looks at his own sessions by his token, an administrator at
 * anybody's by his role (common/permit tells them apart by the token). */
enum rc access_reading_sessions(struct step_view *view, const Paidan__Request *request,
                                Paidan__Answer *answer)
{
    const Paidan__SessionList *const wish = request->session_list;
    const size_t limit = limit_of(wish->has_limit, wish->limit);
    Paidan__Code code = PAIDAN__CODE__OK;
    if (limit == 0) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    /* Whoever is asked for in public has nothing but his token to say who he is. */
    if (request->has_public_ && request->public_ && !wish->has_token_hash) {
        return step_view_refuse(answer, PAIDAN__CODE__FORBIDDEN, "token_hash");
    }
    Paidan__SessionsListed *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__sessions_listed__init(body);
    body->sessions = arena_alloc(view->arena, limit * sizeof(Paidan__Session *));
    if (body->sessions == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = choose(view, request, limit, body, &code);
    if (code != PAIDAN__CODE__OK) {
        return step_view_refuse(answer, code, NULL);
    }
    CHECK(rc != RC_NOT_FOUND);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_SESSIONS_LISTED;
    answer->sessions_listed = body;
    return rc;
}

/* ---- keys ---- */

static enum rc key_picture(struct step_view *view, const struct access_key *key,
                           Paidan__Key **shown)
{
    bool full = false;
    char text[17];
    Paidan__Key *const picture = arena_alloc(view->arena, sizeof *picture);
    struct access_role *const roles =
        arena_alloc(view->arena, (key->role_count + 1) * sizeof *roles);
    if (picture == NULL || roles == NULL) {
        return RC_LIMIT;
    }
    CHECK(key->role_count <= KEY_ROLES_MAX);
    memcpy(roles, key->roles, key->role_count * sizeof *roles);
    access_apikey_name(access_state_id(key->mark), text);
    paidan__key__init(picture);
    picture->key = copy(view->arena, text, &full);
    picture->label = copy(view->arena, key->label, &full);
    picture->n_roles = key->role_count;
    picture->roles = access_role_list(view->arena, roles, key->role_count);
    picture->made_by = copy(view->arena, key->made_by, &full);
    picture->made_ms = key->made_ms;
    picture->has_expires_ms = key->expires_ms != 0;
    picture->expires_ms = key->expires_ms;
    picture->has_used_ms = key->used_ms != 0;
    picture->used_ms = key->used_ms;
    picture->has_revoked_ms = key->revoked_ms != 0;
    picture->revoked_ms = key->revoked_ms;
    *shown = picture;
    return full || picture->roles == NULL ? RC_LIMIT : RC_OK;
}

enum rc access_reading_keys(struct step_view *view, const Paidan__KeyList *wish,
                            Paidan__Answer *answer)
{
    const size_t limit = limit_of(wish->has_limit, wish->limit);
    uint64_t after = 0;
    struct store_walk walk;
    struct access_key key;
    if (limit == 0 || (wish->cursor != NULL && !access_apikey_read(wish->cursor, &after))) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID,
                                limit == 0 ? "limit" : "cursor");
    }
    Paidan__KeysListed *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__keys_listed__init(body);
    body->keys = arena_alloc(view->arena, limit * sizeof(Paidan__Key *));
    if (body->keys == NULL) {
        return RC_LIMIT;
    }
    enum rc rc =
        access_state_walk_keys(view->txn, after == UINT64_MAX ? after : after + 1, &walk, &key);
    while (rc == RC_OK) {
        if (body->n_keys == limit) {
            body->next = body->keys[limit - 1]->key;
            break;
        }
        rc = key_picture(view, &key, &body->keys[body->n_keys]);
        body->n_keys += rc == RC_OK;
        rc = rc == RC_OK ? access_state_next_key(&walk, &key) : rc;
    }
    store_walk_close(&walk);
    CHECK(body->n_keys <= limit);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_KEYS_LISTED;
    answer->keys_listed = body;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- changes ---- */

/* What is asked for stands in the fact. */
static enum rc change_picture(struct step_view *view, uint64_t seq,
                              const struct access_change *change, Paidan__Change **shown)
{
    bool full = false;
    Paidan__Event *event = NULL;
    Paidan__Change *const picture = arena_alloc(view->arena, sizeof *picture);
    if (picture == NULL) {
        return RC_LIMIT;
    }
    const enum rc rc = step_view_read(view, seq, &event);
    if (rc != RC_OK || event->fact_case != PAIDAN__EVENT__FACT_CHANGE_ASKED) {
        return rc == RC_OK || rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(change->lapses_ms > change->asked_ms);
    paidan__change__init(picture);
    picture->change = seq;
    picture->kind = event->change_asked->kind;
    picture->person = copy(view->arena, change->name, &full);
    picture->role = event->change_asked->role;
    picture->asked_by = copy(view->arena, change->asked_by, &full);
    picture->asked_ms = change->asked_ms;
    picture->lapses_ms = change->lapses_ms;
    *shown = picture;
    return full ? RC_LIMIT : RC_OK;
}

/* In the order in which they were asked for. */
enum rc access_reading_changes(struct step_view *view, const Paidan__ChangeList *wish,
                               Paidan__Answer *answer)
{
    const size_t limit = limit_of(wish->has_limit, wish->limit);
    struct store_walk walk;
    struct access_change change;
    uint64_t seq = 0;
    if (limit == 0) {
        return step_view_refuse(answer, PAIDAN__CODE__FIELD_INVALID, "limit");
    }
    Paidan__ChangesListed *const body = arena_alloc(view->arena, sizeof *body);
    if (body == NULL) {
        return RC_LIMIT;
    }
    paidan__changes_listed__init(body);
    body->changes = arena_alloc(view->arena, limit * sizeof(Paidan__Change *));
    if (body->changes == NULL) {
        return RC_LIMIT;
    }
    const uint64_t after = wish->has_cursor ? wish->cursor : 0;
    enum rc rc = access_state_walk_changes(view->txn, after == UINT64_MAX ? after : after + 1,
                                           &walk, &seq, &change);
    while (rc == RC_OK) {
        if (body->n_changes == limit) {
            body->has_next = 1;
            body->next = body->changes[limit - 1]->change;
            break;
        }
        rc = change_picture(view, seq, &change, &body->changes[body->n_changes]);
        body->n_changes += rc == RC_OK;
        rc = rc == RC_OK ? access_state_next_change(&walk, &seq, &change) : rc;
    }
    store_walk_close(&walk);
    CHECK(body->n_changes <= limit);
    answer->code = PAIDAN__CODE__OK;
    answer->body_case = PAIDAN__ANSWER__BODY_CHANGES_LISTED;
    answer->changes_listed = body;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}
