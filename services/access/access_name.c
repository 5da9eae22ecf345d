/* access_name: what people are called here. A name is the actor of every fact for years, so it is
 * one way of writing only: two accounts never differ by case or by what nobody sees. Owns nothing
 * that is stored. */

#include "access_name.h"

#include <string.h>

#include "common/base/check.h"
#include "common/text/text.h"

/* The same as common/bus/proof.h allows: terms that nobody can make a proof with would lock the
 * person out. */
enum { PASSES_MAX = 16, MEMORY_KIB_MIN = 8, MEMORY_KIB_MAX = 1 << 20 };

void access_name_count(struct step_fold *fold, enum access_tally tally)
{
    CHECK(tally < ACCESS_TALLY_COUNT);
    CHECK(fold->tally->values[tally] < UINT64_MAX);
    fold->tally->values[tally] += 1;
}

void access_name_discount(struct step_fold *fold, enum access_tally tally)
{
    CHECK(tally < ACCESS_TALLY_COUNT);
    CHECK(fold->tally->values[tally] > 0);
    fold->tally->values[tally] -= 1;
}

/* Chinese names are names: bytes above ASCII pass as they are, once they are UTF-8 without controls. */
bool access_name_read(const char *typed, char name[ACTOR_BYTES_MAX + 1])
{
    const size_t bytes = typed == NULL ? 0 : strlen(typed);
    size_t bad = 0;
    if (bytes == 0 || bytes > ACTOR_BYTES_MAX || !text_valid(typed, bytes, &bad) ||
        text_blank(typed)) {
        return false;
    }
    for (size_t at = 0; at < bytes; at++) {
        const char letter = typed[at];
        const bool big = letter >= 'A' && letter <= 'Z';
        const bool plain = big || (letter >= 'a' && letter <= 'z') ||
                           (letter >= '0' && letter <= '9') || (unsigned char)letter >= 0x80;
        /* A name of dots and dashes, or one that begins so, reads as an option or a path; the colon
         * belongs to keys ("key:..."). */
        if (!plain && (at == 0 || (letter != '.' && letter != '_' && letter != '-'))) {
            return false;
        }
        name[at] = big ? (char)(letter - 'A' + 'a') : letter;
    }
    name[bytes] = '\0';
    CHECK(strlen(name) == bytes);
    return true;
}

/* A person of one of these names could be taken for what is no person in every log there is. */
bool access_name_reserved(const char *name)
{
    static const char *const ours[] = {"public", "gateway",    "door",     "intake",  "triage",
                                       "access", "escalation", "callback", "archive", "root"};
    CHECK(name != NULL);
    bool reserved = false;
    for (size_t index = 0; index < sizeof ours / sizeof ours[0]; index++) {
        reserved = reserved || strcmp(ours[index], name) == 0;
    }
    return reserved;
}

bool access_name_is(const ProtobufCBinaryData *bytes, size_t count)
{
    CHECK(count > 0);
    return bytes->len == count;
}

bool access_name_terms_fit(const Paidan__PasswordTerms *terms)
{
    CHECK(terms != NULL);
    return terms->salt.len == PASSWORD_SALT_BYTES && terms->passes > 0 &&
           terms->passes <= PASSES_MAX && terms->memory_kib >= MEMORY_KIB_MIN &&
           terms->memory_kib <= MEMORY_KIB_MAX;
}

void access_name_terms_take(struct access_terms *terms, const Paidan__PasswordTerms *from)
{
    CHECK(from->salt.len == PASSWORD_SALT_BYTES);
    memcpy(terms->salt, from->salt.data, PASSWORD_SALT_BYTES);
    terms->passes = from->passes;
    terms->memory_kib = from->memory_kib;
}

void access_name_terms_show(const struct access_terms *from, Paidan__PasswordTerms *terms)
{
    CHECK(from->passes > 0);
    paidan__password_terms__init(terms);
    /* Packed, never written. */
    terms->salt.data = (uint8_t *)(uintptr_t)from->salt;
    terms->salt.len = PASSWORD_SALT_BYTES;
    terms->passes = from->passes;
    terms->memory_kib = from->memory_kib;
}

/* What is no name is nobody's: the same answer, without a special case at each caller. */
enum rc access_name_find(struct store_txn *txn, const char *typed, struct access_person *person)
{
    char name[ACTOR_BYTES_MAX + 1];
    CHECK(person != NULL);
    return access_name_read(typed, name) ? access_state_person(txn, name, person) : RC_NOT_FOUND;
}

/* Every change is answered in the same way, so that a page needs one place to tell it. */
enum rc access_name_done(struct step *step, const struct access_done *done)
{
    Paidan__AccessDone body = PAIDAN__ACCESS_DONE__INIT;
    CHECK(done->seq != 0 || done->change == 0);
    body.has_seq = done->seq != 0;
    body.seq = done->seq;
    body.has_change = done->change != 0;
    body.change = done->change;
    body.has_sessions_ended = done->sessions_ended != 0;
    body.sessions_ended = done->sessions_ended;
    body.key = (char *)(uintptr_t)done->key; /* packed, never written */
    Paidan__Answer answer = PAIDAN__ANSWER__INIT;
    answer.code = PAIDAN__CODE__OK;
    answer.body_case = PAIDAN__ANSWER__BODY_ACCESS_DONE;
    answer.access_done = &body;
    return step_answer(step, &answer);
}
