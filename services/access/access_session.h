/* access_session: who is logged in, from where, and until when. */
#pragma once

#include "access_name.h"

#define ACCESS_IDLE_MS (30ull * 60 * 1000)
#define ACCESS_SESSION_MS (12ull * 3600 * 1000)

/* The login that a token stands for, and its person. RC_NOT_FOUND: there is none, or it is over. */
MUST_CHECK enum rc access_session_find(struct store_txn *txn, uint64_t now_ms,
                                       const ProtobufCBinaryData *token_hash,
                                       struct access_session *session,
                                       struct access_person *person);
/* Renew, Logout, SessionRevoke. */
MUST_CHECK enum rc access_session_renew(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_session_logout(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_session_revoke(struct step *step, const Paidan__Request *request);
/* A session's time is over. */
MUST_CHECK enum rc access_session_due(struct step *step, const struct due *due);
MUST_CHECK enum rc access_session_fold_seen(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_session_fold_ended(struct step_fold *fold, const Paidan__Event *event);
/* For folding other facts: takes a session away; all of a person's, but `keeps` (0: none). */
MUST_CHECK enum rc access_session_end(struct step_fold *fold, uint64_t id);
MUST_CHECK enum rc access_session_end_all(struct step_fold *fold, uint64_t number, uint64_t keeps);
