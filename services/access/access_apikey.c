/* access_apikey: a key is a secret of 32 random bytes that somebody else made and shows once. Owns
 * the table of keys. What must stay true: a key acts for channels and units and is never a person;
 * what was revoked stays, with its day, and is never in force again; which of unknown, wrong, old
 * and revoked it is, its user does not learn. */

#include "access_apikey.h"

#include <stdio.h>
#include <string.h>

#include "access_grant.h"
#include "access_role.h"
#include "access_secret.h"
#include "common/base/check.h"
#include "common/text/text.h"

enum { SEEN_EVERY_MS = 3600 * 1000, KEYS_MAX = 10000, KEY_TEXT_BYTES = 16 };

/* As it stands in pd_<id>_<secret>: who finds a key in a log file can tell which one to revoke. */
void access_apikey_name(uint64_t id, char text[17])
{
    CHECK(id != 0);
    (void)snprintf(text, KEY_TEXT_BYTES + 1, "%016llx", (unsigned long long)id);
}

/* One way of writing only, so that the fact that revokes a key names it as listings do. */
bool access_apikey_read(const char *text, uint64_t *id)
{
    uint64_t read = 0;
    CHECK(id != NULL);
    if (strlen(text) != KEY_TEXT_BYTES) {
        return false;
    }
    for (; *text != '\0'; text++) {
        const bool digit = *text >= '0' && *text <= '9', letter = *text >= 'a' && *text <= 'f';
        if (!digit && !letter) {
            return false;
        }
        read = read << 4 | (uint64_t)(digit ? *text - '0' : *text - 'a' + 10);
    }
    *id = read;
    return read != 0;
}

/* ---- making ---- */

/* The first thing that is wrong; a key that is for nothing, or for what the site has not, is none. */
static Paidan__Code judge(struct step *step, const Paidan__KeyMake *wish, const char **detail)
{
    *detail = "secret_hash";
    if (!access_name_is(&wish->secret_hash, SECRET_HASH_BYTES)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    *detail = "label";
    if (text_blank(wish->label)) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    if (text_name_judge(wish->label) != TEXT_NAME_FITS) {
        return PAIDAN__CODE__NAME_UNSAFE;
    }
    *detail = "expires_ms";
    if (wish->has_expires_ms && wish->expires_ms <= step->now_ms) {
        return PAIDAN__CODE__TERM_PASSED;
    }
    *detail = "roles";
    if (wish->n_roles == 0) {
        return PAIDAN__CODE__FIELD_INVALID;
    }
    CHECK(wish->n_roles <= KEY_ROLES_MAX);
    Paidan__Code code = step->tally->values[ACCESS_TALLY_KEYS] >= KEYS_MAX
                            ? PAIDAN__CODE__TOO_MANY_ITEMS
                            : PAIDAN__CODE__OK;
    for (size_t index = 0; code == PAIDAN__CODE__OK && index < wish->n_roles; index++) {
        code = access_role_fits(step->site, wish->roles[index], true, detail);
    }
    return code;
}

/* The secret is the asker's: only its hash comes here, so that the answer may be stored and told
 * again to the same request. */
enum rc access_apikey_make(struct step *step, const Paidan__Request *request)
{
    const Paidan__KeyMake *const wish = request->key_make;
    const char *detail = NULL;
    unsigned char mark[SECRET_HASH_BYTES];
    char text[KEY_TEXT_BYTES + 1];
    uint64_t seq = 0;
    struct access_key there;
    if (text_blank(request->actor)) {
        return step_refuse(step, PAIDAN__CODE__ACTOR_MISSING, NULL);
    }
    const Paidan__Code code = judge(step, wish, &detail);
    if (code != PAIDAN__CODE__OK) {
        return step_refuse(step, code, detail);
    }
    access_secret_mark(wish->secret_hash.data, mark);
    enum rc rc = access_state_key(step->txn, access_state_id(mark), &there);
    if (rc != RC_NOT_FOUND) {
        return rc == RC_OK ? step_refuse(step, PAIDAN__CODE__FIELD_INVALID, "secret_hash") : rc;
    }
    Paidan__KeyMade fact = PAIDAN__KEY_MADE__INIT;
    fact.mark = (ProtobufCBinaryData){.len = sizeof mark, .data = mark};
    fact.label = wish->label;
    fact.n_roles = wish->n_roles;
    fact.roles = wish->roles;
    fact.has_expires_ms = wish->has_expires_ms;
    fact.expires_ms = wish->expires_ms;
    rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    access_apikey_name(access_state_id(mark), text);
    CHECK(rc != RC_OK || seq != 0);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq, .key = text})
                       : rc;
}

/* At once for whoever asks next; a grant that is out works on for five minutes at most. */
enum rc access_apikey_revoke(struct step *step, const Paidan__Request *request)
{
    const Paidan__KeyRevoke *const wish = request->key_revoke;
    struct access_key key;
    uint64_t id = 0, seq = 0;
    enum rc rc =
        access_apikey_read(wish->key, &id) ? access_state_key(step->txn, id, &key) : RC_NOT_FOUND;
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? step_refuse(step, PAIDAN__CODE__KEY_UNKNOWN, "key") : rc;
    }
    CHECK(id == access_state_id(key.mark));
    if (key.revoked_ms != 0) {
        return step_refuse(step, PAIDAN__CODE__ALREADY_DONE, "key");
    }
    Paidan__KeyRevoked fact = PAIDAN__KEY_REVOKED__INIT;
    fact.key = wish->key;
    rc = step_say(step, &(struct step_about){.seq = &seq}, &fact.base);
    return rc == RC_OK ? access_name_done(step, &(struct access_done){.seq = seq}) : rc;
}

/* ---- using ---- */

/* RC_NOT_FOUND for every reason, in about the same time. */
static enum rc find(struct step *step, const ProtobufCBinaryData *hash, struct access_key *key)
{
    unsigned char mark[SECRET_HASH_BYTES];
    if (!access_name_is(hash, SECRET_HASH_BYTES)) {
        return RC_NOT_FOUND;
    }
    access_secret_mark(hash->data, mark);
    const enum rc rc = access_state_key(step->txn, access_state_id(mark), key);
    if (rc != RC_OK) {
        return rc;
    }
    CHECK(key->role_count <= KEY_ROLES_MAX);
    const bool right = access_secret_equal(mark, key->mark, sizeof mark);
    const bool over = key->expires_ms != 0 && key->expires_ms <= step->now_ms;
    return right && !over && key->revoked_ms == 0 ? RC_OK : RC_NOT_FOUND;
}

/* As Renew, but of a program: written down once an hour, so that keys which nobody uses any more can
 * be seen and taken away. */
enum rc access_apikey_use(struct step *step, const Paidan__Request *request)
{
    struct access_key key;
    char text[KEY_TEXT_BYTES + 1], actor[KEY_TEXT_BYTES + 8];
    enum rc rc = find(step, &request->key_use->secret_hash, &key);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? step_refuse(step, PAIDAN__CODE__KEY_UNKNOWN, NULL) : rc;
    }
    access_apikey_name(access_state_id(key.mark), text);
    CHECK(key.used_ms <= step->now_ms);
    if (step->now_ms >= key.used_ms + SEEN_EVERY_MS) {
        Paidan__KeySeen fact = PAIDAN__KEY_SEEN__INIT;
        fact.key = text;
        rc = step_say(step, &(struct step_about){.ticket = 0}, &fact.base);
        if (rc != RC_OK) {
            return rc;
        }
    }
    (void)snprintf(actor, sizeof actor, "key:%s", text);
    const struct access_grant grant = {.actor = actor,
                                       .via = request->via,
                                       .ends_ms = key.expires_ms,
                                       .roles = key.roles,
                                       .role_count = key.role_count};
    Paidan__Renewed body = PAIDAN__RENEWED__INIT;
    rc = access_grant_make(step, &grant, &body);
    if (rc != RC_OK) {
        return rc;
    }
    body.full_name = key.label;
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_RENEWED;
    answer.renewed = &body;
    return step_answer_unstored(step, &answer);
}

/* ---- folding ---- */

enum rc access_apikey_fold_made(struct step_fold *fold, const Paidan__Event *event)
{
    const Paidan__KeyMade *const fact = event->key_made;
    struct access_key key = {.made_ms = event->at_ms,
                             .expires_ms = fact->has_expires_ms ? fact->expires_ms : 0};
    if (fact->mark.len != SECRET_HASH_BYTES || fact->n_roles == 0 ||
        !text_copy(key.label, sizeof key.label, fact->label) ||
        !text_copy(key.made_by, sizeof key.made_by, event->cause->actor)) {
        return RC_CORRUPT;
    }
    CHECK(fact->n_roles <= KEY_ROLES_MAX);
    memcpy(key.mark, fact->mark.data, SECRET_HASH_BYTES);
    for (size_t index = 0; index < fact->n_roles; index++) {
        if (!access_role_take(&key.roles[key.role_count++], fact->roles[index])) {
            return RC_CORRUPT;
        }
    }
    access_name_count(fold, ACCESS_TALLY_KEYS);
    return access_state_put_key(fold->txn, &key);
}

static enum rc named(struct step_fold *fold, const char *text, struct access_key *key)
{
    uint64_t id = 0;
    CHECK(text != NULL);
    const enum rc rc =
        access_apikey_read(text, &id) ? access_state_key(fold->txn, id, key) : RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? RC_CORRUPT : rc;
}

enum rc access_apikey_fold_revoked(struct step_fold *fold, const Paidan__Event *event)
{
    struct access_key key;
    const enum rc rc = named(fold, event->key_revoked->key, &key);
    if (rc != RC_OK || key.revoked_ms != 0) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    CHECK(event->at_ms > 0);
    key.revoked_ms = event->at_ms;
    access_name_discount(fold, ACCESS_TALLY_KEYS);
    return access_state_put_key(fold->txn, &key);
}

enum rc access_apikey_fold_seen(struct step_fold *fold, const Paidan__Event *event)
{
    struct access_key key;
    const enum rc rc = named(fold, event->key_seen->key, &key);
    if (rc != RC_OK || event->at_ms < key.used_ms) {
        return rc == RC_OK ? RC_CORRUPT : rc;
    }
    CHECK(key.role_count > 0);
    key.used_ms = event->at_ms;
    return access_state_put_key(fold->txn, &key);
}
