/* access_session: sessions go on while they are used, and end. Owns the tables session and held
 * together with the login that makes a session. What must stay true: a session is found by the hash
 * of its token alone, which the log does not hold; it never outlives its hours; and a person who is
 * disabled has none. */

#include "access_session.h"

#include <string.h>

#include "access_grant.h"
#include "access_role.h"
#include "access_secret.h"
#include "common/base/check.h"
#include "common/base/codec.h"

/* A person who works is not written down at each click. */
enum { SEEN_EVERY_MS = 60 * 1000 };

/* Looked at by time as well: the deadline of a session that is over may still wait for its step. */
enum rc access_session_find(struct store_txn *txn, uint64_t now_ms,
                            const ProtobufCBinaryData *token_hash, struct access_session *session,
                            struct access_person *person)
{
    unsigned char mark[SECRET_HASH_BYTES];
    if (!access_name_is(token_hash, SECRET_HASH_BYTES)) {
        return RC_NOT_FOUND;
    }
    access_secret_mark(token_hash->data, mark);
    enum rc rc = access_state_session(txn, access_state_id(mark), session);
    if (rc != RC_OK) {
        return rc;
    }
    if (!access_secret_equal(mark, session->mark, sizeof mark) ||
        access_state_session_end(session) <= now_ms) {
        return RC_NOT_FOUND;
    }
    rc = access_state_person(txn, session->name, person);
    CHECK(rc != RC_OK || person->state != ACCESS_DISABLED);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

/* The end is written, not computed when it is asked for: folding must move its deadline. */
static enum rc say_seen(struct step *step, const struct access_session *session)
{
    unsigned char id[SESSION_BYTES];
    CHECK(step->now_ms >= session->seen_ms);
    codec_set_u64(id, access_state_id(session->mark));
    Paidan__SessionSeen fact = PAIDAN__SESSION_SEEN__INIT;
    fact.session = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    fact.idle_ms = step->now_ms + ACCESS_IDLE_MS;
    return step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
}

/* Until the password is his own, and the second factor that the site asks for is set up, he may do that
 * and nothing else: a grant without roles says who he is and opens nothing. Whom the machine itself proves (session NULL) needs no password. The
 * answer is not stored: the log would keep what may be used for five minutes. */
static enum rc give(struct step *step, const struct access_session *session,
                    const struct access_person *person, const char *via)
{
    Paidan__Renewed body = PAIDAN__RENEWED__INIT;
    const bool invited = session != NULL && person->state == ACCESS_INVITED;
    const bool lacks = session != NULL && access_role_lacks_factor(step->site, person);
    const struct access_grant grant = {
        .actor = person->name,
        .via = via,
        .session = session == NULL ? 0 : access_state_id(session->mark),
        .ends_ms = session == NULL ? 0 : session->ends_ms,
        .roles = person->roles,
        .role_count = invited || lacks ? 0 : person->role_count,
    };
    CHECK(person->state != ACCESS_DISABLED);
    const enum rc rc = access_grant_make(step, &grant, &body);
    if (rc != RC_OK) {
        return rc;
    }
    body.full_name = person->full_name[0] == '\0' ? NULL : (char *)(uintptr_t)person->full_name;
    body.has_ends_ms = session != NULL;
    body.ends_ms = session == NULL ? 0 : session->ends_ms;
    body.has_must_change = invited;
    body.must_change = invited;
    body.has_must_set_factor = lacks;
    body.must_set_factor = lacks;
    body.has_second_factor = person->factor;
    body.second_factor = person->factor;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_RENEWED;
    answer.renewed = &body;
    return step_answer_unstored(step, &answer);
}

/* Without a token: the machine proved who he is, and the peers file says under which name; by the
 * time this is asked the actor is that name (common/permit). Whoever is asked for in public, and
 * the gateway itself, have names that no account can have. */
static enum rc renew_known(struct step *step, const Paidan__Request *request)
{
    struct access_person person;
    CHECK(!request->renew->has_token_hash);
    const bool open = request->has_public_ && request->public_;
    const enum rc rc = open ? RC_NOT_FOUND : access_name_find(step->txn, request->actor, &person);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && person.state == ACCESS_DISABLED)) {
        return step_refuse(step, PAIDAN__CODE__FORBIDDEN, "token_hash");
    }
    return rc == RC_OK ? give(step, NULL, &person, request->via) : rc;
}

enum rc access_session_renew(struct step *step, const Paidan__Request *request)
{
    const Paidan__Renew *const wish = request->renew;
    struct access_session session;
    struct access_person person;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_RENEW);
    if (!wish->has_token_hash) {
        return renew_known(step, request);
    }
    enum rc rc = access_session_find(step->txn, step->now_ms, &wish->token_hash, &session, &person);
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__SESSION_ENDED, NULL);
    }
    const bool passive = wish->has_passive && wish->passive;
    if (rc == RC_OK && !passive && step->now_ms >= session.seen_ms + SEEN_EVERY_MS) {
        rc = say_seen(step, &session);
    }
    return rc == RC_OK ? give(step, &session, &person, session.via[0] == '\0' ? NULL : session.via)
                       : rc;
}

/* ---- ending ---- */

static enum rc say_ended(struct step *step, const struct access_session *session,
                         Paidan__SessionEnd why, uint64_t *seq)
{
    unsigned char id[SESSION_BYTES];
    CHECK(session->name[0] != '\0');
    codec_set_u64(id, access_state_id(session->mark));
    Paidan__SessionEnded fact = PAIDAN__SESSION_ENDED__INIT;
    fact.session = (ProtobufCBinaryData){.len = sizeof id, .data = id};
    fact.person = (char *)(uintptr_t)session->name;
    fact.why = why;
    return step_say(step, &(struct step_about){.seq = seq}, &fact.base);
}

/* Another session of the same person; of nobody else. */
static enum rc own_other(struct step *step, const ProtobufCBinaryData *id,
                         struct access_session *session)
{
    struct access_session other;
    if (!access_name_is(id, SESSION_BYTES) || codec_u64_at(id->data) == 0) {
        return RC_NOT_FOUND;
    }
    const enum rc rc = access_state_session(step->txn, codec_u64_at(id->data), &other);
    if (rc != RC_OK || other.number != session->number) {
        return rc == RC_OK ? RC_NOT_FOUND : rc;
    }
    CHECK(strcmp(other.name, session->name) == 0);
    *session = other;
    return RC_OK;
}

enum rc access_session_logout(struct step *step, const Paidan__Request *request)
{
    const Paidan__Logout *const wish = request->logout;
    struct access_session session;
    struct access_person person;
    uint64_t seq = 0;
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_LOGOUT);
    enum rc rc = access_session_find(step->txn, step->now_ms, &wish->token_hash, &session, &person);
    if (rc == RC_OK && wish->has_session) {
        rc = own_other(step, &wish->session, &session);
    }
    if (rc == RC_NOT_FOUND) {
        return step_refuse(step, PAIDAN__CODE__SESSION_ENDED, NULL);
    }
    if (rc == RC_OK) {
        rc = say_ended(step, &session, PAIDAN__SESSION_END__SESSION_LOGOUT, &seq);
    }
    return rc == RC_OK
               ? access_name_done(step, &(struct access_done){.seq = seq, .sessions_ended = 1})
               : rc;
}

/* A fact for each: who looks at one session's life must find its end there. */
static enum rc revoke_all(struct step *step, const struct access_person *person,
                          struct access_done *done)
{
    struct access_held held;
    enum rc rc = access_state_held(step->txn, person->number, &held);
    for (uint32_t index = 0; rc == RC_OK && index < held.count; index++) {
        struct access_session session;
        rc = access_state_session(step->txn, held.ids[index], &session);
        CHECK(rc != RC_NOT_FOUND);
        if (rc == RC_OK) {
            rc = say_ended(step, &session, PAIDAN__SESSION_END__SESSION_REVOKED, &done->seq);
        }
        done->sessions_ended++;
    }
    return rc;
}

enum rc access_session_revoke(struct step *step, const Paidan__Request *request)
{
    const Paidan__SessionRevoke *const wish = request->session_revoke;
    struct access_done done = {.seq = 0};
    CHECK(request->wish_case == PAIDAN__REQUEST__WISH_SESSION_REVOKE);
    enum rc rc = RC_OK;
    if (wish->person != NULL) {
        struct access_person person;
        rc = access_name_find(step->txn, wish->person, &person);
        if (rc == RC_NOT_FOUND) {
            return step_refuse(step, PAIDAN__CODE__PERSON_UNKNOWN, "person");
        }
        rc = rc == RC_OK ? revoke_all(step, &person, &done) : rc;
    } else {
        struct access_session session;
        if (!wish->has_session || !access_name_is(&wish->session, SESSION_BYTES) ||
            codec_u64_at(wish->session.data) == 0) {
            return step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "session");
        }
        rc = access_state_session(step->txn, codec_u64_at(wish->session.data), &session);
        if (rc == RC_NOT_FOUND) {
            return step_refuse(step, PAIDAN__CODE__SESSION_ENDED, "session");
        }
        done.sessions_ended = 1;
        rc = rc == RC_OK
                 ? say_ended(step, &session, PAIDAN__SESSION_END__SESSION_REVOKED, &done.seq)
                 : rc;
    }
    return rc == RC_OK ? access_name_done(step, &done) : rc;
}

/* Which of the two ends it was matters to whoever asks why he was thrown out. */
enum rc access_session_due(struct step *step, const struct due *due)
{
    struct access_session session;
    CHECK(due->kind == ACCESS_DUE_SESSION);
    const enum rc rc = access_state_session(step->txn, due->id, &session);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    CHECK(access_state_session_end(&session) <= step->now_ms);
    return say_ended(step, &session,
                     session.ends_ms <= session.idle_ms ? PAIDAN__SESSION_END__SESSION_OVER
                                                        : PAIDAN__SESSION_END__SESSION_IDLE,
                     NULL);
}

/* ---- folding ---- */

/* What stands in our own log was written by say_*: anything else is damage. */
static bool is_id(const ProtobufCBinaryData *id)
{
    return id->len == SESSION_BYTES && codec_u64_at(id->data) != 0;
}

enum rc access_session_fold_seen(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__SessionSeen *const fact = event->session_seen;
    struct access_session session;
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SESSION_SEEN);
    if (!is_id(&fact->session)) {
        return RC_CORRUPT;
    }
    const enum rc rc = access_state_session(fold->txn, codec_u64_at(fact->session.data), &session);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return event->at_ms < session.seen_ms || fact->idle_ms < session.idle_ms
               ? RC_CORRUPT
               : access_state_see_session(fold->txn, &session, event->at_ms, fact->idle_ms);
}

/* The counters are one equation: logins = sessions + sessions_ended (paidan stats). */
enum rc access_session_end(struct step_fold *fold, uint64_t id)
{
    struct access_session session;
    CHECK(id != 0);
    enum rc rc = access_state_session(fold->txn, id, &session);
    if (rc == RC_OK) {
        rc = access_state_end_session(fold->txn, &session);
    }
    if (rc == RC_OK) {
        access_name_discount(fold, ACCESS_TALLY_SESSIONS);
        access_name_count(fold, ACCESS_TALLY_SESSIONS_ENDED);
    }
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc access_session_end_all(struct step_fold *fold, uint64_t number, uint64_t keeps)
{
    struct access_held held;
    CHECK(number > 0);
    enum rc rc = access_state_held(fold->txn, number, &held);
    for (uint32_t index = 0; rc == RC_OK && index < held.count; index++) {
        if (held.ids[index] != keeps) {
            rc = access_session_end(fold, held.ids[index]);
        }
    }
    return rc;
}

enum rc access_session_fold_ended(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__SessionEnded *const fact = event->session_ended;
    if (!is_id(&fact->session)) {
        return RC_CORRUPT;
    }
    CHECK(event->fact_case == PAIDAN__EVENT__FACT_SESSION_ENDED);
    return access_session_end(fold, codec_u64_at(fact->session.data));
}
