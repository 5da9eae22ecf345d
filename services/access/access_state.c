/* access_state: access's records on disk. Owns all six tables and the rows of due; nobody else
 * writes to them. The rows of a record are stored: a change raises the version and keeps the old
 * reader. What must stay true: each session has one row in held and one in due, each failure and
 * each open change one in due; an account's name is its key and never changes. */

#include "access_state.h"

#include <string.h>

#include "common/base/check.h"
#include "common/base/codec.h"
#include "common/base/record.h"
#include "common/store/store_row.h"

/* ---- formats ---- */

static const struct record_row role_rows[] = {
    RECORD_U8(struct access_role, role),      RECORD_U32(struct access_role, level),
    RECORD_TEXT(struct access_role, unit),    RECORD_TEXT(struct access_role, area),
    RECORD_TEXT(struct access_role, channel), RECORD_END,
};
static const struct record_row terms_rows[] = {
    RECORD_BYTES(struct access_terms, salt, PASSWORD_SALT_BYTES),
    RECORD_VARINT(struct access_terms, passes),
    RECORD_VARINT(struct access_terms, memory_kib),
    RECORD_END,
};
static const struct record_row recovery_rows[] = {
    RECORD_BYTES(struct access_recovery, hash, RECOVERY_HASH_BYTES), RECORD_END};

static const struct record_row factor_rows[] = {
    RECORD_BYTES(struct access_person, sealed, TOTP_SEALED_BYTES),
    RECORD_LIST(struct access_person, recovery_count, recovery, RECOVERY_CODES, recovery_rows),
    RECORD_END,
};
static const struct record_row pending_rows[] = {
    RECORD_BYTES(struct access_person, pending_sealed, TOTP_SEALED_BYTES), RECORD_END};

static const struct record_row person_rows[] = {
    RECORD_U8_IN(struct access_person, state, ACCESS_NONE + 1, ACCESS_STATE_COUNT - 1),
    RECORD_VARINT(struct access_person, number),
    RECORD_TEXT(struct access_person, name),
    RECORD_TEXT(struct access_person, full_name),
    RECORD_PART(struct access_person, terms, terms_rows),
    RECORD_BYTES(struct access_person, password, SECRET_HASH_BYTES),
    RECORD_VARINT(struct access_person, added_ms),
    RECORD_VARINT(struct access_person, login_ms),
    RECORD_BOOL(struct access_person, factor),
    RECORD_BOOL(struct access_person, pending),
    RECORD_IF(struct access_person, factor, factor_rows),
    RECORD_IF(struct access_person, pending, pending_rows),
    /* Kept when a factor ends: a code seen once must not open the same secret set up again. */
    RECORD_VARINT(struct access_person, factor_step),
    RECORD_LIST(struct access_person, role_count, roles, GRANT_ROLES_MAX, role_rows),
    RECORD_END,
};
static const struct record_format person_format = {
    .version = 1, .bytes = sizeof(struct access_person), .rows = person_rows};

static const struct record_row session_rows[] = {
    RECORD_BYTES(struct access_session, mark, SECRET_HASH_BYTES),
    RECORD_VARINT(struct access_session, number),
    RECORD_TEXT(struct access_session, name),
    RECORD_TEXT(struct access_session, via),
    RECORD_VARINT(struct access_session, began_ms),
    RECORD_DELTA(struct access_session, seen_ms, began_ms),
    RECORD_DELTA(struct access_session, idle_ms, began_ms),
    RECORD_DELTA(struct access_session, ends_ms, began_ms),
    RECORD_END,
};
static const struct record_format session_format = {
    .version = 1, .bytes = sizeof(struct access_session), .rows = session_rows};

static const struct record_row failure_rows[] = {
    RECORD_VARINT_IN(struct access_failure, count, 1, UINT32_MAX),
    RECORD_VARINT(struct access_failure, last_ms),
    RECORD_VARINT(struct access_failure, locked_until_ms),
    RECORD_VARINT(struct access_failure, forget_ms),
    RECORD_END,
};
static const struct record_format failure_format = {
    .version = 1, .bytes = sizeof(struct access_failure), .rows = failure_rows};

static const struct record_row change_rows[] = {
    RECORD_U8(struct access_change, kind),          RECORD_VARINT(struct access_change, asked_ms),
    RECORD_VARINT(struct access_change, lapses_ms), RECORD_TEXT(struct access_change, name),
    RECORD_TEXT(struct access_change, asked_by),    RECORD_END,
};
static const struct record_format change_format = {
    .version = 1, .bytes = sizeof(struct access_change), .rows = change_rows};

static const struct record_row key_rows[] = {
    RECORD_BYTES(struct access_key, mark, SECRET_HASH_BYTES),
    RECORD_TEXT(struct access_key, label),
    RECORD_TEXT(struct access_key, made_by),
    RECORD_VARINT(struct access_key, made_ms),
    RECORD_VARINT(struct access_key, expires_ms),
    RECORD_VARINT(struct access_key, used_ms),
    RECORD_VARINT(struct access_key, revoked_ms),
    RECORD_LIST(struct access_key, role_count, roles, KEY_ROLES_MAX, role_rows),
    RECORD_END,
};
static const struct record_format key_format = {
    .version = 1, .bytes = sizeof(struct access_key), .rows = key_rows};

/* ---- people ---- */

/* The name is the key as it is written, so that a listing is in its order and a record that was put
 * under another name is found out. */
enum rc access_state_person(struct store_txn *txn, const char *name, struct access_person *person)
{
    const size_t bytes = strlen(name);
    CHECK(bytes > 0);
    CHECK(bytes <= ACTOR_BYTES_MAX);
    const enum rc rc = store_get_record(txn, ACCESS_PERSON, name, bytes, &person_format, person);
    return rc == RC_OK && strcmp(person->name, name) != 0 ? RC_CORRUPT : rc;
}

enum rc access_state_put_person(struct store_txn *txn, const struct access_person *person)
{
    CHECK(person->name[0] != '\0');
    CHECK(person->number > 0);
    CHECK(person->factor || person->recovery_count == 0);
    CHECK(person->terms.passes > 0);
    return store_put_record(txn, ACCESS_PERSON, person->name, strlen(person->name), &person_format,
                            person);
}

/* ---- sessions ---- */

/* What binds a session beyond the bounds of its rows; deltas of a damaged record wrap around. */
static bool session_sound(const struct access_session *session)
{
    return session->number > 0 && session->name[0] != '\0' && session->began_ms > 0 &&
           session->seen_ms >= session->began_ms && session->idle_ms > session->began_ms &&
           session->ends_ms > session->began_ms;
}

/* Marks are hashes: their first bytes are as good as a random number, and one that is 0 in 2^64. */
uint64_t access_state_id(const unsigned char mark[SECRET_HASH_BYTES])
{
    const uint64_t id = codec_u64_at(mark);
    return id == 0 ? 1 : id; /* of 2^64 marks one */
}

uint64_t access_state_session_end(const struct access_session *session)
{
    CHECK(session->ends_ms >= session->began_ms);
    return session->idle_ms < session->ends_ms ? session->idle_ms : session->ends_ms;
}

static enum rc del_row(struct store_txn *txn, enum access_table table, uint64_t id)
{
    CHECK(id != 0);
    const enum rc rc = store_row_del(txn, table, id);
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc access_state_session(struct store_txn *txn, uint64_t id, struct access_session *session)
{
    CHECK(id != 0);
    const enum rc rc = store_row_get(txn, ACCESS_SESSION, id, &session_format, session);
    return rc == RC_OK && (access_state_id(session->mark) != id || !session_sound(session))
               ? RC_CORRUPT
               : rc;
}

enum { HELD_KEY_BYTES = 2 * CODEC_U64_BYTES };

/* By the person's number, not the name: a key has 64 bytes, and a name may have all of them. */
static void held_key(const struct access_session *session, unsigned char key[HELD_KEY_BYTES])
{
    CHECK(session->number > 0);
    codec_set_u64(key, session->number);
    codec_set_u64(key + CODEC_U64_BYTES, access_state_id(session->mark));
}

static struct due session_due(const struct access_session *session)
{
    CHECK(session->began_ms > 0);
    return (struct due){access_state_session_end(session), access_state_id(session->mark),
                        ACCESS_DUE_SESSION};
}

enum rc access_state_add_session(struct store_txn *txn, const struct access_session *session)
{
    unsigned char key[HELD_KEY_BYTES];
    const struct due due = session_due(session);
    held_key(session, key);
    CHECK(session_sound(session));
    CHECK(due.due_ms > session->began_ms);
    enum rc rc = store_row_put(txn, ACCESS_SESSION, access_state_id(session->mark), &session_format,
                               session);
    if (rc == RC_OK) {
        rc = store_put(txn, ACCESS_HELD, key, sizeof key, "", 0);
    }
    return rc == RC_OK ? due_put(txn, &due) : rc;
}

enum rc access_state_see_session(struct store_txn *txn, struct access_session *session,
                                 uint64_t seen_ms, uint64_t idle_ms)
{
    CHECK(seen_ms >= session->seen_ms);
    CHECK(idle_ms >= session->idle_ms);
    const struct due old = session_due(session);
    session->seen_ms = seen_ms;
    session->idle_ms = idle_ms;
    const struct due fresh = session_due(session);
    enum rc rc = due_del(txn, &old);
    if (rc == RC_OK) {
        rc = due_put(txn, &fresh);
    }
    return rc == RC_OK ? store_row_put(txn, ACCESS_SESSION, fresh.id, &session_format, session)
                       : rc;
}

enum rc access_state_end_session(struct store_txn *txn, const struct access_session *session)
{
    unsigned char key[HELD_KEY_BYTES];
    const struct due due = session_due(session);
    held_key(session, key);
    CHECK(due.kind == ACCESS_DUE_SESSION);
    enum rc rc = due_del(txn, &due);
    if (rc == RC_OK) {
        rc = store_del(txn, ACCESS_HELD, key, sizeof key);
        rc = rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
    }
    return rc == RC_OK ? del_row(txn, ACCESS_SESSION, due.id) : rc;
}

/* As many as one login leaves room for, so the array is never short; one more means that a session
 * was added past that. */
enum rc access_state_held(struct store_txn *txn, uint64_t number, struct access_held *held)
{
    unsigned char key[HELD_KEY_BYTES] = {0};
    struct store_walk walk;
    CHECK(number > 0);
    codec_set_u64(key, number);
    held->count = 0;
    enum rc rc = store_walk_open(txn, ACCESS_HELD, key, sizeof key, &walk);
    while (rc == RC_OK) {
        rc = store_walk_key(&walk, HELD_KEY_BYTES);
        if (rc != RC_OK || codec_u64_at(walk.key) != number) {
            break;
        }
        if (held->count == sizeof held->ids / sizeof held->ids[0]) {
            rc = RC_CORRUPT; /* a login makes room before it adds one */
            break;
        }
        held->ids[held->count++] = codec_u64_at(walk.key + CODEC_U64_BYTES);
        rc = store_walk_next(&walk);
    }
    store_walk_close(&walk);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* ---- failures ---- */

enum rc access_state_failure(struct store_txn *txn, uint64_t name_key,
                             struct access_failure *failure)
{
    CHECK(name_key != 0); /* a name's key is made so that it never is */
    return store_row_get(txn, ACCESS_FAILURE, name_key, &failure_format, failure);
}

/* The row of due moves with the record: one a name, at the end of the memory. */
enum rc access_state_put_failure(struct store_txn *txn, uint64_t name_key,
                                 const struct access_failure *failure)
{
    struct access_failure old;
    CHECK(name_key != 0);
    CHECK(failure->count == 0 || failure->forget_ms > failure->last_ms);
    enum rc rc = access_state_failure(txn, name_key, &old);
    const bool was = rc == RC_OK;
    if (was) {
        rc = due_del(txn, &(struct due){old.forget_ms, name_key, ACCESS_DUE_FAILURE});
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    if (failure->count == 0) {
        return was ? del_row(txn, ACCESS_FAILURE, name_key) : RC_OK;
    }
    rc = due_put(txn, &(struct due){failure->forget_ms, name_key, ACCESS_DUE_FAILURE});
    return rc == RC_OK ? store_row_put(txn, ACCESS_FAILURE, name_key, &failure_format, failure)
                       : rc;
}

/* ---- changes ---- */

/* Before: seq came from a wish, so it may be anything but must not be 0 in a key of ours. */
enum rc access_state_change(struct store_txn *txn, uint64_t seq, struct access_change *change)
{
    if (seq == 0) {
        return RC_NOT_FOUND;
    }
    return store_row_get(txn, ACCESS_CHANGE, seq, &change_format, change);
}

enum rc access_state_add_change(struct store_txn *txn, uint64_t seq,
                                const struct access_change *change)
{
    CHECK(change->lapses_ms > change->asked_ms);
    CHECK(change->asked_by[0] != '\0');
    const enum rc rc = due_put(txn, &(struct due){change->lapses_ms, seq, ACCESS_DUE_CHANGE});
    return rc == RC_OK ? store_row_put(txn, ACCESS_CHANGE, seq, &change_format, change) : rc;
}

enum rc access_state_end_change(struct store_txn *txn, uint64_t seq)
{
    struct access_change change;
    CHECK(seq > 0);
    enum rc rc = access_state_change(txn, seq, &change);
    if (rc == RC_OK) {
        rc = due_del(txn, &(struct due){change.lapses_ms, seq, ACCESS_DUE_CHANGE});
    }
    return rc == RC_OK ? del_row(txn, ACCESS_CHANGE, seq) : rc;
}

/* ---- keys ---- */

enum rc access_state_key(struct store_txn *txn, uint64_t id, struct access_key *key)
{
    CHECK(id != 0);
    const enum rc rc = store_row_get(txn, ACCESS_KEY, id, &key_format, key);
    return rc == RC_OK && access_state_id(key->mark) != id ? RC_CORRUPT : rc;
}

enum rc access_state_put_key(struct store_txn *txn, const struct access_key *key)
{
    CHECK(key->made_ms > 0);
    CHECK(key->role_count > 0);
    return store_row_put(txn, ACCESS_KEY, access_state_id(key->mark), &key_format, key);
}

/* ---- walks ---- */

static enum rc begin(struct store_txn *txn, enum access_table table, uint64_t from,
                     struct store_walk *walk)
{
    unsigned char key[CODEC_U64_BYTES];
    CHECK(table >= ACCESS_SESSION);
    codec_set_u64(key, from);
    return store_walk_open(txn, table, key, sizeof key, walk);
}

/* What the walk stands at, if it stands at anything. */
static enum rc read_at(enum rc rc, const struct store_walk *walk,
                       const struct record_format *format, void *record)
{
    CHECK(format->rows != NULL);
    return rc == RC_OK ? record_read(format, walk->value, walk->value_bytes, record) : rc;
}

static enum rc read_person(enum rc rc, const struct store_walk *walk, struct access_person *person)
{
    rc = read_at(rc, walk, &person_format, person);
    CHECK(rc != RC_OK || person->state != ACCESS_NONE);
    return rc == RC_OK && store_walk_key(walk, strlen(person->name)) != RC_OK ? RC_CORRUPT : rc;
}

enum rc access_state_walk_people(struct store_txn *txn, const char *from, struct store_walk *walk,
                                 struct access_person *person)
{
    const bool all = from == NULL || from[0] == '\0';
    CHECK(all || strlen(from) <= ACTOR_BYTES_MAX);
    const enum rc rc =
        store_walk_open(txn, ACCESS_PERSON, all ? NULL : from, all ? 0 : strlen(from), walk);
    return read_person(rc, walk, person);
}

enum rc access_state_next_person(struct store_walk *walk, struct access_person *person)
{
    return read_person(store_walk_next(walk), walk, person);
}

static enum rc read_session(enum rc rc, const struct store_walk *walk,
                            struct access_session *session)
{
    rc = read_at(rc, walk, &session_format, session);
    CHECK(rc != RC_OK || walk->key != NULL);
    return rc == RC_OK && !session_sound(session) ? RC_CORRUPT : rc;
}

enum rc access_state_walk_sessions(struct store_txn *txn, uint64_t from, struct store_walk *walk,
                                   struct access_session *session)
{
    CHECK(from > 0); /* after the last one shown; ids begin at 1 */
    return read_session(begin(txn, ACCESS_SESSION, from, walk), walk, session);
}

enum rc access_state_next_session(struct store_walk *walk, struct access_session *session)
{
    return read_session(store_walk_next(walk), walk, session);
}

enum rc access_state_walk_keys(struct store_txn *txn, uint64_t from, struct store_walk *walk,
                               struct access_key *key)
{
    CHECK(from > 0);
    return read_at(begin(txn, ACCESS_KEY, from, walk), walk, &key_format, key);
}

enum rc access_state_next_key(struct store_walk *walk, struct access_key *key)
{
    return read_at(store_walk_next(walk), walk, &key_format, key);
}

static enum rc read_change(enum rc rc, const struct store_walk *walk, uint64_t *seq,
                           struct access_change *change)
{
    if (rc == RC_OK) {
        rc = store_walk_key(walk, CODEC_U64_BYTES);
    }
    rc = read_at(rc, walk, &change_format, change);
    if (rc == RC_OK) {
        *seq = codec_u64_at(walk->key);
        CHECK(change->lapses_ms > change->asked_ms); /* written so */
    }
    return rc;
}

enum rc access_state_walk_changes(struct store_txn *txn, uint64_t from, struct store_walk *walk,
                                  uint64_t *seq, struct access_change *change)
{
    CHECK(from > 0);
    return read_change(begin(txn, ACCESS_CHANGE, from, walk), walk, seq, change);
}

enum rc access_state_next_change(struct store_walk *walk, uint64_t *seq,
                                 struct access_change *change)
{
    return read_change(store_walk_next(walk), walk, seq, change);
}
