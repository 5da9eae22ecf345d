/* access_password: a person chooses another password. */
#pragma once

#include "access_name.h"

MUST_CHECK enum rc access_password_apply(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_password_fold(struct step_fold *fold, const Paidan__Event *event);

/* For all who ask once more for the password within a session: its session, person and failures,
 * and whether the proof is right. RC_OK: *right says so; else it has answered (*right is false) or
 * failed. */
struct access_proven {
    struct access_session session;
    struct access_person person;
    struct access_failure failure;
    uint64_t name_key;
    bool answered; /* nothing more is to be done */
};
/* proof NULL: none is asked for, the lock is looked at all the same. */
MUST_CHECK enum rc access_password_prove(struct step *step, const ProtobufCBinaryData *token_hash,
                                         const ProtobufCBinaryData *proof,
                                         struct access_proven *proven);
