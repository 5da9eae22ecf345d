/* access_apikey: keys of programs: adapters, units' systems. */
#pragma once

#include "access_name.h"

/* KeyMake, KeyRevoke, KeyUse. */
MUST_CHECK enum rc access_apikey_make(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_apikey_revoke(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_apikey_use(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_apikey_fold_made(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_apikey_fold_revoked(struct step_fold *fold, const Paidan__Event *event);
MUST_CHECK enum rc access_apikey_fold_seen(struct step_fold *fold, const Paidan__Event *event);
/* A key's id as people see it: 16 hexadecimal digits; room for 17. */
void access_apikey_name(uint64_t id, char text[17]);
/* False: it is none. */
bool access_apikey_read(const char *text, uint64_t *id);
