/* access_state: access's records and their keys.
 *
 *   person   name, as it is written            -> struct access_person, sealed
 *   session  session u64                       -> struct access_session, sealed
 *   held     person's number u64, session u64  -> empty: the sessions of each person
 *   failure  name key u64                      -> struct access_failure, sealed
 *   change   seq of ChangeAsked u64            -> struct access_change, sealed
 *   key      id u64                            -> struct access_key, sealed
 *   due      (common/store/due.h) kind ACCESS_DUE_SESSION: end of each session; _FAILURE: failed
 *            logins are forgotten; _CHANGE: a change that nobody approved lapses
 *
 * Sessions and keys are found by the first 8 bytes of what is stored of their secret (its mark), so
 * that one table does; the whole mark is then compared in constant time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "access_fsm.h"
#include "common/base/limits.h"
#include "common/store/due.h"
#include "common/store/store.h"

enum access_table {
    ACCESS_PERSON = STORE_SERVICE,
    ACCESS_SESSION,
    ACCESS_HELD,
    ACCESS_FAILURE,
    ACCESS_CHANGE,
    ACCESS_KEY,
};

enum access_due { ACCESS_DUE_SESSION = 1, ACCESS_DUE_FAILURE, ACCESS_DUE_CHANGE };

/* One role in its scope; what is not given is "" or 0. */
struct access_role {
    uint32_t role, level;
    char unit[CODE_BYTES_MAX + 1], area[CODE_BYTES_MAX + 1], channel[CODE_BYTES_MAX + 1];
};

struct access_terms {
    unsigned char salt[PASSWORD_SALT_BYTES];
    uint32_t passes, memory_kib;
};

struct access_recovery {
    unsigned char hash[RECOVERY_HASH_BYTES];
};

struct access_person {
    enum access_state state;
    uint64_t number; /* seq of PersonAdded: stays when names come back */
    char name[ACTOR_BYTES_MAX + 1], full_name[FULL_NAME_BYTES_MAX + 1];
    struct access_terms terms;
    unsigned char password[SECRET_HASH_BYTES]; /* BLAKE2b-256 of the proof */
    uint64_t added_ms, login_ms;               /* login_ms 0: never */
    bool factor, pending;                      /* second factor: in force; begun */
    unsigned char sealed[TOTP_SEALED_BYTES], pending_sealed[TOTP_SEALED_BYTES];
    uint64_t factor_step; /* last one taken: never again */
    uint32_t recovery_count;
    struct access_recovery recovery[RECOVERY_CODES]; /* those not used yet */
    uint32_t role_count;
    struct access_role roles[GRANT_ROLES_MAX];
};

struct access_session {
    unsigned char mark[SECRET_HASH_BYTES];
    uint64_t number; /* whose: the person's */
    char name[ACTOR_BYTES_MAX + 1], via[VIA_BYTES_MAX + 1];
    uint64_t began_ms, seen_ms, idle_ms, ends_ms; /* idle_ms: its end unless it is used before */
};

struct access_failure {
    uint32_t count;
    uint64_t last_ms, locked_until_ms, forget_ms;
};

/* What is asked for stands in the fact: the log of access is kept for ever. */
struct access_change {
    uint32_t kind; /* enum ChangeKind */
    uint64_t asked_ms, lapses_ms;
    char name[ACTOR_BYTES_MAX + 1], asked_by[ACTOR_BYTES_MAX + 1];
};

struct access_key {
    unsigned char mark[SECRET_HASH_BYTES];
    char label[FULL_NAME_BYTES_MAX + 1], made_by[ACTOR_BYTES_MAX + 1];
    uint64_t made_ms, expires_ms, used_ms, revoked_ms; /* 0: never */
    uint32_t role_count;
    struct access_role roles[KEY_ROLES_MAX];
};

/* All: RC_OK, RC_NOT_FOUND (get), RC_CORRUPT, RC_FULL (put) or RC_STORE. */
MUST_CHECK enum rc access_state_person(struct store_txn *txn, const char *name,
                                       struct access_person *person);
MUST_CHECK enum rc access_state_put_person(struct store_txn *txn,
                                           const struct access_person *person);
MUST_CHECK enum rc access_state_session(struct store_txn *txn, uint64_t id,
                                        struct access_session *session);
/* A new one, with its rows in held and due. */
MUST_CHECK enum rc access_state_add_session(struct store_txn *txn,
                                            const struct access_session *session);
/* Goes on until idle_ms. */
MUST_CHECK enum rc access_state_see_session(struct store_txn *txn, struct access_session *session,
                                            uint64_t seen_ms, uint64_t idle_ms);
/* Takes it away with its rows. */
MUST_CHECK enum rc access_state_end_session(struct store_txn *txn,
                                            const struct access_session *session);
/* The ids of a person's sessions, at most SESSIONS_EACH_MAX + 1. */
struct access_held {
    uint32_t count;
    uint64_t ids[SESSIONS_EACH_MAX + 1];
};
MUST_CHECK enum rc access_state_held(struct store_txn *txn, uint64_t number,
                                     struct access_held *held);
MUST_CHECK enum rc access_state_failure(struct store_txn *txn, uint64_t name_key,
                                        struct access_failure *failure);
/* count 0: forgotten. The row of due follows. */
MUST_CHECK enum rc access_state_put_failure(struct store_txn *txn, uint64_t name_key,
                                            const struct access_failure *failure);
MUST_CHECK enum rc access_state_change(struct store_txn *txn, uint64_t seq,
                                       struct access_change *change);
MUST_CHECK enum rc access_state_add_change(struct store_txn *txn, uint64_t seq,
                                           const struct access_change *change);
MUST_CHECK enum rc access_state_end_change(struct store_txn *txn, uint64_t seq);
MUST_CHECK enum rc access_state_key(struct store_txn *txn, uint64_t id, struct access_key *key);
MUST_CHECK enum rc access_state_put_key(struct store_txn *txn, const struct access_key *key);
/* Session's or key's id: the first 8 bytes of its mark. */
uint64_t access_state_id(const unsigned char mark[SECRET_HASH_BYTES]);
/* When a session ends by itself. */
uint64_t access_state_session_end(const struct access_session *session);

/* Walks: the record at each row; the first at or after the key (NULL: of the table). End with
 * store_walk_close. RC_OK, RC_NOT_FOUND, RC_CORRUPT, RC_STORE. */
MUST_CHECK enum rc access_state_walk_people(struct store_txn *txn, const char *from,
                                            struct store_walk *walk, struct access_person *person);
MUST_CHECK enum rc access_state_next_person(struct store_walk *walk, struct access_person *person);
MUST_CHECK enum rc access_state_walk_sessions(struct store_txn *txn, uint64_t from,
                                              struct store_walk *walk,
                                              struct access_session *session);
MUST_CHECK enum rc access_state_next_session(struct store_walk *walk,
                                             struct access_session *session);
MUST_CHECK enum rc access_state_walk_keys(struct store_txn *txn, uint64_t from,
                                          struct store_walk *walk, struct access_key *key);
MUST_CHECK enum rc access_state_next_key(struct store_walk *walk, struct access_key *key);
MUST_CHECK enum rc access_state_walk_changes(struct store_txn *txn, uint64_t from,
                                             struct store_walk *walk, uint64_t *seq,
                                             struct access_change *change);
MUST_CHECK enum rc access_state_next_change(struct store_walk *walk, uint64_t *seq,
                                            struct access_change *change);
