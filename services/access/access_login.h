/* access_login: whether somebody is who he says, and what happens when he is not. */
#pragma once

#include "access_name.h"

/* The wish LoginStart. */
MUST_CHECK enum rc access_login_start(struct step_view *view, const Paidan__LoginStart *wish,
                                      Paidan__Answer *answer);
MUST_CHECK enum rc access_login_apply(struct step *step, const Paidan__Request *request);

/* For those who ask a person once more: whether so many logins failed that nothing is looked at.
 * RC_OK: *locked says so, failure is filled. */
MUST_CHECK enum rc access_login_locked(struct step *step, uint64_t name_key,
                                       struct access_failure *failure, bool *locked);
/* Refuses with LOCKED_OUT and the time left. */
MUST_CHECK enum rc access_login_refuse(struct step *step, const struct access_failure *failure);
bool access_login_right(const struct access_person *person, const ProtobufCBinaryData *proof);
/* Says LoginFailed and answers LOGIN_FAILED. person NULL: nobody of that name. */
MUST_CHECK enum rc access_login_fail(struct step *step, uint64_t name_key,
                                     const struct access_person *person, Paidan__LoginWhy why,
                                     const struct access_failure *failure);
/* A code of the second factor, or of recovery. */
struct access_code {
    uint64_t step; /* 0: none */
    bool recovery; /* hash is set */
    unsigned char hash[RECOVERY_HASH_BYTES];
};
/* False: it is neither. Before: the person has a second factor. */
bool access_login_code(const struct access_person *person, const char *typed, uint64_t now_ms,
                       struct access_code *code);

MUST_CHECK enum rc access_login_due(struct step *step, const struct due *due);
MUST_CHECK enum rc access_login_fold(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_login_fold_failed(struct step_fold *fold, const Paidan__Event *event);
/* The failures of a name are forgotten. */
MUST_CHECK enum rc access_login_forget(struct step_fold *fold, uint64_t name_key);
