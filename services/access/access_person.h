/* access_person: accounts are made and changed. */
#pragma once

#include "access_change.h"
#include "access_name.h"

/* AccessInit, PersonAdd, PersonChange. */
MUST_CHECK enum rc access_person_init(struct step *step, const struct step_input *input);
MUST_CHECK enum rc access_person_add(struct step *step, const Paidan__Request *request);
MUST_CHECK enum rc access_person_change(struct step *step, const Paidan__Request *request);
/* Whether nobody else would be left with the administrator's role that he has, if he has one. */
MUST_CHECK enum rc access_person_is_last(struct store_txn *txn, const struct access_person *person,
                                         bool *last);
/* What was asked for and is approved now: disabled, enabled, a password, no second factor. */
MUST_CHECK enum rc access_person_approved(struct step *step, uint64_t change,
                                          const Paidan__ChangeAsked *asked, uint64_t *seq);
/* Whether it could be done now: OK, or the code of the refusal. */
Paidan__Code access_person_may(const struct access_person *person, Paidan__ChangeKind kind);
MUST_CHECK enum rc access_person_fold_added(struct step_fold *fold, uint64_t seq,
                                            const Paidan__Event *event);
MUST_CHECK enum rc access_person_fold_changed(struct step_fold *fold, const Paidan__Event *event);
