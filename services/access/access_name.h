/* access_name: names of people as they log in, and what every part checks of a wish. */
#pragma once

#include "access_state.h"
#include "common/say/counter.h"
#include "common/step/step.h"

/* Counters: common/say/counter.h. */
#define ACCESS_TALLY(number, id, name, zh) ACCESS_TALLY_##id = (number),
enum access_tally {
    COUNTERS_ACCESS(ACCESS_TALLY) ACCESS_TALLY_COUNT = COUNTER_COUNT(COUNTERS_ACCESS),
};
void access_name_count(struct step_fold *fold, enum access_tally tally);
void access_name_discount(struct step_fold *fold, enum access_tally tally);

/* The name as it is stored: small letters of ASCII, no blanks around. False: it is no name: empty,
 * too long, or with characters that do not belong in one (blanks, controls, signs other than . _ -). */
bool access_name_read(const char *typed, char name[ACTOR_BYTES_MAX + 1]);
/* Under which somebody acts who is no person: the public, the gateway, a service. */
bool access_name_reserved(const char *name);
/* Exactly so many bytes. */
bool access_name_is(const ProtobufCBinaryData *bytes, size_t count);
/* Whether a password may be made with them. */
bool access_name_terms_fit(const Paidan__PasswordTerms *terms);
void access_name_terms_take(struct access_terms *terms, const Paidan__PasswordTerms *from);
/* Fills terms, which point into from. */
void access_name_terms_show(const struct access_terms *from, Paidan__PasswordTerms *terms);
/* RC_NOT_FOUND too if it is no name at all. */
MUST_CHECK enum rc access_name_find(struct store_txn *txn, const char *typed,
                                    struct access_person *person);
/* AccessDone. seq 0, change 0, key NULL: absent. */
struct access_done {
    uint64_t seq, change;
    uint32_t sessions_ended;
    const char *key;
};
MUST_CHECK enum rc access_name_done(struct step *step, const struct access_done *done);
