/* access_wishes: what people, gateways and administrators ask of access, for its core tests and its
 * fuzz target. Passwords are words here: what stands for their proof is as good as argon2id's to a
 * service that never sees a password. */
#pragma once

#include <sodium.h>
#include <string.h>

#include "access.h"
#include "access_secret.h"
#include "access_session.h"
#include "common/bus/proof.h"
#include "common/permit/permit_grant.h"
#include "solo.h"

/* 2026-11-22 09:00 in +08:00. */
#define ACCESS_START_MS 1795309200000ull
#define ACCESS_MINUTE_MS 60000ull
#define ACCESS_HOUR_MS 3600000ull

static inline void wish_keys(void)
{
    struct access_keys keys = {.uid = 1000};
    unsigned char seed[32], key[PERMIT_KEY_BYTES];
    memset(seed, 'g', sizeof seed);
    permit_key_of_seed(seed, keys.grant, key);
    memset(keys.own, 'a', sizeof keys.own);
    access_secret_use(&keys);
}

/* 32 bytes that stand for a word: a proof, a token's hash, a secret's hash. */
static inline ProtobufCBinaryData wish_bytes(const char *word, unsigned char bytes[32])
{
    (void)crypto_generichash(bytes, 32, (const unsigned char *)word, strlen(word), NULL, 0);
    return (ProtobufCBinaryData){.len = 32, .data = bytes};
}

static inline void wish_terms(Paidan__PasswordTerms *terms, unsigned char salt[16], char letter)
{
    paidan__password_terms__init(terms);
    memset(salt, letter, 16);
    terms->salt = (ProtobufCBinaryData){.len = 16, .data = salt};
    terms->passes = 2;
    terms->memory_kib = 65536;
}

static inline const Paidan__Answer *wish_init(struct solo *solo)
{
    unsigned char proofs[3][32], salts[3][16];
    static const char *const names[] = {"sys", "sec", "aud"};
    Paidan__FirstPerson people[3];
    Paidan__PasswordTerms terms[3];
    for (unsigned index = 0; index < 3; index++) {
        paidan__first_person__init(&people[index]);
        people[index].person = (char *)names[index];
        people[index].proof = wish_bytes(names[index], proofs[index]);
        wish_terms(&terms[index], salts[index], (char)('1' + index));
        people[index].terms = &terms[index];
    }
    Paidan__AccessInit wish = PAIDAN__ACCESS_INIT__INIT;
    wish.system = &people[0];
    wish.security = &people[1];
    wish.audit = &people[2];
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    request.wish_case = PAIDAN__REQUEST__WISH_ACCESS_INIT;
    request.access_init = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_add(struct solo *solo, const char *name,
                                             const char *password)
{
    unsigned char proof[32], salt[16];
    Paidan__PasswordTerms terms;
    Paidan__PersonAdd wish = PAIDAN__PERSON_ADD__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish_terms(&terms, salt, 'n');
    wish.person = (char *)name;
    wish.full_name = (char *)"某某";
    wish.terms = &terms;
    wish.proof = wish_bytes(password, proof);
    request.actor = (char *)"sys";
    request.wish_case = PAIDAN__REQUEST__WISH_PERSON_ADD;
    request.person_add = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_login(struct solo *solo, const char *name,
                                               const char *password, const char *token,
                                               const char *code)
{
    unsigned char proof[32], hash[32];
    Paidan__Login wish = PAIDAN__LOGIN__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.person = (char *)name;
    wish.proof = wish_bytes(password, proof);
    wish.token_hash = wish_bytes(token, hash);
    wish.code = (char *)code;
    request.actor = (char *)"";
    request.has_public_ = 1;
    request.public_ = 1;
    request.via = (char *)"10.0.0.7";
    request.wish_case = PAIDAN__REQUEST__WISH_LOGIN;
    request.login = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_renew(struct solo *solo, const char *token, bool passive)
{
    unsigned char hash[32];
    Paidan__Renew wish = PAIDAN__RENEW__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.has_token_hash = 1;
    wish.token_hash = wish_bytes(token, hash);
    wish.has_passive = passive;
    wish.passive = passive;
    request.actor = (char *)"";
    request.wish_case = PAIDAN__REQUEST__WISH_RENEW;
    request.renew = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_logout(struct solo *solo, const char *token)
{
    unsigned char hash[32];
    Paidan__Logout wish = PAIDAN__LOGOUT__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.token_hash = wish_bytes(token, hash);
    request.actor = (char *)"";
    request.wish_case = PAIDAN__REQUEST__WISH_LOGOUT;
    request.logout = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_password(struct solo *solo, const char *token,
                                                  const char *old, const char *fresh, char salt_of)
{
    unsigned char hash[32], proof[32], fresh_proof[32], salt[16];
    Paidan__PasswordTerms terms;
    Paidan__PasswordSet wish = PAIDAN__PASSWORD_SET__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish_terms(&terms, salt, salt_of);
    wish.token_hash = wish_bytes(token, hash);
    wish.proof = wish_bytes(old, proof);
    wish.new_proof = wish_bytes(fresh, fresh_proof);
    wish.terms = &terms;
    request.actor = (char *)"";
    request.wish_case = PAIDAN__REQUEST__WISH_PASSWORD_SET;
    request.password_set = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_totp(struct solo *solo, const char *token,
                                              Paidan__TotpAct act, const char *password,
                                              const char *code)
{
    unsigned char hash[32], proof[32];
    Paidan__Totp wish = PAIDAN__TOTP__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.token_hash = wish_bytes(token, hash);
    wish.act = act;
    wish.has_proof = password != NULL;
    wish.proof = wish_bytes(password == NULL ? "" : password, proof);
    wish.code = (char *)code;
    request.actor = (char *)"";
    request.wish_case = PAIDAN__REQUEST__WISH_TOTP;
    request.totp = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_role(struct solo *solo, const char *actor,
                                              const char *name, const Paidan__GrantRole *role,
                                              bool revoke)
{
    Paidan__RoleChange wish = PAIDAN__ROLE_CHANGE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.person = (char *)name;
    wish.role = (Paidan__GrantRole *)role;
    wish.has_revoke = revoke;
    wish.revoke = revoke;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_ROLE_CHANGE;
    request.role_change = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_decide(struct solo *solo, const char *actor,
                                                uint64_t change, bool approve)
{
    Paidan__ChangeDecide wish = PAIDAN__CHANGE_DECIDE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.change = change;
    wish.approve = approve;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_CHANGE_DECIDE;
    request.change_decide = &wish;
    return solo_call(solo, &request);
}

/* Fields of wish beside the person are the caller's. */
static inline const Paidan__Answer *wish_change(struct solo *solo, const char *actor,
                                                const char *name, Paidan__PersonChange *wish)
{
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish->person = (char *)name;
    request.actor = (char *)actor;
    request.wish_case = PAIDAN__REQUEST__WISH_PERSON_CHANGE;
    request.person_change = wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_key(struct solo *solo, const char *secret,
                                             const char *channel, uint64_t expires_ms)
{
    unsigned char hash[32];
    Paidan__GrantRole role = PAIDAN__GRANT_ROLE__INIT, *roles[] = {&role};
    Paidan__KeyMake wish = PAIDAN__KEY_MAKE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    role.role = PAIDAN__ROLE__ROLE_ADAPTER;
    role.channel = (char *)channel;
    wish.secret_hash = wish_bytes(secret, hash);
    wish.label = (char *)"热线";
    wish.n_roles = 1;
    wish.roles = roles;
    wish.has_expires_ms = expires_ms != 0;
    wish.expires_ms = expires_ms;
    request.actor = (char *)"sec";
    request.wish_case = PAIDAN__REQUEST__WISH_KEY_MAKE;
    request.key_make = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_use(struct solo *solo, const char *secret)
{
    unsigned char hash[32];
    Paidan__KeyUse wish = PAIDAN__KEY_USE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.secret_hash = wish_bytes(secret, hash);
    request.actor = (char *)"";
    request.wish_case = PAIDAN__REQUEST__WISH_KEY_USE;
    request.key_use = &wish;
    return solo_call(solo, &request);
}

static inline const Paidan__Answer *wish_revoke_key(struct solo *solo, const char *key)
{
    Paidan__KeyRevoke wish = PAIDAN__KEY_REVOKE__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.key = (char *)key;
    request.actor = (char *)"sec";
    request.wish_case = PAIDAN__REQUEST__WISH_KEY_REVOKE;
    request.key_revoke = &wish;
    return solo_call(solo, &request);
}

/* One of the people; NULL: unknown. */
static inline const Paidan__Person *wish_person(struct solo *solo, const char *name)
{
    Paidan__PersonList wish = PAIDAN__PERSON_LIST__INIT;
    Paidan__Request request = PAIDAN__REQUEST__INIT;
    wish.person = (char *)name;
    request.wish_case = PAIDAN__REQUEST__WISH_PERSON_LIST;
    request.person_list = &wish;
    const Paidan__Answer *answer = solo_query(solo, &request);
    return answer->people_listed == NULL ? NULL : answer->people_listed->people[0];
}
